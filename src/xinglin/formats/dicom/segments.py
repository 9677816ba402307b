"""Segmentations and contours of others, laid onto the grid of a volume by geometry: one mask per segment or region.

Sparse frames and overlapping segments are kept as they are. What does not lie on the volume's slices is refused or told in
notes; nothing is moved to fit.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xinglin.formats.dicom.image import Image, Plane
from xinglin.formats.dicom.instance import Instance
from xinglin.formats.dicom.limits import DEFAULT_LIMITS, Limits, too_much, wrong
from xinglin.formats.dicom.outlines import Outlines, Part
from xinglin.formats.dicom.process import ReadingProcess, error_of, mapped, shared_block, sources_of
from xinglin.records.imaging import Outline
from xinglin.records.volume import Volume

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OFF_SLICE = 0.1  # of the distance between slices: further away is not on the slice
OFF_PIXEL = 0.02  # of a pixel: closer is the same grid


@dataclass(frozen=True, eq=False)
class NamedMask:
    """One segment or region on the grid of a volume, as the box it lies in.

    start: slice, row, column of the box's first voxel. mask: bool box (slices, rows, columns); where a fraction is stored,
    voxels of one half and more. fraction: float32 box in 0..1, None for binary masks and contours.
    category, type_code: (value, scheme, meaning). notes: what was left out or resampled.
    """

    number: int
    label: str
    start: tuple[int, int, int]
    mask: NDArray[np.bool_]
    fraction: NDArray[np.float32] | None = None
    category: tuple[str, str, str] = ("", "", "")
    type_code: tuple[str, str, str] = ("", "", "")
    algorithm: str = ""
    method: str = ""  # "DICOM Segmentation" | "RT Structure Set"
    notes: tuple[str, ...] = field(default=())

    def whole(self, shape: tuple[int, int, int]) -> NDArray[np.bool_]:
        """The mask on the whole grid of that shape."""
        import numpy as np

        found = np.zeros(shape, bool)
        found[tuple(slice(a, a + n) for a, n in zip(self.start, self.mask.shape, strict=True))] = self.mask
        return found

    def outline(self) -> Outline:
        """The same as a record."""
        import numpy as np

        slices, rows, columns = self.mask.shape
        return Outline(self.start, (slices, rows, columns), np.packbits(self.mask).tobytes())


def segment_masks(
    source: Path | bytes, volume: Volume, limits: Limits = DEFAULT_LIMITS, *, process: ReadingProcess | None = None
) -> tuple[NamedMask, ...]:
    """The masks of a DICOM Segmentation (binary, fractional, label map) or RT Structure Set on the grid of `volume`.

    One mask per segment in the order of the file; overlapping segments each keep their voxels. Contours are filled by the
    even-odd rule at voxel centres. Raises XL-DICOM-001 to 053 (file), 140 (not understood), 141 (another frame of reference),
    142 (not on this volume's slices), 143 (no segmentation).
    """
    if process is None:
        with ReadingProcess(limits) as own:
            return segment_masks(source, volume, limits, process=own)
    sources, block, names = sources_of([source])  # type: ignore[list-item]
    try:
        (instance,) = process.look(sources, keep=True, block=block)
    finally:
        if block is not None:
            os.close(block)
    name = names[0]
    if instance.error:
        raise error_of(instance.error, name)
    outlines = instance.outlines
    if outlines is None:
        raise wrong(143, "the file is no segmentation", where=name, fix="give a DICOM Segmentation or an RT Structure Set")
    if outlines.kind == "CONTOURS":
        return tuple(_filled(part, volume, name) for part in outlines.parts)
    _same_frame(instance.header.frame_of_reference, volume, name)
    return _segments(instance, outlines, volume, name, limits, process)


def _same_frame(uid: str, volume: Volume, name: str) -> None:
    if uid and volume.frame_of_reference and uid != volume.frame_of_reference:
        raise wrong(
            141,
            "the segmentation belongs to another frame of reference",
            where=name,
            why="its places are not this volume's",
            fix="give the series it was drawn on",
        )


def _segments(
    instance: Instance, outlines: Outlines, volume: Volume, name: str, limits: Limits, process: ReadingProcess
) -> tuple[NamedMask, ...]:
    image = instance.image
    assert image is not None
    frames = _stored(image, name, limits, process)
    planes = [_on_grid(plane, volume, f"{name} frame {n + 1}") for n, plane in enumerate(image.planes)]
    found = []
    for part in outlines.parts:
        if outlines.kind == "LABELMAP":
            mine = [(at, (frame == part.number).astype("u1")) for at, frame in zip(planes, frames, strict=True)]
        else:
            mine = [(at, frame) for at, frame, number in zip(planes, frames, outlines.frame_parts, strict=True) if number == part.number]
        found.append(_segment(part, outlines, [(at, frame) for at, frame in mine if frame.any()], volume, name))
    return tuple(found)


def _stored(image: Image, name: str, limits: Limits, process: ReadingProcess) -> NDArray[np.uint8]:
    import numpy as np

    form = image.form
    if form.samples != 1:
        raise wrong(140, "the segmentation cannot be understood", where=name, why="it is in colour")
    size = form.frames * form.rows * form.columns
    if size > limits.volume_bytes:
        raise too_much(47, "the segmentation is larger than is read", where=name)
    block = shared_block()
    try:
        for made in process.decode([(0, frame) for frame in range(form.frames)], "stored", block):
            if made.error:
                raise error_of(made.error, name)
        return np.frombuffer(mapped(block, size), np.uint8).reshape(form.frames, form.rows, form.columns)
    finally:
        os.close(block)


class _Placed:
    """Where a frame lies on the grid: its slice, and the frame's row and column of the slice's pixel (0, 0) and per pixel."""

    def __init__(self, index: int, matrix: NDArray[np.float64], offset: NDArray[np.float64]) -> None:
        self.index, self.matrix, self.offset = index, matrix, offset
        import numpy as np

        self.same = bool(np.abs(matrix - np.eye(2)).max() < 1e-4 and np.abs(offset - np.round(offset)).max() < OFF_PIXEL)


def _on_grid(plane: Plane, volume: Volume, name: str) -> _Placed:
    """The frame's plane in indices of the volume. Raises XL-DICOM-107, 108, 142."""
    import numpy as np

    from xinglin.formats.dicom.geometry import Slice, check_plane

    check_plane(Slice(0, 0, name, plane))
    assert plane.position and plane.orientation and plane.spacing
    inverse = np.linalg.inv(volume.affine)
    origin = (inverse @ np.array([*plane.position, 1.0]))[:3]
    per_row = inverse[:3, :3] @ np.array(plane.orientation[3:]) * plane.spacing[0]
    per_column = inverse[:3, :3] @ np.array(plane.orientation[:3]) * plane.spacing[1]
    index = round(origin[0])
    if max(abs(per_row[0]), abs(per_column[0])) > 1e-3 or abs(origin[0] - index) > OFF_SLICE:
        raise wrong(
            142,
            "the segmentation does not lie on the slices of this volume",
            where=name,
            why="it lies between them or across",
            fix="give the series it was drawn on",
        )
    matrix = np.linalg.inv(np.array([per_row[1:], per_column[1:]]).T).astype(np.float64)
    return _Placed(index, matrix, matrix @ -origin[1:])


def _segment(part: Part, outlines: Outlines, frames: list[tuple[_Placed, NDArray[np.uint8]]], volume: Volume, name: str) -> NamedMask:
    """Frames of one segment in the smallest box that holds them."""
    import numpy as np

    slices, rows, columns = volume.shape
    outside, moved = 0, False
    pieces: dict[int, NDArray[np.uint8]] = {}
    for placed, frame in frames:
        if int(frame.max()) > outlines.most:
            raise wrong(140, "the segmentation cannot be understood", where=name, why="a stored number is above the stated maximum")
        if not 0 <= placed.index < slices:
            outside += 1
            continue
        image, lost = _sampled(frame, placed, rows, columns)
        outside += lost
        moved |= not placed.same
        before = pieces.get(placed.index)
        pieces[placed.index] = image if before is None else np.maximum(before, image)
    notes = ([f"{outside} frames lie partly or wholly outside of this volume"] if outside else []) + (
        ["its pixels are not the volume's: the nearest one was taken"] if moved else []
    )
    start, box = _boxed(pieces)
    fraction = (box / np.float32(outlines.most)).astype(np.float32) if outlines.kind == "FRACTIONAL" else None
    if fraction is not None and not outlines.occupancy:
        notes.append("fractions are probabilities, not shares of the voxel")
    return NamedMask(
        number=part.number, label=part.label, start=start, mask=box.astype(bool) if fraction is None else fraction >= 0.5, fraction=fraction,
        category=part.category, type_code=part.type_code, algorithm=part.algorithm, method="DICOM Segmentation", notes=tuple(notes),
    )  # fmt: skip


def _sampled(frame: NDArray[np.uint8], placed: _Placed, rows: int, columns: int) -> tuple[NDArray[np.uint8], bool]:
    """A frame on the pixels of a slice, and whether marked pixels of it lie outside."""
    import numpy as np

    if placed.same and frame.shape == (rows, columns) and not np.round(placed.offset).any():
        return frame, False
    row, column = np.arange(rows), np.arange(columns)
    r = np.rint(placed.matrix[0, 0] * row[:, None] + placed.matrix[0, 1] * column[None] + placed.offset[0]).astype(np.int64)
    c = np.rint(placed.matrix[1, 0] * row[:, None] + placed.matrix[1, 1] * column[None] + placed.offset[1]).astype(np.int64)
    inside = (r >= 0) & (r < frame.shape[0]) & (c >= 0) & (c < frame.shape[1])
    out = np.where(inside, frame[np.clip(r, 0, frame.shape[0] - 1), np.clip(c, 0, frame.shape[1] - 1)], 0).astype(np.uint8)
    lost = bool(placed.same and np.count_nonzero(out) != np.count_nonzero(frame))
    if not placed.same:
        marked = np.argwhere(frame) - placed.offset
        places = np.rint(np.linalg.solve(placed.matrix, marked.T))
        lost = bool((places < 0).any() or (places[0] >= rows).any() or (places[1] >= columns).any())
    return out, lost


def _boxed(pieces: dict[int, NDArray[np.uint8]]) -> tuple[tuple[int, int, int], NDArray[np.uint8]]:
    import numpy as np

    pieces = {index: piece for index, piece in pieces.items() if piece.any()}
    if not pieces:
        return (0, 0, 0), np.zeros((0, 0, 0), np.uint8)
    seen = np.logical_or.reduce(list(pieces.values()))
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    first, last = min(pieces), max(pieces)
    box = np.zeros((last - first + 1, rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1), np.uint8)
    for index, piece in pieces.items():
        box[index - first] = piece[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return (first, int(rows[0]), int(columns[0])), box


def _filled(part: Part, volume: Volume, name: str) -> NamedMask:
    """Closed contours of one region, filled slice by slice; a contour inside another one is a hole."""
    import numpy as np

    _same_frame(part.frame_of_reference, volume, name)
    inverse = np.linalg.inv(volume.affine)
    slices, rows, columns = volume.shape
    pieces: dict[int, NDArray[np.uint8]] = {}
    outside = left_out = 0
    for points, kind in zip(part.contours, part.kinds, strict=True):
        if kind not in ("CLOSED_PLANAR", "CLOSED_PLANAR_XOR", "CLOSEDPLANAR_XOR") or len(points) < 9:
            left_out += 1
            continue
        places = np.array(points).reshape(-1, 3) @ inverse[:3, :3].T + inverse[:3, 3]
        index = round(float(places[0, 0]))
        if not -0.5 <= places[0, 0] <= slices - 0.5 or not 0 <= index < slices:
            outside += 1
            continue
        if np.abs(places[:, 0] - index).max() > OFF_SLICE:
            raise wrong(
                142,
                "a contour does not lie on a slice of this volume",
                where=name,
                why="it lies between slices or across",
                fix="give the series it was drawn on",
            )
        if places[:, 1:].min() < -0.5 or places[:, 1].max() > rows - 0.5 or places[:, 2].max() > columns - 0.5:
            outside += 1
        area = polygon(places[:, 1:], rows, columns)
        pieces[index] = pieces[index] ^ area if index in pieces else area
    notes = [f"{outside} contours lie partly or wholly outside of this volume"] if outside else []
    notes += [f"{left_out} points or open contours were left out"] if left_out else []
    start, box = _boxed(pieces)
    return NamedMask(part.number, part.label, start, box.astype(bool), method="RT Structure Set", notes=tuple(notes))


def polygon(corners: NDArray[np.float64], rows: int, columns: int) -> NDArray[np.uint8]:
    """Pixels (rows, columns) whose centres lie inside a closed polygon of (row, column) corners, by the even-odd rule."""
    import numpy as np

    found = np.zeros((rows, columns), np.uint8)
    (y, x), (y_next, x_next) = corners.T, np.roll(corners, -1, axis=0).T
    first, last = max(0, int(np.ceil(y.min()))), min(rows - 1, int(np.floor(y.max())))
    for row in range(first, last + 1):
        crossing = (y <= row) != (y_next <= row)
        at = x[crossing] + (row - y[crossing]) / (y_next[crossing] - y[crossing]) * (x_next[crossing] - x[crossing])
        begins = np.clip(np.ceil(np.sort(at)).astype(np.int64), 0, columns)
        for begin, end in zip(begins[::2], begins[1::2], strict=True):
            found[row, begin:end] = 1
    return found
