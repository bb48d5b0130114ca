"""Tables of coded units: CSV, TSV, XLSX, Parquet and JSON Lines.

Two layouts are read: *listed* (a column ``labels`` with the labels of the row) and *wide* (a column for each
label with 1, 0 or blank). A column named like a single-choice group (``sentiment``) holds its label. A blank
is missing, never a no: where a list names no label because none applies, it says ``no label``, or ``[]``. What is written is
wide, so that a missing judgement stays one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import tables
from ..codebook import Codebook
from ..errors import CommuniqueError
from ..readers import read
from ..records import Document
from . import _record
from ._record import LISTED, NO_LABEL, CodedUnit, Judgement

_WITH_APOSTROPHES = (".csv", ".tsv")


def read_units(paths: Sequence[str], codebook: Codebook, text_column: str | None = None) -> Iterator[CodedUnit]:
    """Yield the rows of tables; a table without any column of labels was not judged."""
    return (coded_unit(row, codebook) for row in documents(paths, text_column))


def documents(paths: Sequence[str], text_column: str | None = None) -> Iterator[Document]:
    """Yield the rows of tables as they are, without the apostrophes that keep formulas from spreadsheets."""
    for found in read(paths, text_column=text_column):
        row = _record.document(found)
        yield _unescaped(row) if row.row and (row.source or "").lower().endswith(_WITH_APOSTROPHES) else row


def _unescaped(row: Document) -> Document:
    texts = ("id", "text", "title", "date", "publisher", "speaker", "before")
    plain: dict[str, Any] = {name: tables.unescaped(value) for name in texts if (value := getattr(row, name))}
    meta = {tables.unescaped(key): _plain(value) for key, value in row.meta.items()}
    return replace(row, meta=meta, **plain)


def _plain(value: Any) -> Any:
    return tables.unescaped(value) if isinstance(value, str) else value


def refuse_unlabelled(rows: Iterable[Document], codebook: Codebook) -> None:
    """Refuse a table without any column of labels: theirs has probably another name."""
    columns: dict[str, set[str]] = {}
    for row in rows:
        columns.setdefault(row.source or row.id, set()).update(row.meta)
    known = {*LISTED, *_record.questions(codebook)}
    for source, names in columns.items():
        if not names & known:
            raise CommuniqueError(
                f"{source} has no column of labels; name one labels, or give each label of codebook {codebook.name} its own"
            )


def coded_unit(row: Document, codebook: Codebook) -> CodedUnit:
    """Read one row's labels, in the listed or the wide layout."""
    row = _record.named(row)
    listed = next((cell for key in LISTED if not _is_blank(cell := row.meta.get(key))), None)
    given = _wide(row, codebook) if listed is None else listed_judgement(listed, row, codebook)
    return _record.unit_of(row, given, codebook)


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def listed_judgement(raw: Any, row: Document, codebook: Codebook) -> Judgement:
    """Return the judgement of a row that lists its labels; what the list leaves out is a no."""
    try:
        names = frozenset(_names(raw))
    except (ValueError, RecursionError) as error:
        raise CommuniqueError(f"{row.id}: labels is {raw!r}, no valid JSON list; close it, or write a,b") from error
    found = _record.judgement(_record.known(names - {NO_LABEL}, row.id, codebook), (), row.id, codebook)
    return replace(found, choices={**found.choices, **_chosen(row, codebook)})


def _names(raw: Any) -> Iterable[str]:
    if isinstance(raw, dict):
        return [name for name, value in raw.items() if value]
    if isinstance(raw, str):
        raw = json.loads(raw) if raw.strip().startswith("[") else re.split(r"[;,|#]", raw)
    names = raw if isinstance(raw, list | tuple) else () if raw is None else (raw,)
    return [str(name).strip() for name in names if str(name).strip()]


def _wide(row: Document, codebook: Codebook) -> Judgement:
    answers = {name: _record.yes_or_no(row.meta.get(name), name, row.id) for name in codebook.multi}
    given = frozenset(name for name, answer in answers.items() if answer)
    unknown = frozenset(name for name, answer in answers.items() if answer is None)
    return Judgement(given, unknown, _chosen(row, codebook))


def _chosen(row: Document, codebook: Codebook) -> dict[str, str]:
    """Return what stands in the columns of the single-choice groups."""
    found: dict[str, str] = {}
    for group in codebook.single:
        cell = str(row.meta.get(group.name) or "").strip()
        if cell and cell not in group.names:
            raise CommuniqueError(f"{row.id}: {group.name} is {cell!r}; it must be one of {', '.join(group.names)}")
        found |= {group.name: cell} if cell else {}
    return found


def write_units(units: Sequence[CodedUnit], codebook: Codebook, path: Path) -> None:
    """Write units as a wide table.

    Raises:
        CommuniqueError: a column or a label has a name that would be read back as something else.

    """
    rows = wide_rows(units, codebook)
    tables.write(rows, columns(units, rows), path)


def wide_rows(units: Sequence[CodedUnit], codebook: Codebook) -> list[dict[str, Any]]:
    """Return a row for each unit, with a cell for each label and group."""
    asked = _record.questions(codebook)
    _record.refuse_reserved(units, set(asked), "a table")
    for name in asked:
        if name in (*_record.RESERVED, "title", "date", "publisher"):
            raise CommuniqueError(f"{name!r} of codebook {codebook.name} is the name of a column too; rename it there")
    return [_wide_row(unit, codebook) for unit in units]


def _wide_row(unit: CodedUnit, codebook: Codebook) -> dict[str, Any]:
    row: dict[str, Any] = {"id": unit.id, **_record.fields(unit)}
    row |= {"coder": unit.coder} if unit.coder else {}
    row |= {name: None if name in unit.unknown else int(name in unit.labels) for name in codebook.multi}
    row |= {group.name: unit.choices.get(group.name) for group in codebook.single}
    row |= {"note": unit.note} if unit.note else {}
    return row | ({} if unit.suggested is None else {"suggested": _record.suggestion(unit, codebook)})


def columns(units: Sequence[CodedUnit], rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the columns of wide rows in one order, metadata last; blank columns stay, for somebody may fill them."""
    metadata = dict.fromkeys(key for unit in units for key in unit.meta)
    found = dict.fromkeys(key for row in rows for key in row if key not in metadata)
    first = ("id", "text", "before", "speaker", "kind", "document", "coder")
    return [*(name for name in first if name in found), *(name for name in found if name not in first), *metadata]
