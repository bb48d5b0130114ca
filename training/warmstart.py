"""The warm start: bases that pool by the mean, under a head that reads the first token.

The sequence classifiers of transformers read the first token through a pooler; sentence-embedding bases
such as the bundled one were trained on the mean of all tokens, and their first token holds little. Before
fine-tuning, the first token is taught to hold that mean, and the pooler to pass it on. What that is worth on the
same data, steps and rates, ``benchmarks/warm_start.py`` measures.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..models.classifier import Classifier
from ..models.inputs import Encoded, token_batches

RATE = 5e-4
MOST = 6000
KEEP = 0.3  # weight of the other tokens' staying what they were


def has_pooler(network: Any) -> bool:
    """Return whether the network reads its first token through its encoder's square pooler, as BERT does.

    Never under an adapter: PEFT's wrapper passes the whole classifier off as the encoder.
    """
    if hasattr(network, "peft_config"):
        return False
    pooler = getattr(network.base_model, "pooler", None)
    return pooler is not None and hasattr(pooler, "dense")


def warm_start(classifier: Classifier, rows: Sequence[Encoded], seed: int, tick: Callable[[int], None]) -> None:
    """Pass once over at most 6,000 of `rows`, teaching the first token to hold the mean of all of them."""
    import torch

    encoder = classifier.network.base_model
    with torch.no_grad():
        encoder.pooler.dense.weight.copy_(torch.eye(len(encoder.pooler.dense.weight)))
        encoder.pooler.dense.bias.zero_()
    teacher = copy.deepcopy(encoder).eval()
    encoder.eval()  # no dropout: the target is exact
    weights = [w for name, w in encoder.named_parameters() if w.requires_grad and "pooler" not in name]
    optimiser = torch.optim.AdamW(weights, lr=RATE)
    batches = list(_shuffled(rows, seed))
    for n, batch in enumerate(batches):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min((n + 1) / 20, max(0.02, 1 - n / len(batches)))
        loss = _distance(encoder, teacher, classifier.tensors([rows[k] for k in batch]))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        tick(len(batch))


def _shuffled(rows: Sequence[Encoded], seed: int, budget: int = 1024) -> Iterator[list[int]]:
    """Yield batches of like length, of at most `MOST` rows drawn at random, in a random order."""
    rng = random.Random(f"{seed}:warm")
    chosen = rng.sample(range(len(rows)), min(MOST, len(rows)))
    batches = [[chosen[k] for k in batch] for batch in token_batches([rows[n] for n in chosen], budget)]
    rng.shuffle(batches)
    yield from batches


def _distance(encoder: Any, teacher: Any, tensors: dict[str, Any]) -> Any:
    """Return how far the first token is from the mean that it should hold, relative to the mean's size."""
    import torch

    mask = tensors["attention_mask"][:, :, None]
    with torch.no_grad():
        before = teacher(**tensors).last_hidden_state
        mean = (before * mask).sum(1) / mask.sum(1)
    after = encoder(**tensors).last_hidden_state
    first = ((after[:, 0] - mean) ** 2).sum(1).mean() / (mean**2).sum(1).mean()
    others = (((after - before) ** 2) * mask).sum() / mask.sum() / (before**2).sum(-1).mean()
    return first + KEEP * others
