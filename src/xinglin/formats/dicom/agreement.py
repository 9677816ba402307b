"""What all files of one series must share before they may become one volume, and what their numbers mean.

Source of the classes and of HU as the unit of a CT: DICOM PS3.3 C.8.2.1 (CT image: Rescale Type), PS3.4 B.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from xinglin.formats.dicom.header import Header
from xinglin.formats.dicom.image import Image
from xinglin.formats.dicom.instance import Instance
from xinglin.formats.dicom.limits import wrong
from xinglin.formats.dicom.tags import TAGS, place

_STORAGE = "1.2.840.10008.5.1.4.1.1."
VOLUME_CLASSES = {
    _STORAGE + "2": "CT", _STORAGE + "2.1": "CT", _STORAGE + "2.2": "CT",
    _STORAGE + "4": "MR", _STORAGE + "4.1": "MR", _STORAGE + "4.4": "MR",
    _STORAGE + "128": "PT", _STORAGE + "128.1": "PT", _STORAGE + "130": "PT", _STORAGE + "20": "NM",
}  # fmt: skip
NOT_VOLUMES = {
    _STORAGE + "66.4": "segmentation", _STORAGE + "66.7": "segmentation", _STORAGE + "481.2": "radiotherapy dose",
    _STORAGE + "30": "parametric map", _STORAGE + "481.1": "radiotherapy image",
}  # fmt: skip


def check(instances: Sequence[Instance], names: Sequence[str]) -> list[Image]:
    """The images, when they may be one volume. Raises XL-DICOM-044, 101, 102, 104, 105, 106, 111, 119, 120, 123, 126."""
    for instance, name in zip(instances, names, strict=True):
        _check_kind(instance, name)
        _check_rescale(instance, name)
    _same(instances, names, 102, "more than one series", "SeriesInstanceUID", lambda i: i.header.series_uid)
    _same(instances, names, 102, "more than one study", "StudyInstanceUID", lambda i: i.header.study_uid)
    _same(instances, names, 102, "more than one patient", "PatientID", lambda i: (i.header.patient_id, i.header.issuer))
    _same(instances, names, 102, "more than one modality", "Modality", lambda i: modality_of(i.header))
    _same(instances, names, 105, "more than one frame of reference", "FrameOfReferenceUID", lambda i: i.header.frame_of_reference)
    _same(
        instances,
        names,
        104,
        "images of more than one size",
        "Rows",
        lambda i: _image(i).form and (_image(i).form.rows, _image(i).form.columns),
    )
    _same(instances, names, 102, "more than one reconstruction", "ConvolutionKernel", lambda i: _image(i).details.get("kernel"))
    _same(instances, names, 106, "more than one unit", "RescaleType", lambda i: (_image(i).units, _rescale_types(_image(i))))
    if len(instances) > 1 and any(len(_image(i).planes) > 1 for i in instances):
        raise wrong(123, "the series has more than one multi-frame image", where=names[0], fix="read each image as a series of its own")
    return [_image(instance) for instance in instances]


def _image(instance: Instance) -> Image:
    assert instance.image is not None
    return instance.image


def _rescale_types(image: Image) -> tuple[str, ...]:
    return tuple(sorted({plane.rescale_type for plane in image.planes}))


def _same(
    instances: Sequence[Instance], names: Sequence[str], number: int, what: str, keyword: str, of: Callable[[Instance], object]
) -> None:
    first = of(instances[0])
    for instance, name in zip(instances, names, strict=True):
        if of(instance) != first:
            raise wrong(
                number, f"the files hold {what}", where=f"{name}, {place(TAGS[keyword][0])}", why=f"it differs from {names[0]}",
                fix="read each of them on its own",
            )  # fmt: skip


def _check_kind(instance: Instance, name: str) -> None:
    header, image = instance.header, instance.image
    other = NOT_VOLUMES.get(header.sop_class)
    if image is None or other:
        why = f"it is a {other}" if other else "it holds no pixels"
        raise wrong(101, "the file is not an image of a volume", where=name, why=why, fix="give the images of one series")
    if image.form.samples != 1 or image.form.photometric not in ("MONOCHROME1", "MONOCHROME2"):
        raise wrong(
            44, "the image is in colour, its numbers are no measurement", where=f"{name}, {place(TAGS['PhotometricInterpretation'][0])}",
            fix="give the original greyscale series",
        )  # fmt: skip
    if image.form.allocated == 1:
        raise wrong(45, "the image has one bit per pixel", where=f"{name}, {place(TAGS['BitsAllocated'][0])}")
    if "LOCALIZER" in header.image_type:
        raise wrong(
            111, "the image is a localizer, not a slice", where=f"{name}, {place(TAGS['ImageType'][0])}", fix="leave the localizer out"
        )


def _check_rescale(instance: Instance, name: str) -> None:
    modality = modality_of(instance.header)
    for plane in _image(instance).planes:
        stated = plane.slope is not None, plane.intercept is not None
        if plane.table and any(stated):
            raise wrong(120, "the image states two ways from pixels to values", where=f"{name}, {place(TAGS['ModalityLUTSequence'][0])}")
        if plane.slope is not None and (plane.slope == 0 or not 1e-12 < abs(plane.slope) < 1e12):
            raise wrong(120, "the rescale slope cannot be true", where=f"{name}, {place(TAGS['RescaleSlope'][0])}")
        if plane.intercept is not None and abs(plane.intercept) > 1e12:
            raise wrong(120, "the rescale intercept cannot be true", where=f"{name}, {place(TAGS['RescaleIntercept'][0])}")
        if any(stated) and not all(stated):
            keyword = "RescaleIntercept" if stated[0] else "RescaleSlope"
            raise wrong(120, "only half of the rescale is stated", where=f"{name}, {place(TAGS[keyword][0])}", why="it is missing")
        if modality == "CT" and not any(stated) and not plane.table and not plane.rescale_type:
            raise wrong(
                119, "the CT does not say how its pixels become HU", where=f"{name}, {place(TAGS['RescaleIntercept'][0])}",
                why="it is missing", fix="ask for the original series",
            )  # fmt: skip


def modality_of(header: Header) -> str:
    """The stated modality, else the one the SOP class stands for, else ""."""
    return header.modality or VOLUME_CLASSES.get(header.sop_class, "")


def unit_of(modality: str, image: Image, table_kinds: Iterable[str]) -> tuple[str, str]:
    """The unit of the values, and the words of the file about it where they are not HU."""
    kinds = {plane.rescale_type for plane in image.planes} | {kind for kind in table_kinds if kind}
    kinds.discard("")
    if modality == "CT":
        has_table = any(plane.table for plane in image.planes)
        if kinds == {"HU"} or (not kinds and not has_table):
            return "HU", ""
        return "", ", ".join(sorted(kinds)) or "not stated"
    if modality == "PT":
        return {"BQML": "Bq/mL"}.get(image.units, ""), image.units if image.units != "BQML" else ""
    return "", ", ".join(sorted(kinds))


def acquired_of(headers: Sequence[Header]) -> str:
    """The earliest stated moment of the acquisition; the series' or study's day where none is stated."""
    for values in ([h.acquired for h in headers], [h.series_date for h in headers], [h.study_date for h in headers]):
        stated = sorted(value for value in values if value)
        if stated:
            return stated[0]
    return ""
