"""A user's table to a synthetic one: the command, its files, what is refused, and the commands of the page as they stand."""

import csv
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
sys.path.insert(0, str(ROOT / "tests" / "rooms" / "synthesis"))

from made_up import people, written  # noqa: E402

ASKED = ("--time", "days", "--event", "died")


@pytest.fixture
def table(tmp_path):
    """The CSV of made-up people."""
    return written(people(150, seed=2), tmp_path / "trial.csv")


def test_the_files_are_labelled_whole_and_the_same_again(xinglin, table, tmp_path):
    words = ("synthesise", table, *ASKED, "--constraint", "diastolic < systolic", "--seed", "4")
    code, answer = xinglin(*words, "-o", tmp_path / "a")
    assert code == 0 and answer["synthetic"] and answer["privacy_passes"] and answer["privacy"]["near_copies"] == 0
    names = [Path(one).name for one in answer["files"]]
    assert names == ["table.csv", "table.csv-metadata.json", "table.parquet", "report.json", "report.html"]
    rows = list(csv.DictReader((tmp_path / "a" / "table.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 105 and all(int(row["diastolic"]) < int(row["systolic"]) for row in rows)
    for name in ("table.csv-metadata.json", "report.json"):
        told = json.loads((tmp_path / "a" / name).read_text(encoding="utf-8"))
        assert told["synthetic"] is True and "synthetic" in told["label"] and told["AIGC"]["Label"] == "1"
    page = (tmp_path / "a" / "report.html").read_text(encoding="utf-8")
    assert "nobody in it exists" in page and page.count("data:image/png") >= 4
    assert xinglin("label", "check", tmp_path / "a" / "report.html", tmp_path / "a" / "report.json")[0] == 0
    xinglin(*words, "-o", tmp_path / "b")
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)


def test_the_parquet_file_says_in_itself_that_it_is_synthetic(xinglin, table, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    xinglin("synthesise", table, *ASKED, "-o", tmp_path / "a", "--lang", "zh")
    read = parquet.read_table(tmp_path / "a" / "table.parquet")
    assert read.schema.metadata[b"synthetic"] == b"true" and b"nobody" in read.schema.metadata[b"label"]
    assert str(read.schema.field("started").type) == "date32[day]" and set(read["sex"].to_pylist()) == {"f", "m"}
    assert "其中没有真实的人" in (tmp_path / "a" / "report.html").read_text(encoding="utf-8")


def test_a_table_that_gives_people_away_is_refused_and_nothing_is_written(xinglin, table, tmp_path, monkeypatch, capsys):
    from xinglin.models.synthesis import drawing

    real_draw = drawing.draw

    def copying(fitted, made, count, seed, *, conditions=(), away_from=None):
        drawn = real_draw(fitted, made, count, seed)
        for name, values in made.back(made.table).items():
            drawn.table[name][:3] = values[:3]
        return drawn

    monkeypatch.setattr(drawing, "draw", copying)
    code, answer = xinglin("synthesise", table, *ASKED, "-o", tmp_path / "a")
    assert code == 5 and answer["error"]["code"] == "XL-TABLE-040"
    assert not (tmp_path / "a").exists()


def test_a_dry_run_writes_nothing_and_a_spreadsheet_is_refused_with_a_remedy(xinglin, table, tmp_path):
    code, answer = xinglin("synthesise", table, *ASKED, "--dry-run", "-o", tmp_path / "a")
    assert code == 0 and answer["files"] == [] and not (tmp_path / "a").exists()
    (tmp_path / "sheet.xlsx").write_bytes(b"PK\x03\x04")
    code, answer = xinglin("synthesise", tmp_path / "sheet.xlsx")
    assert code == 3 and answer["error"]["code"] == "XL-CSV-002" and "CSV" in answer["error"]["fix"]


def test_python_gives_the_rows_and_the_judgement(table):
    made = xl.synthesise(table, 50, time="days", event="died", conditions=["sex=f"], seed=1)
    assert len(made.table["age"]) == 50 and set(made.table["sex"]) == {0.0} and made.judgement.privacy.near_copies == 0
    assert np.isfinite(made.judgement.fidelity.told_apart[0]) and made.how["conditions"] == ["sex=f"]


def test_every_command_of_the_page_works(home, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    written(people(150, seed=3), tmp_path / "trial.csv")
    page = (ROOT / "docs" / "do" / "make-a-synthetic-table.md").read_text(encoding="utf-8")
    found = [shlex.split(line, comments=True) for line in re.findall(r"^xinglin (.*)$", page, re.MULTILINE)]
    assert len(found) >= 4
    for words in found:
        assert main(words) == 0, (words, capsys.readouterr().err)
