"""A classifier as scikit-learn knows them: fit, predict, predict_proba, classes_."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from ..corpus.annotations import CodedUnit
from ..corpus.codebook import Codebook, Group, Label
from ..corpus.errors import CommuniqueError
from ..models.base import BUNDLED
from ..models.calibration import Array
from ..models.classifier import Classifier
from . import loop, splits
from .calibrate import calibrate
from .dataset import Dataset
from .recipe import Recipe, parse

GROUP = "label"


class StanceClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """Trains on texts and labels: one label a text, or a table of 0 and 1 with a column a label.

    A part of the texts is kept to choose epoch, calibration and thresholds. `options` are further keys of a recipe, such as
    ``{"batch": 16}``; `method`, `base`, `epochs`, `rate` and `seed` are those of a recipe, None being its default.
    """

    def __init__(
        self,
        method: str = "full",
        *,
        base: str = BUNDLED,
        epochs: int | None = None,
        rate: float | None = None,
        seed: int = 1,
        options: dict[str, Any] | None = None,
    ) -> None:
        self.method, self.base = method, base
        self.epochs, self.rate, self.seed = epochs, rate, seed
        self.options = options

    def fit(self, texts: Sequence[str], labels: Any, groups: Sequence[str] | None = None) -> StanceClassifier:
        """Train; texts of one group, such as a document, stay together when a part is kept aside.

        Raises:
            CommuniqueError: there are too few texts, or labels are of no layout that is known.

        """
        given = np.asarray(labels)
        if given.ndim > 2 or len(given) != len(texts):
            raise CommuniqueError(
                f"labels have the shape {given.shape} for {len(texts)} texts; give one label a text, or a table of 0 and 1"
            )
        self.multilabel_ = given.ndim == 2
        self.classes_ = np.arange(given.shape[1]) if self.multilabel_ else np.unique(given)
        names = tuple(f"class{n}" for n in range(len(self.classes_)))
        book = Codebook(
            "estimator", "1", (Group(GROUP, "multi" if self.multilabel_ else "single", tuple(map(Label, names))),)
        )
        documents = range(len(texts)) if groups is None else groups
        units = [
            _unit(n, str(text), self._names(row, names), self.multilabel_, str(document))
            for n, (text, row, document) in enumerate(zip(texts, given, documents, strict=True))
        ]
        data = Dataset(tuple(splits.divide(units, "stratified")), book)
        self.model_: Classifier = loop.train(self._recipe(), data, lambda _: None)
        dev = data.split("dev")
        self.model_.calibration = calibrate(self.model_.logits(dev.examples), dev, "part kept aside")
        return self

    def predict_proba(self, texts: Sequence[str]) -> Array:
        """Return calibrated probabilities: (texts, classes)."""
        return self._fitted().predict_proba([str(text) for text in texts])

    def predict(self, texts: Sequence[str]) -> Any:
        """Return the most probable class of each text, or a table of 0 and 1: (texts, classes)."""
        found = self.predict_proba(texts)
        if not self.multilabel_:
            return self.classes_[found.argmax(axis=1)]
        labels = self._fitted().calibration.labels
        return (found >= [labels[name].threshold for name in self._fitted().codebook.multi]).astype(int)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        return tags

    def _fitted(self) -> Classifier:
        if not hasattr(self, "model_"):
            raise CommuniqueError("this StanceClassifier is not fitted yet; call fit(texts, labels) first")
        return self.model_

    def _names(self, row: Any, names: Sequence[str]) -> list[str]:
        if self.multilabel_:
            return [name for name, value in zip(names, row, strict=True) if value]
        return [names[int(np.searchsorted(self.classes_, row))]]

    def _recipe(self) -> Recipe:
        values = {"method": self.method, "base": self.base, "seed": self.seed, **(self.options or {})}
        values |= {key: value for key in ("epochs", "rate") if (value := getattr(self, key)) is not None}
        recipe = parse(values, "StanceClassifier")
        return recipe if recipe.method == "lora" else replace(recipe, rank=0)


def _unit(n: int, text: str, names: list[str], multilabel: bool, document: str) -> CodedUnit:
    choices = {} if multilabel else {GROUP: names[0]}
    return CodedUnit(str(n), text, frozenset(names if multilabel else ()), choices, document=document)
