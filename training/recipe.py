"""The recipe: everything that decides a training, in one frozen dataclass and one TOML file."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar

from ..corpus.errors import CommuniqueError
from ..models.base import BUNDLED
from ..models.inputs import InputFormat

METHODS = ("lora", "full", "linear", "few-shot")
CHOICES = {
    "method": METHODS,
    "split": ("grouped", "stratified", "time"),
    "precision": ("fp32", "auto", "bf16", "fp16"),
    "device": ("auto", "cpu", "cuda", "mps"),
    "loss": ("cross-entropy", "focal", "asymmetric"),
}
BY_METHOD = {"few-shot": {"epochs": 20, "rate": 1e-4}}  # defaults that the method changes
LEAST = {"epochs": 1, "batch": 1, "accumulate": 1} | dict.fromkeys(
    ("patience", "average", "decay", "positive_power", "single_weight", "seed", "threads"), 0
)
Kind = TypeVar("Kind", "Recipe", InputFormat)
_NOTE = re.compile(r"^ {8}(\w+): (.*(?:\n {12}.*)*)", re.MULTILINE)  # an entry of a docstring's Attributes


@dataclass(frozen=True)
class Recipe:
    """How a classifier is made.

    Attributes:
        name: the model's name.
        data: coded units: a file, a folder, or ``core`` for the shipped corpus.
        codebook: a YAML file, or ``core``.
        base: a local folder, the bundled base, or a Hub name.
        method: ``lora`` trains an adapter, ``full`` the encoder's own weights, ``linear`` a logistic regression on
            frozen embeddings, ``few-shot`` the encoder by pairs of sentences and then that regression.
        split: how data without a split are divided: ``grouped`` by a hash of the document, ``stratified`` so that
            rare labels fall into both parts, ``time`` with the latest documents for dev.
        rank: rank of the adapter that is saved; with ``full`` it is the truncated SVD of the change,
            and 0 saves whole weights. The other methods save whole weights.
        epochs: passes over the training units at most; the best on dev is kept.
        patience: epochs without a better dev score after which training stops; 0 is never.
        average: how many of the last epochs' weights are averaged, instead of keeping the best; 0 is off.
        batch: units that the network sees at once.
        accumulate: batches an optimiser step.
        rate: peak learning rate of the encoder; the head learns ten times as fast.
        layer_decay: each layer's rate is that of the layer above times this; 1 gives all the same.
        warmup: share of the steps in which the rate rises.
        decay: weight decay.
        loss: of the multi-choice labels: ``cross-entropy``, ``focal`` (Lin et al. 2017, gamma 2) or ``asymmetric``
            (Ridnik et al. 2021, gamma 4 and margin 0.05 for the negatives).
        smoothing: label smoothing of the targets.
        warm_start: whether the first token is first taught to hold the mean of all tokens (see `warmstart`).
        positive_power: positives of a label weigh (negatives / positives) to this power; 0 is off.
        single_weight: weight of the single-choice groups' loss against the multi-choice labels'.
        context_dropout: share of training units shown without their context, and of those shown
            without their speaker.
        seed: decides initial weights, order and dropout.
        threads: processor threads; 0 leaves it to torch.
        device: ``auto`` takes CUDA, then MPS, then the processor.
        precision: ``auto`` takes bf16 or fp16 where the device computes them faster than fp32.

    """

    name: str = "model"
    data: str = "core"
    codebook: str = "core"
    base: str = BUNDLED
    method: Literal["lora", "full", "linear", "few-shot"] = "lora"
    split: Literal["grouped", "stratified", "time"] = "grouped"
    rank: int = 80
    epochs: int = 5
    patience: int = 0
    average: int = 0
    batch: int = 32
    accumulate: int = 1
    rate: float = 5e-4
    layer_decay: float = 1.0
    warmup: float = 0.1
    decay: float = 0.01
    loss: Literal["cross-entropy", "focal", "asymmetric"] = "cross-entropy"
    smoothing: float = 0.0
    warm_start: bool = True
    positive_power: float = 0.0
    single_weight: float = 1.0
    context_dropout: float = 0.3
    seed: int = 1
    threads: int = 0
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    precision: Literal["fp32", "auto", "bf16", "fp16"] = "fp32"
    inputs: InputFormat = field(default_factory=InputFormat)

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise CommuniqueError(
                    f"recipe: {name} is {getattr(self, name)!r}; it must be one of {', '.join(choices)}"
                )
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, float) and not math.isfinite(value):
                raise CommuniqueError(f"recipe: {item.name} is {value}; it must be a finite number")
        for name, bound in (LEAST | {"rank": 1 if self.method == "lora" else 0}).items():
            if getattr(self, name) < bound:
                raise CommuniqueError(f"recipe: {name} is {getattr(self, name)}; it must be at least {bound}")
        self._check_shares()

    def _check_shares(self) -> None:
        for name in ("warmup", "smoothing", "context_dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise CommuniqueError(f"recipe: {name} is {getattr(self, name)}; it must be from 0 to below 1")
        if self.rate <= 0:
            raise CommuniqueError(f"recipe: rate is {self.rate}; it must be above 0")
        if not 0 < self.layer_decay <= 1:
            raise CommuniqueError(f"recipe: layer_decay is {self.layer_decay}; it must be above 0, and 1 at most")
        if self.average and (self.patience or self.average > self.epochs):
            raise CommuniqueError(
                f"recipe: average is {self.average} with epochs {self.epochs} and patience {self.patience}; "
                "averaging needs that many epochs and none left out: set patience to 0"
            )

    @property
    def adapter(self) -> bool:
        """Whether an adapter is saved, not whole weights."""
        return self.method == "lora" or (self.method == "full" and self.rank > 0)

    @property
    def embeds(self) -> bool:
        """Whether a regression on sentence embeddings makes the head."""
        return self.method in ("linear", "few-shot")


def load(path: str | Path, flags: Mapping[str, Any] | None = None) -> Recipe:
    """Read a recipe from TOML, `flags` over what it says; paths in it are relative to the recipe's own folder."""
    path = Path(path)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommuniqueError(f"cannot read recipe {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CommuniqueError(f"recipe {path} is no valid TOML: {error}") from error
    for key in ("data", "codebook", "base"):
        if key in raw and (path.parent / str(raw[key])).exists():
            raw[key] = str(path.parent / str(raw[key]))
    return parse(raw, str(path), flags)


def parse(raw: Mapping[str, Any], where: str = "recipe", flags: Mapping[str, Any] | None = None) -> Recipe:
    """Build a recipe from keys and values, refusing what it does not know; `flags` go over them, those of [inputs] too."""
    inputs, values = raw.get("inputs", {}), {key: value for key, value in raw.items() if key != "inputs"}
    if not isinstance(inputs, Mapping):
        raise CommuniqueError(f"{where}: [inputs] is {inputs!r}; it must be a table")
    of_inputs = {item.name for item in fields(InputFormat)}
    for key, value in (flags or {}).items():
        if key in of_inputs:
            inputs = {**inputs, key: value}
        else:
            values[key] = value
    values = BY_METHOD.get(str(values.get("method")), {}) | values
    return _checked(Recipe, values | {"inputs": _checked(InputFormat, inputs, f"{where}: [inputs]")}, where)


def explained() -> dict[str, tuple[Any, str]]:
    """Return every key with its default and what its class's docstring says of it, those of [inputs] last."""
    found: dict[str, tuple[Any, str]] = {}
    for kind in (Recipe, InputFormat):
        notes = dict(_NOTE.findall((kind.__doc__ or "").partition("Attributes:")[2]))
        for item in fields(kind):
            if item.name != "inputs":
                found[item.name] = (getattr(kind(), item.name), " ".join(notes.get(item.name, "").split()))
    return found


def _checked(kind: type[Kind], values: Mapping[str, Any], where: str) -> Kind:
    known = {item.name: type(getattr(kind(), item.name)) for item in fields(kind)}
    for key, value in values.items():
        if key not in known:
            raise CommuniqueError(f"{where}: unknown key {key!r}; the keys are {', '.join(sorted(known))}")
        wanted = (int, float) if known[key] is float else known[key]
        if not isinstance(value, wanted) or (isinstance(value, bool) and known[key] is not bool):
            raise CommuniqueError(f"{where}: {key} is {value!r}; it must be of type {known[key].__name__}")
    return kind(**values)


def dump(recipe: Recipe) -> str:
    """Return the recipe as TOML; `parse` reads it back to an equal recipe."""
    values = asdict(recipe)
    inputs = values.pop("inputs")
    lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
    return "\n".join([*lines, "", "[inputs]", *(f"{key} = {_toml(value)}" for key, value in inputs.items())]) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):  # JSON's escapes are TOML's too, but JSON lets DEL stand
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)
