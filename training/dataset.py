"""From a recipe's data to what the loop eats: units by split, targets as arrays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from ..corpus import codebook as codebooks
from ..corpus import coded
from ..corpus.annotations import SPLITS, CodedUnit, read_coded
from ..corpus.codebook import Codebook
from ..corpus.errors import CommuniqueError
from ..models.calibration import Array
from ..models.inputs import Example
from ..models.metrics import Bools
from . import splits
from .recipe import Recipe


@dataclass(frozen=True)
class Dataset:
    """Coded units and their codebook; `targets` says what a unit is about, by its id."""

    units: tuple[CodedUnit, ...]
    codebook: Codebook
    targets: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.units)

    @cached_property
    def examples(self) -> list[Example]:
        """What the encoder sees of each unit."""
        return [Example(unit.text, unit.before, unit.speaker, self.targets.get(unit.id, "")) for unit in self.units]

    @cached_property
    def truth(self) -> Bools:
        """The multi-choice labels given: (units, labels)."""
        return self._table([name in unit.labels for unit in self.units for name in self.codebook.multi])

    @cached_property
    def known(self) -> Bools:
        """Which multi-choice labels somebody judged: (units, labels)."""
        return self._table([name not in unit.unknown for unit in self.units for name in self.codebook.multi])

    def _table(self, cells: list[bool]) -> Bools:
        return np.array(cells, dtype=bool).reshape(len(self.units), len(self.codebook.multi))

    @cached_property
    def weights(self) -> Array:
        """1/π of each unit, scaled to a mean of one."""
        found = np.array([unit.weight for unit in self.units], dtype=np.float64)
        return np.asarray(found / found.mean()) if len(found) else found

    @property
    def documents(self) -> list[str]:
        """The document of each unit."""
        return [unit.document for unit in self.units]

    def choice(self, group: codebooks.Group) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return the place of the chosen label in `group`, -1 where it is missing."""
        places = {name: n for n, name in enumerate(group.names)}
        return np.array([places.get(unit.choices.get(group.name, ""), -1) for unit in self.units], dtype=np.int64)

    def split(self, name: str) -> Dataset:
        """Return the units of one split."""
        return self.where([unit.split == name for unit in self.units])

    def where(self, keep: Sequence[bool]) -> Dataset:
        """Return the units for which `keep` holds."""
        return replace(self, units=tuple(unit for unit, kept in zip(self.units, keep, strict=True) if kept))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all that training and evaluation see of every unit, in order."""
        found = hashlib.sha256()
        for unit in self.units:
            seen = [unit.id, unit.document, unit.split, unit.text, unit.before, unit.speaker, float(unit.weight)]
            seen += [self.targets[unit.id]] if self.targets.get(unit.id) else []
            given = [sorted(unit.labels), sorted(unit.unknown), sorted(unit.choices.items())]
            found.update(json.dumps([*seen, *given]).encode() + b"\n")
        return found.hexdigest()


def load(recipe: Recipe) -> Dataset:
    """Return the recipe's units, every one in a split; units whose file names no split are divided by document.

    Raises:
        CommuniqueError: the data or the codebook cannot be read, or a document stands in two splits.

    """
    book = codebooks.core() if recipe.codebook == "core" else codebooks.load(recipe.codebook)
    units = coded.load() if recipe.data == "core" else read_coded([recipe.data], book)
    targets = column(recipe.data, units, recipe.inputs.target) if recipe.inputs.target else {}
    if not any(unit.split for unit in units):
        units = splits.divide(units, recipe.split)
    for unit in units:
        if unit.split not in SPLITS:
            raise CommuniqueError(f"{unit.id}: split is {unit.split!r}; it must be one of {', '.join(SPLITS)}")
    _refuse_leaks(units)
    return Dataset(tuple(units), book, targets)


def column(data: str, units: Sequence[CodedUnit], name: str) -> dict[str, str]:
    """Return a column of the coded units of `data` by their ids, refusing one that is not there."""
    found = {unit.id: str(unit.meta.get(name) or "") for unit in units}
    if not any(found.values()):
        raise CommuniqueError(f"{data} has no column {name!r} with anything in it; name the column as the table does")
    return found


def _refuse_leaks(units: Sequence[CodedUnit]) -> None:
    seen: dict[str, str] = {}
    for unit in units:
        if seen.setdefault(unit.document, unit.split) != unit.split:
            raise CommuniqueError(
                f"document {unit.document!r} stands in both {seen[unit.document]} and {unit.split}; "
                "give all its units one split"
            )
