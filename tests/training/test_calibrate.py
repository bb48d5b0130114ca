"""Calibration: slopes, thresholds, temperatures and the tolerable risk, on data whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from communique.corpus.annotations import CodedUnit
from communique.models.calibration import Calibration, LabelCalibration, sigmoid, softmax
from communique.models.metrics import calibration_slope
from communique.training import calibrate as calibrating
from communique.training.calibrate import best_threshold, calibrate, calibrate_label, platt, temperature, tolerable_risk
from communique.training.dataset import Dataset


def logits_and_truth(slope, intercept, n=20_000, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 2, n)
    return x, rng.random(n) < sigmoid(slope * x + intercept)


def test_platt_finds_the_slope_and_intercept_that_made_the_data():
    x, truth = logits_and_truth(0.6, -1.0)
    slope, intercept = platt(x, truth, np.ones(len(x)))
    assert (slope, intercept) == pytest.approx((0.6, -1.0), abs=0.06)
    assert calibration_slope(truth, sigmoid(slope * x + intercept)) == pytest.approx(1, abs=0.05)


def test_platt_weighs_units_to_their_natural_share():
    """Positives drawn four times too often: weighted by 1/π, the probabilities have the natural mean."""
    x, truth = logits_and_truth(1.0, -2.0)
    kept = truth | (np.random.default_rng(2).random(len(x)) < 0.25)
    weights = np.where(truth, 1.0, 4.0)[kept]
    slope, intercept = platt(x[kept], truth[kept], weights)
    assert sigmoid(slope * x + intercept).mean() == pytest.approx(truth.mean(), abs=0.01)


def test_a_slope_is_never_turned_round():
    x, truth = logits_and_truth(1.0, 0.0, n=500)
    assert platt(-x, truth, np.ones(500))[0] == 0.05


@pytest.mark.parametrize("positives", [0, 5, 9, 100])
def test_too_few_positives_change_nothing(positives):
    truth = np.arange(100) < positives
    assert (
        calibrate_label(np.linspace(2, -2, 100), truth, np.ones(100), list(map(str, range(100)))) == LabelCalibration()
    )


def test_the_best_threshold_is_where_f1_is():
    from sklearn.metrics import f1_score

    x, truth = logits_and_truth(1.0, -1.5, n=3000)
    p = sigmoid(x - 1.5)
    found = best_threshold(p, truth, list(map(str, range(len(p)))))
    best = max(f1_score(truth, p >= t) for t in calibrating.GRID)
    assert f1_score(truth, p >= found) > best - 0.01


@pytest.mark.parametrize(("low", "high"), [(0.03, 0.97), (0.1, 0.8)])
def test_where_many_thresholds_are_best_the_middle_is_taken(low, high):
    """Where dev is separated cleanly, each threshold between is best: the edge would label all that comes near it."""
    truth = np.arange(200) < 40
    found = best_threshold(np.where(truth, high, low), truth, list(map(str, range(200))))
    assert abs(found - (low + high) / 2) < (high - low) / 4


def test_the_temperature_that_made_the_data_is_found():
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 3, (20_000, 3))
    choice = np.array([rng.choice(3, p=p) for p in softmax(logits / 2)])
    assert temperature(logits, choice) == pytest.approx(2, rel=0.06)
    choice[::2] = -1
    assert temperature(logits, choice) == pytest.approx(2, rel=0.08)


def test_without_a_choice_the_temperature_is_one():
    assert temperature(np.zeros((4, 3)), np.full(4, -1)) == 1


def units(truth, book, known=None):
    return Dataset(
        tuple(
            CodedUnit(
                str(n), f"x{n}", frozenset(name for name, given in zip(book.multi, row, strict=True) if given), {"sentiment": "neutral"},
                unknown=frozenset() if known is None or known[n] else frozenset(book.multi), document=f"d{n // 2}",
            )
            for n, row in enumerate(truth)
        ),
        book,
    )  # fmt: skip


def test_the_tolerable_risk_leaves_the_sure_labels_right(book):
    rows = [(0.95, True)] * 60 + [(0.55, False)] * 40
    probabilities = np.array([[p, 0.01, 0.1, 0.8, 0.1] for p, _ in rows])
    data = units([[right, False] for _, right in rows], book)
    assert 0.05 <= tolerable_risk(Calibration.identity(book), probabilities, data) < 0.45


def test_every_risk_is_tolerable_where_all_is_right(book):
    data = units([[True, False]] * 20, book)
    assert tolerable_risk(Calibration.identity(book), np.tile([0.9, 0.1, 0.1, 0.8, 0.1], (20, 1)), data) == 1


def test_a_whole_calibration(book):
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (600, 5))
    truth = rng.random((600, 2)) < sigmoid(0.5 * logits[:, :2] - 0.5)
    found = calibrate(logits, units(truth, book), "dev split")
    assert set(found.labels) == {"opposition", "support"}
    assert found.labels["support"].slope == pytest.approx(0.5, abs=0.15)
    assert "dev split: 600 units of 300 documents" in found.data
    assert 0.3 <= found.temperatures["sentiment"] <= 5


def test_what_nobody_judged_calibrates_nothing(book):
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (600, 5))
    truth = rng.random((600, 2)) < sigmoid(0.5 * logits[:, :2] - 0.5)
    known = rng.random(600) < 0.5
    found = calibrate(logits, units(truth, book, known), "x")
    alone = calibrate(logits[known], units(truth[known], book), "x")
    assert found.labels["support"].threshold == pytest.approx(alone.labels["support"].threshold, abs=0.02)
    assert found.labels["support"].slope == pytest.approx(alone.labels["support"].slope, rel=1e-3)


def test_a_trained_model_says_how_it_was_calibrated(classifier):
    assert "dev split: 42 units of 6 documents" in classifier.calibration.data
    assert "Platt" in classifier.calibration.method
