"""Corrected shares: hand formulas, numpy's weighted averages, and properties that hold for all samples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.analysis.estimation import ENOUGH, LEAST, Sample, compare, effective_positives, estimate, linear, tune


def sample(seed=0, units=300, coded=80, per_document=1, equal=True, share=0.4, flips=0.2):
    """Units whose scores are right but for some, with a part of them coded."""
    rng = np.random.default_rng(seed)
    truth = rng.random(units) < share
    scores = np.where(rng.random(units) < flips, 1 - truth, truth) * 0.8 + 0.1
    chosen = rng.choice(units, coded, replace=False)
    weights = np.full(coded, units / coded) if equal else rng.uniform(1, 6, coded)
    documents = np.arange(units) // per_document
    return Sample(documents, scores, chosen, truth[chosen], np.ones(coded, dtype=bool), weights)


def one(made, tuning=None):
    return estimate([made], tuning)[0]


SAMPLES = st.builds(
    sample, st.integers(0, 10_000), st.integers(240, 400), st.integers(80, 110), st.integers(1, 6), st.booleans(), st.floats(0.3, 0.7)
)  # fmt: skip


# --- oracles


@given(SAMPLES)
def test_without_the_model_it_is_hajeks(made):
    found = one(made, tuning=0.0)
    assert found.share == pytest.approx(np.average(made.truth, weights=made.weights))


def test_without_the_model_clusters_and_weights_the_error_is_the_textbooks():
    made = sample()
    assert one(made, tuning=0.0).error == pytest.approx(np.std(made.truth, ddof=1) / np.sqrt(80))


@given(st.integers(0, 10_000))
def test_simple_random_samples_are_those_of_ppi(seed):
    """PPI++ (2023), with the covariance that the coded part's being one of the run brings along."""
    made = sample(seed)
    found, part = one(made), linear(made)
    f, on_coded, y = made.scores, made.scores[made.coded], made.truth.astype(float)
    units, n = len(f), len(y)
    rectifier = y - found.tuning * on_coded
    assert found.share == pytest.approx(found.tuning * f.mean() + rectifier.mean())
    apart = found.tuning**2 * f.var() / units + rectifier.var() / n
    joint = 2 * found.tuning * ((on_coded - f.mean()) * (rectifier - rectifier.mean())).sum() / (n * units)
    assert found.error**2 == pytest.approx((apart + joint) * n / (n - 1))
    slope = np.cov(y, on_coded, ddof=0)[0, 1] / on_coded.var()
    assert tune([part]) == pytest.approx(np.clip(slope, 0, 1))


@given(SAMPLES)
def test_the_variance_is_that_of_the_sums_by_document(made):
    found = one(made)
    y, w, f = made.truth.astype(float), made.weights, made.scores
    mean = np.average(y, weights=w)
    coded_mean = np.average(f[made.coded], weights=w)
    each = found.tuning * (f - f.mean()) / len(f)
    for place, unit in enumerate(made.coded):
        off = (y[place] - mean) - found.tuning * (f[unit] - coded_mean)
        each[unit] += w[place] * off / w.sum()
    totals = [each[made.documents == name].sum() for name in set(made.documents.tolist())]
    clusters = len(set(made.documents[made.coded].tolist()))
    assert found.spread.variance == pytest.approx(sum(t**2 for t in totals) * clusters / (clusters - 1))


@given(SAMPLES)
def test_no_other_weight_of_the_model_has_a_smaller_rectifier(made):
    found, part = one(made), linear(made)
    assert 0 <= found.tuning <= 1
    least = ((part.of_alone - found.tuning * part.of_coded) ** 2).sum()
    for other in np.linspace(0, 1, 11):
        assert ((part.of_alone - other * part.of_coded) ** 2).sum() >= least - 1e-15


# --- properties


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_a_perfect_model_with_equal_weights_needs_no_correction(seed, per_document):
    made = sample(seed, per_document=per_document)
    truth = np.random.default_rng(seed).random(300) < 0.4
    perfect = replace(made, scores=truth.astype(float), truth=truth[made.coded])
    found, part = one(perfect), linear(perfect)
    assert found.tuning == pytest.approx(1)
    assert found.share == pytest.approx(truth.mean()), "the share of the run itself"
    np.testing.assert_allclose(part.of_alone - found.tuning * part.of_coded, 0, atol=1e-12)
    np.testing.assert_allclose(part.contributions(found.tuning), part.of_all, atol=1e-12)


@given(SAMPLES, st.floats(0.01, 100))
def test_only_the_ratios_of_weights_matter(made, factor):
    found, scaled = one(made), one(replace(made, weights=made.weights * factor))
    assert (found.share, found.error, found.effective) == pytest.approx((scaled.share, scaled.error, scaled.effective))
    assert found.spread.interval() == pytest.approx(scaled.spread.interval())


@given(SAMPLES)
def test_a_constant_model_says_nothing(made):
    found = one(replace(made, scores=np.full(len(made), 0.3)))
    assert found.tuning == 0
    assert found.share == pytest.approx(np.average(made.truth, weights=made.weights))


