"""A virtual nodule in a scan that has noise, vessels and walls: they stay, and what cannot be is refused."""

import dataclasses

import msgspec
import numpy as np
import pytest
from scipy import ndimage

from xinglin.models.lesion.parametric_nodule import GENERATOR
from xinglin.models.lesion.parametric_nodule.body import body_of
from xinglin.models.lesion.parametric_nodule.design import design_of
from xinglin.models.lesion.parametric_nodule.frame import frame_at
from xinglin.models.lesion.parametric_nodule.shape import PHIS, THETAS
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import NoduleRequest
from xinglin.records.volume import Volume

LUNG_HU, TISSUE_HU, BLUR = -850, 40, (1.2, 1.0, 1.0)


def scan_of(voxels, spacing=(1.0, 0.8, 0.8), **more):
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = *spacing, 1.0
    return Volume(np.rint(voxels).astype(np.int16), affine, unit="HU", modality="CT", **more)


def blurred(inside, noise=0.0, seed=0):
    """A picture of tissue (where `inside` is 1) in lung, with the scanner's blur and noise."""
    seen = ndimage.gaussian_filter(inside.astype(np.float32), np.array(BLUR) / 2.3548 / np.array([1.0, 0.8, 0.8]))
    return LUNG_HU + (TISSUE_HU - LUNG_HU) * seen + np.random.default_rng(seed).normal(0, noise, inside.shape) if noise else (
        LUNG_HU + (TISSUE_HU - LUNG_HU) * seen
    )  # fmt: skip


@pytest.fixture(scope="module")
def noisy():
    return scan_of(blurred(np.zeros((44, 56, 56)), noise=25))


@pytest.fixture(scope="module")
def crossed():
    """A vessel of 4 mm along the slices through row 28, column 28."""
    inside = np.zeros((44, 56, 56))
    rows, columns = np.mgrid[:56, :56]
    inside[:, np.hypot((rows - 28) * 0.8, (columns - 28) * 0.8) < 2.0] = 1
    return scan_of(blurred(inside, noise=10))


@pytest.fixture(scope="module")
def walled():
    """A wall that fills all columns from 40 on."""
    inside = np.zeros((44, 56, 70))
    inside[:, :, 40:] = 1
    return scan_of(blurred(inside))


def center(scan, index=(22, 28, 28)):
    return scan.point_mm(index)


def boxed(scan, edit):
    window = tuple(slice(a, a + n) for a, n in zip(edit.start, edit.shape, strict=True))
    before = scan.voxels[window].astype(float)
    shaped = [np.frombuffer(d, k).reshape(edit.shape).astype(float) for d, k in ((edit.voxels, "<i2"), (edit.apparent, "<f4"))]
    return before, shaped[0], shaped[1]


def ask(scan, index=(22, 28, 28), **more):
    return GENERATOR.insert(scan, NoduleRequest(**{"center_mm": center(scan, index), "blur_mm": BLUR, "diameter_mm": 10.0, **more}))


@pytest.mark.parametrize("kind", ["solid", "part-solid", "ground-glass", "calcified"])
def test_nothing_gets_darker(noisy, crossed, kind):
    for scan in (noisy, crossed):
        before, after, _ = boxed(scan, ask(scan, attachment="vessel" if scan is crossed else "none", kind=kind))
        assert (after >= before).all()


def test_the_noise_of_the_scan_stays_in_the_nodule(noisy):
    edit = ask(noisy, diameter_mm=16.0, hu=40.0, texture_hu=0.0)
    before, after, apparent = boxed(noisy, edit)
    deep = apparent > 0.999
    assert deep.sum() > 500
    assert after[deep].std() == pytest.approx(before[deep].std(), rel=0.05)
    assert after[deep].mean() == pytest.approx(40, abs=4)
    assert np.corrcoef(after[deep], before[deep])[0, 1] > 0.97


@pytest.mark.parametrize("kind", ["solid", "part-solid", "ground-glass"])
def test_noise_does_not_bias_the_volume_in_the_picture(kind):
    scan = scan_of(blurred(np.zeros((44, 56, 56)), noise=50, seed=2))
    edit = ask(scan, kind=kind, seed=8)
    before, after, _ = boxed(scan, edit)
    volume = (after - before).sum() * scan.voxel_mm3 / (edit.truth["mean_hu"] - LUNG_HU)
    assert volume == pytest.approx(edit.truth["volume_mm3"], rel=0.01)


