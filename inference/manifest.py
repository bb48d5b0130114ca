"""What a run records of itself: what its result depends on, and where and when it was made."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import journal
from .chunks import Options
from .execution import available_threads

if TYPE_CHECKING:
    from ..models.tagger import Shipped
    from .predictor import Predictor

PACKAGES = ("communique", "torch", "transformers", "tokenizers", "sentencex")


def make_manifest(
    inputs: Sequence[str],
    predictor: Predictor | None,
    options: Options,
    engine: str = "local",
    marker: Shipped | None = None,
) -> dict[str, Any]:
    """Return a run's manifest; `decides` holds what its result depends on."""
    import platform
    from importlib.metadata import version

    decides: dict[str, Any] = {
        "inputs": list(inputs), "engine": engine, "options": asdict(options), "versions": {name: version(name) for name in PACKAGES},
    }  # fmt: skip
    if options.actors:
        decides["actors_sha256"] = hashlib.sha256(Path(options.actors).read_bytes()).hexdigest()
    if marker:
        decides |= {"tagger_sha256": marker.digest, "threads": available_threads()}
    if predictor:
        decides |= _of_model(predictor)
    machine = {"python": sys.version.split()[0], "platform": platform.platform(), "processor": platform.processor()}
    source = predictor.classifier.source if predictor else None
    return {"decides": decides, "model": source, "machine": machine, "started": now()}


def _of_model(predictor: Predictor) -> dict[str, Any]:
    model = predictor.classifier
    return {
        "model_sha256": model.digest,
        "codebook": f"{model.codebook.name} {model.codebook.version}",
        "codebook_sha256": model.codebook.digest,
        "thresholds": {name: label.threshold for name, label in model.calibration.labels.items()},
        "token_budget": model.token_budget,
        **asdict(predictor.execution),
    }


def recorded(folder: Path) -> dict[str, Any]:
    """Return what decided the run in `folder`; nothing where there is none, or its manifest is damaged."""
    try:
        found = json.loads((folder / journal.MANIFEST).read_text(encoding="utf-8"))["decides"]
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    return found if isinstance(found, dict) else {}


def now() -> str:
    """Return the time as ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
