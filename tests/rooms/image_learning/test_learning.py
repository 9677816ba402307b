"""One loop learns whatever the model: it gets better, keeps a running mean, gathers gradients, stops early, and says what it cannot do."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from tiny_models import SHAPE, Opponents, Rebuilder, blobs

from xinglin.records.errors import InvalidInput, OutOfResources, UsageError
from xinglin.records.image_learning import Condition, ImageForm, LearningPlan
from xinglin.training.image_learning import estimate, fit
from xinglin.training.image_learning.batches import Order, Pictures, mixed
from xinglin.training.image_learning.learner import Company, Learner, fresh_networks
from xinglin.training.image_learning.settings import settings_of

PLAN = LearningPlan(25, batch=8, rate=5e-3, warm_up=5, precision="float32")


def weights(found):
    return {name: value.numpy().copy() for name, value in found.networks.state_dict().items()}


def same(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def test_losses_fall_and_curves_are_kept_as_numbers_and_as_a_picture(tmp_path):
    found = fit.learnt(blobs(), Rebuilder(), {}, PLAN, tmp_path)
    losses = found.curves.values["loss"]
    assert found.steps == 25 and losses[-1] < 0.5 * losses[0]
    assert json.loads((tmp_path / "curves.json").read_text())["at"][-1] == 25
    assert "at the end" in (tmp_path / "curves.svg").read_text()
    assert found.settings["mean"] == pytest.approx(float(blobs().scaled(blobs().rows("train")).mean()))


def test_a_loss_that_only_some_steps_tell_is_drawn_where_it_was_told(tmp_path):
    class Twofold(Rebuilder):
        def step(self, networks, turn, form, settings):
            told = super().step(networks, turn, form, settings)["loss"]
            return {"early" if turn.step < 3 else "late": told}

    found = fit.learnt(blobs(), Twofold(), {}, replace(PLAN, steps=6), tmp_path)
    assert [one is None for one in found.curves.values["early"]] == [False] * 3 + [True] * 3
    assert [one is None for one in found.curves.values["late"]] == [True] * 3 + [False] * 3
    assert set(found.curves.last()) == {"early", "late"} and "late" in (tmp_path / "curves.svg").read_text()


def test_the_same_asking_learns_the_same_bits_and_another_seed_others(tmp_path):
    first = fit.learnt(blobs(), Rebuilder(), {}, PLAN, tmp_path / "a")
    torch.rand(3)  # what else drew chance in the process does not matter
    second = fit.learnt(blobs(), Rebuilder(), {}, PLAN, tmp_path / "b")
    third = fit.learnt(blobs(), Rebuilder(), {}, replace(PLAN, seed=1), tmp_path / "c")
    assert same(weights(first), weights(second)) and first.curves == second.curves
    assert not same(weights(first), weights(third))


def test_learning_leaves_the_chance_of_the_world_as_it_was(tmp_path):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    fit.learnt(blobs(), Rebuilder(), {}, replace(PLAN, steps=2), tmp_path)
    assert torch.equal(torch.rand(3), expected)
    assert not torch.are_deterministic_algorithms_enabled()


def test_the_running_mean_is_what_its_formula_says(tmp_path):
    plan = replace(PLAN, steps=4, average=0.9)
    learner = Learner(blobs(), Rebuilder(), settings_of(Rebuilder()), plan, fresh_networks(Rebuilder(), blobs().form, settings_of(Rebuilder()), 0),
                      Company(torch.device("cpu")))  # fmt: skip
    name = "network.0.weight"
    mean = learner.networks.state_dict()[name].numpy().astype(np.float64).copy()
    for step in range(1, 5):
        learner.advance()
        keeps = min(0.9, (1 + step) / (10 + step))
        mean = keeps * mean + (1 - keeps) * learner.networks.state_dict()[name].numpy()
    np.testing.assert_allclose(learner.finished().state_dict()[name].numpy(), mean, atol=1e-6)


def test_gradients_gathered_over_two_parts_are_those_of_the_whole(tmp_path):
    whole = fit.learnt(blobs(), Rebuilder(), {"noise": 0.0}, replace(PLAN, batch=16, clip=0.0), tmp_path / "whole")
    parts = fit.learnt(blobs(), Rebuilder(), {"noise": 0.0}, replace(PLAN, batch=8, accumulate=2, clip=0.0), tmp_path / "parts")
    for name, value in weights(whole).items():
        np.testing.assert_allclose(weights(parts)[name], value, atol=2e-4)


def test_two_that_learn_against_each_other_get_the_gradients_of_their_own_loss_alone(tmp_path):
    found = fit.learnt(blobs(), Opponents(), {"turns": 2}, replace(PLAN, decay=0.0), tmp_path)
    assert set(found.curves.values) == {"judge", "maker"}
    model, settings = Opponents(), settings_of(Opponents())
    learner = Learner(blobs(), model, settings, PLAN, fresh_networks(model, blobs().form, settings, 0), Company(torch.device("cpu")))
    before = {name: value.clone() for name, value in learner.networks["judge"].state_dict().items()}
    made = learner.networks["maker"](torch.randn(4, 4))
    learner.groups.begin(0, 0)
    learner.groups.backward(-learner.networks["judge"](made).mean(), "maker")
    assert all(one.grad is None for one in learner.networks["judge"].parameters())
    learner.groups.update("maker")
    assert all(torch.equal(value, before[name]) for name, value in learner.networks["judge"].state_dict().items())


def test_gathering_is_refused_where_a_group_moves_several_times_a_step(tmp_path):
    with pytest.raises(UsageError) as error:
        fit.learnt(blobs(), Opponents(), {"turns": 2}, replace(PLAN, accumulate=2), tmp_path)
    assert error.value.code == "XL-LEARN-008"


def test_it_stops_when_held_out_pictures_get_no_better_and_keeps_the_best(tmp_path):
    plan = replace(PLAN, steps=60, rate=2.0, warm_up=0, clip=0.0, look_every=2, patience=2, average=0.0)  # a rate that spoils everything
    found = fit.learnt(blobs(), Rebuilder(), {}, plan, tmp_path)
    looks = [loss for _, loss in found.curves.looks]
    assert found.steps < 60 and min(looks[-2:]) >= min(looks[:-2])
    learner = Learner(
        blobs(), Rebuilder(), settings_of(Rebuilder()), replace(plan, patience=0), found.networks, Company(torch.device("cpu"))
    )
    assert learner.look() == pytest.approx(min(looks), rel=1e-5)


def test_weights_that_run_away_end_it_with_a_reason(tmp_path):
    plan = replace(PLAN, rate=1e30, warm_up=0, clip=0.0)
    with pytest.raises(InvalidInput) as error:
        fit.learnt(blobs(), Rebuilder(), {}, plan, tmp_path)
    assert error.value.code == "XL-LEARN-010"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"steps": 0}, "XL-LEARN-003"), ({"rate": 0.0}, "XL-LEARN-003"), ({"average": 1.0}, "XL-LEARN-003"), ({"patience": 3}, "XL-LEARN-004"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_followed_is_refused(tmp_path, change, code):
    with pytest.raises(UsageError) as error:
        fit.learnt(blobs(), Rebuilder(), {}, replace(PLAN, **change), tmp_path)
    assert error.value.code == code


def test_settings_are_read_from_words_and_wrong_ones_refused():
    assert settings_of(Rebuilder(), {"width": "16", "noise": "0.2"})["width"] == 16
    for given, code in (({"widht": 3}, "XL-LEARN-001"), ({"width": "many"}, "XL-LEARN-002"), ({"width": 1}, "XL-LEARN-002"),
                        ({"norm": "layer"}, "XL-LEARN-002"), ({"width": 2.5}, "XL-LEARN-002")):  # fmt: skip
        with pytest.raises(UsageError) as error:
            settings_of(Rebuilder(), given)
        assert error.value.code == code
        assert "width" in error.value.fix or code == "XL-LEARN-002"


def test_another_learning_in_the_same_folder_is_refused(tmp_path):
    fit.learnt(blobs(), Rebuilder(), {}, replace(PLAN, steps=2), tmp_path)
    for pictures, settings, plan in (
        (blobs(seed=1), {}, replace(PLAN, steps=2)), (blobs(), {"width": 4}, replace(PLAN, steps=2)), (blobs(), {}, replace(PLAN, steps=3)),
    ):  # fmt: skip
        with pytest.raises(UsageError) as error:
            fit.learnt(pictures, Rebuilder(), settings, plan, tmp_path)
        assert error.value.code == "XL-LEARN-011"


def test_what_would_not_fit_into_memory_is_refused_with_the_batch_that_would(tmp_path, monkeypatch):
    model, settings = Rebuilder(), settings_of(Rebuilder())
    networks = fresh_networks(model, blobs().form, settings, 0)
    need = estimate.memory_needed(blobs(), model, settings, PLAN, networks, Company(torch.device("cpu")))
    kept_by_hand = 4 * (8 * 8 * 8 * 2 + 8 * 16 * 16 + 2 * 16 * 16)  # two layers of 8 at 8 x 8, one at 16 x 16, pictures
    assert 0.5 < need.each / kept_by_hand < 3
    monkeypatch.setattr(estimate, "memory_free", lambda device: need.of(5))
    with pytest.raises(OutOfResources) as error:
        fit.learnt(blobs(), model, {}, PLAN, tmp_path)
    assert error.value.code == "XL-LEARN-020" and error.value.fix.startswith("batch 4 with accumulate 2")


def test_minutes_become_steps_that_can_be_repeated(tmp_path, monkeypatch):
    monkeypatch.setattr(estimate, "seconds_of_a_step", lambda *given: 0.5)
    notes = []
    found = fit.learnt(blobs(), Rebuilder(), {}, PLAN, tmp_path / "a", minutes=0.1, note=notes.append)
    assert found.plan.steps == found.steps == 12 and any("12 steps" in one for one in notes)
    again = fit.learnt(blobs(), Rebuilder(), {}, found.plan, tmp_path / "b")
    assert same(weights(found), weights(again))


def test_each_picture_comes_once_in_a_pass_and_the_order_differs_by_pass_and_seed():
    order = Order(7, 3)
    passes = [order.places(7 * n, 7).tolist() for n in range(3)]
    assert all(sorted(one) == list(range(7)) for one in passes) and passes[0] != passes[1]
    assert order.places(5, 4).tolist() == (passes[0] + passes[1])[5:9]
    assert Order(7, 4).places(0, 7).tolist() != passes[0]


def test_processes_that_learn_together_share_out_the_pictures_of_a_step():
    side = Pictures(blobs(), "train", (), 0, mirrored=True)
    whole = side.part(3, 8)["pictures"]
    shares = [side.part(3, 8, rank, 2)["pictures"] for rank in range(2)]
    np.testing.assert_array_equal(np.stack(shares, 1).reshape(whole.shape), whole)


def test_a_mirrored_picture_is_mirrored_with_its_mask_and_its_partner():
    values = blobs().pictures
    masks = (values[:, 0] > 50).astype(np.uint8)
    form = ImageForm(SHAPE, low=0, high=100, masks=("spot",), mirrored=True, conditions=(Condition("size", "number", high=1.0),))
    pictures = blobs(form=form, masks=masks, partners=values, conditions=np.full((60, 1), 0.5))
    part = Pictures(pictures, "train", ("masks", "partners"), 0, mirrored=True).part(0, 16)
    plain = Pictures(pictures, "train", ("masks", "partners"), 0).part(0, 16)
    turned = [not np.array_equal(a, b) for a, b in zip(part["pictures"], plain["pictures"], strict=True)]
    assert 2 < sum(turned) < 14
    np.testing.assert_array_equal(part["masks"], (part["pictures"][:, 0] > 0).astype(np.int64))
    np.testing.assert_array_equal(part["partners"], part["pictures"])
    assert part["conditions"].shape == (16, 1)


def test_a_set_without_what_a_model_needs_is_refused(tmp_path):
    class Masked(Rebuilder):
        needs = ("masks",)

    with pytest.raises(InvalidInput) as error:
        fit.learnt(blobs(), Masked(), {}, PLAN, tmp_path)
    assert error.value.code == "XL-LEARN-005"


def test_pictures_of_two_domains_are_dealt_out_side_by_side():
    form = ImageForm(SHAPE, low=0, high=100, domains=("sharp", "smooth"))
    values = blobs().pictures.copy()
    values[::2] *= 0.5
    pictures = blobs_of(form, values)
    part = Pictures(pictures, "train", ("others",), 0).part(0, 12)
    assert part["pictures"].shape == part["others"].shape == (12, 1, *SHAPE)
    assert part["pictures"].max() <= 0.01 < part["others"].max()


def blobs_of(form, values):
    from xinglin.training.image_sets import ImageSet

    return ImageSet.of(values, form, domains=["sharp", "smooth"] * (len(values) // 2))


def test_seeds_of_steps_differ_and_follow_from_their_number():
    assert len({mixed(0, step) for step in range(1000)}) == 1000
    assert all(0 <= mixed(seed, 5) < 2**63 for seed in range(100))


def test_the_folder_is_of_one_process_at_a_time(tmp_path):
    with fit._alone(Path(tmp_path), Company(torch.device("cpu"))), pytest.raises(OutOfResources) as error:
        fit.learnt(blobs(), Rebuilder(), {}, PLAN, tmp_path)
    assert error.value.code == "XL-LEARN-012"
