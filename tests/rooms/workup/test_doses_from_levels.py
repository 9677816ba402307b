"""Doses from a person's own drug levels: said with their bands where the record holds all that is needed, declined with the reason where not."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from xinglin.diseases.pharmacokinetics import DRUGS
from xinglin.knowledge.dosing_equations import level_drugs
from xinglin.models.compartments import infusions
from xinglin.models.compartments.plan import courses, plan_of, repeated
from xinglin.models.compartments.structure import Route, Structure
from xinglin.models.map_bayes.estimating import estimate
from xinglin.records import Chart, Concept, Evidence, Fact, Quantity
from xinglin.records.chart import Dose, Medicine
from xinglin.records.simulation import Measurement, Regimen
from xinglin.workup.level_doses import level_dose_facts

TIMES = ("2024-03-04T08", "2024-03-04T20", "2024-03-05T08", "2024-03-05T20")


def given(when, mg="1000", role="administration", end="", words="Vancomycin"):
    return Medicine(f"MedicationAdministration/{when}", role, Concept(words), "completed", "", when, when if end else "", end,
                    (Dose(amount=Quantity(mg, "mg") if mg else None, route="intravenous"),))  # fmt: skip


def fact(kind, key, value, time="2024-03-04T07:00:00Z", **details):
    return Fact(
        f"{kind}.{key}", kind, Concept(key), key, (Evidence("chart", key),), key, value=value, time=time, latest=True, details=details
    )


def level(value, time="2024-03-05T19:30:00Z", key="loinc:4092-3"):
    return replace(fact("measurement", key, Quantity(value, "mg/L"), time), id=f"level.{time}")


PERSON = (
    fact("person", "person", None, age_years="67", sex="male"),
    fact("measurement", "loinc:29463-7", Quantity("78", "kg")),
    fact("calculation", "calculator:cockcroft_gault", Quantity("64", "mL/min")),
)
PERSON = (replace(PERSON[0], id="person"), *PERSON[1:])


def chart(*medicines):
    return Chart("chart-1", medicines=medicines)


DOSES = tuple(given(f"{one}:00:00Z", end=f"{one}:59:00Z") for one in TIMES)


def told(medicines, facts):
    return {
        one.id.removeprefix("made.prediction.dose."): one
        for one in level_dose_facts(chart(*medicines), facts, lambda name: DRUGS[name].drug)
    }


def test_the_clearance_of_a_person_is_the_one_that_the_estimator_finds():
    found = told(DOSES, (*PERSON, level("14.6")))
    doses = repeated("infusion", 1000.0, 12.0, 3, duration=59 / 60)
    traits = {"weight": 78.0, "creatinine_clearance": 64.0, "dialysis": 0.0}
    fit = estimate(DRUGS["vancomycin"].drug, Regimen("given", doses=doses), [Measurement(35.5, "concentration", 14.6)], traits)
    assert float(found["vancomycin.clearance"].details["value"]) == pytest.approx(fit.parameters["cl"].middle, rel=1e-3)
    assert (
        float(found["vancomycin.clearance"].details["low"])
        < fit.parameters["cl"].middle
        < float(found["vancomycin.clearance"].details["high"])
    )


def test_the_exposure_has_a_band_and_every_line_its_evidence():
    found = told(DOSES, (*PERSON, level("14.6")))
    now = found["vancomycin.present"]
    assert now.details["measure"] == "auc24" and now.details["every_h"] == "12"
    assert float(now.details["low"]) < float(now.details["value"]) < float(now.details["high"])
    for one in found.values():
        sources = {place.source.partition("@")[0] for place in one.evidence}
        assert {"chart", "diseases/pharmacokinetics:vancomycin", "knowledge/dosing_equations"} <= sources
        assert one.details["said"] and one.details["said_zh"] and one.kind == "prediction"
    assert "not a prescription" in found["vancomycin.clearance"].text and "dialysis counted as absent" in found["vancomycin.rests"].text


def test_a_high_level_asks_for_less_and_too_little_for_more():
    little = tuple(given(f"{one}:00:00Z", "300", end=f"{one}:59:00Z") for one in TIMES)
    options = [told(doses, (*PERSON, level(value)))["vancomycin.option"].details for doses, value in ((DOSES, "30"), (little, "3"))]
    daily = [float(one["amount"]) * 24 / float(one["every_h"]) for one in options]
    assert daily[0] < 2000 and daily[1] > 600


@pytest.mark.parametrize(
    ("medicines", "facts", "why"),
    [
        ((), (*PERSON, level("14.6")), "no dose given before a level"),
        (DOSES, (*PERSON, level("14.6", "2024-03-05")), "no level with a time of day"),
        (DOSES, (PERSON[0], PERSON[1], level("14.6")), "creatinine clearance"),
        ((*DOSES[:2], given("2024-03-05T08:00:00Z", mg="")), (*PERSON, level("14.6")), "without its amount"),
        ((DOSES[0], replace(DOSES[1], when="2024-03-04", start="", end=""), DOSES[2]), (*PERSON, level("14.6")), "a time of day"),
        (DOSES, (replace(PERSON[0], details={"age_years": "9", "sex": "male"}), *PERSON[1:], level("14.6")), "adults"),
        (DOSES, (PERSON[0], replace(PERSON[1], value=Quantity("300", "kg")), PERSON[2], level("14.6")), "outside the people"),
        (DOSES, (*PERSON, level("400"), level("0.2", "2024-03-05T19:00:00Z")), "no likely person"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_declined_with_the_reason(medicines, facts, why):
    found = told(medicines, facts)
    assert list(found) == ["vancomycin.none"] and why in found["vancomycin.none"].text, found


def test_a_medicine_without_a_level_or_without_a_model_is_declined_and_others_are_silent():
    taken = replace(fact("medicine", "term:vancomycin", None), status="current")
    assert "no level is recorded" in told((), (*PERSON, taken))["vancomycin.none"].text
    assert "liver transplant" in told((), (*PERSON, level("8", key="loinc:11253-2")))["tacrolimus.none"].text
    assert told((), PERSON) == {}


def test_every_target_has_a_source_and_a_model_with_these_traits():
    for row in level_drugs():
        if row.model:
            assert row.source and row.low < row.high and row.intervals_h and row.step > 0
            assert set(row.counted) <= set(DRUGS[row.model].drug.covariates)
        else:
            assert row.declined_en and row.declined_zh


@pytest.mark.parametrize("compartments", [1, 2])
@pytest.mark.parametrize("steady", [0.0, 12.0])
def test_infusions_by_numpy_are_those_of_the_kernel(monkeypatch, compartments, steady):
    rng = np.random.default_rng(5)
    people = {name: value * np.exp(rng.normal(0, 1, 200)) for name, value in {"cl": 3.0, "v1": 30.0, "q2": 5.0, "v2": 40.0}.items()}
    shape = Structure(compartments, {"infusion": Route("infusion")})
    doses = (*repeated("infusion", 1000.0, 12.0, 3, duration=1.5), *repeated("infusion", 250.0, 24.0, 1, duration=0.5, start=1.0))
    plan, times = plan_of(shape, Regimen("given", doses=doses), steady), np.array([0.0, 0.7, 1.2, 3.0, 12.0, 13.0, 60.0, 400.0])
    plain = courses(shape, people, plan, times)
    monkeypatch.setattr(infusions, "MOST", 0)
    kernel = courses(shape, people, plan, times)
    assert np.allclose(plain.concentration, kernel.concentration, rtol=1e-11, atol=1e-15)
    assert np.allclose(plain.exposure, kernel.exposure, rtol=1e-9, atol=1e-12)
