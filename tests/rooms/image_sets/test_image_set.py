"""A set of pictures keeps people apart, scales by its form, and is on disk what it was in memory."""

from pathlib import Path

import numpy as np
import pytest

from xinglin.records.errors import InvalidInput, NotFound, UsageError
from xinglin.records.image_learning import Condition, ImageForm
from xinglin.training.image_sets import ImageSet

FORM = ImageForm(
    (8, 8), low=0, high=100, conditions=(Condition("sex", "level", ("f", "m")), Condition("age", "number", low=20, high=80, unit="a"))
)


def made(people: int = 20, of_each: int = 2, **others) -> ImageSet:
    rng = np.random.default_rng(1)
    count = people * of_each
    persons = [f"p{place // of_each}" for place in range(count)]
    known = np.column_stack([[float(place // of_each % 2) for place in range(count)], rng.uniform(20, 80, count)])
    known[0, 1] = np.nan
    return ImageSet.of(rng.uniform(-5, 105, (count, 1, 8, 8)), FORM, persons=persons, conditions=known, **others)


def test_all_pictures_of_a_person_stand_on_one_side_and_each_side_has_its_share():
    found = made(100)
    sides = {}
    for item in found.items:
        assert sides.setdefault(item.person, item.split) == item.split
    assert found.card.persons == {"train": 70, "held-out": 15, "test": 15}
    assert sum(found.card.counts.values()) == 200


def test_each_side_has_its_share_of_each_level():
    found = made(100)
    for side in ("train", "held-out", "test"):
        assert 0.35 < np.mean(found.conditions(found.rows(side))[:, 0]) < 0.65


def test_the_split_depends_on_the_seed_and_on_nothing_else():
    assert [i.split for i in made().items] == [i.split for i in made().items]
    assert [i.split for i in made(seed=1).items] != [i.split for i in made(seed=2).items]


@pytest.mark.parametrize("people", [3, 4, 7])
def test_no_side_is_empty_from_three_people_on(people: int):
    assert min(made(people).card.persons.values()) >= 1


def test_two_people_are_both_learnt_from():
    assert made(2).card.persons == {"train": 2, "held-out": 0, "test": 0}


def test_values_are_scaled_to_one_and_cut_beyond():
    found = made()
    values = found.scaled(found.rows())
    assert values.dtype == np.float32 and values.min() == -1 and values.max() == 1
    inside = (found.pictures > 0) & (found.pictures < 100)
    assert np.allclose(values[inside], found.pictures[inside] / 50 - 1, atol=1e-6)


def test_an_unknown_condition_is_nan_and_counted():
    found = made()
    assert np.isnan(found.conditions([0])[0, 1]) and found.conditions([1]).shape == (1, 2)
    least, middle, greatest = found.card.numbers["age"]
    assert 20 <= least < middle < greatest <= 80
    assert found.card.levels["sex"] == {"f": 20, "m": 20}


def test_a_set_is_on_disk_what_it_was(tmp_path: Path):
    found = made(masks=None)
    found.save(tmp_path / "set")
    again = ImageSet.load(tmp_path / "set")
    assert again.card == found.card and again.items == found.items
    assert np.array_equal(again.pictures, found.pictures) and isinstance(again.pictures, np.memmap)
    assert oct((tmp_path / "set").stat().st_mode)[-3:] == "700"
    assert found.save(tmp_path / "set") == tmp_path / "set"


def test_masks_partners_and_domains_come_back(tmp_path: Path):
    form = ImageForm((6, 8, 8), low=-1000, high=400, unit="HU", masks=("nodule",))
    rng = np.random.default_rng(0)
    pictures = rng.uniform(-1000, 400, (6, 1, 6, 8, 8)).astype(np.float32)
    found = ImageSet.of(pictures, form, masks=(pictures[:, 0] > 0).astype(int), partners=pictures[:, :, ::-1])
    again = ImageSet.load(found.save(tmp_path / "set"))
    assert again.masks is not None and np.array_equal(again.masks, pictures[:, 0] > 0)
    assert np.allclose(again.scaled_partners([2]), again.scaled([2])[:, :, ::-1])
    two = ImageSet.of(pictures, ImageForm((6, 8, 8), low=-1000, high=400, domains=("sharp", "smooth")), domains=["sharp", "smooth"] * 3)
    assert list(two.rows(domain="smooth")) == [1, 3, 5]
    with pytest.raises(UsageError, match="XL-IMGSET-009"):
        two.scaled_partners([0])


@pytest.mark.parametrize("name", ["pictures.npy", "items.jsonl", "card.json", "masks.npy"])
def test_a_changed_file_is_seen(tmp_path: Path, name: str):
    found = ImageSet.of(
        np.arange(64.0).reshape(4, 1, 4, 4), ImageForm((4, 4), masks=("it",)), masks=np.eye(4, dtype=int)[None].repeat(4, 0)
    )
    path = found.save(tmp_path / "set") / name
    content = bytearray(path.read_bytes())
    content[-20 if name != "card.json" else content.index(b'"digest"') + 14] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(InvalidInput, match="XL-IMGSET-002"):
        ImageSet.load(tmp_path / "set")


def test_a_missing_file_is_said(tmp_path: Path):
    with pytest.raises(NotFound, match="XL-IMGSET-001"):
        ImageSet.load(tmp_path)


def test_a_set_never_replaces_something_else(tmp_path: Path):
    made().save(tmp_path / "set")
    with pytest.raises(UsageError, match="XL-IMGSET-006"):
        made(seed=3).save(tmp_path / "set")
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".")]


@pytest.mark.parametrize(("code", "change"), [
    ("XL-IMGSET-003", {"persons": ["a"]}), ("XL-IMGSET-005", {"persons": ["a", "a", "b"], "splits": ["train", "test", "train"]}),
    ("XL-IMGSET-003", {"conditions": np.zeros((3, 2))}), ("XL-IMGSET-003", {"masks": np.ones((3, 4, 4), int)}),
    ("XL-IMGSET-003", {"partners": np.zeros((3, 1, 4, 5))}),
])  # fmt: skip
def test_arrays_that_do_not_fit_are_refused(code: str, change: dict):
    with pytest.raises(InvalidInput, match=code):
        ImageSet.of(np.zeros((3, 1, 4, 4)), ImageForm((4, 4)), **change)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_refused(value: float):
    pictures = np.zeros((3, 1, 4, 4))
    pictures[1, 0, 2, 2] = value
    with pytest.raises(InvalidInput, match=r"XL-IMGSET-004[\s\S]*pictures #1"):
        ImageSet.of(pictures, ImageForm((4, 4)))


def test_the_digest_names_the_content():
    assert made().card.digest == made().card.digest
    assert made(name="other", source="elsewhere").card.digest == made().card.digest
    assert made(seed=5).card.digest != made().card.digest
