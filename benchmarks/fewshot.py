"""What 16 examples a label are worth: frozen embeddings, our few-shot method and, where installed, SetFit; five draws.

    python benchmarks/fewshot.py
    python benchmarks/fewshot.py --smoke     # a few authored sentences, to see that it runs

Draws from the train split of the project's corpus; thresholds are chosen on a like draw of its dev split, for all methods alike;
scored on the test split by macro-F1 over the stances. It needs the real texts of the coded corpus (see corpus/data/DATASHEET.md).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from statistics import mean, stdev

import numpy as np

from communique.corpus import codebook, coded
from communique.models.calibration import Calibration, logit
from communique.training import dataset, evaluation, fewshot, loop
from communique.training.calibrate import calibrate
from communique.training.dataset import Dataset
from communique.training.recipe import Recipe, parse

RESULT = Path(__file__).parent / "results" / "fewshot.md"
SHOTS, DRAWS = 16, 5
METHODS = ("linear", "few-shot")


def main() -> None:
    smoke = "--smoke" in sys.argv
    data = small() if smoke else dataset.load(Recipe())
    scores: dict[str, list[float]] = defaultdict(list)
    for n in range(1, (1 if smoke else DRAWS) + 1):
        part = draw(data, 2 if smoke else SHOTS, n)
        print(f"draw {n}: {len(part.split('train'))} sentences to learn from", flush=True)
        for method in METHODS:
            recipe = parse({"method": method, "seed": n, **({"epochs": 1} if smoke else {})})
            scores[method].append(ours(recipe, part))
            print(f"  {method}: macro-F1 {scores[method][-1]:.3f}", flush=True)
        if find_spec("setfit"):
            scores["SetFit"].append(setfit(part, n))
            print(f"  SetFit: macro-F1 {scores['SetFit'][-1]:.3f}", flush=True)
    text = table(scores, len(data.split("test")))
    print(text)
    if not smoke:
        RESULT.write_text(text + "\n", encoding="utf-8")


def small() -> Dataset:
    """Return some short authored sentences in three splits."""
    units = [unit for unit in coded.authored() if len(unit.text) < 80][:240]
    ways = ("train", "train", "dev", "test")
    places = {name: ways[n % 4] for n, name in enumerate(dict.fromkeys(unit.document for unit in units))}
    return Dataset(tuple(replace(unit, split=places[unit.document]) for unit in units), codebook.core())


def draw(data: Dataset, shots: int, seed: int) -> Dataset:
    """Return `shots` examples a label of train and of dev, and all of test."""
    swap = {"train": "dev", "dev": "train"}
    turned = replace(data, units=tuple(replace(unit, split=swap.get(unit.split, unit.split)) for unit in data.units))
    dev = fewshot.draw(turned, shots, seed).split("train").units
    part = fewshot.draw(data, shots, seed)
    kept = [unit for unit in part.units if unit.split != "dev"]
    return replace(data, units=(*kept, *(replace(unit, split="dev") for unit in dev)))


def ours(recipe: Recipe, data: Dataset) -> float:
    model = loop.train(recipe, data, lambda _: None)
    dev = data.split("dev")
    model.calibration = calibrate(model.logits(dev.examples), dev, "dev draw")
    return evaluation.evaluate(model, data.split("test")).macro_f1.value


def setfit(data: Dataset, seed: int) -> float:
    """Return SetFit's macro-F1 with its defaults on the same base and sentences."""
    from datasets import Dataset as Rows
    from setfit import SetFitModel, Trainer, TrainingArguments

    learning = data.split("train")
    rows = {"text": [unit.text for unit in learning.units], "label": learning.truth.astype(int).tolist()}
    model = SetFitModel.from_pretrained(Recipe().base, multi_target_strategy="one-vs-rest")
    Trainer(model, args=TrainingArguments(seed=seed), train_dataset=Rows.from_dict(rows)).train()

    def logits(part: Dataset) -> np.ndarray:
        found = np.zeros((len(part), len(data.codebook.labels)))
        chances = np.asarray(model.predict_proba([unit.text for unit in part.units], as_numpy=True))
        found[:, [data.codebook.labels.index(name) for name in data.codebook.multi]] = logit(chances)
        return found

    dev, test = data.split("dev"), data.split("test")
    calibration: Calibration = calibrate(logits(dev), dev, "dev draw")
    return evaluation.report(calibration.probabilities(logits(test), data.codebook), test, calibration).macro_f1.value


def table(scores: dict[str, list[float]], tested: int) -> str:
    lines = [f"{SHOTS} examples a label, base {Recipe().base}, {tested} sentences of the test split", ""]
    lines += ["| method | macro-F1 of each draw | mean | deviation |", "|---|---|--:|--:|"]
    for name, values in scores.items():
        spread = stdev(values) if len(values) > 1 else 0
        lines.append(
            f"| {name} | {', '.join(f'{value:.3f}' for value in values)} | {mean(values):.3f} | {spread:.3f} |"
        )
    if "SetFit" not in scores:
        lines += ["", "SetFit is not installed here."]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
