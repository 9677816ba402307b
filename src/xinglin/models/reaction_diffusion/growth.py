"""How the cells at one place multiply and die, solved exactly over any stretch of time.

Logistic: du/dt = rate u (1 - u / capacity) - kill(t) u. Gompertz: du/dt = rate u ln(capacity / u) - kill(t) u, exponential where less
than a cell is left, since the logarithm has no bound there. Kill is what a drug does: proportional to its level, which decays.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xinglin.records.errors import InvalidInput

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)


@dataclass(frozen=True)
class Growth:
    """rate: per unit of time; capacity: the most a voxel can hold; floor: share of the capacity below which Gompertz growth is exponential.

    Raises InvalidInput XL-RD-002 for numbers that cannot be.
    """

    rate: float
    law: Literal["logistic", "gompertz"] = "logistic"
    capacity: float = 1.0
    floor: float = 1e-6

    def __post_init__(self) -> None:
        numbers = (self.rate, self.capacity, self.floor)
        if (
            not np.isfinite(numbers).all()
            or self.rate < 0
            or self.capacity <= 0
            or not 0 < self.floor < 1
            or self.law not in ("logistic", "gompertz")
        ):
            raise InvalidInput(
                "XL-RD-002", "the law of growth has a number that cannot be", where="growth", fix="rate from 0, capacity above 0"
            )

    def slope(self, density: NDArray[np.floating]) -> NDArray[np.floating]:
        """du/dt without drug, as the law says it: what the slow solver uses."""
        share = density / self.capacity
        if self.law == "logistic":
            return self.rate * density * (1.0 - share)
        return -self.rate * density * np.log(np.maximum(share, self.floor))


@dataclass(frozen=True)
class Drug:
    """A drug whose level is the sum of amount * exp(-decay * (t - time)) over its doses, and that kills `potency` * level per unit of time."""

    potency: float = 0.0
    decay: float = 1.0
    times: tuple[float, ...] = ()
    amounts: tuple[float, ...] = ()
    _doses: tuple[tuple[float, float], ...] = field(init=False, repr=False, default=())

    def __post_init__(self) -> None:
        numbers = (self.potency, self.decay, *self.times, *self.amounts)
        if (
            not np.isfinite(numbers).all()
            or self.potency < 0
            or self.decay <= 0
            or len(self.times) != len(self.amounts)
            or min(self.amounts, default=0) < 0
        ):
            raise InvalidInput(
                "XL-RD-003", "the drug has a number that cannot be", where="drug", fix="one amount from 0 per time, decay above 0"
            )
        object.__setattr__(self, "_doses", tuple(sorted(zip(self.times, self.amounts, strict=True))) if self.potency else ())

    def level(self, time: float) -> float:
        """The level at a time, the dose at that very time included."""
        return sum(amount * float(np.exp(-self.decay * (time - given))) for given, amount in self._doses if given <= time)

    def killed(self, start: float, end: float) -> float:
        """The integral of the rate of killing from `start` to `end`: survival is exp(-killed)."""
        return float(self._killed(start, np.array([end]))[0])

    def _killed(self, start: float, ends: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.zeros_like(ends)
        for given, amount in self._doses:
            begun = max(given, start)
            head = np.exp(-self.decay * (begun - given))
            total += np.where(ends > begun, amount * head * -np.expm1(-self.decay * np.maximum(ends - begun, 0.0)) / self.decay, 0.0)
        return self.potency * total

    def bends(self, start: float, end: float) -> tuple[float, ...]:
        """Times between which the rate of killing is smooth and changes by a few times at most."""
        found = {start, end}
        for given, _amount in self._doses:
            found.update(t for t in (given, *(given + k / self.decay for k in (1, 3, 8))) if start < t < end)
        return tuple(sorted(found))


NO_DRUG = Drug()


def logistic_step(growth: Growth, drug: Drug, start: float, duration: float) -> tuple[float, float]:
    """gain, crowding: u -> gain u / (1 + crowding u) is the exact solution from `start` on, drug included.

    With A(s) the integral of rate - kill, gain = exp(A(duration)) and crowding = rate / capacity * integral of exp(A).
    """
    end = start + duration
    gain = float(np.exp(growth.rate * duration - drug.killed(start, end)))
    if not drug.potency:
        grown = float(np.expm1(growth.rate * duration))
        return gain, grown / growth.capacity
    return gain, growth.rate / growth.capacity * _integral(growth.rate, drug, start, drug.bends(start, end))


def gompertz_loss(growth: Growth, drug: Drug, start: float, duration: float) -> float:
    """What the drug takes off ln(u) by the end: the rate of killing times exp(-rate * time left), integrated."""
    if not drug.potency:
        return 0.0
    end, total = start + duration, 0.0
    marks = drug.bends(start, end)
    for low, high in itertools.pairwise(marks):
        times = (low + high) / 2 + (high - low) / 2 * _NODES
        levels = np.array([drug.level(float(time)) for time in times])
        total += float(_WEIGHTS @ (drug.potency * levels * np.exp(-growth.rate * (end - times)))) * (high - low) / 2
    return total


def _integral(rate: float, drug: Drug, start: float, bends: Iterable[float]) -> float:
    total, marks = 0.0, tuple(bends)
    for low, high in itertools.pairwise(marks):
        times = (low + high) / 2 + (high - low) / 2 * _NODES
        total += float(_WEIGHTS @ np.exp(rate * (times - start) - drug._killed(start, times))) * (high - low) / 2
    return total
