"""How many documents and rows there are, roughly and fast: for the time that a run still takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from ..records import InputError
from ._entry import Entry

_BLOCK = 1 << 20


def count(found: Iterable[Entry | InputError]) -> int | None:
    """Return how many inputs `found` holds; None where standard input is among them."""
    total = 0
    for entry in found:
        if isinstance(entry, InputError):
            total += 1
        elif entry.is_stdin:
            return None
        else:
            total += _inside(entry)
    return total


def _inside(entry: Entry) -> int:
    """Return the rows of a table, 1 for a document and for what cannot be counted."""
    with suppress(Exception):  # whatever is wrong with the file, its reader will say so
        if entry.suffix in _COUNTERS:
            return max(_COUNTERS[entry.suffix](entry.path), 1)
    return 1


def _lines(path: str) -> int:
    with open(path, "rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(_BLOCK), b""))


def _lines_below_the_header(path: str) -> int:
    return _lines(path) - 1


def _parquet(path: str) -> int:
    from pyarrow import parquet

    return int(parquet.read_metadata(path).num_rows)


_COUNTERS: dict[str, Callable[[str], int]] = {
    ".csv": _lines_below_the_header, ".tsv": _lines_below_the_header,
    ".jsonl": _lines, ".ndjson": _lines, ".parquet": _parquet,
}  # fmt: skip
