"""The method ``few-shot``: the encoder learns from pairs of sentences which labels lie close, then a regression reads it.

After SetFit (Tunstall et al. 2022): from 8 to 64 examples a label give hundreds to thousands of pairs. Here every two
sentences of a batch are a pair, and what two sentences share decides how close they should lie.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..corpus.annotations import CodedUnit
from ..models.calibration import Array
from ..models.classifier import Classifier
from ..models.inputs import Encoded
from ..models.metrics import Bools
from . import linear
from .dataset import Dataset

if TYPE_CHECKING:
    import torch


@dataclass
class Pairs:
    """Sentences that share labels are drawn together, the others apart."""

    classifier: Classifier
    learning: Dataset
    dev: Dataset

    def __post_init__(self) -> None:
        self.shared = shared(self.learning)

    def loss(self, rows: list[Encoded], places: Sequence[int]) -> torch.Tensor:
        """Return the squared distance of the cosines from what they should be; pairs that share weigh half of all.

        A pair of which nobody knows what it shares has no part in it.
        """
        import torch
        from torch.nn import functional

        found = functional.normalize(linear.embed(self.classifier, rows).float(), dim=1)
        aim = torch.tensor(self.shared[np.ix_(places, places)], dtype=torch.float32, device=found.device)
        apart = ~torch.eye(len(rows), dtype=torch.bool, device=found.device)
        cosines = found @ found.T
        halves = [chosen for chosen in (apart & (aim > 0), apart & (aim == 0)) if chosen.any()]
        each = [((cosines[half] - aim[half]) ** 2).mean() for half in halves]
        return torch.stack(each).mean() if each else cosines.sum() * 0

    def score(self) -> float:
        """Fit the head on the embeddings as they are, and return its dev score."""
        return linear.fit(self.classifier, self.learning, self.dev)


def shared(data: Dataset) -> Array:
    """Return how much every two units share of their labels, from 0 to 1: (units, units).

    Of the labels that were judged in both, those that both have over those that either has (Jaccard); to have none is to
    share all. With groups, the mean over the groups that were judged in both, and NaN where none was. A label that no unit has
    tells nothing.
    """
    tables = [_jaccard(data.truth, data.known & data.truth.any(axis=0))]
    for group in data.codebook.single:
        choice = data.choice(group)[:, None]
        tables.append(_jaccard(choice == np.arange(len(group.names)), np.repeat(choice >= 0, len(group.names), axis=1)))
    found = np.stack(tables)
    there = (~np.isnan(found)).sum(axis=0)
    mean = np.divide(np.nansum(found, axis=0), there, out=np.full(there.shape, np.nan), where=there > 0)
    return np.asarray(mean)


def _jaccard(given: Bools, known: Bools) -> Array:
    """Return what every two rows share of the columns known of both, NaN where there are none."""
    has, judged = (given & known).astype(np.float64), known.astype(np.float64)
    both, either = has @ has.T, has @ judged.T
    either = either + either.T - both
    shares = np.divide(both, either, out=np.ones_like(both), where=either > 0)
    return np.where(judged @ judged.T > 0, shares, np.nan)


def draw(data: Dataset, k: int, seed: int) -> Dataset:
    """Return `data` with at most `k` positives a label drawn from its ``train`` units; the other splits are kept.

    Labels are served from the rarest on; a unit drawn for one label counts for all of its labels. As many units
    without any multi-choice label come along, so that there is something to say no to.
    """
    rng = random.Random(f"{seed}:draw")
    train = [unit for unit in data.units if unit.split == "train"]
    rng.shuffle(train)
    names = [*data.codebook.multi, *(name for group in data.codebook.single for name in group.names)]
    groups = {name: [unit for unit in train if name in (*unit.labels, *unit.choices.values())] for name in names}
    if data.codebook.multi:
        groups[""] = [unit for unit in train if not unit.labels]
    chosen: dict[str, CodedUnit] = {}
    for name in sorted(groups, key=lambda name: len(groups[name])):
        there = sum(unit.id in chosen for unit in groups[name])
        fresh = [unit for unit in groups[name] if unit.id not in chosen]
        chosen |= {unit.id: unit for unit in fresh[: max(0, k - there)]}
    return replace(data, units=tuple(u for u in data.units if u.split != "train" or u.id in chosen))
