"""One line per drug with a status and the rule behind it; what was only given in hospital is never a home medicine."""

from people import chart, medicine, stay

from xinglin.workup import work_up


def medicines(*lines, encounters=(), as_of="2024-03-06"):
    return [f for f in work_up(chart(medicines=lines, encounters=encounters), as_of) if f.kind == "medicine"]


def test_several_lines_of_one_drug_are_one_fact():
    old = medicine("a", "Metformin hydrochloride 500 MG Oral Tablet", "completed", when="2020-01-01")
    new = medicine("b", "Metformin hydrochloride 500 MG Oral Tablet", when="2023-01-01", dose="500 mg")
    (fact,) = medicines(old, new)
    assert fact.status == "current" and fact.details["lines"] == "2" and fact.key == "term:metformin"
    assert {"MedicationRequest/a", "MedicationRequest/b"} <= {e.pointer.partition("#")[0] for e in fact.evidence}


def test_dose_route_and_frequency_are_canonical():
    (fact,) = medicines(medicine("a", "metformin 500 mg tablet", dose="500 mg"))
    assert (fact.details["dose"], fact.details["route"], fact.details["frequency"]) == ("500 mg", "oral", "2/1/d")
    assert fact.names["zh"][0] == "二甲双胍"


def test_two_current_doses_of_one_drug_stay_apart():
    lines = (medicine("a", "warfarin 5 mg tablet", dose="5 mg"), medicine("b", "warfarin 2 mg tablet", dose="2 mg"))
    assert [f.status for f in medicines(*lines)] == ["current", "current"]


def test_a_period_that_has_ended_makes_it_stopped():
    (fact,) = medicines(medicine("a", "amoxicillin", end="2024-02-01"))
    assert fact.status == "stopped" and fact.details["rule"] == "its period has ended"


def test_an_order_of_a_stay_that_has_ended_is_not_current():
    (fact,) = medicines(medicine("a", "ceftriaxone", encounter="Encounter/stay", category="inpatient"), encounters=(stay(),))
    assert fact.status == "stopped" and fact.details["setting"] == "inpatient" and fact.importance == 0


def test_a_single_administration_is_never_a_current_medicine():
    (fact,) = medicines(medicine("a", "morphine", "completed", "administration", encounter="Encounter/stay"), encounters=(stay(),))
    assert fact.status == "stopped" and fact.details["setting"] == "inpatient"


def test_hospital_orders_do_not_end_a_home_medicine():
    home = medicine("a", "aspirin 81 mg tablet", when="2020-01-01")
    ward = medicine("b", "aspirin 81 mg tablet", when="2024-03-02", encounter="Encounter/stay", category="inpatient")
    (fact,) = medicines(home, ward, encounters=(stay(),))
    assert fact.status == "current" and fact.details["setting"] == "home"


def test_a_later_statement_that_it_was_stopped_wins():
    lines = (medicine("a", "warfarin", when="2020-01-01"), medicine("b", "warfarin", "stopped", "statement", when="2023-01-01"))
    assert [f.status for f in medicines(*lines)] == ["stopped"]


def test_on_hold_and_dispensed_are_unknown_and_a_plan_is_planned():
    assert [f.status for f in medicines(medicine("a", "warfarin", "on-hold"))] == ["unknown"]
    assert [f.status for f in medicines(medicine("a", "warfarin", "completed", "dispense"))] == ["unknown"]
    assert [f.status for f in medicines(medicine("a", "warfarin", "draft"))] == ["planned"]


def test_a_current_medicine_without_a_dose_is_named_as_a_gap():
    gaps = [f for f in work_up(chart(medicines=(medicine("a", "warfarin"),)), "2024-03-06") if f.key == "gap:dose"]
    assert [f.names["en"][0] for f in gaps] == ["warfarin"]


def test_administrations_known_by_a_local_code_take_the_name_of_their_order():
    order = medicine("a", "lactulose 20 g", when="2024-03-02", encounter="Encounter/stay", category="inpatient")
    given = medicine("b", "", "completed", "administration", when="2024-03-02", encounter="Encounter/stay", request=order.source)
    from msgspec.structs import replace

    from xinglin.records import Code, Concept

    given = replace(given, concept=Concept("", (Code("urn:local", "LACT30L"),)))
    assert len(medicines(order, given, encounters=(stay(),))) == 1


def test_what_the_pharmacy_handed_over_for_a_stay_ends_with_the_stay():
    (fact,) = medicines(medicine("a", "vancomycin", "completed", "dispense", encounter="Encounter/stay"), encounters=(stay(),))
    assert fact.status == "stopped" and fact.details["setting"] == "inpatient"
