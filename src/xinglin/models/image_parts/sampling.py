"""How a flow or a diffusion is walked from noise to a picture: numpy alone around the graphs that a kept model holds.

Each picture has its own chance, drawn from the seed and its place: picture 7 is the same whether ten are asked for or a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from xinglin.records.image_learning import ImageForm, SampleRequest

Pictures = NDArray[np.float32]
Field = Callable[[Pictures, float], Pictures]

TOGETHER = 50  # pictures that go through a graph at once


def chance(request: SampleRequest, place: int, stream: int = 0) -> np.random.Generator:
    """The chance of one picture of a request; `stream` for a second, independent one."""
    return np.random.default_rng((request.seed, place, stream))


def portions(request: SampleRequest, largest: int = TOGETHER) -> Iterator[range]:
    """The places of the pictures of a request, some at a time."""
    for start in range(0, request.count, largest):
        yield range(start, min(start + largest, request.count))


def noise(request: SampleRequest, places: range, shape: tuple[int, ...], stream: int = 0) -> Pictures:
    """Standard normal noise (len(places), *shape), of each place its own."""
    return np.stack([chance(request, place, stream).standard_normal(shape, dtype=np.float32) for place in places])


def asked(request: SampleRequest, places: range, form: ImageForm) -> dict[str, Pictures]:
    """The graph input `conditions` of these pictures: nan where nothing was asked, nothing at all where the form knows no conditions."""
    if not form.conditions:
        return {}
    if request.conditions is None:
        return {"conditions": np.full((len(places), len(form.conditions)), np.nan, np.float32)}
    return {"conditions": np.asarray(request.conditions, np.float32)[places.start : places.stop]}


def guided(
    graph: Callable[..., Pictures], told: dict[str, Pictures], guidance: float, beside: Mapping[str, Pictures] | None = None
) -> Field:
    """What the graph says at a time; with guidance over 1, pushed away from what it says when nothing is asked (Ho 2022, arXiv 2207.12598)."""

    def said(state: Pictures, time: float) -> Pictures:
        inputs = {"state": state, "time": np.full(len(state), time, np.float32), **(beside or {})}
        plain = graph(**inputs, **told)
        if guidance == 1 or not told or np.isnan(told["conditions"]).all():
            return plain
        free = graph(**inputs, conditions=np.full_like(told["conditions"], np.nan))
        return (free + guidance * (plain - free)).astype(np.float32, copy=False)

    return said


def walked(field: Field, start: Pictures, times: NDArray[np.float64], second_order: bool) -> Pictures:
    """The end of the path of `start` along a field of velocities through `times`; Euler's steps, or Heun's of second order but for the last."""
    state = start
    for now, then in pairwise(times):
        stride = float(then - now)
        slope = field(state, float(now))
        ahead = (state + stride * slope).astype(np.float32, copy=False)
        if second_order and then > 0:
            ahead = (state + 0.5 * stride * (slope + field(ahead, float(then)))).astype(np.float32, copy=False)
        state = ahead
    return state


def times_of(steps: int, bend: float) -> NDArray[np.float64]:
    """Times from 1 to 0; bend over 1 lingers near the noise, under 1 near the picture (the shift of Esser 2024, arXiv 2403.03206)."""
    even = np.linspace(1.0, 0.0, steps + 1)
    return bend * even / (1 + (bend - 1) * even)
