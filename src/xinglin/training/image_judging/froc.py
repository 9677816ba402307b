"""How many nodules are found at how many false marks per scan: the free-response curve, with what can be expected of other scans.

Counted as in LUNA16 (Setio et al., Medical Image Analysis 2017): a mark within a nodule's radius finds it; further marks of a found nodule count neither way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.image_learning import Spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.candidates import Candidate
    from xinglin.records.imaging import Point_mm

RATES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
LEAST_REACH_MM = 3.0  # of the smallest nodules: half a step of the grid and how exactly a middle can be said
RESAMPLED, SEED = 1000, 1


@dataclass(frozen=True)
class Truth:
    """A nodule that lies in a scan."""

    place_mm: Point_mm
    diameter_mm: float


@dataclass(frozen=True)
class ScanMarks:
    """Of one scan: for each nodule the score of the surest mark that found it (-1: none), and the scores of the false marks."""

    found: tuple[float, ...]
    false: tuple[float, ...]


def marks_of(candidates: Sequence[Candidate], nodules: Sequence[Truth]) -> ScanMarks:
    """Which candidates lie in which nodule; one that lies in two belongs to the nearer."""
    found, false = [-1.0] * len(nodules), []
    for one in candidates:
        apart = [float(np.linalg.norm(np.subtract(one.place_mm, nodule.place_mm))) for nodule in nodules]
        inside = [n for n, nodule in enumerate(nodules) if apart[n] <= max(LEAST_REACH_MM, nodule.diameter_mm / 2)]
        if not inside:
            false.append(one.score)
            continue
        nearest = min(inside, key=lambda n: apart[n])
        found[nearest] = max(found[nearest], one.score)
    return ScanMarks(tuple(found), tuple(false))


def sensitivities(
    scans: Sequence[ScanMarks], rates: Sequence[float] = RATES, only: Sequence[Sequence[bool]] | None = None
) -> NDArray[np.float64]:
    """The share of nodules found at each rate of false marks per scan; `only` says which nodules of each scan count. nan where none does.

    The threshold is the lowest at which no more false marks are shown than the rate allows.
    """
    false = np.sort(np.array([score for one in scans for score in one.false]))[::-1]
    found = np.array([
        score for number, one in enumerate(scans) for n, score in enumerate(one.found) if only is None or only[number][n]
    ])  # fmt: skip
    if not len(found):
        return np.full(len(rates), np.nan)
    shares = []
    for rate in rates:
        allowed = int(np.floor(rate * len(scans) + 1e-9))
        above = false[allowed] if allowed < len(false) else 0.0  # marks must score higher than the first false one that is too many
        shares.append(float((found > max(above, 0.0)).mean()))
    return np.array(shares)


def spread_of(
    scans: Sequence[ScanMarks], rates: Sequence[float] = RATES, only: Sequence[Sequence[bool]] | None = None, resampled: int = RESAMPLED
) -> tuple[tuple[Spread, ...], Spread]:
    """(at each rate, the mean over the rates), each with the limits of 95 % over scans drawn again."""
    here = sensitivities(scans, rates, only)
    draw = np.random.default_rng(SEED)
    again = []
    for _ in range(resampled):
        rows = draw.integers(0, len(scans), len(scans))
        again.append(sensitivities([scans[row] for row in rows], rates, None if only is None else [only[row] for row in rows]))
    table = np.array(again)
    low, high = np.nanpercentile(table, [2.5, 97.5], axis=0)
    each = tuple(Spread(float(a), float(b), float(c)) for a, b, c in zip(here, low, high, strict=True))
    means = np.nanpercentile(table.mean(1), [2.5, 97.5])
    return each, Spread(float(here.mean()), float(means[0]), float(means[1]))
