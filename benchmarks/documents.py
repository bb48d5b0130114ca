"""The main job on whole real documents: 40 drawn at random, annotated by reading before any tuning on them.

Three rules about issuers were added after the errors on them had been seen: the speaker figure is no longer blind.

`benchmarks/data/documents.tsv` holds the statements as offsets, `document_units.tsv` the labels of sentences drawn
from them. The documents themselves are not ours to ship: give their folder, by default ../shared/data/documents.

    python benchmarks/documents.py [FOLDER] [--model MODEL]

Overlap: precision is the share of the characters found that stand in an annotated statement, recall the share of the
annotated characters found, each averaged over documents. Speaker: the share of the annotated characters found whose actor
is right. Labels: micro-F1 over the drawn sentences that the pipeline found; a sentence it missed has no labels.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "shared" / "data" / "documents"
COMMON = frozenset(  # words that tell no organisation from another
    [
        "the",
        "us",
        "of",
        "and",
        "inc",
        "ltd",
        "limited",
        "plc",
        "pty",
        "corporation",
        "corp",
        "company",
        "group",
        "association",
        "american",
        "national",
        "united",
        "states",
        "for",
        "department",
        "health",
        "services",
        "office",
        "technology",
        "technologies",
        "council",
        "institute",
        "alliance",
        "australia",
        "australian",
        "medical",
        "information",
    ]
)


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def lines(path: Path) -> list[dict]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def words(name: str | None) -> set[str]:
    text = (name or "").replace("U.S.", "US").lower()
    return set(re.findall(r"[a-z0-9]+", text))


def same_actor(found: str | None, right: str) -> bool:
    """Return whether two names mean one organisation: half of the shorter one's telling words, or the initials."""
    a, b = words(found) - COMMON, words(right) - COMMON
    initials = "".join(word[0] for word in re.findall(r"[A-Z][A-Za-z]*", right)).lower()
    return words(found) == words(right) or initials in words(found) or 2 * len(a & b) >= max(1, min(len(a), len(b)))


def mask(spans: list[tuple[int, int]], size: int) -> np.ndarray:
    found = np.zeros(size, dtype=bool)
    for start, end in spans:
        found[start:end] = True
    return found


def run(folder: Path, files: list[str], model: str) -> Path:
    out = Path(tempfile.mkdtemp()) / "run"
    command = [
        sys.executable,
        "-m",
        "communique",
        "score",
        *(str(folder / name) for name in files),
        "-o",
        str(out),
        "--model",
        model,
        "--quiet",
    ]
    done = subprocess.run(command, check=False)
    if done.returncode:
        sys.exit(f"communique score ended with {done.returncode}")
    return out


def joins_back(units: list[dict], folder: Path) -> bool:
    texts = {name: (folder / name).read_bytes().decode("utf-8-sig") for name in {unit["doc"] for unit in units}}
    return all(texts[unit["doc"]][unit["start"] : unit["end"]] == unit["text"] for unit in units)


def overlap(gold: dict[str, list[dict]], found: dict[str, list[dict]], folder: Path) -> list[dict[str, float]]:
    scores = []
    for name, statements in gold.items():
        size = len((folder / name).read_text(encoding="utf-8"))
        right = mask([(int(s["start"]), int(s["end"])) for s in statements], size)
        given = mask([(s["start"], s["end"]) for s in found[name]], size)
        both, named, typed = (right & given).sum(), 0, 0
        for s in statements:
            for f in found[name]:
                shared = max(0, min(int(s["end"]), f["end"]) - max(int(s["start"]), f["start"]))
                named += shared * same_actor(f["actor"], s["actor"])
                typed += shared * (f["actor_type"] == s["actor_type"])
        p, r = both / max(given.sum(), 1), both / max(right.sum(), 1)
        scores.append(
            {
                "file": name,
                "precision": p,
                "recall": r,
                "f1": 2 * p * r / max(p + r, 1e-9),
                "speaker": named / max(both, 1),
                "type": typed / max(both, 1),
            }
        )
    return scores


def labels(units: list[dict], coded: list[dict[str, str]]) -> tuple[float, float, int]:
    by_file = defaultdict(list)
    for unit in units:
        by_file[unit["doc"]].append(unit)
    tp = fp = fn = missed = sentiment = 0
    for row in coded:
        start, end = int(row["start"]), int(row["end"])
        best = max(by_file[row["file"]], key=lambda u: min(end, u["end"]) - max(start, u["start"]), default=None)
        hit = best is not None and min(end, best["end"]) - max(start, best["start"]) > 0.5 * (end - start)
        given = set(best["labels"]) if best is not None and hit else set()
        right = set(filter(None, row["labels"].split(",")))
        tp, fp, fn, missed = (
            tp + len(given & right),
            fp + len(given - right),
            fn + len(right - given),
            missed + (not hit),
        )
        sentiment += bool(best is not None and hit and best["sentiment"] == row["sentiment"])
    return 2 * tp / max(2 * tp + fp + fn, 1), sentiment / len(coded), missed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--model", default="core")
    parser.add_argument("--each", action="store_true", help="print every document's figures")
    chosen = parser.parse_args()
    if not chosen.folder.is_dir():
        sys.exit(f"the documents are not at {chosen.folder}; see corpus/data/DATASHEET.md for where they come from")
    gold = defaultdict(list)
    for row in rows("documents.tsv"):
        gold[row["file"]].append(row)
    out = run(chosen.folder, sorted(gold), chosen.model)
    found, units = defaultdict(list), lines(out / "units.jsonl")
    for statement in lines(out / "statements.jsonl"):
        found[statement["doc"]].append(statement)
    scores = overlap(gold, found, chosen.folder)
    if chosen.each:
        for one in sorted(scores, key=lambda s: s["f1"] + s["speaker"]):
            actors = sorted({s["actor"] or "?" for s in found[one["file"]]})[:4]
            print(
                f"{one['f1']:.2f} {one['speaker']:.2f} {one['type']:.2f} {one['file'][:60]} {actors} | {gold[one['file']][0]['actor']}"
            )
    rng = np.random.default_rng(0)
    sample = rng.integers(0, len(scores), (2000, len(scores)))
    print(
        f"{len(scores)} documents, {sum(map(len, gold.values()))} statements, {len(units)} units; errors: {len(lines(out / 'errors.jsonl'))}"
    )
    print(f"every unit joins back to its source by its offsets: {joins_back(units, chosen.folder)}")
    for key in ("precision", "recall", "f1", "speaker", "type"):
        values = np.array([one[key] for one in scores])
        low, high = np.percentile(values[sample].mean(axis=1), [2.5, 97.5])
        print(f"{key:<10} {values.mean():.3f} [{low:.3f}, {high:.3f}]")
    coded = rows("document_units.tsv")
    micro, sentiment, missed = labels(units, coded)
    print(
        f"labels     micro-F1 {micro:.3f}, sentiment accuracy {sentiment:.3f} on {len(coded)} coded sentences, {missed} of them not found"
    )


if __name__ == "__main__":
    main()
