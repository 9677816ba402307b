"""Are made pictures where real ones are, and is every kind of real picture also made: precision, recall, density, coverage.

A picture lies "within" a set if it is as near to one of its pictures as that one's fifth nearest neighbour in the same set. All four depend on
how many pictures there are: compare only at equal counts, and beside the same between two sets of real pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Features = NDArray[np.floating]

NEIGHBOURS = 5


class Nearness(NamedTuple):
    """Shares between 0 and 1, density from 0 to above 1; 1 is good. `recall` and `coverage` fall when kinds of pictures are missing."""

    precision: float
    recall: float
    density: float
    coverage: float


def nearness(real: Features, made: Features, neighbours: int = NEIGHBOURS) -> Nearness:
    """Of samples (n, f) of the same count n. Raises InvalidInput XL-JUDGE-004 for unequal counts or too few.

    Precision and recall after Kynkäänniemi et al. 2019 (arXiv 1904.06991), density and coverage after Naeem et al. 2020 (arXiv 2002.09797).
    Recall at unequal counts is not comparable: fewer made pictures lie further apart, and their wider balls hold more of the real ones.
    """
    if len(real) != len(made) or len(real) <= neighbours:
        raise InvalidInput(
            "XL-JUDGE-004", "nearness is told of as many real as made pictures", where=f"{len(real)} real, {len(made)} made",
            why=f"the count moves recall, and each needs {neighbours} neighbours", fix="draw as many of each",
        )  # fmt: skip
    return by_distances(distances(real, real), distances(made, made), distances(real, made), neighbours)


def by_distances(of_real: Features, of_made: Features, between: Features, neighbours: int = NEIGHBOURS) -> Nearness:
    """The same from distances: real to real (n, n), made to made (n, n), real to made (n, n)."""
    real_reach = np.partition(of_real, neighbours, axis=1)[:, neighbours]  # place 0 is the picture itself
    made_reach = np.partition(of_made, neighbours, axis=1)[:, neighbours]
    inside = between <= real_reach[:, None]
    return Nearness(
        float(inside.any(axis=0).mean()),
        float((between <= made_reach[None, :]).any(axis=1).mean()),
        float(inside.sum(axis=0).mean() / neighbours),
        float((between.min(axis=1) <= real_reach).mean()),
    )


def distances(one: Features, other: Features) -> Features:
    """Euclidean distances (n, m)."""
    from scipy.spatial.distance import cdist

    return cdist(one, other)
