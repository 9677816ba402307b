"""The examples of CONTRIBUTING.md, as they stand: each is one folder or file, found at once, and passes the trials of its shelf."""

import json
import math
import re
import sys
from pathlib import Path

import pytest

import xinglin.checks
import xinglin.content
import xinglin.diseases
import xinglin.knowledge
from xinglin.cli.run import main
from xinglin.flow.demo.person import bundle
from xinglin.models import reader
from xinglin.records import CheckCase
from xinglin.shelf import Shelf
from xinglin.shelf.promises import Check, Topic

PAGE = Path(__file__).parents[2] / "CONTRIBUTING.md"
BLOCK = re.compile(r"^```\w+ file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def extended(tmp_path, monkeypatch):
    """The package as if the examples had been added to it."""
    for name, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for package in (xinglin.content, xinglin.checks, xinglin.diseases, xinglin.knowledge):
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path / package.__name__.split(".")[1])])
    yield tmp_path
    for name, module in list(sys.modules.items()):
        if name.startswith("xinglin.") and str(tmp_path) in str(getattr(module, "__file__", "")):
            del sys.modules[name]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_new_kind_is_made_by_its_name(language, extended, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XINGLIN_HOME", str(tmp_path / "house"))
    (tmp_path / "record.json").write_text(json.dumps(bundle(7)), encoding="utf-8")
    code = main(["make", "allergy-card", str(tmp_path / "record.json"), "--lang", language, "--as-of", "2026-07-01", "--json"])
    draft = json.loads(capsys.readouterr().out)
    assert code == 0 and draft["statements"]
    assert all(s["verdicts"]["faithful"] == "supported" for s in draft["statements"])


def test_the_new_check_catches_its_failing_example_and_no_other(extended):
    check = Shelf("xinglin.checks", "CHECK", Check)["xl499_shouting"]
    for examples, caught in ((check.fails, True), (check.passes, False)):
        for example in examples:
            sentences = reader.read_text(example.text, example.language, example.facts)
            assert bool(check.run(CheckCase(example.language, sentences))) is caught


def test_the_new_disease_runs_by_its_name_and_agrees_with_the_closed_form(extended, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XINGLIN_HOME", str(tmp_path / "house"))
    assert main(["simulate", "cold", "--patients", "20", "--days", "10", "--trait", "growth=2", "--every-days", "5", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["unverified_parameters"] == ["growth", "clearing"]
    peak = next(row["said"] for row in told["facts"] if row["name"].endswith("after 5 days"))
    assert float(peak.split(" ")[0]) == pytest.approx(math.exp(2 * 5 - 0.2 * 25), rel=1e-4)


def test_the_new_topic_counts_what_is_not_verified(extended):
    topic = Shelf("xinglin.knowledge", "TOPIC", Topic)["shoe_sizes"]
    assert (topic.rows(), topic.unverified()) == (1, 1)


def test_the_new_writer_labels_first_and_last_line(extended):
    scope: dict = {}
    exec((extended / "formats/shouted_text/write.py").read_text(encoding="utf-8"), scope)  # a file outside any package

    class Named:
        language = "en"
        statements = ()

    class Document:
        draft = Named
        label = type("L", (), {"text": {"en": "AI-generated"}})

    assert scope["write_document"](Document).decode().splitlines() == ["AI-generated", "AI-generated"]
