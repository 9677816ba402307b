"""Each result is judged by the range printed with it, then by our table; critical values are found; the newest is known."""

import pytest
from people import CREATININE, HAEMOGLOBIN, POTASSIUM, between, chart, lab, person

from xinglin.workup import work_up


def result(chart_, identifier="a"):
    return next(f for f in work_up(chart_, "2024-03-06") if f.id == f"measurement.Observation/{identifier}")


@pytest.mark.parametrize(("value", "flag"), [("44", "low"), ("45", "normal"), ("84", "normal"), ("84.1", "high")])
def test_the_range_of_the_source_decides_and_its_limits_are_inside(value, flag):
    fact = result(chart(measurements=(lab("a", CREATININE, value, "umol/L", "2024-03-06", between(45, 84, "umol/L")),)))
    assert fact.flag == flag
    assert fact.details["flag_by"] == "source range"
    assert ("chart", "Observation/a#referenceRange[0]") in {(e.source, e.pointer) for e in fact.evidence}


def test_without_a_range_our_table_decides_for_the_sex_and_unit_of_the_record():
    high = result(chart(measurements=(lab("a", HAEMOGLOBIN, "90", "g/L", "2024-03-06"),)))
    assert high.flag == "low" and high.details["flag_by"] == "knowledge"
    assert any(e.source.startswith("knowledge/labs@") for e in high.evidence)
    assert float(high.details["reference_low"]) > 90


def test_a_source_range_in_another_unit_is_not_used():
    fact = result(chart(measurements=(lab("a", CREATININE, "60", "umol/L", "2024-03-06", between(0.5, 1.1, "mg/dL")),)))
    assert fact.details["flag_by"] == "knowledge" and fact.flag == "normal"


@pytest.mark.parametrize(("value", "flag"), [("6.8", "critical-high"), ("2.1", "critical-low"), ("5.4", "high"), ("4", "normal")])
def test_critical_values_are_found_beyond_the_alarm_limits(value, flag):
    fact = result(chart(measurements=(lab("a", POTASSIUM, value, "mmol/L", "2024-03-06", between(3.5, 5.3, "mmol/L")),)))
    assert fact.flag == flag
    assert fact.importance == (3 if flag != "normal" else 1)


def test_the_laboratory_s_own_critical_flag_is_kept():
    fact = result(chart(measurements=(lab("a", POTASSIUM, "5.9", "mmol/L", "2024-03-06", between(3.5, 5.3, "mmol/L"), ("HH",)),)))
    assert fact.flag == "critical-high" and fact.details["flag_by"] == "source interpretation"


def test_a_bounded_value_is_judged_only_where_the_bound_decides():
    def flag(value, comparator, low, high):
        ranges = between(low, high, "mg/L")
        return result(chart(measurements=(lab("a", "1988-5", value, "mg/L", "2024-03-06", ranges, comparator=comparator),))).flag

    assert flag("5", "<", None, 10) == "normal"
    assert flag("20", "<", None, 10) == ""
    assert flag("500", ">", None, 10) == "high"


def test_a_child_is_not_judged_by_a_table_for_adults():
    small = chart(person=person(born="2020-01-01"), measurements=(lab("a", HAEMOGLOBIN, "90", "g/L", "2024-03-06"),))
    assert result(small).details.get("flag_by") != "knowledge"


def test_only_the_newest_of_an_analyte_is_latest_and_old_values_are_background():
    entries = (lab("old", POTASSIUM, "5.9", "mmol/L", "2023-03-06"), lab("a", POTASSIUM, "4.1", "mmol/L", "2024-03-06"))
    record = chart(measurements=entries)
    assert result(record).latest and not result(record, "old").latest
    assert result(record, "old").importance == 0


def test_a_component_points_into_its_observation():
    one = lab("bp", "8480-6", "120", "mm[Hg]", "2024-03-06", path="component[0]", category="vital-signs")
    (fact,) = (f for f in work_up(chart(measurements=(one,)), "2024-03-06") if f.kind == "measurement")
    assert fact.id == "measurement.Observation/bp#component[0]"
    assert fact.evidence[0].pointer == "Observation/bp#component[0].valueQuantity"


def test_names_are_known_in_both_languages():
    fact = result(chart(measurements=(lab("a", CREATININE, "60", "umol/L", "2024-03-06"),)))
    assert fact.names["en"][0] == "creatinine" and "肌酐" in fact.names["zh"]
