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
        self.shared = shared(self.learning.units)

    def loss(self, rows: list[Encoded], places: Sequence[int]) -> torch.Tensor:
        """Return the squared distance of the cosines from what they should be; pairs that share weigh half of all."""
        import torch
        from torch.nn import functional

        found = functional.normalize(linear.embed(self.classifier, rows).float(), dim=1)
        aim = torch.tensor(self.shared[np.ix_(places, places)], dtype=torch.float32, device=found.device)
        apart = ~torch.eye(len(rows), dtype=torch.bool, device=found.device)
        each = (found @ found.T - aim) ** 2
        halves = [each[chosen] for chosen in (apart & (aim > 0), apart & (aim == 0)) if chosen.any()]
        return torch.stack([half.mean() for half in halves]).mean() if halves else each.sum() * 0

    def score(self) -> float:
        """Fit the head on the embeddings as they are, and return its dev score."""
        return linear.fit(self.classifier, self.learning, self.dev)


def shared(units: Sequence[CodedUnit]) -> Array:
    """Return how much every two units share of their labels, from 0 to 1: (units, units).

    Shared labels over all that either has (Jaccard); having none counts as a label. With groups, the mean over the groups.
    """
    kinds = [[unit.labels or {""} for unit in units]]
    for group in sorted({name for unit in units for name in unit.choices}):
        kinds.append([{unit.choices[group]} if group in unit.choices else set() for unit in units])
    if not any(unit.labels for unit in units) and len(kinds) > 1:
        kinds = kinds[1:]
    return np.asarray(np.mean([_jaccard(kind) for kind in kinds], axis=0))


def _jaccard(sets: Sequence[frozenset[str] | set[str]]) -> Array:
    names = sorted(set().union(*sets))
    hot = np.array([[name in one for name in names] for one in sets], dtype=np.float64)
    both = hot @ hot.T
    sizes = hot.sum(axis=1)
    return np.asarray(both / np.maximum(sizes[:, None] + sizes[None, :] - both, 1))


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
