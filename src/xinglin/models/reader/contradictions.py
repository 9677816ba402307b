"""Two sentences of one text that cannot both be true: a thing affirmed and denied, two values at one time, two sides."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xinglin.models.reader.agreement import number_of
from xinglin.models.reader.findings import Finding
from xinglin.models.reader.judging import same_subject
from xinglin.models.reader.quotes import without_quotes
from xinglin.models.reader.units import converted
from xinglin.records.reading import CheckCase, Claim, SaidNumber, Sentence


def contradictions_of(case: CheckCase) -> tuple[Finding, ...]:
    """The contradictions of a text; what our own draft quotes from the record contradicts nothing."""
    found = find_contradictions(case.sentences)
    return find_contradictions(without_quotes(case, case.sentences)) if found and case.cited else found


def find_contradictions(sentences: Sequence[Sentence]) -> tuple[Finding, ...]:
    """One finding per later claim that an earlier one of the same text contradicts."""
    seen: dict[str, list[tuple[Sentence, Claim]]] = {}
    found: list[Finding] = []
    for sentence in sentences:
        for claim in sentence.claims:
            if not claim.key or claim.kind in ("person", "gap"):
                continue
            before = seen.setdefault(claim.key, [])
            for earlier, other in before:
                why = _clash(other, claim) if same_subject(other, claim) else ""
                if why and earlier is not sentence:
                    span = claim.subject
                    found.append(
                        Finding("contradiction", "contradicted", why, sentence.id, span.text, earlier.text[:80], (), span.start, span.end)
                    )
                    break
            before.append((sentence, claim))
    return tuple(found)


def _clash(one: Claim, other: Claim) -> str:
    if one.kind == "measurement":
        return _values_clash(one, other)
    if one.certainty == "uncertain" or other.certainty == "uncertain":
        return ""
    if one.negated != other.negated and one.kind != "medicine":
        return "One sentence affirms it, another denies it"
    if (
        one.side
        and other.side
        and {one.side, other.side} == {"left", "right"}
        and one.subject.text.lower() == other.subject.text.lower()
        and not _other_time(one, other)
    ):
        return "Two sentences give two sides"
    pair = {one.status, other.status}
    if (pair in ({"active", "resolved"}, {"current", "stopped"})) and not _other_time(one, other):
        return "Two sentences disagree on whether it goes on"
    return ""


def _values(claim: Claim) -> list[SaidNumber]:
    return [number for number in claim.numbers if number.role == "value" and not number.comparator and not number.approximate]


def _values_clash(one: Claim, other: Claim) -> str:
    mine, theirs = _values(one), _values(other)
    if len(mine) != 1 or len(theirs) != 1 or one.moment == "older" or other.moment == "older" or one.part or other.part:
        return ""
    same_time = one.times and other.times and _overlap(one, other)
    both_newest = one.moment == "newest" and other.moment == "newest"
    if not (same_time or both_newest):
        return ""
    if one.times and one.times[0].start != one.times[0].end:
        return ""
    loinc = one.key.removeprefix("loinc:")
    value = number_of(theirs[0].value)
    first = converted(mine[0].value, mine[0].unit, theirs[0].unit, loinc) if mine[0].unit and theirs[0].unit else number_of(mine[0].value)
    if first is None or value is None or abs(first - value) <= abs(value) * Decimal("0.05"):
        return ""
    return "Two sentences give two values for one time"


def _overlap(one: Claim, other: Claim) -> bool:
    return any(a.start == b.start and a.end == b.end for a in one.times for b in other.times)


def _other_time(one: Claim, other: Claim) -> bool:
    return bool(one.times and other.times and not _overlap(one, other))
