"""NIfTI volumes are read where they lie or not at all, and written so that others read the same."""

import gzip
import json
import os
import random
from pathlib import Path

import nibabel
import numpy as np
import pytest

from xinglin.formats.nifti.reading import Limits, label_of, read_nifti
from xinglin.formats.nifti.writing import write_nifti
from xinglin.records.errors import InvalidInput, OutOfResources, XinglinError
from xinglin.records.volume import Volume

SHARED = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[3] / "../shared/data")) / "nifti-misc"


def turned(spacing=(2.5, 0.7, 0.8), angle=0.3, mirrored=False):
    """An affine of a grid that lies askew in the patient."""
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    if mirrored:
        turn[:, 0] *= -1
    affine = np.eye(4)
    affine[:3, :3] = turn[:, [2, 1, 0]] * spacing
    affine[:3, 3] = (-31.5, 12.25, 100.0)
    return affine


def volume(dtype=np.int16, **place):
    k, j, i = np.indices((4, 5, 6))
    return Volume((100 * k + 10 * j + i).astype(dtype), turned(**place), unit="HU")


def image(**header):
    """A small file made by nibabel, with header fields set as asked."""
    made = nibabel.Nifti1Image(np.arange(120, dtype=np.int16).reshape(6, 5, 4), np.diag([0.8, 0.7, 2.5, 1.0]))
    made.set_qform(made.affine, 1)
    made.set_sform(made.affine, 1)
    made.header.set_xyzt_units("mm")
    for name, value in header.items():
        made.header[name] = value
    return made


def edited(**fields):
    """The bytes of the small file with header fields changed behind nibabel's back."""
    raw = bytearray(image().to_bytes())
    header = nibabel.Nifti1Header(bytes(raw[:348]), check=False)
    for name, value in fields.items():
        header[name] = value
    raw[:348] = header.structarr.tobytes()
    return bytes(raw)


def refused(data, code, **how):
    with pytest.raises((InvalidInput, OutOfResources)) as caught:
        read_nifti(data, **how)
    assert caught.value.code == f"XL-NIFTI-{code}" and caught.value.fix
    return caught.value


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.uint16, np.int32, np.float32, np.float64])
def test_what_is_written_reads_back_the_same_here_and_in_nibabel(dtype, packed, mirrored):
    before = volume(dtype, mirrored=mirrored)
    data = write_nifti(before, label="SYNTHETIC", packed=packed)
    after = read_nifti(data, unit="HU")
    assert after.voxels.dtype == dtype and np.array_equal(after.voxels, before.voxels)
    assert np.allclose(after.affine, before.affine, atol=1e-4) and after.synthetic and after.unit == "HU"
    theirs = nibabel.Nifti1Image.from_bytes(gzip.decompress(data) if packed else data)
    assert np.array_equal(np.asarray(theirs.dataobj).transpose(2, 1, 0), before.voxels)
    lps = np.diag([-1, -1, 1, 1]) @ theirs.affine
    for index in ((0, 0, 0), (3, 4, 5), (1, 2, 3)):
        assert np.allclose((lps @ [*index[::-1], 1])[:3], before.point_mm(index), atol=1e-3)


def test_the_same_volume_gives_the_same_bytes_and_carries_its_label():
    first, second = (write_nifti(volume(), label="人工合成", seed="7", description="nodule", aigc={"Label": "1"}) for _ in range(2))
    assert first == second
    assert label_of(first) == {"label": "人工合成", "seed": "7", "description": "nodule", "synthetic": True, "AIGC": {"Label": "1"}}
    assert (
        json.loads(nibabel.Nifti1Image.from_bytes(gzip.decompress(first)).header.extensions[0].get_content().rstrip(b"\0"))["seed"] == "7"
    )
    words = read_nifti(write_nifti(volume(), label="SYNTHETIC", description="one nodule")).details["description"]
    assert words == "SYNTHETIC one nodule"


def test_the_unit_is_only_what_the_user_says_and_the_files_of_others_carry_no_label():
    data = image().to_bytes()
    assert read_nifti(data).unit == "" and not read_nifti(data).synthetic and label_of(data) == {}


