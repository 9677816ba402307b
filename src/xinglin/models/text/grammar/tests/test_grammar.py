"""The phrase language, and how dates, numbers, lists and ages are written in English and Chinese."""

import pytest

from xinglin.models.phrasebook.wordbook import shared
from xinglin.models.text.grammar import WRITER
from xinglin.models.text.grammar.phrases import parse
from xinglin.models.text.grammar.wording import amount, date_words, frequency_words, listed, on_date, range_words, sentence
from xinglin.records import Concept, Evidence, Fact, Point, Quantity
from xinglin.records.errors import InvalidInput

AT = (Evidence("chart", "Observation/a"),)


def fact(identifier="a", kind="measurement", value=None, **more):
    names = {"en": ("creatinine",), "zh": ("肌酐",)}
    return Fact(identifier, kind, Concept("creatinine"), "text", AT, names=names, value=value, **more)


def worded(phrase, *facts, language="en", **words):
    point = Point("section", "test", tuple(f.id for f in facts))
    return WRITER.write([point], {f.id: f for f in facts}, {"test": phrase, **words}, language, 0)[0]


def test_a_slot_is_filled_from_the_first_fact_and_a_named_slot_from_its_kind():
    trend = fact("t", "trend", Quantity("2", "mg/dL"), details={"previous_value": "1"})
    told = worded("{name} {value} after {trend.previous_value}.", fact(value=Quantity("2", "mg/dL")), trend)
    assert told == "Creatinine 2 mg/dL after 1 mg/dL."


def test_an_optional_part_disappears_with_its_slot():
    assert worded("{name}[ since {start}].", fact()) == "Creatinine."
    assert worded("{name}[ since {start}].", fact(start="2020-01-02")) == "Creatinine since 2020-01-02."


def test_a_loop_says_every_fact_once_and_joins_them_as_the_language_does():
    pair = (fact("a", value=Quantity("1", "mg/dL")), fact("b", value=Quantity("2", "mg/dL")))
    assert worded("{each:one}.", *pair, one="{name} {value}") == "Creatinine 1 mg/dL; creatinine 2 mg/dL."
    assert worded("{each:one}。", *pair, language="zh", one="{name} {value}") == "肌酐 1 mg/dL；肌酐 2 mg/dL。"


def test_numbered_slots_speak_of_the_second_fact():
    assert worded("{1.value}, {2.value}", fact("a", value=Quantity("1")), fact("b", value=Quantity("2"))) == "1, 2"


@pytest.mark.parametrize("phrase", ["{name", "[{name}", "{name}]"])
def test_brackets_that_do_not_match_are_named(phrase):
    if phrase == "{name}]":
        assert parse(phrase)  # a lone closing bracket is plain text
    else:
        with pytest.raises(InvalidInput, match="XL-WORDS-001"):
            parse(phrase)


def test_a_phrase_the_word_book_lacks_is_named():
    with pytest.raises(InvalidInput, match="XL-WORDS-002"):
        WRITER.write([Point("s", "no.such.phrase", ())], {}, {}, "en", 0)


@pytest.mark.parametrize(
    ("when", "english", "chinese"),
    [("2019-03-04T08:00:00+08:00", "on 2019-03-04", "2019年3月4日"), ("2019-03", "in 2019-03", "2019年3月"), ("2019", "in 2019", "2019年")],
)
def test_dates(when, english, chinese):
    assert on_date(when, "en") == english
    assert date_words(when, "zh") == chinese


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (Quantity("37.2", "Cel"), "37.2 °C"),
        (Quantity("45", "%"), "45%"),
        (Quantity("5", "mg/L", "", "<"), "<5 mg/L"),
        (Quantity("178.81252042484218", "cm", "cm"), "178.8 cm"),
        (Quantity("3", "{score}", "{score}"), "3"),
        (Quantity("5.1", "", "mmol/l"), "5.1 mmol/L"),
        (Quantity("120", "mm[Hg]", "mmHg"), "120 mmHg"),
    ],
)
def test_amounts_are_written_with_standard_symbols(quantity, text):
    assert amount(quantity) == text


def test_lists():
    assert listed(["A", "B", "C"], "en") == "A, B and C"
    assert listed(["A", "B", "C"], "zh") == "A、B和C"
    assert listed(["A, x", "B"], "en") == "A, x; B"


def test_ranges():
    assert range_words("3.5", "5.1", "mmol/L", "en") == "3.5–5.1 mmol/L"
    assert range_words("", "5", "mg/L", "zh") == "≤5 mg/L"


@pytest.mark.parametrize(
    ("code", "english", "chinese"),
    [
        ("2/1/d", "twice daily", "每日2次"),
        ("BID", "twice daily", "每日2次"),
        ("1/8/h", "every 8 hours", "每8小时1次"),
        ("5/1/d", "5 times per day", "每日5次"),
        ("2/3/wk", "2 times every 3 weeks", "每3周2次"),
        ("with meals", "with meals", "with meals"),
    ],
)
def test_frequencies(code, english, chinese):
    assert frequency_words(code, shared("en")) == english
    assert frequency_words(code, shared("zh")) == chinese


def test_sentence_case_leaves_words_with_a_case_of_their_own():
    assert sentence("creatinine 2.", "en") == "Creatinine 2."
    assert sentence("pH 7.2.", "en") == "pH 7.2."
    assert sentence("eGFR 30.", "en") == "eGFR 30."
    assert sentence("肌酐（，偏高）。", "zh") == "肌酐（偏高）。"
