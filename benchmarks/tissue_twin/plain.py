"""The solvers people write for growth and spread on a grid, plainly."""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def conductances(diffusivity: Array) -> list[Array]:
    """Between neighbours along each axis, 1 mm voxels, in the type of the diffusivity."""
    found = []
    for axis in range(3):
        a = np.moveaxis(diffusivity, axis, 0)
        total = a[1:] + a[:-1]
        found.append(np.ascontiguousarray(np.moveaxis(np.where(total > 0, 2 * a[1:] * a[:-1] / np.where(total > 0, total, 1), 0), 0, axis)))
    return found


def slope(u: Array, between: list[Array], rate: np.floating) -> Array:
    """Flux in less flux out, and logistic growth, by numpy slices."""
    change = rate * u * (1 - u)
    flow = between[0] * (u[1:] - u[:-1])
    change[:-1] += flow
    change[1:] -= flow
    flow = between[1] * (u[:, 1:] - u[:, :-1])
    change[:, :-1] += flow
    change[:, 1:] -= flow
    flow = between[2] * (u[:, :, 1:] - u[:, :, :-1])
    change[:, :, :-1] += flow
    change[:, :, 1:] -= flow
    return change


def euler(u: Array, between: list[Array], rate: float, step: float, steps: int) -> Array:
    number = u.dtype.type
    for _ in range(steps):
        u = u + number(step) * slope(u, between, number(rate))
    return u


def rk4(u: Array, between: list[Array], rate: float, step: float, steps: int) -> Array:
    """Kutta's 3/8 rule."""
    number = u.dtype.type
    h, third, r = number(step), number(1 / 3), number(rate)
    for _ in range(steps):
        k1 = slope(u, between, r)
        k2 = slope(u + h * k1 * third, between, r)
        k3 = slope(u + h * (k2 - k1 * third), between, r)
        k4 = slope(u + h * (k1 - k2 + k3), between, r)
        u = u + (k1 + 3 * (k2 + k3) + k4) * h * number(0.125)
    return u


@nb.njit(fastmath=True, cache=True)
def _fused(u, v, fz, fy, fx, step, rate, steps):
    one = u.dtype.type(1)
    for n in range(steps):
        a, b = (u, v) if n % 2 == 0 else (v, u)
        for i in range(1, a.shape[0] - 1):
            for j in range(1, a.shape[1] - 1):
                for k in range(1, a.shape[2] - 1):
                    q = a[i, j, k]
                    flow = (
                        fz[i, j, k] * (a[i - 1, j, k] - q) + fz[i + 1, j, k] * (a[i + 1, j, k] - q)
                        + fy[i, j, k] * (a[i, j - 1, k] - q) + fy[i, j + 1, k] * (a[i, j + 1, k] - q)
                        + fx[i, j, k] * (a[i, j, k - 1] - q) + fx[i, j, k + 1] * (a[i, j, k + 1] - q)
                    )  # fmt: skip
                    b[i, j, k] = q + step * (flow + rate * q * (one - q))
    return u if steps % 2 == 0 else v


def rimmed(u: Array, between: list[Array]) -> tuple[Array, list[Array]]:
    """With a rim of one voxel, so that loops need no cases; the conductance before each voxel."""
    faces = []
    for axis, conductance in enumerate(between):
        face = np.zeros(tuple(n + 2 for n in u.shape), u.dtype)
        spans = [slice(1, -1)] * 3
        spans[axis] = slice(2, -1)
        face[tuple(spans)] = conductance
        faces.append(face)
    return np.pad(u, 1), faces


def euler_fused(u: Array, between: list[Array], rate: float, step: float, steps: int) -> Array:
    wide, faces = rimmed(u, between)
    number = u.dtype.type
    return _fused(wide, np.zeros_like(wide), *faces, number(step), number(rate), steps)[1:-1, 1:-1, 1:-1]


@nb.njit(fastmath=True, cache=True)
def _flow(a, fz, fy, fx, out):
    for i in range(1, a.shape[0] - 1):
        for j in range(1, a.shape[1] - 1):
            for k in range(1, a.shape[2] - 1):
                q = a[i, j, k]
                out[i, j, k] = (
                    fz[i, j, k] * (a[i - 1, j, k] - q) + fz[i + 1, j, k] * (a[i + 1, j, k] - q)
                    + fy[i, j, k] * (a[i, j - 1, k] - q) + fy[i, j + 1, k] * (a[i, j + 1, k] - q)
                    + fx[i, j, k] * (a[i, j, k - 1] - q) + fx[i, j, k + 1] * (a[i, j, k + 1] - q)
                )  # fmt: skip


