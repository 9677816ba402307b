"""Real pictures parted into two halves by person, again and again, and as many made ones drawn: what any score is measured on.

The two real halves against each other are the floor, the best that can be asked; a half against the made ones is the score, at the same count.
Over many halvings the middle is the score and the spread its interval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.errors import InvalidInput
from xinglin.records.image_learning import Spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.intp]

FEWEST = 16


@dataclass(frozen=True, eq=False)
class Halving:
    """Places of as many real pictures of some people, real ones of other people, and made ones."""

    one: Rows
    other: Rows
    made: Rows


def halvings(persons: Sequence[str], made: int, times: int, seed: int) -> list[Halving]:
    """`times` halvings of real pictures, of the persons told of, and of `made` pictures, of which at most half are drawn.

    Half of each is drawn since the spread over random halves is that of a score of the whole (half-sampling, McCarthy 1969,
    doi 10.2307/1402257). Raises InvalidInput XL-JUDGE-006 where fewer than 16 pictures would be compared.
    """
    chance = np.random.default_rng(seed)
    names, whose = np.unique(np.asarray(persons), return_inverse=True)
    found = []
    for _ in range(times):
        first = np.zeros(len(names), dtype=bool)
        order = chance.permutation(len(names))
        first[order[: len(names) // 2]] = True
        one, other = (chance.permutation(np.flatnonzero(first[whose] == side)) for side in (True, False))
        count = min(len(one), len(other), made // 2)
        if count < FEWEST:
            raise InvalidInput(
                "XL-JUDGE-006", "too few pictures to judge", where=f"{len(persons)} real of {len(names)} people, {made} made",
                why=f"halves of at least {FEWEST} pictures are compared", fix="make more, or collect more",
            )  # fmt: skip
        found.append(Halving(one[:count], other[:count], chance.permutation(made)[:count]))
    return found


def spread_of(values: Sequence[float], low: float = -np.inf, high: float = np.inf) -> Spread:
    """The mean over halvings and 1.96 standard deviations to both sides, kept within what the score can be."""
    middle, reach = float(np.mean(values)), 1.96 * float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return Spread(middle, float(max(middle - reach, low)), float(min(middle + reach, high)))


def over_halvings(
    drawn: Sequence[Halving], measure: Callable[[Rows, Rows, bool], Mapping[str, float]]
) -> dict[str, tuple[list[float], list[float]]]:
    """Score -> its values for made pictures and for real ones. measure(real rows, rows, whether those are of made ones) -> score -> value."""
    found: dict[str, tuple[list[float], list[float]]] = {}
    for one in drawn:
        for place, told in enumerate((measure(one.one, one.made, True), measure(one.one, one.other, False))):
            for name, value in told.items():
                found.setdefault(name, ([], []))[place].append(value)
    return found
