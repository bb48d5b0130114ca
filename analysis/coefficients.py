"""Coefficients of agreement for nominal data, each from a table of counts or a pair of answers.

A table holds how many coders gave each value to each item: (items, values). Coders may be missing anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.float64]


def alpha(table: Counts) -> float:
    """Return Krippendorff's alpha for nominal data (Krippendorff 2011).

    Args:
        table: how many coders gave each value to each item, (items, values); items with fewer than two are left out.

    Returns:
        1 for perfect agreement, 0 for that of chance; not a number where only one value occurs.

    """
    return alpha_of(alpha_parts(table).sum(axis=0))


def alpha_parts(table: Counts) -> Counts:
    """Return what alpha is made of, by item: agreeing pairs over (coders - 1), then the counts; (items, 1 + values)."""
    coders = table.sum(axis=1, keepdims=True)
    kept = table * (coders > 1)
    agreeing = (kept * (kept - 1)).sum(axis=1, keepdims=True) / np.maximum(coders - 1, 1)
    return np.asarray(np.hstack([agreeing, kept]))


def alpha_of(parts: Counts) -> float:
    """Return alpha from the sum of `alpha_parts` over items: (1 + values,)."""
    agreeing, totals = parts[0], parts[1:]
    n = totals.sum()
    by_chance = n**2 - (totals**2).sum()
    return float(1 - (n - 1) * (n - agreeing) / by_chance) if by_chance else float("nan")


def agreement(table: Counts) -> float:
    """Return the share of agreeing pairs of coders, the mean over items with at least two (Fleiss 1971)."""
    table = table[table.sum(axis=1) > 1]
    coders = table.sum(axis=1)
    shares = (table * (table - 1)).sum(axis=1) / (coders * (coders - 1))
    return float(shares.mean()) if len(shares) else float("nan")


def fleiss(table: Counts) -> float:
    """Return Fleiss' kappa (1971), for varying numbers of coders as Gwet (2014, chapter 2) extends it.

    Chance agreement is the sum of the squared shares of the values; every item weighs the same in the shares, however
    many coded it, also one that a single coder did.
    """
    shares = _shares(table)
    return _corrected(agreement(table), float((shares**2).sum()))


def ac1(table: Counts) -> float:
    """Return Gwet's AC1 (2008), which stays meaningful where nearly all items have the same value.

    Chance agreement is the sum of share × (1 - share) over the values, divided by (values - 1); `table` needs a
    column for every value that can be given, whether or not it was.
    """
    shares = _shares(table)
    return _corrected(agreement(table), float((shares * (1 - shares)).sum() / (table.shape[1] - 1)))


def _shares(table: Counts) -> Counts:
    table = table[table.sum(axis=1) > 0]
    return (
        np.asarray((table / table.sum(axis=1, keepdims=True)).mean(axis=0))
        if len(table)
        else np.full(table.shape[1], np.nan)
    )


def cohen(one: Sequence[str], other: Sequence[str]) -> float:
    """Return Cohen's kappa (1960) of two coders' answers to the same items, in the same order."""
    if not one:
        return float("nan")
    values, places = np.unique([*one, *other], return_inverse=True)
    table = np.zeros((len(values), len(values)))
    np.add.at(table, (places[: len(one)], places[len(one) :]), 1 / len(one))
    return _corrected(float(table.trace()), float(table.sum(axis=0) @ table.sum(axis=1)))


def pairwise_f1(table: Counts, positive: npt.NDArray[np.float64]) -> float:
    """Return the F1 of each coder against each other, over all pairs together.

    Args:
        table: (items, values), of items with at least two coders.
        positive: how many coders said yes to each item: (items,).

    """
    coders = table.sum(axis=1)
    both = (positive * (positive - 1) / 2).sum()
    one = (positive * (coders - positive)).sum()
    return float(2 * both / (2 * both + one)) if both + one else float("nan")


def _corrected(observed: float, by_chance: float) -> float:
    """Return how much of the agreement that chance leaves open was reached."""
    return (observed - by_chance) / (1 - by_chance) if by_chance < 1 else float("nan")
