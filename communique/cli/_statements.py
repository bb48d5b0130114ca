"""The readable table of a run: who says what, with labels, probabilities and sentiment."""

from __future__ import annotations

import json
import shutil
from itertools import groupby
from pathlib import Path
from typing import Any

import click

COLOURS = {"negative": "red", "neutral": None, "positive": "green"}


def show_run(folder: Path, most: int = 200) -> None:
    """Print the units of a run, document by document, on stdout."""
    from ._show import wrap

    width = min(shutil.get_terminal_size((110, 40)).columns, 120)
    for doc, rows in groupby(_units(folder, most), key=lambda row: row["doc"]):
        click.secho(f"\n{doc}", bold=True)
        speaker = None
        for row in rows:
            if (who := _who(row)) != speaker:
                speaker = who
                click.secho(f"  {who}", fg="cyan")
            for text in wrap(row["text"], width - 6):
                click.echo(f"      {text}")
            click.echo(f"      {_labels(row)}")


def _units(folder: Path, most: int) -> list[dict[str, Any]]:
    rows = []
    with (folder / "units.jsonl").open(encoding="utf-8") as file:
        for line in file:
            rows.append(json.loads(line))
            if len(rows) == most:
                break
    return rows


def _who(row: dict[str, Any]) -> str:
    actor, speaker = row["actor"], row["speaker"]
    name = actor or speaker or "unresolved speaker"
    said_by = f", {speaker}" if actor and speaker and speaker != actor else ""
    return f"{name} ({row['actor_type'] or 'type unknown'}){said_by}"


def _labels(row: dict[str, Any]) -> str:
    scores = row["scores"]
    labels = " ".join(f"{name} {scores[name]:.2f}" if name in scores else name for name in row["labels"]) or "no stance"
    flags = f"  [{', '.join(row['flags'])}]" if row["flags"] else ""
    sentiment = row["sentiment"] or ""
    return f"→ {click.style(labels, bold=bool(row['labels']))} · {click.style(sentiment, fg=COLOURS.get(sentiment))}{flags}"
