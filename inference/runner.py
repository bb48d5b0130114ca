"""The batch runner: inputs in, a run folder out, chunk by chunk."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..corpus.errors import CommuniqueError
from ..corpus.readers import count, read
from . import journal, syndication
from .chunks import DEFAULTS, Inputs, Options, chunks, label
from .manifest import make_manifest, now
from .stream import ahead
from .summary import Summary

if TYPE_CHECKING:
    from ..models.tagger import Shipped
    from .predictor import Predictor


@dataclass
class Progress:
    """Where a run stands, for whoever shows it.

    Attributes:
        summary: what was found so far, with what an interrupted run had found.
        expected: how many inputs there are, roughly; None where nobody can say.

    """

    summary: Summary
    expected: int | None = None
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._before = dict(self.summary.totals)

    @property
    def rate(self) -> float:
        """Units a second since the start."""
        return self._since("units") / max(time.monotonic() - self.started, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the end at the pace since the start; None where nobody can say."""
        done = self._since("inputs")
        if not self.expected or not done:
            return None
        left = max(self.expected - self.summary.totals["inputs"], 0)
        return left * (time.monotonic() - self.started) / done

    def _since(self, name: str) -> int:
        return self.summary.totals[name] - self._before.get(name, 0)


def score(
    inputs: Sequence[str],
    out: Path,
    predictor: Predictor | None,
    options: Options = DEFAULTS,
    *,
    marker: Shipped | None = None,
    resume: bool = False,
    overwrite: bool = False,
    report: Callable[[Progress], None] = lambda _: None,
) -> Summary:
    """Score `inputs` into the run folder `out`; without a predictor, find the statements only.

    Every input ends as a result or as a line of ``errors.jsonl``. A thread reads, prepares and tokenises the next
    chunk while the model is at work on one. `marker` is the tagger that finds statements beside the rules.

    Raises:
        UsageError: `out` exists and neither `resume` nor `overwrite` is given.
        CommuniqueError: `out` cannot be written, or what is to be resumed was made otherwise.

    """
    actors = options.load_actors()
    manifest = make_manifest(inputs, predictor, options, marker=marker)
    if resume and not overwrite and journal.is_finished(out):
        return finished(inputs, out, manifest, options)
    with journal.open_run(out, manifest, resume=resume, overwrite=overwrite) as run:
        progress = Progress(Summary(run.checkpoint.counts), count(inputs))
        found = Inputs(read(inputs, text_column=options.text_column))
        found.skip(run.checkpoint)
        for chunk in ahead(chunks(found, options, actors, predictor, marker)):
            lines = label(chunk, predictor, progress.summary, actors)
            run.append(lines, chunk.inputs, chunk.digest, progress.summary.to_json())
            report(progress)
        ended = manifest | {"inputs_sha256": found.digest, "finished": now()}
        with journal.writing(out):
            journal.write_json(out / journal.MANIFEST, ended)
        run.finish(progress.summary.to_json(), rewrite={"statements.jsonl": syndication.mark})
    return progress.summary


def finished(inputs: Sequence[str], out: Path, manifest: Mapping[str, Any], options: Options) -> Summary:
    """Return the summary of a run that is finished, as where only what is made of it was interrupted.

    Raises:
        CommuniqueError: it was made of other inputs, or otherwise.

    """
    end = journal.end_of(out, manifest)
    found = Inputs(read(inputs, text_column=options.text_column))
    found.skip(end)
    if next(iter(found), None) is not None:
        raise CommuniqueError(f"{out} holds a finished run of fewer inputs; give another -o, or --overwrite")
    return Summary(end.counts)
