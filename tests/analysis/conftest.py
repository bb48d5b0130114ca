"""Runs made by hand: what the model said of each unit is written down, so that what analysis makes of it can be told."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from communique.corpus import codebook as codebooks

SENTIMENT = ("negative", "neutral", "positive")


def unit(n: int, **known: Any) -> dict[str, Any]:
    """A line of ``units.jsonl``; `labels` have the probability 0.9, the sentiment 0.8."""
    book = codebooks.core()
    labels, sentiment = known.pop("labels", []), known.pop("sentiment", "neutral")
    row = {
        "id": f"u{n}", "doc": f"d{n}", "statement": f"d{n}:s1", "text": f"Sentence number {n} of the run.", "start": 0, "end": 10,
        "before": "", "speaker": "Ostra", "actor": "Ostra", "actor_type": "company", "kind": "direct", "on_behalf_of": None,
        "title": "A title", "date": "2025-03-14", "publisher": None, "meta": {}, "target": None, "flags": [],
        "labels": labels, "scores": {name: 0.9 if name in labels else 0.05 for name in book.multi},
        "sentiment": sentiment, "sentiment_scores": {name: 0.8 if name == sentiment else 0.1 for name in SENTIMENT},
    }  # fmt: skip
    return row | known


TOPICS = """\
name: topics
version: "1.0"
groups:
  - {name: topic, choice: single, labels: [trade, health]}
  - {name: stance, choice: multi, labels: [opposition, support]}
  - {name: sentiment, choice: single, labels: [negative, neutral, positive]}
"""


@pytest.fixture
def topics(tmp_path: Path) -> SimpleNamespace:
    """A codebook in which another single choice stands before the sentiment, and what a unit has under it."""
    (tmp_path / "topics.yaml").write_text(TOPICS, encoding="utf-8")
    scores = {"trade": 0.7, "health": 0.3, "opposition": 0.1, "support": 0.9}
    return SimpleNamespace(book=codebooks.load(tmp_path / "topics.yaml"), fields={"scores": scores})


@pytest.fixture
def made_unit() -> Callable[..., dict[str, Any]]:
    return unit


@pytest.fixture
def made_run(tmp_path: Path) -> Callable[[Sequence[dict[str, Any]]], Path]:
    """Write a finished run of the core codebook, labelled by a model that nobody has."""

    def make(rows: Sequence[dict[str, Any]], name: str = "run", **decides: Any) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        book = codebooks.core()
        known = {
            "inputs": ["texts"], "options": {"unit": "auto", "text_column": None, "actors": None}, "versions": {"communique": "0.1.0"},
            "model_sha256": "a" * 64, "codebook": "core 1.0", "codebook_sha256": book.digest,
            "thresholds": dict.fromkeys(book.multi, 0.5),
        }  # fmt: skip
        manifest = {"decides": known | decides, "machine": {"python": "3.11"}, "started": "2025-04-01T10:00:00+00:00"}
        manifest |= {"inputs_sha256": "b" * 64, "finished": "2025-04-01T10:01:00+00:00"}
        totals = {"inputs": len(rows), "results": len(rows), "errors": 0, "statements": len(rows), "units": len(rows)}
        (folder / "units.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        (folder / "summary.json").write_text(json.dumps({"totals": totals}), encoding="utf-8")
        (folder / "errors.jsonl").write_text("")
        return folder

    return make
