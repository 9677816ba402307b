"""What the work-up calculates from the record, and what it leaves alone."""

import os
from pathlib import Path

import pytest

from xinglin.records import Code, Concept, Evidence, Fact, Quantity
from xinglin.records.moments import age_years
from xinglin.records.quantity import LOINC
from xinglin.workup.calculations import RECIPES, Refusal, attempts, calculations
from xinglin.workup.calculators import CALCULATORS

SHARED = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[3] / "../shared/data"))


def measured(loinc: str, value: str, unit: str, when: str = "2024-03-01", **more) -> Fact:
    source = f"Observation/{loinc}-{when}"
    comparator = more.pop("comparator", "")
    return Fact(
        id=f"measurement.{source}",
        kind="measurement",
        concept=Concept(loinc, (Code(LOINC, loinc),)),
        text=loinc,
        key=f"loinc:{loinc}",
        evidence=(Evidence("chart", f"{source}#valueQuantity"),),
        value=Quantity(value, unit, comparator=comparator),
        time=when,
        **more,
    )


def problem(words: str) -> Fact:
    return Fact(id=f"problem.{words}", kind="problem", concept=Concept(words), text=words, evidence=(Evidence("chart", "Condition/1"),))


def made(facts, sex="female", age=60, as_of="2024-03-10", born=""):
    return {fact.key if fact.key.startswith("calculator:") else fact.id: fact for fact in calculations(facts, sex, age, as_of, born)}


def why(name, facts, sex="female", age=60, as_of="2024-03-10"):
    return next(one.why for one in attempts(facts, sex, age, as_of) if isinstance(one, Refusal) and one.calculator == name)


CREATININE = measured("2160-0", "1.20", "mg/dL")
PANEL = [
    measured("2951-2", "138", "mmol/L"),
    measured("2075-0", "100", "mmol/L"),
    measured("2028-9", "18", "mmol/L"),
    measured("2345-7", "110", "mg/dL"),
    measured("3094-0", "20", "mg/dL"),
    measured("17861-6", "8.0", "mg/dL"),
    measured("1751-7", "2.5", "g/dL", "2024-03-02"),
]


def test_egfr_comes_from_one_creatinine_with_its_evidence_and_formula():
    fact = made([CREATININE])["calculation.ckd_epi_2021"]
    assert fact.value == Quantity("52", "mL/min/{1.73_m2}")
    assert fact.kind == "calculation" and fact.time == "2024-03-01" and fact.key == "loinc:98979-8"
    assert fact.evidence[0] == CREATININE.evidence[0]
    assert fact.evidence[-1].source.startswith("workup/calculators@") and fact.evidence[-1].pointer == "ckd_epi_2021"
    assert "1.20 mg/dL" in fact.details["inputs"] and "142" in fact.details["formula"] and fact.details["doi"] == "10.1056/NEJMoa2102953"


def test_an_egfr_that_the_laboratory_reported_is_not_calculated_again():
    assert why("ckd_epi_2021", [CREATININE, measured("33914-3", "55", "mL/min/{1.73_m2}")]) == "the record has it"


def test_units_of_the_record_do_not_change_the_result():
    molar = made([measured("14682-9", "106.1", "umol/L")])["calculation.ckd_epi_2021"]
    assert molar.value == made([CREATININE])["calculation.ckd_epi_2021"].value


@pytest.mark.parametrize(("sex", "age", "reason"), [("unknown", 60, "sex unknown"), ("male", None, "age unknown")])
def test_without_sex_or_age_nothing_is_guessed(sex, age, reason):
    assert why("ckd_epi_2021", [CREATININE], sex, age) == reason


def test_a_child_gets_no_adult_egfr():
    assert why("ckd_epi_2021", [CREATININE], age=10).startswith("age_years: outside the range")


@pytest.mark.parametrize(
    "useless",
    [
        measured("2160-0", "1.2", "mg/dL", comparator="<"),
        measured("2160-0", "1.2", "mg/dL", status="preliminary"),
        measured("2160-0", "1.2", "mmHg"),
        measured("2160-0", "1.2", "mg/dL", "2024-04-01"),
        measured("2160-0", "1.2", "mg/dL", "2024"),
    ],
)
def test_bounds_preliminary_future_undated_and_unitless_values_are_not_used(useless):
    assert "calculation.ckd_epi_2021" not in made([useless])


def test_what_rests_on_values_over_a_year_old_is_background_and_says_its_day():
    fact = made([measured("2160-0", "1.2", "mg/dL", "2021-01-01")])["calculation.ckd_epi_2021"]
    assert fact.importance == 0 and fact.time == "2021-01-01" and "2021-01-01" in fact.text


def test_a_set_more_than_a_year_older_than_the_newest_value_is_not_used():
    old = [
        measured(code, "100" if code == "2075-0" else "20" if code == "2028-9" else "138", "mmol/L", "2022-01-01")
        for code in ("2951-2", "2075-0", "2028-9")
    ]
    assert "calculation.anion_gap" not in made([*old, PANEL[0]])


def test_the_age_is_that_of_the_day_of_the_inputs():
    older = made([CREATININE], age=60, as_of="2024-03-10", born="1964-03-05")["calculation.ckd_epi_2021"]
    assert older.value == CALCULATORS_EGFR(59)
    assert made([CREATININE], born="1963-03-01")["calculation.ckd_epi_2021"].value == CALCULATORS_EGFR(61)


