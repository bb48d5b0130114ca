"""From the row of any table to a document, or to the reason why it is none."""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..records import Document, InputError
from ._encoding import note
from ._entry import Entry, UnreadableError, clip
from ._fields import as_text, checked, document_fields, find_column, roles, to_json

TEXT_COLUMN = "text"
_SHOWN_COLUMNS = 20


@dataclass(frozen=True, slots=True)
class Table:
    """What is the same for all rows of one table."""

    entry: Entry
    text_column: str = TEXT_COLUMN
    encoding: str | None = None

    def header(self, names: Sequence[Any]) -> list[str]:
        """Return the column names of a table that must hold the text, and no name twice."""
        columns = [str(name).strip() if name is not None else "" for name in names]
        columns = [name or f"column_{n}" for n, name in enumerate(columns, 1)]
        repeated = [name for name, count in Counter(columns).items() if count > 1]
        if repeated:
            raise UnreadableError(f"two columns are called {clip(repeated[0])}: rename one of them")
        if not self.has_text(columns):
            raise self.no_text(columns)
        return columns

    def has_text(self, columns: Sequence[str]) -> bool:
        """Say whether `columns` hold the text."""
        return find_column(columns, self.text_column) is not None

    def no_text(self, columns: Sequence[str], row: int | None = None) -> UnreadableError:
        """Say that the text is missing, which columns there are, and how to name the right one."""
        found = ", ".join(clip(name) for name in columns[:_SHOWN_COLUMNS]) or "none"
        more = ", …" if len(columns) > _SHOWN_COLUMNS else ""
        reason = f"no column {clip(self.text_column)}; found {found}{more}: say which with --text-column NAME"
        return UnreadableError(reason, row)

    def document(self, row: Mapping[str, Any], number: int) -> Document | InputError:
        """Return the document that a row is."""
        ident = None
        try:
            parts = roles(tuple(row), self.text_column)
            values = {
                checked(name, name): to_json(value, name) for name, value in row.items() if parts.get(name) != "text"
            }
            known = {part: values.pop(column) for column, part in parts.items() if part != "text"}
            ident = _ident(known.pop("id", None)) or f"{self.entry.id}:{number}"
            text = _text(row, parts, self.text_column)
            return self._build(ident, text, known, values, number)
        except UnreadableError as error:
            return self.error(error, number, ident)

    def error(self, reason: UnreadableError | str, number: int, ident: str | None = None) -> InputError:
        """Return the record of a row that cannot be read."""
        return InputError(self.entry.source, str(reason), number, ident)

    def _build(self, ident: str, text: str, known: dict[str, Any], rest: dict[str, Any], number: int) -> Document:
        fields, left = document_fields(known)
        meta = {**note(self.encoding), **left, **rest}
        return Document(id=ident, text=text, source=self.entry.source, row=number, meta=meta, **fields)


def _ident(value: Any) -> str | None:
    ident = as_text(value)
    if ident is None and value is not None and not isinstance(value, str):
        raise UnreadableError(f"the id is {_kind(value)}: make it a text or a whole number")
    return ident


def _text(row: Mapping[str, Any], parts: Mapping[str, str], wanted: str) -> str:
    """Return a row's text, which must be a string with something in it."""
    column = next((column for column, part in parts.items() if part == "text"), wanted)
    value = row.get(column)
    if isinstance(value, str) and value.strip():
        return checked(value, column)
    if value is None or isinstance(value, str) or (isinstance(value, float) and math.isnan(value)):
        raise UnreadableError(f"the {clip(column)} cell is empty: fill it or remove the row")
    raise UnreadableError(f"the {clip(column)} cell is {_kind(value)}, not text: quote it, or format it as text")


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (datetime.date, datetime.time)):
        return "a date"
    return "a number" if isinstance(value, (int, float)) else f"a {type(value).__name__}"
