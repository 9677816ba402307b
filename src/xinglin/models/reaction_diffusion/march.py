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


_FIRST = 0.04  # the first step tried, as a share of the time in which cells multiply by e
_EMPTY = 1e-8  # share of the greatest density below which a voxel counts as empty when room is made around what is there ...
_EMPTY_SOON = 1e-3  # ... and times the tolerance in short courses, where a front's faint edge is not yet followed by cells that count
_SHORT, _LONG = 5.0, 10.0  # times 1 / rate


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

    tolerance: relative error of the number of cells at the end; the sum of absolute errors of the densities is held to three times as much.
    step: the longest step allowed, or None. precision: of the state. workers: threads; the answer does not depend on them.
    """

    tolerance: float = 1e-3
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
        self._offered = min(control.step or float("inf"), _steady_front(growth.rate, horizon, control.tolerance))
        self._noise = 40.0 * float(np.finfo(control.precision).eps)
        self._left, self._end = control.tolerance, horizon  # error that may still be made, and until when
        self._least_share = 0.3 * control.tolerance / max(horizon, 1e-12)  # per unit of time, however much was spent early
        self._step = min(self._offered, _FIRST / growth.rate if growth.rate > 0 else float("inf"), max(horizon, 1e-12))
        self._steepness, self._trusted = 0.0, 0  # error of a step over its cube, and for how many steps that is believed
        self._grown, self._scale = 0.0, 1.0  # until when growth is done, and what the next growth is to multiply by
        # room for a usual step at once: making room anew costs as much as several steps
        self._usual = min(self._offered, 0.25 / growth.rate if growth.rate > 0 else horizon, max(horizon, 1e-12))
        empty = _EMPTY if growth.rate * horizon > _SHORT else max(_EMPTY, _EMPTY_SOON * control.tolerance)
        self.box = Box(whole, medium, empty, _come(medium, self._usual), self.slabs)

    def density(self) -> NDArray[np.floating]:
        return self.box.put_back()

    def change(self, act: Callable[[NDArray[np.floating]], Change]) -> None:
        """Lets an act see the density and does what it says."""
        whole = self.box.put_back()
        seen = whole.view()
        seen.flags.writeable = False
        said = act(seen)
        medium = said.medium or self.box.medium
        whole *= np.asarray(said.survival, whole.dtype)
        if said.medium is not None:
            whole[medium.diffusivity <= 0] = 0
        if said.medium is not None or isinstance(said.survival, np.ndarray):
            self._trusted = 0
        self.box.reload(medium, _come(medium, self._usual))

    def go(self, start: float, end: float) -> None:
        """From `start` to `end`."""
        now = self._grown = start
        while end - now > 1e-9 * max(1.0, end) and not self.box.empty:
            step = min(self._step, self._offered, end - now)
            step = (end - now) / np.ceil((end - now) / step - 1e-9)
            self.box.widen(_come(self.box.medium, step))
            expected = self._steepness * step**3
            if self._trusted > 0 and expected <= 1.5 * self._even_share(now, step):
                self._stride(now, step)
                self._spend(expected)
                self._trusted -= 1
                now += step
            else:
                now += self._measured(now, step)
        self._grow_until(now)

    def _measured(self, now: float, step: float) -> float:
        """Tries a step in one go and in two halves; keeps the halves when they are close. Returns how far it came."""
        self._grow_until(now)
        in_one, (before, in_two) = self.box.density, self.box.copies
        before[...] = in_one
        while True:
            self._stride(now, step)
            self._grow_until(now + step)
            in_one_total = float(self.box.sums.sum())
            in_two[...] = before
            self.box.density, self._grown = in_two, now
            self._stride(now, step / 2)
            self._stride(now + step / 2, step / 2)
            self._grow_until(now + step)
            differences = np.zeros_like(self.box.sums)
            self.box.each(kernels.apart, in_one, in_two, differences, self.box.sums)
            total = float(self.box.sums.sum())
            apart = float(differences.sum()) / total if total > 0 else 0.0
            cells = abs(in_one_total - total) / total if total > 0 else 0.0
            # a difference in place smooths itself, one in number stays
            error = max(cells, apart / 3.0) * 4 / 3 if apart > self._noise else 0.0
            self._steepness = error / step**3
            share = self._even_share(now, step)
            # two halves leave a quarter of the error of one step
            if error / 4 <= max(share, 0.1 * self._left):
                self._spend(error / 4)
                self._pace(step, error, share)
                self.box.copies = [before, in_one]
                return step
            in_one[...] = before
            self.box.density, self._grown = in_one, now
            step = self._step = step * float(np.clip(0.9 * np.cbrt(max(4.0 * share, 0.4 * self._left) / error), 0.125, 0.5))

    def _pace(self, step: float, error: float, share: float) -> None:
        """The next step and how long it is to be believed, after a step with this error where `share` would have been its even share."""
        bounded = step < 0.75 * self._step or step >= 0.75 * self._offered  # by the next event, or by what was offered
        even = error / 4 <= share  # what is rough at first smooths itself
        longer = 0.9 * float(np.sqrt(share / error)) if even and error > 0 else 2.0
        self._step = min(step * float(np.clip(longer, 0.5, 2.0)), self._offered)
        # while steps may still lengthen, the next is measured too
        self._trusted = 8 if even and (longer < 2.0 or bounded) else 0

    def _even_share(self, now: float, step: float) -> float:
        """What a step may add when what is left is spent evenly over the time left."""
        return step * max(self._left / max(self._end - now, step), self._least_share)

    def _spend(self, error: float) -> None:
        self.tally.error += error
        self._left = max(self._left - error, 0.0)

    def _stride(self, now: float, step: float) -> None:
        """Growth up to the middle of the step (with what is owed from the step before), then diffusion; the other half is owed."""
        self._grow_until(now + step / 2)
        before = float(self.box.sums.sum())
        self.box.clipped[:] = 0.0
        self._spread(step)
        after = float(self.box.sums.sum())
        if before > 0:
            self.tally.imbalance = max(self.tally.imbalance, abs(after - float(self.box.clipped.sum()) - before) / before)
            self._scale = before / after
        self.tally.steps += 1
        self.tally.shortest, self.tally.longest = min(self.tally.shortest, step), max(self.tally.longest, step)

    def _grow_until(self, end: float) -> None:
        """Exact growth from where it stands; also gives back to the total what clipping added."""
        start, duration, box, growth = self._grown, end - self._grown, self.box, self.growth
        if duration <= 0 or box.empty:
            return
        number = box.density.dtype.type
        if growth.law == "logistic":
            gain, crowding = logistic_step(growth, self.drug, start, duration)
            box.each(kernels.logistic, box.density, number(self._scale * gain - 1.0), number(self._scale * crowding), box.sums)
        else:
            killed, lasting = self.drug.killed(start, end), gompertz_loss(growth, self.drug, start, duration)
            numbers = (self._scale, lasting, killed, growth.rate, growth.capacity, growth.floor, duration)
            box.each(kernels.gompertz, box.density, *numbers, box.sums)
        self._grown, self._scale = end, 1.0

    def _spread(self, step: float) -> None:
        """Diffusion by super time stepping, with as many stages as the step needs."""
        box, number = self.box, self.box.density.dtype.type
        s = weights.stages(step * box.bound)
        reach = number(weights.width(s) * step)
        newer, older = box.scratch
        box.each(kernels.first_stages, newer, box.density, box.density, *box.faces, reach, number(1), number(0))
        up, down = weights.recurrence(2)
        box.each(kernels.first_stages, older, box.density, newer, *box.faces, reach, number(up), number(down))
        older, newer = newer, older
        for j in range(3, s):
            up, down = weights.recurrence(j)
            box.each(kernels.stage, older, newer, *box.faces, reach, number(up), number(down))
            older, newer = newer, older
        (up, down), taken = weights.recurrence(s), weights.share(s)
        shares = (number(up), number(down), number(1.0 - taken), number(taken))
        box.each(kernels.last_stage, box.density, older, newer, *box.faces, reach, *shares, box.sums, box.clipped)
        self.tally.stages += s


def _steady_front(rate: float, horizon: float, tolerance: float) -> float:
    """The longest step that keeps an advancing front's velocity; trying steps cannot show it, since the front follows its faint foremost edge.

    There a super step gives exp(z) - z3 / 18 for exp(z), z = rate * step, and the front is slow by z2 / 36. In courses of many times 1 / rate
    that is held to half the tolerance; in shorter ones the edge's error does not get to where the cells are.
    """
    return float(np.sqrt(18.0 * tolerance)) * max(1.0, _LONG / (rate * horizon)) / rate if rate * horizon > 0 else float("inf")


def _come(medium: Medium, step: float) -> float:
    """How far around what is there a step needs room, in millimetres: one and a half standard deviations of how far cells come, and a voxel.

    What lies at the edge of what is there is next to nothing; what of it would come further is less than counts.
    """
    return 1.5 * float(np.sqrt(2.0 * medium.fastest * step)) + max(medium.spacing_mm)
