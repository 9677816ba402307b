"""Numbers are shown with the digits a ward would print, never with more than were recorded, never against their flag."""

import pytest

from xinglin.knowledge.rounding import shown
from xinglin.records import Quantity


@pytest.mark.parametrize(
    ("value", "unit", "loinc", "text"),
    [
        ("178.81252042484218", "cm", "8302-2", "178.8"),
        ("71.70898033612339", "kg", "29463-7", "71.7"),
        ("112.6432", "mm[Hg]", "8480-6", "113"),
        ("5.0", "mmol/L", "2823-3", "5.0"),
        ("5", "mmol/L", "2823-3", "5"),
        ("1.20", "mg/dL", "2160-0", "1.20"),
        ("0.0418610", "kU/L", "6206-7", "0.042"),
        ("12345.678", "U/L", "", "12346"),
    ],
)
def test_a_number_is_shown_as_recorded_or_rounded_by_the_table(value, unit, loinc, text):
    assert shown(Quantity(value, unit), loinc).value == text


def test_rounding_never_moves_a_number_across_its_reference_limit():
    assert shown(Quantity("145.04137", "mmol/L"), "2951-2", "136", "145").value != "145"
    assert float(shown(Quantity("145.04137", "mmol/L"), "2951-2", "136", "145").value) > 145


def test_what_is_no_number_is_left_alone():
    assert shown(Quantity("1e", "mg")).value == "1e"
    assert shown(Quantity("NaN", "mg")).value == "NaN"