@nb.njit(fastmath=True, cache=True)
def _rkl_stage(y, y1, y2, y0, m0, fz, fy, fx, mu, nu, mt, gt):
    z = y0.dtype.type(1) - mu - nu
    for i in range(1, y.shape[0] - 1):
        for j in range(1, y.shape[1] - 1):
            for k in range(1, y.shape[2] - 1):
                q = y1[i, j, k]
                flow = (
                    fz[i, j, k] * (y1[i - 1, j, k] - q) + fz[i + 1, j, k] * (y1[i + 1, j, k] - q)
                    + fy[i, j, k] * (y1[i, j - 1, k] - q) + fy[i, j + 1, k] * (y1[i, j + 1, k] - q)
                    + fx[i, j, k] * (y1[i, j, k - 1] - q) + fx[i, j, k + 1] * (y1[i, j, k + 1] - q)
                )  # fmt: skip
                y[i, j, k] = mu * q + nu * y2[i, j, k] + z * y0[i, j, k] + mt * flow + gt * m0[i, j, k]


@nb.njit(fastmath=True, cache=True)
def _logistic(u, gain):
    one = u.dtype.type(1)
    for i in range(u.shape[0]):
        for j in range(u.shape[1]):
            for k in range(u.shape[2]):
                q = u[i, j, k]
                u[i, j, k] = q * gain / (one + q * (gain - one))


def rkl2(u: Array, between: list[Array], rate: float, step: float, steps: int, stages: int) -> Array:
    """Strang splitting, diffusion by the second-order Runge-Kutta-Legendre method of `stages` stages."""
    wide, faces = rimmed(u, between)
    number = u.dtype.type
    m0, a, b, c = (np.zeros_like(wide) for _ in range(4))
    width = 4.0 / (stages**2 + stages - 2)
    weight = [1 / 3, 1 / 3, 1 / 3, *((j * j + j - 2) / (2 * j * (j + 1)) for j in range(3, stages + 1))]
    _logistic(wide, number(np.exp(rate * step / 2)))
    for n in range(steps):
        _flow(wide, *faces, m0)
        older, newer = wide, wide + number(weight[1] * width * step) * m0
        free = [b, c, a]
        for j in range(2, stages + 1):
            mu, nu = (2 * j - 1) / j * weight[j] / weight[j - 1], -(j - 1) / j * weight[j] / weight[j - 2]
            mt = mu * width
            gt = -(1 - weight[j - 1]) * mt
            y = free.pop()
            _rkl_stage(y, newer, older, wide, m0, *faces, number(mu), number(nu), number(mt * step), number(gt * step))
            if older is not wide:
                free.append(older)
            older, newer = newer, y
        wide = newer.copy()
        _logistic(wide, number(np.exp(rate * (step if n < steps - 1 else step / 2))))
    return wide[1:-1, 1:-1, 1:-1]


def euler_laplace(u: Array, diffusion: float, rate: float, step: float, steps: int) -> Array:
    from scipy.ndimage import laplace

    number = u.dtype.type
    for _ in range(steps):
        u = u + number(step) * (number(diffusion) * laplace(u, mode="nearest") + number(rate) * u * (1 - u))
    return u


def euler_convolved(u: Array, diffusion: float, rate: float, step: float, steps: int) -> Array:
    from scipy.ndimage import convolve

    number = u.dtype.type
    star = np.zeros((3, 3, 3), u.dtype)
    star[1, 1, 1] = -6
    star[0, 1, 1] = star[2, 1, 1] = star[1, 0, 1] = star[1, 2, 1] = star[1, 1, 0] = star[1, 1, 2] = 1
    for _ in range(steps):
        u = u + number(step) * (number(diffusion) * convolve(u, star, mode="nearest") + number(rate) * u * (1 - u))
    return u


def strang_cosine(u: Array, diffusion: float, rate: float, step: float, steps: int) -> Array:
    from scipy.fft import dctn, idctn

    waves = [2 * np.cos(np.pi * np.arange(n) / n) - 2 for n in u.shape]
    decay = np.exp(diffusion * step * (waves[0][:, None, None] + waves[1][None, :, None] + waves[2][None, None, :])).astype(u.dtype)
    number = u.dtype.type

    def grown(values: Array, time: float) -> Array:
        gain = number(np.exp(rate * time))
        return values * gain / (1 + values * (gain - 1))

    u = grown(u, step / 2)
    for n in range(steps):
        u = grown(idctn(dctn(u) * decay), step if n < steps - 1 else step / 2)
    return u
