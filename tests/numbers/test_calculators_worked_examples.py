"""Calculators against published formulas worked by hand, and what every calculator must refuse."""

import math
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinglin.records import Quantity
from xinglin.records.errors import InvalidInput
from xinglin.workup.calculator import Calculator, Choice, Number, YesNo, rounded
from xinglin.workup.calculators import CALCULATORS

ALL = list(CALCULATORS)
DAY = {"last_period": date(2024, 1, 1), "on": date(2024, 6, 1)}


def usual(calculator: Calculator, **changes) -> dict:
    """Inputs from the middle of each range that a formula can work with."""
    normal = {
        "age_years": 50,
        "sex": "female",
        "weight_kg": 70,
        "height_cm": 170,
        "creatinine": 1.0,
        "sodium": 140,
        "chloride": 104,
        "bicarbonate": 20,
        "potassium": 4,
        "albumin": 4,
        "calcium": 9,
        "glucose": 100,
        "urea_nitrogen": 14,
        "bilirubin": 1,
        "inr": 1,
        "platelets": 200,
        "ast": 30,
        "alt": 25,
        "cholesterol": 200,
        "hdl": 50,
        "triglyceride": 150,
        "systolic": 120,
        "diastolic": 80,
        "heart_rate": 75,
        "respiratory_rate": 16,
        "temperature": 37,
        "wbc": 7,
        "hematocrit": 42,
        "hemoglobin": 14,
        "ph": 7.4,
        "pao2": 90,
        "paco2": 40,
        "fio2": 21,
        "spo2": 98,
        "gcs": 15,
        "qt_ms": 400,
        "insulin": 10,
        "urine_sodium": 40,
        "urine_creatinine": 100,
        "target_bmi": 22,
        "dose_mg": 20,
        "cycle_days": 28,
        "morphine_mg_per_day": 30,
        "given": "hydrocortisone",
        "wanted": "prednisone",
        **DAY,
    }
    if calculator.name == "free_water_deficit":
        normal["sodium"] = 160
    given_ = {}
    for one in calculator.inputs:
        if one.name in normal:
            given_[one.name] = normal[one.name]
        elif isinstance(one, YesNo):
            given_[one.name] = False
        elif isinstance(one, Choice):
            given_[one.name] = next(iter(one.options))
    return {**given_, **changes}


HAND_WORKED = [  # calculator, changes of the usual inputs, result as it is shown
    ("bmi", {}, "24.2"),
    ("bsa_mosteller", {}, "1.82"),
    ("ideal_body_weight", {"sex": "male", "height_cm": 180}, "75.0"),
    ("corrected_calcium", {"calcium": 8.0, "albumin": 2.0}, "9.6"),
    ("corrected_sodium", {"sodium": 130, "glucose": 600}, "142"),
    ("osmolality", {"glucose": 90}, "290"),
    ("anion_gap", {}, "16"),
    ("anion_gap_albumin", {"albumin": 2}, "21.0"),
    ("delta_gap", {}, "4.0"),
    ("fib4", {"ast": 80, "alt": 64, "platelets": 100}, "5.00"),
    ("homa_ir", {}, "2.5"),
    ("fena", {}, "0.29"),
    ("non_hdl", {}, "150"),
    ("ldl_friedewald", {}, "120"),
    ("qtc_bazett", {"heart_rate": 60}, "400"),
    ("qtc_bazett", {}, "447"),
    ("qtc_fridericia", {}, "431"),
    ("qtc_framingham", {}, "431"),
    ("qtc_hodges", {}, "426"),
    ("meld_3", {"sex": "male"}, "6"),
    ("meld_3", {}, "7"),
    ("meld_3", {"bilirubin": 30, "creatinine": 5, "inr": 4, "sodium": 120, "albumin": 1}, "40"),
    ("meld_na", {}, "6"),
    ("child_pugh", {}, "5"),
    ("child_pugh", {"bilirubin": 3.1, "albumin": 2.7, "inr": 2.4, "ascites": "moderate", "encephalopathy": "grade 3-4"}, "15"),
    ("cha2ds2_vasc", {"age_years": 76, "stroke": True, "hypertension": True}, "6"),
    ("cha2ds2_vasc", {"age_years": 65, "sex": "male"}, "1"),
    ("has_bled", {"age_years": 66, "bleeding": True}, "2"),
    ("has_bled", {"age_years": 65}, "0"),
    ("wells_pe", {"heart_rate": 101, "dvt_signs": True}, "4.5"),
    ("wells_dvt", {"other_diagnosis": True}, "-2"),
    ("qsofa", {"respiratory_rate": 22, "systolic": 100, "altered_mentation": True}, "3"),
    ("qsofa", {}, "0"),
    ("gcs", {}, "15"),
    ("gcs", {"eye": "none", "verbal": "none", "motor": "none"}, "3"),
    ("sofa", {}, "0"),
    ("apache_2", {}, "2"),
    ("curb_65", {"age_years": 65}, "1"),
    ("sirs", {"temperature": 35.9, "wbc": 3.9}, "2"),
    ("heart_score", {"age_years": 65, "troponin": "over 3 times the limit"}, "4"),
    ("revised_cardiac_risk", {"insulin_treatment": True, "creatinine": 2.1}, "2"),
    ("glasgow_blatchford", {"hemoglobin": 9.9}, "6"),
    ("charlson", {"aids": True}, "7"),
    ("maintenance_fluids", {"weight_kg": 8}, "32"),
    ("maintenance_fluids", {"weight_kg": 15}, "50"),
    ("steroid_conversion", {}, "5.00"),
    ("morphine_equivalents", {}, "30.0"),
    ("due_date", {}, "2024-10-07"),
    ("conception_date", {}, "2024-01-15"),
    ("gestational_age", {}, "152"),
    ("target_weight", {}, "63.6"),
    ("adjusted_body_weight", {}, "64.9"),
    ("cockcroft_gault", {"height_cm": 165, "weight_kg": 55}, "58"),
    ("mean_arterial_pressure", {}, "93"),
    ("ckd_epi_2021", {}, "69"),
    ("mdrd", {}, "59"),
]


