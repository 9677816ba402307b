"""Measurements: each with its reference range, a flag, the place it was read from, and whether it is the newest.

The range printed by the source comes first; where it is missing, the range of our knowledge for age and sex.
A value beyond a critical limit is flagged critical; the reasons stand in `details` (see README).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from xinglin.knowledge import labs, terms
from xinglin.knowledge.labs import Analyte
from xinglin.records import Chart, Concept, Evidence, Fact, Quantity
from xinglin.records.chart import Measurement
from xinglin.records.moments import age_years, day, days_between, sort_key
from xinglin.records.quantity import LOINC
from xinglin.workup.analytes import critical_limits, known_analyte, reference_limits
from xinglin.workup.evidence import at, plain
from xinglin.workup.letter_case import in_text_case
from xinglin.workup.naming import first, in_languages, merged, named, panel_name, short_test_name, source_words
from xinglin.workup.result_words import result_words

RECENT_DAYS = 366
SPOKEN = {
    "H": "high", "HU": "high", "HH": "critical-high", "L": "low", "LU": "low", "LL": "critical-low", "N": "normal",
    "A": "abnormal", "AA": "abnormal", "POS": "abnormal", "NEG": "normal", "DET": "abnormal", "ND": "normal", ">": "high", "<": "low",
}  # fmt: skip


IMPLAUSIBLE = "implausible"


class Judgement(NamedTuple):
    """A flag with its reason: the limits used and where they come from."""

    flag: str = ""
    low: str = ""
    high: str = ""
    unit: str = ""
    by: str = ""  # source range | source interpretation | knowledge
    evidence: tuple[Evidence, ...] = ()


class Result(Struct, frozen=True, gc=False):
    """A measurement that holds something, and what it is a measurement of: looked up once for all who ask."""

    one: Measurement
    key: str
    names: Mapping[str, tuple[str, ...]]
    analyte: Analyte | None  # what our knowledge holds about it
    impossible: bool


def results_of(measurements: Iterable[Measurement]) -> list[Result]:
    """Every measurement that holds something, with its subject, in the order of the chart."""
    results = []
    for one in measurements:
        if _holds(one):
            key, names, analyte = subject_of(one)
            impossible = analyte is not None and one.quantity is not None and is_impossible(one.quantity, analyte)
            results.append(Result(one, key, names, analyte, impossible))
    return results


def measurement_facts(chart: Chart, results: Sequence[Result], as_of: str) -> list[Fact]:
    """One Fact per result (see `results_of`), in their order."""
    newest = _newest(results)
    panels = {report.source: (panel_name(report.concept.words), report.source) for report in chart.reports}
    by_result = {result: panels[report.source] for report in chart.reports for result in report.results}
    ages: dict[str, int | None] = {}
    facts: list[Fact] = []
    for result in results:
        one = result.one
        day_of = one.when[:10]
        if day_of not in ages:
            ages[day_of] = age_years(chart.person.born, day_of)
        panel = panels.get(one.panel) or by_result.get(one.source, _NO_PANEL)
        facts.append(_fact(result, _judged(result, chart.person.sex, ages[day_of]), newest[result.key] is one, as_of, panel))
    return facts


_NO_PANEL = ("", "")


def _judged(result: Result, sex: str, age: int | None) -> Judgement:
    one, analyte, quantity = result.one, result.analyte, result.one.quantity
    if result.impossible or (analyte is None and quantity is not None and is_impossible(quantity, labs.by_name(first(result.names)))):
        return Judgement(flag=IMPLAUSIBLE, by="knowledge")
    return judge(one, analyte, sex, age)


@lru_cache(maxsize=16384)
def _subject(concept: Concept, specimen: str) -> tuple[str, Mapping[str, tuple[str, ...]], Analyte | None]:
    loinc = concept.code(LOINC)
    words = tuple(short_test_name(word) for word in source_words(concept))
    own = in_languages(words)
    analyte = known_analyte(loinc) if loinc else None
    if analyte is not None:
        return f"loinc:{loinc}", merged(analyte.names, own), analyte
    if loinc:
        return f"loinc:{loinc}", own, None
    analyte = next((found for word in words for language in ("en", "zh") if (found := labs.by_name(word, language))), None)
    if analyte is not None:  # known by its name alone: what it is called, but never judged by our table (the fluid is not certain)
        own = merged(own, analyte.names)
    if "zh" not in own and (term := next((found for word in words if (found := terms.find(word))), None)):
        own = merged(own, {"zh": term.zh})
    name = words[0].casefold() if words else ""
    code = concept.codes[0] if concept.codes else None
    where = f"@{specimen.casefold()}" if specimen else ""
    return (f"local:{code.code}" if code else f"name:{name}{where}"), own, None


def subject_of(one: Measurement) -> tuple[str, Mapping[str, tuple[str, ...]], Analyte | None]:
    """(key, names, what our knowledge holds about it) of a measurement."""
    key, names, analyte = _subject(one.concept, one.specimen)
    if one.quantity is None and key.startswith("loinc:"):  # some sources reuse one code for several coded findings
        return f"{key}/{first(names).casefold()}", names, analyte
    return key, names, analyte


def _holds(one: Measurement) -> bool:
    """Whether it holds a result at all; an entry that only says that a test was cancelled holds none."""
    if one.quantity is None and one.coded is None and not any(letter.isalnum() for letter in one.text):
        return False
    return one.quantity is not None or one.concept.words.casefold() not in {"cancelled", "canceled"}


def _newest(results: Iterable[Result]) -> dict[str, Measurement]:
    """The newest measurement per key; of two at one moment the later in the chart."""
    newest: dict[str, tuple[tuple[bool, datetime], Measurement]] = {}
    for result in results:
        when, known = sort_key(result.one.when), newest.get(result.key)
        if known is None or when >= known[0]:
            newest[result.key] = (when, result.one)
    return {key: one for key, (_, one) in newest.items()}


def _fact(result: Result, verdict: Judgement, latest: bool, as_of: str, panel: tuple[str, str]) -> Fact:
    one, names, analyte = result.one, result.names, result.analyte
    sort = _class(one)
    if sort == "smoking":
        names = _smoking_names(one.concept, one.specimen, one.coded)
    value = one.quantity or (in_text_case(short_test_name(one.coded.words)) if one.coded else result_words(one.text))
    flag = verdict.flag
    details = {
        "category": one.category, "panel": panel[0], "panel_source": panel[1], "encounter": one.encounter, "specimen": one.specimen,
        "reference_low": verdict.low, "reference_high": verdict.high, "reference_unit": verdict.unit, "flag_by": verdict.by,
        "interpretation": " ".join(one.interpretations), "class": sort, "status": one.status,
        "analyte": analyte.key if analyte else "", "group": analyte.group if analyte else "",
        "method": one.method, "site": one.site, "numeric": "yes" if one.quantity is not None else "",
    }  # fmt: skip
    return Fact(
        id=f"measurement.{one.source}#{one.path}" if one.path else f"measurement.{one.source}",
        kind="measurement",
        concept=one.concept,
        text=f"{first(names, one.concept.words)} {plain(value)}{f' on {day(one.when)}' if one.when else ''}{f' ({flag})' if flag else ''}",
        evidence=(at(one.source, _value_path(one)), *verdict.evidence),
        key=result.key,
        names=names,
        value=value,
        time=one.when,
        status=one.status,
        side=one.side,
        flag=flag,
        latest=latest,
        importance=_importance(one, flag, latest, as_of),
        details={k: v for k, v in details.items() if v},
    )


@lru_cache(maxsize=1024)
def _smoking_names(concept: Concept, specimen: str, coded: Concept | None) -> Mapping[str, tuple[str, ...]]:
    answer = named(coded)[1] if coded else {}
    return merged(_subject(concept, specimen)[1], {"en": ("smoking status", "smoking"), "zh": ("吸烟情况", "吸烟史", "吸烟")}, answer)


SMOKING = {"72166-2", "11367-0", "81229-7"}


def _class(one: Measurement) -> str:
    """smoking or social for what is no measurement of the body, else ""."""
    if one.concept.code(LOINC) in SMOKING:
        return "smoking"
    return "social" if one.category in {"social-history", "survey"} else ""


def _value_path(one: Measurement) -> str:
    element = "valueQuantity" if one.quantity is not None else "valueCodeableConcept" if one.coded is not None else ""
    return f"{one.path}.{element}" if one.path and element else one.path or element


def _importance(one: Measurement, flag: str, latest: bool, as_of: str) -> int:
    if not latest:
        return 1 if flag.startswith("critical") else 0
    recent = bool(one.when) and days_between(one.when, as_of) <= RECENT_DAYS if as_of else True
    if flag.startswith("critical"):
        return 3
    if flag in {"low", "high", "abnormal"}:
        return 3 if recent else 2
    return 1 if recent else 0


def judge(one: Measurement, analyte: Analyte | None, sex: str, age: int | None) -> Judgement:
    """The flag of one measurement and its reason; empty when nothing allows a judgement."""
    said = next((SPOKEN[code.upper()] for code in one.interpretations if code.upper() in SPOKEN), "") if one.interpretations else ""
    number = _number(one.quantity)
    if one.quantity is None or number is None:
        return Judgement(flag=said, by="source interpretation" if said else "", evidence=_interpretation_place(one) if said else ())
    verdict = _by_source_range(one, number) or _by_knowledge(one.quantity, number, analyte, sex, age)
    if said and (not verdict.by or verdict.by == "knowledge" or said.startswith("critical")):
        keep = verdict if verdict.by == "source range" else Judgement()
        return keep._replace(flag=said, by="source interpretation", evidence=(*keep.evidence, *_interpretation_place(one)))
    critical = _critical(one.quantity, number, analyte)
    if critical and verdict.flag not in {"normal"}:
        return verdict._replace(flag=critical[0], by=verdict.by or "knowledge", evidence=(*verdict.evidence, critical[1]))
    return verdict


def is_impossible(quantity: Quantity, analyte: Analyte | None) -> bool:
    """Whether no living person has this value, or the test no such unit: an error or another test at the source."""
    unit, number = quantity.unit or quantity.shown_unit, _number(quantity)
    if analyte is None or number is None or quantity.comparator or not unit:
        return False
    if not labs.convertible(analyte, unit):
        return labs.canonical(unit) in labs.result_units()
    return not analyte.plausible.holds(labs.convert(analyte, number, unit))


def _interpretation_place(one: Measurement) -> tuple[Evidence, ...]:
    return (at(one.source, ".".join(p for p in (one.path, "interpretation") if p)),)


def _number(quantity: Quantity | None) -> Decimal | None:
    if quantity is None:
        return None
    try:
        return quantity.number
    except InvalidOperation:
        return None


def _side(quantity: Quantity, number: Decimal, low: Decimal | None, high: Decimal | None) -> str:
    """Where a value lies; a bounded value ("<5") is judged only where the bound decides."""
    if quantity.comparator in {"<", "<="}:
        if low is not None and number <= low:
            return "low"
        return "normal" if high is not None and number <= high and not low else ""
    if quantity.comparator in {">", ">="}:
        if high is not None and number >= high:
            return "high"
        return "normal" if low is not None and number >= low and high is None else ""
    if low is not None and number < low:
        return "low"
    if high is not None and number > high:
        return "high"
    return "normal" if low is not None or high is not None else ""


def _by_source_range(one: Measurement, number: Decimal) -> Judgement | None:
    assert one.quantity is not None
    for place, span in enumerate(one.ranges):
        if span.kind not in {"", "normal"} or (span.low is None and span.high is None):
            continue
        bounds = [bound for bound in (span.low, span.high) if bound is not None]
        if any(bound.unit and one.quantity.unit and bound.unit != one.quantity.unit for bound in bounds):
            continue
        low, high = _number(span.low), _number(span.high)
        where = ".".join(p for p in (one.path, f"referenceRange[{place}]") if p)
        return Judgement(
            _side(one.quantity, number, low, high),
            span.low.value if span.low else "",
            span.high.value if span.high else "",
            one.quantity.shown_unit or one.quantity.unit,
            "source range",
            (at(one.source, where),),
        )
    return None


def _by_knowledge(quantity: Quantity, number: Decimal, analyte: Analyte | None, sex: str, age: int | None) -> Judgement:
    limits = reference_limits(analyte, sex, age, quantity.unit or quantity.shown_unit) if analyte else None
    if limits is None:
        return Judgement()
    unit, side = quantity.shown_unit or quantity.unit, _side(quantity, number, limits.low, limits.high)
    return Judgement(side, limits.low_text, limits.high_text, unit, "knowledge", (limits.evidence,))


def _critical(quantity: Quantity, number: Decimal, analyte: Analyte | None) -> tuple[str, Evidence] | None:
    limits = critical_limits(analyte, quantity.unit or quantity.shown_unit) if analyte else None
    if limits is None or quantity.comparator:
        return None
    if limits.low is not None and number < limits.low:
        return "critical-low", limits.evidence
    if limits.high is not None and number > limits.high:
        return "critical-high", limits.evidence
    return None
