"""The slow, obvious solver: the equation as it is written, in steps so small that nothing can go wrong. In float64, numpy alone.

du/dt = div(D grad u) + growth(u) - kill(t) u, flux between two voxels = harmonic mean of D times the difference, none at walls.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from xinglin.models.reaction_diffusion.growth import NO_DRUG, Drug, Growth
from xinglin.models.reaction_diffusion.march import Act, Moment, Tally
from xinglin.models.reaction_diffusion.medium import Medium

if TYPE_CHECKING:
    from numpy.typing import NDArray


def conductances(medium: Medium) -> tuple[NDArray[np.floating], ...]:
    """Per axis the conductance between neighbours, one fewer along that axis."""
    found = []
    for axis, spacing in enumerate(medium.spacing_mm):
        along = np.moveaxis(np.asarray(medium.diffusivity, np.float64), axis, 0)
        total = along[1:] + along[:-1]
        mean = np.divide(2 * along[1:] * along[:-1], total, out=np.zeros_like(total), where=total > 0)
        found.append(np.moveaxis(mean / spacing**2, 0, axis))
    return tuple(found)


def spreading(density: NDArray[np.floating], between: tuple[NDArray[np.floating], ...]) -> NDArray[np.floating]:
    """div(D grad u): what flows in less what flows out."""
    change = np.zeros_like(density)
    for axis, conductance in enumerate(between):
        values, result = np.moveaxis(density, axis, 0), np.moveaxis(change, axis, 0)
        flow = np.moveaxis(conductance, axis, 0) * (values[1:] - values[:-1])
        result[:-1] += flow
        result[1:] -= flow
    return change


def steady_step(medium: Medium) -> float:
    """The longest step at which explicit Euler is stable: 2 over the greatest rate of the operator."""
    return 1.0 / max(2.0 * medium.fastest * sum(1 / s**2 for s in medium.spacing_mm), 1e-300)


def plain_course(
    density: NDArray[np.floating], medium: Medium, growth: Growth, times: Sequence[float], *,
    acts: Sequence[Act] = (), drug: Drug = NO_DRUG, step: float = 0.1, method: Literal["euler", "rk4"] = "rk4",
) -> Iterator[Moment]:  # fmt: skip
    """The course by explicit steps no longer than `step` and never beyond what is stable. Arguments as in `march`."""
    state = np.where(medium.diffusivity > 0, density, 0).astype(np.float64)
    waiting, now = sorted(acts, key=lambda act: act.time), 0.0
    for asked in times:
        while waiting and waiting[0].time <= asked:
            act = waiting.pop(0)
            state = _walk(state, medium, growth, drug, now, act.time, step, method)
            now = max(now, act.time)
            said = act.change(state)
            state = state * np.asarray(said.survival)
            medium = said.medium or medium
            state[medium.diffusivity <= 0] = 0
        state = _walk(state, medium, growth, drug, now, asked, step, method)
        now = asked
        yield Moment(asked, state.copy(), float(state.sum()), Tally())


def _walk(
    state: NDArray[np.floating], medium: Medium, growth: Growth, drug: Drug, start: float, end: float, step: float, method: str
) -> NDArray[np.floating]:
    if end <= start:
        return state
    between = conductances(medium)
    open_voxels = medium.diffusivity > 0
    marks = drug.bends(start, end)
    for low, high in itertools.pairwise(marks):
        most = min(step, 0.9 * steady_step(medium), 0.5 / drug.decay if drug.level(low) * drug.potency > 1e-6 else step)
        count = int(np.ceil((high - low) / most - 1e-9))
        size = (high - low) / count
        for number in range(count):
            now = low + number * size

            def slope(u: NDArray[np.floating], at: float) -> NDArray[np.floating]:
                kill = drug.potency * drug.level(at) if drug.potency else 0.0
                return spreading(u, between) + np.where(open_voxels, growth.slope(u) - kill * u, 0.0)

            if method == "euler":
                state = state + size * slope(state, now)
                continue
            first = slope(state, now)
            second = slope(state + size / 2 * first, now + size / 2)
            third = slope(state + size / 2 * second, now + size / 2)
            # just before the end, so that a dose given there does not act yet
            fourth = slope(state + size * third, np.nextafter(now + size, now))
            state = state + size / 6 * (first + 2 * second + 2 * third + fourth)
    return state
