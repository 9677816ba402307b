"""A hole in a patch filled with a nodule: nothing else changes, the density asked for is met, the same asking gives the same bytes."""

from functools import cache

import numpy as np
import pytest
import torch
from tests.rooms.image_models.trying import exported, graphs_of

from xinglin.models.image.nodule_inpainting import MODEL
from xinglin.models.image.nodule_inpainting.networks import Filler, Hole
from xinglin.records.errors import InvalidInput
from xinglin.records.image_learning import Condition, ImageForm, SampleRequest
from xinglin.shelf.promises import Turn

SIDE = 16
CONDITIONS = (Condition("type", "level", ("solid", "ground-glass")), Condition("density_hu", "number", low=-700.0, high=100.0))
FORM = ImageForm((SIDE,) * 3, low=-1000.0, high=1000.0, unit="HU", masks=("nodule",), conditions=CONDITIONS)
SETTINGS = {one.name: one.default for one in MODEL.settings} | {"width": 8, "margin": 2, "steps": 4}
NOISE = 0.02


def patches(count=16, seed=0):
    """Balls of one density in even lung with noise, their masks, and what is known of them."""
    chance = np.random.default_rng(seed)
    away = np.sqrt(sum((g - SIDE / 2 + 0.5) ** 2 for g in np.meshgrid(*[np.arange(SIDE)] * 3, indexing="ij")))
    masks = (away[None] < chance.uniform(2.2, 4.0, (count, 1, 1, 1))).astype(np.int64)
    kind = np.arange(count) % 2
    density = np.where(kind == 0, chance.uniform(0, 100, count), chance.uniform(-700, -500, count))
    share = MODEL.networks(FORM, SETTINGS)["network"].simplest.seen(torch.as_tensor(masks[:, None]).float()).numpy()
    pictures = -0.85 * (1 - share) + share * (density / 1000).reshape(-1, 1, 1, 1, 1) + NOISE * chance.standard_normal(share.shape)
    return pictures.astype(np.float32), masks, np.stack([kind, density], 1).astype(np.float32)


@cache
def learnt(steps=12):
    pictures, masks, conditions = patches()
    torch.manual_seed(0)
    networks = MODEL.networks(FORM, SETTINGS)
    adam, told = torch.optim.AdamW(networks.parameters(), 4e-3), []
    for step in range(steps):
        torch.manual_seed(step)
        rows = torch.randint(0, len(pictures), (6,)).numpy()
        batch = {
            "pictures": torch.as_tensor(pictures[rows]),
            "masks": torch.as_tensor(masks[rows]),
            "conditions": torch.as_tensor(conditions[rows]),
        }
        turn = Turn(step, steps, batch, lambda loss, group: (adam.zero_grad(), loss.backward())[1], lambda group: adam.step())
        told.append(MODEL.step(networks, turn, FORM, SETTINGS))
    return networks.eval(), told


def filled(seed=1, conditions=True, **changed):
    pictures, masks, known = patches(4, seed=7)
    request = {"count": 4, "seed": seed, "conditions": known if conditions else None, "pictures": pictures, "masks": masks} | changed
    made = MODEL.sample(graphs_of(MODEL, learnt()[0], FORM, SETTINGS), FORM, SETTINGS, SampleRequest(**request))
    return pictures, masks, known, made


def hole_of(masks):
    return Hole(2, 2)(torch.as_tensor(masks).float()).numpy() > 0.5


def test_beyond_the_hole_every_voxel_is_what_was_given():
    pictures, masks, _, made = filled()
    hole = hole_of(masks)
    assert np.array_equal(made[~hole], pictures[~hole]) and (made[hole] != pictures[hole]).mean() > 0.99


def test_what_lay_in_the_hole_is_not_looked_at():
    pictures, masks, known, made = filled()
    other = np.where(hole_of(masks), np.float32(0.7), pictures)
    again = MODEL.sample(graphs_of(MODEL, learnt()[0], FORM, SETTINGS), FORM, SETTINGS, SampleRequest(4, 1, known, other, masks))
    assert np.array_equal(made, again)


