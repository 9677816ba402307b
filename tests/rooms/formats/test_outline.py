"""The order, numbers and words every file shares."""

from __future__ import annotations

import msgspec
import pytest
from signed_example import FACTS, example_document, example_draft

from xinglin.records import Evidence, Quantity
from xinglin.records.outline import fact_flag, fact_name, fact_time, fact_value, outline, split_pointer
from xinglin.records.page_words import PAGE_WORDS
from xinglin.records.particulars import patient_rows, release_rows


def test_sources_are_numbered_in_the_order_the_reader_meets_them_and_once_each():
    draft = example_draft()
    again = msgspec.structs.replace(draft.statements[4], id="s6", facts=("measurement.cr-2",))
    laid_out = outline(msgspec.structs.replace(draft, statements=(*draft.statements, again)))
    assert [line.numbers for section in laid_out.sections for line in section.lines] == [(1,), (2, 3, 4), (5,), (6,), (7,), (2,)]
    assert [source.number for source in laid_out.sources] == list(range(1, 8))


def test_headings_without_sentences_go_and_sentences_without_heading_stay():
    draft = example_draft()
    laid_out = outline(msgspec.structs.replace(draft, sections=(("empty", "Nothing"), ("results", "Results"))))
    assert [section.heading for section in laid_out.sections] == ["Results", "problems", "medicines"]


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [
        (Quantity("3.20", "mg/dL", "mg/dL"), "en", "3.20 mg/dL"),
        (Quantity("5", "mg/L", "mg/L", "<"), "en", "<5 mg/L"),
        (Quantity("152", "mm[Hg]", "mmHg"), "zh", "152 mmHg"),
        (Quantity("65", "a"), "zh", "65 岁"),
        (Quantity("65", "a"), "en", "65 years"),
        (Quantity("133", "d", "days"), "zh", "133 天"),
        (Quantity("133", "d", "days"), "en", "133 days"),
        (Quantity("65", "a", "yr"), "zh", "65 yr"),
        (Quantity("89", "mL/min/{1.73_m2}"), "en", "89 mL/min/1.73 m²"),
        (Quantity("7.4"), "en", "7.4"),
        ("Anaphylaxis", "en", "Anaphylaxis"),
        (None, "en", ""),
    ],
)
def test_a_value_is_shown_as_it_was_written(value, language, shown):
    assert fact_value(msgspec.structs.replace(FACTS[1], value=value), language) == shown


def test_our_own_words_are_in_the_readers_language_and_the_records_stay_its_own():
    growing = msgspec.structs.replace(FACTS[1], value="growing", details={"said": "growing", "said_zh": "增大"})
    assert (fact_value(growing, "zh"), fact_value(growing, "en")) == ("增大", "growing")
    read = msgspec.structs.replace(growing, value="Grows!")
    assert fact_value(read, "zh") == "Grows!"


def test_a_trend_is_called_one_and_flags_are_words_in_both_languages():
    trend = next(fact for fact in FACTS if fact.kind == "trend")
    assert fact_name(msgspec.structs.replace(trend, names={"zh": ("肌酐",)}), "zh") == "肌酐 (趋势)"
    assert (fact_flag(trend, "en"), fact_flag(trend, "zh"), fact_flag(FACTS[0], "en")) == ("rising", "上升", "")
    assert fact_time(trend) == "2025-09-14 – 2026-03-01"


def test_the_places_of_one_record_are_named_together():
    pointers = ("Observation/x", "Observation/x#status", "Observation/y#code", "Observation/x#valueQuantity")
    fact = msgspec.structs.replace(FACTS[1], evidence=(*(Evidence("chart", p) for p in pointers), Evidence("knowledge/labs@1", "row")))
    draft = msgspec.structs.replace(example_draft(), facts=(fact,))
    assert outline(draft).sources[0].places == ("Observation/x#status, valueQuantity", "Observation/y#code", "knowledge/labs@1: row")


def test_a_pointer_splits_into_record_and_place():
    assert split_pointer("Observation/x#component[0].value") == ("Observation/x", "component[0].value")
    assert split_pointer("Observation/x") == ("Observation/x", "")


def test_both_languages_have_the_same_words():
    assert set(PAGE_WORDS["en"]) == set(PAGE_WORDS["zh"])


def test_rows_without_a_value_are_left_out_and_the_rest_is_in_the_language():
    document = example_document("zh", house="")
    assert patient_rows(document) == (("姓名", "林示例 Lin Shili"), ("出生日期", "1958-04-12"), ("性别", "女"), ("编号", "MRN-000417"))
    assert ("发布编号", "rel-0001") in release_rows(document)
    assert "备注" not in dict(release_rows(document))
