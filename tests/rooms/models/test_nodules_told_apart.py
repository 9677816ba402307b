"""The benchmarks that try to tell inserted nodules from scanned ones do what they say, and the edge of an inserted nodule is the scan's."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xinglin.models.lesion.parametric_nodule import GENERATOR
from xinglin.models.thorax_phantom import thorax
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import NoduleRequest
from xinglin.records.volume import Volume

ROOT = Path(__file__).parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from benchmarks import two_sample  # noqa: E402 - the benchmarks lie beside the package, not in it
from benchmarks.lesion_features import Crop, depth_of, edge_mm  # noqa: E402
from benchmarks.nodule_physics import cases, chests, methods  # noqa: E402
from benchmarks.nodule_realism import pairs, stand_in  # noqa: E402

SMALL = chests.Scanner(region_mm=(40.0, 56.0, 56.0), center_mm=(-85.0, 10.0, 20.0), fineness=(2, 2, 2))


@pytest.fixture(scope="module")
def small():
    return chests.chest(3, SMALL)


@pytest.fixture(scope="module")
def lesion(small):
    place = small.scan(1).point_mm(chests.places(small, np.random.default_rng(0))[0])
    return chests.drawn_before_imaging(small, NoduleRequest(diameter_mm=11.0, seed=4, center_mm=place, texture_hu=0.0))


def test_the_kept_anatomy_is_seen_as_the_phantom_sees_it(small):
    r = small.recipe
    same = thorax(r.shape, r.spacing_mm, 3, blur_mm=r.blur_mm, noise_sd_hu=0, center_mm=r.center_mm, fineness=r.fineness)
    assert np.array_equal(same.noiseless, small.noiseless)


def test_a_lesion_scanned_with_its_chest_has_its_density_inside_and_the_scans_blur_at_its_edge(small, lesion):
    seen = small.noiseless[lesion.box] + lesion.change
    assert seen[lesion.depth_mm < -2.5].mean() == pytest.approx(lesion.design.solid_hu, abs=3)
    assert np.abs(lesion.change[lesion.depth_mm > 3]).max() < 2
    expected = 2.3548 * np.sqrt(np.mean((np.array(SMALL.blur_mm) / 2.3548) ** 2 + np.array(SMALL.spacing_mm) ** 2 / 12))
    assert edge_mm(Crop(seen, lesion.depth_mm, SMALL.spacing_mm))[0] == pytest.approx(expected, abs=0.25)


def test_ours_keeps_noise_and_edge_where_pasting_and_smoothing_do_not(small, lesion):
    scan = small.scan(7)
    before = scan.voxels[lesion.box]
    ours = methods.ours(scan, lesion, SMALL.blur_mm)
    smooth = methods.without_noise(ours, scan, small.noiseless, lesion, SMALL.spacing_mm)
    width = {
        name: edge_mm(Crop(put.hu, lesion.depth_mm, SMALL.spacing_mm))[0]
        for name, put in {
            "ours": ours,
            "paste": methods.voxel_paste(scan, lesion),
            "half": methods.ours(scan, lesion, SMALL.blur_mm, 0.5),
        }.items()
    }
    reference = edge_mm(Crop(small.noiseless[lesion.box] + lesion.change, lesion.depth_mm, SMALL.spacing_mm))[0]
    assert width["ours"] == pytest.approx(reference, abs=0.1)
    assert width["paste"] < 0.5 * reference
    assert width["half"] < 0.8 * reference
    kept, lost = (methods.noise_ratio(put.hu, before, lesion.depth_mm, SMALL.spacing_mm) for put in (ours, smooth))
    assert 0.85 < kept < 1.2
    assert lost < 0.5


@pytest.mark.parametrize(("noise_hu", "peak_per_mm"), [(22.0, 0.30), (22.0, 0.15), (6.0, 0.30)])
def test_among_vessels_a_solid_nodule_is_as_dense_and_as_noisy_as_one_scanned_with_its_chest(noise_hu, peak_per_mm):
    scanner = replace(SMALL, noise_hu=noise_hu, noise_peak_per_mm=peak_per_mm)
    of = chests.chest(3, scanner)
    scan, off, ratio = of.scan(7), [], []
    for number, place in enumerate(chests.places(of, np.random.default_rng(1))[:10]):
        request = NoduleRequest(kind="solid", diameter_mm=9.0, seed=number, center_mm=scan.point_mm(place), texture_hu=0.0)
        drawn = chests.drawn_before_imaging(of, request)
        try:
            put = methods.ours(scan, drawn, scanner.blur_mm)
        except InvalidInput:
            continue  # a large vessel in the way
        inside = drawn.depth_mm < -1.5
        noise, left = ((hu - of.noiseless[drawn.box])[inside] for hu in (scan.voxels[drawn.box], put.hu - drawn.change))
        off.append(float(left.mean() - noise.mean()))
        ratio.append(float(left.std() / noise.std()))
    assert len(off) >= 5
    assert abs(np.mean(off)) < 3.0, "HU too faint or too bright"
    assert np.mean(ratio) == pytest.approx(1.0, abs=0.08)


@pytest.mark.parametrize("mixed", [False, True])
def test_blending_a_lesion_into_the_very_scan_it_is_from_changes_nothing(small, lesion, mixed):
    hu = (small.scan(8).voxels[lesion.box] + np.rint(lesion.change)).astype(np.float32)
    assert np.abs(methods.poisson(methods.Put(hu, lesion.start), hu, lesion, mixed).hu - hu).max() <= 1


def test_blending_meets_the_scan_at_its_border_and_keeps_the_lesions_gradients(small, lesion):
    hu = (small.scan(8).voxels[lesion.box] + np.rint(lesion.change)).astype(np.float32)
    brighter = methods.poisson(methods.Put(hu + 60, lesion.start), hu, lesion)
    assert np.allclose(brighter.hu, hu + 60, atol=1), "a shift of the whole scan shifts the lesion with it"


def test_sizes_kinds_and_seeds_are_spread_over_the_anatomies():
    asked = [r for n in range(20) for r in cases.requests(n, 6)]
    sizes = sorted(r.diameter_mm for r in asked)
    assert (sizes[0], sizes[-1], len({r.seed for r in asked})) == (5.0, 15.0, 120)
    assert [sum(r.kind == kind for r in asked) for kind in cases.KINDS] == [40, 40, 40]


def test_folds_never_share_an_anatomy():
    groups = np.repeat(np.arange(17), 6)
    fold = two_sample.folds_of(groups)
    assert all(len(set(fold[groups == g])) == 1 for g in range(17))
    assert sorted(set(fold.tolist())) == [0, 1, 2, 3, 4]


def test_the_area_under_the_curve_is_that_of_the_textbook():
    assert two_sample.auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])) == 0.75
    assert two_sample.auc(np.array([0, 1]), np.array([0.5, 0.5])) == 0.5


@pytest.mark.parametrize(("shift", "low", "high"), [(0.0, 0.35, 0.65), (6.0, 0.95, 1.0)])
def test_the_classifier_guesses_among_equals_and_knows_what_differs(shift, low, high):
    pytest.importorskip("sklearn", reason="scikit-learn is for the benchmarks alone")
    rng = np.random.default_rng(2)
    table, labels, groups = rng.normal(size=(120, 12)), np.repeat([0, 1], 60), np.tile(np.repeat(np.arange(10), 6), 2)
    table[labels == 1, 3] += shift
    verdict = two_sample.told_apart(table, labels, groups)
    assert low <= verdict.auc <= high
    assert verdict.low <= verdict.auc <= verdict.high


@pytest.mark.parametrize("diameter_mm", [8.0, 30.0])
def test_the_blur_of_a_nodule_is_that_of_the_scan_however_coarse_the_cells_it_is_drawn_in(diameter_mm):
    spacing, blur = (1.0, 0.7, 0.7), (1.2, 1.1, 1.1)
    affine = np.zeros((4, 4))
    affine[[2, 1, 0, 3], [0, 1, 2, 3]] = (*spacing, 1.0)
    scan = Volume(np.full(tuple(int(60 / s) for s in spacing), -850, np.int16), affine, unit="HU", modality="CT")
    request = NoduleRequest(
        diameter_mm=diameter_mm, lobulation=0.0, axes=(1.0, 1.0, 1.0), texture_hu=0.0, hu=50.0, blur_mm=blur, center_mm=(30.0, 30.0, 30.0)
    )
    edit = GENERATOR.insert(scan, request)
    seen = np.frombuffer(edit.apparent, "<f4").reshape(edit.shape).astype(float)
    for axis, (step, width) in enumerate(zip(spacing, blur, strict=True)):
        share = seen.sum(tuple(k for k in range(3) if k != axis))
        place = np.arange(len(share)) * step
        spread = (share * place**2).sum() / share.sum() - ((share * place).sum() / share.sum()) ** 2
        blurred = spread - (diameter_mm / 2) ** 2 / 5 - step**2 / 12  # a ball's own second moment, and the voxel's
        assert 2.3548 * np.sqrt(blurred) == pytest.approx(width, rel=0.04)


def test_depth_is_negative_inside_a_mask_and_grows_outwards():
    mask = np.zeros((9, 9, 9), bool)
    mask[2:7, 2:7, 2:7] = True
    depth = depth_of(mask, (1.0, 1.0, 1.0))
    assert depth[mask].max() < 0 < depth[~mask].min()
    assert depth[4, 4, 4] == depth.min()


def test_a_line_of_marks_that_cannot_be_read_is_named(tmp_path):
    table = tmp_path / "marks.csv"
    table.write_text("series,x,y,z\na,1,2,3\nb,1,,3\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="XL-BENCH-001") as refused:
        pairs.marks_of(table)
    assert refused.value.where == "marks.csv, line 3"


def test_a_folder_of_scans_and_a_table_of_marks_become_a_report_that_claims_no_rate_of_few(tmp_path, capsys, monkeypatch):
    pytest.importorskip("nyxus", reason="nyxus is for the benchmarks alone")
    pytest.importorskip("sklearn", reason="scikit-learn is for the benchmarks alone")
    from benchmarks.nodule_realism import run

    table = stand_in.written(tmp_path / "scans", 2, 1, SMALL)
    monkeypatch.setattr(sys, "argv", ["run.py", "--folder", str(tmp_path / "scans"), "--marks", str(table)])
    assert run.main() == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["nodules"], report["patients"], report["left_out"]) == (2, 2, {})
    assert report["rate"].startswith("n too small for a rate")
