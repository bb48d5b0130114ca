"""``communique agreement``: how far coders agree, where they do not, and one coding out of several."""

from __future__ import annotations

from pathlib import Path

import click

from . import DONE
from ._show import message

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    "agreement",
    epilog="""
\b
Examples:
  communique agreement anna.xlsx ben.xlsx
  communique agreement anna.xlsx ben.xlsx --disagreements settle.xlsx
  communique agreement anna.xlsx ben.xlsx --settled settle.xlsx --adjudicated coded.csv
""",
)
@click.argument("coded", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--codebook", "codebook_path", default="core", show_default=True, help="A codebook's YAML file, or core.")
@click.option("--pairs", is_flag=True, help="Also a table of each two coders, question by question.")
@click.option(
    "--disagreements",
    type=click.Path(path_type=Path),
    help="Write what to settle: .html to read, .csv or .xlsx to fill in.",
)
@click.option("--settled", type=_FILE, help="A sheet of disagreements whose column settled is filled in.")
@click.option(
    "--adjudicated",
    type=click.Path(path_type=Path),
    help="Write one coding of each sentence: what coders agree on, else what was settled.",
)
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
def command(
    coded: tuple[Path, ...], codebook_path: str, pairs: bool, disagreements: Path | None, settled: Path | None,
    adjudicated: Path | None, overwrite: bool,
) -> int:  # fmt: skip
    """Print for every label how far coders agree: Krippendorff's alpha with its interval, and its relatives.

    CODED is files in any format that `convert` reads: one with a column `coder`, or one for each coder; or
    tables of ids, coders and labels without texts. Only what several coders judged counts.
    """
    from ..analysis import adjudication
    from ..analysis import agreement as agreeing
    from ..corpus import codebook as codebooks
    from ..corpus.annotations import outputs, write_units
    from ..corpus.files import refuse_existing

    for path in [*([disagreements] if disagreements else []), *(outputs(adjudicated) if adjudicated else [])]:
        refuse_existing(path, overwrite=overwrite)
    book = codebooks.core() if codebook_path == "core" else codebooks.load(codebook_path)
    units = agreeing.read_coders(coded, book)
    codings = agreeing.codings(units, book)
    click.echo(agreeing.table(agreeing.agreement(codings, book, documents=agreeing.documents(units))))
    if pairs:
        click.echo("\n" + agreeing.pairs_table(agreeing.pairs(codings, book)))
    found = adjudication.disagreements(units, book)
    answers = adjudication.read_settled(settled, found, book) if settled else {}
    still = [one for one in found if (one.item, one.question) not in answers]
    message(f"to settle: {len(still)} answers, on {len({one.item for one in still})} of {len(codings)} sentences")
    if disagreements is not None:
        adjudication.write(units, still, book, disagreements)
        message(f"written: {disagreements}")
    if adjudicated is not None:
        write_units(adjudication.adjudicate(units, answers, book), book, adjudicated)
        message(f"written: {adjudicated}")
    return DONE
