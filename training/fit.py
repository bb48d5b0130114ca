"""Make a model: train, save, calibrate on dev, evaluate, and describe it in its folder."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..corpus import codebook as codebooks
from ..corpus.errors import UsageError
from ..models import adapter, base, classifier
from ..models.calibration import Calibration
from ..models.classifier import Classifier
from ..models.folder import ModelFolder
from . import card, dataset, evaluation, hardware, loop, network, state
from . import recipe as recipes
from .calibrate import calibrate
from .dataset import Dataset
from .hardware import Hardware
from .loop import Progress
from .recipe import Recipe
from .state import Store


def fit(
    recipe: Recipe,
    out: Path,
    *,
    data: Dataset | None = None,
    overwrite: bool = False,
    resume: bool = False,
    report: Callable[[Progress], None] = lambda _: None,
    tick: Callable[[int], None] = lambda _: None,
) -> Classifier:
    """Train by `recipe` and leave a complete model folder at `out`.

    The state of the training stands in ``OUT.training`` until the model is written; with `resume` it is continued.
    `data` are the recipe's, where they are loaded already.

    Raises:
        UsageError: `out` holds something already and `overwrite` is off.
        CommuniqueError: the data, codebook or base cannot be used.

    """
    left = out.with_name(out.name + ".training")
    if out.exists() and any(out.iterdir()) and not overwrite and not (resume and left.exists()):
        raise UsageError(f"{out} exists; give another -o, or --overwrite")
    data = data or dataset.load(recipe)
    loop.parts(recipe, data)
    log: list[Progress] = []

    def note(progress: Progress) -> None:
        log.append(progress)
        report(progress)

    store = Store(left, state.fingerprint(recipe, data))
    store.begin(resume=resume, overwrite=overwrite)
    trained = loop.train(recipe, data, note, tick, store)
    folder = save(trained, recipe, data, store.model)
    saved = classifier.load(folder.path)
    saved.calibration = calibrate(saved.logits(data.split("dev").examples), data.split("dev"), "dev split")
    saved.calibration.save(folder.calibration)
    describe(saved, recipe, data, folder, log)
    if store.log.is_file():
        shutil.copyfile(store.log, folder.log)
    _put(folder.path, out)
    store.end()
    return saved


def _put(made: Path, out: Path) -> None:
    """Move a finished model to where it belongs, over what stands there."""
    out.mkdir(parents=True, exist_ok=True)
    there = ModelFolder(out)
    for stale in (there.weights, there.adapter, there.adapter_weights, there.log):
        stale.unlink(missing_ok=True)
    for path in made.iterdir():
        os.replace(path, out / path.name)


def save(trained: Classifier, recipe: Recipe, data: Dataset, out: Path) -> ModelFolder:
    """Write configuration, weights, tokenizer, codebook, recipe, and a calibration that changes nothing yet."""
    out.mkdir(parents=True, exist_ok=True)
    folder = ModelFolder(out)
    trained.network.config.save_pretrained(str(out))
    trained.tokenizer.save_pretrained(str(out))
    _save_weights(trained, recipe, data, out)
    folder.codebook.write_text(codebooks.dump(data.codebook), encoding="utf-8")
    folder.recipe.write_text(recipes.dump(recipe), encoding="utf-8")
    Calibration.identity(data.codebook).save(folder.calibration)
    return folder


def _save_weights(trained: Classifier, recipe: Recipe, data: Dataset, out: Path) -> None:
    if recipe.method == "full" and recipe.rank:
        revision = base.BUNDLED_REVISION if recipe.base == base.BUNDLED else None
        untrained = network.fresh(recipe, data).network
        adapter.save_compressed(trained.network, untrained, recipe.rank, recipe.base, revision, out)
    else:
        trained.network.save_pretrained(str(out))


def describe(
    model: Classifier, recipe: Recipe, data: Dataset, folder: ModelFolder, log: Sequence[Progress] = ()
) -> None:
    """Evaluate `model` on dev and test and write its metrics and its card."""
    reports = {name: evaluation.evaluate(model, data.split(name)) for name in ("dev", "test") if len(data.split(name))}
    metrics = {
        "evaluation": {name: evaluation.to_json(found) for name, found in reports.items()},
        "training": [asdict(progress) for progress in log],
        "data_sha256": data.digest,
        "machine": machine(hardware.choose(recipe)),
    }
    folder.metrics.write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    folder.card.write_text(card.render(model, recipe, data, reports), encoding="utf-8")


def machine(where: Hardware) -> dict[str, Any]:
    """Return what a replication needs to know of this machine."""
    import torch

    packages = ("communique", "torch", "transformers", "peft", "tokenizers", "scikit-learn", "numpy")
    return {
        "packages": {name: version(name) for name in packages},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "threads": torch.get_num_threads(),
        "hardware": hardware.describe(where.device) | {"precision": where.precision},
    }
