"""Where a classifier errs: group by group, label against label, and the errors that it was surest of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..corpus.annotations import CodedUnit
from ..models.calibration import Array
from ..models.metrics import Bools, Interval, count, draws, interval
from .dataset import Dataset

FIELDS = ("source", "register", "kind", "type")
MOST = 100


@dataclass(frozen=True)
class Answers:
    """What a classifier answered: calibrated probabilities, (units, labels), and the multi-choice labels it gave."""

    data: Dataset
    probabilities: Array
    given: Bools


@dataclass(frozen=True)
class Part:
    """The figures of the units that share a value of `field`; `exact` is the share with exactly the coder's labels."""

    field: str
    value: str
    n: int
    documents: int
    micro_f1: Interval
    exact: float


@dataclass(frozen=True)
class Error:
    """A label wrongly given, or wrongly left out."""

    unit: CodedUnit
    label: str
    probability: float
    given: bool


@dataclass(frozen=True)
class Confusion:
    """How often `missed` was left out of a unit that wrongly got `instead`."""

    missed: str
    instead: str
    times: int


def parts(answers: Answers, fields: tuple[str, ...] = FIELDS) -> Iterator[Part]:
    """Yield the figures of every group of units, by each of `fields` that tells units apart."""
    for field in fields:
        values = [getattr(unit, field) for unit in answers.data.units]
        for value in sorted(set(values) - {""}) if len(set(values)) > 1 else ():
            yield _part(answers, field, value, np.array([one == value for one in values]))


def _part(answers: Answers, field: str, value: str, rows: Bools) -> Part:
    data = answers.data.where(rows.tolist())
    truth, given = data.truth & data.known, answers.given[rows]
    counts = count(truth, given, data.documents)
    sample = counts.micro(draws(len(counts.tp)))
    micro = interval(counts.micro(np.ones((1, len(counts.tp))))[0], sample)
    return Part(field, value, len(data), len(counts.tp), micro, float((truth == given).all(axis=1).mean()))


def table(answers: Answers) -> str:
    """Return the figures of every group of units as a Markdown table, all units last."""
    lines = ["| group | | units | micro-F1 | exactly right |", "|---|---|--:|---|---|"]
    lines += [f"| {one.field} | {one.value} | {one.n} | {one.micro_f1} | {one.exact:.3f} |" for one in parts(answers)]
    return "\n".join([*lines, f"| **all** | | {len(answers.data)} | | {exact_sets(answers)} |"])


def exact_sets(answers: Answers) -> Interval:
    """Return the share of units whose labels are exactly the coder's, with its interval by document."""
    right = ((answers.data.truth & answers.data.known) == answers.given).all(axis=1)
    _, places = np.unique(np.asarray(answers.data.documents), return_inverse=True)
    hits, sizes = np.bincount(places, right), np.bincount(places)
    drawn = draws(len(sizes))
    return interval(float(right.mean()), (drawn @ hits) / (drawn @ sizes))


def confident_errors(answers: Answers, most: int = MOST) -> list[Error]:
    """Return the wrong answers whose probability is furthest from the truth, worst first."""
    data = answers.data
    columns = [data.codebook.labels.index(name) for name in data.codebook.multi]
    chances = answers.probabilities[:, columns]
    wrong = (answers.given != data.truth) & data.known
    distance = np.where(wrong, np.abs(chances - data.truth), -1.0)
    order = np.argsort(-distance, axis=None, kind="stable")[: min(most, int(wrong.sum()))]
    places = zip(*np.unravel_index(order, wrong.shape), strict=True)
    return [
        Error(data.units[n], data.codebook.multi[k], float(chances[n, k]), bool(answers.given[n, k])) for n, k in places
    ]


def confusions(answers: Answers, most: int = 20) -> list[Confusion]:
    """Return the pairs of labels most often taken for one another, commonest first."""
    data = answers.data
    missed, extra = data.truth & ~answers.given & data.known, answers.given & ~data.truth
    table = missed.astype(int).T @ extra.astype(int)
    names = data.codebook.multi
    order = np.argsort(-table, axis=None, kind="stable")[:most]
    found = [(int(n), int(k)) for n, k in zip(*np.unravel_index(order, table.shape), strict=True)]
    return [Confusion(names[n], names[k], int(table[n, k])) for n, k in found if table[n, k]]
