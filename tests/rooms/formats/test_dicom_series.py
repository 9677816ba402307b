"""Whole and defective series of our own: read by geometry, or refused with the error that names the defect."""

import random
import shutil
from pathlib import Path

import dicom_examples as made
import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from xinglin.formats.dicom import ReadingProcess, read_series
from xinglin.records.errors import InvalidInput, UsageError, XinglinError

AFFINE = [[0, 0, 0.5, -100], [0, 0.75, 0, -120.5], [2.5, 0, 0, 30], [0, 0, 0, 1]]


@pytest.fixture(scope="module")
def process():
    with ReadingProcess() as one:
        yield one


def read(files, process, *repair):
    return read_series(files, repair=frozenset(repair), process=process)


def code_of(files, process, *repair):
    with pytest.raises(XinglinError) as caught:
        read(files, process, *repair)
    assert caught.value.where or caught.value.code in ("XL-DICOM-100", "XL-DICOM-130")
    return caught.value.code


def changed(count=5, **changes):
    """A series whose slice 2 has those changes."""
    return [made.written(made.slice_of(n, **(changes if n == 2 else {}))) for n in range(count)]


def at(z, count_or_list):
    return made.written(
        made.slice_of(count_or_list, ImagePositionPatient=[-100.0, -120.5, z], SOPInstanceUID=f"{made.ROOT}.4.{int(z * 100)}")
    )


def test_slices_are_ordered_by_their_place_and_not_by_name_or_number(process, tmp_path):
    files = made.series()
    random.Random(3).shuffle(files)
    paths = []
    for n, raw in enumerate(files):
        paths.append(tmp_path / f"{n}")
        paths[-1].write_bytes(raw)
    found = read(paths, process)
    assert np.array_equal(found.voxels, made.values())
    assert found.affine.tolist() == AFFINE
    assert found.instances == tuple(f"{made.ROOT}.3.{n}" for n in range(5))
    assert (found.unit, found.modality, found.frame_of_reference) == ("HU", "CT", f"{made.ROOT}.9")
    assert found.details["kernel"] == "B60f" and found.details["patient_position"] == "HFS"
    assert found.repairs == () and not found.synthetic and found.acquired == "2024-02-29"


def test_a_volume_cannot_be_written_to(process):
    with pytest.raises(ValueError, match="read-only"):
        read(made.series(), process).voxels[0, 0, 0] = 1


@pytest.mark.parametrize("syntax", [made.IMPLICIT, made.EXPLICIT, made.DEFLATED, made.BIG, made.RLE, made.J2K, made.JLS])
def test_every_lossless_transfer_syntax_gives_the_same_voxels(process, syntax):
    found = read(made.series(4, syntax), process)
    assert np.array_equal(found.voxels, made.values(4)) and found.affine.tolist() == AFFINE and "lossy" not in found.details


@pytest.mark.skipif(shutil.which("dcmcjpeg") is None, reason="dcmtk is not installed")
@pytest.mark.parametrize("predictor", range(1, 8))
def test_jpeg_lossless_of_every_predictor_gives_the_same_voxels(process, predictor):
    files = [made.jpeg_lossless(made.written(made.slice_of(n)), predictor) for n in range(3)]
    assert np.array_equal(read(files, process).voxels, made.values(3))


@pytest.mark.parametrize("syntax", [made.IMPLICIT, made.EXPLICIT, made.BIG])
def test_a_file_without_preamble_and_meta_header_is_read(process, syntax):
    files = [made.written(made.slice_of(n), syntax, meta=False) for n in range(3)]
    assert np.array_equal(read(files, process).voxels, made.values(3))


def test_a_turned_patient_keeps_the_affine_of_the_file(process):
    direction = [0.8, 0.6, 0, 0, 0, -1]
    normal = np.cross(direction[:3], direction[3:])
    files = [
        made.written(
            made.slice_of(
                n,
                ImageOrientationPatient=direction,
                PatientPosition="HFDR",
                ImagePositionPatient=[float(f"{x:.6f}") for x in np.array([5, 6, 7]) + n * 3.0 * normal],
            )
        )
        for n in (2, 0, 1)
    ]
    found = read(files, process)
    assert np.allclose(found.affine[:3, 0], 3 * normal, atol=1e-6)
    assert np.allclose(found.affine[:3, 1], [0, 0, -0.75]) and np.allclose(found.affine[:3, 2], [0.4, 0.3, 0])
    assert np.array_equal(found.voxels, made.values(3)) and found.details["patient_position"] == "HFDR"


