"""``communique models``: what can score."""

from __future__ import annotations

import json
from pathlib import Path

import click

from . import DONE, FAILED


@click.group("models")
def command() -> None:
    """List, show, verify, export or push models."""


@command.command("list")
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
def list_models(folders: tuple[Path, ...]) -> int:
    """List the shipped model, and the models in FOLDERS."""
    from ..models.folder import CORE, ModelFolder

    found = [("core", ModelFolder(CORE))]
    found += [
        (str(path.parent), ModelFolder(path.parent))
        for folder in folders
        for path in sorted(folder.glob("*/codebook.yaml"))
    ]
    for name, model in found:
        book = model.read_codebook()
        click.echo(f"{name}\t{book.name} {book.version}\t{len(book.labels)} labels")
    return DONE


@command.command("show")
@click.argument("model", default="core")
def show(model: str) -> int:
    """Print a model's card."""
    from ..models import folder

    where = folder.find(model)
    where.read_config()
    click.echo(where.card.read_text(encoding="utf-8") if where.card.is_file() else f"{where.path} has no card")
    return DONE


@command.command("verify")
@click.argument("model", default="core")
def verify(model: str) -> int:
    """Load a model and check that codebook, weights and calibration fit together."""
    from ..models import classifier

    loaded = classifier.load(model)
    scores = loaded.predict_proba(["We strongly oppose the decision."])[0]
    click.echo(
        json.dumps(
            {
                "model": model,
                "sha256": loaded.digest,
                "labels": len(loaded.classes_),
                "finite": bool((scores == scores).all()),
            }
        )
    )
    return DONE if (scores == scores).all() else FAILED


@command.command("export")
@click.argument("model", default="core")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="The folder to write.")
def export(model: str, out: Path) -> int:
    """Merge a model into a plain Hugging Face folder that `transformers` loads with no other package."""
    from ..models import classifier

    if out.exists() and any(out.iterdir()):
        raise click.UsageError(f"{out} holds something already; give a new folder")
    classifier.export(model, out)
    click.echo(f"written: {out}", err=True)
    return DONE


@command.command("push")
@click.argument("model")
@click.argument("repository")
@click.option("--private", is_flag=True, help="Make a new repository one that only you can read.")
def push(model: str, repository: str, private: bool) -> int:
    """Put MODEL on the Hugging Face Hub as REPOSITORY (NAME/REPOSITORY), merged as `export` does; `hf auth login` comes first."""
    from ..models import hub

    click.echo(f"pushed: {hub.push(model, repository, private=private)}", err=True)
    return DONE
