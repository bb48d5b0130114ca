"""Read files, folders, globs and standard input as documents, one by one and in flat memory.

Every file, and every row of a table, gives exactly one `Document` or one `InputError`.
A row has its number in `Document.row`; a whole file has None there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from ..errors import CommuniqueError
from ..records import Document, InputError
from . import _count, _delimited, _docx, _excel, _html, _jsonl, _parquet, _pdf, _stdin, _text
from ._encoding import decode
from ._entry import Entry, UnreadableError, error_of
from ._paths import find
from ._rows import TEXT_COLUMN, Table

__all__ = ["DOCUMENT_SUFFIXES", "TABLE_SUFFIXES", "count", "from_row", "load_json", "read"]

_DOCUMENT_READERS: dict[str, Callable[[Entry], Document]] = {
    ".txt": _text.read,
    ".md": _text.read,
    ".html": _html.read,
    ".htm": _html.read,
    ".pdf": _pdf.read,
    ".docx": _docx.read,
}
_TABLE_READERS: dict[str, Callable[[Entry, str], Iterator[Document | InputError]]] = {
    ".csv": _delimited.rows,
    ".tsv": _delimited.rows,
    ".jsonl": _jsonl.rows,
    ".ndjson": _jsonl.rows,
    ".parquet": _parquet.rows,
    ".xlsx": _excel.rows,
}
DOCUMENT_SUFFIXES: tuple[str, ...] = tuple(_DOCUMENT_READERS)
"""Suffixes of files that are one document each."""
TABLE_SUFFIXES: tuple[str, ...] = tuple(_TABLE_READERS)
"""Suffixes of files that hold a document a row."""


def read(
    inputs: Sequence[str | os.PathLike[str]], *, text_column: str | None = None
) -> Iterator[Document | InputError]:
    """Yield what `inputs` hold: files, folders, globs, or ``-`` for standard input.

    A document's id is its path below the folder that was named, or its file's name; where two
    inputs would share an id it is the path as given. A row's id is its `id` column, or
    ``<file>:<row>``. `text_column` names the column that holds the text in tables (default
    ``text``). Nothing is raised for a bad input: it comes as an `InputError` in its place.
    """
    for found in _find(inputs):
        if isinstance(found, InputError):
            yield found
        else:
            yield from _read_entry(found, text_column or TEXT_COLUMN)


def count(inputs: Sequence[str | os.PathLike[str]]) -> int | None:
    """Return how many inputs `read` will give, roughly: lines stand for rows; None for standard input."""
    return _count.count(_find(inputs))


def _find(inputs: Sequence[str | os.PathLike[str]]) -> Iterator[Entry | InputError]:
    named = [inputs] if isinstance(inputs, (str, os.PathLike)) else inputs
    return find([os.fspath(name) for name in named], DOCUMENT_SUFFIXES + TABLE_SUFFIXES)


def _read_entry(entry: Entry, text_column: str) -> Iterator[Document | InputError]:
    try:
        if entry.is_stdin:
            yield from _stdin.rows(entry, text_column)
        elif entry.suffix in _DOCUMENT_READERS:
            yield _DOCUMENT_READERS[entry.suffix](entry)
        else:
            yield from _TABLE_READERS[entry.suffix](entry, text_column)
    except (UnreadableError, OSError, UnicodeError) as error:
        yield error_of(entry, error)


def from_row(row: Mapping[str, Any], source: str, number: int, text_column: str | None = None) -> Document | InputError:
    """Return the document that a row is, wherever the row comes from; see `read`."""
    table = Table(Entry(source, PurePath(source).name), text_column or TEXT_COLUMN)
    if not table.has_text(list(row)):
        return table.error(table.no_text(list(row)), number)
    return table.document(row, number)


def load_json(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """Return the objects in the one list that a .json file holds, read strictly: no NaN, no key twice.

    Raises:
        CommuniqueError: the file is missing, no JSON, or no list of objects.

    """
    try:
        rows = _jsonl.loads(decode(Path(path).read_bytes())[0])
    except OSError as error:
        raise CommuniqueError(f"cannot read {path}: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise CommuniqueError(f"{path} is not valid JSON (line {error.lineno}): export it again") from error
    except UnreadableError as error:
        raise CommuniqueError(f"{path}: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CommuniqueError(f"{path} holds no list of objects; export it again as JSON")
    return rows