def test_an_enhanced_multi_frame_is_sorted_and_rescaled_frame_by_frame(process):
    found = read([made.written(made.enhanced())], process)
    assert np.array_equal(found.voxels, made.values(4) + np.arange(4)[:, None, None])
    assert found.affine.tolist() == AFFINE and found.instances == (f"{made.ROOT}.5.1",) * 4


def test_frames_of_an_older_multi_frame_lie_along_the_slice_vector(process):
    data = made.slice_of(
        0,
        SOPClassUID="1.2.840.10008.5.1.4.1.1.20",
        Modality="NM",
        NumberOfFrames="3",
        RescaleIntercept=None,
        RescaleSlope=None,
        RescaleType=None,
        SliceThickness=None,
    )
    data.PixelData = b"".join(made.stored(n).tobytes() for n in range(3))
    data.FrameIncrementPointer, data.SliceVector, data.SpacingBetweenSlices = 0x00540080, [1, 2, 3], "4"
    found = read([made.written(data)], process)
    assert found.shape[0] == 3 and found.spacing_mm[0] == 4 and found.unit == ""
    data.FrameIncrementPointer = 0x00181063
    del data.SliceVector
    assert code_of([made.written(data)], process) == "XL-DICOM-107"


def test_rescale_is_applied_slice_by_slice_and_fractions_become_floats(process):
    slopes = ["0.5", "1", "2", "1.25", "1"]
    files = [
        made.written(
            made.slice_of(n, SOPClassUID=made.MR, Modality="MR", RescaleSlope=slopes[n], RescaleIntercept=str(n), RescaleType=None)
        )
        for n in range(5)
    ]
    found = read(files, process)
    assert found.voxels.dtype == np.float32 and found.unit == ""
    for n in range(5):
        assert np.allclose(found.voxels[n], made.stored(n) * float(slopes[n]) + n)


def test_values_too_large_for_16_bits_keep_their_digits(process):
    data = [
        made.slice_of(n, PixelRepresentation=0, SOPClassUID=made.MR, Modality="MR", RescaleIntercept="0", RescaleSlope="1")
        for n in range(3)
    ]
    for n, one in enumerate(data):
        one.PixelData = (made.stored(n).astype(np.int64) + 60000).astype(np.uint16).tobytes()
    found = read([made.written(one) for one in data], process)
    assert found.voxels.dtype == np.int32 and np.array_equal(found.voxels, made.values(3) + 61000)


def test_a_modality_lookup_table_takes_the_place_of_the_rescale(process):
    files = []
    for n in range(3):
        table = Dataset()
        data = made.slice_of(n, RescaleIntercept=None, RescaleSlope=None, RescaleType=None, PixelRepresentation=0)
        data.PixelData = np.full((made.ROWS, made.COLUMNS), 11 + n, np.uint16).tobytes()
        table.add_new(0x00283002, "US", [4, 10, 16])
        table.ModalityLUTType = "HU"
        table.add_new(0x00283006, "US", [100, 200, 300, 400])
        data.ModalityLUTSequence = Items([table])
        files.append(made.written(data))
    found = read(files, process)
    assert [int(found.voxels[n, 0, 0]) for n in range(3)] == [200, 300, 400] and found.unit == "HU"


def test_twelve_signed_bits_are_read_with_their_sign(process):
    files = [made.written(made.slice_of(n, BitsStored=12, HighBit=11)) for n in range(3)]
    assert np.array_equal(read(files, process).voxels, made.values(3))


@pytest.mark.parametrize("signed", [0, 1])
def test_numbers_in_unused_bits_are_refused_as_nobody_can_tell_what_they_mean(process, signed):
    files = changed(3, BitsStored=9, HighBit=8, PixelRepresentation=signed)
    assert code_of(files, process) == "XL-DICOM-050"


