"""What a run found, counted as it goes: for the progress line, ``summary.json`` and the last table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ..corpus.records import InputError, Prediction
from .prepare import Prepared

COUNTERS = ("labels", "sentiments", "actor_types", "kinds", "flags")


class Summary:
    """Running totals of a run."""

    def __init__(self, counts: Mapping[str, Any] | None = None) -> None:
        found = dict(counts or {})
        self.totals = Counter[str](found.get("totals", {}))
        self.by: dict[str, Counter[str]] = {name: Counter(found.get(name, {})) for name in COUNTERS}

    def error(self, _: InputError) -> None:
        """Count an input that could not be read."""
        self.totals.update(inputs=1, errors=1)

    def result(self, prepared: Prepared, found: Sequence[Prediction]) -> None:
        """Count a document, its statements and its units."""
        self.totals.update(inputs=1, results=1, statements=len(prepared.statements), units=len(prepared.units))
        self.totals.update(without_statement=not prepared.statements)
        self.by["kinds"].update(statement.kind for statement in prepared.statements)
        self.by["actor_types"].update(unit.actor_type or "unresolved" for unit in prepared.units)
        for one in found:
            self.by["labels"].update(one.labels)
            self.by["sentiments"].update([one.sentiment] if one.sentiment else [])
            self.by["flags"].update(one.flags)

    def add(self, counts: Mapping[str, Any]) -> None:
        """Count what another summary, as JSON, has counted."""
        self.totals.update(counts["totals"])
        for name in COUNTERS:
            self.by[name].update(counts[name])

    def to_json(self) -> dict[str, Any]:
        """Return what ``summary.json`` and the journal hold."""
        totals = {
            name: self.totals[name]
            for name in ("inputs", "results", "errors", "statements", "units", "without_statement")
        }
        return {"totals": totals} | {name: dict(sorted(self.by[name].items())) for name in COUNTERS}
