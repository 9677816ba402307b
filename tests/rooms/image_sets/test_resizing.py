"""Pictures get smaller without false patterns, keep their mean, and their masks go with them."""

import numpy as np
import pytest

from xinglin.training.image_sets.near_copies import coarse, copies
from xinglin.training.image_sets.resizing import fitted, fitted_labels, resized, resized_labels, windows


@pytest.mark.parametrize(("was", "now"), [((64, 64), (16, 16)), ((100, 70), (16, 16)), ((12, 50, 40), (8, 16, 16))])
def test_the_mean_stays_when_a_picture_gets_smaller(was: tuple[int, ...], now: tuple[int, ...]):
    values = np.random.default_rng(0).uniform(0, 255, (2, *was))
    assert resized(values, now).shape == (2, *now)
    assert resized(values, now).mean() == pytest.approx(values.mean(), abs=0.01)


def test_fine_stripes_become_grey_and_not_coarse_stripes():
    stripes = np.tile([0.0, 255.0], (1, 96, 48))
    assert np.ptp(resized(stripes, (31, 31))) < 75  # picking every third would give 255
    assert np.ptp(resized(stripes, (32, 32))[..., ::2]) < 90


def test_what_is_made_larger_is_linear():
    ramp = np.arange(8.0)[None, None].repeat(8, 1)
    assert np.allclose(np.diff(resized(ramp, (8, 32))[0, 0, 4:-4]), 0.25, atol=1e-5)


def test_each_area_is_the_mean_of_its_pixels():
    values = np.arange(36.0).reshape(1, 6, 6)
    assert np.allclose(resized(values, (3, 3))[0], values[0].reshape(3, 2, 3, 2).mean((1, 3)))


def test_masks_take_the_label_that_covers_most():
    mask = np.zeros((8, 8), int)
    mask[:, 4:] = 2
    mask[0, 0] = 1
    assert set(np.unique(resized_labels(mask, (4, 4)))) == {0, 2}
    assert fitted_labels(mask, (16, 8), "pad").sum() == mask.sum()


def test_padding_keeps_proportions_and_covering_cuts():
    tall = np.ones((1, 40, 20))
    assert fitted(tall, (16, 16), "pad", 0)[0].sum() == 16 * 8
    assert fitted(tall, (16, 16), "cover", 0)[0].sum() == 16 * 16
    assert fitted(tall, (16, 16), "stretch", 0)[0].sum() == 16 * 16


def test_patches_lie_side_by_side_and_do_not_overlap():
    seen = np.zeros((50, 37), int)
    for window in windows((50, 37), (16, 16)):
        seen[window] += 1
    assert seen.max() == 1 and seen.sum() == 3 * 2 * 256
    assert windows((10, 40), (16, 16)) == []


def test_copies_are_told_with_their_distance_and_never_within_one_person():
    rng = np.random.default_rng(0)
    pictures = rng.normal(0, 1, (6, 1, 32, 32)).astype(np.float32)
    pictures[5] = 3 * pictures[1, :, :, ::-1] + 7
    looks = np.stack([coarse(one) for one in pictures])
    ((later, earlier, distance),) = copies(looks, list("abcdef"))
    assert (later, earlier) == (5, 1) and distance < 1e-3
    assert copies(looks, list("abcdeb")) == []