def test_every_way_to_lay_out_a_file_is_read():
    wanted = read_nifti(image().to_bytes())
    big = nibabel.Nifti1Image(np.arange(120, dtype=">i2").reshape(6, 5, 4), image().affine, image().header.as_byteswapped(">"))
    newer = nibabel.Nifti2Image(np.arange(120, dtype=np.int16).reshape(6, 5, 4), image().affine, image().header)
    two_members = gzip.compress(image().to_bytes()[:400]) + gzip.compress(image().to_bytes()[400:])
    singleton = nibabel.Nifti1Image(np.arange(120, dtype=np.int16).reshape(6, 5, 4, 1), image().affine, image().header)
    for data in (big.to_bytes(), newer.to_bytes(), two_members, singleton.to_bytes()):
        found = read_nifti(data)
        assert np.array_equal(found.voxels, wanted.voxels) and np.allclose(found.affine, wanted.affine)
    assert np.allclose(wanted.affine, [[0, 0, -0.8, 0], [0, -0.7, 0, 0], [2.5, 0, 0, 0], [0, 0, 0, 1]])


def test_scaling_is_applied_and_lengths_become_millimetres():
    scaled = read_nifti(image(scl_slope=0.5, scl_inter=-10).to_bytes())
    assert scaled.voxels.dtype == np.float32 and scaled.voxels[0, 0, 1] == 20 * 0.5 - 10 == image().get_fdata()[1, 0, 0] * 0.5 - 10
    metres = image()
    metres.header.set_xyzt_units("micron")
    metres.set_sform(np.diag([800, 700, 2500, 1.0]), 1)
    metres.set_qform(np.diag([800, 700, 2500, 1.0]), 1)
    assert np.allclose(read_nifti(metres.to_bytes()).spacing_mm, (2.5, 0.7, 0.8))
    unsaid = image(xyzt_units=0).to_bytes()
    assert read_nifti(unsaid).details["length_unit"] == "not stated, taken as millimetres"


def test_two_places_that_disagree_are_refused_until_the_user_chooses():
    moved = image()
    moved.set_qform(np.diag([0.8, 0.7, 2.5, 1.0]) + np.array([[0, 0, 0, 5]] + [[0] * 4] * 3), 1)
    moved.set_sform(np.diag([0.8, 0.7, 2.5, 1.0]), 1)
    refused(moved.to_bytes(), "009")
    assert read_nifti(moved.to_bytes(), form="sform").affine[0, 3] == 0 and read_nifti(moved.to_bytes(), form="qform").affine[0, 3] == -5
    refused(edited(pixdim=[1, 1, 1, 1, 0, 0, 0, 0], qform_code=0), "009")
    refused(edited(sform_code=0, qform_code=0), "007")
    refused(edited(qform_code=0), "007", form="qform")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"srow_x": [0, 0, 0, 0], "qform_code": 0}, "009"),
        ({"srow_x": [np.nan, 0, 0, 0], "qform_code": 0}, "008"),
        ({"srow_x": [0.8, 0, 0, 5e4], "qform_code": 0}, "008"),
        ({"dim": [4, 6, 5, 2, 2, 1, 1, 1]}, "004"),
        ({"dim": [2, 6, 20, 1, 1, 1, 1, 1]}, "004"),
        ({"dim": [3, -6, 5, 4, 1, 1, 1, 1]}, "003"),
        ({"dim": [3, 6, 5, 30000, 1, 1, 1, 1]}, "002"),
        ({"dim": [3, 6, 5, 3, 1, 1, 1, 1]}, "003"),
        ({"datatype": 128, "bitpix": 24}, "005"),
        ({"datatype": 32, "bitpix": 64}, "005"),
        ({"bitpix": 8}, "005"),
        ({"xyzt_units": 5}, "007"),
    ],
)
def test_a_header_that_cannot_be_meant_is_refused(fields, code):
    refused(edited(**fields), code)


