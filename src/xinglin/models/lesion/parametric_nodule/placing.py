"""Where the nodule goes and how blurred the scanner sees it: as asked for, or as found in the scan."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xinglin.models.lesion.parametric_nodule.design import Design
from xinglin.models.lesion.parametric_nodule.surroundings import LUNG_HU, STRUCTURE_FROM_HU, Surroundings
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import NoduleRequest, Point_mm
from xinglin.records.volume import Volume

if TYPE_CHECKING:
    from xinglin.models.thorax.lungs import Lungs

MOST_OVERLAP = {"none": 0.15, "pleura": 0.25, "vessel": 0.5}  # share of the nodule where there is something else already
TOUCHING = 0.05  # share of a voxel, after blur, from which the nodule reaches it
LARGEST_BLUR_MM = 12.0
PLACES_TRIED = 12

_lungs_found: weakref.WeakKeyDictionary[Volume, Lungs] = weakref.WeakKeyDictionary()


@dataclass(frozen=True)
class Site:
    """A place in LPS mm, and in words where it comes from. `drawn`: from the seed, so that another may be tried."""

    center_mm: Point_mm
    drawn: bool
    words: dict[str, str]
    notes: tuple[str, ...]
    pleura_distance_mm: float | None = None


@dataclass(frozen=True)
class SeenBlur:
    """FWHM in mm along the grid's axes, and in words where it comes from."""

    fwhm_mm: tuple[float, float, float]
    words: dict[str, str]
    notes: tuple[str, ...]


def blur_of(scan: Volume, request: NoduleRequest) -> SeenBlur:
    """The blur asked for, or measured in the scan. Raises InvalidInput XL-NODULE-012 for one that no scanner has."""
    if request.blur_mm is not None:
        return SeenBlur(_checked(request.blur_mm), {"blur_from": "request", "blur_slice_from": "request"}, ())
    from xinglin.models.scanner.blur import measure_blur

    found = measure_blur(scan)
    words = {"blur_from": found.source, "blur_slice_from": found.slice_source}
    return SeenBlur(_checked(found.fwhm_mm), words, tuple(f"blur: {doubt}" for doubt in found.doubt))


def sites_of(scan: Volume, request: NoduleRequest, design: Design, largest_radius: float) -> Iterator[Site]:
    """The place asked for; or places drawn from the seed, one after the other. largest_radius: of the body, in half diameters.

    Raises InvalidInput XL-THORAX-* when the lungs or a place in them cannot be found.
    """
    if request.center_mm is not None and request.side is None and request.lobe is None:
        yield Site(request.center_mm, False, {"place_from": "request"}, ())
        return
    from xinglin.models.thorax.lungs import find_lungs
    from xinglin.models.thorax.placement import choose_place

    lungs = _lungs_found.get(scan)
    if lungs is None:
        lungs = _lungs_found.setdefault(scan, find_lungs(scan))
    radius = design.diameter_mm / 2 * (1.0 if request.attachment == "pleura" else largest_radius)
    drawn = request.center_mm is None
    for attempt in range(PLACES_TRIED if drawn else 1):
        place = choose_place(lungs, scan, request, radius, request.seed * PLACES_TRIED + attempt)
        words = {"place_from": "seed" if drawn else "request", "side": place.side, "lobe": place.lobe}
        notes = (*(f"lungs: {doubt}" for doubt in lungs.doubt), *place.words)
        yield Site(place.center_mm, drawn, words, notes, place.pleura_distance_mm)


def _checked(blur_mm: tuple[float, float, float]) -> tuple[float, float, float]:
    slice_mm, row_mm, column_mm = (float(width) for width in blur_mm)
    if not all(0 <= width <= LARGEST_BLUR_MM for width in (slice_mm, row_mm, column_mm)):
        raise InvalidInput("XL-NODULE-012", "no scanner blurs like that", where="NoduleRequest.blur_mm", fix="FWHM of 0 to 12 mm per axis")
    return slice_mm, row_mm, column_mm


def must_be_lung(occupancy: NDArray[np.float32], around: Surroundings, attachment: str) -> float:
    """The share of the nodule that falls on vessels or walls.

    Raises InvalidInput XL-NODULE-006 where there is no lung, XL-NODULE-015 where something is in the way that was not asked for.
    """
    weight = float(occupancy.sum(dtype=np.float64))
    overlap = float(occupancy[around.clean > STRUCTURE_FROM_HU].sum(dtype=np.float64)) / weight
    airy = around.clean <= STRUCTURE_FROM_HU
    level = float((occupancy * airy * around.clean).sum(dtype=np.float64)) / max(float((occupancy * airy).sum(dtype=np.float64)), 1e-6)
    if overlap > 0.9 or not LUNG_HU[0] <= level <= LUNG_HU[1]:
        raise InvalidInput(
            "XL-NODULE-006", "the place is not in the lung", where="NoduleRequest.center_mm", why="its density is not that of lung",
            fix="give LPS mm inside the lung, or leave it open",
        )  # fmt: skip
    if overlap > MOST_OVERLAP[attachment]:
        raise InvalidInput(
            "XL-NODULE-015", "a vessel or the wall is in the way", where="NoduleRequest.center_mm",
            why="more of the nodule would lie on something else than its attachment allows", fix="another place, or ask for that attachment",
        )  # fmt: skip
    return overlap


def must_touch(attachment: str, cut_by_wall: bool, apparent: NDArray[np.float32], around: Surroundings) -> None:
    """Raises InvalidInput XL-NODULE-014 when the nodule does not touch what it was to be attached to."""
    touches = {
        "none": True,
        "pleura": cut_by_wall,
        "vessel": bool(np.any((apparent > TOUCHING) & (around.clean > STRUCTURE_FROM_HU))),
    }
    if not touches[attachment]:
        raise InvalidInput(
            "XL-NODULE-014", f"the nodule does not touch a {attachment}", where="NoduleRequest.attachment",
            fix="a place nearer to one, or leave the place open",
        )  # fmt: skip
