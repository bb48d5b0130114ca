"""Shares of labels in groups of a run's units, naive beside corrected, and the differences between groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..corpus.codebook import Codebook
from ..corpus.errors import UsageError
from .coding import Coding
from .estimation import ENOUGH, LEAST, Difference, Estimate, compare, estimate
from .frame import Bools
from .intervals import holm
from .run import NONE

EVERYTHING = "all"
MOST_GROUPS = 6
"""Groups up to which all pairs are compared without being asked for."""


@dataclass(frozen=True)
class Share:
    """One label's share in one group: `naive` is the share of units to which the model gave it."""

    label: str
    group: str
    naive: float
    estimate: Estimate


@dataclass(frozen=True)
class Contrast:
    """The difference of one label's shares between two groups, first minus second.

    Attributes:
        label: the label.
        first: a group.
        second: another.
        naive: the difference of the model's own shares.
        difference: the corrected one; None where one of the two has no interval.
        adjusted: its p-value adjusted for all differences of the table (Holm 1979).

    """

    label: str
    first: str
    second: str
    naive: float
    difference: Difference | None
    adjusted: float | None = None


@dataclass(frozen=True)
class Findings:
    """What was estimated, and what its reader has to know."""

    by: str | None
    shares: tuple[Share, ...]
    contrasts: tuple[Contrast, ...]
    notes: tuple[str, ...]


def labels_of(book: Codebook, names: Sequence[str]) -> tuple[str, ...]:
    """Return the labels that `names` stand for, labels or groups of labels; all of them where there are none.

    Raises:
        UsageError: a name is neither.

    """
    groups = {group.name: group.names for group in book.groups}
    for name in names:
        if name not in groups and name not in book.labels:
            raise UsageError(f"{name!r} is no label of {book.name}; there are {', '.join((*book.labels, *groups))}")
    asked = {label for name in names for label in groups.get(name, (name,))}
    return tuple(label for label in book.labels if label in asked or not names)


def find(
    coding: Coding, book: Codebook, labels: Sequence[str], by: str | None = None, versus: str | None = None
) -> Findings:
    """Estimate the shares of `labels` in the groups of `by`, and the differences between them.

    Args:
        coding: what was coded of the run.
        book: its codebook.
        labels: the labels; those that nobody coded are left out.
        by: a column of the frame; without one, all units are one group.
        versus: two groups, ``A,B``: these alone are estimated and compared.

    Raises:
        UsageError: `versus` does not name two groups, or nobody coded any of the labels.

    """
    groups = _groups(coding, by)
    if versus is not None:
        groups = {name: groups[name] for name in _pair(versus, groups)}
    judged = [label for label in labels if coding.known[:, coding.frame.column(label)].any()]
    if not judged:
        raise UsageError(f"nobody coded {', '.join(labels)}; fill in its column, or ask for other --labels")
    found = {name: _estimates(coding, book, judged, inside, by) for name, inside in groups.items()}
    shares = tuple(
        Share(label, name, _naive(coding, label, inside), found[name][label])
        for label in judged
        for name, inside in groups.items()
    )
    pairs = _pairs(groups, asked=versus is not None)
    contrasts = _adjusted([_contrast(label, pair, groups, found, coding) for label in judged for pair in pairs])
    notes = _notes(coding, by, shares, [label for label in labels if label not in judged], len(groups), pairs)
    return Findings(by, shares, contrasts, tuple(notes))


def _groups(coding: Coding, by: str | None) -> dict[str, Bools]:
    """Return which units each group holds, largest group first."""
    if by is None:
        return {EVERYTHING: np.ones(len(coding.frame), dtype=bool)}
    values = coding.frame.columns[by]
    names, counts = np.unique(values, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return {str(names[place]): values == names[place] for place in order}


def _pair(versus: str, groups: Mapping[str, Bools]) -> tuple[str, str]:
    """Read ``A,B``; a group's own name may hold commas."""
    parts = versus.split(",")
    for place in range(1, len(parts)):
        first, second = ",".join(parts[:place]).strip(), ",".join(parts[place:]).strip()
        if first in groups and second in groups and first != second:
            return first, second
    shown = ", ".join(list(groups)[:12])
    raise UsageError(f"--versus is {versus!r}; name two of the groups, A,B: {shown}{', …' if len(groups) > 12 else ''}")


def _estimates(
    coding: Coding, book: Codebook, labels: Sequence[str], inside: Bools, by: str | None
) -> dict[str, Estimate]:
    found: dict[str, Estimate] = {}
    for question in _questions(book, labels):
        samples = [coding.sample(label, inside, by) for label in question]
        found |= dict(zip(question, estimate(samples), strict=True))
    return found


def _questions(book: Codebook, labels: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield what is asked at once: a multi-choice label by itself, the labels of a single-choice group together."""
    for group in book.groups:
        names = tuple(label for label in group.names if label in labels)
        if group.choice == "multi":
            yield from ((name,) for name in names)
        elif names:
            yield names


def _naive(coding: Coding, label: str, inside: Bools) -> float:
    return float(coding.frame.given[inside, coding.frame.column(label)].mean())


def _pairs(groups: Mapping[str, Bools], *, asked: bool) -> list[tuple[str, str]]:
    names = list(groups) if asked else [name for name in groups if name != NONE]
    return list(combinations(names, 2)) if asked or len(names) <= MOST_GROUPS else []


def _contrast(
    label: str,
    pair: tuple[str, str],
    groups: Mapping[str, Bools],
    found: Mapping[str, Mapping[str, Estimate]],
    coding: Coding,
) -> Contrast:
    first, second = pair
    naive = _naive(coding, label, groups[first]) - _naive(coding, label, groups[second])
    return Contrast(label, first, second, naive, compare(found[first][label], found[second][label]))


def _adjusted(contrasts: Sequence[Contrast]) -> tuple[Contrast, ...]:
    tested = [one.difference.p for one in contrasts if one.difference]
    adjusted = iter(holm(tested))
    return tuple(
        Contrast(
            one.label, one.first, one.second, one.naive, one.difference, next(adjusted) if one.difference else None
        )
        for one in contrasts
    )


def _notes(
    coding: Coding,
    by: str | None,
    shares: Sequence[Share],
    uncoded: Sequence[str],
    groups: int,
    pairs: Sequence[object],
) -> Iterator[str]:
    frame = coding.frame
    yield (
        f"{len(frame)} units of {len(np.unique(frame.documents))} documents, {len(coding.places)} of them coded. "
        "Intervals are 95 %, by document; they speak of the process the documents come from."
    )
    yield from coding.notes(by)
    if any(one.estimate.few and one.estimate.spread for one in shares):
        yield f"*: fewer than {ENOUGH} effective positives (or negatives); the interval is wider for it, and rests on little."
    if any(one.estimate.spread is None for one in shares):
        yield f"–: no interval, as there are fewer than {LEAST} effective positives (or negatives) among the coded units."
        yield "Where there is no interval, code more: communique sample --design label."
    if uncoded:
        yield f"Nobody coded {', '.join(uncoded)}."
    if groups > 1 and not pairs:
        yield f"{groups} groups make {groups * (groups - 1) // 2} pairs: name two with --versus A,B to compare them."