def test_the_picture_is_what_the_scanner_would_have_seen_of_the_body_and_a_vessel_together():
    """The same outline drawn independently, joined with a vessel, blurred and averaged: the insertion agrees to a few HU of 890."""
    spacing, fine, shape, place = np.array([1.0, 0.8, 0.8]), 4, (32, 40, 40), np.array([16.2, 15.9, 16.3])
    sides = np.meshgrid(*[((np.arange(n * fine) + 0.5) / fine - 0.5) * s for n, s in zip(shape, spacing, strict=True)], indexing="ij")
    vessel = np.hypot(sides[0] - 16.0, sides[1] - 16.0 - 0.3 * (sides[2] - 16.0)) < 1.3

    def seen(inside):
        soft = ndimage.gaussian_filter(inside.astype(np.float32), np.array(BLUR) / 2.3548 / (spacing / fine))
        return LUNG_HU + (TISSUE_HU - LUNG_HU) * soft.reshape(*(m for n in shape for m in (n, fine))).mean((1, 3, 5))

    scan = scan_of(seen(vessel))
    center_mm = scan.point_mm(tuple(place / spacing))
    request = NoduleRequest(
        diameter_mm=9.0, hu=40.0, texture_hu=0.0, seed=5, margin="lobulated", center_mm=center_mm, blur_mm=BLUR, attachment="vessel"
    )
    edit = GENERATOR.insert(scan, request)
    body = body_of(design_of(request), frame_at(scan, center_mm))
    points = body.to_unit @ (np.stack(sides).reshape(3, -1) - place[:, None] - body.shift_mm[:, None])
    distance = np.linalg.norm(points, axis=0) + 1e-9
    theta = np.minimum((np.arccos(points[0] / distance) / np.pi * THETAS).astype(int), THETAS - 1)
    phi = (np.arctan2(points[2], points[1]) % (2 * np.pi) / (2 * np.pi) * PHIS).astype(int) % PHIS
    nodule = (distance <= 4.5 * body.outline.radius[theta, phi]).reshape(vessel.shape)
    _, after, apparent = boxed(scan, edit)
    window = tuple(slice(a, a + n) for a, n in zip(edit.start, edit.shape, strict=True))
    apart = (after - seen(nodule | vessel)[window])[apparent > 0.02]
    assert abs(apart.mean()) < 3 and np.sqrt((apart**2).mean()) < 10


