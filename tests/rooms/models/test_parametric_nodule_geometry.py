"""A virtual nodule has the volume, the place and the shape that were asked for, and nothing else is changed."""

import dataclasses
import hashlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xinglin.models.lesion.parametric_nodule import GENERATOR
from xinglin.models.lesion.parametric_nodule.body import body_of
from xinglin.models.lesion.parametric_nodule.design import design_of
from xinglin.models.lesion.parametric_nodule.fine_grid import box_around
from xinglin.models.lesion.parametric_nodule.frame import frame_at
from xinglin.records.imaging import NoduleRequest
from xinglin.records.volume import Volume

LUNG_HU = -850
AXIAL = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
FEW = settings(max_examples=16, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def uniform(spacing=(1.25, 0.8, 0.8), side_mm=48.0, turn=AXIAL):
    affine = np.eye(4)
    affine[:3, :3] = turn * np.array(spacing)
    affine[:3, 3] = (-31.0, 12.0, 77.0)
    shape = tuple(int(side_mm / s) for s in spacing)
    return Volume(np.full(shape, LUNG_HU, np.int16), affine, unit="HU", modality="CT")


def middle(scan, off=(0.0, 0.0, 0.0)):
    return scan.point_mm(tuple(n / 2 + d for n, d in zip(scan.shape, off, strict=True)))


def arrays(edit):
    shaped = [np.frombuffer(data, kind).reshape(edit.shape) for data, kind in ((edit.voxels, "<i2"), (edit.occupancy, "<f4"))]
    return shaped[0].astype(float), shaped[1].astype(float)


def centroid(scan, edit, weights):
    index = [
        float((weights.sum(tuple(k for k in range(3) if k != axis)) * np.arange(n)).sum() / weights.sum()) + edit.start[axis]
        for axis, n in enumerate(edit.shape)
    ]
    return np.array(scan.point_mm(tuple(index)))


kinds = st.sampled_from(["solid", "part-solid", "ground-glass", "calcified"])
margins = st.sampled_from(["smooth", "lobulated", "spiculated"])
patterns = st.sampled_from(["diffuse", "central", "laminated", "popcorn"])
shifts = st.tuples(*[st.floats(-0.5, 0.5)] * 3)


@FEW
@given(kinds, margins, patterns, st.floats(3, 14), st.floats(0.5, 5), shifts, st.integers(0, 10**6))
def test_the_mask_and_the_picture_hold_the_volume_asked_for(kind, margin, pattern, diameter, thickness, off, seed):
    scan = uniform((thickness, 0.8, 0.8), side_mm=56)
    center = middle(scan, off)
    request = NoduleRequest(
        kind=kind,
        margin=margin,
        calcification=pattern,
        diameter_mm=diameter,
        center_mm=center,
        blur_mm=(0.8 * thickness, 1.0, 1.0),
        seed=seed,
    )
    edit = GENERATOR.insert(scan, request)
    voxels, occupancy = arrays(edit)
    wanted = np.pi / 6 * diameter**3
    assert occupancy.sum() * scan.voxel_mm3 == pytest.approx(wanted, rel=1e-3)
    added = (voxels - LUNG_HU).sum() * scan.voxel_mm3
    assert added / (edit.truth["mean_hu"] - LUNG_HU) == pytest.approx(wanted, rel=1e-2)
    assert occupancy.min() >= 0 and occupancy.max() <= 1 + 1e-5
    assert voxels.min() >= LUNG_HU
    if thickness <= 2.5:
        assert np.linalg.norm(centroid(scan, edit, occupancy) - np.array(center)) <= 0.15


@pytest.mark.parametrize(("seed", "margin"), [(1, "spiculated"), (2, "lobulated"), (3, "smooth")])
def test_a_turned_grid_holds_the_same_nodule_in_the_same_place(seed, margin):
    turn, triangle = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    turn = turn * np.sign(np.diag(triangle))
    upright = uniform((0.8, 0.8, 0.8), side_mm=36)
    place = middle(upright)
    affine = upright.affine.copy()
    affine[:3, :3] = turn * 0.8
    affine[:3, 3] = np.array(place) - affine[:3, :3] @ (np.array(upright.shape) / 2)
    turned = dataclasses.replace(upright, affine=affine)
    request = NoduleRequest(diameter_mm=9, margin=margin, center_mm=place, blur_mm=(1, 1, 1), seed=seed)
    spreads = []
    for scan in (upright, turned):
        edit = GENERATOR.insert(scan, request)
        _, occupancy = arrays(edit)
        assert occupancy.sum() * scan.voxel_mm3 == pytest.approx(np.pi / 6 * 9**3, rel=1e-3)
        assert np.linalg.norm(centroid(scan, edit, occupancy) - np.array(place)) <= 0.15
        index = np.argwhere(occupancy > 0) + np.array(edit.start)
        points = (scan.affine[:3, :3] @ index.T).T + scan.affine[:3, 3] - np.array(place)
        spreads.append(np.cov(points.T, aweights=occupancy[occupancy > 0]))
    assert np.allclose(spreads[0], spreads[1], atol=0.06 * spreads[0].max())


def test_without_lobulation_the_body_is_a_sphere_of_the_analytic_radius():
    scan = uniform((0.7, 0.7, 0.7))
    request = NoduleRequest(diameter_mm=12, lobulation=0.0, axes=(1, 1, 1), center_mm=middle(scan), blur_mm=(1, 1, 1))
    body = body_of(design_of(request), frame_at(scan, request.center_mm))
    assert body.radius_mm == pytest.approx(6.0, rel=2e-3)
    assert body.outline.most - body.outline.least < 1e-6


def test_the_lobulation_stated_is_the_spread_of_the_radius():
    from xinglin.models.lesion.parametric_nodule.shape import _solid_angles, outline

    for margin in ("smooth", "lobulated", "spiculated"):
        made = outline(np.random.default_rng(5), 0.1, margin)
        weights = _solid_angles()
        mean = (weights * made.radius).sum()
        assert np.sqrt((weights * (made.radius - mean) ** 2).sum()) / mean == pytest.approx(0.1, rel=0.05)
        assert (weights * made.radius.astype(float) ** 3).sum() == pytest.approx(1, rel=1e-5)


def test_axes_asked_for_are_lengths_along_slice_row_and_column():
    for turn in (AXIAL, AXIAL[:, [1, 0, 2]], AXIAL[:, [2, 1, 0]] * np.array([1, -1, 1])):
        scan = uniform((0.8, 0.8, 0.8), turn=turn)
        request = NoduleRequest(diameter_mm=10, lobulation=0.0, axes=(1.5, 1.0, 1 / 1.5), center_mm=middle(scan), blur_mm=(1, 1, 1))
        _, occupancy = arrays(GENERATOR.insert(scan, request))
        lengths = [occupancy.sum(tuple(k for k in range(3) if k != axis)) for axis in range(3)]
        widths = [
            np.sqrt((side * (np.arange(len(side)) - (side * np.arange(len(side))).sum() / side.sum()) ** 2).sum() / side.sum())
            for side in lengths
        ]
        assert widths[0] / widths[1] == pytest.approx(1.5, rel=0.03) and widths[1] / widths[2] == pytest.approx(1.5, rel=0.03)


def test_the_blur_in_the_picture_is_the_blur_asked_for():
    scan = uniform((1.0, 0.5, 0.5), side_mm=40)
    request = NoduleRequest(
        diameter_mm=16, lobulation=0.0, axes=(1, 1, 1), texture_hu=0.0, hu=50.0, center_mm=middle(scan), blur_mm=(1.5, 1.2, 2.4)
    )
    voxels, _ = arrays(GENERATOR.insert(scan, request))
    contrast = 50.0 - LUNG_HU
    for axis, fwhm in ((0, 1.5), (1, 1.2), (2, 2.4)):
        index = [n // 2 for n in voxels.shape]
        line = voxels[tuple(slice(None) if k == axis else index[k] for k in range(3))]
        steps = np.diff(line[: len(line) // 2] - LUNG_HU) / contrast
        at = np.arange(len(steps)) * scan.spacing_mm[axis]
        spread = (steps * (at - (steps * at).sum() / steps.sum()) ** 2).sum() / steps.sum()
        wanted = (fwhm / 2.3548) ** 2 + scan.spacing_mm[axis] ** 2 / 6  # the voxel's box, and the step between two of them
        assert np.sqrt(spread) == pytest.approx(np.sqrt(wanted), rel=0.12)


def test_only_the_box_changes_and_the_scan_itself_does_not():
    scan = uniform()
    before = hashlib.sha256(scan.voxels.tobytes()).hexdigest()
    edit = GENERATOR.insert(scan, NoduleRequest(center_mm=middle(scan), blur_mm=(1, 1, 1)))
    assert hashlib.sha256(scan.voxels.tobytes()).hexdigest() == before
    assert edit.source_digest == scan.digest()
    assert all(a >= 0 and a + n <= m for a, n, m in zip(edit.start, edit.shape, scan.shape, strict=True))
    count = int(np.prod(edit.shape))
    assert (len(edit.voxels), len(edit.occupancy), len(edit.apparent)) == (2 * count, 4 * count, 4 * count)


def test_the_box_is_wide_enough_that_nothing_is_cut_at_its_border():
    scan = uniform()
    edit = GENERATOR.insert(scan, NoduleRequest(diameter_mm=12, texture_hu=0.0, center_mm=middle(scan), blur_mm=(2, 1.5, 1.5)))
    voxels, _ = arrays(edit)
    inner = voxels[1:-1, 1:-1, 1:-1]
    assert (np.abs(voxels).sum() - np.abs(inner).sum()) / (voxels.size - inner.size) == pytest.approx(-LUNG_HU, abs=0.5)


def test_cells_arrive_in_voxels_to_the_last_bit_blurred_or_not():
    scan = uniform((2.5, 0.7, 0.7))
    request = NoduleRequest(diameter_mm=10, center_mm=middle(scan, (0.3, 0.1, 0.2)), blur_mm=(2, 1, 1))
    body = body_of(design_of(request), frame_at(scan, request.center_mm))
    box = box_around(body.grid, (2.0, 1.0, 1.4))
    cells = body.share.sum(dtype=float) / np.prod(body.grid.split)
    for seen in (box.sharp(body.share), box.blurred(body.share)):
        assert seen.sum(dtype=float) == pytest.approx(cells, rel=1e-5)
    slow = body.share.reshape(*(n for pair in zip(body.grid.voxels, body.grid.split, strict=True) for n in pair)).mean((1, 3, 5))
    margin = body.grid.start - box.start
    window = tuple(slice(int(m), int(m + n)) for m, n in zip(margin, body.grid.voxels, strict=True))
    assert np.allclose(box.sharp(body.share)[window], slow, atol=1e-5)


def test_the_binary_mask_of_a_small_nodule_on_thick_slices_loses_volume_and_says_so():
    scan = uniform((5.0, 0.8, 0.8), side_mm=60)
    edit = GENERATOR.insert(scan, NoduleRequest(diameter_mm=6, center_mm=middle(scan), blur_mm=(4.5, 1, 1)))
    _, occupancy = arrays(edit)
    counted = float((occupancy >= 0.5).sum()) * scan.voxel_mm3
    assert edit.truth["binary_volume_mm3"] == pytest.approx(counted)
    assert edit.truth["binary_loss_percent"] == pytest.approx(100 * (1 - counted / edit.truth["volume_mm3"]))
    assert any("thinner than two slices" in note for note in edit.notes)
