"""Copies put among pictures on purpose are found, pictures of other people are not taken for copies."""

from __future__ import annotations

import numpy as np
import pytest
from image_judging_pictures import blobs

from xinglin.records.errors import InvalidInput
from xinglin.training.image_judging.copies import copies
from xinglin.training.image_judging.planted import WAYS, planted


@pytest.fixture(scope="module")
def learnt() -> np.ndarray:
    return blobs(80, seed=11)


def test_planted_copies_are_all_found_among_other_pictures_however_changed(learnt) -> None:
    which = np.arange(76, 80)
    hidden = [planted(learnt[which], way, seed=5) for way in WAYS]
    made = np.concatenate([blobs(25, seed=12), *hidden])
    told = copies(made, learnt, blobs(40, seed=13))
    assert set(told.found) >= set(range(25, len(made)))
    assert np.array_equal(told.nearest.place[25:], np.tile(which, len(WAYS)))
    assert len(told.found) <= len(made) - 25 + 1
    assert told.false_alarms <= 1 / 40


def test_a_mirrored_copy_is_no_copy_where_a_mirror_is_not_looked_into(learnt) -> None:
    told = copies(planted(learnt[:6], "mirrored", seed=5), learnt[:40], blobs(20, seed=13), mirrored=False)
    assert len(told.found) <= 1


def test_copies_of_volumes_are_found() -> None:
    flat = blobs(120, seed=21, side=32)
    volumes = np.stack([flat[start : start + 4, 0] for start in range(0, 120, 4)])[:, None].repeat(4, axis=2)
    held = np.stack([one for one in blobs(48, seed=22, side=32)[:, 0].reshape(12, 1, 4, 32, 32)]).repeat(4, axis=2)
    told = copies(planted(volumes[:5], "moved", seed=1), volumes, held)
    assert list(told.found) == [0, 1, 2, 3, 4]


def test_without_enough_people_held_out_nothing_is_told(learnt) -> None:
    with pytest.raises(InvalidInput, match="XL-JUDGE-005"):
        copies(learnt[:3], learnt, learnt[:5])


def test_where_pictures_are_small_and_much_alike_the_search_says_that_it_cannot_tell(learnt) -> None:
    """Anatomy that hardly differs, at 16 pixels: nothing found is then no proof that nothing was copied."""
    one = blobs(1, seed=9, side=16)
    alike = [np.clip(one + 0.1 * blobs(count, seed=seed, side=16), -1, 1) for count, seed in ((40, 1), (20, 2), (10, 3))]
    assert copies(alike[2], alike[0], alike[1]).told_apart is False
    assert copies(learnt[:4], learnt, blobs(40, seed=13)).told_apart is True
