"""From logits to probabilities one can trust, and from probabilities to labels.

Multi-choice labels: Platt scaling (Platt 1999), ``p = sigmoid(slope * logit + intercept)``, and a
threshold each. Single-choice groups: softmax of the logits over a temperature (Guo et al. 2017).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..corpus.codebook import SENTIMENT, Codebook
from ..corpus.errors import CommuniqueError
from ..corpus.records import Prediction

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LabelCalibration:
    """How one label's logit becomes a probability, and from which probability on the label is given."""

    slope: float = 1.0
    intercept: float = 0.0
    threshold: float = 0.5


@dataclass(frozen=True)
class Calibration:
    """The calibration of a whole model, as ``calibration.json`` holds it.

    `uncertain_risk` is the chance of a wrong label above which a unit is flagged `uncertain`; `method` and `data` say how and on what all of it was chosen.
    """

    labels: Mapping[str, LabelCalibration]
    temperatures: Mapping[str, float] = field(default_factory=dict)
    uncertain_risk: float = 1.0
    method: str = ""
    data: str = ""

    @classmethod
    def identity(cls, codebook: Codebook) -> Calibration:
        """Return the calibration that changes nothing: plain sigmoid and softmax, thresholds of one half."""
        return cls(
            {name: LabelCalibration() for name in codebook.multi}, {group.name: 1.0 for group in codebook.single}
        )

    def to_json(self) -> dict[str, Any]:
        """Return what ``calibration.json`` holds."""
        return asdict(self)

    def save(self, path: Path) -> None:
        """Write ``calibration.json``."""
        path.write_text(json.dumps(self.to_json(), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path, codebook: Codebook) -> Calibration:
        """Read ``calibration.json`` and check that it covers the labels of `codebook`."""
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            labels = {name: LabelCalibration(**values) for name, values in raw.pop("labels").items()}
            found = cls(labels=labels, **raw)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise CommuniqueError(
                f"{path} is missing or damaged ({type(error).__name__}); train the model again"
            ) from error
        if set(labels) != set(codebook.multi):
            odd = ", ".join(sorted(set(labels) ^ set(codebook.multi)))
            raise CommuniqueError(f"{path} does not fit the codebook: {odd} stands in only one of the two")
        return found

    def probabilities(self, logits: Array, codebook: Codebook) -> Array:
        """Return the probability of every label, in the shape of `logits`: (units, labels)."""
        result = np.empty_like(logits, dtype=np.float64)
        for name, label in self.labels.items():
            column = codebook.labels.index(name)
            result[:, column] = sigmoid(label.slope * logits[:, column] + label.intercept)
        for group in codebook.single:
            columns = codebook.columns(group)
            result[:, columns] = softmax(logits[:, columns] / self.temperatures.get(group.name, 1.0))
        return result

    def uncertain(self, probabilities: Array, codebook: Codebook) -> npt.NDArray[np.bool_]:
        """Return for every unit whether the risk that one of its labels is wrong exceeds `uncertain_risk`."""
        return self.risks(probabilities, codebook) > self.uncertain_risk

    def risks(self, probabilities: Array, codebook: Codebook) -> Array:
        """Return for every unit the largest chance that a label was given, or left out, wrongly: (units,)."""
        columns = [codebook.labels.index(name) for name in codebook.multi]
        if not columns:
            return np.zeros(len(probabilities))
        thresholds = np.array([self.labels[name].threshold for name in codebook.multi])
        chosen = probabilities[:, columns]
        return np.asarray(np.where(chosen >= thresholds, 1 - chosen, chosen).max(axis=1), dtype=np.float64)


def predictions(probabilities: Array, calibration: Calibration, codebook: Codebook) -> list[Prediction]:
    """Turn rows of probabilities into predictions: labels over their thresholds, the best of each single group."""
    flags = calibration.uncertain(probabilities, codebook)
    return [
        _prediction(row, calibration, codebook, ("uncertain",) if flag else ())
        for row, flag in zip(probabilities, flags, strict=True)
    ]


def _prediction(row: Array, calibration: Calibration, codebook: Codebook, flags: tuple[str, ...]) -> Prediction:
    scores = dict(zip(codebook.labels, (round(float(p), 6) for p in row), strict=True))
    labels = [name for name in codebook.multi if scores[name] >= calibration.labels[name].threshold]
    sentiment, sentiment_scores = None, {}
    for group in codebook.single:
        best = max(group.names, key=lambda name: scores[name])
        if group.name == SENTIMENT:
            sentiment, sentiment_scores = best, {name: scores.pop(name) for name in group.names}
        else:
            labels.append(best)
    return Prediction(tuple(labels), scores, sentiment, sentiment_scores, flags=flags)


def sigmoid(x: Array) -> Array:
    """Return the logistic function of `x`, without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)), dtype=np.float64)


def softmax(x: Array) -> Array:
    """Return the softmax of `x` along its last axis."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float64)


def logit(p: Array) -> Array:
    """Return the log-odds of `p`, held within ±16."""
    clipped = np.clip(p, 1e-7, 1 - 1e-7)
    return np.asarray(np.log(clipped / (1 - clipped)), dtype=np.float64)
