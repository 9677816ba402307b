"""Numbers, units, times and rhythms as people say them."""

from __future__ import annotations

import pytest

from xinglin.models.reader.frequencies import rhythm_of
from xinglin.models.reader.numbers import chinese_value, english_value, find_numbers
from xinglin.models.reader.text_forms import fold
from xinglin.models.reader.times import find_times
from xinglin.models.reader.units import converted, ucum_of


def said(text: str) -> list[tuple[str, str]]:
    return [(number.value, number.unit) for number in find_numbers(fold(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Creatinine 1.20 mg/dL", [("1.20", "mg/dL")]),
        ("BP 120/80 mmHg", [("120", "mm[Hg]"), ("80", "mm[Hg]")]),
        ("WBC 12.3 ×10⁹/L", [("12.3", "10*9/L")]),
        ("platelets 150 x 10^9/L", [("150", "10*9/L")]),
        ("1,234.5 U/L", [("1234.5", "U/L")]),
        ("eGFR 45 mL/min/1.73 m²", [("45", "mL/min/{1.73_m2}")]),
        ("血肌酐一百二十一微摩尔/升", [("121", "umol/L")]),
        ("血钾三点五mmol/L", [("3.5", "mmol/L")]),
        ("Ｈｂ９２ｇ／Ｌ", [("92", "g/L")]),
        ("百分之七点五", [("7.5", "%")]),
        ("血红蛋白一百零二克每升", [("102", "g/L")]),
        ("蛋白尿1.8 g/24 h", [("1.8", "g/(24.h)")]),
        ("尿酸由420升至561", [("420", ""), ("561", "")]),
        ("one hundred and twenty-one umol/L", [("121", "umol/L")]),
        ("vitamin B12, T2, q8h", []),
        ("十二指肠溃疡，三尖瓣反流，二甲双胍", []),
    ],
)
def test_a_number_is_found_with_its_unit(text: str, expected: list[tuple[str, str]]) -> None:
    assert said(text) == expected


def test_words_around_a_number_are_kept() -> None:
    assert find_numbers(fold("<0.01 ng/mL"))[0].comparator == "<"
    assert find_numbers(fold("不低于90"))[0].comparator == ">="
    assert find_numbers(fold("about 5 cm"))[0].approximate
    assert find_numbers(fold("12天左右"))[0].approximate


def test_chinese_and_english_numerals() -> None:
    assert [chinese_value(word) for word in ("三点五", "一百二十一", "十二", "一百二", "九二", "两", "一千零五", "两个半"[0] + "半")] == [
        "3.5", "121", "12", "120", "92", "2", "1005", "2.5",
    ]  # fmt: skip
    assert [english_value(word) for word in ("twelve", "one hundred and five", "three point five", "ninety-two")] == [
        "12",
        "105",
        "3.5",
        "92",
    ]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("on 2019-03-04", "2019-03-04", "2019-03-04"),
        ("on 4 March 2019", "2019-03-04", "2019-03-04"),
        ("Mar 2019", "2019-03-01", "2019-03-31"),
        ("2019年3月4日", "2019-03-04", "2019-03-04"),
        ("二〇一九年三月四日", "2019-03-04", "2019-03-04"),
        ("25/12/2018", "2018-12-25", "2018-12-25"),
        ("3 days ago", "2020-11-19", "2020-11-19"),
        ("三天前", "2020-11-19", "2020-11-19"),
        ("last May", "2020-05-01", "2020-05-31"),
        ("上月", "2020-10-01", "2020-10-31"),
        ("去年五月", "2019-05-01", "2019-05-31"),
        ("昨天", "2020-11-21", "2020-11-21"),
        ("since 2012", "2012-01-01", "2012-12-31"),
    ],
)
def test_a_time_is_resolved_against_the_day_of_writing(text: str, first: str, last: str) -> None:
    (found,) = find_times(fold(text), "2020-11-22")
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize("text", ["2001 mg", "99年13月45日", "He may go", "2013 kcal"])
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert find_times(fold(text), "2020-11-22") == []


@pytest.mark.parametrize(
    ("text", "rhythm"),
    [
        ("bid", "2/24"), ("twice daily", "2/24"), ("q12h", "2/24"), ("每日两次", "2/24"), ("2/1/d", "2/24"), ("every 12 hours", "2/24"), ("早晚各一次", "2/24"),
        ("q8h", "3/24"), ("一日三次", "3/24"), ("睡前", "1/24"), ("once weekly", "1/168"), ("隔日一次", "1/48"), ("72 /min", ""), ("", ""),
    ],
)  # fmt: skip
def test_every_way_of_saying_a_rhythm_is_one(text: str, rhythm: str) -> None:
    assert rhythm_of(text) == rhythm


def test_units_have_one_code_and_convert_where_they_can() -> None:
    assert [ucum_of(unit) for unit in ("mmHg", "×10⁹/L", "次/分", "mcg", "毫摩尔/升")] == ["mm[Hg]", "10*9/L", "/min", "ug", "mmol/L"]
    assert converted("121", "umol/L", "mg/dL", "2160-0") is not None
    assert round(float(converted("121", "umol/L", "mg/dL", "2160-0") or 0), 2) == 1.37
    assert converted("0.5", "g", "mg") == 500
    assert converted("1", "mg", "mmol/L") is None
