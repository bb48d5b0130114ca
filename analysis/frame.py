"""The units of a run in columns: what is sampled from, and what estimates speak of."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..corpus.codebook import Codebook
from ..corpus.errors import CommuniqueError, UsageError
from ..corpus.rebuild import squeeze
from .learned import Learned
from .run import FIELDS, NONE, Run, ScoredUnit

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
_SHOWN = 12
_CHECKED = 10_000
"""Letters and digits of a text that are compared; a spreadsheet's cell may hold no more than 32,767 characters."""


@dataclass(frozen=True)
class Frame:
    """The units of a run, in its order.

    Attributes:
        ids: the units' ids, N of them.
        documents: the document of each unit, as a number: (N,).
        checksums: of each unit's letters and digits: (N,).
        places: where each unit stands in the run, from 0 on: (N,).
        labels: the names of the labels, L of them.
        scores: the model's probabilities: (N, L).
        given: the labels that the model gave: (N, L).
        columns: what each unit has in some field, a text each: (N,).
        left_out: the ids of the run's units that are not here, as the model has learned from them or their documents.

    """

    ids: tuple[str, ...]
    documents: Ints
    checksums: Ints
    places: Ints
    labels: tuple[str, ...]
    scores: Array
    given: Bools
    columns: dict[str, npt.NDArray[np.str_]]
    left_out: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.documents)

    def column(self, label: str) -> int:
        """Return the place of `label` among the labels."""
        return self.labels.index(label)

    def where(self, kept: Bools) -> Frame:
        """Return the units for which `kept` holds."""
        return replace(
            self,
            ids=tuple(name for name, keep in zip(self.ids, kept, strict=True) if keep),
            documents=self.documents[kept],
            checksums=self.checksums[kept],
            places=self.places[kept],
            scores=self.scores[kept],
            given=self.given[kept],
            columns={name: values[kept] for name, values in self.columns.items()},
        )


def read_frame(run: Run, book: Codebook, known: Learned, columns: Sequence[str] = ()) -> Frame:
    """Read the units of a run that its model has not learned from.

    Args:
        run: a finished run.
        book: its codebook.
        known: what its model has learned from.
        columns: fields of the units (`run.FIELDS`) or columns of the input to keep.

    Raises:
        UsageError: no unit has such a field.
        CommuniqueError: the run is damaged, holds no units, or none that the model has not learned from.

    """
    building = _Building(book.labels, {name: [] for name in columns})
    for unit in run.units():
        building.add(unit, known.holds(unit.text))
    if not building.ids:
        raise CommuniqueError(f"{run.path} holds no units; there is nothing to estimate")
    building.refuse_unknown_columns()
    return building.frame(run)


class _Building:
    """A frame while its units are read."""

    def __init__(self, labels: tuple[str, ...], columns: dict[str, list[str]]) -> None:
        self.labels = labels
        self.columns = columns
        self.ids: list[str] = []
        self.numbers: dict[str, int] = {}
        self.documents: list[int] = []
        self.checksums: list[int] = []
        self.scores: list[Array] = []
        self.given: list[Bools] = []
        self.known: list[int] = []
        self.met: dict[str, None] = {}

    def add(self, unit: ScoredUnit, known: int) -> None:
        try:
            self.scores.append(np.array([unit.score(label) for label in self.labels]))
        except (KeyError, ValueError, TypeError) as error:
            raise CommuniqueError(f"unit {unit.id} lacks a score ({error}); score the inputs again") from error
        self.ids.append(unit.id)
        self.documents.append(self.numbers.setdefault(unit.doc, len(self.numbers)))
        self.checksums.append(checksum(unit.text))
        self.given.append(np.array([unit.gave(label) for label in self.labels]))
        self.known.append(known)
        self.met.update(dict.fromkeys(unit.meta))
        for name, values in self.columns.items():
            values.append(unit.value(name) or NONE)

    def refuse_unknown_columns(self) -> None:
        for name in self.columns:
            if name not in FIELDS and name not in self.met:
                own = ", ".join(list(self.met)[:_SHOWN]) or "none"
                raise UsageError(
                    f"no unit has a field {name!r}; there are {', '.join(FIELDS)}, and the input's own columns: {own}"
                )

    def frame(self, run: Run) -> Frame:
        documents, known = np.array(self.documents, dtype=np.int64), np.array(self.known)
        whole = np.isin(documents, documents[known == 2])
        fresh = (known == 0) & ~whole
        if not fresh.any():
            raise CommuniqueError(
                f"{run.path}: the model has learned from every document of this run; estimate on documents new to it"
            )
        everything = Frame(
            ids=tuple(self.ids),
            documents=documents,
            checksums=np.array(self.checksums, dtype=np.int64),
            places=np.arange(len(self.ids)),
            labels=self.labels,
            scores=np.array(self.scores, dtype=np.float64),
            given=np.array(self.given),
            columns={name: np.array(values, dtype=np.str_) for name, values in self.columns.items()},
            left_out=frozenset(name for name, kept in zip(self.ids, fresh, strict=True) if not kept),
        )
        return everything.where(fresh)


def checksum(text: str) -> int:
    """Return a number that stays the same however a spreadsheet changes the spaces and marks of `text`."""
    return zlib.crc32(squeeze(text)[0][:_CHECKED].encode("utf-8", "replace"))
