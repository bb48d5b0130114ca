"""The dev score: what the best epoch is chosen by."""

from __future__ import annotations

import numpy as np

from ..models.calibration import Array
from ..models.classifier import Classifier
from .dataset import Dataset


def dev_score(classifier: Classifier, dev: Dataset) -> float:
    """Return the mean of macro average precision and each single-choice group's macro-F1."""
    return score(classifier.logits(dev.examples), dev)


def score(logits: Array, dev: Dataset) -> float:
    """Return the dev score of `logits`, (units, labels)."""
    from sklearn.metrics import average_precision_score, f1_score

    scores = []
    columns = [n for n in range(len(dev.codebook.multi)) if dev.truth[:, n].any()]
    places = [dev.codebook.labels.index(name) for name in dev.codebook.multi]
    if columns:
        found = [
            average_precision_score(dev.truth[:, n], logits[:, places[n]], sample_weight=dev.known[:, n])
            for n in columns
        ]
        scores.append(float(np.mean(found)))
    for group in dev.codebook.single:
        truth = dev.choice(group)
        known = truth >= 0
        if known.any():
            answer = logits[known, dev.codebook.columns(group)].argmax(axis=1)
            scores.append(float(f1_score(truth[known], answer, average="macro")))
    return float(np.mean(scores))


def can_score(dev: Dataset) -> bool:
    """Say whether `dev` holds a positive of any label, without which there is nothing to score."""
    return bool(dev.truth.any()) or any((dev.choice(group) >= 0).any() for group in dev.codebook.single)
