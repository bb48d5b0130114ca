"""The method ``linear``: a logistic regression on frozen sentence embeddings, put into the network's own head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..models.calibration import Array
from ..models.classifier import Classifier
from ..models.inputs import Encoded, token_batches
from . import feed
from .dataset import Dataset
from .network import head_layer
from .scores import dev_score

if TYPE_CHECKING:
    import torch

STRENGTHS = (0.3, 3.0, 30.0)  # inverse strengths of the penalty, of which dev chooses one


def fit(classifier: Classifier, learning: Dataset, dev: Dataset) -> float:
    """Fit the head of `classifier` on what it reads of `learning`, the penalty chosen on `dev`; return the dev score."""
    classifier.network.eval()
    found = embeddings(classifier, feed.first_windows(classifier, learning.examples))
    scores = {}
    for strength in STRENGTHS:
        set_head(classifier, *regression(found, learning, strength))
        scores[strength] = dev_score(classifier, dev)
    best = max(scores, key=lambda strength: scores[strength])
    set_head(classifier, *regression(found, learning, best))
    return scores[best]


def embed(classifier: Classifier, rows: Sequence[Encoded]) -> torch.Tensor:
    """Return what the head reads of one batch of rows: (rows, hidden)."""
    seen: list[torch.Tensor] = []
    hook = head_layer(classifier.network).register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    try:
        classifier.network(**classifier.tensors(rows))
    finally:
        hook.remove()
    return seen[0]


def embeddings(classifier: Classifier, rows: Sequence[Encoded]) -> Array:
    """Return what the head reads of all `rows`: (rows, hidden)."""
    import torch

    found = np.empty((len(rows), head_layer(classifier.network).in_features))
    for batch in token_batches(rows, classifier.token_budget):
        with torch.inference_mode():
            found[batch] = embed(classifier, [rows[n] for n in batch]).float().cpu().numpy()
    return found


def set_head(classifier: Classifier, weights: Array, intercepts: Array) -> None:
    """Let the head compute ``features @ weights.T + intercepts``."""
    import torch

    head = head_layer(classifier.network)
    with torch.no_grad():
        head.weight.copy_(torch.as_tensor(weights, dtype=head.weight.dtype))
        head.bias.copy_(torch.as_tensor(intercepts, dtype=head.bias.dtype))


def head_size(classifier: Classifier) -> int:
    """Return how many weights the head has."""
    head = head_layer(classifier.network)
    return int(head.weight.numel() + head.bias.numel())


def regression(features: Array, data: Dataset, strength: float) -> tuple[Array, Array]:
    """Return weights, (labels, hidden), and intercepts, (labels,), of balanced logistic regressions.

    One for each multi-choice label, on the units that somebody judged for it, and a multinomial one for each group. A label
    that nobody judged is never given.
    """
    book = data.codebook
    weights, intercepts = np.zeros((len(book.labels), features.shape[1])), np.zeros(len(book.labels))
    for n, name in enumerate(book.multi):
        place, known = book.labels.index(name), data.known[:, n]
        found, at = _fitted(features[known], data.truth[known, n].astype(int), 2, strength)
        weights[place], intercepts[place] = found[1] - found[0], at[1] - at[0] if known.any() else ABSENT
    for group in book.single:
        choice, columns = data.choice(group), book.columns(group)
        known = choice >= 0
        weights[columns], intercepts[columns] = _fitted(features[known], choice[known], len(group.names), strength)
    return weights, intercepts


ABSENT = -8.0
"""The logit of a class that stands nowhere in the training units."""


def _fitted(features: Array, classes: Any, count: int, strength: float) -> tuple[Array, Array]:
    """Return a regression's weights, (count, hidden), and intercepts, (count,), zero and `ABSENT` for absent classes."""
    from sklearn.linear_model import LogisticRegression

    weights, intercepts = np.zeros((count, features.shape[1])), np.full(count, ABSENT)
    there = np.unique(classes)
    intercepts[there] = 0.0
    if len(there) > 1:
        model = LogisticRegression(C=strength, max_iter=2000, class_weight="balanced").fit(features, classes)
        two = len(there) == 2  # scikit-learn gives one row for two classes
        weights[there] = np.vstack([-model.coef_ / 2, model.coef_ / 2]) if two else model.coef_
        intercepts[there] = np.concatenate([-model.intercept_ / 2, model.intercept_ / 2]) if two else model.intercept_
    return weights, intercepts
