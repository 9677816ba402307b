"""Gliomas of many people: each grows in the made-up brain on a coarse grid, with its own cells, place and size.

`run` uses the fast solver, `reference` small explicit steps on the same grid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from xinglin.diseases.glioma.card import CARD
from xinglin.diseases.glioma.treatment import DrugDose, Fraction, Surgery, Theatre, Treatment, drug_of
from xinglin.diseases.glioma.tumour import Lump, Tumour, found_as
from xinglin.diseases.glioma.twin import TissueCourse, told
from xinglin.models.brain import WHITE, made_brain
from xinglin.models.reaction_diffusion.march import march
from xinglin.models.reaction_diffusion.reference import plain_course
from xinglin.models.simulator import population
from xinglin.models.simulator.course import measured
from xinglin.models.simulator.timeline import laid_out
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import CourseBlock, Residual
from xinglin.shelf.promises import AbstractDisease

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.simulation import SimulationRequest

    Traits = Mapping[str, NDArray[np.float64]]

VOXEL_MM = 3.0
ALLOWED = 1e-3  # relative to the greatest diameter of a course
REFERENCE_STEP_D = 0.25
LOOKS_D = 7.0  # apart at most: the time at which a size is reached lies between two looks, whatever times are asked for
_CURVES = ("t1gd_volume", "t1gd_diameter", "flair_volume", "flair_diameter")


class Glioma(AbstractDisease):
    """The three-dimensional glioma as a disease of the shelf."""

    name = CARD.name
    card = CARD

    def draw(self, request: SimulationRequest, first: int, count: int) -> dict[str, NDArray[np.float64]]:
        """The parameters of patients `first` to `first + count - 1`, name -> (count,)."""
        return population.draw(CARD, request, first, count)

    def run(self, request: SimulationRequest, traits: Traits, first: int = 0) -> CourseBlock:
        """Volumes and diameters over time, by the fast solver. Raises InvalidInput XL-SIM-02x, 03x for a request it cannot serve."""
        return self._block(request, traits, first, _fast)

    def reference(self, request: SimulationRequest, traits: Traits, first: int = 0) -> CourseBlock:
        """The same by Runge-Kutta steps of a quarter of a day."""
        return self._block(request, traits, first, _slow)

    def residual(self, request: SimulationRequest, patients: int = 1) -> Residual:
        """How far the FLAIR diameters of `run` lie from those of `reference`, relative to the greatest of each course; and what a diffusion step loses."""
        traits = self.draw(request, 0, patients)
        balance = 0.0
        greatest = 0.0
        for number in range(patients):
            one = {name: values[number : number + 1] for name, values in traits.items()}
            fast, slow = _fast(request, _person(one, 0)), _slow(request, _person(one, 0))
            balance = max(balance, fast.tally.imbalance)
            scale = max(float(slow.flair_diameter_mm.max()), 1e-9)
            greatest = max(greatest, float(np.abs(fast.flair_diameter_mm - slow.flair_diameter_mm).max()) / scale)
        return Residual(greatest, patients, REFERENCE_STEP_D, ALLOWED, balance)

    def _block(
        self,
        request: SimulationRequest,
        traits: Traits,
        first: int,
        solve: Callable[[SimulationRequest, Mapping[str, float]], TissueCourse],
    ) -> CourseBlock:
        if request.disease != self.name:
            raise InvalidInput("XL-SIM-025", "the request is for another disease", where="request.disease", fix=f"ask for {self.name}")
        laid_out(CARD, request)  # says what cannot be in the request
        if request.regimen.rules:
            raise InvalidInput("XL-GLIOMA-005", "treatment by rules is not known here", where="request.regimen", fix="give doses at times")
        values = population.with_derived(CARD, traits)
        count = len(values["radius"])
        observed = {name: np.empty((count, len(request.times)), np.float32) for name in _CURVES}
        fatal = np.full(count, np.nan)
        for number in range(count):
            person = _person(values, number)
            course = solve(request, person)
            asked = np.searchsorted(course.times_d, request.times)
            for name, curve in zip(_CURVES, _curves(course), strict=True):
                observed[name][number] = curve[asked]
            fatal[number] = _reached(course.times_d, course.t1gd_diameter_mm, person["fatal_diameter"])
        block = CourseBlock(self.name, CARD.version, first, np.array(request.times, float), values, observed, {"fatal_size": fatal})
        return measured(CARD, block, request.seed) if request.measured else block


def _person(traits: Traits, number: int) -> dict[str, float]:
    return {name: float(values[number]) for name, values in traits.items()}


def _curves(course: TissueCourse) -> tuple[NDArray[np.float64], ...]:
    return course.t1gd_ml, course.t1gd_diameter_mm, course.flair_ml, course.flair_diameter_mm


def _reached(times: tuple[float, ...], curve: NDArray[np.float64], limit: float) -> float:
    """When the curve first reaches the limit, between two looks by a straight line; NaN for not yet."""
    above = np.flatnonzero(curve >= limit)
    if not len(above):
        return float("nan")
    at = int(above[0])
    if at == 0:
        return float(times[0])
    low, high = float(curve[at - 1]), float(curve[at])
    return float(times[at - 1]) + (limit - low) / (high - low) * (float(times[at]) - float(times[at - 1]))


def tumour_of(person: Mapping[str, float]) -> Tumour:
    """The tumour with these parameters."""
    return Tumour(
        diffusion_white=person["diffusion_white"], diffusion_grey=person["diffusion_white"] * person["grey_share"],
        proliferation=person["proliferation"], alpha_gy=person["alpha"], alpha_beta_gy=person["alpha_beta"],
        drug_kill=person["drug_kill"], drug_half_life_d=person["drug_half_life"],
    )  # fmt: skip


def lump_of(person: Mapping[str, float]) -> Lump:
    """Where in the made-up brain this person's tumour is, and how large."""
    brain = made_brain(VOXEL_MM)
    white = np.flatnonzero(brain.voxels == WHITE)
    index = np.unravel_index(int(white[min(int(person["place"] * len(white)), len(white) - 1)]), brain.shape)
    return Lump(brain.point_mm((float(index[0]), float(index[1]), float(index[2]))), person["radius"])


