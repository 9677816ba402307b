"""The grain that made pictures lack, measured against real ones and added again: smooth decoders leave out what no row of numbers can foretell.

How much power is lacking is measured over rings of spatial frequency; how grain varies with grey, over steps of local grey (air has none, speckle
grows with the signal). A ring that is within a tenth of the real one gets nothing, so a generator that carries its grain is left alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xinglin.models.image_parts import sampling
from xinglin.records.image_learning import SampleRequest, Settings

Pictures = NDArray[np.float32]

RINGS, GREYS = 12, 8
COARSEST = 0.15  # cycles per pixel: slower changes are shape, not grain
SLACK = 0.1  # share of the real power that may be lacking before anything is added


def with_noise_measured(settings: Settings, real: Pictures, made: Pictures) -> Settings:
    """The settings with what `made` (n, channels, *shape) lacks beside `real`, in two rows of numbers that `noised` reads."""
    wanted, had = _power(real), _power(made)
    lacking = np.where(had < (1 - SLACK) * wanted, wanted - had, 0.0)
    return {
        **settings,
        "measured_noise_rings": _row(np.sqrt(lacking)),
        "measured_noise_greys": _row(_by_grey(real, made)),
    }


def noised(pictures: Pictures, settings: Settings, request: SampleRequest, places: range) -> Pictures:
    """The pictures with the grain that was measured, each by its own chance; as they are where none was lacking or it is not asked for."""
    rings = np.array([float(number) for number in str(settings.get("measured_noise_rings", "")).split()], np.float32)
    if not settings.get("noise_again") or not rings.any():
        return np.clip(pictures, -1, 1)
    greys = np.array([float(number) for number in str(settings["measured_noise_greys"]).split()], np.float32)
    shape = pictures.shape[2:]
    axes = tuple(range(2, 2 + len(shape)))
    gain = _smooth_gain(rings, shape)
    white = sampling.noise(request, places, pictures.shape[1:], stream=1)
    grain = np.fft.ifftn(np.fft.fftn(white, axes=axes) * gain, axes=axes).real.astype(np.float32)
    return np.clip(pictures + grain * _amplitude(blurred(pictures), greys), -1, 1).astype(np.float32, copy=False)


def blurred(pictures: Pictures) -> Pictures:
    """The pictures under a binomial kernel of three pixels along each axis."""
    for axis in range(2, pictures.ndim):
        padded = np.pad(pictures, [(1, 1) if a == axis else (0, 0) for a in range(pictures.ndim)], mode="edge")
        before, here, after = (np.take(padded, np.arange(s, s + pictures.shape[axis]), axis) for s in (0, 1, 2))
        pictures = (before + 2 * here + after) / 4
    return pictures


def _frequencies(shape: tuple[int, ...]) -> NDArray[np.float64]:
    each = np.meshgrid(*[np.fft.fftfreq(side) for side in shape], indexing="ij")
    return np.sqrt(sum(one**2 for one in each))


def _ring_of(shape: tuple[int, ...]) -> NDArray[np.int64]:
    """The ring of each frequency; -1 for those too slow to be grain."""
    frequency = _frequencies(shape)
    ring = ((frequency - COARSEST) / (0.5 - COARSEST) * RINGS).astype(np.int64).clip(0, RINGS - 1)
    return np.where(frequency < COARSEST, -1, ring)


def _power(pictures: Pictures) -> NDArray[np.float64]:
    """The middle, over pictures, of the mean power of each ring; 1 for white noise of spread 1."""
    shape = pictures.shape[2:]
    window = np.ones(shape)
    for axis, side in enumerate(shape):
        window = window * np.hanning(side + 2)[1:-1].reshape([-1 if a == axis else 1 for a in range(len(shape))])
    axes, ring = tuple(range(2, 2 + len(shape))), _ring_of(shape)
    clear = pictures - pictures.mean(axis=axes, keepdims=True)
    power = np.abs(np.fft.fftn(clear * window, axes=axes)) ** 2 / (window**2).sum()
    return np.array([np.median(power[:, :, ring == one].mean(axis=(1, 2))) if (ring == one).any() else 0.0 for one in range(RINGS)])


def _smooth_gain(rings: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    frequency = _frequencies(shape)
    middles = COARSEST + (np.arange(RINGS) + 0.5) * (0.5 - COARSEST) / RINGS
    gain = np.interp(frequency, middles, rings)
    return np.where(frequency < COARSEST, 0, gain).astype(np.float32)


def _by_grey(real: Pictures, made: Pictures) -> NDArray[np.float64]:
    """How strong the lacking grain is at each step of grey, in units of all that is lacking in the mean: 1 where that is even grain.

    Edges are rare and strong, grain is everywhere: its strength is told from the middle of the sizes, so that missing edges are not made up by grain.
    """
    wanted, bulk, count = _residuals(real)
    had, bulk_had, _ = _residuals(made)
    lacking, grain = _lacking(wanted, had), _lacking(bulk, bulk_had)
    usable = np.isfinite(grain) & (count > 0)
    steps, whole = np.arange(GREYS), (np.nan_to_num(lacking) * count).sum() / max(count.sum(), 1)
    if not usable.any() or not grain[usable].any() or whole <= 0:
        return np.ones(GREYS)
    return np.sqrt(np.interp(steps, steps[usable], grain[usable]) / whole)


def _lacking(wanted: NDArray[np.float64], had: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(np.where(np.isnan(had), wanted, wanted - had), 0, None)


def _residuals(pictures: Pictures) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Per step of local grey: of what the blur takes away the mean square, and the square of 1.48 times the median size (both nan where hardly
    a pixel lies); the count of pixels. For normal grain both are the same."""
    smooth = blurred(pictures)
    step = ((smooth + 1) / 2 * GREYS).astype(np.int64).clip(0, GREYS - 1).ravel()
    size = np.abs(pictures - smooth).ravel().astype(np.float64)
    parts = [size[step == one] for one in range(GREYS)]
    few = np.array([len(part) < max(1e-4 * len(size), 1) for part in parts])
    square = [np.nan if none else float((part**2).mean()) for part, none in zip(parts, few, strict=True)]
    bulk = [np.nan if none else float((1.4826 * np.median(part)) ** 2) for part, none in zip(parts, few, strict=True)]
    return np.array(square), np.array(bulk), np.where(few, 0.0, [len(part) for part in parts])


def _amplitude(smooth: Pictures, greys: NDArray[np.float32]) -> Pictures:
    middles = -1 + (np.arange(GREYS) + 0.5) * 2 / GREYS
    return np.interp(smooth, middles, greys).astype(np.float32)


def _row(numbers: NDArray[np.float64]) -> str:
    return " ".join(f"{number:.6g}" for number in numbers)
