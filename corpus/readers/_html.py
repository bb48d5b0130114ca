"""Web pages: trafilatura finds the article; its blocks become paragraphs, a blank line between them."""

from __future__ import annotations

import re
from typing import Any

from ..records import Document
from ._encoding import decode, note
from ._entry import HTML_LIMIT, Entry, UnreadableError, failure, load

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_CHARSET_BYTES = 4096
_REMEDY = "save the page again from a browser, or its text as a .txt file"


def read(entry: Entry) -> Document:
    """Read a .html file; navigation, comments and scripts are left out."""
    data = load(entry, HTML_LIMIT)
    markup, encoding = decode(data, _declared(data))
    page = _extract(entry, markup)
    if page is None or not (page.text or "").strip():
        raise UnreadableError(f"no article was found in the page: {_REMEDY}")
    return Document(
        id=entry.id,
        text="\n\n".join(block.strip() for block in page.text.split("\n") if block.strip()),
        title=page.title or None,
        date=page.date or None,
        publisher=page.sitename or None,
        source=entry.source,
        meta=note(encoding),
    )


def _declared(data: bytes) -> str | None:
    found = _CHARSET.search(data, 0, _CHARSET_BYTES)
    name = found.group(1).decode("ascii") if found else None
    # as browsers do: pages that name the smaller sets are written in Windows-1252
    return "cp1252" if name and name.lower() in ("iso-8859-1", "latin1", "us-ascii", "ascii") else name


def _extract(entry: Entry, markup: str) -> Any:
    try:
        from trafilatura import bare_extraction

        dates = {"original_date": True, "extensive_search": True}
        return bare_extraction(markup, include_comments=False, with_metadata=True, date_extraction_params=dates)
    except Exception as error:
        raise failure(entry, error, _REMEDY) from None
