"""The predictor: labels units fast, each distinct (sentence, context, speaker) of a call only once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..corpus.records import Prediction, Unit
from ..models.calibration import predictions
from ..models.classifier import Classifier, merge_windows
from ..models.inputs import Example, token_batches

ENGLISH = (None, "en")


class Predictor:
    """Labels units with a classifier.

    Nothing is kept from call to call: a unit's last bits depend on the batch that it was computed in, and a resumed
    run must end with the same bytes as one that was never interrupted.
    """

    def __init__(self, classifier: Classifier) -> None:
        self.classifier = classifier

    def predict(self, units: Sequence[Unit]) -> list[Prediction]:
        """Return a prediction for each unit, in order."""
        examples = [Example.of(unit, self.classifier.form.target) for unit in units]
        known = self._score(list(dict.fromkeys(examples)))
        return [
            replace(known[example][0], flags=known[example][0].flags + _flags(unit, windowed=known[example][1]))
            for unit, example in zip(units, examples, strict=True)
        ]

    def _score(self, examples: Sequence[Example]) -> dict[Example, tuple[Prediction, bool]]:
        """Return the prediction of each example, and whether it was read in windows."""
        if not examples:
            return {}
        model = self.classifier
        encoded = model.encode(examples)
        parts = np.empty((len(encoded), len(model.codebook.labels)))
        for batch in token_batches(encoded, model.token_budget):
            parts[batch] = model.forward([encoded[n] for n in batch])
        owners = [row.example for row in encoded]
        logits = merge_windows(parts, owners, len(examples), model.codebook)
        probabilities = model.calibration.probabilities(logits, model.codebook)
        found = predictions(probabilities, model.calibration, model.codebook)
        windowed = np.bincount(owners, minlength=len(examples)) > 1
        return {example: (found[n], bool(windowed[n])) for n, example in enumerate(examples)}


def _flags(unit: Unit, *, windowed: bool) -> tuple[str, ...]:
    language = () if unit.language in ENGLISH else ("other_language",)
    return (("windowed",) if windowed else ()) + language
