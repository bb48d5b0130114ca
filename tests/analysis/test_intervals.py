"""Intervals against published figures and scipy's, and properties that hold for all."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from communique.analysis.intervals import Spread, difference, freedom, holm, p_value, quantile

NORMAL = 1e12
SHARES = st.floats(-0.05, 1.05)
VARIANCES = st.floats(1e-8, 0.05)


def simple(positives, n):
    """The spread of a simple random sample's share, with nothing added."""
    share = positives / n
    return Spread(share, share * (1 - share) / n, 1e-300, NORMAL)


@pytest.mark.parametrize(("positives", "n"), [(1, 10), (8, 80), (37, 100), (199, 200)])
def test_without_clusters_and_weights_it_is_wilsons(positives, n):
    wanted = stats.binomtest(positives, n).proportion_ci(method="wilson")
    assert simple(positives, n).interval() == pytest.approx((wanted.low, wanted.high), abs=1e-9)


def test_the_difference_of_independent_shares_is_newcombes():
    """Newcombe (1998), table II, example a, method 10: 56/70 and 48/80."""
    assert difference(simple(56, 70), simple(48, 80), 0.0) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_a_correlation_of_one_leaves_only_what_differs():
    one = simple(30, 100)
    assert difference(one, one, 1.0) == pytest.approx((0.0, 0.0), abs=0.02), "Wilson's interval is a little skew"
    low, high = difference(one, one, 0.0)
    assert low < -0.1 < 0.1 < high


@given(SHARES, VARIANCES, st.floats(1e-9, 1e-3), st.floats(2, 500))
def test_an_interval_holds_its_share_and_stays_between_0_and_1(share, variance, extra, degrees):
    low, high = Spread(share, variance, extra, degrees).interval()
    assert 0 <= low <= min(max(share, 0), 1) <= high <= 1


@given(SHARES, VARIANCES, st.floats(2, 500), st.floats(0.01, 0.98))
def test_a_higher_level_is_wider(share, variance, degrees, level):
    spread = Spread(share, variance, 1e-5, degrees)
    (low, high), (lower, higher) = spread.interval(level), spread.interval(level + 0.01)
    assert lower <= low + 1e-12
    assert high <= higher + 1e-12


def test_no_positive_at_all_leaves_room_above():
    low, high = Spread(0.0, 0.0, 1 / 400**2, 399).interval()
    assert low == 0
    assert 3 / 400 < high < 4 / 400, "a little above the rule of three"


@pytest.mark.parametrize("degrees", [3, 30, 300])
def test_quantiles_are_students(degrees):
    assert quantile(0.95, degrees) == pytest.approx(stats.t.ppf(0.975, degrees))


def test_freedom_is_that_of_the_clusters_that_matter():
    assert freedom(np.ones(40)) == 39
    rare = np.array([1.0] * 5 + [0.0] * 195)
    assert freedom(rare) == pytest.approx(2 / (1 / 5 - 1 / 200))
    assert freedom(np.array([1.0] + [0.0] * 99)) == pytest.approx(2 / 0.99)
    assert freedom(np.zeros(10)) == 9


@given(st.lists(st.floats(-10, 10), min_size=4, max_size=40))
def test_freedom_lies_between_2_and_one_less_than_the_clusters(contributions):
    assert 2 <= freedom(np.array(contributions)) <= len(contributions) - 1


@pytest.mark.parametrize("z", [0.5, 1.96, 4.0])
def test_a_p_value_inverts_the_interval(z):
    def interval(level):
        reach = NormalDist().inv_cdf((1 + level) / 2)
        return z - reach, z + reach

    assert p_value(interval) == pytest.approx(2 * (1 - NormalDist().cdf(z)), rel=1e-6)


def test_the_ends_of_a_p_value():
    assert p_value(lambda level: (-level, level)) == 1
    assert p_value(lambda level: (1.0, 2.0)) < 1e-11


def test_holm_by_hand():
    """As R's p.adjust(c(.01, .02, .03, .04, .05), "holm") gives it, in whatever order."""
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm([0.05, 0.01, 0.04, 0.02, 0.03]) == pytest.approx([0.09, 0.05, 0.09, 0.08, 0.09])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_lies_between_the_plain_and_bonferronis(p_values):
    adjusted = holm(p_values)
    for plain, found in zip(p_values, adjusted, strict=True):
        assert plain <= found <= min(1, len(p_values) * plain) + 1e-12
    order = np.argsort(p_values, kind="stable")
    assert all(a <= b for a, b in zip(np.array(adjusted)[order], np.array(adjusted)[order][1:], strict=False))
    assert all(math.isfinite(value) for value in adjusted)
