"""A label explained by covariates, from corrected outcomes: design-based supervised learning.

Every unit gets the outcome ``ỹ = g + (R / π) (y - g)``, where ``g`` is what the model predicts and R says whether a coder judged
the unit: right on average whatever the model's errors, as the π are known (DSL; Egami, Hinck, Stewart & Wei 2023, arXiv:2306.04746). A
regression of ``ỹ`` over all units estimates that of the coders' labels. Here ``g`` is a line in the model's
probability with the slope λ of the corrected shares (`estimation.tune`): two numbers fitted to all coded units,
for which no cross-fitting is needed. The weights 1/π are scaled to sum to the number of units (Hájek 1971), and where coders judged whether a unit
is a statement, units weigh ``1 + (R / π) (z - 1)``: zero, on average, for those that are none.

Standard errors are clustered by document (Liang & Zeger 1986) with the factor ``G / (G - 1) · (n - 1) / (n - k)`` for G documents with n coded units
and k coefficients; intervals are those of Student's t with G - 1 degrees of freedom.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..corpus.errors import UsageError
from .coding import OF_SPEAKER, Coding
from .estimation import ENOUGH, Sample, linear, tune
from .frame import Array, Bools
from .intervals import LEVEL, quantile
from .run import FIELDS, NONE

INTERCEPT = "(intercept)"
STEPS = 50
FARTHEST = 5.0
"""Log-odds by which a step of Newton's method may change a prediction."""
SEPARATED = 30.0
"""Log-odds beyond which a logistic regression has no finite solution, but for rounding."""
_FORMULA = re.compile(r"\s*([a-z][a-z0-9_]*)\s*~\s*([^~*:|]+)\Z")


@dataclass(frozen=True)
class Formula:
    """``label ~ term + term``: a label of the codebook, and fields or columns of the units."""

    label: str
    terms: tuple[str, ...]

    @classmethod
    def parse(cls, text: str, labels: Sequence[str]) -> Formula:
        """Read a formula.

        Raises:
            UsageError: it is none, names a term twice, or a label that is not among `labels`.

        """
        found = _FORMULA.match(text)
        terms = [term.strip() for term in found.group(2).split("+")] if found else []
        if not found or not all(terms) or len(set(terms)) < len(terms):
            raise UsageError(f"{text!r} is no formula; write label ~ field + field, each field once")
        if found.group(1) not in labels:
            raise UsageError(f"{found.group(1)!r} in {text!r} is no label; there are {', '.join(labels)}")
        return cls(found.group(1), tuple(terms))


@dataclass(frozen=True)
class Design:
    """The covariates as numbers.

    Attributes:
        names: of the K coefficients.
        matrix: (N, K); the first column is the intercept.
        kept: which units of the frame have all covariates: N of them are True.
        references: the level of each categorical term that the others are compared with.

    """

    names: tuple[str, ...]
    matrix: Array
    kept: Bools
    references: Mapping[str, str]


def design(columns: Mapping[str, npt.NDArray[np.str_]], terms: Sequence[str]) -> Design:
    """Turn columns into numbers: a column of the input with numbers only stays one, all else becomes a 0/1 column for each level but the commonest.

    Raises:
        UsageError: a term has one value only, or no unit has all numbers.

    """
    numeric = {term: found for term in terms if term not in FIELDS and (found := _numbers(columns[term])) is not None}
    size = len(columns[terms[0]])
    kept = np.ones(size, dtype=bool)
    for values in numeric.values():
        kept &= ~np.isnan(values)
    if not kept.any():
        raise UsageError(f"no unit has a number in each of {', '.join(numeric)}; leave one of them out of the formula")
    names, blocks, references = [INTERCEPT], [np.ones((int(kept.sum()), 1))], {}
    for term in terms:
        if term in numeric:
            added, block = [term], numeric[term][kept][:, None]
        else:
            added, block, references[term] = _levels(term, columns[term][kept])
        names += added
        blocks.append(block)
    return Design(tuple(names), np.hstack(blocks), kept, references)


def _numbers(values: npt.NDArray[np.str_]) -> Array | None:
    """Return a column of numbers, NaN where a unit has none; None where some value is no number."""
    try:
        found = np.array([np.nan if value == NONE else float(value) for value in values.tolist()])
    except ValueError:
        return None
    return found if np.isfinite(found[values != NONE]).all() and (values != NONE).any() else None


def _levels(term: str, values: npt.NDArray[np.str_]) -> tuple[list[str], Array, str]:
    levels, counts = np.unique(values, return_counts=True)
    if len(levels) < 2:
        raise UsageError(f"{term} is {levels[0]!r} in every unit; leave it out of the formula")
    reference = str(levels[counts.argmax()])
    others = [str(level) for level in levels if level != reference]
    block = np.array([values == level for level in others], dtype=np.float64).T
    return [f"{term}={level}" for level in others], block, reference


