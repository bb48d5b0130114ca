"""A tagger trained on PolNeAR itself, to set beside the shipped one; never shipped, since the news are not ours.

    python benchmarks/polnear.py OUT [FOLDER] [--epochs N]     # trains on the train part, without the tenth that tunes
    python benchmarks/extraction.py --tagger OUT               # measures it on the dev part

PolNeAR tells saying from thinking no more than by the cue: every cue is learned as one of saying.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from extraction import FOLDER, Attribution, documents, whole

from communique.corpus import attributions as records
from communique.corpus.marked import sentence_spans
from communique.corpus.records import Document
from communique.models import tagger as taggers
from communique.training import tagging

TUNING = 92
"""So many documents of the train part, the first by the benchmark's seed, are for choosing thresholds."""
EPOCHS = 3


def sentences(document: Document, right: list[Attribution]) -> Iterator[tagging.Marked]:
    """Yield a document's sentences with the attributions whose cue stands in them, nested ones left out."""
    found = [records.Attribution(whole(one.cues), (one.content,), whole(one.sources)) for one in right]
    outer = [one for one in found if not any(a.content[0] <= one.cue[0] < a.content[1] for a in found if a is not one)]
    for start, end in sentence_spans(document.text):
        inside = [clipped(one, start, end) for one in outer if start <= one.cue[0] < end]
        yield tagging.Marked(document.text[start:end], tuple(one for one in inside if one))


def clipped(one: records.Attribution, start: int, end: int) -> records.Attribution | None:
    """Return an attribution within its sentence, None where its content stands in another."""
    content = max(one.content[0], start), min(one.content[1], end)
    source = one.source if one.source and start <= one.source[0] < end else None
    if content[0] >= content[1]:
        return None
    return records.Attribution(one.cue, (content,), source).moved(-start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    chosen = parser.parse_args()
    learning = list(documents(chosen.folder, "train", 0))[TUNING:]
    marked = [sentence for document, right in learning for sentence in sentences(document, right)]
    print(f"{len(learning)} documents, {len(marked)} sentences", flush=True)
    taggers.save(tagging.train(marked, chosen.epochs), chosen.out, tagging.RANK)


if __name__ == "__main__":
    main()
