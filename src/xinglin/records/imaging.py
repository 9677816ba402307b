"""What is asked of, done to and found in images: series kept, lesions marked, nodules asked for, boxes changed.

Places are LPS millimetres (x to the patient's left, y to the back, z to the head); lengths mm, volumes mm3,
densities HU. A box of voxels travels as its bytes, so that a record stays plain data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct, field

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume

Point_mm = tuple[float, float, float]
Lobe = Literal["left-upper", "left-lower", "right-upper", "right-middle", "right-lower"]
NoduleKind = Literal["solid", "part-solid", "ground-glass", "calcified"]


class ScanSeries(Struct, frozen=True):
    """A series of images the house keeps. `source` is its "ImagingStudy/x"; the pixels lie in the store under `uid`."""

    source: str
    uid: str
    study_uid: str = ""
    modality: str = ""
    description: str = ""
    when: str = ""
    slices: int = 0
    spacing_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)  # slice, row, column
    frame_of_reference: str = ""
    synthetic: bool = False
    digest: str = ""  # of the volume: records.volume.Volume.digest
    notes: tuple[str, ...] = ()  # repairs asked for, findings about geometry


def series_named(scans: Sequence[ScanSeries], word: str) -> ScanSeries | None:
    """The series a person means by its number (1 is the first) or its UID; "" is the first. None when there is no such series."""
    if word.isdigit() and 1 <= int(word) <= len(scans):
        return scans[int(word) - 1]
    return next((one for one in scans if not word or one.uid == word), None)


class LesionMeasures(Struct, frozen=True):
    """Numbers of one outlined lesion. Lengths mm, volume mm3, densities HU; None where it cannot be measured.

    long/short axis: in the slice plane where the long axis is longest (RECIST 1.1 way); `slice_instance` is that
    slice's SOP instance UID, `long_axis_ends` two places in LPS mm. `mean_diameter_mm` is (long + short) / 2 there.
    """

    long_axis_mm: float
    short_axis_mm: float
    mean_diameter_mm: float
    volume_mm3: float
    mean_hu: float
    sd_hu: float
    center_mm: Point_mm
    slice_instance: str = ""
    slice_index: int = -1
    long_axis_ends: tuple[Point_mm, Point_mm] = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    short_axis_ends: tuple[Point_mm, Point_mm] = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    effective_diameter_mm: float = 0.0  # of the sphere of the same volume
    solid_volume_mm3: float | None = None
    solid_diameter_mm: float | None = None
    pleura_distance_mm: float | None = None
    touches_border: bool = False
    notes: tuple[str, ...] = ()  # "the outline leaked and was cut", "thinner than two slices" ...


class Outline(Struct, frozen=True):
    """A binary mask as the box it lies in: `bits` are numpy.packbits of the box in C order."""

    start: tuple[int, int, int]  # slice, row, column of the box's first voxel
    shape: tuple[int, int, int]
    bits: bytes

    def mask(self) -> NDArray[np.bool_]:
        """The box as an array of true and false."""
        import numpy as np

        count = self.shape[0] * self.shape[1] * self.shape[2]
        return np.unpackbits(np.frombuffer(self.bits, np.uint8), count=count).reshape(self.shape).astype(bool)


class Lesion(Struct, frozen=True):
    """One lesion in one series, as somebody marked it. `name` ties the same lesion of several dates together."""

    source: str  # "Observation/lesion-..."
    name: str
    series_uid: str
    when: str  # of the acquisition
    seed_mm: Point_mm
    measures: LesionMeasures
    outline: Outline
    marked_by: str = ""
    method: str = ""  # "region growing from a seed, xinglin 0.1" | "DICOM Segmentation" | ...
    organ: str = ""  # lung, liver, lymph-node, ...
    side: Literal["left", "right", "bilateral"] | None = None
    lobe: str = ""
    kind: str = ""  # solid, part-solid, ground-glass, calcified, "" when not said
    target: bool = False  # a RECIST target lesion
    study: str = ""  # "ImagingStudy/x"
    series_digest: str = ""  # of the volume it was outlined in: a series may be replaced by a more complete one
    first_shown_by: str = ""  # name@digest of the model that showed the place to whoever marked it, and which of its candidates
    remark: str = ""  # what that person said of it


class LungMeasures(Struct, frozen=True):
    """How dense the lungs of one series are. Densities HU, share in percent of the lungs' volume, volumes mL.

    low_percent: share below -950 HU. perc15_hu: 15 % of the lungs are less dense. `method` says what was counted as lung.
    """

    series_uid: str
    mean_hu: float
    low_percent: float
    perc15_hu: float
    left_ml: float
    right_ml: float
    when: str = ""
    study: str = ""  # "ImagingStudy/x"
    method: str = ""

    @property
    def source(self) -> str:
        """The Observation it is kept as."""
        return lungs_source(self.series_uid)


def lungs_source(series_uid: str) -> str:
    """The Observation that holds the lung density of a series: "Observation/lungs-..."."""
    return f"Observation/lungs-{hashlib.sha256(series_uid.encode()).hexdigest()[:32]}"


class NoduleRequest(Struct, frozen=True, kw_only=True):
    """A virtual nodule as asked for. Everything left at None is drawn from the seed and then stated.

    diameter_mm: of the sphere of the same volume, 2 to 40. hu: density of the solid body (of the glass for
    ground-glass). solid_fraction: solid volume over whole volume, part-solid only. lobulation: standard deviation of
    r/R; spicules: how many. attachment: to what it must touch. center_mm: exact place; side, lobe: where to draw one.
    """

    kind: NoduleKind = "solid"
    diameter_mm: float = 8.0
    margin: Literal["smooth", "lobulated", "spiculated"] = "smooth"
    attachment: Literal["none", "pleura", "vessel"] = "none"
    hu: float | None = None
    solid_fraction: float | None = None
    calcification: Literal["diffuse", "central", "laminated", "popcorn"] = "diffuse"
    lobulation: float | None = None
    spicules: int | None = None
    texture_hu: float | None = None
    texture_mm: float = 1.5
    axes: tuple[float, float, float] | None = None  # relative lengths along slice, row, column; product 1
    center_mm: Point_mm | None = None
    side: Literal["left", "right"] | None = None
    lobe: Lobe | None = None
    seed: int = 0
    doubling_days: float | None = None  # with `days`: the same nodule that much later
    days: float = 0.0
    blur_mm: tuple[float, float, float] | None = None  # FWHM of the scanner's blur; None: measured in the scan


class ImageEdit(Struct, frozen=True, dict=True):
    """What was changed in a series: one box of voxels, and the truth about what lies in it.

    `voxels`: the new values, little-endian int16 HU in C order of `shape`; everything outside the box is the source's.
    `occupancy`: little-endian float32, the share of each voxel inside the lesion before blur (fractional mask).
    `apparent`: little-endian float32, the same after the scanner's blur (>= 0.5 is what a reader would outline).
    `truth`: the numbers stated about it, by documented keys (models/lesion/parametric_nodule/README.md):
    volume_mm3, diameter_mm, center_x_mm ..., blur_slice_mm ..., binary_loss_percent ...
    """

    method: str  # "parametric_nodule@1"
    series_uid: str
    source_digest: str  # Volume.digest() of the series before the change
    request: NoduleRequest
    start: tuple[int, int, int]
    shape: tuple[int, int, int]
    voxels: bytes
    occupancy: bytes
    apparent: bytes
    truth: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)  # side, lobe, attachment, blur_from ("scan" | "kernel" | "request") ...
    notes: tuple[str, ...] = ()

    @cached_property
    def packed(self) -> bytes:
        """The change as it is kept: always the same bytes, encoded once."""
        return msgspec.msgpack.encode(self)

    def box(self) -> tuple[slice, slice, slice]:
        """The changed voxels, as indices of the series' array."""
        k, j, i = (slice(first, first + count) for first, count in zip(self.start, self.shape, strict=True))
        return k, j, i

    def applied_to(self, source: Volume) -> Volume:
        """The series with the change in it, marked as synthetic. Raises InvalidInput for another series."""
        import numpy as np

        from xinglin.records.errors import InvalidInput

        if source.digest() != self.source_digest:
            raise InvalidInput("XL-IMAGE-001", "the change was made in another series", where=source.series_uid, fix="make the draft anew")
        voxels = source.voxels.copy()
        voxels[self.box()] = np.frombuffer(self.voxels, "<i2").reshape(self.shape)
        return replace(source, voxels=voxels, synthetic=True)


class Picture(Struct, frozen=True):
    """One picture for a page: PNG bytes, a caption, and the words that stand for it where it cannot be seen."""

    name: str
    png: bytes
    caption: str
    description: str
    shows: tuple[str, ...] = ()  # how the pointers begin of evidence that this picture shows: "Observation/lesion-1", a series UID


@dataclass(frozen=True, eq=False)
class ImageCase:
    """What an image check looks at: the series as it was, as it would be released, and what is said about the change.

    edit: None where a model translated the whole series.
    """

    source: Volume
    result: Volume
    edit: ImageEdit | None
    label: str = ""  # the words or tag that mark the result as artificial


@dataclass(frozen=True, eq=False)
class Images:
    """The images a draft speaks of: what it changed, what was marked, and the series behind both with their DICOM files."""

    case: ImageCase | None = None
    lesions: tuple[Lesion, ...] = ()
    volumes: Mapping[str, Volume] = dataclass_field(default_factory=dict)  # by series UID
    files: Mapping[str, tuple[bytes, ...]] = dataclass_field(default_factory=dict)  # the same series as they came in
