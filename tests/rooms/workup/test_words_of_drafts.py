"""Names stand in the case of running text, results in words without standing remarks, and nothing is current after death."""

import pytest
from people import chart, problem

from xinglin.records import Concept
from xinglin.records.chart import Encounter, Medicine, Person
from xinglin.workup import work_up
from xinglin.workup.letter_case import in_text_case
from xinglin.workup.result_words import result_words


@pytest.mark.parametrize(
    ("written", "in_text"),
    [
        ("Cholecystitis", "cholecystitis"),
        ("Hodgkin lymphoma", "Hodgkin lymphoma"),
        ("COPD", "COPD"),
        ("Type II diabetes mellitus", "type II diabetes mellitus"),
        ("FX LUMBAR VERTEBRA-CLOSE", "FX lumbar vertebra-close"),
        ("STAPHYLOCOCCUS AUREUS", "Staphylococcus aureus"),
        ("Tylenol", "Tylenol"),
    ],
)
def test_a_name_keeps_its_words_and_loses_only_capitals_that_are_none(written, in_text):
    assert in_text_case(written) == in_text
    assert in_text.casefold() == written.casefold()


def test_a_culture_keeps_every_finding_and_loses_the_remarks_on_the_test():
    said = "POSITIVE BY EIA. A positive IgG result generally indicates past exposure. Reference Range: Negative."
    assert result_words(said) == "Positive by EIA"
    assert result_words("NO POLYMORPHONUCLEAR LEUKOCYTES SEEN. GRAM NEGATIVE RODS SEEN.").count("seen") == 2
    assert result_words("If acute infection is suspected request a second sample.").startswith("If acute infection")


def test_what_is_cut_short_says_so():
    long = " ".join(f"Organism number {count} was found in this sample." for count in range(20))
    assert result_words(long).endswith("...") and len(result_words(long)) <= 210


DEAD = Person("Patient/1", "male", born="1920-02-01", died="1987-11-24")
TAKEN = Medicine("MedicationRequest/a", "request", Concept("Naproxen 220 MG Oral Tablet"), "active", "order", when="1983-08-27")
SEEN = Encounter("Encounter/a", "finished", "AMB", Concept("Check up"), start="1987-09-19", end="1987-09-19")
CERTIFIED = Encounter("Encounter/b", "finished", "AMB", Concept("Death Certification"), start="1987-11-28", end="1987-11-28")


def test_nothing_is_current_after_death_and_what_was_is_still_known():
    (medicine,) = [f for f in work_up(chart(person=DEAD, medicines=(TAKEN,)), "2020-01-01") if f.kind == "medicine"]
    assert medicine.status == "stopped" and medicine.details["until_death"] == "yes"
    (alive,) = [f for f in work_up(chart(person=DEAD, medicines=(TAKEN,)), "1985-01-01") if f.kind == "medicine"]
    assert alive.status == "current" and "until_death" not in alive.details


def test_a_death_certificate_is_not_the_last_visit():
    roles = {
        f.id: f.details.get("role", "")
        for f in work_up(chart(person=DEAD, encounters=(SEEN, CERTIFIED)), "2020-01-01")
        if f.kind == "encounter"
    }
    assert roles == {"encounter.Encounter/a": "last", "encounter.Encounter/b": ""}


def test_who_died_on_an_unknown_day_has_no_age():
    facts = work_up(chart(person=Person("Patient/1", "male", born="1920-02-01", died="yes")), "2020-01-01")
    person = next(f for f in facts if f.id == "person")
    assert person.value is None and "age_years" not in person.details


def test_the_same_words_in_another_case_are_one_problem():
    both = (problem("a", "GOUT"), problem("b", "Gout"))
    (fact,) = [f for f in work_up(chart(problems=both), "2024-03-06") if f.kind == "problem"]
    assert fact.names["en"][0] == "gout"
