"""A share with its uncertainty: hits of a total, and the 95 % interval around it.

Used by every measure in this folder. Wilson score interval: Wilson 1927, doi 10.1080/01621459.1927.10502953.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """`hits` of `total`; rate and bounds are shares from 0 to 1."""

    hits: int
    total: int

    @property
    def rate(self) -> float:
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return 0.0, 1.0
        z, n, p = 1.959964, self.total, self.hits / self.total
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def line(self, name: str) -> str:
        low, high = self.interval
        return f"{name:32} {self.hits:5}/{self.total:<5} {100 * self.rate:6.1f} %  ({100 * low:.1f}-{100 * high:.1f})"


def rates(counted: Iterable[tuple[str, bool]]) -> dict[str, Rate]:
    """One Rate per name from (name, hit) pairs, in order of first appearance."""
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, hit in counted:
        tally[name][0] += hit
        tally[name][1] += 1
    return {name: Rate(hits, total) for name, (hits, total) in tally.items()}
