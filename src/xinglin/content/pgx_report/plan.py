"""What a report on genes and medicines says, and in which order: card, medicines taken, genes, medicines by group, what is open, limits.

Only picks and orders facts; what is advised is said in the sentences of the facts themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from xinglin.content.pgx_report.groups import groups
from xinglin.models.phrasebook.wordbook import complete, word_book
from xinglin.records import Chart, ContentRequest, Fact, Point
from xinglin.records.draft import SectionTable
from xinglin.records.errors import UsageError
from xinglin.shelf.promises import Plan
from xinglin.workup.gene_report_facts import ADVICE, GENE, VARIANT, is_unusual

WORDS = word_book(Path(__file__).with_name("words"))
_SAID = "pgx.said"
_LENGTHS = ("short", "standard", "full")
_GENES = ("gene", "meaning", "read")
_ADVICE = ("medicine", "advice")


def plan(request: ContentRequest, chart: Chart, facts: Sequence[Fact]) -> Plan:
    """Points of the report. Raises UsageError XL-PGXREP-001 for an unknown length."""
    length = request.options.get("length", "standard")
    if length not in _LENGTHS:
        raise UsageError("XL-PGXREP-001", "length must be short, standard or full", where="option length")
    words = complete(WORDS[request.language], request.language)
    calls = [fact for fact in facts if fact.id.startswith("gene.call.")]
    made = [fact for fact in facts if fact.id.startswith((GENE, ADVICE, VARIANT))]
    points = [*_card(calls, made), *_taken(made)]
    headed = [("card", words["section.card"]), ("taken", words["section.taken"]), ("genes", words["section.genes"])]
    tables = []
    if length != "short":
        points += _genes(calls, made, full=length == "full")
        tables.append(SectionTable("genes", tuple((one, words[f"column.{one}"]) for one in _GENES)))
        for group in groups():
            rows = list(_rows(f"advice:{group.key}", group.medicines, made))
            points += rows
            if rows:
                headed.append(
                    (f"advice:{group.key}", words["section.advice"].format(group=group.zh if request.language == "zh" else group.en))
                )
                tables.append(SectionTable(f"advice:{group.key}", tuple((one, words[f"column.{one}"]) for one in _ADVICE)))
    points += _said(
        "limits", [fact for fact in made if fact.id in {f"{GENE}none", f"{GENE}untested"} or fact.id.startswith(f"{GENE}limits")]
    )
    used = {point.section for point in points}
    said = {one for point in points for one in point.facts}
    must = tuple(
        fact.id
        for fact in (*calls, *made)
        if fact.id in said and (fact.importance >= 3 or fact.id.startswith("gene.call.") or fact.id == f"{GENE}none")
    )
    return Plan(
        words["title"],
        tuple(one for one in (*headed, ("limits", words["section.limits"])) if one[0] in used),
        tuple(points),
        must,
        tuple(tables),
    )


def _card(calls: Sequence[Fact], made: Sequence[Fact]) -> Iterator[Point]:
    """Genes that are not as usual, and the medicines they touch, short enough for a card."""
    for fact in calls:
        gene = fact.details["gene"]
        if fact.polarity == "present" and is_unusual(fact):
            yield Point("card", _SAID, (f"{GENE}{gene}.line", fact.id))
    for name in ("avoid", "dose", "watch"):
        yield from _said("card", [fact for fact in made if fact.id == f"{ADVICE}card.{name}"])


def _taken(made: Sequence[Fact]) -> Iterator[Point]:
    """What the guidelines say of each medicine that is taken now; what they ask for and nobody has tested; those they do not speak of."""
    advice = [fact for fact in made if fact.id.startswith(ADVICE)]
    told = [fact for fact in advice if fact.id.endswith(".taken")]
    yield from _said("taken", sorted(told, key=lambda fact: fact.importance, reverse=True))
    yield from _said("taken", [fact for fact in advice if fact.id.endswith(".untested")])
    yield from _said("taken", [fact for fact in advice if fact.id == f"{ADVICE}silent"])
    yield from _said("taken", [fact for fact in made if fact.id == f"{GENE}taken.none"])


def _genes(calls: Sequence[Fact], made: Sequence[Fact], *, full: bool) -> Iterator[Point]:
    """A row per gene: the call, what it means, where it was read and what stays open."""
    known = {one.id for one in made}
    for fact in calls:
        gene = fact.details["gene"]
        for key, column in (("found", "gene"), ("meaning", "meaning")):
            if f"{GENE}{gene}.{key}" in known:
                yield Point("genes", _SAID, (f"{GENE}{gene}.{key}", fact.id), cell=(gene, column))
        places = [one for one in made if one.id.startswith(VARIANT) and one.details["gene"] == gene]
        for one in made:
            if one.id == f"{GENE}{gene}.source":
                yield Point("genes", _SAID, (one.id, *(place.id for place in places)), cell=(gene, "read"))
            elif one.id.startswith(f"{GENE}{gene}.open."):
                yield Point("genes", _SAID, (one.id,), cell=(gene, "read"))
        for place in places if full else ():
            yield Point("genes", _SAID, (place.id,), cell=(gene, "gene"))


def _rows(section: str, medicines: Sequence[str], made: Sequence[Fact]) -> Iterator[Point]:
    """A row per set of medicines of a group with the same advice: their names with this person's results, and the advice."""
    for row in made:
        named = row.details.get("medicines", "").split()
        if not named or named[0] not in medicines or not row.id.endswith(".row"):
            continue
        yield Point(section, _SAID, (row.id,), cell=(row.id, "medicine"))
        advice = [one for one in made if one.details.get("medicine_key") in named and not one.id.endswith(".taken")]
        for said in dict.fromkeys(one.details["said"] for one in advice):
            yield Point(section, _SAID, tuple(one.id for one in advice if one.details["said"] == said), cell=(row.id, "advice"))


def _said(section: str, facts: Sequence[Fact]) -> list[Point]:
    return [Point(section, _SAID, (fact.id,)) for fact in facts]
