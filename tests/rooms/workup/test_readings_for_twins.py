"""Readings of a record that a disease model can use: units are converted, and what cannot be used is said with its reason."""

import pytest

from xinglin.diseases.glioma import DISEASE as GLIOMA
from xinglin.diseases.nsclc import DISEASE as NSCLC
from xinglin.diseases.pharmacokinetics import DISEASE as VANCOMYCIN
from xinglin.records import Concept, Fact, Quantity
from xinglin.workup.readings import readings_of


def fact(key, value, unit, time, name, comparator=""):
    kind = "imaging" if key.startswith("lesion") else "measurement"
    quantity = Quantity(value, unit, comparator=comparator)
    return Fact(id=name, kind=kind, concept=Concept(key), text="", evidence=(), key=key, value=quantity, time=time, latest=True)


@pytest.mark.parametrize(("disease", "observable"), [(NSCLC, "volume"), (GLIOMA, "t1gd_volume")])
def test_the_volume_of_a_marked_lesion_is_a_reading_in_the_unit_of_the_card(disease, observable):
    found = readings_of(disease.card, [fact("lesion:nodule 1:volume", "1200", "mm3", "2025-01-01", "a")])
    assert [(one.observable, one.value) for one in found.measured] == [(observable, pytest.approx(1.2))] and not found.left_out


def test_at_most_a_limit_is_below_that_limit_and_at_least_is_left_out():
    found = readings_of(
        VANCOMYCIN.card,
        [
            fact("loinc:20578-1", "2", "mg/L", "2025-01-02T08:00:00+00:00", "a", "<="),
            fact("loinc:20578-1", "2", "mg/L", "2025-01-02T09:00:00+00:00", "b", "<"),
            fact("loinc:20578-1", "80", "mg/L", "2025-01-02T10:00:00+00:00", "c", ">="),
        ],
    )
    assert [(one.fact, one.below) for one in found.measured] == [("a", True), ("b", True)]
    assert found.left_out == ("c: the reading says only that it is above a limit",)


def test_a_level_without_its_time_of_day_is_left_out_of_a_model_that_runs_within_the_day():
    level = fact("loinc:20578-1", "14", "mg/L", "2025-01-02", "a")
    found = readings_of(VANCOMYCIN.card, [level])
    assert not found.measured and found.left_out == ("a: no time of day, and the model runs within the day",)
