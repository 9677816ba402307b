"""Whether made pictures show what their masks asked for: by a network that learnt real ones, beside real ones it had not seen."""

from __future__ import annotations

import numpy as np
import pytest

from xinglin.records.errors import InvalidInput
from xinglin.records.image_learning import ImageForm
from xinglin.training.image_judging import masks_obeyed as obeyed
from xinglin.training.image_judging.judged import judged
from xinglin.training.image_judging.report_words import name_in
from xinglin.training.image_sets.image_set import ImageSet

pytest.importorskip("torch")
SIDE, LABELS = 32, ("block", "bar")


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setattr(obeyed, "STEPS", 40)
    yield
    torch.set_num_threads(before)


def masks_of(count, seed):
    """(n, 32, 32): a block (1) somewhere, and in half of them a bar (2)."""
    draw, masks = np.random.default_rng(seed), np.zeros((count, SIDE, SIDE), np.uint8)
    for place, one in enumerate(masks):
        row, column = draw.integers(2, 20, 2)
        one[row : row + 9, column : column + 9] = 1
        one[draw.integers(0, SIDE - 3) :][:3] = 2 if place % 2 else one[0, 0]
    return masks


def pictures_of(masks, seed=0):
    """(n, 1, 32, 32) in [-1, 1]: blocks bright, bars dark."""
    grain = 0.1 * np.random.default_rng(seed).standard_normal(masks.shape)
    return np.clip(np.select([masks == 1, masks == 2], [0.6, -0.6], 0.0) + grain, -1, 1).astype(np.float32)[:, None]


@pytest.fixture(scope="module")
def real():
    masks = masks_of(80, 1)
    return ImageSet.of(pictures_of(masks), ImageForm((SIDE, SIDE), low=-1, high=1, masks=LABELS), masks=masks)


def test_pictures_that_follow_their_masks_stand_at_the_floor_and_others_far_below(real):
    asked = masks_of(30, 2)
    whole, *each = obeyed.masks_obeyed(real, pictures_of(asked, 3), asked, seed=0)
    assert whole.name == "mask obeyed" and whole.better == "higher" and whole.area == "fidelity" and whole.count == 30
    assert whole.floor.value > 0.85 and whole.made.value > 0.85
    assert [one.name for one in each] == ["mask obeyed: block", "mask obeyed: bar"] and each[1].count == 15
    assert whole.made.low <= whole.made.value <= whole.made.high and "another made picture 0." in whole.about
    stray = obeyed.masks_obeyed(real, pictures_of(masks_of(30, 9), 3), asked, seed=0)[0]
    assert stray.made.high < 0.5 and stray.floor == whole.floor


def test_what_was_drawn_unasked_counts(real):
    asked = masks_of(30, 2)
    empty = np.zeros_like(asked)
    empty[0] = asked[0]
    assert obeyed.masks_obeyed(real, pictures_of(asked, 3), empty, seed=0)[0].made.value < 0.3


def test_of_volumes_the_slice_is_read_that_holds_most_of_the_mask():
    masks = np.zeros((4, 8, SIDE, SIDE), np.int64)
    masks[:, 5, :9], masks[:, 1, :3] = 1, 1
    pictures = np.where(masks == 1, 1.0, -1.0).astype(np.float32)[:, None]
    shown, labels = obeyed._flat(pictures, masks, SIDE, 2)
    assert shown.shape == (4, 1, SIDE, SIDE) and np.array_equal(labels, masks[:, 5]) and np.array_equal(shown[:, 0] > 0, labels == 1)


def test_larger_masks_are_read_smaller_by_the_commonest_label():
    masks = np.repeat(np.repeat(masks_of(3, 5), 4, axis=1), 4, axis=2)
    assert np.array_equal(obeyed._flat(pictures_of(masks), masks, SIDE, 2)[1], masks_of(3, 5))


def test_masks_of_other_pictures_are_refused(real):
    with pytest.raises(InvalidInput, match="XL-JUDGE-007"):
        judged(real, pictures_of(masks_of(40, 1)), model="m", masks=masks_of(39, 1))


def test_scores_of_each_label_have_chinese_names_and_keep_the_name_of_the_label():
    assert name_in("mask obeyed: lungs", "zh") == "掩膜符合度：lungs" and name_in("mask obeyed", "zh") == "掩膜符合度"
    assert name_in("mask obeyed: lungs", "en") == "mask obeyed: lungs" and name_in("AUC of sex: male", "zh") == "AUC of sex: male"
