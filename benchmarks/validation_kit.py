"""The human-validation kit: 300 sentences of the test split for people to code, and what to compare them with.

`python benchmarks/validation_kit.py FOLDER` writes `sheet.csv` to fill, the codebook, how to fill it, and `reference.csv`,
what the corpus says of the same sentences. Half of the sentences are drawn at random, half so that each label has some. Their texts
must be on this machine (see corpus/data/DATASHEET.md); the draw is the same on every machine.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from communique.corpus import codebook, coded
from communique.corpus.annotations import CodedUnit
from communique.corpus.codebook import Codebook
from communique.inference.sinks import formula_safe

SIZE, SEED = 300, 1
HOW_TO = """\
# How to validate the labels

You need `codebook.yaml` and `sheet.csv`. Do not open `reference.csv` before you have finished, and do not look at what a model says.

1. Read the codebook. Code the first twenty rows, talk them over with your fellow coders, then code alone.
2. Write your name into `coder` and, for each label, 1 if the sentence (`text`) carries it and 0 if not; `before` and `speaker` are there to
   understand it. In `sentiment`: negative, neutral or positive. **A blank means "not judged", never no.**
3. Save as CSV in UTF-8. Each coder fills a sheet of their own.

Then compare:

    communique agreement sheet-anna.csv sheet-ben.csv            # people with each other
    communique agreement sheet-anna.csv reference.csv            # a person with the corpus that trained the model
    communique evaluate core --data sheet-anna.csv               # a person with the model

150 of the 300 sentences are a random part of the test split; the others were sought so that each label has some. Please send us what you find.
"""


def main() -> None:
    """Write the kit into the folder that the command line names."""
    if len(sys.argv) != 2:
        sys.exit("name a folder for the kit: python benchmarks/validation_kit.py FOLDER")
    out, book = Path(sys.argv[1]), codebook.core()
    drawn = draw([unit for unit in coded.real() if unit.split == "test"], book)
    out.mkdir(parents=True, exist_ok=True)
    (out / "codebook.yaml").write_text(codebook.dump(book), encoding="utf-8")
    (out / "HOWTO.md").write_text(HOW_TO, encoding="utf-8")
    _write(out / "sheet.csv", [_blank(unit, book) for unit in drawn])
    _write(out / "reference.csv", [_coded(unit) for unit in drawn])
    print(f"{len(drawn)} sentences in {out}; begin with {out / 'HOWTO.md'}")


def draw(units: Sequence[CodedUnit], book: Codebook) -> list[CodedUnit]:
    """Return half of the kit at random, the rest label by label in turn, all of it in random order."""
    rng = random.Random(SEED)
    left = rng.sample(sorted(units, key=lambda unit: unit.id), k=len(units))
    drawn, left = left[: SIZE // 2], left[SIZE // 2 :]
    while len(drawn) < SIZE:
        for name in book.multi:
            found = next((unit for unit in left if name in unit.labels), None)
            if found and len(drawn) < SIZE:
                drawn.append(found)
                left.remove(found)
    return rng.sample(drawn, k=len(drawn))


def _blank(unit: CodedUnit, book: Codebook) -> dict[str, str]:
    known = {"id": unit.id, "document": unit.document, "coder": "", "speaker": unit.speaker, "before": unit.before}
    answers = dict.fromkeys((*book.multi, *(group.name for group in book.single), "note"), "")
    return known | {"text": unit.text} | answers


def _coded(unit: CodedUnit) -> dict[str, str]:
    return {
        "id": unit.id, "coder": "corpus", "text": unit.text, "labels": ";".join(sorted(unit.labels)), **unit.choices,
    }  # fmt: skip


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({key: formula_safe(value) for key, value in row.items()} for row in rows)


if __name__ == "__main__":
    main()
