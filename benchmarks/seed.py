"""The article that the project started from: it must always come out right.

    python benchmarks/seed.py [FILE] [--model MODEL]

Prints a row for each sentence that must come out right, and exits with the number of rows that are wrong.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path

import communique
from communique.inference.predictor import Predictor
from communique.inference.prepare import prepare
from communique.models.tagger import Shipped

FILE = Path(__file__).parents[2] / "shared" / "seed" / "000_91bcff2193117d39.txt"
FURTHER = 1  # labels beyond "must" and "may"


@dataclass(frozen=True)
class Expected:
    actor: str
    type: str
    begins: str
    must: set[str]
    may: set[str] = field(default_factory=set)
    either: tuple[str, ...] = ()
    negative: bool = False


ROWS = [
    Expected(
        "Bureau of Industry and Security|Department of Commerce",
        "government",
        "it will add 28|announced that it will add",
        {"commitment"},
        {"condemnation", "security"},
    ),
    Expected(
        "Department of Commerce",
        "government",
        "The U.S. government and Department of Commerce cannot",
        {"opposition", "condemnation", "human_rights"},
        negative=True,
    ),
    Expected(
        "Department of Commerce",
        "government",
        "This action will ensure",
        {"human_rights"},
        {"condemnation", "commitment", "reassurance"},
    ),
    Expected("Dahua", "company", "protesting the|released a statement", {"opposition", "demand"}),
    Expected("Dahua", "company", "As a global business entity", {"compliance_claim"}),
    Expected("Dahua", "company", "Dahua is actively working", {"compliance_claim"}, {"commitment"}),
    Expected("Dahua", "company", "Regarding such decision", {"reassurance"}, {"commitment"}),
    Expected("Hikvision", "company", "the company has been working with", {"engagement", "denial"}),
    Expected(
        "Hikvision",
        "company",
        "Hikvision strongly opposes",
        {"opposition", "harm_claim", "human_rights"},
        negative=True,
    ),
    Expected(
        "Hikvision",
        "company",
        "Hikvision, as the security",
        {"human_rights"},
        {"compliance_claim", "commitment", "security"},
    ),
    Expected(
        "Hikvision",
        "company",
        "the company retained",
        {"human_rights"},
        {"commitment"},
        ("compliance_claim", "engagement"),
    ),
    Expected(
        "Hikvision", "company", "Punishing Hikvision", {"harm_claim"}, {"opposition", "engagement"}, negative=True
    ),
]
NOBODY = ("This is in retaliation", "Being placed on this")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    parser.add_argument("--model", default="core")
    chosen = parser.parse_args()
    if not chosen.file.is_file():
        sys.exit(f"the article is not at {chosen.file}")
    document = communique.Document("seed", chosen.file.read_text(encoding="utf-8"))
    units = prepare(document, "auto", marker=Shipped()).units
    found = Predictor(communique.load(chosen.model)).predict(units)
    wrong = 0
    for row in ROWS:
        near = [
            (u, p)
            for u, p in zip(units, found, strict=True)
            if any(" ".join(u.text.split()).startswith(b) for b in row.begins.split("|"))
        ]
        problem = check(row, *near[0]) if near else "not found"
        wrong += bool(problem)
        given = ", ".join(f"{name} {near[0][1].scores[name]:.2f}" for name in near[0][1].labels) if near else ""
        print(f"{'ok   ' if not problem else 'WRONG'} {row.begins.split('|')[0][:44]:<45} {given}  {problem or ''}")
    for text in NOBODY:
        inside = any(text in unit.text for unit in units)
        wrong += inside
        print(f"{'WRONG' if inside else 'ok   '} {text:<45} {'stands in a statement' if inside else 'not a statement'}")
    sys.exit(wrong)


def check(row: Expected, unit: communique.Unit, found: communique.Prediction) -> str:
    labels = set(found.labels)
    if not any(name in (unit.actor or "") for name in row.actor.split("|")) or unit.actor_type != row.type:
        return f"actor {unit.actor} ({unit.actor_type})"
    if missing := row.must - labels:
        return f"lacks {', '.join(sorted(missing))}"
    if row.either and not labels & set(row.either):
        return f"lacks {' or '.join(row.either)}"
    if row.negative and found.sentiment != "negative":
        return f"sentiment {found.sentiment}"
    further = labels - row.must - row.may - set(row.either)
    return f"also {', '.join(sorted(further))}" if len(further) > FURTHER else ""


if __name__ == "__main__":
    main()