def test_an_overlay_in_the_unused_bits_is_no_part_of_the_number(process):
    files = []
    for n in range(3):
        data = made.slice_of(n, BitsStored=12, HighBit=11, PixelRepresentation=0)
        numbers = made.stored(n).astype(np.int32) + 1000
        data.PixelData = (numbers | 0x8000).astype(np.uint16).tobytes()
        data.add_new(0x60000100, "US", 16)
        data.add_new(0x60000102, "US", 15)
        files.append(made.written(data))
    assert np.array_equal(read(files, process).voxels, made.values(3) + 1000)


def test_monochrome1_padding_units_and_the_artificial_mark_are_told(process):
    files = [
        made.written(made.slice_of(n, PhotometricInterpretation="MONOCHROME1", SyntheticData="YES", RescaleType="ED")) for n in range(3)
    ]
    raw = []
    for n in range(3):
        data = made.slice_of(n, PhotometricInterpretation="MONOCHROME1", SyntheticData="YES", RescaleType="ED")
        data.add_new(0x00280120, "SS", -2000)
        raw.append(made.written(data))
    found = read(raw, process)
    assert found.synthetic and found.unit == "" and found.details["rescale_type"] == "ED"
    assert found.details["padding_value"] == "-3000" and found.details["photometric"].startswith("MONOCHROME1")
    assert np.array_equal(found.voxels, read(files, process).voxels)


def test_lossy_compression_is_told(process):
    files = [made.written(made.slice_of(n, LossyImageCompression="01", LossyImageCompressionRatio="7.5")) for n in range(3)]
    assert read(files, process).details["lossy"] == "the source says lossy compression was used; ratio 7.5"


