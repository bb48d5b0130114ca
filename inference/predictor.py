"""The predictor: labels units fast, each distinct (sentence, context, speaker) of a call only once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..corpus.records import Prediction, Unit
from ..models import classifier as classifiers
from ..models.calibration import predictions
from ..models.classifier import Classifier, merge_windows
from ..models.inputs import Encoded, Example, token_batches
from ..models.tagger import Shipped
from .chunks import Options
from .execution import REFERENCE, Execution

ENGLISH = (None, "en")


@dataclass(frozen=True)
class Tokenised:
    """Units on their way to the model: the distinct examples among them, as tokens."""

    units: Sequence[Unit]
    examples: Sequence[Example]
    distinct: Sequence[Example]
    encoded: Sequence[Encoded]


class Predictor:
    """Labels units with a classifier.

    Nothing is kept from call to call: a unit's last bits depend on the batch that it was computed in, and a resumed
    run must end with the same bytes as one that was never interrupted.
    """

    def __init__(self, classifier: Classifier, execution: Execution = REFERENCE) -> None:
        self.classifier = classifier
        self.execution = execution

    def predict(self, units: Sequence[Unit]) -> list[Prediction]:
        """Return a prediction for each unit, in order."""
        return self.label(self.tokenise(units))

    def tokenise(self, units: Sequence[Unit]) -> Tokenised:
        """Return `units` as the model wants them: the work that needs no model, for a thread beside it."""
        examples = [Example.of(unit, self.classifier.form.target) for unit in units]
        distinct = list(dict.fromkeys(examples))
        return Tokenised(units, examples, distinct, self.classifier.encode(distinct))

    def label(self, found: Tokenised) -> list[Prediction]:
        """Return a prediction for each tokenised unit, in order."""
        known = self._score(found)
        return [
            replace(known[example][0], flags=known[example][0].flags + _flags(unit, windowed=known[example][1]))
            for unit, example in zip(found.units, found.examples, strict=True)
        ]

    def _score(self, found: Tokenised) -> dict[Example, tuple[Prediction, bool]]:
        """Return the prediction of each distinct example, and whether it was read in windows."""
        if not found.distinct:
            return {}
        model, n = self.classifier, len(found.distinct)
        parts = np.empty((len(found.encoded), len(model.codebook.labels)))
        for batch in token_batches(found.encoded, model.token_budget):
            parts[batch] = model.forward([found.encoded[place] for place in batch])
        owners = [row.example for row in found.encoded]
        logits = merge_windows(parts, owners, n, model.codebook)
        probabilities = model.calibration.probabilities(logits, model.codebook)
        answers = predictions(probabilities, model.calibration, model.codebook)
        windowed = (np.bincount(owners, minlength=n) > 1).tolist()
        return dict(zip(found.distinct, zip(answers, windowed, strict=True), strict=True))


def load(model: str | Path, execution: Execution) -> Predictor:
    """Load a classifier to run as `execution` says.

    Raises:
        CommuniqueError: the model cannot be loaded.

    """
    import torch

    torch.set_num_threads(execution.threads)
    loaded = classifiers.load(
        model, device=execution.device, precision=execution.precision, token_budget=execution.token_budget
    )
    return Predictor(loaded, execution)


def tagger_for(options: Options, execution: Execution = REFERENCE) -> Shipped | None:
    """Return the tagger, where inputs are searched for statements."""
    return Shipped(execution.device) if options.unit == "auto" else None


def _flags(unit: Unit, *, windowed: bool) -> tuple[str, ...]:
    language = () if unit.language in ENGLISH else ("other_language",)
    return (("windowed",) if windowed else ()) + language
