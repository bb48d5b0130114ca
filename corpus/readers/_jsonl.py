"""JSON Lines: one object a line, lines ending in a newline and nothing else."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, NoReturn, TextIO

from ..records import Document, InputError
from ._encoding import sniff
from ._entry import Entry, UnreadableError, clip
from ._rows import Table

LINE_LIMIT = 64_000_000
"""Characters of a line; a cell may have a million, and six for each where it is escaped."""
PATIENCE = 100
"""Rows without the text column, at the start, after which the whole file is given up."""


def rows(entry: Entry, text_column: str) -> Iterator[Document | InputError]:
    """Yield the rows of a .jsonl file."""
    encoding = sniff(entry)
    with open(entry.path, encoding=encoding, errors="surrogateescape", newline="\n") as handle:
        yield from parse(enumerate(lines(handle), 1), Table(entry, text_column, encoding))


def lines(handle: TextIO) -> Iterator[str | None]:
    """Yield the lines of a stream as they come, None for one that is too long to hold."""
    while line := handle.readline(LINE_LIMIT):
        whole = len(line) < LINE_LIMIT or line.endswith("\n")
        yield line if whole else None
        while not whole:
            line = handle.readline(LINE_LIMIT)
            whole = len(line) < LINE_LIMIT or line.endswith("\n")


def parse(numbered: Iterable[tuple[int, str | None]], table: Table) -> Iterator[Document | InputError]:
    """Yield what numbered lines hold; a row's number is its line's, and blank lines are none.

    If none of the first rows has the text column, the whole file is one error.
    """
    found = ((number, _object(line)) for number, line in numbered if line is None or line.strip())
    leading: list[tuple[int, dict[str, Any] | str]] = []
    for number, row in found:
        leading.append((number, row))
        if len(leading) == PATIENCE or (isinstance(row, dict) and table.has_text(list(row))):
            break
    _check_leading([list(row) for _, row in leading if isinstance(row, dict)], table)
    number = 0
    for number, row in chain(leading, found):
        yield _result(row, number, table)
    if number == 0:
        raise UnreadableError("the file is empty: remove it, or save it again from its source")


def _check_leading(columns: list[list[str]], table: Table) -> None:
    if columns and not any(table.has_text(names) for names in columns):
        raise table.no_text(columns[0])


def _result(row: dict[str, Any] | str, number: int, table: Table) -> Document | InputError:
    if isinstance(row, str):
        return table.error(row, number)
    if not table.has_text(list(row)):
        return table.error(table.no_text(list(row)), number)
    return table.document(row, number)


def _object(line: str | None) -> dict[str, Any] | str:
    """Return the object on a line, or the reason why there is none."""
    if line is None:
        return f"the line has over {LINE_LIMIT:,} characters: split it, or check that lines end in a newline"
    try:
        row = loads(line)
    except json.JSONDecodeError as error:
        return f"the line is not valid JSON (column {error.colno}): write one object on each line"
    except UnreadableError as error:
        return str(error)
    if not isinstance(row, dict):
        return 'the line is JSON but not an object: write {"text": …}'
    return row


def loads(text: str) -> Any:
    """Return what strict JSON holds: no NaN, and no key twice."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
    except (json.JSONDecodeError, UnreadableError):
        raise
    except (ValueError, RecursionError) as error:
        reason = f"the line is too deeply nested or has too long a number ({type(error).__name__}): simplify it"
        raise UnreadableError(reason) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise UnreadableError(f"the key {clip(repeated)} appears twice: keep one")
    return row


def _refuse(constant: str) -> NoReturn:
    raise UnreadableError(f"{constant} is not JSON: write null")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise UnreadableError("a number is too large: write it as a string")
    return value
