"""The benchmarks of image models count what they say: steps and cost, AUC over seeds and people, ways of learning that start from one point."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[3]))

from benchmarks import figures
from benchmarks.image_learning_cost import Spent, fitting, foreseen, told
from benchmarks.image_utility import arms
from benchmarks.image_utility.intervals import Drawn

from xinglin.models.scoring import area
from xinglin.training.image_judging.small_networks import Apprentice


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
