"""The batch runner: inputs in, a run folder out, chunk by chunk."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..corpus.extraction import Actors
from ..corpus.readers import read
from ..corpus.records import Document, InputError, Prediction
from . import journal
from .prepare import Prepared, UnitMode, prepare
from .rows import line, statement_row, unit_row
from .summary import Summary

if TYPE_CHECKING:
    from .predictor import Predictor

CHUNK_UNITS = 2048
CHUNK_INPUTS = 4096
CHUNK_CHARACTERS = 4_000_000


@dataclass(frozen=True)
class Options:
    """What a user chooses of a run.

    Attributes:
        unit: how inputs are cut: ``auto``, ``statement`` or ``sentence``.
        text_column: the column with the text, where it is not called ``text``.
        actors: a YAML file with more actors and aliases.

    """

    unit: UnitMode = "auto"
    text_column: str | None = None
    actors: str | None = None


@dataclass
class Progress:
    """Where a run stands, for whoever shows it."""

    summary: Summary
    started: float = field(default_factory=time.monotonic)

    @property
    def rate(self) -> float:
        """Units a second since the start."""
        return self.summary.totals["units"] / max(time.monotonic() - self.started, 1e-9)


def score(
    inputs: Sequence[str],
    out: Path,
    predictor: Predictor | None,
    options: Options = Options(),
    *,
    resume: bool = False,
    overwrite: bool = False,
    report: Callable[[Progress], None] = lambda _: None,
) -> Summary:
    """Score `inputs` into the run folder `out`; without a predictor, find the statements only.

    Every input ends as a result or as a line of ``errors.jsonl``.

    Raises:
        UsageError: `out` exists and neither `resume` nor `overwrite` is given.
        CommuniqueError: `out` cannot be written, or what is to be resumed was made otherwise.

    """
    actors = Actors.load(options.actors) if options.actors else None
    manifest = make_manifest(inputs, predictor, options)
    with journal.open_run(out, manifest, resume=resume, overwrite=overwrite) as run:
        progress = Progress(Summary(run.checkpoint.counts))
        inputs_read = Inputs(read(inputs, text_column=options.text_column))
        inputs_read.skip(run.checkpoint)
        for chunk in chunks(inputs_read, options, actors):
            run.append(
                _lines(chunk, predictor, progress.summary),
                inputs_read.count,
                inputs_read.digest,
                progress.summary.to_json(),
            )
            report(progress)
        finished = manifest | {"inputs_sha256": inputs_read.digest, "finished": _now()}
        journal.write_json(out / journal.MANIFEST, finished)
        run.finish(progress.summary.to_json())
    return progress.summary


class Inputs:
    """The inputs as they are read: counted, digested, with repeated ids turned into errors."""

    def __init__(self, found: Iterable[Document | InputError]) -> None:
        self._found = iter(found)
        self._hash = hashlib.sha256()
        self._seen: set[int] = set()
        self.count = 0

    @property
    def digest(self) -> str:
        """SHA-256 over the inputs handed out so far."""
        return self._hash.hexdigest()

    def __iter__(self) -> Iterator[Document | InputError]:
        for item in self._found:
            self.count += 1
            self._hash.update(json.dumps(asdict(item), default=repr).encode() + b"\n")
            yield self._unrepeated(item)

    def _unrepeated(self, item: Document | InputError) -> Document | InputError:
        if isinstance(item, InputError):
            return item
        key = int.from_bytes(hashlib.blake2b(item.id.encode("utf-8", "replace"), digest_size=8).digest())
        if key in self._seen:
            return InputError(
                item.source or "", f"id {item.id!r} stands twice; give every row its own id", item.row, item.id
            )
        self._seen.add(key)
        return item

    def skip(self, checkpoint: journal.Checkpoint) -> None:
        """Read again what was consumed before, refusing inputs that are no longer the same."""
        from ..corpus.errors import CommuniqueError

        consumed = sum(1 for _ in islice(self, checkpoint.inputs))
        if consumed < checkpoint.inputs or (checkpoint.inputs and self.digest != checkpoint.digest):
            raise CommuniqueError(
                "cannot resume: the inputs changed since the run began; restore them, or start anew with --overwrite"
            )


def chunks(
    inputs: Iterable[Document | InputError], options: Options, actors: Actors | None = None
) -> Iterator[list[Prepared | InputError]]:
    """Cut prepared inputs into chunks; where a chunk ends depends on the inputs alone."""
    chunk: list[Prepared | InputError] = []
    units = characters = 0
    for item in inputs:
        ready = item if isinstance(item, InputError) else prepare(item, options.unit, actors)
        chunk.append(ready)
        units += len(ready.units) if isinstance(ready, Prepared) else 0
        characters += len(ready.document.text) if isinstance(ready, Prepared) else 0
        if units >= CHUNK_UNITS or len(chunk) >= CHUNK_INPUTS or characters >= CHUNK_CHARACTERS:
            yield chunk
            chunk, units, characters = [], 0, 0
    if chunk:
        yield chunk


def _lines(
    chunk: Sequence[Prepared | InputError], predictor: Predictor | None, summary: Summary
) -> dict[str, list[bytes]]:
    """Label a chunk and return the lines it adds to each file."""
    lines: dict[str, list[bytes]] = {name: [] for name in journal.FILES}
    units = [unit for item in chunk if isinstance(item, Prepared) for unit in item.units]
    answers = iter(predictor.predict(units) if predictor else [])
    for item in chunk:
        if isinstance(item, InputError):
            summary.error(item)
            lines["errors.jsonl"].append(line(item.to_json()))
            continue
        found = list(islice(answers, len(item.units)))
        summary.result(item, found)
        lines["statements.jsonl"] += _statement_lines(item, found, with_labels=predictor is not None)
        lines["units.jsonl"] += [line(unit_row(unit, one)) for unit, one in zip(item.units, found, strict=False)]
    return lines


def _statement_lines(item: Prepared, found: Sequence[Prediction], *, with_labels: bool) -> Iterator[bytes]:
    by_statement: dict[str, list[Prediction]] = {}
    for unit, one in zip(item.units, found, strict=False):
        by_statement.setdefault(unit.statement, []).append(one)
    for statement in item.statements:
        yield line(statement_row(statement, by_statement.get(statement.id, []) if with_labels else None))


def make_manifest(inputs: Sequence[str], predictor: Predictor | None, options: Options) -> dict[str, Any]:
    """Return what a run records of itself; `decides` holds what its result depends on."""
    import platform
    from importlib.metadata import version

    model = predictor.classifier if predictor else None
    versions = {name: version(name) for name in ("communique", "torch", "transformers", "tokenizers", "sentencex")}
    decides: dict[str, Any] = {"inputs": list(inputs), "options": asdict(options), "versions": versions}
    if options.actors:
        decides["actors_sha256"] = hashlib.sha256(Path(options.actors).read_bytes()).hexdigest()
    if model:
        decides |= {
            "model_sha256": model.digest,
            "codebook": f"{model.codebook.name} {model.codebook.version}",
            "codebook_sha256": model.codebook.digest,
            "thresholds": {name: label.threshold for name, label in model.calibration.labels.items()},
            "token_budget": model.token_budget,
            **execution(),
        }
    machine = {"python": sys.version.split()[0], "platform": platform.platform(), "processor": platform.processor()}
    return {"decides": decides, "model": model.source if model else None, "machine": machine, "started": _now()}


def execution() -> dict[str, Any]:
    """Return how the model runs on this machine: what changes the last bits of a probability."""
    import torch

    return {"precision": "fp32", "threads": torch.get_num_threads(), "device": "cpu"}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
