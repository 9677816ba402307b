"""Under differential privacy each picture's gradient is cut and noise is added by a secret chance; what cannot keep the promise is refused."""

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from tiny_models import Opponents, Rebuilder, blobs

from xinglin.records.errors import UsageError
from xinglin.records.image_learning import LearningPlan
from xinglin.training.image_learning import private
from xinglin.training.image_learning.fit import learnt
from xinglin.training.image_learning.keeping import kept_of
from xinglin.training.image_learning.learner import Company, fresh_networks
from xinglin.training.image_learning.settings import settings_of

PLAN = LearningPlan(6, batch=8, precision="float32", privacy=4.0, delta=1e-3)
CPU = Company(torch.device("cpu"))


def learner_of(place, plan=PLAN, settings=None):
    given = settings_of(Rebuilder(), settings)
    return private.private_learner(blobs(), Rebuilder(), given, plan, fresh_networks(Rebuilder(), blobs().form, given, 0), CPU, place)


def test_epsilon_is_spent_up_to_what_was_allowed_and_stands_on_the_card(tmp_path):
    found = learnt(blobs(), Rebuilder(), {"norm": "group"}, PLAN, tmp_path)
    assert 3.5 < found.epsilon <= 4.0
    kept = kept_of(found, name="private")
    assert kept.told.epsilon == found.epsilon and any("for each picture" in one for one in kept.told.notes)
    assert kept.told.losses == {} and found.curves.at == () and found.settings["mean"] == 0.0  # nothing else was measured of the pictures
    assert not (tmp_path / private.SECRET).exists()


def test_the_count_of_what_was_spent_is_that_of_the_closed_form_where_all_pictures_are_drawn(tmp_path):
    groups = learner_of(tmp_path, replace(PLAN, batch=len(blobs().rows("train")))).groups
    orders = np.arange(1.01, 200, 0.01)  # Mironov 2017, proposition 7; to epsilon by Balle et al. 2020, theorem 21
    epsilons = 6 * orders / (2 * groups.noise**2) + np.log((orders - 1) / orders) - (np.log(1e-3) + np.log(orders)) / (orders - 1)
    assert groups.spent(6) == pytest.approx(epsilons.min(), rel=0.02)
    assert groups.spent(3) < groups.spent(6) <= 4.0 and groups.spent(0) == 0.0


def test_no_picture_moves_the_weights_by_more_than_the_length_allowed(tmp_path):
    learner = learner_of(tmp_path, replace(PLAN, clip=1e-3))
    groups = learner.groups
    groups.noise = 0.0
    seen = []
    moved = groups._moved
    groups._moved = lambda group: (seen.append([one.grad.clone() for one in groups.parameters[group]]), moved(group))
    learner.advance()
    length = torch.cat([one.reshape(-1) for one in seen[0]]).norm()
    assert 0 < length <= 1e-3 * groups.drawn / PLAN.batch + 1e-9


def test_without_noise_and_cutting_it_is_the_plain_gradient(tmp_path):
    learner = learner_of(tmp_path, replace(PLAN, clip=1e6), {"noise": 0.0})
    groups, seen = learner.groups, []
    groups.noise = 0.0
    groups._moved = lambda group: seen.append([one.grad.clone() for one in groups.parameters[group]])
    plain = fresh_networks(Rebuilder(), blobs().form, settings_of(Rebuilder()), 0)["network"]
    learner.advance()
    pictures = torch.from_numpy(blobs().scaled(blobs().rows("train")[groups.rows(0)]))
    (torch.nn.functional.mse_loss(plain(pictures), pictures) * len(pictures) / PLAN.batch).backward()
    for mine, expected in zip(seen[0], plain.parameters(), strict=True):
        torch.testing.assert_close(mine, expected.grad, rtol=1e-4, atol=1e-7)


def test_a_step_that_draws_nobody_is_noise_alone(tmp_path):
    learner = learner_of(tmp_path)
    learner.groups.rows = lambda step: np.zeros(0, np.intp)
    before = learner.networks["network"][0].weight.clone()
    assert learner.advance() == {}
    assert not torch.equal(before, learner.networks["network"][0].weight)


def test_each_house_draws_other_noise_and_a_resumed_one_its_own(tmp_path):
    first, second = learner_of(tmp_path / "a"), learner_of(tmp_path / "b")
    assert not np.array_equal(first.groups._chance(1).random(4), second.groups._chance(1).random(4))
    again = learner_of(tmp_path / "a")
    assert np.array_equal(first.groups._chance(1).random(4), again.groups._chance(1).random(4))


@pytest.mark.parametrize(
    ("model", "settings", "change"),
    [
        (Opponents(), {}, {}), (Rebuilder(), {"norm": "batch"}, {}), (Rebuilder(), {}, {"accumulate": 2}), (Rebuilder(), {}, {"average": 0.0}),
        (Rebuilder(), {}, {"patience": 2, "look_every": 2}),
    ],
)  # fmt: skip
def test_what_cannot_keep_the_promise_is_refused(tmp_path, model, settings, change):
    with pytest.raises(UsageError) as error:
        learnt(blobs(), model, settings, replace(PLAN, **change), tmp_path)
    assert error.value.code == "XL-LEARN-080"


def test_a_loss_over_pictures_doubled_inside_is_refused(tmp_path):
    class Doubled(Rebuilder):
        def step(self, networks, turn, form, settings):
            pictures = turn.batch["pictures"]
            both = torch.cat([pictures, -pictures])
            turn.backward(torch.nn.functional.mse_loss(networks["network"](both), both), "all")
            turn.update("all")
            return {}

    with pytest.raises(UsageError) as error:
        learnt(blobs(), Doubled(), {}, PLAN, tmp_path)
    assert error.value.code == "XL-LEARN-081"
