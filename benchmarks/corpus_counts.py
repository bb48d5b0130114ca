"""Count the coded corpus: units and positives by split, codings by coder.

python benchmarks/corpus_counts.py
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict

from communique.corpus import codebook, coded
from communique.corpus.codebook import DATA


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def main() -> None:
    rows = [row for row in table("coded.tsv") if row["flag"] != coded.DROPPED]
    splits = {name: [row for row in rows if row["split"] == name] for name in ("train", "dev", "test")}
    authored = table("authored.tsv")
    print("| label | train, real | train, authored | dev | test |\n|---|--:|--:|--:|--:|")
    print(f"| *units* | {len(splits['train'])} | {len(authored)} | {len(splits['dev'])} | {len(splits['test'])} |")
    counts = {
        name: Counter(label for row in part for label in row["labels"].split(",")) for name, part in splits.items()
    }
    written = Counter(label for row in authored for label in row["labels"].split(","))
    for label in codebook.core().multi:
        print(
            f"| {label} | {counts['train'][label]} | {written[label]} | {counts['dev'][label]} | {counts['test'][label]} |"
        )
    coders = defaultdict(set)
    for row in table("codings.tsv"):
        coders[row["id"]].add(row["coder"])
    independent = sum(len({c for c in found if not c.startswith("adj")}) > 1 for found in coders.values())
    dropped = sum(row["flag"] == coded.DROPPED for row in table("coded.tsv"))
    blind = sum(row["coder"] != "author" for row in authored)
    short = sum(len(row["text"].split()) <= 4 for row in authored)
    print(f"\n{dropped} drawn rows were dropped as no sentence; {independent} items were coded twice independently;")
    print(f"{blind} authored sentences were coded again blind; {short} authored ones have at most four words.")


if __name__ == "__main__":
    main()
