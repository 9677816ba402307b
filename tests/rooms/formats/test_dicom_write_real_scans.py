"""Real scans of every make and encoding in the shared data survive a change: right numbers back, no new fault in the file."""

import os
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
from small_ct import MARK, complaints

from xinglin.formats.dicom import find_series, read_series
from xinglin.formats.dicom.write_segmentation import Segment, write_segmentation
from xinglin.formats.dicom.write_series import write_series

SHARED = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[3] / "../shared/data"))
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="shared data not present")
SINGLE = frozenset({"single"})


def changed(scan):
    """A box in the middle third, moved by whole steps of the slope so that the file can hold it."""
    box = tuple(slice(n // 3, n // 3 + max(1, n // 6)) for n in scan.shape)
    voxels = scan.voxels.copy()
    voxels[box] = np.minimum(voxels[box] + 100, voxels.max())
    return replace(scan, voxels=voxels), box


def survives(files, folder, repair=frozenset()):
    scan = read_series(files, repair=repair)
    result, box = changed(scan)
    new = [data for _, data in write_series(files, result, mark=MARK, changed=box)]
    back = read_series(new, repair=repair)
    slope = max(abs(float(pydicom.dcmread(BytesIO(data), stop_before_pixels=True).get("RescaleSlope", 1))) for data in new)
    assert np.abs(back.voxels.astype(np.float64) - result.voxels).max() <= (slope / 2 if scan.voxels.dtype.kind == "f" else 0)
    outside = np.ones(scan.shape, bool)
    outside[box] = False
    assert np.array_equal(back.voxels[outside], scan.voxels[outside]) and np.array_equal(back.affine, scan.affine)
    assert back.synthetic and back.study_uid == scan.study_uid and back.series_uid != scan.series_uid
    old = next(f for f in files if str(pydicom.dcmread(f, stop_before_pixels=True).SOPInstanceUID) == scan.instances[0])
    assert Counter(complaints(new[0], folder)) - Counter(complaints(Path(old).read_bytes(), folder)) == Counter()
    return scan, new


@pytest.mark.parametrize("name", ["dicom-lidc-lung-ct", "dicom-mr-series", "dicom-ct-misc"])
def test_a_changed_series_reads_back_with_the_change_alone(name, tmp_path):
    done = 0
    for found in find_series([SHARED / name]).series:
        if len(found.files) > 1:
            survives(list(map(Path, found.files)), tmp_path)
            done += 1
    assert done >= 1


@pytest.mark.parametrize("syntax", ["2.2", "2.1.99", "4.90", "4.91", "4.80", "4.81", "4.57", "4.70", "2.1", "1.2", "2.5"])
def test_every_encoding_that_is_read_can_be_changed(syntax, tmp_path):
    (path,) = (SHARED / "dicom-transfer-syntaxes").glob(f"*_1.2.840.10008*{syntax}.dcm" if syntax != "1.2" else "*_1.2.840.10008.1.2.dcm")
    _, (new,) = survives([path], tmp_path, SINGLE)
    d = pydicom.dcmread(BytesIO(new))
    assert not d.file_meta.TransferSyntaxUID.is_compressed
    if syntax in ("4.91", "4.81"):
        assert d.LossyImageCompression == "01"


def test_a_segmentation_lies_on_a_real_scan_and_is_valid(tmp_path):
    for found in find_series([SHARED / "dicom-lidc-lung-ct"]).series:
        scan, new = survives(list(map(Path, found.files)), tmp_path)
        k, j, i = np.indices((5, 21, 21))
        share = np.clip(1.3 - np.sqrt(((k - 2) / 2) ** 2 + ((j - 10) / 9) ** 2 + ((i - 10) / 9) ** 2), 0, 1)
        start = (3, 200, 180)
        data = write_segmentation(new, scan, [Segment("Nodule", share, start, organ="lung")], mark=MARK, kind="fractional")
        assert complaints(data, tmp_path) == []
        read = hd.seg.segread(BytesIO(data)).get_volume(combine_segments=False)
        assert abs(read.array.sum() - share.sum()) < 1e-3 * share.sum()
        places = np.c_[np.argwhere(read.array[..., 0] > 0), np.ones((read.array[..., 0] > 0).sum())] @ read.affine.T
        wanted = np.argwhere(share >= 0.5 / 255) + np.array(start)
        expected = np.c_[wanted, np.ones(len(wanted))] @ scan.affine.T
        assert len(places) == len(expected) and np.allclose(np.sort(places, axis=0), np.sort(expected, axis=0), atol=1e-3)
