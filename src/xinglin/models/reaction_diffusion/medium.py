"""What the cells spread in: how easily they move at each voxel, and where they cannot go.

Diffusivity 0 is a wall: nothing enters, nothing leaves, nothing grows there. The grid's edge is a wall too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Medium:
    """diffusivity: (slices, rows, columns), mm2 per unit of time, 0 for walls; spacing_mm: voxel size per axis.

    Raises InvalidInput XL-RD-001 for numbers that cannot be.
    """

    diffusivity: NDArray[np.floating]
    spacing_mm: tuple[float, float, float]

    def __post_init__(self) -> None:
        values = self.diffusivity
        if values.ndim != 3 or not values.size or values.dtype.kind != "f" or not np.isfinite(values).all() or (values < 0).any():
            raise InvalidInput(
                "XL-RD-001", "the diffusivity is no block of numbers from 0 on", where="medium", fix="give mm2 per unit of time per voxel"
            )
        if len(self.spacing_mm) != 3 or not all(np.isfinite(s) and s > 0 for s in self.spacing_mm):
            raise InvalidInput("XL-RD-001", "the voxel size is not three positive lengths", where="medium", fix="give millimetres per axis")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Slices, rows, columns."""
        slices, rows, columns = self.diffusivity.shape
        return slices, rows, columns

    @cached_property
    def uniform(self) -> float | None:
        """The diffusivity when it is the same everywhere and there is no wall inside, or None."""
        first = float(self.diffusivity.flat[0])
        return first if first > 0 and bool((self.diffusivity == first).all()) else None

    @cached_property
    def fastest(self) -> float:
        """The greatest diffusivity, mm2 per unit of time."""
        return float(self.diffusivity.max())

    @cached_property
    def open_box(self) -> tuple[tuple[int, int], ...]:
        """First and last + 1 index per axis of the voxels that are no wall; empty ranges when all is wall."""
        return spanned(self.diffusivity > 0)


def spanned(where: NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    """First and last + 1 index per axis of the true voxels; (0, 0) thrice when there are none."""
    spans = []
    for axis in range(3):
        hit = np.flatnonzero(where.any(axis=tuple(other for other in range(3) if other != axis)))
        spans.append((int(hit[0]), int(hit[-1]) + 1) if len(hit) else (0, 0))
    return tuple(spans)
