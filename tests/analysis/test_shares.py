"""Shares by group: each group's own, as if it were alone; differences where they are asked for or few."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from communique.analysis.coding import Coding
from communique.analysis.estimation import compare, estimate
from communique.analysis.frame import read_frame
from communique.analysis.intervals import holm
from communique.analysis.learned import Learned
from communique.analysis.run import read_run
from communique.analysis.shares import find, labels_of
from communique.corpus.errors import UsageError


@pytest.fixture(scope="module")
def coding(made, book):
    """Every third unit coded, with the truth of the made run."""
    frame = read_frame(read_run(made.path), book, Learned(frozenset(), ""), ["actor_type", "actor", "words", "month"])
    places = np.arange(0, 600, 3)
    answers = [made.truth[frame.ids[place]] for place in places]
    truth = [
        [cell["opposition"] == "1", False, *(cell["sentiment"] == name for name in frame.labels[2:])]
        for cell in answers
    ]
    judged = np.full(200, -1)
    return Coding(frame, places, np.full(200, 3.0), np.array(truth), np.ones((200, 5), dtype=bool), judged, judged)


def test_labels_that_nobody_coded_are_no_table(coding, book):
    blank = replace(coding, known=np.zeros_like(coding.known))
    with pytest.raises(UsageError, match="nobody coded support"):
        find(blank, book, ["support"])


def test_each_group_is_estimated_by_its_own_units(coding, book):
    found = find(coding, book, ["opposition"], "actor_type")
    by_group = {one.group: one for one in found.shares}
    assert set(by_group) == {"company", "government"}
    for name, share in by_group.items():
        inside = coding.frame.columns["actor_type"] == name
        (wanted,) = estimate([coding.sample("opposition", inside)])
        assert share.estimate.spread == wanted.spread
        assert share.naive == coding.frame.given[inside, 0].mean()
        assert share.estimate.units == 300


def test_the_truth_of_the_run_is_found(coding, book, made):
    found = {one.group: one.estimate for one in find(coding, book, ["opposition"], "actor_type").shares}
    for name, share in found.items():
        truth = [
            made.truth[i]["opposition"] == "1"
            for i, g in zip(coding.frame.ids, coding.frame.columns["actor_type"], strict=True)
            if g == name
        ]
        low, high = share.spread.interval()
        assert low < np.mean(truth) < high


def test_differences_carry_the_joint_covariance_and_holms_p(coding, book):
    found = find(coding, book, ["opposition", "negative", "neutral", "positive"], "actor_type")
    assert [one.label for one in found.contrasts] == ["opposition", "negative", "neutral", "positive"]
    first, second = (
        next(one.estimate for one in found.shares if one.group == name) for name in ("company", "government")
    )
    assert found.contrasts[0].difference == compare(first, second)
    plain = [one.difference.p for one in found.contrasts]
    assert [one.adjusted for one in found.contrasts] == holm(plain)


def test_without_groups_there_is_one(coding, book):
    found = find(coding, book, ["opposition"])
    assert [(one.group, one.estimate.units) for one in found.shares] == [("all", 600)]
    assert not found.contrasts


def test_exclusive_labels_sum_to_one(coding, book):
    found = find(coding, book, labels_of(book, ["sentiment"]))
    assert sum(one.estimate.share for one in found.shares) == pytest.approx(1)


def test_a_label_without_positives_has_no_interval(coding, book):
    found = find(coding, book, ["support"])
    assert found.shares[0].estimate.spread is None
    assert found.shares[0].estimate.share == 0
    assert any("no interval" in note for note in found.notes)


def test_two_groups_may_be_named(coding, book):
    found = find(coding, book, ["opposition"], "actor", "Kestria,Veltrane")
    assert {one.group for one in found.shares} == {"Kestria", "Veltrane"}
    assert [(one.first, one.second) for one in found.contrasts] == [("Kestria", "Veltrane")]


def test_names_of_groups_may_hold_commas(coding, book):
    values = np.where(coding.frame.columns["actor_type"] == "company", "Ostra, Ltd.", "Kestria")
    other = replace(coding, frame=replace(coding.frame, columns={"actor": values}))
    found = find(other, book, ["opposition"], "actor", "Ostra, Ltd., Kestria")
    assert (found.contrasts[0].first, found.contrasts[0].second) == ("Ostra, Ltd.", "Kestria")


@pytest.mark.parametrize("versus", ["company", "company,igo", "company,company", ""])
def test_groups_that_are_none_are_refused(coding, book, versus):
    with pytest.raises(UsageError, match=r"company, government|government, company"):
        find(coding, book, ["opposition"], "actor_type", versus)


def test_many_groups_are_not_compared_unasked(coding, book):
    found = find(coding, book, ["opposition"], "words")
    assert not found.contrasts
    assert any("--versus" in note for note in found.notes)


def test_units_without_a_value_are_a_group_that_is_not_compared(coding, book):
    values = np.where(np.arange(600) < 100, "(none)", coding.frame.columns["actor_type"])
    other = replace(coding, frame=replace(coding.frame, columns={"actor_type": values}))
    found = find(other, book, ["opposition"], "actor_type")
    assert {one.group for one in found.shares} == {"(none)", "company", "government"}
    assert len(found.contrasts) == 1


def test_a_label_that_nobody_judged_is_left_out_and_said_so(coding, book):
    known = coding.known.copy()
    known[:, 1] = False
    found = find(replace(coding, known=known), book, ["opposition", "support"])
    assert [one.label for one in found.shares] == ["opposition"]
    assert "Nobody coded support." in found.notes


def test_labels_are_named_by_themselves_or_by_their_group(book):
    assert labels_of(book, []) == book.labels
    assert labels_of(book, ["sentiment", "opposition"]) == ("opposition", "negative", "neutral", "positive")
    with pytest.raises(UsageError, match="'joy'"):
        labels_of(book, ["joy"])
