"""The whole work-up: same in, same out; fast; nothing from after the day asked for; honest about an empty record."""

import os
from pathlib import Path

import pytest
from people import POTASSIUM, allergy, chart, lab, medicine, person, problem, stay

from xinglin import intake
from xinglin.records import Chart
from xinglin.records.chart import Medicine
from xinglin.records.errors import InvalidInput
from xinglin.workup import work_up

SHARED = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
LARGEST = SHARED / "fhir-synthea-r4" / "big"


def whole():
    return chart(
        measurements=(lab("a", POTASSIUM, "4", "mmol/L", "2024-01-01"), lab("b", POTASSIUM, "5", "mmol/L", "2024-03-01")),
        problems=(problem("a", "Gout", onset="2020-01-01"),), allergies=(allergy("a", "Allergy to peanut"),),
        medicines=(medicine("a", "warfarin"),), encounters=(stay(),),
    )  # fmt: skip


def test_the_same_record_gives_the_same_facts():
    assert work_up(whole(), "2024-03-06") == work_up(whole(), "2024-03-06")


def test_every_fact_has_evidence_and_an_id_of_its_own():
    facts = work_up(whole(), "2024-03-06")
    assert all(fact.evidence and fact.text for fact in facts)
    assert len({fact.id for fact in facts}) == len(facts)


def test_nothing_dated_after_the_day_asked_for_is_used():
    facts = {fact.id: fact for fact in work_up(whole(), "2024-02-01")}
    assert "measurement.Observation/b" not in facts and "encounter.Encounter/stay" not in facts
    assert facts["measurement.Observation/a"].latest


def test_an_empty_record_gives_the_person_and_one_gap_for_the_record():
    facts = work_up(Chart(), "2024-03-06")
    assert next(f.key for f in facts if f.kind == "gap") == "gap:record"
    assert {f.kind for f in facts} == {"person", "gap"}


@pytest.mark.parametrize(
    ("born", "age"), [("1960-05-01", "63 years"), ("2022-09-06", "18 months"), ("2024-02-20", "15 days"), ("2050-01-01", "age not known")]
)
def test_age_is_in_years_months_or_days_and_never_negative(born, age):
    (fact,) = (f for f in work_up(chart(person=person(born=born)), "2024-03-06") if f.id == "person")
    assert age in fact.text


def test_a_person_who_died_is_of_the_age_at_death():
    facts = {f.id: f for f in work_up(chart(person=person(died="2020-06-01")), "2024-03-06")}
    assert facts["person"].details["age_years"] == "60" and facts["person.death"].time == "2020-06-01"


def test_a_visit_of_a_day_or_more_that_ends_in_a_discharge_is_a_stay():
    from xinglin.records import Concept

    long = stay(setting="EMER", start="2024-03-01T09:00:00Z", end="2024-03-03T09:00:00Z", discharge=Concept("Home"))
    (fact,) = (f for f in work_up(chart(encounters=(long,)), "2024-03-06") if f.kind == "encounter")
    assert fact.details["setting"] == "inpatient" and fact.details["role"] == "last-admission"


def test_two_entries_that_claim_one_place_stop_the_work_up():
    twice = (lab("a", POTASSIUM, "4", "mmol/L", "2024-01-01"),) * 2
    with pytest.raises(InvalidInput, match="XL-WORKUP-001"):
        work_up(chart(measurements=twice), "2024-03-06")


def test_a_medicine_without_any_name_is_left_out():
    nameless = Medicine("MedicationRequest/x", "request", whole().medicines[0].concept.__class__(), status="active")
    assert not [f for f in work_up(chart(medicines=(nameless,)), "2024-03-06") if f.kind == "medicine"]


@pytest.mark.skipif(not LARGEST.is_dir(), reason="shared data not present")
def test_the_largest_synthea_record_is_worked_up():
    (person_read,) = intake.read([str(path) for path in LARGEST.glob("*.json")]).people
    record = intake.chart_of(person_read.resources)
    facts = work_up(record, "")
    assert len(facts) > 300
