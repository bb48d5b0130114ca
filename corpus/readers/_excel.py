"""Excel: the first sheet whose first row that is not blank names the text column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ..records import Document, InputError
from ._entry import MEGABYTE, Entry, UnreadableError, check_size, failure
from ._rows import Table
from ._zip import check

UNPACKED_LIMIT = 4_000 * MEGABYTE
_FILE_LIMIT = 1_000 * MEGABYTE
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REMEDY = "open it in Excel and save it again as .xlsx, without a password, or as .csv"


def rows(entry: Entry, text_column: str) -> Iterator[Document | InputError]:
    """Yield the rows of an .xlsx file; formulas count as the values that Excel last computed."""
    check_size(entry, _FILE_LIMIT)
    check(entry, UNPACKED_LIMIT)
    table = Table(entry, text_column)
    found = None
    for number, row in _rows(entry, table):
        found = number
        yield table.document(row, number)
    if found is None:
        raise UnreadableError("the sheet is empty below its header: fill it or remove the file")


def _rows(entry: Entry, table: Table) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    try:
        from openpyxl import load_workbook

        book = load_workbook(entry.path, read_only=True, data_only=True)
        try:
            header, body = _sheet(book.worksheets, table)
            for number, cells in enumerate(body, 1):
                if not _is_blank(cells):
                    yield number, _row(header, cells)
        finally:
            book.close()
    except Exception as error:
        raise failure(entry, error, _REMEDY, number + 1 if number else None) from None


def _sheet(sheets: Sequence[Any], table: Table) -> tuple[list[Any], Iterator[Sequence[Any]]]:
    """Return the header and the rows below it of the sheet to read."""
    headers = []
    for sheet in sheets:
        sheet.reset_dimensions()  # some programs write them wrongly, and rows would be lost
        cells = iter(sheet.iter_rows(values_only=True))
        header = _trim(next((row for row in cells if not _is_blank(row)), ()))
        headers.append(header)
        if table.has_text([str(name) for name in header]):
            return table.header(header), cells
    table.header(next((header for header in headers if header), []))
    raise UnreadableError("the workbook is empty: fill its first sheet")


def _trim(cells: Sequence[Any]) -> Sequence[Any]:
    """Drop the blank cells at the end, which formatting alone can bring about."""
    last = max((n for n, cell in enumerate(cells, 1) if cell is not None), default=0)
    return cells[:last]


def _is_blank(cells: Sequence[Any]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def _row(header: list[str], cells: Sequence[Any]) -> dict[str, Any]:
    """Return a row by column; cells right of the header are called by their number."""
    width = max(len(header), len(_trim(cells)))
    names = header + [f"column_{n}" for n in range(len(header) + 1, width + 1)]
    padded = [*cells, *[None] * (width - len(cells))]
    return {name: _unescaped(cell) for name, cell in zip(names, padded, strict=False)}


def _unescaped(cell: Any) -> Any:
    """Undo Office Open XML's way to write a control character, such as ``_x000D_`` for a carriage return."""
    if isinstance(cell, str) and "_x" in cell:
        return _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), cell)
    return cell
