"""The training loop: a plain one, in plain torch, that gives the same weights for the same recipe."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..corpus.errors import CommuniqueError
from ..models import base as bases
from ..models.adapter import HEAD, is_saved_whole, linear_names, saved_whole
from ..models.calibration import Calibration
from ..models.classifier import Classifier, network_config, quiet
from ..models.inputs import Encoded, Example
from . import warmstart
from .dataset import Dataset
from .recipe import Recipe

if TYPE_CHECKING:
    import torch

BUCKETS = 32  # batches are cut from chunks of this many, sorted by length
HEAD_RATE = 10


@dataclass(frozen=True)
class Progress:
    """Where a training stands after an epoch."""

    epoch: int
    loss: float
    dev_score: float
    seconds: float


def train(
    recipe: Recipe, data: Dataset, report: Callable[[Progress], None], tick: Callable[[int], None] = lambda _: None
) -> Classifier:
    """Fine-tune the recipe's base on the ``train`` units and return the best epoch's classifier.

    The best epoch is the one with the highest mean of macro average precision and single-choice
    macro-F1 on ``dev``. `tick` is told of every batch's size. The classifier is not calibrated yet.
    """
    import torch

    learning, dev = data.split("train"), data.split("dev")
    for name, part in (("train", learning), ("dev", dev)):
        if not len(part):
            raise CommuniqueError(f"{recipe.data}: no unit stands in the split {name}; training needs train and dev")
    _seed(recipe)
    classifier = fresh(recipe, data)
    _prior(classifier, learning)
    if recipe.warm_start and warmstart.has_pooler(classifier.network):
        warmstart.warm_start(classifier, _encode(classifier, learning, recipe, 0), recipe.seed, tick)
    steps = recipe.epochs * math.ceil(len(learning) / recipe.batch)
    optimiser, schedule = _optimiser(classifier.network, recipe, steps)
    targets = _targets(learning)
    best, kept, start = -1.0, {}, time.monotonic()
    for epoch in range(recipe.epochs):
        classifier.network.train()
        losses = []
        rows = _encode(classifier, learning, recipe, epoch)
        for batch in _batches(rows, recipe, epoch):
            loss = _loss(classifier, [rows[n] for n in batch], [target[batch] for target in targets], learning, recipe)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(classifier.network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
            tick(len(batch))
        classifier.network.eval()
        found = dev_score(classifier, dev)
        report(Progress(epoch + 1, float(np.mean(losses)), found, time.monotonic() - start))
        if found > best:
            best, kept = found, {k: v.detach().clone() for k, v in _trained(classifier.network).items()}
    classifier.network.load_state_dict(kept, strict=False)
    return classifier


def fresh(recipe: Recipe, data: Dataset) -> Classifier:
    """Return an untrained classifier on the recipe's base."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    where = bases.locate(recipe.base)
    options = {"local_files_only": True, "trust_remote_code": False}
    with quiet():
        config = network_config(where, data.codebook, recipe.inputs, recipe.base)
        tokenizer = AutoTokenizer.from_pretrained(where, **options)
        network = AutoModelForSequenceClassification.from_pretrained(
            where, config=config, use_safetensors=True, **options
        )
    if recipe.method == "lora":
        network = _with_adapter(network, recipe)
    elif recipe.rank:
        _freeze_what_no_adapter_holds(network)
    return Classifier(network, tokenizer, data.codebook, Calibration.identity(data.codebook), recipe.inputs)


def _prior(classifier: Classifier, data: Dataset) -> None:
    """Let the head begin at the labels' shares, so that the first steps need not find them."""
    import torch

    shares = np.clip(data.truth.mean(axis=0), 1e-3, 1 - 1e-3)
    head = classifier.network.get_submodule(HEAD)
    layers = [part for part in head.modules() if isinstance(part, torch.nn.Linear) and part.bias is not None]
    bias = layers[-1].bias  # under LoRA the head's trained copy comes after the original
    with torch.no_grad():
        for name, share in zip(data.codebook.multi, shares, strict=True):
            bias[data.codebook.labels.index(name)] = math.log(share / (1 - share))


def _with_adapter(network: Any, recipe: Recipe) -> Any:
    from peft import LoraConfig, get_peft_model

    return get_peft_model(
        network,
        LoraConfig(
            task_type="SEQ_CLS",
            r=recipe.rank,
            lora_alpha=recipe.rank,
            lora_dropout=0.05,
            target_modules="all-linear",
            modules_to_save=list(saved_whole(network)),
        ),
    )


def _freeze_what_no_adapter_holds(network: Any) -> None:
    """Leave only the linear layers and what is saved whole to learn, so that the change fits an adapter."""
    linear, whole = {f"{name}.weight" for name in linear_names(network)}, saved_whole(network)
    for name, weight in network.named_parameters():
        weight.requires_grad = name in linear or is_saved_whole(name, whole)


def _trained(network: Any) -> dict[str, Any]:
    names = {name for name, weight in network.named_parameters() if weight.requires_grad}
    return {name: value for name, value in network.state_dict().items() if name in names}


