"""Chests of nobody with nodules: the truth lies where it is said to lie, and patches without nodule hold none."""

import numpy as np
import pytest

from xinglin.records.errors import UsageError
from xinglin.records.image_learning import ImageJudgement
from xinglin.training.candidate_patches import candidate_patches
from xinglin.training.judging_candidates import GATE, Seen, judgement_of
from xinglin.training.seeded_chests import APART_MM, SeededNodule, seeded_chest

PART = (28, 96, 150)  # of a chest, both lungs in it


@pytest.fixture(scope="module")
def chest():
    return seeded_chest(3, 0, 4, shape=PART)


def test_each_nodule_lies_where_it_is_said_and_apart_from_the_others(chest):
    assert len(chest.nodules) >= 2
    for one in chest.nodules:
        k, j, i = (round(at) for at in chest.volume.index_of(one.place_mm))
        near = chest.inside[max(0, k - 2) : k + 3, j - 2 : j + 3, i - 2 : i + 3]
        assert near.any() or one.kind == "ground-glass" or one.diameter_mm < 6
        assert 4 <= one.diameter_mm <= 20.5
        assert all(np.linalg.norm(np.subtract(one.place_mm, other.place_mm)) >= APART_MM / 2 for other in chest.nodules if other is not one)
    drawn = float(chest.inside.sum()) * chest.volume.voxel_mm3
    assert drawn <= 1.3 * sum(np.pi / 6 * one.diameter_mm**3 for one in chest.nodules)


def test_the_same_seed_gives_the_same_bytes(chest):
    again = seeded_chest(3, 0, 4, shape=PART)
    assert again.volume.digest() == chest.volume.digest() and again.nodules == chest.nodules


def test_patches_come_with_nodules_and_twice_as_many_without_split_by_chest(chest, monkeypatch):
    monkeypatch.setattr("xinglin.training.candidate_patches.seeded_chest", lambda seed, person, each, shape: chest)  # drawn once
    took = lambda scan: [scan.point_mm((14, 48, 40))]  # noqa: E731
    found = candidate_patches(4, 2, size=16, seed=5, shape=PART, took=took)
    has = found.masks.reshape(len(found), -1).any(1)
    assert 0.15 < has.mean() < 0.55 and found.pictures.shape[1:] == (1, 16, 16, 16) and found.card.nobodys
    sides = {}
    for item in found.items:
        assert sides.setdefault(item.person, item.split) == item.split


def test_a_set_that_cannot_be_drawn_is_refused():
    for words in ({"people": 3}, {"people": 4, "each": 0}, {"people": 4, "size": 20}):
        with pytest.raises(UsageError, match="XL-IMGSET-071"):
            candidate_patches(**words)


def test_a_judgement_has_a_gate_and_says_it_by_kind_and_size():
    from xinglin.records.candidates import Candidate

    class Told:
        class told:  # noqa: N801
            name = "finder"

    small, large = (
        SeededNodule((0.0, 0.0, 0.0), 5.0, "solid", "none"),
        SeededNodule((90.0, 0.0, 0.0), 15.0, "ground-glass", "pleura"),
    )
    seen = [Seen((small, large), (Candidate(1, (90.0, 3.0, 0.0), 0, 0.9, 14.0),), 1.0, 1.0)] * 3
    judged = judgement_of(Told, seen)
    assert isinstance(judged, ImageJudgement) and judged.scores[0].made.value == 0.5 and judged.scores[0].passed is (GATE <= 0.5)
    assert judged.groups["solid"]["found at 4"] == 0 and judged.groups["attached: pleura"]["found at 4"] == 1
    assert judged.groups["4 to 6 mm"]["nodules"] == 3
