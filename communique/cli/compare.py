"""``communique compare``: who says what."""

from __future__ import annotations

from pathlib import Path

import click

from . import DONE
from ._show import message


@click.command(
    "compare",
    epilog="""
\b
Examples:
  communique compare run --by actor_type
  communique compare run --by actor --event 2025-03-14 -o comparison
  communique compare run --by actor_type --coded coding.xlsx -o comparison
""",
)
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--by",
    required=True,
    help="Group by actor, actor_type, kind, publisher, speaker, month, year, target_kind, or a column of the input.",
)
@click.option("--event", metavar="DATE", help="Compare the time before this day with that from it on: 2025-03-14.")
@click.option("--coded", multiple=True, help="The filled sheet of `communique sample`: shares are corrected by it.")
@click.option("-o", "--out", type=click.Path(path_type=Path, file_okay=False), help="A folder for the tables as CSV.")
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@click.option("--codebook", default="core", show_default=True, help="The codebook's YAML file, where it is not core's.")
@click.option(
    "--trained-on", multiple=True, help="A coded table that the model was trained on, where --coded is given."
)
def command(
    run: Path,
    by: str,
    event: str | None,
    coded: tuple[str, ...],
    out: Path | None,
    overwrite: bool,
    codebook: str,
    trained_on: tuple[str, ...],
) -> int:
    """Compare who says what in RUN: stance profiles, differences, who answers whom, change over time, typical sentences.

    Intervals are 95 %, by document; p-values are adjusted for the number of differences.
    """
    from ..analysis import comparison, comparison_tables
    from ..analysis.run import read_run
    from ..corpus.files import refuse_existing

    if out:
        refuse_existing(*comparison_tables.targets(out), overwrite=overwrite)
    opened = read_run(run)
    question = comparison.Question(by, coded, event, trained_on)
    found = comparison.compare(opened, opened.codebook(codebook), question)
    click.echo(comparison_tables.text(found))
    if out:
        comparison_tables.write(found, out)
        message(f"written: {out}")
    return DONE
