"""How often 95 % intervals cover the truth: naive, corrected, and by the coded units alone.

    python benchmarks/coverage.py [--runs 2000]

Each run makes 4,000 units of known truth, labels them by a classifier of known sensitivity and a specificity of 0.97, draws some for
coding as `communique sample` does, and estimates as `communique estimate` does. In clustered settings eight units make
a document, whose share and error rates are its own: the truth is correlated within documents (intra-class correlation 0.15),
and so are the errors (0.1). The classifier's probabilities are graded, or *bare*: 1 and 0, for what it labels and what not.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from communique.analysis import design, estimation, intervals, regression
from communique.analysis.estimation import Estimate, Sample
from communique.analysis.frame import Frame

UNITS, DOCUMENT = 4000, 8
SPECIFICITY = 0.97
TRUTH_ICC, ERROR_ICC = 0.15, 0.1
Interval = tuple[float, float] | None


@dataclass(frozen=True)
class Setting:
    """The true share, the classifier's sensitivity, how many are coded, by which design, and whether documents cluster."""

    share: float
    sensitivity: float
    coded: int
    clustered: bool
    design: str = "random"
    bare: bool = False

    @property
    def seed(self) -> list[int]:
        """What the random numbers of the setting start from: any subset of settings gives the same figures."""
        rates = (round(1000 * self.share), round(1000 * self.sensitivity))
        return [*rates, self.coded, int(self.clustered), design.DESIGNS.index(self.design), int(self.bare)]

    def row(self) -> str:
        words = ("yes" if self.clustered else "no", self.design, "bare" if self.bare else "graded")
        return " | ".join([f"{self.share:.0%}", str(self.sensitivity), str(self.coded), *words])


ENOUGH = (
    Setting(0.05, 0.75, 1000, clustered=False),
    Setting(0.05, 0.95, 800, clustered=True),
    Setting(0.05, 0.60, 1000, clustered=True, design="label"),
    Setting(0.10, 0.60, 400, clustered=False, design="uncertain"),
    Setting(0.10, 0.95, 400, clustered=False, bare=True),
    Setting(0.10, 0.75, 1000, clustered=True, design="label"),
    Setting(0.20, 0.75, 200, clustered=True),
    Setting(0.20, 0.60, 400, clustered=False, design="label"),
    Setting(0.30, 0.95, 200, clustered=False, design="label", bare=True),
    Setting(0.30, 0.75, 400, clustered=True, design="uncertain"),
    Setting(0.50, 0.95, 200, clustered=False, design="label", bare=True),
    Setting(0.50, 0.60, 1000, clustered=True),
)
FEW = (
    Setting(0.02, 0.75, 400, clustered=False),
    Setting(0.02, 0.95, 400, clustered=True, design="label"),
    Setting(0.05, 0.60, 200, clustered=True),
    Setting(0.05, 0.75, 200, clustered=False, design="label", bare=True),
    Setting(0.05, 0.95, 200, clustered=False, design="uncertain"),
    Setting(0.05, 0.95, 400, clustered=True),
    Setting(0.10, 0.75, 200, clustered=True, design="label"),
)
GROUPS = (
    Setting(0.20, 0.75, 600, clustered=True),
    Setting(0.40, 0.75, 400, clustered=True, design="uncertain"),
    Setting(0.40, 0.95, 1000, clustered=False, design="label"),
)
SECOND = 0.6
"""The share of the second group as a part of the first's; every document holds four units of each."""


# --- worlds


@dataclass(frozen=True)
class World:
    """Units of known truth, with what a classifier says of them and what was coded."""

    truth: np.ndarray
    frame: Frame
    coded: np.ndarray
    pi: np.ndarray

    def sample(self, kept: np.ndarray | None = None) -> Sample:
        """Return the units, or those for which `kept` holds, as the estimator sees them."""
        kept = np.ones(UNITS, dtype=bool) if kept is None else kept
        coded = self.coded[kept[self.coded]]
        return Sample(
            documents=self.frame.documents[kept],
            scores=self.frame.scores[kept, 0],
            coded=(np.cumsum(kept) - 1)[coded],
            truth=self.truth[coded],
            valid=np.ones(len(coded), dtype=bool),
            weights=1 / self.pi[coded],
        )


def world(setting: Setting, rng: np.random.Generator, factor: np.ndarray | float = 1.0) -> World:
    """Make units and draw those to code; `factor` multiplies the share of each."""
    share, sensitivity, specificity = (
        _rates(rate, icc if setting.clustered else 0.0, rng)
        for rate, icc in ((setting.share, TRUTH_ICC), (setting.sensitivity, ERROR_ICC), (SPECIFICITY, ERROR_ICC))
    )
    truth = rng.random(UNITS) < share * factor
    given = np.where(truth, rng.random(UNITS) < sensitivity, rng.random(UNITS) > specificity)
    graded = np.where(given, rng.beta(6, 2, UNITS), rng.beta(0.5, 6, UNITS))
    scores = given.astype(float) if setting.bare else graded
    numbers = np.arange(UNITS)
    documents = numbers // DOCUMENT if setting.clustered else numbers
    frame = Frame((), documents, numbers, numbers, ("label",), scores[:, None], given[:, None], {})
    plan = design.plan(setting.design, frame, setting.coded, label="label")
    return World(truth, frame, plan.draw(int(rng.integers(2**31))), plan.pi)


