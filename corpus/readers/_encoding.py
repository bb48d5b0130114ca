"""Encodings: a byte-order mark, else strict UTF-8, else a guess that is put on record."""

from __future__ import annotations

import codecs
import re
from typing import Any

from ._entry import Entry, UnreadableError

HEAD = 4_000_000
"""Bytes of a table that are looked at; the rest is read as a stream."""
_GUESS_BYTES = 256_000
_LATIN_END = 0x370
_WESTERN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŒ€‚„…‘’“”•–—™¡¿«»§©®°·£\xa0")
_WESTERN_ENCODINGS = ("cp1252", "mac_roman")
_MISPLACED = re.compile("[a-zà-öø-ÿ][À-ÖØ-Þ]")  # Mac's apostrophe read as cp1252, for one
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16, so it comes first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_REMEDY = "save it as UTF-8"


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Return the text of `data` without its byte-order mark, and the encoding it was in.

    `declared` is the encoding that the file itself names; it is believed after UTF-8 has failed.
    """
    encoding = detect(data, declared)
    try:
        text = data.decode(encoding)
    except UnicodeError:
        raise UnreadableError(f"the file is not valid {encoding.upper()}: {_REMEDY}") from None
    if "\0" in text:
        raise UnreadableError(f"the file holds NUL characters, so it is not text: {_REMEDY}, or remove it")
    return text, encoding


def note(encoding: str | None) -> dict[str, Any]:
    """Return what `Document.meta` says of an encoding: nothing of UTF-8."""
    return {} if encoding in (None, "utf-8", "utf-8-sig", "ascii") else {"encoding": encoding}


def sniff(entry: Entry) -> str:
    """Return the encoding of a table from its head, for reading it as a stream."""
    with open(entry.path, "rb") as handle:
        head = handle.read(HEAD)
    if not head:
        raise UnreadableError("the file is empty: remove it, or save it again from its source")
    return detect(head, cut=len(head) == HEAD)


def detect(data: bytes, declared: str | None = None, *, cut: bool = False) -> str:
    """Return the encoding of `data`; with `cut`, its last character may be incomplete."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if marked:
        return marked
    bad = _first_invalid(data, cut=cut)
    if bad is None:
        return "utf-8"
    if b"\0" in data:
        raise UnreadableError(f"the file is binary, or UTF-16 without a mark: {_REMEDY}, or remove it")
    if declared and _decodes(data, declared):
        return declared
    return _guess(data, data[max(0, bad - _GUESS_BYTES // 2) : bad + _GUESS_BYTES // 2])


def _first_invalid(data: bytes, *, cut: bool) -> int | None:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=not cut)
    except UnicodeDecodeError as error:
        return error.start
    return None


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True


def _guess(data: bytes, part: bytes) -> str:
    """Return the encoding of `data`, of which `part` is what charset-normalizer can look at in good time."""
    from charset_normalizer import from_bytes

    best = from_bytes(part).best()
    if best is None:
        raise UnreadableError(f"the file is binary, or in an encoding that cannot be told: {_REMEDY}, or remove it")
    if any(ord(c) >= _LATIN_END and c.isalpha() for c in str(best)):
        return best.encoding
    return next((name for name in _WESTERN_ENCODINGS if _is_western(data, name)), best.encoding)


def _is_western(data: bytes, encoding: str) -> bool:
    """Tell encodings that charset-normalizer takes for cp1250 or cp852 where accents are few."""
    text = data.decode(encoding, "replace")
    return all(c.isascii() or c in _WESTERN for c in set(text)) and not _MISPLACED.search(text)
