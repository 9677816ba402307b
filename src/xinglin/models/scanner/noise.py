"""How noisy a scan is and how its noise hangs together, measured in even tissue; and more noise of the same kind.

Noise of a CT is not white: its power depends on frequency (noise power spectrum), and neighbouring slices share some.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from xinglin.records.errors import InvalidInput
from xinglin.records.volume import Volume

Float = NDArray[np.float32]
SOFT_TISSUE_HU = (-20.0, 400.0)  # with contrast medium too
PATCHES_MM = (22.0, 16.0, 11.0)  # sides tried, large ones first: they show low frequencies
ENOUGH, LEAST, MOST, MOST_SLICES = 40, 8, 4000, 40
BANDS = 16
LAGS = 6


@dataclass(frozen=True)
class Noise:
    """The noise of one scan.

    sd_hu: standard deviation. frequencies_per_mm, power_hu2_mm2: radial noise power spectrum in the slice (cycles per mm; its
    integral over the plane of frequencies is sd_hu squared). in_plane_lags: autocorrelation at 0, 1, 2 ... pixels, mean of row and
    column. slice_lags: the same from slice to slice. spacing_mm: of the scan. patches: how many pieces of even tissue it comes
    from. doubt: in words.
    """

    sd_hu: float
    frequencies_per_mm: tuple[float, ...]
    power_hu2_mm2: tuple[float, ...]
    in_plane_lags: tuple[float, ...]
    slice_lags: tuple[float, ...]
    spacing_mm: tuple[float, float, float]
    patches: int
    doubt: tuple[str, ...]


def measure_noise(scan: Volume, mask: NDArray[np.bool_] | None = None, seed: int = 0) -> Noise:
    """The noise of a CT, from square pieces of even tissue (heart, liver, great vessels, muscle; or inside `mask`).

    Pieces with structure in them are left out: those whose spread is well above that of the evenest third.
    Raises InvalidInput XL-SCANNER-001 when the voxels are no HU, 002 when no even tissue is found.
    """
    if scan.unit != "HU":
        raise InvalidInput("XL-SCANNER-001", "noise is measured on CT numbers in HU", fix="read the series with its rescale values")
    spacing = scan.spacing_mm
    rng = np.random.default_rng([seed, 72])
    sides = [max(8, round(side_mm / spacing[1] / 2) * 2) for side_mm in PATCHES_MM]
    found = _even_pieces(scan.voxels, mask, [side for side in sides if side < min(scan.shape[1:])], rng)
    if not found:
        raise InvalidInput(
            "XL-SCANNER-002", "no even tissue is found to measure noise in", why="fewer than 8 pieces of 11 mm without structure",
            fix="give a mask of even tissue, or state the noise",
        )  # fmt: skip
    evenest = min(level for _, _, level in found)
    corners, side, _ = next(one for one in found if one[2] <= 1.12 * evenest)
    return _measured(scan.voxels, corners, side, spacing)


def _even_pieces(
    voxels: NDArray, mask: NDArray[np.bool_] | None, sides: list[int], rng: np.random.Generator
) -> list[tuple[NDArray[np.int64], int, float]]:
    """Per side of the squares: corners (slice, row, column) of pieces of soft tissue as even as the evenest, the side, their spread."""
    corners: dict[int, list[NDArray]] = {side: [] for side in sides}
    spreads: dict[int, list[NDArray]] = {side: [] for side in sides}
    for k in np.unique(np.linspace(0, len(voxels) - 1, min(len(voxels), MOST_SLICES)).astype(int)).tolist():
        plane = voxels[k].astype(np.float64)
        soft = (plane > SOFT_TISSUE_HU[0] - 250) & (plane < SOFT_TISSUE_HU[1] + 250)
        soft &= mask[k] if mask is not None else True
        if not soft.any():
            continue
        sums = [_running(values) for values in (plane, plane * plane, soft.astype(np.float64))]
        for side in sides:
            places, spread = _fit_squares(sums, side, rng, mask is None)
            corners[side].append(np.concatenate([np.full((len(places), 1), k), places], 1))
            spreads[side].append(spread)
    found = []
    for side in sides:
        if sum(len(s) for s in spreads[side]) >= LEAST:
            kept, level = _evenest(np.concatenate(spreads[side]), rng)
            found += [(np.concatenate(corners[side])[kept], side, level)] if len(kept) >= LEAST else []
    return found


def _fit_squares(
    sums: list[NDArray], side: int, rng: np.random.Generator, any_tissue: bool
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Corners (row, column) on a lattice of squares wholly in soft tissue, and the spread in each."""
    step = max(2, side // 3)
    first = rng.integers(0, step, 2)
    rows, columns = (np.arange(f, n - side, step) for f, n in zip(first, sums[0].shape, strict=True))
    low, left = np.meshgrid(rows, columns, indexing="ij")
    total, square, kept = (s[low + side, left + side] - s[low, left + side] - s[low + side, left] + s[low, left] for s in sums)
    mean = total / side**2
    spread = np.sqrt(np.maximum(square / side**2 - mean**2, 0))
    fit = (kept >= side**2 - 0.5) & (spread > 0.3)
    if any_tissue:
        fit &= (mean > SOFT_TISSUE_HU[0]) & (mean < SOFT_TISSUE_HU[1])
    return np.stack([low[fit], left[fit]], 1), spread[fit]


def _evenest(spread: NDArray[np.float64], rng: np.random.Generator) -> tuple[NDArray[np.int64], float]:
    """Which squares hold noise alone: their spread varies little; what lies above holds structure."""
    level = float(np.percentile(spread, 4))
    for _ in range(3):
        level = float(np.median(spread[(spread < 1.2 * level) & (spread > 0.7 * level)]))
    good = np.flatnonzero((spread < 1.2 * level) & (spread > 0.7 * level))
    return np.sort(rng.permutation(good)[:MOST]), level


def _running(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums over all that lies above and left of a corner."""
    whole = np.zeros((plane.shape[0] + 1, plane.shape[1] + 1))
    whole[1:, 1:] = plane.cumsum(0).cumsum(1)
    return whole


def _level(pieces: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pieces without their tilted plane."""
    side = pieces.shape[-1]
    ramp = (np.arange(side) - (side - 1) / 2) / np.sqrt((side**2 - 1) / 12 * side * side)
    out = pieces - pieces.mean((-2, -1), keepdims=True)
    out = out - ramp[:, None] * (out * ramp[:, None]).sum((-2, -1), keepdims=True)
    return out - ramp * (out * ramp).sum((-2, -1), keepdims=True)


def _measured(voxels: NDArray, corners: NDArray[np.int64], side: int, spacing: tuple[float, float, float]) -> Noise:
    steps = np.arange(side)
    k, j, i = corners[:, 0, None, None], corners[:, 1, None, None] + steps[:, None], corners[:, 2, None, None] + steps
    pieces = _level(voxels[k, j, i].astype(np.float64))
    freedom = side * side / (side * side - 3)
    variances = (pieces**2).mean((1, 2)) * freedom
    sd = float(np.sqrt(np.median(variances)))
    spectrum = (np.abs(np.fft.fft2(pieces)) ** 2).mean(0) * spacing[1] * spacing[2] / side**2
    frequencies, power = _radial(spectrum, spacing)
    lags = np.mean([_lag(pieces, n) for n in range(min(LAGS, side // 2))], axis=1)
    lags = lags / lags[0]
    slice_lags = [1.0]
    for n in range(1, 4):
        both = k[:, 0, 0] + n < len(voxels)
        if both.sum() < LEAST:
            break
        other = _level(voxels[k[both] + n, j[both], i[both]].astype(np.float64))
        even = (other**2).mean((1, 2)) < 1.6 * sd**2
        mine = pieces[both]
        slice_lags.append(float((mine[even] * other[even]).mean() / sd**2) if even.sum() >= LEAST else 0.0)
    doubt = []
    if len(corners) < ENOUGH:
        doubt.append(f"only {len(corners)} pieces of even tissue")
    if side * spacing[1] < PATCHES_MM[1]:
        doubt.append("the pieces are small: slow changes of the noise are not seen")
    if len(slice_lags) < 2:
        doubt.append("too few slices to see how noise hangs together from slice to slice")
    scale = sd**2 / max(_integral(np.array(frequencies), np.array(power), spacing), 1e-9)
    return Noise(
        sd,
        tuple(frequencies),
        tuple(float(p * scale) for p in power),
        tuple(float(x) for x in lags),
        tuple(slice_lags),
        spacing,
        len(corners),
        tuple(doubt),
    )


def _lag(pieces: NDArray[np.float64], n: int) -> tuple[float, float]:
    side = pieces.shape[-1]
    return float((pieces[:, n:, :] * pieces[:, : side - n, :]).mean()), float((pieces[:, :, n:] * pieces[:, :, : side - n]).mean())


def _radial(spectrum: NDArray[np.float64], spacing: tuple[float, float, float]) -> tuple[list[float], list[float]]:
    """Mean power in rings of frequency."""
    side = len(spectrum)
    u = np.hypot(np.fft.fftfreq(side, spacing[1])[:, None], np.fft.fftfreq(side, spacing[2])[None, :])
    edges = np.linspace(0, 0.5 / max(spacing[1:]), min(BANDS, side // 2) + 1)
    edges[-1] = u.max() + 1e-9  # the corners belong to the last ring
    which = np.digitize(u, edges) - 1
    which[0, 0] = -1
    found = [n for n in range(len(edges) - 1) if (which == n).any()]
    return [float(u[which == n].mean()) for n in found], [float(spectrum[which == n].mean()) for n in found]


def _integral(frequencies: NDArray, power: NDArray, spacing: tuple[float, float, float]) -> float:
    """Power over the plane of frequencies of a grid."""
    side = 64
    u = np.hypot(np.fft.fftfreq(side, spacing[1])[:, None], np.fft.fftfreq(side, spacing[2])[None, :])
    return float(np.interp(u, frequencies, power).mean()) / (spacing[1] * spacing[2])


def noise_field(shape: tuple[int, int, int], noise: Noise, seed: int, spacing_mm: tuple[float, float, float] | None = None) -> Float:
    """New noise of the same standard deviation, spectrum and correlation; float32 HU (slices, rows, columns), mean about 0.

    spacing_mm: of the grid to fill, by default that of the scan it was measured in. The same arguments give the same noise.
    """
    spacing = spacing_mm or noise.spacing_mm
    rng = np.random.default_rng([seed, 73])
    slices, rows, columns = shape
    tall, wide = (max(32, n + 8) for n in (rows, columns))  # wider than asked: a Fourier transform joins opposite edges
    u = np.hypot(np.fft.fftfreq(tall, spacing[1])[:, None], np.fft.rfftfreq(wide, spacing[2])[None, :])
    gain = np.sqrt(np.interp(u, noise.frequencies_per_mm, noise.power_hu2_mm2))
    full = np.hypot(np.fft.fftfreq(tall, spacing[1])[:, None], np.fft.fftfreq(wide, spacing[2])[None, :])
    mean_square = float(np.interp(full, noise.frequencies_per_mm, noise.power_hu2_mm2).mean())
    gain = (gain * (noise.sd_hu / np.sqrt(mean_square))).astype(np.float32)
    taps = _slice_taps(noise, spacing[0])
    white = rng.standard_normal((slices + len(taps) - 1, tall, wide), np.float32)
    joined = sum(np.float32(t) * white[n : n + slices] for n, t in enumerate(taps))
    spectrum = np.asarray(fft.rfft2(joined, axes=(1, 2)))
    out = np.asarray(fft.irfft2(spectrum * gain, (tall, wide), axes=(1, 2)))
    return np.ascontiguousarray(out[:, :rows, :columns], np.float32)


def _slice_taps(noise: Noise, slice_mm: float) -> NDArray[np.float64]:
    """Weights over neighbouring slices (sum of squares 1) whose first lag is the measured one, at this distance of slices."""
    first = noise.slice_lags[1] if len(noise.slice_lags) > 1 else 0.0
    if first < 0.03:
        return np.ones(1)
    # a Gaussian filter of width s has the correlation exp(-(d / 2 s)**2)
    s = noise.spacing_mm[0] / (2 * np.sqrt(-np.log(min(first, 0.97))))
    wanted = float(np.exp(-((slice_mm / (2 * s)) ** 2)))
    low, high = 0.05, 8.0
    taps = np.ones(1)
    for _ in range(40):
        middle = 0.5 * (low + high)
        reach = int(np.ceil(3.5 * middle))
        taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / middle) ** 2)
        taps /= np.sqrt((taps**2).sum())
        low, high = (middle, high) if float((taps[1:] * taps[:-1]).sum()) < wanted else (low, middle)
    return taps
