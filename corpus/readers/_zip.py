"""Office files are ZIP archives of XML: refuse bombs and DTDs before a library opens them."""

from __future__ import annotations

import re
import zipfile
import zlib

from ._entry import MEGABYTE, Entry, UnreadableError, failure

ENTRY_LIMIT = 10_000
SMALL = 20 * MEGABYTE
"""Bytes below which an archive's ratio does not matter."""
RATIO_LIMIT = 200
"""Times that an archive may grow; dense spreadsheets reach 50, deflate itself 1,032."""
_HEAD = 65_536
_NOT_ROOT = re.compile(rb"(?:\s|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_REMEDY = "save it again with the program that made it"


def check(entry: Entry, limit: int) -> None:
    """Refuse an Office file that is no archive, is over `limit` bytes unpacked, or has a DTD."""
    try:
        with zipfile.ZipFile(entry.path) as archive:
            _check_sizes(archive, limit)
            for part in archive.infolist():
                _check_part(archive, part)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError) as error:
        raise failure(entry, error, f"{_REMEDY}, without a password") from None


def _check_sizes(archive: zipfile.ZipFile, limit: int) -> None:
    parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if len(parts) > ENTRY_LIMIT or total > limit or (total > SMALL and total / packed > RATIO_LIMIT):
        raise UnreadableError(
            f"the file unpacks to {total // MEGABYTE} MB in {len(parts)} parts, as an attack would: "
            "save its text in another format"
        )


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    if not part.filename.endswith((".xml", ".rels")):
        return
    with archive.open(part) as handle:
        head = handle.read(_HEAD).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    start = _NOT_ROOT.match(head)
    if start is not None and re.match(rb"<!|\Z", head[start.end() :]) and head:
        raise UnreadableError(f"a part of the file declares a DTD, as an attack would: {_REMEDY}")
