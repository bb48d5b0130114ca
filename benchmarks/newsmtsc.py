"""What the training makes of NewsMTSC (Hamborg and Donnay 2021): sentiment towards a target in political news.

    python benchmarks/newsmtsc.py --choose     # candidates on a document split of the training set
    python benchmarks/newsmtsc.py              # the recipe below, five seeds, on the real-world dev set: once
    python benchmarks/newsmtsc.py --smoke      # a few sentences, to see that it runs

The data are read from shared/data/public/NewsMTSC beside the checkout, or from $NEWSMTSC, or fetched from the commit named
below. The dev set plays no part in the choice of the recipe. Dev is not the test set of the published figures
(RoBERTa-base as sentence pair 0.811, BERT with the GRU-TSC head 0.802); and this says that the training is sound,
nothing of the sentiment of the model *core*.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from statistics import mean, stdev

from communique.corpus.annotations import CodedUnit
from communique.corpus.codebook import Codebook, Group, Label
from communique.models.inputs import InputFormat
from communique.training import evaluation, loop, splits
from communique.training.calibrate import calibrate
from communique.training.dataset import Dataset
from communique.training.recipe import Recipe

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "newsmtsc.md"
SOURCE = "https://raw.githubusercontent.com/fhamborg/NewsMTSC/b9d9b79704ed1b35cecaf1d7c2343dc1bd734fb7/NewsSentiment"
FILES = {
    "train.jsonl": "controller_data/datasets/NewsMTSC-dataset/train.jsonl",
    "newsmtsc-rw-hf-dev.jsonl": "experiments/default/datasets/newsmtsc-rw-hf/dev.jsonl",
}
NAMES = ("negative", "neutral", "positive")
BOOK = Codebook("newsmtsc", "1", (Group("polarity", "single", tuple(map(Label, NAMES))),))
RECIPE = Recipe(
    name="newsmtsc",
    method="full",
    rank=0,
    epochs=4,
    batch=32,
    rate=8e-5,
    context_dropout=0.0,
    precision="auto",
    inputs=InputFormat(max_text=128, max_context=16, before=False, speaker=False, target="mention"),
)
RATES, EPOCHS, WARM, LOWER = (5e-5, 8e-5, 1.2e-4), (3, 5), (True, False), (1.0, 0.9)
SEEDS = 5


def main() -> None:
    smoke, choosing = "--smoke" in sys.argv, "--choose" in sys.argv
    train, dev = list(training_rows()), list(dev_rows())
    if smoke:
        train, dev = train[:96], dev[:32]
    if choosing or smoke:
        choose(train, smoke=smoke)
    if not choosing:
        report(train, dev, smoke=smoke)


def folder() -> Path:
    """Return where the data are, fetching them where they are nowhere."""
    local = Path(os.environ.get("NEWSMTSC", ROOT.parent / "shared" / "data" / "public" / "NewsMTSC"))
    if not local.is_dir():
        local = ROOT / "benchmarks" / "data" / "NewsMTSC"
        local.mkdir(parents=True, exist_ok=True)
        for name, path in FILES.items():
            if not (local / name).is_file():
                urllib.request.urlretrieve(f"{SOURCE}/{path}", local / name)
    return local


def lines(name: str) -> Iterator[dict]:
    with (folder() / name).open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def training_rows() -> Iterator[tuple[CodedUnit, str]]:
    """Yield every target of the training set: the unit, and what it is about."""
    for row in lines("train.jsonl"):
        for target in row["targets"]:
            choice = NAMES[round(target["polarity"] / 2) - 1]  # 2, 4, 6
            yield unit(target["Input.gid"], row["sentence_normalized"], choice), target["mention"]


def dev_rows() -> Iterator[tuple[CodedUnit, str]]:
    for row in lines("newsmtsc-rw-hf-dev.jsonl"):
        yield unit("dev:" + row["id"], row["sentence"], NAMES[row["polarity"] + 1], "test"), row["mention"]


def unit(gid: str, text: str, choice: str, split: str = "") -> CodedUnit:
    """Return a unit; its document is the first three parts of its id, such as allsides_1000_401."""
    return CodedUnit(gid, text, frozenset(), {"polarity": choice}, document="_".join(gid.split("_")[:3]), split=split)


def dataset(rows: list[tuple[CodedUnit, str]]) -> Dataset:
    """Return the rows, those without a split divided by document."""
    units = splits.divide([one for one, _ in rows if not one.split], "grouped")
    return Dataset((*units, *(one for one, _ in rows if one.split)), BOOK, {one.id: about for one, about in rows})


def choose(train: list[tuple[CodedUnit, str]], *, smoke: bool) -> None:
    """Print the dev score of every candidate on a document split of the training set."""
    data = dataset(train)
    grid = list(product(RATES, EPOCHS, WARM, LOWER))[: 1 if smoke else None]
    for rate, epochs, warm, lower in grid:
        recipe = replace(RECIPE, rate=rate, epochs=1 if smoke else epochs, warm_start=warm, layer_decay=lower)
        scores: list[float] = []
        loop.train(recipe, data, lambda now, scores=scores: scores.append(now.dev_score))
        print(f"rate {rate:g}, {epochs} epochs, warm start {warm}, layer decay {lower}: {max(scores):.4f}", flush=True)


def report(train: list[tuple[CodedUnit, str]], dev: list[tuple[CodedUnit, str]], *, smoke: bool) -> None:
    """Train with every seed, score the real-world dev set, and keep the figures."""
    seen = {one.document for one, _ in train}
    assert not seen & {one.document for one, _ in dev}, "a document of dev stands in the training set"
    data, found = dataset([*train, *dev]), []
    for seed in range(1, (1 if smoke else SEEDS) + 1):
        recipe = replace(RECIPE, seed=seed, epochs=1 if smoke else RECIPE.epochs)
        model = loop.train(recipe, data, lambda now: print(now, flush=True))
        model.calibration = calibrate(model.logits(data.split("dev").examples), data.split("dev"), "dev split")
        found.append(evaluation.evaluate(model, data.split("test")).single["polarity"])
        print(f"seed {seed}: macro-F1 {found[-1]}", flush=True)
    values = [one.value for one in found]
    text = [
        f"NewsMTSC, real-world dev set, {len(dev)} targets; {len(train)} targets to learn from; base {RECIPE.base}",
        "",
    ]
    text += ["| seed | macro-F1 [95 %, by document] |", "|--:|---|"]
    text += [f"| {n} | {one} |" for n, one in enumerate(found, 1)]
    text += ["", f"mean {mean(values):.3f}, deviation {stdev(values) if len(values) > 1 else 0:.3f}"]
    text += ["", "Dev is not the test set of the published figures, and this says nothing of the sentiment of *core*."]
    print("\n".join(text))
    if not smoke:
        RESULT.write_text("\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
