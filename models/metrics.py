"""How right a classifier is: per label and overall, with intervals that resample documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .calibration import Array, logit

Bools = npt.NDArray[np.bool_]
BOOTSTRAPS = 2000
MIN_POSITIVES = 40


@dataclass(frozen=True)
class Interval:
    """A figure and its 95 % percentile interval from a bootstrap over documents; NaN where there is none."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if np.isnan(self.value):
            return "–"
        return f"{self.value:.3f}" + ("" if np.isnan(self.low) else f" [{self.low:.3f}, {self.high:.3f}]")


NAN = float("nan")
UNKNOWN = Interval(NAN, NAN, NAN)
"""A figure that does not exist."""


@dataclass(frozen=True)
class LabelReport:
    """One label's figures; `support` counts its positives. Where nobody judged it they are NaN."""

    name: str
    support: int
    precision: float
    recall: float
    f1: Interval
    average_precision: float
    weighted_f1: float
    brier_skill: float = NAN
    slope: float = NAN
    ece: float = NAN


@dataclass(frozen=True)
class Report:
    """What an evaluation found."""

    n: int
    documents: int
    labels: tuple[LabelReport, ...]
    macro_f1: Interval
    weighted_macro_f1: Interval
    micro_f1: Interval
    single: Mapping[str, Interval] = field(default_factory=dict)
    uncertain: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Counts:
    """True positives, false positives and false negatives, per document and label: (documents, labels)."""

    tp: Array
    fp: Array
    fn: Array

    def f1(self, weights: Array) -> Array:
        """Return F1 per label under `weights`, how often each document is drawn: (draws, documents)."""
        return f1(weights @ self.tp, weights @ self.fp, weights @ self.fn)

    def micro(self, weights: Array) -> Array:
        """Return micro-averaged F1 per draw."""
        return f1((weights @ self.tp).sum(-1), (weights @ self.fp).sum(-1), (weights @ self.fn).sum(-1))


def f1(tp: Any, fp: Any, fn: Any) -> Array:
    """Return 2tp / (2tp + fp + fn), and 0 where there is neither truth nor answer."""
    below = 2 * np.asarray(tp, dtype=float) + fp + fn
    return np.asarray(np.divide(2 * np.asarray(tp, dtype=float), below, out=np.zeros_like(below), where=below > 0))


def count(truth: Bools, answer: Bools, documents: Sequence[str], weights: Array | None = None) -> Counts:
    """Count right and wrong answers by document; `weights` are the units' own (1/π), one each by default."""
    _, places = np.unique(np.asarray(documents), return_inverse=True)
    each = np.ones(len(truth)) if weights is None else weights

    def by_document(hits: Bools) -> Array:
        found = np.zeros((places.max() + 1, truth.shape[1]))
        np.add.at(found, places, hits * each[:, None])
        return found

    return Counts(by_document(truth & answer), by_document(~truth & answer), by_document(truth & ~answer))


def draws(documents: int, seed: int = 0, repeats: int = BOOTSTRAPS) -> Array:
    """Return how often each document stands in each bootstrap sample: (repeats, documents).

    There is no sample of a single document: it says nothing of how others would differ.
    """
    if documents < 2:
        return np.zeros((0, documents))
    rng = np.random.default_rng(seed)
    return np.asarray(rng.multinomial(documents, np.full(documents, 1 / documents), size=repeats), dtype=np.float64)


def interval(value: float, sample: Array) -> Interval:
    """Return `value` with the 2.5 and 97.5 percentiles of `sample`, NaN where it is empty."""
    low, high = np.percentile(sample, [2.5, 97.5]) if len(sample) else (np.nan, np.nan)
    return Interval(float(value), float(low), float(high))


def macro(values: Array, sample: Array, judged: Bools) -> Interval:
    """Return the mean over the columns that somebody judged, NaN where there are none.

    Args:
        values: a figure for each column, (columns,).
        sample: the same in every bootstrap sample, (draws, columns).
        judged: which columns count, (columns,).

    """
    if not judged.any():
        return UNKNOWN
    return interval(values[judged].mean(), sample.compress(judged, axis=1).mean(axis=1))


