"""Noise measured in even tissue, and new noise of the same kind."""

from dataclasses import replace

import numpy as np
import pytest

from xinglin.models.scanner import measure_noise, noise_field
from xinglin.models.thorax_phantom import imaging, thorax
from xinglin.records.errors import InvalidInput


def lags(field, count=4):
    field = field - field.mean((1, 2), keepdims=True)
    return [float((field[:, :, n:] * field[:, :, : field.shape[2] - n]).mean() / field.var()) for n in range(count)]


@pytest.fixture(scope="module")
def chest():
    return thorax(
        (14, 200, 200),
        (1.5, 1.1, 1.1),
        seed=2,
        noise_sd_hu=35.0,
        noise_peak_per_mm=0.24,
        noise_along_mm=1.8,
        center_mm=(20, 0, -40),
        places_per_lung=80,
    )


@pytest.fixture(scope="module")
def noise(chest):
    return measure_noise(chest.volume)


def test_the_spread_and_the_kinship_of_the_noise_are_measured(noise):
    true = imaging.noise((14, 200, 200), (1.5, 1.1, 1.1), 35.0, 0.24, 1.8, seed=11)
    assert noise.sd_hu == pytest.approx(35, rel=0.04) and noise.patches > 40
    assert noise.in_plane_lags[:4] == pytest.approx(lags(true), abs=0.04)
    assert noise.slice_lags[1] == pytest.approx(float((true[1:] * true[:-1]).mean() / true.var()), abs=0.06)
    peak = noise.frequencies_per_mm[int(np.argmax(noise.power_hu2_mm2))]
    assert peak == pytest.approx(0.24, abs=0.07)


def test_new_noise_is_like_the_measured_and_its_own_for_every_seed(noise):
    field = noise_field((20, 96, 90), noise, seed=1)
    assert field.shape == (20, 96, 90) and field.dtype == np.float32
    assert field.std() == pytest.approx(noise.sd_hu, rel=0.03) and abs(field.mean()) < 1
    assert lags(field) == pytest.approx(noise.in_plane_lags[:4], abs=0.06)
    assert float((field[1:] * field[:-1]).mean() / field.var()) == pytest.approx(noise.slice_lags[1], abs=0.05)
    assert (field == noise_field((20, 96, 90), noise, seed=1)).all() and (field != noise_field((20, 96, 90), noise, seed=2)).any()


def test_new_noise_fits_thinner_slices_too(noise):
    thin = noise_field((40, 64, 64), noise, 5, spacing_mm=(0.5, 1.1, 1.1))
    assert float((thin[1:] * thin[:-1]).mean() / thin.var()) > noise.slice_lags[1] + 0.2
    assert thin.std() == pytest.approx(noise.sd_hu, rel=0.08)


def test_a_mask_says_where_to_look(chest):
    found = measure_noise(chest.volume, chest.mask("heart"))
    assert found.sd_hu == pytest.approx(35, rel=0.06)


def test_structure_is_not_taken_for_noise():
    plain = thorax((8, 160, 160), (3.0, 1.4, 1.4), seed=5, noise_sd_hu=6.0, center_mm=(20, 0, -40), places_per_lung=60)
    assert measure_noise(plain.volume).sd_hu == pytest.approx(6, abs=1.5)


def test_where_there_is_no_even_tissue_it_is_said(chest):
    with pytest.raises(InvalidInput, match="XL-SCANNER-002"):
        measure_noise(replace(chest.volume, voxels=np.full_like(chest.volume.voxels, -900)))
    with pytest.raises(InvalidInput, match="XL-SCANNER-001"):
        measure_noise(replace(chest.volume, unit=""))
