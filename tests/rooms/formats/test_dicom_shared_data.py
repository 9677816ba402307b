"""Real files of others: every one becomes the right volume, as a second reader has it, or ends as the error written here."""

import gzip
import os
import shutil
import subprocess
import warnings
from collections import Counter
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest

from xinglin.formats.dicom import ReadingProcess, find_series, header_of, read_series, segment_masks
from xinglin.records.errors import InvalidInput, XinglinError

SHARED = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[3] / "../shared/data"))
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="shared data not present")
SINGLE = frozenset({"single"})


@pytest.fixture(scope="module")
def process():
    with ReadingProcess() as one:
        yield one


def files(folder):
    return sorted(path for path in (SHARED / folder).rglob("*") if path.is_file() and b"DICM" in path.read_bytes()[128:132])


def second_reading(paths):
    """Values of pydicom's decoders with slope and intercept, sorted along the normal, and the positions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = [pydicom.dcmread(path) for path in paths]
        direction = np.array([float(x) for x in data[0].ImageOrientationPatient])
        normal = np.cross(direction[:3], direction[3:])
        data.sort(key=lambda d: float(np.dot([float(x) for x in d.ImagePositionPatient], normal)))
        values = [d.pixel_array * float(d.get("RescaleSlope", 1)) + float(d.get("RescaleIntercept", 0)) for d in data]
    return np.stack(values), np.array([[float(x) for x in d.ImagePositionPatient] for d in data])


def agrees(found, paths):
    values, positions = second_reading(paths)
    assert np.allclose(found.voxels, values, rtol=1e-6, atol=1e-3)
    for k, position in enumerate(positions):
        assert np.allclose(found.point_mm((k, 0, 0)), position, atol=0.02)


GOOD_SERIES = {
    "dicom-bad-series/generic/anatomical/001": ((4, 256, 256), (1, 1, 1), ""),
    "dicom-bad-series/generic/anatomical/001_implicit": ((4, 256, 256), (1, 1, 1), ""),
    "dicom-bad-series/generic/anatomical/002_non_isotropic": ((4, 28, 64), (0.5, 4, 6.39996), ""),
    "dicom-bad-series/generic/compressed/001": ((4, 256, 256), (1, 1, 1), ""),
    "dicom-bad-series/generic/compressed_j2k/001": ((4, 256, 256), (1, 1, 1), ""),
    "dicom-bad-series/generic/compressed_rle/001": ((4, 256, 256), (1, 1, 1), ""),
    "dicom-mr-series/SAG-anon": ((28, 256, 256), (0.9, 0.859375, 0.859375), ""),
    "dicom-mr-series/dcm4che": ((16, 256, 256), (2, 0.234375, 0.234375), ""),
    "dicom-lidc-lung-ct/LIDC-IDRI-0001": ((16, 512, 512), (2.5, 0.703125, 0.703125), "HU"),
    "dicom-lidc-lung-ct/LIDC-IDRI-0003": ((11, 512, 512), (2.5, 0.820312, 0.820312), "HU"),
    "dicom-seg-rt-sr/dcmqi/segmentations/ct-3slice": ((3, 512, 512), (1, 0.810547, 0.810547), "HU"),
    "dicom-seg-rt-sr/dcmqi/segmentations/24x38x3/image": ((3, 38, 24), (2.5, 0.7, 0.7), ""),
}


@pytest.mark.parametrize("folder", GOOD_SERIES)
def test_a_whole_series_is_what_a_second_reader_has(process, folder):
    shape, spacing, unit = GOOD_SERIES[folder]
    found = read_series(files(folder), process=process)
    assert (found.shape, found.unit, found.repairs) == (shape, unit, ())
    assert found.spacing_mm == pytest.approx(spacing, abs=2e-4)
    agrees(found, files(folder))


def test_the_same_series_in_four_compressions_has_the_same_voxels(process):
    base = SHARED / "dicom-bad-series/generic"
    runs = read_series(files(base / "compressed_rle/001"), process=process)
    for folder in ("compressed/001", "compressed_j2k/001", "compressed_jpeg/001"):
        found = read_series(files(base / folder), process=process)
        assert np.array_equal(found.voxels, runs.voxels) and np.array_equal(found.affine, runs.affine)


def test_slices_lie_where_the_nifti_truth_of_another_converter_has_them(process):
    """The one truth file that was made of slices we have holds two of our four."""
    truth = nibabel.load(SHARED / "nifti-misc/dicom2nifti_failing_slicecount_001_ground_truth.nii.gz")
    numbers, inverse = np.asarray(truth.dataobj), np.linalg.inv(truth.affine)
    found = read_series(files("dicom-bad-series/generic/anatomical/001"), process=process)
    rng = np.random.default_rng(0)
    checked = 0
    for index in zip(*(rng.integers(0, n, 400).tolist() for n in found.shape), strict=True):
        x, y, z = found.point_mm(index)
        place = (inverse @ [-x, -y, z, 1])[:3]
        assert np.abs(place - np.rint(place)).max() < 0.01
        at = tuple(int(n) for n in np.rint(place))
        if all(0 <= n < size for n, size in zip(at, numbers.shape, strict=True)):
            assert numbers[at] == found.voxels[index]
            checked += 1
    assert checked > 100


BAD_SERIES = {
    "gantrytilting": ("XL-DICOM-118", "tilt"),
    "notavolume": ("XL-DICOM-113", ""),
    "sliceincrement": ("XL-DICOM-116", "missing"),
}


@pytest.mark.parametrize("folder", BAD_SERIES)
def test_a_bad_series_is_refused_and_repaired_only_where_that_can_be_right(process, folder):
    code, repair = BAD_SERIES[folder]
    paths = files(f"dicom-bad-series/failing/{folder}")
    with pytest.raises(InvalidInput) as caught:
        read_series(paths, process=process)
    assert caught.value.code == code and caught.value.where
    if not repair:
        with pytest.raises(InvalidInput):
            read_series(paths, repair=frozenset({"tilt", "missing", "uneven", "doubled", "single"}), process=process)
        return
    found = read_series(paths, repair=frozenset({repair}), process=process)
    assert found.repairs and found.repairs[0].startswith(repair)
    values, positions = second_reading(paths)
    if repair == "missing":
        assert found.shape == (5, 512, 512) and np.array_equal(found.voxels[[0, 1, 2, 4]], values)
        assert found.spacing_mm[0] == pytest.approx(5)
    else:
        assert found.shape == (4, 521, 512) and abs(found.affine[:3, 0] @ found.affine[:3, 1]) < 1e-9
        assert np.array_equal(
            found.voxels[0, -512:] if found.point_mm((0, 0, 0))[1] < positions[0][1] - 1 else found.voxels[0, :512], values[0]
        )


def test_all_mixed_up_in_one_folder_is_set_apart(process):
    found = find_series([SHARED / "dicom-bad-series"], process=process)
    assert len(found.series) == 7 and sum(s.slices for s in found.series) == 40
    assert {finding.code for finding in found.findings} == {"XL-DICOM-003"}  # the two that are no DICOM: README and LICENSE
    with pytest.raises(InvalidInput) as caught:
        read_series([path for s in found.series for path in s.files], process=process)
    assert caught.value.code in ("XL-DICOM-102", "XL-DICOM-104")


SYNTAXES = {
    "CTImage.dcm": 0, "BigEndianExplicit": 0, "Deflated": 0, "JPEG2000LosslessOnly": 0, "JPEGLSLossless": 0, "JPEGProcess14SV1": 0,
    "JPEGProcess14T": 0, "LittleEndianExplicit": 0, "LittleEndianImplicit": 0, "RLELossless": 0,
    "JPEG2000Transfer": "JPEG2000", "JPEGLSLossy": "JPEG-LS",
    "JPEGProcess1T": "XL-DICOM-043", "JPEGProcess2_4": "XL-DICOM-043", "JPEGProcess6_8": "XL-DICOM-042", "JPEGProcess10_12": "XL-DICOM-042",
}  # fmt: skip


def test_every_transfer_syntax_is_exact_or_says_its_loss_or_is_refused(process):
    folder = SHARED / "dicom-transfer-syntaxes"
    truth = second_reading([folder / "CTImage.dcm"])[0]
    seen = set()
    for path in files(folder):
        kind = next(name for name in SYNTAXES if name in path.name.removeprefix("CTImage.dcm_") or path.name == name)
        seen.add(kind)
        expected = SYNTAXES[kind]
        try:
            found = read_series([path], repair=SINGLE, process=process)
        except InvalidInput as error:
            assert error.code == expected, path.name
            continue
        apart = np.abs(found.voxels.astype(int) - truth)
        if expected == 0:
            assert not apart.any() and "lossy" not in found.details, path.name
        else:
            assert expected in ("JPEG2000", "JPEG-LS") and apart.max() <= 5 and found.details["lossy"], path.name
    assert seen == set(SYNTAXES)


# folder dicom-misc-malformed: what reading each file on its own must come to; "ok" is compared with pydicom's numbers
MALFORMED = {
    "ok": 40, "XL-DICOM-101": 81, "XL-DICOM-044": 38, "XL-DICOM-107": 25, "XL-DICOM-043": 15, "XL-DICOM-003": 12, "XL-DICOM-004": 4,
    "XL-DICOM-046": 3, "XL-DICOM-111": 2, "XL-DICOM-022": 2, "XL-DICOM-042": 1, "XL-DICOM-112": 1, "XL-DICOM-053": 1,
    "XL-DICOM-048": 1, "XL-DICOM-005": 1, "XL-DICOM-012": 1, "XL-DICOM-045": 1,
}  # fmt: skip
NAMED = {
    "MR_truncated.dcm": "XL-DICOM-004", "rtplan_truncated.dcm": "XL-DICOM-004", "emri_small_jpeg_2k_lossless_too_short.dcm": "XL-DICOM-004",
    "badVR.dcm": "XL-DICOM-012", "J2K_pixelrep_mismatch.dcm": "XL-DICOM-048", "MR_small_padded.dcm": "XL-DICOM-046",
    "parametric_map_double_float.dcm": "XL-DICOM-053", "HTJ2KLossless_08_RGB.dcm": "XL-DICOM-042", "SC_rgb_jpeg.dcm": "XL-DICOM-005",
    "zipMR.gz": "XL-DICOM-003", "SC_rgb.dcm": "XL-DICOM-044", "explicit_VR-UN.dcm": "XL-DICOM-112", "waveform_ecg.dcm": "XL-DICOM-101",
}  # fmt: skip


def test_every_malformed_file_is_the_right_volume_or_the_error_expected(process):
    came_to = Counter()
    for path in sorted((SHARED / "dicom-misc-malformed").rglob("*")):
        if not path.is_file():
            continue
        try:
            found = read_series([path], repair=SINGLE, process=process)
        except XinglinError as error:
            came_to[error.code] += 1
            assert NAMED.get(path.name, error.code) == error.code, path.name
            continue
        agrees(found, [path])
        assert path.name not in NAMED
        came_to["ok"] += 1
    assert came_to == MALFORMED


def test_a_tree_of_malformed_files_is_walked_to_its_end(process):
    found = find_series([SHARED / "dicom-misc-malformed"], process=process)
    kinds = Counter(other.kind for other in found.others)
    assert kinds["waveform"] >= 1 and kinds["structured report"] >= 2 and kinds["radiotherapy dose"] >= 5 and kinds["segmentation"] >= 3
    assert {"XL-DICOM-003", "XL-DICOM-004"} <= {finding.code for finding in found.findings}
    ct = next(s for s in found.series if s.files[0].parent.name == "CT5N")
    assert ct.slices == 5 and read_series(ct, process=process).spacing_mm[0] == 2.5


def test_character_sets_of_real_files_are_read(process):
    folder = SHARED / "dicom-misc-malformed/charset_files"
    for name in ("chrGerm", "chrGreek", "chrRuss", "chrArab", "chrHbrw", "chrX1", "chrFren", "chrH31"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            said = pydicom.dcmread(folder / f"{name}.dcm").PatientName
        assert list(header_of(folder / f"{name}.dcm", process=process).patient_names) == [part for part in said.components if part], name


def test_ct_slices_without_modality_are_ct_by_their_class(process):
    paths = files("dicom-ct-misc")
    found = read_series([path for path in paths if "lungmask" in path.name], process=process)
    assert (found.modality, found.unit, found.details["modality_from"]) == ("CT", "HU", "SOP class")
    agrees(found, [path for path in paths if "lungmask" in path.name])
    single = read_series([path for path in paths if "ctgan" in path.name], repair=SINGLE, process=process)
    agrees(single, [path for path in paths if "ctgan" in path.name])


def nrrd(path):
    head, _, body = path.read_bytes().partition(b"\n\n")
    words = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
    body = gzip.decompress(body) if "gz" in words["encoding"] else body
    kind = {"short": "<i2", "unsigned char": "u1", "uchar": "u1"}[words["type"]]
    return np.frombuffer(body, kind).reshape([int(n) for n in words["sizes"].split()][::-1])


def test_segmentations_of_others_equal_the_truth_beside_them(process):
    folder = SHARED / "dicom-seg-rt-sr/dcmqi/segmentations"
    volume = read_series(files(folder / "ct-3slice"), process=process)
    (mask,) = segment_masks(folder / "liver.dcm", volume, process=process)
    assert np.array_equal(mask.whole(volume.shape), nrrd(folder / "liver_seg.nrrd") > 0) and mask.label == "Liver"
    for images in ("image", "multiframe"):
        small = read_series(files(folder / "24x38x3" / images), process=process)
        (mask,) = segment_masks(folder / "24x38x3/seg/label.seg", small, process=process)
        assert np.array_equal(mask.whole(small.shape), nrrd(folder / "24x38x3/nrrd/label.nrrd") > 0)


def test_segmentations_in_other_encodings_hold_the_same_liver(process):
    folder = SHARED / "dicom-seg-rt-sr/dcmqi/segmentations"
    volume = read_series(files(folder / "ct-3slice"), process=process)
    volume = type(volume)(volume.voxels, volume.affine)  # the copies carry a frame of reference of their own
    counts = [
        int(segment_masks(SHARED / f"dicom-misc-malformed/pydicom-data/{name}.dcm", volume, process=process)[0].mask.sum())
        for name in ("liver_nonbyte_aligned", "liver_rle", "liver_deflate")
    ]
    assert counts == [107098] * 3


def test_contours_that_name_slices_which_do_not_exist_are_read_by_their_place(process):
    folder = SHARED / "dicom-seg-rt-sr/rt-utils/mock_data"
    volume = read_series([path for path in files(folder) if path.name.startswith("ct")], process=process)
    masks = segment_masks(folder / "non_existent_reference_rt.dcm", volume, process=process)
    assert all(mask.mask.any() and "outside of this volume" in mask.notes[0] for mask in masks[:3])
    with pytest.raises(InvalidInput) as caught:
        segment_masks(folder / "rt.dcm", volume, process=process)
    assert caught.value.code == "XL-DICOM-141"


@pytest.mark.skipif(shutil.which("dcmdjpeg") is None, reason="dcmtk is not installed")
def test_our_jpeg_lossless_agrees_with_dcmtk_on_real_slices(process, tmp_path):
    paths = files("dicom-bad-series/generic/compressed_jpeg")
    for n, path in enumerate(paths):
        subprocess.run(["dcmdjpeg", str(path), str(tmp_path / f"{n}")], check=True, capture_output=True)
    agrees(read_series(paths, process=process), sorted(tmp_path.iterdir()))
