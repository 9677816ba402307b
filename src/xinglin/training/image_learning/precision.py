"""What numbers a network is computed in: bfloat16 where the processor has it in its own instructions, else float32.

A processor without them only pretends, and slowly; so it is looked at, never assumed.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xinglin.records.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

_WORDS = {"avx512_bf16", "amx_bf16", "avx_ne_convert", "bf16"}


@lru_cache(maxsize=1)
def processor_words() -> frozenset[str]:
    """What the processor says of itself; empty where the system does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return frozenset()
    return frozenset(word for line in lines if line.startswith(("flags", "Features")) for word in line.partition(":")[2].split())


def has_bfloat16(device: torch.device) -> bool:
    """Whether that device computes in bfloat16 itself."""
    if device.type == "cuda":
        import torch

        return torch.cuda.is_bf16_supported(including_emulation=False)
    return bool(processor_words() & _WORDS)


def see_precision(asked: str, device: torch.device) -> None:
    """Raises UsageError XL-LEARN-009 where bfloat16 is asked of a processor that has it not."""
    if asked == "bfloat16" and not has_bfloat16(device):
        raise UsageError(
            "XL-LEARN-009",
            "this processor does not compute in bfloat16",
            where="precision",
            why="it would only be slower",
            fix="precision float32",
        )


def computed(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """Forward passes inside it are computed so."""
    import torch

    return torch.autocast(device.type, torch.bfloat16) if precision == "bfloat16" else nullcontext()


@contextmanager
def repeatable(device: torch.device) -> Iterator[None]:
    """On a CPU, algorithms alone that give the same bits each time; the world's chance is as it was when this ends."""
    import torch

    deterministic: Any = torch.utils.deterministic
    before, filled = torch.get_deterministic_debug_mode(), deterministic.fill_uninitialized_memory
    if device.type == "cpu":
        torch.set_deterministic_debug_mode("error")
        deterministic.fill_uninitialized_memory = False  # else every new tensor is first filled with NaN
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        torch.set_deterministic_debug_mode(before)
        deterministic.fill_uninitialized_memory = filled
