"""Columns and front matter: which become fields of a `Document`, and how the rest becomes JSON."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from ..records import ACTOR_TYPES
from ._entry import UnreadableError, clip

FIELDS = ("title", "date", "publisher", "speaker", "kind", "before")
CELL_LIMIT = 1_000_000
"""Characters of one cell; a long novel has a million."""
_DEPTH_LIMIT = 50


def find_column(names: Iterable[str], wanted: str) -> str | None:
    """Return the column called `wanted`: exactly so, or else but for case and outer spaces."""
    names = list(names)
    if wanted in names:
        return wanted
    return next((name for name in names if name.strip().lower() == wanted.strip().lower()), None)


@lru_cache(maxsize=1024)
def roles(names: tuple[str, ...], text_column: str) -> Mapping[str, str]:
    """Say which part each known column plays: {column: field}. The text goes before all others."""
    wanted = [*((name, name) for name in ("id", *FIELDS)), (text_column, "text")]
    found = ((find_column(names, column), role) for column, role in wanted)
    return {column: role for column, role in found if column is not None}


def document_fields(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the keyword arguments of `Document` in `values`, and what has to go to its meta."""
    fields: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in values.items():
        text = _kind(value) if name == "kind" else as_text(value)
        if text is not None:
            fields[name] = text
        elif value not in (None, ""):
            rest[name] = value
    return fields, rest


def as_text(value: Any) -> str | None:
    """Return a scalar as text, None for what is missing or no scalar."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a column of whole numbers with a gap comes as floats
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value.strip() else None


def _kind(value: Any) -> str | None:
    kind = (as_text(value) or "").strip().lower()
    return kind if kind in ACTOR_TYPES else None


def to_json(value: Any, column: str, depth: int = 0) -> Any:
    """Return `value` as JSON holds it; refuse what no file could hold or nobody could read."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return checked(value, column)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (datetime.date, datetime.time)):
        return iso(value)
    return _nested(value, column, depth + 1)


def _nested(value: Any, column: str, depth: int) -> Any:
    if depth > _DEPTH_LIMIT:
        raise UnreadableError(f"the {clip(column)} cell is nested over {_DEPTH_LIMIT} deep: flatten it")
    if isinstance(value, Mapping):
        return {checked(str(k), column): to_json(v, column, depth) for k, v in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [to_json(item, column, depth) for item in value]
    if isinstance(value, bytes):
        return checked(value.decode("utf-8", "backslashreplace"), column)
    return checked(str(value), column)


def iso(value: datetime.date | datetime.time) -> str:
    """Return a date as ISO 8601; a spreadsheet's midnight is a date without a time."""
    if isinstance(value, datetime.datetime) and value.tzinfo is None and value.time() == datetime.time():
        return value.date().isoformat()
    return value.isoformat()


def checked(value: str, column: str) -> str:
    """Return `value` if it is Unicode of a sane length without NUL."""
    if len(value) > CELL_LIMIT:
        raise UnreadableError(
            f"the {clip(column)} cell has {len(value):,} characters, and a cell may have {CELL_LIMIT:,}: "
            "split it, or save it as a .txt file"
        )
    if "\0" in value:
        raise UnreadableError(f"the {clip(column)} cell holds NUL characters: remove them")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableError(f"the {clip(column)} cell is not valid Unicode: save the file as UTF-8") from None
    return value
