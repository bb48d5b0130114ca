"""``communique evaluate``: measure a model, or two, or the baselines, on coded units."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import DONE
from ._show import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..corpus.codebook import Codebook
    from ..models.classifier import Classifier
    from ..training.dataset import Dataset


@click.command("evaluate")
@click.argument("model", default="core")
@click.argument("other", required=False)
@click.option(
    "--data",
    default="core",
    show_default=True,
    help="Coded units, in any format that convert reads; core: the shipped corpus; contrast: authored contrast sets.",
)
@click.option("--split", type=click.Choice(["train", "dev", "test"]), default="test", show_default=True)
@click.option(
    "--baselines", is_flag=True, help="Beside it: keywords, TF-IDF and frozen embeddings with logistic regression."
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder for a page with plots and MODEL's surest errors.",
)
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON on stdout.")
def command(
    model: str,
    other: str | None,
    data: str,
    split: str,
    baselines: bool,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
) -> int:
    """Compare what MODEL (and OTHER) gives with what coders gave: per label and overall, intervals by document; with OTHER, their differences too.

    Of a file without a column `split`, every unit is used, unless MODEL was trained on that file: then those that it set aside.
    """
    import json

    from ..corpus.files import refuse_existing
    from ..models import classifier
    from ..training import baselines as others
    from ..training import compare, evaluation, inspection, page

    if out:
        refuse_existing(*(out / name for name in page.FILES), overwrite=overwrite)
    models = [(name, classifier.load(name)) for name in (model, other) if name]
    book = models[0][1].codebook
    for name, second in models[1:]:
        _refuse_other(name, second.codebook, model, book)
    whole = _load(data, models[0][1])
    _refuse_other(f"the data {data}", whole.codebook, model, book)
    units = (
        whole.split(split)
        if any(unit.split for unit in whole.units)
        else _unlearnt([name for name, _ in models], whole)
    )
    _warn_of_core(models, data, units)
    if not len(units):
        raise click.ClickException(f"{data} has no units in the split {split}")
    found = [(one.predict_proba(units.examples), units, one.calibration) for _, one in models]
    reports = [(name, evaluation.report(*one)) for (name, _), one in zip(models, found, strict=True)]
    answers = [evaluation.answers(*one) for one in found]
    differences = compare.compare(answers[0], answers[1]) if other else []
    if out:
        page.write(out, model, reports[0][1], answers[0])
    if baselines:
        _refuse_without_training_part(data, whole)
        reports = [(name, evaluation.report(*one)) for name, one in others.all_on(whole, units)] + reports
    if as_json:
        result: dict[str, Any] = {name: evaluation.to_json(report) for name, report in reports}
        result |= {"differences": [evaluation.to_json(one) for one in differences]} if other else {}
        click.echo(json.dumps(result))
        return DONE
    click.echo(evaluation.compare_table(reports) + "\n")
    if other:
        click.echo(compare.table(differences, (model, other)) + "\n")
    for (name, report), answer in zip(reports[-len(models) :], answers, strict=True):
        click.echo(f"{name}\n\n{evaluation.table(report)}\n\n{inspection.table(answer)}\n")
    return DONE


def _unlearnt(models: Sequence[str], data: Dataset) -> Dataset:
    """Return the units that no model has learned from, and say where that is not all."""
    from ..corpus.errors import CommuniqueError
    from ..training import replicate

    for name in models:
        try:
            learnt = replicate.learnt_from(name, data)
        except CommuniqueError:  # its way to divide its data cannot divide these
            continue
        if learnt:
            data = data.where([unit.document not in learnt for unit in data.units])
            message(
                f"warning: {name} was trained on these units; the {len(data)} that it set aside are used, and figures still flatter it, "
                "since they chose its epoch, calibration and thresholds"
            )
    return data


def _warn_of_core(models: Sequence[tuple[str, Classifier]], data: str, units: Dataset) -> None:
    """Say how many units of a file the shipped model has learned from."""
    from ..analysis import learned
    from ..models.folder import CORE, ModelFolder

    if data in ("core", "contrast") or not any(model.digest == ModelFolder(CORE).digest() for _, model in models):
        return
    known = learned.of_core()
    if n := sum(known.holds(unit.text) > 0 for unit in units.units):
        message(f"warning: core has learned from {n} of the {len(units)} units; figures flatter it")


def _refuse_without_training_part(name: str, data: Dataset) -> None:
    for split in ("train", "dev"):
        if not len(data.split(split)):
            raise click.ClickException(f"{name} has no units in the split {split}; --baselines are trained on it")


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


def _load(data: str, model: Classifier) -> Dataset:
    from ..corpus import codebook as codebooks
    from ..corpus import coded
    from ..corpus.annotations import read_coded
    from ..training import dataset
    from ..training.recipe import Recipe

    if data == "core":
        return dataset.load(Recipe())
    if data == "contrast":
        return dataset.Dataset(tuple(coded.contrast()), codebooks.core())
    units = read_coded([data], model.codebook)
    targets = dataset.column(data, units, model.form.target) if model.form.target else {}
    return dataset.Dataset(tuple(units), model.codebook, targets)
