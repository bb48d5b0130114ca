"""The report: one HTML file without a request, beside it each figure as PNG, SVG and CSV."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...corpus.files import replacing
from ..comparison import Comparison, Question, compare
from ..comparison_tables import cell, is_sure, tables
from ..run import Run
from ..tables import Report
from .browser import READABLE, Rows, Said, statements
from .figures import Drawn, figures
from .methods import Methods, interval, methods

if TYPE_CHECKING:
    from ...corpus.codebook import Codebook

HERE = Path(__file__).parent
_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def write(run: Run, book: Codebook, question: Question, out: Path) -> list[Path]:
    """Write the report of `run` to `out`, and its figures into a folder beside it.

    Returns:
        The page and the files of the figures.

    """
    found = compare(run, book, question)
    drawn = list(figures(found))
    rows = Rows(book)
    first: list[Said] = []
    for said in statements(run):
        rows.add(said)
        first += [said] if len(first) <= READABLE else []
    page = render(run, found, methods(run, found), drawn, first, data_block(rows))
    out.parent.mkdir(parents=True, exist_ok=True)
    with replacing(out) as place:
        place.write_text(page, encoding="utf-8", errors="replace")
    return [out, *_write_figures(files_folder(out), drawn)]


def files_folder(out: Path) -> Path:
    """Return where the figures of the report `out` are written."""
    return out.with_name(f"{out.stem}_files")


def _write_figures(folder: Path, drawn: Sequence[Drawn]) -> list[Path]:
    folder.mkdir(exist_ok=True)
    written = []
    for one in drawn:
        svg, png, table = (folder / f"{one.name}.{suffix}" for suffix in ("svg", "png", "csv"))
        with replacing(svg) as place:
            place.write_text(one.svg, encoding="utf-8")
        with replacing(png) as place:
            place.write_bytes(one.png)
        Report((), one.rows, ()).write(table)
        written += [svg, png, table]
    _remove_stale(folder, {one.name for one in drawn})
    return written


def _remove_stale(folder: Path, names: set[str]) -> None:
    """Remove the figures of an older report, told by their three formats; what else stands there is not ours."""
    for svg in list(folder.glob("*.svg")):
        three = [svg.with_suffix(suffix) for suffix in (".svg", ".png", ".csv")]
        if svg.stem not in names and all(path.is_file() for path in three):
            for path in three:
                path.unlink()


def data_block(rows: Rows) -> str:
    """Return the rows as JSON that stands in a page as it is: nothing in it ends the block or begins a tag."""
    text = json.dumps(rows.to_json(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_HTML)


def render(run: Run, found: Comparison, how: Methods, drawn: Sequence[Drawn], first: Sequence[Said], data: str) -> str:
    """Return the page. Every text of the run is escaped; the one script and the one style are allowed by their digests."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True)
    environment.filters |= {
        "cell": cell,
        "figure": _figure,
        "plain": _plain,
    }
    script, style = ((HERE / name).read_text(encoding="utf-8") for name in ("page.js", "page.css"))
    return environment.from_string((HERE / "page.html.jinja").read_text(encoding="utf-8")).render(
        run=run,
        found=found,
        how=how,
        drawn=[(one, _image(one)) for one in drawn],
        tables=[table for table in tables(found) if table.rows][len(found.book.groups) :],
        sure=[one for one in found.profiles.contrasts if is_sure(one)],
        statements=first[:READABLE],
        more=len(first) > READABLE,
        readable=READABLE,
        version=version("communique"),
        script=Markup(script),  # noqa: S704 (our own file)
        style=Markup(style),  # noqa: S704 (our own file)
        data=Markup(data),  # noqa: S704 (escaped by `data_block`)
        policy=policy(script, style),
    )


def policy(script: str, style: str) -> str:
    """Return the content security policy: nothing is fetched, and no script or style runs but these two."""
    return (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _image(one: Drawn) -> str:
    """Return a figure as the address of an image; as an image, its styles and ids stay its own."""
    svg = one.svg[one.svg.index("<svg") :]
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _figure(value: Any) -> str:
    return interval(value, 2)


def _plain(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
