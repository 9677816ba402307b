"""Records and images of one command: all kept or none, and what could not be read is told."""

import json

import pytest

from xinglin.cli.run import main
from xinglin.flow.house import House
from xinglin.records.errors import InvalidInput

SMALL = ("--slices", 12, "--pixels", 96, "--spacing=10,3.6,3.6")


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    """A very small phantom as a folder of DICOM files."""
    folder = tmp_path_factory.mktemp("scan")
    assert main(["phantom", "-o", str(folder / "ct"), "--home", str(folder / "house"), *map(str, SMALL)]) == 0
    return folder / "ct"


def test_the_series_are_told_beside_their_chart(xinglin, scan):
    code, taken = xinglin("take-in", scan)
    ((chart,), (row,)) = taken["charts"], taken["charts"][0]["series"]
    _, images = xinglin("images", chart["id"])
    assert code == 0 and [row] == images["series"] and (row["modality"], row["slices"]) == ("CT", 12)


def test_a_dry_run_tells_the_series_and_keeps_nothing(xinglin, scan):
    code, taken = xinglin("take-in", scan, "--dry-run")
    assert code == 0 and taken["charts"] == [] and [row["slices"] for row in taken["series"]] == [12]
    assert xinglin("chart")[1] == {"charts": []}


def test_a_record_alone_has_no_series(xinglin, record):
    assert [chart["series"] for chart in xinglin("take-in", record)[1]["charts"]] == [[]]


@pytest.mark.parametrize("content", ["{", '{"resourceType": "Bundle", "type": "collection", "entry": 3}', None])
def test_a_record_that_cannot_be_read_beside_images_is_an_issue_and_partial(content, xinglin, scan, tmp_path):
    path = tmp_path / "broken.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    code, taken = xinglin("take-in", scan, path)
    assert code == 8 and len(taken["charts"]) == 1
    (issue,) = [row for row in taken["issues"] if row["kind"] == "unread"]
    assert issue["code"].startswith("XL-FHIR-") and "broken.json" in issue["place"]


def test_a_readme_beside_images_is_no_fault(xinglin, scan, tmp_path):
    import shutil

    shutil.copytree(scan, tmp_path / "ct")
    (tmp_path / "ct" / "README.md").write_text("what this is", encoding="utf-8")
    code, taken = xinglin("take-in", tmp_path / "ct")
    assert code == 0 and taken["issues"] == []


def test_a_person_who_contradicts_a_stored_one_stops_the_command_though_images_are_there(xinglin, record, scan, tmp_path):
    assert xinglin("take-in", record)[0] == 0
    bundle = json.loads(record.read_text(encoding="utf-8"))
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == "Patient":
            entry["resource"]["birthDate"] = "1931-01-01"
    other = tmp_path / "other.json"
    other.write_text(json.dumps(bundle), encoding="utf-8")
    code, answer = xinglin("take-in", other, scan)
    assert code == 3 and answer["error"]["code"] == "XL-INTAKE-020"
    assert len(xinglin("chart")[1]["charts"]) == 1


def test_images_that_fail_take_the_records_of_the_command_with_them(xinglin, record, scan, monkeypatch):
    def fails(*given, **named):
        raise InvalidInput("XL-MADE-HERE-001", "no")

    with monkeypatch.context() as patch:
        patch.setattr(House, "take_in_images", fails)
        code, answer = xinglin("take-in", record, scan)
        assert code == 3 and answer["error"]["code"] == "XL-MADE-HERE-001"
    assert xinglin("chart")[1] == {"charts": []}
    code, taken = xinglin("take-in", record, scan)
    assert code == 0 and len(taken["charts"]) == 2


@pytest.mark.parametrize(
    "words", [("--name", "a\x1b[2J"), ("--name", "x" * 41), ("--name", ""), ("--organ", "lung\n"), ("--organ", "o" * 41)]
)
def test_a_lesion_has_a_name_that_can_be_printed(words, xinglin, scan):
    chart = xinglin("take-in", scan)[1]["charts"][0]["id"]
    code, answer = xinglin("mark", chart, "--at=0,0,0", *words)
    assert code == 2 and answer["error"]["code"] == "XL-FLOW-027" and answer["error"]["where"] == words[0]
