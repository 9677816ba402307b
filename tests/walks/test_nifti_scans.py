"""A scan that comes as NIfTI: taken in with what the user says of it, changed, measured, and released as NIfTI again."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import nibabel
import numpy as np
import pytest
from small_chest import place_for_a_ball, small_chest, small_lungs, with_ball

from xinglin.flow.house import House
from xinglin.formats.nifti.reading import label_of, read_nifti
from xinglin.formats.nifti.writing import write_nifti
from xinglin.models.thorax import find_lungs

NODULE = ("--option", "type", "solid", "--option", "diameter_mm", "14", "--option", "side", "right")
SAID = ("--unit", "HU", "--when", "2026-01-15")


@pytest.fixture(scope="module")
def phantom():
    """A small chest of nobody, as a volume."""
    return small_chest()


@pytest.fixture(scope="module")
def scan(phantom, tmp_path_factory):
    """The phantom as another program would write it: no label, patient axes right, front, head (RAS)."""
    return as_nifti(phantom, tmp_path_factory.mktemp("nifti") / "scan.nii.gz", "RAS")


@pytest.fixture
def chart(xinglin, tmp_path):
    """The chart of a made-up person."""
    return xinglin("take-in", _person(tmp_path, made_up=True))[1]["charts"][0]["id"]


def as_nifti(volume, path, axes, dtype=np.int16, turned=0.0):
    """The same chest with its array along other axes of the patient, written by nibabel; `turned` degrees askew about the long axis."""
    ras = np.diag([-1.0, -1.0, 1.0, 1.0]) @ volume.affine[:, [2, 1, 0, 3]]
    angle = np.deg2rad(turned)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0, 0], [np.sin(angle), np.cos(angle), 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    image = nibabel.Nifti1Image(np.ascontiguousarray(volume.voxels.T).astype(dtype), turn @ ras)
    now = nibabel.orientations.io_orientation(image.affine)
    wanted = nibabel.orientations.axcodes2ornt(tuple(axes))
    image = image.as_reoriented(nibabel.orientations.ornt_transform(now, wanted))
    image.header.set_xyzt_units("mm")
    image.set_qform(image.affine, 1)
    image.set_sform(image.affine, 1)
    nibabel.save(image, path)
    return path


def _person(folder, made_up):
    mark = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
    resource = {"resourceType": "Patient", "id": "p1", "gender": "other", "name": [{"family": "Muster"}]}
    path = folder / "person.json"
    path.write_text(json.dumps(resource | ({"meta": {"security": [mark]}} if made_up else {})), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--unit", "HU"), "XL-FLOW-026"),
        (("--chart", "CHART"), "XL-INTAKE-060"),
        (("--chart", "CHART", "--unit", "none"), "XL-INTAKE-061"),
        (("--chart", "CHART", "--unit", "HU", "--modality", "MR"), "XL-INTAKE-061"),
        (("--chart", "CHART", "--unit", "HU", "--when", "yesterday"), "XL-INTAKE-062"),
    ],
)
def test_what_a_file_cannot_say_must_be_said(xinglin, scan, chart, words, code):
    exit_code, answer = xinglin("take-in", scan, *(chart if word == "CHART" else word for word in words))
    assert exit_code == 2 and answer["error"]["code"] == code and answer["error"]["fix"]
    assert xinglin("images", chart)[1]["series"] == []


def test_a_broken_file_leaves_the_chart_as_it_was(xinglin, scan, chart, tmp_path):
    (tmp_path / "cut.nii.gz").write_bytes(gzip.compress(gzip.decompress(scan.read_bytes())[:100_000]))
    code, answer = xinglin("take-in", scan, tmp_path / "cut.nii.gz", "--chart", chart, *SAID)
    assert code == 3 and answer["error"]["code"] == "XL-NIFTI-002" and answer["error"]["where"] == "cut.nii.gz"
    assert xinglin("images", chart)[1]["series"] == []


def test_the_same_file_said_the_same_is_nothing_new(xinglin, scan, chart, home):
    one = xinglin("take-in", scan, "--chart", chart, *SAID)[1]["charts"][0]
    version = House.at(home).chart(chart).version
    other = xinglin("take-in", scan, "--chart", chart, *SAID)[1]["charts"][0]
    assert (one["new"], other["new"]) == (True, False) and House.at(home).chart(chart).version == version
    xinglin("take-in", scan, "--chart", chart, "--unit", "HU", "--when", "2026-01-16")
    assert sorted(s["when"] for s in xinglin("images", chart)[1]["series"]) == ["2026-01-15", "2026-01-16"]


@pytest.mark.parametrize("axes", ["RAS", "LPS", "PSR"])
def test_left_stays_left_and_right_stays_right_whatever_the_order_of_the_array(phantom, axes, home, xinglin, chart, tmp_path):
    marked = phantom.voxels.copy()
    k, j, i = (int(n) for n in np.argwhere(small_lungs().left).mean(0))
    marked[k - 1 : k + 2, j - 3 : j + 4, i - 3 : i + 4] = 500  # a box in the left lung alone
    x, y, z = phantom.point_mm((k, j, i))
    assert x > 0  # LPS: the patient's left
    path = as_nifti(replace(phantom, voxels=marked), tmp_path / "scan.nii.gz", axes)
    assert xinglin("take-in", path, "--chart", chart, *SAID)[0] == 0
    house = House.at(home)
    volume = house.images.volume(chart, house.chart(chart).scans[0].uid)
    there = np.rint(volume.index_of((x, y, z))).astype(int)
    mirrored = np.rint(volume.index_of((-x, y, z))).astype(int)
    assert volume.voxels[tuple(there)] == 500 and volume.voxels[tuple(mirrored)] != 500
    lungs = find_lungs(volume)
    assert lungs.side_at((x, y, z)) == "left"


def test_an_oblique_scan_keeps_its_place_and_its_lesion_its_size(home, xinglin, chart, tmp_path):
    place, radius = place_for_a_ball(), 8.0
    ball = with_ball(place, radius)
    path = as_nifti(ball, tmp_path / "askew.nii.gz", "RAS", turned=7.0)
    assert xinglin("take-in", path, "--chart", chart, *SAID)[0] == 0
    angle = np.deg2rad(7.0)  # about the head-foot axis the turn is the same in RAS and LPS
    x, y, z = place
    turned = (x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle), z)
    code, marked = xinglin("mark", chart, "--at=" + ",".join(f"{n:.1f}" for n in turned), "--by", "dr.li", "--organ", "lung")
    assert code == 0
    assert marked["lesion"]["measures"]["volume_mm3"] == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.15)
    assert marked["lesion"]["measures"]["center_mm"] == pytest.approx(turned, abs=1.0)


def test_numbers_between_whole_ones_can_be_changed_too(xinglin, phantom, chart, home, tmp_path):
    noise = np.random.default_rng(1).uniform(-0.4, 0.4, phantom.shape)
    path = as_nifti(replace(phantom, voxels=phantom.voxels + noise), tmp_path / "scan.nii", "RAS", np.float64)
    xinglin("take-in", path, "--chart", chart, *SAID)
    house = House.at(home)
    assert house.images.volume(chart, house.chart(chart).scans[0].uid).voxels.dtype == np.float32
    code, draft = xinglin("make", "virtual-nodule", chart, *NODULE, "--dry-run")
    assert code == 0 and not [i for i in draft["issues"] if i["severity"] == "stop"]


def test_a_virtual_nodule_leaves_as_labelled_nifti_on_the_grid_of_its_source(xinglin, scan, chart, passphrase, tmp_path):
    path = scan
    xinglin("take-in", path, "--chart", chart, *SAID)
    code, draft = xinglin("make", "virtual-nodule", chart, *NODULE)
    assert code == 0 and not [i for i in draft["issues"] if i["severity"] == "stop"]
    assert {s["verdicts"]["faithful"] for s in draft["statements"]} == {"supported"}
    xinglin("sign", draft["draft"], "--as", "dr.li", "--passphrase-file", passphrase)
    code, _ = xinglin("release", draft["draft"], "-o", tmp_path / "out")
    assert code == 0 and {p.name for p in (tmp_path / "out").iterdir() if p.suffix == ".gz"} == {
        "series.nii.gz", "mask-fractional.nii.gz", "mask-binary.nii.gz",
    }  # fmt: skip
    assert not list((tmp_path / "out").glob("*.dcm"))
    before = nibabel.load(path)
    share, binary, after = (nibabel.load(tmp_path / "out" / f"{n}.nii.gz") for n in ("mask-fractional", "mask-binary", "series"))
    assert all(np.allclose(before.affine, one.affine, atol=1e-4) and before.shape == one.shape for one in (share, binary, after))
    truth = next(f for f in draft["facts"] if f["id"] == "made.volume_mm3")
    assert share.get_fdata().sum() * abs(np.linalg.det(share.affine[:3, :3])) == pytest.approx(float(truth["value"].split()[0]), rel=0.01)
    changed = np.abs(before.get_fdata() - after.get_fdata()) > 500  # more than half of the contrast of 870 HU
    assert changed.sum() > 20 and (binary.get_fdata()[changed] == 1).mean() > 0.95
    x = nibabel.affines.apply_affine(share.affine, np.argwhere(binary.get_fdata() > 0).mean(0))[0]
    assert x > 0  # RAS: the patient's right, as asked for
    for name in ("series", "mask-fractional", "mask-binary"):
        content = (tmp_path / "out" / f"{name}.nii.gz").read_bytes()
        said = label_of(content)
        assert said["synthetic"] is True and str(said["label"]).startswith("SYNTHETIC") and read_nifti(content).synthetic
        code, label = xinglin("label", "check", tmp_path / "out" / f"{name}.nii.gz")
        assert (code, label["verdict"], label["integrity"]) == (0, "compliant", "as released")


def test_a_file_of_ours_stays_artificial_and_gives_a_real_person_no_finding(xinglin, phantom, tmp_path):
    chart = xinglin("take-in", _person(tmp_path, made_up=False))[1]["charts"][0]["id"]
    (tmp_path / "made.nii.gz").write_bytes(write_nifti(phantom, label="SYNTHETIC (AI-generated)"))
    assert xinglin("take-in", tmp_path / "made.nii.gz", "--chart", chart, *SAID)[0] == 0
    assert xinglin("images", chart)[1]["series"][0]["synthetic"]


def test_marked_lesions_of_a_nifti_scan_leave_as_masks_beside_the_report(xinglin, chart, passphrase, tmp_path):
    place = place_for_a_ball()
    path = as_nifti(with_ball(place, 8.0), tmp_path / "scan.nii.gz", "LPS")
    xinglin("take-in", path, "--chart", chart, *SAID)
    at = ",".join(f"{n:.1f}" for n in place)
    assert xinglin("mark", chart, f"--at={at}", "--name", "A", "--by", "dr.li")[0] == 0
    code, report = xinglin("make", "imaging-report", chart)
    assert code == 0 and {s["verdicts"]["faithful"] for s in report["statements"]} == {"supported"}
    xinglin("sign", report["draft"], "--as", "dr.li", "--passphrase-file", passphrase)
    code, _ = xinglin("release", report["draft"], "-o", tmp_path / "out")
    assert code == 0 and not list((tmp_path / "out").glob("*.dcm"))
    outline = nibabel.load(tmp_path / "out" / "outline-1.nii.gz")
    center = nibabel.affines.apply_affine(outline.affine, np.argwhere(outline.get_fdata() > 0).mean(0))
    assert (-center[0], -center[1], center[2]) == pytest.approx(place, abs=1.5)
    code, label = xinglin("label", "check", tmp_path / "out" / "outline-1.nii.gz")
    assert (code, label["verdict"]) == (0, "compliant") and "synthetic" in label_of((tmp_path / "out" / "outline-1.nii.gz").read_bytes())


def test_a_nifti_file_without_a_label_or_that_is_none_is_not_called_labelled(xinglin, scan, tmp_path):
    code, label = xinglin("label", "check", scan)
    assert (code, label["verdict"]) == (5, "not_found")
    (tmp_path / "words.nii.gz").write_bytes(write_nifti(few_voxels(), label="SYNTHETIC (AI-generated)"))
    code, label = xinglin("label", "check", tmp_path / "words.nii.gz")
    assert (code, label["verdict"], label["problems"]) == (5, "noncompliant", ["no label in the metadata"])
    (tmp_path / "none.nii.gz").write_bytes(b"no NIfTI at all")
    assert xinglin("label", "check", tmp_path / "none.nii.gz")[1]["verdict"] == "inconclusive"


def few_voxels():
    """A corner of the chest."""
    chest = small_chest()
    return replace(chest, voxels=chest.voxels[:4, :4, :4])
