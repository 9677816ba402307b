"""Readers' outlines of nodules (LIDC-IDRI XML): which reader drew what on which slice, and what at least half of them agree on.

Slices are found by their SOP Instance UID, never by name or height. Document types and entities are refused before anything is parsed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume

ROOT = b"LidcReadMessage"
LARGEST_BYTES = 32 * 2**20
_FEWEST_POINTS = 3


@dataclass(frozen=True)
class Outline:
    """One closed line on one slice. points: (column, row) of pixels, which lie just outside; hole: what it holds is cut out."""

    slice_uid: str
    points: tuple[tuple[int, int], ...]
    hole: bool = False


@dataclass(frozen=True)
class Reading:
    """What one reader drew: nodule -> outlines."""

    nodules: tuple[tuple[str, tuple[Outline, ...]], ...]


@dataclass(frozen=True)
class Readers:
    """All readings of one series."""

    series_uid: str
    readings: tuple[Reading, ...]


def read_readers(path: Path) -> Readers:
    """The readings of a file. Raises InvalidInput XL-LIDC-001 to 004."""
    data = path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else b""
    if not data:
        raise _fault(3, "the readers' file is empty or too large", path, "at most 32 MB")
    if b"<!" in data.replace(b"<!--", b"") or b"\0" in data:
        raise _fault(1, "this XML holds what readers' files do not", path, "no document type, no entities, UTF-8")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 - nothing can be expanded: document types were refused
    except ElementTree.ParseError:
        raise _fault(1, "this XML cannot be read", path, "give the file as it was downloaded") from None
    space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    if root.tag != space + ROOT.decode():
        raise _fault(2, "this is no file of LIDC readers", path, "LidcReadMessage is asked for")
    readings = tuple(Reading(tuple(_nodules(one, space, path))) for one in root.findall(f"{space}readingSession"))
    return Readers(root.findtext(f"{space}ResponseHeader/{space}SeriesInstanceUid", "").strip(), readings)


def _nodules(session: ElementTree.Element, space: str, path: Path) -> Iterator[tuple[str, tuple[Outline, ...]]]:
    for nodule in session.findall(f"{space}unblindedReadNodule"):
        outlines = []
        for roi in nodule.findall(f"{space}roi"):
            points = tuple(
                (_pixel(edge, f"{space}xCoord", path), _pixel(edge, f"{space}yCoord", path)) for edge in roi.findall(f"{space}edgeMap")
            )
            if len(points) >= _FEWEST_POINTS:
                hole = roi.findtext(f"{space}inclusion", "TRUE").strip().upper() == "FALSE"
                outlines.append(Outline(roi.findtext(f"{space}imageSOP_UID", "").strip(), points, hole))
        if outlines:
            yield nodule.findtext(f"{space}noduleID", "").strip(), tuple(outlines)


def _pixel(edge: ElementTree.Element, name: str, path: Path) -> int:
    try:
        return int(edge.findtext(name, ""))
    except ValueError:
        raise _fault(4, "a place of an outline is no number", path, "whole pixels are asked for") from None


def agreed(readers: Readers, volume: Volume, where: str = "readers") -> NDArray[np.bool_] | None:
    """(slices, rows, columns): inside a nodule for at least half of those who read the series; None where they read another.

    Rows and columns of the volume are those of its slices as they were stored. Raises InvalidInput XL-LIDC-004.
    """
    at = {uid: place for place, uid in enumerate(volume.instances) if uid}
    drawn = [[one for _, outlines in reading.nodules for one in outlines if one.slice_uid in at] for reading in readers.readings]
    if not any(drawn) and not (volume.series_uid and readers.series_uid == volume.series_uid):
        return None
    votes = np.zeros(volume.shape, np.uint8)
    for outlines in drawn:
        mine = np.zeros(volume.shape, bool)
        for one in sorted(outlines, key=lambda outline: outline.hole):
            _draw(mine[at[one.slice_uid]], one, where)
        votes += mine
    return votes * 2 >= max(1, len(readers.readings))


def _draw(canvas: NDArray[np.bool_], outline: Outline, where: str) -> None:
    """What an outline holds into, or out of, a slice; its own pixels are outside."""
    from PIL import Image, ImageDraw

    rows, columns = canvas.shape
    if not all(0 <= x < columns and 0 <= y < rows for x, y in outline.points):
        raise InvalidInput("XL-LIDC-004", "an outline lies outside its slice", where=where, fix="give the series as it was read")
    drawn = Image.new("L", (columns, rows))
    ImageDraw.Draw(drawn).polygon(list(outline.points), outline=0, fill=1)
    inside = np.array(drawn, bool)
    inside[[y for _, y in outline.points], [x for x, _ in outline.points]] = False
    canvas[inside] = not outline.hole


def _fault(number: int, what: str, path: Path, fix: str) -> InvalidInput:
    return InvalidInput(f"XL-LIDC-{number:03d}", what, where=path.name, fix=fix)
