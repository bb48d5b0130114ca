"""The recipe: everything that decides a training, in one frozen dataclass and one TOML file."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar

from ..corpus.errors import CommuniqueError
from ..models.base import BUNDLED
from ..models.inputs import InputFormat

METHODS = ("lora", "full")
Kind = TypeVar("Kind", "Recipe", InputFormat)


@dataclass(frozen=True)
class Recipe:
    """How a classifier is made.

    Attributes:
        name: the model's name.
        data: coded units: a file, a folder, or ``core`` for the shipped corpus.
        codebook: a YAML file, or ``core``.
        base: a local folder, the bundled base, or a Hub name.
        method: ``lora`` trains an adapter, ``full`` the encoder's own weights.
        rank: rank of the adapter that is saved; with ``full`` it is the truncated SVD of the change,
            and 0 saves whole weights.
        epochs: passes over the training units at most; the best on dev is kept.
        batch: units an optimiser step.
        rate: peak learning rate of the encoder; the head learns ten times as fast.
        warmup: share of the steps in which the rate rises.
        decay: weight decay.
        smoothing: label smoothing of the targets.
        warm_start: whether the first token is first taught to hold the mean of all tokens (see `warmstart`).
        positive_power: positives of a label weigh (negatives / positives) to this power; 0 is off.
        single_weight: weight of the single-choice groups' loss against the multi-choice labels'.
        context_dropout: share of training units shown without their context, and of those shown
            without their speaker.
        seed: decides initial weights, order and dropout.
        threads: processor threads; 0 leaves it to torch.

    """

    name: str = "model"
    data: str = "core"
    codebook: str = "core"
    base: str = BUNDLED
    method: Literal["lora", "full"] = "lora"
    rank: int = 80
    epochs: int = 5
    batch: int = 32
    rate: float = 5e-4
    warmup: float = 0.1
    decay: float = 0.01
    smoothing: float = 0.0
    warm_start: bool = True
    positive_power: float = 0.0
    single_weight: float = 1.0
    context_dropout: float = 0.3
    seed: int = 1
    threads: int = 0
    inputs: InputFormat = field(default_factory=InputFormat)

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise CommuniqueError(f"recipe: method is {self.method!r}; it must be one of {', '.join(METHODS)}")
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, float) and not math.isfinite(value):
                raise CommuniqueError(f"recipe: {item.name} is {value}; it must be a finite number")
        least = {"rank": 1 if self.method == "lora" else 0, "epochs": 1, "batch": 1}
        least |= dict.fromkeys(("decay", "positive_power", "single_weight", "seed", "threads"), 0)
        for name, bound in least.items():
            if getattr(self, name) < bound:
                raise CommuniqueError(f"recipe: {name} is {getattr(self, name)}; it must be at least {bound}")
        for name in ("warmup", "smoothing", "context_dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise CommuniqueError(f"recipe: {name} is {getattr(self, name)}; it must be from 0 to below 1")
        if self.rate <= 0:
            raise CommuniqueError(f"recipe: rate is {self.rate}; it must be above 0")


def load(path: str | Path) -> Recipe:
    """Read a recipe from TOML; paths in it are relative to the recipe's own folder."""
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
    return parse(raw, str(path))


def parse(raw: Mapping[str, Any], where: str = "recipe") -> Recipe:
    """Build a recipe from keys and values, refusing what it does not know."""
    values = dict(raw)
    inputs = _checked(InputFormat, values.pop("inputs", {}), f"{where}: [inputs]")
    return _checked(Recipe, values | {"inputs": inputs}, where)


def _checked(kind: type[Kind], values: Mapping[str, Any], where: str) -> Kind:
    if not isinstance(values, Mapping):
        raise CommuniqueError(f"{where} is {values!r}; it must be a table")
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
