"""Measure time per row and peak memory of `communique score` from a thousand to a million rows.

    python benchmarks/scaling.py --rows 1000,10000,100000 -o benchmarks/results/scaling.md

The model is tiny and random, made in place: what is measured is the runner, which must neither slow down nor grow. Every
size is scored in a process of its own, from a file to a run folder; the peak is that process's resident set.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from communique.corpus import codebook
from communique.models.calibration import Calibration
from communique.models.inputs import InputFormat

VERBS = ("oppose", "welcome", "regret", "support", "deny")
THINGS = ("ban", "levy", "ruling", "tariff", "listing", "decision", "proposal")
WORDS = ("we", "the", "number", "of", "council", *VERBS, *THINGS, *"0123456789", *(f"##{n}" for n in range(10)), ".")


@dataclass(frozen=True)
class Measured:
    """How a run of `rows` went: seconds in the runner, and the peak of resident memory in bytes."""

    rows: int
    seconds: float
    peak: int


def make_model(folder: Path) -> None:
    """Write a model folder with a random encoder of one narrow layer and the core codebook."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    book, folder_vocabulary = codebook.core(), folder / "vocab.txt"
    folder.mkdir()
    folder_vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]) + "\n")
    tokenizer = BertTokenizerFast(str(folder_vocabulary), do_lower_case=True)
    tokenizer.save_pretrained(str(folder))
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=256, id2label=dict(enumerate(book.labels)),
        label2id={name: n for n, name in enumerate(book.labels)}, problem_type="multi_label_classification",
    )  # fmt: skip
    config.communique_inputs = {"max_text": InputFormat().max_text}
    BertForSequenceClassification(config).save_pretrained(str(folder))
    (folder / "codebook.yaml").write_bytes(codebook.CORE.read_bytes())
    Calibration.identity(book).save(folder / "calibration.json")


def write_rows(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for n in range(rows):
            text = f"We {VERBS[n % 5]} the {THINGS[n % 7]} number {n} of the council."
            file.write(json.dumps({"id": f"row-{n}", "text": text}) + "\n")


def score_here(source: str, model: str, out: str) -> None:
    """Score in this process; print the seconds and the peak."""
    from communique.inference import execution, predictor
    from communique.inference.chunks import Options
    from communique.inference.runner import score

    loaded = predictor.load(model, execution.choose("fp32"))
    start = time.perf_counter()
    score([source], Path(out), loaded, Options(unit="sentence"))
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))


def measure(rows: int, model: Path, folder: Path) -> Measured:
    source, out = folder / f"{rows}.jsonl", folder / f"run-{rows}"
    write_rows(source, rows)
    command = [sys.executable, __file__, "--child", str(source), str(model), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, peak = json.loads(done.stdout.splitlines()[-1])
    source.unlink()
    return Measured(rows, seconds, peak)


def report(sizes: Sequence[int], folder: Path) -> Iterator[str]:
    make_model(folder / "model")
    yield "| rows | milliseconds a row | rows/s | peak memory, MB |\n|--:|--:|--:|--:|"
    found = []
    for rows in sizes:
        one = measure(rows, folder / "model", folder)
        found.append(one)
        yield f"| {rows} | {1000 * one.seconds / rows:.3f} | {rows / one.seconds:.0f} | {one.peak / 1e6:.0f} |"
    first = next((one for one in found if one.rows >= 10_000), found[0])
    growth = found[-1].peak / first.peak
    pace = (found[-1].seconds / found[-1].rows) / (first.seconds / first.rows)
    yield f"\nfrom {first.rows} to {found[-1].rows} rows: memory {growth:.2f} times, time a row {pace:.2f} times"


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        score_here(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", default="1000,10000,100000,1000000", help="sizes, separated by commas")
    parser.add_argument("-o", "--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = "\n".join(report([int(rows) for rows in options.rows.split(",")], Path(folder))) + "\n"
    print(found, end="")
    if options.out:
        options.out.write_text(found, encoding="utf-8")


if __name__ == "__main__":
    main()
