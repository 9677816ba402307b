"""Medicines before and after the stay, as recorded: started, continued, stopped, unclear, and given in hospital.

Nothing is inferred beyond the dates and statuses of the record; what the record leaves open is said to be open.
"""

from __future__ import annotations

from collections.abc import Sequence

from xinglin.models.phrasebook.clinical_points import by_day, in_parts
from xinglin.records import Fact, Point
from xinglin.records.moments import day
from xinglin.workup.selections import during, of_kind, recent

UNKNOWN_DAYS = 365  # older entries of unknown status, seen from the newest of them, are told in full texts only
MOST_GIVEN = {"short": 0, "standard": 20, "full": 200}


def medicine_points(facts: Sequence[Fact], stay: Fact, length: str, kind: str = "stay") -> list[Point]:
    """Sentences on medicines after the stay (or visit: `kind`) against those before."""
    lines = [f for f in of_kind(facts, "medicine") if "unnamed" not in f.details and "fluid" not in f.details]
    began, ended = day(stay.start), day(stay.end) or day(stay.start) or "9999"
    current = [f for f in lines if f.status == "current"]
    new = [f for f in current if began and began <= f.details.get("started_date", "") <= ended]
    later = [f for f in current if f.details.get("started_date", "") > ended]
    continued = [f for f in current if f not in new and f not in later]
    last = [f for f in lines if "until_death" in f.details and f.details.get("setting") != "inpatient"]
    inside = {fact.id for fact in during(lines, stay)}
    stopped = [f for f in lines if f.status == "stopped" and f.details.get("setting") != "inpatient" and f.id in inside and f not in last]
    open_ended = [f for f in lines if f.status == "unknown" and (day(f.time) or "0") <= ended]
    open_ended = open_ended if length == "full" else recent(open_ended, UNKNOWN_DAYS)
    given = [f for f in lines if f.status == "stopped" and f.details.get("setting") == "inpatient" and f.id in inside]
    given += [f for f in current if f.details.get("setting") == "inpatient" and f not in new]
    groups = (("new", new), ("continued", continued), ("until_death", last), ("stopped", stopped))
    # one sentence per medicine with a dose: each dose is then held against its own medicine alone
    points = [Point("medicines", f"{kind}.{word}", (f.id,)) for word, group in groups for f in group]
    points += by_day("medicines", "medicine.unknown_on", open_ended)
    points += [Point("medicines", f"{kind}.since", (f.id,)) for f in later]
    points += [Point("medicines", "medicine.planned", (f.id,)) for f in lines if f.status == "planned"]
    return [*points, *(in_parts("medicines", f"{kind}.given", given, MOST_GIVEN[length], bare=True) if MOST_GIVEN[length] else [])]
