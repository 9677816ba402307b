"""Small DICOM series of our own invention: an oblique-free CT of a few slices, in any transfer syntax, with any defect."""

from __future__ import annotations

import io
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence as Items

CT, MR, ENHANCED_CT, SEG = (f"1.2.840.10008.5.1.4.1.1.{n}" for n in ("2", "4", "2.1", "66.4"))
IMPLICIT, EXPLICIT, DEFLATED, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"
RLE, J2K, JLS, JPEG = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.70"
ROOT = "1.2.826.0.1.3680043.10.1.99"
ROWS, COLUMNS, STEP = 40, 36, 2.5


def stored(n: int, rows: int = ROWS, columns: int = COLUMNS) -> np.ndarray:
    """The stored numbers of slice n: a ramp with noise, some below zero."""
    noise = np.random.default_rng(n).integers(-40, 40, (rows, columns))
    return (np.add.outer(np.arange(rows) * 7, np.arange(columns) * 11) + n * 50 - 60 + noise).astype(np.int16)


def slice_of(n: int, **changes: object) -> Dataset:
    """Slice n of a CT; a change of None takes the element away."""
    data = Dataset()
    data.SpecificCharacterSet = "ISO_IR 192"
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.SOPClassUID, data.SOPInstanceUID = CT, f"{ROOT}.3.{n}"
    data.StudyDate, data.StudyTime = "20240229", "101112"
    data.AccessionNumber, data.Modality, data.Manufacturer = "A-17", "CT", "Invented Scanners"
    data.StudyDescription, data.SeriesDescription = "Thorax", "Lung 2.5"
    data.PatientName, data.PatientID, data.IssuerOfPatientID = "Muster^Made-up", "T-0001", "HOUSE"
    data.PatientBirthDate, data.PatientSex = "19600102", "O"
    data.BodyPartExamined, data.SliceThickness, data.KVP = "CHEST", "2.5", "120"
    data.ConvolutionKernel, data.PatientPosition = "B60f", "HFS"
    data.StudyInstanceUID, data.SeriesInstanceUID = f"{ROOT}.1", f"{ROOT}.2"
    data.SeriesNumber, data.InstanceNumber = "4", str(90 - n)
    data.ImagePositionPatient = [-100.0, -120.5, 30.0 + STEP * n]
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.FrameOfReferenceUID = f"{ROOT}.9"
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows, data.Columns, data.PixelSpacing = ROWS, COLUMNS, [0.75, 0.5]
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    data.RescaleIntercept, data.RescaleSlope, data.RescaleType = "-1000", "1", "HU"
    data.add_new((0x00091001), "LO", "private words")
    data.PixelData = stored(n).tobytes()
    data["PixelData"].VR = "OW"
    for keyword, value in changes.items():
        if value is None:
            del data[keyword]
        else:
            setattr(data, keyword, value)
    return data


def written(data: Dataset, syntax: str = EXPLICIT, *, meta: bool = True) -> bytes:
    """The file's bytes. Pixels are compressed by pydicom's encoders, JPEG lossless by dcmtk's dcmcjpeg."""
    data = pydicom.dcmread(io.BytesIO(_saved(data, EXPLICIT)))
    if syntax == RLE:
        data.compress(syntax, generate_instance_uid=False)
        return _saved(data, syntax)
    if syntax in (J2K, JLS):
        data.PixelData = encapsulate([_coded(data, syntax)])
        data["PixelData"].VR, data["PixelData"].is_undefined_length = "OB", True
        return _saved(data, syntax)
    if syntax == JPEG:
        return jpeg_lossless(_saved(data, EXPLICIT))
    if syntax == BIG:
        data.PixelData = np.frombuffer(data.PixelData, "<i2").astype(">i2").tobytes()
    raw = _saved(data, syntax)
    if meta:
        return raw
    length = int.from_bytes(raw[140:144], "little")
    return raw[144 + length :]