@given(SAMPLES)
def test_a_label_and_its_opposite_mirror_each_other(made):
    opposite = replace(made, scores=1 - made.scores, truth=~made.truth)
    found, mirrored = one(made), one(opposite)
    assert found.share == pytest.approx(1 - mirrored.share)
    assert found.spread.interval()[0] == pytest.approx(1 - mirrored.spread.interval()[1])


@given(SAMPLES)
def test_exclusive_labels_sum_to_one(made):
    rng = np.random.default_rng(1)
    scores = rng.dirichlet([1, 2, 3], len(made))
    truth = rng.integers(0, 3, len(made.coded))
    found = estimate([replace(made, scores=scores[:, k], truth=truth == k) for k in range(3)])
    assert len({one.tuning for one in found}) == 1
    assert sum(one.share for one in found) == pytest.approx(1)


@given(SAMPLES)
def test_units_that_are_no_statements_do_not_count(made):
    valid = np.arange(len(made.coded)) % 4 > 0
    found = one(replace(made, valid=valid), tuning=0.0)
    assert found.share == pytest.approx(np.average(made.truth[valid], weights=made.weights[valid]))
    assert found.positives == (made.truth & valid).sum()
    other = one(replace(made, valid=valid, truth=made.truth | ~valid), tuning=0.0)
    assert (found.share, found.error) == (other.share, other.error), "whatever is coded of them"


def test_clustered_units_are_less_sure():
    rng = np.random.default_rng(2)
    truth = np.repeat(rng.random(60) < 0.4, 5)
    made = Sample(np.arange(300), np.full(300, 0.5), np.arange(300), truth, np.ones(300, dtype=bool), np.ones(300))
    by_document = replace(made, documents=np.arange(300) // 5)
    assert one(by_document).error == pytest.approx(one(made).error * np.sqrt(5), rel=0.02)


# --- few positives


def rare(positives, n=200, units=1000):
    truth = np.arange(n) < positives
    return Sample(np.arange(units), np.full(units, 0.05), np.arange(n), truth, np.ones(n, dtype=bool), np.full(n, 5.0))


def test_effective_positives_are_plain_where_weights_are_equal():
    assert effective_positives(rare(12)) == 12
    assert effective_positives(rare(195)) == 5, "of the negatives, where they are fewer"
    assert effective_positives(rare(0)) == 0


def test_effective_positives_of_one_document_count_once():
    made = rare(12)
    assert effective_positives(replace(made, documents=np.minimum(made.documents // 4, 100))) == 3


def test_effective_positives_shrink_with_unequal_weights():
    made = rare(12)
    weights = np.where(np.arange(200) == 0, 50.0, 1.0)
    assert effective_positives(replace(made, weights=weights)) == pytest.approx(61**2 / (2500 + 11))


def test_below_the_least_there_is_no_interval():
    few, least, enough = one(rare(LEAST - 1)), one(rare(LEAST)), one(rare(ENOUGH))
    assert few.spread is None
    assert few.share == pytest.approx((LEAST - 1) / 200)
    assert least.spread is not None
    assert (least.few, enough.few) == (True, False)
    assert least.spread.freedom < enough.spread.freedom == 199


@pytest.mark.parametrize("coded", [0, 1])
def test_too_little_coded_gives_counts_alone(coded):
    made = sample()
    little = replace(
        made, coded=made.coded[:coded], truth=made.truth[:coded], valid=made.valid[:coded], weights=made.weights[:coded]
    )
    found = one(little)
    assert (found.units, found.coded, found.share, found.spread) == (300, coded, None, None)


# --- differences


def two_groups(seed=0, share=0.5, shared=True):
    """Two groups, unit by unit in the same documents or in others, whose truth a document decides."""
    rng = np.random.default_rng(seed)
    truth = rng.random(200) < share
    samples = []
    for n in range(2):
        documents = np.arange(200) + (0 if shared else n * 200)
        own = truth if shared else rng.random(200) < share
        coded = np.arange(0, 200, 2)
        samples.append(
            Sample(documents, own * 0.6 + 0.2, coded, own[coded], np.ones(100, dtype=bool), np.full(100, 2.0))
        )
    return [estimate([made])[0] for made in samples]


def test_groups_that_share_documents_have_a_joint_covariance():
    a, b = two_groups(shared=True)
    found = compare(a, b)
    assert found.error == pytest.approx(0, abs=1e-9), "what one document has, both groups have"
    assert -0.01 < found.low <= 0 <= found.high < 0.01
    assert found.p == 1


def test_groups_of_other_documents_are_independent():
    a, b = two_groups(shared=False)
    found = compare(a, b)
    assert found.error == pytest.approx(np.hypot(a.error, b.error))
    assert found.low <= found.share <= found.high


def test_the_order_of_two_groups_is_only_a_sign():
    a, b = two_groups(3, shared=False)
    found, turned = compare(a, b), compare(b, a)
    assert (found.share, found.low, found.high) == pytest.approx((-turned.share, -turned.high, -turned.low))
    assert found.p == pytest.approx(turned.p)


def test_the_p_value_agrees_with_the_interval():
    for seed in range(20):
        a, b = two_groups(seed, shared=False)
        found = compare(a, b)
        assert (found.p < 0.05) == (found.low > 0 or found.high < 0)


def test_without_an_interval_there_is_no_difference():
    assert compare(one(rare(LEAST - 1)), one(rare(40))) is None
