"""What a laboratory report says, and in which order: critical, abnormal, normal, without range, trends, what is missing.

Only picks and orders facts; the words are in `words/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xinglin.models.phrasebook.clinical_points import calculated, flagged_results, results_by_day, unjudged_results
from xinglin.models.phrasebook.wordbook import complete, word_book
from xinglin.records import Chart, ContentRequest, Fact, Point
from xinglin.records.errors import UsageError
from xinglin.records.moments import day
from xinglin.shelf.promises import Plan
from xinglin.workup.selections import (
    implausible,
    is_abnormal,
    is_critical,
    laboratory,
    latest_results,
    newest_first,
    of_kind,
    related_calculations,
    trend_of,
)

WORDS = word_book(Path(__file__).with_name("words"))
SECTIONS = ("critical", "abnormal", "calculations", "trends", "normal", "unjudged", "missing")
DAYS = 365


def plan(request: ContentRequest, chart: Chart, facts: Sequence[Fact]) -> Plan:
    """Points of a laboratory report. Raises UsageError XL-LABREP-001 or -002 for an option that cannot be read."""
    words = complete(WORDS[request.language], request.language)
    length = request.options.get("length", "standard")
    if length not in {"short", "standard", "full"}:
        raise UsageError("XL-LABREP-001", "length must be short, standard or full", where="option length")
    results = _results(request, facts)
    trends = trend_of(facts) if not request.options.get("date") else {}
    critical = newest_first(f for f in results if is_critical(f))
    abnormal = newest_first(f for f in results if is_abnormal(f))
    points = [*flagged_results("critical", critical, trends), *flagged_results("abnormal", abnormal, trends)]
    if length != "short":
        said = {fact.id for fact in (*critical, *abnormal)}
        points += _calculations(facts, results)
        points += _trends(results, trends, said, everything=length == "full")
        points += results_by_day("normal", "lab.normal", [f for f in results if f.flag == "normal"], facts)
        points += unjudged_results("unjudged", results, facts)
    points += _missing(facts, results)
    used = {point.section for point in points}
    sections = tuple((key, words[f"section.{key}"]) for key in SECTIONS if key in used)
    return Plan(words["title"], sections, tuple(points), tuple(f.id for f in (*critical, *abnormal)))


def _results(request: ContentRequest, facts: Sequence[Fact]) -> list[Fact]:
    wanted = request.options.get("date", "")
    if wanted:
        return [fact for fact in laboratory(facts) if day(fact.time) == wanted]
    days = request.options.get("days", str(DAYS))
    if not days.isdigit():
        raise UsageError("XL-LABREP-002", "days must be a whole number", where="option days", fix="for example: --option days 90")
    return latest_results(facts, int(days))


def _trends(results: Sequence[Fact], trends: dict[str, Fact], said: set[str], *, everything: bool) -> list[Point]:
    chosen = [trends[f.key] for f in results if f.id not in said and f.latest and f.key in trends]
    return [Point("trends", f"trend.{t.flag}", (t.id,)) for t in chosen if everything or t.flag in {"rising", "falling"}]


def _calculations(facts: Sequence[Fact], results: Sequence[Fact]) -> list[Point]:
    return calculated("calculations", related_calculations(facts, results), facts)


def _missing(facts: Sequence[Fact], results: Sequence[Fact]) -> list[Point]:
    doubtful = [Point("missing", "lab.implausible", (fact.id,)) for fact in implausible(results)]
    gaps = {fact.key: fact for fact in of_kind(facts, "gap")}
    if not results:
        empty = gaps.get("gap:laboratory") or gaps.get("gap:record")
        return [Point("missing", "gap.one", (empty.id,))] if empty else []
    return doubtful + [Point("missing", "gap.one", (gaps[key].id,)) for key in ("gap:units", "gap:sex", "gap:age") if key in gaps]
