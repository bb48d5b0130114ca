"""Coded units: sentences with the labels that a coder gave them, in the formats of annotation tools and tables.

One private file knows each format; between them there is one record, `CodedUnit`. In every format a judgement
that nobody made is kept apart from a no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import codebook as codebooks
from ..codebook import Codebook
from ..errors import CommuniqueError, UsageError
from ..files import replacing
from . import _datasets, _doccano, _label_studio, _prodigy, _refi, _run, _table
from ._detect import CODEBOOKS, detect
from ._record import SPLITS, VERDICTS, CodedUnit, questions
from ._table import coded_unit

__all__ = [
    "CODEBOOKS", "FORMATS", "SPLITS", "VERDICTS", "CodedUnit", "coded_unit", "outputs", "questions", "read_codebook", "read_coded",
    "read_units", "refuse_mixed", "write_codebook", "write_units",
]  # fmt: skip

Reader = Callable[[str, Codebook, str | None], Iterator[CodedUnit]]
Writer = Callable[[Sequence[CodedUnit], Codebook, Path], None]


@dataclass(frozen=True)
class Format:
    """How a format is read and written (a run is only read), and the suffix of a file that the tool wants beside it."""

    read: Reader
    write: Writer | None = None
    beside: str = ""


FORMATS = {
    "table": Format(lambda path, book, column: _table.read_units([path], book, column), _table.write_units),
    "doccano": Format(_doccano.read_units, _doccano.write_units, _doccano.BESIDE),
    "label-studio": Format(_label_studio.read_units, _label_studio.write_units, _label_studio.BESIDE),
    "prodigy": Format(_prodigy.read_units, _prodigy.write_units),
    "datasets": Format(_datasets.read_units, _datasets.write_units),
    "run": Format(_run.read_units),
}


def read_coded(paths: Sequence[str], codebook: Codebook) -> list[CodedUnit]:
    """Read coded units, each file in the format that it has.

    Raises:
        CommuniqueError: a row cannot be read, or names a label that the codebook has not; the message says which.

    """
    formats = {path: detect(path, codebook) for path in paths}
    found = [path for path, name in formats.items() if name == "table"]
    rows = list(_table.documents(found)) if found else []
    _table.refuse_unlabelled(rows, codebook)
    units = [coded_unit(row, codebook) for row in rows]
    units += [
        unit for path, name in formats.items() if name != "table" for unit in FORMATS[name].read(path, codebook, None)
    ]
    if not units:
        raise CommuniqueError(f"no coded units in {', '.join(paths)}; each row needs a text and its labels")
    if not any(unit.judged(codebook) for unit in units):
        raise CommuniqueError(f"nobody has coded {', '.join(paths)} yet: no label is judged; code it first")
    return units


def read_units(
    path: str, codebook: Codebook, form: str | None = None, text_column: str | None = None
) -> list[CodedUnit]:
    """Read units whether or not somebody has coded them.

    Args:
        path: a file or folder in one of the `FORMATS`.
        codebook: what its labels mean.
        form: the format, where it is not to be told from the file.
        text_column: the column with the text, where it is not called ``text``.

    Raises:
        CommuniqueError: as `read_coded`; or an id stands for two texts, or twice for one coder.

    """
    units = list(FORMATS[form or detect(path, codebook)].read(path, codebook, text_column))
    if not units:
        raise CommuniqueError(f"no units in {path}; each row needs a text")
    refuse_mixed(units)
    return units


def refuse_mixed(units: Sequence[CodedUnit]) -> None:
    """Refuse ids that do not tell what belongs together.

    Raises:
        CommuniqueError: an id stands for two texts, or twice for one coder.

    """
    texts: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    for unit in units:
        if unit.text and texts.setdefault(unit.id, unit.text) != unit.text:
            raise CommuniqueError(f"the id {unit.id!r} stands for two different texts; give every text its own id")
        if (unit.id, unit.coder) in seen:
            by = f"by {unit.coder!r}" if unit.coder else "without a coder"
            raise CommuniqueError(
                f"the id {unit.id!r} stands twice {by}; keep one row, or name the coders in a column coder"
            )
        seen.add((unit.id, unit.coder))


def outputs(path: Path, form: str | None = None) -> list[Path]:
    """Return the files or the folder that `write_units` writes."""
    beside = FORMATS[form or _form(path)].beside
    return [path, path.with_suffix(beside)] if beside else [path]


def write_units(units: Sequence[CodedUnit], codebook: Codebook, path: Path, form: str | None = None) -> None:
    """Write units to `path` in a format, by its suffix where none is named.

    Raises:
        UsageError: there is no such format to write.
        CommuniqueError: it cannot hold the units.

    """
    name = form or _form(path)
    writer = FORMATS[name].write
    if writer is None:
        raise UsageError(
            f"a {name} cannot be written; choose from {', '.join(k for k, v in FORMATS.items() if v.write)}"
        )
    writer(units, codebook, path)


def _form(path: Path) -> str:
    return {".json": "label-studio", "": "datasets"}.get(path.suffix, "table")


def read_codebook(path: Path) -> Codebook:
    """Read a codebook from a YAML file or, where the suffix says so, from REFI-QDA's .qdc."""
    return _refi.read_codebook(path) if path.suffix.lower() == ".qdc" else codebooks.load(path)


def write_codebook(book: Codebook, path: Path) -> None:
    """Write a codebook as YAML or, where the suffix says so, as REFI-QDA's .qdc."""
    if path.suffix.lower() == ".qdc":
        _refi.write_codebook(book, path)
        return
    with replacing(path) as temporary:
        temporary.write_text(codebooks.dump(book), encoding="utf-8")
