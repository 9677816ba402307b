"""Learning on from a kept model is held against learning from scratch: the same steps and chance, people none has seen, what it cost, and no false comparison."""

import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from test_doors import said
from tiny_models import Rebuilder, blobs

import xinglin as xl
from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.image_learning import LearningPlan
from xinglin.training.image_judging.unseen_people import close_to_unseen
from xinglin.training.image_learning import unseen_loss
from xinglin.training.image_learning.fit import learnt
from xinglin.training.image_learning.learner import fresh_networks
from xinglin.training.image_learning.settings import settings_of
from xinglin.training.image_learning.starts_page import lines_of, picture_of

PLAN = LearningPlan(12, batch=8, rate=5e-3, precision="float32")
VAE = {"width": 8, "chance": 8}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A house with a model of one set, and another set to learn on."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("starts")
    blobs(160).save(folder / "first-set")
    blobs(220, seed=7).save(folder / "second-set")
    xl.train_image(
        folder / "first-set", "vae", steps=60, name="spots", plan={"batch": 8, "rate": 5e-3, "precision": "float32", "average": 0.9},
        settings=VAE, home=folder / "house", by="dr.wang",
    )  # fmt: skip
    return folder


WORDS = ("--from", "spots:challenger", "--steps", "24", "--plan", "batch=8", "precision=float32", "average=0.9", "look_every=6", "-n", "64")


@pytest.fixture(scope="module")
def answer(place):
    """What the command said once."""
    import contextlib
    import io

    from xinglin.cli.run import main

    words = ["evaluate", "start", str(place / "second-set"), *WORDS, "-o", str(place / "report"), "--json", "--home", str(place / "house")]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert main(words) == 0
    return json.loads(out.getvalue())


def test_all_ways_learn_equally_long_and_are_looked_at_on_the_same_people(answer):
    ways = {one["way"]: one for one in answer["ways"]}
    assert list(ways) == ["all weights", "thin changes", "from scratch"] and {one["steps"] for one in ways.values()} == {24}
    assert (
        ways["thin changes"]["weights_learnt"]
        < ways["all weights"]["weights_learnt"]
        == ways["from scratch"]["weights_learnt"]
        == answer["weights"]
    )
    assert all([step for step, _ in one["curve"]] == [0, 6, 12, 18, 24] for one in ways.values())
    assert all(one["seconds"] > 0 and one["processor_seconds"] > 0 for one in ways.values())
    assert ways["all weights"]["before"] == ways["thin changes"]["before"] and answer["people"] == 33
    on, scratch = ways["all weights"], ways["from scratch"]
    assert on["before"]["value"] < scratch["before"]["value"] and on["loss"]["value"] < scratch["loss"]["value"]
    assert on["beside_scratch"]["loss"]["high"] < 0 and on["reached"] == 0 and scratch["beside_scratch"] == {}
    assert {"Fréchet radiomics distance", "recall"} <= {score["name"] for score in on["scores"]} and {
        "Fréchet radiomics distance",
        "recall",
    } < set(on["beside_scratch"])
    assert on["beside_scratch"]["loss"]["value"] == pytest.approx(on["loss"]["value"] - scratch["loss"]["value"])


def test_table_and_picture_are_written_for_people(answer, place):
    assert sorted(path.name for path in (place / "report").iterdir()) == ["comparison.json", "comparison.txt", "curves.svg"]
    text = (place / "report" / "comparison.txt").read_text("utf-8")
    assert (
        "all weights: by loss better than learning from scratch" in text and "on held-out people at step 0 as good as from scratch" in text
    )
    lines = ElementTree.parse(place / "report" / "curves.svg").getroot().findall("{http://www.w3.org/2000/svg}polyline")
    assert [len(line.attrib["points"].split()) for line in lines] == [5, 5, 5]
    assert json.loads((place / "report" / "comparison.json").read_text())["ways"] == answer["ways"]


def test_the_same_command_again_learns_nothing_and_says_the_same(answer, place, capsys):
    code, again = said(capsys, place, "evaluate", "start", place / "second-set", *WORDS)
    assert code == 0 and again["ways"] == answer["ways"]  # what it took among it


def test_the_command_told_keeps_what_was_learnt_without_learning_it_again(answer, place, capsys):
    import shlex

    for way in answer["ways"]:
        words = shlex.split(way["command"])[1:]
        code = xl_main([*words, "--name", "kept", "--by", "dr.wang", "--track", "none", "--home", str(place / "house")])
        assert code == 0 and "goes on after step 24 of 24" in capsys.readouterr().err, way["way"]


def xl_main(words):
    from xinglin.cli.run import main

    return main(words)


def test_python_compares_too_and_a_dry_run_learns_nothing(place, capsys):
    found = xl.compare_starts(
        place / "second-set", "spots:challenger", steps=4, plan={"batch": 8, "precision": "float32"}, count=0, home=place / "house"
    )
    assert found.made == 0 and all(one.loss and not one.scores for one in found.ways) and "FRD" not in "\n".join(lines_of(found))
    code, told = said(capsys, place, "evaluate", "start", place / "second-set", *WORDS, "--dry-run")
    assert code == 0 and told["compared"] is False and "memory" in told["notes"][0]


