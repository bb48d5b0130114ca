"""Baselines that a trained classifier must beat: keywords, TF-IDF and frozen embeddings with logistic regression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..models.calibration import Array, Calibration
from .calibrate import calibrate
from .dataset import Dataset
from .linear import regression
from .recipe import Recipe

Found = tuple[Array, Dataset, Calibration]
SEPARATORS = re.compile(r"[^a-z]+")
STRENGTH = 10.0  # inverse strength of the regressions' penalty


def all_on(data: Dataset, units: Dataset) -> Iterator[tuple[str, Found]]:
    """Yield each baseline's name and what `evaluation.report` takes: trained on train, calibrated on dev, asked on `units`."""
    train, dev = data.split("train"), data.split("dev")
    yield "keywords", _keywords(units)
    for name, features in (("TF-IDF + LR", _tfidf(train)), ("frozen embeddings + LR", _embeddings(data))):
        weights, intercepts = regression(features(train), train, STRENGTH)
        calibration = calibrate(features(dev) @ weights.T + intercepts, dev, "dev split")
        logits = features(units) @ weights.T + intercepts
        yield name, (calibration.probabilities(logits, data.codebook), units, calibration)


def _keywords(units: Dataset) -> Found:
    """Look for the words of the codebook's own inclusions and label names."""
    book = units.codebook
    found = np.zeros((len(units), len(book.labels)))
    for group in book.groups:
        for label in group.labels:
            stems = _stems([label.name, *label.include])
            column = book.labels.index(label.name)
            for n, unit in enumerate(units.units):
                words = SEPARATORS.split(unit.text.lower())
                found[n, column] = any(word.startswith(stem) for word in words for stem in stems)
    for group in book.single:
        found[:, book.labels.index(group.names[len(group.names) // 2])] += (
            0.5  # the middle one unless a word says otherwise
        )
    return np.clip(found, 0.01, 0.99), units, Calibration.identity(book)


def _stems(texts: list[str]) -> set[str]:
    return {word[:6] for text in texts for word in SEPARATORS.split(text.lower()) if len(word) >= 6}


def _tfidf(train: Dataset) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit([unit.text for unit in train.units])
    return lambda data: words.transform([unit.text for unit in data.units])


def _embeddings(data: Dataset) -> Any:
    from .network import fresh

    model = fresh(Recipe(method="full", rank=0), data)

    def mean_embeddings(part: Dataset) -> Array:
        import torch

        from ..models.inputs import Example, token_batches

        rows = model.encode([Example(unit.text) for unit in part.units])
        found = np.zeros((len(part), model.network.config.hidden_size))
        counts = np.zeros(len(part))
        for batch in token_batches(rows, model.token_budget):
            tensors = model.tensors([rows[n] for n in batch])
            with torch.inference_mode():
                hidden = model.network.base_model(**tensors).last_hidden_state
            mask = tensors["attention_mask"][:, :, None]
            means = ((hidden * mask).sum(1) / mask.sum(1)).numpy()
            owners = [rows[n].example for n in batch]
            np.add.at(found, owners, means)
            np.add.at(counts, owners, 1)
        return np.asarray(found / counts[:, None])

    return mean_embeddings
