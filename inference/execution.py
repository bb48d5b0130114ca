"""How the model runs on this machine: device, precision and threads, chosen by asking and by a brief timing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..corpus.errors import UsageError

if TYPE_CHECKING:
    import torch

Precision = Literal["auto", "fp32", "bf16", "fp16"]
PRECISIONS: tuple[Precision, ...] = ("auto", "fp32", "bf16", "fp16")
TOKEN_BUDGETS = {"cpu": {"fp32": 2048, "bf16": 4096}, "cuda": {"fp32": 16_384, "bf16": 32_768, "fp16": 32_768}}
"""Tokens of a batch: in fp32 its activations should stay in a processor's cache; half precision wants larger products."""
GAIN = 1.2
"""How many times faster half precision must be to be worth its lost digits."""
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


@dataclass(frozen=True)
class Execution:
    """How a model runs: all of it changes the last bits of a probability.

    Attributes:
        device: ``cpu`` or ``cuda``.
        precision: ``fp32``, ``bf16`` or ``fp16``.
        threads: processor threads of one matrix product.

    """

    device: str = "cpu"
    precision: str = "fp32"
    threads: int = 1

    @property
    def token_budget(self) -> int:
        """Tokens of a batch at most, with the padding."""
        return TOKEN_BUDGETS[self.device][self.precision]


REFERENCE = Execution()


def choose(precision: str = "auto", recorded: Mapping[str, Any] | None = None) -> Execution:
    """Return how to run here; what `recorded`, an interrupted run's manifest, chose is kept where nothing is forced.

    Raises:
        UsageError: there is no such precision, or this machine cannot run it.

    """
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    if precision not in PRECISIONS:
        raise UsageError(f"precision is {precision!r}; it must be one of {', '.join(PRECISIONS)}")
    if precision == "auto" and recorded and recorded.get("device") == device:
        precision = str(recorded.get("precision"))
    if precision not in TOKEN_BUDGETS[device]:
        precision = _fastest(device) if precision == "auto" else _refuse(precision, device)
    return Execution(device, precision, available_threads())


def _refuse(precision: str, device: str) -> str:
    known = ", ".join(TOKEN_BUDGETS[device])
    raise UsageError(f"precision {precision} does not run on this machine's {device}; choose from auto, {known}")


def _fastest(device: str) -> str:
    import torch

    if device == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    if not multiplies_bf16():
        return "fp32"
    return "bf16" if product_rate(torch.bfloat16) > GAIN * product_rate(torch.float32) else "fp32"


def multiplies_bf16() -> bool:
    """Return whether the processor has instructions for bf16 products (AMX or AVX512-BF16): without, they crawl."""
    import torch

    found: Mapping[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # an older torch cannot say
    return bool(found.get("amx_bf16") or found.get("avx512_bf16"))


def product_rate(dtype: torch.dtype, size: int = 1024, tries: int = 5) -> float:
    """Return the fastest of a few matrix products of `size`, in floating-point operations a second."""
    import time

    import torch

    left, right = torch.ones(size, size, dtype=dtype), torch.ones(size, size, dtype=dtype)
    times = []
    for _ in range(tries):
        start = time.perf_counter()
        torch.mm(left, right)
        times.append(time.perf_counter() - start)
    return float(2 * size**3 / min(times))


def available_threads() -> int:
    """Return how many threads a product gets: torch's own choice, within a container's quota of processors."""
    import torch

    wanted = torch.get_num_threads()  # the processors we may run on, or OMP_NUM_THREADS
    try:
        quota, period = _QUOTA.read_text(encoding="ascii").split()
        return max(1, min(wanted, int(quota) // int(period)))
    except (OSError, ValueError):  # no quota, or no such file
        return wanted
