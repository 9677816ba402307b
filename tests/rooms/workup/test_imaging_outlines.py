"""A lesion is outlined from one place inside it and measured finer than a voxel, or it is said why not."""

import subprocess
import sys

import numpy as np
import pytest
from drawn_scans import ball_scan
from scipy import ndimage

from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import Outline
from xinglin.records.volume import Volume
from xinglin.workup.imaging.comparing import compare
from xinglin.workup.imaging.finer_grid import FinerGrid
from xinglin.workup.imaging.glass_rim import dwarfs
from xinglin.workup.imaging.lungs import lung_density
from xinglin.workup.imaging.measuring import measure
from xinglin.workup.imaging.segmenting import mask_of, segment_from_seed
from xinglin.workup.imaging.wall_surface import tissue_share, wall_near

MIDDLE = (0.0, 0.0, 0.0)


def outlined_and_measured(scan, seed=MIDDLE, **more):
    found = segment_from_seed(scan, seed, **more)
    return found, measure(scan, found.mask, found.start, kind=found.kind, notes=found.notes)


@pytest.mark.parametrize(
    ("radii_mm", "more"),
    [
        ((3.0, 3.0, 3.0), {}),
        ((5.0, 5.0, 5.0), {}),
        ((12.0, 12.0, 12.0), {}),
        ((4.0, 7.0, 5.0), {}),
        ((4.0, 4.0, 4.0), {"spacing_mm": (2.5, 0.7, 0.7)}),
        ((4.0, 4.0, 4.0), {"noise_hu": 50.0}),
        ((5.0, 5.0, 5.0), {"hu": -640.0, "noise_hu": 30.0}),
        ((4.0, 4.0, 4.0), {"hu": 500.0}),
        ((8.0, 8.0, 8.0), {"hu": 60.0, "around_hu": 115.0, "noise_hu": 12.0}),
    ],
)
def test_a_ball_is_measured_to_a_voxel_and_a_twentieth_of_its_volume(radii_mm, more):
    scan = ball_scan(radii_mm, **more)
    found, measures = outlined_and_measured(scan)
    in_slice = sorted(radii_mm[1:])
    assert not found.leak
    assert measures.volume_mm3 == pytest.approx(4 / 3 * np.pi * np.prod(radii_mm), rel=0.05)
    assert measures.long_axis_mm == pytest.approx(2 * in_slice[1], abs=0.7)
    assert measures.short_axis_mm == pytest.approx(2 * in_slice[0], abs=0.7)
    assert measures.mean_hu == pytest.approx(more.get("hu", 30.0), abs=25)
    assert np.linalg.norm(measures.center_mm) < 0.35


@pytest.mark.parametrize(
    ("more", "note"),
    [({"vessel_mm": 1.5}, "strand"), ({"wall_mm": 3.0}, "surface of the lung"), ({"wall_mm": 5.0}, "surface of the lung")],
)
def test_what_a_nodule_hangs_on_is_cut_off_and_told(more, note):
    found, measures = outlined_and_measured(ball_scan(**more))
    cap = 5.0 - more.get("wall_mm", 5.0)
    true_mm3 = 4 / 3 * np.pi * 125 - np.pi * cap**2 * (15 - cap) / 3
    assert measures.volume_mm3 == pytest.approx(true_mm3, rel=0.08)
    assert any(note in one for one in found.notes)
    assert any(note in one for one in measures.notes)


@pytest.mark.parametrize("bulge", [1, -1])
def test_a_nodule_is_cut_where_the_wall_around_goes_on_beneath_it_be_the_wall_hollow_or_bulging(bulge):
    scan, around = ball_scan((5.0, 5.0, 5.0), noise_hu=0.0), ball_scan((30.0,) * 3, center_mm=(0.0, 30.0 + 2.5, 0.0), hu=50.0)
    dome = around.voxels if bulge > 0 else ball_scan((30.0,) * 3, center_mm=(0.0, 2.5 - 30.0, 0.0), hu=-850.0, around_hu=50.0).voxels
    both = Volume(np.maximum(scan.voxels, dome), scan.affine, unit="HU", modality="CT")
    found, measures = outlined_and_measured(both)
    z, y, x = np.mgrid[-6:6:0.2, -6:6:0.2, -6:6:0.2]
    behind = z**2 + (y - 2.5 - bulge * 30.0) ** 2 + x**2 <= 900
    true_mm3 = ((z**2 + y**2 + x**2 <= 25) & (~behind if bulge > 0 else behind)).sum() * 0.008
    assert any("surface of the lung" in note for note in found.notes)
    assert measures.volume_mm3 == pytest.approx(true_mm3, rel=0.08)


