"""Grouped cross-validation, repeated over seeds, and the learning curve that says what more coding would buy."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..corpus.errors import CommuniqueError
from ..models.calibration import Array
from . import evaluation, loop, splits
from .calibrate import calibrate
from .dataset import Dataset
from .recipe import Recipe

SHARES = (0.12, 0.25, 0.5, 1.0)
MORE = (2, 4)
"""Multiples of the coded units for which the learning curve is continued."""
LEAST = 8
"""Documents from which on a part of the data is trained on."""
DRAWS = 2000


@dataclass(frozen=True)
class Fold:
    """One training of a cross-validation; `scores` has macro-F1, micro-F1, each label's F1 and each group's macro-F1."""

    seed: int
    fold: int
    share: float
    learnt: int
    scores: Mapping[str, float]


@dataclass(frozen=True)
class Figure:
    """A score over all folds and seeds, with its 95 % interval."""

    name: str
    mean: float
    deviation: float
    low: float
    high: float
    positives: int | None = None


@dataclass(frozen=True)
class CrossValidation:
    """What a cross-validation found: figures over all trainings on all of the training part, and each training."""

    folds: int
    seeds: int
    figures: tuple[Figure, ...]
    each: tuple[Fold, ...]
    curve: Curve | None = None


@dataclass(frozen=True)
class Curve:
    """A learning curve: units learnt from with the mean macro-F1, and where the power law goes on to."""

    points: tuple[tuple[float, float], ...]
    exponent: float
    ahead: tuple[tuple[float, float, float, float], ...]
    """For each multiple: units, macro-F1 expected, and its 95 % interval."""


def crossval(
    recipe: Recipe,
    data: Dataset,
    *,
    folds: int = 5,
    seeds: int = 3,
    curve: bool = False,
    report: Callable[[Fold], None] = lambda _: None,
) -> CrossValidation:
    """Train and test on every fold, for several seeds; units of the split ``test`` stay out.

    Documents are dealt into folds anew for every seed. Of each training part a seventh of its documents serves to choose
    epoch, calibration and thresholds, so that nothing of the tested fold is seen before.

    Raises:
        CommuniqueError: there are fewer documents than the parts need.

    """
    data = data.where([unit.split != "test" for unit in data.units])
    shares = _shares(len({*data.documents}) * (folds - 1) // folds) if curve else (1.0,)
    found = []
    for seed in range(recipe.seed, recipe.seed + seeds):
        dealt = splits.folds(data.units, folds, str(seed))
        for n, documents in enumerate(dealt):
            for share in shares:
                part = _part(data, set(documents), share, seed)
                found.append(_one(replace(recipe, seed=seed), part, n, share))
                report(found[-1])
    whole = [one for one in found if one.share == 1]
    figures = _figures(whole, data, folds)
    return CrossValidation(folds, seeds, figures, tuple(found), fit_curve(found, recipe.seed) if curve else None)


def _shares(documents: int) -> tuple[float, ...]:
    """Return the shares of a training part of so many documents that leave enough to train and to choose on."""
    found = tuple(share for share in SHARES if share * documents >= LEAST)
    if len(found) < 3:
        raise CommuniqueError(
            f"{documents} documents in a training part are too few for a learning curve; it needs {round(LEAST / SHARES[1])}"
        )
    return found


def _part(data: Dataset, tested: set[str], share: float, seed: int) -> Dataset:
    """Return `data` with `tested` as the test split and, of the others' documents, `share` as train and dev."""
    rest = data.where([unit.document not in tested for unit in data.units])
    ranked = sorted({*rest.documents}, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).hexdigest())
    kept = set(ranked[: round(share * len(ranked))])
    inner = splits.divide([unit for unit in rest.units if unit.document in kept], "stratified")
    outer = [replace(unit, split="test") for unit in data.units if unit.document in tested]
    return replace(data, units=(*inner, *outer))


def _one(recipe: Recipe, data: Dataset, fold: int, share: float) -> Fold:
    """Train on one part and score it on its tested fold."""
    model = loop.train(recipe, data, lambda _: None)
    dev, tested = data.split("dev"), data.split("test")
    model.calibration = calibrate(model.logits(dev.examples), dev, "dev split")
    found = evaluation.evaluate(model, tested)
    labels = {label.name: label.f1.value if label.support else float("nan") for label in found.labels}
    scores = {"macro-F1": _mean([*labels.values()]), "micro-F1": found.micro_f1.value} if labels else {}
    scores |= {f"{name} macro-F1": value.value for name, value in found.single.items()}
    return Fold(recipe.seed, fold, share, len(data.split("train")), scores | labels)


