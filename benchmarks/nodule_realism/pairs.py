"""For each marked nodule of a hospital: the nodule as it is, and a virtual one of its size and density put into the same scan.

Both are outlined by the same region growing from their middle, so that whatever the outline adds or lacks, it does for both.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from benchmarks.lesion_features import Crop, depth_of
from scipy import ndimage

from xinglin.formats.dicom import read_series
from xinglin.models.lesion.parametric_nodule import GENERATOR
from xinglin.models.scanner import measure_blur
from xinglin.records.errors import InvalidInput, XinglinError
from xinglin.records.imaging import NoduleRequest, Point_mm
from xinglin.records.volume import Volume
from xinglin.workup.imaging.segmenting import Outlined, segment_from_seed

MARGIN_MM, APART_MM, TRIES, ROOM = 6.0, 12.0, 25, 1.2
SMALLER = (1.0, 0.75, 0.5)
LUNG_HU, SMOOTH_MM = (-940.0, -650.0), 3.0
MARGINS = ("smooth", "lobulated", "spiculated")
SOLID_HU, GLASS_HU = (-60.0, 250.0), (-780.0, -320.0)


class Mark(NamedTuple):
    """One line of the table: whose, in which folder of DICOM files, and the nodule's middle in LPS mm."""

    patient: str
    series: str
    center_mm: Point_mm


@dataclass(frozen=True, eq=False)
class Pair:
    """A real nodule and an inserted one from the same scan."""

    patient: str
    real: Crop
    inserted: Crop
    diameters_mm: tuple[float, float]  # of the outlines, sphere of the same volume


def marks_of(table: Path) -> list[Mark]:
    """Columns series, x, y, z and, where one patient has several series, patient. Raises InvalidInput XL-BENCH-001."""
    found = []
    with table.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            try:
                center = (float(row["x"]), float(row["y"]), float(row["z"]))
                found.append(Mark(row.get("patient") or row["series"], row["series"], center))
            except (KeyError, TypeError, ValueError):
                raise InvalidInput(
                    "XL-BENCH-001", "a line of the marks cannot be read", where=f"{table.name}, line {number}",
                    why="series, x, y and z are asked for; x, y, z are LPS millimetres", fix="series,x,y,z with one nodule per line",
                ) from None  # fmt: skip
    return found


def pairs_of(folder: Path, marks: list[Mark]) -> Iterator[Pair | str]:
    """A pair for each mark, or the code of why there is none. Every scan is read once."""
    by_series: dict[str, list[tuple[int, Mark]]] = {}
    for number, mark in enumerate(marks):
        by_series.setdefault(mark.series, []).append((number, mark))
    for series, several in by_series.items():
        try:
            scan = read_series(sorted(p for p in (folder / series).iterdir() if p.suffix.lower() not in (".xml", ".json", ".csv")))
            blur = measure_blur(scan).fwhm_mm
        except (XinglinError, OSError) as fault:
            yield from (getattr(fault, "code", "no such folder") for _ in several)
            continue
        for number, mark in several:
            yield pair_of(scan, mark, [other.center_mm for _, other in several], blur, number)


def pair_of(scan: Volume, mark: Mark, taken: list[Point_mm], blur: tuple[float, float, float], seed: int) -> Pair | str:
    """The pair of one mark, or the code of why there is none."""
    try:
        real = segment_from_seed(scan, mark.center_mm)
        request = request_like(scan, real, blur, seed)
    except XinglinError as fault:
        return fault.code
    for smaller in SMALLER:  # a thin slab of slices may have no room for one as large
        wanted = msgspec.structs.replace(request, diameter_mm=max(request.diameter_mm * smaller, 3.0))
        for place in free_places(scan, taken, wanted, seed):
            try:
                edit = GENERATOR.insert(scan, msgspec.structs.replace(wanted, center_mm=place))
                with_it = edit.applied_to(scan)
                made = segment_from_seed(with_it, place)
            except InvalidInput:
                continue
            return Pair(mark.patient, crop_of(scan, real), crop_of(with_it, made), (diameter_of(scan, real), diameter_of(scan, made)))
    return "no free place"


def diameter_of(scan: Volume, outlined: Outlined) -> float:
    """Diameter of the sphere with the outline's volume, mm."""
    return float(np.cbrt(6 / np.pi * outlined.mask.sum() * scan.voxel_mm3))


def request_like(scan: Volume, real: Outlined, blur: tuple[float, float, float], seed: int) -> NoduleRequest:
    """Size, kind and density of the real nodule; margin and everything else from the seed."""
    kind = real.kind if real.kind in ("solid", "part-solid", "ground-glass") else "solid"
    hu = float(np.clip(real.inside, *(GLASS_HU if kind == "ground-glass" else SOLID_HU)))
    diameter = float(np.clip(diameter_of(scan, real), 3.0, 40.0))
    margin = MARGINS[int(np.random.default_rng([seed, 51]).integers(3))]
    return NoduleRequest(kind=kind, diameter_mm=diameter, hu=hu, margin=margin, seed=seed, blur_mm=blur)


def free_places(scan: Volume, taken: list[Point_mm], request: NoduleRequest, seed: int) -> list[Point_mm]:
    """Places in aerated lung away from every marked nodule and from the scan's edges; whether it fits the generator says itself."""
    step = np.maximum(np.round(2.0 / np.array(scan.spacing_mm)), 1).astype(int)
    thin = np.asarray(scan.voxels[:: step[0], :: step[1], :: step[2]], np.float32)
    level = ndimage.gaussian_filter(thin, SMOOTH_MM / (np.array(scan.spacing_mm) * step))
    airy = np.argwhere((level > LUNG_HU[0]) & (level < LUNG_HU[1])) * step
    room = ROOM * request.diameter_mm / 2 / np.array(scan.spacing_mm)
    airy = airy[np.all((airy > room) & (airy < scan.shape - room), axis=1)]
    away = (request.diameter_mm / 2 + APART_MM) ** 2
    found: list[Point_mm] = []
    for index in np.random.default_rng([seed, 52]).permutation(airy)[: 20 * TRIES]:
        place = scan.point_mm((float(index[0]), float(index[1]), float(index[2])))
        if all(sum((a - b) ** 2 for a, b in zip(place, other, strict=True)) > away for other in taken):
            found.append(place)
        if len(found) == TRIES:
            break
    return found


def crop_of(scan: Volume, outlined: Outlined) -> Crop:
    """The outline's box with 6 mm around it, as far as the scan goes."""
    margin = np.ceil(MARGIN_MM / np.array(scan.spacing_mm)).astype(int)
    inside = np.argwhere(outlined.mask)
    low = np.maximum(inside.min(0) + outlined.start - margin, 0)
    high = np.minimum(inside.max(0) + 1 + outlined.start + margin, scan.shape)
    mask = np.zeros(tuple(high - low), bool)
    mask[tuple((inside + outlined.start - low).T)] = True
    window = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    return Crop(np.asarray(scan.voxels[window], np.float32), depth_of(mask, scan.spacing_mm), scan.spacing_mm)
