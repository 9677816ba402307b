"""The word list finds one idea under every name a record, a doctor or a patient gives it."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from xinglin.knowledge import terms

DATA = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[4] / "shared/data"))


def test_english_chinese_and_abbreviation_name_the_same_idea():
    names = (
        "Hypertension",
        "HTN",
        "high blood pressure",
        "高血压",
        "高血壓",
        "Hypertension (disorder)",
        "Essential hypertension, unspecified",
    )
    assert {terms.find(name).key for name in names} == {"term:hypertension"}


def test_case_plural_hyphen_and_british_spelling_do_not_matter():
    assert terms.find("ANAEMIA") is terms.find("anemia")
    assert terms.find("rib fractures") is terms.find("Fracture of rib")
    assert terms.find("type-2 diabetes") is terms.find("Type 2 Diabetes Mellitus")


def test_an_ambiguous_short_form_finds_nothing_but_is_offered():
    assert terms.find("DM") is None
    assert [term.key for term in terms.candidates("DM")] == ["term:diabetes-mellitus"]


def test_an_unknown_name_finds_nothing():
    assert terms.find("blorbitis") is None
    assert terms.find("") is None


@pytest.mark.parametrize(
    ("line", "keys", "strengths", "form_zh", "release"),
    [
        ("Hydrochlorothiazide 25 MG Oral Tablet", ["hydrochlorothiazide"], [("25", "MG")], "片", ""),
        ("24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet", ["metformin"], [("500", "MG")], "片", "extended"),
        (
            "Acetaminophen 325 MG / Hydrocodone Bitartrate 7.5 MG Oral Tablet",
            ["acetaminophen", "hydrocodone"],
            [("325", "MG"), ("7.5", "MG")],
            "片",
            "",
        ),
        ("NDA020800 0.3 ML Epinephrine 1 MG/ML Auto-Injector", ["epinephrine"], [("1", "MG/ML")], "自动注射笔", ""),
        ("Aspirin 81mg TAB", ["aspirin"], [("81", "mg")], "片", ""),
        ("24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]", ["metoprolol"], [("100", "MG")], "片", "extended"),
        ("盐酸二甲双胍缓释片 0.5g", ["metformin"], [("0.5", "g")], "片", "extended"),
        ("阿司匹林肠溶片 100mg", ["aspirin"], [("100", "mg")], "片", "delayed"),
        ("insulin glargine [Lantus]", ["insulin-glargine"], [("", "")], "", ""),
        ("Lasix 40mg", ["furosemide"], [("40", "mg")], "", ""),
        ("amlodipine 5 mg daily", ["amlodipine"], [("5", "mg")], "", ""),
        ("苯磺酸氨氯地平片（络活喜）5mg×7片", ["amlodipine"], [("5", "mg")], "片", ""),
        ("硝苯地平控释片 30mg", ["nifedipine"], [("30", "mg")], "片", "controlled"),
        ("沙美特罗替卡松粉吸入剂 50μg/250μg", ["fluticasone-and-salmeterol"], [("50/250", "μg")], "吸入粉雾剂", ""),
        ("Nitroglycerin 0.4 MG/ACTUAT Mucosal Spray", ["nitroglycerin"], [("0.4", "MG/ACTUAT")], "口腔喷雾剂", ""),
        (
            "Piperacillin 4000 MG / tazobactam 500 MG Injection",
            ["piperacillin", "tazobactam"],
            [("4000", "MG"), ("500", "MG")],
            "注射液",
            "",
        ),
        ("1 ML heparin sodium, porcine 5000 UNT/ML Injection", ["heparin"], [("5000", "UNT/ML")], "注射液", ""),
        ("guaifenesin 100 mg/5 mL Oral Liquid", ["guaifenesin"], [("100", "mg/5mL")], "口服溶液", ""),
    ],
)
def test_a_medicine_line_is_taken_apart(line, keys, strengths, form_zh, release):
    name = terms.medicine(line)
    assert [item.key.removeprefix("term:") for item in name.ingredients] == keys
    assert list(name.strengths) == strengths
    assert (name.form_zh, name.release) == (form_zh, release)


def test_a_substance_that_is_not_known_comes_back_in_the_words_of_the_source():
    assert terms.medicine("Zorblax 5 MG Oral Tablet").ingredients == ("Zorblax",)


def test_every_row_has_both_languages_and_known_parents():
    keys = {term.key for term in terms.TERMS}
    assert len(keys) == len(terms.TERMS)
    assert [t.key for t in terms.TERMS if not (t.en and t.zh)] == []
    assert [(t.key, p) for t in terms.TERMS for p in t.parents if p not in keys] == []


def test_no_two_terms_of_one_kind_claim_the_same_trusted_name():
    from xinglin.knowledge.terms.spelling import spelled

    claimed: dict[tuple[str, str, str], set[str]] = {}
    for term in terms.TERMS:
        for language, names in (("en", term.en), ("zh", term.zh)):
            for name in names:
                if name not in term.ambiguous:
                    claimed.setdefault((term.kind, language, spelled(name)), set()).add(term.key)
    assert {name: keys for name, keys in claimed.items() if len(keys) > 1} == {}


def test_the_list_is_as_broad_as_promised():
    counted = Counter(term.kind for term in terms.TERMS)
    least = {
        "problem": 500,
        "symptom": 180,
        "medicine": 400,
        "procedure": 150,
        "anatomy": 150,
        "vaccine": 30,
        "organism": 60,
        "relative": 20,
    }
    assert {kind: counted[kind] for kind in least if counted[kind] < least[kind]} == {}
    assert counted["symptom"] + counted["finding"] >= 200


def test_rows_are_sorted_by_key_so_that_edits_stay_small():
    from xinglin.knowledge.terms import book

    for kind in terms.KINDS:
        rows = (book._DATA / f"{kind}.tsv").read_text(encoding="utf-8").splitlines()[1:]
        keys = [row.split("\t")[0] for row in rows]
        assert keys == sorted(keys), kind


def test_a_side_is_part_of_the_name():
    assert terms.find("left knee").zh[0] == "左膝"
    assert terms.is_a(terms.find("right lung"), "term:lung")
    assert terms.find("left knee") is not terms.find("right knee")


def test_no_term_is_both_left_and_right():
    import re

    both = [t.key for t in terms.TERMS if re.search(r"\bleft\b", " ".join(t.en)) and re.search(r"\bright\b", " ".join(t.en))]
    assert both == []


def test_broader_terms_are_reached_through_parents():
    assert terms.is_a(terms.find("STEMI"), "term:coronary-artery-disease")
    assert terms.is_a(terms.find("atorvastatin"), "term:statin")
    assert not terms.is_a(terms.find("asthma"), "term:coronary-artery-disease")


@pytest.mark.parametrize(
    ("one", "other"), [("albuterol", "salbutamol"), ("acetaminophen", "扑热息痛"), ("CABG", "冠脉搭桥"), ("水腫", "oedema")]
)
def test_the_same_thing_has_one_term_on_both_sides_of_the_sea(one, other):
    assert terms.find(one) is terms.find(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("enalapril", "enalaprilat"),
        ("amputation of left leg", "amputation of right leg"),
        ("hydroxyzine", "hydralazine"),
        ("type 1 diabetes", "type 2 diabetes"),
    ],
)
def test_two_things_that_look_alike_stay_apart(one, other):
    assert terms.find(one) is not terms.find(other)


def _synthea_displays():
    folder = DATA / "fhir-synthea-r4"
    if not folder.exists():
        pytest.skip("shared data not present")
    seen: Counter[tuple[str, str]] = Counter()
    wanted = {
        "Condition": "code",
        "Procedure": "code",
        "AllergyIntolerance": "code",
        "Immunization": "vaccineCode",
        "MedicationRequest": "medicationCodeableConcept",
    }
    for path in sorted(folder.glob("*/*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8"))["entry"]:
            resource = entry["resource"]
            kind = resource["resourceType"]
            concepts = [resource.get(wanted.get(kind, ""))]
            if kind == "Encounter":
                concepts = resource.get("type", []) + resource.get("reasonCode", [])
            if kind == "CarePlan":
                concepts = resource.get("category", []) + [a.get("detail", {}).get("code") for a in resource.get("activity", [])]
            for concept in filter(None, concepts):
                seen[kind, concept["coding"][0]["display"]] += 1
    return seen


def test_ninety_eight_of_a_hundred_things_in_synthetic_records_have_a_chinese_name():
    seen = _synthea_displays()
    missing: Counter[tuple[str, str]] = Counter()
    for (kind, words), count in seen.items():
        if kind == "MedicationRequest":
            known = all(not isinstance(item, str) for item in terms.medicine(words).ingredients)
        else:
            known = terms.find(words, kind="vaccine" if kind == "Immunization" else "") is not None
        if not known:
            missing[kind, words] += count
    assert sum(missing.values()) <= 0.02 * sum(seen.values()), missing.most_common(10)
