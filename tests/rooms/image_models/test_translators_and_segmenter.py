"""CycleGAN, pix2pix and the U-Net on pictures small enough to be learnt in seconds: discs on a ground, seen in two ways, with the truth known."""

import numpy as np
import pytest
import torch
from tests.rooms.image_models.small_loop import defaults, graphs_of, taken

from xinglin.models.image.cyclegan import MODEL as CYCLEGAN
from xinglin.models.image.pix2pix import MODEL as PIX2PIX
from xinglin.models.image.unet_segmentation import MODEL as UNET
from xinglin.records.errors import InvalidInput
from xinglin.records.image_learning import ImageForm, SampleRequest

FORM = ImageForm((16, 16), masks=("disc",), domains=("dark", "bright"))
LARGER = ImageForm((32, 32), masks=("disc",))
PLAIN = ImageForm((16, 16))


def discs(count, seed, brighter=0.0, size=16):
    """(pictures, masks): one disc each; `brighter` is added to everything."""
    draw = np.random.default_rng(seed)
    rows, columns = np.mgrid[:size, :size]
    middle, radius = draw.uniform(size / 3, size * 2 / 3, (count, 2, 1, 1)), draw.uniform(size / 6, size / 3.5, (count, 1, 1))
    masks = ((rows - middle[:, 0]) ** 2 + (columns - middle[:, 1]) ** 2 < radius**2).astype(np.int64)
    pictures = (masks * 0.8 - 0.6 + 0.02 * draw.standard_normal(masks.shape) + brighter).astype(np.float32)
    return pictures[:, None], masks


def tensors(**arrays):
    return {name: torch.as_tensor(array) for name, array in arrays.items()}


def test_cyclegan_learns_the_shift_between_two_kinds_of_pictures_it_never_saw_in_pairs():
    settings = defaults(CYCLEGAN, width=8, blocks=1, critic_width=8, critic_layers=1, identity=0.5)
    networks, losses = taken(
        CYCLEGAN, FORM, settings, lambda step: tensors(pictures=discs(8, step)[0], others=discs(8, 900 + step, 0.4)[0]), 200
    )
    graphs = graphs_of(CYCLEGAN, networks, FORM, settings)
    dark, bright = discs(20, 5000)[0], discs(20, 5000, 0.4)[0]
    before, there = (
        np.abs(dark - bright).mean(),
        CYCLEGAN.sample(graphs, FORM, settings, SampleRequest(20, pictures=dark, towards="bright")),
    )
    back = CYCLEGAN.sample(graphs, FORM, settings, SampleRequest(20, pictures=bright, towards="dark"))
    assert np.abs(there - bright).mean() < 0.6 * before
    assert np.abs(back - dark).mean() < 0.6 * before
    assert set(losses[0]) == {"fooled", "cycle", "identity", "critics"}


def test_a_difference_network_starts_from_the_picture_itself():
    settings = defaults(PIX2PIX, width=8, blocks=1, critic_width=8, critic_layers=1)
    networks, _ = taken(PIX2PIX, PLAIN, settings, None, 0)
    pictures = discs(3, 1)[0]
    made = PIX2PIX.sample(graphs_of(PIX2PIX, networks, PLAIN, settings), PLAIN, settings, SampleRequest(3, pictures=pictures))
    assert np.array_equal(made, pictures)


def test_pix2pix_learns_from_pairs():
    settings = defaults(PIX2PIX, width=8, blocks=1, critic_width=8, critic_layers=1)
    networks, losses = taken(PIX2PIX, PLAIN, settings, lambda step: tensors(pictures=discs(8, step)[0], partners=-discs(8, step)[0]), 60)
    pictures = discs(20, 5000)[0]
    made = PIX2PIX.sample(graphs_of(PIX2PIX, networks, PLAIN, settings), PLAIN, settings, SampleRequest(20, pictures=pictures))
    assert np.abs(made + pictures).mean() < 0.3 * np.abs(2 * pictures).mean()
    assert losses[-1]["far"] < losses[0]["far"]


@pytest.mark.parametrize("model", [CYCLEGAN, PIX2PIX])
def test_the_same_request_gives_the_same_bytes(model):
    settings = defaults(model, width=8, blocks=1, critic_width=8, critic_layers=1, difference=False)
    networks, _ = taken(model, FORM, settings, None, 0)
    graphs, asked = graphs_of(model, networks, FORM, settings), SampleRequest(3, pictures=discs(3, 1)[0])
    assert model.sample(graphs, FORM, settings, asked).tobytes() == model.sample(graphs, FORM, settings, asked).tobytes()


def test_the_unet_finds_discs_it_has_not_seen():
    settings = defaults(UNET, width=8)
    networks, losses = taken(
        UNET, LARGER, settings, lambda step: tensors(pictures=discs(8, step, size=32)[0], masks=discs(8, step, size=32)[1]), 60, rate=4e-3
    )
    pictures, masks = discs(20, 5000, size=32)
    chances = UNET.sample(graphs_of(UNET, networks, LARGER, settings), LARGER, settings, SampleRequest(20, pictures=pictures))
    found = chances.argmax(axis=1) == 1
    assert 2 * (found & (masks == 1)).sum() / (found.sum() + masks.sum()) > 0.8
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-5)
    assert losses[-1]["1 - Dice"] < losses[0]["1 - Dice"]


@pytest.mark.parametrize(
    ("model", "form", "code"),
    [
        (CYCLEGAN, PLAIN, "XL-IMGMODEL-021"),
        (CYCLEGAN, ImageForm((18, 18), domains=("a", "b")), "XL-IMGMODEL-020"),
        (PIX2PIX, ImageForm((8, 8)), "XL-IMGMODEL-020"),
        (UNET, PLAIN, "XL-IMGMODEL-023"),
        (UNET, ImageForm((24, 24), masks=("disc",)), "XL-IMGMODEL-024"),
    ],
)
def test_a_form_that_cannot_be_served_is_refused(model, form, code):
    with pytest.raises(InvalidInput) as refused:
        model.networks(form, defaults(model))
    assert refused.value.code == code


@pytest.mark.parametrize("model", [CYCLEGAN, PIX2PIX, UNET])
def test_nothing_is_guessed_where_no_pictures_are_given(model):
    with pytest.raises(InvalidInput) as refused:
        model.sample({}, FORM, {}, SampleRequest(1))
    assert refused.value.code == "XL-IMGMODEL-022"
