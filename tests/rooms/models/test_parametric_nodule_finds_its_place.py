"""Without a place and a blur, the nodule finds both in the scan; with attachments, it lies where it should (known truth: the phantom)."""

import numpy as np
import pytest

from xinglin.models.lesion.parametric_nodule import GENERATOR
from xinglin.models.thorax_phantom import pair, thorax
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import NoduleRequest


@pytest.fixture(scope="module")
def chest():
    return thorax((60, 120, 120), (5.0, 2.9, 2.9), 1, fineness=(1, 1, 1), places_per_lung=120)


def share_in(chest, edit, name):
    occupancy = np.frombuffer(edit.occupancy, "<f4").reshape(edit.shape)
    window = tuple(slice(a, a + n) for a, n in zip(edit.start, edit.shape, strict=True))
    return float(occupancy[chest.mask(name)[window]].sum() / occupancy.sum())


@pytest.mark.parametrize("seed", [0, 1])
def test_a_free_nodule_lies_in_the_lung_and_on_no_vessel_or_airway(chest, seed):
    edit = GENERATOR.insert(chest.volume, NoduleRequest(diameter_mm=9.0, seed=seed))
    assert share_in(chest, edit, "lungs") > 0.97
    assert share_in(chest, edit, "vessels") < 0.15 and share_in(chest, edit, "airways") < 0.05
    assert edit.words["place_from"] == "seed" and edit.words["side"] in edit.words["lobe"]
    assert edit.words["blur_from"] in ("scan", "kernel", "thickness") and edit.truth["pleura_distance_mm"] > 4.5
    assert any("artificial" in note for note in edit.notes)


def test_a_nodule_on_the_pleura_touches_it_and_stays_inside(chest):
    edit = GENERATOR.insert(chest.volume, NoduleRequest(diameter_mm=12.0, attachment="pleura", seed=3))
    assert edit.truth["pleura_distance_mm"] < 6.0
    assert share_in(chest, edit, "lungs") > 0.85
    assert edit.truth["volume_mm3"] == pytest.approx(np.pi / 6 * 12**3, rel=1e-4)


def test_side_and_lobe_are_kept_to(chest):
    edit = GENERATOR.insert(chest.volume, NoduleRequest(diameter_mm=8.0, lobe="left-upper", seed=5))
    assert edit.words["lobe"] == "left-upper" and share_in(chest, edit, "lung-left") > 0.97


def test_the_next_scan_of_the_same_chest_shows_the_nodule_grown_in_the_same_place(chest):
    first = GENERATOR.insert(chest.volume, NoduleRequest(diameter_mm=8.0, seed=4, margin="lobulated"))
    scan = pair(chest, 77).volume
    request = GENERATOR.in_follow_up(first, chest.volume, scan, days=300, doubling_days=300)
    second = GENERATOR.insert(scan, request)
    assert second.truth["volume_mm3"] / first.truth["volume_mm3"] == pytest.approx(2.0, rel=1e-3)
    assert np.linalg.norm([second.truth[f"center_{n}_mm"] - first.truth[f"center_{n}_mm"] for n in "xyz"]) < 0.3


def test_wishes_that_contradict_each_other_are_refused(chest):
    with pytest.raises(InvalidInput) as refused:
        GENERATOR.insert(chest.volume, NoduleRequest(side="left", lobe="right-middle"))
    assert refused.value.code.startswith("XL-THORAX")
