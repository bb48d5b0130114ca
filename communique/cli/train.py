"""``communique train``: fine-tune a classifier."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..training import recipe as recipes
from . import DONE
from ._show import message

if TYPE_CHECKING:
    from ..training.dataset import Dataset
    from ..training.loop import Progress
    from ..training.recipe import Recipe

TENTATIVE = 0.667
"""Krippendorff's alpha under which no conclusion should be drawn (Krippendorff 2018)."""


def recipe_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command an option for every key of a recipe."""
    for key, (default, help_) in reversed(recipes.explained().items()):
        flag, kind = "--" + key.replace("_", "-"), type(default)
        text = help_.replace("``", "") + f" [{default}]"
        if key in recipes.CHOICES:
            option = click.option(flag, key, type=click.Choice(recipes.CHOICES[key]), help=text)
        elif kind is bool:
            option = click.option(f"{flag}/--no-{flag[2:]}", key, default=None, help=text)
        else:
            option = click.option(flag, key, type=kind, metavar=kind.__name__.upper(), help=text)
        command = option(command)
    return command


def chosen_recipe(path: Path | None, flags: dict[str, Any], model: str | None = None) -> Recipe:
    """Return the recipe at `path`, or `model`'s, with the flags that were given over it, or that of the flags alone."""
    given = {key: value for key, value in flags.items() if value is not None}
    if model:
        from ..training import replicate

        return replicate.recipe_of(model, given)
    if path:
        return recipes.load(path, given)
    if "data" not in given:
        raise click.UsageError("give a RECIPE.toml, or say what to learn from with --data and --codebook")
    return recipes.parse({}, "command line", given)


@click.command("train")
@click.argument("recipe", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The model folder to write.")
@click.option("--from", "model", metavar="MODEL", help="Repeat the training of a model, and say what differs.")
@click.option("--download", is_flag=True, help="Fetch the base from the Hub where it is not on this machine.")
@click.option("--dry-run", is_flag=True, help="Say what would be trained, how long and with how much memory.")
@click.option("--resume", is_flag=True, help="Continue an interrupted training; it ends in the same weights.")
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@click.option("--json", "as_json", is_flag=True, help="Messages as JSON, for programs.")
@recipe_flags
def command(
    recipe: Path | None,
    out: Path | None,
    model: str | None,
    download: bool,
    dry_run: bool,
    resume: bool,
    overwrite: bool,
    as_json: bool,
    **flags: Any,
) -> int:
    """Train a classifier as RECIPE (a TOML file) says, calibrate it, and write a model folder with its card.

    Every key of a recipe is an option too, which goes before what RECIPE says.
    """
    from ..models import base
    from ..training import dataset, evaluation, fit, plan

    if recipe and model:
        raise click.UsageError("give a RECIPE.toml or --from MODEL, not both")
    if not out and not dry_run:
        raise click.UsageError("say where the model goes with -o FOLDER, or ask with --dry-run")
    chosen = chosen_recipe(recipe, flags, model)
    base.locate(chosen.base, download=download)
    data = dataset.load(chosen)
    warn(chosen, data, as_json=as_json)
    if dry_run or not out:
        found = plan.plan(chosen, data)
        click.echo(as_text(found) if as_json else found)
        return DONE
    report, advance, close = _shown(chosen, data, as_json=as_json)
    made = fit.fit(chosen, out, data=data, overwrite=overwrite, resume=resume, report=report, tick=advance)
    close()
    message(f"written: {out} ({len(made.classes_)} labels; see {out / 'README.md'})", as_json=as_json)
    click.echo(evaluation.saved_table(out / "metrics.json"))
    if model:
        _say_differences(model, out)
    return DONE


def _say_differences(model: str, out: Path) -> None:
    from ..models import folder
    from ..training import replicate

    found = replicate.differences(folder.find(model), folder.find(out))
    click.echo(
        "\n".join(["differs:", *(f"  {one}" for one in found)]) if found else f"{out} is {model} again: nothing differs"
    )


def as_text(found: Any) -> str:
    """Return a dataclass as a line of JSON."""
    import json
    from dataclasses import asdict

    return json.dumps(asdict(found), allow_nan=False)


def warn(recipe: Recipe, data: Dataset, *, as_json: bool) -> None:
    """Say on stderr what should be mended before training, and refuse what must be."""
    from ..analysis import agreement
    from ..training import checks

    checks.refuse(recipe, data)
    for text in checks.warnings(data):
        message(f"warning: {text}", as_json=as_json)
    if codings := checks.codings(data):
        for one in agreement.agreement(codings, data.codebook):
            if one.alpha < TENTATIVE:
                text = f"coders disagree on {one.name}: alpha {one.alpha:.2f} over {one.items} sentences; sharpen its definition"
                message(f"warning: {text}", as_json=as_json)


def _shown(
    recipe: Recipe, data: Dataset, *, as_json: bool
) -> tuple[Callable[[Progress], None], Callable[[int], None], Callable[[], None]]:
    """Return what tells of each epoch, what moves the bar, and what ends it."""
    from tqdm import tqdm

    from ..training import warmstart

    units = len(data.split("train"))
    warm = min(units, warmstart.MOST) if recipe.warm_start and recipe.method == "full" else 0
    bar = tqdm(total=recipe.epochs * units + warm, unit=" units", desc=recipe.name, disable=as_json or None)

    def report(now: Progress) -> None:
        text = f"epoch {now.epoch}: loss {now.loss:.3f}, dev score {now.dev_score:.4f}, {now.seconds:.0f} s, {now.left:.0f} s left"
        fields = {"epoch": now.epoch, "dev_score": now.dev_score, "loss": now.loss, "left": now.left}
        bar.write(text) if not bar.disable else message(text, as_json=as_json, **fields)
        bar.set_postfix_str(f"dev score {now.dev_score:.3f}")

    def advance(units: int) -> None:
        bar.update(units)

    return report, advance, bar.close
