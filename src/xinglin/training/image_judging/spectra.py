"""How much of a picture is coarse and how much fine (its spectrum), and which values it holds how often (its histogram)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xinglin.training.image_judging.features import checked, planes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pictures = NDArray[np.floating]
    Table = NDArray[np.floating]

STEPS = 128  # two of the 256 values of a common picture file each
SMALLEST = 1e-6


def spectra(pictures: Pictures) -> Table:
    """(n, b): power at b frequencies, from once across the picture to half a cycle per pixel; mean over directions and channels.

    pictures: (n, channels, ...) in [-1, 1]; of a volume its three middle planes, each brought to the shortest side. Raises XL-JUDGE-002.
    """
    grey = planes_of(checked(pictures).mean(axis=1))
    side = min(min(plane.shape[1:]) for plane in grey)
    return np.mean([_of_planes(plane[:, :side, :side]) for plane in grey], axis=0)


def _of_planes(planes: Pictures) -> Table:
    side = planes.shape[1]
    window = np.hanning(side)[:, None] * np.hanning(side)[None, :]
    clear = (planes - planes.mean(axis=(1, 2), keepdims=True)) * window
    power = np.abs(np.fft.fft2(clear)) ** 2 / (window**2).sum()
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side), indexing="ij")) * side
    ring = np.rint(frequency).astype(int).ravel()
    kept = (ring >= 1) & (ring <= side // 2)
    counts = np.bincount(ring[kept], minlength=side // 2 + 1)[1:]
    sums = np.stack([np.bincount(ring[kept], one.ravel()[kept], minlength=side // 2 + 1)[1:] for one in power])
    return sums / counts


def spectrum_distance(one: Table, other: Table) -> float:
    """The root mean square difference, in decibel, of the mean spectra of two sets."""
    decibel = [10 * np.log10(table.mean(axis=0) + SMALLEST) for table in (one, other)]
    return float(np.sqrt(np.mean((decibel[0] - decibel[1]) ** 2)))


def histograms(pictures: Pictures) -> Table:
    """(n, channels x 128): the share of values in 128 equal steps from -1 to 1, channel by channel."""
    count, channels = checked(pictures).shape[:2]
    place = np.clip(((pictures + 1) * (STEPS / 2)).astype(int), 0, STEPS - 1).reshape(count * channels, -1)
    shares = np.stack([np.bincount(one, minlength=STEPS) for one in place]) / place.shape[1]
    return shares.reshape(count, channels * STEPS)


def histogram_distance(one: Table, other: Table) -> float:
    """The Wasserstein distance of the pooled values of two sets, in units of which the range from -1 to 1 is 2; mean over channels."""
    apart = (one.mean(axis=0) - other.mean(axis=0)).reshape(-1, STEPS)
    return float(np.abs(apart.cumsum(axis=1)).sum(axis=1).mean() * 2 / STEPS)
