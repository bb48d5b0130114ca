"""The coded corpus of the shipped model: authored sentences whole, real ones as stand-off labels.

Real sentences are not ours to ship: ``coded.tsv`` holds their ids, labels, split and the probability with
which each was drawn, and this module joins them to the texts. How it was made stands in ``data/DATASHEET.md``.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .annotations import CodedUnit
from .codebook import DATA
from .errors import CommuniqueError

CODED = DATA / "coded.tsv"
AUTHORED = DATA / "authored.tsv"
CONTRAST = DATA / "authored_contrast.tsv"
POOL_VARIABLE = "COMMUNIQUE_POOL"
DROPPED = "frag"
REGISTERS = {
    "wh": "government", "state": "government", "senate": "government", "ungdc": "diplomatic",
    "msa": "compliance report", "hti5": "submission", "srai": "submission", "pressarc": "press release",
}  # fmt: skip


def load(pool: Path | None = None) -> list[CodedUnit]:
    """Return the whole corpus, authored and real.

    Raises:
        CommuniqueError: the real texts are not on this machine.

    """
    return authored() + real(pool)


def authored() -> list[CodedUnit]:
    """Return the authored units: fictional speakers, all for training."""
    return _authored(AUTHORED)


def contrast() -> list[CodedUnit]:
    """Return the authored contrast sets that no model learns from: small changes that change the labels."""
    return _authored(CONTRAST)


def _authored(path: Path) -> list[CodedUnit]:
    return [
        CodedUnit(
            id=row["id"],
            text=row["text"],
            labels=_labels(row["labels"]),
            choices={"sentiment": row["sentiment"]},
            before=row["before"],
            speaker=row["speaker"],
            kind=row["kind"],
            document=row["group"],
            split=row["split"],
            source="authored",
            register="authored",
            type=row["type"],
            coder=row["coder"],
        )
        for row in _rows(path)
    ]


def real(pool: Path | None = None) -> list[CodedUnit]:
    """Return the real units, joined to their texts in the pool."""
    rows = stand_off()
    texts = dict(pool_rows(pool or pool_folder(), {row["id"] for row in rows}))
    if not texts:
        raise CommuniqueError(f"none of the {len(rows)} coded sentences is in {pool or pool_folder()}")
    if len(texts) < len(rows):
        warnings.warn(
            f"{len(rows) - len(texts)} of {len(rows)} coded sentences are not in the pool: left out", stacklevel=2
        )
    return [_real_unit(row, texts[row["id"]]) for row in rows if row["id"] in texts]


def stand_off() -> list[dict[str, str]]:
    """Return the rows of ``coded.tsv``: what is known of the real units without their texts."""
    return [row for row in _rows(CODED) if row["flag"] != DROPPED]


def _real_unit(row: dict[str, str], text: dict[str, Any]) -> CodedUnit:
    return CodedUnit(
        id=row["id"],
        text=text["text"],
        labels=_labels(row["labels"]),
        choices={"sentiment": row["sentiment"]},
        before=text["before"] or "",
        speaker="" if row["flag"] == "other" else text["speaker"].split(" (")[0],
        kind=text["kind"],
        document=text["doc"],
        split=row["split"],
        weight=1 / float(row["pi"]) if row["pi"] else 1.0,
        source=text["source"],
        register=REGISTERS[text["source"]],
        coder=row["coder"],
    )


def _labels(cell: str) -> frozenset[str]:
    return frozenset(cell.split(",")) if cell else frozenset()


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def pool_folder() -> Path:
    """Return the folder with the source texts: ``$COMMUNIQUE_POOL``, or ``../shared/data/pool`` beside the checkout."""
    named = os.environ.get(POOL_VARIABLE)
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data" / "pool"
    if not folder.is_dir():
        raise CommuniqueError(
            f"the texts of the coded sentences are not at {folder}; they are not ours to ship: "
            f"rebuild them as corpus/data/DATASHEET.md says and set {POOL_VARIABLE} to the folder"
        )
    return folder


def pool_rows(folder: Path, wanted: Iterable[str] | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (id, row) of the pool's sentences, of those `wanted` alone where given."""
    chosen = None if wanted is None else set(wanted)
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                if chosen is None or line[8 : line.index('"', 8)] in chosen:
                    row = json.loads(line)
                    yield row["id"], row
