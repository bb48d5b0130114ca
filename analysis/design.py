"""Which units to code by hand: designs under which every unit has a known chance of being drawn, above zero.

Three designs draw with probabilities proportional to a size: `random` to none, `uncertain` to the standard deviation that
the model itself sees in a unit's labels, `label` to the square root of a label's probability. The first is what
makes corrected shares most precise (Särndal, Swensson & Wretman 1992, section 12.2; Zrnic & Candès 2024), the second what
makes a rare label's share most precise from the coded units alone (Neyman 1934). Half of every size is the same for
all units, so that no weight 1/π exceeds twice that of a simple random sample: a model that errs costs at most that.

Units are drawn by systematic sampling of the units in random order, which keeps the inclusion probabilities exact
(Madow 1949; Hartley & Rao 1962) and with equal sizes is simple random sampling. The design `stratified` draws
a simple random sample from each stratum, of sizes as equal as the strata permit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..corpus.errors import UsageError
from .frame import Array, Bools, Frame, Ints

DESIGNS = ("random", "stratified", "uncertain", "label")
RANDOM_SHARE = 0.5
WHOLE = "all"


@dataclass(frozen=True)
class Design:
    """With which probability each unit is drawn.

    Attributes:
        pi: inclusion probabilities, above 0 and at most 1: (N,). Within a stratum they sum to a whole number.
        strata: the name of each unit's stratum: (N,).

    """

    pi: Array
    strata: npt.NDArray[np.str_]

    def draw(self, seed: int) -> Ints:
        """Return the places of the units drawn, in random order; their number is the sum of `pi`."""
        rng = np.random.default_rng(seed)
        drawn = [_systematic(self.pi, np.flatnonzero(self.strata == name), rng) for name in np.unique(self.strata)]
        return np.asarray(rng.permutation(np.concatenate(drawn)), dtype=np.int64)


def plan(name: str, frame: Frame, n: int, *, label: str | None = None, by: str | None = None) -> Design:
    """Return the design `name` for a sample of `n` units.

    Args:
        name: one of `DESIGNS`.
        frame: the units.
        n: how many to draw.
        label: what `label` looks for.
        by: the column of the frame whose values are the strata of `stratified`.

    Raises:
        UsageError: there are fewer units than `n`, more strata than `n`, or the design lacks what it needs.

    """
    if not 0 < n <= len(frame):
        raise UsageError(f"-n is {n}, and there are {len(frame)} units to draw from; give a number from 1 to that")
    if name == "stratified":
        return _stratified(frame, n, by)
    return Design(proportional(sizes(name, frame, label), n), np.full(len(frame), WHOLE))


def sizes(name: str, frame: Frame, label: str | None = None) -> Array:
    """Return the sizes, of mean one, to which a design's probabilities are proportional: (N,)."""
    target = np.ones(len(frame))
    if name == "uncertain":
        target = np.sqrt((frame.scores * (1 - frame.scores)).sum(axis=1))
    if name == "label":
        if label not in frame.labels:
            raise UsageError(f"--label is {label!r}; the design label looks for one of {', '.join(frame.labels)}")
        target = np.sqrt(frame.scores[:, frame.column(label)])
    mean = target.mean()
    return RANDOM_SHARE + (1 - RANDOM_SHARE) * (target / mean if mean > 0 else np.ones(len(frame)))


def proportional(size: Array, n: int) -> Array:
    """Return inclusion probabilities proportional to `size` that sum to `n`; what would exceed 1 is taken for certain."""
    certain = np.zeros(len(size), dtype=bool)
    while True:
        rest = ~certain
        pi = np.ones(len(size))
        pi[rest] = (n - certain.sum()) * size[rest] / size[rest].sum() if rest.any() else 1.0
        over: Bools = rest & (pi >= 1)
        if not over.any():
            return pi
        certain |= over


def _stratified(frame: Frame, n: int, by: str | None) -> Design:
    if by is None:
        raise UsageError("the design stratified needs --by FIELD: actor_type, kind, publisher, month, …")
    strata = frame.columns[by]
    names, counts = np.unique(strata, return_counts=True)
    if len(names) > n:
        raise UsageError(
            f"{by} has {len(names)} values, more than the {n} units to draw; raise -n or choose another field"
        )
    drawn = allocate(dict(zip(names.tolist(), counts.tolist(), strict=True)), n)
    shares = {name: drawn[name] / count for name, count in zip(names.tolist(), counts.tolist(), strict=True)}
    return Design(np.array([shares[name] for name in strata.tolist()]), strata)


def allocate(counts: Mapping[str, int], n: int) -> dict[str, int]:
    """Divide `n` among strata of these sizes as equally as the sizes permit; each gets at least one."""
    left, drawn = n, {}
    for place, (name, count) in enumerate(sorted(counts.items(), key=lambda item: item[1])):
        drawn[name] = min(count, left // (len(counts) - place))
        left -= drawn[name]
    return drawn


def _systematic(pi: Array, units: Ints, rng: np.random.Generator) -> Ints:
    """Draw from `units` with probabilities `pi`: one random start, then every whole step of their sum (Madow 1949)."""
    certain, rest = units[pi[units] >= 1], rng.permutation(units[pi[units] < 1])
    if not len(rest):
        return certain
    ends = np.cumsum(pi[rest])
    ends[-1] = round(ends[-1])  # a whole number, but for rounding
    hits = np.floor(ends + rng.random()).astype(np.int64)
    return np.concatenate([certain, rest[np.diff(hits, prepend=0) > 0]])


def expected_positives(design: Design, frame: Frame) -> dict[str, float]:
    """Return how many positives of each label the sample holds on average, if the probabilities are right."""
    return dict(zip(frame.labels, (design.pi @ frame.scores).tolist(), strict=True))


@dataclass(frozen=True)
class Need:
    """How many units to code for one label.

    Attributes:
        label: its name.
        share: its share in the run, by the model's probabilities.
        alone: units for the wanted interval from coded units alone, drawn at random.
        corrected: the same with the model's help; None where the run is too small for it.
        positives: units for 30 positives, drawn at random.

    """

    label: str
    share: float
    alone: int
    corrected: int | None
    positives: int


def needs(frame: Frame, half_width: float, enough: int) -> list[Need]:
    """Return how many units each label needs for a 95 % interval of ± `half_width` and for `enough` positives.

    Coded units alone: ``n = z² s (1 - s) / d²`` (Cochran 1977, section 4.4). With the model: the variance is
    ``Var(p) / N + mean(p (1 - p)) / n`` where the probabilities ``p`` are right (Angelopoulos, Duchi & Zrnic 2023).
    Both take units for independent; sentences of one document are not quite, and need some more.

    """
    return [_need(label, frame.scores[:, frame.column(label)], half_width, enough) for label in frame.labels]


def _need(label: str, p: Array, half_width: float, enough: int) -> Need:
    share, variance = float(p.mean()), (half_width / 1.959964) ** 2
    left = variance - float(p.var()) / len(p)
    corrected = int(np.ceil((p * (1 - p)).mean() / left)) if left > 0 else None
    alone, positives = int(np.ceil(share * (1 - share) / variance)), int(np.ceil(enough / max(share, 1e-9)))
    return Need(label, share, alone, min(corrected, alone) if corrected else corrected, positives)
