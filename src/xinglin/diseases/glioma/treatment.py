"""What is done against a glioma, as the solver understands it: cut out, irradiate, give a drug.

Surgery leaves a cavity that cells do not enter. Each fraction leaves exp(-alpha d - beta d2) of the cells where it reaches. Fields are
planned on what the scans would show before the first fraction of their kind, and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from xinglin.diseases.glioma.visible import FLAIR, T1GD
from xinglin.models.reaction_diffusion.growth import Drug
from xinglin.models.reaction_diffusion.march import Act, Change
from xinglin.models.reaction_diffusion.medium import Medium
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.diseases.glioma.tumour import Tumour
    from xinglin.records.volume import Volume

Target = Literal["t1gd", "flair", "brain"]


@dataclass(frozen=True, eq=False)
class Surgery:
    """Takes out `region` (a mask on the brain's grid), or, without one, all that enhances and `margin_mm` around it."""

    time_d: float
    margin_mm: float = 0.0
    region: Volume | None = None


@dataclass(frozen=True, eq=False)
class Fraction:
    """One fraction of `dose_gy` on a target and `margin_mm` around it, or by a map of gray on the brain's grid (then `dose_gy` scales it)."""

    time_d: float
    dose_gy: float
    target: Target = "brain"
    margin_mm: float = 0.0
    dose_map: Volume | None = None


@dataclass(frozen=True)
class DrugDose:
    """One dose of the drug, in the unit its kill is given for (temozolomide: mg/m2)."""

    time_d: float
    amount: float


Treatment = Surgery | Fraction | DrugDose


def drug_of(tumour: Tumour, treatments: Sequence[Treatment]) -> Drug:
    """The drug's course; over all time a dose leaves exp(-kill * amount) of the cells, if nothing grew meanwhile."""
    doses = sorted((given for given in treatments if isinstance(given, DrugDose)), key=lambda given: given.time_d)
    decay = np.log(2.0) / tumour.drug_half_life_d
    return Drug(tumour.drug_kill * decay, decay, tuple(d.time_d for d in doses), tuple(d.amount for d in doses))


class Theatre:
    """Turns treatments into acts of the solver, remembering cavity and fields on the way."""

    def __init__(self, medium: Medium, tumour: Tumour) -> None:
        self._medium, self._tumour = medium, tumour
        self._cavity = np.zeros(medium.shape, bool)
        self._fields: dict[tuple[str, float], NDArray[np.bool_]] = {}

    def acts(self, treatments: Sequence[Treatment]) -> tuple[Act, ...]:
        """One act per surgery and fraction; drugs are not acts."""
        found = []
        for given in treatments:
            if isinstance(given, Surgery):
                found.append(Act(given.time_d, lambda density, given=given: self._cut(density, given)))
            elif isinstance(given, Fraction):
                found.append(Act(given.time_d, lambda density, given=given: self._irradiate(density, given)))
        return tuple(found)

    def _cut(self, density: NDArray[np.floating], given: Surgery) -> Change:
        if given.region is not None:
            region = on_grid(given.region, self._medium, "region") != 0
        else:
            region = self._around(density >= T1GD * self._tumour.capacity, given.margin_mm)
        self._cavity |= region
        self._medium = Medium(np.where(self._cavity, 0, self._medium.diffusivity), self._medium.spacing_mm)
        return Change(np.where(region, 0.0, 1.0).astype(density.dtype), self._medium)

    def _irradiate(self, density: NDArray[np.floating], given: Fraction) -> Change:
        alpha, beta = self._tumour.alpha_gy, self._tumour.alpha_gy / self._tumour.alpha_beta_gy
        if given.dose_map is not None:
            dose = given.dose_gy * on_grid(given.dose_map, self._medium, "dose_map").astype(np.float64)
            return Change(np.exp(-alpha * dose - beta * dose**2).astype(density.dtype))
        survival = float(np.exp(-alpha * given.dose_gy - beta * given.dose_gy**2))
        if given.target == "brain":
            return Change(survival)
        field = self._field(density, given.target, given.margin_mm)
        return Change(np.where(field, survival, 1.0).astype(density.dtype))

    def _field(self, density: NDArray[np.floating], target: str, margin_mm: float) -> NDArray[np.bool_]:
        """The target with its margin, as it was when first planned. What was cut out belongs to it; where nothing enhances, FLAIR shows it."""
        key = (target, margin_mm)
        if key not in self._fields:
            seen = (density >= (T1GD if target == "t1gd" else FLAIR) * self._tumour.capacity) | self._cavity
            if not seen.any():
                seen = density >= FLAIR * self._tumour.capacity
            self._fields[key] = self._around(seen, margin_mm)
        return self._fields[key]

    def _around(self, region: NDArray[np.bool_], margin_mm: float) -> NDArray[np.bool_]:
        if margin_mm <= 0 or not region.any():
            return region
        from scipy.ndimage import distance_transform_edt

        return np.asarray(distance_transform_edt(~region, sampling=self._medium.spacing_mm)) <= margin_mm


def on_grid(picture: Volume, medium: Medium, what: str) -> NDArray[np.generic]:
    """The voxels of a picture that must lie on the brain's grid. Raises InvalidInput XL-GLIOMA-002 when they do not."""
    if picture.shape != medium.shape or not np.allclose(picture.spacing_mm, medium.spacing_mm, rtol=1e-3):
        raise InvalidInput(
            "XL-GLIOMA-002", f"the {what} does not lie on the grid of the brain", where=what, fix="resample it onto the tissue map"
        )
    return picture.voxels
