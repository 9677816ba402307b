"""Pictures drawn by a mask: what the mask says stands in the picture, a moved mask moves it, and what cannot be drawn by is refused."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from tests.rooms.image_models.small_loop import defaults, taken
from tests.rooms.image_models.trying import graphs_of

from xinglin.models.image.mask_to_image import MODEL
from xinglin.models.image_graphs import graphs_of as kept_graphs_of
from xinglin.models.image_parts.moving import moved, moved_with_masks
from xinglin.records.errors import InvalidInput
from xinglin.records.image_learning import Condition, ImageForm, LearningPlan, SampleRequest
from xinglin.training.image_learning.export import onnx_graphs
from xinglin.training.image_learning.fit import learnt
from xinglin.training.image_sets import ImageSet

FORM = ImageForm((16, 16), masks=("disc", "bar"))
SMALL = defaults(MODEL, halvings=1, width=16, mask_width=16, depth=2, steps=8)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def masks_of(count, seed, axes=2):
    """(n, *shape): a disc (1) and a bar (2), each somewhere."""
    draw = np.random.default_rng(seed)
    rows, columns = np.mgrid[:16, :16]
    at, radius = draw.uniform(5, 11, (count, 2, 1, 1)), draw.uniform(2, 4, (count, 1, 1))
    labels = ((rows - at[:, 0]) ** 2 + (columns - at[:, 1]) ** 2 < radius**2).astype(np.int64)
    labels[np.arange(count), draw.integers(0, 16, count)] = 2
    return labels if axes == 2 else np.repeat(labels[:, None], 16, axis=1)


def pictures_of(masks, seed=0):
    """(n, 1, *shape): discs bright, bars dark, the rest between, with grain."""
    grain = 0.05 * np.random.default_rng(seed).standard_normal(masks.shape)
    return (np.select([masks == 1, masks == 2], [0.7, -0.7], 0.0) + grain).astype(np.float32)[:, None]


def batch_of(step, size=8):
    masks = masks_of(size, 100 + step)
    return {"pictures": torch.as_tensor(pictures_of(masks, step)), "masks": torch.as_tensor(masks)}


@pytest.fixture(scope="module")
def drawer():
    """A function of masks and a seed, after a few steps on discs and bars; and the losses told."""
    networks, losses = taken(MODEL, FORM, SMALL, batch_of, 70, rate=6e-3)
    graphs = graphs_of(MODEL, networks, FORM, SMALL)

    def drawn(masks, seed=3):
        return MODEL.sample(graphs, FORM, SMALL, SampleRequest(len(masks), seed, masks=masks))

    return drawn, losses


def test_a_picture_shows_what_its_mask_asks_for(drawer):
    drawn, losses = drawer
    masks = masks_of(20, 7)
    made = drawn(masks)[:, 0]
    assert made[masks == 1].mean() > made[masks == 0].mean() + 0.3 > made[masks == 2].mean() + 0.6
    assert np.mean([one["loss"] for one in losses[-10:]]) < 0.7 * np.mean([one["loss"] for one in losses[:10]])


def test_a_moved_mask_moves_the_picture(drawer):
    drawn, _ = drawer
    masks = np.zeros((12, 16, 16), np.uint8)
    masks[:, 3:8, 3:8] = 1
    there = np.roll(masks, (5, 5), axis=(1, 2))
    made, moved_ones = drawn(masks)[:, 0], drawn(there)[:, 0]
    assert (made[masks == 1].mean() - made[there == 1].mean()) > 0.3
    assert (moved_ones[there == 1].mean() - moved_ones[masks == 1].mean()) > 0.3


def test_the_same_request_gives_the_same_bytes_and_another_seed_others(drawer):
    drawn, _ = drawer
    masks = masks_of(3, 1)
    first = drawn(masks, 5)
    assert first.dtype == np.float32 and first.shape == (3, 1, 16, 16) and np.abs(first).max() <= 1
    assert first.tobytes() == drawn(masks, 5).tobytes() != drawn(masks, 6).tobytes()
    assert first.tobytes() == drawn(masks.astype(np.uint8), 5).tobytes()


def test_a_picture_does_not_depend_on_how_many_are_asked_for(drawer):
    drawn, _ = drawer
    masks = masks_of(52, 2)
    assert np.abs(drawn(masks[:2]) - drawn(masks)[:2]).max() < 1e-4


@pytest.mark.parametrize("axes", [2, 3])
def test_kept_graphs_draw_what_torch_draws_also_of_volumes_and_under_conditions(axes):
    form = ImageForm((16,) * axes, masks=("disc", "bar"), conditions=(Condition("size", "number", low=2, high=6),))
    settings = SMALL | {"width": 8, "steps": 3, "guidance": 2.0}

    def batch(step):
        masks = masks_of(2, step, axes)
        return {"pictures": torch.as_tensor(pictures_of(masks)), "masks": torch.as_tensor(masks), "conditions": torch.full((2, 1), 3.0)}

    networks, _ = taken(MODEL, form, settings, batch, 3)
    asked = SampleRequest(3, 4, np.array([[2], [6], [np.nan]], np.float32), masks=masks_of(3, 9, axes))
    kept = kept_graphs_of(onnx_graphs(MODEL, networks, form, settings))
    within, without = (MODEL.sample(graphs, form, settings, asked) for graphs in (graphs_of(MODEL, networks, form, settings), kept))
    assert without.shape == (3, 1, *form.shape) and np.isfinite(without).all() and np.abs(within - without).max() < 1e-3
    free = MODEL.sample(kept, form, settings, SampleRequest(3, 4, masks=asked.masks))
    assert np.abs(free[:2] - without[:2]).max() > 1e-5


def test_a_learning_that_was_cut_ends_in_the_same_weights(tmp_path, monkeypatch):
    masks = masks_of(24, 3)
    pictures = ImageSet.of(pictures_of(masks), ImageForm((16, 16), low=-1, high=1, masks=FORM.masks), masks=masks)
    plan = LearningPlan(4, batch=4, precision="float32", keep_every=2)
    settings = {"halvings": 1, "width": 8, "mask_width": 8, "depth": 2}
    whole = learnt(pictures, MODEL, settings, plan, tmp_path / "whole")
    step = type(MODEL).step

    def cut(self, networks, turn, form, settings):
        if turn.step == 2:
            raise KeyboardInterrupt
        return step(self, networks, turn, form, settings)

    with monkeypatch.context() as patch:
        patch.setattr(type(MODEL), "step", cut)
        with pytest.raises(KeyboardInterrupt):
            learnt(pictures, MODEL, settings, plan, tmp_path / "cut")
    again = learnt(pictures, MODEL, settings, plan, tmp_path / "cut")
    assert all(one.equal(other) for one, other in zip(whole.networks.parameters(), again.networks.parameters(), strict=True))


def test_a_mask_moves_as_its_picture_does_and_keeps_its_labels():
    masks = torch.as_tensor(masks_of(64, 4))
    pictures = torch.as_tensor((masks.numpy() == 1).astype(np.float32))[:, None]
    torch.manual_seed(5)
    shown, labels, told = moved_with_masks(pictures, masks, 0.8)
    left = (told == 0).all(1)
    assert 4 < int(left.sum()) < 40 and torch.equal(labels[left], masks[left]) and set(labels.unique().tolist()) <= {0, 1, 2}
    changed = (labels != masks).flatten(1).any(1)
    assert changed[~left].float().mean() > 0.8
    bright = (shown[:, 0] - shown.amin((1, 2, 3))[:, None, None]) > 0.5 * (shown.amax((1, 2, 3)) - shown.amin((1, 2, 3)))[:, None, None]
    assert ((labels == 1) != bright).float().mean() < 0.02 < ((masks == 1) != bright).float().mean()
    torch.manual_seed(5)
    assert torch.equal(moved(pictures, 0.8)[0], shown)


@pytest.mark.parametrize(
    ("form", "settings", "code"),
    [
        (ImageForm((16, 16)), {}, "XL-IMGMODEL-060"),
        (ImageForm((18, 16), masks=("disc",)), {}, "XL-IMGMODEL-001"),
        (ImageForm((16,), masks=("disc",)), {}, "XL-IMGMODEL-001"),
        (FORM, {"width": -1}, "XL-IMGMODEL-002"),
    ],
)
def test_a_form_or_setting_it_cannot_serve_is_refused(form, settings, code):
    with pytest.raises(InvalidInput) as refused:
        MODEL.networks(form, SMALL | settings)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("masks", "code"),
    [
        (None, "XL-IMGMODEL-061"),
        (np.zeros((2, 16, 16), int), "XL-IMGMODEL-062"),
        (np.zeros((3, 32, 32), int), "XL-IMGMODEL-062"),
        (np.full((3, 16, 16), 3), "XL-IMGMODEL-063"),
        (np.full((3, 16, 16), -1), "XL-IMGMODEL-063"),
        (np.full((3, 16, 16), 0.5), "XL-IMGMODEL-063"),
    ],
)
def test_masks_that_cannot_be_drawn_by_are_refused_with_a_remedy(masks, code):
    with pytest.raises(InvalidInput) as refused:
        MODEL.sample({}, FORM, SMALL, SampleRequest(3, masks=masks))
    assert refused.value.code == code and refused.value.fix


def test_its_module_imports_neither_torch_nor_monai():
    ask = "import sys, xinglin.models.image.mask_to_image as m; m.MODEL.settings; print(any(x in sys.modules for x in ('torch', 'monai')))"
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
