"""The model folder on disk: one description of its files, which both saving and loading read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..corpus import codebook as codebooks
from ..corpus.codebook import Codebook
from ..corpus.errors import CommuniqueError

CORE = Path(__file__).parent / "core"
VOCABULARIES = ("tokenizer.json", "vocab.txt")
TOKENIZER_FILES = (*VOCABULARIES, "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")


@dataclass(frozen=True)
class ModelFolder:
    """The files of a model, by what they are for."""

    path: Path

    @property
    def config(self) -> Path:
        """The transformers configuration: label names, problem type, input format."""
        return self.path / "config.json"

    @property
    def weights(self) -> Path:
        """Whole weights; absent where the folder holds an adapter."""
        return self.path / "model.safetensors"

    @property
    def adapter(self) -> Path:
        """The PEFT adapter's configuration; absent where the folder holds whole weights."""
        return self.path / "adapter_config.json"

    @property
    def adapter_weights(self) -> Path:
        """The PEFT adapter's weights."""
        return self.path / "adapter_model.safetensors"

    @property
    def codebook(self) -> Path:
        """The label scheme."""
        return self.path / "codebook.yaml"

    @property
    def calibration(self) -> Path:
        """Slopes, thresholds, temperatures, and what they were chosen on."""
        return self.path / "calibration.json"

    @property
    def tokenizer(self) -> tuple[Path, ...]:
        """The tokenizer's files; not every tokenizer has all of them."""
        return tuple(self.path / name for name in TOKENIZER_FILES)

    @property
    def recipe(self) -> Path:
        """How the model was trained."""
        return self.path / "recipe.toml"

    @property
    def metrics(self) -> Path:
        """What was measured on it."""
        return self.path / "metrics.json"

    @property
    def log(self) -> Path:
        """The run log of its training, a line of JSON for some batches and for every epoch."""
        return self.path / "log.jsonl"

    @property
    def card(self) -> Path:
        """The model card."""
        return self.path / "README.md"

    def read_config(self) -> dict[str, Any]:
        """Return ``config.json``, refusing what is no model of this package."""
        try:
            raw = json.loads(self.config.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommuniqueError(f"{self.path} is no model folder: config.json is missing or damaged") from error
        if not isinstance(raw, dict) or "id2label" not in raw:
            raise CommuniqueError(f"{self.config} names no labels (id2label); is this a communique model?")
        if not self.weights.is_file() and not self.adapter_weights.is_file():
            raise CommuniqueError(f"{self.path} holds neither model.safetensors nor adapter_model.safetensors")
        return raw

    def read_codebook(self) -> Codebook:
        """Return the codebook, refused by name where the weights' labels are others."""
        book = codebooks.load(self.codebook)
        names = self.read_config()["id2label"]
        if not isinstance(names, dict) or set(names) != {str(n) for n in range(len(names))}:
            raise CommuniqueError(f"{self.config}: id2label must name the labels from 0 on without a gap")
        labels = tuple(names[str(n)] for n in range(len(names)))
        if labels != book.labels:
            odd = sorted(set(labels) ^ set(book.labels))
            what = f"{', '.join(odd)} stands in only one of the two" if odd else "the order differs"
            raise CommuniqueError(f"{self.path}: config.json and codebook.yaml name different labels: {what}")
        return book

    def digest(self) -> str:
        """Return a SHA-256 over all that decides the model's answers."""
        found = hashlib.sha256()
        files = (self.config, self.weights, self.adapter, self.adapter_weights, self.codebook, self.calibration)
        for path in (*files, *self.tokenizer):
            content = path.read_bytes() if path.is_file() else b""
            found.update(f"{path.name}:{len(content)}:".encode() + content)
        return found.hexdigest()


def find(model: str | Path) -> ModelFolder:
    """Return the folder of `model`: ``core`` for the shipped model, otherwise a path."""
    if str(model) == "core":
        return ModelFolder(CORE)
    path = Path(model)
    if not path.is_dir():
        raise CommuniqueError(f"no model at {path}; give a model folder, or core for the shipped one")
    return ModelFolder(path)
