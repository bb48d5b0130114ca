"""Coefficients of agreement, against published examples and independent packages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.analysis import coefficients
from communique.analysis.coefficients import ac1, agreement, cohen, fleiss

# Fourteen coders, ten items, five values: the worked example of the literature on Fleiss' kappa.
FOURTEEN = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def counts(rows):
    return np.array(rows, dtype=float)


def test_fleiss_kappa_by_hand():
    assert agreement(counts(FOURTEEN)) == pytest.approx(0.378, abs=5e-4)
    assert fleiss(counts(FOURTEEN)) == pytest.approx(0.210, abs=5e-4)


def test_cohens_kappa_by_hand():
    """Of 50 items both say yes to 20 and no to 15: 0.7 agree, 0.5 by chance."""
    one = ["1"] * 25 + ["0"] * 25
    other = ["1"] * 20 + ["0"] * 5 + ["1"] * 10 + ["0"] * 15
    assert cohen(one, other) == pytest.approx(0.4)


def test_where_kappa_fails_and_ac1_does_not():
    """Gwet 2008, on the paradox of kappa: 118 of 125 items are yes for both, none is no for both."""
    one = ["1"] * 123 + ["0"] * 2
    other = ["1"] * 118 + ["0"] * 5 + ["1"] * 2
    table = counts([[0, 2]] * 118 + [[1, 1]] * 7)
    assert cohen(one, other) == pytest.approx(-0.0234, abs=5e-5)
    assert ac1(table) == pytest.approx(0.9408, abs=5e-5)


@pytest.mark.parametrize("coefficient", [fleiss, ac1])
def test_the_ends(coefficient):
    assert coefficient(counts([[2, 0], [0, 2]])) == 1
    assert coefficient(counts([[1, 1], [1, 1]])) < 0
    assert np.isnan(coefficient(np.zeros((0, 2))))
    assert np.isnan(coefficient(counts([[1, 0], [0, 1]]))), "no item has two coders"


def test_one_value_only():
    assert np.isnan(fleiss(counts([[2, 0], [2, 0]]))), "kappa says nothing here"
    assert ac1(counts([[2, 0], [2, 0]])) == 1
    assert np.isnan(cohen(["1", "1"], ["1", "1"]))
    assert np.isnan(cohen([], []))


ANSWERS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30)


@given(ANSWERS)
def test_cohens_kappa_is_that_of_scikit_learn(pairs):
    from sklearn.metrics import cohen_kappa_score

    one, other = (list(answers) for answers in zip(*pairs, strict=True))
    found = cohen(one, other)
    if len(set(one) | set(other)) == 1:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(cohen_kappa_score(one, other), abs=1e-9)


@given(st.lists(st.lists(st.integers(0, 2), min_size=4, max_size=4), min_size=2, max_size=20))
def test_fleiss_kappa_is_that_of_statsmodels(items):
    oracle = pytest.importorskip("statsmodels.stats.inter_rater", reason="statsmodels is no dependency")
    table = counts([[item.count(value) for value in range(3)] for item in items])
    if (table.sum(axis=0) > 0).sum() > 1:
        assert fleiss(table) == pytest.approx(oracle.fleiss_kappa(table), abs=1e-9)


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=4, max_size=4), min_size=3, max_size=20))
def test_with_missing_answers_they_are_those_of_irrcac(items):
    raw = pytest.importorskip("irrCAC.raw", reason="irrCAC is no dependency: it pins scipy")
    import pandas as pd

    items = [item for item in items if any(item)]
    table = counts([[item.count(value) for value in "abc"] for item in items]).reshape(len(items), 3)
    if not (table.sum(axis=1) > 1).any() or (table.sum(axis=0) > 0).sum() < 2:
        return
    oracle = raw.CAC(pd.DataFrame(items), categories=["a", "b", "c"], digits=12)
    assert agreement(table) == pytest.approx(oracle.fleiss()["est"]["pa"], abs=1e-9)
    assert fleiss(table) == pytest.approx(oracle.fleiss()["est"]["coefficient_value"], abs=1e-9)
    assert ac1(table) == pytest.approx(oracle.gwet()["est"]["coefficient_value"], abs=1e-9)


def test_alpha_is_made_of_sums_over_items():
    table = counts(FOURTEEN)
    parts = coefficients.alpha_parts(table)
    assert coefficients.alpha_of(parts[:4].sum(axis=0)) == pytest.approx(coefficients.alpha(table[:4]))
