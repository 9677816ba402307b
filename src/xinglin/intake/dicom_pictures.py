"""DICOM files as pictures: each slice, film and frame for itself, or each series as a volume; read in the limited process, whose they are told apart.

A localizer, a colour image, a CT that does not say how its numbers become Hounsfield units: left out, with the reader's own code.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xinglin.intake.picture_files import LeftOut, PictureFile, plain_grey, shown
from xinglin.records.errors import XinglinError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.formats.dicom import Header, ReadingProcess
    from xinglin.formats.dicom.image import Image
    from xinglin.formats.dicom.instance import Instance

_AT_ONCE = 64  # MiB of frames that are held together
_SCANS = ("CT", "MR", "PT", "NM")


def pictures_of(paths: Sequence[Path], base: Path, note: Callable[[str], None] | None = None) -> Iterator[PictureFile | LeftOut]:
    """Every frame of every file, in the order of the paths."""
    from xinglin.formats.dicom import ReadingProcess

    with ReadingProcess() as process:
        for count, path in enumerate(paths, 1):
            if note and count % 500 == 0:
                note(f"{count} of {len(paths)} DICOM files read")
            source = shown(path, base)
            try:
                yield from _pictures(path, source, process)
            except XinglinError as error:
                yield _left_out(source, error)


def volumes_of(paths: Sequence[Path], base: Path, note: Callable[[str], None] | None = None) -> Iterator[PictureFile | LeftOut]:
    """Every series whose geometry is that of a volume."""
    from xinglin.formats import dicom

    found = dicom.find_series(paths)
    for one in found.findings:
        reason = "not a picture" if one.code == "XL-DICOM-003" else f"cannot be used ({one.code})"
        yield LeftOut(_inside(one.place, base), reason, one.reason)
    yield from (LeftOut(shown(one.path, base), "not a series of slices", one.kind) for one in found.others)
    for number, series in enumerate(found.series, 1):
        source = shown(series.files[0].parent, base) + f"/series {number}" if series.files else f"series {number}"
        if note:
            note(f"series {number} of {len(found.series)}: {series.slices} slices")
        try:
            volume = dicom.read_series(series)
        except XinglinError as error:
            yield _left_out(source, error)
            continue
        words = _words(series.header, None) | _told(volume.details)
        yield PictureFile(
            volume.voxels[None], source, _whose(series.header), volume.unit, volume.modality, volume.spacing_mm, words=words,
            synthetic=volume.synthetic, series=source, telling=_tells(series.header, source), volume=volume,
        )  # fmt: skip


def _pictures(path: Path, source: str, process: ReadingProcess) -> Iterator[PictureFile | LeftOut]:
    from xinglin.formats.dicom import agreement
    from xinglin.formats.dicom.codecs import PHOTOGRAPHIC, check_syntax
    from xinglin.formats.dicom.process import error_of, sources_of

    instance = next(iter(process.look(sources_of([path])[0], keep=True, pictures=True)))
    if instance.error:
        raise error_of(instance.error, path.name)
    header, image = instance.header, instance.image
    if image is None or header.sop_class in agreement.NOT_VOLUMES:
        yield LeftOut(source, "not a picture", agreement.NOT_VOLUMES.get(header.sop_class, "it holds no pixels"))
        return
    modality, photographic = agreement.modality_of(header), header.transfer_syntax in PHOTOGRAPHIC
    if modality in _SCANS or image.form.samples not in (1, 3) or image.form.allocated == 1:
        agreement.check([instance], [path.name])  # colour, localizer, rescale
        check_syntax(header.transfer_syntax)
    unit, why = agreement.unit_of(modality, image, ())
    if modality == "CT" and unit != "HU":
        yield LeftOut(source, "a CT that is not in HU", why)
        return
    kind = "shown" if photographic or image.form.samples == 3 else "float32"
    for number, values in enumerate(_decoded(process, instance, path.name, kind)):
        name = source if len(image.planes) == 1 else f"{source}#{number}"
        yield _picture(values, name, header, image, number, modality, unit)


def _picture(values: NDArray[Any], source: str, header: Header, image: Image, frame: int, modality: str, unit: str) -> PictureFile:
    plane, shown_as = image.planes[frame], image.shown
    return PictureFile(
        values, source, _whose(header), unit, modality, plane.spacing or shown_as.imager_mm or (), shown_as.window,
        image.form.photometric == "MONOCHROME1", _words(header, image), header.synthetic, header.series_uid, _tells(header, source),
    )  # fmt: skip


def _decoded(process: ReadingProcess, instance: Instance, name: str, kind: str) -> Iterator[NDArray[Any]]:
    """(channels, rows, columns) of each frame: numbers after the stated rescale; 8 bits that state none stay 8 bits. Raises the reader's errors."""
    import numpy as np

    from xinglin.formats.dicom.process import error_of, mapped, shared_block

    image = instance.image
    assert image is not None
    form, frames = image.form, len(image.planes)
    shape = (form.rows, form.columns, form.samples) if kind == "shown" else (form.rows, form.columns)
    size = int(np.prod(shape)) * (1 if kind == "shown" else 4)
    at_once = max(1, (_AT_ONCE << 20) // size)
    for start in range(0, frames, at_once):
        some = [(0, frame) for frame in range(start, min(frames, start + at_once))]
        block = shared_block()
        try:
            for made in process.decode(some, kind, block):
                if made.error:
                    raise error_of(made.error, name)
            held = np.frombuffer(mapped(block, len(some) * size), np.uint8 if kind == "shown" else np.float32).reshape(len(some), *shape)
        finally:
            os.close(block)
        for (_, frame), values in zip(some, held, strict=True):
            plane = image.planes[frame]
            if kind == "shown":
                yield plain_grey(np.moveaxis(values, -1, 0))
            else:
                plain = (
                    form.stored == 8 and not form.signed and not plane.table and plane.slope in (None, 1) and plane.intercept in (None, 0)
                )
                yield (values.astype(np.uint8) if plain else values)[None]


def _words(header: Header, image: Image | None) -> dict[str, str | float]:
    """What can be asked of a picture later: age in years, sex, view, device, and words of the acquisition."""
    found: dict[str, str | float] = {
        "sex": {"M": "male", "F": "female", "O": "other"}.get(header.sex, ""), "laterality": header.laterality,
        "body_part": header.body_part, "device": " ".join(one for one in (header.manufacturer, header.model) if one),
    }  # fmt: skip
    if image is not None:
        found |= {"view": image.shown.view} | _told(image.details)
        if image.shown.age_years is not None:
            found["age"] = round(image.shown.age_years, 2)
    return {key: value for key, value in found.items() if value != ""}


def _told(details: Any) -> dict[str, str | float]:
    found: dict[str, str | float] = {"kernel": details.get("kernel", ""), "contrast": "yes" if details.get("contrast") else ""}
    for key in ("slice_thickness_mm", "kvp"):
        if details.get(key):
            found[key] = float(details[key])
    return {key: value for key, value in found.items() if value != ""}


def _whose(header: Header) -> str:
    """What tells the people of a folder apart; "" where the file does not say."""
    said = (
        header.issuer,
        header.patient_id,
        "" if header.patient_id else header.patient_name,
        "" if header.patient_id else header.birth_date,
    )
    return "\x1f".join(said) if any(said[1:]) else ""


def _tells(header: Header, path: str) -> bool:
    """Whether a path holds the person's number, or a part of the name of at least four letters."""
    words = {header.patient_id.lower(), *(part for name in header.patient_names for part in name.lower().replace("^", " ").split())}
    return any(word in path.lower() for word in words if len(word) >= 4)


def _inside(place: str, base: Path) -> str:
    text = str(base)
    return place.removeprefix(text).lstrip("/") if place.startswith(text) else place


def _left_out(source: str, error: XinglinError) -> LeftOut:
    if error.code == "XL-DICOM-003":  # neither a DICOM file nor named like a picture
        return LeftOut(source, "not a picture", error.what)
    return LeftOut(source, f"cannot be used ({error.code})", f"{error.what}: {error.why}".rstrip(": "))
