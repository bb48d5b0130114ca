"""What a model has learned from, by fingerprint: such sentences say nothing about how often it errs elsewhere.

Known are the sentences of the shipped corpus on which *core* was trained and calibrated, and the coded tables that a
user names. Not known is what an encoder read before it was trained here. Sentences of fewer than 16 letters and digits
have no fingerprint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..corpus import coded
from ..corpus.annotations import read_coded
from ..corpus.codebook import Codebook
from ..corpus.rebuild import fingerprint, read_sentences
from ..models.folder import CORE, ModelFolder
from .run import Run

LONG = 40
"""Letters and digits from which on a sentence betrays its whole document; shorter ones recur ("Thank you very much.")."""
LEARNING = ("train", "dev", "")

Mark = tuple[int, str]
"""The length of a sentence in letters and digits, and a digest of them."""


@dataclass(frozen=True)
class Learned:
    """The sentences that a model has learned from.

    Attributes:
        marks: their fingerprints.
        note: what is known of them and what is not, for the reader of a result.

    """

    marks: frozenset[Mark]
    note: str

    def holds(self, text: str) -> int:
        """Return 0 if `text` is not among the sentences, 1 if it is, 2 if its whole document must be taken for known."""
        mark = _mark(text)
        if mark is None or mark not in self.marks:
            return 0
        return 2 if mark[0] >= LONG else 1


def learned(run: Run, tables: Sequence[str], book: Codebook) -> Learned:
    """Return what is known of the sentences from which the model of `run` has learned.

    Args:
        run: a run; that of the shipped model is known by the model's digest.
        tables: coded tables on which the model was trained, or ``core`` for the shipped corpus.
        book: the codebook of those tables.

    """
    core = run.model == ModelFolder(CORE).digest()
    marks = set(_core()) if core or "core" in tables else set()
    files = [table for table in tables if table != "core"]
    marks |= set(_marks(unit.text for unit in read_coded(files, book) if unit.split in LEARNING) if files else ())
    return Learned(frozenset(marks), _note(core=core, tables=tables))


def of_core() -> Learned:
    """Return the sentences from which the shipped model has learned."""
    return Learned(frozenset(_core()), _note(core=True, tables=()))


def _note(*, core: bool, tables: Sequence[str]) -> str:
    if not core and not tables:
        return (
            "What the model of this run learned from is not known, so nothing of it is left out: "
            "name the coded tables it was trained on with --trained-on."
        )
    names = ["the corpus of the model core"] if core or "core" in tables else []
    named = " and ".join([*names, *(table for table in tables if table != "core")])
    return (
        f"Left out are sentences, and documents with a sentence, on which the model was trained or calibrated ({named}); "
        "those under 16 letters cannot be recognised, and what its encoder read before is not known."
    )


def _core() -> Iterator[Mark]:
    """Yield the sentences of the shipped corpus, real and authored, that were not kept for the test."""
    rows = read_sentences()
    for unit in coded.stand_off():
        if unit["split"] in LEARNING and unit["id"] in rows:
            row = rows[unit["id"]]
            yield int(row["length"]), row["digest"]
    yield from _marks(unit.text for unit in coded.authored())


def _marks(texts: Iterable[str]) -> Iterator[Mark]:
    return (mark for mark in map(_mark, texts) if mark is not None)


def _mark(text: str) -> Mark | None:
    found = fingerprint(text)
    return (found.length, found.digest) if found else None
