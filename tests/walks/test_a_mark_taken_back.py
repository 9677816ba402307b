"""A mark too small for a lesion is refused; a wrong one is taken back, stays kept, and nothing is told from it any more."""

from __future__ import annotations

import json

import nibabel
import numpy as np
import pytest
from small_chest import place_for_a_ball, with_ball

from xinglin.flow.house import House

SAID = ("--unit", "HU", "--when", "2026-01-15")


@pytest.fixture
def chart(xinglin, tmp_path):
    """A made-up person with one chest CT, in which a ball lies in the right lung."""
    person = {"resourceType": "Patient", "id": "p1", "gender": "other", "birthDate": "1960-01-01", "name": [{"family": "Muster"}]}
    (tmp_path / "person.json").write_text(json.dumps(person), encoding="utf-8")
    known = xinglin("take-in", tmp_path / "person.json")[1]["charts"][0]["id"]
    volume = with_ball(place_for_a_ball(), 8.0)
    image = nibabel.Nifti1Image(volume.voxels.T.astype(np.int16), np.diag([-1.0, -1.0, 1.0, 1.0]) @ volume.affine[:, [2, 1, 0, 3]])
    image.header.set_xyzt_units("mm")
    nibabel.save(image, tmp_path / "scan.nii.gz")
    assert xinglin("take-in", tmp_path / "scan.nii.gz", "--chart", known, *SAID)[0] == 0
    return known


def at(shift_mm=0.0):
    x, y, z = place_for_a_ball()
    return f"--at={x + shift_mm:.1f},{y:.1f},{z:.1f}"


@pytest.mark.parametrize("kind", ["solid", "part-solid", "ground-glass"])
def test_lung_itself_is_no_lesion_and_what_is_told_of_the_person_stays_tellable(xinglin, chart, kind):
    code, said = xinglin("mark", chart, at(25.0), "--name", "P", "--type", kind)
    assert (code, said["error"]["code"]) == (3, "XL-IMG-351") and xinglin("images", chart)[1]["lesions"] == []
    for command in (("chart", chart), ("make", "imaging-report", chart), ("make", "case-summary", chart)):
        assert xinglin(*command)[0] == 0


def test_a_mark_taken_back_is_told_nowhere_and_kept_with_the_reason(xinglin, chart, home):
    assert xinglin("mark", chart, at(), "--name", "A", "--by", "dr.li")[0] == 0
    code, gone = xinglin("unmark", chart, "A", "--reason", "a vessel seen end on", "--by", "dr.wu")
    assert code == 0 and [one["name"] for one in gone["unmarked"]] == ["A"]
    assert xinglin("images", chart)[1]["lesions"] == []
    house = House.at(home)
    (kept,) = [json.loads(raw) for name, raw in house.store.resources(chart) if name == gone["unmarked"][0]["source"]]
    assert kept["status"] == "entered-in-error" and kept["note"] == [{"authorString": "dr.wu", "text": "a vessel seen end on"}]
    assert not any(fact.details.get("lesion") for fact in house.facts(house.chart(chart)))
    rows = xinglin("audit", "list")[1]
    assert "lesion unmarked" in json.dumps(rows) and "vessel" not in json.dumps(rows)


def test_a_lesion_may_be_marked_again_after_that(xinglin, chart):
    xinglin("mark", chart, at(), "--name", "A")
    xinglin("unmark", chart, "A", "--reason", "wrong name")
    assert xinglin("mark", chart, at(), "--name", "A")[0] == 0
    assert [one["name"] for one in xinglin("images", chart)[1]["lesions"]] == ["A"]


@pytest.mark.parametrize(("words", "code"), [(("B", "--reason", "x"), "XL-IMG-353"), (("A", "--reason", " "), "XL-IMG-354")])
def test_nothing_is_taken_back_without_a_mark_and_a_reason(xinglin, chart, words, code):
    xinglin("mark", chart, at(), "--name", "A")
    exit_code, said = xinglin("unmark", chart, *words)
    assert exit_code != 0 and code in json.dumps(said)
    assert len(xinglin("images", chart)[1]["lesions"]) == 1


@pytest.mark.parametrize("kind", ["imaging-report", "case-summary"])
def test_a_draft_that_speaks_of_a_mark_taken_back_is_not_released(xinglin, chart, passphrase, tmp_path, kind):
    xinglin("mark", chart, at(), "--name", "A")
    draft = xinglin("make", kind, chart)[1]["draft"]
    xinglin("unmark", chart, "A", "--reason", "wrong")
    xinglin("review", draft, "--accept", "all")
    xinglin("sign", draft, "--as", "dr.li", "--passphrase-file", passphrase)
    code, said = xinglin("release", draft, "-o", tmp_path / "out")
    assert (code, said["error"]["code"]) == (5, "XL-IMG-355") and not (tmp_path / "out").exists()
