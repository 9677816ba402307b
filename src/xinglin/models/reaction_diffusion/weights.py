"""Weights of diffusion over a time step, from Bessel functions: exact, positive, and adding up to 1.

exp(tau L) for a symmetric operator with spectrum in [-bound, 0] is the sum of c_k T_k(1 + 2 L / bound), with
c_0 = exp(-z) I_0(z), c_k = 2 exp(-z) I_k(z), z = tau bound / 2 (Abramowitz & Stegun 9.6.34). All c_k are positive and add up to 1, and
|T_k| <= 1: cut anywhere and scaled to 1, the sum stays between -1 and 1 for every step, however long. On a uniform grid exp(tau L) is
itself the discrete heat kernel exp(-2 s) I_m(2 s) per axis, s = D tau / h2.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ive


@lru_cache(maxsize=512)
def polynomial(z: float, tail: float) -> NDArray[np.float64]:
    """c_0 to c_K for z = tau * bound / 2, so many that less than `tail` is cut off, scaled to add up to 1."""
    weights = _until(z, tail, 2.0)
    return weights / weights.sum()


@lru_cache(maxsize=512)
def heat(s: float, tail: float) -> NDArray[np.float64]:
    """The heat kernel at distance 0, 1, 2 ... voxels for s = D tau / h2; both sides together add up to 1."""
    values = _until(2.0 * s, tail, 2.0)
    values[1:] /= 2.0
    return values / (values[0] + 2.0 * values[1:].sum())


def _until(z: float, tail: float, sides: float) -> NDArray[np.float64]:
    """exp(-z) I_k(z), twice from k = 1 on, as far as needed."""
    most = int(np.ceil(4.0 + z ** (1 / 3) * 4.0 + np.sqrt(z) * np.sqrt(2.0 * np.log(1.0 / tail)) + 2.0 * np.log10(1.0 / tail)))
    values = ive(np.arange(most + 1), z)
    values[1:] *= sides
    left = 1.0 - np.cumsum(values)
    needed = int(np.argmax(left < tail)) if bool((left < tail).any()) else most
    return values[: max(needed, 1) + 1].copy()
