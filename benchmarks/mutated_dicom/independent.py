"""A second opinion on a mutant: pydicom's parser and decoders, and its own few lines of geometry. Shares no code with the reader.

Its JPEG 2000 is Pillow's and its JPEG-LS is pyjpegls; JPEG lossless is decoded by dcmtk's dcmdjpeg.
"""

from __future__ import annotations

import io
import subprocess
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pydicom
from pydicom.pixels import apply_modality_lut


def volume(files: list[bytes]) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Values sorted along the normal, the position of every slice, and the pixel spacing. Raises whatever goes wrong."""
    slices = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for raw in files:
            slices += _slices(raw)
    row, column = np.array(slices[0][2][:3]), np.array(slices[0][2][3:])
    normal = np.cross(row, column)
    slices.sort(key=lambda part: float(np.dot(part[1], normal)))
    return np.stack([part[0] for part in slices]), np.array([part[1] for part in slices]), [*slices[0][3], *slices[0][2]]


def _slices(raw: bytes) -> list[tuple[np.ndarray, list[float], list[float], list[float]]]:
    data = pydicom.dcmread(io.BytesIO(raw), force=True)
    if data.file_meta.get("TransferSyntaxUID", "") in ("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"):
        data = pydicom.dcmread(io.BytesIO(_by_dcmtk(raw)), force=True)
    if "TransferSyntaxUID" not in data.file_meta:  # no file header: pydicom found the encoding out, but wants it said
        implicit, little = data.original_encoding
        data.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2" if implicit else "1.2.840.10008.1.2.1" if little else "1.2.840.10008.1.2.2"
    pixels = data.pixel_array
    if "PerFrameFunctionalGroupsSequence" not in data:
        assert pixels.ndim == 2
        return [
            (
                apply_modality_lut(pixels, data),
                _floats(data.ImagePositionPatient),
                _floats(data.ImageOrientationPatient),
                _floats(data.PixelSpacing),
            )
        ]
    shared = data.SharedFunctionalGroupsSequence[0]
    measures = shared.PixelMeasuresSequence[0].PixelSpacing
    direction = shared.PlaneOrientationSequence[0].ImageOrientationPatient
    found = []
    for frame, group in zip(pixels, data.PerFrameFunctionalGroupsSequence, strict=True):
        rescale = group.PixelValueTransformationSequence[0]
        values = frame * float(rescale.RescaleSlope) + float(rescale.RescaleIntercept)
        found.append((values, _floats(group.PlanePositionSequence[0].ImagePositionPatient), _floats(direction), _floats(measures)))
    return found


def _floats(values) -> list[float]:
    return [float(value) for value in values]


def _by_dcmtk(raw: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "a"), Path(folder, "b")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = pydicom.dcmread(io.BytesIO(raw), force=True)
            for element in [e for e in data if e.VR == "SQ" or e.tag.is_private]:
                del data[element.tag]  # dcmtk stops at damage in sequences that say nothing about the pixels
            data.save_as(before)
        subprocess.run(["dcmdjpeg", str(before), str(after)], check=True, capture_output=True, timeout=20)
        return after.read_bytes()
