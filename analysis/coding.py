"""Coded units joined to the units of a run: what was judged of whom, and with which weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..corpus.annotations import CodedUnit
from ..corpus.codebook import Codebook
from ..corpus.errors import CommuniqueError
from ..inference.sinks import formula_safe
from .estimation import Sample
from .frame import Array, Bools, Frame, Ints, checksum

OF_SPEAKER = ("actor", "actor_type", "speaker", "on_behalf_of")
"""Groupings to which a unit belongs through its speaker alone."""


@dataclass(frozen=True)
class Coding:
    """What was coded of a frame's units.

    Attributes:
        frame: the units of the run.
        places: where each coded unit stands among them: (n,).
        weights: 1/π: (n,).
        truth: which labels were given: (n, L).
        known: which labels were judged: (n, L).
        is_statement: 1 yes, 0 no, -1 nobody judged: (n,).
        speaker_right: the same for the speaker: (n,).
        learned: how many coded units were left out, as the model has learned from them.

    """

    frame: Frame
    places: Ints
    weights: Array
    truth: Bools
    known: Bools
    is_statement: Ints
    speaker_right: Ints
    learned: int = 0

    def valid(self, by: str | None) -> tuple[Bools, Bools]:
        """Return which coded units are usable, and which of them are true members of their group: (n,) each.

        Where coders judged if a unit is a statement, it has to be one; where the grouping is by who speaks and they judged
        that, the speaker has to be right. A unit that is not judged in such a question is not usable.

        """
        usable, valid = np.ones(len(self.places), dtype=bool), np.ones(len(self.places), dtype=bool)
        for _, answers in self._asked(by):
            if (answers >= 0).any():
                usable &= (answers >= 0) | ~valid
                valid &= answers == 1
        return usable, valid & usable

    def _asked(self, by: str | None) -> list[tuple[str, Ints]]:
        """Return what a unit has to be in a grouping, put as what it is not, with what coders answered."""
        of_speaker = [("not of the speaker named", self.speaker_right)] if by in OF_SPEAKER else []
        return [("no statement", self.is_statement), *of_speaker]

    def sample(self, label: str, inside: Bools, by: str | None = None) -> Sample:
        """Return the units for which `inside` holds, (N,), with what was coded of them on `label`."""
        column = self.frame.column(label)
        usable, valid = self.valid(by)
        chosen = inside[self.places] & usable & (self.known[:, column] | ~valid)
        return Sample(
            documents=self.frame.documents[inside],
            scores=self.frame.scores[inside, column],
            coded=(np.cumsum(inside) - 1)[self.places[chosen]],
            truth=self.truth[chosen, column],
            valid=valid[chosen],
            weights=self.weights[chosen],
        )

    def notes(self, by: str | None = None) -> Iterator[str]:
        """Yield what the reader of an estimate has to know of how units were drawn, coded and left out."""
        usable, valid = self.valid(by)
        if len(self.places) < len(self.frame) and np.all(self.weights == 1):
            yield "The coded units carry no inclusion probabilities (column pi): they are taken for a simple random sample."
        judged = [wrong for wrong, answers in self._asked(by) if (answers >= 0).any()]
        if judged:
            count = int((usable & ~valid).sum())
            yield f"{count} coded units were found to be {' or '.join(judged)}: shares are of the others."
        if taken := [wrong for wrong, _ in self._asked(by) if wrong not in judged]:
            yield (
                "Intervals are conditional on the extraction: nobody coded which units are "
                f"{' or '.join(taken)}, so they count as they were found."
            )
        yield "Statements that extraction missed are in no figure."
        if missing := int((~usable).sum()):
            yield f"{missing} coded units have no answer in is_statement or speaker_right and are not used."
        if left := len(self.frame.left_out):
            yield (
                f"{left} units that the model has learned from, or whose documents it has, are left out; "
                f"{self.learned} of them were coded."
            )


def join(frame: Frame, units: Sequence[CodedUnit], book: Codebook) -> Coding:
    """Join coded units to the units of a run by their ids.

    Raises:
        CommuniqueError: a unit is not in the run, has another text there, or is coded twice; or nothing is coded.

    """
    coded = [unit for unit in units if _is_coded(unit, book)]
    _refuse_repeated(coded)
    found = [unit for unit in coded if not _among(unit.id, frame.left_out)]
    left = len(coded) - len(found)
    if not found:
        raise CommuniqueError(
            "none of the coded units can be used: the model has learned from all of them"
            if left
            else "no row is coded yet: write 1 or 0 into the columns of the labels"
        )
    places = _places(frame, found)
    columns = [(name, _group(book, name)) for name in book.labels]
    return Coding(
        frame=frame,
        places=places,
        weights=np.array([unit.weight for unit in found]),
        truth=np.array([[_gave(unit, name, group) for name, group in columns] for unit in found]),
        known=np.array([[_knows(unit, name, group) for name, group in columns] for unit in found]),
        is_statement=np.array([_answer(unit.is_statement) for unit in found]),
        speaker_right=np.array([_answer(unit.speaker_right) for unit in found]),
        learned=left,
    )


def _group(book: Codebook, label: str) -> str | None:
    """Return the single-choice group of `label`, None for a multi-choice label."""
    return next((group.name for group in book.single if label in group.names), None)


def _is_coded(unit: CodedUnit, book: Codebook) -> bool:
    """Return whether anything at all was judged."""
    return unit.judged(book) or bool(unit.verdicts)


def _refuse_repeated(units: Sequence[CodedUnit]) -> None:
    repeated = [name for name, count in Counter(unit.id for unit in units).items() if count > 1]
    if repeated:
        raise CommuniqueError(
            f"unit {repeated[0]} is coded {sum(unit.id == repeated[0] for unit in units)} times; settle what coders differ in, "
            "and give one row a unit"
        )


def _among(name: str, ids: frozenset[str]) -> bool:
    return name in ids or (name.startswith("'") and name[1:] in ids)


def _places(frame: Frame, units: Sequence[CodedUnit]) -> Ints:
    """Return where the units stand in the frame, refusing those that are not the same there."""
    known = {formula_safe(name): place for place, name in enumerate(frame.ids)}
    known |= {name: place for place, name in enumerate(frame.ids)}
    for unit in units:
        if unit.id not in known:
            raise CommuniqueError(f"unit {unit.id} is not in the run; give the sheet that was drawn from this run")
        if checksum(unit.text) != frame.checksums[known[unit.id]]:
            raise CommuniqueError(
                f"unit {unit.id} has another text in the run; give the sheet that was drawn from this run, "
                "with its column text unchanged"
            )
    return np.array([known[unit.id] for unit in units], dtype=np.int64)


def _gave(unit: CodedUnit, label: str, group: str | None) -> bool:
    return unit.choices.get(group) == label if group else label in unit.labels


def _knows(unit: CodedUnit, label: str, group: str | None) -> bool:
    return group in unit.choices if group else label not in unit.unknown


def _answer(judged: bool | None) -> int:
    return -1 if judged is None else int(judged)
