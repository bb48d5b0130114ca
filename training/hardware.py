"""Where a training runs and how precisely it computes: by the recipe, and by what the machine can do."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from ..corpus.errors import CommuniqueError
from .recipe import Recipe


@dataclass(frozen=True)
class Hardware:
    """A device and a precision that this machine has. The weights themselves stay in fp32."""

    device: str
    precision: str

    def autocast(self) -> AbstractContextManager[Any]:
        """Return what the forward pass stands in: nothing in fp32, so that its numbers stay what they were."""
        import torch

        if self.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.device, dtype=torch.bfloat16 if self.precision == "bf16" else torch.float16)

    def scaler(self) -> Any:
        """Return the scaler of the loss, which does nothing but in fp16."""
        import torch

        return torch.amp.GradScaler(self.device, enabled=self.precision == "fp16")


def choose(recipe: Recipe) -> Hardware:
    """Return the recipe's device and precision, ``auto`` decided by the machine.

    Raises:
        CommuniqueError: the machine has not that device, or cannot train so on it.

    """
    device = _device(recipe.device)
    precision = _fastest(device) if recipe.precision == "auto" else recipe.precision
    if precision == "fp16" and device != "cuda":
        raise CommuniqueError(f"precision fp16 trains on cuda only, and the device is {device}; take bf16 or auto")
    return Hardware(device, precision)


def _device(wanted: str) -> str:
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(name for name, found in there.items() if found)
    if not there[wanted]:
        raise CommuniqueError(f"device {wanted} is not on this machine; write cpu or auto")
    return wanted


def _fastest(device: str) -> str:
    import torch

    if device == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    found: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)() if device == "cpu" else {}
    return "bf16" if found.get("amx_bf16") or found.get("avx512_bf16") else "fp32"


def peak_memory(device: str) -> int | None:
    """Return the most bytes this process has held so far, on the GPU where it trains there; None where unknown."""
    import torch

    if device == "cuda":
        return torch.cuda.max_memory_allocated()
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:  # Windows
        return None
    return getrusage(RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def describe(device: str) -> dict[str, Any]:
    """Return the processor or GPU by name, for the record of a training."""
    import platform

    import torch

    name = torch.cuda.get_device_name() if device == "cuda" else platform.processor() or platform.machine()
    return {"device": device, "name": name}
