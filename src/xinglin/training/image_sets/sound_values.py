"""Numbers that cannot be what they are said to be: grey levels called Hounsfield units, a forgotten rescale, an overflow, a picture of one value.

A fault of all is refused with a remedy; a fault of one picture leaves it out; what is only odd is told on the card.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xinglin.records.errors import InvalidInput

AIR = -1024.0  # the least a Hounsfield unit is stored as; below it lies padding around the round field of the scanner
METAL = 32000.0  # beyond any extended scale
FLAT = 1e-3  # of the range: a picture that varies less shows nothing
CUT = 0.5  # of the pixels at one end of the range: most of the picture was cut off


def not_finite(values: NDArray[Any]) -> bool:
    """Whether any value is NaN or infinite."""
    return values.dtype.kind == "f" and not bool(np.isfinite(values).all())


def see_hounsfield(values: NDArray[Any], where: str) -> None:
    """Raises InvalidInput XL-IMGSET-020 to 022 where numbers cannot be Hounsfield units."""
    low, high = float(values.min()), float(values.max())
    if high > METAL:
        wrapped = high > 60000
        raise InvalidInput(
            "XL-IMGSET-022", "the numbers went over the end of 16 bits" if wrapped else "the numbers are beyond any Hounsfield unit", where=where,
            why="values above 60,000 where air should be near -1000" if wrapped else f"up to {high:.0f}",
            fix="store them as signed 16 bits (int16), after the rescale",
        )  # fmt: skip
    if low >= 0 and high <= 255:
        raise InvalidInput(
            "XL-IMGSET-020", "these are grey levels of a picture, not Hounsfield units", where=where, why="all values lie between 0 and 255",
            fix="give the DICOM files; or collect them as plain pictures, without --unit HU",
        )  # fmt: skip
    if low >= 0 and high > 500:
        raise InvalidInput(
            "XL-IMGSET-021", "the rescale to Hounsfield units seems to be missing", where=where,
            why="no value is below 0, and air has -1000", fix="apply slope and intercept first, or give the DICOM files",
        )  # fmt: skip


def overflown(values: NDArray[Any]) -> bool:
    """Whether whole numbers of 16 bits ran over: many neighbours jump over nearly the whole range of 65,536."""
    if values.dtype.kind not in "iu" or values.dtype.itemsize != 2 or values.shape[-1] < 2:
        return False
    jumps = np.abs(np.diff(values.astype(np.int32), axis=-1)) > 50000
    return bool(jumps.mean() > 0.002)


def flat(values: NDArray[Any], low: float, high: float) -> bool:
    """Whether a picture is of one value, as far as the range can show it."""
    shown = np.clip(np.asarray(values, np.float32), low, high)
    return float(np.ptp(shown)) <= FLAT * (high - low) or float(shown.std()) <= FLAT * (high - low) / 4


def cut_off(values: NDArray[Any], low: float, high: float) -> bool:
    """Whether half of the picture or more lies at or beyond one end of the range."""
    shown = np.asarray(values, np.float32)
    return max(float((shown <= low).mean()), float((shown >= high).mean())) >= CUT


def grey(values: NDArray[Any], window: tuple[float, float] | None, inverted: bool) -> NDArray[np.float32]:
    """A film, an ultrasound or a magnetic resonance picture as grey 0 to 255, as it asks to be shown; else from its 0.5th to its 99.5th percentile.

    window: centre and width. Source of the linear window: DICOM PS3.3 C.11.2.1.2.1.
    """
    numbers = np.asarray(values, np.float32)
    if window is not None and window[1] > 1:
        centre, width = window
        share = (numbers - (centre - 0.5)) / (width - 1) + 0.5
    else:
        low, high = np.percentile(numbers, (0.5, 99.5))
        share = (numbers - low) / max(float(high - low), 1e-6)
    share = np.clip(share, 0, 1)
    return ((1 - share) if inverted else share).astype(np.float32) * np.float32(255)
