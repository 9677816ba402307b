"""The benchmarks of image models count what they say: steps and cost, AUC over seeds and people, ways of learning that start from one point."""

from __future__ import annotations

import copy
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[3]))

from benchmarks import figures
from benchmarks.image_learning_cost import Spent, fitting, foreseen, told
from benchmarks.image_segmentation import lidc_cases, peer
from benchmarks.image_segmentation import run as segmentation
from benchmarks.image_utility import arms
from benchmarks.image_utility.intervals import Drawn

from xinglin.models.scoring import area
from xinglin.records.image_learning import ImageForm
from xinglin.records.volume import Volume
from xinglin.training.image_judging.small_networks import Apprentice
from xinglin.training.image_sets.image_set import ImageSet


def blots(count, seed, side=64):
    """Half of them brighter in the middle."""
    labels = (np.arange(count) % 2).astype(np.float32)
    pictures = np.random.default_rng(seed).normal(size=(count, 1, side, side)).astype(np.float32) * 0.3
    pictures[:, :, side // 4 : -side // 4, side // 4 : -side // 4] += labels[:, None, None, None]
    return pictures, labels


def test_start_up_is_not_counted_into_the_cost_of_a_step():
    clock = [100.0, *(110.0 + 3 * n for n in range(19))]  # the first portion took a hundred seconds of imports, and ten of warming up
    assert fitting(600.0, clock, 3) == 600
    assert fitting(5.0, clock, 3) == 20


def test_what_was_spent_is_counted_on_by_the_process_that_goes_on(tmp_path):
    path, said = tmp_path / "spent.json", []
    path.write_text(json.dumps({"cpu_s": 90.0, "step": 30, "of": 60}))
    again = Spent(path, said.append)
    assert foreseen(path, 7.0) == 180.0
    again("step 40 of 60: loss 0.1")
    assert 90.0 <= told(path)["cpu_s"] < 95.0 and told(path)["step"] == 40
    again("a word that is of no step")
    assert said == ["step 40 of 60: loss 0.1", "a word that is of no step"]
    assert foreseen(tmp_path / "not-begun.json", 7.0) == 7.0


def test_auc_is_that_of_each_seed_and_a_way_gains_nothing_over_itself():
    chance = np.random.default_rng(1)
    labels = (np.arange(40) % 2).astype(float)
    answers = chance.normal(size=(5, 40)) + labels
    drawn = Drawn(labels, [f"p{n // 2}" for n in range(40)], 5, resampled=200)
    value, low, high = drawn.auc(answers)
    assert value == pytest.approx(np.mean([area(one, labels) for one in answers]), abs=1e-4)
    assert low < value < high
    assert drawn.gain(answers, answers) == [0, 0, 0]
    better = drawn.gain(answers + 3 * labels, answers)
    assert better[1] > 0


def test_limits_are_wider_where_pictures_are_of_few_people():
    chance = np.random.default_rng(2)
    labels = np.repeat([0.0, 1.0], 60)
    shifted = np.repeat(chance.normal(size=24), 5) + np.tile(labels, 1)
    wide, narrow = (Drawn(labels, whose, 2, resampled=400).auc([shifted, shifted]) for whose in (np.arange(120) // 5, np.arange(120)))
    assert wide[2] - wide[1] > 1.3 * (narrow[2] - narrow[1])


def test_a_share_of_the_people_keeps_people_whole_and_a_few_of_each_class():
    pictures, labels = blots(40, 3, side=8)
    labels = np.repeat(labels[:20], 2)
    persons = [f"p{n // 2}" for n in range(40)]
    shown, asked = arms.part((pictures, labels, persons), 0.3, 0)
    assert len(shown) == len(asked) == 12 and asked.sum() == 6
    assert len(arms.part((pictures, labels, persons), 0.01, 0)[1]) == 4 * arms.FEWEST
    assert len(arms.part((pictures, labels, persons), 1.0, 0)[1]) == 40


def test_a_copy_of_an_apprentice_goes_on_as_the_first_would_have():
    pictures, labels = blots(24, 4)
    first = Apprentice(of_masks=False, batch=8, seed=1, side=64, moved=4, mirrored=True)
    first.learn(pictures, labels, 2)
    second = copy.deepcopy(first)
    for one in (first, second):
        one.learn(pictures, labels, 2)
    assert np.array_equal(first.tell(pictures), second.tell(pictures))
    second.learn(pictures, labels, 1)
    assert not np.array_equal(first.tell(pictures), second.tell(pictures))


def test_every_way_of_learning_is_told_at_the_steps_it_had(monkeypatch):
    monkeypatch.setattr(arms, "LOOK", 4)
    monkeypatch.setattr(arms, "SHARES", (1.0, 0.5))
    data = {side: (*blots(24, seed), [f"p{n}" for n in range(24)]) for seed, side in enumerate(("train", "held-out", "test"))}
    told_of = arms.of_seed(data | {"mirrored": True}, blots(24, 9), 0, first=4, real=12)
    looks = {way: len(one["course"]) for way, one in told_of.items()}
    assert looks == {
        "made alone": 3, "1 real": 3, "1 real, longer": 4, "1 made first, shorter": 2, "1 made first": 3,
        "0.5 real": 3, "0.5 made first, shorter": 2, "0.5 made first": 3,
    }  # fmt: skip
    best = told_of["1 made first"]
    assert best["course"][best["best"] // 4 - 1] == max(best["course"]) and len(best["test"]) == 24


def test_the_table_of_figures_tells_of_image_benchmarks_only_once_they_are_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "HERE", tmp_path)
    assert "benchmarks/image_utility/" not in figures.table()
    monkeypatch.undo()
    for folder, *_, tell in figures.ROWS:
        path = figures.HERE / folder / "result.json"
        if folder in figures.ONCE_MEASURED and path.exists():
            assert tell(json.loads(path.read_text(encoding="utf-8")))


# ---- segmentation


def discs(count, seed, side=32):
    """A set of grey squares with a brighter disc that is marked."""
    chance = np.random.default_rng(seed)
    rows, columns = np.mgrid[:side, :side]
    marks = np.stack([(rows - a) ** 2 + (columns - b) ** 2 < 36 for a, b in chance.integers(10, side - 10, (count, 2))])
    pictures = 100 + 60 * marks + chance.normal(0, 5, marks.shape)
    form = ImageForm((side, side), low=0.0, high=255.0, masks=("disc",))
    return ImageSet.of(pictures[:, None], form, masks=marks.astype(np.uint8), persons=[f"p{n // 2}" for n in range(count)])


def test_dice_is_counted_over_all_slices_of_a_person():
    truth = np.zeros((3, 2, 2), int)
    truth[0], truth[1] = 1, 2
    found = truth.copy()
    found[0, 0] = 0  # half of the first label of the first slice
    scores = segmentation.dice_of(found, truth, np.array(["a", "a", "b"]))
    assert scores.shape == (2, len(segmentation.MASKS))
    assert scores[0, 0] == pytest.approx(2 * 2 / (2 + 4)) and scores[0, 1] == 1
    assert scores[1].tolist() == [1.0] * len(segmentation.MASKS)  # neither marked nor there


def test_the_peer_may_spend_what_ours_spent_or_will_have_spent(tmp_path):
    assert segmentation.allowed(tmp_path, 600.0) == 600.0
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "spent.json").write_text(json.dumps({"cpu_s": 100.0, "step": 50, "of": 310}))
    assert segmentation.allowed(tmp_path, 600.0) == 620.0
    (tmp_path / "ours.json").write_text(json.dumps({"cpu_s": 611.0, "steps": 310}))
    assert segmentation.allowed(tmp_path, 600.0) == 611.0


class Heads(torch.nn.Module):
    """Answers as MONAI's DynUNet does: several heads while learning, one afterwards."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Conv2d(1, 2, 3, padding=1)

    def forward(self, pictures):
        odds = self.layer(pictures)
        return torch.stack([odds, odds], dim=1) if self.training else odds


def test_the_peer_goes_on_where_it_was_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(peer, "KEEP_EVERY", 2)
    pictures, counts = discs(24, 1), iter(range(1000))
    steps, spent = peer.learnt(pictures, Heads(), lambda: 1e9 if next(counts) < 5 else 1e-9, 4, tmp_path)
    assert steps == 5 and spent > 0
    network, counts = Heads(), iter(range(1000))
    again, more = peer.learnt(pictures, network, lambda: 1e9 if next(counts) < 3 else 1e-9, 4, tmp_path)
    assert again == 4 + 3  # from the fourth, the last that was kept
    assert more > spent
    assert peer.labels_of(network, pictures.scaled(pictures.rows("test"))).shape == (len(pictures.rows("test")), 32, 32)


def test_slices_of_a_nodule_are_taken_evenly_and_one_beside_it():
    share = np.zeros((10, 4, 4))
    share[2:8, 1:3, 1:3] = 1
    assert lidc_cases.chosen(share) == [2, 4, 5, 7, 9]
    assert lidc_cases.together(share).shape == (5, 4, 4)


def ball(spacing_mm=(2.5, 0.7, 0.7), radius_mm=10.0):
    """A ball of tissue in air, another far smaller one beside it, as a scan and as a mask."""
    shape = (16, 120, 120)
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = *spacing_mm, 1
    places = np.moveaxis(np.indices(shape), 0, -1) * spacing_mm
    middle = np.array([8, 60, 60]) * spacing_mm
    mask = np.linalg.norm(places - middle, axis=-1) < radius_mm
    other = np.linalg.norm(places - middle - (0, 0, 20), axis=-1) < 4
    return Volume(np.where(mask | other, 40, -850).astype(np.int16), affine, unit="HU", modality="CT"), mask, other


def test_what_is_marked_in_the_window_is_laid_back_onto_the_pixels_of_the_scan():
    scan, mask, other = ball()
    form = ImageForm((64, 64), low=-1000.0, high=400.0, unit="HU", spacing_mm=(1.25, 1.25), masks=("nodule",))
    outlines = [mask, mask, np.roll(mask, 3, axis=2)]
    place = lidc_cases.middle_of(mask, scan.spacing_mm)
    assert place == (8, 60, 60)
    found, elsewhere = lidc_cases.marked(scan, place, form, lambda shown: (shown[:, 0] > -0.4).astype(np.float32))
    row = lidc_cases.of_nodule(scan, outlines, found, elsewhere)
    assert row["dice with consensus"] > 0.95 and row["dice with each reader"][0] > 0.95 > row["dice with each reader"][2]
    assert row["readers with each other"]["all"][0] == 1.0
    assert elsewhere == pytest.approx(other.sum(), rel=0.25)
    nothing, elsewhere = lidc_cases.marked(scan, place, form, lambda shown: np.zeros_like(shown[:, 0]))
    assert not nothing.any() and elsewhere == 0


def test_every_case_of_lidc_has_its_line(tmp_path):
    data = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[3] / "../shared/data")) / "dicom-lidc-lung-ct"
    if not data.exists():
        pytest.skip("shared data not present")
    form = ImageForm((64, 64), low=-1000.0, high=400.0, unit="HU", spacing_mm=(1.25, 1.25), masks=("nodule",))
    rows = lidc_cases.cases(data, form, lambda shown: (shown[:, 0] > -0.2).astype(np.float32), tmp_path)
    assert [row["readers"] for row in rows] == [4, 4]
    assert all(0.5 < row["readers with each other"]["mean"] < 1 and len(row["dice with each reader"]) == 4 for row in rows)
    assert len(list(tmp_path.glob("*.png"))) == 2
