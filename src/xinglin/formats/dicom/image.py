"""What one file says about its pixels and about where each of its slices lies.

Positions come from ImagePositionPatient and ImageOrientationPatient, per file or per frame; nothing is taken from a file
name or an instance number. What is missing stays None here: `geometry` says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from xinglin.formats.dicom.elements import Dataset
from xinglin.formats.dicom.limits import Limits, too_much, wrong
from xinglin.formats.dicom.tags import TAGS, place
from xinglin.formats.dicom.values import numbers, text, whole, word, words
from xinglin.records.errors import XinglinError

Triple = tuple[float, float, float]


class Plane(Struct, frozen=True, kw_only=True):
    """One slice: its place (LPS mm), its directions, its spacing (row, column; mm) and how stored numbers become values."""

    position: Triple | None = None
    orientation: tuple[float, float, float, float, float, float] | None = None
    spacing: tuple[float, float] | None = None
    slope: float | None = None
    intercept: float | None = None
    rescale_type: str = ""
    table: bool = False  # a Modality LUT takes the place of slope and intercept


class PixelForm(Struct, frozen=True, kw_only=True):
    """How the numbers of an image are stored."""

    rows: int
    columns: int
    frames: int
    allocated: int
    stored: int
    high_bit: int
    signed: bool
    photometric: str
    samples: int
    planar: bool = False  # colours one after the other, not pixel by pixel


class Shown(Struct, frozen=True, kw_only=True):
    """How the file asks to be shown, and what else a picture may be known by. "" and None where it says nothing.

    window: (centre, width) in the numbers after rescale; function: LINEAR, LINEAR_EXACT or SIGMOID. imager_mm: row, column at the detector.
    """

    window: tuple[float, float] | None = None
    function: str = ""
    view: str = ""
    age_years: float | None = None
    imager_mm: tuple[float, float] | None = None


class Image(Struct, frozen=True, kw_only=True):
    """An image file: its pixels' form, its planes and the words about its acquisition."""

    form: PixelForm
    planes: tuple[Plane, ...]
    details: dict[str, str]
    units: str = ""
    padding: int | None = None
    padding_limit: int | None = None
    stated_gap: float | None = None  # SpacingBetweenSlices or SliceThickness
    shown: Shown = Shown()
    distinguished_by: tuple[str, ...] = ()  # echo, temporal position, acquisition: told when places repeat


def image_from(dataset: Dataset, sets: tuple[str, ...], limits: Limits) -> Image | None:
    """The image of a data set, None when it holds no pixels. Raises XL-DICOM-012, 044 to 047, 053."""
    elements = dataset.elements
    if TAGS["FloatPixelData"][0] in elements or TAGS["DoubleFloatPixelData"][0] in elements:
        raise wrong(53, "the pixels are floating-point numbers, which are not read as a volume", where=place(TAGS["FloatPixelData"][0]))
    if TAGS["PixelData"][0] not in elements:
        return None
    form = _form(dataset, limits)
    padding = _signed_number(dataset, "PixelPaddingValue", form)
    return Image(
        form=form,
        planes=_planes(dataset, form),
        details=_details(dataset, sets, form),
        units=word(dataset, "Units"),
        padding=padding,
        padding_limit=_signed_number(dataset, "PixelPaddingRangeLimit", form),
        stated_gap=_stated_gap(dataset),
        shown=_shown(dataset),
        distinguished_by=tuple(
            f"{keyword}={int(values[0])}"
            for keyword in ("EchoNumbers", "TemporalPositionIdentifier", "AcquisitionNumber")
            if (values := numbers(dataset, keyword))
        ),
    )


def _needed(dataset: Dataset, keyword: str) -> int:
    value = whole(dataset, keyword)
    if value is None:
        raise wrong(45, "the image does not say how its pixels are stored", where=place(TAGS[keyword][0]), why="it is missing")
    return value


def _form(dataset: Dataset, limits: Limits) -> PixelForm:
    frames = whole(dataset, "NumberOfFrames")
    high_bit = whole(dataset, "HighBit")
    form = PixelForm(
        rows=_needed(dataset, "Rows"),
        columns=_needed(dataset, "Columns"),
        frames=1 if frames is None else frames,
        allocated=_needed(dataset, "BitsAllocated"),
        stored=_needed(dataset, "BitsStored"),
        high_bit=_needed(dataset, "BitsStored") - 1 if high_bit is None else high_bit,  # the only value the standard allows
        signed=bool(_one_of(dataset, "PixelRepresentation", (0, 1))),
        photometric=word(dataset, "PhotometricInterpretation"),
        samples=_needed(dataset, "SamplesPerPixel"),
        planar=whole(dataset, "PlanarConfiguration") == 1,
    )
    _check_bits(form)
    if form.rows < 1 or form.columns < 1 or form.frames < 1:
        raise wrong(45, "the image has no pixels", where=place(TAGS["Rows"][0]), why="Rows, Columns and NumberOfFrames must be 1 or more")
    if form.frames > limits.frames:
        raise too_much(
            47, "the image has more frames than are read", where=place(TAGS["NumberOfFrames"][0]), why=f"the limit is {limits.frames}"
        )
    if frame_bytes(form) > limits.frame_bytes or frame_bytes(form) * form.frames > limits.volume_bytes:
        raise too_much(
            47, "the image is larger than is read", where=place(TAGS["Rows"][0]), why="Rows x Columns x bits x frames is over the limit"
        )
    return form


