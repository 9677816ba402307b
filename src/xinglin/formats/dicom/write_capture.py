"""A picture as a DICOM Secondary Capture beside the series it shows, with the label drawn into it.

For previews and montages: colour, 8 bits, no measurement can be taken from it. Source: DICOM PS3.3 A.8.1.
"""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinglin import __version__
from xinglin.formats.dicom.marks import MANUFACTURER, Mark, as_unicode, check_mark, derived_uid, file_bytes, stamp
from xinglin.formats.dicom.original_slices import header_allows, read_original
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image
    from pydicom.dataset import Dataset

_SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"
_EXPLICIT: Final = "1.2.840.10008.1.2.1"
_SERIES_NUMBER_STEP: Final = 4000
_MOST_PIXELS: Final = 64 << 20
_PATIENT_AND_STUDY: Final = (
    "SpecificCharacterSet", "TimezoneOffsetFromUTC", "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex",
    "StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "StudyDescription", "AccessionNumber", "ReferringPhysicianName",
)  # fmt: skip


def write_capture(
    picture: bytes | NDArray[np.uint8],
    source: bytes | Path,
    *,
    mark: Mark,
    synthetic: bool = True,
    names_patient: bool = False,
    font: Path | None = None,
    series_number: int | None = None,
    instance_number: int = 1,
) -> bytes:
    """The picture as a Secondary Capture Image, with a strip above it that holds the label.

    picture: a PNG, or an array (rows, columns) or (rows, columns, 3) of uint8. source: one file of the series shown.
    names_patient: the picture holds words that identify the patient (Burned In Annotation YES).
    font: a font file for labels that are not Latin letters. Raises InvalidInput XL-DICOM-501, 510, 511, 540 to 542.
    """
    check_mark(mark)
    header = read_original(source, where="source")
    shown = _with_label(_opened(picture), mark.label, font)
    pixels = shown.tobytes()
    with header_allows("XL-DICOM-542", "no picture can be filed beside this image"):
        capture = _header_of(header, mark)
        digest = hashlib.sha256(pixels).hexdigest()
        capture.SeriesInstanceUID = derived_uid("captures", str(header.SeriesInstanceUID), mark.seed, mark.description)
        capture.SOPInstanceUID = derived_uid("capture", capture.SeriesInstanceUID, str(instance_number), digest)
        capture.SeriesNumber = series_number if series_number is not None else int(header.get("SeriesNumber") or 0) + _SERIES_NUMBER_STEP
        capture.InstanceNumber = instance_number
        capture.BurnedInAnnotation = "YES" if names_patient else "NO"
        _put_pixels(capture, shown, pixels)
        as_unicode(capture, mark)
        stamp(capture, mark, synthetic=synthetic or header.get("SyntheticData") == "YES")
        return file_bytes(capture, _EXPLICIT)


def _opened(picture: bytes | NDArray[np.uint8]) -> Image:
    from PIL import Image

    try:
        if not isinstance(picture, bytes) and picture.dtype != "uint8":
            raise TypeError("not uint8")
        image = Image.open(BytesIO(picture), formats=("PNG",)) if isinstance(picture, bytes) else Image.fromarray(picture)
        if image.width * image.height > _MOST_PIXELS:
            raise ValueError("too many pixels")
        return image.convert("RGB")
    except (OSError, ValueError, TypeError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidInput(
            "XL-DICOM-540", "the picture cannot be used", why=type(error).__name__, fix="give a PNG or an array of uint8"
        ) from error


def _with_label(image: Image, label: str, font_file: Path | None) -> Image:
    """The picture under a black strip with the label in white, at least a thirtieth of its height."""
    from PIL import Image, ImageDraw, ImageFont

    if font_file is None and not label.isascii():
        raise InvalidInput(
            "XL-DICOM-541", "the label needs a font", where="label", why="letters that are not Latin", fix="name a font file"
        )
    size = max(12, image.height // 30)
    while True:
        font = ImageFont.truetype(str(font_file), size) if font_file else ImageFont.load_default(size)
        left, top, right, bottom = font.getbbox(label)
        if right - left <= image.width - 4 or size <= 6:
            break
        size -= 1
    if right - left > image.width:
        raise InvalidInput(
            "XL-DICOM-541", "the picture is too narrow for its label", where="label", fix="give a larger picture or a shorter label"
        )
    strip = int(bottom - top) + 6
    whole = Image.new("RGB", (image.width, image.height + strip))
    whole.paste(image, (0, strip))
    ImageDraw.Draw(whole).text((2 - left, 3 - top), label, fill=(255, 255, 255), font=font)
    return whole


def _header_of(header: Dataset, mark: Mark) -> Dataset:
    """Patient and study of the source, equipment of our own."""
    from pydicom.dataset import Dataset

    capture = Dataset()
    for keyword in _PATIENT_AND_STUDY:
        if keyword in header:
            capture[keyword] = header[keyword]
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID", "AccessionNumber",
                    "ReferringPhysicianName"):  # fmt: skip
        if keyword not in capture:
            setattr(capture, keyword, "")
    capture.SOPClassUID = _SECONDARY_CAPTURE
    capture.Modality = "OT"
    capture.ConversionType = "WSD"
    capture.Manufacturer = capture.ManufacturerModelName = MANUFACTURER
    capture.SecondaryCaptureDeviceManufacturer = MANUFACTURER
    capture.SoftwareVersions = capture.SecondaryCaptureDeviceSoftwareVersions = __version__
    capture.ImageType = ["DERIVED", "SECONDARY"]
    capture.DerivationDescription = f"{mark.label}: {mark.description}"
    capture.PatientOrientation = ""
    capture.Laterality = ""
    if header.get("BodyPartExamined"):
        capture.BodyPartExamined = header.BodyPartExamined
        del capture.Laterality
    image = Dataset()
    image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = header.SOPClassUID, header.SOPInstanceUID
    capture.SourceImageSequence = [image]
    return capture


def _put_pixels(capture: Dataset, image: Image, pixels: bytes) -> None:
    capture.SamplesPerPixel, capture.PhotometricInterpretation, capture.PlanarConfiguration = 3, "RGB", 0
    capture.Rows, capture.Columns = image.height, image.width
    capture.BitsAllocated = capture.BitsStored = 8
    capture.HighBit, capture.PixelRepresentation = 7, 0
    capture.LossyImageCompression = "00"
    capture.PixelData = pixels + b"\0" * (len(pixels) % 2)
    capture["PixelData"].VR = "OB"
