"""Calibration and thresholds, chosen on units whose weights the network never saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..models.calibration import Array, Calibration, LabelCalibration, sigmoid, softmax
from ..models.metrics import Bools, count, draws
from .dataset import Dataset

MIN_POSITIVES = 10
MAX_WEIGHT = 2.0
PRIOR = 10.0
PRECISION = 0.85
RESAMPLES = 200
GRID = np.concatenate([np.arange(0.02, 0.2, 0.01), np.arange(0.2, 0.91, 0.02)])


def calibrate(logits: Array, data: Dataset, where: str) -> Calibration:
    """Choose slopes, intercepts, thresholds, temperatures and the tolerable risk on `data`.

    Slopes and intercepts are fitted by weighted logistic regression (Platt 1999) to the natural shares,
    units weighing 1/π, held under twice the mean: on units left out, heavier ones cost a rare label more by
    their chance than they gain by their fairness. Thresholds give the best F1 on the units as
    drawn, averaged over bootstrap samples of documents; the tolerable risk is the largest that
    lets the labels of the units below it reach a precision of 0.85.
    """
    weights = np.minimum(data.weights, MAX_WEIGHT)
    labels = {}
    for n, name in enumerate(data.codebook.multi):
        known = data.known[:, n]
        column = logits[known, data.codebook.labels.index(name)]
        documents = [one for one, kept in zip(data.documents, known, strict=True) if kept]
        labels[name] = calibrate_label(column, data.truth[known, n], weights[known], documents)
    temperatures = {
        group.name: temperature(logits[:, data.codebook.columns(group)], data.choice(group))
        for group in data.codebook.single
    }
    found = Calibration(
        labels,
        temperatures,
        method=f"Platt scaling weighted by 1/π; thresholds by bagged F1; tolerable risk for precision {PRECISION}",
        data=f"{where}: {len(data)} units of {len(set(data.documents))} documents, SHA-256 {data.digest}",
    )
    probabilities = found.probabilities(logits, data.codebook)
    return replace(found, uncertain_risk=tolerable_risk(found, probabilities, data))


def calibrate_label(column: Array, truth: Bools, weights: Array, documents: Sequence[str]) -> LabelCalibration:
    """Fit one label's slope and intercept, and choose its threshold."""
    if truth.sum() < MIN_POSITIVES or truth.all():
        return LabelCalibration()
    slope, intercept = platt(column, truth, weights)
    return LabelCalibration(slope, intercept, best_threshold(sigmoid(slope * column + intercept), truth, documents))


def platt(column: Array, truth: Bools, weights: Array) -> tuple[float, float]:
    """Return slope and intercept of the logistic regression of `truth` on the logit.

    The slope is drawn towards 1, which leaves the logit as it is, by a penalty of `PRIOR` times its squared distance: a label
    with a dozen positives cannot bear a slope of its own. Found by `scipy.optimize.minimize`.
    """
    from scipy.optimize import minimize

    def cost(found: Array) -> tuple[float, Array]:
        slope, intercept = found
        logits = slope * column + intercept
        missed = weights * (sigmoid(logits) - truth)
        loss = (weights * (np.logaddexp(0, logits) - truth * logits)).sum() + PRIOR * (slope - 1) ** 2
        return loss, np.array([(missed * column).sum() + 2 * PRIOR * (slope - 1), missed.sum()])

    slope, intercept = minimize(cost, np.array([1.0, 0.0]), jac=True).x
    return max(float(slope), 0.05), float(intercept)


def best_threshold(probabilities: Array, truth: Bools, documents: Sequence[str]) -> float:
    """Return the mean, over bootstrap samples of documents, of the threshold with the best F1.

    The best threshold of the sample itself hangs on a few units; its mean over resamples (bagging, Breiman 1996) does less.
    Among equals the middle one is taken.
    """
    answers = probabilities[:, None] >= GRID
    counts = count(np.broadcast_to(truth[:, None], answers.shape), answers, documents)
    samples = draws(len(counts.tp), repeats=RESAMPLES)
    scores = counts.f1(samples if len(samples) else np.ones((1, len(counts.tp))))
    best = np.isclose(scores, scores.max(axis=1, keepdims=True))
    lowest, highest = best.argmax(axis=1), len(GRID) - 1 - best[:, ::-1].argmax(axis=1)
    return round(float((GRID[lowest] + GRID[highest]).mean() / 2), 3)


def temperature(logits: Array, choice: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    """Return the temperature with the least log loss (Guo et al. 2017), among 0.3 to 5."""
    known = choice >= 0
    if not known.any():
        return 1.0
    grid = np.geomspace(0.3, 5, 60)
    losses = [-np.log(softmax(logits[known] / t)[np.arange(known.sum()), choice[known]] + 1e-12).mean() for t in grid]
    return round(float(grid[int(np.argmin(losses))]), 4)


def tolerable_risk(calibration: Calibration, probabilities: Array, data: Dataset) -> float:
    """Return the largest risk up to which the labels given to units are right at `PRECISION`."""
    columns = [data.codebook.labels.index(name) for name in data.codebook.multi]
    if not columns:
        return 1.0
    thresholds = np.array([calibration.labels[name].threshold for name in data.codebook.multi])
    given = (probabilities[:, columns] >= thresholds) & data.known
    risks = calibration.risks(probabilities, data.codebook)
    for bound in np.arange(1.0, 0.0, -0.02):
        sure, right = given[risks <= bound], data.truth[risks <= bound]
        if sure.sum() and (sure & right).sum() / sure.sum() >= PRECISION:
            return round(float(bound), 2)
    return 0.0
