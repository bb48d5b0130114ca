"""Sentences worth reading: the typical ones of each group and label, and those whose stance and sentiment part."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ..corpus.codebook import Codebook
from .run import NONE, Run, ScoredUnit
from .shares import EVERYTHING

MOST = 3


@dataclass(frozen=True)
class Sentence:
    """A sentence that stands for others: `score` is the model's probability that it carries what it stands for."""

    unit: ScoredUnit
    score: float


@dataclass(frozen=True)
class Tone:
    """With which sentiment a label is said, in one group.

    Attributes:
        group: the group, or all of them.
        label: a multi-choice label.
        sentiments: how many of the units that carry it have each sentiment.

    """

    group: str
    label: str
    sentiments: Mapping[str, int]

    @property
    def units(self) -> int:
        """How many units carry the label."""
        return sum(self.sentiments.values())

    @property
    def usual(self) -> str:
        """The sentiment that most of them have."""
        return max(self.sentiments, key=lambda name: self.sentiments[name])


@dataclass(frozen=True)
class Reading:
    """What a reader of the run looks at first.

    Attributes:
        typical: (group, label) → its typical sentences, surest first.
        tones: with which sentiment each label is said.
        parting: (label, sentiment) → sentences that carry the label with a sentiment that is not its usual one.

    """

    typical: Mapping[tuple[str, str], tuple[Sentence, ...]]
    tones: tuple[Tone, ...]
    parting: Mapping[tuple[str, str], tuple[Sentence, ...]]


def read(run: Run, book: Codebook, by: str, groups: Collection[str]) -> Reading:
    """Read the units of `run` once. Only unflagged units are typical, each text once."""
    typical, pairs = _Best(), _Best()
    tones: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for unit in run.units():
        group = unit.value(by) or NONE
        for label in [name for name in book.labels if unit.gave(name)]:
            if group in groups:
                typical.offer((group, label), unit, unit.score(label))
            if label in unit.labels and unit.sentiment:
                for name in (EVERYTHING, group):
                    tones[name, label][unit.sentiment] += 1
                pairs.offer((label, unit.sentiment), unit, unit.score(label) * unit.score(unit.sentiment))
    found = _tones(tones, book, groups)
    usual = {(one.label, one.usual) for one in found if one.group == EVERYTHING}
    return Reading(typical.all(), tuple(found), {key: best for key, best in pairs.all().items() if key not in usual})


def _tones(tones: Mapping[tuple[str, str], Counter[str]], book: Codebook, groups: Iterable[str]) -> list[Tone]:
    return [
        Tone(group, label, tones[group, label])
        for group in (EVERYTHING, *groups)
        for label in book.multi
        if (group, label) in tones
    ]


class _Best:
    """The surest unflagged sentences under each key, each text once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[Sentence]] = defaultdict(list)

    def offer(self, key: tuple[str, str], unit: ScoredUnit, score: float) -> None:
        best = self._found[key] if not unit.flags else []
        if (
            unit.flags
            or (len(best) == MOST and score <= best[-1].score)
            or any(one.unit.text == unit.text for one in best)
        ):
            return
        best.append(Sentence(unit, score))
        best.sort(key=lambda one: -one.score)
        del best[MOST:]

    def all(self) -> dict[tuple[str, str], tuple[Sentence, ...]]:
        return {key: tuple(best) for key, best in self._found.items()}
