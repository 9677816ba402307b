"""What a draft says of a simulation, and in which order: what was run, who they are, each arm, what was learned, method, limits."""

from __future__ import annotations

from collections.abc import Sequence

from xinglin.records import Fact, Point
from xinglin.records.fact import MADE_HERE

SECTIONS = ("about", "people", "courses", "twin", "method", "limits")
_SAID = "simulation.said"


def points_of(facts: Sequence[Fact], length: str) -> tuple[tuple[Point, ...], tuple[str, ...]]:
    """(points in the order of `SECTIONS`, ids of the facts that may not be left out) of what a kind simulated.

    `length`: "short" leaves out who they are, the method and all but the first observable's end; "full" tells every observable.
    """
    made = {fact.id.removeprefix(MADE_HERE): fact for fact in facts if fact.id.startswith(MADE_HERE)}
    people, learned = ([fact for key, fact in made.items() if key.startswith(f"{word}/")] for word in ("people", "twin"))
    arms = [fact for key, fact in made.items() if "/" in key and not key.startswith(("people/", "twin/"))]
    notes = [fact for key, fact in made.items() if key in ("limits", "beyond", "unverified") or key.startswith("note")]
    points = [Point("about", "simulation.about", (made["simulation"].id,))] if "simulation" in made else []
    points += [Point("about", _SAID, (made["traits"].id,))] if "traits" in made else []
    points += [Point("people", _SAID, (fact.id,)) for fact in people if length != "short"]
    points += [Point("courses", "simulation.arm" if fact.id.endswith("/arm") else _SAID, (fact.id,)) for fact in _told(arms, length)]
    points += [Point("twin", _SAID, (fact.id,)) for fact in learned]
    points += [Point("method", _SAID, (made["method"].id,))] if "method" in made and length != "short" else []
    points += [Point("limits", _SAID, (fact.id,)) for fact in notes]
    return tuple(points), tuple(fact.id for key, fact in made.items() if key == "simulation" or key.endswith("/arm"))


def _told(facts: Sequence[Fact], length: str) -> list[Fact]:
    """Which facts about arms a draft of that length tells: the first two observables, only the first and its end when short, all when full."""
    if length == "full":
        return list(facts)
    observables = list(dict.fromkeys(fact.details["observable"] for fact in facts if "observable" in fact.details))
    kept = observables[: 1 if length == "short" else 2]
    told = [fact for fact in facts if fact.details.get("observable", kept[0] if kept else "") in kept]
    last = {(fact.details["arm"], fact.details["observable"]): fact.id for fact in told if "observable" in fact.details}
    return [fact for fact in told if length != "short" or "observable" not in fact.details or fact.id in last.values()]
