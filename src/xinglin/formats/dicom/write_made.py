"""A CT series that we made from nothing, as DICOM: a phantom for demonstrations, lessons and tests, marked as artificial.

It has no source and no real person; name and number are those of the made-up person it is given to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from xinglin.formats.dicom.marks import MANUFACTURER, Mark, check_mark, derived_uid, file_bytes, stamp
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from xinglin.records.volume import Volume

_CT: Final = "1.2.840.10008.5.1.4.1.1.2"
_EXPLICIT: Final = "1.2.840.10008.1.2.1"
_INTERCEPT: Final = -1024


class MadeUpPerson(Struct, frozen=True):
    """Whose scan it plays. name: Family^Given; born: YYYY-MM-DD; sex: M, F or O."""

    name: str
    number: str
    issuer: str
    born: str
    sex: str


def write_made_series(volume: Volume, person: MadeUpPerson, *, mark: Mark, scanned: str) -> Iterator[tuple[str, bytes]]:
    """The series, one (file name, bytes) per slice. `scanned`: the day it plays to be of, YYYY-MM-DD.

    volume: int16 HU on an upright grid. Raises InvalidInput XL-DICOM-545 for anything else, 510 and 511 for the mark.
    """
    import numpy as np

    check_mark(mark)
    if volume.unit != "HU" or volume.voxels.dtype != np.int16:
        raise InvalidInput("XL-DICOM-545", "a made series is written from whole HU", where="volume", fix="give int16 in HU")
    for k in range(volume.shape[0]):
        yield f"slice-{k + 1:04d}.dcm", file_bytes(_slice(volume, k, person, mark, scanned), _EXPLICIT)


def _slice(volume: Volume, k: int, person: MadeUpPerson, mark: Mark, scanned: str) -> Dataset:
    import numpy as np
    from pydicom.dataset import Dataset

    d = Dataset()
    study, series, frame = (volume.study_uid, volume.series_uid, volume.frame_of_reference)
    d.SpecificCharacterSet = "ISO_IR 192"
    d.ImageType = ["DERIVED", "PRIMARY", "AXIAL"]
    d.SOPClassUID, d.SOPInstanceUID = _CT, derived_uid("made", series, mark.seed, str(k))
    day = scanned.replace("-", "")
    d.StudyDate = d.AcquisitionDate = day
    d.StudyTime = d.AcquisitionTime = "090000"
    d.AccessionNumber, d.Modality, d.ReferringPhysicianName = "", "CT", ""
    d.Manufacturer = d.ManufacturerModelName = MANUFACTURER
    d.StudyDescription, d.BodyPartExamined = "Thorax (made by Xinglin)", "CHEST"
    d.PatientName, d.PatientID, d.IssuerOfPatientID = person.name, person.number, person.issuer
    d.PatientBirthDate, d.PatientSex = person.born.replace("-", ""), person.sex
    d.SliceThickness, d.KVP, d.PatientPosition, d.ConvolutionKernel = _ds(volume.spacing_mm[0]), None, "HFS", "PHANTOM"
    d.StudyInstanceUID, d.SeriesInstanceUID, d.FrameOfReferenceUID = study, series, frame
    d.StudyID, d.SeriesNumber, d.AcquisitionNumber, d.InstanceNumber = "1", 1, 1, k + 1
    d.ImagePositionPatient = [_ds(mm) for mm in volume.point_mm((k, 0, 0))]
    rows, columns = volume.affine[:3, 2] / volume.spacing_mm[2], volume.affine[:3, 1] / volume.spacing_mm[1]
    d.ImageOrientationPatient = [_ds(mm) for mm in (*rows, *columns)]
    d.PositionReferenceIndicator = ""
    d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
    d.Rows, d.Columns = volume.shape[1:]
    d.PixelSpacing = [_ds(volume.spacing_mm[1]), _ds(volume.spacing_mm[2])]
    d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 16, 15, 0
    d.WindowCenter, d.WindowWidth = -600, 1500
    d.RescaleIntercept, d.RescaleSlope, d.RescaleType = _INTERCEPT, 1, "HU"
    d.PixelData = np.clip(volume.voxels[k].astype(np.int32) - _INTERCEPT, 0, 65535).astype("<u2").tobytes()
    d["PixelData"].VR = "OW"
    stamp(d, mark, synthetic=True)
    return d


def _ds(value: float) -> str:
    """A decimal string of at most 16 characters."""
    return f"{value + 0.0:.6f}".rstrip("0").rstrip(".")