DEFECTS = {
    "a localizer": ("XL-DICOM-111", {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}),
    "no position": ("XL-DICOM-107", {"ImagePositionPatient": None}),
    "no direction": ("XL-DICOM-107", {"ImageOrientationPatient": None}),
    "no pixel spacing": ("XL-DICOM-108", {"PixelSpacing": None}),
    "pixels of no size": ("XL-DICOM-109", {"PixelSpacing": [0, 0.5]}),
    "pixels of half a metre": ("XL-DICOM-109", {"PixelSpacing": [500, 500]}),
    "another pixel spacing": ("XL-DICOM-104", {"PixelSpacing": [0.75, 0.501]}),
    "directions that are none": ("XL-DICOM-110", {"ImageOrientationPatient": [1, 0, 0, 1, 0, 0]}),
    "another direction": ("XL-DICOM-103", {"ImageOrientationPatient": [1, 0, 0, 0, 0.999, 0.0447]}),
    "another series": ("XL-DICOM-102", {"SeriesInstanceUID": "1.2.3"}),
    "another study": ("XL-DICOM-102", {"StudyInstanceUID": "1.2.3"}),
    "another patient": ("XL-DICOM-102", {"PatientID": "T-0002"}),
    "another frame of reference": ("XL-DICOM-105", {"FrameOfReferenceUID": "1.2.3"}),
    "another kernel": ("XL-DICOM-102", {"ConvolutionKernel": "B20f"}),
    "another unit": ("XL-DICOM-106", {"RescaleType": "US"}),
    "no rescale": ("XL-DICOM-119", {"RescaleSlope": None, "RescaleIntercept": None, "RescaleType": None}),
    "half a rescale": ("XL-DICOM-120", {"RescaleIntercept": None}),
    "a slope of nothing": ("XL-DICOM-120", {"RescaleSlope": "0"}),
    "colour": ("XL-DICOM-044", {"PhotometricInterpretation": "PALETTE COLOR"}),
    "more bits than there are": ("XL-DICOM-045", {"BitsStored": 17, "HighBit": 16}),
    "a high bit that contradicts": ("XL-DICOM-045", {"HighBit": 11}),
    "a sign that is none": ("XL-DICOM-045", {"PixelRepresentation": 7}),
    "fewer pixels than stated": ("XL-DICOM-046", {"Rows": 41}),
    "more pixels than stated": ("XL-DICOM-046", {"Rows": 39}),
    "one identifier for two slices": ("XL-DICOM-126", {"SOPInstanceUID": f"{made.ROOT}.3.1"}),
    "a slice out of line": ("XL-DICOM-113", {"ImagePositionPatient": [-100.0, -110.5, 35.0]}),
    "a slice too near": ("XL-DICOM-117", {"ImagePositionPatient": [-100.0, -120.5, 34.0]}),
    "a report": ("XL-DICOM-101", {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.33", "PixelData": None}),
    "a segmentation": ("XL-DICOM-101", {"SOPClassUID": made.SEG}),
}  # fmt: skip


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_series_with_one_bad_slice_is_refused_and_says_why(process, defect):
    code, changes = DEFECTS[defect]
    assert code_of(changed(5, **changes), process) == code


@pytest.mark.parametrize("number", [b"nan", b"inf", b"1_00", b"1,5 ", b"0x10", b"1e999"])
def test_a_spacing_that_is_no_number_is_refused(process, number):
    raw = made.written(made.slice_of(1))
    place = raw.index(b"0.75\\0.5")
    broken = raw[:place] + (b"0.75\\" + number)[:8].ljust(8) + raw[place + 8 :]
    assert code_of([made.written(made.slice_of(0)), broken], process) in ("XL-DICOM-012", "XL-DICOM-109", "XL-DICOM-104")


def test_images_of_another_size_are_refused(process):
    small = made.slice_of(2, Rows=20)
    small.PixelData = made.stored(2, 20).tobytes()
    assert code_of([*changed(2), made.written(small)], process) == "XL-DICOM-104"


def test_a_missing_slice_is_refused_or_interpolated_on_request(process):
    files = [made.written(made.slice_of(n)) for n in (0, 1, 3, 4)]
    assert code_of(files, process) == "XL-DICOM-116"
    found = read(files, process, "missing")
    between = np.rint((made.values()[1].astype(float) + made.values()[3]) / 2)
    assert np.array_equal(found.voxels[[0, 1, 3, 4]], made.values()[[0, 1, 3, 4]]) and np.array_equal(found.voxels[2], between)
    assert found.instances[2] == "" and found.affine.tolist() == AFFINE
    assert found.repairs == ("missing: 1 slices made by linear interpolation of their neighbours, numbers 3 of 5",)


def test_too_many_missing_slices_in_a_row_are_not_invented(process):
    files = [made.written(made.slice_of(n)) for n in (0, 1, 2, 7)]
    assert code_of(files, process, "missing") == "XL-DICOM-116"


def test_the_same_slice_twice_is_refused_or_dropped_on_request(process):
    files = [*made.series(4), made.written(made.slice_of(2))]
    assert code_of(files, process) == "XL-DICOM-114"
    found = read(files, process, "doubled")
    assert np.array_equal(found.voxels, made.values(4)) and found.repairs[0].startswith("doubled: 1 identical copies dropped")


def test_two_different_slices_at_one_place_are_never_repaired(process):
    other = made.slice_of(2, SOPInstanceUID="1.2.3")
    other.PixelData = made.stored(9).tobytes()
    assert code_of([*made.series(4), made.written(other)], process, "doubled") == "XL-DICOM-115"


def test_time_points_are_not_taken_for_slices(process):
    files = []
    for n in range(3):
        for phase in (1, 2):
            data = made.slice_of(n, SOPInstanceUID=f"{made.ROOT}.{phase}.{n}", TemporalPositionIdentifier=str(phase))
            data.PixelData = made.stored(n + 10 * phase).tobytes()
            files.append(made.written(data))
    with pytest.raises(InvalidInput, match="several images lie at every place") as caught:
        read(files, process)
    assert caught.value.code == "XL-DICOM-113" and "TemporalPositionIdentifier" in caught.value.why


def test_uneven_slices_are_refused_or_resampled_on_request(process):
    places = [30.0, 32.5, 35.0, 36.0, 38.5, 41.0]
    files = [made.written(made.slice_of(n, ImagePositionPatient=[-100.0, -120.5, z])) for n, z in enumerate(places)]
    assert code_of(files, process) == "XL-DICOM-117"
    found = read(files, process, "uneven")
    assert found.spacing_mm[0] == pytest.approx(2.5) and found.shape[0] == 5 and found.repairs[0].startswith("uneven: ")
    whole = made.values(6).astype(float)
    for k, z in enumerate(30.0 + 2.5 * np.arange(5)):
        expected = np.stack([np.interp(z, places, whole[:, j, 7]) for j in range(made.ROWS)])
        assert np.abs(found.voxels[k, :, 7] - expected).max() <= 0.5 + 1e-6


def test_what_would_be_invented_over_a_wide_gap_is_not_resampled(process):
    places = [30.0, 32.5, 35.0, 36.0, 38.5, 60.2]
    files = [made.written(made.slice_of(n, ImagePositionPatient=[-100.0, -120.5, z])) for n, z in enumerate(places)]
    assert code_of(files, process, "uneven") == "XL-DICOM-117"


def test_slices_that_lie_at_one_height_side_by_side_are_no_volume(process):
    files = [made.written(made.slice_of(n, ImagePositionPatient=[-100.0 + 40 * n, -120.5, 30.0])) for n in range(3)]
    assert code_of(files, process, "uneven", "tilt", "doubled") == "XL-DICOM-113"


def test_the_order_of_the_files_changes_nothing(process):
    files = [made.written(made.slice_of(n, SliceThickness=str(2.5 + n % 2))) for n in range(5)]
    first, second = read(files, process), read(files[::-1], process)
    assert first.digest() == second.digest() and first.details == second.details and first.instances == second.instances
    assert first.details["slice_thickness_varies_mm"] == "2.5 to 3.5"


def test_a_tilted_gantry_is_refused_or_set_upright_on_request(process):
    lean = np.tan(np.radians(15))
    files = []
    for n in range(6):
        data = made.slice_of(n, ImagePositionPatient=[-100.0, -120.5 + round(2.5 * n * lean, 6), 30.0 + 2.5 * n])
        y = -120.5 + 2.5 * n * lean + 0.75 * np.arange(made.ROWS)
        data.PixelData = np.repeat(np.rint(10 * (y + 200))[:, None], made.COLUMNS, axis=1).astype(np.int16).tobytes()  # the number tells y
        files.append(made.written(data))
    assert code_of(files, process) == "XL-DICOM-118"
    found = read(files, process, "tilt")
    assert "15.00 degrees" in found.repairs[0] and found.affine[:3, 0] == pytest.approx([0, 0, 2.5])
    y = found.affine[1, 3] + 0.75 * np.arange(found.shape[1])
    for k in range(6):
        inside = (y > -120.5 + 2.5 * k * lean + 0.01) & (y < -120.5 + 2.5 * k * lean + 0.75 * (made.ROWS - 1) - 0.01)
        assert inside.sum() >= made.ROWS - 2
        assert np.abs(found.voxels[k, inside, 5] + 1000 - 10 * (y[inside] + 200)).max() <= 1.01


def test_one_slice_is_no_volume_unless_asked_for(process):
    files = changed(1)
    assert code_of(files, process) == "XL-DICOM-112"
    found = read(files, process, "single")
    assert found.shape[0] == 1 and found.spacing_mm[0] == 2.5 and found.repairs[0].startswith("single: ")


def test_a_repair_that_does_not_exist_is_a_usage_error(process):
    with pytest.raises(UsageError) as caught:
        read(changed(3), process, "magic")
    assert caught.value.code == "XL-DICOM-130"


def test_nothing_to_read_is_an_error(process):
    assert code_of([], process) == "XL-DICOM-100"


def test_no_error_repeats_a_patients_value(process):
    for code, changes in DEFECTS.values():
        with pytest.raises(XinglinError) as caught:
            read(changed(5, **changes), process)
        said = str(caught.value)
        assert caught.value.code == code
        for value in ("Muster", "T-0001", "T-0002", "19600102", "A-17", f"{made.ROOT}.1", "-120.5"):
            assert value not in said


def readers():
    """Numbers of the reading processes that belong to this one."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        for number in (task / "children").read_text().split():
            if "xinglin.formats.dicom.inside" in Path(f"/proc/{number}/cmdline").read_text():
                found.add(number)
    return found


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs the process list of Linux")
def test_a_reading_of_one_call_leaves_no_process_behind():
    before = readers()
    assert read_series(made.series(3)).shape[0] == 3
    with pytest.raises(InvalidInput):
        read_series([b"no scan" * 9])
    assert readers() <= before
