"""A change is named only beyond the noise of the analyte, in one unit, with the numbers behind the word."""

import pytest
from people import CREATININE, chart, lab

from xinglin.workup import work_up


def trend(*values, unit="umol/L", loinc=CREATININE):
    entries = tuple(lab(f"o{n}", loinc, value, unit, f"2024-01-{n + 1:02d}") for n, value in enumerate(values))
    return next((f for f in work_up(chart(measurements=entries), "2024-03-06") if f.kind == "trend"), None)


@pytest.mark.parametrize(
    ("values", "flag"),
    [
        (("100", "130"), "rising"),
        (("100", "114"), "stable"),  # margin of creatinine: 14.5 %
        (("100", "115"), "rising"),
        (("100", "70"), "falling"),
        (("100", "140", "101"), "variable"),
        (("90", "60", "200"), "rising"),
        (("100", "100"), "stable"),
    ],
)
def test_the_direction_follows_the_last_step_beyond_the_margin(values, flag):
    assert trend(*values).flag == flag


def test_one_value_is_no_trend():
    assert trend("100") is None


def test_the_numbers_behind_the_word_are_kept():
    fact = trend("100", "150", "120")
    assert fact.details["previous_value"] == "150" and fact.details["previous_date"] == "2024-01-02"
    assert fact.details["change"] == "-30" and fact.details["change_percent"] == "-20"
    assert fact.details["lowest_value"] == "100" and fact.details["highest_value"] == "150" and fact.details["count"] == "3"
    assert {"Observation/o2#valueQuantity", "Observation/o1#valueQuantity"} <= {e.pointer for e in fact.evidence}
    assert fact.evidence[-1].source.startswith("knowledge/variation@")


def test_values_in_two_units_are_compared_in_the_newest_one():
    entries = (lab("a", CREATININE, "1.0", "mg/dL", "2024-01-01"), lab("b", CREATININE, "150", "umol/L", "2024-01-05"))
    (fact,) = (f for f in work_up(chart(measurements=entries), "2024-03-06") if f.kind == "trend")
    assert fact.flag == "rising" and fact.details["previous_value"].startswith("88")


def test_a_unit_that_cannot_be_converted_is_left_out():
    entries = (lab("a", CREATININE, "1.0", "furlong", "2024-01-01"), lab("b", CREATININE, "150", "umol/L", "2024-01-05"))
    assert not [f for f in work_up(chart(measurements=entries), "2024-03-06") if f.kind == "trend"]
