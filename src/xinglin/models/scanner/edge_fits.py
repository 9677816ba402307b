"""Fits blurred steps to small pieces of surface: how wide a scanner makes the edge between air and tissue.

Voxels themselves are fitted, not interpolated ones: a slanted, slightly curved surface samples its edge finer than the grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

Float = NDArray[np.float64]
AIR_SIDE_MM, ALONG_MM = 4.0, 3.2
TISSUE_SIDE_MM = 1.35  # and 0.6 standard deviations more: beyond lie other layers of skin or chest wall
ROUNDS = 12


@dataclass(frozen=True)
class EdgeFits:
    """One row per piece of surface. variance_mm2: of the blur across it, the
    voxel's own width not counted. normal: (slice, row,
    column) unit vectors. contrast_hu, residual_hu, air_hu, tissue_hu: of the fit. error_mm2: standard error of the variance."""

    variance_mm2: Float
    normal: Float
    contrast_hu: Float
    residual_hu: Float
    air_hu: Float
    tissue_hu: Float
    error_mm2: Float
    slope_hu_mm: Float
    start: NDArray[np.int64]  # index of the voxel a piece was grown from


def fitted(voxels: NDArray, spacing_mm: tuple[float, float, float], seeds: NDArray[np.int64], normals: Float) -> EdgeFits:
    """Fits around each seed voxel, whose surface normal (in mm, from air to tissue) is known roughly."""
    half = [int(np.ceil(AIR_SIDE_MM / s)) for s in spacing_mm]
    offsets = np.stack(np.meshgrid(*[np.arange(-h, h + 1) for h in half], indexing="ij"), -1).reshape(-1, 3)
    away: Float = (offsets * np.array(spacing_mm)).astype(np.float64)
    offsets, away = offsets[(away**2).sum(1) <= (AIR_SIDE_MM + 1) ** 2], away[(away**2).sum(1) <= (AIR_SIDE_MM + 1) ** 2]
    parts = [_fit_some(voxels, spacing_mm, offsets, away, seeds[n : n + 128], normals[n : n + 128]) for n in range(0, len(seeds), 128)]
    rows = [np.concatenate([p[k] for p in parts]) for k in range(8)] if parts else [np.zeros(0)] * 8
    return EdgeFits(rows[0], rows[1] if parts else np.zeros((0, 3)), *rows[2:8], start=seeds)


def _across(normal: Float) -> tuple[Float, Float]:
    """Two unit vectors along the surface."""
    other = np.where(np.abs(normal[:, :1]) < 0.7, np.array([[1.0, 0, 0]]), np.array([[0, 1.0, 0]]))
    first = np.cross(normal, other)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return np.asarray(first, float), np.asarray(np.cross(normal, first), float)


def _fit_some(
    voxels: NDArray, spacing_mm: tuple[float, float, float], offsets: NDArray, away: Float, seeds: NDArray, normals: Float
) -> list[Float]:
    """Gauss-Newton on all pieces at once: place, tilt (2), curvature (3) and width of the surface; air, tissue and its slope."""
    at = seeds[:, None, :] + offsets[None]
    values = voxels[at[..., 0], at[..., 1], at[..., 2]].astype(np.float64)
    first, second = _across(normals)
    width = np.sqrt((normals**2 * np.array(spacing_mm) ** 2).sum(1))  # of a voxel along the normal: same variance as its box
    d0, u, v = normals @ away.T, first @ away.T, second @ away.T
    shape = np.stack([np.ones_like(u), u, v, 0.5 * u * u, 0.5 * v * v, u * v], -1)
    count = len(seeds)
    place = np.zeros((count, 6))
    sigma = np.full(count, 0.6)
    linear = np.zeros((count, 3))
    weight, resid, jacobian = np.zeros_like(values), values, shape
    for turn in range(ROUNDS):
        d = d0 + np.einsum("psk,pk->ps", shape, place)
        if turn in (0, 2, 4, 6):
            weight = ((d > -AIR_SIDE_MM) & (d < TISSUE_SIDE_MM + 0.6 * sigma[:, None]) & (u * u + v * v < ALONG_MM**2)).astype(np.float64)
        step, bell, wider, ramp = _step(d, sigma, width)
        basis = np.stack([np.ones_like(step), step, ramp], -1)
        linear = _solved(basis, values, weight, 1e-6)
        resid = values - np.einsum("psk,pk->ps", basis, linear)
        slope = linear[:, 1, None] * bell + linear[:, 2, None] * step  # of the model along d
        wide = linear[:, 1, None] * wider
        jacobian = np.concatenate([basis, slope[..., None] * shape, wide[..., None]], -1)
        move = _solved(jacobian, resid, weight, 1e-5)
        place = place + np.clip(move[:, 3:9], -0.5, 0.5)
        place[:, 3:] = np.clip(place[:, 3:], -0.12, 0.12)
        sigma = np.clip(sigma + np.clip(move[:, 9], -0.25 * sigma, 0.25 * sigma), 0.08, 3.0)
    return _result(normals, first, second, place, sigma, linear, resid, weight, jacobian)


def _step(d: Float, sigma: Float, width: Float) -> tuple[Float, Float, Float, Float]:
    """A step blurred and averaged over a voxel: itself, its change with d and with sigma, and a blurred ramp from the step on."""
    s, w = sigma[:, None], width[:, None]
    ahead, behind = (d + w / 2) / s, (d - w / 2) / s
    bell_ahead, bell_behind = (np.exp(-0.5 * t * t) / np.sqrt(2 * np.pi) for t in (ahead, behind))
    under_ahead, under_behind = (0.5 * (1 + erf(t / np.sqrt(2))) for t in (ahead, behind))
    step = s * (ahead * under_ahead + bell_ahead - behind * under_behind - bell_behind) / w
    whole = np.sqrt(s * s + w * w / 12)
    t = d / whole
    ramp = d * 0.5 * (1 + erf(t / np.sqrt(2))) + whole * np.exp(-0.5 * t * t) / np.sqrt(2 * np.pi)
    return step, (under_ahead - under_behind) / w, (bell_ahead - bell_behind) / w, ramp


def _solved(basis: Float, values: Float, weight: Float, ridge: float) -> Float:
    """Weighted least squares for every piece."""
    left = np.einsum("psk,ps,psl->pkl", basis, weight, basis, optimize=True)
    right = np.einsum("psk,ps->pk", basis, weight * values, optimize=True)
    scale = np.sqrt(np.maximum(np.einsum("pkk->pk", left), 1e-12))
    left = left / scale[:, :, None] / scale[:, None, :] + ridge * np.eye(basis.shape[2])
    return np.linalg.solve(left, (right / scale)[..., None])[..., 0] / scale


def _result(
    normals: Float, first: Float, second: Float, place: Float, sigma: Float, linear: Float, resid: Float, weight: Float, jacobian: Float
) -> list[Float]:
    tilt = np.sqrt(1 + place[:, 1] ** 2 + place[:, 2] ** 2)
    normal = (normals + place[:, 1:2] * first + place[:, 2:3] * second) / tilt[:, None]
    variance = (sigma / tilt) ** 2
    count = np.maximum(weight.sum(1), 1)
    residual = np.sqrt((weight * resid**2).sum(1) / np.maximum(count - 10, 1))
    left = np.einsum("psk,ps,psl->pkl", jacobian, weight, jacobian, optimize=True)
    scale = np.sqrt(np.maximum(np.einsum("pkk->pk", left), 1e-12))
    inverse = np.linalg.inv(left / scale[:, :, None] / scale[:, None, :] + 1e-9 * np.eye(10))
    error = np.sqrt(np.maximum(inverse[:, 9, 9], 0)) / scale[:, 9] * residual
    return [variance, normal, linear[:, 1], residual, linear[:, 0], linear[:, 0] + linear[:, 1], 2 * sigma * error, linear[:, 2]]
