"""What the scanner does to the chest: its blur, the voxels it samples, and the noise of filtered back-projection.

Blur is Gaussian, stated as full width at half maximum in mm without the voxel's own width; a voxel is the mean over its box.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

Float = NDArray[np.float32]
FWHM = 2.3548200450309493  # of a Gaussian of standard deviation 1


def blur_taps(fineness: int, step_mm: float, blur_mm: float, edge_mm: float) -> NDArray[np.float32]:
    """What fine voxels count for in one sampled voxel: a Gaussian of the scanner's blur folded with the voxel's box; sum 1.

    edge_mm: the width over which drawing already softened every edge, whatever its direction; what this axis lacks or has too
    much of a fine voxel's own width is made good here.
    """
    variance = (blur_mm / FWHM) ** 2 + (step_mm**2 - edge_mm**2) / 12
    return np.convolve(gaussian_taps(np.sqrt(max(variance, 0.0)) / step_mm), np.full(fineness, 1 / fineness)).astype(np.float32)


def sampled(fine: Float, taps: NDArray[np.float32], fineness: int, halo: int, along: int) -> Float:
    """Blurs and samples one axis; `halo` fine voxels at either end lie outside the grid."""
    count = (fine.shape[along] - 2 * halo) // fineness
    before = halo - (len(taps) - fineness) // 2
    total: Float | None = None
    for n, weight in enumerate(taps):
        stretch = slice(before + n, before + n + count * fineness - fineness + 1, fineness)
        part = fine[(slice(None),) * along + (stretch,)] * weight
        total = part if total is None else np.add(total, part, out=total)
    return np.ascontiguousarray(total)


def gaussian_taps(sigma: float) -> NDArray[np.float64]:
    """A discrete Gaussian of exactly this standard deviation in samples (odd length, sum 1)."""
    if sigma <= 0:
        return np.ones(1)
    if sigma < 0.5:
        side = sigma * sigma / 2
        return np.array([side, 1 - 2 * side, side])
    reach = int(np.ceil(4 * sigma))
    x = np.arange(-reach, reach + 1)
    narrow, wide = 0.7 * sigma, 1.1 * sigma
    taps = np.ones(1)
    for _ in range(40):
        middle = 0.5 * (narrow + wide)
        taps = np.exp(-0.5 * (x / middle) ** 2)
        taps /= taps.sum()
        narrow, wide = (middle, wide) if (taps * x * x).sum() < sigma * sigma else (narrow, middle)
    return taps


def noise(
    shape: tuple[int, int, int], spacing_mm: tuple[float, float, float], sd_hu: float, peak_per_mm: float, along_mm: float, seed: int
) -> Float:
    """Noise of a reconstructed CT, (slices, rows, columns), standard deviation `sd_hu`, mean 0.

    In the slice its power rises with frequency and falls off after `peak_per_mm` (cycles per mm): the ramp of filtered
    back-projection and its apodisation (Riederer 1978, doi 10.1088/0031-9155/23/3/007: unverified from memory).
    along_mm: FWHM of the correlation from slice to slice; 0 for independent slices.
    """
    rng = np.random.default_rng([seed, 3])
    _, rows, columns = shape
    u = np.hypot(np.fft.fftfreq(rows, spacing_mm[1])[:, None], np.fft.rfftfreq(columns, spacing_mm[2])[None, :])
    # power f * exp(-(f / f0)**2 / 2) peaks at f0
    gain = np.sqrt((u + 0.02 * peak_per_mm) * np.exp(-0.5 * (u / peak_per_mm) ** 2)).astype(np.float32)
    gain[0, 0] = 0
    taps = gaussian_taps(along_mm / FWHM / spacing_mm[0]) if along_mm > 0 else np.ones(1)
    weight = np.full((rows, gain.shape[1]), 2.0)
    weight[:, 0] = 1
    if columns % 2 == 0:
        weight[:, -1] = 1
    power = float((weight * gain.astype(float) ** 2).sum()) / (rows * columns)
    gain *= np.float32(sd_hu / np.sqrt(power * float((taps**2).sum())))
    out = np.empty(shape, np.float32)
    reach = len(taps) // 2
    kept: list[Float] = []
    for k in range(shape[0] + 2 * reach):
        white = np.asarray(fft.rfft2(rng.standard_normal((rows, columns), np.float32)))
        kept.append(np.asarray(fft.irfft2(white * gain, (rows, columns)), np.float32))
        if len(kept) == len(taps):
            out[k - 2 * reach] = np.tensordot(taps.astype(np.float32), np.stack(kept), 1) if reach else kept[0]
            kept.pop(0)
    return out


def texture(shape: tuple[int, ...], width: float, seed: tuple[int, ...]) -> Float:
    """A smooth random field of standard deviation 1; width in samples."""
    field = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(shape, np.float32), width)
    return (field / field.std()).astype(np.float32)
