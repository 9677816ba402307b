"""Candidates for a reader in Python: `xl.find_candidates`, `xl.confirm_candidate`, `xl.reject_candidate`."""

from __future__ import annotations

from pathlib import Path

from xinglin.flow.asked import who
from xinglin.flow.house import House
from xinglin.records import Chart
from xinglin.records.candidates import CandidateDecision, CandidateList
from xinglin.records.imaging import Lesion, NoduleKind, Point_mm


def find_candidates(
    chart: Chart | str, *, series: int | str = "", model: str = "", by: str = "", keep: bool = True, home: str | Path | None = None
) -> CandidateList:
    """Places in a chest CT that a model shows to a reader, the surest first. None is a finding; nothing but this list tells of them.

    model: NAME, NAME:challenger, NAME@DIGEST or a folder; default the `nodule-candidates` in use. Raises NotFound, InvalidInput, Refused.
    """
    from xinglin.flow.candidates import looked_for

    house = House.at(home)
    known = house.chart(_id(chart))
    return looked_for(house, known, series=str(series), model=model, by=by or who(), keep=keep).told


def confirm_candidate(
    chart: Chart | str, number: int, *, by: str = "", text: str = "", name: str = "", type: NoduleKind | str = "", at: Point_mm | None = None,
    series: int | str = "", target: bool = False, home: str | Path | None = None,
) -> Lesion:  # fmt: skip
    """The lesion that a candidate is, `by` says: outlined, measured, and from now on that person's finding. Raises Refused the second time."""
    from xinglin.flow.candidates import confirmed

    house = House.at(home)
    known = house.chart(_id(chart))
    return confirmed(house, known, number, by=by or who(), text=text, name=name, kind=type, series=str(series), at=at, target=target)[0]


def reject_candidate(
    chart: Chart | str, number: int, *, by: str = "", text: str = "", series: int | str = "", home: str | Path | None = None
) -> CandidateDecision:
    """The candidate is nothing, `by` says. Raises Refused the second time."""
    from xinglin.flow.candidates import rejected

    house = House.at(home)
    return rejected(house, house.chart(_id(chart)), number, by=by or who(), text=text, series=str(series))


def _id(chart: Chart | str) -> str:
    return chart if isinstance(chart, str) else chart.id
