"""Standard input, a line at a time as it comes: JSON Lines where it begins with ``{``, else a document a line."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TextIO

from ..records import Document, InputError
from ._entry import Entry, UnreadableError
from ._jsonl import LINE_LIMIT, lines, parse
from ._rows import TEXT_COLUMN, Table


def rows(entry: Entry, text_column: str) -> Iterator[Document | InputError]:
    """Yield what comes through the pipe, each row as soon as its line has ended."""
    with _text() as handle:
        numbered = ((n, line) for n, line in enumerate(lines(handle), 1) if line is None or line.strip())
        first = next(numbered, None)
        if first is None:
            raise UnreadableError("standard input is empty: pipe texts or JSON Lines into it")
        every = chain([first], numbered)
        if (first[1] or "").lstrip().startswith("{"):
            yield from parse(every, Table(entry, text_column))
        else:
            yield from (_plain(line, number, Table(entry)) for number, line in every)


def _plain(line: str | None, number: int, table: Table) -> Document | InputError:
    if line is None:
        return table.error(f"the line has over {LINE_LIMIT:,} characters: save it as a .txt file", number)
    return table.document({TEXT_COLUMN: line.rstrip("\r\n")}, number)


@contextmanager
def _text() -> Iterator[TextIO]:
    """Give standard input as UTF-8, and leave it open."""
    binary = getattr(sys.stdin, "buffer", None)
    if binary is None:  # replaced by a StringIO, or closed
        yield sys.stdin or io.StringIO()
        return
    handle = io.TextIOWrapper(binary, encoding="utf-8-sig", errors="surrogateescape", newline="\n")
    try:
        yield handle
    finally:
        handle.detach()
