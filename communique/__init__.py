"""communique: find who says what in the statements of companies and governments, and label their stance.

>>> import communique
>>> model = communique.load()
>>> model.predict(["We strongly oppose the new tariffs."])[0].labels
('opposition',)

`load` gives a classifier with `predict`, `predict_proba` and `classes_`; `score` labels files into a run
folder; `extract` finds the statements of a text; `StanceClassifier` trains as scikit-learn's estimators do. Nothing heavy is imported before one of them is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .corpus.records import Document, Prediction, Statement, Unit
    from .inference.summary import Summary
    from .models.classifier import Classifier
    from .models.tagger import Shipped
    from .training.estimator import StanceClassifier

__all__ = [
    "CommuniqueError", "Document", "Prediction", "StanceClassifier", "Statement", "Unit", "__version__", "extract", "load",
    "score",
]  # fmt: skip
_LAZY = {
    "CommuniqueError": "corpus.errors", "Document": "corpus.records", "Prediction": "corpus.records",
    "StanceClassifier": "training.estimator", "Statement": "corpus.records", "Unit": "corpus.records",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "__version__":
        from importlib.metadata import version

        return version("communique")
    if name in _LAZY:
        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module 'communique' has no attribute {name!r}")


def load(model: str | Path = "core", *, device: str = "cpu") -> Classifier:
    """Load a classifier: ``core``, the shipped one, or the path of a model folder.

    Raises:
        CommuniqueError: there is no usable model at that path.

    """
    from .models import classifier

    return classifier.load(model, device=device)


def extract(text: str | Document) -> tuple[Statement, ...]:
    """Find the statements of a text: who says what, and where.

    Never raises on any text. Offsets are code points into the text.
    """
    from .corpus.extraction import extract as find
    from .corpus.records import Document

    return find(Document("text", text) if isinstance(text, str) else text, marker=_tagger())


@cache
def _tagger() -> Shipped:
    from .models.tagger import Shipped

    return Shipped()


def score(
    paths: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    model: str | Path = "core",
    unit: str = "auto",
    text_column: str | None = None,
    resume: bool = False,
    overwrite: bool = False,
) -> Summary:
    """Label files, folders or tables into `out`: a run folder, or a .jsonl, .csv, .parquet, .xlsx or .dta file.

    Returns:
        The counts of the run; inputs that could not be read are counted and listed in ``errors.jsonl``.

    Raises:
        CommuniqueError: an option is wrong, `out` exists, or it cannot be written.

    """
    from .inference.api import score_to

    inputs = [str(paths)] if isinstance(paths, (str, Path)) else [str(path) for path in paths]
    return score_to(
        inputs, Path(out), model=model, unit=unit, text_column=text_column, resume=resume, overwrite=overwrite
    )
