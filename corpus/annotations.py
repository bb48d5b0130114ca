"""Coded units: sentences with the labels that a coder gave them, from tables in the usual layouts.

Two layouts are read, from every table format: *listed* (a column ``labels`` with the labels of the
row) and *wide* (a column for each label with 1, 0 or blank). A column named like a single-choice
group (``sentiment``) holds its label. A blank is missing, never a no.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .codebook import Codebook
from .errors import CommuniqueError
from .readers import read
from .records import Document, InputError

SPLITS = ("train", "dev", "test")
_YES = {"1", "true", "yes", "x", "1.0"}
_NO = {"0", "false", "no", "0.0"}


@dataclass(frozen=True)
class CodedUnit:
    """A sentence and what its coder gave it.

    Attributes:
        labels: the multi-choice labels given.
        unknown: the multi-choice labels nobody judged; for the others, absence is a no.
        choices: the label chosen in each single-choice group; a group left out is missing.
        document: units of one document never stand in different splits.
        weight: 1/π, the inverse of the probability with which the unit was drawn.
        register: the kind of text, for figures by register.
        type: the situation or contrast type of an authored unit.

    """

    id: str
    text: str
    labels: frozenset[str]
    choices: Mapping[str, str] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    before: str = ""
    speaker: str = ""
    kind: str = ""
    document: str = ""
    split: str = ""
    weight: float = 1.0
    source: str = ""
    register: str = ""
    type: str = ""
    coder: str = ""


def read_coded(paths: Sequence[str], codebook: Codebook) -> list[CodedUnit]:
    """Read coded units from tables.

    Raises:
        CommuniqueError: a row cannot be read, or names a label that the codebook has not; the message says which.

    """
    units = [coded_unit(_document(found), codebook) for found in read(paths)]
    if not units:
        raise CommuniqueError(f"no coded units in {', '.join(paths)}; each row needs a text and its labels")
    return units


def _document(found: Document | InputError) -> Document:
    if isinstance(found, InputError):
        row = f", row {found.row}" if found.row is not None else ""
        raise CommuniqueError(f"{found.source}{row}: {found.reason}")
    return found


def coded_unit(row: Document, codebook: Codebook) -> CodedUnit:
    """Read one row's labels, in the listed or the wide layout."""
    listed = next((row.meta[key] for key in ("labels", "label", "cats") if key in row.meta), None)
    labels, unknown = _wide(row, codebook) if listed is None else (_listed(listed, row, codebook), frozenset[str]())
    choices = {g.name: choice for g in codebook.single if (choice := _choice(row, g.name, g.names, labels))}
    weight = float(row.meta.get("weight") or 1 / float(row.meta.get("pi") or 1))
    text = {key: str(row.meta.get(key) or "") for key in ("split", "register", "type", "coder", "document")}
    return CodedUnit(
        id=row.id,
        text=row.text,
        labels=labels & set(codebook.multi),
        choices=choices,
        unknown=unknown,
        before=row.before or "",
        speaker=row.speaker or "",
        kind=row.kind or "",
        weight=weight,
        source=row.source or "",
        **text | {"document": text["document"] or row.id},
    )


def _listed(raw: Any, row: Document, codebook: Codebook) -> frozenset[str]:
    names = frozenset(_names(raw))
    if odd := names - set(codebook.labels):
        raise CommuniqueError(
            f"{row.id}: label {sorted(odd)[0]!r} is not in codebook {codebook.name}; it has {', '.join(codebook.labels)}"
        )
    return names


def _names(raw: Any) -> Iterable[str]:
    if isinstance(raw, dict):
        return [name for name, value in raw.items() if value]
    if isinstance(raw, str):
        raw = json.loads(raw) if raw.startswith("[") else re.split(r"[;,|#]", raw)
    return [str(name).strip() for name in raw or () if str(name).strip()]


def _wide(row: Document, codebook: Codebook) -> tuple[frozenset[str], frozenset[str]]:
    given, unknown = set(), set()
    for name in codebook.multi:
        cell = str(row.meta.get(name) if row.meta.get(name) is not None else "").strip().lower()
        if cell in _YES:
            given.add(name)
        elif not cell:
            unknown.add(name)
        elif cell not in _NO:
            raise CommuniqueError(f"{row.id}: {name} is {cell!r}; write 1, 0, or leave it blank where nobody judged")
    return frozenset(given), frozenset(unknown)


def _choice(row: Document, group: str, names: Sequence[str], labels: frozenset[str]) -> str | None:
    cell = str(row.meta.get(group) or "").strip() or next((name for name in names if name in labels), "")
    if cell and cell not in names:
        raise CommuniqueError(f"{row.id}: {group} is {cell!r}; it must be one of {', '.join(names)}")
    return cell or None
