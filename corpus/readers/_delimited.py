"""CSV and TSV: all cells are text; a row that does not fit the header is an error, and reading goes on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TextIO

from ..records import Document, InputError
from ._encoding import sniff
from ._entry import Entry, UnreadableError
from ._rows import Table

RECORD_LIMIT = 16_000_000
"""Characters after which an open quotation mark is taken for a mistake."""
_SNIFFED = 65_536
_ENDLESS = "a quotation mark is opened and not closed: double those inside a cell; nothing after this row was read"


def rows(entry: Entry, text_column: str) -> Iterator[Document | InputError]:
    """Yield the rows of a .csv or .tsv file."""
    encoding = sniff(entry)
    table = Table(entry, text_column, encoding)
    with open(entry.path, encoding=encoding, errors="surrogateescape", newline="") as handle:
        delimiter = "\t" if entry.suffix == ".tsv" else _delimiter(handle.read(_SNIFFED), table)
        handle.seek(0)
        yield from _rows(_records(handle, delimiter), table)


def _delimiter(head: str, table: Table) -> str:
    """Return the delimiter under which the header names the text, or else has the most columns."""

    def quality(delimiter: str) -> tuple[bool, int]:
        header = next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), [])
        return table.has_text(header), len(header)

    csv.field_size_limit(max(csv.field_size_limit(), RECORD_LIMIT))
    return max(",;\t", key=quality)


def _rows(records: Iterator[list[str] | str], table: Table) -> Iterator[Document | InputError]:
    first = next(records, None)
    if first is None or isinstance(first, str):
        raise UnreadableError(f"the header cannot be read: {first or 'the file is empty'}")
    header, number = table.header(first), 0
    for number, record in enumerate(records, 1):
        if isinstance(record, str):
            yield table.error(record, number)
        elif len(record) != len(header):
            yield table.error(_ragged(len(record), len(header)), number)
        else:
            yield table.document(dict(zip(header, record, strict=True)), number)
    if number == 0:
        raise UnreadableError("the file is empty below its header: remove it, or save it again from its source")


def _records(handle: TextIO, delimiter: str) -> Iterator[list[str] | str]:
    """Yield the records that are not blank, and a reason in place of one that cannot be read."""
    csv.field_size_limit(max(csv.field_size_limit(), RECORD_LIMIT))
    reader = csv.reader(_lines(handle), delimiter=delimiter, strict=True)
    while True:
        try:
            record = next(reader, None)
        except csv.Error as error:
            if "field limit" in str(error):
                yield _ENDLESS
                return
            yield "the quotation marks of this row do not match: double those inside a cell"
            continue
        except _EndlessError:
            yield _ENDLESS
            return
        if record is None:
            return
        if record:
            yield record


class _EndlessError(Exception):
    """A line does not end."""


def _lines(handle: TextIO) -> Iterator[str]:
    while line := handle.readline(RECORD_LIMIT):
        if len(line) == RECORD_LIMIT:
            raise _EndlessError
        yield line


def _ragged(cells: int, columns: int) -> str:
    return f"the row has {cells} cells, and the header has {columns}: quote cells that hold the delimiter"
