"""``communique codebook``: check, show or begin a label scheme."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

import click

from . import DONE


@click.group("codebook")
def command() -> None:
    """Check, show or begin a label scheme (a YAML file; core is the shipped one)."""


@command.command("check")
@click.argument("path", default="core")
def check(path: str) -> int:
    """Check a codebook; say what a referee would ask about."""
    from ..corpus import codebook as codebooks

    book = codebooks.core() if path == "core" else codebooks.load(path)
    for warning in codebooks.warnings(book):
        click.echo(f"warning: {warning}", err=True)
    groups = "; ".join(f"{group.name} ({group.choice}-choice): {len(group.labels)}" for group in book.groups)
    click.echo(f"{book.name} {book.version} is a valid codebook: {groups} labels")
    return DONE


@command.command("show")
@click.argument("path", default="core")
@click.option("--label", help="One label only.")
def show(path: str, label: str | None) -> int:
    """Print a codebook to read."""
    from ..corpus import codebook as codebooks

    book = codebooks.core() if path == "core" else codebooks.load(path)
    if label and label not in book.labels:
        raise click.UsageError(f"{book.name} has no label {label!r}; it has {', '.join(book.labels)}")
    if not label:
        click.secho(f"{book.title or book.name}, version {book.version}\n", bold=True)
        _paragraphs([book.unit, *book.instructions])
    for group in book.groups:
        if not label:
            click.secho(f"\n{group.name}: {'none to all' if group.choice == 'multi' else 'exactly one'}", bold=True)
        for item in group.labels:
            if label in (None, item.name):
                _label(item)
    if not label:
        _paragraphs([f"{n}. {text}" for n, text in enumerate(book.rulings, 1)])
    return DONE


def _label(item: object) -> None:
    from ..corpus.codebook import Label

    assert isinstance(item, Label)  # noqa: S101 (for the type checker)
    click.secho(f"\n{item.name}", fg="cyan")
    _paragraphs([item.definition])
    for name, texts in (("in", item.include), ("out", item.exclude), ("yes", item.positive), ("no", item.negative)):
        _paragraphs([f"{name:>4}: {'; '.join(texts)}"] if texts else [])


def _paragraphs(texts: list[str]) -> None:
    width = min(shutil.get_terminal_size((100, 40)).columns, 110)
    for text in filter(None, texts):
        click.echo(textwrap.fill(text, width, initial_indent="  ", subsequent_indent="    "))


@command.command("new")
@click.argument("path", type=click.Path(path_type=Path))
def new(path: Path) -> int:
    """Write a small codebook to PATH, to be changed into your own."""
    from ..corpus.codebook import DATA

    if path.exists():
        raise click.UsageError(f"{path} exists; give a new name")
    shutil.copyfile(DATA / "new_codebook.yaml", path)
    click.echo(f"written: {path}; change it, then `communique codebook check {path}`", err=True)
    return DONE