@dataclass(frozen=True)
class Coefficient:
    """One coefficient of one model: `naive` is what the model's own labels give, None where they have no finite solution."""

    model: str
    term: str
    naive: float | None
    value: float
    error: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Outcome:
    """The corrected outcomes of the units of a regression.

    Attributes:
        predicted: g, (N,).
        shares: R/π, scaled to sum to N, 0 for units not coded: (N,).
        truth: the coder's label among statements (``y z``), 0 for units not coded: (N,).
        valid: the coder's verdict that it is a statement, 1 for units not coded: (N,).
        clusters: documents with coded units.
        coded: coded units.

    """

    predicted: Array
    shares: Array
    truth: Array
    valid: Array
    clusters: int
    coded: int

    @property
    def corrected(self) -> Array:
        """ỹ: (N,)."""
        return self.predicted + self.shares * (self.truth - self.predicted)

    @property
    def weights(self) -> Array:
        """1 + (R/π) (z - 1): (N,)."""
        return 1 + self.shares * (self.valid - 1)


def outcome(sample: Sample) -> Outcome:
    """Return the corrected outcomes of a sample's units."""
    size, coded = len(sample), sample.coded
    scale = size / sample.weights.sum()
    shares, truth, valid = np.zeros(size), np.zeros(size), np.ones(size)
    shares[coded] = sample.weights * scale
    truth[coded] = sample.truth & sample.valid
    valid[coded] = sample.valid
    middle, mean = ((shares * values).sum() / size for values in (truth, sample.scores))
    predicted = middle + tune([linear(sample)]) * (sample.scores - mean)
    return Outcome(predicted, shares, truth, valid, len(np.unique(sample.documents[coded])), len(coded))


Link = Callable[[Array], Array]


def _identity(x: Array) -> Array:
    return x


def _ones(x: Array) -> Array:
    return np.ones_like(x)


def _logistic(x: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)))


def _slope(x: Array) -> Array:
    p = _logistic(x)
    return p * (1 - p)


LINKS: dict[str, tuple[Link, Link]] = {"ols": (_identity, _ones), "logit": (_logistic, _slope)}


def regress(sample: Sample, given: Bools, covariates: Design) -> list[Coefficient]:
    """Return the coefficients of the linear and the logistic regression; a model without a finite solution has none.

    Args:
        sample: the units and what was coded of them.
        given: the labels that the model gave: (N,).
        covariates: their covariates.

    Raises:
        UsageError: a level has no coded unit, or the covariates determine each other.

    """
    x, back = _standardised(covariates.matrix)
    _refuse_unidentified(sample, covariates, x)
    found = outcome(sample)
    return [one for model in LINKS for one in _coefficients(model, sample, found, given, covariates.names, x, back)]


def _standardised(x: Array) -> tuple[Array, Array]:
    """Return covariates with mean 0 and deviation 1, as equations of large numbers lose their digits, and the way back.

    Returns:
        The covariates, (N, K), and the matrix that turns their coefficients into those of `x`: (K, K).

    """
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    mean[0], deviation[deviation == 0] = 0.0, 1.0
    back = np.diag(1 / deviation)
    back[0] -= np.where(np.arange(x.shape[1]) > 0, mean / deviation, 0.0)
    return (x - mean) / deviation, back


def _refuse_unidentified(sample: Sample, covariates: Design, standardised: Array) -> None:
    coded = covariates.matrix[sample.coded]
    for name, column in zip(covariates.names, coded.T, strict=True):
        if not column.any():
            raise UsageError(
                f"no coded unit has {name}; leave {name.split('=')[0]} out of the formula, or code some of them "
                "(`communique sample --design stratified`)"
            )
    if np.linalg.matrix_rank(standardised[sample.coded]) < coded.shape[1]:
        raise UsageError(
            f"the covariates determine each other among the coded units: {', '.join(covariates.names[1:])}; leave one out"
        )


def _coefficients(
    model: str, sample: Sample, found: Outcome, given: Bools, names: Sequence[str], x: Array, back: Array
) -> list[Coefficient]:
    solved = solve(model, x, found.corrected, found.weights)
    if solved is None:
        return []
    naive = solve(model, x, given.astype(np.float64), np.ones(len(x)))
    rough = [None] * len(names) if naive is None else (back @ naive).tolist()
    values = back @ solved
    errors = np.sqrt(np.diag(back @ covariance(model, x, found, solved, sample.documents) @ back.T))
    reach = quantile(LEVEL, found.clusters - 1) * errors
    rows = np.column_stack([values, errors, values - reach, values + reach]).tolist()
    return [
        Coefficient(model, name, own, value, error, low, high, _p(value, error, found.clusters - 1))
        for name, own, (value, error, low, high) in zip(names, rough, rows, strict=True)
    ]


