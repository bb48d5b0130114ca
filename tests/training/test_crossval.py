"""Cross-validation, learning curves, and the comparison of two models."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.corpus.errors import CommuniqueError
from communique.models.calibration import Calibration
from communique.training import compare, crossval, dataset, evaluation
from communique.training.crossval import Fold, fit_curve
from communique.training.dataset import Dataset


@pytest.fixture(scope="module")
def recipe(tiny_recipe):
    return replace(tiny_recipe, method="linear")


@pytest.fixture(scope="module")
def data(recipe):
    return dataset.load(recipe)


def test_every_fold_is_tested_once_by_a_model_that_never_saw_it(recipe, data, monkeypatch):
    seen = []
    one = crossval._one

    def spy(chosen, part, fold, share):
        seen.append(part)
        return one(chosen, part, fold, share)

    monkeypatch.setattr(crossval, "_one", spy)
    found = crossval.crossval(recipe, data, folds=3, seeds=2)
    outer = {u.document for u in data.units if u.split == "test"}
    for part in seen:
        sets = [{*part.split(name).documents} for name in ("train", "dev", "test")]
        assert all(sets)
        assert sum(map(len, sets)) == len(set.union(*sets)) == 24
        assert not outer & set.union(*sets)
    for seed in (0, 1):
        tested = [document for part in seen[3 * seed : 3 * seed + 3] for document in {*part.split("test").documents}]
        assert len(tested) == len({*tested}) == 24
    assert len(found.each) == 6
    by_name = {one.name: one for one in found.figures}
    values = [one.scores["opposition"] for one in found.each]
    assert by_name["opposition"].mean == pytest.approx(np.mean(values))
    assert by_name["opposition"].deviation == pytest.approx(np.std(values, ddof=1))
    assert by_name["opposition"].positives == 72
    assert "| macro-F1 |" in crossval.table(found)


def test_the_interval_by_hand():
    """Nadeau and Bengio's correction: t(J - 1) * s * sqrt(1 / J + 1 / (k - 1))."""
    found = crossval._figure("x", [0.5, 0.6, 0.7, float("nan")], folds=3, positives=None)
    half = 4.302653 * 0.1 * (1 / 3 + 1 / 2) ** 0.5
    assert (found.mean, found.deviation) == pytest.approx((0.6, 0.1))
    assert (found.low, found.high) == pytest.approx((0.6 - half, 0.6 + half), abs=1e-6)


def test_a_power_law_is_found_again():
    each = [
        Fold(seed, fold, share, round(800 * share), {"macro-F1": 1 - 3 * round(800 * share) ** -0.4 * (1 + 0.02 * noise)})
        for seed in (1, 2)
        for fold, noise in enumerate((-1, 0, 1))
        for share in crossval.SHARES
    ]  # fmt: skip
    curve = fit_curve(each, 1)
    assert curve.exponent == pytest.approx(0.4, abs=0.01)
    for (units, expected, low, high), times in zip(curve.ahead, crossval.MORE, strict=True):
        assert units == 800 * times
        assert low <= expected <= high
        assert expected == pytest.approx(1 - 3 * units**-0.4, abs=0.01)
    assert high - low < 0.02


def test_a_curve_trains_on_parts(recipe, data):
    alone = replace(data, units=tuple(replace(unit, document=unit.id) for unit in data.units))
    found = crossval.crossval(recipe, alone, folds=2, seeds=1, curve=True)
    learnt = [one.learnt for one in found.each[:4]]
    assert learnt == sorted(learnt)
    assert learnt[0] < learnt[-1]
    assert "(expected)" in crossval.table(found)
    with pytest.raises(CommuniqueError, match=r"12 documents.*too few for a learning curve"):
        crossval.crossval(recipe, data, folds=2, seeds=1, curve=True)


def test_the_command(run, recipe, tmp_path):
    from communique.training.recipe import dump

    (tmp_path / "r.toml").write_text(dump(recipe))
    found = run("crossval", tmp_path / "r.toml", "--folds", 2, "--seeds", 1, "-o", tmp_path / "cv.json")
    assert found.code == 0, found.err
    assert "| sentiment macro-F1 |" in found.out
    written = json.loads((tmp_path / "cv.json").read_text())
    assert len(written["each"]) == 2
    again = run("crossval", tmp_path / "r.toml", "-o", tmp_path / "cv.json")
    assert (again.code, "--overwrite" in again.complaint) == (2, True)


def test_too_few_documents_are_named(run, recipe, tmp_path):
    from communique.training.recipe import dump

    (tmp_path / "r.toml").write_text(dump(recipe))
    found = run("crossval", tmp_path / "r.toml", "--folds", 50)
    assert found.code == 1
    assert "24 documents are too few for 50" in found.complaint


# --- two models


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_scipys_binomial_test(only, other):
    from scipy.stats import binomtest

    wanted = binomtest(only, only + other, 0.5).pvalue if only + other else 1.0
    assert compare.mcnemar(only, other) == pytest.approx(wanted)


def answers(data, wrong, seed=0):
    """Probabilities right but for a share of cells."""
    rng = np.random.default_rng(seed)
    book = data.codebook
    rows = np.zeros((len(data), len(book.labels)))
    rows[:, :2] = data.truth ^ (rng.random(data.truth.shape) < wrong)
    rows[np.arange(len(data)), 2 + data.choice(book.single[0])] = 1
    return np.abs(rows - 0.05)


def test_the_better_model_is_better(data, book):
    plain = Calibration.identity(book)
    good, poor = (evaluation.answers(answers(data, *way), data, plain) for way in ((0.05, 0), (0.4, 1)))
    found = compare.compare(good, poor)
    by_name = {one.name: one for one in found}
    assert set(by_name) == {"opposition", "support", "macro-F1", "sentiment macro-F1"}
    assert by_name["macro-F1"].f1.low > 0
    assert by_name["macro-F1"].p < 0.01
    assert by_name["sentiment macro-F1"].f1.value == 0
    assert by_name["sentiment macro-F1"].p == 1
    reports = [evaluation.report(answers(data, *way), data, plain) for way in ((0.05, 0), (0.4, 1))]
    assert by_name["macro-F1"].f1.value == pytest.approx(reports[0].macro_f1.value - reports[1].macro_f1.value)


def test_two_models_are_not_compared_on_what_nobody_judged(data, book):
    plain = Calibration.identity(book)
    bare = Dataset(
        tuple(replace(u, labels=u.labels - {"support"}, unknown=frozenset({"support"})) for u in data.units), book
    )
    found = compare.compare(*(evaluation.answers(answers(data, *way), bare, plain) for way in ((0.05, 0), (0.4, 1))))
    by_name = {one.name: one for one in found}
    assert str(by_name["support"].f1) == "–"
    assert by_name["macro-F1"].f1 == by_name["opposition"].f1
    assert "| support | – |" in compare.table(found, ("a", "b"))


def test_a_model_is_as_good_as_itself(run, tiny_model, coded_csv):
    found = run("evaluate", tiny_model, tiny_model, "--data", coded_csv)
    assert "| macro-F1 | 0.000 [0.000, 0.000] | 0 | 0 | 1 |" in found.out
    as_json = json.loads(run("evaluate", tiny_model, tiny_model, "--data", coded_csv, "--json").out)
    assert as_json["differences"][0]["p"] == 1
