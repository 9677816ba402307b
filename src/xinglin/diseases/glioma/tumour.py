"""One person's tumour: how fast its cells move and multiply, how it answers to treatment, and how it looks when it is found.

At the start the density falls off as in a travelling wave: (1 + exp(x))^-2 with x = (r - r0) / sqrt(6 D / rho), the one wave of Fisher's
equation known in closed form (Ablowitz and Zeppetella 1979), laid around a point so that it enhances out to the stated radius.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from xinglin.diseases.glioma.visible import T1GD
from xinglin.models.brain.tissues import LABELS, Tissue
from xinglin.models.reaction_diffusion.growth import Growth
from xinglin.models.reaction_diffusion.medium import Medium
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume


@dataclass(frozen=True)
class Tumour:
    """diffusion_*: mm2/d; proliferation: /d; alpha_gy: /Gy; alpha_beta_gy: Gy; drug_kill: cell kill (natural log) per unit of amount."""

    diffusion_white: float = 0.13
    diffusion_grey: float = 0.026
    proliferation: float = 0.02
    law: Literal["logistic", "gompertz"] = "logistic"
    alpha_gy: float = 0.03
    alpha_beta_gy: float = 10.0
    drug_kill: float = 0.0
    drug_half_life_d: float = 1.9 / 24.0
    capacity: float = 1.0

    def __post_init__(self) -> None:
        positive = (self.diffusion_white, self.diffusion_grey, self.proliferation, self.alpha_beta_gy, self.drug_half_life_d, self.capacity)
        if (
            not np.isfinite((*positive, self.alpha_gy, self.drug_kill)).all()
            or min(positive) <= 0
            or min(self.alpha_gy, self.drug_kill) < 0
        ):
            raise InvalidInput(
                "XL-GLIOMA-001", "the tumour has a number that cannot be", where="tumour", fix="rates above 0, kill from 0 on"
            )

    @property
    def growth(self) -> Growth:
        """Its law of growth."""
        return Growth(self.proliferation, self.law, self.capacity)

    def medium(self, brain: Volume, labels: Mapping[int, Tissue] = LABELS) -> Medium:
        """Where its cells can go. Raises InvalidInput XL-GLIOMA-003 when no voxel of the map is white or grey matter."""
        speeds = {"white": self.diffusion_white, "grey": self.diffusion_grey, "fluid": 0.0}
        diffusivity = np.zeros(brain.shape, np.float32)
        for label, tissue in labels.items():
            diffusivity[brain.voxels == label] = speeds[tissue]
        if not diffusivity.any():
            raise InvalidInput(
                "XL-GLIOMA-003", "the tissue map holds no white or grey matter", where="brain", fix="say which label is which tissue"
            )
        return Medium(diffusivity, brain.spacing_mm)


@dataclass(frozen=True)
class Lump:
    """A tumour as it is found: enhancing out to `radius_mm` around `place_mm` (LPS)."""

    place_mm: tuple[float, float, float]
    radius_mm: float


def found_as(lump: Lump, tumour: Tumour, brain: Volume, medium: Medium) -> NDArray[np.float32]:
    """The density at the start, 0 where no cell can be. Raises InvalidInput XL-GLIOMA-004 when the place is not in white or grey matter."""
    middle = np.asarray(brain.index_of(lump.place_mm))
    nearest = tuple(np.rint(middle).astype(int))
    inside = all(0 <= n < size for n, size in zip(nearest, brain.shape, strict=True))
    if not inside or medium.diffusivity[nearest] <= 0 or not lump.radius_mm > 0:
        raise InvalidInput(
            "XL-GLIOMA-004", "the tumour would not lie in white or grey matter", where="start", fix="choose a place inside the brain"
        )
    squares = [((np.arange(size) - at) * mm) ** 2 for size, at, mm in zip(brain.shape, middle, brain.spacing_mm, strict=True)]
    away = np.sqrt(squares[0][:, None, None] + squares[1][None, :, None] + squares[2][None, None, :])
    width = np.sqrt(6.0 * tumour.diffusion_white / tumour.proliferation)
    edge = lump.radius_mm - width * np.log(T1GD**-0.5 - 1.0)
    density = tumour.capacity * (1.0 + np.exp(np.clip((away - edge) / width, -50.0, 50.0))) ** -2.0
    return np.where(medium.diffusivity > 0, density, 0.0).astype(np.float32)
