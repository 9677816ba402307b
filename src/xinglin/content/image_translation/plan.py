"""What is said of a translated series: the points of all made pictures, in this kind's words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xinglin.models.phrasebook.wordbook import complete, word_book
from xinglin.records import Chart, ContentRequest, Fact
from xinglin.shelf.promises import Plan
from xinglin.workup.picture_points import picture_plan

WORDS = word_book(Path(__file__).with_name("words"))


def plan(request: ContentRequest, chart: Chart, facts: Sequence[Fact]) -> Plan:
    """Points about the translation. Raises UsageError XL-PICT-033 for an unknown length."""
    return picture_plan(request, facts, complete(WORDS[request.language], request.language), unknown="XL-PICT-033")
