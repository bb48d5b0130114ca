"""Designs: every unit has a chance, the chances are exact, and as many units come as were asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.analysis import design
from communique.analysis.frame import Frame
from communique.corpus.errors import UsageError


def frame(scores, strata=None):
    scores = np.asarray(scores, dtype=float)
    scores = scores[:, None] if scores.ndim == 1 else scores
    places = np.arange(len(scores))
    columns = {} if strata is None else {"desk": np.asarray(strata, dtype=np.str_)}
    return Frame(
        tuple(map(str, places)),
        places,
        places,
        places,
        ("threat", "denial")[: scores.shape[1]],
        scores,
        scores > 0.5,
        columns,
    )


SCORES = st.lists(st.floats(0, 1), min_size=2, max_size=60)


@given(SCORES, st.data(), st.sampled_from(["random", "uncertain", "label"]))
def test_every_unit_has_a_chance_and_they_sum_to_the_sample(scores, data, name):
    n = data.draw(st.integers(1, len(scores)))
    plan = design.plan(name, frame(scores), n, label="threat" if name == "label" else None)
    assert (plan.pi > 0).all()
    assert (plan.pi <= 1).all()
    assert plan.pi.sum() == pytest.approx(n)
    assert (plan.pi >= 0.5 * n / len(scores) - 1e-12).all(), "half of it at random: no weight is more than doubled"
    drawn = plan.draw(data.draw(st.integers(0, 99)))
    assert len(drawn) == len(set(drawn.tolist())) == n
    assert set(np.flatnonzero(plan.pi == 1).tolist()) <= set(drawn.tolist())


@given(st.lists(st.sampled_from("abcd"), min_size=4, max_size=60), st.data())
def test_strata_give_as_many_each_as_they_can(strata, data):
    n = data.draw(st.integers(len(set(strata)), len(strata)))
    plan = design.plan("stratified", frame(np.zeros(len(strata)), strata), n, by="desk")
    drawn = plan.draw(0)
    assert len(drawn) == len(set(drawn.tolist())) == n
    for name in set(strata):
        there, taken = strata.count(name), sum(strata[unit] == name for unit in drawn)
        assert 1 <= taken <= there
        assert plan.pi[np.array(strata) == name] == pytest.approx(taken / there)
        others = [sum(strata[unit] == other for unit in drawn) for other in set(strata) - {name}]
        assert taken == there or all(taken >= other - 1 for other in others), (
            "fewer than others only where it is used up"
        )


@pytest.mark.parametrize("name", ["random", "uncertain", "label"])
def test_units_are_drawn_as_often_as_recorded(name):
    scores = np.random.default_rng(0).beta(0.3, 1, 40)
    plan = design.plan(name, frame(scores), 12, label="threat" if name == "label" else None)
    times = np.zeros(40)
    for seed in range(800):
        times[plan.draw(seed)] += 1
    error = np.sqrt(plan.pi * (1 - plan.pi) / 800)
    assert np.all(np.abs(times / 800 - plan.pi) <= 4 * error + 1e-12)


def test_equal_chances_are_a_simple_random_sample():
    """Every pair is as likely as any other."""
    plan, pairs = design.plan("random", frame(np.zeros(6)), 2), {}
    for seed in range(1500):
        pair = tuple(sorted(plan.draw(seed).tolist()))
        pairs[pair] = pairs.get(pair, 0) + 1
    assert len(pairs) == 15
    assert max(abs(count - 100) for count in pairs.values()) < 4 * np.sqrt(100)


def test_the_seed_decides():
    plan = design.plan("random", frame(np.zeros(100)), 20)
    assert plan.draw(1).tolist() == plan.draw(1).tolist() != plan.draw(2).tolist()


def test_the_designs_prefer_what_they_are_for():
    scores = np.array([[0.5, 0.0], [0.95, 0.0], [0.02, 0.0], [0.02, 0.9]])
    uncertain = design.sizes("uncertain", frame(scores))
    assert uncertain.argmax() == 0
    assert design.sizes("label", frame(scores), "threat").argsort().tolist()[-1] == 1
    assert design.sizes("label", frame(scores), "denial").argmax() == 3
    assert [
        design.sizes(name, frame(scores), "denial").mean() for name in ("random", "uncertain", "label")
    ] == pytest.approx([1] * 3)


def test_sizes_by_hand():
    scores = np.array([0.25, 0.0, 0.81])
    wanted = 0.5 + 0.5 * np.array([0.5, 0.0, 0.9]) / (1.4 / 3)
    assert design.sizes("label", frame(scores), "threat") == pytest.approx(wanted)


def test_a_model_that_is_sure_of_everything_is_no_preference():
    assert design.sizes("uncertain", frame([0.0, 1.0])).tolist() == [1, 1]


def test_what_cannot_be_drawn_is_refused():
    whole = frame([0.1, 0.2, 0.3], ["a", "b", "c"])
    for arguments, word in (
        (("random", whole, 4), "3 units"),
        (("random", whole, 0), "-n is 0"),
        (("stratified", whole, 2, None, "desk"), "3 values"),
        (("label", whole, 2, "joy"), "'joy'"),
        (("stratified", whole, 2), "--by"),
    ):
        name, units, n, *more = arguments
        with pytest.raises(UsageError, match=word):
            design.plan(name, units, n, label=more[0] if more else None, by=more[1] if len(more) > 1 else None)


def test_expected_positives_are_sums_over_chances():
    whole = frame(np.array([[0.5, 0.1], [0.1, 0.1]]))
    plan = design.plan("random", whole, 1)
    assert design.expected_positives(plan, whole) == pytest.approx({"threat": 0.3, "denial": 0.1})


def test_how_many_are_needed():
    """Cochran (1977): 1.96² · 0.25 / 0.03² = 1068 for a share of one half, alone; a sure model needs fewer."""
    unsure, sure = np.full(50_000, 0.5), np.where(np.arange(50_000) % 2, 0.95, 0.05)
    first, second = design.needs(frame(np.column_stack([unsure, sure])), 0.03, 30)
    assert (first.share, first.alone, first.corrected, first.positives) == (0.5, 1068, 1068, 60)
    assert second.alone == 1068
    assert second.corrected == pytest.approx(0.0475 / ((0.03 / 1.96) ** 2 - 0.2025 / 50_000), abs=1.5)


def test_a_run_may_be_too_small():
    (need,) = design.needs(frame(np.where(np.arange(100) % 2, 0.9, 0.1)), 0.03, 30)
    assert need.corrected is None
