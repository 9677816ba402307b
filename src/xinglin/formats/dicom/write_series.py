"""A changed scan as a new DICOM series beside the source: header copied, pixels rewritten where they differ, marked.

Nothing is ever written over the original: new series, new instances, same study and same frame of reference.
Private tags, signatures, icons and stored extremes of the source are left out, since they speak of the old pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinglin.formats.dicom.image import image_from
from xinglin.formats.dicom.limits import DEFAULT_LIMITS
from xinglin.formats.dicom.marks import Mark, as_unicode, check_mark, code_item, derived_uid, file_bytes, file_start, is_plain_text, stamp
from xinglin.formats.dicom.original_slices import PIXELS, UNREADABLE, Original, extents, in_slice_order, opened, quietly, read_original
from xinglin.formats.dicom.pixels import locate, stored_numbers
from xinglin.formats.dicom.spliced import encoded, is_plain, spliced
from xinglin.formats.dicom.stored_values import STORAGE_WORDS, Box, rewritten, storage_of
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from xinglin.records.volume import Volume

Boxes = tuple[slice, slice, slice]  # slices, rows, columns

_BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
_EXPLICIT: Final = "1.2.840.10008.1.2.1"
_WRITTEN_AS_THEY_ARE: Final = ("1.2.840.10008.1.2", _EXPLICIT, _BIG_ENDIAN)
_DEFLATED: Final = "1.2.840.10008.1.2.1.99"
# Transfer syntaxes that lose information, and the defined term of (0028,2114) that says how (PS3.3 C.7.6.1.1.5.1).
_LOSSY: Final = {
    "1.2.840.10008.1.2.4.50": "ISO_10918_1", "1.2.840.10008.1.2.4.51": "ISO_10918_1", "1.2.840.10008.1.2.4.81": "ISO_14495_1",
    "1.2.840.10008.1.2.4.91": "ISO_15444_1", "1.2.840.10008.1.2.4.203": "ISO_15444_15",
}  # fmt: skip
# They describe the source's own pixels or its signing, not ours.
_LEFT_OUT: Final = (
    "IconImageSequence", "SmallestImagePixelValue", "LargestImagePixelValue", "SmallestPixelValueInSeries",
    "LargestPixelValueInSeries", "DigitalSignaturesSequence", "MACParametersSequence", "DataSetTrailingPadding",
    "InstanceCreatorUID", "ReferencedPerformedProcedureStepSequence", "EncryptedAttributesSequence", "StorageMediaFileSetUID",
)  # fmt: skip
# DCM 121322: read in pydicom 3.0.2 `pydicom/sr/_concepts_dict.py`, CID 7202.
_PROCESSED: Final = ("121322", "DCM", "Source image for image processing operation")
_CT_IMAGE: Final = "1.2.840.10008.5.1.4.1.1.2"
_SERIES_NUMBER_STEP: Final = 1000


# What `_renew` looks at in the old header; all else is copied without being read.
_LOOKED_AT: Final = (
    "SpecificCharacterSet", "ImageType", "SOPClassUID", "SOPInstanceUID", "SyntheticData", "TimezoneOffsetFromUTC", "ContributingEquipmentSequence",
)  # fmt: skip


# Type 2 attributes of a CT image (PS3.3 A.3.3): a source without them is not valid, and a copy of it would not be either.
_MAY_BE_EMPTY: Final = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID",
    "AccessionNumber", "PositionReferenceIndicator", "Manufacturer", "KVP", "AcquisitionNumber", "InstanceNumber", "SliceThickness",
)  # fmt: skip


@dataclass(frozen=True)
class _Plan:
    """What all files of the new series share. `known`: encoded new elements by what they depend on, filled on the way."""

    series_uid: str
    series_number: int
    mark: Mark
    synthetic: bool
    known: dict[tuple[object, ...], dict[int, bytes]]


def write_series(
    source: Sequence[bytes | Path],
    result: Volume,
    *,
    mark: Mark,
    changed: Boxes | None,
    series_number: int | None = None,
    synthetic: bool = True,
) -> Iterator[tuple[str, bytes]]:
    """The new series, one (file name, bytes) per slice in the volume's slice order.

    source: the original files of the series, any order. result: the volume as it shall be, on the source's grid.
    changed: the only box (slices, rows, columns; plain start and stop) that may differ; None when all may.
    series_number: of the new series; the source's plus 1000 when not given.
    Raises InvalidInput XL-DICOM-501 to 511 before the first file, or at the file that cannot be written.
    """
    check_mark(mark)
    originals = [opened(file, where=f"file {n + 1}") for n, file in enumerate(source)]
    order = in_slice_order(originals, result)
    plan = _plan(originals, result, mark, series_number, synthetic)
    _refuse_wrong_instances(originals, order, result)
    for k, number in enumerate(order):
        yield f"slice-{k + 1:04d}.dcm", _file(source[number], originals[number], result, k, changed, plan)


def _plan(originals: Sequence[Original], result: Volume, mark: Mark, number: int | None, synthetic: bool) -> _Plan:
    series = {original.series for original in originals}
    if len(series) != 1 or "" in series:
        raise InvalidInput("XL-DICOM-509", "the files are not of one series", why="series UID differs or is missing", fix="give one series")
    (old,) = series
    new = derived_uid("series", old, mark.seed, result.digest())
    if new == old:
        raise InvalidInput("XL-DICOM-509", "the new series would take the place of the original", fix="give another seed")
    given = next((original.series_number for original in originals if original.series_number is not None), 0)
    return _Plan(new, number if number is not None else given + _SERIES_NUMBER_STEP, mark, synthetic, {})


def _refuse_wrong_instances(originals: Sequence[Original], order: Sequence[int], result: Volume) -> None:
    """The volume names the file of each slice: a file of another series at the same place is refused."""
    if not result.instances:
        return
    for k, number in enumerate(order):
        if originals[number].instance != result.instances[k]:
            raise InvalidInput(
                "XL-DICOM-509", "a file is not the one the volume was made from", where=f"slice {k}", why="its instance UID differs",
                fix="give the files the volume was read from",
            )  # fmt: skip


def _file(source: bytes | Path, original: Original, result: Volume, k: int, changed: Boxes | None, plan: _Plan) -> bytes:
    where = f"slice {k}"
    syntax = original.file.syntax
    try:
        with quietly():
            if syntax in _WRITTEN_AS_THEY_ARE and is_plain(original):
                head = _looked_at(original)
                if "ContributingEquipmentSequence" not in head and (
                    is_plain_text(plan.mark) or head.get("SpecificCharacterSet") == "ISO_IR 192"
                ):
                    return _quick(original, head, result.voxels[k], _box(changed, k, result.shape), plan, where)
            return _long(source, original, result.voxels[k], _box(changed, k, result.shape), plan, where)
    except UNREADABLE as error:
        raise InvalidInput(
            "XL-DICOM-501",
            "an original file cannot be copied",
            where=where,
            why=type(error).__name__,
            fix="give the files that were taken in",
        ) from error


def _long(source: bytes | Path, original: Original, values: NDArray[np.generic], box: Box | None, plan: _Plan, where: str) -> bytes:
    """The whole header read and written again: for compressed pixels, other letters and nested private elements."""
    dataset = read_original(source, pixels=True, where=where)
    syntax = _unpacked(dataset, original)
    storage = storage_of(dataset, big_endian=syntax == _BIG_ENDIAN, where=where)
    pixels = rewritten(dataset.PixelData, values, storage, box, where=where)
    if dataset.SOPClassUID == _CT_IMAGE:
        dataset.update(_empty([word for word in _MAY_BE_EMPTY if word not in dataset]))
    _renew(dataset, plan)
    _drop_private(dataset)
    dataset.PixelData = pixels + b"\0" * (len(pixels) % 2)
    return file_bytes(dataset, syntax)


def _quick(original: Original, head: Dataset, values: NDArray[np.generic], box: Box | None, plan: _Plan, where: str) -> bytes:
    """The same for a plain file: only the elements that change are made, all others are copied as bytes."""
    from pydicom.datadict import tag_for_keyword

    syntax = original.file.syntax
    how = {"implicit": syntax not in (_EXPLICIT, _BIG_ENDIAN), "big_endian": syntax == _BIG_ENDIAN}
    begin, end = next(
        (start + 12 if not how["implicit"] else start + 8, end) for tag, start, end in extents(original.file) if tag == PIXELS
    )
    storage = storage_of(_stored_as(original), big_endian=how["big_endian"], where=where)
    pixels = rewritten(bytes(original.raw[begin:end]), values, storage, box, where=where)
    old_class, old_instance = str(head.SOPClassUID), str(head.SOPInstanceUID)
    key = (syntax, *(str(head.get(word)) for word in _LOOKED_AT if word != "SOPInstanceUID"))
    new = _new_instance(plan, old_class, old_instance)
    if key not in plan.known:
        _renew(head, plan)
        plan.known[key] = encoded(head, **how)
    here = original.file.dataset.elements
    lacking = _empty([word for word in _MAY_BE_EMPTY if tag_for_keyword(word) not in here]) if old_class == _CT_IMAGE else None
    made = plan.known[key] | encoded(new, **how) | (encoded(lacking, **how) if lacking else {})
    gone = [tag for word in _LEFT_OUT if (tag := tag_for_keyword(word)) is not None]
    return file_start(old_class, str(new.SOPInstanceUID), syntax) + spliced(original, made, gone, pixels)


def _looked_at(original: Original) -> Dataset:
    """The few attributes of the old header that the new one is made from."""
    return _some_of(original, _LOOKED_AT)


def _stored_as(original: Original) -> Dataset:
    return _some_of(original, STORAGE_WORDS)


def _some_of(original: Original, words: Sequence[str]) -> Dataset:
    """A small data set with the named attributes of a file, read by pydicom from just their bytes."""
    from io import BytesIO

    from pydicom.datadict import tag_for_keyword
    from pydicom.filereader import read_dataset

    wanted = {tag_for_keyword(word) for word in words}
    encoding = original.file.dataset.encoding
    part = b"".join(bytes(original.raw[start:end]) for tag, start, end in extents(original.file) if tag in wanted)
    return read_dataset(BytesIO(part), not encoding.explicit, not encoding.big)


def _box(changed: Boxes | None, k: int, shape: tuple[int, int, int]) -> Box | None:
    if changed is None:
        return None
    start, stop, _ = changed[0].indices(shape[0])
    return (changed[1], changed[2]) if start <= k < stop else (slice(0, 0), slice(0, 0))


def _unpacked(dataset: Dataset, original: Original) -> str:
    """Makes compressed pixels plain by this reader's own decoders, keeps the note that they once lost something."""
    syntax = original.file.syntax
    if syntax in _WRITTEN_AS_THEY_ARE:
        return syntax
    if syntax == _DEFLATED:
        return _EXPLICIT
    from pydicom.dataelem import DataElement

    image = image_from(original.file.dataset, (), DEFAULT_LIMITS)
    if image is None:
        raise ValueError("no pixels")
    located = locate(original.file.dataset, syntax, image.form)
    numbers, _ = stored_numbers(located, original.file.dataset.encoding.data, 0)
    wide = f"<{'i' if image.form.signed else 'u'}{image.form.allocated // 8}"
    dataset["PixelData"] = DataElement(PIXELS, "OW", numbers.astype(wide).tobytes())
    if syntax in _LOSSY and str(dataset.get("LossyImageCompression", "")) != "01":
        dataset.LossyImageCompression = "01"
        dataset.LossyImageCompressionMethod = _LOSSY[syntax]
    return _EXPLICIT


