"""From a set with masks to labelled pictures drawn by masks, with their truth beside them; by the command line and by Python."""

from __future__ import annotations

import json

import numpy as np
import pytest

import xinglin as xl
from xinglin.cli.run import main
from xinglin.flow.house import House
from xinglin.flow.image_judging import made_like
from xinglin.flow.image_models import opened
from xinglin.flow.outcomes import registry
from xinglin.flow.pictures import PictureRoom
from xinglin.records.errors import InvalidInput, NotFound, UsageError
from xinglin.records.image_learning import ImageForm
from xinglin.training.comparing import Comparison
from xinglin.training.image_sets import ImageSet

pytest.importorskip("torch")
SHAPE, LABELS = (16, 16), ("lungs", "nodule")
SMALL = {"halvings": 1, "width": 8, "mask_width": 8, "depth": 2, "steps": 3}


def a_set(labels=LABELS, count=40):
    draw = np.random.default_rng(0)
    masks = np.zeros((count, *SHAPE), np.uint8)
    masks[:, 3:12, 2:14] = 1
    masks[np.arange(count), draw.integers(3, 12, count), draw.integers(2, 14, count)] = 2
    pictures = (100.0 - 80 * (masks == 1) + draw.normal(0, 5, masks.shape))[:, None]
    return ImageSet.of(pictures, ImageForm(SHAPE, low=0, high=150, unit="HU", masks=labels), masks=masks, name="marked")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A house with one model that draws by masks, its set, and files of masks."""
    import torch

    folder = tmp_path_factory.mktemp("masks")
    pictures = a_set()
    pictures.save(folder / "set")
    np.save(folder / "one.npy", pictures.masks[0])
    np.save(folder / "four.npy", pictures.masks[:4].astype(np.int32))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    xl.train_image(
        folder / "set", "mask_to_image", steps=2, name="drawer", settings=SMALL, plan={"batch": 4, "precision": "float32"}, by="dr.wang",
        home=folder / "house",
    )  # fmt: skip
    yield folder
    torch.set_num_threads(before)


def said(capsys, place, *words):
    code = main([*map(str, words), "--json", "--home", str(place / "house")])
    found = capsys.readouterr()
    return code, json.loads(found.out) if code == 0 else found.err


def test_pictures_leave_with_the_masks_they_were_drawn_by(place, capsys):
    code, answer = said(
        capsys, place, "sample", "drawer:challenger", "-n", 4, "--seed", 5, "--masks", place / "four.npy", "-o", place / "out"
    )
    assert code == 0, answer
    assert answer["how"]["labels"] == list(LABELS) and answer["how"]["task"] == "generate"
    with np.load(place / "out" / "pictures.npz") as kept:
        assert np.array_equal(kept["masks"], np.load(place / "four.npy")) and "AI-generated" in str(kept["label"])
        again = xl.sample_images("drawer:challenger", 4, seed=5, masks=place / "four.npy", home=place / "house")
        assert kept["pictures"].tobytes() == again.tobytes() and again.shape == (4, 1, *SHAPE)


def test_one_mask_serves_for_all_and_a_set_gives_those_of_its_test_side(place):
    home, pictures = place / "house", ImageSet.load(place / "set")
    np.save(place / "repeated.npy", np.repeat(pictures.masks[:1], 3, axis=0))
    one, same = (xl.sample_images("drawer:challenger", 3, seed=2, masks=place / name, home=home) for name in ("one.npy", "repeated.npy"))
    assert one.tobytes() == same.tobytes() and np.abs(one[0] - one[1]).max() > 1
    np.save(place / "test.npy", pictures.masks[pictures.rows("test")[:3]])
    of_set, of_file = (
        xl.sample_images("drawer:challenger", 3, seed=2, home=home, **asked)
        for asked in ({"pictures": place / "set"}, {"masks": place / "test.npy"})
    )
    assert of_set.tobytes() == of_file.tobytes()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "XL-LEARN-072"), ({"masks": "absent.npy"}, "XL-LEARN-085"), ({"masks": "words.npy"}, "XL-LEARN-085"),
        ({"masks": "large.npy"}, "XL-LEARN-085"), ({"masks": "halves.npy"}, "XL-LEARN-085"), ({"masks": "four.npy", "count": 5}, "XL-LEARN-086"),
        ({"masks": "unknown.npy"}, "XL-IMGMODEL-063"), ({"masks": "one.npy", "pictures": "set"}, "XL-LEARN-087"),
        ({"pictures": "other"}, "XL-LEARN-087"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_by_is_refused_with_a_remedy(place, asked, code):
    (place / "words.npy").write_text("no masks")
    for name, masks in (("large", np.zeros((32, 32), int)), ("halves", np.zeros(SHAPE)), ("unknown", np.full(SHAPE, 3))):
        np.save(place / f"{name}.npy", masks)
    a_set(("lungs", "heart")).save(place / "other")
    words = {name: place / value if name in ("masks", "pictures") else value for name, value in ({"count": 2} | asked).items()}
    with pytest.raises((InvalidInput, UsageError)) as refused:
        xl.sample_images("drawer:challenger", home=place / "house", **words)
    assert refused.value.code == code and refused.value.fix


def test_a_model_that_draws_by_no_masks_takes_none(place):
    with pytest.raises(UsageError, match="XL-LEARN-087"):
        xl.sample_images("chest-phantom", 1, masks=place / "one.npy", home=place / "house")


def test_it_is_judged_by_the_masks_of_those_it_learnt_from_and_on_the_same_labels_alone(place):
    house, pictures = House.at(str(place / "house")), ImageSet.load(place / "set")
    kept = opened(house, "drawer:challenger")
    made, _, masks = made_like(kept, pictures, 6, 1, None)
    assert made.shape == (6, 1, *SHAPE) and masks.shape == (6, *SHAPE)
    learnt = {one.tobytes() for one in pictures.masks[pictures.rows("train")]}
    assert all(one.tobytes() in learnt for one in masks)
    with pytest.raises(UsageError, match="XL-LEARN-087"):
        made_like(kept, a_set(("lungs", "heart")), 6, 1, None)


def test_a_draft_names_the_command_that_draws_by_masks_and_does_not_choose_such_a_model_by_itself(place, monkeypatch):
    house = House.at(str(place / "house"))
    models, room = registry(house), PictureRoom(house)
    models.promote(
        "drawer", "dr.li", Comparison("distance", models.named("drawer").challenger, "", 1.0, 2.0, (-1.0, -1.5, -0.5), 9, "made")
    )
    with pytest.raises(UsageError, match="XL-PICT-013") as refused:
        room.drawn("drawer", 1, 0, {})
    assert "--masks" in refused.value.fix
    monkeypatch.setattr("xinglin.flow.pictures.shipped", dict)
    with pytest.raises(NotFound, match="XL-PICT-010"):
        room.drawn("", 1, 0, {})
