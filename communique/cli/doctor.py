"""``communique doctor``: versions, processor, and what is missing."""

from __future__ import annotations

import os
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, requires, version

import click

from ..corpus.errors import CommuniqueError
from . import DONE, FAILED


@click.command("doctor")
def command() -> int:
    """Show versions, the processor and the chosen precision, and check that the shipped model works."""
    missing = [name for name in ("communique", *_needed()) if not _show_version(name)]
    for name in missing:
        click.echo(f"missing: {name}; run `pip install {name}`")
    if missing:
        return FAILED
    _machine()
    problem = _try_model()
    click.echo(problem or "all well: the shipped model loads and labels")
    return FAILED if problem else DONE


def _needed() -> list[str]:
    """Return the packages that this one cannot do without, as its installation names them."""
    try:
        found = requires("communique") or []
    except PackageNotFoundError:
        return []
    return [re.split(r"[^\w.-]", one, maxsplit=1)[0] for one in found if "extra ==" not in one]


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