def test_a_sheared_grid_and_tiny_voxels_are_refused():
    sheared = np.diag([0.8, 0.7, 2.5, 1.0])
    sheared[0, 1] = 0.2
    sizes = [1, *np.linalg.norm(sheared[:3, :3], axis=0), 0, 0, 0, 0]
    askew = edited(qform_code=0, pixdim=sizes, srow_x=sheared[0], srow_y=sheared[1], srow_z=sheared[2])
    refused(askew, "010")
    refused(askew, "010", form="sform")
    refused(edited(srow_x=[1e-4, 0, 0, 0]), "008", form="sform")


def test_numbers_that_are_none_are_refused():
    broken = np.ones((3, 3, 3), np.float32)
    broken[1, 1, 1] = np.nan
    holed = nibabel.Nifti1Image(broken, np.eye(4))
    holed.set_qform(np.eye(4), 1)
    refused(holed.to_bytes(), "006")
    refused(image(scl_slope=np.inf, scl_inter=0).to_bytes(), "006")


def test_a_cut_broken_or_foreign_file_is_refused(tmp_path):
    data = image().to_bytes()
    packed = gzip.compress(data)
    for cut in (10, 100, 349, 400, len(data) - 1):
        refused(data[:cut], "002")
    for cut in (15, len(packed) // 2, len(packed) - 1):
        refused(packed[:cut], "002")
    wrong_sum = bytearray(packed)
    wrong_sum[-6] ^= 1
    refused(bytes(wrong_sum), "002")
    refused(data + b"more", "003")
    for foreign in (b"DICM" * 200, data[:344] + b"ni1\0" + data[348:], data[:344] + b"\0\0\0\0" + data[348:]):
        refused(foreign, "001")
    refused(tmp_path / "none.nii", "001")
    refused(b"", "002")


def test_a_bomb_costs_no_more_than_the_limit():
    huge = edited(dim=[3, 30000, 30000, 30000, 1, 1, 1, 1])
    refused(gzip.compress(huge + b"\0" * 50_000_000), "020")
    refused(gzip.compress(image().to_bytes()), "020", limits=Limits(file_bytes=500))
    longer = gzip.compress(image().to_bytes() + b"\0" * 50_000_000)
    refused(longer, "003")


def test_a_thousand_damaged_files_give_a_volume_or_a_typed_error():
    draw = random.Random(3)
    whole = (image().to_bytes(), write_nifti(volume(), label="x", packed=False))
    outcomes = set()
    for _ in range(1000):
        data = bytearray(draw.choice(whole))
        for _ in range(draw.choice((1, 2, 5))):
            data[draw.randrange(352)] = draw.choice((0, 1, 127, 128, 255))
        try:
            found = read_nifti(bytes(data))
            assert np.isfinite(found.affine).all() and np.isfinite(found.voxels).all()
        except XinglinError as error:
            outcomes.add(error.code)
    assert len(outcomes) >= 6


def test_what_nifti_cannot_hold_is_refused():
    with pytest.raises(InvalidInput, match="XL-NIFTI-030"):
        write_nifti(volume(), label=" ")
    with pytest.raises(InvalidInput, match="XL-NIFTI-031"):
        write_nifti(volume(np.complex64), label="x")
    sheared = volume()
    sheared.affine[0, 1] += 0.3
    with pytest.raises(InvalidInput, match="XL-NIFTI-032"):
        write_nifti(sheared, label="x")


@pytest.mark.skipif(not SHARED.exists(), reason="shared data not present")
def test_real_files_lie_where_nibabel_says_they_lie():
    files = sorted(SHARED.glob("*.nii.gz"))
    assert len(files) >= 5
    for path in files:
        found, theirs = read_nifti(path), nibabel.load(path)
        assert np.allclose(found.voxels, np.asarray(theirs.dataobj).transpose(2, 1, 0), rtol=1e-6)
        lps = np.diag([-1, -1, 1, 1]) @ theirs.affine
        for index in ((0, 0, 0), tuple(n - 1 for n in found.shape), (1, 17, 90)):
            assert np.allclose((lps @ [*index[::-1], 1])[:3], found.point_mm(index), atol=1e-3)
        assert found.unit == ""
