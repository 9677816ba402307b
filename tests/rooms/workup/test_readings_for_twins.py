"""Readings of a record that a disease model can use: units are converted, and what cannot be used is said with its reason."""

from importlib import import_module
from types import SimpleNamespace

import pytest

from xinglin.diseases.chronic import DISEASE as CHRONIC
from xinglin.diseases.glioma import DISEASE as GLIOMA
from xinglin.diseases.nsclc import DISEASE as NSCLC
from xinglin.diseases.pharmacokinetics import DISEASE as VANCOMYCIN
from xinglin.models.twin import fitted
from xinglin.records import Concept, Fact, Quantity
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Measurement, Regimen
from xinglin.workup.readings import readings_of, traits_of


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


PERSON = Fact(id="person", kind="person", concept=Concept("person"), text="", evidence=(), details={"sex": "female", "age_years": "67"})
RECORD = [
    PERSON,
    fact("loinc:29463-7", "154", "[lb_av]", "2025-01-01", "w"),
    fact("loinc:1751-7", "4.1", "g/dL", "2025-01-02", "al"),
    fact("calculator:cockcroft_gault", "58", "mL/min", "2025-01-02", "crcl"),
]


def told(disease, record, **options):
    prepare = import_module("xinglin.content.disease_simulation.prepare").prepare
    bench = SimpleNamespace(disease=lambda _: disease, twin=lambda _: None, facts=tuple(record), outdated=lambda _: False)
    request = SimpleNamespace(options={"until": "24", "courses": "20", "arms": "none"} | options, seed=1, language="en")
    return prepare(request, SimpleNamespace(), bench)


def test_traits_come_from_the_record_in_the_unit_of_the_card():
    assert traits_of(NSCLC.card, RECORD) == {"weight": (pytest.approx(69.853, abs=1e-3), "w"), "albumin": (pytest.approx(41.0), "al")}
    assert traits_of(VANCOMYCIN.card, RECORD)["creatinine_clearance"] == (58.0, "crcl")
    assert traits_of(CHRONIC.card, RECORD) == {"female": (1.0, "person"), "age": (67.0, "person")}


def test_a_drug_is_not_simulated_nor_fitted_while_a_covariate_is_not_known():
    with pytest.raises(InvalidInput, match="dialysis") as refused:
        told(VANCOMYCIN, RECORD)
    assert refused.value.code == "XL-DOSE-010"
    with pytest.raises(InvalidInput, match="creatinine_clearance"):
        fitted(VANCOMYCIN, [Measurement(10.0, "concentration", 12.0)], Regimen("none"), traits={"weight": 70.0, "dialysis": 0.0})


def test_the_draft_says_which_traits_are_the_persons_which_were_set_and_which_are_drawn():
    (said,) = [one for one in told(VANCOMYCIN, RECORD, traits="dialysis=0").facts if one.key == "made:traits"]
    assert "taken from the record: body weight 69.85 kg (2025-01-01), creatinine clearance" in said.text
    assert "58 mL/min (2025-01-02); set by hand: 1 on intermittent haemodialysis, else 0: 0" in said.text
    assert "drawn from the population: clearance" in said.text and "取自病历：体重" in said.details["said_zh"]


def test_one_scan_counts_once_and_a_diameter_alone_counts():
    found = readings_of(
        NSCLC.card,
        [
            fact("lesion:nodule 1:volume", "1200", "mm3", "2025-01-01", "a"),
            fact("lesion:nodule 1:long-axis", "14", "mm", "2025-01-01", "b"),
            fact("lesion:nodule 1:long-axis", "16", "mm", "2025-04-01", "c"),
        ],
    )
    assert [(one.observable, one.fact) for one in found.measured] == [("volume", "a"), ("diameter", "c")]
    assert found.left_out == ("b: the volume of the same scan is used: both were measured on one outline",)


def test_a_filtration_rate_worked_out_from_a_creatinine_does_not_count_beside_it():
    sample = [fact("loinc:2160-0", "1.1", "mg/dL", "2025-01-01", "a"), fact("loinc:98979-8", "70", "mL/min/{1.73_m2}", "2025-01-01", "b")]
    assert [one.fact for one in readings_of(CHRONIC.card, sample).measured] == ["a"]
