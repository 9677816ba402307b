"""Lungs found in a chest CT: exact on the phantom, honest where something is missing, sensible on real slabs."""

import json
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xinglin.models.thorax import find_lungs
from xinglin.models.thorax_phantom import thorax
from xinglin.records.errors import InvalidInput
from xinglin.records.volume import Volume

DATA = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[4] / "shared/data"))
SHAPE, SPACING = (75, 160, 160), (4.0, 2.2, 2.2)


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def part(scan, box):
    """A piece of a scan, in its true place."""
    start = np.array([b.start or 0 for b in box] + [1.0])
    affine = scan.affine.copy()
    affine[:, 3] = scan.affine @ start
    return replace(scan, voxels=np.ascontiguousarray(scan.voxels[box]), affine=affine, instances=())


def test_both_lungs_are_found_as_they_are(chest, lungs):
    assert dice(lungs.left, chest.mask("lung-left")) >= 0.97
    assert dice(lungs.right, chest.mask("lung-right")) >= 0.97
    assert lungs.whole and lungs.doubt == ()
    assert lungs.left.shape == chest.volume.shape and not (lungs.left & lungs.right).any()


@pytest.mark.parametrize(("seed", "noise"), [(11, 10.0), (12, 60.0), (13, 25.0)])
def test_other_bodies_and_other_noise_too(seed, noise):
    other = thorax((60, 96, 96), (5.0, 3.7, 3.7), seed=seed, noise_sd_hu=noise, places_per_lung=150)
    found = find_lungs(other.volume)
    assert min(dice(found.left, other.mask("lung-left")), dice(found.right, other.mask("lung-right"))) >= 0.97
    assert found.whole


def test_trachea_is_no_lung_and_vessels_are_found(chest, lungs):
    trachea = chest.mask("airways") & ~chest.mask("lungs")
    assert not (trachea & lungs.both).any() or (trachea & lungs.both).sum() < 0.03 * trachea.sum()
    assert (lungs.airways & trachea).sum() > 0.6 * trachea.sum()
    thick = chest.mask("vessels") & chest.mask("lungs") & (chest.noiseless > -300)
    assert (lungs.vessels & thick).sum() > 0.6 * thick.sum()
    assert lungs.vessels.sum() < 0.12 * lungs.both.sum()
    assert not (lungs.vessels & ~lungs.both).any()


