"""A folder of pictures, or the scans of a chart, to a set on disk: the command, Python, and the commands of the page as they stand."""

import json
import re
import shlex
import sys
from pathlib import Path

import numpy as np
import pytest

import xinglin as xl
from xinglin.cli.run import main

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "rooms" / "image_sets"))

from made_pictures import blobs, hounsfield, written  # noqa: E402


def test_a_folder_becomes_a_set_that_python_opens(xinglin, tmp_path):
    written(tmp_path / "in" / "a", blobs(15))
    written(tmp_path / "in" / "b", blobs(15, seed=1))
    code, answer = xinglin("collect", "images", tmp_path / "in", "--size", "16", "--label-from", "folder", "-o", tmp_path / "set")
    assert code == 0 and answer["pictures"] == 30 and answer["set"] == str(tmp_path / "set")
    assert answer["card"]["levels"] == {"label": {"a": 15, "b": 15}} and answer["card"]["name"] == "in"
    found = xl.image_set(tmp_path / "set")
    assert found.card.digest == answer["digest"] == xl.collect_images(tmp_path / "in", 16, label_from="folder").card.digest
    assert found.scaled(found.rows("train")).shape[1:] == (1, 16, 16)


def test_a_second_set_never_replaces_the_first_and_a_dry_run_writes_nothing(xinglin, tmp_path):
    written(tmp_path / "in", blobs(20))
    asked = ("collect", "images", tmp_path / "in", "--size", "16")
    assert xinglin(*asked, "-o", tmp_path / "set")[0] == 0 and xinglin(*asked, "-o", tmp_path / "set")[0] == 0
    code, answer = xinglin(*asked, "--seed", "1", "-o", tmp_path / "set")
    assert code == 2 and answer["error"]["code"] == "XL-IMGSET-006"
    code, answer = xinglin(*asked, "--dry-run")
    assert code == 0 and answer["set"] is None and sorted(one.name for one in tmp_path.iterdir()) >= ["in", "set"]
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".")]


@pytest.mark.parametrize(("words", "code"), [
    (("--size", "x"), "XL-IMGSET-049"), (("--size", "16", "--window=1,2,3"), "XL-IMGSET-049"), (("--size", "2"), "XL-IMGSET-048"),
    (("--size", "16", "--person-from", "("), "XL-IMGSET-047"),
])  # fmt: skip
def test_words_that_are_none_are_told(xinglin, tmp_path, words, code):
    written(tmp_path / "in", blobs(20))
    exit_code, answer = xinglin("collect", "images", tmp_path / "in", *words, "--dry-run")
    assert exit_code == 2 and answer["error"]["code"] == code and answer["error"]["fix"]


def test_the_scans_of_a_chart_become_a_set_and_the_ledger_tells(xinglin, tmp_path):
    assert xinglin("phantom", "--slices", "20", "--pixels", "64", "-o", tmp_path / "phantom")[0] == 0
    assert xinglin("take-in", tmp_path / "phantom")[0] == 0
    code, answer = xinglin("collect", "images", "chart-1", "--size", "16", "-o", tmp_path / "set", "--by", "dr.li")
    assert code == 0 and answer["pictures"] == 20 and answer["card"]["synthetic"] == 20 and answer["card"]["form"]["unit"] == "HU"
    entries = xinglin("audit", "list")[1]["entries"]
    assert entries[-1]["what"] == "images collected" and entries[-1]["who"] == "dr.li"
    whole = xinglin("collect", "images", "chart-1", "--size", "8,16,16", "--fit", "patches", "--least", "2", "--dry-run")[1]
    assert whole["card"]["form"]["shape"] == [8, 16, 16] and whole["card"]["form"]["spacing_mm"] == [2.5, 1.4, 1.4]


def test_every_command_of_the_page_works(home, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(("benign", "malignant")):
        written(tmp_path / "ultrasound" / name, blobs(15, seed=number))
    written(tmp_path / "films", blobs(20, seed=5))
    rows = ["file,patient,label", *(f"{n:03}.png,x{n // 2},{'ab'[n % 2]}" for n in range(20))]
    (tmp_path / "films.csv").write_text("\n".join(rows) + "\n")
    np.save(tmp_path / "ct.npy", hounsfield(20))
    page = (ROOT / "docs" / "do" / "collect-pictures.md").read_text(encoding="utf-8")
    found = [shlex.split(line, comments=True) for line in re.findall(r"^xinglin (.*)$", page, re.MULTILINE)]
    assert len(found) >= 4
    for words in found:
        assert main(words) == 0, (words, capsys.readouterr().err)
    card = json.loads((tmp_path / "sets" / "films" / "card.json").read_text())
    assert card["levels"] == {"finding": {"a": 10, "b": 10}} and sum(card["persons"].values()) == 10


def test_every_code_that_is_raised_stands_on_the_page():
    page = (ROOT / "docs" / "do" / "collect-pictures.md").read_text(encoding="utf-8")
    told = {int(one) for line in page.splitlines() if line.startswith("|") for one in re.findall(r"\b0\d\d\b", line.split("|")[1])}
    room = ROOT / "src" / "xinglin" / "training" / "image_sets"
    sources = [*room.glob("*.py"), *(ROOT / "src" / "xinglin" / "flow").glob("*image_set*.py")]
    raised = {int(one) for path in sources for one in re.findall(r'"XL-IMGSET-(\d{3})"', path.read_text(encoding="utf-8"))}
    assert raised <= told, sorted(raised - told)
