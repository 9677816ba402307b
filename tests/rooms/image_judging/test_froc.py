"""The free-response curve against cases counted by hand."""

import numpy as np
import pytest

from xinglin.records.candidates import Candidate
from xinglin.training.image_judging.froc import RATES, ScanMarks, Truth, marks_of, sensitivities, spread_of


def mark(number, x, score):
    return Candidate(number, (x, 0.0, 0.0), 0, score, 6.0)


def test_a_mark_within_the_radius_finds_the_nodule_and_a_second_one_counts_neither_way():
    nodules = [Truth((0.0, 0.0, 0.0), 10.0), Truth((50.0, 0.0, 0.0), 4.0)]
    found = marks_of([mark(1, 4.9, 0.9), mark(2, 0.0, 0.4), mark(3, 52.9, 0.3), mark(4, 5.1, 0.8)], nodules)
    assert found == ScanMarks((0.9, 0.3), (0.8,))


def test_a_mark_in_two_nodules_belongs_to_the_nearer_and_a_missed_nodule_says_so():
    nodules = [Truth((0.0, 0.0, 0.0), 20.0), Truth((12.0, 0.0, 0.0), 20.0)]
    assert marks_of([mark(1, 8.0, 0.7)], nodules) == ScanMarks((-1.0, 0.7), ())
    assert marks_of([], nodules) == ScanMarks((-1.0, -1.0), ())


TWO = (ScanMarks((0.9, 0.5, -1.0), (0.8, 0.6, 0.4, 0.2)), ScanMarks((0.7,), (0.65, 0.1)))
# false marks in order: 0.8 0.65 0.6 0.4 0.2 0.1; of four nodules 0.9, 0.7, 0.5 and one never


@pytest.mark.parametrize(
    ("rate", "share"),
    [
        (0.125, 1 / 4),  # none allowed: only what scores above 0.8
        (0.5, 2 / 4),  # one allowed: above 0.65
        (1.0, 2 / 4),  # two: above 0.6
        (1.5, 3 / 4),  # three: above 0.4
        (8.0, 3 / 4),  # all: the nodule without a mark is never found
    ],
)
def test_the_share_found_at_each_rate_is_that_counted_by_hand(rate, share):
    assert sensitivities(TWO, (rate,))[0] == pytest.approx(share)


def test_false_marks_of_one_score_are_allowed_together_or_not_at_all():
    tied = [ScanMarks((0.5, 0.9), (0.5, 0.5))]
    assert sensitivities(tied, (1.0, 2.0)).tolist() == [0.5, 1.0]


def test_only_some_nodules_can_be_counted_and_none_is_no_number():
    assert sensitivities(TWO, (8.0,), [[True, False, False], [False]])[0] == 1.0
    assert np.isnan(sensitivities(TWO, (8.0,), [[False] * 3, [False]])).all()


def test_limits_hold_the_value_and_scans_that_are_alike_have_none_to_speak_of():
    alike = [ScanMarks((0.9, -1.0), (0.1,))] * 6
    each, mean = spread_of(alike, resampled=50)
    assert [(one.value, one.low, one.high) for one in each] == [(0.5, 0.5, 0.5)] * len(RATES) and mean.value == 0.5
    different = [ScanMarks((0.9,), ()), ScanMarks((-1.0,), ())] * 4
    (four,), _ = spread_of(different, (4.0,), resampled=200)
    assert four.low < four.value == 0.5 < four.high
