"""How fast the loop trains beside the defaults of transformers.Trainer: same base, sentences, batch size and machine.

    python benchmarks/train_speed.py
    python benchmarks/train_speed.py --smoke     # a few sentences, to see that it runs

One epoch each on the short authored sentences, without their context. The loop takes bf16 where the machine computes it faster,
and batches of like length; Trainer does as it is: fp32, a random order, batches padded to their longest.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from communique.corpus import codebook, coded
from communique.models.inputs import InputFormat
from communique.training import feed, hardware, loop, network
from communique.training.dataset import Dataset
from communique.training.recipe import Recipe

RESULT = Path(__file__).parent / "results" / "train_speed.md"
RECIPE = Recipe(
    method="full", rank=0, epochs=1, batch=32, rate=5e-5, precision="auto", inputs=InputFormat(128, 0, False, False)
)
SENTENCES = 3000


def main() -> None:
    smoke = "--smoke" in sys.argv
    units = coded.authored()[: 64 if smoke else SENTENCES]
    data = Dataset(tuple(replace(unit, split="train") for unit in units), codebook.core())
    seconds = {"communique": ours(data), "transformers.Trainer": trainer(data)}
    text = table(seconds, len(data))
    print(text)
    if not smoke:
        RESULT.write_text(text + "\n", encoding="utf-8")


def ours(data: Dataset) -> float:
    """Return the seconds of an epoch: tokenising, batching, learning."""
    where = hardware.choose(RECIPE)
    loop.seed(RECIPE)
    model = network.fresh(RECIPE, data)
    model.network.to(where.device).train()
    run = loop.Loop(loop.begin(model, RECIPE, data, data), model, RECIPE, len(data), where, None)
    start = time.monotonic()
    rows = feed.encode(model, data, RECIPE, 0)
    for batch in feed.batches(rows, RECIPE, 0):
        run.step(rows, batch, last=True)
    return time.monotonic() - start


def trainer(data: Dataset) -> float:
    """Return the seconds of an epoch of Trainer, tokenising with it."""
    from transformers import DataCollatorWithPadding, Trainer, TrainingArguments

    loop.seed(RECIPE)
    model = network.fresh(RECIPE, data)
    columns = [data.codebook.labels.index(name) for name in data.codebook.multi]
    truth = torch.zeros((len(data), len(data.codebook.labels)))
    truth[:, columns] = torch.tensor(data.truth, dtype=torch.float32)
    with TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder, per_device_train_batch_size=RECIPE.batch, num_train_epochs=1, save_strategy="no", report_to=[], disable_tqdm=True
        )  # fmt: skip
        start = time.monotonic()
        rows = model.tokenizer([unit.text for unit in data.units], truncation=True, max_length=RECIPE.inputs.max_text)
        items = [{**{key: rows[key][n] for key in rows}, "labels": truth[n].tolist()} for n in range(len(data))]
        collate = DataCollatorWithPadding(model.tokenizer)
        Trainer(model.network, arguments, train_dataset=items, data_collator=collate).train()
        return time.monotonic() - start


def table(seconds: dict[str, float], n: int) -> str:
    precision = hardware.choose(RECIPE).precision
    lines = [
        f"{n} sentences, batches of {RECIPE.batch}, one epoch; {platform.machine()}, {os.cpu_count()} cores, {precision}",
        "",
    ]
    lines += ["| | seconds | sentences/s |", "|---|--:|--:|"]
    lines += [f"| {name} | {value:.1f} | {n / value:.0f} |" for name, value in seconds.items()]
    return "\n".join([*lines, "", f"{seconds['transformers.Trainer'] / seconds['communique']:.2f} times the speed"])


if __name__ == "__main__":
    main()
