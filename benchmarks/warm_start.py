"""What the warm start is worth: the same units, steps and rates with and without it.

    python benchmarks/warm_start.py

Trains the bundled base on the short authored sentences, which everybody has, and scores the last fifth of their groups.
"""

from __future__ import annotations

from dataclasses import replace

from communique.corpus import codebook, coded
from communique.models.inputs import InputFormat
from communique.training import loop
from communique.training.dataset import Dataset
from communique.training.recipe import Recipe


def main() -> None:
    units = [unit for unit in coded.authored() if len(unit.text) < 120][::2]
    groups = sorted({unit.document for unit in units})
    last = set(groups[-len(groups) // 5 :])
    data = Dataset(tuple(replace(u, split="dev" if u.document in last else "train") for u in units), codebook.core())
    print(f"{len(data.split('train'))} training units, {len(data.split('dev'))} held out")
    for warm in (False, True):
        recipe = Recipe(
            method="full",
            rank=0,
            epochs=4,
            batch=16,
            rate=2e-4,
            warm_start=warm,
            inputs=InputFormat(48, 0, False, False),
        )
        scores = []
        loop.train(recipe, data, lambda now, scores=scores: scores.append(now.dev_score))
        print(f"warm start {warm}: dev score by epoch {', '.join(f'{score:.3f}' for score in scores)}", flush=True)


if __name__ == "__main__":
    main()
