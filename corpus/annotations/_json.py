"""A look at the first row of a file of JSON, by which its format is told."""

from __future__ import annotations

import json
from typing import Any

from ..readers import load_json

_PEEK = 1_000_000
"""Characters of the first line that are looked at."""


def first_row(path: str) -> dict[str, Any]:
    """Return the first object of a .json, .jsonl or .ndjson file; an empty one where none can be read."""
    if path.lower().endswith(".json"):
        return next(iter(load_json(path)), {})
    try:
        with open(path, encoding="utf-8-sig", errors="replace", newline="\n") as file:
            row = json.loads(next((line for line in iter(lambda: file.readline(_PEEK), "") if line.strip()), "{}"))
    except (OSError, ValueError, RecursionError):
        return {}  # whoever reads the file says what is wrong with it
    return row if isinstance(row, dict) else {}
