"""A model shows places to a reader; nothing tells of them until a person confirms one, and that is done once and stands in the ledger."""

from __future__ import annotations

import json

import nibabel
import numpy as np
import pytest
import torch
from small_chest import place_for_a_ball, with_ball

from xinglin.flow.house import House
from xinglin.models.image.nodule_candidates import MODEL
from xinglin.models.kept_images import KeptImages
from xinglin.records.image_learning import DataCard, ImageForm, ImageModelCard, LearningPlan
from xinglin.training.image_learning.export import onnx_graphs

SAID = ("--unit", "HU", "--when", "2026-01-15")
FORM = ImageForm((16, 16, 16), low=-1000.0, high=300.0, unit="HU", modality="CT", masks=("nodule",))


class Lumps(torch.nn.Module):
    """Stands in for a network: log-odds of being brighter than what lies around."""

    def forward(self, pictures):
        """Small mean less wide mean."""
        return 12 * (_mean(pictures, 5) - _mean(pictures, 13) - 0.7)


def _mean(pictures, side):
    for axis in range(3):
        window = [side if one == axis else 1 for one in range(3)]
        pictures = torch.nn.functional.avg_pool3d(pictures, window, 1, [one // 2 for one in window], count_include_pad=False)
    return pictures


@pytest.fixture(scope="module")
def finder(tmp_path_factory):
    """A folder of a kept finder that needs no learning."""
    settings = {one.name: one.default for one in MODEL.settings} | {"tile": 64}
    graphs = onnx_graphs(MODEL, torch.nn.ModuleDict({"network": Lumps()}), FORM, settings)
    told = ImageModelCard(
        "lumps", "", MODEL.name, "1", "find", FORM, settings, LearningPlan(1), "0" * 64, DataCard("none", "0" * 64, FORM, {}, {})
    )
    return KeptImages(told, {f"graphs/{name}.onnx": content for name, content in graphs.items()}).write(
        tmp_path_factory.mktemp("finder") / "lumps"
    )


@pytest.fixture
def chart(xinglin, tmp_path):
    """A made-up person with one chest CT, in which a ball lies in a lung."""
    person = {"resourceType": "Patient", "id": "p1", "gender": "other", "birthDate": "1960-01-01", "name": [{"family": "Muster"}]}
    (tmp_path / "person.json").write_text(json.dumps(person), encoding="utf-8")
    known = xinglin("take-in", tmp_path / "person.json")[1]["charts"][0]["id"]
    volume = with_ball(place_for_a_ball(), 8.0)
    image = nibabel.Nifti1Image(volume.voxels.T.astype(np.int16), np.diag([-1.0, -1.0, 1.0, 1.0]) @ volume.affine[:, [2, 1, 0, 3]])
    image.header.set_xyzt_units("mm")
    nibabel.save(image, tmp_path / "scan.nii.gz")
    assert xinglin("take-in", tmp_path / "scan.nii.gz", "--chart", known, *SAID)[0] == 0
    return known


@pytest.fixture
def found(xinglin, chart, finder):
    """(chart, the number of the candidate that is the ball, the whole answer)."""
    code, said = xinglin("candidates", "find", chart, "--model", finder, "--by", "dr.li")
    assert code == 0
    away = [np.linalg.norm(np.subtract(one["place_mm"], place_for_a_ball())) for one in said["candidates"]]
    assert min(away) < 4 and said["in_use"] is False
    return chart, said["candidates"][int(np.argmin(away))]["number"], said


def test_candidates_are_listed_marked_and_told_nowhere(xinglin, found, home, tmp_path):
    chart, ball, said = found
    one = said["candidates"][ball - 1]
    assert said["label"] == "Candidate for a reader, not a finding" and 6 < one["diameter_mm"] < 22 and one["decision"] is None
    house = House.at(home)
    before = [fact.id for fact in house.facts(house.chart(chart))]
    assert not any(fact.startswith("lesion.") for fact in before) and xinglin("images", chart)[1]["lesions"] == []
    for kind in ("imaging-report", "case-summary"):
        _, draft = xinglin("make", kind, chart)
        told = json.dumps(draft).lower()
        assert "candidate" not in told and said["model"] not in told and not any(f["id"].startswith("lesion.") for f in draft["facts"])
    assert xinglin("candidates", "list", chart, "-o", tmp_path / "out")[1]["candidates"] == said["candidates"]
    written = json.loads((tmp_path / "out" / "candidates.json").read_text(encoding="utf-8"))
    assert "not a finding" in written["label"] and written["AIGC"]
    from PIL import Image

    sheet = Image.open(tmp_path / "out" / "candidates.png")
    assert "not a finding" in sheet.text["Description"] and "AIGC" in sheet.text and min(sheet.size) > 180
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_a_confirmed_candidate_is_one_lesion_of_that_person_with_its_place_and_who_showed_it_first(xinglin, found, home):
    chart, ball, said = found
    code, kept = xinglin("candidates", "confirm", chart, ball, "--by", "dr.wu", "--text", "round, smooth")
    assert code == 0 and kept["lesion"]["name"] == "A" and kept["lesion"]["marked_by"] == "dr.wu"
    assert kept["lesion"]["measures"]["volume_mm3"] == pytest.approx(4 / 3 * np.pi * 8**3, rel=0.25)
    house = House.at(home)
    facts = house.facts(house.chart(chart))
    shown = [fact for fact in facts if any(one.source == "person" for one in fact.evidence)]
    (place,) = shown
    sources = {one.source: one for one in place.evidence}
    assert place.key == "lesion:A:place" and set(sources) == {"dicom", "chart", "person", f"models/{said['model']}"}
    assert sources["person"].pointer == "dr.wu" and sources["person"].quote == "round, smooth"
    assert "#slice=" in sources["dicom"].pointer and sources[f"models/{said['model']}"].pointer == f"candidate={ball}"
    (report,) = [xinglin("make", "imaging-report", chart)[1]]
    assert place.id in {fact["id"] for fact in report["facts"]} and {s["verdicts"]["faithful"] for s in report["statements"]} == {
        "supported"
    }
    lines = [row["what"] for row in xinglin("audit", "list")[1]["entries"]]
    assert lines.count("candidate confirmed") == 1 and lines.count("candidates shown") == 1
    assert xinglin("candidates", "list", chart)[1]["candidates"][ball - 1]["decision"]["lesion"] == "A"


def test_a_candidate_is_decided_once(xinglin, found):
    chart, ball, _ = found
    assert xinglin("candidates", "confirm", chart, ball)[0] == 0
    for verb in ("confirm", "reject"):
        code, said = xinglin("candidates", verb, chart, ball)
        assert (code, said["error"]["code"]) == (5, "XL-FIND-005")
    assert len(xinglin("images", chart)[1]["lesions"]) == 1


def test_a_rejected_candidate_leaves_no_lesion_and_one_line_in_the_ledger(xinglin, found):
    chart, ball, _ = found
    code, said = xinglin("candidates", "reject", chart, ball, "--by", "dr.wu", "--text", "a vessel")
    assert code == 0 and said["decision"]["verdict"] == "rejected" and xinglin("images", chart)[1]["lesions"] == []
    rows = json.dumps(xinglin("audit", "list")[1])
    assert rows.count('"candidate rejected"') == 1 and "a vessel" not in rows
    assert xinglin("candidates", "confirm", chart, ball)[0] == 5


def test_what_cannot_be_confirmed_leaves_nothing_half_done(xinglin, found):
    chart, ball, _ = found
    code, said = xinglin("candidates", "confirm", chart, ball, "--at=500,500,500")
    assert code != 0 and said["error"]["code"].startswith("XL-IMG-3")
    assert xinglin("candidates", "list", chart)[1]["candidates"][ball - 1]["decision"] is None
    assert xinglin("candidates", "confirm", chart, 99)[1]["error"]["code"] == "XL-FIND-004"
    assert xinglin("candidates", "confirm", chart, ball, "--text", "a\nb")[1]["error"]["code"] == "XL-FIND-007"
    assert xinglin("candidates", "confirm", chart, ball, "--name", "N1")[1]["lesion"]["name"] == "N1"


def test_without_a_model_or_a_list_it_says_what_to_do(xinglin, chart, finder):
    code, said = xinglin("candidates", "find", chart)
    assert (code, said["error"]["code"]) == (4, "XL-FIND-002") and "train image" in said["error"]["fix"]
    code, said = xinglin("candidates", "list", chart)
    assert (code, said["error"]["code"]) == (4, "XL-FIND-003")
    assert xinglin("models", "import", finder, "--name", "nodule-candidates")[0] == 0
    code, said = xinglin("candidates", "find", chart)
    assert (code, said["error"]["code"]) == (4, "XL-FIND-002") and "promote" in said["error"]["fix"]
    code, said = xinglin("candidates", "find", chart, "--model", "nodule-candidates:challenger", "--dry-run")
    assert code == 0 and said["candidates"] and xinglin("candidates", "list", chart)[0] == 4


def test_looking_again_keeps_what_was_decided(xinglin, found, finder):
    chart, ball, said = found
    xinglin("candidates", "reject", chart, ball)
    again = xinglin("candidates", "find", chart, "--model", finder)[1]
    assert [one["place_mm"] for one in again["candidates"]] == [one["place_mm"] for one in said["candidates"]]
    assert again["candidates"][ball - 1]["decision"]["verdict"] == "rejected"


def test_a_model_of_another_task_finds_nothing(xinglin, chart):
    code, said = xinglin("candidates", "find", chart, "--model", "chest-phantom")
    assert (code, said["error"]["code"]) == (2, "XL-FIND-001")
