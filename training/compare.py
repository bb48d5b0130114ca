"""Two models on the same coded units: whether one is better than the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..models.metrics import BOOTSTRAPS, UNKNOWN, Bools, Interval, count, draws, interval, macro
from .inspection import Answers


@dataclass(frozen=True)
class Difference:
    """How much higher the first model's F1 is, and McNemar's test on the units where only one of the two is right."""

    name: str
    f1: Interval
    first: int
    second: int
    p: float


def compare(first: Answers, second: Answers, draws_: int = BOOTSTRAPS) -> list[Difference]:
    """Compare what two models answered on the same units, label by label and overall.

    The interval is a paired bootstrap over documents. McNemar's exact test (McNemar 1947) counts every unit as independent,
    which sentences of one document are not: where the two disagree, trust the interval.
    """
    data, found = first.data, []
    if data.codebook.multi:
        names = (*data.codebook.multi, "macro-F1")
        truth = data.truth & data.known
        found += _differences(names, [first.given, second.given], truth, data.documents, data.known, draws_)
    for group in data.codebook.single:
        choice = data.choice(group)
        kept = choice >= 0
        if kept.any():
            hot = np.eye(len(group.names), dtype=bool)
            best = [
                hot[model.probabilities[:, data.codebook.columns(group)].argmax(axis=1)][kept]
                for model in (first, second)
            ]
            documents = [name for name, keep in zip(data.documents, kept, strict=True) if keep]
            known = np.ones_like(best[0])
            found += _differences((f"{group.name} macro-F1",), best, hot[choice[kept]], documents, known, draws_)
    return found


def _differences(
    names: Sequence[str], answers: Sequence[Bools], truth: Bools, documents: Sequence[str], known: Bools, n: int
) -> list[Difference]:
    """Return the difference in each column's F1, as far as `names` has one for it, and last that of their mean.

    Columns that nobody judged have none, and no part in the mean.
    """
    counts = [count(truth, answer, documents) for answer in answers]
    one, many = np.ones((1, len(counts[0].tp))), draws(len(counts[0].tp), repeats=n)
    whole, drawn = (counts[0].f1(weights) - counts[1].f1(weights) for weights in (one, many))
    judged: Bools = np.asarray(known.any(axis=0))
    right = [(answer == truth) | ~known for answer in answers]
    found = []
    for k, name in enumerate(names[:-1]):
        value = interval(whole[0, k], drawn[:, k]) if judged[k] else UNKNOWN
        found.append(Difference(name, value, *_mcnemar(right[0][:, k], right[1][:, k])))
    mean = macro(whole[0], drawn, judged)
    return [*found, Difference(names[-1], mean, *_mcnemar(right[0].all(axis=1), right[1].all(axis=1)))]


def _mcnemar(first: Bools, second: Bools) -> tuple[int, int, float]:
    """Return how many units only the first, and only the second, got right, and the exact two-sided p."""
    only, other = int((first & ~second).sum()), int((second & ~first).sum())
    return only, other, mcnemar(only, other)


def mcnemar(only: int, other: int) -> float:
    """Return the exact two-sided p of McNemar's test: twice the smaller tail of a fair coin, 1 at most."""
    from scipy.stats import binom

    return min(1.0, 2 * float(binom.cdf(min(only, other), only + other, 0.5)))


def table(found: Sequence[Difference], names: tuple[str, str]) -> str:
    """Return differences as a Markdown table."""
    lines = [f"| F1 of {names[0]} minus {names[1]} | difference [95 %] | only the first right | only the second | p |"]
    lines += ["|---|---|--:|--:|--:|"]
    lines += [f"| {one.name} | {one.f1} | {one.first} | {one.second} | {one.p:.3g} |" for one in found]
    note = f"Differences: paired bootstrap by document, {BOOTSTRAPS:,} draws. p: exact McNemar, sentences taken as independent."
    return "\n".join([*lines, "", note])
