"""Adapters: a fine-tuned network stored as its low-rank difference from the base."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

HEAD = "classifier"
_PEFT_PREFIX, _DOWN, _UP = "base_model.model.", ".lora_A.weight", ".lora_B.weight"
_PLAIN_KEYS = {
    "base_model_name_or_path", "bias", "inference_mode", "init_lora_weights", "lora_alpha", "lora_dropout", "megatron_core",
    "modules_to_save", "peft_type", "peft_version", "qalora_group_size", "r", "revision", "target_modules", "task_type",
}  # fmt: skip
SAVED_WHOLE = (HEAD, "pooler")  # of BERT; `saved_whole` tells any other network's


def save_compressed(
    network: Any, base: Any, rank: int, base_name: str, revision: str | None, folder: Path, task: str = "SEQ_CLS"
) -> None:
    """Save `network` as a PEFT adapter on `base`: the truncated SVD of each linear layer's change, in half precision.

    The best rank-r approximation of a change is its truncated singular value decomposition (Eckart and
    Young 1936), so this keeps more of a full fine-tuning than training an adapter of that rank need find.
    """
    from safetensors.torch import save_file

    before, weights = base.state_dict(), {}
    names, whole = linear_names(network), saved_whole(network)
    for name in names:
        down, up = _factors(network.state_dict()[f"{name}.weight"] - before[f"{name}.weight"], rank)
        weights[f"base_model.model.{name}.lora_A.weight"] = down.half().contiguous()
        weights[f"base_model.model.{name}.lora_B.weight"] = up.half().contiguous()
    for name, value in network.state_dict().items():
        if is_saved_whole(name, whole):
            weights[f"base_model.model.{name}"] = value.half().contiguous()
    save_file(weights, str(folder / "adapter_model.safetensors"), metadata={"format": "pt"})
    _write_config(names, whole, rank, base_name, revision, folder, task)


def merge(network: Any, folder: Path) -> Any:
    """Return `network` with the adapter in `folder` merged into its weights; `network` itself may be changed.

    A plain adapter is added as PEFT's ``merge_and_unload`` adds it, in a fraction of the time; PEFT merges all others.
    """
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    if _is_plain(config):
        return _merge_plain(network, folder, config["lora_alpha"] / config["r"])
    from peft import PeftModel

    return PeftModel.from_pretrained(network, str(folder)).merge_and_unload()


def _is_plain(config: Mapping[str, Any]) -> bool:
    """Return whether an adapter is ``W + (alpha / r) B A`` for each layer, and nothing that PEFT knows besides."""
    special = any(value for key, value in config.items() if key not in _PLAIN_KEYS)
    return config.get("peft_type") == "LORA" and config.get("bias") == "none" and not special


def _merge_plain(network: Any, folder: Path, scale: float) -> Any:
    import torch
    from safetensors.torch import load_file

    found = {
        name.removeprefix(_PEFT_PREFIX): value.float()
        for name, value in load_file(folder / "adapter_model.safetensors").items()
    }
    ups = {name: found.pop(name) for name in list(found) if name.endswith(_UP)}
    with torch.no_grad():
        for name, up in ups.items():
            layer = network.get_submodule(name.removesuffix(_UP))
            layer.weight += (up @ found.pop(name.replace(_UP, _DOWN))) * scale
    odd = network.load_state_dict(found, strict=False).unexpected_keys
    if odd:
        raise KeyError(odd[0])
    return network


def _factors(change: torch.Tensor, rank: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (rank, in) and (out, rank) matrices whose product is the best approximation of `change`."""
    import torch

    u, s, v = torch.linalg.svd(change.double(), full_matrices=False)
    root = s[:rank].sqrt()
    rest = rank - len(root)  # a layer narrower than the rank is filled up with zeros
    down, up = root[:, None] * v[:rank], u[:, :rank] * root
    return torch.nn.functional.pad(down, (0, 0, 0, rest)), torch.nn.functional.pad(up, (0, rest))


def saved_whole(network: Any) -> tuple[str, ...]:
    """Return the modules that no low rank could hold: all that stands outside the encoder, and the pooler.

    A base's checkpoint lacks what stands outside its encoder, so that it begins anew at every load.
    """
    outside = [
        name
        for name, module in network.named_children()
        if name != network.base_model_prefix and next(module.parameters(), None) is not None
    ]
    return tuple(dict.fromkeys([*outside, "pooler"]))


def is_saved_whole(name: str, whole: Collection[str] = SAVED_WHOLE) -> bool:
    """Return whether a weight belongs to one of the modules `whole`, by default the head and the pooler."""
    return any(part in whole for part in name.split("."))


def linear_names(network: Any) -> list[str]:
    """Return the names of the encoder's linear layers: what an adapter covers."""
    from torch.nn import Linear

    whole = saved_whole(network)
    return [
        name
        for name, module in network.named_modules()
        if isinstance(module, Linear) and not is_saved_whole(name, whole)
    ]


def _write_config(
    names: list[str], whole: tuple[str, ...], rank: int, base_name: str, revision: str | None, folder: Path, task: str
) -> None:
    from peft import LoraConfig

    config = LoraConfig(
        task_type=task,
        r=rank,
        lora_alpha=rank,
        target_modules=names,
        modules_to_save=list(whole),
        inference_mode=True,
    )
    config.base_model_name_or_path = base_name
    config.revision = revision
    config.save_pretrained(str(folder))
    path = folder / "adapter_config.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["target_modules"] = sorted(raw["target_modules"])  # PEFT writes a set, in no fixed order
    path.write_text(json.dumps(raw, indent=2, sort_keys=True) + "\n", encoding="utf-8")
