"""``communique crossval``: quality by grouped cross-validation, and a learning curve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import DONE
from ._show import message
from .train import chosen_recipe, recipe_flags, warn

if TYPE_CHECKING:
    from ..training.crossval import Fold


@click.command("crossval")
@click.argument("recipe", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--folds", type=click.IntRange(2), default=5, show_default=True, help="Parts the documents are dealt into."
)
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="Times all of it is repeated.")
@click.option("--curve", is_flag=True, help="Train on 12, 25 and 50 % too, and say what more coding would buy.")
@click.option(
    "-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="A JSON file with every fold's figures."
)
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON on stdout, and messages as JSON.")
@recipe_flags
def command(
    recipe: Path | None,
    folds: int,
    seeds: int,
    curve: bool,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    **flags: Any,
) -> int:
    """Train as RECIPE says on all folds but one and test on that one, for every fold and seed: mean, deviation, interval.

    Epoch, calibration and thresholds are chosen inside each training part. Units of the split test are left out.
    """
    import json

    from ..training import crossval, dataset, evaluation
    from ..training.files import write_json

    if out and out.exists() and not overwrite:
        raise click.UsageError(f"{out} exists; give another -o, or --overwrite")
    chosen = chosen_recipe(recipe, flags)
    data = dataset.load(chosen)
    warn(chosen, data, as_json=as_json)

    def report(now: Fold) -> None:
        name, score = next(iter(now.scores.items()))
        text = f"seed {now.seed}, fold {now.fold + 1} of {folds}, {now.learnt} units: {name} {score:.3f}"
        message(text, as_json=as_json, seed=now.seed, fold=now.fold, learnt=now.learnt)

    found = crossval.crossval(chosen, data, folds=folds, seeds=seeds, curve=curve, report=report)
    result = evaluation.to_json(found) | {"data_sha256": data.digest}
    if out:
        write_json(out, result)
    click.echo(json.dumps(result, allow_nan=False) if as_json else crossval.table(found))
    return DONE
