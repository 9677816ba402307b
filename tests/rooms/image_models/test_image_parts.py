"""What generators share: the wavelet view loses nothing, grain is added where it is lacking and nowhere else, walks end where they should."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.rooms.image_models.test_generators import SMALL, model_of
from tests.rooms.image_models.trying import ASKED, discs, learnt

from xinglin.models.image_parts import sampling
from xinglin.models.image_parts.conditions import ConditionEmbedding, forgotten, told_of
from xinglin.models.image_parts.lacking_noise import blurred, noised, with_noise_measured
from xinglin.models.image_parts.moving import moved, told_count
from xinglin.models.image_parts.wavelets import WaveletView
from xinglin.records.image_learning import SampleRequest

REQUEST = SampleRequest(200, seed=4)


def grainy(count=200, strength=0.2, seed=1):
    """Slopes from black to white with grain on the bright half alone."""
    chance = np.random.default_rng(seed)
    slope = np.linspace(-0.9, 0.7, 32, dtype=np.float32)[None, None, None, :].repeat(32, 2).repeat(count, 0)
    return slope + (slope > 0) * strength * chance.standard_normal(slope.shape).astype(np.float32), slope


@pytest.mark.parametrize(("shape", "levels"), [((16, 16), 1), ((16, 32), 2), ((8, 8, 8), 1), ((16, 16), 0)])
def test_bands_put_together_are_the_picture_again(shape, levels):
    view, pictures = WaveletView(len(shape), 2, levels), torch.randn(3, 2, *shape)
    view.measure(pictures)
    bands = view.bands_of(pictures)
    assert bands.shape == (3, view.bands, *(side >> levels for side in shape))
    assert torch.allclose(view(bands), pictures, atol=1e-5)


def test_every_band_has_mean_0_and_spread_1_once_measured():
    view, pictures = WaveletView(2, 1, 2), torch.as_tensor(discs(200)[0])
    for batch in pictures.split(50):
        view.measure(batch)
    bands = view.bands_of(pictures)
    assert bands.mean((0, 2, 3)).abs().max() < 1e-3 and (bands.std((0, 2, 3)) - 1).abs().max() < 0.02


def test_smooth_pictures_get_back_the_grain_they_lack_where_it_belongs():
    real, smooth = grainy()
    settings = with_noise_measured({"noise_again": True}, real, smooth)
    again = noised(smooth, settings, REQUEST, range(200))
    grain = (again - smooth)[..., 2:-2]
    bright, dark = grain[smooth[..., 2:-2] > 0.1].std(), grain[smooth[..., 2:-2] < -0.2].std()
    assert 0.15 < bright < 0.25 and dark < 0.05


def test_pictures_that_carry_their_grain_are_left_alone():
    real, _ = grainy(seed=1)
    made, _ = grainy(seed=2)
    settings = with_noise_measured({"noise_again": True}, real, made)
    assert np.array_equal(noised(made, settings, REQUEST, range(200)), np.clip(made, -1, 1))


def test_no_grain_is_added_unasked():
    real, smooth = grainy(20)
    settings = with_noise_measured({"noise_again": False}, real, smooth)
    assert np.array_equal(noised(smooth, settings, REQUEST, range(20)), smooth)


def test_a_blur_keeps_an_even_picture_and_thins_grain():
    assert np.allclose(blurred(np.full((1, 1, 8, 8), 0.3, np.float32)), 0.3)
    grain = np.random.default_rng(0).standard_normal((1, 1, 64, 64)).astype(np.float32)
    assert blurred(grain).std() == pytest.approx(0.375, abs=0.03)


@pytest.mark.parametrize("second_order", [False, True])
def test_a_walk_along_a_straight_field_ends_at_its_end(second_order):
    start, end = np.ones((1, 1, 2, 2), np.float32), np.full((1, 1, 2, 2), 0.25, np.float32)
    walked = sampling.walked(lambda _state, _time: start - end, start, sampling.times_of(7, 2.0), second_order)
    assert np.allclose(walked, end, atol=1e-6)


def test_heuns_steps_follow_a_curve_better_than_eulers():
    start = np.ones((1, 1, 1, 1), np.float32)
    euler, heun = (sampling.walked(lambda state, _time: state, start, sampling.times_of(8, 1.0), second) for second in (False, True))
    assert abs(heun.item() - np.exp(-1)) < 0.2 * abs(euler.item() - np.exp(-1))


def test_guidance_pushes_away_from_what_is_said_unasked():
    def graph(state, time, conditions):
        return np.where(np.isnan(conditions[:, :1]), 1.0, 3.0).astype(np.float32) * np.ones_like(state)

    told = {"conditions": np.zeros((2, 1), np.float32)}
    assert np.allclose(sampling.guided(graph, told, 2.0)(np.zeros((2, 1), np.float32), 0.5), 5.0)


def test_conditions_tell_levels_numbers_and_the_unknown_apart():
    torch.manual_seed(0)
    embedding, unknown = ConditionEmbedding(ASKED.conditions, 8), float("nan")
    said = embedding(torch.tensor([[3.0, 0.0], [3.0, 1.0], [5.0, 0.0], [unknown, 0.0], [unknown, unknown]]))
    assert torch.isfinite(said).all() and torch.cdist(said, said)[~torch.eye(5, dtype=torch.bool)].min() > 1e-3


def test_a_share_of_pictures_loses_all_its_conditions():
    asked = forgotten(torch.ones(2000, 2), 0.1)
    assert torch.equal(asked[:, 0].isnan(), asked[:, 1].isnan()) and 0.07 < asked[:, 0].isnan().float().mean() < 0.13


@pytest.mark.parametrize("axes", [2, 3])
def test_a_share_of_pictures_is_moved_and_told_so_the_others_are_untouched(axes):
    torch.manual_seed(0)
    pictures = torch.as_tensor(discs(64, axes)[0])
    shown, told = moved(pictures, 0.5)
    still = (told == 0).all(1)
    assert told.shape == (64, told_count(axes)) and 10 < still.sum() < 54
    assert torch.equal(shown[still], pictures[still]) and (shown[~still] - pictures[~still]).abs().mean() > 0.02


def test_missing_edges_are_not_made_up_by_grain():
    real, smooth = grainy()
    edged = real.copy()
    edged[..., 8, :] += 1.0
    plain, beside_edges = (with_noise_measured({"noise_again": True}, pictures, smooth) for pictures in (real, edged))
    added = [(noised(smooth, settings, REQUEST, range(200)) - smooth).std() for settings in (plain, beside_edges)]
    assert added[1] < 1.3 * added[0] and (edged - smooth).std() > 1.6 * (real - smooth).std()


@pytest.mark.parametrize("name", ["dcgan", "wgan_gp", "vae", "rectified_flow", "diffusion", "wavelet_flow"])
def test_every_generator_learns_what_a_picture_is_of_which_nothing_is_asked(name, monkeypatch):
    hidden = []
    monkeypatch.setattr("xinglin.models.image_parts.conditions.forgotten", lambda asked, share: hidden.append(share) or asked)
    learnt(model_of(name), ASKED, SMALL[name], steps=1)
    assert hidden and set(hidden) == {0.1}


def test_hidden_conditions_are_not_known_and_the_rest_stay():
    asked = torch.arange(400.0).reshape(200, 2)
    told = told_of({"conditions": asked}, {"forgotten": 0.3})
    gone = torch.isnan(told).all(1)
    assert 30 < int(gone.sum()) < 90 and torch.equal(told[~gone], asked[~gone])
    assert told_of({}, {"forgotten": 0.3}) is None


def test_grain_that_is_lacking_by_the_median_but_not_in_the_mean_is_even():
    """A barely learnt maker gives giants: more power than real pictures, and less of it in most places."""
    real, slope = grainy(strength=0.02)
    made = slope.copy()
    made[:, :, ::4, ::4] += np.random.default_rng(0).choice([-0.3, 0.3], made[:, :, ::4, ::4].shape)
    greys = np.array([float(word) for word in str(with_noise_measured({}, real, made)["measured_noise_greys"]).split()])
    assert (
        np.isfinite(greys).all()
        and np.isfinite(noised(made, with_noise_measured({"noise_again": True}, real, made), REQUEST, range(5))).all()
    )
