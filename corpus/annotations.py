"""Coded units: sentences with the labels that a coder gave them, from tables in the usual layouts.

Two layouts are read, from every table format: *listed* (a column ``labels`` with the labels of the
row) and *wide* (a column for each label with 1, 0 or blank). A column named like a single-choice
group (``sentiment``) holds its label. A blank is missing, never a no.
"""

from __future__ import annotations

import json
import math
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
_LISTED = ("labels", "label", "cats")


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
        is_statement: whether the coder found that somebody says this; None where nobody judged.
        speaker_right: whether the coder found the speaker named rightly; None where nobody judged.

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
    is_statement: bool | None = None
    speaker_right: bool | None = None


def read_coded(paths: Sequence[str], codebook: Codebook) -> list[CodedUnit]:
    """Read coded units from tables.

    Raises:
        CommuniqueError: a row cannot be read, or names a label that the codebook has not; the message says which.

    """
    rows = [_document(found) for found in read(paths)]
    _refuse_unlabelled(rows, codebook)
    units = [coded_unit(row, codebook) for row in rows]
    if not units:
        raise CommuniqueError(f"no coded units in {', '.join(paths)}; each row needs a text and its labels")
    return units


def _document(found: Document | InputError) -> Document:
    if isinstance(found, InputError):
        row = f", row {found.row}" if found.row is not None else ""
        raise CommuniqueError(f"{found.source}{row}: {found.reason}")
    return found


def _refuse_unlabelled(rows: Sequence[Document], codebook: Codebook) -> None:
    """Refuse a table without any column of labels: theirs has probably another name."""
    columns: dict[str, set[str]] = {}
    for row in rows:
        columns.setdefault(row.source or row.id, set()).update(row.meta)
    known = {*_LISTED, *codebook.multi, *(group.name for group in codebook.single)}
    for source, names in columns.items():
        if not names & known:
            raise CommuniqueError(
                f"{source} has no column of labels; name one labels, or give each label of codebook {codebook.name} its own"
            )


def coded_unit(row: Document, codebook: Codebook) -> CodedUnit:
    """Read one row's labels, in the listed or the wide layout."""
    listed = next((row.meta[key] for key in _LISTED if key in row.meta), None)
    labels, unknown = _wide(row, codebook) if listed is None else (_listed(listed, row, codebook), frozenset[str]())
    choices = {g.name: choice for g in codebook.single if (choice := _choice(row, g.name, g.names, labels))}
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
        weight=_weight(row),
        source=row.source or "",
        is_statement=_judged(row, "is_statement"),
        speaker_right=_judged(row, "speaker_right"),
        **text | {"document": text["document"] or row.id},
    )


def _weight(row: Document) -> float:
    weight, pi = _positive(row, "weight"), _positive(row, "pi")
    return weight or 1 / (pi or 1.0)


def _positive(row: Document, key: str) -> float | None:
    """Return the number in the column `key`, None where it is blank."""
    cell = row.meta.get(key)
    if cell is None or not str(cell).strip():
        return None
    try:
        number = float(cell)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not (0 < number < math.inf and 1 / number < math.inf):
        raise CommuniqueError(f"{row.id}: {key} is {cell!r}; write a number above 0, or leave it blank")
    return number


def _listed(raw: Any, row: Document, codebook: Codebook) -> frozenset[str]:
    try:
        names = frozenset(_names(raw))
    except (ValueError, RecursionError) as error:
        raise CommuniqueError(f"{row.id}: labels is {raw!r}, no valid JSON list; close it, or write a,b") from error
    if odd := names - set(codebook.labels):
        raise CommuniqueError(
            f"{row.id}: label {sorted(odd)[0]!r} is not in codebook {codebook.name}; it has {', '.join(codebook.labels)}"
        )
    return names


def _names(raw: Any) -> Iterable[str]:
    if isinstance(raw, dict):
        return [name for name, value in raw.items() if value]
    if isinstance(raw, str):
        raw = json.loads(raw) if raw.strip().startswith("[") else re.split(r"[;,|#]", raw)
    names = raw if isinstance(raw, list | tuple) else () if raw is None else (raw,)
    return [str(name).strip() for name in names if str(name).strip()]


def _wide(row: Document, codebook: Codebook) -> tuple[frozenset[str], frozenset[str]]:
    answers = {name: _judged(row, name) for name in codebook.multi}
    given = frozenset(name for name, answer in answers.items() if answer)
    return given, frozenset(name for name, answer in answers.items() if answer is None)


def _judged(row: Document, name: str) -> bool | None:
    """Return the yes or no in the column `name`, None where it is blank."""
    cell = str(row.meta.get(name) if row.meta.get(name) is not None else "").strip().lower()
    if cell and cell not in _YES | _NO:
        raise CommuniqueError(f"{row.id}: {name} is {cell!r}; write 1, 0, or leave it blank where nobody judged")
    return cell in _YES if cell else None


def _choice(row: Document, group: str, names: Sequence[str], labels: frozenset[str]) -> str | None:
    cell = str(row.meta.get(group) or "").strip() or next((name for name in names if name in labels), "")
    if cell and cell not in names:
        raise CommuniqueError(f"{row.id}: {group} is {cell!r}; it must be one of {', '.join(names)}")
    return cell or None
