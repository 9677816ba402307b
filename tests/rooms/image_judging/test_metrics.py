"""Distances between sets of pictures agree with what can be worked out by hand, and worse pictures score worse."""

from __future__ import annotations

import numpy as np
import pytest
from image_judging_pictures import blobs
from scipy.linalg import sqrtm

from xinglin.records.errors import InvalidInput
from xinglin.training.image_judging.encoder import encoded
from xinglin.training.image_judging.features import Scale, radiomics
from xinglin.training.image_judging.frechet import frechet, kernel_distance
from xinglin.training.image_judging.nearness import nearness


def test_the_frechet_distance_is_that_of_the_formula() -> None:
    chance = np.random.default_rng(0)
    one, other = chance.normal(size=(300, 5)) * [1, 2, 3, 1, 1], chance.normal(size=(200, 5)) + 2
    a, b = np.cov(one.T), np.cov(other.T)
    formula = ((one.mean(0) - other.mean(0)) ** 2).sum() + np.trace(a + b - 2 * np.real(sqrtm(a @ b)))
    assert frechet(one, other) == pytest.approx(formula, rel=1e-8)


def test_of_two_large_samples_of_known_normals_it_is_the_closed_form() -> None:
    chance = np.random.default_rng(1)
    one, other = chance.normal(0, 1, (20_000, 3)), chance.normal(1, 2, (20_000, 3))
    assert frechet(one, other) == pytest.approx(3 * (1 + 1), rel=0.03)


def test_with_fewer_pictures_than_features_it_still_is_0_for_the_same_and_not_below() -> None:
    few = np.random.default_rng(2).normal(size=(10, 40))
    assert frechet(few, few) == pytest.approx(0, abs=1e-8)
    assert frechet(few, few + 1) == pytest.approx(40)


def test_the_kernel_distance_is_0_on_average_for_one_distribution_and_above_for_another() -> None:
    chance = np.random.default_rng(3)
    draws = [kernel_distance(chance.normal(size=(60, 8)), chance.normal(size=(60, 8))) for _ in range(200)]
    assert abs(np.mean(draws)) < 3 * np.std(draws) / np.sqrt(len(draws))
    assert kernel_distance(chance.normal(size=(60, 8)), chance.normal(0.5, 1, (60, 8))) > 5 * np.std(draws)


def test_a_sample_beside_itself_is_near_and_one_far_away_is_not() -> None:
    cloud = np.random.default_rng(4).normal(size=(80, 4))
    assert nearness(cloud, cloud)[:2] == (1.0, 1.0)
    assert nearness(cloud, cloud).coverage == 1.0
    assert nearness(cloud, cloud + 100) == (0.0, 0.0, 0.0, 0.0)


def test_a_lost_half_lowers_recall_and_not_precision() -> None:
    chance = np.random.default_rng(5)
    real = np.concatenate([chance.normal(0, 1, (100, 3)), chance.normal(50, 1, (100, 3))])
    one_kind = chance.normal(0, 1, (200, 3))
    told = nearness(real, one_kind)
    assert told.precision > 0.8
    assert 0.35 < told.recall <= 0.5
    assert told.coverage <= 0.5


def test_unequal_counts_are_refused() -> None:
    cloud = np.random.default_rng(6).normal(size=(40, 3))
    with pytest.raises(InvalidInput, match="XL-JUDGE-004"):
        nearness(cloud, cloud[:30])


@pytest.mark.parametrize("described", [radiomics, encoded])
def test_noise_blur_and_one_kind_alone_are_further_from_real_pictures_than_real_ones_are(described) -> None:
    from scipy.ndimage import gaussian_filter

    real, other = blobs(50, seed=1, side=32), blobs(50, seed=2, side=32)
    scale = Scale.learnt(described(real))
    here = scale(described(real))
    floor = frechet(here, scale(described(other)))
    noised = np.clip(other + np.random.default_rng(0).normal(0, 0.15, other.shape), -1, 1).astype(np.float32)
    blurred = gaussian_filter(other, (0, 0, 1.5, 1.5))
    for worse in (noised, blurred, np.repeat(other[:5], 10, axis=0)):
        assert frechet(here, scale(described(worse))) > 2 * floor


def test_texture_counts_tell_a_picture_from_its_shuffled_pixels() -> None:
    """With nyxus' own settings co-occurrence pairs each pixel with itself, and would not."""
    real = blobs(4, seed=1)
    shuffled = np.random.default_rng(0).permuted(real.reshape(4, 1, -1), axis=2).reshape(real.shape)
    changed = np.abs(radiomics(real) - radiomics(shuffled)) > 1e-6 * np.abs(radiomics(real))
    assert changed.any(axis=0).sum() > 40


def test_a_second_call_gives_the_same_numbers() -> None:
    real = blobs(5, seed=3)
    first = radiomics(real)
    radiomics(blobs(3, seed=4))
    assert np.array_equal(first, radiomics(real))
    assert np.array_equal(first[2:4], radiomics(real[2:4]))


def test_volumes_and_channels_are_described_too() -> None:
    volumes = np.stack([np.repeat(one[:, None], 32, axis=1) for one in blobs(3, seed=5, side=32)])
    assert radiomics(volumes).shape == radiomics(volumes[:, :, 0]).shape
    assert encoded(np.repeat(blobs(3, seed=5), 3, axis=1)).shape == (3, 3 * 184)


def test_what_are_no_pictures_is_refused() -> None:
    for wrong in (np.zeros((3, 8, 8)), np.full((2, 1, 8, 8), 200.0), np.full((2, 1, 8, 8), np.nan), np.zeros((0, 1, 8, 8))):
        with pytest.raises(InvalidInput, match="XL-JUDGE-002"):
            radiomics(wrong.astype(np.float32))


def test_pictures_all_alike_are_refused() -> None:
    with pytest.raises(InvalidInput, match="XL-JUDGE-003"):
        Scale.learnt(np.ones((20, 4)))


def test_structural_likeness_is_1_for_the_same_and_falls_with_noise_and_for_others() -> None:
    from xinglin.training.image_judging.likeness import structural_likeness

    real = blobs(12, seed=6)
    noised = np.clip(real + np.random.default_rng(0).normal(0, 0.1, real.shape), -1, 1).astype(np.float32)
    same, near, other = (structural_likeness(real, one) for one in (real, noised, real[::-1]))
    assert same == pytest.approx(1)
    assert (near < same).all()
    assert other.mean() < near.mean()
    assert (other <= 1).all()
