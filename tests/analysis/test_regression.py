"""Design-based supervised learning against numpy, scikit-learn and formulas written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.analysis import regression
from communique.analysis.estimation import Sample, estimate
from communique.analysis.regression import Formula, design, regress
from communique.corpus.errors import UsageError


def world(seed=0, units=400, coded=120, per_document=1, equal=False):
    """Units with one two-valued and one numeric covariate, of which a part is coded."""
    rng = np.random.default_rng(seed)
    columns = {
        "actor_type": np.where(rng.random(units) < 0.4, "government", "company"),
        "words": np.array([str(round(value, 3)) for value in rng.normal(20, 5, units)]),
    }
    chance = 0.3 + 0.3 * (columns["actor_type"] == "company")
    truth = rng.random(units) < chance
    scores = np.where(rng.random(units) < 0.2, 1 - truth, truth) * 0.7 + 0.15
    chosen = np.sort(rng.choice(units, coded, replace=False))
    weights = np.full(coded, units / coded) if equal else rng.uniform(1, 5, coded)
    made = Sample(np.arange(units) // per_document, scores, chosen, truth[chosen], np.ones(coded, dtype=bool), weights)
    return made, columns, truth


TERMS = ("actor_type", "words")
SEEDS = st.integers(0, 10_000)


def whole(made, truth):
    """The same units, all of them coded with equal weights."""
    everything = np.arange(len(made))
    ones = np.ones(len(made))
    return Sample(made.documents, made.scores, everything, truth, ones > 0, ones)


def named(found, model):
    return {one.term: one for one in found if one.model == model}


# --- oracles


@given(SEEDS)
def test_with_all_units_coded_it_is_least_squares(seed):
    made, columns, truth = world(seed)
    covariates = design(columns, TERMS)
    found = named(regress(whole(made, truth), truth, covariates), "ols")
    wanted, *_ = np.linalg.lstsq(covariates.matrix, truth.astype(float), rcond=None)
    assert [one.value for one in found.values()] == pytest.approx(wanted)
    assert [one.naive for one in found.values()] == pytest.approx(wanted), "the model's labels are the truth here"


def test_with_all_units_coded_it_is_scikit_learns_logistic_regression():
    from sklearn.linear_model import LogisticRegression

    made, columns, truth = world(3)
    covariates = design(columns, TERMS)
    found = named(regress(whole(made, truth), truth, covariates), "logit")
    fitted = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(covariates.matrix[:, 1:], truth)
    wanted = [fitted.intercept_[0], *fitted.coef_[0]]
    assert [one.value for one in found.values()] == pytest.approx(wanted, abs=1e-4)


def test_unclustered_errors_of_least_squares_are_hc1():
    """White (1980) with the factor n / (n - k), as every unit is a document."""
    made, columns, truth = world(1)
    covariates = design(columns, TERMS)
    found = named(regress(whole(made, truth), truth, covariates), "ols")
    x, n = covariates.matrix, len(truth)
    off = truth - x @ np.array([one.value for one in found.values()])
    bread = np.linalg.inv(x.T @ x)
    wanted = n / (n - 3) * bread @ (x.T * off**2) @ x @ bread
    assert [one.error for one in found.values()] == pytest.approx(np.sqrt(np.diag(wanted)))


@given(SEEDS)
def test_the_outcomes_are_those_of_design_based_supervised_learning(seed):
    made, _, _ = world(seed)
    found = regression.outcome(made)
    weights = np.zeros(len(made))
    weights[made.coded] = made.weights * len(made) / made.weights.sum()
    truth = np.zeros(len(made))
    truth[made.coded] = made.truth
    np.testing.assert_allclose(found.corrected, found.predicted - weights * (found.predicted - truth))
    assert found.corrected.mean() == pytest.approx(estimate([made])[0].share)


@given(SEEDS, st.integers(1, 4))
def test_an_intercept_alone_is_the_corrected_share(seed, per_document):
    made, _, _ = world(seed, per_document=per_document)
    alone = regression.Design((regression.INTERCEPT,), np.ones((len(made), 1)), np.ones(len(made), dtype=bool), {})
    (linear_one, logistic) = regress(made, np.arange(len(made)) % 2 == 0, alone)
    share = estimate([made])[0]
    assert linear_one.value == pytest.approx(share.share)
    assert linear_one.error == pytest.approx(share.error)
    assert 1 / (1 + np.exp(-logistic.value)) == pytest.approx(share.share)
    assert logistic.error == pytest.approx(share.error / (share.share * (1 - share.share))), "the delta method"


def test_errors_are_sums_over_documents():
    """The middle of the sandwich, document by document."""
    made, columns, _ = world(5, per_document=4)
    covariates, found = design(columns, TERMS), regression.outcome(made)
    x = covariates.matrix
    beta = regression.solve("ols", x, found.corrected, found.weights)
    mean_off = sum(found.shares[n] * x[n] * (found.truth[n] - found.predicted[n]) for n in made.coded) / len(x)
    middle = np.zeros((3, 3))
    for document in range(100):
        total = np.zeros(3)
        for n in range(4 * document, 4 * document + 4):
            off = x[n] * (found.truth[n] - found.predicted[n])
            total += x[n] * (found.predicted[n] - x[n] @ beta) + mean_off + found.shares[n] * (off - mean_off)
        middle += np.outer(total, total)
    bread = np.linalg.inv(x.T @ x)
    g = len(np.unique(made.documents[made.coded]))
    wanted = g / (g - 1) * 119 / 117 * bread @ middle @ bread
    np.testing.assert_allclose(regression.covariance("ols", x, found, beta, made.documents), wanted)


# --- properties


@given(SEEDS)
def test_only_the_ratios_of_weights_matter(seed):
    made, columns, truth = world(seed)
    scaled = Sample(made.documents, made.scores, made.coded, made.truth, made.valid, made.weights * 7)
    covariates = design(columns, TERMS)
    for one, other in zip(regress(made, truth, covariates), regress(scaled, truth, covariates), strict=True):
        assert (one.value, one.error) == pytest.approx((other.value, other.error))


def test_units_that_are_no_statements_weigh_nothing_when_all_are_coded():
    made, columns, truth = world(2)
    valid = np.arange(len(made)) % 5 > 0
    covariates = design(columns, TERMS)
    everything = whole(made, truth)
    judged = Sample(made.documents, made.scores, everything.coded, truth, valid, everything.weights)
    found = named(regress(judged, truth, covariates), "ols")
    wanted, *_ = np.linalg.lstsq(covariates.matrix[valid], truth[valid].astype(float), rcond=None)
    assert [one.value for one in found.values()] == pytest.approx(wanted)


def test_a_biased_model_biases_the_naive_slope_only():
    """Whom the model favours: it labels all of a company's units and none of a government's."""
    rng = np.random.default_rng(0)
    company = np.arange(2000) % 2 == 0
    truth = rng.random(2000) < 0.4
    coded = rng.choice(2000, 600, replace=False)
    made = Sample(
        np.arange(2000), company * 0.8 + 0.1, coded, truth[coded], np.ones(600, dtype=bool), np.full(600, 2000 / 600)
    )
    columns = {"actor_type": np.where(company, "company", "government")}
    slope = named(regress(made, company, design(columns, ["actor_type"])), "ols")["actor_type=government"]
    assert slope.naive == pytest.approx(-1)
    assert slope.low < 0 < slope.high


def test_a_label_that_a_covariate_decides_has_no_logistic_regression():
    made, columns, _ = world(1)
    company = columns["actor_type"] == "company"
    found = regress(whole(made, company), company, design(columns, ["actor_type"]))
    assert {one.model for one in found} == {"ols"}
    assert named(found, "ols")["actor_type=government"].value == pytest.approx(-1)


def test_a_models_labels_that_are_separated_do_not_hide_the_coders():
    made, columns, truth = world(2)
    company = columns["actor_type"] == "company"
    covariates = design(columns, ["actor_type"])
    found = named(regress(whole(made, truth), company & truth, covariates), "logit")
    wanted = named(regress(whole(made, truth), truth, covariates), "logit")
    assert [one.naive for one in found.values()] == [None, None]
    assert [one.value for one in found.values()] == [one.value for one in wanted.values()]


@pytest.mark.parametrize("offset", [1e6, 1e8])
def test_large_numbers_are_no_covariates_that_determine_each_other(offset):
    made, columns, truth = world(5)
    moved = columns | {"words": np.array([str(float(value) + offset) for value in columns["words"]])}
    found, wanted = (regress(made, truth, design(given, TERMS)) for given in (moved, columns))
    assert [one.model for one in found] == ["ols"] * 3 + ["logit"] * 3
    for one, other in zip(found, wanted, strict=True):
        if one.term != regression.INTERCEPT:
            assert (one.value, one.error) == pytest.approx((other.value, other.error), rel=1e-5)


# --- formulas and covariates


def test_a_formula_is_read():
    assert Formula.parse("threat ~ actor_type+ month", ["threat"]) == Formula("threat", ("actor_type", "month"))
    assert Formula.parse("threat ~ Home country", ["threat"]).terms == ("Home country",)


@pytest.mark.parametrize(
    "text", ["threat", "threat ~", "~ month", "threat ~ month +", "threat ~ a * b", "threat ~ a:b", "threat ~ a + a", "threat ~ a ~ b", "joy ~ month"]
)  # fmt: skip
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(UsageError, match=r"joy|formula"):
        Formula.parse(text, ["threat"])


def test_levels_are_compared_with_the_commonest():
    columns = {"actor_type": np.array(["company", "igo", "company", "ngo"])}
    found = design(columns, ["actor_type"])
    assert found.names == (regression.INTERCEPT, "actor_type=igo", "actor_type=ngo")
    assert found.references == {"actor_type": "company"}
    assert found.matrix.tolist() == [[1, 0, 0], [1, 1, 0], [1, 0, 0], [1, 0, 1]]


def test_numbers_stay_numbers_and_units_without_one_are_left_out():
    columns = {"words": np.array(["3", "(none)", "4.5"]), "year": np.array(["2019", "2020", "2020"])}
    found = design(columns, ["words", "year"])
    assert found.kept.tolist() == [True, False, True]
    assert found.matrix.tolist() in ([[1, 3, 1], [1, 4.5, 0]], [[1, 3, 0], [1, 4.5, 1]]), "a year is no number here"


@pytest.mark.parametrize("words", [["3", "inf", "4"], ["3", "nan", "4"], ["3", "x", "4"]])
def test_what_is_not_all_numbers_is_categories(words):
    assert design({"words": np.array(words)}, ["words"]).references


def test_a_covariate_of_one_value_is_refused():
    with pytest.raises(UsageError, match=r"desk.*north"):
        design({"desk": np.array(["north", "north"])}, ["desk"])


def test_numbers_that_no_unit_has_together_are_refused():
    columns = {"a": ["1", "(none)"], "b": ["(none)", "2"], "desk": ["north", "south"]}
    with pytest.raises(UsageError, match="a, b"):
        design({name: np.array(values) for name, values in columns.items()}, ["a", "b", "desk"])


def test_a_level_that_nobody_coded_is_named():
    made, columns, truth = world()
    values = columns["actor_type"].astype("<U20")
    values[np.setdiff1d(np.arange(len(made)), made.coded)[:3]] = "ngo"
    with pytest.raises(UsageError, match="actor_type=ngo"):
        regress(made, truth, design({"actor_type": values}, ["actor_type"]))


def test_covariates_that_determine_each_other_are_refused():
    made, columns, truth = world()
    with pytest.raises(UsageError, match="determine each other"):
        regress(made, truth, design(columns | {"desk": columns["actor_type"]}, ["actor_type", "desk"]))