def _renew(dataset: Dataset, plan: _Plan) -> None:
    """Turns the copied header into that of a new, derived, marked instance which names its source."""
    for keyword in _LEFT_OUT:
        if keyword in dataset:
            delattr(dataset, keyword)
    as_unicode(dataset, plan.mark)
    new = _new_instance(plan, str(dataset.SOPClassUID), str(dataset.SOPInstanceUID))
    dataset.update(new)
    dataset.SeriesInstanceUID = plan.series_uid
    dataset.SeriesNumber = plan.series_number
    # Value 3 is required of a CT image; one with a place among others in a volume is no localizer (PS3.3 C.8.2.1.1.1).
    kind = list(dataset.get("ImageType") or ())[2:] or (["AXIAL"] if dataset.SOPClassUID == _CT_IMAGE else [])
    dataset.ImageType = ["DERIVED", "SECONDARY", *kind]
    dataset.DerivationDescription = f"{plan.mark.label}: {plan.mark.description}"
    stamp(dataset, plan.mark, synthetic=plan.synthetic or dataset.get("SyntheticData") == "YES")


def _empty(keywords: Sequence[str]) -> Dataset:
    """Elements that must be there and may be empty (type 2), which the source lacks."""
    from pydicom.dataset import Dataset

    found = Dataset()
    for keyword in keywords:
        setattr(found, keyword, None)
    return found


def _new_instance(plan: _Plan, old_class: str, old_instance: str) -> Dataset:
    """What differs from file to file: its own UID and the source image it names."""
    from pydicom.dataset import Dataset

    image = Dataset()
    image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = old_class, old_instance
    image.SpatialLocationsPreserved = "YES"
    image.PurposeOfReferenceCodeSequence = [code_item(_PROCESSED)]
    new = Dataset()
    new.SOPInstanceUID = derived_uid("instance", plan.series_uid, old_instance)
    new.SourceImageSequence = [image]
    return new


def _drop_private(dataset: Dataset) -> None:
    """Removes every element of an odd group, in nested items too, and leaves all other elements unread."""
    from pydicom.datadict import dictionary_has_tag, dictionary_VR

    for tag in list(dataset.keys()):
        if tag.is_private:
            del dataset[tag]
        elif dictionary_has_tag(tag) and dictionary_VR(tag) == "SQ":
            for item in dataset[tag].value or ():
                _drop_private(item)
