"""``communique sample``: draw units to code by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import DONE
from ._show import message

if TYPE_CHECKING:
    from ..analysis.design import Design
    from ..analysis.frame import Frame


@click.command(
    "sample",
    epilog="""
\b
Examples:
  communique sample run --half-width 0.03                       how many are needed?
  communique sample run -n 400 -o coding.xlsx                   a simple random sample
  communique sample run -n 400 -o coding.xlsx --design stratified --by actor_type
  communique sample run -n 400 -o coding.xlsx --design label --label threat
""",
)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-n", "size", type=click.IntRange(min=1), default=400, show_default=True, help="How many units to draw.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The sheet to write: .xlsx or .csv.")
@click.option(
    "--design",
    "name",
    type=click.Choice(["random", "stratified", "uncertain", "label"]),
    default="random",
    show_default=True,
    help="stratified draws as many from each value of --by; uncertain prefers units of which the model is unsure; "
    "label prefers those that may carry --label.",
)
@click.option("--label", help="The label that the design label looks for.")
@click.option("--by", help="The strata: actor_type, actor, kind, publisher, month, year, or a column of the input.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed draws the same units.")
@click.option(
    "--half-width",
    type=click.FloatRange(0, 0.5, min_open=True, max_open=True),
    help="Draw nothing; say how many units an interval of ± this share takes.",
)
@click.option("--codebook", default="core", show_default=True, help="The codebook's YAML file, where it is not core's.")
@click.option(
    "--trained-on",
    multiple=True,
    help="A coded table that the model was trained on; its sentences are never drawn. Known for core itself.",
)
def command(
    run: Path,
    size: int,
    out: Path | None,
    name: str,
    label: str | None,
    by: str | None,
    seed: int,
    half_width: float | None,
    codebook: str,
    trained_on: tuple[str, ...],
) -> int:
    """Draw units of RUN to code by hand, each with a known chance, into a sheet that shows nothing the model says.

    Beside the sheet come its codebook, instructions for coders, and a record of the design. `communique estimate`
    reads the sheet when it is filled.
    """
    from ..analysis import design, sheet
    from ..analysis.frame import read_frame
    from ..analysis.learned import learned
    from ..analysis.run import read_run

    _refuse_odd(name, label, by, out, half_width)
    found = read_run(run)
    book = found.codebook(codebook)
    known = learned(found, trained_on, book)
    if out is not None and half_width is None:
        sheet.refuse_impossible(out)
    frame = read_frame(found, book, known, [by] if by else [])
    _say_left_out(frame, known.note)
    if half_width is not None:
        _show_needs(frame, half_width)
        return DONE
    assert out is not None  # noqa: S101 (for the type checker; `_refuse_odd` saw to it)
    plan = design.plan(name, frame, size, label=label, by=by)
    drawn = plan.draw(seed)
    record = {
        "run": str(run), "model_sha256": found.model, "inputs_sha256": found.manifest.get("inputs_sha256"),
        "codebook_sha256": book.digest, "design": name, "label": label, "by": by, "n": size, "seed": seed,
        "units": len(frame), "left_out": len(frame.left_out), "trained_on": list(trained_on),
    }  # fmt: skip
    strata = plan.strata[drawn].tolist()
    sheet.write(out, found, book, sheet.Drawn(frame.places[drawn], plan.pi[drawn].tolist(), strata, record))
    _say_expected(plan, frame)
    message(f"written: {out}, and beside it {', '.join(path.name for path in sheet.beside(out))}")
    return DONE


def _refuse_odd(name: str, label: str | None, by: str | None, out: Path | None, half_width: float | None) -> None:
    if out is None and half_width is None:
        raise click.UsageError("give -o SHEET to draw a sample, or --half-width to ask how many it takes")
    if (name == "label") != (label is not None):
        raise click.UsageError("--design label and --label LABEL go together")
    if (name == "stratified") != (by is not None):
        raise click.UsageError("--design stratified and --by FIELD go together")


def _say_left_out(frame: Frame, note: str) -> None:
    if frame.left_out:
        message(
            f"{len(frame.left_out)} units that the model has learned from, or whose documents it has, are not drawn."
        )
    message(note)


def _say_expected(plan: Design, frame: Frame) -> None:
    from ..analysis.design import expected_positives
    from ..analysis.estimation import ENOUGH

    expected = expected_positives(plan, frame)
    message(f"{round(plan.pi.sum())} of {len(frame)} units drawn")
    rare = {name: count for name, count in expected.items() if count < ENOUGH}
    if rare:
        listed = ", ".join(f"{name} {count:.0f}" for name, count in sorted(rare.items(), key=lambda item: item[1]))
        message(f"By the model's probabilities, these will have fewer than {ENOUGH} positives in it: {listed}.")
        message("Draw more, or look for one with --design label --label LABEL.")


def _show_needs(frame: Frame, half_width: float) -> None:
    from ..analysis.design import needs
    from ..analysis.estimation import ENOUGH

    click.echo(
        f"Units to code, drawn at random, for a 95 % interval of ± {100 * half_width:g} points; the run has {len(frame)}.\n"
    )
    click.echo(f"| label | share | coded alone | with the model | for {ENOUGH} positives |\n|---|--:|--:|--:|--:|")
    for need in needs(frame, half_width, ENOUGH):
        counts = (need.alone, need.corrected, need.positives)
        cells = " | ".join("more than the run" if n is None or n > len(frame) else str(n) for n in counts)
        click.echo(f"| {need.label} | {need.share:.1%} | {cells} |")
    click.echo(
        "\nShares are the means of the model's probabilities. Sentences of one document resemble each other: add some."
    )