@pytest.mark.parametrize(("name", "changes", "shown"), HAND_WORKED, ids=lambda value: value if isinstance(value, str) else "")
def test_the_formula_gives_the_number_worked_by_hand(name, changes, shown):
    calculator = CALCULATORS[name]
    assert calculator.compute(usual(calculator, **changes)).value == shown


def test_ckd_epi_2021_follows_its_two_slopes_and_meets_at_kappa():
    """Inker 2021: at the knee both slopes give 142 x 0.9938^age (x 1.012)."""
    calculator = CALCULATORS["ckd_epi_2021"]
    knee = calculator.compute({"age_years": 40, "sex": "female", "creatinine": 0.7})
    assert knee.exact == pytest.approx(142 * 0.9938**40 * 1.012)
    man = calculator.compute({"age_years": 40, "sex": "male", "creatinine": 0.9})
    assert man.exact == pytest.approx(142 * 0.9938**40)


def test_there_is_a_calculator_for_each_of_the_names_people_ask_for():
    wanted = (
        "ckd_epi_2021 cockcroft_gault bmi bsa_mosteller anion_gap anion_gap_albumin "
        "corrected_calcium corrected_sodium meld_3 meld_na child_pugh "
        "cha2ds2_vasc has_bled wells_dvt wells_pe curb_65 qsofa sofa gcs fib4 ldl_friedewald osmolality mean_arterial_pressure "
        "qtc_bazett qtc_fridericia "
        "qtc_framingham qtc_hodges homa_ir fena"
    )
    assert set(wanted.split()) <= set(CALCULATORS.names())


@pytest.mark.parametrize("calculator", ALL, ids=lambda c: c.name)
def test_every_calculator_names_its_paper_and_what_was_read_and_speaks_both_languages(calculator):
    assert calculator.source.citation and calculator.source.source_read and not calculator.source.unverified
    assert set(calculator.title) == {"en", "zh"} and all(calculator.title.values())
    for one in calculator.inputs:
        assert set(one.title) == {"en", "zh"} and all(one.title.values()), one.name
    result = calculator.compute(usual(calculator))
    assert result.steps[-1].startswith("= ") and calculator.formula_text in result.steps