def test_a_vessel_is_seen_through_ground_glass_and_not_through_a_solid_nodule(crossed):
    for kind, seen in (("ground-glass", True), ("solid", False)):
        edit = ask(crossed, kind=kind, attachment="vessel", texture_hu=0.0, diameter_mm=14.0, hu=-600.0 if seen else 40.0)
        _, after, apparent = boxed(crossed, edit)
        k, row, column = (n // 2 for n in after.shape)
        k, row, column = (i - s for i, s in zip((22, 28, 28), edit.start, strict=True))
        vessel = after[k - 2 : k + 3, row, column].mean()
        beside = after[k - 2 : k + 3, row + 5, column].mean()
        assert apparent[k, row + 5, column] > 0.99
        assert (vessel - beside > 400) == seen
        if not seen:
            assert abs(vessel - beside) < 40


def test_a_nodule_on_the_wall_is_cut_flat_holds_its_volume_and_shows_no_seam(walled):
    edit = ask(walled, (22, 28, 35), attachment="pleura", hu=40.0, texture_hu=0.0, diameter_mm=12.0)
    wanted = np.pi / 6 * 12**3
    assert edit.truth["volume_mm3"] == pytest.approx(wanted, rel=1e-4)
    occupancy = np.frombuffer(edit.occupancy, "<f4").reshape(edit.shape)
    assert occupancy[:, :, 41 - edit.start[2] :].sum() < 0.02 * occupancy.sum()
    before, after, _ = boxed(walled, edit)
    assert (after - before).sum() * walled.voxel_mm3 / (40 - LUNG_HU) == pytest.approx(wanted, rel=0.03)
    line = after[22 - edit.start[0], 28 - edit.start[1], 35 - edit.start[2] :]
    assert np.abs(line - 40).max() < 40


def test_part_solid_has_a_solid_part_of_its_own_volume(noisy):
    edit = ask(noisy, kind="part-solid", solid_fraction=0.3, diameter_mm=14.0)
    assert edit.truth["solid_volume_mm3"] == pytest.approx(0.3 * edit.truth["volume_mm3"], rel=1e-3)
    assert edit.truth["glass_hu"] < -400 < 0 < edit.truth["solid_hu"] + 100
    assert edit.truth["mean_hu"] == pytest.approx(0.7 * edit.truth["glass_hu"] + 0.3 * edit.truth["solid_hu"], abs=1)


@pytest.mark.parametrize("pattern", ["diffuse", "central", "laminated", "popcorn"])
def test_calcium_lies_where_its_pattern_says(pattern):
    scan = scan_of(np.full((44, 56, 56), LUNG_HU))
    edit = ask(scan, kind="calcified", calcification=pattern, diameter_mm=18.0, hu=600.0, texture_hu=0.0, lobulation=0.0, axes=(1, 1, 1))
    _, after, _ = boxed(scan, edit)
    k, row, column = (i - s for i, s in zip((22, 28, 28), edit.start, strict=True))
    line = after[k, row, column : column + 10]
    if pattern == "diffuse":
        assert line[:8].min() > 550
    if pattern == "central":
        assert line[:3].min() > 500 and line[9] < 150
    if pattern == "laminated":
        assert line[0] > 250 and line[2:4].min() < line[0] and line[8:10].max() > line[5:8].min() + 60
    if pattern == "popcorn":
        assert after.max() > 500 and edit.truth["calcified_fraction"] < 0.4
    assert edit.truth["calcified_volume_mm3"] <= edit.truth["volume_mm3"] * (1 + 1e-6)


def test_the_same_request_gives_the_same_bytes_and_another_seed_another_nodule(noisy):
    first, again, other = (
        ask(noisy, seed=4, margin="spiculated"),
        ask(noisy, seed=4, margin="spiculated"),
        ask(noisy, seed=5, margin="spiculated"),
    )
    assert msgspec.msgpack.encode(first) == msgspec.msgpack.encode(again)
    assert first.occupancy != other.occupancy and first.truth["spicules"] >= 24


def test_giving_one_value_leaves_the_others_as_they_were_drawn(noisy):
    free, given = ask(noisy, seed=9), ask(noisy, seed=9, hu=33.0)
    assert (
        given.truth["solid_hu"] == 33.0 and "solid_hu" in free.words["drawn_from_seed"] and "solid_hu" not in given.words["drawn_from_seed"]
    )
    assert {k: free.truth[k] for k in ("lobulation", "texture_hu", "axis_1")} == {
        k: given.truth[k] for k in ("lobulation", "texture_hu", "axis_1")
    }
    assert free.occupancy == given.occupancy


def test_the_nodule_doubles_its_volume_in_its_doubling_time_and_keeps_its_shape(noisy):
    request = NoduleRequest(center_mm=center(noisy), blur_mm=BLUR, diameter_mm=8.0, margin="lobulated", seed=3)
    first = GENERATOR.insert(noisy, request)
    second = GENERATOR.insert(noisy, GENERATOR.later(request, days=180, doubling_days=180))
    assert second.truth["volume_mm3"] / first.truth["volume_mm3"] == pytest.approx(2, rel=1e-3)
    spreads = []
    for edit in (first, second):
        occupancy = np.frombuffer(edit.occupancy, "<f4").reshape(edit.shape)
        index = np.argwhere(occupancy > 0) + np.array(edit.start)
        points = (index - np.array([22, 28, 28])) * np.array(noisy.spacing_mm)
        spreads.append(np.cov(points.T, aweights=occupancy[occupancy > 0]) - np.diag(np.array(noisy.spacing_mm) ** 2 / 12))
        assert np.linalg.norm(np.average(points, axis=0, weights=occupancy[occupancy > 0])) <= 0.15
    assert np.allclose(spreads[1], spreads[0] * 2 ** (2 / 3), atol=0.03 * spreads[1].max())


def test_the_follow_up_scan_gets_the_same_nodule_where_frames_are_shared_and_refuses_to_guess_otherwise(noisy):
    before = dataclasses.replace(noisy, frame_of_reference="1.2.3")
    edit = ask(before, seed=6, axes=(1.3, 1.0, 1 / 1.3))
    flipped = dataclasses.replace(before, voxels=np.swapaxes(before.voxels, 0, 1).copy(), affine=before.affine[:, [1, 0, 2, 3]])
    request = GENERATOR.in_follow_up(edit, before, flipped, days=365, doubling_days=400)
    assert request.axes == (1.0, 1.3, 1 / 1.3) and request.seed == 6
    assert np.allclose(request.center_mm, [edit.truth[f"anchor_{n}_mm"] for n in "xyz"])
    grown = GENERATOR.insert(flipped, msgspec.structs.replace(request, blur_mm=(1.0, 1.2, 1.0)))
    assert grown.truth["volume_mm3"] / edit.truth["volume_mm3"] == pytest.approx(2 ** (365 / 400), rel=1e-3)
    assert grown.truth["solid_hu"] == edit.truth["solid_hu"]
    with pytest.raises(InvalidInput) as refused:
        GENERATOR.in_follow_up(edit, before, dataclasses.replace(flipped, frame_of_reference=""), 365, 400)
    assert refused.value.code == "XL-NODULE-017"


def test_an_artificial_source_is_said_to_be_one(noisy):
    edit = ask(dataclasses.replace(noisy, synthetic=True))
    assert any("artificial" in note for note in edit.notes)


SHEARED = np.array([[0, 0, 0.8, 0], [0.3, 0.8, 0, 0], [1.0, 0, 0, 0], [0, 0, 0, 1.0]])
REFUSED = [
    ("XL-NODULE-001", {"modality": "MR"}, {}),
    ("XL-NODULE-002", {"unit": ""}, {}),
    ("XL-NODULE-003", {}, {"diameter_mm": 1.0}),
    ("XL-NODULE-003", {}, {"days": 4000.0, "doubling_days": 100.0}),
    ("XL-NODULE-004", {"affine": SHEARED}, {}),
    ("XL-NODULE-005", {}, {"center_mm": (900.0, 0.0, 0.0)}),
    ("XL-NODULE-007", {}, {"index": (2, 28, 28)}),
    ("XL-NODULE-009", {}, {"hu": 900.0}),
    ("XL-NODULE-009", {}, {"kind": "calcified", "hu": 40.0}),
    ("XL-NODULE-010", {}, {"solid_fraction": 0.4}),
    ("XL-NODULE-011", {}, {"lobulation": 0.9}),
    ("XL-NODULE-011", {}, {"seed": -1}),
    ("XL-NODULE-011", {}, {"axes": (5.0, 1.0, 0.2)}),
    ("XL-NODULE-012", {}, {"blur_mm": (1.0, -1.0, 1.0)}),
    ("XL-NODULE-013", {}, {"days": 100.0}),
    ("XL-NODULE-014", {}, {"attachment": "pleura"}),
    ("XL-NODULE-014", {}, {"attachment": "vessel"}),
]


@pytest.mark.parametrize(("code", "scan", "wish"), REFUSED)
def test_what_cannot_be_is_refused_with_its_code(noisy, code, scan, wish):
    with pytest.raises(InvalidInput) as refused:
        ask(dataclasses.replace(noisy, **scan), **wish)
    assert refused.value.code == code and refused.value.fix


def test_a_place_in_tissue_in_air_or_on_a_vessel_is_refused(crossed):
    for level, code in ((40, "XL-NODULE-006"), (-1000, "XL-NODULE-006")):
        with pytest.raises(InvalidInput) as refused:
            ask(scan_of(np.full((44, 56, 56), level)))
        assert refused.value.code == code
    with pytest.raises(InvalidInput) as refused:
        ask(scan_of(np.full((44, 56, 56), -690)), kind="ground-glass", hu=-680.0)
    assert refused.value.code == "XL-NODULE-009"
    with pytest.raises(InvalidInput) as refused:
        ask(crossed, diameter_mm=6.0)
    assert refused.value.code == "XL-NODULE-015"
