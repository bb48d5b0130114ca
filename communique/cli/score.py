"""``communique score``: label statements."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import DONE, SOME_ERRORS
from ._show import message, progress, table

if TYPE_CHECKING:
    from ..inference.summary import Summary


@click.command(
    "score",
    epilog="""
\b
Examples:
  communique score article.txt -o run
  communique score statements.csv --text-column body -o run --format csv
  communique score sentences.xlsx --unit sentence -o labels.xlsx
  cat texts.jsonl | communique score - --unit sentence -o -
""",
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "-o", "--out", required=True, help="A run folder, or a .jsonl .csv .parquet .xlsx .dta file, or - for stdout."
)
@click.option("--model", default="core", show_default=True, help="A model folder, or core for the shipped model.")
@click.option(
    "--unit",
    type=click.Choice(["auto", "statement", "sentence"]),
    default="auto",
    show_default=True,
    help="auto searches documents for statements; statement takes each input as one; sentence labels each row as it is.",
)
@click.option("--text-column", help="The column of a table that holds the text. [default: text]")
@click.option(
    "--actors", type=click.Path(exists=True, dir_okay=False), help="A YAML file with more actors and aliases."
)
@click.option(
    "--precision",
    type=click.Choice(["auto", "fp32", "bf16", "fp16"]),
    default="auto",
    show_default=True,
    help="How the model computes; auto takes bf16 only where the processor is faster with it.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="ray labels on a cluster; it needs communique[ray], and OUT on a disk that every node sees.",
)
@click.option("--address", help="With --engine ray: a running cluster, host:port or auto. [default: this machine]")
@click.option("--format", "formats", default="", help="Further files in the run folder: csv,parquet,xlsx,dta.")
@click.option("--resume", is_flag=True, help="Continue an interrupted run.")
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@click.option("--show", is_flag=True, help="Print what was found as a readable table.")
@click.option("--json", "as_json", is_flag=True, help="Messages as JSON, for programs.")
@click.option("--quiet", is_flag=True, help="No progress.")
def command(
    inputs: tuple[str, ...],
    out: str,
    model: str,
    unit: str,
    text_column: str | None,
    actors: str | None,
    precision: str,
    engine: str,
    address: str | None,
    formats: str,
    resume: bool,
    overwrite: bool,
    show: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Find who says what in INPUT and label every sentence by stance and sentiment.

    INPUT is files, folders, globs or - for stdin: .txt .md .html .pdf .docx are documents; .csv .tsv .jsonl
    .parquet .xlsx are tables with a row a document. A run folder holds units.jsonl, statements.jsonl,
    errors.jsonl, summary.json and manifest.json.

    Exit code 0: done; 3: done, but some inputs could not be read (see errors.jsonl).
    """
    from ..inference import api

    report, close = progress(as_json=as_json, quiet=quiet or out == "-")
    if out == "-":
        if engine != "local":
            raise click.UsageError("--engine ray writes files: give a run folder or a file as -o")
        summary = api.score_to_stdout(
            inputs, model=model, unit=unit, text_column=text_column, actors=actors, precision=precision
        )
        return _code(summary)
    try:
        summary = api.score_to(
            inputs, Path(out), model=model, unit=unit, text_column=text_column, actors=actors, precision=precision,
            engine=engine, address=address, formats=[name for name in formats.split(",") if name], resume=resume, overwrite=overwrite, report=report,
        )  # fmt: skip
    finally:
        close()
    if show and Path(out).is_dir():
        from ._statements import show_run

        show_run(Path(out))
    _conclude(summary, out, as_json=as_json)
    return _code(summary)


def _code(summary: Summary) -> int:
    return SOME_ERRORS if summary.totals["errors"] else DONE


def _conclude(summary: Summary, out: str, *, as_json: bool) -> None:
    totals = summary.totals
    if as_json:
        message("done", as_json=True, out=out, **summary.to_json())
        return
    message(
        f"{totals['inputs']} inputs: {totals['statements']} statements, {totals['units']} units, {totals['errors']} errors"
    )
    if summary.by["labels"]:
        message(table(summary.by["labels"], totals["units"]))
    if totals["errors"]:
        message(f"{totals['errors']} inputs could not be read; the reasons are in {_errors_file(out)}")
        _show_errors(Path(_errors_file(out)))
    if totals["without_statement"]:
        message(
            f"{totals['without_statement']} inputs hold no statement that names who speaks; "
            "where each is a statement or a sentence by itself, use --unit statement or --unit sentence"
        )
    message(f"written: {out}")


def _show_errors(path: Path, most: int = 3) -> None:
    with path.open(encoding="utf-8") as file:
        for line in islice(file, most):
            error = json.loads(line)
            row = f", row {error['row']}" if error["row"] is not None else ""
            message(f"  {error['source']}{row}: {error['reason']}")


def _errors_file(out: str) -> str:
    return f"{out}/errors.jsonl" if Path(out).is_dir() else f"{out}.errors.jsonl"
