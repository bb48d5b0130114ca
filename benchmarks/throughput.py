"""Measure `communique score` against the usual ways of labelling the same sentences with the same weights.

    python benchmarks/throughput.py --sentences 2000 -o benchmarks/results/throughput.md

One run, the same unique sentences for all (real ones where the pool is present, authored otherwise), the same weights: the
model's exported plain folder. Every time is end to end, from a file to a file, and counts what comes after the model is
loaded; loading and the first result are measured apart, in processes of their own. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from communique.corpus import coded
from communique.corpus.errors import CommuniqueError
from communique.inference import execution, predictor
from communique.inference.chunks import Options
from communique.inference.runner import score
from communique.models import classifier
from communique.models.calibration import predictions

SHORTEST = 20  # characters
PLAIN = """
import sys, torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
network = AutoModelForSequenceClassification.from_pretrained(sys.argv[1]).eval()
with torch.inference_mode():
    print(network(**tokenizer("We strongly oppose the new tariffs.", return_tensors="pt")).logits.sigmoid().tolist())
"""


@dataclass(frozen=True)
class Measured:
    """One way of labelling: sentences a second, and the labels it gave in the order of the sentences."""

    name: str
    rate: float
    labels: Sequence[frozenset[str]]


def sentences(n: int, seed: int = 1) -> tuple[list[str], str]:
    """Return `n` different sentences at most, and what they are."""
    try:
        found = list(dict.fromkeys(row["text"] for _, row in islice(coded.pool_rows(coded.pool_folder()), 20 * n)))
        kind = "real"
    except CommuniqueError:
        found, kind = list(dict.fromkeys(unit.text for unit in coded.authored())), "authored"
    found = [text for text in found if len(text) >= SHORTEST]
    random.Random(seed).shuffle(found)
    return found[:n], kind


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def write_lines(path: Path, rows: Sequence[Any]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


# --- the ways


def by_pipeline(model: classifier.Classifier, plain: Path, source: Path, out: Path, batch: int) -> Measured:
    """`transformers.pipeline`; logits as they are, so that the labels can be chosen as communique chooses them."""
    from transformers import pipeline

    with classifier.quiet():
        pipe = pipeline("text-classification", model=str(plain), top_k=None, function_to_apply="none", device="cpu")

    longest = min(pipe.tokenizer.model_max_length, pipe.model.config.max_position_embeddings)

    def work() -> list[Any]:
        texts = [row["text"] for row in lines(source)]
        found = list(pipe(texts, batch_size=batch, truncation=True, max_length=longest))
        write_lines(out, found)
        return found

    seconds, found = timed(work)
    logits = [[{one["label"]: one["score"] for one in row}[name] for name in model.classes_] for row in found]
    return Measured(f"transformers.pipeline, fp32, batch {batch}", len(found) / seconds, labels(model, logits))


def by_map(model: classifier.Classifier, plain: Path, source: Path, out: Path, batch: int = 32) -> Measured:
    """Label in a loop with `datasets.map`, as the documentation of datasets shows it."""
    import torch
    from datasets import disable_progress_bars, load_dataset
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    disable_progress_bars()
    tokenizer = AutoTokenizer.from_pretrained(str(plain))
    network = AutoModelForSequenceClassification.from_pretrained(str(plain)).eval()
    longest = min(tokenizer.model_max_length, network.config.max_position_embeddings)

    def answer(rows: dict[str, list[str]]) -> dict[str, Any]:
        with torch.inference_mode():
            tensors = tokenizer(rows["text"], padding=True, truncation=True, max_length=longest, return_tensors="pt")
            return {"logits": network(**tensors).logits.numpy()}

    def work() -> list[Any]:
        found = load_dataset("json", data_files=str(source), split="train", cache_dir=str(out.parent / "cache"))
        found = found.map(answer, batched=True, batch_size=batch)
        found.to_json(str(out))
        return list(found["logits"])

    seconds, found = timed(work)
    return Measured(f"datasets.map, fp32, batch {batch}", len(found) / seconds, labels(model, found))


def by_communique(model: str, source: Path, out: Path, precision: str) -> tuple[Measured, predictor.Predictor]:
    """Run what `communique score --unit sentence` runs, with its journal and all its files."""
    chosen = execution.choose(precision)
    loaded = predictor.load(model, chosen)
    seconds, _ = timed(lambda: score([str(source)], out, loaded, Options(unit="sentence")))
    rows = list(lines(out / "units.jsonl"))
    found = [frozenset(row["labels"]) for row in rows]
    name = f"communique score, {chosen.precision}, {chosen.token_budget} tokens a batch"
    return Measured(name, len(rows) / seconds, found), loaded


def labels(model: classifier.Classifier, logits: Sequence[Sequence[float]]) -> list[frozenset[str]]:
    """Return the labels that communique's calibration gives logits."""
    import numpy as np

    probabilities = model.calibration.probabilities(np.asarray(logits, dtype=np.float64), model.codebook)
    return [frozenset(one.labels) for one in predictions(probabilities, model.calibration, model.codebook)]


