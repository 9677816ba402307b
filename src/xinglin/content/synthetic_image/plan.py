"""What is said of synthetic pictures: the points of all made pictures, in this kind's words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xinglin.models.phrasebook.wordbook import complete, word_book
from xinglin.records import Chart, ContentRequest, Fact
from xinglin.records.errors import UsageError
from xinglin.shelf.promises import Plan
from xinglin.workup.picture_points import SECTIONS, TOLD, points_of

WORDS = word_book(Path(__file__).with_name("words"))


def plan(request: ContentRequest, chart: Chart, facts: Sequence[Fact]) -> Plan:
    """Points about the pictures that were made. Raises UsageError XL-PICT-007 for an unknown length."""
    length = request.options.get("length", "standard")
    if length not in TOLD:
        raise UsageError("XL-PICT-007", "length must be short, standard or full", where="option length", fix="standard")
    words = complete(WORDS[request.language], request.language)
    points, must = points_of(facts, length)
    used = {point.section for point in points}
    return Plan(words["title"], tuple((key, words[f"section.{key}"]) for key in SECTIONS if key in used), points, must)
