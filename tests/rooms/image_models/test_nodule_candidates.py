"""The finder of nodules on boxes small enough to be learnt in seconds: balls in grain, with tubes beside them that are none."""

import numpy as np
import pytest
import torch
from tests.rooms.image_models.small_loop import defaults, graphs_of, taken

from xinglin.models.image.nodule_candidates import MODEL
from xinglin.models.image.nodule_candidates.networks import bent, losses
from xinglin.records.errors import InvalidInput
from xinglin.records.image_learning import ImageForm, SampleRequest
from xinglin.training.image_learning.export import onnx_graphs

FORM = ImageForm((16, 16, 16), masks=("nodule",))
SMALL = defaults(MODEL, width=6, tile=24)


def balls(count, seed):
    """(pictures, masks): in each a tube, in the first half a ball too."""
    draw = np.random.default_rng(seed)
    grid = np.indices((16, 16, 16))
    pictures = -0.8 + 0.05 * draw.standard_normal((count, 16, 16, 16))
    masks = np.zeros((count, 16, 16, 16), np.int64)
    for n in range(count):
        row, column = draw.uniform(2, 13, 2)
        pictures[n] += 0.9 * (np.hypot(grid[1] - row, grid[2] - column) < 1.2)
        if n < count // 2:
            middle = draw.uniform(5, 11, 3).reshape(3, 1, 1, 1)
            masks[n] = np.linalg.norm(grid - middle, axis=0) < draw.uniform(2.5, 4)
    return np.clip(pictures + 0.9 * masks, -1, 1)[:, None].astype(np.float32), masks


def batch(step):
    pictures, masks = balls(8, step)
    return {"pictures": torch.as_tensor(pictures), "masks": torch.as_tensor(masks)}


def test_it_finds_balls_it_has_not_seen_and_leaves_tubes_alone():
    networks, told = taken(MODEL, FORM, SMALL, batch, 60, rate=1e-2)
    pictures, masks = balls(16, 5000)
    chances = MODEL.sample(graphs_of(MODEL, networks, FORM, SMALL), FORM, SMALL, SampleRequest(16, pictures=pictures))
    assert chances.shape == (16, 1, 16, 16, 16) and 0 <= chances.min() <= chances.max() <= 1
    highest = chances[:, 0].reshape(16, -1).max(1)
    assert highest[:8].min() > highest[8:].max(), "every box with a ball stands above every box without"
    assert all(masks[n].ravel()[chances[n].argmax()] for n in range(8)), "and it stands highest in the ball"
    assert set(told[0]) == {"inside", "outside", "1 - Dice"} and told[-1]["1 - Dice"] < told[0]["1 - Dice"]


def test_both_graphs_can_be_written_and_say_the_same_of_the_same_box():
    networks, _ = taken(MODEL, FORM, SMALL, batch, 1)
    graphs = onnx_graphs(MODEL, networks, FORM, SMALL)
    assert set(graphs) == {"find", "tile"} and max(map(len, graphs.values())) < 5_000_000
    from xinglin.models.image_graphs import graphs_of as runs

    pictures = np.zeros((1, 1, 24, 24, 24), np.float32)
    assert runs(graphs)["tile"](pictures=pictures).shape == (1, 1, 24, 24, 24)


def test_a_large_nodule_weighs_no_more_than_a_small_one_and_only_the_hardest_of_the_rest_count():
    masks = torch.zeros(2, 1, 8, 8, 8)
    masks[0, 0, :4], masks[1, 0, 4, 4, 4] = 1, 1
    odds = torch.full((2, 1, 8, 8, 8), -3.0)
    odds[0][masks[0] > 0] = 3.0
    inside, _, _ = losses(odds, masks, 0.01)
    well, badly = np.log1p(np.exp(-3)), np.log1p(np.exp(3))
    assert float(inside) == pytest.approx((well + badly) / 2, rel=1e-4)
    odds[0, 0, 7, 7, 7] = 5.0
    _, one, _ = losses(odds, masks, 1 / 1024)
    _, all_of_them, _ = losses(odds, masks, 1.0)
    assert float(one) == pytest.approx(np.log1p(np.exp(5)), rel=1e-4) and float(all_of_them) < 0.2
    inside, outside, _ = losses(odds, torch.zeros_like(masks), 0.01)
    assert float(inside) == 0 and torch.isfinite(outside)


def test_a_patch_is_bent_with_its_mask():
    pictures, masks = balls(4, 3)
    truth = torch.as_tensor(masks)[:, None].float()
    torch.manual_seed(5)
    changed, along = bent(torch.as_tensor(pictures), truth)
    assert torch.equal(along.flatten(1).sum(1), truth.flatten(1).sum(1)) and not torch.equal(along, truth)
    inside = [float(changed[n][along[n] > 0].mean() - changed[n][along[n] == 0].mean()) for n in range(2)]
    assert min(inside) > 0.4, "what was bright is bright where the mask went"


@pytest.mark.parametrize(
    ("form", "settings", "code"),
    [
        (ImageForm((16, 16, 16)), {}, "XL-IMGMODEL-100"),
        (ImageForm((16, 16), masks=("nodule",)), {}, "XL-IMGMODEL-101"),
        (ImageForm((16, 20, 16), masks=("nodule",)), {}, "XL-IMGMODEL-101"),
        (FORM, {"tile": 20}, "XL-IMGMODEL-102"),
    ],
)
def test_a_form_that_cannot_be_served_is_refused(form, settings, code):
    with pytest.raises(InvalidInput) as refused:
        MODEL.networks(form, defaults(MODEL, **settings))
    assert refused.value.code == code


def test_nothing_is_guessed_where_no_patches_are_given():
    with pytest.raises(InvalidInput, match="XL-IMGMODEL-022"):
        MODEL.sample({}, FORM, SMALL, SampleRequest(1))
