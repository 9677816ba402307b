"""Lung density: measured in a chest CT, kept as an Observation, a fact like any result, and a section of the imaging report."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from small_chest import SPACING_MM, small_chest

from xinglin.flow.house import House
from xinglin.formats.nifti.reading import read_nifti
from xinglin.formats.nifti.writing import write_nifti
from xinglin.intake.images import lungs_resource
from xinglin.records.imaging import LungMeasures, lungs_source
from xinglin.workup.imaging.lungs import measure_lungs

SAID = ("--unit", "HU", "--when", "2026-01-15")
MADE_UP = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """A whole chest of nobody as NIfTI, and a part of it."""
    folder = tmp_path_factory.mktemp("chest")
    volume = small_chest()
    (folder / "whole.nii.gz").write_bytes(write_nifti(volume, label="PHANTOM (AI-generated)"))
    (folder / "part.nii.gz").write_bytes(write_nifti(replace(volume, voxels=volume.voxels[26:50]), label="PHANTOM (AI-generated)"))
    return folder


def person(folder, *, made_up):
    """A person's record; of a made-up person artificial images are their own."""
    path = folder / "person.json"
    resource = {"resourceType": "Patient", "id": "p1", "gender": "other", "meta": {"security": [MADE_UP] if made_up else []}}
    path.write_text(json.dumps(resource), encoding="utf-8")
    return path


def test_lungs_are_measured_kept_once_and_told_in_both_languages(xinglin, home, scans, tmp_path):
    chart = xinglin("take-in", person(tmp_path, made_up=True))[1]["charts"][0]["id"]
    xinglin("take-in", scans / "whole.nii.gz", "--chart", chart, *SAID)
    code, answer = xinglin("lungs", chart)
    measured = answer["lungs"]
    assert code == 0 and -900 < measured["mean_hu"] < -800 and measured["perc15_hu"] < measured["mean_hu"]
    assert 0 <= measured["low_percent"] < 15 and measured["right_ml"] > measured["left_ml"] > 1500
    house = House.at(home)
    version = house.chart(chart).version
    assert xinglin("lungs", chart) == (0, answer) and house.chart(chart).version == version

    uid = house.chart(chart).scans[0].uid
    raw = json.loads(dict(house.store.resources(chart))[lungs_source(uid)])
    assert raw["derivedFrom"] == [{"reference": house.chart(chart).scans[0].source}]
    assert [part["valueQuantity"]["code"] for part in raw["component"]] == ["[hnsf'U]", "%", "[hnsf'U]", "mL", "mL"]
    assert "without trachea" in raw["method"]["text"]

    facts = {fact.key: fact for fact in house.facts(house.chart(chart))}
    mean = facts["local:lung-mean-density"]
    assert mean.names["zh"] == ("平均肺密度",) and mean.value.value == str(measured["mean_hu"]) and mean.value.unit == "[hnsf'U]"
    assert [(one.source, one.pointer.partition("#")[0]) for one in mean.evidence] == [("dicom", uid), ("chart", lungs_source(uid))]

    for language, length, count in (("en", "full", 5), ("zh", "full", 5), ("en", "standard", 3), ("en", "short", 0)):
        code, report = xinglin("make", "imaging-report", chart, "--lang", language, "--option", "length", length, "--dry-run")
        assert code == 0 and {s["verdicts"]["faithful"] for s in report["statements"]} == {"supported"}, report["statements"]
        assert sum(len(s["facts"]) for s in report["statements"] if s["section"] == "lungs") == count
        assert not [i for i in report["issues"] if i["severity"] == "stop"]


def test_a_part_of_the_lungs_is_refused_with_the_reason(xinglin, home, scans, tmp_path):
    chart = xinglin("take-in", person(tmp_path, made_up=True))[1]["charts"][0]["id"]
    xinglin("take-in", scans / "part.nii.gz", "--chart", chart, *SAID)
    code, answer = xinglin("lungs", chart)
    assert code == 3 and answer["error"]["code"] == "XL-IMG-342" and "begins and ends inside the lungs" in answer["error"]["why"]
    assert not House.at(home).chart(chart).measurements


def test_an_artificial_chest_says_nothing_about_a_real_person(xinglin, home, scans, tmp_path):
    chart = xinglin("take-in", person(tmp_path, made_up=False))[1]["charts"][0]["id"]
    xinglin("take-in", scans / "whole.nii.gz", "--chart", chart, *SAID)
    code, answer = xinglin("lungs", chart)
    assert code == 5 and answer["error"]["code"] == "XL-IMG-341"
    house = House.at(home)
    known = house.chart(chart)
    smuggled = LungMeasures(known.scans[0].uid, -850.0, 0.1, -900.0, 2000.0, 2500.0, "2026-01-15", known.scans[0].source, "by hand")
    house.store.keep_resources(chart, [lungs_resource(known.person.source, smuggled)], about="test")
    facts = house.facts(house.chart(chart))
    assert not [fact for fact in facts if fact.key.startswith("local:lung-")]
    assert [fact.details["said_zh"] for fact in facts if fact.key == "gap:lungs"] == ["测量所用序列为人工生成"]
    report = xinglin("make", "imaging-report", chart)[1]
    assert any("artificial" in s["text"] for s in report["statements"]) and not any("-850" in s["text"] for s in report["statements"])


def test_density_is_that_of_the_voxels(scans):
    volume = read_nifti(scans / "part.nii.gz", unit="HU")
    left, right = np.zeros(volume.shape, bool), np.zeros(volume.shape, bool)
    volume.voxels[2:4, 5:10, 5:10], volume.voxels[6:8, 5:10, 5:10] = -1000, -800
    left[2:4, 5:10, 5:10] = right[6:8, 5:10, 5:10] = True
    found = measure_lungs(volume, left, right, study="ImagingStudy/x", found_by="test")
    assert (found.mean_hu, found.low_percent, found.perc15_hu) == (-900.0, 50.0, -1000.0)
    assert found.left_ml == found.right_ml == round(50 * SPACING_MM[0] * SPACING_MM[1] * SPACING_MM[2] / 1000)
