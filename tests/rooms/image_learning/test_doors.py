"""From a set on disk to labelled pictures of nobody, by the command line and by Python; a model comes into use by its gates and a named person."""

import json

import numpy as np
import pytest
from PIL import Image
from tiny_models import SHAPE, blobs

import xinglin as xl
from xinglin.cli.run import main
from xinglin.flow import image_models
from xinglin.flow.house import House
from xinglin.flow.outcomes import registry
from xinglin.models.kept_images import KeptImages
from xinglin.records.errors import Refused, UsageError
from xinglin.records.image_learning import ImageJudgement, ImageScore, Spread


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A house with one model of images, the set it learnt, and what the command said."""
    folder = tmp_path_factory.mktemp("doors")
    blobs(80).save(folder / "spots-set")
    return folder


def said(capsys, place, *words):
    code = main([*map(str, words), "--json", "--home", str(place / "house")])
    found = capsys.readouterr()
    return code, json.loads(found.out or found.err) if code == 0 else found.err


TRAIN = (
    "--model",
    "dcgan",
    "--steps",
    "3",
    "--track",
    "none",
    "--plan",
    "batch=8",
    "precision=float32",
    "--name",
    "spots",
    "--by",
    "dr.wang",
)


def test_a_set_is_learnt_kept_shown_and_sampled(place, capsys):
    code, answer = said(capsys, place, "train", "image", place / "spots-set", *TRAIN)
    assert code == 0 and answer["kept"] and answer["aliases"] == ["challenger"]
    assert answer["card"]["plan"]["steps"] == 3 and answer["card"]["data"]["name"] == "blobs" and answer["card"]["judgement"] is None
    code, again = said(capsys, place, "train", "image", place / "spots-set", *TRAIN)
    assert again["model"] == answer["model"]  # the same asking goes on where it was, and ends in the same hash

    code, shown = said(capsys, place, "models", "show", "spots:challenger")
    assert shown["card"]["form"]["shape"] == list(SHAPE) and shown["model"] == answer["model"]
    code, listed = said(capsys, place, "models", "list")
    assert [one["model"] for one in listed["models"]] == [answer["model"]]

    code, drawn = said(capsys, place, "sample", "spots:challenger", "-n", 3, "--seed", 5, "-o", place / "out")
    assert code == 0 and len(drawn["files"]) == 6
    told = json.loads((place / "out" / "labels.json").read_text())
    assert told["how"]["model"] == answer["model"] and told["how"]["seed"] == 5 and "AI-generated" in told["label"]
    for name in ("picture-0001.png", "sheet.png"):
        words = Image.open(place / "out" / name).text
        assert "SYNTHETIC: AI-generated" in words["Description"] and json.loads(words["AIGC"])["ProduceID"].startswith("sample-")
    with np.load(place / "out" / "pictures.npz") as numbers:
        assert numbers["pictures"].shape == (3, 1, *SHAPE) and 0 <= numbers["pictures"].min() <= numbers["pictures"].max() <= 100
        expected = xl.sample_images("spots:challenger", 3, seed=5, home=place / "house")
        assert numbers["pictures"].tobytes() == expected.tobytes() and "AI-generated" in str(numbers["label"])
    code, checked = said(capsys, place, "label", "check", place / "out" / "picture-0002.png", place / "out" / "labels.json")
    assert code == 0 and {one["verdict"] for one in checked["files"]} == {"compliant"}


def test_models_that_come_with_xinglin_are_listed_apart_and_marked(tmp_path, capsys):
    code, listed = said(capsys, tmp_path, "models", "list")
    assert code == 0 and listed["models"] == []  # scripts were promised the house's own
    (shipped,) = [one for one in listed["shipped"] if one["model"].startswith("chest-phantom@")]
    assert shipped["shipped"] and not shipped["hidden"] and shipped["aliases"] == ["shipped"] and shipped["keeps"] == "image"
    registry(House.at(str(tmp_path / "house"))).keep(image_models.read_folder(image_models.shipped()["chest-phantom"]), "dr.wang")
    own, other = xl.list_models(home=tmp_path / "house")
    assert own.model == other.model == shipped["model"] and (own.shipped, own.aliases) == (False, ("challenger",)) and own.made_at
    assert other.shipped and other.hidden and [one.name for one in xl.model_cards(home=tmp_path / "house")] == ["chest-phantom"]


def test_python_learns_the_same_model(place):
    kept = xl.train_image(
        place / "spots-set", "dcgan", steps=3, name="spots", plan={"batch": 8, "precision": "float32"}, home=place / "other", by="dr.wang"
    )
    assert kept.digest == image_models.opened(House.at(str(place / "house")), "spots:challenger").digest


def judgement(set_digest="x", distance=1.0, copies=0.0, passed=True):
    scores = (
        ImageScore("frechet", "fidelity", Spread(distance, distance - 0.1, distance + 0.1)),
        ImageScore("near-copies", "privacy", Spread(copies), gate=0.0, passed=passed),
    )
    return ImageJudgement("spots", set_digest, 16, 0, scores)


def test_it_comes_into_use_by_its_gates_and_a_person_and_goes_back(place, capsys):
    house = House.at(str(place / "house"))
    kept = registry(house)
    first = kept.load_as("spots:challenger", KeptImages)
    code, error = said(capsys, place, "models", "promote", "spots", "--by", "dr.wang")
    assert code == 5 and "XL-LEARN-060" in error

    kept.keep(first.judged(judgement(passed=False, copies=2)), "dr.wang")
    code, error = said(capsys, place, "models", "promote", "spots", "--by", "dr.wang")
    assert code == 5 and "XL-LEARN-061" in error and "near-copies 2" in error
    code, error = said(capsys, place, "sample", "spots:challenger", "-n", 1, "-o", place / "copies")
    assert code == 5 and "XL-LEARN-074" in error and not (place / "copies").exists()

    good = first.judged(judgement())
    kept.keep(good, "dr.wang")
    code, answer = said(capsys, place, "models", "promote", "spots", "--by", "dr.wang", "--reason", "looked at")
    assert code == 0 and answer["promoted"] and kept.named("spots").champion == good.digest

    kept.keep(first.judged(judgement(distance=1.5)), "dr.wang")
    code, error = said(capsys, place, "models", "promote", "spots", "--by", "dr.wang")
    assert code == 5 and "XL-MODEL-007" in error
    kept.keep(first.judged(judgement("other", distance=0.5)), "dr.wang")
    code, error = said(capsys, place, "models", "promote", "spots", "--by", "dr.wang")
    assert code == 5 and "XL-LEARN-062" in error
    better = first.judged(judgement(distance=0.8))
    kept.keep(better, "dr.wang")
    code, answer = said(capsys, place, "models", "promote", "spots", "--by", "dr.wang", "--dry-run")
    assert answer["comparison"]["difference"][0] == pytest.approx(-0.2) and not answer["promoted"]
    code, answer = said(capsys, place, "models", "promote", "spots", "--by", "dr.wang")
    assert kept.named("spots").champion == better.digest
    code, answer = said(capsys, place, "models", "rollback", "spots", "--by", "dr.wang", "--reason", "complaints")
    assert kept.named("spots").champion == good.digest

    code, answer = said(capsys, place, "models", "diff", "spots", "spots:challenger")
    assert [one["where"] for one in answer["differences"]] == [
        f"judgement.scores.frechet.made.{word}" for word in ("value", "low", "high")
    ]  # fmt: skip


def test_a_model_is_taken_to_another_house(place, capsys, tmp_path):
    code, answer = said(capsys, place, "models", "export", "spots", "-o", tmp_path / "folder")
    assert code == 0 and "weights.safetensors" in answer["files"]
    code, kept = said(capsys, tmp_path, "models", "import", tmp_path / "folder", "--by", "dr.li")
    assert code == 0 and kept["model"] == answer["model"]


def test_learning_on_from_a_kept_model_says_so_on_the_card(place, capsys):
    words = [word if word != "spots" else "finer" for word in TRAIN]
    code, answer = said(capsys, place, "train", "image", place / "spots-set", *words, "--from", "spots")
    assert code == 0, answer
    assert answer["card"]["started_from"] == registry(House.at(str(place / "house"))).named("spots").champion
    code, error = said(capsys, place, "train", "image", place / "spots-set", *words[:1], "wgan_gp", *words[2:], "--from", "spots")
    assert code == 2 and "XL-LEARN-014" in error


def test_settings_are_searched_and_the_command_to_learn_with_them_told(place, capsys):
    words = (
        "--model",
        "rectified_flow",
        "--steps",
        2,
        "--trials",
        1,
        "--set",
        "halvings=1",
        "depth=1",
        "width=8",
        "moved=0.1",
        "time_middle=0",
    )
    code, answer = said(capsys, place, "tune", "image", place / "spots-set", *words, "--plan", "batch=4", "precision=float32")
    assert code == 0, answer
    assert answer["best"]["settings"]["width"] == 8 and answer["best"]["score"] > 0 and answer["best"]["rate"] > 0
    assert main(["tune", "image", str(place / "spots-set"), *map(str, words), "--plan", "batch=4", "precision=float32",
                 "--home", str(place / "house")]) == 0  # fmt: skip
    assert "--set halvings=1" in capsys.readouterr().out


def test_a_dry_run_tells_of_memory_and_steps_and_learns_nothing(place, capsys):
    code, answer = said(capsys, place, "train", "image", place / "spots-set", *TRAIN, "--dry-run")
    assert code == 0 and not answer["kept"] and answer["plan"]["precision"] == "float32" and "memory" in answer["notes"][0]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--steps", "2", "--minutes", "1"], "XL-LEARN-070"), (["--plan", "speed=3", "--steps", "2"], "XL-LEARN-003"),
        (["--plan", "rate", "--steps", "2"], "XL-LEARN-075"), (["--minutes", "ten"], "XL-LEARN-076"), (["--set", "x=1", "--steps", "2"], "XL-LEARN-001"),
        (["--name", "A b", "--steps", "2"], "XL-MODEL-001"), (["--plan", "batch=many", "--steps", "2"], "XL-LEARN-003"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_a_code(place, capsys, words, code):
    found, error = said(capsys, place, "train", "image", place / "spots-set", "--model", "dcgan", "--track", "none", *words)
    assert found == 2 and code in error


def test_no_picture_and_no_pictures_to_begin_with_are_refused(place):
    house = House.at(str(place / "house"))
    with pytest.raises(UsageError) as error:
        image_models.sampled(house, "spots", 0)
    assert error.value.code == "XL-LEARN-071"
    with pytest.raises(UsageError) as error:
        image_models.sampled(house, "spots", 99, pictures=place / "spots-set")
    assert error.value.code == "XL-LEARN-073"
    with pytest.raises(Refused):
        image_models.see_that_it_may_leave(registry(house).load_as("spots", KeptImages).judged(judgement(passed=False)))
