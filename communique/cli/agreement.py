"""``communique agreement``: how far coders agree."""

from __future__ import annotations

from pathlib import Path

import click

from . import DONE


@click.command("agreement")
@click.argument("coded", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--codebook", "codebook_path", default="core", show_default=True, help="A codebook's YAML file, or core.")
def command(coded: tuple[Path, ...], codebook_path: str) -> int:
    """Print Krippendorff's alpha for every label, with its interval, over the items that several coders coded.

    CODED is tables with a column `id`, a column `coder`, and the labels.
    """
    from ..analysis import agreement
    from ..corpus import codebook as codebooks

    book = codebooks.core() if codebook_path == "core" else codebooks.load(codebook_path)
    click.echo(agreement.table(agreement.agreement(agreement.read_codings(coded, book), book)))
    return DONE
