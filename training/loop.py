"""The training loop: a plain one, in plain torch, that gives the same weights for the same recipe."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..corpus.errors import CommuniqueError
from ..models.classifier import Classifier
from ..models.inputs import Encoded
from . import feed, fewshot, hardware, linear, objective, schedule, warmstart
from .dataset import Dataset
from .hardware import Hardware
from .network import fresh, set_prior, trained
from .recipe import Recipe
from .scores import can_score, dev_score
from .state import Store

if TYPE_CHECKING:
    import torch

LOG_EVERY = 20
"""Batches from one line of the run log to the next."""


@dataclass(frozen=True)
class Progress:
    """Where a training stands after an epoch; `left` is the time it still needs at most, in seconds."""

    epoch: int
    loss: float
    dev_score: float
    seconds: float
    left: float = 0.0


class Task(Protocol):
    """What a method makes of a batch, and how good it is so far."""

    def loss(self, rows: list[Encoded], places: Sequence[int]) -> torch.Tensor:
        """Return the loss of the training units at `places`, encoded as `rows`."""

    def score(self) -> float:
        """Return the dev score of the weights as they are."""


@dataclass
class FineTuning:
    """The methods full and lora: every unit against what its coder gave it."""

    classifier: Classifier
    recipe: Recipe
    learning: Dataset
    dev: Dataset

    def __post_init__(self) -> None:
        self.targets = objective.targets(self.learning, next(self.classifier.network.parameters()).device)

    def loss(self, rows: list[Encoded], places: Sequence[int]) -> torch.Tensor:
        """Return cross-entropy, or what the recipe takes for it."""
        logits = self.classifier.network(**self.classifier.tensors(rows)).logits
        return objective.loss(logits, [target[places] for target in self.targets], self.learning, self.recipe)

    def score(self) -> float:
        """Return the mean of macro average precision and single-choice macro-F1 on dev."""
        return dev_score(self.classifier, self.dev)


@dataclass
class Position:
    """How far a training has come: the part of its state that is no tensor."""

    epoch: int = 0
    batch: int = 0
    losses: list[float] = field(default_factory=list)
    best: float = -1.0
    waited: int = 0
    seconds: float = 0.0
    told: list[dict[str, Any]] = field(default_factory=list)


def train(
    recipe: Recipe,
    data: Dataset,
    report: Callable[[Progress], None],
    tick: Callable[[int], None] = lambda _: None,
    store: Store | None = None,
) -> Classifier:
    """Train the recipe's base on the ``train`` units and return the best epoch's classifier.

    The best epoch is the one with the highest mean of macro average precision and single-choice
    macro-F1 on ``dev``. `tick` is told of every batch's size; `store` keeps the state, and what it
    holds already is continued. The classifier is not calibrated yet.
    """
    learning, dev = parts(recipe, data)
    where = hardware.choose(recipe)
    seed(recipe)
    classifier = fresh(recipe, data)
    classifier.network.to(where.device)
    if recipe.method == "linear":
        start = time.monotonic()
        progress = Progress(1, 0.0, linear.fit(classifier, learning, dev), time.monotonic() - start)
        report(progress)
        if store:
            store.log.unlink(missing_ok=True)
            store.note(**asdict(progress))
    else:
        task = begin(classifier, recipe, learning, dev)
        Loop(task, classifier, recipe, len(learning), where, store).run(learning, report, tick)
    classifier.network.to("cpu").eval()
    return classifier


def begin(classifier: Classifier, recipe: Recipe, learning: Dataset, dev: Dataset) -> Task:
    """Return the task of the recipe's method, the head of its classifier made ready."""
    if recipe.method == "few-shot":
        return fewshot.Pairs(classifier, learning, dev)
    set_prior(classifier, learning)
    return FineTuning(classifier, recipe, learning, dev)


def parts(recipe: Recipe, data: Dataset) -> tuple[Dataset, Dataset]:
    """Return the units to learn from and those of dev, refusing an empty part and a dev that can choose nothing."""
    learning, dev = data.split("train"), data.split("dev")
    for name, part in (("train", learning), ("dev", dev)):
        if not len(part):
            raise CommuniqueError(f"{recipe.data}: no unit stands in the split {name}; training needs train and dev")
    if not can_score(dev):
        raise CommuniqueError(
            f"{recipe.data}: dev holds no positive of any label, so nothing can be chosen on it; take the split stratified, or code more"
        )
    return learning, dev


def seed(recipe: Recipe) -> None:
    """Seed torch, and set its threads."""
    import torch

    torch.manual_seed(recipe.seed)
    if recipe.threads:
        torch.set_num_threads(recipe.threads)


