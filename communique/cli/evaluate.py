"""``communique evaluate``: measure a model, or two, or the baselines, on coded units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from . import DONE

if TYPE_CHECKING:
    from ..corpus.codebook import Codebook
    from ..training.dataset import Dataset


@click.command("evaluate")
@click.argument("model", default="core")
@click.argument("other", required=False)
@click.option(
    "--data", default="core", show_default=True, help="Coded units, in any format that convert reads, or core."
)
@click.option("--split", type=click.Choice(["train", "dev", "test"]), default="test", show_default=True)
@click.option(
    "--baselines", is_flag=True, help="Beside it: keywords, TF-IDF and frozen embeddings with logistic regression."
)
@click.option("--json", "as_json", is_flag=True, help="The report as JSON on stdout.")
def command(model: str, other: str | None, data: str, split: str, baselines: bool, as_json: bool) -> int:
    """Compare what MODEL (and OTHER) gives with what coders gave: per label and overall, intervals by document.

    Of a file without a column `split`, every unit is used.
    """
    import json

    from ..models import classifier
    from ..training import baselines as others
    from ..training import evaluation

    models = [(name, classifier.load(name)) for name in (model, other) if name]
    book = models[0][1].codebook
    for name, second in models[1:]:
        _refuse_other(name, second.codebook, model, book)
    whole = _load(data, book)
    _refuse_other(f"the data {data}", whole.codebook, model, book)
    units = whole.split(split) if any(unit.split for unit in whole.units) else whole
    if not len(units):
        raise click.ClickException(f"{data} has no units in the split {split}")
    reports = [(name, evaluation.evaluate(found, units)) for name, found in models]
    if baselines:
        reports = [(name, evaluation.report(*found)) for name, found in others.all_on(whole, units)] + reports
    if as_json:
        click.echo(json.dumps({name: evaluation.to_json(found) for name, found in reports}))
        return DONE
    click.echo(evaluation.compare_table(reports) + "\n")
    for name, found in reports[-len(models) :]:
        click.echo(f"{name}\n\n{evaluation.table(found)}\n")
    return DONE


def _refuse_other(name: str, other: Codebook, model: str, book: Codebook) -> None:
    from ..corpus.errors import CommuniqueError

    if _scheme(other) != _scheme(book):
        names = sorted({*other.labels} ^ {*book.labels})
        differ = f"in the labels {', '.join(names)}" if names else "in the groups or the order of the labels"
        raise CommuniqueError(
            f"the codebook {other.name} of {name} and the codebook {book.name} of {model} differ {differ}; "
            "compare what has one codebook"
        )


def _scheme(book: Codebook) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(group.name, group.choice, group.names) for group in book.groups]


def _load(data: str, codebook: Codebook) -> Dataset:
    from ..corpus.annotations import read_coded
    from ..training import dataset
    from ..training.recipe import Recipe

    if data == "core":
        return dataset.load(Recipe())
    return dataset.Dataset(tuple(read_coded([data], codebook)), codebook)
