"""Where the slices of a series lie, whether they make one regular grid, and if not, exactly what is wrong with them.

Only ImagePositionPatient and ImageOrientationPatient decide order and distance. Lengths in mm, LPS, voxel centres.
Source: DICOM PS3.3 C.7.6.2.1.1 (image position and orientation: the mapping equation).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xinglin.formats.dicom.image import Plane
from xinglin.formats.dicom.instance import Instance
from xinglin.formats.dicom.limits import wrong
from xinglin.formats.dicom.tags import TAGS, place

SAME_PLACE_MM = 0.005
DIRECTION_SLACK = 1e-4  # of a direction cosine between slices: 0.04 mm over 400 mm
STEP_SLACK_MM, STEP_SLACK = 0.02, 0.005  # a step may differ by 0.02 mm or by 0.5 %
LEAN = 0.002  # sideways drift per mm along the normal that still counts as upright (0.11 degrees)
PIXEL_MM, GAP_MM = (0.005, 50.0), (0.005, 100.0)


class Slice(NamedTuple):
    """One slice: which file and frame, which name to use for it, and its plane."""

    source: int
    frame: int
    name: str
    plane: Plane


class Grid(NamedTuple):
    """Slices in order along their normal, and the geometry they share. `offsets`: of each slice from the first, LPS mm."""

    slices: tuple[Slice, ...]
    origin: NDArray[np.float64]
    row: NDArray[np.float64]  # direction in which the column index grows
    column: NDArray[np.float64]  # direction in which the row index grows
    normal: NDArray[np.float64]
    spacing: tuple[float, float]  # between rows, between columns
    offsets: NDArray[np.float64]

    def along(self) -> NDArray[np.float64]:
        """Distance of each slice from the first along the normal."""
        return self.offsets @ self.normal

    def affine(self, step: NDArray[np.float64]) -> NDArray[np.float64]:
        """(slice, row, column, 1) to LPS mm for a step from slice to slice."""
        found = np.eye(4)
        found[:3, 0], found[:3, 1], found[:3, 2] = step, self.column * self.spacing[0], self.row * self.spacing[1]
        found[:3, 3] = self.origin
        return found


def slices_of(instances: Sequence[Instance], names: Sequence[str]) -> list[Slice]:
    """Every frame of every image as a slice."""
    return [
        Slice(source, frame, name if len(instance.image.planes) == 1 else f"{name} frame {frame + 1}", plane)
        for source, (instance, name) in enumerate(zip(instances, names, strict=True))
        if instance.image
        for frame, plane in enumerate(instance.image.planes)
    ]


def arranged(slices: Sequence[Slice]) -> Grid:
    """Slices in order. Raises XL-DICOM-103 (orientations), 104 (spacings), 107 to 110 (missing or absurd geometry)."""
    for item in slices:
        check_plane(item)
    first = slices[0].plane
    assert first.orientation and first.spacing
    directions = np.array([item.plane.orientation for item in slices])
    apart = np.abs(directions - directions[0]).max(axis=1)
    if apart.max() > DIRECTION_SLACK:
        worst = slices[int(apart.argmax())]
        raise wrong(
            103, "the series holds slices of more than one direction", where=f"{worst.name}, {place(TAGS['ImageOrientationPatient'][0])}",
            why="it is not parallel to the first slice", fix="read each direction as a series of its own",
        )  # fmt: skip
    for item in slices:
        assert item.plane.spacing
        if any(abs(a - b) > 1e-4 * b for a, b in zip(item.plane.spacing, first.spacing, strict=True)):
            raise wrong(
                104, "the series holds slices of more than one pixel spacing", where=f"{item.name}, {place(TAGS['PixelSpacing'][0])}",
                why="it differs from the first slice", fix="read each of them as a series of its own",
            )  # fmt: skip
    row, column = (part / np.linalg.norm(part) for part in (directions[0][:3], directions[0][3:]))
    normal = np.cross(row, column)
    normal /= np.linalg.norm(normal)
    positions = np.array([item.plane.position for item in slices], np.float64)
    order = np.argsort(positions @ normal, kind="stable")
    ordered = positions[order]
    return Grid(tuple(slices[n] for n in order), ordered[0], row, column, normal, first.spacing, ordered - ordered[0])


def check_plane(item: Slice) -> None:
    """Raises XL-DICOM-107 to 110 for a slice whose place, pixel size or directions are missing or cannot be true."""
    plane = item.plane
    if plane.position is None or plane.orientation is None:
        keyword = "ImagePositionPatient" if plane.position is None else "ImageOrientationPatient"
        raise wrong(
            107, "a slice does not say where in the patient it lies", where=f"{item.name}, {place(TAGS[keyword][0])}",
            why="it is missing", fix="ask for the original series; order is never taken from file names or instance numbers",
        )  # fmt: skip
    if plane.spacing is None:
        raise wrong(
            108, "a slice does not say how large its pixels are", where=f"{item.name}, {place(TAGS['PixelSpacing'][0])}",
            why="it is missing", fix="ask for the original series",
        )  # fmt: skip
    if not all(PIXEL_MM[0] <= value <= PIXEL_MM[1] for value in plane.spacing):
        raise wrong(
            109, "the size of the pixels cannot be true", where=f"{item.name}, {place(TAGS['PixelSpacing'][0])}",
            why=f"it must lie between {PIXEL_MM[0]} and {PIXEL_MM[1]:g} mm", fix="ask for the original series",
        )  # fmt: skip
    row, column = np.array(plane.orientation[:3]), np.array(plane.orientation[3:])
    if abs(np.linalg.norm(row) - 1) > 1e-3 or abs(np.linalg.norm(column) - 1) > 1e-3 or abs(row @ column) > 1e-3:
        raise wrong(
            110, "the directions of a slice are none", where=f"{item.name}, {place(TAGS['ImageOrientationPatient'][0])}",
            why="they must be two unit vectors at a right angle", fix="ask for the original series",
        )  # fmt: skip
    if not all(abs(value) < 1e5 for value in plane.position):
        raise wrong(
            107,
            "a slice lies where no patient can",
            where=f"{item.name}, {place(TAGS['ImagePositionPatient'][0])}",
            why="more than 100 m away",
        )


def same_places(grid: Grid) -> list[list[int]]:
    """Groups of slices (by their place in order) that lie at one place, each of two or more."""
    groups: list[list[int]] = [[0]]
    along = grid.along()
    for n in range(1, len(along)):
        if (
            along[n] - along[groups[-1][0]] <= SAME_PLACE_MM
            and np.linalg.norm(grid.offsets[n] - grid.offsets[groups[-1][0]]) <= 2 * SAME_PLACE_MM
        ):
            groups[-1].append(n)
        else:
            groups.append([n])
    return [group for group in groups if len(group) > 1]


class Spacing(NamedTuple):
    """How the slices follow each other. step_mm: the regular distance; lean_degrees: of the stack from its normal."""

    step_mm: float
    even: bool
    missing: tuple[int, ...]  # how many slices are missing after each slice, all 0 unless only whole slices are missing
    lean_degrees: float
    straight: bool


def spacing_of(grid: Grid) -> Spacing:
    """How the slices of a grid without doubles follow each other; two slices or more."""
    along = grid.along()
    steps = np.diff(along)
    if steps.min() < GAP_MM[0]:
        return Spacing(0.0, False, (0,) * len(steps), 0.0, False)
    base = float(np.median(steps))
    slack = max(STEP_SLACK_MM, STEP_SLACK * base)
    even = bool(np.abs(steps - base).max() <= slack and _residual(along) <= slack)
    missing = (0,) * len(steps)
    if not even:
        base = float(steps.min())
        slack = max(STEP_SLACK_MM, STEP_SLACK * base)
        times = np.round(steps / base)
        if np.all(np.abs(steps - times * base) <= slack * times):
            missing = tuple(int(n) - 1 for n in times)
    lateral = grid.offsets - np.outer(along, grid.normal)
    drift = lateral[-1] / along[-1]
    straight = bool(np.linalg.norm(lateral - np.outer(along, drift), axis=1).max() <= max(STEP_SLACK_MM, STEP_SLACK * base))
    lean = float(np.linalg.norm(drift))
    upright = lean <= LEAN or np.linalg.norm(lateral[-1]) <= STEP_SLACK_MM
    return Spacing(base, even, missing, 0.0 if upright else float(np.degrees(np.arctan(lean))), straight)


def _residual(along: NDArray[np.float64]) -> float:
    ideal = along[-1] * np.arange(len(along)) / (len(along) - 1)
    return float(np.abs(along - ideal).max())
