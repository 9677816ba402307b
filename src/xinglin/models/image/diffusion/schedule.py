"""How much picture and how much noise a state holds at a time in [0, 1], and DDIM's way back: numpy alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xinglin.models.image_parts import sampling
from xinglin.records.image_learning import SampleRequest

Pictures = NDArray[np.float32]

LATEST = 0.999  # at 1 a state holds no picture at all, and nothing could be told of it
BETA_FIRST, BETA_LAST = 0.1, 20.0  # of Ho 2020, in continuous time as Song 2021 (arXiv 2011.13456) writes it


def shares(time: Any, kind: str, library: Any = np) -> tuple[Any, Any]:
    """The shares of picture and of noise at a time; their squares sum to 1. `library`: numpy or torch, as time is.

    cosine: Nichol 2021 (arXiv 2102.09672). linear: Ho 2020 (arXiv 2006.11239).
    """
    if kind == "cosine":
        return library.cos(time * (math.pi / 2)), library.sin(time * (math.pi / 2))
    kept = library.exp(-0.25 * time**2 * (BETA_LAST - BETA_FIRST) - 0.5 * time * BETA_FIRST)
    return kept, library.sqrt(1 - kept**2)


def walked_back(
    said: Callable[[Pictures, float], Pictures],
    request: SampleRequest,
    places: range,
    shape: tuple[int, ...],
    kind: str,
    steps: int,
    eta: float,
) -> Pictures:
    """Pictures from noise by DDIM (Song 2021, arXiv 2010.02502); eta 1 draws new noise at each step as DDPM does, 0 none.

    `said` tells the velocity: noise x share of picture - picture x share of noise (Salimans 2022, arXiv 2202.00512).
    """
    state = sampling.noise(request, places, shape)
    times = np.linspace(LATEST, 0.0, steps + 1)
    for number, (now, then) in enumerate(pairwise(times)):
        (signal, noise), (signal_then, noise_then) = shares(now, kind), shares(then, kind)
        velocity = said(state, float(now))
        picture = np.clip(signal * state - noise * velocity, -1, 1)
        heard = (state - signal * picture) / noise
        fresh = eta * noise_then / noise * math.sqrt(max(1 - (signal / signal_then) ** 2, 0.0))
        state = signal_then * picture + math.sqrt(max(noise_then**2 - fresh**2, 0.0)) * heard
        if fresh > 0 and then > 0:
            state = state + fresh * sampling.noise(request, places, shape, stream=2 + number)
        state = state.astype(np.float32, copy=False)
    return np.clip(state, -1, 1)
