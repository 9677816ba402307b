"""What a discharge summary says of the stay: results at the end, medicines before and after, follow-up as recorded."""

from importlib.resources import files

import pytest

from xinglin import intake
from xinglin.content.discharge_summary import KIND
from xinglin.models.text.grammar import WRITER
from xinglin.records import ContentRequest
from xinglin.workup import work_up

AS_OF = "2024-03-07"


@pytest.fixture(scope="module")
def chart():
    (person,) = intake.read([str(files("xinglin.content.discharge_summary") / "examples" / "record.json")]).people
    return intake.chart_of(person.resources)


def sections(chart, language="en", **options):
    facts = work_up(chart, AS_OF)
    plan = KIND.plan(ContentRequest("discharge_summary", "c", language, AS_OF, options=options), chart, facts)
    texts = WRITER.write(plan.points, {f.id: f for f in facts}, KIND.words[language], language, 0)
    found = {}
    for point, text in zip(plan.points, texts, strict=True):
        found.setdefault(point.section, []).append(text)
    return found


def test_the_last_admission_is_described_with_its_dates_and_reason(chart):
    assert "Admitted on 2024-03-01 for pneumonia; discharged on 2024-03-06." in sections(chart)["stay"]


def test_results_are_told_last_value_first_and_only_from_the_stay(chart):
    results = sections(chart)["results"]
    assert "Potassium 6.4 mmol/L on 2024-03-06 (critically high), previously 5.0 mmol/L on 2024-03-01." in results
    assert not any("2023" in text for text in results)


def test_medicines_are_told_as_started_continued_stopped_and_given(chart):
    started, continued, stopped, given = sections(chart)["medicines"]
    assert "Started" in started and "amoxicillin" in started
    assert "before" in continued and "amlodipine" in continued
    assert "Stopped" in stopped and "lisinopril" in stopped
    assert given == "Ordered or given during the stay: ceftriaxone."


def test_follow_up_is_what_the_care_plan_says(chart):
    assert sections(chart)["follow_up"] == ["Kidney follow-up, active since 2024-03-06: Repeat potassium within 3 days."]


def test_the_disposition_is_quoted_and_translated_where_its_words_are_known(chart):
    assert "Discharge disposition as recorded: Home." in sections(chart)["condition"]
    assert "出院去向（据记录）：回家。" in sections(chart, "zh")["condition"]


def test_another_encounter_can_be_chosen(chart):
    assert any("2023-09-12" in text for text in sections(chart, encounter="Encounter/visit-1")["stay"])
