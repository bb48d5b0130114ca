"""From inputs to chunks: what is read, prepared and tokenised ahead of the model, and made durable at once.

Where a chunk ends is a function of the inputs alone, so that a resumed run asks the model what an uninterrupted one
asked, batch by batch. Chunks end where *shards* end; a shard ends after so many inputs or characters, which needs no
preparing, so that several machines cut the same chunks as one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from ..corpus.attributions import Marker
from ..corpus.errors import CommuniqueError
from ..corpus.extraction import Actors
from ..corpus.extraction.parties import Parties
from ..corpus.extraction.targets import targets_of
from ..corpus.records import Document, InputError, Prediction
from . import journal
from .prepare import Prepared, UnitMode, begin, finish, marked
from .rows import fields, line, statement_row, unit_row
from .seen import Seen
from .summary import Summary

if TYPE_CHECKING:
    from .predictor import Predictor

CHUNK_UNITS = 2048
BLOCK_CHARACTERS = 200_000
SHARD_INPUTS = 4096
SHARD_CHARACTERS = 4_000_000


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

    def load_actors(self) -> Actors | None:
        """Return the user's own actors on top of the shipped ones; None where there are none of their own."""
        return Actors.load(self.actors) if self.actors else None


DEFAULTS = Options()


@dataclass(frozen=True)
class Chunk:
    """What is labelled and made durable at once.

    Attributes:
        items: prepared documents, and inputs that could not be read.
        tokenised: their units as the predictor wants them.
        inputs: inputs consumed up to the end of this chunk.
        digest: SHA-256 over them.

    """

    items: Sequence[Prepared | InputError]
    tokenised: Any
    inputs: int
    digest: str


class Inputs:
    """The inputs as they are read: counted, digested, cut into shards, with repeated ids turned into errors."""

    def __init__(self, found: Iterable[Document | InputError]) -> None:
        self._found = iter(found)
        self._hash = hashlib.sha256()
        self._seen = Seen()
        self._in_shard = self._characters = 0
        self.count = 0

    @property
    def digest(self) -> str:
        """SHA-256 over the inputs handed out so far."""
        return self._hash.hexdigest()

    @property
    def shard_ends(self) -> bool:
        """Whether the input handed out last is the last of its shard."""
        return self._in_shard >= SHARD_INPUTS or self._characters >= SHARD_CHARACTERS

    def __iter__(self) -> Iterator[Document | InputError]:
        for item in self._found:
            if self.shard_ends:
                self._in_shard = self._characters = 0
            self.count += 1
            self._in_shard += 1
            self._characters += len(item.text) if isinstance(item, Document) else 0
            self._hash.update(json.dumps(fields(item), default=repr).encode() + b"\n")
            yield self._unrepeated(item)

    def _unrepeated(self, item: Document | InputError) -> Document | InputError:
        if isinstance(item, InputError) or self._seen.add(item.id):
            return item
        reason = f"id {item.id!r} stands twice; give every row its own id"
        return InputError(item.source or "", reason, item.row, item.id)

    def skip(self, checkpoint: journal.Checkpoint) -> None:
        """Read again what was consumed before, refusing inputs that are no longer the same."""
        consumed = sum(1 for _ in islice(self, checkpoint.inputs))
        if consumed < checkpoint.inputs or (checkpoint.inputs and self.digest != checkpoint.digest):
            raise CommuniqueError(
                "cannot resume: the inputs changed since the run began; restore them, or start anew with --overwrite"
            )


def cut(
    inputs: Inputs, options: Options, actors: Actors | None = None, marker: Marker | None = None
) -> Iterator[list[Prepared | InputError]]:
    """Prepare inputs and cut them into chunks; where a chunk ends depends on the inputs alone."""
    chunk: list[Prepared | InputError] = []
    units = 0
    for block in _blocks(inputs, BLOCK_CHARACTERS if marker else 0):
        ready = prepared(block, options, actors, marker)
        chunk += ready
        units += sum(len(one.units) for one in ready if isinstance(one, Prepared))
        if units >= CHUNK_UNITS or inputs.shard_ends:
            yield chunk
            chunk, units = [], 0
    if chunk:
        yield chunk


