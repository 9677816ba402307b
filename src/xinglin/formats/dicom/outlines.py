"""What a Segmentation or a Structure Set says about its parts: names, codes, which frame or contour belongs to which.

Read inside the limited process; `segments.py` lays it onto the grid of a volume.
Source: DICOM PS3.3 A.51, C.8.20.2 (Segmentation), A.19.3, C.8.8.6 (RT ROI Contour).
"""

from __future__ import annotations

from msgspec import Struct

from xinglin.formats.dicom.elements import Dataset
from xinglin.formats.dicom.image import PixelForm
from xinglin.formats.dicom.limits import wrong
from xinglin.formats.dicom.tags import TAGS, place
from xinglin.formats.dicom.values import numbers, text, uid, whole, word

CodeTriple = tuple[str, str, str]  # value, scheme, meaning


class Part(Struct, frozen=True, kw_only=True):
    """One segment or region. contours: x, y, z in LPS mm, one after the other; kinds: CLOSED_PLANAR, POINT ..."""

    number: int
    label: str = ""
    category: CodeTriple = ("", "", "")
    type_code: CodeTriple = ("", "", "")
    algorithm: str = ""  # AUTOMATIC, SEMIAUTOMATIC, MANUAL, ""
    algorithm_name: str = ""
    frame_of_reference: str = ""
    contours: tuple[tuple[float, ...], ...] = ()
    kinds: tuple[str, ...] = ()


class Outlines(Struct, frozen=True, kw_only=True):
    """Kind: BINARY, FRACTIONAL, LABELMAP or CONTOURS. frame_parts: for each frame of a segmentation the number of its segment."""

    kind: str
    parts: tuple[Part, ...]
    frame_parts: tuple[int, ...] = ()
    most: int = 1  # the stored number that means "all of the voxel"
    occupancy: bool = False  # fractions are shares of the voxel, not probabilities


def outlines_from(dataset: Dataset, sets: tuple[str, ...], form: PixelForm | None) -> Outlines | None:
    """The parts of a Segmentation or Structure Set, None for anything else. Raises XL-DICOM-012 and 140."""
    if TAGS["SegmentSequence"][0] in dataset.elements and form is not None:
        return _segments(dataset, sets, form)
    if TAGS["ROIContourSequence"][0] in dataset.elements:
        return _regions(dataset, sets)
    return None


def _broken(keyword: str, why: str) -> Exception:
    return wrong(140, "the segmentation cannot be understood", where=place(TAGS[keyword][0]), why=why, fix="ask for a new export")


def _segments(dataset: Dataset, sets: tuple[str, ...], form: PixelForm) -> Outlines:
    kind = word(dataset, "SegmentationType")
    if kind not in ("BINARY", "FRACTIONAL", "LABELMAP"):
        raise _broken("SegmentationType", "it must be BINARY, FRACTIONAL or LABELMAP")
    if form.allocated != (1 if kind == "BINARY" else 8) and not (kind == "BINARY" and form.allocated == 8):
        raise _broken("BitsAllocated", "1 bit for BINARY, 8 for FRACTIONAL and LABELMAP are read")
    if form.photometric != "MONOCHROME2" and not (kind == "LABELMAP" and form.photometric == "PALETTE COLOR"):
        raise _broken("PhotometricInterpretation", "it must be MONOCHROME2")
    parts = tuple(_segment(item, sets) for item in dataset.items_of(TAGS["SegmentSequence"][0]))
    known = {part.number for part in parts}
    if len(known) != len(parts):
        raise _broken("SegmentNumber", "a number is used twice")
    frames = () if kind == "LABELMAP" else _frame_parts(dataset, form)
    if not set(frames) <= known:
        raise _broken("ReferencedSegmentNumber", "a frame belongs to a segment that is not described")
    most = whole(dataset, "MaximumFractionalValue")
    if kind == "FRACTIONAL" and (most is None or not 1 <= most <= 255):
        raise _broken("MaximumFractionalValue", "it must lie between 1 and 255")
    return Outlines(
        kind=kind, parts=parts, frame_parts=frames, most=most if kind == "FRACTIONAL" and most else 1,
        occupancy=word(dataset, "SegmentationFractionalType") == "OCCUPANCY",
    )  # fmt: skip


def _segment(item: Dataset, sets: tuple[str, ...]) -> Part:
    number = whole(item, "SegmentNumber")
    if number is None:
        raise _broken("SegmentNumber", "it is missing")
    return Part(
        number=number,
        label=text(item, "SegmentLabel", sets),
        category=_code(item, "SegmentedPropertyCategoryCodeSequence", sets),
        type_code=_code(item, "SegmentedPropertyTypeCodeSequence", sets),
        algorithm=word(item, "SegmentAlgorithmType"),
        algorithm_name=text(item, "SegmentAlgorithmName", sets),
    )


def _code(item: Dataset, keyword: str, sets: tuple[str, ...]) -> CodeTriple:
    found = item.items_of(TAGS[keyword][0])
    if not found:
        return "", "", ""
    return word(found[0], "CodeValue"), word(found[0], "CodingSchemeDesignator"), text(found[0], "CodeMeaning", sets)


def _frame_parts(dataset: Dataset, form: PixelForm) -> tuple[int, ...]:
    def stated(group: Dataset) -> int | None:
        items = group.items_of(TAGS["SegmentIdentificationSequence"][0])
        return whole(items[0], "ReferencedSegmentNumber") if items else None

    shared = dataset.items_of(TAGS["SharedFunctionalGroupsSequence"][0])
    common = stated(shared[0]) if shared else None
    own = [stated(group) for group in dataset.items_of(TAGS["PerFrameFunctionalGroupsSequence"][0])] or [None] * form.frames
    found = tuple(common if number is None else number for number in own)
    if any(number is None for number in found):
        raise _broken("SegmentIdentificationSequence", "a frame does not say which segment it shows")
    return tuple(number for number in found if number is not None)


def _regions(dataset: Dataset, sets: tuple[str, ...]) -> Outlines:
    named: dict[int, tuple[str, str]] = {}
    for item in dataset.items_of(TAGS["StructureSetROISequence"][0]):
        number = whole(item, "ROINumber")
        if number is None or number in named:
            raise _broken("ROINumber", "it is missing or used twice")
        named[number] = text(item, "ROIName", sets), uid(item, "ReferencedFrameOfReferenceUID")
    parts = []
    for item in dataset.items_of(TAGS["ROIContourSequence"][0]):
        number = whole(item, "ReferencedROINumber")
        if number not in named:
            raise _broken("ReferencedROINumber", "contours belong to a region that is not described")
        contours = item.items_of(TAGS["ContourSequence"][0])
        parts.append(
            Part(
                number=number, label=named[number][0], frame_of_reference=named[number][1],
                contours=tuple(_contour(contour) for contour in contours), kinds=tuple(word(c, "ContourGeometricType") for c in contours),
            )
        )  # fmt: skip
    return Outlines(kind="CONTOURS", parts=tuple(parts))


def _contour(item: Dataset) -> tuple[float, ...]:
    data, count = numbers(item, "ContourData"), whole(item, "NumberOfContourPoints")
    if len(data) % 3 or (count is not None and len(data) != 3 * count):
        raise _broken("ContourData", "the points of a contour are not as many as stated")
    if any(abs(value) > 1e5 for value in data):
        raise _broken("ContourData", "a point lies where no patient can")
    return data
