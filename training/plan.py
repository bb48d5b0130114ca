"""The dry run: what would be trained, how long and with how much memory, from timing a few real batches."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

from . import feed, hardware, linear, loop
from .dataset import Dataset
from .network import fresh, trained
from .recipe import Recipe

TIMED = 6
WARM_START = 1.3  # seconds of a warm start's unit, in those of a training step's


@dataclass(frozen=True)
class Plan:
    """What a training would be; `seconds` and `memory` (bytes) are estimates."""

    splits: dict[str, tuple[int, int]]
    positives: dict[str, int]
    base: str
    method: str
    device: str
    precision: str
    learnt: int
    weights: int
    seconds: float
    memory: int | None

    def __str__(self) -> str:
        memory = f"{self.memory / 1e9:.1f} GB" if self.memory else "unknown on this system"
        lines = [f"{name}: {units} units of {documents} documents" for name, (units, documents) in self.splits.items()]
        lines += ["positives in train: " + ", ".join(f"{name} {n}" for name, n in self.positives.items())]
        lines += [f"base: {self.base}"]
        lines += [f"method: {self.method}, {self.learnt:,} of {self.weights:,} weights learn"]
        lines += [f"device: {self.device}, {self.precision}"]
        return "\n".join([*lines, f"time: about {_time(self.seconds)}", f"memory: about {memory}"])


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def plan(recipe: Recipe, data: Dataset) -> Plan:
    """Return the plan of a training, which takes a few seconds and leaves nothing behind."""
    learning, dev = loop.parts(recipe, data)
    where = hardware.choose(recipe)
    loop.seed(recipe)
    classifier = fresh(recipe, data)
    classifier.network.to(where.device)
    weights = list(classifier.network.parameters())
    learnt = sum(weight.numel() for weight in trained(classifier.network).values())
    if recipe.method == "linear":
        learnt = linear.head_size(classifier)
        seconds = _asking(classifier, learning) * (len(learning) + len(linear.STRENGTHS) * len(dev))
    else:
        seconds = _learning(classifier, recipe, learning, dev, where)
    return Plan(
        splits={name: (len(part), len(set(part.documents))) for name in ("train", "dev", "test") if len(part := data.split(name))},
        positives=_positives(learning),
        base=recipe.base,
        method=recipe.method,
        device=where.device,
        precision=where.precision,
        learnt=learnt,
        weights=sum(weight.numel() for weight in weights),
        seconds=seconds,
        memory=hardware.peak_memory(where.device),
    )  # fmt: skip


def _positives(learning: Dataset) -> dict[str, int]:
    found = dict(zip(learning.codebook.multi, (int(n) for n in learning.truth.sum(axis=0)), strict=True))
    for group in learning.codebook.single:
        choice = learning.choice(group)
        found |= {name: int((choice == n).sum()) for n, name in enumerate(group.names)}
    return found


def _asking(classifier: Any, data: Dataset) -> float:
    """Return the seconds that a unit takes without learning from it."""
    some = data.where([n < 64 for n in range(len(data))])
    classifier.network.eval()
    start = time.monotonic()
    classifier.logits(some.examples)
    return (time.monotonic() - start) / len(some)


def _learning(classifier: Any, recipe: Recipe, learning: Dataset, dev: Dataset, where: hardware.Hardware) -> float:
    """Return the seconds that a training takes, from real batches: the longest, for the memory, and some others."""
    asking = _asking(classifier, dev)
    task = loop.begin(classifier, recipe, learning, dev)
    run = loop.Loop(task, classifier, recipe, len(learning), where, None)
    rows = feed.encode(classifier, learning, recipe, 0)
    batches = list(feed.batches(rows, recipe, 0))
    longest = max(batches, key=lambda batch: max(len(rows[n]) for n in batch))
    classifier.network.train()
    run.step(rows, longest, last=True)
    start, units = time.monotonic(), 0
    for batch in batches[:TIMED]:
        run.step(rows, batch, last=True)
        units += len(batch)
    each = (time.monotonic() - start) / units
    warm = min(len(learning), 6000) * each * WARM_START if recipe.warm_start and not recipe.embeds else 0
    asked = len(dev) + (len(learning) + len(linear.STRENGTHS) * len(dev) if recipe.method == "few-shot" else 0)
    return math.fsum([warm, recipe.epochs * (each * len(learning) + asking * asked)])
