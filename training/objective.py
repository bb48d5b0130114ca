"""What a training minimises: the losses of multi-choice labels and single-choice groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .dataset import Dataset
from .recipe import Recipe

if TYPE_CHECKING:
    import torch

GAMMA = 2.0  # of the focal loss (Lin et al. 2017)
NEGATIVE_GAMMA, MARGIN = 4.0, 0.05  # of the asymmetric loss (Ridnik et al. 2021)


def targets(data: Dataset, device: str = "cpu") -> list[Any]:
    """Return what the coders gave, as tensors: truth and known of (units, labels), and each group's choice."""
    import torch

    truth = torch.tensor(data.truth, dtype=torch.float32)
    known = torch.tensor(data.known, dtype=torch.float32)
    found = [truth, known, *(torch.tensor(data.choice(group)) for group in data.codebook.single)]
    return [target.to(device) for target in found]


def loss(logits: torch.Tensor, given: list[Any], data: Dataset, recipe: Recipe) -> torch.Tensor:
    """Return the loss of `logits`, (units, labels), over the judged labels plus that of each single-choice group."""
    import torch
    from torch.nn import functional

    truth, known, *choices = given
    total = torch.zeros((), device=logits.device)
    if data.codebook.multi:
        columns = [data.codebook.labels.index(name) for name in data.codebook.multi]
        each = _multi(logits[:, columns], truth, data, recipe)
        total = total + (each * known).sum() / known.sum().clamp(min=1) * len(columns)
    for group, choice in zip(data.codebook.single, choices, strict=True):
        if (choice >= 0).any():
            found = functional.cross_entropy(
                logits[:, data.codebook.columns(group)], choice, ignore_index=-1, label_smoothing=recipe.smoothing
            )
            total = total + recipe.single_weight * found
    return total


def _multi(logits: torch.Tensor, truth: torch.Tensor, data: Dataset, recipe: Recipe) -> torch.Tensor:
    """Return the loss of every unit and label."""
    from torch.nn import functional

    soft = truth * (1 - recipe.smoothing) + recipe.smoothing / 2
    weights = _positive_weights(data, recipe, logits.device)
    each = functional.binary_cross_entropy_with_logits(logits, soft, reduction="none", pos_weight=weights)
    if recipe.loss == "cross-entropy":
        return each
    chance = logits.sigmoid()
    if recipe.loss == "focal":
        return each * (truth * (1 - chance) + (1 - truth) * chance) ** GAMMA
    shifted = (chance - MARGIN).clamp(min=0)
    negative = -(shifted**NEGATIVE_GAMMA) * (1 - shifted).clamp(min=1e-8).log()
    return truth * each + (1 - truth) * negative


def _positive_weights(data: Dataset, recipe: Recipe, device: Any) -> torch.Tensor | None:
    import torch

    if not recipe.positive_power:
        return None
    positives = np.maximum(data.truth.sum(axis=0), 1)
    negatives = np.maximum(data.known.sum(axis=0) - positives, 0)
    weights = (negatives / positives) ** recipe.positive_power
    return torch.tensor(weights, dtype=torch.float32, device=device)
