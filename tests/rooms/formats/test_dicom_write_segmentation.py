"""A mask is written as a Segmentation that other readers place, size and name as we meant it."""

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
import small_ct
from small_ct import MARK, complaints

from xinglin.formats.dicom import segment_masks
from xinglin.formats.dicom.marks import Mark, mark_of
from xinglin.formats.dicom.original_slices import header_bytes
from xinglin.formats.dicom.write_segmentation import Segment, write_segmentation
from xinglin.formats.dicom.write_series import write_series
from xinglin.records.errors import InvalidInput

START = (2, 5, 6)


def ball(shape=(3, 7, 9)):
    k, j, i = np.indices(shape)
    centre = [(n - 1) / 2 for n in shape]
    inside = sum(((axis - c) / (c + 0.4)) ** 2 for axis, c in zip((k, j, i), centre, strict=True))
    return np.clip(1.4 - inside, 0, 1).astype(np.float32)


def files_and_grid():
    voxels = small_ct.hounsfield()
    return small_ct.series(voxels), small_ct.volume(voxels)


def segment(kind="binary", **more):
    share = ball()
    return Segment("Virtual nodule 1", share >= 0.5 if kind == "binary" else share, START, organ="lung", lobe="left-upper", **more)


def written(kind="binary", files=None, segments=None, mark=MARK, **more):
    own, grid = files_and_grid()
    return write_segmentation(files or own, grid, segments or [segment(kind)], mark=mark, kind=kind, **more)


def back(data):
    return hd.seg.segread(BytesIO(data)).get_volume(combine_segments=False)


@pytest.mark.parametrize("omit", [True, False])
@pytest.mark.parametrize("kind", ["binary", "fractional"])
def test_highdicom_reads_the_same_shares_at_the_same_place(kind, omit):
    grid = files_and_grid()[1]
    read = back(written(kind, omit_empty_frames=omit, synthetic=True))
    wanted = np.zeros(grid.shape, np.float32)
    wanted[2:5, 5:12, 6:15] = segment(kind).mask
    ours = np.argwhere(wanted)
    if not omit:
        assert read.array.shape[:3] == grid.shape
    found = np.argwhere(read.array[..., 0])
    places = np.c_[found, np.ones(len(found))] @ read.affine.T
    expected = np.c_[ours, np.ones(len(ours))] @ grid.affine.T
    assert sorted(map(tuple, places.round(6)[:, :3])) == sorted(map(tuple, expected.round(6)[:, :3]))
    share = read.array.sum() if kind == "fractional" else (read.array > 0).sum()
    assert abs(float(share) - wanted.sum()) <= (0.5 / 255) * len(ours)
    assert np.allclose(read.spacing, grid.spacing_mm)


def test_it_points_at_the_slices_it_was_drawn_on_and_names_the_finding():
    d = pydicom.dcmread(BytesIO(written()))
    references = [item.ReferencedSOPInstanceUID for item in d.ReferencedSeriesSequence[0].ReferencedInstanceSequence]
    assert references == [f"{small_ct.SERIES}.{k}" for k in (3, 4, 5)] and d.FrameOfReferenceUID == small_ct.FRAME
    description = d.SegmentSequence[0]
    assert description.SegmentLabel == "Virtual nodule 1" and description.SegmentedPropertyTypeCodeSequence[0].CodeMeaning == "Nodule"
    assert description.AnatomicRegionSequence[0].CodeMeaning == "Upper lobe of lung" and description.TrackingUID.startswith("2.25.")
    assert str(d.PatientName) == "Prüfer^Anna" and d.StudyInstanceUID == small_ct.STUDY


def test_it_is_marked_and_artificial_only_where_it_is():
    real, made_up = (pydicom.dcmread(BytesIO(written(synthetic=s))) for s in (None, True))
    assert "SyntheticData" not in real and mark_of(real) == {"label": "SYNTHETIC", "seed": "7"}
    assert made_up.SyntheticData == "YES" and made_up.SeriesDescription.startswith("SYNTHETIC ")
    codes = [item.PurposeOfReferenceCodeSequence[0].CodeValue for item in (e.ContributingEquipmentSequence[-1] for e in (real, made_up))]
    assert codes == ["109102", "109100"]


def test_a_segmentation_of_an_artificial_series_inherits_the_mark():
    voxels = small_ct.hounsfield()
    new = [data for _, data in write_series(small_ct.series(voxels), small_ct.volume(voxels), mark=MARK, changed=None)]
    d = pydicom.dcmread(BytesIO(written(files=[header_bytes(data) for data in new])))
    assert d.SyntheticData == "YES"
    first = d.ReferencedSeriesSequence[0].ReferencedInstanceSequence[0].ReferencedSOPInstanceUID
    assert first == pydicom.dcmread(BytesIO(new[2])).SOPInstanceUID