def _seed(recipe: Recipe) -> None:
    import torch

    torch.manual_seed(recipe.seed)
    if recipe.threads:
        torch.set_num_threads(recipe.threads)


def _encode(classifier: Classifier, data: Dataset, recipe: Recipe, epoch: int) -> list[Encoded]:
    """Tokenise every unit anew, some without context or speaker, so that the model learns to do without."""
    rng = random.Random(f"{recipe.seed}:{epoch}:context")
    shown = [_shown(example, rng, recipe.context_dropout) for example in data.examples]
    first: dict[int, Encoded] = {}
    for row in classifier.encode(shown):
        first.setdefault(row.example, row)
    return [first[n] for n in range(len(data))]


def _shown(example: Example, rng: random.Random, dropout: float) -> Example:
    no_context, no_speaker = rng.random() < dropout, rng.random() < dropout
    if no_context:
        example = replace(example, before="")
    return replace(example, speaker="") if no_speaker else example


def _batches(rows: Sequence[Encoded], recipe: Recipe, epoch: int) -> Iterator[list[int]]:
    """Yield batches of like length in a random order, the same for the same seed."""
    rng = random.Random(f"{recipe.seed}:{epoch}:order")
    order = list(range(len(rows)))
    rng.shuffle(order)
    chunk = recipe.batch * BUCKETS
    batches = []
    for start in range(0, len(order), chunk):
        near = sorted(order[start : start + chunk], key=lambda n: len(rows[n]))
        batches += [near[k : k + recipe.batch] for k in range(0, len(near), recipe.batch)]
    rng.shuffle(batches)
    yield from batches


def _targets(data: Dataset) -> list[Any]:
    import torch

    truth = torch.tensor(data.truth, dtype=torch.float32)
    known = torch.tensor(data.known, dtype=torch.float32)
    return [truth, known, *(torch.tensor(data.choice(group)) for group in data.codebook.single)]


def _loss(
    classifier: Classifier, rows: list[Encoded], targets: list[Any], data: Dataset, recipe: Recipe
) -> torch.Tensor:
    """Binary cross-entropy over the judged labels, plus cross-entropy of each single-choice group."""
    import torch
    from torch.nn import functional

    logits = classifier.network(**classifier.tensors(rows)).logits
    truth, known, *choices = targets
    loss = torch.zeros(())
    if data.codebook.multi:
        columns = [data.codebook.labels.index(name) for name in data.codebook.multi]
        soft = truth * (1 - recipe.smoothing) + recipe.smoothing / 2
        each = functional.binary_cross_entropy_with_logits(
            logits[:, columns], soft, reduction="none", pos_weight=_positive_weights(data, recipe)
        )
        loss = loss + (each * known).sum() / known.sum().clamp(min=1) * len(columns)
    for group, choice in zip(data.codebook.single, choices, strict=True):
        if (choice >= 0).any():
            found = functional.cross_entropy(
                logits[:, data.codebook.columns(group)], choice, ignore_index=-1, label_smoothing=recipe.smoothing
            )
            loss = loss + recipe.single_weight * found
    return loss


def _positive_weights(data: Dataset, recipe: Recipe) -> torch.Tensor | None:
    import torch

    if not recipe.positive_power:
        return None
    positives = np.maximum(data.truth.sum(axis=0), 1)
    return torch.tensor(((len(data) - positives) / positives) ** recipe.positive_power, dtype=torch.float32)


def _optimiser(network: Any, recipe: Recipe, steps: int) -> tuple[Any, Any]:
    """AdamW with a linear rise and fall of the rate; the fresh head learns faster than the encoder."""
    import torch

    named = [(name, weight) for name, weight in network.named_parameters() if weight.requires_grad]
    head = [weight for name, weight in named if "classifier" in name]
    body = [weight for name, weight in named if "classifier" not in name]
    groups = [{"params": body, "lr": recipe.rate}, {"params": head, "lr": min(recipe.rate * HEAD_RATE, 2e-3)}]
    optimiser = torch.optim.AdamW([group for group in groups if group["params"]], weight_decay=recipe.decay)
    rise = max(1, int(steps * recipe.warmup))

    def share(step: int) -> float:
        return min((step + 1) / rise, max(0.0, (steps - step) / max(1, steps - rise)))

    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, share)


def dev_score(classifier: Classifier, dev: Dataset) -> float:
    """Return the mean of macro average precision and each single-choice group's macro-F1."""
    from sklearn.metrics import average_precision_score, f1_score

    logits = classifier.logits(dev.examples)
    scores = []
    columns = [n for n in range(len(dev.codebook.multi)) if dev.truth[:, n].any()]
    places = [dev.codebook.labels.index(name) for name in dev.codebook.multi]
    if columns:
        found = [
            average_precision_score(dev.truth[:, n], logits[:, places[n]], sample_weight=dev.known[:, n])
            for n in columns
        ]
        scores.append(float(np.mean(found)))
    for group in dev.codebook.single:
        truth = dev.choice(group)
        answer = logits[:, dev.codebook.columns(group)].argmax(axis=1)
        scores.append(float(f1_score(truth[truth >= 0], answer[truth >= 0], average="macro")))
    return float(np.mean(scores))
