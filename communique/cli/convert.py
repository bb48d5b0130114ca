"""``communique convert``: coded sentences to and from annotation tools, tables and codebooks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import DONE
from ._show import message

if TYPE_CHECKING:
    from ..corpus.annotations import CodedUnit
    from ..corpus.codebook import Codebook

FORMATS = ("table", "doccano", "label-studio", "prodigy", "datasets", "run")
NEXT = {
    ".xml": "paste it under Settings, Labeling Interface, before you import the tasks",
    ".labels.json": "import it under Labels before you import the data set",
}


@click.command(
    "convert",
    epilog="""
\b
Examples:
  communique convert run tasks.json
  communique convert run tasks.jsonl --to prodigy --prelabel
  communique convert export.json coded.xlsx
  communique convert nvivo.qdc mine.yaml
""",
)
@click.argument("source", metavar="IN")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--to", type=click.Choice(FORMATS[:-1]), help="The format of OUT. [default: by its suffix]")
@click.option("--from", "form", type=click.Choice(FORMATS), help="The format of IN. [default: by its content]")
@click.option("--codebook", "codebook_path", default="core", show_default=True, help="A codebook's YAML file, or core.")
@click.option("--text-column", help="The column or key that holds the text. [default: text]")
@click.option(
    "--prelabel", is_flag=True, help="Send the model's labels along as predictions; without it, code blindly."
)
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
def command(
    source: str, out: Path, to: str | None, form: str | None, codebook_path: str, text_column: str | None, prelabel: bool,
    overwrite: bool,
) -> int:  # fmt: skip
    """Convert coded or uncoded sentences between tables and the formats of annotation tools, and codebooks to and from .qdc.

    IN is a coded file, a sample, a finished run or a codebook. OUT's suffix says what is written: .csv .tsv
    .xlsx .parquet .jsonl a table, .json Label Studio, no suffix a folder of Hugging Face datasets; say --to doccano
    or --to prodigy for these. Nothing is lost on the way, and what nobody judged stays missing.
    """
    from ..corpus import codebook as codebooks
    from ..corpus.annotations import CODEBOOKS, outputs, read_units, write_units
    from ..corpus.files import refuse_existing

    is_codebook = out.suffix in CODEBOOKS
    written = [out] if is_codebook else outputs(out, to)
    for path in written:
        refuse_existing(path, overwrite=overwrite)
    if is_codebook:
        return _convert_codebook(source, out)
    book = codebooks.core() if codebook_path == "core" else codebooks.load(codebook_path)
    units = _suggesting(read_units(source, book, form, text_column), source, prelabel=prelabel)
    write_units(units, book, out, to)
    _report(units, book, written)
    return DONE


def _suggesting(units: Sequence[CodedUnit], source: str, *, prelabel: bool) -> list[CodedUnit]:
    """Return the units with or without what a model suggests."""
    from dataclasses import replace

    if not prelabel:
        return [replace(unit, suggested=None) for unit in units]
    if all(unit.suggested is None for unit in units):
        raise click.UsageError(f"--prelabel: {source} holds no predictions; convert a run, or leave --prelabel out")
    return list(units)


def _report(units: Sequence[CodedUnit], book: Codebook, written: Sequence[Path]) -> None:
    coded = sum(unit.judged(book) for unit in units)
    items, coders = len({unit.id for unit in units}), len({unit.coder for unit in units if unit.coder})
    by = f" by {coders} coders" if coders > 1 else ""
    message(f"{items} sentences, {len(units)} rows: {coded} coded{by}, {len(units) - coded} not coded")
    for path in written:
        hint = next((text for suffix, text in NEXT.items() if path.name.endswith(suffix)), "")
        message(f"written: {path}{f' ({hint})' if hint else ''}")


def _convert_codebook(source: str, out: Path) -> int:
    from ..corpus import codebook as codebooks
    from ..corpus.annotations import read_codebook, write_codebook

    book = codebooks.core() if source == "core" else read_codebook(Path(source))
    write_codebook(book, out)
    message(f"{book.name} {book.version}: {len(book.groups)} groups, {len(book.labels)} labels")
    message(f"written: {out}")
    return DONE