@pytest.mark.parametrize("kind", ["binary", "fractional"])
def test_our_own_reader_lays_it_onto_the_same_voxels(kind):
    grid = files_and_grid()[1]
    mask = segment(kind).mask
    (found,) = segment_masks(written(kind), grid)
    whole = np.zeros(grid.shape, bool)
    whole[2:5, 5:12, 6:15] = mask >= 0.5
    assert np.array_equal(found.whole(grid.shape), whole) and (found.label, found.type_code[2]) == ("Virtual nodule 1", "Nodule")
    if kind == "fractional":
        shares = np.zeros(grid.shape, np.float32)
        box = tuple(slice(a, a + n) for a, n in zip(found.start, found.fraction.shape, strict=True))
        shares[box] = found.fraction
        assert np.abs(shares[2:5, 5:12, 6:15] - mask).max() <= 0.5 / 255 + 1e-6


def test_a_share_that_misses_one_by_rounding_is_one():
    full = Segment("all", np.full((2, 2, 2), np.float32(1.000001)), START)
    assert back(written("fractional", segments=[full])).array.max() == 1.0


def test_doubled_files_that_the_volume_left_out_are_passed_over():
    files, grid = files_and_grid()
    again = small_ct.dataset(small_ct.hounsfield()[3], 3)
    again.SOPInstanceUID = "1.2.3.4"
    assert write_segmentation([*files, small_ct.as_bytes(again)], grid, [segment()], mark=MARK) == written()


def test_neither_clock_nor_zone_nor_hash_order_shows_in_the_bytes():
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import hashlib, test_dicom_write_report as r, test_dicom_write_segmentation as s;"
        "print([hashlib.sha256(d).hexdigest() for d in (s.written(), s.written('fractional'), r.written(segmentation=r.seg(), signer=r.SIGNER))])"
    )
    said = []
    for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        command = [sys.executable, "-c", script, str(Path(__file__).parent)]
        said.append(subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout)
    assert said[0] == said[1] and len(said[0]) > 190


def test_the_same_input_gives_the_same_bytes_whatever_the_order_of_the_files():
    files = files_and_grid()[0]
    assert written() == written(files=files[::-1]) != written(mark=Mark(label="SYNTHETIC", seed="9", description="x", made=MARK.made))


def test_two_segments_may_overlap():
    other = Segment("Second", np.ones((2, 3, 3), bool), (3, 6, 7), finding="lesion")
    read = back(written(segments=[segment(), other]))
    assert read.array.shape[3] == 2 and (read.array[..., 1] > 0).sum() == 18
    assert (read.array[..., 0] > 0).sum() == (ball() >= 0.5).sum()


@pytest.mark.parametrize("omit", [True, False])
@pytest.mark.parametrize("kind", ["binary", "fractional"])
@pytest.mark.parametrize("label", ["SYNTHETIC", "人工合成"])
def test_dciodvfy_finds_no_error(kind, omit, label, tmp_path):
    mark = Mark(label=label, seed="7", description="nodule", made=MARK.made)
    by_hand = Segment("by hand", ball() >= 0.5, START, made_by="MANUAL", finding="lung")
    data = written(kind, segments=[segment(kind), by_hand], omit_empty_frames=omit, mark=mark, synthetic=True)
    assert complaints(data, tmp_path) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mask": np.ones((9, 2, 2), bool)}, "XL-DICOM-521"),
        ({"mask": np.zeros((2, 2, 2), bool)}, "XL-DICOM-521"),
        ({"mask": np.full((2, 2, 2), 0.5)}, "XL-DICOM-521"),
        ({"mask": np.full((2, 2, 2), np.nan)}, "XL-DICOM-521"),
        ({"start": (-1, 0, 0)}, "XL-DICOM-521"),
        ({"label": ""}, "XL-DICOM-521"),
        ({"finding": "gizmo"}, "XL-DICOM-520"),
    ],
)
def test_a_segment_that_cannot_be_meant_is_refused(change, code):
    wrong = Segment(**({"label": "a", "mask": np.ones((2, 2, 2), bool), "start": (0, 0, 0)} | change))
    with pytest.raises(InvalidInput, match=code):
        written(segments=[wrong])


def test_what_the_source_does_not_say_of_the_patient_stays_unsaid(tmp_path):
    voxels = small_ct.hounsfield()
    files = []
    for k in range(6):
        d = small_ct.dataset(voxels[k], k)
        d.PatientSex = "U"
        del d.AccessionNumber, d.StudyID
        files.append(small_ct.as_bytes(d))
    d = pydicom.dcmread(BytesIO(written(files=files)))
    assert (d.PatientSex, d.AccessionNumber, d.StudyID) == ("U", "", "")


def test_a_series_without_a_frame_of_reference_is_refused():
    voxels = small_ct.hounsfield()
    files = []
    for k in range(6):
        d = small_ct.dataset(voxels[k], k)
        del d.FrameOfReferenceUID
        files.append(small_ct.as_bytes(d))
    with pytest.raises(InvalidInput, match="XL-DICOM-522"):
        written(files=files)
