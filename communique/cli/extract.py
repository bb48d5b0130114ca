"""``communique extract``: find the statements only."""

from __future__ import annotations

from pathlib import Path

import click

from ..corpus.errors import UsageError
from . import DONE, SOME_ERRORS
from ._show import message, progress


@click.command("extract")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="A run folder.")
@click.option("--text-column", help="The column of a table that holds the text. [default: text]")
@click.option(
    "--actors", type=click.Path(exists=True, dir_okay=False), help="A YAML file with more actors and aliases."
)
@click.option(
    "--unresolved", type=click.Path(path_type=Path), metavar="FILE",
    help="Also write the speakers that no list of actors knows, as lines for a file of actors.",
)  # fmt: skip
@click.option("--resume", is_flag=True, help="Continue an interrupted run.")
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@click.option("--json", "as_json", is_flag=True, help="Messages as JSON, for programs.")
@click.option("--quiet", is_flag=True, help="No progress.")
def command(
    inputs: tuple[str, ...],
    out: Path,
    text_column: str | None,
    actors: str | None,
    unresolved: Path | None,
    resume: bool,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Find who says what in INPUT, without labels: OUT/statements.jsonl."""
    from ..inference import api, review
    from ..inference.chunks import Options
    from ..inference.predictor import tagger_for
    from ..inference.runner import score

    _refuse(unresolved, overwrite=overwrite)
    api.refuse_inside(inputs, out)
    report, close = progress(as_json=as_json, quiet=quiet)
    try:
        options = Options(text_column=text_column, actors=actors)
        marker = tagger_for(options)
        summary = score(inputs, out, None, options, marker=marker, resume=resume, overwrite=overwrite, report=report)
    finally:
        close()
    totals = summary.totals
    text = f"{totals['inputs']} inputs: {totals['statements']} statements, {totals['errors']} errors; written: {out}"
    message(text, as_json=as_json, **dict(totals))
    if unresolved is not None:
        count = review.write(out / "statements.jsonl", unresolved, options.load_actors())
        message(f"{count} unresolved speakers: {unresolved}", as_json=as_json, unresolved=count)
    return SOME_ERRORS if totals["errors"] else DONE


def _refuse(unresolved: Path | None, *, overwrite: bool) -> None:
    """Refuse a list that cannot be written before the work begins."""
    if unresolved is None:
        return
    if unresolved.exists() and not overwrite:
        raise UsageError(f"{unresolved} exists; give another --unresolved, or --overwrite")
    if not unresolved.parent.is_dir():
        raise UsageError(f"{unresolved.parent} is no folder; make it, or give another --unresolved")
