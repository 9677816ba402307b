"""Who was never admitted, who has died, and an encounter without dates: each is told in words that fit, never with an empty place."""

from xinglin.content.discharge_summary import KIND
from xinglin.models.text.grammar import WRITER
from xinglin.records import Chart, Concept, ContentRequest
from xinglin.records.chart import CarePlan, Encounter, Medicine, Person
from xinglin.workup import work_up

WOMAN = Person("Patient/1", "female", born="1990-05-01")
VISIT = Encounter("Encounter/a", "finished", "AMB", Concept("Check up"), start="2020-09-19", end="2020-09-19")
PILL = Medicine("MedicationRequest/a", "request", Concept("Naproxen 220 MG Oral Tablet"), "active", "order", when="2020-09-19")


def told(person=WOMAN, language="en", **entries):
    chart = Chart(person=person, newest="2020-09-19", **entries)
    facts = work_up(chart, "2024-03-07")
    plan = KIND.plan(ContentRequest("discharge_summary", "c", language, "2024-03-07"), chart, facts)
    texts = WRITER.write(plan.points, {f.id: f for f in facts}, KIND.words[language], language, 0)
    return "\n".join([*(heading for _, heading in plan.sections), *texts])


def test_a_visit_is_never_called_a_stay():
    text = told(encounters=(VISIT,), medicines=(PILL,))
    assert "No hospital admission is found in the record; this is a summary of the last visit." in text
    assert "Started at this visit: naproxen" in text and "stay" not in text.casefold() and "discharge" not in text.casefold()


def test_an_encounter_without_dates_leaves_no_empty_place():
    undated = Encounter("Encounter/a", "finished", "AMB")
    assert "The record holds one outpatient visit without a date." in told(encounters=(undated,))
    assert "病历有一次门诊就诊记录，日期不详。" in told(encounters=(undated,), language="zh")


def test_of_the_dead_nothing_is_said_to_go_on():
    dead = Person("Patient/1", "female", born="1950-05-01", died="2021-01-02")
    plan = CarePlan("CarePlan/a", status="active", title="Exercise plan", start="2019-01-01")
    text = told(dead, encounters=(VISIT,), medicines=(PILL,), care_plans=(plan,))
    assert "Died on 2021-01-02: 70-year-old woman." in text and "Taken until death: naproxen" in text
    assert "current" not in text and "Exercise plan" not in text and "follow-up" not in text.casefold()


def test_an_age_that_has_changed_since_says_of_which_day_it_is():
    assert "33-year-old woman (age on 2024-03-07)." in told(encounters=(VISIT,))
