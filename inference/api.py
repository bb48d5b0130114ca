"""Scoring as a call: from inputs and options to a run folder, a single file, or a stream."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from ..corpus.errors import UsageError
from ..corpus.readers import read
from ..corpus.records import InputError
from . import execution, journal, predictor, runner, sinks
from .chunks import Inputs, Options, prepared, unit_lines
from .manifest import recorded
from .predictor import Predictor, tagger_for
from .prepare import UNIT_MODES, Prepared
from .rows import line
from .runner import Progress
from .stream import available
from .summary import Summary


def score_to(
    inputs: Sequence[str],
    out: Path,
    *,
    model: str | Path = "core",
    unit: str = "auto",
    text_column: str | None = None,
    actors: str | None = None,
    precision: str = "auto",
    engine: str = "local",
    address: str | None = None,
    formats: Sequence[str] = (),
    resume: bool = False,
    overwrite: bool = False,
    report: Callable[[Progress], None] = lambda _: None,
) -> Summary:
    """Score `inputs` to `out`: a run folder, or a single file in the format of its suffix.

    Raises:
        UsageError: an option has no such value, or `out` exists or lies in a folder that is read.
        CommuniqueError: the model cannot be loaded or `out` not be written.

    """
    options = _options(unit, text_column, actors)
    _check_formats(formats)
    refuse_inside(inputs, out)
    run = _engine(engine, address, model)
    if out.suffix[1:] not in sinks.FORMATS:
        found = _predictor(model, precision, out if resume else None)
        marker = tagger_for(options, found.execution)
        summary = run(inputs, out, found, options, marker=marker, resume=resume, overwrite=overwrite, report=report)
        for name in formats:
            sinks.convert(out / "units.jsonl", out / f"units.{name}")
        return summary
    return _score_to_file(
        run, inputs, out, model, options, precision=precision, resume=resume, overwrite=overwrite, report=report
    )


def refuse_inside(inputs: Sequence[str], out: Path) -> None:
    """Refuse an `out` that is read as an input itself, in this run or the next."""
    written = Path(os.path.realpath(out))
    for name in inputs:
        read = Path(os.path.realpath(name))
        if name != "-" and (written == read or (read.is_dir() and written.is_relative_to(read))):
            raise UsageError(f"{out} is the input {name}, or lies in it, and would be read with it; give another -o")


def _engine(engine: str, address: str | None, model: str | Path) -> Callable[..., Summary]:
    """Return what scores into a run folder: the runner of this machine, or that of a cluster."""
    if engine == "local":
        if address:
            raise UsageError(f"address {address!r} is that of a cluster; add --engine ray")
        return runner.score
    if engine != "ray":
        raise UsageError(f"engine is {engine!r}; it must be local or ray")
    from . import ray_engine

    return partial(ray_engine.score, source=model, address=address)


def _score_to_file(
    run: Callable[..., Summary], inputs: Sequence[str], out: Path, model: str | Path, options: Options, *, precision: str, resume: bool,
    overwrite: bool, report: Callable[[Progress], None],
) -> Summary:  # fmt: skip
    """Score into a hidden run folder beside `out`, then write `out` and its errors and drop the folder."""
    if out.exists() and not overwrite:
        raise UsageError(f"{out} exists; give another -o, or --overwrite")
    folder = out.with_name(f".{out.name}.run")
    found = _predictor(model, precision, folder if resume else None)
    marker = tagger_for(options, found.execution)
    summary = run(inputs, folder, found, options, marker=marker, resume=resume, overwrite=not resume, report=report)
    with journal.locked(folder):
        sinks.convert(folder / "units.jsonl", out)
        errors = out.with_name(f"{out.name}.errors.jsonl")
        errors.unlink(missing_ok=True)
        if summary.totals["errors"]:
            shutil.copyfile(folder / "errors.jsonl", errors)
        journal.clear(folder)
    with suppress(OSError):  # another run has begun there
        folder.rmdir()
    return summary


def score_to_stdout(
    inputs: Sequence[str], *, model: str | Path = "core", unit: str = "auto", text_column: str | None = None,
    actors: str | None = None, precision: str = "auto", out: BinaryIO | None = None,
) -> Summary:  # fmt: skip
    """Score `inputs` to stdout as lines of ``units.jsonl``, each as soon as its input was read; errors go to stderr."""
    options, summary, labels = _options(unit, text_column, actors), Summary(), _predictor(model, precision)
    known, marker = options.load_actors(), tagger_for(options, labels.execution)
    sink = out or sys.stdout.buffer
    for block in available(iter(Inputs(read(inputs, text_column=text_column)))):
        ready = prepared(block, options, known, marker)
        found = iter(labels.predict([unit for one in ready if isinstance(one, Prepared) for unit in one.units]))
        for one in ready:
            if isinstance(one, InputError):
                summary.error(one)
                sys.stderr.buffer.write(line(one.to_json()))
                continue
            answers = [next(found) for _ in one.units]
            summary.result(one, answers)
            sink.writelines(unit_lines(one, answers, known))
        sink.flush()
    return summary


def _options(unit: str, text_column: str | None, actors: str | None) -> Options:
    for mode in UNIT_MODES:
        if mode == unit:
            return Options(mode, text_column, actors)
    raise UsageError(f"unit is {unit!r}; it must be one of {', '.join(UNIT_MODES)}")


def _check_formats(formats: Sequence[str]) -> None:
    for name in formats:
        if name not in sinks.FORMATS[1:]:
            raise UsageError(f"format {name!r} is not known; choose from {', '.join(sinks.FORMATS[1:])}")


def _predictor(model: str | Path, precision: str, resumed: Path | None = None) -> Predictor:
    """Load the model to run as this machine runs it best, or as the run that is `resumed` began."""
    return predictor.load(model, execution.choose(precision, recorded(resumed) if resumed else None))
