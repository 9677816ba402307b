"""The functions of a card's formulas over torch tensors, with slopes that stay numbers where a branch is not taken.

Torch is an extra: whoever asks for it without having it is told so. What must agree with these functions is lane_math.py.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import CodeType, FunctionType, SimpleNamespace
from typing import Any

from xinglin.models.simulator.formula_source import Writing
from xinglin.records.errors import InvalidInput

Tensor = Any  # torch may be absent, so its types are not named
DEVICES = ("cpu", "cuda")


def torch_or_refusal() -> Any:
    """The torch module. Raises InvalidInput XL-SIM-060 where it is not installed."""
    try:
        import torch  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise InvalidInput(
            "XL-SIM-060", "torch is not installed", where="engine torch", fix="install xinglin[torch], or leave the engine out"
        ) from None
    return torch


@dataclass(frozen=True)
class Arithmetic:
    """Numbers of one kind on one device: float64, or float32 (faster on a graphics card, about six digits)."""

    device: str = "cpu"
    single: bool = False

    def __post_init__(self) -> None:
        # "cuda:1" is a card too
        kind = self.device.partition(":")[0]
        if kind not in DEVICES or (kind == "cuda" and not torch_or_refusal().cuda.is_available()):
            raise InvalidInput("XL-SIM-061", "there is no such device here", where="device", fix="cpu, or cuda where torch finds a card")

    @cached_property
    def torch(self) -> Any:
        """The module."""
        return torch_or_refusal()

    @cached_property
    def dtype(self) -> Any:
        """The kind of number."""
        return self.torch.float32 if self.single else self.torch.float64

    def tensor(self, values: Any) -> Tensor:
        """Numbers as a tensor of this kind, here; a tensor stays joined to what it was made of."""
        return self.torch.as_tensor(values, dtype=self.dtype, device=self.device)

    def function(self, name: str, source: str) -> Callable[..., Any]:
        """The function of that name that a text of ours defines; its words come from formulas that were checked."""
        whole = compile(source, "<card>", "exec")
        (code,) = (part for part in whole.co_consts if isinstance(part, CodeType) and part.co_name == name)
        return FunctionType(code, self.names)

    def evaluate(self, text: str, values: Mapping[str, Any]) -> Any:
        """A formula's value, elementwise."""
        return self._formula(text)(values)

    def _formula(self, text: str) -> Callable[..., Any]:
        found = self._formulas.get(text)
        if found is None:
            told = Writing(frozenset()).source(text, _Given())
            found = self._formulas[text] = self.function("formula", f"def formula(given):\n    return {told}\n")
        return found

    @cached_property
    def _formulas(self) -> dict[str, Callable[..., Any]]:
        return {}

    @cached_property
    def names(self) -> dict[str, Any]:
        """The functions by the names that formulas in source text use."""
        told = {name: getattr(self, name) for name in ("exp", "log", "power", "tanh", "average_decay", "minimum", "maximum", "where")}
        told["math"] = SimpleNamespace(sqrt=self.sqrt, inf=math.inf, nan=math.nan)
        return told | {"abs": abs, "TINY": 1e-30 if self.single else 1e-300, "__builtins__": builtins}

    def _as_tensor(self, x: Any) -> Tensor:
        return x if self.torch.is_tensor(x) else self.tensor(x)

    def exp(self, x: Any) -> Tensor:
        """e to the x; beyond what the numbers hold, the last they do."""
        low, high = (-87.0, 88.0) if self.single else (-708.0, 709.0)
        return self.torch.exp(self.torch.clamp(self._as_tensor(x), low, high))

    def log(self, x: Any) -> Tensor:
        """Natural logarithm; -inf at 0, nan below."""
        x = self._as_tensor(x)
        return self._where_positive(x, self.torch.log, -math.inf)

    def sqrt(self, x: Any) -> Tensor:
        """Square root; nan below 0."""
        return self._where_positive(self._as_tensor(x), self.torch.sqrt, 0.0)

    def power(self, x: Any, y: Any) -> Tensor:
        """x to the y for x from 0 on; nan below."""
        y = self._as_tensor(y)
        at_nought = self.torch.where(y > 0.0, 0.0, self.torch.where(y == 0.0, 1.0, math.inf)).to(self.dtype)
        return self._where_positive(self._as_tensor(x), lambda base: self.torch.exp(y * self.torch.log(base)), at_nought)

    def _where_positive(self, x: Tensor, function: Callable[[Tensor], Tensor], at_nought: Any) -> Tensor:
        # the function never sees a number it has no slope at: an untaken branch with an infinite slope would make the whole slope nan
        above = x > 0.0
        beside = self.torch.where(x == 0.0, at_nought, self.torch.where(above, 0.0, math.nan)).to(self.dtype)
        return self.torch.where(above, function(self.torch.where(above, x, 1.0)), beside)

    def tanh(self, x: Any) -> Tensor:
        """Hyperbolic tangent."""
        return self.torch.tanh(self._as_tensor(x))

    def average_decay(self, z: Any) -> Tensor:
        """Mean of e to the -s for s from 0 to z: (1 - exp(-z)) / z, 1 at 0."""
        z = self._as_tensor(z)
        near = 1.0 + z * (-1.0 / 2.0 + z * (1.0 / 6.0 + z * (-1.0 / 24.0 + z * (1.0 / 120.0 - z / 720.0))))
        small = abs(z) < 0.03
        return self.torch.where(small, near, (1.0 - self.exp(-z)) / self.torch.where(small, 1.0, z))

    def minimum(self, x: Any, y: Any) -> Tensor:
        """The lesser; nan when one is nan."""
        return self.torch.minimum(*self._alike(x, y))

    def maximum(self, x: Any, y: Any) -> Tensor:
        """The greater; nan when one is nan."""
        return self.torch.maximum(*self._alike(x, y))

    def _alike(self, x: Any, y: Any) -> tuple[Tensor, Tensor]:
        return self._as_tensor(x), self._as_tensor(y)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        """x where the condition holds, else y."""
        if not self.torch.is_tensor(condition):
            return x if condition else y
        return self.torch.where(condition, *self._alike(x, y))


class _Given(dict[str, str]):
    """Names in a formula as entries of what is given, so that a parameter called `power` hides no function."""

    def __missing__(self, name: str) -> str:
        return f'given["{name}"]'
