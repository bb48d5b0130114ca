"""Figures, against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics as oracle

from communique.models import metrics
from communique.models.metrics import (
    brier_skill,
    calibration_error,
    calibration_slope,
    count,
    draws,
    f1,
    interval,
    multi_report,
    single_report,
)

NAMES = ("a", "b", "c")


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch):
    monkeypatch.setattr(metrics.draws, "__defaults__", (0, 50))


def sample(seed: int = 0, n: int = 200):
    rng = np.random.default_rng(seed)
    truth = rng.random((n, 3)) < [0.5, 0.2, 0.05]
    probabilities = np.clip(0.55 * truth + 0.5 * rng.random((n, 3)), 0.001, 0.999)
    weights = rng.uniform(0.2, 5, n)
    return truth, probabilities >= 0.5, probabilities, [f"d{k}" for k in rng.integers(0, 20, n)], weights


def test_counts_by_hand():
    truth = np.array([[1, 0], [1, 1], [0, 0]], dtype=bool)
    answer = np.array([[1, 1], [0, 1], [0, 0]], dtype=bool)
    found = count(truth, answer, ["x", "y", "x"])
    assert found.tp.tolist() == [[1, 0], [0, 1]]
    assert found.fp.tolist() == [[0, 1], [0, 0]]
    assert found.fn.tolist() == [[0, 0], [1, 0]]
    assert f1(found.tp.sum(0), found.fp.sum(0), found.fn.sum(0)) == pytest.approx([2 / 3, 2 / 3])


def test_nothing_to_find_and_nothing_found_is_zero():
    assert f1(0, 0, 0) == 0


@settings(max_examples=6)
@given(st.integers(0, 10_000))
def test_f1_precision_and_recall_are_sklearns(seed):
    truth, answer, probabilities, documents, weights = sample(seed)
    found = multi_report(NAMES, truth, answer, probabilities, documents, weights)
    precision, recall, scores, support = oracle.precision_recall_fscore_support(truth, answer, zero_division=0)
    assert [row.precision for row in found.labels] == pytest.approx(list(precision))
    assert [row.recall for row in found.labels] == pytest.approx(list(recall))
    assert [row.f1.value for row in found.labels] == pytest.approx(list(scores))
    assert [row.support for row in found.labels] == list(support)
    assert found.macro_f1.value == pytest.approx(oracle.f1_score(truth, answer, average="macro", zero_division=0))
    assert found.micro_f1.value == pytest.approx(oracle.f1_score(truth, answer, average="micro", zero_division=0))
    weighted = oracle.f1_score(truth, answer, average=None, sample_weight=weights, zero_division=0)
    assert [row.weighted_f1 for row in found.labels] == pytest.approx(list(weighted))
    assert found.weighted_macro_f1.value == pytest.approx(weighted.mean())
    for n, row in enumerate(found.labels):
        if truth[:, n].any():
            assert row.average_precision == pytest.approx(
                oracle.average_precision_score(truth[:, n], probabilities[:, n])
            )
    assert (found.n, found.documents) == (len(truth), len(set(documents)))


@given(st.integers(0, 10_000))
def test_single_choice_macro_f1_is_sklearns(seed):
    rng = np.random.default_rng(seed)
    truth, answer = rng.integers(0, 3, 60), rng.integers(0, 3, 60)
    found = single_report(truth, answer, 3, [str(n % 7) for n in range(60)])
    wanted = oracle.f1_score(truth, answer, labels=[0, 1, 2], average="macro", zero_division=0)
    assert found.value == pytest.approx(wanted)
    assert found.low <= found.high


def test_a_label_nobody_judged_has_no_figure_and_no_part_in_the_mean():
    truth, answer, probabilities, documents, weights = sample()
    known = np.ones_like(truth)
    known[:, 1] = False
    found = multi_report(NAMES, truth, answer, probabilities, documents, weights, known)
    two = [0, 2]
    alone = multi_report(("a", "c"), truth[:, two], answer[:, two], probabilities[:, two], documents, weights)
    assert (found.macro_f1, found.weighted_macro_f1) == (alone.macro_f1, alone.weighted_macro_f1)
    assert (found.labels[0], found.labels[2]) == alone.labels
    assert str(found.labels[1].f1) == "–"
    assert np.isnan(found.labels[1].precision)
    nobody = multi_report(NAMES, truth, answer, probabilities, documents, weights, np.zeros_like(truth))
    assert str(nobody.macro_f1) == "–"


def test_perfect_answers():
    truth, _, _, documents, _ = sample()
    found = multi_report(NAMES, truth, truth, truth * 0.98 + 0.01, documents)
    assert found.macro_f1.value == 1
    assert all(row.brier_skill > 0.95 for row in found.labels)


# --- the bootstrap


def test_intervals_resample_documents_not_units():
    """All the doubt is between two documents: units drawn one by one would give a narrow interval."""
    truth = np.ones((200, 1), dtype=bool)
    answer = np.array([[n < 100] for n in range(200)])
    found = multi_report(("a",), truth, answer, answer * 0.9 + 0.05, ["x" if n < 100 else "y" for n in range(200)])
    assert found.macro_f1.low == 0
    assert found.macro_f1.high == 1


def test_a_draw_is_as_many_documents_as_there_are():
    found = draws(7, repeats=100)
    assert found.shape == (100, 7)
    assert (found.sum(axis=1) == 7).all()
    assert (found == draws(7, repeats=100)).all()


def test_one_document_has_no_interval():
    """Every draw of a single document is that document: its spread is not nothing, it is not known."""
    truth, answer, probabilities, documents, _ = sample()
    found = multi_report(NAMES, truth, answer, probabilities, ["d"] * len(documents))
    plain = multi_report(NAMES, truth, answer, probabilities, documents)
    for one, other in ((found.macro_f1, plain.macro_f1), (found.labels[0].f1, plain.labels[0].f1)):
        assert one.value == other.value
        assert np.isnan([one.low, one.high]).all()
        assert str(one) == f"{one.value:.3f}"
    assert np.isnan(single_report(np.array([0, 1]), np.array([0, 1]), 2, ["d", "d"]).low)


def test_an_interval_holds_the_middle_95_percent():
    found = interval(50.0, np.arange(101.0))
    assert (found.low, found.high) == (2.5, 97.5)
    assert str(interval(0.5, np.array([0.25, 0.25]))) == "0.500 [0.250, 0.250]"


@settings(max_examples=3)
@given(st.integers(0, 50))
def test_document_order_changes_nothing(seed):
    truth, answer, probabilities, documents, weights = sample()
    order = np.random.default_rng(seed).permutation(len(truth))
    one = multi_report(NAMES, truth, answer, probabilities, documents, weights)
    other = multi_report(
        NAMES, truth[order], answer[order], probabilities[order], [documents[n] for n in order], weights[order]
    )
    assert other.macro_f1.low == pytest.approx(one.macro_f1.low)
    assert [row.ece for row in other.labels] == pytest.approx([row.ece for row in one.labels])


# --- calibration


def test_brier_skill_is_against_the_base_rate():
    truth, _, probabilities, _, weights = sample()
    for chosen in (None, weights):
        base = np.average(truth[:, 0], weights=chosen)
        brier = oracle.brier_score_loss(truth[:, 0], probabilities[:, 0], sample_weight=chosen)
        reference = oracle.brier_score_loss(truth[:, 0], np.full(len(truth), base), sample_weight=chosen)
        assert brier_skill(truth[:, 0], probabilities[:, 0], chosen) == pytest.approx(1 - brier / reference)
    assert brier_skill(truth[:, 0], np.full(len(truth), truth[:, 0].mean())) == pytest.approx(0)
    assert np.isnan(brier_skill(np.ones(5, dtype=bool), np.full(5, 0.9)))


def test_the_slope_of_true_probabilities_is_one():
    rng = np.random.default_rng(1)
    p = rng.uniform(0.02, 0.98, 60_000)
    truth = rng.random(60_000) < p
    assert calibration_slope(truth, p) == pytest.approx(1, abs=0.03)
    doubled = 1 / (1 + np.exp(-2 * np.log(p / (1 - p))))
    assert calibration_slope(truth, doubled) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("value", [True, False])
def test_one_class_has_no_slope(value):
    assert np.isnan(calibration_slope(np.full(5, value), np.linspace(0.1, 0.9, 5)))


def test_calibration_error_by_hand():
    p = np.array([0.2] * 5 + [0.8] * 5)
    truth = np.array([True] + [False] * 4 + [True] * 3 + [False] * 2)
    assert calibration_error(truth, p, bins=2) == pytest.approx((abs(0.2 - 0.2) + abs(0.8 - 0.6)) / 2)
    assert np.isnan(calibration_error(truth, np.full(10, 0.01)))


@given(hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(0.001, 0.999)), st.integers(0, 9))
def test_calibration_error_is_between_zero_and_one(p, seed):
    truth = np.random.default_rng(seed).random(len(p)) < 0.5
    found = calibration_error(truth, p)
    assert np.isnan(found) or 0 <= found <= 1


def test_weights_are_repetitions():
    truth, _, p, _, _ = sample(n=60)
    times = np.random.default_rng(2).integers(1, 4, 60)
    for figure in (brier_skill, calibration_slope):
        repeated = figure(np.repeat(truth[:, 0], times), np.repeat(p[:, 0], times))
        assert figure(truth[:, 0], p[:, 0], times.astype(float)) == pytest.approx(repeated, abs=1e-3)
