"""``communique report``: one page to read and to show."""

from __future__ import annotations

from pathlib import Path

import click

from . import DONE
from ._show import message


@click.command(
    "report",
    epilog="""
\b
Examples:
  communique report run -o report.html
  communique report run -o report.html --by actor --event 2025-03-14 --coded coding.xlsx
""",
)
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The page: a .html file."
)
@click.option(
    "--by",
    default="actor_type",
    show_default=True,
    help="Group by actor, actor_type, kind, publisher, speaker, month, year, target_kind, or a column of the input.",
)
@click.option("--coded", multiple=True, help="The filled sheet of `communique sample`: shares are corrected by it.")
@click.option("--event", metavar="DATE", help="Compare the time before this day with that from it on: 2025-03-14.")
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@click.option("--codebook", default="core", show_default=True, help="The codebook's YAML file, where it is not core's.")
@click.option(
    "--trained-on", multiple=True, help="A coded table that the model was trained on, where --coded is given."
)
def command(
    run: Path,
    out: Path,
    by: str,
    coded: tuple[str, ...],
    event: str | None,
    overwrite: bool,
    codebook: str,
    trained_on: tuple[str, ...],
) -> int:
    """Write RUN as one page that opens from disk and fetches nothing, with figures, tables, statements and methods.

    Beside it, in a folder, stands every figure as PNG, SVG and CSV.
    """
    from ..analysis.comparison import Question
    from ..analysis.report import page
    from ..analysis.run import read_run
    from ..corpus.files import refuse_existing

    if out.suffix != ".html":
        raise click.UsageError(f"{out} is no page; give it the ending .html")
    refuse_existing(out, page.files_folder(out), overwrite=overwrite)
    opened = read_run(run)
    page.write(opened, opened.codebook(codebook), Question(by, coded, event, trained_on), out)
    message(f"written: {out}, and its figures in {page.files_folder(out)}")
    return DONE
