"""What a draft says of pictures that a model made, and in which order: what was made, from what, how good it is, its limits, how it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinglin.records import ContentRequest, Fact, Point
from xinglin.records.errors import UsageError
from xinglin.records.fact import MADE_HERE
from xinglin.shelf.promises import Plan

SECTIONS = ("about", "learnt", "quality", "limits", "method", "missing")
_ABOUT = ("pictures", "translation", "asked", "nobody", "meaning")
_SHORT = {"about": _ABOUT, "learnt": ("learnt", "licence"), "quality": ("unjudged", "distance", "copies", "gates")}
_STANDARD = {
    "about": (*_ABOUT, "change", "beyond"),
    "learnt": ("learnt", "source", "licence", "artificial"),
    "quality": ("unjudged", "distance", "recall", "copies", "membership", "unmeasured", "gates"),
    "limits": ("use", "misuse", "epsilon", "note"),
    "method": ("method",),
}
_FULL = {**_STANDARD, "quality": (*_STANDARD["quality"][:-1], "score", "gates")}
TOLD = {"short": _SHORT, "standard": _STANDARD, "full": _FULL}
_MUST = ("pictures", "translation", "nobody", "meaning", "unjudged")
_MANY = ("note", "score")  # note1, note2 ...


def picture_plan(request: ContentRequest, facts: Sequence[Fact], words: Mapping[str, str], *, unknown: str) -> Plan:
    """The plan of a kind that tells of made pictures, in its own words. Raises UsageError, with the code `unknown`, for an unknown length."""
    length = request.options.get("length", "standard")
    if length not in TOLD:
        raise UsageError(unknown, "length must be short, standard or full", where="option length", fix="standard")
    points, must = points_of(facts, length)
    used = {point.section for point in points}
    return Plan(words["title"], tuple((key, words[f"section.{key}"]) for key in SECTIONS if key in used), points, must)


def points_of(facts: Sequence[Fact], length: str) -> tuple[tuple[Point, ...], tuple[str, ...]]:
    """(points in the order of `SECTIONS`, ids of the facts that may not be left out). `length`: a key of `TOLD`."""
    made = [fact.id.removeprefix(MADE_HERE) for fact in facts if fact.id.startswith(MADE_HERE)]
    told = _FULL if length == "standard" and "translation" in made else TOLD[length]  # of a translation the special scores tell most
    points = tuple(
        Point(section, "pictures.translation" if key == "translation" else "pictures.said", (MADE_HERE + key, *_study(facts, key)))
        for section, wanted in told.items()
        for want in wanted
        for key in made
        if key == want or (want in _MANY and key.rstrip("0123456789") == want)
    )
    return points, tuple(MADE_HERE + key for key in _MUST if key in made)


def _study(facts: Sequence[Fact], key: str) -> tuple[str, ...]:
    """Beside a translation: the study whose series it was, as the record knows it."""
    if key != "translation":
        return ()
    sources = {fact.details.get("study", "") for fact in facts if fact.id == f"{MADE_HERE}translation"}
    return tuple(fact.id for fact in facts if fact.id.removeprefix("imaging.") in sources)
