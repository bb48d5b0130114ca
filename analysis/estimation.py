"""Shares corrected for the classifier's errors: what the model says of all units, set right by those coded by hand.

The estimator is the difference estimator of survey statistics (Särndal, Swensson & Wretman 1992, section 6.3), rediscovered as
prediction-powered inference and tuned there (PPI++; Angelopoulos, Duchi & Zrnic 2023, arXiv:2311.01453). With the model's probability ``f``, the
coder's answer ``y`` and weights ``w = 1/π`` of the coded units ``S`` among all units ``U`` of a group::

    share = Σ_S w y / Σ_S w + λ (mean_U f - Σ_S w f / Σ_S w)

The first part is Hájek's (1971) estimator from the coded units alone; λ = 0 leaves it at that. λ is the slope of ``y`` on ``f`` among the coded units, from 0 to 1, so
that a poor model costs nothing and a perfect one decides alone. Where coders also judged whether a unit is a statement at
all (``z``), the first part is the ratio ``Σ w y z / Σ w z``: the share among true statements.

The variance is that of the sum over documents of what each contributes to the estimate to first order (Taylor linearisation; Binder 1983; Liang & Zeger 1986): coded
and uncoded units of one document, and groups that share documents, are taken together. It speaks of the process from which the documents
come. As a statement about these very units the interval is somewhat wide, the more so the larger the part that is coded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .frame import Array, Bools, Ints
from .intervals import Spread, difference, freedom, p_value

ENOUGH = 30
"""Effective positives (and negatives) from which on an estimate needs no warning."""
LEAST = 5
"""Effective positives (or negatives) below which no interval is given: how they cluster in documents cannot be told."""

NOTHING = 1e-20
"""A variance that only rounding brings about."""


@dataclass(frozen=True)
class Sample:
    """The units of one group, and those of them that a coder judged on one question.

    Attributes:
        documents: the document of each unit, as a number: (N,).
        scores: the model's probability: (N,).
        coded: the places of the coded units among them: (n,).
        truth: whether the coder gave the label: (n,).
        valid: whether the coder found the unit to be a statement of this group: (n,). The truth of others does not count.
        weights: 1/π of the coded units: (n,).

    """

    documents: Ints
    scores: Array
    coded: Ints
    truth: Bools
    valid: Bools
    weights: Array

    def __len__(self) -> int:
        return len(self.scores)


@dataclass(frozen=True)
class Linear:
    """An estimate as a function of λ, ``alone + λ gap``, with what each document contributes to both parts.

    Attributes:
        alone: the share by the coded units alone.
        gap: by how much the model's mean over all units exceeds that over the coded ones.
        documents: the group's documents, ascending: (D,).
        of_alone: their contributions to `alone`: (D,).
        of_coded: their contributions to the model's mean over the coded units: (D,).
        of_all: the same over all units: (D,).
        coded_documents: how many documents hold coded units.

    """

    alone: float
    gap: float
    documents: Ints
    of_alone: Array
    of_coded: Array
    of_all: Array
    coded_documents: int

    def contributions(self, tuning: float) -> Array:
        """Return what each document contributes to the estimate: (D,)."""
        return self.of_alone + tuning * (self.of_all - self.of_coded)


@dataclass(frozen=True)
class Estimate:
    """One label's share in one group.

    Attributes:
        units: units of the group.
        coded: those that a coder judged.
        positives: those to which the coder gave the label.
        effective: the number of independent positives, or of negatives if they are fewer, that carry as much information.
        spread: the share with its uncertainty; None where too little was coded for an interval.
        share: the corrected share, clipped to [0, 1]; None where nothing was coded.
        tuning: λ, how much the model counts.
        contributions: what each document contributes to the estimate: (D,).
        documents: those documents, ascending: (D,).

    """

    units: int
    coded: int
    positives: int
    effective: float = 0.0
    spread: Spread | None = None
    share: float | None = None
    tuning: float = 0.0
    contributions: Array = field(default_factory=lambda: np.zeros(0), repr=False)
    documents: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64), repr=False)

    @property
    def error(self) -> float | None:
        """The standard error."""
        return None if self.spread is None else float(np.sqrt(self.spread.variance))

    @property
    def few(self) -> bool:
        """Whether the positives, or the negatives, are so few that the interval deserves a warning."""
        return self.effective < ENOUGH


def estimate(samples: Sequence[Sample], tuning: float | None = None) -> list[Estimate]:
    """Estimate the shares of one label, or of all labels of a single-choice group at once, in one group of units.

    Args:
        samples: one for each label. They share one λ, so that shares which exclude each other still sum to one.
        tuning: λ; by default the one that makes the sum of their variances smallest.

    """
    usable = [sample for sample in samples if _effective_units(sample)]
    if len(usable) < len(samples):
        return [Estimate(len(sample), len(sample.coded), _positives(sample)) for sample in samples]
    parts = [linear(sample) for sample in samples]
    chosen = tune(parts) if tuning is None else tuning
    return [_estimate(sample, part, chosen) for sample, part in zip(samples, parts, strict=True)]


def linear(sample: Sample) -> Linear:
    """Return a share as a function of λ."""
    names, places = np.unique(sample.documents, return_inverse=True)
    weights, scores, coded = sample.weights, sample.scores[sample.coded], places[sample.coded]
    kept = weights * sample.valid
    alone = float((kept * sample.truth).sum() / kept.sum())
    mean, coded_mean = float(sample.scores.mean()), float((weights * scores).sum() / weights.sum())
    of_alone = _totals(coded, kept * (sample.truth - alone) / kept.sum(), len(names))
    of_coded = _totals(coded, weights * (scores - coded_mean) / weights.sum(), len(names))
    of_all = _totals(places, (sample.scores - mean) / len(sample), len(names))
    return Linear(alone, mean - coded_mean, names, of_alone, of_coded, of_all, len(np.unique(coded)))


def _totals(places: Ints, values: Array, size: int) -> Array:
    """Sum `values` by place: (size,)."""
    return np.asarray(np.bincount(places, values, size), dtype=np.float64)


def tune(parts: Sequence[Linear]) -> float:
    """Return the λ from 0 to 1 at which the coded part of the variance, summed over labels, is smallest.

    It is the slope of the documents' sums of ``y`` on those of ``f``. PPI++ divides by a further 1 + n / N
    (Angelopoulos et al. 2023, section 6), as its coded units are none of the N; where they are, both terms cancel.

    """
    both = sum(float(part.of_alone @ part.of_coded) for part in parts)
    own = sum(float(part.of_coded @ part.of_coded) for part in parts)
    return min(max(both / own, 0.0), 1.0) if own > NOTHING else 0.0


def _estimate(sample: Sample, part: Linear, tuning: float) -> Estimate:
    clusters = part.coded_documents
    contributions = np.sqrt(clusters / (clusters - 1)) * part.contributions(tuning)
    effective, share, spread = effective_positives(sample), part.alone + tuning * part.gap, None
    if effective >= LEAST:
        spread = _spread(share, contributions, clusters, _extra(sample), few=effective < ENOUGH)
    return Estimate(
        units=len(sample),
        coded=len(sample.coded),
        positives=_positives(sample),
        effective=effective,
        spread=spread,
        share=min(max(share, 0.0), 1.0),
        tuning=tuning,
        contributions=contributions,
        documents=part.documents,
    )


def _spread(share: float, contributions: Array, clusters: int, extra: float, *, few: bool) -> Spread:
    degrees = clusters - 1.0
    if few:
        pair = np.sqrt(extra / 2) * np.array([1.0, -1.0])
        degrees = min(freedom(np.append(contributions, pair)), degrees)
    return Spread(share, float(contributions @ contributions), extra, degrees)


def _extra(sample: Sample) -> float:
    """Return what one more error, in a unit drawn at random from all, would add to the variance."""
    return float((sample.weights**3).sum() / sample.weights.sum() ** 3)


def _positives(sample: Sample) -> int:
    return int((sample.truth & sample.valid).sum())


def _effective_units(sample: Sample) -> bool:
    """Return whether there are valid coded units in at least two documents."""
    return len(np.unique(sample.documents[sample.coded[sample.valid]])) > 1


def effective_positives(sample: Sample) -> float:
    """Return Kish's (1965) effective number of positives, or of negatives if that is smaller, with documents as units.

    ``(Σ_d t_d)² / Σ_d t_d²``, where ``t_d`` is the weighted number in a document: equal weights and a document each give the plain number.

    """
    names, places = np.unique(sample.documents[sample.coded], return_inverse=True)
    sides = [sample.truth & sample.valid, ~sample.truth & sample.valid]
    return min(_kish(_totals(places, sample.weights * side, len(names))) for side in sides)


def _kish(totals: Array) -> float:
    squares = float(totals @ totals)
    return round(float(totals.sum() ** 2 / squares), 6) if squares else 0.0  # so that five are not 4.9999…


@dataclass(frozen=True)
class Difference:
    """How far the shares of two groups differ: first minus second.

    Attributes:
        share: the difference.
        error: its standard error, from the joint covariance by document.
        low: where its 95 % interval begins.
        high: where it ends.
        p: the p-value of no difference.

    """

    share: float
    error: float
    low: float
    high: float
    p: float


def compare(a: Estimate, b: Estimate) -> Difference | None:
    """Return how far two estimates differ, None where one of them has no interval."""
    if a.spread is None or b.spread is None:
        return None
    first, second = a.spread, b.spread
    covariance = _covariance(a, b)
    both = np.sqrt(first.variance * second.variance)
    correlation = float(np.clip(covariance / both, -1, 1)) if both > 0 else 0.0
    low, high = difference(first, second, correlation)
    error = float(np.sqrt(max(first.variance + second.variance - 2 * covariance, 0.0)))
    p = p_value(lambda level: difference(first, second, correlation, level))
    return Difference((a.share or 0.0) - (b.share or 0.0), error, low, high, p)


def _covariance(a: Estimate, b: Estimate) -> float:
    """Return the covariance of two estimates, by the documents that they share."""
    _, in_a, in_b = np.intersect1d(a.documents, b.documents, assume_unique=True, return_indices=True)
    return float(a.contributions[in_a] @ b.contributions[in_b])
