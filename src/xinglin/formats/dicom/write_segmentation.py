"""Masks as a DICOM Segmentation on the grid of the series they were drawn on: yes or no, or the share of each voxel.

The object is built by highdicom and then made reproducible: the UIDs and times that highdicom would draw from the
machine are computed or given. Source: DICOM PS3.3 A.51 (Segmentation IOD).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from xinglin import __version__
from xinglin.formats.dicom.coded_terms import finding, site
from xinglin.formats.dicom.marks import OWN_EQUIPMENT, Mark, as_unicode, check_mark, derived_uid, file_bytes, stamp
from xinglin.formats.dicom.original_slices import header_allows, in_slice_order, make_complete, opened, read_original
from xinglin.records.errors import InvalidInput, OutOfResources

if TYPE_CHECKING:
    import numpy as np
    from highdicom.seg import Segmentation, SegmentDescription
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from xinglin.records.volume import Volume

Kind = Literal["binary", "fractional"]
EXPLICIT: Final = "1.2.840.10008.1.2.1"
_SERIES_NUMBER_STEP: Final = 2000
_LONGEST_LABEL: Final = 64
_MOST_BYTES: Final = 2 << 30
_ROUNDING: Final = 1e-5  # a share may miss 0 or 1 by what float32 arithmetic loses


@dataclass(frozen=True, eq=False)
class Segment:
    """One outlined thing.

    mask: bool, or share of each voxel 0..1 as float, shape (slices, rows, columns); the whole grid or a box of it.
    start: where the mask's first voxel lies in the grid. finding: nodule, mass, lesion, neoplasm, lung, lymph-node.
    organ, lobe, side: as records.imaging.Lesion has them. tracking_id: the name that ties the thing together over
    studies; tracking_uid: its UID, computed from study and name when not given. made_by: how it was outlined.
    algorithm, algorithm_version: named when it was not by hand.
    """

    label: str
    mask: NDArray[np.generic]
    start: tuple[int, int, int] = (0, 0, 0)
    finding: str = "nodule"
    organ: str = ""
    lobe: str = ""
    side: str = ""
    tracking_id: str = ""
    tracking_uid: str = ""
    made_by: Literal["AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"] = "AUTOMATIC"
    algorithm: str = "xinglin"
    algorithm_version: str = __version__


def tracking_uid(study_uid: str, tracking_id: str) -> str:
    """The UID that Segmentation and report give the same named lesion of one study when the caller names none."""
    return derived_uid("tracking", study_uid, tracking_id)


def write_segmentation(
    source: Sequence[bytes | Path],
    grid: Volume,
    segments: Sequence[Segment],
    *,
    mark: Mark,
    kind: Kind = "binary",
    omit_empty_frames: bool = True,
    synthetic: bool | None = None,
    series_number: int | None = None,
) -> bytes:
    """The Segmentation as a DICOM file, segment n+1 for segments[n].

    source: the files of the series it lies on (pixels are not needed), any order. grid: that series' volume.
    kind "fractional" stores occupancy in steps of 1/255. omit_empty_frames: leave out slices without the segment;
    some viewers place a segmentation rightly only when all slices are there. synthetic: what it outlines is
    artificial; None takes the source's own word.
    Raises InvalidInput XL-DICOM-501 to 504, 510, 511, 520 to 522; OutOfResources XL-DICOM-523 above 2 GiB of mask.
    """
    check_mark(mark)
    _check_segments(segments, grid, kind)
    order = in_slice_order([opened(file, where=f"file {n + 1}") for n, file in enumerate(source)], grid)
    first, last = _extent(segments, grid, omit_empty_frames)
    headers = [read_original(source[number], where=f"slice {first + n}") for n, number in enumerate(order[first:last])]
    pixels = _stacked(segments, grid, first, last, kind)
    with header_allows("XL-DICOM-522", "the segmentation cannot be made on this series"):
        sex, *_ = [make_complete(header) for header in headers]
        made_up = synthetic if synthetic is not None else headers[0].get("SyntheticData") == "YES"
        uid = derived_uid("segmentation", str(headers[0].SeriesInstanceUID), mark.seed, kind, _digest(segments, omit_empty_frames))
        built = _built(headers, pixels, segments, kind, omit_empty_frames, uid, mark, series_number)
        built.PatientSex = sex
        _settle(built, uid, mark, made_up)
        return file_bytes(built, EXPLICIT)


def _check_segments(segments: Sequence[Segment], grid: Volume, kind: Kind) -> None:
    import numpy as np

    if not segments:
        raise InvalidInput("XL-DICOM-521", "there is no segment", fix="give at least one")
    for n, segment in enumerate(segments):
        where = f"segment {n + 1}"
        mask = segment.mask
        inside = mask.ndim == 3 and all(a >= 0 and a + m <= g for a, m, g in zip(segment.start, mask.shape, grid.shape, strict=True))
        if not inside or not mask.size:
            raise InvalidInput("XL-DICOM-521", "a mask does not lie inside the grid", where=where, fix="give start and mask of this grid")
        if not 0 < len(segment.label) <= _LONGEST_LABEL or "\\" in segment.label:
            raise InvalidInput("XL-DICOM-521", "a segment's label is empty or too long", where=where, why="1 to 64 characters")
        if not np.isfinite(mask).all() or mask.min() < -_ROUNDING or mask.max() > 1 + _ROUNDING:
            raise InvalidInput("XL-DICOM-521", "a mask holds numbers outside 0..1", where=where, fix="give shares of the voxel, 0 to 1")
        if kind == "binary" and mask.dtype.kind == "f" and not np.isin(mask, (0, 1)).all():
            raise InvalidInput(
                "XL-DICOM-521", "a binary segmentation holds only yes and no", where=where, fix="cut the shares at 0.5 first"
            )
        if not float(mask.max()) >= 0.5 / 255:
            raise InvalidInput("XL-DICOM-521", "a segment is empty", where=where, fix="leave it out")


def _extent(segments: Sequence[Segment], grid: Volume, omit_empty: bool) -> tuple[int, int]:
    if not omit_empty:
        return 0, grid.shape[0]
    return min(s.start[0] for s in segments), max(s.start[0] + s.mask.shape[0] for s in segments)


def _stacked(segments: Sequence[Segment], grid: Volume, first: int, last: int, kind: Kind) -> NDArray[np.generic]:
    """(slices, rows, columns, segments), one plane of whole slices per segment."""
    import numpy as np

    _, rows, columns = grid.shape
    dtype = np.dtype(np.uint8 if kind == "binary" else np.float32)
    shape = (last - first, rows, columns, len(segments))
    if np.prod(shape, dtype=np.int64) * dtype.itemsize > _MOST_BYTES:
        raise OutOfResources(
            "XL-DICOM-523", "the segmentation needs too much memory", why="2 GiB", fix="omit empty frames, or write fewer segments"
        )
    pixels = np.zeros(shape, dtype)
    for n, segment in enumerate(segments):
        k, j, i = segment.start
        depth, height, width = segment.mask.shape
        pixels[k - first : k - first + depth, j : j + height, i : i + width, n] = np.clip(segment.mask, 0, 1)
    return pixels


def _digest(segments: Sequence[Segment], omit_empty: bool) -> str:
    import hashlib

    import numpy as np

    seal = hashlib.sha256(str(omit_empty).encode())
    for s in segments:
        seal.update(f"{s.label}\x1f{s.start}{s.mask.shape}{s.mask.dtype.str}{s.finding}\x1f{s.tracking_id}\x1f".encode())
        seal.update(np.ascontiguousarray(s.mask).data)
    return seal.hexdigest()


def _built(
    headers: Sequence[Dataset], pixels: NDArray[np.generic], segments: Sequence[Segment], kind: Kind, omit: bool, uid: str,
    mark: Mark, number: int | None,
) -> Segmentation:  # fmt: skip
    from highdicom.seg import Segmentation, SegmentationFractionalTypeValues, SegmentationTypeValues

    source = headers[0]
    return Segmentation(
        source_images=list(headers),
        pixel_array=pixels,
        segmentation_type=SegmentationTypeValues[kind.upper()],
        segment_descriptions=[_described(s, n + 1, str(source.StudyInstanceUID)) for n, s in enumerate(segments)],
        series_instance_uid=derived_uid("series", uid),
        series_number=number if number is not None else int(source.get("SeriesNumber") or 0) + _SERIES_NUMBER_STEP,
        sop_instance_uid=uid,
        instance_number=1,
        **OWN_EQUIPMENT,
        fractional_type=SegmentationFractionalTypeValues.OCCUPANCY,
        omit_empty_frames=omit,
        content_label="SEGMENTATION",
        content_description=f"{mark.label} {mark.description}"[:64].rstrip(),
    )


def _described(segment: Segment, number: int, study: str) -> SegmentDescription:
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.seg import SegmentDescription
    from pydicom.sr.codedict import codes

    category, kind = finding(segment.finding)
    place = site(segment.organ, segment.lobe, segment.side)
    by_hand = segment.made_by == "MANUAL"
    algorithm = AlgorithmIdentificationSequence(
        name=segment.algorithm, family=codes.DCM.ArtificialIntelligence, version=segment.algorithm_version
    )
    name = segment.tracking_id or segment.label
    return SegmentDescription(
        segment_number=number,
        segment_label=segment.label,
        segmented_property_category=category,
        segmented_property_type=kind,
        algorithm_type=segment.made_by,
        algorithm_identification=None if by_hand else algorithm,
        tracking_id=name,
        tracking_uid=segment.tracking_uid or tracking_uid(study, name),
        anatomic_regions=[place[0]] if place else None,
    )


def _settle(built: Segmentation, uid: str, mark: Mark, synthetic: bool) -> None:
    """Replaces what highdicom drew from clock and chance, and puts the mark on."""
    organization = derived_uid("dimensions", uid)
    built.DimensionOrganizationSequence[0].DimensionOrganizationUID = organization
    for index in built.DimensionIndexSequence:
        index.DimensionOrganizationUID = organization
    settle_equipment(built)
    as_unicode(built, mark)
    stamp(built, mark, synthetic=synthetic)


def settle_equipment(built: Dataset) -> None:
    """highdicom names itself as contributing equipment with the time of day; the name stays, the time goes."""
    for item in built.get("ContributingEquipmentSequence") or ():
        if item.get("ManufacturerModelName") == "highdicom" and "ContributionDateTime" in item:
            del item.ContributionDateTime