def test_ground_glass_on_the_wall_keeps_what_touches_the_wall():
    _, measures = outlined_and_measured(ball_scan((6.0, 6.0, 6.0), hu=-600.0, wall_mm=4.0))
    assert measures.volume_mm3 == pytest.approx(4 / 3 * np.pi * 216 - np.pi * 4 * 16 / 3, rel=0.1)


def test_the_wall_fitted_lies_where_it_is_and_is_not_moved_by_what_stands_on_it():
    scan = ball_scan((5.0, 5.0, 5.0), wall_mm=3.0, noise_hu=0.0)
    voxels = scan.voxels.astype(np.float32)
    middle = tuple(n // 2 for n in scan.shape)
    wall = wall_near(tissue_share(voxels), voxels < -500, middle, scan.spacing_mm)
    assert wall is not None
    assert wall.depth_mm[middle] == pytest.approx(3.0, abs=0.3)
    assert wall.rough_mm < 0.5


def test_there_is_no_wall_beside_a_nodule_in_the_middle_of_the_lung_or_on_a_vessel():
    for more in ({}, {"vessel_mm": 1.5}):
        voxels = ball_scan((5.0, 5.0, 5.0), **more).voxels.astype(np.float32)
        middle = tuple(n // 2 for n in voxels.shape)
        assert wall_near(tissue_share(voxels), voxels < -500, middle, (1.0, 0.7, 0.7)) is None


def test_glass_with_a_vessel_in_thick_slices_keeps_its_poles():
    scan = ball_scan((7.0, 7.0, 7.0), hu=-600.0, vessel_mm=1.2, spacing_mm=(2.5, 0.8, 0.8))
    _, measures = outlined_and_measured(scan, (0.0, 4.0, 0.0))
    assert measures.volume_mm3 == pytest.approx(4 / 3 * np.pi * 343, rel=0.08)


def test_a_rim_of_glass_little_thicker_than_the_blur_is_told_from_blur():
    found, measures = outlined_and_measured(ball_scan((5.0, 5.0, 5.0), hu=-600.0, core=(3.5, 30.0)))
    assert found.kind == "part-solid"
    assert measures.volume_mm3 == pytest.approx(4 / 3 * np.pi * 125, rel=0.1)


def test_what_holds_many_times_the_body_or_runs_far_on_one_side_is_no_rim_of_it():
    z, y, x = np.mgrid[-20:21, -20:21, -20:21]
    body, rim = z**2 + y**2 + x**2 <= 16, z**2 + y**2 + x**2 <= 49
    assert not dwarfs(rim, body, (1.0, 1.0, 1.0))
    assert dwarfs(z**2 + y**2 + x**2 <= 144, body, (1.0, 1.0, 1.0))
    assert dwarfs(body | ((x > 0) & (np.abs(z) < 3) & (np.abs(y) < 3)), body, (1.0, 1.0, 1.0))


def test_a_lesion_that_narrows_nowhere_from_what_it_hangs_on_is_refused_with_a_remedy():
    with pytest.raises(InvalidInput) as refused:
        segment_from_seed(ball_scan((3.0, 3.0, 3.0), vessel_mm=2.9), MIDDLE)
    assert refused.value.code == "XL-IMG-307"
    assert "by hand" in refused.value.fix


def test_a_volume_of_few_voxels_says_how_far_it_may_be_off_and_is_not_compared():
    _, measures = outlined_and_measured(ball_scan((4.0, 4.0, 4.0), spacing_mm=(5.0, 2.8, 2.8), half_mm=34.0))
    assert any("volume not sure" in note for note in measures.notes)
    assert "volume" not in compare(measures, measures, 90).basis


def test_a_mask_goes_to_the_finer_grid_and_back_unchanged():
    finer = FinerGrid.of((5.0, 1.4, 2.8))
    mask = np.random.default_rng(3).random((4, 5, 6)) > 0.5
    assert finer.parts == (5, 1, 3)
    assert (finer.whole(finer.divided(mask)) == mask).all()
    values = np.random.default_rng(4).random((4, 5, 6)).astype(np.float32)
    seen = finer.seen(values)
    assert all(seen[finer.within(place)] == pytest.approx(values[place]) for place in np.ndindex(4, 5, 6))


def test_a_part_solid_nodule_is_told_apart_and_its_solid_part_measured():
    found, measures = outlined_and_measured(ball_scan((8.0, 8.0, 8.0), hu=-620.0, core=(4.0, 30.0)))
    assert found.kind == "part-solid"
    assert measures.volume_mm3 == pytest.approx(4 / 3 * np.pi * 512, rel=0.08)
    assert measures.solid_diameter_mm == pytest.approx(8.0, abs=0.7)


@pytest.mark.parametrize(
    ("radius_mm", "spacing_mm", "off"),
    [
        (7.0, (2.5, 1.8, 1.8), 0.05),
        (4.5, (2.5, 1.4, 1.4), 0.05),
        (7.0, (5.0, 1.4, 1.4), 0.08),
        (10.0, (5.0, 2.8, 2.8), 0.08),
    ],
)
def test_the_blur_of_coarse_voxels_is_not_taken_for_a_layer(radius_mm, spacing_mm, off):
    found, measures = outlined_and_measured(ball_scan((radius_mm,) * 3, spacing_mm=spacing_mm, half_mm=34.0))
    assert found.kind == "solid"
    assert found.threshold == pytest.approx(-410.0, abs=40)
    assert measures.volume_mm3 == pytest.approx(4 / 3 * np.pi * radius_mm**3, rel=off)
    assert measures.long_axis_mm == pytest.approx(2 * radius_mm, abs=spacing_mm[1])


@pytest.mark.parametrize(("calcium_mm", "calcium_hu"), [(5.0, 500.0), (2.5, 600.0)])
def test_calcium_in_the_middle_does_not_move_the_edge_and_calcium_throughout_does(calcium_mm, calcium_hu):
    _, measures = outlined_and_measured(ball_scan((5.0, 5.0, 5.0), core=(calcium_mm, calcium_hu), spacing_mm=(1.0, 0.8, 0.8)))
    assert measures.volume_mm3 == pytest.approx(4 / 3 * np.pi * 125, rel=0.06)


def test_blur_and_vessels_around_a_solid_ball_are_no_rim_of_glass():
    scan = ball_scan((9.0, 9.0, 9.0), vessel_mm=2.0)
    soft = ndimage.gaussian_filter(scan.voxels.astype(np.float32), [0.8, 1.0, 1.0])  # a soft kernel: twice the usual blur
    found, measures = outlined_and_measured(Volume(soft, scan.affine, unit="HU", modality="CT"))
    assert found.kind == "solid"
    assert measures.volume_mm3 == pytest.approx(4 / 3 * np.pi * 729, rel=0.08)


def test_a_rim_around_half_of_a_solid_ball_is_left_out_and_told():
    scan, glass = ball_scan((6.0, 6.0, 6.0)), ball_scan((10.0, 10.0, 10.0), hu=-600.0)
    half = scan.voxels.copy()
    half[:, :, half.shape[2] * 45 // 100 :] = np.maximum(half, glass.voxels)[:, :, half.shape[2] * 45 // 100 :]
    found, measures = outlined_and_measured(Volume(half, scan.affine, unit="HU", modality="CT"))
    assert found.kind == "solid"
    assert any("kind not sure" in note for note in measures.notes)


def test_the_ends_of_the_axes_lie_as_far_apart_as_the_axes_are_long_and_in_the_named_slice():
    scan = ball_scan((4.0, 7.0, 5.0))
    _, measures = outlined_and_measured(scan)
    for ends, length in ((measures.long_axis_ends, measures.long_axis_mm), (measures.short_axis_ends, measures.short_axis_mm)):
        assert np.linalg.norm(np.subtract(*ends)) == pytest.approx(length, abs=0.03)
        assert scan.index_of(ends[0])[0] == pytest.approx(measures.slice_index, abs=0.02)
    along, across = np.subtract(*measures.long_axis_ends), np.subtract(*measures.short_axis_ends)
    assert abs(along @ across) < 0.1
    assert measures.slice_instance == scan.instances[measures.slice_index]


def test_where_the_seed_lies_in_the_lesion_does_not_matter():
    scan = ball_scan((6.0, 6.0, 6.0))
    volumes = [outlined_and_measured(scan, seed)[1].volume_mm3 for seed in (MIDDLE, (3.0, 0.0, 0.0), (0.0, -3.0, 2.0))]
    assert max(volumes) == pytest.approx(min(volumes), rel=0.01)


@pytest.mark.parametrize(
    ("scan", "seed", "more", "code"),
    [
        (ball_scan(), (400.0, 0.0, 0.0), {}, "XL-IMG-301"),
        (ball_scan(), MIDDLE, {"max_diameter_mm": 500.0}, "XL-IMG-302"),
        (ball_scan(), MIDDLE, {"kind": "fluffy"}, "XL-IMG-302"),
        (ball_scan(), (15.0, 15.0, 0.0), {}, "XL-IMG-303"),
        (ball_scan(hu=108.0, around_hu=110.0), MIDDLE, {}, "XL-IMG-304"),
    ],
)
def test_what_cannot_be_outlined_is_refused_with_a_code(scan, seed, more, code):
    with pytest.raises(InvalidInput) as refused:
        segment_from_seed(scan, seed, **more)
    assert refused.value.code == code


def test_a_mask_somebody_else_drew_is_measured_by_its_voxels_and_says_so():
    scan = ball_scan((5.0, 5.0, 5.0))
    mask = np.zeros(scan.shape, bool)
    mask[20:30, 25:45, 25:45] = True
    measures = measure(scan, mask)
    assert measures.volume_mm3 == pytest.approx(mask.sum() * scan.voxel_mm3, rel=1e-6)
    assert any("whole voxels" in note for note in measures.notes)


def test_an_empty_or_misplaced_mask_is_refused():
    scan = ball_scan()
    for mask, start, code in ((np.zeros(scan.shape, bool), (0, 0, 0), "XL-IMG-311"), (np.ones((3, 3, 3), bool), (99, 0, 0), "XL-IMG-312")):
        with pytest.raises(InvalidInput) as refused:
            measure(scan, mask, start)
        assert refused.value.code == code


def test_an_outline_travels_as_a_record_and_comes_back():
    found = segment_from_seed(ball_scan(), MIDDLE)
    assert np.array_equal(mask_of(found.outline), found.mask)
    with pytest.raises(InvalidInput, match="does not fill"):
        mask_of(Outline((0, 0, 0), (9, 9, 9), b"\x00"))


def test_the_distance_to_the_pleura_is_that_of_the_nearest_place_outside_the_lung():
    scan = ball_scan((4.0, 4.0, 4.0), wall_mm=12.0)
    found = segment_from_seed(scan, MIDDLE)
    rows = np.array([scan.point_mm((0, row, 0))[1] for row in range(scan.shape[1])])
    lung = np.broadcast_to((rows < 12.0)[None, :, None], scan.shape)
    measures = measure(scan, found.mask, found.start, lung=lung)
    assert measures.pleura_distance_mm == pytest.approx(8.0, abs=0.8)


def test_the_same_scan_and_seed_give_the_same_bytes():
    scan = ball_scan()
    assert segment_from_seed(scan, MIDDLE).outline == segment_from_seed(scan, MIDDLE).outline


def test_lung_density_of_a_known_mixture():
    scan = ball_scan(noise_hu=0.0, hu=-980.0)
    lung = np.ones(scan.shape, bool)
    found = lung_density(scan, lung)
    assert found.low_percent == pytest.approx(100 * float((scan.voxels < -950).mean()), abs=0.01)
    assert found.perc15_hu == pytest.approx(-850.0, abs=1)
    with pytest.raises(InvalidInput, match="Hounsfield"):
        lung_density(ball_scan(unit=""), lung)


def test_the_work_up_of_a_chart_without_lesions_needs_no_numpy():
    told = (
        "import sys; from xinglin.workup import work_up; from xinglin.records import Chart; work_up(Chart(), ''); import "
        "xinglin.workup.imaging.facts; sys.exit('numpy' in sys.modules or 'scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0
