"""Pictures that a model made of nobody, as DICOM Secondary Capture images of a made-up subject, each file marked as synthetic.

Grey pictures keep their unit: 16 bits with a rescale to it. A picture of rows and columns is one image of one series, a volume a series of its
own. Source: DICOM PS3.3 A.8.1 (Secondary Capture Image), C.11.1 (Modality LUT).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from xinglin import __version__
from xinglin.formats.dicom.marks import MANUFACTURER, Mark, as_unicode, check_mark, derived_uid, file_bytes, stamp
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from xinglin.records.image_learning import ImageForm

_SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"
_EXPLICIT: Final = "1.2.840.10008.1.2.1"
_LEVELS: Final = 65535
SUBJECT: Final = ("Nobody^Synthetic", "NOBODY", "XINGLIN")  # name, number, issuer: no person is meant


def write_pictures(pictures: NDArray[np.float32], form: ImageForm, *, mark: Mark) -> Iterator[tuple[str, bytes]]:
    """One (file name, bytes) per picture, of volumes one per slice: "series-003-0001.dcm".

    pictures: (n, channels, *form.shape) in the unit of the form, within low and high. Three channels are written as colours of 8 bits, one or
    any other number as grey planes of 16. Raises InvalidInput XL-DICOM-547 for what are no such pictures, 510 and 511 for the mark.
    """
    import numpy as np

    check_mark(mark)
    fits = pictures.ndim > 1 and pictures.shape[1:] == (form.channels, *form.shape) and len(form.shape) in (2, 3)
    if not (fits and np.isfinite(pictures).all() and form.high > form.low):
        raise InvalidInput("XL-DICOM-547", "these pictures cannot be written", where="pictures", why="their form or a value is not as stated",
                           fix="draw them anew")  # fmt: skip
    one = "\x1f".join((mark.seed, hashlib.sha256(np.ascontiguousarray(pictures, "<f4").tobytes()).hexdigest()))
    for number, picture in enumerate(pictures, 1):
        series = number if len(form.shape) == 3 else 1
        planes = list(_planes(picture, form))
        for place, plane in enumerate(planes, 1):
            header = _header(form, mark, one, series, place if len(form.shape) == 3 else (number - 1) * len(planes) + place)
            header.ImageComments = f"{mark.label}. Picture {number} of {len(pictures)}. It shows nobody."
            (_put_colours if plane.ndim == 3 else _put_grey)(header, plane, form)
            as_unicode(header, mark)
            stamp(header, mark, synthetic=True)
            yield f"series-{number:03d}-{place:04d}.dcm", file_bytes(header, _EXPLICIT)


def _planes(picture: NDArray[np.float32], form: ImageForm) -> Iterator[NDArray[np.float32]]:
    """The planes of a picture (channels, *shape): (rows, columns), or (rows, columns, 3) in colour; channel by channel, slice by slice."""
    import numpy as np

    if form.channels == 3:
        coloured = np.moveaxis(picture, 0, -1)
        yield from (coloured,) if coloured.ndim == 3 else coloured
        return
    for channel in picture:
        yield from (channel,) if channel.ndim == 2 else channel


def _header(form: ImageForm, mark: Mark, one: str, series: int, instance: int) -> Dataset:
    """Subject, study, series and equipment."""
    from pydicom.dataset import Dataset

    d = Dataset()
    d.SpecificCharacterSet = "ISO_IR 192"
    d.SOPClassUID = _SECONDARY_CAPTURE
    d.SOPInstanceUID = derived_uid("made picture", one, str(series), str(instance))
    d.StudyInstanceUID, d.SeriesInstanceUID = derived_uid("made pictures", one), derived_uid("made pictures", one, str(series))
    d.PatientName, d.PatientID, d.IssuerOfPatientID = SUBJECT
    d.PatientBirthDate, d.PatientSex = "", "O"
    day, clock = mark.made[:10].replace("-", ""), mark.made[11:19].replace(":", "")
    d.StudyDate, d.StudyTime, d.StudyID, d.AccessionNumber, d.ReferringPhysicianName = day, clock, "1", "", ""
    d.StudyDescription = f"{mark.label}"
    d.Modality, d.ConversionType = "OT", "SYN"  # not the modality it looks like: nothing was acquired
    d.SeriesNumber, d.InstanceNumber = series, instance
    d.Manufacturer = d.ManufacturerModelName = d.SecondaryCaptureDeviceManufacturer = MANUFACTURER
    d.SoftwareVersions = d.SecondaryCaptureDeviceSoftwareVersions = __version__
    d.ImageType = ["DERIVED", "SECONDARY"]
    d.DerivationDescription = f"{mark.label}: {mark.description}"
    d.PatientOrientation, d.Laterality = "", ""
    d.BurnedInAnnotation, d.LossyImageCompression = "NO", "00"
    if len(form.spacing_mm) == len(form.shape):
        d.PixelSpacing = [_ds(mm) for mm in form.spacing_mm[-2:]]
    return d


def _put_grey(d: Dataset, plane: NDArray[np.float32], form: ImageForm) -> None:
    """16 bits over the whole range of the form, and the rescale back to its unit."""
    import numpy as np

    slope, intercept = _ds((form.high - form.low) / _LEVELS), _ds(form.low)
    stored = np.rint((plane.astype(np.float64) - float(intercept)) / float(slope))
    d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
    d.Rows, d.Columns = plane.shape
    d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 16, 15, 0
    d.RescaleIntercept, d.RescaleSlope, d.RescaleType = intercept, slope, "HU" if form.unit in ("HU", "[hnsf'U]") else "US"
    d.WindowCenter, d.WindowWidth = _ds((form.low + form.high) / 2), _ds(form.high - form.low)
    d.PixelData = np.clip(stored, 0, _LEVELS).astype("<u2").tobytes()
    d["PixelData"].VR = "OW"


def _put_colours(d: Dataset, plane: NDArray[np.float32], form: ImageForm) -> None:
    import numpy as np

    levels = np.rint((plane - form.low) * (255 / (form.high - form.low)))
    pixels = np.clip(levels, 0, 255).astype(np.uint8).tobytes()
    d.SamplesPerPixel, d.PhotometricInterpretation, d.PlanarConfiguration = 3, "RGB", 0
    d.Rows, d.Columns = plane.shape[:2]
    d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 8, 8, 7, 0
    d.PixelData = pixels + b"\0" * (len(pixels) % 2)
    d["PixelData"].VR = "OB"


def _ds(value: float) -> str:
    """A decimal string of at most 16 characters, as near to the value as fits."""
    for digits in range(15, 0, -1):
        if len(text := f"{value + 0.0:.{digits}g}") <= 16:
            return text
    return f"{value:.1g}"
