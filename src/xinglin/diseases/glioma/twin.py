"""A glioma in three dimensions in a given brain: density maps at the asked times, what the scans would show, and how it was computed.

Any tissue map will do (a Volume of labels); places and affine are kept. A simulation for research: it stands for nobody's future.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from xinglin.diseases.glioma.treatment import Theatre, Treatment, drug_of, on_grid
from xinglin.diseases.glioma.tumour import Lump, Tumour, found_as
from xinglin.diseases.glioma.visible import FLAIR, T1GD, diameter_mm, velocity_mm_a, visible_ml
from xinglin.models.brain.tissues import LABELS, Tissue
from xinglin.models.reaction_diffusion.march import Control, Moment, Tally, march
from xinglin.records.volume import Volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

DESCRIPTION = "SIMULATION, for research / 模拟，仅供研究"


@dataclass(frozen=True, eq=False)
class TissueCourse:
    """What happened. Curves are arrays over `times_d`; densities are shares of the capacity on the brain's grid, or () when not kept."""

    times_d: tuple[float, ...]
    densities: tuple[Volume, ...]
    t1gd_ml: NDArray[np.float64]
    flair_ml: NDArray[np.float64]
    cells_ml: NDArray[np.float64]  # all cells, as millilitres filled to capacity
    tally: Tally

    @property
    def t1gd_diameter_mm(self) -> NDArray[np.float64]:
        """Of the sphere of the enhancing volume."""
        return np.array([diameter_mm(volume) for volume in self.t1gd_ml])

    @property
    def flair_diameter_mm(self) -> NDArray[np.float64]:
        """Of the sphere of the FLAIR volume."""
        return np.array([diameter_mm(volume) for volume in self.flair_ml])

    @property
    def flair_velocity_mm_a(self) -> NDArray[np.float64]:
        """Radial growth of the FLAIR volume from each time to the next, (times - 1,)."""
        return velocity_mm_a(self.times_d, self.flair_diameter_mm)

    def mask(self, index: int, threshold: float = T1GD) -> Volume:
        """Where the density at the time of that index is at least `threshold` (0.8: T1 with contrast; 0.16: FLAIR), uint8 0 and 1."""
        density = self.densities[index]
        return replace(density, voxels=(np.asarray(density.voxels, np.float32) >= threshold).astype(np.uint8), unit="", modality="SEG")


def grow(
    brain: Volume, start: Lump | Volume, tumour: Tumour, times_d: Sequence[float], *,
    treatments: Sequence[Treatment] = (), labels: Mapping[int, Tissue] = LABELS, control: Control = Control(), keep: bool = True,
) -> TissueCourse:  # fmt: skip
    """The course from `start` at day 0 (a lump, or a density map on the brain's grid, 0 to 1), looked at on each of `times_d`.

    Raises InvalidInput XL-GLIOMA-00x and XL-RD-00x for what cannot be served.
    """
    medium = tumour.medium(brain, labels)
    theatre = Theatre(medium, tumour)
    acts, drug = theatre.acts(treatments), drug_of(tumour, treatments)
    if isinstance(start, Lump):
        density = found_as(start, tumour, brain, medium)
    else:
        density = np.asarray(on_grid(start, medium, "start"), np.float32) * np.float32(tumour.capacity)
    moments = march(density, medium, tumour.growth, times_d, acts=acts, drug=drug, control=control)
    return told(moments, brain, tumour, medium.diffusivity > 0, keep)


def told(moments: Iterator[Moment], brain: Volume, tumour: Tumour, tissue: NDArray[np.bool_], keep: bool) -> TissueCourse:
    """Measures each moment as it comes; keeps the maps when asked."""
    times, maps, tally = [], [], Tally()
    curves: dict[str, list[float]] = {"t1gd": [], "flair": [], "cells": []}
    shown: Mapping[str, Callable[[NDArray[np.floating]], float]] = {
        "t1gd": lambda density: visible_ml(density, T1GD, tissue, brain.voxel_mm3),
        "flair": lambda density: visible_ml(density, FLAIR, tissue, brain.voxel_mm3),
        "cells": lambda density: float(density.sum(axis=(1, 2), dtype=np.float64).sum()) * brain.voxel_mm3 / 1000.0,
    }
    for moment in moments:
        density = moment.density / moment.density.dtype.type(tumour.capacity)
        times.append(moment.time)
        tally = moment.tally
        for name, measure in shown.items():
            curves[name].append(measure(density))
        if keep:
            maps.append(_pictured(density.astype(np.float32, copy=False), brain))
    t1gd, flair, cells = (np.array(curves[name]) for name in ("t1gd", "flair", "cells"))
    return TissueCourse(tuple(times), tuple(maps), t1gd, flair, cells, tally)


def _pictured(density: NDArray[np.float32], brain: Volume) -> Volume:
    """A density map where the brain lies."""
    details = {"description": DESCRIPTION}
    return replace(brain, voxels=density, unit="", modality="OT", instances=(), series_uid="", details=details, synthetic=True)