# --- how they compare


def same_share(found: Measured, reference: Measured) -> float:
    """Return the share of sentences that get the same labels."""
    return statistics.fmean(a == b for a, b in zip(found.labels, reference.labels, strict=True))


def macro_f1(found: Measured, reference: Measured, names: Sequence[str]) -> float:
    """Return the macro-F1 of one way's labels against another's, over the labels that the other gives."""
    scores = []
    for name in names:
        both = sum(name in a and name in b for a, b in zip(found.labels, reference.labels, strict=True))
        either = sum(name in a for a in found.labels) + sum(name in b for b in reference.labels)
        scores += [2 * both / either] if either else []
    return statistics.fmean(scores) if scores else 1.0


def encoder_share(loaded: predictor.Predictor, texts: Sequence[str]) -> tuple[float, float]:
    """Return the encoder's rate in its batches and the machine's peak for one product, in FLOP/s."""
    import torch

    from communique.models.inputs import Example, token_batches

    model = loaded.classifier
    encoded = model.encode([Example(text) for text in texts])
    batches = [[encoded[n] for n in batch] for batch in token_batches(encoded, model.token_budget)]
    seconds, _ = timed(lambda: [model.forward(batch) for batch in batches])
    dtype = next(model.network.parameters()).dtype
    work = sum(products(model.network.config, len(row)) for row in encoded)
    return work / seconds, execution.product_rate(torch.empty(0, dtype=dtype).dtype, size=2048)


def products(config: Any, tokens: int) -> int:
    """Return the floating-point operations of a BERT encoder's matrix products for one sentence, padding left out."""
    width, inner = config.hidden_size, config.intermediate_size
    layer = 2 * tokens * (4 * width**2 + 2 * width * inner) + 4 * tokens**2 * width
    return int(config.num_hidden_layers * layer)


def first_results(model: str, plain: Path, source: Path, tries: int) -> tuple[float, float]:
    """Return the median seconds to one sentence's result: of a plain script, and of `communique score`."""
    script = [sys.executable, "-c", PLAIN, str(plain)]
    ours = [sys.executable, "-m", "communique", "score", str(source), "--unit", "sentence", "--model", model, "-o", "-"]
    times: dict[str, list[float]] = {"plain": [], "communique": []}
    for _ in range(tries):
        for name, command in (("plain", script), ("communique", ours)):
            seconds, _ = timed(lambda command=command: subprocess.run(command, capture_output=True, check=True))
            times[name].append(seconds)
    return statistics.median(times["plain"]), statistics.median(times["communique"])


def report(model: str, n: int, tries: int, folder: Path) -> Iterator[str]:
    texts, kind = sentences(n)
    source, one, plain = folder / "in.jsonl", folder / "one.jsonl", folder / "plain"
    write_lines(source, [{"id": str(k), "text": text} for k, text in enumerate(texts)])
    write_lines(one, [{"text": "We strongly oppose the new tariffs."}])
    classifier.export(model, plain)
    ours, loaded = by_communique(model, source, folder / "fp32", "fp32")
    shares = [("fp32", *encoder_share(loaded, texts))]
    ways = [by_pipeline(loaded.classifier, plain, source, folder / f"{b}.jsonl", b) for b in (1, 32)]
    reference = ways[1]
    ways += [by_map(loaded.classifier, plain, source, folder / "map.jsonl"), ours]
    if execution.choose().precision != "fp32":
        faster, loaded = by_communique(model, source, folder / "auto", "auto")
        ways.append(faster)
        shares.append((loaded.execution.precision, *encoder_share(loaded, texts)))
    yield f"{len(texts)} {kind} sentences; {loaded.execution.threads} threads of {os.cpu_count()} processors\n"
    yield "| way | sentences/s | times the pipeline at 32 | same labels | macro-F1 against it |\n|---|--:|--:|--:|--:|"
    for way in ways:
        same, f1 = same_share(way, reference), macro_f1(way, reference, loaded.classifier.codebook.multi)
        yield f"| {way.name} | {way.rate:.0f} | {way.rate / reference.rate:.2f} | {same:.2%} | {f1:.4f} |"
    yield ""
    for precision, rate, peak in shares:
        yield f"encoder in {precision}: {rate / 1e9:.0f} GFLOP/s, {rate / peak:.0%} of the measured product peak"
    script, score_seconds = first_results(model, plain, one, tries)
    yield f"first result: plain script {script:.2f} s, communique score {score_seconds:.2f} s ({score_seconds / script:.2f} times)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="core")
    parser.add_argument("--sentences", type=int, default=2000)
    parser.add_argument("--tries", type=int, default=5, help="how often the first result is timed")
    parser.add_argument("-o", "--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = "\n".join(report(options.model, options.sentences, options.tries, Path(folder))) + "\n"
    print(found, end="")
    if options.out:
        options.out.write_text(found, encoding="utf-8")


if __name__ == "__main__":
    main()
