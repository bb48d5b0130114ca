"""The training of the tagger: `python -m communique.training.tagging -o models/tagger` makes the shipped one.

Every article that is not held out, sentence by sentence, for a fixed number of epochs; then the change of the weights as
an adapter. The same data and versions on the same machine give the same weights.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..corpus.attributions import Attribution, Span
from ..corpus.marked import Article, articles, sentence_spans
from ..models import tagger as taggers
from ..models.adapter import HEAD, is_saved_whole, linear_names, saved_whole
from ..models.tagger import PARTS, Tagger, Words

EPOCHS, BATCH, RATE, DECAY, WARMUP, RANK, SEED = 8, 16, 1.5e-4, 0.01, 0.1, 16, 7
HEAD_RATE = 10
UNSEEN = -100  # what torch leaves out of a loss


@dataclass(frozen=True)
class Marked:
    """A sentence with its attributions, as offsets into it."""

    text: str
    attributions: tuple[Attribution, ...]


def marked_sentences(found: Sequence[Article]) -> Iterator[Marked]:
    """Yield the sentences of articles; of nested attributions the outer one counts."""
    for article in found:
        text = article.document.text
        for start, end in sentence_spans(text):
            inside = [one for one in article.attributions if start <= one.cue[0] < end]
            outer = [one for one in inside if not any(_within(one, other) for other in inside)]
            yield Marked(text[start:end], tuple(one.moved(-start) for one in outer))


def _within(one: Attribution, other: Attribution) -> bool:
    return other is not one and any(start <= one.cue[0] < end for start, end in other.contents)


def targets(words: Words, attributions: Sequence[Attribution]) -> list[int]:
    """Return the label of every token; all but the first of a word are unseen."""
    labels = [UNSEEN] * len(words.encoded)
    for first in words.firsts:
        labels[first] = 0
    for one in attributions:
        parts = [(one.attitude, one.cue), *(("content", span) for span in one.contents)]
        for part, span in [*parts, *([("source", one.source)] if one.source else [])]:
            _put(labels, words, PARTS.index(part), span)
    return labels


def _put(labels: list[int], words: Words, part: int, span: Span) -> None:
    inside = [n for n, (start, end) in enumerate(words.spans) if start < span[1] and end > span[0]]
    for n in inside:
        labels[words.firsts[n]] = 2 * part + (1 if n == inside[0] else 2)


def train(sentences: Sequence[Marked], epochs: int = EPOCHS, base: Tagger | None = None) -> Tagger:
    """Train a tagger on marked sentences."""
    import torch

    torch.manual_seed(SEED)
    tagger = base or taggers.fresh()
    _freeze(tagger.network)
    found = tagger.encode([sentence.text for sentence in sentences])
    wanted = [targets(words, one.attributions) for words, one in zip(found, sentences, strict=True)]
    steps = epochs * -(-len(found) // BATCH)
    optimiser, schedule = _optimiser(tagger.network, steps)
    tagger.network.train()
    for epoch in range(epochs):
        losses = [_step(tagger, found, wanted, batch, optimiser, schedule) for batch in _batches(found, epoch)]
        print(f"epoch {epoch + 1}: loss {sum(losses) / len(losses):.4f}", flush=True)
    tagger.network.eval()
    return tagger


def _freeze(network: Any) -> None:
    """Leave only what the adapter holds to learn."""
    linear, whole = {f"{name}.weight" for name in linear_names(network)}, saved_whole(network)
    for name, weight in network.named_parameters():
        weight.requires_grad = name in linear or is_saved_whole(name, whole)


def _optimiser(network: Any, steps: int) -> tuple[Any, Any]:
    import torch

    named = [(name, weight) for name, weight in network.named_parameters() if weight.requires_grad]
    head = [weight for name, weight in named if HEAD in name]
    body = [weight for name, weight in named if HEAD not in name]
    groups = [{"params": body, "lr": RATE}, {"params": head, "lr": RATE * HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=DECAY)
    rise = max(1, int(steps * WARMUP))

    def share(step: int) -> float:
        return min((step + 1) / rise, (steps - step) / max(1, steps - rise))

    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, share)


def _batches(found: Sequence[Words], epoch: int) -> list[list[int]]:
    """Return batches of like length in a random order, the same for the same seed."""
    rng = random.Random(f"{SEED}:{epoch}")
    order = list(range(len(found)))
    rng.shuffle(order)
    chunks = [order[at : at + 32 * BATCH] for at in range(0, len(order), 32 * BATCH)]
    near = [sorted(chunk, key=lambda n: len(found[n].encoded)) for chunk in chunks]
    batches = [chunk[at : at + BATCH] for chunk in near for at in range(0, len(chunk), BATCH)]
    rng.shuffle(batches)
    return batches


def _step(
    tagger: Tagger, found: Sequence[Words], wanted: Sequence[list[int]], batch: list[int], optimiser: Any, schedule: Any
) -> float:
    import torch

    tensors = tagger.tensors([found[n].encoded for n in batch])
    width = tensors["input_ids"].shape[1]
    labels = torch.tensor([wanted[n] + [UNSEEN] * (width - len(wanted[n])) for n in batch])
    logits = tagger.network(**tensors).logits
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=UNSEEN)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(tagger.network.parameters(), 1.0)
    optimiser.step()
    optimiser.zero_grad()
    schedule.step()
    return float(loss.item())


def main() -> None:
    """Train on all articles that are not held out and save the tagger."""
    parser = argparse.ArgumentParser(prog="python -m communique.training.tagging", description=__doc__)
    parser.add_argument("-o", "--out", required=True, type=Path)
    chosen = parser.parse_args()
    learning = [article for article in articles() if not article.held_out]
    tagger = train(list(marked_sentences(learning)))
    taggers.save(tagger, chosen.out, RANK)


if __name__ == "__main__":
    main()