def _rates(rate: float, icc: float, rng: np.random.Generator) -> np.ndarray:
    """Return the rate of each unit; those of a document share one, from a beta distribution around `rate`."""
    if icc == 0:
        return np.full(UNITS, rate)
    size = 1 / icc - 1
    return np.repeat(rng.beta(rate * size, (1 - rate) * size, UNITS // DOCUMENT), DOCUMENT)


# --- one run


def share_run(setting: Setting, rng: np.random.Generator) -> dict[str, Interval]:
    """Return the intervals of a share."""
    made = world(setting, rng)
    sample = made.sample()
    (corrected,), (alone,) = estimation.estimate([sample]), estimation.estimate([sample], tuning=0.0)
    return {
        "naive": naive(made),
        "corrected": corrected.spread.interval() if corrected.spread else None,
        "plain": around(corrected),
        "alone": around(alone),
    }


def naive(made: World) -> Interval:
    """Return the interval of the share of units that the model labels, as if it were never wrong."""
    given = made.frame.given[:, 0]
    everything = Sample(
        made.frame.documents, given.astype(float), np.arange(UNITS), given, np.ones(UNITS, dtype=bool), np.ones(UNITS)
    )
    return around(estimation.estimate([everything], tuning=0.0)[0])


def around(found: Estimate) -> Interval:
    """Return the usual interval: 1.96 standard errors to either side."""
    if found.spread is None:
        return None
    reach = 1.96 * math.sqrt(found.spread.variance)
    return found.spread.share - reach, found.spread.share + reach


def group_run(setting: Setting, rng: np.random.Generator) -> dict[str, Interval]:
    """Return the intervals of the difference between two groups that share documents, and of a regression's slope."""
    second = np.arange(UNITS) % 2 == 1
    made = world(setting, rng, np.where(second, SECOND, 1.0))
    (a,), (b,) = (estimation.estimate([made.sample(kept)]) for kept in (~second, second))
    found = estimation.compare(a, b)
    apart = intervals.difference(a.spread, b.spread, 0.0) if a.spread and b.spread else None
    columns = {"desk": np.where(second, "0", "1")}
    slope = regression.regress(made.sample(), made.frame.given[:, 0], regression.design(columns, ["desk"]))[1]
    given = [float(made.frame.given[kept, 0].mean()) for kept in (~second, second)]
    errors = [math.sqrt(p * (1 - p) / (UNITS / 2)) for p in given]
    reach = 1.96 * math.hypot(*errors)
    return {
        "naive": (given[0] - given[1] - reach, given[0] - given[1] + reach),
        "joint": (found.low, found.high) if found else None,
        "apart": apart,
        "slope": (slope.low, slope.high),
    }


# --- many runs


@dataclass(frozen=True)
class Summary:
    """Over the runs of a setting, for one kind of interval: how often it covers, its mean width, how often it is refused."""

    coverage: float
    width: float
    refused: float


def simulate(
    setting: Setting,
    runs: int,
    truth: float,
    one: Callable[[Setting, np.random.Generator], Mapping[str, Interval]] = share_run,
) -> dict[str, Summary]:
    """Return what `runs` runs of a setting give for each kind of interval."""
    rng = np.random.default_rng(setting.seed)
    found = [one(setting, rng) for _ in range(runs)]
    return {kind: _summary([run[kind] for run in found], truth) for kind in found[0]}


def _summary(found: list[Interval], truth: float) -> Summary:
    given = np.array([interval for interval in found if interval is not None]).reshape(-1, 2)
    if not len(given):
        return Summary(math.nan, math.nan, 1.0)
    covers = (given[:, 0] <= truth) & (truth <= given[:, 1])
    return Summary(float(covers.mean()), float((given[:, 1] - given[:, 0]).mean()), 1 - len(given) / len(found))


# --- the page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000)
    runs = parser.parse_args().runs
    print(f"Coverage of nominal 95 % intervals in {runs} runs of each setting (`python benchmarks/coverage.py`).\n")
    print(SHARES)
    for setting in (*ENOUGH, *FEW):
        print(share_row(setting, simulate(setting, runs, setting.share)), flush=True)
    print(GROUPS_HEAD)
    for setting in GROUPS:
        found = simulate(setting, runs, setting.share * (1 - SECOND), group_run)
        cells = " | ".join(f"{found[kind].coverage:.1%}" for kind in ("naive", "joint", "apart", "slope"))
        print(f"| {setting.row()} | {cells} |", flush=True)


HEAD = "| share | sensitivity | coded | clustered | design | scores | "
SHARES = (
    "*Positives* are expected among as many units drawn at random. *Corrected* is what `estimate` prints; *plain* the same\n"
    "estimate ± 1.96 standard errors. *Width* is the mean width of the corrected interval over that of the usual one from the coded\n"
    "units alone (Hájek's estimate ± 1.96 standard errors, by document).\n\n"
    f"{HEAD}positives | naive | coded alone | plain | corrected | width | refused |\n|--:|--:|--:|---|---|---|--:|--:|--:|--:|--:|--:|--:|"
)
GROUPS_HEAD = (
    "\nThe difference between two groups that share every document, the second's share 0.6 of the first's: *joint*, as `estimate`\n"
    "prints it; *apart*, as if the groups were independent; *slope*, the coefficient of `estimate --regress`.\n\n"
    f"{HEAD}naive | joint | apart | slope |\n|--:|--:|--:|---|---|---|--:|--:|--:|--:|"
)


def share_row(setting: Setting, found: Mapping[str, Summary]) -> str:
    """Return a line of the table of shares."""
    cells = [f"{found[kind].coverage:.1%}" for kind in ("naive", "alone", "plain", "corrected")]
    width = found["corrected"].width / found["alone"].width
    return f"| {setting.row()} | {setting.share * setting.coded:.0f} | {' | '.join(cells)} | {width:.2f} | {found['corrected'].refused:.1%} |"


if __name__ == "__main__":
    main()
