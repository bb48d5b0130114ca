"""Word files: the paragraphs of the body, those in tables and content controls among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..records import Document
from ._entry import FILE_LIMIT, MEGABYTE, Entry, UnreadableError, check_size, failure
from ._fields import to_json
from ._zip import check

UNPACKED_LIMIT = 512 * MEGABYTE
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PARAGRAPH = f"{_WORD}p"
_MOVED = f"{_WORD}moveFrom"
_TEXT = {f"{_WORD}t": None, f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}noBreakHyphen": "-"}
_TAB_STOPS = f"{_WORD}tabs"
_REMEDY = "open it in Word and save it again as .docx"


def read(entry: Entry) -> Document:
    """Read a .docx file; headers, footers, notes and deleted text are left out."""
    check_size(entry, FILE_LIMIT)
    check(entry, UNPACKED_LIMIT)
    try:
        text, title, created = _parse(entry.path)
    except Exception as error:
        raise failure(entry, error, _REMEDY) from None
    if not text:
        raise UnreadableError("the file is empty of text: if it holds pictures of pages, run text recognition on it")
    meta = {"created": to_json(created, "created")} if created else {}
    return Document(id=entry.id, text=text, title=title, source=entry.source, meta=meta)


def _parse(path: str) -> tuple[str, str | None, Any]:
    import docx

    document = docx.Document(path)
    paragraphs = (_paragraph(p).strip() for p in document.element.body.iter(_PARAGRAPH))
    properties = document.core_properties
    return "\n\n".join(p for p in paragraphs if p), properties.title or None, properties.created


def _paragraph(paragraph: Any) -> str:
    return "".join(_pieces(paragraph))


def _pieces(paragraph: Any) -> Iterator[str]:
    """Yield the text of one paragraph, but not of those in its text boxes, nor of text moved away."""
    for node in paragraph.iter(*_TEXT):
        above = list(node.iterancestors())
        nearest = next(a for a in above if a.tag == _PARAGRAPH)
        if nearest is paragraph and not any(a.tag in (_MOVED, _FALLBACK, _TAB_STOPS) for a in above):
            yield _TEXT[node.tag] or node.text or ""
