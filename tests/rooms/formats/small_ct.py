"""A small CT of our own making, valid in every attribute: the source that the tests of the DICOM writers start from."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from xinglin.formats.dicom.marks import Mark
from xinglin.records.volume import Volume

MADE = "2026-07-01T09:30:00+08:00"
MARK = Mark(label="SYNTHETIC", seed="7", description="one virtual nodule of 8 mm", made=MADE)
STUDY, SERIES, FRAME = "1.2.826.0.1.3680043.8.498.1", "1.2.826.0.1.3680043.8.498.2", "1.2.826.0.1.3680043.8.498.3"
SPACING = (2.5, 0.75, 0.7)  # slice, row, column
CORNER = (-20.0, -30.0, 100.0)


def hounsfield(slices: int = 6, rows: int = 16, columns: int = 20) -> NDArray[np.int16]:
    """Numbers that name their own place: no two slices and no two rows are alike."""
    k, j, i = np.indices((slices, rows, columns))
    return (-1000 + 40 * k + 3 * j + i).astype(np.int16)


def volume(voxels: NDArray[np.generic], *, study: str = STUDY, series: str = SERIES, named: bool = True) -> Volume:
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = (0, 0, SPACING[0]), (0, SPACING[1], 0), (SPACING[2], 0, 0)
    affine[:3, 3] = CORNER
    instances = tuple(f"{series}.{k + 1}" for k in range(voxels.shape[0])) if named else ()
    return Volume(
        voxels, affine, unit="HU", modality="CT", frame_of_reference=FRAME, study_uid=study, series_uid=series, instances=instances
    )


def dataset(
    hu: NDArray[np.generic], k: int, *, intercept: float = -1024, slope: float = 1, signed: bool = False, bits: int = 16
) -> Dataset:
    """Slice k as a CT Image with every attribute that dciodvfy asks for."""
    d = Dataset()
    d.SpecificCharacterSet = "ISO_IR 100"
    d.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    d.SOPClassUID, d.SOPInstanceUID = CTImageStorage, UID(f"{SERIES}.{k + 1}")
    d.StudyDate = d.SeriesDate = d.AcquisitionDate = d.ContentDate = "20260102"
    d.StudyTime = d.SeriesTime = d.AcquisitionTime = d.ContentTime = "030405"
    d.AccessionNumber, d.Modality, d.Manufacturer, d.ReferringPhysicianName = "A1", "CT", "Lathe", ""
    d.ManufacturerModelName, d.StudyDescription, d.SeriesDescription = "Turner 3", "Thorax", "Lung 2.5"
    d.PatientName, d.PatientID, d.PatientBirthDate, d.PatientSex = "Pr\xfcfer^Anna", "P1", "19600101", "F"
    d.BodyPartExamined, d.SliceThickness, d.KVP, d.PatientPosition, d.ConvolutionKernel = "CHEST", SPACING[0], 120, "HFS", "B30"
    d.StudyInstanceUID, d.SeriesInstanceUID, d.FrameOfReferenceUID = STUDY, SERIES, FRAME
    d.StudyID, d.SeriesNumber, d.AcquisitionNumber, d.InstanceNumber = "1", 3, 1, k + 1
    d.ImagePositionPatient = [CORNER[0], CORNER[1], CORNER[2] + k * SPACING[0]]
    d.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    d.PositionReferenceIndicator, d.SliceLocation = "", k * SPACING[0]
    d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
    d.Rows, d.Columns = hu.shape
    d.PixelSpacing = [SPACING[1], SPACING[2]]
    d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, bits, bits - 1, int(signed)
    d.WindowCenter, d.WindowWidth = -600, 1500
    d.RescaleIntercept, d.RescaleSlope, d.RescaleType = intercept, slope, "HU"
    d.PixelData = np.rint((hu - intercept) / slope).astype("<i2" if signed else "<u2").tobytes()
    d["PixelData"].VR = "OW"
    return d


def as_bytes(d: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    d.file_meta = FileMetaDataset()
    d.file_meta.TransferSyntaxUID = UID(syntax)
    buffer = BytesIO()
    d.save_as(buffer, enforce_file_format=True, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=syntax != "1.2.840.10008.1.2.2")
    return buffer.getvalue()


def series(voxels: NDArray[np.generic], **storage: float) -> list[bytes]:
    """The files of the whole series, in slice order."""
    return [as_bytes(dataset(voxels[k], k, **storage)) for k in range(voxels.shape[0])]  # type: ignore[arg-type]


def complaints(data: bytes, folder: Path) -> list[str]:
    """The errors dciodvfy finds, but the one tag that its dictionary of 2022 does not know."""
    program = shutil.which("dciodvfy")
    if program is None:
        pytest.skip("dciodvfy (dicom3tools) is not present")
    path = folder / "judged.dcm"
    path.write_bytes(data)
    done = subprocess.run([program, str(path)], capture_output=True, text=True, errors="replace")
    lines = (done.stdout + done.stderr).splitlines()
    return [line for line in lines if line.startswith("Error") and "(0x0008,0x001c)" not in line.lower()]