def test_losses_in_units_of_different_sets_are_not_compared(place):
    small = {"halvings": 1, "depth": 1, "width": 8, "time_middle": 0.0}
    plan = {"batch": 8, "precision": "float32"}
    xl.train_image(
        place / "first-set", "rectified_flow", steps=5, name="grown", plan=plan, settings=small, home=place / "house", by="dr.wang"
    )
    found = xl.compare_starts(place / "second-set", "grown:challenger", steps=4, plan=plan, count=0, home=place / "house")
    assert not found.one_unit and not any(one.loss for one in found.ways) and "not in one unit" in found.notes[0]
    assert "each on a scale of its own" in picture_of(found) and "better" not in "\n".join(lines_of(found))


def test_opponents_are_compared_by_their_pictures_alone(place):
    plan = {"batch": 8, "precision": "float32"}
    xl.train_image(place / "first-set", "dcgan", steps=3, name="duel", plan=plan, home=place / "house", by="dr.wang")
    found = xl.compare_starts(place / "second-set", "duel:challenger", steps=3, plan=plan, count=40, home=place / "house")
    assert (
        not found.one_unit and all(one.scores and one.loss is None for one in found.ways) and "learn against one another" in found.notes[0]
    )


def test_nobody_to_test_on_and_early_stops_are_refused(place, tmp_path):
    blobs(40, test=0.0).save(tmp_path / "no-test")
    for pictures, plan in ((tmp_path / "no-test", {}), (place / "second-set", {"patience": 2, "look_every": 2})):
        with pytest.raises(UsageError) as error:
            xl.compare_starts(pictures, "spots:challenger", steps=2, plan=plan, home=place / "house")
        assert error.value.code == "XL-LEARN-078"


def test_a_person_s_loss_is_told_again_the_same_and_differences_are_paired(tmp_path):
    found = learnt(blobs(), Rebuilder(), {}, PLAN, tmp_path)
    settings = settings_of(Rebuilder())
    fresh = fresh_networks(Rebuilder(), blobs().form, settings, 0).eval()
    one, again, other = (
        unseen_loss.people_losses(blobs(), "test", Rebuilder(), networks, settings, PLAN)
        for networks in (found.networks, found.networks, fresh)
    )
    assert one == again and sorted(one) == sorted(set(blobs().persons(blobs().rows("test"))))
    less = unseen_loss.difference_of(one, other, 0)
    assert less.value == pytest.approx(np.mean([one[person] - other[person] for person in one])) and less.low < less.value < less.high < 0
    assert unseen_loss.difference_of(one, one, 0).high == 0


def test_norms_are_no_units_and_measured_numbers_are():
    plain = torch.nn.ModuleDict({"network": torch.nn.BatchNorm2d(2)})
    moved = torch.nn.ModuleDict({"network": torch.nn.BatchNorm2d(2)})
    moved["network"].running_mean += 1
    assert unseen_loss.one_unit([plain, moved])
    for one, value in ((plain, 1.0), (moved, 2.0)):
        one["network"].register_buffer("spread", torch.tensor(value))
    assert not unseen_loss.one_unit([plain, moved])


def test_made_pictures_are_held_against_people_that_none_has_learnt_from():
    pictures = blobs(260)
    unseen = np.concatenate([pictures.rows("held-out"), pictures.rows("test")])
    real, noise = pictures.scaled(unseen), np.random.default_rng(0).uniform(-1, 1, (78, 1, 16, 16)).astype(np.float32)
    (good, bad), (apart, none) = close_to_unseen(pictures, [real, noise])
    distances = [next(score.made.value for score in pile if score.name == "Fréchet radiomics distance") for pile in (good, bad)]
    assert distances[0] < 0.2 * distances[1] and none == {}
    assert apart["Fréchet radiomics distance"].high < 0 < apart["recall"].low
    assert apart["Fréchet radiomics distance"].value == pytest.approx(distances[0] - distances[1])
    with pytest.raises(InvalidInput):
        close_to_unseen(pictures, [real[:8], noise])


def test_what_a_learning_took_adds_up_over_interruptions(tmp_path):
    first = learnt(blobs(), Rebuilder(), {}, replace(PLAN, keep_every=4), tmp_path)
    assert first.taken.step == 12 and first.taken.processor_seconds > 0 and 0 < first.taken.seconds < 60
    again = learnt(blobs(), Rebuilder(), {}, replace(PLAN, keep_every=4), tmp_path)
    assert again.taken == first.taken
    last = max((tmp_path / "checkpoints").glob("step-*"))
    for path in [*last.iterdir(), last]:
        path.unlink() if path.is_file() else path.rmdir()
    (tmp_path / "taken.json").write_text('{"step": 8, "seconds": 1000.0, "processor_seconds": 500.0}')
    gone_on = learnt(blobs(), Rebuilder(), {}, replace(PLAN, keep_every=4), tmp_path)
    assert gone_on.taken.step == 12 and 1000 < gone_on.taken.seconds < 1060 and gone_on.taken.processor_seconds > 500
