"""Profiles: how often each group of units carries each label, and which labels set two groups apart.

Shares are the model's own, or, where units were coded by hand, corrected by them (`shares`). Intervals of either kind are by
document: one article that quotes both sides counts once, on both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from ..corpus.codebook import Codebook
from .coding import Coding
from .estimation import ENOUGH, Estimate, Sample, compare, effective_positives, estimate, linear
from .frame import Bools, Frame, Ints
from .intervals import Spread, freedom, holm
from .run import NONE
from .shares import Contrast, Share

MOST_GROUPS = 6
"""How many groups, the largest, are compared with each other and followed over time."""


@dataclass(frozen=True)
class Measure:
    """How shares are measured.

    Attributes:
        frame: the units.
        book: their codebook.
        by: the column of the frame that groups them.
        coding: what was coded of them; without it, shares are the model's own.

    """

    frame: Frame
    book: Codebook
    by: str
    coding: Coding | None = None

    def groups(self) -> dict[str, Bools]:
        """Return which units each group holds, (N,), largest group first; units without a value come last."""
        values = self.frame.columns[self.by]
        names, counts = np.unique(values, return_counts=True)
        order = sorted(range(len(names)), key=lambda place: (names[place] == NONE, -counts[place], names[place]))
        return {str(names[place]): values == names[place] for place in order}

    def largest(self) -> dict[str, Bools]:
        """Return the groups that are compared: the largest, of units that have a value."""
        named = [(name, inside) for name, inside in self.groups().items() if name != NONE]
        return dict(named[:MOST_GROUPS])

    def shares(self, name: str, inside: Bools) -> dict[str, Share]:
        """Return the share of every label among the units for which `inside` holds, (N,), called `name`."""
        found: dict[str, Share] = {}
        for labels in self._questions():
            for label, one in zip(labels, self._estimates(labels, inside), strict=True):
                given = self.frame.given[inside, self.frame.column(label)]
                found[label] = Share(label, name, float(given.mean()) if len(given) else 0.0, one)
        return found

    def _questions(self) -> Iterator[tuple[str, ...]]:
        """Yield what is asked at once: a multi-choice label by itself, the labels of a single-choice group together."""
        for group in self.book.groups:
            yield from ((name,) for name in group.names) if group.choice == "multi" else (group.names,)

    def _estimates(self, labels: Sequence[str], inside: Bools) -> list[Estimate]:
        if self.coding is not None:
            return estimate([self.coding.sample(label, inside, self.by) for label in labels])
        documents = self.frame.documents[inside]
        return [uncorrected(documents, self.frame.given[inside, self.frame.column(label)]) for label in labels]


def uncorrected(documents: Ints, given: Bools) -> Estimate:
    """Return the share of units to which the model gave a label, with the spread that documents, and they alone, bring.

    It is `estimation.estimate` with the model as coder of every unit. A label that was never given has an interval too: there one
    more error in a unit drawn at random is all its variance.

    Args:
        documents: the document of each unit, as a number: (N,).
        given: whether the model gave the label: (N,).

    """
    size, positives = len(given), int(given.sum())
    if len(np.unique(documents)) < 2:
        return Estimate(size, size, positives, share=positives / size if size else None)
    everything, ones = np.arange(size), np.ones(size, dtype=bool)
    sample = Sample(documents, given.astype(np.float64), everything, given, ones, np.ones(size))
    part, effective, extra = linear(sample), effective_positives(sample), 1 / size**2
    clusters = len(part.documents)
    contributions = np.sqrt(clusters / (clusters - 1)) * part.of_alone
    degrees = clusters - 1.0
    if effective < ENOUGH:
        degrees = min(degrees, freedom(np.append(contributions, np.sqrt(extra / 2) * np.array([1.0, -1.0]))))
    return Estimate(
        units=size,
        coded=size,
        positives=positives,
        effective=effective,
        spread=Spread(part.alone, float(contributions @ contributions), extra, degrees),
        share=part.alone,
        contributions=contributions,
        documents=part.documents,
    )


@dataclass(frozen=True)
class Profiles:
    """The share of every label in every group, and the differences between the largest groups.

    Attributes:
        by: what units are grouped by.
        sizes: how many units each group holds, largest first.
        shares: group → label → share.
        contrasts: the differences, surest first.

    """

    by: str
    sizes: Mapping[str, int]
    shares: Mapping[str, Mapping[str, Share]]
    contrasts: tuple[Contrast, ...]

    def of(self, label: str) -> Iterator[Share]:
        """Yield the shares of one label, group by group."""
        return (found[label] for found in self.shares.values())


def profiles(measure: Measure) -> Profiles:
    """Return the profile of every group, and compare the largest with each other."""
    groups = measure.groups()
    found = {name: measure.shares(name, inside) for name, inside in groups.items()}
    pairs = list(combinations(measure.largest(), 2))
    contrasts = [contrast(found[a][label], found[b][label]) for a, b in pairs for label in measure.book.labels]
    return Profiles(
        measure.by, {name: int(inside.sum()) for name, inside in groups.items()}, found, adjusted(contrasts)
    )


def contrast(first: Share, second: Share) -> Contrast:
    """Return by how much the share of a label in `first` exceeds that in `second`."""
    difference = compare(first.estimate, second.estimate)
    return Contrast(first.label, first.group, second.group, first.naive - second.naive, difference)


def adjusted(contrasts: Sequence[Contrast]) -> tuple[Contrast, ...]:
    """Return the differences with p-values adjusted for their number by Holm's (1979) method, the surest first."""
    tested = [one for one in contrasts if one.difference]
    p_values = holm([one.difference.p for one in tested if one.difference])
    ready = [replace(one, adjusted=p) for one, p in zip(tested, p_values, strict=True)]
    return (
        *sorted(ready, key=lambda one: (one.adjusted, one.difference.p if one.difference else 1.0)),
        *(one for one in contrasts if not one.difference),
    )
