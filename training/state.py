"""The state of a training on disk, from which an interrupted one continues to the same weights.

One safetensors file, replaced atomically: the weights that learn, the best ones so far, the optimiser's moments and
the random numbers' state as tensors, all else as JSON in its header. No pickle is written or read.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..corpus.errors import CommuniqueError, UsageError
from .dataset import Dataset
from .files import settle
from .recipe import Recipe

EVERY = 600.0  # seconds between two saves, beside the one after each epoch
HEADER = "communique"


def fingerprint(recipe: Recipe, data: Dataset) -> dict[str, Any]:
    """Return what must be the same for a training to go on: recipe, data, and the versions that compute."""
    from importlib.metadata import version

    packages = {name: version(name) for name in ("torch", "transformers", "peft", "tokenizers")}
    return {**asdict(recipe), "data_sha256": data.digest, **packages}


@dataclass
class Store:
    """Where the state of one training lies: a folder beside the model, gone when the model is written."""

    folder: Path
    recipe: Mapping[str, Any]
    every: float = EVERY
    saved: float = 0.0
    lines: int = 0

    @property
    def file(self) -> Path:
        """The state itself."""
        return self.folder / "state.safetensors"

    @property
    def _temporary(self) -> Path:
        return self.file.with_suffix(".tmp")

    @property
    def model(self) -> Path:
        """Where the model is made before it is moved to its place."""
        return self.folder / "model"

    @property
    def log(self) -> Path:
        """The run log: a line of JSON for some batches and for every epoch."""
        return self.folder / "log.jsonl"

    def begin(self, *, resume: bool, overwrite: bool) -> None:
        """Make way for a training, refusing to lose or to mix an unfinished one, or to remove what is no training's."""
        self._refuse_strangers()
        if not resume:
            if self.file.is_file() and not overwrite:
                raise UsageError(
                    f"{self.folder} holds an unfinished training; continue it with --resume, or begin anew with --overwrite"
                )
            shutil.rmtree(self.folder, ignore_errors=True)
        self.saved = time.monotonic()

    def _refuse_strangers(self) -> None:
        own = {self.file.name, self._temporary.name, self.log.name, self.model.name}
        found = sorted(path.name for path in self.folder.iterdir()) if self.folder.is_dir() else []
        if strangers := [name for name in found if name not in own]:
            raise UsageError(
                f"{self.folder} is where the state of the training goes, and holds {strangers[0]}; move that away, or give another -o"
            )

    def read(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the tensors and values that were saved last, None where there are none; cut the log to them.

        Raises:
            CommuniqueError: the state is damaged, or that of another training; the message says what differs.

        """
        if not self.file.is_file():
            self.log.unlink(missing_ok=True)
            return None
        tensors, header = self._read()
        was = header.pop("recipe")
        now = json.loads(json.dumps(self.recipe))
        if odd := sorted(key for key in {*was, *now} if was.get(key) != now.get(key)):
            raise CommuniqueError(
                f"{self.folder} is of another training: {', '.join(odd)} differ; undo that, or begin anew with --overwrite"
            )
        self.lines = header.pop("lines")
        kept = self.log.read_bytes().split(b"\n")[: self.lines] if self.log.is_file() else []
        self.log.write_bytes(b"".join(line + b"\n" for line in kept))
        return tensors, header

    def _read(self) -> tuple[dict[str, Any], dict[str, Any]]:
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(str(self.file), framework="pt") as file:
                return {name: file.get_tensor(name) for name in file.keys()}, json.loads(file.metadata()[HEADER])  # noqa: SIM118 (no mapping)
        except (OSError, ValueError, TypeError, KeyError, SafetensorError) as error:
            raise CommuniqueError(f"{self.file} is damaged; begin anew with --overwrite") from error

    def due(self) -> bool:
        """Return whether the last save is long enough ago."""
        return time.monotonic() - self.saved >= self.every

    def save(self, tensors: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Replace the state, so that a reader finds the old one or the new one whole."""
        from safetensors.torch import save_file

        header = json.dumps({**values, "recipe": self.recipe, "lines": self.lines}, allow_nan=False)
        self.folder.mkdir(parents=True, exist_ok=True)
        save_file(
            {k: v.detach().cpu().contiguous() for k, v in tensors.items()}, str(self._temporary), {HEADER: header}
        )
        settle(self._temporary, self.file)
        self.saved = time.monotonic()

    def note(self, **values: Any) -> None:
        """Append a line to the run log."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(values, allow_nan=False) + "\n")
        self.lines += 1

    def end(self) -> None:
        """Remove the folder: the model is written."""
        shutil.rmtree(self.folder)
