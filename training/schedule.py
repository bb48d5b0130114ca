"""The optimiser and how its rates rise and fall."""

from __future__ import annotations

import re
from typing import Any

from ..models.adapter import HEAD
from .recipe import Recipe

HEAD_RATE = 10
_LAYER = re.compile(r"\.layers?\.(\d+)\.")


def optimiser(network: Any, recipe: Recipe, steps: int) -> tuple[Any, Any]:
    """AdamW with a linear rise and fall of the rate; the fresh head learns faster than the encoder."""
    import torch

    named = [(name, weight) for name, weight in network.named_parameters() if weight.requires_grad]
    head = [weight for name, weight in named if HEAD in name]
    body = [(name, weight) for name, weight in named if HEAD not in name]
    groups = [*_body(body, recipe), {"params": head, "lr": min(recipe.rate * HEAD_RATE, 2e-3)}]
    found = torch.optim.AdamW([group for group in groups if group["params"]], weight_decay=recipe.decay)
    rise = max(1, int(steps * recipe.warmup))

    def share(step: int) -> float:
        return min((step + 1) / rise, max(0.0, (steps - step) / max(1, steps - rise)))

    return found, torch.optim.lr_scheduler.LambdaLR(found, share)


def _body(named: list[tuple[str, Any]], recipe: Recipe) -> list[dict[str, Any]]:
    """Return the encoder's weights in groups of one rate: all alike, or each layer slower than the one above."""
    if recipe.layer_decay == 1:
        return [{"params": [weight for _, weight in named], "lr": recipe.rate}]
    depths = {name: int(found[1]) if (found := _LAYER.search(name)) else None for name, _ in named}
    top = max((depth for depth in depths.values() if depth is not None), default=0)

    def below(name: str) -> int:
        depth = depths[name]
        return top - depth if depth is not None else top + 1 if "embeddings" in name else 0

    return [{"params": [weight], "lr": recipe.rate * recipe.layer_decay ** below(name)} for name, weight in named]