def test_the_distance_to_the_pleura_is_right_to_a_voxel(chest, lungs):
    from scipy import ndimage

    true = ndimage.distance_transform_edt(chest.mask("lungs"), sampling=SPACING)
    found = ndimage.distance_transform_edt(lungs.both, sampling=SPACING)
    places = np.argwhere(true > 6)[:: max(1, int((true > 6).sum()) // 200)]
    said = np.array([lungs.pleura_distance_mm(chest.volume.point_mm(tuple(p))) for p in places])
    assert np.abs(said - found[tuple(places.T)]).max() < 2.0
    # hila apart: there airways and vessels leave the lung, and where it ends is a matter of taste
    errors = said - true[tuple(places.T)]
    assert abs(np.median(errors)) < 0.5 and np.mean(np.abs(errors) < 2.5) > 0.75
    assert lungs.pleura_distance_mm((0.0, -80.0, -40.0)) == 0.0


def test_lobes_by_position_agree_mostly_with_the_fissures(chest, lungs):
    places = np.argwhere(lungs.both)[::997]
    named = [(lungs.lobe_at(chest.volume.point_mm(tuple(p))), tuple(p)) for p in places]
    right = [chest.mask(lobe)[place] for lobe, place in named if lobe is not None]
    assert np.mean(right) > 0.85
    assert set(Counter(lobe for lobe, _ in named)) == {"left-upper", "left-lower", "right-upper", "right-middle", "right-lower"}
    assert lungs.lobe_at((0.0, 60.0, 0.0)) is None and lungs.side_at((9999.0, 0.0, 0.0)) is None


def test_the_order_of_the_slices_and_their_direction_do_not_matter(chest, lungs):
    scan = chest.volume
    turn = np.eye(4)
    turn[0, 0], turn[0, 3] = -1, SHAPE[0] - 1
    headfirst = replace(scan, voxels=scan.voxels[::-1], affine=scan.affine @ turn)
    assert (find_lungs(headfirst).left[::-1] == lungs.left).all()
    swap = np.eye(4)[[1, 0, 2, 3]]
    coronal = replace(scan, voxels=scan.voxels.transpose(1, 0, 2), affine=scan.affine @ swap)
    found = find_lungs(coronal)
    assert (found.right.transpose(1, 0, 2) == lungs.right).all()
    place = scan.point_mm((40, 80, 40))
    assert found.side_at(place) == lungs.side_at(place)


def test_a_slab_of_the_chest_is_served_and_called_a_part(chest):
    slab = find_lungs(part(chest.volume, (slice(32, 42), slice(None), slice(None))))
    assert not slab.whole and any("only a part" in word for word in slab.doubt)
    assert dice(slab.both, chest.mask("lungs")[32:42]) > 0.96


def test_gas_in_the_stomach_is_no_lung(chest, lungs):
    gas = (chest.noiseless < -950) & chest.mask("body") & ~chest.mask("lungs") & ~chest.mask("airways")
    gas[SHAPE[0] // 2 :] = False
    assert gas.sum() > 500 and not (gas & lungs.both).any()


def test_one_lung_in_the_picture_is_said(chest):
    half = find_lungs(part(chest.volume, (slice(None), slice(None), slice(86, 160))))
    assert any("hardly any right lung" in word for word in half.doubt)


def test_the_belly_is_no_chest_though_there_is_gas_in_it(chest):
    belly = thorax((12, 128, 128), (4.0, 2.8, 2.8), seed=6, center_mm=(0, 0, -175), places_per_lung=20)
    assert (belly.noiseless < -900).any()
    with pytest.raises(InvalidInput, match="XL-THORAX-003"):
        find_lungs(belly.volume)


def test_voxels_that_are_no_hu_are_refused(chest):
    scan = chest.volume
    for wrong in (replace(scan, unit=""), replace(scan, voxels=scan.voxels + 1024), replace(scan, voxels=np.zeros_like(scan.voxels))):
        with pytest.raises(InvalidInput, match="XL-THORAX-001"):
            find_lungs(wrong)


def test_a_scan_askew_is_refused(chest):
    turn = np.eye(4)
    c, s = np.cos(np.pi / 4), np.sin(np.pi / 4)
    turn[1:3, 1:3] = [[c, -s], [s, c]]
    with pytest.raises(InvalidInput, match="XL-THORAX-002"):
        find_lungs(replace(chest.volume, affine=turn @ chest.volume.affine))


def _slab(folder):
    pydicom = pytest.importorskip("pydicom")
    sets = sorted((pydicom.dcmread(f) for f in folder.glob("*.dcm")), key=lambda d: float(d.ImagePositionPatient[2]))
    voxels = np.stack([(d.pixel_array * float(d.RescaleSlope) + float(d.RescaleIntercept)).astype(np.int16) for d in sets])
    affine = np.zeros((4, 4))
    affine[2, 0] = float(sets[1].ImagePositionPatient[2]) - float(sets[0].ImagePositionPatient[2])
    affine[1, 1], affine[0, 2] = (float(x) for x in sets[0].PixelSpacing)
    affine[:3, 3] = [float(x) for x in sets[0].ImagePositionPatient]
    affine[3, 3] = 1
    details = {"kernel": str(sets[0].get("ConvolutionKernel", "")), "slice_thickness_mm": str(sets[0].get("SliceThickness", ""))}
    return Volume(voxels, affine, "HU", "CT", details=details)


@pytest.mark.parametrize("patient", ["LIDC-IDRI-0001", "LIDC-IDRI-0003"])
def test_real_slabs_of_the_chest_are_found_and_called_parts(patient):
    folder = DATA / "dicom-lidc-lung-ct" / patient
    if not folder.exists():
        pytest.skip("shared data not present")
    scan = _slab(folder)
    found = find_lungs(scan)
    per_cm = [found.quality[f"{side}_ml"] / (scan.shape[0] * scan.spacing_mm[0] / 10) for side in ("left", "right")]
    assert all(80 < ml < 250 for ml in per_cm), "about a hundred millilitres per centimetre and side"
    assert not found.whole and any("only a part" in word for word in found.doubt)
    contours = json.loads((folder / "contours.json").read_text()) if (folder / "contours.json").exists() else None
    assert contours is not None
    assert not found.both[:, -40:, :].any(), "the table is no lung"


def test_real_single_slices_without_lungs_are_refused_and_most_with_lungs_are_found():
    folder = DATA / "ct-tcga-luad"
    if not folder.exists():
        pytest.skip("shared data not present")
    slices = np.load(folder / "slices_hu_256.npz")["hu"]
    told = [json.loads(line) for line in (folder / "meta.jsonl").read_text().splitlines()]
    outcome = Counter()
    for plane, about in zip(slices, told, strict=True):
        affine = np.diag([0.0, 0, 0, 1])
        affine[2, 0], affine[1, 1], affine[0, 2] = about["slice_thickness"], *(2 * s for s in about["spacing"])
        try:
            share = float(find_lungs(Volume(plane[None], affine, "HU", "CT")).both.mean())
        except InvalidInput:
            share = 0.0
        outcome[(about["lung_fraction"] > 0.25, share > 0.02)] += 1
    assert outcome[(True, False)] == 0, "every slice with plenty of lung is served"
    assert outcome[(True, True)] >= 25
