"""What the network is fed in an epoch: which rows, how much of their context, and in which batches."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..models.classifier import Classifier
from ..models.inputs import Encoded, Example
from .dataset import Dataset
from .recipe import Recipe

BUCKETS = 32  # batches are cut from chunks of this many, sorted by length


def encode(classifier: Classifier, data: Dataset, recipe: Recipe, epoch: int) -> list[Encoded]:
    """Tokenise every unit anew, some without context or speaker, so that the model learns to do without."""
    rng = random.Random(f"{recipe.seed}:{epoch}:context")
    return first_windows(classifier, [shown(example, rng, recipe.context_dropout) for example in data.examples])


def first_windows(classifier: Classifier, examples: Sequence[Example]) -> list[Encoded]:
    """Tokenise `examples`, of each its first window only."""
    first: dict[int, Encoded] = {}
    for row in classifier.encode(examples):
        first.setdefault(row.example, row)
    return [first[n] for n in range(len(examples))]


def shown(example: Example, rng: random.Random, dropout: float) -> Example:
    """Return `example`, by chance without its context, and by chance without its speaker."""
    no_context, no_speaker = rng.random() < dropout, rng.random() < dropout
    if no_context:
        example = replace(example, before="")
    return replace(example, speaker="") if no_speaker else example


def batches(rows: Sequence[Encoded], recipe: Recipe, epoch: int) -> Iterator[list[int]]:
    """Yield batches of like length in a random order, the same for the same seed."""
    rng = random.Random(f"{recipe.seed}:{epoch}:order")
    order = list(range(len(rows)))
    rng.shuffle(order)
    chunk = recipe.batch * BUCKETS
    found = []
    for start in range(0, len(order), chunk):
        near = sorted(order[start : start + chunk], key=lambda n: len(rows[n]))
        found += [near[k : k + recipe.batch] for k in range(0, len(near), recipe.batch)]
    rng.shuffle(found)
    yield from found
