"""What is said of a simulation: the points of every simulation, in this kind's words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xinglin.models.phrasebook.wordbook import complete, word_book
from xinglin.records import Chart, ContentRequest, Fact
from xinglin.records.errors import UsageError
from xinglin.shelf.promises import Plan
from xinglin.workup.simulation_points import SECTIONS, points_of

WORDS = word_book(Path(__file__).with_name("words"))


def plan(request: ContentRequest, chart: Chart, facts: Sequence[Fact]) -> Plan:
    """Points about the simulation that was run. Raises UsageError XL-DSIM-003 for an unknown length."""
    length = request.options.get("length", "standard")
    if length not in {"short", "standard", "full"}:
        raise UsageError("XL-DSIM-003", "length must be short, standard or full", where="option length")
    words = complete(WORDS[request.language], request.language)
    points, must = points_of(facts, length)
    used = {point.section for point in points}
    sections = tuple((key, words[f"section.{key}"]) for key in SECTIONS if key in used)
    return Plan(words["title"], sections, points, must)