def _mean(values: Sequence[float]) -> float:
    """Return the mean of those that exist."""
    there = [value for value in values if not np.isnan(value)]
    return float(np.mean(there)) if there else float("nan")


def _figures(each: Sequence[Fold], data: Dataset, folds: int) -> tuple[Figure, ...]:
    positives = dict(zip(data.codebook.multi, (int(n) for n in data.truth.sum(axis=0)), strict=True))
    return tuple(
        _figure(name, [one.scores.get(name, float("nan")) for one in each], folds, positives.get(name))
        for name in each[0].scores
    )


def _figure(name: str, values: Sequence[float], folds: int, positives: int | None) -> Figure:
    """Return mean, deviation and interval by the corrected resampled t (Nadeau and Bengio 2003).

    Trainings of a cross-validation share most of their data, so that the plain interval of a mean would be far too
    narrow: the variance is multiplied by 1/J + 1/(k - 1) for J trainings of k folds, not by 1/J.
    """
    from scipy.stats import t

    there = np.array([value for value in values if not np.isnan(value)])
    if len(there) < 2:
        only = float(there[0]) if len(there) else float("nan")
        return Figure(name, only, float("nan"), float("nan"), float("nan"), positives)
    mean, deviation = float(there.mean()), float(there.std(ddof=1))
    half = float(t.ppf(0.975, len(there) - 1)) * deviation * np.sqrt(1 / len(there) + 1 / (folds - 1))
    return Figure(name, mean, deviation, mean - half, mean + half, positives)


def fit_curve(each: Sequence[Fold], seed: int) -> Curve:
    """Fit the error as a power of the units learnt from: 1 - F1 = a * n ** -b (Hestness et al. 2017).

    The interval resamples the folds of all seeds. The law lets the error fall to nothing, which no labels allow: the
    figures ahead are hopes rather than promises.
    """
    key = "macro-F1" if "macro-F1" in each[0].scores else next(iter(each[0].scores))
    runs = sorted({(one.seed, one.fold) for one in each})
    table = {(one.seed, one.fold, one.share): (one.learnt, one.scores[key]) for one in each}
    shares = sorted({one.share for one in each})
    cells = np.array([[table[(*run, share)] for share in shares] for run in runs])
    now = cells[:, -1, 0].mean()
    rng = np.random.default_rng(seed)
    sizes = now * np.array(MORE)
    drawn = np.array([_ahead(cells[rng.integers(0, len(runs), len(runs))], sizes) for _ in range(DRAWS)])
    ahead = _ahead(cells, sizes)
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    return Curve(
        points=tuple((float(n), float(score)) for n, score in cells.mean(axis=0)),
        exponent=float(-_line(cells)[0]),
        ahead=tuple(zip(*(column.tolist() for column in (sizes, ahead, low, high)), strict=True)),
    )


def _line(cells: Array) -> Array:
    """Return slope and intercept of the log error over the log units; `cells` is (runs, shares, 2)."""
    errors = np.log(np.maximum(1 - cells[..., 1], 1e-3)).ravel()
    return np.asarray(np.polyfit(np.log(cells[..., 0]).ravel(), errors, 1))


def _ahead(cells: Array, sizes: Array) -> Array:
    slope, intercept = _line(cells)
    return np.asarray(1 - np.exp(intercept + slope * np.log(sizes)))


def table(found: CrossValidation) -> str:
    """Return a cross-validation as a Markdown table."""
    lines = ["| score | n | mean | deviation | 95 % interval |", "|---|--:|--:|--:|---|"]
    for one in found.figures:
        n = "" if one.positives is None else one.positives
        lines.append(f"| {one.name} | {n} | {one.mean:.3f} | {one.deviation:.3f} | [{one.low:.3f}, {one.high:.3f}] |")
    lines += ["", f"{found.folds} folds by document, {found.seeds} seeds; interval: Nadeau and Bengio (2003)"]
    return "\n".join([*lines, *(_curve_lines(found.curve) if found.curve else [])])


def _curve_lines(curve: Curve) -> list[str]:
    lines = ["", "| units learnt from | macro-F1 |", "|--:|---|"]
    lines += [f"| {n:.0f} | {score:.3f} |" for n, score in curve.points]
    lines += [f"| {n:.0f} (expected) | {mean:.3f} [{low:.3f}, {high:.3f}] |" for n, mean, low, high in curve.ahead]
    units, gain = curve.ahead[0][0], curve.ahead[0][1] - curve.points[-1][1]
    more = f"Coding as many again, {units:.0f} units to learn from, should bring {gain:+.3f} macro-F1"
    return [*lines, "", f"{more} (error falls as n^-{curve.exponent:.2f}; the law knows no floor, so this is a hope)"]