@pytest.mark.parametrize("calculator", ALL, ids=lambda c: c.name)
def test_every_calculator_refuses_numbers_outside_its_range_without_repeating_them(calculator):
    for one in calculator.inputs:
        if isinstance(one, Number):
            for wrong in (-4711.25, one.high * 1.01 + 1, math.nan, math.inf):
                with pytest.raises(InvalidInput) as refusal:
                    calculator.compute(usual(calculator, **{one.name: wrong}))
                assert refusal.value.code in ("XL-CALC-003", "XL-CALC-004")
                assert "4711" not in str(refusal.value)


@pytest.mark.parametrize("calculator", [c for c in ALL if c.applies_to.get("en", "").startswith("adults")], ids=lambda c: c.name)
def test_adult_formulas_refuse_children(calculator):
    if any(one.name == "age_years" for one in calculator.inputs):
        with pytest.raises(InvalidInput) as refusal:
            calculator.compute(usual(calculator, age_years=17))
        assert refusal.value.code == "XL-CALC-004"


@pytest.mark.parametrize("name", ["ckd_epi_2021", "mdrd", "cockcroft_gault", "ideal_body_weight", "meld_3"])
def test_a_sex_that_the_formula_does_not_know_is_refused(name):
    with pytest.raises(InvalidInput):
        CALCULATORS[name].compute(usual(CALCULATORS[name], sex="unknown"))


def test_units_are_converted_and_unknown_ones_refused():
    calculator = CALCULATORS["ckd_epi_2021"]
    mass = calculator.compute({"age_years": 60, "sex": "male", "creatinine": Quantity("1.5", "mg/dL")})
    molar = calculator.compute({"age_years": 60, "sex": "male", "creatinine": Quantity("132.6", "umol/L")})
    assert molar.exact == pytest.approx(mass.exact, rel=1e-3)
    with pytest.raises(InvalidInput) as refusal:
        calculator.compute({"age_years": 60, "sex": "male", "creatinine": Quantity("1.5", "")})
    assert refusal.value.code == "XL-CALC-005"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"creatinin": 1}, "XL-CALC-001"),
        ({"sex": None}, "XL-CALC-003"),
        ({"creatinine": Quantity("5", "mg/dL", comparator=">")}, "XL-CALC-003"),
        ({"creatinine": True}, "XL-CALC-003"),
        ({"creatinine": "abc"}, "XL-CALC-003"),
        ({"creatinine": 0}, "XL-CALC-004"),
    ],
)
def test_what_is_not_understood_is_refused(changes, code):
    calculator = CALCULATORS["ckd_epi_2021"]
    with pytest.raises(InvalidInput) as refusal:
        calculator.compute(usual(calculator, **changes))
    assert refusal.value.code == code


def test_missing_criteria_are_refused_unless_the_caller_lets_them_count_as_absent_and_then_a_caveat_says_so():
    calculator = CALCULATORS["cha2ds2_vasc"]
    with pytest.raises(InvalidInput) as refusal:
        calculator.compute({"age_years": 70, "sex": "male"})
    assert refusal.value.code == "XL-CALC-002"
    result = calculator.compute({"age_years": 70, "sex": "male", "stroke": True}, missing_as_absent=True)
    assert result.value == "3" and "diabetes" in result.caveats[-1]["en"] and "糖尿病" in result.caveats[-1]["zh"]


@given(age=st.integers(18, 110), creatinine=st.decimals("0.2", "20", places=2))
@settings(max_examples=60, deadline=None)
def test_more_creatinine_and_more_years_never_raise_the_egfr(age, creatinine):
    calculator = CALCULATORS["ckd_epi_2021"]
    here = calculator.compute({"age_years": age, "sex": "male", "creatinine": creatinine}).exact
    assert calculator.compute({"age_years": age, "sex": "male", "creatinine": creatinine + Decimal("0.1")}).exact < here
    assert calculator.compute({"age_years": age + 1, "sex": "male", "creatinine": creatinine}).exact < here


@given(st.decimals(-1000, 1000, places=4), st.integers(0, 3))
def test_rounding_is_half_up_and_never_shows_minus_zero(value, decimals):
    shown = rounded(float(value), decimals)
    assert not shown.startswith("-0") or Decimal(shown) != 0
    assert abs(Decimal(shown) - value) <= Decimal(5).scaleb(-decimals - 1)


def test_halves_round_up():
    assert (rounded(2.345, 2), rounded(0.5, 0), rounded(39.5, 0)) == ("2.35", "1", "40")
