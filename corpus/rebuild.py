"""Find the coded sentences again in the public repositories that they come from.

    python -m communique.corpus.rebuild CLONE... -o POOL

`sentences.tsv` holds no text but two fingerprints of each coded sentence: a hash of its first letters and digits, by which
places are found fast, and one of all of them, by which a place is confirmed. Case, spaces, punctuation and markup between
words therefore do not matter. What is found is written to POOL as the files that `coded.pool_folder` reads; give that folder as
``$COMMUNIQUE_POOL``. Texts that the repositories hold only as PDF must be turned into text first.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .codebook import DATA
from .segmentation import CONTEXT_SENTENCES, sentence_spans

SENTENCES = DATA / "sentences.tsv"
ANCHOR = 16
_BASE = np.uint64(1_000_003)
_CLOSING = re.compile(r"[.?!:;\"”’)]{0,3}")
TEXT_SUFFIXES = {".txt", ".md", ".json", ".jsonl", ".csv", ".html", ".tsv"}

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Fingerprint:
    """What is known of a sentence without its text: its length in letters and digits, and two hashes of them."""

    length: int
    anchor: int
    digest: str


def squeeze(text: str) -> tuple[str, list[int]]:
    """Return the letters and digits of `text` in lower case, and where in `text` each stands."""
    places = [place for place, character in enumerate(text) if character.isalnum()]
    return "".join(text[place].lower()[0] for place in places), places


def anchors(squeezed: str) -> Hashes:
    """Return a polynomial hash of each run of 16 characters: (length - 15,)."""
    codes = np.frombuffer(squeezed.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(codes) < ANCHOR:
        return np.zeros(0, dtype=np.uint64)
    found = np.zeros(len(codes) - ANCHOR + 1, dtype=np.uint64)
    for k in range(ANCHOR):
        found = found * _BASE + codes[k : k + len(found)]
    return found


def fingerprint(text: str) -> Fingerprint | None:
    """Return the fingerprint of a sentence, None where it has fewer than 16 letters and digits."""
    squeezed, _ = squeeze(text)
    if len(squeezed) < ANCHOR:
        return None
    return Fingerprint(len(squeezed), int(anchors(squeezed[:ANCHOR])[0]), _digest(squeezed))


def _digest(squeezed: str) -> str:
    return hashlib.sha256(squeezed.encode()).hexdigest()[:24]


def occurrences(text: str, wanted: Sequence[tuple[str, Fingerprint]]) -> Iterator[tuple[str, int, int]]:
    """Yield (id, start, end) of the first place in `text` of each wanted sentence that it holds."""
    squeezed, places = squeeze(text)
    hashes = anchors(squeezed)
    by_anchor = defaultdict(list)
    for name, mark in wanted:
        by_anchor[mark.anchor].append((name, mark))
    met = set()
    for at in np.flatnonzero(np.isin(hashes, np.fromiter(by_anchor, dtype=np.uint64))):
        for name, mark in by_anchor[int(hashes[at])]:
            if name not in met and _digest(squeezed[at : at + mark.length]) == mark.digest:
                met.add(name)
                end = places[at + mark.length - 1] + 1
                yield name, places[at], _CLOSING.match(text, end).end()  # type: ignore[union-attr]


def read_sentences(path: Path = SENTENCES) -> dict[str, dict[str, str]]:
    """Return the rows of ``sentences.tsv`` by id."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def rebuild(clones: Sequence[Path], out: Path) -> tuple[int, int]:
    """Look for every coded sentence in the files of `clones` and write what is found; return found and wanted."""
    rows = read_sentences()
    marks = {name: Fingerprint(int(row["length"]), int(row["anchor"]), row["digest"]) for name, row in rows.items()}
    found: dict[str, dict[str, object]] = {}
    for path in (path for clone in clones for path in sorted(clone.rglob("*")) if path.suffix in TEXT_SUFFIXES):
        text = path.read_text(encoding="utf-8", errors="replace")
        left = [(name, mark) for name, mark in marks.items() if name not in found]
        for name, start, end in occurrences(text, left):
            row = rows[name]
            keys = ("id", "source", "doc", "speaker", "kind")
            found[name] = {**{key: row[key] for key in keys}, "text": text[start:end], "before": _before(text, start)}
    _write(found, out)
    return len(found), len(rows)


def _before(text: str, start: int, reach: int = 1500) -> str:
    head = text[max(0, start - reach) : start]
    sentences = [head[first:last] for first, last in sentence_spans(head)]
    return " ".join(" ".join(sentences[-CONTEXT_SENTENCES:]).split())


def _write(found: dict[str, dict[str, object]], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    by_source = defaultdict(list)
    for row in found.values():
        by_source[row["source"]].append(row)
    for source, rows in by_source.items():
        with gzip.open(out / f"{source}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def main() -> None:
    """Run the program that the module's docstring describes."""
    parser = argparse.ArgumentParser(prog="communique.corpus.rebuild", description=__doc__)
    parser.add_argument("clones", nargs="+", type=Path, metavar="CLONE")
    parser.add_argument("-o", "--out", required=True, type=Path, metavar="POOL")
    chosen = parser.parse_args()
    found, wanted = rebuild(chosen.clones, chosen.out)
    print(f"{found} of {wanted} coded sentences were found and written to {chosen.out}")


if __name__ == "__main__":
    main()