def _one_of(dataset: Dataset, keyword: str, allowed: tuple[int, ...]) -> int:
    value = _needed(dataset, keyword)
    if value not in allowed:
        raise wrong(45, "the image contradicts itself about its bits", where=place(TAGS[keyword][0]), why=f"it must be one of {allowed}")
    return value


def _check_bits(form: PixelForm) -> None:
    why = ""
    if form.allocated not in (1, 8, 16, 32):
        why = "BitsAllocated must be 1, 8, 16 or 32"
    elif not 1 <= form.stored <= form.allocated:
        why = "BitsStored must lie between 1 and BitsAllocated"
    elif form.high_bit != form.stored - 1:
        why = "HighBit must be BitsStored - 1"
    if why:
        raise wrong(
            45, "the image contradicts itself about its bits", where=place(TAGS["BitsStored"][0]), why=why, fix="ask for a new export"
        )


def frame_bytes(form: PixelForm) -> int:
    """Bytes of one frame once unpacked."""
    return form.rows * form.columns * form.samples * max(1, form.allocated // 8)


def _signed_number(dataset: Dataset, keyword: str, form: PixelForm) -> int | None:
    """A padding value, whose type follows the pixels' signedness whatever the element says."""
    value = whole(dataset, keyword)
    if value is None or form.allocated != 16:
        return value
    value &= 0xFFFF
    return value - 0x10000 if form.signed and value > 0x7FFF else value


def _stated_gap(dataset: Dataset) -> float | None:
    for keyword in ("SpacingBetweenSlices", "SliceThickness"):
        values = numbers(dataset, keyword)
        if values and values[0] > 0:
            return values[0]
    return None


def _details(dataset: Dataset, sets: tuple[str, ...], form: PixelForm) -> dict[str, str]:
    """Acquisition words by the keys the README lists; elements that are absent or unreadable have none."""
    reading: dict[str, Callable[[], str]] = {
        "slice_thickness_mm": lambda: _plain(numbers(dataset, "SliceThickness")),
        "kvp": lambda: _plain(numbers(dataset, "KVP")),
        "kernel": lambda: text(dataset, "ConvolutionKernel", sets),
        "manufacturer": lambda: text(dataset, "Manufacturer", sets),
        "model": lambda: text(dataset, "ManufacturerModelName", sets),
        "body_part": lambda: word(dataset, "BodyPartExamined"),
        "description": lambda: text(dataset, "SeriesDescription", sets),
        "patient_position": lambda: word(dataset, "PatientPosition"),
        "contrast": lambda: text(dataset, "ContrastBolusAgent", sets),
        "image_type": lambda: "\\".join(words(dataset, "ImageType")),
        "burned_in": lambda: word(dataset, "BurnedInAnnotation"),
        "gantry_tilt_degrees": lambda: _plain(numbers(dataset, "GantryDetectorTilt")),
        "lossy": lambda: _lossy(dataset),
    }
    found = {key: _or_nothing(read) for key, read in reading.items()}
    if form.photometric == "MONOCHROME1":
        found["photometric"] = "MONOCHROME1: low values are meant to be shown bright; the numbers are unchanged"
    return {key: value for key, value in found.items() if value}


def _or_nothing(read: Callable[[], str]) -> str:
    try:
        return read()
    except XinglinError:
        return ""


def _shown(dataset: Dataset) -> Shown:
    """The first window, the view and the age; an element that cannot be read says nothing."""
    centre, width, imager = (_numbers_or_none(dataset, one) for one in ("WindowCenter", "WindowWidth", "ImagerPixelSpacing"))
    return Shown(
        window=(centre[0], width[0]) if centre and width and width[0] > 0 else None,
        function=_or_nothing(lambda: word(dataset, "VOILUTFunction")),
        view=_or_nothing(lambda: word(dataset, "ViewPosition")),
        age_years=_age(_or_nothing(lambda: word(dataset, "PatientAge"))),
        imager_mm=(imager[0], imager[1]) if len(imager) == 2 and min(imager) > 0 else None,
    )


def _numbers_or_none(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    try:
        return numbers(dataset, keyword)
    except XinglinError:
        return ()


_YEARS = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}


def _age(written: str) -> float | None:
    """An age string (PS3.5 6.2: 061Y, 018M, 003W, 010D) in years."""
    if len(written) != 4 or not written[:3].isdigit() or written[3] not in _YEARS:
        return None
    return int(written[:3]) * _YEARS[written[3]]


def _plain(values: Sequence[float]) -> str:
    return f"{values[0]:g}" if values else ""


def _lossy(dataset: Dataset) -> str:
    if word(dataset, "LossyImageCompression") != "01":
        return ""
    ratio = ", ".join(f"{value:g}" for value in numbers(dataset, "LossyImageCompressionRatio"))
    method = ", ".join(words(dataset, "LossyImageCompressionMethod"))
    return "; ".join(part for part in ("the source says lossy compression was used", method, f"ratio {ratio}" if ratio else "") if part)


def _plane(*sources: Dataset) -> Plane:
    """A plane from the data sets that may state its parts, the first that does wins."""

    def first(keyword: str, count: int) -> tuple[float, ...] | None:
        return next((values for source in sources if (values := numbers(source, keyword, count))), None)

    slope, intercept = first("RescaleSlope", 1), first("RescaleIntercept", 1)
    return Plane(
        position=first("ImagePositionPatient", 3),  # type: ignore[arg-type]
        orientation=first("ImageOrientationPatient", 6),  # type: ignore[arg-type]
        spacing=first("PixelSpacing", 2),  # type: ignore[arg-type]
        slope=slope[0] if slope else None,
        intercept=intercept[0] if intercept else None,
        rescale_type=next((value for source in sources if (value := word(source, "RescaleType"))), ""),
        table=any(TAGS["ModalityLUTSequence"][0] in source.elements for source in sources),
    )


_GROUPS = ("PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence", "PixelValueTransformationSequence")


def _planes(dataset: Dataset, form: PixelForm) -> tuple[Plane, ...]:
    per_frame = dataset.items_of(TAGS["PerFrameFunctionalGroupsSequence"][0])
    shared = dataset.items_of(TAGS["SharedFunctionalGroupsSequence"][0])
    if per_frame or shared:
        return _functional_planes(per_frame, shared, form)
    if form.frames == 1:
        return (_plane(dataset, *dataset.items_of(TAGS["DetectorInformationSequence"][0])[:1]),)
    return _legacy_planes(dataset, form)


def _functional_planes(per_frame: Sequence[Dataset], shared: Sequence[Dataset], form: PixelForm) -> tuple[Plane, ...]:
    if per_frame and len(per_frame) != form.frames:
        raise wrong(
            22, "frames and their descriptions do not agree", where=place(TAGS["PerFrameFunctionalGroupsSequence"][0]),
            why=f"{form.frames} frames, {len(per_frame)} descriptions", fix="ask for a new export",
        )  # fmt: skip
    common = [item for group in shared[:1] for name in _GROUPS for item in group.items_of(TAGS[name][0])[:1]]
    planes = []
    for frame in per_frame or [None] * form.frames:
        own = [item for name in _GROUPS for item in frame.items_of(TAGS[name][0])[:1]] if frame else []
        planes.append(_plane(*own, *common))
    return tuple(planes)


def _legacy_planes(dataset: Dataset, form: PixelForm) -> tuple[Plane, ...]:
    """Frames of an older multi-frame image: slices only when its frame increment says that they are.

    Source: PS3.3 C.8.4.15 (NM reconstruction: Slice Vector, SpacingBetweenSlices along the normal of the detector).
    """
    plane = _plane(dataset, *dataset.items_of(TAGS["DetectorInformationSequence"][0])[:1])
    slices = numbers(dataset, "SliceVector")
    gap = numbers(dataset, "SpacingBetweenSlices", 1)
    known = plane.position and plane.orientation and gap and len(slices) == form.frames
    if not known or sorted(slices) != [float(n) for n in range(1, form.frames + 1)]:
        return (Plane(spacing=plane.spacing, slope=plane.slope, intercept=plane.intercept, table=plane.table),) * form.frames
    assert plane.position and plane.orientation
    row, column = plane.orientation[:3], plane.orientation[3:]
    normal = (row[1] * column[2] - row[2] * column[1], row[2] * column[0] - row[0] * column[2], row[0] * column[1] - row[1] * column[0])
    return tuple(
        Plane(
            position=tuple(p + n * gap[0] * (s - 1) for p, n in zip(plane.position, normal, strict=True)),  # type: ignore[arg-type]
            orientation=plane.orientation, spacing=plane.spacing, slope=plane.slope, intercept=plane.intercept,
            rescale_type=plane.rescale_type, table=plane.table,
        )
        for s in slices
    )  # fmt: skip
