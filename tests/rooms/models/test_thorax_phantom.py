"""The thorax phantom: the same chest every time, with the truth about every voxel and the blur and noise it states."""

import numpy as np
import pytest
from scipy import ndimage

from xinglin.models.thorax_phantom import STRUCTURES, pair, thorax
from xinglin.models.thorax_phantom.imaging import blur_taps, gaussian_taps, noise, sampled
from xinglin.records.errors import InvalidInput


def test_the_same_arguments_give_the_same_bytes_and_another_seed_another_chest():
    small = {"shape": (6, 64, 64), "spacing_mm": (5.0, 5.6, 5.6), "places_per_lung": 20}
    assert thorax(**small, seed=1).volume.digest() == thorax(**small, seed=1).volume.digest()
    assert thorax(**small, seed=1).volume.digest() != thorax(**small, seed=2).volume.digest()


def test_a_later_scan_shows_the_same_chest_with_other_noise(chest):
    later = pair(chest, noise_seed=99, acquired="2026-03-01")
    difference = later.volume.voxels.astype(float) - chest.volume.voxels
    assert (later.truth == chest.truth).all() and later.volume.frame_of_reference == chest.volume.frame_of_reference
    assert later.volume.series_uid != chest.volume.series_uid and set(later.volume.instances).isdisjoint(chest.volume.instances)
    assert difference.std() == pytest.approx(25 * 2**0.5, rel=0.02) and abs(difference.mean()) < 0.2


def test_the_scan_says_where_it_lies_and_that_it_is_artificial(chest):
    scan = chest.volume
    assert scan.unit == "HU" and scan.modality == "CT" and scan.synthetic and scan.voxels.dtype == np.int16
    assert scan.spacing_mm == pytest.approx((4.0, 2.2, 2.2)) and len(scan.instances) == len(set(scan.instances)) == 75
    assert scan.point_mm((37, 79.5, 79.5)) == pytest.approx((0, 0, 0))
    assert scan.point_mm((74, 79.5, 79.5))[2] > 100, "later slices lie towards the head"
    assert not thorax((4, 32, 32), (5.0, 11.0, 11.0), synthetic=False, places_per_lung=8).volume.synthetic
    assert all(uid.startswith("2.25.") and len(uid) <= 64 for uid in (scan.series_uid, scan.study_uid, *scan.instances))


def test_each_tissue_has_its_own_density(chest):
    def level(name):
        return float(np.median(chest.noiseless[ndimage.binary_erosion(chest.mask(name))]))

    assert -900 < level("lungs") < -780
    assert 30 < level("heart") < 60 and 40 < level("liver") < 75
    assert np.median(chest.noiseless[chest.mask("spine")]) > 120 and chest.noiseless[chest.mask("ribs")].mean() > 120
    assert np.median(chest.noiseless[~chest.mask("body") & ~chest.mask("table")]) == pytest.approx(-1000, abs=2)
    assert chest.noiseless[chest.mask("airways") & ~chest.mask("lungs")].mean() < -700


def test_the_lungs_lie_on_their_sides_have_lobes_and_grow_denser_to_the_back(chest):
    left, right = chest.mask("lung-left"), chest.mask("lung-right")
    assert not (left & right).any()
    assert np.argwhere(left)[:, 2].mean() > 80 > np.argwhere(right)[:, 2].mean(), "columns grow to the patient's left"
    litres = [m.sum() * chest.volume.voxel_mm3 / 1e6 for m in (left, right)]
    assert 1.2 < litres[0] < 4 and 1.2 < litres[1] < 4
    lobes = [chest.mask(f"right-{lobe}") for lobe in ("upper", "middle", "lower")]
    assert (sum(m.astype(int) for m in lobes) == right.astype(int)).all() and all(m.sum() > 0.05 * right.sum() for m in lobes)
    assert (chest.mask("left-upper") | chest.mask("left-lower")).sum() == left.sum() and not (chest.mask("middle") & left).any()
    inner = ndimage.binary_erosion(chest.mask("lungs"), iterations=2) & ~ndimage.binary_dilation(
        chest.mask("vessels") | chest.mask("airways")
    )
    front, back = inner.copy(), inner.copy()
    front[:, 80:], back[:, :80] = False, False
    assert chest.noiseless[back].mean() - chest.noiseless[front].mean() > 10