def treatments_of(request: SimulationRequest) -> tuple[Treatment, ...]:
    """The request's doses as surgery, fractions and drug doses."""
    found: list[Treatment] = []
    for dose in request.regimen.doses:
        match dose.treatment:
            case "surgery":
                found.append(Surgery(dose.time, dose.amount))
            case "radiotherapy":
                found.append(Fraction(dose.time, dose.amount, "flair", 25.0))
            case "radiotherapy_boost":
                found.append(Fraction(dose.time, dose.amount, "t1gd", 20.0))
            case _:
                found.append(DrugDose(dose.time, dose.amount))
    return tuple(found)


def _looks(times: tuple[float, ...]) -> tuple[float, ...]:
    """The times asked for, and some between the start and the last of them."""
    return tuple(float(time) for time in np.union1d(np.arange(0.0, times[-1], LOOKS_D), times))


def _fast(request: SimulationRequest, person: Mapping[str, float]) -> TissueCourse:
    return _solve(request, person, slow=False)


def _slow(request: SimulationRequest, person: Mapping[str, float]) -> TissueCourse:
    return _solve(request, person, slow=True)


def _solve(request: SimulationRequest, person: Mapping[str, float], *, slow: bool) -> TissueCourse:
    brain, tumour = made_brain(VOXEL_MM), tumour_of(person)
    medium = tumour.medium(brain)
    density = found_as(lump_of(person), tumour, brain, medium)
    treatments = treatments_of(request)
    acts, drug = Theatre(medium, tumour).acts(treatments), drug_of(tumour, treatments)
    looks = _looks(request.times)
    if slow:
        moments = plain_course(density, medium, tumour.growth, looks, acts=acts, drug=drug, step=REFERENCE_STEP_D)
    else:
        moments = march(density, medium, tumour.growth, looks, acts=acts, drug=drug)
    return told(moments, brain, tumour, medium.diffusivity > 0, keep=False)


DISEASE = Glioma()
