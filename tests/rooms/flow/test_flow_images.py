"""Which series and which place a person means, from the words they type."""

import pytest

from xinglin.cli.words import parser
from xinglin.flow.images import place_of, series_meant
from xinglin.records import Chart
from xinglin.records.errors import NotFound, UsageError
from xinglin.records.imaging import ScanSeries

ONE, TWO = (ScanSeries(source=f"ImagingStudy/{n}", uid=f"2.25.10{n}") for n in (1, 2))
BOTH = Chart(id="chart-1", scans=(ONE, TWO))


def test_a_number_counts_from_one_and_a_uid_is_itself():
    assert series_meant(BOTH, "1") is ONE and series_meant(BOTH, "2") is TWO
    assert series_meant(BOTH, "2.25.102") is TWO


def test_the_only_series_needs_no_word():
    assert series_meant(Chart(id="chart-1", scans=(TWO,)), "") is TWO


@pytest.mark.parametrize(
    ("chart", "word", "error", "code"),
    [
        (Chart(id="chart-1"), "", NotFound, "XL-FLOW-021"),
        (BOTH, "", UsageError, "XL-FLOW-022"),
        (BOTH, "0", NotFound, "XL-FLOW-023"),
        (BOTH, "3", NotFound, "XL-FLOW-023"),
        (BOTH, "2.25.1", NotFound, "XL-FLOW-023"),
        (Chart(id="chart-1", scans=(ONE,)), "2", NotFound, "XL-FLOW-023"),
    ],
)
def test_a_word_that_means_no_series_says_what_to_do(chart, word, error, code):
    with pytest.raises(error, match=code) as refusal:
        series_meant(chart, word)
    assert "xinglin" in refusal.value.fix


def test_a_place_is_three_numbers():
    assert place_of("-62.5,14, -310") == (-62.5, 14.0, -310.0)


@pytest.mark.parametrize("words", ["", "1,2", "1,2,3,4", "a,b,c", "1;2;3", "nan,1,2", "1,inf,2", "1,2,-inf", "1,2,1e999"])
def test_anything_else_is_no_place(words):
    with pytest.raises(UsageError, match="XL-FLOW-024") as refusal:
        place_of(words, "--at")
    assert refusal.value.where == "--at"


def test_a_place_that_begins_with_a_minus_can_be_typed():
    typed = parser().parse_args(["make", "virtual-nodule", "chart-1", "--option", "at", "-62.5,14,-310", "--option", "hu", "-600"])
    assert typed.option == [["at", "-62.5,14,-310"], ["hu", "-600"]]
    assert parser().parse_args(["mark", "chart-1", "--at", "-62.5,14,-310"]).at == "-62.5,14,-310"