def _p(value: float, error: float, freedom: float) -> float:
    """Return the p-value of Student's t-test of no effect."""
    from scipy.special import stdtr

    return float(2 * stdtr(freedom, -abs(value) / error)) if error > 0 else float(value == 0)


def solve(model: str, x: Array, y: Array, weights: Array) -> Array | None:
    """Solve ``Σ x (y - w mean(x β)) = 0`` by Newton's method: (K,); None where no finite solution is reached.

    Args:
        model: ``ols`` or ``logit``.
        x: covariates, (N, K).
        y: outcomes, (N,), which may lie outside [0, 1].
        weights: (N,).

    """
    mean, slope = LINKS[model]
    beta = np.zeros(x.shape[1])
    for _ in range(STEPS):
        score = x.T @ (y - weights * mean(x @ beta))
        try:
            step = np.linalg.solve(_bread(x, weights * slope(x @ beta)), score)
        except np.linalg.LinAlgError:
            return None
        if model == "logit":  # far from the solution the curve is flat, and steps are wild
            step *= min(1.0, FARTHEST / max(np.abs(x @ step).max(), 1e-300))
        beta = beta + step
        if np.abs(step).max() < 1e-10 * (1 + np.abs(beta).max()):
            return beta if model == "ols" or np.abs(x @ beta).max() < SEPARATED else None
    return None


def _bread(x: Array, weights: Array) -> Array:
    return np.asarray(x.T @ (x * weights[:, None]))


def covariance(model: str, x: Array, found: Outcome, beta: Array, documents: npt.NDArray[np.int64]) -> Array:
    """Return the covariance of the coefficients, clustered by document: (K, K)."""
    mean, slope = LINKS[model]
    fitted = mean(x @ beta)
    off = x * (found.truth - found.predicted - (found.valid - 1) * fitted)[:, None]
    middle = (found.shares[:, None] * off).sum(axis=0) / len(x)
    parts = x * (found.predicted - fitted)[:, None] + middle + found.shares[:, None] * (off - middle)
    _, places = np.unique(documents, return_inverse=True)
    totals = np.zeros((places.max() + 1, x.shape[1]))
    np.add.at(totals, places, parts)
    bread = np.linalg.inv(_bread(x, found.weights * slope(x @ beta)))
    g, n, k = found.clusters, found.coded, x.shape[1]
    return np.asarray(g / (g - 1) * (n - 1) / (n - k) * bread @ (totals.T @ totals) @ bread)


@dataclass(frozen=True)
class Explanation:
    """A label explained by covariates, and what its reader has to know."""

    label: str
    coefficients: tuple[Coefficient, ...]
    notes: tuple[str, ...]


def explain(coding: Coding, formula: Formula) -> Explanation:
    """Regress a label on covariates over the units of a run.

    Raises:
        UsageError: the covariates cannot be told apart, or nothing was coded of some level.

    """
    covariates = design(coding.frame.columns, formula.terms)
    by = next((term for term in formula.terms if term in OF_SPEAKER), None)
    sample = coding.sample(formula.label, covariates.kept, by)
    if len(np.unique(sample.documents[sample.coded])) <= len(covariates.names):
        raise UsageError(f"{formula.label} is coded in fewer documents than the formula has coefficients; code more")
    found = regress(sample, coding.frame.given[covariates.kept, coding.frame.column(formula.label)], covariates)
    if not found:
        raise UsageError(f"no regression of {formula.label} has a finite solution; leave a covariate out, or code more")
    notes = (*_notes(sample, covariates, found), *coding.notes(by))
    return Explanation(formula.label, tuple(found), notes)


def _notes(sample: Sample, covariates: Design, found: Sequence[Coefficient]) -> Iterator[str]:
    documents = len(np.unique(sample.documents))
    yield f"{len(sample)} units of {documents} documents, {len(sample.coded)} of them coded; standard errors by document."
    for term, level in covariates.references.items():
        yield f"{term}: compared with {level}."
    if missing := int((~covariates.kept).sum()):
        yield f"{missing} units without a number in a covariate are left out."
    coded = covariates.matrix[sample.coded]
    counts = zip(covariates.names, coded.sum(axis=0).tolist(), strict=True)
    if thin := [name for name, count in counts if "=" in name and count < ENOUGH]:
        yield f"Fewer than {ENOUGH} coded units have {', '.join(thin)}: their coefficients rest on little."
    for model in LINKS:
        if not any(one.model == model for one in found):
            yield f"The {model} regression has no finite solution: some covariate decides the label alone."
        elif any(one.model == model and one.naive is None for one in found):
            yield f"–: the {model} regression of the model's own labels has no finite solution: some covariate decides them alone."
