"""What the readers of all formats share: a file to read, and the way to say that it cannot be read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePath

from ..records import InputError

MEGABYTE = 1_000_000
FILE_LIMIT = 64 * MEGABYTE
"""Bytes of a .txt, .md, .pdf or .docx file; a whole book has one or two million."""
HTML_LIMIT = 20 * MEGABYTE
"""Bytes of a .html file; trafilatura's own limit is the same."""
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file to read: where it is, and the id that its document gets."""

    path: str
    id: str

    @property
    def is_stdin(self) -> bool:
        """Whether this is standard input."""
        return self.path == STDIN

    @property
    def source(self) -> str:
        """The path as a record shows it."""
        return printable(self.path)

    @property
    def suffix(self) -> str:
        """The file's suffix in lower case, with its dot."""
        return suffix_of(self.path)


class UnreadableError(Exception):
    """A file or row cannot be read; the message is one line without a word of its text."""

    def __init__(self, reason: str, row: int | None = None) -> None:
        super().__init__(reason)
        self.row = row


def error_of(entry: Entry, error: Exception) -> InputError:
    """Return the record of what went wrong with a file."""
    if isinstance(error, OSError):
        return InputError(entry.source, _unopened(error))
    if isinstance(error, UnicodeError):
        return InputError(entry.source, "the file is not valid in the encoding that it begins with: save it as UTF-8")
    return InputError(entry.source, str(error), getattr(error, "row", None))


def failure(entry: Entry, error: Exception, remedy: str, row: int | None = None) -> UnreadableError:
    """Say that a library gave up on a file, by the kind of its error only: messages may quote the text."""
    if isinstance(error, UnreadableError):
        return error
    if isinstance(error, OSError) and error.errno:
        return UnreadableError(_unopened(error), row)
    if isinstance(error, ImportError):
        return UnreadableError(
            f"a package that reads {entry.suffix} files is missing: pip install {error.name or '?'}", row
        )
    return UnreadableError(f"the {entry.suffix} file is damaged or malformed ({type(error).__name__}): {remedy}", row)


def _unopened(error: OSError) -> str:
    return f"the file cannot be opened ({error.strerror or type(error).__name__}): check its name and permissions"


def load(entry: Entry, limit: int) -> bytes:
    """Return the bytes of a file that must be neither empty nor over `limit`."""
    check_size(entry, limit)
    with open(entry.path, "rb") as handle:
        return handle.read()


def check_size(entry: Entry, limit: int | None = None) -> None:
    """Refuse an empty file, and one over `limit` bytes."""
    size = os.path.getsize(entry.path)
    if size == 0:
        raise UnreadableError("the file is empty: remove it, or save it again from its source")
    if limit is not None and size > limit:
        remedy = "split it, or put its texts in the rows of a .csv or .jsonl file, which may have any size"
        raise UnreadableError(
            f"the file has {size / MEGABYTE:.1f} MB, and {entry.suffix} may have {limit / MEGABYTE:g}: {remedy}"
        )


def printable(name: str) -> str:
    """Return a path that can be written as UTF-8, whatever bytes the file system holds."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def suffix_of(name: str) -> str:
    """Return the suffix of a file's name in lower case, with its dot."""
    return PurePath(name).suffix.lower()


def clip(name: str, limit: int = 40) -> str:
    """Quote a column's name in one short line: a table without a header has text there."""
    return repr(name if len(name) <= limit else name[: limit - 1] + "…")
