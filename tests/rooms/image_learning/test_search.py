"""Settings are searched by short learnings; a search that was interrupted goes on, and what fails is told and passed over."""

import pytest
from tiny_models import Opponents, Rebuilder, blobs

from xinglin.records.errors import UsageError
from xinglin.records.image_learning import LearningPlan
from xinglin.training.image_learning import search

PLAN = LearningPlan(6, batch=8, precision="float32", rate=3e-3)


def test_settings_and_rate_are_tried_within_their_limits_and_the_best_is_told(tmp_path):
    found = search.searched(blobs(), Rebuilder(), {"noise": 0.2}, PLAN, tmp_path, trials=6)
    assert [one.number for one in found.trials] == list(range(6)) and len({one.settings["width"] for one in found.trials}) > 2
    assert all(2 <= one.settings["width"] <= 64 and PLAN.rate / 4 <= one.rate <= 4 * PLAN.rate for one in found.trials)
    assert {one.settings["noise"] for one in found.trials} == {0.2}  # what was given is not searched
    done = [one.score for one in found.trials if one.ended == "done"]
    assert found.best.score == min(done) and len(done) >= 3 and found.scored_by.startswith("Frechet")


def test_a_search_goes_on_where_it_was_and_another_in_its_folder_is_refused(tmp_path):
    whole = search.searched(blobs(), Rebuilder(), {}, PLAN, tmp_path / "whole", trials=4)
    search.searched(blobs(), Rebuilder(), {}, PLAN, tmp_path / "parts", trials=2)
    parts = search.searched(blobs(), Rebuilder(), {}, PLAN, tmp_path / "parts", trials=4)
    assert parts == whole
    with pytest.raises(UsageError) as error:
        search.searched(blobs(seed=1), Rebuilder(), {}, PLAN, tmp_path / "parts", trials=4)
    assert error.value.code == "XL-LEARN-011"


def test_a_try_that_was_running_when_it_was_killed_has_failed(tmp_path, monkeypatch):
    def killed(*given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(search, "_tried", killed)
        search.searched(blobs(), Rebuilder(), {}, PLAN, tmp_path, trials=2)
    found = search.searched(blobs(), Rebuilder(), {}, PLAN, tmp_path, trials=2)
    assert [one.ended for one in found.trials] == ["failed", "done"]


def test_a_try_whose_weights_run_away_is_told_and_passed_over(tmp_path):
    notes = []
    plan = LearningPlan(6, batch=8, precision="float32", rate=1e30, clip=0.0, warm_up=0)
    found = search.searched(blobs(), Rebuilder(), {}, plan, tmp_path, trials=1, note=notes.append)
    assert found.trials[0].ended == "failed" and "XL-LEARN-010" in notes[0]
    with pytest.raises(UsageError) as error:
        _ = found.best
    assert error.value.code == "XL-LEARN-091"


def test_models_that_do_not_generate_are_searched_by_their_loss(tmp_path):
    class Translator(Rebuilder):
        task = "translate"

    found = search.searched(blobs(), Translator(), {}, PLAN, tmp_path, trials=1)
    assert found.scored_by.startswith("loss") and 0 < found.best.score < 2


def test_opponents_are_searched_too_and_no_trials_refused(tmp_path):
    assert search.searched(blobs(), Opponents(), {}, PLAN, tmp_path, trials=1).best.score > 0
    with pytest.raises(UsageError) as error:
        search.searched(blobs(), Opponents(), {}, PLAN, tmp_path, trials=0)
    assert error.value.code == "XL-LEARN-090"