def _blocks(inputs: Inputs, characters: int) -> Iterator[list[Document | InputError]]:
    """Cut inputs into blocks of so many characters, whose sentences are marked at once; none outlasts its shard."""
    block: list[Document | InputError] = []
    size = 0
    for item in inputs:
        block.append(item)
        size += len(item.text) if isinstance(item, Document) else 0
        if size >= characters or inputs.shard_ends:
            yield block
            block, size = [], 0
    if block:
        yield block


def prepared(
    items: Sequence[Document | InputError], options: Options, actors: Actors | None, marker: Marker | None
) -> list[Prepared | InputError]:
    """Return inputs with their statements and units; one that makes a rule fail is an error and stops nothing."""
    begun = [
        item if isinstance(item, InputError) else _guarded(item, partial(begin, item, options.unit, actors))
        for item in items
    ]
    marks = marked([[] if isinstance(one, InputError) else one.sentences for one in begun], marker)
    return [
        one
        if isinstance(one, InputError)
        else _guarded(one.document, partial(finish, one, options.unit, found, actors))
        for one, found in zip(begun, marks, strict=True)
    ]


Made = TypeVar("Made")


def _guarded(document: Document, make: Callable[[], Made]) -> Made | InputError:
    """Return what is made of a document, or that it cannot be made."""
    try:
        return make()
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError) as error:
        reason = f"its statements cannot be found ({type(error).__name__}); please report this text as a fault"
        return InputError(document.source or "", reason, document.row, document.id)


def chunks(
    inputs: Inputs,
    options: Options,
    actors: Actors | None,
    predictor: Predictor | None,
    marker: Marker | None = None,
) -> Iterator[Chunk]:
    """Read, prepare and tokenise chunk by chunk: all that can be done ahead of the model."""
    for items in cut(inputs, options, actors, marker):
        units = [unit for item in items if isinstance(item, Prepared) for unit in item.units]
        tokenised = predictor.tokenise(units) if predictor else None
        yield Chunk(items, tokenised, inputs.count, inputs.digest)


def label(
    chunk: Chunk, predictor: Predictor | None, summary: Summary, actors: Actors | None = None
) -> dict[str, list[bytes]]:
    """Label a chunk, count it, and return the lines it adds to each file."""
    lines: dict[str, list[bytes]] = {name: [] for name in journal.FILES}
    answers = iter(predictor.label(chunk.tokenised) if predictor else [])
    for item in chunk.items:
        if isinstance(item, InputError):
            summary.error(item)
            lines["errors.jsonl"].append(line(item.to_json()))
            continue
        found = list(islice(answers, len(item.units)))
        summary.result(item, found)
        lines["statements.jsonl"] += _statement_lines(item, found, with_labels=predictor is not None)
        lines["units.jsonl"] += unit_lines(item, found, actors)
    return lines


def unit_lines(item: Prepared, found: Sequence[Prediction], actors: Actors | None = None) -> list[bytes]:
    """Return the lines of ``units.jsonl``, with their targets; none where nothing was predicted."""
    if not found:
        return []
    targets = targets_of(item.units, [one.labels for one in found], Parties(actors or Actors.load(), item.statements))
    return [
        line(unit_row(unit, replace(one, target=target)))
        for unit, one, target in zip(item.units, found, targets, strict=True)
    ]


def _statement_lines(item: Prepared, found: Sequence[Prediction], *, with_labels: bool) -> Iterator[bytes]:
    by_statement: dict[str, list[Prediction]] = {}
    for unit, one in zip(item.units, found, strict=False):
        by_statement.setdefault(unit.statement, []).append(one)
    for statement in item.statements:
        yield line(statement_row(statement, by_statement.get(statement.id, []) if with_labels else None))
