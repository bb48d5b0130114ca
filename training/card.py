"""The model card: a README.md with Hub metadata, generated from what was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import isnan
from pathlib import Path

import yaml

from ..models.base import BUNDLED
from ..models.classifier import Classifier
from ..models.metrics import MIN_POSITIVES, Report
from . import evaluation
from . import recipe as recipes
from .dataset import Dataset
from .recipe import Recipe

TEMPLATE = Path(__file__).parent / "card.md.jinja"
TRAIN_FLOOR = 150


def render(model: Classifier, recipe: Recipe, data: Dataset, reports: Mapping[str, Report]) -> str:
    """Return the card of a model, every figure from `reports` and `data`."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)  # noqa: S701 (Markdown)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        metadata=yaml.safe_dump(_metadata(recipe, data, reports), sort_keys=False, allow_unicode=True).strip(),
        recipe=recipe,
        recipe_toml=recipes.dump(recipe).strip(),
        codebook=model.codebook,
        calibration=model.calibration,
        form=model.form,
        splits=_splits(data),
        scarce=_scarce(data),
        reports={name: evaluation.table(found) for name, found in reports.items()},
        uncertain={name: found.uncertain for name, found in reports.items()},
        untested=[label.name for found in reports.values() for label in found.labels if label.support < MIN_POSITIVES],
    )


def _metadata(recipe: Recipe, data: Dataset, reports: Mapping[str, Report]) -> dict[str, object]:
    results = [
        {
            "task": {"type": "text-classification"},
            "dataset": {"name": f"{recipe.data} ({split})", "type": recipe.data},
            "metrics": [{"type": "f1", "name": "macro-F1", "value": round(found.macro_f1.value, 4)}],
        }
        for split, found in reports.items()
        if not isnan(found.macro_f1.value)
    ]
    ours = recipe.data == "core" and recipe.base == BUNDLED  # of all else, whoever trains it decides
    return {
        "language": data.codebook.language,
        **({"license": "apache-2.0"} if ours else {}),
        "library_name": "transformers",
        "pipeline_tag": "text-classification",
        "base_model": recipe.base,
        "metrics": ["f1"],
        "model-index": [{"name": recipe.name, "results": results}],
    }


def _splits(data: Dataset) -> list[tuple[str, int, int, int]]:
    """Return for each split its units, documents, and the units that are authored."""
    found = []
    for name in ("train", "dev", "test"):
        part = data.split(name)
        authored = sum(unit.source == "authored" for unit in part.units)
        found.append((name, len(part), len(set(part.documents)), authored))
    return found


def _scarce(data: Dataset) -> list[tuple[str, int, int]]:
    """Return the labels with fewer than 150 training positives or 50 real ones: name, all, real."""
    every: Counter[str] = Counter()
    real: Counter[str] = Counter()
    for unit in data.split("train").units:
        every.update(unit.labels)
        real.update(unit.labels if unit.source != "authored" else ())
    return [
        (name, every[name], real[name]) for name in data.codebook.multi if every[name] < TRAIN_FLOOR or real[name] < 50
    ]
