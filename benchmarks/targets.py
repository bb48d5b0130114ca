"""How often the target of an act comes out right, on ninety invented units annotated before there were rules.

    python benchmarks/targets.py [--each]

`benchmarks/data/targets.tsv` marks the target by braces, in the unit or in the one before. Rows with an odd number were
there to write the rules by; those with an even number are held out. Exact: the span is the same; overlap: it shares words
with the right one. Actor and kind are counted where spans overlap. A unit with no target wants none.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from communique.corpus.extraction import Actors
from communique.corpus.extraction.parties import Parties
from communique.corpus.extraction.targets import target_of
from communique.corpus.records import Target, Unit

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Case:
    """An annotated unit: the one before it, its labels, and the target it must have (offsets into both as one text)."""

    id: str
    labels: tuple[str, ...]
    previous: Unit | None
    unit: Unit
    span: tuple[int, int] | None
    actor: str | None
    kind: str | None

    @property
    def held_out(self) -> bool:
        return int(self.id[1:]) % 2 == 0

    def found(self, actors: Actors) -> Target | None:
        return target_of(self.unit, self.labels, Parties(actors), self.previous)


def cases() -> list[Case]:
    with (DATA / "targets.tsv").open(encoding="utf-8", newline="") as file:
        return [case(row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def case(row: dict[str, Any]) -> Case:
    marked = f"{row['before']} {row['text']}".lstrip()
    match = re.search(r"\{(.*)\}", marked)
    start = len(row["before"].translate({123: None, 125: None})) + bool(row["before"])
    previous = unit(row, "before", 0) if row["before"] else None
    span = (match.start(), match.end() - 2) if match else None
    return Case(
        row["id"], tuple(row["labels"].split(",")), previous, unit(row, "text", start), span, row["actor"] or None,
        row["kind"] or None,
    )  # fmt: skip


def unit(row: dict[str, Any], column: str, start: int) -> Unit:
    text = re.sub(r"[{}]", "", row[column])
    kind = row["speaker_type"]
    return Unit(row["id"], row["id"], row["id"], text, start, start + len(text), actor_type=kind)


def count(case: Case, found: Target | None) -> Counter[str]:
    if case.span is None or found is None:
        return Counter(wanted=case.span is not None, found=found is not None, none=case.span is None and found is None)
    shared = min(case.span[1], found.end) - max(case.span[0], found.start)
    hit = shared > 0
    return Counter(
        wanted=1, found=1, exact=case.span == (found.start, found.end), overlap=hit,
        actor=hit and found.actor == case.actor, kind=hit and found.kind == case.kind,
    )  # fmt: skip


def report(name: str, chosen: list[Case], actors: Actors) -> None:
    total = sum((count(one, one.found(actors)) for one in chosen), Counter[str]())
    shares = ", ".join(
        f"{what} P {total[what] / max(total['found'], 1):.2f} R {total[what] / max(total['wanted'], 1):.2f}"
        for what in ("exact", "overlap")
    )
    rest = ", ".join(f"{what} {total[what] / max(total['overlap'], 1):.2f}" for what in ("actor", "kind"))
    print(f"{name:<9} {len(chosen)} units, {total['wanted']} with a target: {shares}; where they overlap {rest}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", action="store_true", help="print every unit of the first half that is not right")
    chosen = parser.parse_args()
    actors, every = Actors.load(DATA / "target_actors.yaml"), cases()
    for one in every if chosen.each else ():
        found = one.found(actors)
        right = (one.span, one.actor, one.kind)
        given = ((found.start, found.end), found.actor, found.kind) if found else (None, None, None)
        if not one.held_out and right != given:
            print(f"{one.id} {one.unit.text}\n    {found}; wanted {one.span} {one.actor} {one.kind}")
    report("tuned on", [one for one in every if not one.held_out], actors)
    report("held out", [one for one in every if one.held_out], actors)


if __name__ == "__main__":
    main()