def multi_report(
    names: Sequence[str],
    truth: Bools,
    answer: Bools,
    probabilities: Array,
    documents: Sequence[str],
    weights: Array | None = None,
    known: Bools | None = None,
) -> Report:
    """Evaluate the multi-choice labels.

    Args:
        names: the labels, one a column.
        truth: what the coders gave, (units, labels).
        answer: what the model gave, (units, labels).
        probabilities: its calibrated probabilities, (units, labels).
        documents: the document of each unit; intervals resample these.
        weights: 1/π of each unit for the natural shares; equal weights by default.
        known: which labels somebody judged, (units, labels); the others count in no figure. All by default.

    """
    from sklearn.metrics import average_precision_score

    judged = np.ones_like(truth) if known is None else known
    truth, answer = truth & judged, answer & judged
    plain, weighted = count(truth, answer, documents), count(truth, answer, documents, weights)
    samples = draws(len(plain.tp))
    one = np.ones((1, len(plain.tp)))
    scores, each = plain.f1(one)[0], plain.f1(samples)
    natural = weighted.f1(one)[0]
    asked: Bools = np.asarray(judged.any(axis=0))
    rows = []
    for n, name in enumerate(names):
        if not asked[n]:
            rows.append(LabelReport(name, 0, NAN, NAN, UNKNOWN, NAN, NAN))
            continue
        tp, fp, fn = plain.tp[:, n].sum(), plain.fp[:, n].sum(), plain.fn[:, n].sum()
        kept = judged[:, n]
        given, chances = truth[kept, n], probabilities[kept, n]
        shares = None if weights is None else weights[kept]
        rows.append(
            LabelReport(
                name=name,
                support=int(given.sum()),
                precision=float(tp / (tp + fp)) if tp + fp else 0.0,
                recall=float(tp / (tp + fn)) if tp + fn else 0.0,
                f1=interval(scores[n], each[:, n]),
                average_precision=float(average_precision_score(given, chances)) if given.any() else 0.0,
                weighted_f1=float(natural[n]),
                brier_skill=brier_skill(given, chances, shares),
                slope=calibration_slope(given, chances, shares),
                ece=calibration_error(given, chances, shares),
            )
        )
    return Report(
        n=len(truth),
        documents=len(plain.tp),
        labels=tuple(rows),
        macro_f1=macro(scores, each, asked),
        weighted_macro_f1=macro(natural, weighted.f1(samples), asked),
        micro_f1=interval(plain.micro(one)[0], plain.micro(samples)),
    )


def single_report(
    truth: npt.NDArray[np.int64], answer: npt.NDArray[np.int64], classes: int, documents: Sequence[str]
) -> Interval:
    """Return macro-F1 of a single-choice group with its interval."""
    hot = np.eye(classes, dtype=bool)
    found = count(hot[truth], hot[answer], documents)
    value = found.f1(np.ones((1, len(found.tp)))).mean()
    return interval(float(value), found.f1(draws(len(found.tp))).mean(axis=1))


def brier_skill(truth: Bools, probabilities: Array, weights: Array | None = None) -> float:
    """Return 1 - Brier score / that of always giving the base rate: 1 is perfect, 0 is no better than the rate."""
    if not len(truth):
        return float("nan")
    base = np.average(truth, weights=weights)
    reference = np.average((truth - base) ** 2, weights=weights)
    score = np.average((truth - probabilities) ** 2, weights=weights)
    return float(1 - score / reference) if reference > 0 else float("nan")


def calibration_slope(truth: Bools, probabilities: Array, weights: Array | None = None) -> float:
    """Return the slope of a logistic regression of the truth on the log-odds of the probability (Cox 1958): 1 is right."""
    from sklearn.linear_model import LogisticRegression

    if truth.all() or not truth.any():
        return float("nan")
    fitted = LogisticRegression(C=1e6).fit(logit(probabilities)[:, None], truth, sample_weight=weights)
    return float(fitted.coef_[0, 0])


def calibration_error(
    truth: Bools, probabilities: Array, weights: Array | None = None, *, above: float = 0.05, bins: int = 10
) -> float:
    """Return the expected calibration error in bins of equal mass, among probabilities of at least `above`."""
    kept = probabilities >= above
    if not kept.any():
        return float("nan")
    each = np.ones(len(truth)) if weights is None else weights
    order = np.argsort(probabilities[kept], kind="stable")
    p, y, w = probabilities[kept][order], truth[kept][order], each[kept][order]
    places = np.minimum((np.cumsum(w) - w / 2) / w.sum() * bins, bins - 1).astype(int)
    gaps = [
        abs(np.average(p[places == b] - y[places == b], weights=w[places == b])) * w[places == b].sum()
        for b in set(places)
    ]
    return float(sum(gaps) / w.sum())
