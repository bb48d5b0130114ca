"""Who answers whom: which actor speaks of which other.

A sentence answers the actor of its target where it has one; otherwise those actors that it names and that have a statement of their own in
the same document. Names are matched in full, without their legal form, or by an alias of the actors' file; pronouns are not resolved.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from ..corpus.extraction import Actors
from .run import Run, ScoredUnit

TARGET, NAMED = "target", "named"
_LEGAL = re.compile(r",? (inc|ltd|plc|llc|corp|co|ag|sa|se|gmbh|limited|corporation)\.?$", re.IGNORECASE)


@dataclass
class Answers:
    """What one actor says to another.

    Attributes:
        speaker: who speaks.
        addressee: who is answered.
        bases: how many sentences have the addressee as target, and how many name it.
        labels: how many carry each label.
        sentiments: how many have each sentiment.
        example: the surest of them.

    """

    speaker: str
    addressee: str
    bases: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    sentiments: Counter[str] = field(default_factory=Counter)
    example: ScoredUnit | None = None

    @property
    def units(self) -> int:
        """How many sentences there are."""
        return self.bases.total()

    def add(self, unit: ScoredUnit, basis: str) -> None:
        """Count a sentence."""
        self.bases[basis] += 1
        self.labels.update(unit.labels)
        self.sentiments.update([unit.sentiment] if unit.sentiment else [])
        if self.example is None or _sureness(unit) > _sureness(self.example):
            self.example = unit


def _sureness(unit: ScoredUnit) -> float:
    return 0.0 if unit.flags else max((unit.score(label) for label in unit.labels), default=0.0)


def answers(run: Run, actors: Actors) -> list[Answers]:
    """Return who answers whom in the documents of a run, those who do so most first."""
    found: dict[tuple[str, str], Answers] = {}
    for _, units in groupby(run.units(), key=lambda unit: unit.doc):
        for unit, addressee, basis in _in_document(list(units), actors):
            key = (str(unit.actor), addressee)
            found.setdefault(key, Answers(*key)).add(unit, basis)
    return sorted(found.values(), key=lambda one: (-one.units, one.speaker, one.addressee))


def _in_document(units: Sequence[ScoredUnit], actors: Actors) -> Iterator[tuple[ScoredUnit, str, str]]:
    speaking = sorted({unit.actor for unit in units if unit.actor})
    for unit in units:
        if not unit.actor:
            continue
        if unit.target and unit.target.actor:
            if unit.target.actor != unit.actor:
                yield unit, unit.target.actor, TARGET
            continue
        others = [name for name in speaking if name != unit.actor]
        for other in named(unit.text, others, actors) if others else ():
            yield unit, other, NAMED


def named(text: str, names: Sequence[str], actors: Actors) -> list[str]:
    """Return those of `names` that `text` names."""
    known = {actor for actor, _ in actors.named_in(text)}
    return [name for name in names if name in known or _pattern(name).search(text)]


@lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(_LEGAL.sub('', name))}(?!\w)")
