"""Doing a training again: the recipe out of a model folder, and what came out differently."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..corpus.errors import CommuniqueError
from ..models import folder as folders
from ..models.folder import ModelFolder
from . import recipe as recipes
from . import splits
from .dataset import Dataset
from .recipe import Recipe


@dataclass(frozen=True)
class Different:
    """One thing that is not what it was."""

    what: str
    was: Any
    now: Any

    def __str__(self) -> str:
        return f"{self.what}: was {self.was}, is {self.now}"


def recipe_of(model: str | Path, flags: Mapping[str, Any]) -> Recipe:
    """Return the recipe of a model, `flags` over it; the codebook is the model's own copy.

    Raises:
        CommuniqueError: the model's folder holds no recipe.

    """
    where = folders.find(model)
    if not where.recipe.is_file():
        raise CommuniqueError(
            f"{where.path} holds no recipe.toml; only a model that `communique train` made is repeated"
        )
    codebook = {} if recipes.load(where.recipe).codebook == "core" else {"codebook": str(where.codebook)}
    return recipes.load(where.recipe, {**codebook, **flags})


def learnt_from(model: str | Path, data: Dataset) -> set[str]:
    """Return the documents of `data`, units without a split, from which `model` learned: none unless they are all its data."""
    where = folders.find(model)
    if not (where.recipe.is_file() and where.metrics.is_file()):
        return set()
    units = splits.divide(data.units, recipes.load(where.recipe).split)
    digest = json.loads(where.metrics.read_text(encoding="utf-8")).get("data_sha256")
    same = replace(data, units=tuple(units)).digest == digest
    return {unit.document for unit in units if same and unit.split == "train"}


def differences(old: ModelFolder, new: ModelFolder) -> list[Different]:
    """Return what differs between two trainings: data, machine, weights and figures; what was not recorded is left out."""
    before, after = _record(old), _record(new)
    both = [what for what in before if what in after]
    return [Different(what, before[what], after[what]) for what in both if before[what] != after[what]]


def _record(model: ModelFolder) -> dict[str, Any]:
    metrics = json.loads(model.metrics.read_text(encoding="utf-8"))
    machine = metrics.get("machine", {})
    found = {"data": metrics.get("data_sha256"), **machine.get("packages", {})}
    found |= {key: machine[key] for key in ("python", "platform", "threads") if key in machine}
    found |= machine.get("hardware", {})
    weights = model.weights if model.weights.is_file() else model.adapter_weights
    found["weights"] = hashlib.sha256(weights.read_bytes()).hexdigest()
    for split, report in metrics.get("evaluation", {}).items():
        for score in ("macro_f1", "micro_f1"):
            found[f"{split} {score}"] = report[score]["value"]
    return found
