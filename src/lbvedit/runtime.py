"""Where the work runs: device, precision, seed and memory. The only file that asks CUDA."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psutil

from lbvedit.errors import RuntimeUnavailableError, UsageError

if TYPE_CHECKING:
    import torch

__all__ = [
    "check_names",
    "describe",
    "free_bytes",
    "full_precision",
    "generator",
    "has_bf16",
    "is_out_of_memory",
    "pick_device",
    "pick_dtype",
    "resident_bytes",
    "seed_everything",
]

DTYPES = ("auto", "fp16", "bf16", "fp32")


def check_names(device: str, dtype: str) -> None:
    """Refuses names that mean nothing anywhere, without loading torch.

    Raises:
        UsageError: an unknown device or dtype.
    """
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", device):
        raise UsageError(f"there is no device {device!r}", hint="auto, cpu, cuda or cuda:N", setting="device")
    if dtype not in DTYPES:
        raise UsageError(f"there is no dtype {dtype!r}", hint=", ".join(DTYPES), setting="dtype")


def pick_device(name: str = "auto") -> torch.device:
    """The device that a name means: ``auto`` is the first CUDA device, or the CPU where there is none.

    Raises:
        UsageError: not ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        RuntimeUnavailableError: CUDA was asked for and is not there, or has fewer devices.
    """
    import torch

    check_names(name, "auto")
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    kind, _, index = name.partition(":")
    if kind == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if int(index or 0) >= count:
            raise RuntimeUnavailableError(
                f"{name} was asked for, but there {'is' if count == 1 else 'are'} {count} CUDA "
                f"device{'' if count == 1 else 's'}",
                hint="--device cpu works everywhere; lbvedit doctor shows what torch sees",
                setting="device",
            )
    return torch.device(name)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, the machine's or a GPU's."""
    import torch

    return isinstance(error, (MemoryError, torch.OutOfMemoryError))


def has_bf16() -> bool:
    """Whether the CPU multiplies bf16 itself; where it does not, bf16 is slower than fp32."""
    import torch

    known: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # the oldest torch that works cannot tell
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))


def pick_dtype(
    name: str,
    device: torch.device,
    *,
    cuda: torch.dtype | None = None,
    cpu: torch.dtype | None = None,
) -> torch.dtype:
    """The precision that a name means on a device.

    Args:
        name: ``fp16``, ``bf16``, ``fp32``, or ``auto`` for the backend's own choice.
        device: where the work runs.
        cuda: the backend's choice on CUDA; fp16 where it has none.
        cpu: the backend's choice on the CPU; fp32 where it has none.

    Raises:
        UsageError: an unknown name, or fp16 on the CPU, where most operators lack it.
    """
    import torch

    check_names("auto", name)
    named = {"fp16": torch.float16, "bf16": torch.bfloat16, "fp32": torch.float32}
    if name == "auto":
        return (cuda or torch.float16) if device.type == "cuda" else (cpu or torch.float32)
    if name == "fp16" and device.type == "cpu":
        raise UsageError("fp16 does not run on the CPU", hint="--dtype fp32 or bf16, or --device cuda", setting="dtype")
    return named[name]


@contextmanager
def full_precision() -> Iterator[None]:
    """Convolutions on CUDA in all of fp32: TF32 keeps ten bits, and a colour wants more."""
    import torch

    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before


def seed_everything(seed: int) -> None:
    """Seeds torch on every device, so that a run with the same seed repeats."""
    import torch

    torch.manual_seed(seed)


def generator(seed: int) -> torch.Generator:
    """A CPU generator: noise drawn from it is the same whatever device uses it."""
    import torch

    return torch.Generator("cpu").manual_seed(seed)


def free_bytes(device: torch.device) -> int:
    """Memory that is free on a device, or available on the machine for the CPU."""
    import torch

    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return int(psutil.virtual_memory().available)


def resident_bytes() -> int:
    """What this process holds in the machine's memory."""
    return int(psutil.Process().memory_info().rss)


def describe() -> Mapping[str, Any]:
    """What torch sees, as JSON values: its version, CUDA, driver, GPUs and memory."""
    import torch

    memory = psutil.virtual_memory()
    found: dict[str, Any] = {
        "platform": platform.platform(),
        "cores": psutil.cpu_count(),
        "memory_bytes": memory.total,
        "memory_available_bytes": memory.available,
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "driver": None,
        "gpus": [],
    }
    if torch.cuda.is_available():
        found["driver"] = _driver()
        for index in range(torch.cuda.device_count()):
            free, total = torch.cuda.mem_get_info(index)
            found["gpus"].append(
                {"name": torch.cuda.get_device_name(index), "memory_bytes": total, "memory_available_bytes": free}
            )
    return found


def _driver() -> str | None:
    """The NVIDIA driver's version, where the kernel module says it."""
    from pathlib import Path

    version = Path("/sys/module/nvidia/version")
    return version.read_text().strip() if version.exists() else None
