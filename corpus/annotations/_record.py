"""The record of one coding, and what all formats share in making one and taking it apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

from ..codebook import Codebook
from ..errors import CommuniqueError
from ..records import Document, InputError

SPLITS = ("train", "dev", "test")
LISTED = ("labels", "label", "cats")
NO_LABEL = "no label"
"""What stands for "judged, and none applies" where an empty list could also mean "not judged"; no label can be called so."""
_YES = {"1", "true", "yes", "x", "1.0"}
_NO = {"0", "false", "no", "0.0"}
VERDICTS = ("is_statement", "speaker_right")
"""What coders can judge of a unit beside the codebook's questions."""
_TEXTS = ("document", "split", "register", "type", "coder", "note")
_NUMBERS = ("pi", "weight")
_ROLES = ("id", "text", "before", "speaker", "kind", "title", "date", "publisher")
RESERVED = frozenset({"unit_id", "missing", "suggested", "prelabelled", *_ROLES, *_TEXTS, *_NUMBERS, *LISTED}) - {
    "title", "date", "publisher",
}  # fmt: skip
"""Names that no metadata may have, for they mean something themselves."""


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
        pi: that probability, where the file states it.
        note: what the coder remarked.
        suggested: the labels that a model proposes, None where none was asked; never a coder's answer.
        meta: every other column, untouched.

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
    note: str = ""
    pi: float | None = None
    suggested: frozenset[str] | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_statement(self) -> bool | None:
        """Whether the coder found that somebody says this; None where nobody judged."""
        return self.verdicts.get("is_statement")

    @property
    def speaker_right(self) -> bool | None:
        """Whether the coder found the speaker named rightly; None where nobody judged."""
        return self.verdicts.get("speaker_right")

    @property
    def verdicts(self) -> dict[str, bool]:
        """What was judged of the unit itself: `VERDICTS` without those that nobody answered."""
        found = {name: yes_or_no(self.meta.get(name), name, self.id) for name in VERDICTS}
        return {name: answer for name, answer in found.items() if answer is not None}

    def judged(self, codebook: Codebook) -> bool:
        """Say whether anybody answered any question of `codebook` here."""
        return bool(self.choices) or not self.unknown.issuperset(codebook.multi)


def yes_or_no(value: Any, name: str, where: str) -> bool | None:
    """Return a cell's answer, None where it is blank.

    Raises:
        CommuniqueError: it is neither yes, no nor blank.

    """
    cell = str(value if value is not None else "").strip().lower()
    if cell and cell not in _YES | _NO:
        raise CommuniqueError(f"{where}: {name} is {cell!r}; write 1, 0, or leave it blank where nobody judged")
    return cell in _YES if cell else None


@dataclass(frozen=True)
class Judgement:
    """What one coder said of one unit; see `CodedUnit` for the attributes."""

    labels: frozenset[str]
    unknown: frozenset[str]
    choices: Mapping[str, str]


def nothing(codebook: Codebook) -> Judgement:
    """Return the judgement of somebody who said nothing."""
    return Judgement(frozenset(), frozenset(codebook.multi), {})


def judgement(names: AbstractSet[str], unasked: Iterable[str], where: str, codebook: Codebook) -> Judgement:
    """Return the judgement of a coder who chose `names` among all labels but the `unasked` ones."""
    labels = frozenset(names & set(codebook.multi))
    return Judgement(labels, frozenset(unasked) & set(codebook.multi) - labels, _choices(names, where, codebook))


def known(names: Iterable[Any], where: str, codebook: Codebook) -> frozenset[str]:
    """Return label names as the codebook has them; ``sentiment: negative`` is ``negative``.

    Raises:
        CommuniqueError: a name is not in the codebook.

    """
    prefixed = {f"{group.name}: {name}": name for group in codebook.groups for name in group.names}
    found = {prefixed.get(text, text) for name in names if (text := str(name).strip())}
    if odd := found - set(codebook.labels):
        raise CommuniqueError(
            f"{where}: label {min(odd)!r} is not in codebook {codebook.name}; it has {', '.join(codebook.labels)}"
        )
    return frozenset(found)


