"""Measures of a glucose trace: the consensus limits, published example values of the R package iglu, formulas of GMI and ADAG."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinglin.records.errors import InvalidInput
from xinglin.workup import glucose

DATA = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[3] / "../shared/data")) / "cgm"


def _traces(name: str) -> dict[str, np.ndarray]:
    path = DATA / name
    if not path.exists():
        pytest.skip("shared data not present")
    found: dict[str, list[float]] = defaultdict(list)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["id"]].append(float(row["gl"] or "nan"))
    return {name: np.array(values) for name, values in found.items()}


def test_limits_belong_to_the_range_as_the_consensus_says():
    told = glucose.summary([53.9, 54, 69.9, 70, 180, 180.1, 250, 250.1])
    assert (told.below_54, told.below_70, told.in_range, told.above_180, told.above_250) == (1 / 8, 3 / 8, 2 / 8, 3 / 8, 1 / 8)


def test_the_toy_example_of_iglu_is_met():
    # iglu tests/testthat/test-BasicSummaries.R: 100, 120, 150 are all in range, two thirds in 63 to 140
    told = glucose.summary([100, 120, 150])
    assert (told.in_range, told.above_180, told.above_250, told.below_70, told.below_54) == (1, 0, 0, 0, 0)
    assert glucose.shares_in_range(np.array([[100.0, 120.0, 150.0]]), 63, 140)[0] == pytest.approx(2 / 3)


def test_hba1c_example_of_iglu_is_met():
    # iglu tests/testthat/test-ea1c.R: (46.7 + mean(100, 120, 150, 200)) / 28.7
    assert glucose.summary([100, 120, 150, 200]).a1c == pytest.approx((46.7 + 142.5) / 28.7)


def test_subject_1_of_iglu_has_the_published_summary():
    values = _traces("dexcom_5subjects.csv")["Subject 1"]
    told = glucose.summary(values)
    assert (values.min(), np.median(values), values.max()) == (66, 112, 276)
    assert round(told.mean) == 124
    assert round(100 * told.in_range, 1) == 91.7
    assert round(100 * told.above_250, 3) == 0.377
    assert round(100 * glucose.shares_in_range(values[None], 63, 140)[0], 1) == 73.9
    assert told.gmi == pytest.approx(3.31 + 0.02392 * values.mean())


def test_subjects_2_and_3_of_iglu_have_the_published_shares():
    traces = _traces("dexcom_5subjects.csv")
    for name, below_170, below_80 in (("Subject 1", 89.3, 0.583), ("Subject 2", 16.8, 0.0), ("Subject 3", 72.7, 0.848)):
        values = traces[name][None]
        assert 100 * glucose.shares_in_range(values, 0, 169.999)[0] == pytest.approx(below_170, abs=0.06)
        assert 100 * glucose.shares_in_range(values, 0, 79.999)[0] == pytest.approx(below_80, abs=0.006)


def test_shares_of_every_real_trace_add_up_to_one():
    for values in _traces("hall2018.csv").values():
        told = glucose.summary(values)
        assert told.in_range + told.below_70 + told.above_180 == pytest.approx(1)


def test_gmi_agrees_with_the_table_of_its_authors():
    # Bergenstal 2018: 100 mg/dL is 5.7 %, 150 is 6.9 %, 200 is 8.1 %, 250 is 9.3 %, 350 is 11.7 %
    assert [round(glucose.gmi(mean), 1) for mean in (100, 150, 200, 250, 350)] == [5.7, 6.9, 8.1, 9.3, 11.7]


def test_nathan_2008_average_glucose_of_hba1c():
    # ADAG: 6 % is 126 mg/dL, 7 % is 154, 8 % is 183, 9 % is 212, 10 % is 240
    assert [glucose.mean_of_a1c(a1c) for a1c in (6, 7, 8, 9, 10)] == pytest.approx([126, 154, 183, 212, 240], abs=0.51)


def test_both_units_tell_the_same_story():
    told, molar = (
        glucose.summary([50, 100, 200, 300]),
        glucose.summary([value / glucose.MG_PER_MMOL for value in (50, 100, 200, 300)], "mmol/L"),
    )
    assert molar.gmi == pytest.approx(told.gmi)
    assert (molar.in_range, molar.below_54, molar.above_250, molar.cv) == (
        told.in_range,
        told.below_54,
        told.above_250,
        pytest.approx(told.cv),
    )


def test_missing_readings_are_left_out_and_nothing_is_refused():
    assert glucose.summary([100, float("nan"), 200]).readings == 2
    with pytest.raises(InvalidInput) as refused:
        glucose.summary([float("nan")])
    assert refused.value.code == "XL-GLU-020"


@pytest.mark.parametrize("readings", ([-1.0], [float("inf")]))
def test_what_cannot_be_glucose_is_refused_without_telling_it(readings):
    with pytest.raises(InvalidInput) as refused:
        glucose.summary(readings)
    assert refused.value.code == "XL-GLU-021" and "-1" not in str(refused.value)


def test_time_active_sees_gaps():
    whole = np.arange(0, 1440, 5.0)
    assert glucose.time_active(whole) == 1
    assert glucose.time_active(whole[:144], span=1435) == pytest.approx(0.5)
    assert glucose.time_active(np.sort(np.r_[whole, whole + 0.5])) == 1


@given(st.lists(st.floats(0, 600), min_size=1, max_size=50))
def test_shares_are_shares_and_nest(readings):
    told = glucose.summary(readings)
    assert 0 <= told.below_54 <= told.below_70 <= 1 and 0 <= told.above_250 <= told.above_180 <= 1
    assert told.in_range + told.below_70 + told.above_180 == pytest.approx(1)
    assert glucose.mean_of_a1c(told.a1c) == pytest.approx(told.mean, abs=1e-6)