class Loop:
    """One training from its beginning, or from where its state says, to its end."""

    def __init__(
        self, task: Task, classifier: Classifier, recipe: Recipe, units: int, where: Hardware, store: Store | None
    ) -> None:
        self.task, self.classifier, self.recipe, self.where, self.store = task, classifier, recipe, where, store
        self.units = units
        steps = recipe.epochs * math.ceil(math.ceil(units / recipe.batch) / recipe.accumulate)
        self.optimiser, self.schedule = schedule.optimiser(classifier.network, recipe, steps)
        self.scaler = where.scaler()
        self.position, self.kept = Position(), dict[str, Any]()

    def run(self, learning: Dataset, report: Callable[[Progress], None], tick: Callable[[int], None]) -> None:
        """Train to the last epoch, or until dev no longer gains, and leave the chosen weights in the network."""
        if not self._restore(report, tick) and self.recipe.warm_start and not self.recipe.embeds:
            self._warm_start(learning, tick)
            self.optimiser.zero_grad()  # of what the warm start's last step left
        while self.position.epoch < self.recipe.epochs and not self._tired():
            self._epoch(feed.encode(self.classifier, learning, self.recipe, self.position.epoch), tick)
            report(self._ended())
            self._save()
        self.classifier.network.load_state_dict(self.kept, strict=False)

    def _warm_start(self, learning: Dataset, tick: Callable[[int], None]) -> None:
        if warmstart.has_pooler(self.classifier.network):
            rows = feed.encode(self.classifier, learning, self.recipe, 0)
            warmstart.warm_start(self.classifier, rows, self.recipe.seed, tick)

    def _epoch(self, rows: list[Encoded], tick: Callable[[int], None]) -> None:
        self.classifier.network.train()
        start, before = time.monotonic(), self.position.seconds
        batches = list(feed.batches(rows, self.recipe, self.position.epoch))
        for n, batch in enumerate(batches[self.position.batch :], self.position.batch + 1):
            self.step(rows, batch, last=n == len(batches) or n % self.recipe.accumulate == 0)
            self.position.seconds = before + time.monotonic() - start
            tick(len(batch))
            if n % self.recipe.accumulate == 0:
                self.position.batch = n
                self._note_batch(n)
                if self.store and self.store.due():
                    self._save()

    def step(self, rows: list[Encoded], batch: list[int], *, last: bool) -> None:
        """Learn from one batch; the weights move after the last one of a step."""
        import torch

        with self.where.autocast():
            loss = self.task.loss([rows[n] for n in batch], batch)
        self.scaler.scale(loss if self.recipe.accumulate == 1 else loss / self.recipe.accumulate).backward()
        self.position.losses.append(loss.item())
        if not last:
            return
        self.scaler.unscale_(self.optimiser)
        torch.nn.utils.clip_grad_norm_(self.classifier.network.parameters(), 1.0)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        self.optimiser.zero_grad()
        self.schedule.step()

    def _ended(self) -> Progress:
        """Score the epoch that ended, keep its weights where they are the ones to keep, and say so."""
        now, start = self.position, time.monotonic()
        self.classifier.network.eval()
        found = self.task.score()
        now.seconds += time.monotonic() - start
        now.epoch, now.batch, now.waited = now.epoch + 1, 0, 0 if found > now.best else now.waited + 1
        left = now.seconds / now.epoch * (self.recipe.epochs - now.epoch)
        progress = Progress(now.epoch, float(np.mean(now.losses)), found, now.seconds, left)
        self._keep(better=found > now.best)
        now.best, now.losses = max(found, now.best), []
        now.told.append(asdict(progress))
        if self.store:
            self.store.note(**asdict(progress))
        return progress

    def _keep(self, *, better: bool) -> None:
        weights = trained(self.classifier.network)
        if not self.recipe.average:
            if better:
                self.kept = {name: weight.detach().clone() for name, weight in weights.items()}
        elif self.position.epoch > self.recipe.epochs - self.recipe.average:
            share = 1 / self.recipe.average
            for name, weight in weights.items():
                self.kept[name] = self.kept.get(name, 0) + share * weight.detach()

    def _tired(self) -> bool:
        return 0 < self.recipe.patience <= self.position.waited

    def _note_batch(self, n: int) -> None:
        if self.store and n % LOG_EVERY == 0:
            loss = float(np.mean(self.position.losses[-LOG_EVERY:]))
            self.store.note(epoch=self.position.epoch + 1, batch=n, loss=loss, rate=self.schedule.get_last_lr()[0])

    def _save(self) -> None:
        """Put all that decides the rest of the training into the store."""
        import torch

        if not self.store:
            return
        tensors = {f"now.{name}": weight for name, weight in trained(self.classifier.network).items()}
        tensors |= {f"kept.{name}": weight for name, weight in self.kept.items()}
        for n, moments in self.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{n}.{name}": value for name, value in moments.items()}
        tensors["random.cpu"] = torch.get_rng_state()
        if self.where.device == "cuda":
            tensors["random.cuda"] = torch.cuda.get_rng_state()
        values = {"schedule": self.schedule.state_dict(), "scaler": self.scaler.state_dict()}
        self.store.save(tensors, values | {"position": asdict(self.position)})

    def _restore(self, report: Callable[[Progress], None], tick: Callable[[int], None]) -> bool:
        """Take up what the store holds, and tell again what was told; return whether there was anything."""
        import torch

        found = self.store.read() if self.store else None
        if not found:
            return False
        tensors, values = found
        self.position = Position(**values["position"])
        self.classifier.network.load_state_dict(_under("now.", tensors), strict=False)
        self.kept = {name: value.to(self.where.device) for name, value in _under("kept.", tensors).items()}
        moments: dict[int, dict[str, Any]] = {}
        for name, value in _under("optimiser.", tensors).items():
            place, _, key = name.partition(".")
            moments.setdefault(int(place), {})[key] = value
        self.optimiser.load_state_dict({**self.optimiser.state_dict(), "state": moments})
        self.schedule.load_state_dict(values["schedule"])
        for group, rate in zip(self.optimiser.param_groups, self.schedule.get_last_lr(), strict=True):
            group["lr"] = rate
        self.scaler.load_state_dict(values["scaler"])
        for progress in self.position.told:
            report(Progress(**progress))
        tick(self.position.epoch * self.units + self.position.batch * self.recipe.batch)
        torch.set_rng_state(tensors["random.cpu"])
        if "random.cuda" in tensors:
            torch.cuda.set_rng_state(tensors["random.cuda"])
        return True


def _under(prefix: str, tensors: dict[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
