"""The predictor: labels units fast, each distinct (sentence, context, speaker) only once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..corpus.records import Prediction, Unit
from ..models.calibration import Array, predictions
from ..models.classifier import Classifier, merge_windows
from ..models.inputs import Example, token_batches

CACHE_SIZE = 20_000
ENGLISH = (None, "en")


class Predictor:
    """Labels units with a classifier; identical examples are scored once, through a bounded cache."""

    def __init__(self, classifier: Classifier, cache_size: int = CACHE_SIZE) -> None:
        self.classifier = classifier
        self.cache_size = cache_size
        self._cache: OrderedDict[Example, tuple[Array, bool]] = OrderedDict()

    def predict(self, units: Sequence[Unit]) -> list[Prediction]:
        """Return a prediction for each unit, in order."""
        examples = [Example.of(unit) for unit in units]
        known = self._score({example for example in examples if example not in self._cache}, examples)
        rows = [known.get(example) or self._cache[example] for example in examples]
        self._remember(known)
        if not rows:
            return []
        probabilities = np.stack([row for row, _ in rows])
        found = predictions(probabilities, self.classifier.calibration, self.classifier.codebook)
        return [
            replace(one, flags=one.flags + _flags(unit, windowed))
            for one, unit, (_, windowed) in zip(found, units, rows, strict=True)
        ]

    def _score(self, fresh: set[Example], order: Sequence[Example]) -> dict[Example, tuple[Array, bool]]:
        """Score the examples that the cache lacks, in the order in which they stand."""
        examples = [example for example in dict.fromkeys(order) if example in fresh]
        if not examples:
            return {}
        model = self.classifier
        encoded = model.encode(examples)
        parts = np.empty((len(encoded), len(model.codebook.labels)))
        for batch in token_batches(encoded, model.token_budget):
            parts[batch] = model.forward([encoded[n] for n in batch])
        owners = [row.example for row in encoded]
        logits = merge_windows(parts, owners, len(examples), model.codebook)
        windows = np.bincount(owners, minlength=len(examples))
        rows = model.calibration.probabilities(logits, model.codebook)
        return {example: (rows[n], bool(windows[n] > 1)) for n, example in enumerate(examples)}

    def _remember(self, known: dict[Example, tuple[Array, bool]]) -> None:
        self._cache.update(known)
        while len(self._cache) > self.cache_size:
            self._cache.popitem(last=False)


def _flags(unit: Unit, windowed: bool) -> tuple[str, ...]:
    language = () if unit.language in ENGLISH else ("other_language",)
    return (("windowed",) if windowed else ()) + language
