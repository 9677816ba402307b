"""What is said of synthetic pictures, and in which order: what was made, from what, how good it is, its limits, how it was made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xinglin.models.phrasebook.wordbook import complete, word_book
from xinglin.records import Chart, ContentRequest, Fact, Point
from xinglin.records.errors import UsageError
from xinglin.records.fact import MADE_HERE
from xinglin.shelf.promises import Plan

WORDS = word_book(Path(__file__).with_name("words"))
SECTIONS = ("about", "learnt", "quality", "limits", "method", "missing")
_SHORT = {
    "about": ("pictures", "asked", "nobody"),
    "learnt": ("learnt", "licence"),
    "quality": ("unjudged", "distance", "copies", "gates"),
}
_STANDARD = {
    "about": ("pictures", "asked", "nobody"),
    "learnt": ("learnt", "source", "licence", "artificial"),
    "quality": ("unjudged", "distance", "recall", "copies", "membership", "unmeasured", "gates"),
    "limits": ("use", "misuse", "epsilon", "note"),
    "method": ("method",),
}
_FULL = {**_STANDARD, "quality": (*_STANDARD["quality"][:-1], "score", "gates")}
_TOLD = {"short": _SHORT, "standard": _STANDARD, "full": _FULL}
_MUST = ("pictures", "nobody", "unjudged")
_MANY = ("note", "score")  # note1, note2 ...


def plan(request: ContentRequest, chart: Chart, facts: Sequence[Fact]) -> Plan:
    """Points about the pictures that were made. Raises UsageError XL-PICT-007 for an unknown length."""
    length = request.options.get("length", "standard")
    if length not in _TOLD:
        raise UsageError("XL-PICT-007", "length must be short, standard or full", where="option length", fix="standard")
    words = complete(WORDS[request.language], request.language)
    made = [fact.id.removeprefix(MADE_HERE) for fact in facts if fact.id.startswith(MADE_HERE)]
    points = tuple(
        Point(section, "pictures.said", (MADE_HERE + key,))
        for section, wanted in _TOLD[length].items()
        for want in wanted
        for key in made
        if key == want or (want in _MANY and key.rstrip("0123456789") == want)
    )
    used = {point.section for point in points}
    sections = tuple((key, words[f"section.{key}"]) for key in SECTIONS if key in used)
    return Plan(words["title"], sections, points, tuple(MADE_HERE + key for key in _MUST if key in made))
