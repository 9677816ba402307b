"""The second half of a case summary: reports, history, family and social, immunizations, plans.

Kept short: the newest of each kind, routine acts and passing illnesses left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from xinglin.models.phrasebook.clinical_points import ids, in_parts
from xinglin.records import Fact, Point
from xinglin.workup.selections import newest_first, of_kind, unreported

MOST = {"short": 3, "standard": 6, "full": 40}


def reports(facts: Sequence[Fact], length: str) -> list[Point]:
    """Report conclusions word for word, newest first; imaging studies by name; genetic results."""
    quoted = newest_first(f for f in of_kind(facts, "report") if f.value)[: MOST[length]]
    points = [Point("reports", "report.one", (fact.id,)) for fact in quoted]
    studies = unreported(newest_first(of_kind(facts, "imaging")), quoted)[: MOST[length]]
    if studies:
        points.append(Point("reports", "imaging.list", ids(studies)))
    return points + [Point("genes", "gene.one", (fact.id,)) for fact in of_kind(facts, "gene")]


def history(facts: Sequence[Fact], length: str) -> list[Point]:
    """Procedures of weight, entries that say "history of", and resolved problems that were more than passing."""
    procedures = [f for f in of_kind(facts, "procedure") if f.latest and (f.importance > 1 or (length == "full" and f.importance > 0))]
    problems = of_kind(facts, "problem")
    past = [f for f in problems if f.details.get("class") == "history"]
    resolved = [
        f for f in problems if f.status in {"resolved", "inactive"} and f.polarity == "present" and f.importance > 0 and f not in past
    ]
    passing = [f for f in problems if f.status == "resolved" and f.importance == 0 and f.details.get("class") == "passing"]
    refuted = [f for f in problems if f.polarity == "absent"]
    devices = of_kind(facts, "device")
    points = []
    if past:
        points += in_parts("history", "problem.history_list", newest_first(past))
    if procedures:
        points += in_parts("history", "procedure.list", newest_first(procedures), MOST[length] * 2)
    if resolved:
        points += in_parts("history", "problem.resolved_list", newest_first(resolved), MOST[length] * 2)
    if passing and length == "full":
        points += in_parts("history", "problem.resolved_list", newest_first(passing))
    if devices:
        points.append(Point("history", "device.list", ids(devices)))
    return points + [Point("history", "problem.refuted", (fact.id,)) for fact in refuted]


def social(facts: Sequence[Fact]) -> list[Point]:
    """Illnesses in the family, smoking, and social circumstances of the problem list."""
    family = of_kind(facts, "family")
    child = any(int(f.details.get("age_years", "0") or 0) < 12 for f in of_kind(facts, "person") if f.value is not None)
    smoking = [f for f in of_kind(facts, "measurement") if f.details.get("class") == "smoking" and f.latest and not child]
    around = [f for f in of_kind(facts, "problem") if f.details.get("class") == "social" and f.status in {"active", ""}]
    points = [Point("social", "family.list", ids(family))] if family else []
    points += [Point("social", "social.smoking", (fact.id,)) for fact in smoking]
    return [*points, Point("social", "problem.social_list", ids(around))] if around else points


def immunizations(facts: Sequence[Fact], length: str) -> list[Point]:
    """The latest dose of each vaccine in one sentence."""
    given = [f for f in of_kind(facts, "immunization") if f.latest and f.polarity == "present"]
    return [Point("immunizations", "immunization.list", ids(newest_first(given)[: MOST[length]]))] if given else []


def plans(facts: Sequence[Fact]) -> list[Point]:
    """Active care plans and open goals, as the record words them."""
    points = [Point("plans", "plan.active", (fact.id,)) for fact in of_kind(facts, "plan") if fact.status == "active"]
    goals = [fact for fact in of_kind(facts, "goal") if fact.importance > 0]
    return [*points, *in_parts("plans", "goal.list", goals)]