def _choices(names: AbstractSet[str], where: str, codebook: Codebook) -> dict[str, str]:
    found = {group.name: [name for name in group.names if name in names] for group in codebook.single}
    for group, chosen in found.items():
        if len(chosen) > 1:
            raise CommuniqueError(f"{where}: {group} is both {chosen[0]} and {chosen[1]}; keep one of them")
    return {group: chosen[0] for group, chosen in found.items() if chosen}


def names(unit: CodedUnit, codebook: Codebook) -> list[str]:
    """Return all labels that the unit has, in the codebook's order."""
    given = unit.labels | set(unit.choices.values())
    return [name for name in codebook.labels if name in given]


def suggestion(unit: CodedUnit, codebook: Codebook) -> str:
    """Return what a model proposes as the text of one cell."""
    return ";".join(name for name in codebook.labels if name in (unit.suggested or ())) or NO_LABEL


def document(found: Document | InputError) -> Document:
    """Return what was read.

    Raises:
        CommuniqueError: it could not be read.

    """
    if isinstance(found, InputError):
        row = f", row {found.row}" if found.row is not None else ""
        raise CommuniqueError(f"{found.source}{row}: {found.reason}")
    return found


def named(row: Document) -> Document:
    """Return a tool's row under our own id, where it has kept that: tools number their items themselves."""
    return replace(row, id=str(row.meta["unit_id"])) if row.meta.get("unit_id") else row


def unit_of(row: Document, given: Judgement, codebook: Codebook) -> CodedUnit:
    """Return the record of a row, of which `given` was read already."""
    texts = {key: str(row.meta.get(key) or "") for key in _TEXTS}
    pi, weight = (_positive(row, key) for key in _NUMBERS)
    return CodedUnit(
        id=row.id,
        text=row.text,
        labels=given.labels,
        choices=given.choices,
        unknown=given.unknown,
        before=row.before or "",
        speaker=row.speaker or "",
        kind=row.kind or str(row.meta.get("kind") or ""),
        weight=weight or 1 / (pi or 1.0),
        pi=pi,
        source=row.source or "",
        suggested=_suggested(row, codebook),
        meta=_rest(row, codebook),
        **texts | {"document": texts["document"] or row.id},
    )


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


def _suggested(row: Document, codebook: Codebook) -> frozenset[str] | None:
    cell = str(row.meta.get("suggested") or "")
    return known(cell.replace(NO_LABEL, "").split(";"), row.id, codebook) if cell.strip() else None


def _rest(row: Document, codebook: Codebook) -> dict[str, Any]:
    known = {key: value for key in ("title", "date", "publisher") if (value := getattr(row, key))}
    taken = RESERVED | set(questions(codebook))
    return known | {key: value for key, value in row.meta.items() if key not in taken}


def questions(codebook: Codebook) -> tuple[str, ...]:
    """Return what a coder is asked: every multi-choice label, and every single-choice group."""
    return (*codebook.multi, *(group.name for group in codebook.single))


def fields(unit: CodedUnit) -> dict[str, Any]:
    """Return what is known of a unit but its id, coder, note and judgement; `unit_of` reads it back."""
    found = {
        "before": unit.before,
        "speaker": unit.speaker,
        "kind": unit.kind,
        "document": unit.document if unit.document != unit.id else "",
        "split": unit.split,
        "register": unit.register,
        "type": unit.type,
        "pi": unit.pi,
        "weight": unit.weight if unit.weight != 1 / (unit.pi or 1.0) else None,
        **unit.meta,
    }
    return {"text": unit.text} | {key: value for key, value in found.items() if value not in ("", None)}


def filled(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with the same keys each, "" where one was absent: tools trip over keys that come and go."""
    keys = dict.fromkeys(key for row in rows for key in row)
    return [{key: row.get(key, "") for key in keys} for row in rows]


def refuse_reserved(units: Sequence[CodedUnit], taken: AbstractSet[str], what: str) -> None:
    """Refuse metadata whose name would be read back as something else.

    Raises:
        CommuniqueError: a name in `taken` or `RESERVED`, or two that differ in outer spaces only.

    """
    columns = dict.fromkeys(key for unit in units for key in unit.meta)
    seen: set[str] = set()
    for name in columns:
        plain = name.strip()
        if not plain or plain in seen or plain.lower() in RESERVED | taken:
            raise CommuniqueError(f"the column {name!r} has a meaning of its own in {what}; rename it first")
        seen.add(plain)