def _coded(data: Dataset, syntax: str) -> bytes:
    import jpeg_ls
    from openjpeg.utils import encode_array

    kind = "<i2" if data.PixelRepresentation else "<u2"
    image = np.frombuffer(data.PixelData, kind).reshape(data.Rows, data.Columns)
    if syntax == J2K:
        return bytes(encode_array(image, bits_stored=data.BitsStored))
    return bytes(jpeg_ls.encode_buffer(image.tobytes(), data.Rows, data.Columns, 1, data.BitsStored))


def _saved(data: Dataset, syntax: str) -> bytes:
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = syntax
    data.file_meta.MediaStorageSOPClassUID, data.file_meta.MediaStorageSOPInstanceUID = data.SOPClassUID, data.SOPInstanceUID
    out = io.BytesIO()
    little, implicit = syntax != BIG, syntax == IMPLICIT
    if syntax in (BIG, IMPLICIT, EXPLICIT, DEFLATED):
        pydicom.dcmwrite(out, data, implicit_vr=implicit, little_endian=little, enforce_file_format=True)
    else:
        pydicom.dcmwrite(out, data, enforce_file_format=True)
    return out.getvalue()


def jpeg_lossless(raw: bytes, predictor: int = 1) -> bytes:
    """The file as JPEG lossless by dcmtk."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "a"), Path(folder, "b")
        before.write_bytes(raw)
        way = ["+e1"] if predictor == 1 else ["+el", "+sv", str(predictor)]
        subprocess.run(["dcmcjpeg", *way, "+ua", str(before), str(after)], check=True, capture_output=True)
        return after.read_bytes()


def series(count: int = 5, syntax: str = EXPLICIT, change: Callable[[int, Dataset], None] | None = None) -> list[bytes]:
    """The files of a series, last slice first."""
    found = []
    for n in reversed(range(count)):
        data = slice_of(n)
        if change:
            change(n, data)
        found.append(written(data, syntax))
    return found


def values(count: int = 5) -> np.ndarray:
    """What `series` must be read as, in HU."""
    return np.stack([stored(n) for n in range(count)]).astype(np.int32) - 1000


def enhanced(count: int = 4) -> Dataset:
    """The same slices as one enhanced multi-frame CT, frames in a mixed order, each with a rescale of its own."""
    data = slice_of(0, SOPClassUID=ENHANCED_CT, SOPInstanceUID=f"{ROOT}.5.1", ImagePositionPatient=None, ImageOrientationPatient=None,
                    PixelSpacing=None, RescaleIntercept=None, RescaleSlope=None, RescaleType=None, NumberOfFrames=str(count))  # fmt: skip
    order = [*range(1, count, 2), *range(0, count, 2)]
    data.PixelData = b"".join(stored(n).tobytes() for n in order)
    measures = Dataset()
    measures.PixelSpacing, measures.SliceThickness = [0.75, 0.5], "2.5"
    direction = Dataset()
    direction.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared = Dataset()
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = Items([measures]), Items([direction])
    data.SharedFunctionalGroupsSequence = Items([shared])
    data.PerFrameFunctionalGroupsSequence = Items([_frame(n) for n in order])
    return data


def _frame(n: int) -> Dataset:
    place, rescale, frame = Dataset(), Dataset(), Dataset()
    place.ImagePositionPatient = [-100.0, -120.5, 30.0 + STEP * n]
    rescale.RescaleIntercept, rescale.RescaleSlope, rescale.RescaleType = str(-1000 + n), "1", "HU"
    frame.PlanePositionSequence, frame.PixelValueTransformationSequence = Items([place]), Items([rescale])
    return frame


def segmentation(masks: dict[int, dict[int, np.ndarray]], *, fractional: bool = False, **changes: object) -> Dataset:
    """A Segmentation: masks[segment][slice] on the slices of `series`; frames only where there is one."""
    frames = [(number, n, mask) for number, some in masks.items() for n, mask in some.items()]
    data = slice_of(0, SOPClassUID=SEG, SOPInstanceUID=f"{ROOT}.6.1", SeriesInstanceUID=f"{ROOT}.6", Modality="SEG",
                    ImagePositionPatient=None, ImageOrientationPatient=None, PixelSpacing=None, RescaleIntercept=None,
                    RescaleSlope=None, RescaleType=None, NumberOfFrames=str(len(frames)), PixelRepresentation=0)  # fmt: skip
    data.SegmentationType = "FRACTIONAL" if fractional else "BINARY"
    if fractional:
        data.SegmentationFractionalType, data.MaximumFractionalValue = "OCCUPANCY", 200
        data.BitsAllocated, data.BitsStored, data.HighBit = 8, 8, 7
        raw = b"".join(np.rint(mask * 200).astype(np.uint8).tobytes() for *_, mask in frames)
    else:
        data.BitsAllocated, data.BitsStored, data.HighBit = 1, 1, 0
        raw = np.packbits(np.concatenate([mask.ravel() for *_, mask in frames]).astype(bool), bitorder="little").tobytes()
    data.PixelData = raw + b"\0" * (len(raw) % 2)
    data["PixelData"].VR = "OB"
    data.Rows, data.Columns = frames[0][2].shape
    data.SegmentSequence = Items([_segment(number) for number in masks])
    measures, direction, shared = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [0.75, 0.5], "2.5"
    direction.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = Items([measures]), Items([direction])
    data.SharedFunctionalGroupsSequence = Items([shared])
    data.PerFrameFunctionalGroupsSequence = Items([_segment_frame(number, n) for number, n, _ in frames])
    for keyword, value in changes.items():
        setattr(data, keyword, value)
    return data


def _segment(number: int) -> Dataset:
    item, kind = Dataset(), Dataset()
    item.SegmentNumber, item.SegmentLabel, item.SegmentAlgorithmType = number, f"part {number}", "MANUAL"
    kind.CodeValue, kind.CodingSchemeDesignator, kind.CodeMeaning = "M-01", "99HOUSE", "invented"
    item.SegmentedPropertyTypeCodeSequence = Items([kind])
    return item


def _segment_frame(number: int, n: int) -> Dataset:
    place, of, frame = Dataset(), Dataset(), Dataset()
    place.ImagePositionPatient = [-100.0, -120.5, 30.0 + STEP * n]
    of.ReferencedSegmentNumber = number
    frame.PlanePositionSequence, frame.SegmentIdentificationSequence = Items([place]), Items([of])
    return frame


def structure_set(contours: Sequence[Sequence[float]], **changes: object) -> Dataset:
    """An RT Structure Set of one region with those closed contours (x, y, z one after the other)."""
    data = Dataset()
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.481.3", f"{ROOT}.7.1"
    data.StudyInstanceUID, data.SeriesInstanceUID, data.Modality = f"{ROOT}.1", f"{ROOT}.7", "RTSTRUCT"
    roi, drawn = Dataset(), Dataset()
    roi.ROINumber, roi.ROIName, roi.ReferencedFrameOfReferenceUID = "1", "ring", f"{ROOT}.9"
    items = []
    for points in contours:
        item = Dataset()
        item.ContourGeometricType, item.NumberOfContourPoints = "CLOSED_PLANAR", str(len(points) // 3)
        item.ContourData = [f"{value:g}" for value in points]
        items.append(item)
    drawn.ReferencedROINumber, drawn.ContourSequence = "1", Items(items)
    data.StructureSetROISequence, data.ROIContourSequence = Items([roi]), Items([drawn])
    for keyword, value in changes.items():
        setattr(data, keyword, value)
    return data


def plainly(data: Dataset) -> bytes:
    """The file's bytes of an object without pixels, explicit little-endian."""
    return _saved(data, EXPLICIT)
