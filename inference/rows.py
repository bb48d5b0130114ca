"""The lines of ``units.jsonl`` and ``statements.jsonl``, field by field."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ..corpus.records import Prediction, Statement, Unit

SENTIMENT_ORDER = ("negative", "neutral", "positive")


def line(row: dict[str, Any]) -> bytes:
    """Return `row` as one line of strict JSON."""
    return json.dumps(row, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace") + b"\n"


def unit_row(unit: Unit, found: Prediction) -> dict[str, Any]:
    """Return a line of ``units.jsonl``."""
    return {
        "id": unit.id,
        "doc": unit.doc,
        "statement": unit.statement,
        "text": unit.text,
        "start": unit.start,
        "end": unit.end,
        "before": unit.before,
        "speaker": unit.speaker,
        "actor": unit.actor,
        "actor_type": unit.actor_type,
        "kind": unit.kind,
        "on_behalf_of": unit.on_behalf_of,
        "title": unit.title,
        "date": unit.date,
        "publisher": unit.publisher,
        "meta": dict(unit.meta),
        "labels": list(found.labels),
        "scores": dict(found.scores),
        "sentiment": found.sentiment,
        "sentiment_scores": dict(found.sentiment_scores),
        "target": asdict(found.target) if found.target else None,
        "flags": list(found.flags),
    }


def statement_row(statement: Statement, found: Sequence[Prediction] | None) -> dict[str, Any]:
    """Return a line of ``statements.jsonl``; without predictions, what extraction alone knows."""
    row = asdict(statement)
    return row if found is None else row | summary_of(found)


def summary_of(found: Sequence[Prediction]) -> dict[str, Any]:
    """Sum up a statement's units: the union of labels, the largest scores, the sentiment of most.

    A reading aid, not calibrated probabilities.
    """
    names = list(found[0].scores) if found else []
    given = {label for one in found for label in one.labels}
    order = [name for name in names if name in given] + sorted(given - set(names))
    return {
        "labels": order,
        "scores": {name: max(one.scores[name] for one in found) for name in names},
        "sentiment": most_common_sentiment([one.sentiment for one in found if one.sentiment]),
    }


def most_common_sentiment(found: Sequence[str]) -> str | None:
    """Return the sentiment that most units carry; a tie is neutral."""
    ranked = Counter(found).most_common(2)
    if len(ranked) == 2 and ranked[0][1] == ranked[1][1]:
        return "neutral"
    return ranked[0][0] if ranked else None
