"""After an infusion there are marks close together where the drug falls fast, so that one fast hour does not set the steps of the day."""

import numpy as np
import pytest

from xinglin.diseases.neutropenia import DISEASE
from xinglin.models.simulator.early_marks import with_early_marks
from xinglin.models.simulator.timeline import Timeline, laid_out
from xinglin.records.simulation import SimulationRequest

REGIMENS = {regimen.name: regimen for regimen in DISEASE.card.regimens}
FAST = np.array([[200.0, 300.0, 100.0], [1.0, 1.0, 1.0]])


def asked(name: str) -> SimulationRequest:
    return SimulationRequest("neutropenia", tuple(float(day) for day in range(0, 127, 3)), REGIMENS[name])


def line(name: str) -> Timeline:
    return laid_out(DISEASE.card, asked(name))


def test_marks_come_after_each_infusion_and_lie_further_and_further_apart() -> None:
    before = line("docetaxel-75")
    after = with_early_marks(before, FAST)
    added = np.setdiff1d(after.marks, before.marks)
    behind = added[(added > 42 + 1 / 24) & (added < 45)] - (42 + 1 / 24)
    assert behind[0] == pytest.approx(1 / 200, rel=1e-5) and np.allclose(behind[1:] / behind[:-1], 3.0, rtol=1e-5)


def test_what_is_given_and_read_stays_where_it_was() -> None:
    before = line("docetaxel-75")
    after = with_early_marks(before, FAST)
    for held in ("infused", "switched"):
        given = [
            np.interp(times, line.marks, np.arange(len(line.marks))) for line in (before, after) for times in [np.arange(0.01, 126, 0.5)]
        ]
        one, other = (getattr(line, held)[place.astype(int)] for line, place in zip((before, after), given, strict=True))
        assert (one == other).all()
    np.testing.assert_array_equal(after.marks[after.reads >= 0], before.marks[before.reads >= 0])
    np.testing.assert_array_equal(after.reads[after.reads >= 0], before.reads[before.reads >= 0])


def test_doses_keep_their_marks() -> None:
    from xinglin.diseases.nsclc import CARD

    request = SimulationRequest("nsclc", (0.0, 100.0, 180.0), next(one for one in CARD.regimens if one.name == "concurrent"))
    before = laid_out(CARD, request)
    after = with_early_marks(before, np.array([[40.0]]))
    assert len(after.marks) > len(before.marks)
    assert [(after.marks[m], k, x) for m, k, x in after.jumps] == [(before.marks[m], k, x) for m, k, x in before.jumps]


def test_nothing_is_added_where_nothing_is_fast_or_nothing_is_given() -> None:
    assert with_early_marks(line("none"), FAST) is not None and len(with_early_marks(line("none"), FAST).marks) == len(line("none").marks)
    before = line("docetaxel-75")
    assert with_early_marks(before, FAST * 1e-3) is before and with_early_marks(before, np.zeros((0, 3))) is before


def test_six_cycles_are_followed_in_some_thousand_steps() -> None:
    assert DISEASE.steps(asked("docetaxel-100")).pieces.sum() < 9_000