def CALCULATORS_EGFR(age):  # noqa: N802
    return Quantity(CALCULATORS["ckd_epi_2021"].compute({"age_years": age, "sex": "female", "creatinine": 1.2}).value, "mL/min/{1.73_m2}")


def test_gap_corrected_calcium_and_osmolality_come_from_values_of_one_day():
    found = made(PANEL)
    assert found["calculator:anion_gap_albumin"].value == Quantity("23.8", "mmol/L")
    assert found["calculation.anion_gap"].value == Quantity("20", "mmol/L")
    assert found["calculator:corrected_calcium"].value == Quantity("9.2", "mg/dL")
    assert found["calculator:osmolality"].value == Quantity("289", "mosm/kg")


def test_values_of_different_days_are_not_put_together():
    apart = [measured("2951-2", "138", "mmol/L"), measured("2075-0", "100", "mmol/L", "2024-03-02"), measured("2028-9", "18", "mmol/L")]
    assert why("anion_gap", apart) == "missing: chloride"


def test_an_older_complete_set_is_used_when_the_newest_value_stands_alone():
    found = made([*PANEL, measured("2951-2", "150", "mmol/L", "2024-03-05")])
    assert found["calculation.anion_gap"].time == "2024-03-01"


def test_calcium_is_not_corrected_at_a_normal_albumin():
    normal = [measured("17861-6", "9", "mg/dL"), measured("1751-7", "4.2", "g/dL")]
    assert why("corrected_calcium", normal) == "albumin is such that it says nothing new"


def test_urea_serves_as_urea_nitrogen_mole_for_mole():
    panel = [measured("2951-2", "140", "mmol/L"), measured("22664-7", "5.0", "mmol/L"), measured("14749-6", "5.0", "mmol/L")]
    assert made(panel)["calculator:osmolality"].value == Quantity("290", "mosm/kg")


def test_ldl_is_not_calculated_above_400_of_triglycerides():
    lipids = [measured("2093-3", "300", "mg/dL"), measured("2085-9", "40", "mg/dL"), measured("2571-8", "450", "mg/dL")]
    assert why("ldl_friedewald", lipids).startswith("triglyceride: outside")
    assert made(lipids)["calculation.non_hdl"].value == Quantity("260", "mg/dL")


def test_clearance_takes_a_weight_of_the_season_and_a_body_mass_index_no_old_height():
    weight, height = measured("29463-7", "60", "kg", "2024-01-15"), measured("8302-2", "165", "cm", "2019-01-01")
    found = made([CREATININE, weight, height])
    assert found["calculator:cockcroft_gault"].value == Quantity("45", "mL/min")
    assert "calculation.bmi" not in found
    assert "calculator:cockcroft_gault" not in made([CREATININE, measured("29463-7", "60", "kg", "2023-10-01")])


def test_a_childs_height_must_be_of_the_same_day():
    grown = [measured("29463-7", "30", "kg"), measured("8302-2", "130", "cm", "2023-12-01")]
    assert "calculation.bmi" not in made(grown, age=9)
    assert "calculation.bmi" in made(grown, age=40)


MELD = [measured("1975-2", "3.0", "mg/dL"), CREATININE, measured("6301-6", "1.8", "{INR}", "2024-02-27"), PANEL[0], PANEL[6]]


def test_meld_is_calculated_only_where_a_liver_problem_calls_for_it_and_says_what_it_assumed():
    assert "calculator:meld_3" not in made(MELD)
    fact = made([*MELD, problem("Cirrhosis of liver")])["calculator:meld_3"]
    assert fact.value == Quantity("21", "{score}")
    assert "dialysis" in fact.details["caveats"]


def test_every_recipe_feeds_inputs_that_its_calculator_has():
    for name, recipe in RECIPES.items():
        inputs = {one.name for one in CALCULATORS[name].inputs}
        assert set(recipe.inputs) | set(recipe.only_if) <= inputs, name
        assert inputs - set(recipe.inputs) <= {"age_years", "sex", "dialysis"}, name


def test_the_same_record_gives_the_same_facts_whatever_its_order():
    facts = [*PANEL, CREATININE]
    assert calculations(facts, "male", 50, "2024-03-10") == calculations(facts[::-1], "male", 50, "2024-03-10")


def test_real_bundles_give_calculations_whose_evidence_is_in_the_record():
    folder = SHARED / "fhir-synthea-r4/bundles"
    if not folder.is_dir():
        pytest.skip("shared data not present")
    from xinglin.intake import chart_of, read
    from xinglin.workup.everything import work_up

    seen = 0
    for path in sorted(folder.glob("*.json"))[:8]:
        for person in read([path]).people:
            chart = chart_of(person.resources)
            facts = [fact for fact in work_up(chart, "") if fact.kind != "calculation"]
            places = {place for fact in facts for place in fact.evidence}
            as_of = chart.newest[:10]
            for fact in calculations(facts, chart.person.sex, age_years(chart.person.born, as_of), as_of, chart.person.born):
                assert set(fact.evidence[:-1]) <= places
                seen += 1
    assert seen > 8
