"""The pyramid under the wavelet flow: nothing is lost, the strength of details is foretold from the smooth picture, giants are drawn in."""

import numpy as np
import pytest
import torch

from xinglin.models.image.wavelet_flow.networks import Grown
from xinglin.models.image.wavelet_flow.pyramid import Strength, drawn_in, drawn_out, halved, joined
from xinglin.models.image.wavelet_flow.style import Style, evened, exposure, loudness


@pytest.mark.parametrize("shape", [(16, 16), (8, 12), (8, 8, 8)])
def test_what_was_halved_is_joined_again(shape):
    pictures = torch.randn(3, 2, *shape)
    smooth, details = halved(pictures)
    assert smooth.shape == (3, 2, *(side // 2 for side in shape)) and details.shape[1] == 2 * (2 ** len(shape) - 1)
    assert torch.allclose(joined(smooth, details), pictures, atol=1e-6)


def test_the_smooth_picture_is_the_mean_over_squares():
    pictures = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert torch.equal(halved(pictures)[0], torch.nn.functional.avg_pool2d(pictures, 2))


def uneven(count=64, seed=0):
    """Smooth pictures flat on the left and rough on the right, details faint on the left and strong on the right, with a few giants."""
    chance = np.random.default_rng(seed)
    rough = np.where(np.arange(16) < 8, 0.01, 0.3)[None, None, None]
    smooth = (0.5 * rough * chance.standard_normal((count, 1, 16, 16))).astype(np.float32)
    details = 0.2 * rough * chance.standard_normal((count, 3, 16, 16))
    details[chance.random(details.shape) < 0.002] *= 30
    return torch.as_tensor(smooth), torch.as_tensor(details.astype(np.float32))


def test_details_in_units_of_the_strength_foretold_are_nearly_normal():
    smooth, details = uneven()
    strength = Strength(2, 3)
    strength.measure(smooth, details)
    state = drawn_in(details, strength(smooth))
    left, right = state[..., :6].std(), state[..., 10:].std()
    assert 0.85 < left < 1.15 and 0.85 < right < 1.15 and (state**4).mean() / (state**2).mean() ** 2 < 4.5
    assert (details**4).mean() / (details**2).mean() ** 2 > 50


def test_giants_that_were_drawn_in_are_drawn_out_again():
    details, strength = torch.tensor([-40.0, -1.0, 0.0, 0.2, 70.0]), torch.tensor(1.0)
    assert torch.allclose(drawn_out(drawn_in(details, strength), strength), details, rtol=1e-4)


def test_a_state_gone_astray_gives_no_infinite_detail():
    assert torch.isfinite(drawn_out(torch.tensor([1e6, -1e6]), torch.tensor(0.1))).all()


@pytest.mark.parametrize("axes", [2, 3])
def test_a_picture_that_runs_on_evenly_leaves_no_details(axes):
    sides = [torch.linspace(-0.4, 0.6, 16).reshape([-1 if place == axis else 1 for place in range(axes)]) for axis in range(axes)]
    inner = (..., *[slice(1, -1)] * axes)
    assert halved(sum(sides, torch.zeros([16] * axes))[None, None])[1][inner].abs().max() < 1e-6


def test_pictures_evened_have_one_exposure_and_get_theirs_back():
    smooth = torch.randn(5, 1, 8, 8) * torch.tensor([0.1, 0.2, 0.5, 1.0, 2.0]).reshape(5, 1, 1, 1) + 0.3
    told = exposure(smooth)
    even = evened(smooth, told)
    assert even.flatten(1).mean(1).abs().max() < 1e-5
    assert torch.allclose(even * told[:, 1].exp().reshape(5, 1, 1, 1) + told[:, 0].reshape(5, 1, 1, 1), smooth, atol=1e-6)


def test_details_come_out_as_loud_as_the_style_tells_however_loud_they_went_in():
    smooth, details = uneven(8)
    strength, style = Strength(2, 3), Style(1, 3)
    strength.measure(smooth, details)
    style.middle += 0.2
    style.square.copy_(style.middle**2 + 0.09)
    asked = torch.randn(8, style.count)
    grown = Grown(strength, style, 0)(0.3 * torch.randn(8, 3, 16, 16), 0.2 * smooth, asked)
    again, found = halved(grown)
    assert grown.abs().max() < 1 and torch.allclose(again, 0.2 * smooth, atol=1e-5)
    assert torch.allclose(loudness(found, strength(0.2 * smooth)), style.loud(asked, 0), atol=0.12)


def test_the_style_is_measured_after_the_strength_and_then_stays():
    style, loud = Style(2, 3), 0.7 + 0.2 * torch.randn(16, 8)
    for _ in range(24):
        style(loud + 5)
    assert torch.equal(style.middle, torch.zeros(8))
    for _ in range(48):
        style(loud)
    kept = style.middle.clone()
    style(loud - 3)
    assert torch.equal(style.middle, kept) and torch.allclose(kept, loud.mean(0), atol=1e-5)
    assert torch.allclose(style(loud).std(0), torch.ones(8), atol=0.1)
