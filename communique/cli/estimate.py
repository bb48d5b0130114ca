"""``communique estimate``: shares by group, corrected for the classifier's errors."""

from __future__ import annotations

from pathlib import Path

import click

from . import DONE
from ._show import message


@click.command(
    "estimate",
    epilog="""
\b
Examples:
  communique estimate run --coded coding.xlsx
  communique estimate run --coded coding.xlsx --by actor_type --versus company,government -o shares.csv
  communique estimate run --coded coding.xlsx --regress 'threat ~ actor_type + month' -o paper/
""",
)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--coded", required=True, multiple=True, help="The filled sheet of `communique sample`, or several.")
@click.option(
    "--by",
    help="Group by actor, actor_type, kind, publisher, speaker, month, year, target_kind, or a column of the input.",
)
@click.option("--labels", default="", help="These labels only, or groups of labels: opposition,threat,sentiment.")
@click.option("--versus", metavar="A,B", help="Compare these two groups of --by alone.")
@click.option("--regress", "formula", metavar="FORMULA", help="Explain a label: 'label ~ field + field'.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Write the result: .csv, .tex, or a folder for both."
)
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@click.option("--codebook", default="core", show_default=True, help="The codebook's YAML file, where it is not core's.")
@click.option(
    "--trained-on",
    multiple=True,
    help="A coded table that the model was trained on; its sentences are left out. Known for core itself.",
)
def command(
    run: Path,
    coded: tuple[str, ...],
    by: str | None,
    labels: str,
    versus: str | None,
    formula: str | None,
    out: Path | None,
    overwrite: bool,
    codebook: str,
    trained_on: tuple[str, ...],
) -> int:
    """Print the share of every label among the units of RUN, as the model has it and corrected by what was coded by hand.

    With --by, by group, and the differences between groups; with --regress, a regression instead. Intervals are 95 %.
    """
    from ..analysis import coding, tables
    from ..analysis.frame import read_frame
    from ..analysis.learned import learned
    from ..analysis.regression import Formula, explain
    from ..analysis.run import read_run
    from ..analysis.shares import find, labels_of
    from ..corpus.annotations import read_coded

    if (versus and not by) or (formula and (by or labels)):
        raise click.UsageError("--versus needs --by; --regress takes neither --by nor --labels")
    targets = tables.targets(out, "regression" if formula else "shares", overwrite=overwrite) if out else []
    found = read_run(run)
    book = found.codebook(codebook)
    parsed = Formula.parse(formula, book.labels) if formula else None
    chosen = labels_of(book, [name.strip() for name in labels.split(",") if name.strip()])
    known = learned(found, trained_on, book)
    frame = read_frame(found, book, known, parsed.terms if parsed else [by] if by else [])
    coded_units = coding.join(frame, read_coded(coded, book), book)
    if parsed:
        report = tables.report_regression(explain(coded_units, parsed), known.note)
    else:
        report = tables.report_shares(find(coded_units, book, chosen, by, versus), known.note)
    click.echo(report.text())
    for target in targets:
        report.write(target)
        message(f"written: {target}")
    return DONE
