"""A changed scan as a new DICOM series beside the source: header copied, pixels rewritten where they differ, marked.

Nothing is ever written over the original: new series, new instances, same study and same frame of reference.
Private tags, signatures, icons and stored extremes of the source are left out, since they speak of the old pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinglin.formats.dicom.marks import Mark, as_unicode, check_mark, code_item, derived_uid, file_bytes, stamp
from xinglin.formats.dicom.original_slices import PLACE, UNREADABLE, in_slice_order, quietly, read_original
from xinglin.formats.dicom.stored_values import Box, rewritten, storage_of
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
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
_SERIES_NUMBER_STEP: Final = 1000


@dataclass(frozen=True)
class _Plan:
    """What all files of the new series share."""

    series_uid: str
    series_number: int
    mark: Mark
    synthetic: bool


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
    headers = [read_original(file, only=PLACE, where=f"file {n + 1}") for n, file in enumerate(source)]
    order = in_slice_order(headers, result)
    plan = _plan(headers, result, mark, series_number, synthetic)
    _refuse_wrong_instances(headers, order, result)
    for k, number in enumerate(order):
        name = f"slice-{k + 1:04d}.dcm"
        yield name, _file(source[number], result, k, changed, plan)


def _plan(headers: Sequence[Dataset], result: Volume, mark: Mark, number: int | None, synthetic: bool) -> _Plan:
    with quietly():
        series = {str(h.get("SeriesInstanceUID", "")) for h in headers}
        given = headers[0].get("SeriesNumber")
    if len(series) != 1 or "" in series:
        raise InvalidInput("XL-DICOM-509", "the files are not of one series", why="series UID differs or is missing", fix="give one series")
    (old,) = series
    new = derived_uid("series", old, mark.seed, result.digest())
    if new == old:
        raise InvalidInput("XL-DICOM-509", "the new series would take the place of the original", fix="give another seed")
    return _Plan(new, number if number is not None else int(given or 0) + _SERIES_NUMBER_STEP, mark, synthetic)


def _refuse_wrong_instances(headers: Sequence[Dataset], order: Sequence[int], result: Volume) -> None:
    """The volume names the file of each slice: a file of another series at the same place is refused."""
    if not result.instances:
        return
    for k, number in enumerate(order):
        if str(headers[number].SOPInstanceUID) != result.instances[k]:
            raise InvalidInput(
                "XL-DICOM-509", "a file is not the one the volume was made from", where=f"slice {k}", why="its instance UID differs",
                fix="give the files the volume was read from",
            )  # fmt: skip


def _file(source: bytes | Path, result: Volume, k: int, changed: Boxes | None, plan: _Plan) -> bytes:
    where = f"slice {k}"
    dataset = read_original(source, pixels=True, where=where)
    try:
        with quietly():
            syntax = _unpacked(dataset, where)
            storage = storage_of(dataset, big_endian=syntax == _BIG_ENDIAN, where=where)
            pixels = rewritten(dataset.PixelData, result.voxels[k], storage, _box(changed, k, result.shape), where=where)
            _renew(dataset, plan)
            dataset.PixelData = pixels + b"\0" * (len(pixels) % 2)
            return file_bytes(dataset, syntax)
    except UNREADABLE as error:
        raise InvalidInput(
            "XL-DICOM-501",
            "an original file cannot be copied",
            where=where,
            why=type(error).__name__,
            fix="give the files that were taken in",
        ) from error


def _box(changed: Boxes | None, k: int, shape: tuple[int, int, int]) -> Box | None:
    if changed is None:
        return None
    start, stop, _ = changed[0].indices(shape[0])
    return (changed[1], changed[2]) if start <= k < stop else (slice(0, 0), slice(0, 0))


def _unpacked(dataset: Dataset, where: str) -> str:
    """Makes compressed pixels plain, keeps the note that they once lost something; the transfer syntax to write."""
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    if syntax in _WRITTEN_AS_THEY_ARE:
        return syntax
    if syntax == _DEFLATED:
        return _EXPLICIT
    try:
        dataset.decompress(generate_instance_uid=False)
    except (RuntimeError, *UNREADABLE) as error:
        raise InvalidInput(
            "XL-DICOM-512", "the compressed pixels of a file cannot be read", where=where, why=f"transfer syntax {syntax}",
            fix="give the files in a transfer syntax this machine decodes",
        ) from error  # fmt: skip
    if syntax in _LOSSY and str(dataset.get("LossyImageCompression", "")) != "01":
        dataset.LossyImageCompression = "01"
        dataset.LossyImageCompressionMethod = _LOSSY[syntax]
    return _EXPLICIT


def _renew(dataset: Dataset, plan: _Plan) -> None:
    """Turns the copied header into that of a new, derived, marked instance which names its source."""
    from pydicom.dataset import Dataset as NewDataset

    old_class, old_instance = str(dataset.SOPClassUID), str(dataset.SOPInstanceUID)
    _drop_private(dataset)
    for keyword in _LEFT_OUT:
        if keyword in dataset:
            delattr(dataset, keyword)
    as_unicode(dataset, plan.mark)
    dataset.SeriesInstanceUID = plan.series_uid
    dataset.SOPInstanceUID = derived_uid("instance", plan.series_uid, old_instance)
    dataset.SeriesNumber = plan.series_number
    dataset.ImageType = ["DERIVED", "SECONDARY", *(list(dataset.get("ImageType") or ())[2:] or ["AXIAL"])]
    dataset.DerivationDescription = f"{plan.mark.label}: {plan.mark.description}"
    image = NewDataset()
    image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = old_class, old_instance
    image.SpatialLocationsPreserved = "YES"
    image.PurposeOfReferenceCodeSequence = [code_item(_PROCESSED)]
    dataset.SourceImageSequence = [image]
    stamp(dataset, plan.mark, synthetic=plan.synthetic or dataset.get("SyntheticData") == "YES")


def _drop_private(dataset: Dataset) -> None:
    """Removes every element of an odd group, in nested items too, and leaves all other elements unread."""
    from pydicom.datadict import dictionary_has_tag, dictionary_VR

    for tag in list(dataset.keys()):
        if tag.is_private:
            del dataset[tag]
        elif dictionary_has_tag(tag) and dictionary_VR(tag) == "SQ":
            for item in dataset[tag].value or ():
                _drop_private(item)
