"""What is said of a simulation, and in which order: what was run, each option with its courses, what was learned, what it cannot say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xinglin.models.phrasebook.wordbook import complete, word_book
from xinglin.records import Chart, ContentRequest, Fact, Point
from xinglin.records.errors import UsageError
from xinglin.records.fact import MADE_HERE
from xinglin.shelf.promises import Plan
from xinglin.workup.simulation_facts import told_courses

WORDS = word_book(Path(__file__).with_name("words"))
SECTIONS = ("about", "courses", "twin", "method", "limits")


def plan(request: ContentRequest, chart: Chart, facts: Sequence[Fact]) -> Plan:
    """Points about the simulation that was run. Raises UsageError XL-DSIM-003 for an unknown length."""
    length = request.options.get("length", "standard")
    if length not in {"short", "standard", "full"}:
        raise UsageError("XL-DSIM-003", "length must be short, standard or full", where="option length")
    words = complete(WORDS[request.language], request.language)
    made = {fact.id.removeprefix(MADE_HERE): fact for fact in facts if fact.id.startswith(MADE_HERE)}
    points = [Point("about", "simulation.about", (made["simulation"].id,))] if "simulation" in made else []
    points += [Point("about", "simulation.said", (made["traits"].id,))] if "traits" in made else []
    told = told_courses([fact for key, fact in made.items() if "/" in key and not key.startswith("twin/")], length)
    points += [Point("courses", _phrase(fact.id), (fact.id,)) for fact in told]
    points += [Point("twin", "simulation.said", (fact.id,)) for key, fact in made.items() if key.startswith("twin/")]
    if length != "short":
        points += [Point("method", "simulation.said", (made["method"].id,))] if "method" in made else []
    last = [key for key in made if key in ("limits", "beyond", "unverified") or key.startswith("note")]
    points += [Point("limits", "simulation.said", (made[key].id,)) for key in last]
    used = {point.section for point in points}
    sections = tuple((key, words[f"section.{key}"]) for key in SECTIONS if key in used)
    must = tuple(fact.id for key, fact in made.items() if key == "simulation" or key.endswith("/arm"))
    return Plan(words["title"], sections, tuple(points), must)


def _phrase(key: str) -> str:
    return "simulation.arm" if key.endswith("/arm") else "simulation.said"
