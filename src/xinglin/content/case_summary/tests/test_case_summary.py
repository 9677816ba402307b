"""What a case summary puts where: critical first, abnormal with its problem, social things out of the problem list."""

from importlib.resources import files

import pytest

from xinglin import intake
from xinglin.content.case_summary import KIND
from xinglin.models.text.grammar import WRITER
from xinglin.records import ContentRequest
from xinglin.records.errors import NotFound
from xinglin.workup import work_up

AS_OF = "2024-03-07"


@pytest.fixture(scope="module")
def chart():
    (person,) = intake.read([str(files("xinglin.content.case_summary") / "examples" / "record.json")]).people
    return intake.chart_of(person.resources)


def sections(chart, language="en", **options):
    facts = work_up(chart, AS_OF)
    plan = KIND.plan(ContentRequest("case_summary", "c", language, AS_OF, options=options), chart, facts)
    texts = WRITER.write(plan.points, {f.id: f for f in facts}, KIND.words[language], language, 0)
    found = {}
    for point, text in zip(plan.points, texts, strict=True):
        found.setdefault(point.section, []).append(text)
    return found


def test_the_critical_value_comes_before_everything_but_who_it_is(chart):
    assert list(sections(chart))[:2] == ["identification", "urgent"]
    assert sections(chart)["urgent"] == [
        "Potassium 6.4 mmol/L on 2024-03-06 (critically high; reference 3.5–5.3 mmol/L), rising from 5.0 mmol/L on 2024-03-01 (by 28%)."
    ]


def test_an_abnormal_result_stands_with_its_problem_and_nowhere_else(chart):
    found = sections(chart)
    assert any("Creatinine 156" in text for text in found["problems"])
    assert not any("reatinine" in text for text in found["abnormal"])


def test_social_entries_and_refuted_diagnoses_are_not_problems(chart):
    found = sections(chart)
    assert not any("employment" in text or "embolism" in text for text in found["problems"])
    assert "Pulmonary embolism was refuted." in found["history"]
    assert any("employment" in text for text in found["social"])


def test_hospital_only_medicines_are_not_current(chart):
    assert not any("eftriaxone" in text for text in sections(chart, length="full")["medicines"])


def test_the_short_form_keeps_what_must_not_be_missed(chart):
    short = sections(chart, length="short")
    assert {"identification", "urgent", "problems", "abnormal", "medicines", "allergies"} == set(short)


def test_results_can_be_limited_to_one_visit(chart):
    found = sections(chart, encounter="Encounter/visit-1")
    text = " ".join(" ".join(texts) for texts in found.values())
    assert "Last visit on 2023-09-12" in text and "otassium" not in text


def test_an_unknown_encounter_is_not_found(chart):
    with pytest.raises(NotFound, match="XL-CASE-002"):
        sections(chart, encounter="Encounter/nowhere")


def test_chinese_reads_like_a_record(chart):
    found = sections(chart, "zh")
    assert found["identification"] == ["患者女性，71岁。", "患者因“肺炎”于2024年3月1日入院，2024年3月6日出院。"]
    assert found["allergies"] == ["对磺胺类药物过敏，高风险，反应：荨麻疹，中度（2008年4月2日记录）。"]
