"""The records that flow between the parts: one frozen dataclass for each, one line of JSON for each.

Offsets are code points into the text of the document, end-exclusive, so that
``document.text[x.start:x.end] == x.text`` holds for every `Statement` and `Unit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

ActorType = Literal["company", "government", "igo", "ngo", "industry", "other"]
ACTOR_TYPES: tuple[ActorType, ...] = ("company", "government", "igo", "ngo", "industry", "other")

StatementKind = Literal["direct", "indirect", "mixed", "release"]
STATEMENT_KINDS: tuple[StatementKind, ...] = ("direct", "indirect", "mixed", "release")


@dataclass(frozen=True, slots=True)
class Document:
    """One file, or one row of a table.

    `speaker` and `kind` are what the input itself says of who speaks (a table's columns, a
    press release's issuer); `before` is the context a table row brings along; `row` is the row's
    number in its table (from 1), None for a whole file; `meta` holds every other column, untouched.
    """

    id: str
    text: str
    title: str | None = None
    date: str | None = None
    publisher: str | None = None
    speaker: str | None = None
    kind: ActorType | None = None
    before: str | None = None
    language: str | None = None
    source: str | None = None
    row: int | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InputError:
    """An input that could not be read: which one, why, and what to do about it."""

    source: str
    reason: str
    row: int | None = None
    id: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the record as a line of ``errors.jsonl``."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Statement:
    """A span of a document that one speaker says.

    `speaker` is the source as written ("a Hikvision spokesperson"), `actor` its canonical name
    ("Hikvision"), `on_behalf_of` the organisation for which a person or an adviser speaks.
    `confidence` is the extraction rule's own, from 0 to 1.
    """

    id: str
    doc: str
    text: str
    start: int
    end: int
    kind: StatementKind
    speaker: str | None = None
    speaker_start: int | None = None
    speaker_end: int | None = None
    actor: str | None = None
    actor_type: ActorType | None = None
    on_behalf_of: str | None = None
    cue: str | None = None
    cue_start: int | None = None
    cue_end: int | None = None
    confidence: float = 1.0
    rule: str = ""
    no_comment: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence of a statement, and what is known around it: this is what gets labelled.

    `before` holds up to two sentences that precede it in the same statement.
    """

    id: str
    doc: str
    statement: str
    text: str
    start: int
    end: int
    before: str = ""
    speaker: str | None = None
    actor: str | None = None
    actor_type: ActorType | None = None
    kind: StatementKind = "direct"
    on_behalf_of: str | None = None
    title: str | None = None
    date: str | None = None
    publisher: str | None = None
    language: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """What an act of opposition, support, denial, demand, condemnation or harm is directed at."""

    text: str
    start: int
    end: int
    actor: str | None
    kind: Literal["government_action", "government_conduct", "company_conduct", "claim", "other"]


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the classifier says of one unit: calibrated probabilities, and the labels over threshold."""

    labels: tuple[str, ...]
    scores: Mapping[str, float]
    sentiment: str | None = None
    sentiment_scores: Mapping[str, float] = field(default_factory=dict)
    target: Target | None = None
    flags: tuple[str, ...] = ()
