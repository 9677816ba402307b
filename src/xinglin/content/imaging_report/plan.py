"""What an imaging report says, and in which order: studies, lesions, change, response, category, what cannot be told.

Only picks and orders facts; the words are in `words/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from xinglin.models.phrasebook.wordbook import complete, word_book
from xinglin.records import Chart, ContentRequest, Fact, Point
from xinglin.records.errors import UsageError
from xinglin.records.moments import sort_key
from xinglin.shelf.promises import Plan

WORDS = word_book(Path(__file__).with_name("words"))
SECTIONS = ("studies", "lungs", "lesions", "change", "response", "category", "missing")
_SIZES = ("long-axis", "short-axis", "volume")
_MORE = ("mean-diameter", "solid-diameter", "solid-volume", "mean-density", "pleura-distance")
_CHANGES = ("volume-change", "mean-diameter-change", "doubling-time")
_LUNGS, _LUNG_VOLUMES = ("mean-density", "low-attenuation", "percentile-15"), ("volume-left", "volume-right")
_CATEGORIES = ("fleischner", "lung-rads")


def plan(request: ContentRequest, chart: Chart, facts: Sequence[Fact]) -> Plan:
    """Points of an imaging report. Raises UsageError XL-IMGREP-001 for an unknown length, -002 for a lesion nobody marked."""
    length = request.options.get("length", "standard")
    if length not in {"short", "standard", "full"}:
        raise UsageError("XL-IMGREP-001", "length must be short, standard or full", where="option length")
    words = complete(WORDS[request.language], request.language)
    told = _of_lesions(request, facts)
    lungs = [fact for fact in facts if fact.details.get("lungs") and (fact.latest or fact.kind == "gap") and length != "short"]
    points = list(_of_lungs(lungs, full=length == "full"))
    points += _lesions(told, full=length == "full")
    if length != "short":
        points += _changes(told)
        points += _response(facts) if not request.options.get("lesion", "") else ()  # the sum speaks of the others too
    points += [Point("category", "image.category", (fact.id,)) for fact in told if _what(fact) in _CATEGORIES and fact.kind == "imaging"]
    if points:
        points = [*_studies(facts, [*told, *lungs]), *points]
    points += _missing(facts, [*told, *lungs], bool(points))
    used = {point.section for point in points}
    sections = tuple((key, words[f"section.{key}"]) for key in SECTIONS if key in used)
    said = {fact for point in points for fact in point.facts}
    must = tuple(fact.id for fact in told if fact.latest and _what(fact) in ("long-axis", "growth", *_CATEGORIES) and fact.id in said)
    return Plan(words["title"], sections, tuple(points), must or tuple(fact for point in points for fact in point.facts)[:1])


def _of_lesions(request: ContentRequest, facts: Sequence[Fact]) -> list[Fact]:
    wanted = request.options.get("lesion", "")
    told = [fact for fact in facts if fact.details.get("lesion")]
    if wanted and wanted not in {fact.details["lesion"] for fact in told}:
        raise UsageError("XL-IMGREP-002", "no lesion of that name is marked", where="option lesion", fix="xinglin images CHART lists them")
    return [fact for fact in told if not wanted or fact.details["lesion"] == wanted]


def _what(fact: Fact) -> str:
    """What a lesion's fact is about: the last word of its key."""
    return fact.key.rpartition(":")[2]


def _studies(facts: Sequence[Fact], told: Sequence[Fact]) -> Iterator[Point]:
    studies = {fact.details.get("study", "") for fact in told}
    for fact in sorted(
        (f for f in facts if f.kind == "imaging" and f.id.removeprefix("imaging.") in studies), key=lambda f: sort_key(f.time)
    ):
        yield Point("studies", "image.study", (fact.id,))


def _of_lungs(lungs: Sequence[Fact], *, full: bool) -> Iterator[Point]:
    """Density of the lungs by day of the scan; in full also how large each lung is."""
    days = dict.fromkeys(fact.time for fact in lungs if fact.kind != "gap")
    for when in days:
        here = {fact.details["lungs"]: fact.id for fact in lungs if fact.time == when}
        for group in (_LUNGS, _LUNG_VOLUMES) if full else (_LUNGS,):
            numbers = tuple(here[what] for what in group if what in here)
            if numbers:
                yield Point("lungs", "image.lungs", numbers)


def _lesions(told: Sequence[Fact], *, full: bool) -> Iterator[Point]:
    newest = {fact.key: fact for fact in told if fact.latest}
    for name in dict.fromkeys(fact.details["lesion"] for fact in told):
        here = {_what(fact): fact for fact in newest.values() if fact.details["lesion"] == name}
        if "place" in here:
            yield Point("lesions", "image.words", (here["place"].id,))
        for group in (_SIZES, _MORE) if full else (_SIZES,):
            sizes = tuple(here[what].id for what in group if what in here)
            if sizes:
                yield Point("lesions", "image.sizes", sizes)


def _changes(told: Sequence[Fact]) -> Iterator[Point]:
    for fact in told:
        if fact.latest and _what(fact) == "growth" and fact.kind == "imaging":
            yield Point("change", "image.words", (fact.id,))
        elif fact.latest and _what(fact) in _CHANGES:
            yield Point("change", "image.days" if _what(fact) == "doubling-time" else "image.number", (fact.id,))


def _response(facts: Sequence[Fact]) -> Iterator[Point]:
    for fact in facts:
        if fact.key == "recist:sum-of-diameters":
            yield Point("response", "image.dated", (fact.id,))
        elif fact.key == "recist:target-response":
            yield Point("response", "image.response", (fact.id,))


def _missing(facts: Sequence[Fact], told: Sequence[Fact], anything: bool) -> Iterator[Point]:
    gaps = [fact for fact in told if fact.kind == "gap"]
    if not gaps and not anything:
        gaps = [fact for fact in facts if fact.key == "gap:lesions"] or [fact for fact in facts if fact.kind == "gap"][:1]
    for fact in gaps:
        yield Point("missing", "image.gap" if fact.details.get("said") else "gap.one", (fact.id,))
