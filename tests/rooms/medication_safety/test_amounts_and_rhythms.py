"""Doses as people write them, made comparable; what cannot be compared is said to be so."""

from __future__ import annotations

import pytest

from xinglin.models.medication_safety.amounts import daily, in_unit, quantities, single, surface_m2
from xinglin.models.medication_safety.uses import rhythm, route_of, substances, use_of
from xinglin.records.medication import Circumstances
from xinglin.records.quantity import Quantity

CHILD = Circumstances(weight_kg=16.0, height_cm=100.0)


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("500 mg", "500", "mg"),
        ("1,000 mg", "1000", "mg"),
        ("0.5克", "0.5", "g"),
        ("125 mcg", "125", "ug"),
        ("10 mg/kg", "10", "mg/kg"),
        ("6 units", "6", "[iU]"),
    ],
)
def test_a_written_dose_is_a_number_and_a_unit(written: str, value: str, unit: str) -> None:
    low, high = quantities(written)
    assert low is not None and (low.value, low.unit, high) == (value, unit, None)


def test_a_range_keeps_both_ends_and_the_larger_counts() -> None:
    use = use_of("oxycodone", "5-10 mg", "oral", "q4h")
    assert single(use, "mg", Circumstances()) == 10
    assert daily(use, "mg", Circumstances()) == 60


def test_words_that_are_no_amount_give_none() -> None:
    assert quantities("one tablet at night") == (None, None)


def test_a_dose_per_kilogram_is_weighed_out_and_needs_a_weight() -> None:
    dose = Quantity("10", "mg/kg")
    assert in_unit(dose, "mg", CHILD) == 160
    assert in_unit(dose, "mg", Circumstances()) is None
    assert in_unit(Quantity("320", "mg"), "mg/kg", CHILD) == 20


def test_a_dose_per_surface_follows_mosteller() -> None:
    assert surface_m2(Circumstances(weight_kg=80, height_cm=180)) == pytest.approx(2.0)
    assert in_unit(Quantity("1000", "mg/m2"), "mg", Circumstances(weight_kg=80, height_cm=180)) == pytest.approx(2000)


def test_units_of_another_kind_are_not_compared() -> None:
    assert in_unit(Quantity("5", "mL"), "mg", Circumstances()) is None


@pytest.mark.parametrize(
    ("words", "times", "hours"),
    [
        ("2/1/d", 2, 24),
        ("1/8/h", 1, 8),
        ("BID", 2, 24),
        ("q6h", 4, 24),
        ("每日三次", 3, 24),
        ("once weekly", 1, 168),
        ("once", 1, None),
        ("as told", None, None),
    ],
)
def test_a_rhythm_is_times_in_hours(words: str, times: float | None, hours: float | None) -> None:
    found = rhythm(words)
    if times is None or hours is None:
        assert found == (times, hours)
    else:
        assert found[0] is not None and found[1] is not None and found[0] / found[1] == pytest.approx(times / hours)


@pytest.mark.parametrize(
    ("words", "route"),
    [("IV", "intravenous"), ("静脉注射", "intravenous"), ("po", "oral"), ("鞘内注射", "intrathecal"), ("patch", "transdermal")],
)
def test_routes_have_one_word(words: str, route: str) -> None:
    assert route_of(words) == route


def test_brand_names_and_chinese_names_are_the_same_substance() -> None:
    assert substances("Coumadin") == substances("华法林") == ("warfarin",)


def test_an_unknown_name_keeps_its_words_and_no_key() -> None:
    use = use_of("blorbozine", "5 mg", "oral", "1/1/d")
    assert (use.key, use.name) == ("", "blorbozine")