def test_the_density_asked_for_is_met_after_little_learning():
    _, masks, known, made = filled()
    found = learnt()[0]["network"].simplest.found(torch.as_tensor(made), torch.as_tensor(masks).float()).numpy() * 1000
    assert np.abs(found - known[:, 1]).max() < 100


def test_learning_finds_out_how_strong_the_noise_is():
    told = learnt()[1]
    assert np.mean([one["expected"] for one in told[-3:]]) < np.mean([one["expected"] for one in told[:3]]) - 0.05
    assert all(np.isfinite(list(one.values())).all() for one in told)


def test_the_same_asking_gives_the_same_bytes_and_another_seed_others():
    assert filled()[3].tobytes() == filled()[3].tobytes()
    assert not np.array_equal(filled()[3], filled(seed=2)[3])


def test_it_fills_without_conditions_too():
    assert np.isfinite(filled(conditions=False)[3]).all()


def test_a_network_without_conditions_learns_and_fills():
    form = ImageForm((SIDE,) * 3, low=-1000.0, high=1000.0, masks=("nodule",))
    torch.manual_seed(0)
    networks = MODEL.networks(form, SETTINGS)
    pictures, masks, _ = patches(2)
    batch = {"pictures": torch.as_tensor(pictures), "masks": torch.as_tensor(masks)}
    MODEL.step(networks, Turn(0, 1, batch, lambda loss, group: loss.backward(), lambda group: None), form, SETTINGS)
    made = MODEL.sample(graphs_of(MODEL, networks.eval(), form, SETTINGS), form, SETTINGS, SampleRequest(2, 0, None, pictures, masks))
    assert made.shape == pictures.shape


@pytest.mark.parametrize("name", ["hole", "simplest", "around", "expected", "velocity", "difference"])
def test_every_graph_is_exported(name, tmp_path):
    network, inputs = MODEL.graphs(learnt()[0], FORM, SETTINGS)[name]
    if "masks" in inputs:
        inputs = inputs | {"masks": torch.as_tensor(patches(2)[1]).float()}
    there, here = exported(network, inputs, tmp_path)
    np.testing.assert_allclose(there, here, atol=2e-3)  # normalised layers make much of rounding where a patch is even


def test_the_best_guess_for_plain_noise_is_built_in():
    torch.manual_seed(0)
    network = Filler(FORM, SETTINGS)
    around = torch.zeros(3, 17, 8, 8, 8)
    around[:, -1] = 1
    state, time = torch.randn(3, 8, 8, 8, 8), torch.tensor([0.0, 0.5, 1.0])
    said = network.velocity(state, time, around)
    torch.testing.assert_close(said[0], -state[0])
    torch.testing.assert_close(said[1], torch.zeros_like(said[1]))
    torch.testing.assert_close(said[2], state[2])


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (ImageForm((16, 16), masks=("nodule",)), "XL-IMGMODEL-001"), (ImageForm((16, 16, 18), masks=("nodule",)), "XL-IMGMODEL-001"),
        (ImageForm((16,) * 3), "XL-IMGMODEL-080"), (ImageForm((16,) * 3, channels=3, masks=("nodule",)), "XL-IMGMODEL-081"),
    ],
)  # fmt: skip
def test_forms_it_cannot_fill_are_refused(form, code):
    with pytest.raises(InvalidInput, match=code):
        MODEL.networks(form, SETTINGS)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"masks": None}, "XL-IMGMODEL-082"), ({"pictures": None}, "XL-IMGMODEL-082"), ({"count": 3}, "XL-IMGMODEL-082"),
        ({"masks": np.zeros((4, SIDE, SIDE, SIDE), np.int64)}, "XL-IMGMODEL-083"), ({"masks": np.ones((4, SIDE, SIDE, SIDE), np.int64)}, "XL-IMGMODEL-083"),
    ],
)  # fmt: skip
def test_requests_that_say_too_little_are_refused(changed, code):
    with pytest.raises(InvalidInput, match=code):
        filled(**changed)
