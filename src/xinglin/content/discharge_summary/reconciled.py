"""Medicines before and after the stay, as recorded: started, continued, stopped, unclear, and given in hospital.

Nothing is inferred beyond the dates and statuses of the record; what the record leaves open is said to be open.
"""

from __future__ import annotations

from collections.abc import Sequence

from xinglin.models.phrasebook.clinical_points import ids
from xinglin.records import Fact, Point
from xinglin.records.moments import day
from xinglin.workup.selections import during, of_kind, recent

UNKNOWN_DAYS = 365  # older entries of unknown status, seen from the newest of them, are told in full texts only
MOST_GIVEN = {"short": 0, "standard": 40, "full": 200}


def medicine_points(facts: Sequence[Fact], stay: Fact, length: str) -> list[Point]:
    """Sentences on medicines at discharge against those before."""
    lines = [f for f in of_kind(facts, "medicine") if "unnamed" not in f.details and "fluid" not in f.details]
    began, ended = day(stay.start), day(stay.end) or "9999"
    current = [f for f in lines if f.status == "current"]
    new = [f for f in current if began and began <= f.details.get("started_date", "") <= ended]
    later = [f for f in current if f.details.get("started_date", "") > ended]
    continued = [f for f in current if f not in new and f not in later]
    inside = {fact.id for fact in during(lines, stay)}
    stopped = [f for f in lines if f.status == "stopped" and f.details.get("setting") != "inpatient" and f.id in inside]
    open_ended = [f for f in lines if f.status == "unknown" and (day(f.time) or "0") <= ended]
    open_ended = open_ended if length == "full" else recent(open_ended, UNKNOWN_DAYS)
    given = [f for f in lines if f.status == "stopped" and f.details.get("setting") == "inpatient" and f.id in inside]
    given += [f for f in current if f.details.get("setting") == "inpatient" and f not in new]
    planned = [f for f in lines if f.status == "planned"]
    points = [
        Point("medicines", f"stay.{word}", ids(group))
        for word, group in (("new", new), ("continued", continued), ("stopped", stopped), ("before", open_ended), ("since", later))
        if group
    ]
    points += [Point("medicines", "medicine.planned", (f.id,)) for f in planned]
    if given and MOST_GIVEN[length]:
        points.append(Point("medicines", "stay.given", ids(given[: MOST_GIVEN[length]])))
    return points
