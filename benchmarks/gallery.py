"""Thirty sentences drawn at random from the test split: what the coder gave, what the shipped model gives, errors and all.

`python benchmarks/gallery.py` prints the table of the README, with ids for the sentences, whose texts are not ours to ship;
with ``--text`` it prints the sentences, where they are on this machine.
"""

from __future__ import annotations

import random
import sys

from communique.corpus import coded
from communique.corpus.annotations import CodedUnit
from communique.corpus.records import Prediction
from communique.models import classifier
from communique.models.calibration import predictions
from communique.models.classifier import Classifier
from communique.models.inputs import Example

SIZE, SEED = 30, 1


def main() -> None:
    """Draw, label and print."""
    test = [unit for unit in coded.real() if unit.split == "test"]
    drawn = random.Random(SEED).sample(sorted(test, key=lambda unit: unit.id), SIZE)
    text = "--text" in sys.argv
    print("| sentence | coder | core | |\n|---|---|---|---|")
    for unit, found in zip(drawn, _labelled(classifier.load("core"), drawn), strict=True):
        print(_row(unit, found, text=text))


def _labelled(model: Classifier, units: list[CodedUnit]) -> list[Prediction]:
    chances = model.predict_proba([Example(unit.text, unit.before, unit.speaker) for unit in units])
    return predictions(chances, model.calibration, model.codebook)


def _row(unit: CodedUnit, found: Prediction, *, text: bool) -> str:
    given, wanted = [*found.labels, found.sentiment], [*sorted(unit.labels), unit.choices["sentiment"]]
    missed, extra = set(wanted) - set(given), set(given) - set(wanted)
    verdict = "right" if not missed | extra else ", ".join([f"−{x}" for x in sorted(missed)] + [f"+{x}" for x in extra])
    shown = " ".join(unit.text.replace("|", "/").split()) if text else f"`{unit.id}`"
    return f"| {shown} | {', '.join(wanted)} | {', '.join(map(str, given))} | {verdict} |"


if __name__ == "__main__":
    main()
