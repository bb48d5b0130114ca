"""``communique train``: fine-tune a classifier."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import DONE
from ._show import message

if TYPE_CHECKING:
    from ..training.loop import Progress


@click.command("train")
@click.argument("recipe", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="The model folder to write.")
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@click.option("--json", "as_json", is_flag=True, help="Messages as JSON, for programs.")
def command(recipe: Path, out: Path, overwrite: bool, as_json: bool) -> int:
    """Fine-tune a classifier as RECIPE (a TOML file) says, calibrate it, and write a model folder with its card."""
    from tqdm import tqdm

    from ..training import evaluation, fit
    from ..training import recipe as recipes

    chosen = recipes.load(recipe)
    bar = tqdm(unit=" units", desc=chosen.name, disable=as_json or None)

    def report(now: Progress) -> None:
        text = f"epoch {now.epoch}: loss {now.loss:.3f}, dev score {now.dev_score:.4f}, {now.seconds:.0f} s"
        bar.write(text) if not bar.disable else message(text, as_json=as_json, epoch=now.epoch, dev_score=now.dev_score)

    def advance(units: int) -> None:
        bar.update(units)

    model = fit.fit(chosen, out, overwrite=overwrite, report=report, tick=advance)
    bar.close()
    message(f"written: {out} ({len(model.classes_)} labels; see {out / 'README.md'})", as_json=as_json)
    click.echo(evaluation.saved_table(out / "metrics.json"))
    return DONE
