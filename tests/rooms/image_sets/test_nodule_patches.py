"""Patches with a made-up nodule: what a set of them holds, that it is the same each time, and that what cannot be drawn is refused."""

from __future__ import annotations

import numpy as np
import pytest

from xinglin.records.errors import UsageError
from xinglin.training.nodule_patches import KINDS, NodulePatch, conditions_of, form_of, nodule_patches, patches_of_one

SIZE, EACH = 24, 4


@pytest.fixture(scope="module")
def patches() -> list[NodulePatch]:
    return list(patches_of_one(1, SIZE, each=EACH, seed=5))


def test_each_patch_holds_one_nodule_of_the_diameter_told(patches: list[NodulePatch]) -> None:
    assert len(patches) == EACH
    for one in patches:
        assert one.hu.shape == one.occupancy.shape == (SIZE, SIZE, SIZE)
        asked = np.pi / 6 * one.edit.request.diameter_mm**3
        assert float(one.occupancy.sum()) == pytest.approx(asked, rel=0.01)


def test_kinds_come_in_turn_and_conditions_are_the_truth(patches: list[NodulePatch]) -> None:
    assert {one.edit.request.kind for one in patches} == set(KINDS)
    for one in patches:
        kind, diameter_mm, density_hu = conditions_of(one.edit)
        assert KINDS[int(kind)] == one.edit.request.kind
        assert diameter_mm == pytest.approx(one.edit.request.diameter_mm, rel=0.01)
        assert density_hu == one.edit.truth["mean_hu"]


def test_beyond_the_box_of_the_nodule_nothing_is_changed(patches: list[NodulePatch]) -> None:
    for one in patches:
        changed = one.hu != one.before_hu
        assert changed.any()
        reach = [np.ptp(places) + 1 for places in np.nonzero(changed)]
        assert all(far <= side for far, side in zip(reach, one.edit.shape, strict=True))


def test_a_set_of_them_is_split_by_chest_and_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xinglin.training.nodule_patches.REGION_MM", (40.0, 40.0, 40.0))  # less of each chest, to be quick
    first, again = (nodule_patches(4, 16, each=1, seed=2) for _ in range(2))
    assert first.card.digest == again.card.digest
    assert first.form == form_of(16, 1.0)
    assert first.masks is not None
    assert set(np.unique(first.masks)) == {0, 1}
    assert len(set(first.persons(first.rows()))) == 4
    assert first.card.nobodys


@pytest.mark.parametrize(
    ("people", "size", "each", "spacing_mm"), [(3, 24, 4, 1.0), (4, 12, 4, 1.0), (4, 24, 0, 1.0), (4, 24, 4, 0.1), (4, 16, 4, 0.5)]
)
def test_sets_that_cannot_be_drawn_are_refused(people: int, size: int, each: int, spacing_mm: float) -> None:
    with pytest.raises(UsageError, match="XL-IMGSET-061"):
        nodule_patches(people, size, each=each, spacing_mm=spacing_mm)
