"""The statements of a run for the report's browser: the first of them as they stand in the page, all of them as compact rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ...corpus.codebook import Codebook
from ..run import Run, ScoredUnit

READABLE = 60
"""How many statements stand in the page for those who read it without the script."""
PER_MILLE = 1000


@dataclass(frozen=True)
class Said:
    """A statement: its sentences, each with what the model says of it."""

    units: tuple[ScoredUnit, ...]

    @property
    def first(self) -> ScoredUnit:
        """The first sentence, which knows all that is known of the statement."""
        return self.units[0]


def statements(run: Run) -> Iterator[Said]:
    """Yield the statements of a run that have sentences."""
    for _, units in groupby(run.units(), key=lambda unit: (unit.doc, unit.statement)):
        yield Said(tuple(units))


class Rows:
    """The statements as the script reads them: texts that recur are numbers into lists, probabilities are per mille.

    A statement is ``[document, actor, type, speaker, kind, [sentence, …]]``; a sentence is ``[text, [label, …], sentiment,
    [probability of each label of the codebook, …], [flag, …]]``; -1 stands for what is not known.
    """

    def __init__(self, book: Codebook) -> None:
        self._book = book
        self._labels = {name: n for n, name in enumerate(book.labels)}
        self._lists: dict[str, dict[Any, int]] = {
            name: {} for name in ("docs", "actors", "types", "speakers", "kinds", "flags")
        }
        self._statements: list[list[Any]] = []

    def add(self, said: Said) -> None:
        """Add a statement."""
        unit = said.first
        self._statements.append(
            [
                self._number("docs", (unit.title or "", unit.date or "", unit.publisher or "", unit.doc)),
                self._number("actors", unit.actor),
                self._number("types", unit.actor_type),
                self._number("speakers", unit.speaker),
                self._number("kinds", unit.kind),
                [self._sentence(one) for one in said.units],
            ]
        )

    def _number(self, name: str, value: Any) -> int:
        found = self._lists[name]
        return -1 if value is None else found.setdefault(value, len(found))

    def _sentence(self, unit: ScoredUnit) -> list[Any]:
        scores = [round(unit.score(label) * PER_MILLE) for label in self._book.labels]
        given = [self._labels[name] for name in unit.labels]
        flags = [self._number("flags", flag) for flag in unit.flags]
        return [unit.text, given, self._labels.get(unit.sentiment or "", -1), scores, flags]

    def to_json(self) -> Mapping[str, Any]:
        """Return what the page's data block holds."""
        lists = {name: list(found) for name, found in self._lists.items()}
        names = {"labels": self._book.labels, "sentiments": self._book.sentiments}
        return {**names, **lists, "statements": self._statements}