def test_every_structure_is_there_and_an_unknown_one_is_refused(chest):
    assert [name for name in STRUCTURES if not chest.mask(name).any()] == []
    with pytest.raises(InvalidInput, match="XL-PHANTOM-002"):
        chest.mask("tail")
    with pytest.raises(InvalidInput, match="XL-PHANTOM-001"):
        thorax((4, 4, 4), (0.0, 1.0, 1.0))


def test_the_kernel_of_the_scanner_has_the_width_it_states():
    for sigma in (0.3, 0.6, 1.7):
        taps = gaussian_taps(sigma)
        at = np.arange(len(taps)) - len(taps) // 2
        assert taps.sum() == pytest.approx(1) and (taps * at**2).sum() == pytest.approx(sigma**2, rel=1e-6)
    taps = blur_taps(3, 0.4, 1.2, 0.4)
    at = (np.arange(len(taps)) - (len(taps) - 1) / 2) * 0.4
    assert (taps * at**2).sum() == pytest.approx((1.2 / 2.3548) ** 2 + (1.2**2 - 0.4**2) / 12, rel=1e-3), "blur and the voxel's box"
    halo = -(-(len(taps) - 3) // 2 // 3) * 3
    flat = sampled(np.ones((1, 30 + 2 * halo, 4), np.float32), taps, 3, halo, 1)
    assert flat.shape == (1, 10, 4) and flat == pytest.approx(1.0)


def test_noise_has_the_spread_the_peak_and_the_kinship_it_states():
    field = noise((24, 128, 128), (1.0, 0.7, 0.7), 30.0, 0.3, 1.5, seed=5)
    assert field.std() == pytest.approx(30, rel=0.01)
    power = (np.abs(np.fft.fft2(field)) ** 2).mean(0)
    u = np.hypot(*np.meshgrid(np.fft.fftfreq(128, 0.7), np.fft.fftfreq(128, 0.7), indexing="ij"))
    rings = [power[(u > f - 0.02) & (u <= f + 0.02)].mean() for f in (0.04, 0.15, 0.3, 0.5, 0.68)]
    assert np.argmax(rings) == 2 and rings[0] < 0.4 * rings[2] and rings[4] < 0.6 * rings[2]
    kinship = (field[1:] * field[:-1]).mean() / field.var()
    assert kinship == pytest.approx(np.exp(-((1 / (2 * 1.5 / 2.3548)) ** 2)), abs=0.06)
    apart = noise((4, 64, 64), (1.0, 0.7, 0.7), 30.0, 0.3, 0.0, seed=5)
    assert abs((apart[1:] * apart[:-1]).mean() / apart.var()) < 0.05


def test_a_vessel_thinner_than_a_voxel_is_not_drawn_thicker_than_it_is():
    fine = thorax((6, 72, 72), (1.0, 1.0, 1.0), seed=2, blur_mm=(1.0, 1.0, 1.0), noise_sd_hu=0, center_mm=(-80, 10, 20), fineness=(3, 3, 3))
    plain = thorax(
        (6, 72, 72), (1.0, 1.0, 1.0), seed=2, blur_mm=(1.0, 1.0, 1.0), noise_sd_hu=0, center_mm=(-80, 10, 20), fineness=(2, 2, 2)
    )
    inner = fine.mask("lungs") & plain.mask("lungs")
    assert abs(float(fine.noiseless[inner].mean() - plain.noiseless[inner].mean())) < 6
