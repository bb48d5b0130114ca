"""Plain text and Markdown: the text is the decoded file, character for character.

A file may begin with front matter, YAML between two lines of ``---``. It stays in the text, so that
offsets hold in the file too; `Document.meta["body_start"]` says where the text proper begins.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

from ..records import Document
from ._encoding import decode, note
from ._entry import FILE_LIMIT, Entry, UnreadableError, load
from ._fields import FIELDS, document_fields, to_json

_FENCE = re.compile(r"---[ \t]*\r?\n")
_CLOSE = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
_KEY = re.compile(r"\s*[A-Za-z_]+:")
_MATTER_LIMIT = 64_000


def read(entry: Entry) -> Document:
    """Read a .txt or .md file."""
    text, encoding = decode(load(entry, FILE_LIMIT))
    start, matter = _front_matter(text)
    if not text[start:].strip():
        raise UnreadableError("the file is empty but for white space or front matter: remove it, or save it again")
    known = {name: value for name, value in matter.items() if name in FIELDS}
    fields, left = document_fields(known)
    rest = {name: value for name, value in matter.items() if name not in FIELDS}
    meta = {**rest, **left, **note(encoding), **({"body_start": start} if start else {})}
    return Document(id=entry.id, text=text, source=entry.source, meta=meta, **fields)


def _front_matter(text: str) -> tuple[int, dict[str, Any]]:
    """Return where the body begins, and what the front matter says; 0 where there is none."""
    opened = _FENCE.match(text)
    closed = _CLOSE.search(text, opened.end(), opened.end() + _MATTER_LIMIT) if opened else None
    if opened is None or closed is None:
        return 0, {}
    matter = _parse(text[opened.end() : closed.start()])
    return (0, {}) if matter is None else (closed.end(), _flat(matter))


def _parse(block: str) -> dict[Any, Any] | None:
    """Return the mapping that a block holds, None where it is prose between two rules."""
    import yaml

    try:
        _refuse_aliases(block)
        matter = yaml.safe_load(block)
    except Exception as error:  # explicit tags make PyYAML raise much besides YAMLError
        if not _KEY.match(block):
            return None
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 2})" if mark else ""
        remedy = "quote values that hold a colon or begin with *"
        raise UnreadableError(f"the front matter is not valid YAML{where}: {remedy}") from None
    return matter if isinstance(matter, dict) else None


def _refuse_aliases(block: str) -> None:
    """Refuse references before they are followed: a few hundred bytes of them unfold to millions of values."""
    import yaml

    for token in yaml.scan(block):
        if isinstance(token, yaml.AliasToken):
            raise yaml.MarkedYAMLError(problem="an alias", problem_mark=token.start_mark)


def _flat(matter: dict[Any, Any]) -> dict[str, Any]:
    """Keep scalars and flat lists: nested YAML may refer to itself and grow without end."""
    kept: dict[str, Any] = {}
    for name, value in matter.items():
        if _is_scalar(value) or (isinstance(value, list) and all(map(_is_scalar, value))):
            kept[str(name)] = to_json(value, str(name))
    return kept


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool, datetime.date))
