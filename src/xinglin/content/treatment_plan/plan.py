"""What a treatment plan says, and in which order: situation, what decides, options side by side, why so, what is out, missing, watched, and for the patient.

Only picks and orders facts; the sentences about options are those of the facts themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from xinglin.models.phrasebook.clinical_points import allergies, calculated, gaps, ids, in_parts, person_points, problem_phrase
from xinglin.models.phrasebook.wordbook import complete, word_book
from xinglin.records import Chart, ContentRequest, Fact, Point
from xinglin.records.draft import SectionTable
from xinglin.records.errors import UsageError
from xinglin.records.fact import MADE_HERE
from xinglin.shelf.promises import Plan
from xinglin.workup.simulation_points import points_of

WORDS = word_book(Path(__file__).with_name("words"))
COLUMNS = ("option", "person", "benefit", "harm", "burden", "evidence")
_SAID = "plan.said"
_PREFIX = f"{MADE_HERE}option."
_ALERT = f"{MADE_HERE}alert."
_LENGTHS = ("short", "standard", "full")
_OUTCOMES = {"short": 1, "standard": 2, "full": 99}  # benefits, and harms, told of one option
_REASONS = 3  # of the order, where not everything is asked for


def plan(request: ContentRequest, chart: Chart, facts: Sequence[Fact]) -> Plan:
    """Points of the plan. Raises UsageError XL-TPLAN-001 for an unknown length."""
    length = request.options.get("length", "standard")
    if length not in _LENGTHS:
        raise UsageError("XL-TPLAN-001", "length must be short, standard or full", where="option length")
    words = complete(WORDS[request.language], request.language)
    made = [fact for fact in facts if fact.id.startswith(MADE_HERE)]
    questions = [fact for fact in made if fact.id.endswith(".question")]
    points = [*_situation(facts), *_said("situation", questions), *_deciding(facts, questions)]
    sections = [("situation", words["section.situation"]), ("deciding", words["section.deciding"])]
    tables = []
    for question in questions:
        key = question.details["journey"]
        name = question.names[request.language][0]
        mine = [fact for fact in made if fact.details.get("journey") == key]
        todo = [fact for fact in mine if fact.id.startswith(f"{_PREFIX}{key}.todo.")]
        points += [*_table(key, mine, _OUTCOMES[length]), *_order(key, mine, length), *_said(f"todo:{key}", todo)]
        points += _said(f"out:{key}", [fact for fact in mine if fact.details.get("out")])
        sections += [(f"{part}:{key}", words[f"section.{part}"].format(question=name)) for part in ("options", "order", "todo", "out")]
        tables.append(SectionTable(f"options:{key}", tuple((column, words[f"column.{column}"]) for column in COLUMNS)))
    points += [point for point in _rest(made, length)]
    sections += [(part, words[f"section.{part}"]) for part in ("missing", "dose", "course", "watch", "people", "limits")]
    used = {point.section for point in points}
    must = [fact.id for fact in made if fact.importance >= 3 and fact.id in {one for point in points for one in point.facts}]
    return Plan(words["title"], tuple(one for one in sections if one[0] in used), tuple(points), tuple(must), tuple(tables))


# ---- the person


def _situation(facts: Sequence[Fact]) -> Iterator[Point]:
    """Who this is, what is active, what is taken, what is not tolerated."""
    yield from person_points("situation", facts)
    problems = [
        f
        for f in facts
        if f.kind == "problem" and f.polarity == "present" and f.status == "active" and f.details.get("class") not in _ASIDE
    ]
    yield from in_parts("situation", "stay.active_alone", problems, bare=True)
    taken = [f for f in facts if f.kind == "medicine" and f.status == "current"]
    yield from (
        Point("situation", "plan.taking" if not n else "plan.taking_also", point.facts)
        for n, point in enumerate(in_parts("situation", "", taken))
    )
    known = {fact.key: fact for fact in facts if fact.kind == "gap"}
    yield from allergies("situation", [f for f in facts if f.kind == "allergy"], known)
    if not problems and not taken:
        yield from gaps("situation", list(known.values()), tuple(known))


_ASIDE = frozenset({"social", "circumstance", "history", "passing"})


def _deciding(facts: Sequence[Fact], questions: Sequence[Fact]) -> Iterator[Point]:
    """The genes, results and scores that the options were held against."""
    by_id = {fact.id: fact for fact in facts}
    asked = dict.fromkeys(one for question in questions for one in question.details.get("rests_on", "").split())
    found = [by_id[one] for one in asked if one in by_id]
    for fact in found:
        if fact.id.startswith("gene.call."):
            yield Point("deciding", "plan.gene", (fact.id,))
        elif fact.kind == "gene":
            yield Point("deciding", "gene.one", (fact.id,))
        elif fact.id.startswith(MADE_HERE):
            yield Point("deciding", _SAID, (fact.id,))
    yield from calculated("deciding", [f for f in found if f.kind == "calculation" and not f.id.startswith(MADE_HERE)], facts)
    for fact in found:
        if fact.kind == "measurement":
            coded = not fact.details.get("numeric")
            yield Point("deciding", "lab.coded" if coded else "lab.alone" if fact.flag else "plan.value", (fact.id,))
        elif fact.kind == "problem" and fact.details.get("stage"):
            yield Point("deciding", problem_phrase(fact), (fact.id,))


# ---- the options


def _table(journey: str, facts: Sequence[Fact], outcomes: int) -> Iterator[Point]:
    """One row per option that is not ruled out, best first, with so many benefits and harms each; the rule below."""
    section = f"options:{journey}"
    for option in _ranked(facts):
        told = Counter[str]()
        for fact in facts:
            column = _column(fact, option)
            told[column] += 1
            if column and (column not in ("benefit", "harm") or told[column] <= outcomes):
                yield Point(section, _SAID, _with_further(fact, option, facts), cell=(option.details["option"], column))
    for name in ("rule", "compared", "now"):
        yield from _said(section, [fact for fact in facts if fact.id == f"{_PREFIX}{journey}.{name}"])


def _ranked(facts: Sequence[Fact]) -> list[Fact]:
    return sorted((fact for fact in facts if fact.details.get("rank")), key=lambda fact: int(fact.details["rank"]))


def _column(fact: Fact, option: Fact) -> str:
    """The column of a fact in the row of an option; "" for a fact that stands elsewhere."""
    if fact.id == option.id:
        return "option"
    if fact.details.get("option") != option.details["option"] or fact.details.get("out") or fact.details.get("rank"):
        return ""
    if fact.id.startswith(_ALERT):
        return "" if fact.details.get("kind") == "monitoring" else "person"
    part = fact.id.removeprefix(f"{option.id}.").partition(".")[0]
    return {"note": "option", "added": "option", "fit": "person", "unknown": "person", "clear": "person", "grade": "evidence"}.get(
        part, part if part in COLUMNS else ""
    )


def _with_further(fact: Fact, option: Fact, facts: Sequence[Fact]) -> tuple[str, ...]:
    """An option with the further medicines of its combination: the sentence proposes them all."""
    if fact.id != option.id:
        return (fact.id,)
    return (
        fact.id,
        *(one.id for one in facts if one.details.get("medicine") and one.id.startswith(f"{option.id}.") and not one.details.get("rank")),
    )


def _order(journey: str, facts: Sequence[Fact], length: str) -> list[Point]:
    if length == "short":
        return []
    reasons = [fact for fact in facts if fact.id.startswith(f"{_PREFIX}{journey}.order.")]
    return _said(f"order:{journey}", reasons if length == "full" else reasons[:_REASONS])


def _rest(made: Sequence[Fact], length: str) -> Iterator[Point]:
    parts: Mapping[str, list[Fact]] = {name: [] for name in ("missing", "watch", "people")}
    for fact in made:
        tail = fact.id.removeprefix(_PREFIX).removeprefix(fact.details.get("journey", "")).strip(".").split(".")
        if tail[0] in ("missing", "watch"):
            parts[tail[0]].append(fact)
        elif len(tail) > 1 and tail[-2] == "people":
            parts["people"].append(fact)
        elif fact.id.startswith(_ALERT) and fact.details.get("kind") == "monitoring" and not fact.details.get("out"):
            parts["watch"].append(fact)
    yield from _said("missing", parts["missing"])
    for name in ("dose", "course"):
        yield from _said(name, [fact for fact in made if fact.id.startswith(f"{MADE_HERE}prediction.{name}")])
    run, _ = points_of([fact for fact in made if fact.kind == "calculation"], "short")
    yield from (Point("course", "plan.course", point.facts) for point in run)
    if length != "short":
        yield from _said("watch", parts["watch"])
        yield from _said("people", parts["people"])
    yield from _said("limits", [fact for fact in made if fact.id in {f"{_PREFIX}none", f"{_PREFIX}limits"}])


def _said(section: str, facts: Sequence[Fact]) -> list[Point]:
    return [Point(section, _SAID, ids([fact])) for fact in facts]
