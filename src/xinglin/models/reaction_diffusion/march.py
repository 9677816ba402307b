"""The fast solver: growth and diffusion by turns, each exact, in steps as long as the wanted accuracy allows.

Strang splitting (half growth, diffusion, half growth). What a step leaves out is measured by doing it once in one go and once in
two halves; steps are chosen so that this adds up to no more than the tolerance over the whole course, whatever step is offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from xinglin.models.reaction_diffusion import kernels, weights
from xinglin.models.reaction_diffusion.box import Box, Slabs
from xinglin.models.reaction_diffusion.growth import NO_DRUG, Drug, Growth, gompertz_loss, logistic_step
from xinglin.models.reaction_diffusion.medium import Medium
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Change:
    """What an act does: the density is multiplied by `survival`, and from then on spreads in `medium`."""

    survival: NDArray[np.floating] | float = 1.0
    medium: Medium | None = None


@dataclass(frozen=True)
class Act:
    """Something done at a time. `change` sees the density then (it must not alter it) and says what happens to it."""

    time: float
    change: Callable[[NDArray[np.floating]], Change]


@dataclass(frozen=True)
class Control:
    """How exact, and how.

    tolerance: sum of absolute errors of the whole course over the sum of the density, which also bounds the error of the total.
    step: the longest step allowed, or None. precision: of the state. workers: threads; the answer does not depend on them.
    """

    tolerance: float = 5e-4
    step: float | None = None
    precision: Literal["float32", "float64"] = "float32"
    workers: int = 1


@dataclass
class Tally:
    """What the solver did: steps and stages of diffusion, its own estimate of the error, greatest imbalance of a diffusion step."""

    steps: int = 0
    stages: int = 0
    error: float = 0.0
    imbalance: float = 0.0
    shortest: float = float("inf")
    longest: float = 0.0


@dataclass(frozen=True, eq=False)
class Moment:
    """The density at an asked time (a copy of its own), its sum, and the tally so far."""

    time: float
    density: NDArray[np.floating]
    total: float
    tally: Tally


def march(
    density: NDArray[np.floating], medium: Medium, growth: Growth, times: Sequence[float], *,
    acts: Sequence[Act] = (), drug: Drug = NO_DRUG, control: Control = Control(),
) -> Iterator[Moment]:  # fmt: skip
    """The course from `density` at time 0, told at each of `times` (increasing, from 0 on; an act at a time comes before it is told).

    Raises InvalidInput XL-RD-004 (density), XL-RD-005 (times, tolerance, step).
    """
    _see(density, medium, times, control)
    # walls hold nothing, whatever the picture says
    whole = np.where(medium.diffusivity > 0, density, 0).astype(control.precision)
    traveller = _Traveller(whole, medium, growth, drug, float(times[-1]), control)
    waiting = sorted(acts, key=lambda act: act.time)
    now = 0.0
    try:
        for asked in times:
            while waiting and waiting[0].time <= asked:
                act = waiting.pop(0)
                traveller.go(now, act.time)
                now = max(now, act.time)
                traveller.change(act.change)
            traveller.go(now, asked)
            now = asked
            found = traveller.density().copy()
            yield Moment(asked, found, float(found.sum(axis=(1, 2), dtype=np.float64).sum()), traveller.tally)
    finally:
        traveller.slabs.close()


def _see(density: NDArray[np.floating], medium: Medium, times: Sequence[float], control: Control) -> None:
    if density.shape != medium.shape or not np.isfinite(density).all() or (density < 0).any():
        raise InvalidInput(
            "XL-RD-004", "the density does not fit the medium, or is no number from 0 on", where="density", fix="one number per voxel"
        )
    marks = np.asarray(times, float)
    if not len(marks) or not np.isfinite(marks).all() or marks[0] < 0 or (np.diff(marks) <= 0).any():
        raise InvalidInput("XL-RD-005", "the times are not increasing numbers from 0 on", where="times", fix="sort them")
    if (
        not 0 < control.tolerance < 1
        or control.workers < 1
        or (control.step is not None and not (np.isfinite(control.step) and control.step > 0))
    ):
        raise InvalidInput(
            "XL-RD-005", "tolerance, step or workers cannot be", where="control", fix="tolerance between 0 and 1, step above 0"
        )


class _Traveller:
    """One course on its way: the box, the pace, the tally."""

    def __init__(self, whole: NDArray[np.floating], medium: Medium, growth: Growth, drug: Drug, horizon: float, control: Control) -> None:
        self.growth, self.drug, self.tally = growth, drug, Tally()
        self.slabs = Slabs(control.workers)
        self._offered = control.step or float("inf")
        self._tail = 1e-6 if control.precision == "float32" else 1e-10
        self._noise = 40.0 * float(np.finfo(control.precision).eps)
        self._allowed = control.tolerance / max(horizon, 1e-12)  # error per unit of time
        self._step = min(self._offered, 0.25 / growth.rate if growth.rate > 0 else float("inf"), max(horizon, 1e-12))
        self._steepness, self._trusted = 0.0, 0  # error of a step over its cube, and for how many steps that is believed
        least = 1e-8 * growth.capacity if growth.law == "logistic" else 1e-9 * growth.capacity
        self.box = Box(whole, medium, least, self._margin(medium, self._step), self.slabs)

    def density(self) -> NDArray[np.floating]:
        return self.box.put_back()

    def change(self, act: Callable[[NDArray[np.floating]], Change]) -> None:
        """Lets an act see the density and does what it says."""
        whole = self.box.put_back()
        seen = whole.view()
        seen.flags.writeable = False
        said = act(seen)
        medium = said.medium or self.box.medium
        rough = said.medium is not None or isinstance(said.survival, np.ndarray)
        whole *= np.asarray(said.survival, whole.dtype)
        if rough:
            whole[medium.diffusivity <= 0] = 0
            self._trusted = 0
        self.box.reload(medium, self._margin(medium, self._step))

    def go(self, start: float, end: float) -> None:
        """From `start` to `end`."""
        now = start
        while end - now > 1e-9 * max(1.0, end):
            step = min(self._step, self._offered, end - now)
            step = (end - now) / np.ceil((end - now) / step - 1e-9)
            if self.box.empty:
                return
            self.box.widen(self._margin(self.box.medium, step))
            if self._trusted > 0 and self._steepness * step**3 <= 1.5 * self._allowed * step:
                self._stride(now, step)
                self._trusted -= 1
                now += step
            else:
                now += self._measured(now, step)

    def _measured(self, now: float, step: float) -> float:
        """Tries a step in one go and in two halves; keeps the halves when they are close. Returns how far it came."""
        while True:
            before = self.box.density.copy()
            self._stride(now, step)
            whole_step = self.box.density
            self.box.density = before.copy()
            self._stride(now, step / 2)
            self._stride(now + step / 2, step / 2)
            self.slabs.each(self.box.slices, kernels.apart, whole_step, self.box.density, self.box.sums)
            total = self.box.total()
            apart = float(self.box.sums.sum()) / total if total > 0 else 0.0
            error = apart * 4 / 3 if apart > self._noise else 0.0
            self._steepness = error / step**3
            best = np.sqrt(self._allowed / self._steepness) * 0.9 if error > 0 else 2.0 * step
            self._step = float(min(max(best, step / 8), 2.0 * step, self._offered))
            # two halves leave a quarter of the error of one step
            if error / 4 <= 1.5 * self._allowed * step:
                self.tally.error += error / 4
                self._trusted = int(np.clip(4 * self._allowed / max(self._steepness * min(step, self._step) ** 2, 1e-30), 4, 12))
                return step
            self.box.density = before
            step = self._step

    def _stride(self, now: float, step: float) -> None:
        """Half growth, diffusion, half growth."""
        self._grow(now, step / 2, 1.0)
        before = float(self.box.sums.sum())
        self._spread(step)
        after = float(self.box.sums.sum())
        if before > 0:
            self.tally.imbalance = max(self.tally.imbalance, abs(after - float(self.box.clipped.sum()) - before) / before)
        self._grow(now + step / 2, step / 2, before / after if after > 0 else 1.0)
        self.tally.steps += 1
        self.tally.error += self._steepness * step**3 if self._trusted > 0 else 0.0
        self.tally.shortest, self.tally.longest = min(self.tally.shortest, step), max(self.tally.longest, step)

    def _grow(self, now: float, duration: float, scale: float) -> None:
        box, growth = self.box, self.growth
        number = box.density.dtype.type
        if growth.law == "logistic":
            gain, crowding = logistic_step(growth, self.drug, now, duration)
            self.slabs.each(box.slices, kernels.logistic, box.density, number(scale * gain - 1.0), number(scale * crowding), box.sums)
            return
        killed = self.drug.killed(now, now + duration)
        lasting = gompertz_loss(growth, self.drug, now, duration)
        numbers = (scale, lasting, killed, growth.rate, growth.capacity, growth.floor, duration)
        self.slabs.each(box.slices, kernels.gompertz, box.density, *numbers, box.sums)

    def _spread(self, step: float) -> None:
        box = self.box
        box.clipped[:] = 0.0
        if box.medium.uniform is not None:
            self._spread_uniform(step, box.medium.uniform)
        elif box.bound > 0:
            self._spread_in_tissue(step)

    def _spread_uniform(self, step: float, diffusivity: float) -> None:
        box, first, slices = self.box, self.box.scratch[0], self.box.slices
        kernel = [weights.heat(diffusivity * step / s**2, self._tail).astype(box.density.dtype) for s in box.medium.spacing_mm]
        self.slabs.each(slices, kernels.spread_slices, box.density, first, kernel[0])
        self.slabs.each(slices, kernels.spread_rows, first, box.density, kernel[1])
        self.slabs.each(slices, kernels.spread_columns, box.density, first, kernel[2], box.sums)
        box.density, box.scratch[0] = first, box.density
        self.tally.stages += 3

    def _spread_in_tissue(self, step: float) -> None:
        """Clenshaw's sum of Chebyshev polynomials: c_K, ..., c_1 by stages, c_0 in the last."""
        box, slices = self.box, self.box.slices
        older, newer = box.scratch
        number = box.density.dtype.type
        terms = weights.polynomial(step * box.bound / 2, self._tail)
        older[...] = 0
        np.multiply(box.density, number(terms[-1]), out=newer)
        for weight in terms[-2:0:-1]:
            self.slabs.each(slices, kernels.stage, older, newer, box.density, *box.faces, number(weight))
            older, newer = newer, older
        ends = (number(terms[0]), number(0.5))
        self.slabs.each(slices, kernels.last_stage, older, newer, box.density, *box.faces, *ends, box.sums, box.clipped)
        self.tally.stages += len(terms) - 1

    def _margin(self, medium: Medium, step: float) -> tuple[int, int, int]:
        """Voxels that must be free around what is there: three times as far as cells come in a step, and two."""
        come = 3.0 * np.sqrt(2.0 * medium.fastest * step)
        slice_mm, row_mm, column_mm = medium.spacing_mm
        return int(come / slice_mm) + 2, int(come / row_mm) + 2, int(come / column_mm) + 2
