"""What could be done for one person: which journeys their record opens, and for each option whether it fits, is ruled out, or cannot be told.

Pure: facts and rows of knowledge in, verdicts out, each with the fact it rests on. Nothing is ranked here and nothing is worded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from xinglin.knowledge import drugs, labs, terms, therapies
from xinglin.records import Fact
from xinglin.records.errors import InvalidInput
from xinglin.records.fact import MADE_HERE
from xinglin.records.quantity import Quantity
from xinglin.records.therapy import Criterion, Journey, TherapyOption
from xinglin.workup.tumour_changes import changes_of, is_wild, receptor

Verdict = Literal["met", "not-met", "unknown"]
Standing = Literal["fits", "excluded", "unknown"]
_CALCULATED = {
    "egfr": "calculation.ckd_epi_2021",
    "creatinine_clearance": "calculation.cockcroft_gault",
    "qtc": "calculation.qtc_fridericia",
}
_NEGATIVE = re.compile(r"\bneg\w*|\babsent\b|\bnot detected\b|阴性|未检出|未见", re.IGNORECASE)


class Judged(NamedTuple):
    """One criterion held against the record: met or not, or not known; `facts` are what it rests on, `shown` the value as recorded."""

    criterion: Criterion
    verdict: Verdict
    facts: tuple[str, ...] = ()
    shown: str = ""


class Weighed(NamedTuple):
    """One option for this person. `needs` and `excludes` run beside the option's own."""

    option: TherapyOption
    standing: Standing
    needs: tuple[Judged, ...]
    excludes: tuple[Judged, ...]

    @property
    def against(self) -> tuple[Judged, ...]:
        """Why it is ruled out."""
        return (*(one for one in self.needs if _rules_out(one)), *(one for one in self.excludes if one.verdict == "met"))

    @property
    def missing(self) -> tuple[Judged, ...]:
        """What the record does not say and the option asks."""
        return tuple(one for one in (*self.needs, *self.excludes) if one.verdict == "unknown" and one.criterion.unknown == "ask")


def opened(facts: Sequence[Fact], journeys: Sequence[Journey]) -> tuple[tuple[Journey, tuple[str, ...]], ...]:
    """The journeys that a record opens, each with the facts that open it: an active illness, or a medicine that is taken."""
    found = []
    for journey in journeys:
        by = [
            f.id
            for f in facts
            if f.kind == "problem"
            and f.polarity == "present"
            and f.status != "resolved"
            and any(terms.is_kind_of(f.key, key) for key in journey.problems)
        ]
        by += [
            f.id for f in facts if f.kind == "medicine" and f.status == "current" and f.key.removeprefix("term:") in journey.with_medicines
        ]
        if by:
            found.append((journey, tuple(by)))
    return tuple(found)


def weighed(journey: Journey, facts: Sequence[Fact]) -> tuple[Weighed, ...]:
    """Every option of a journey held against the facts of one person, in the order of the journey."""
    return tuple(_weighed(option, facts) for option in journey.options)


def asked(journey: Journey, facts: Sequence[Fact]) -> tuple[Judged, ...]:
    """What the plan wants to know beyond its options, with what the record says."""
    return tuple(held(criterion, facts) for criterion in journey.asks)


def _weighed(option: TherapyOption, facts: Sequence[Fact]) -> Weighed:
    needs = tuple(held(criterion, facts) for criterion in option.needs)
    excludes = tuple(held(criterion, facts) for criterion in option.excludes)
    if any(_rules_out(one) for one in needs) or any(one.verdict == "met" for one in excludes):
        standing: Standing = "excluded"
    elif any(one.verdict == "unknown" and one.criterion.unknown == "ask" for one in needs):
        standing = "unknown"
    else:
        standing = "fits"
    return Weighed(option, standing, needs, excludes)


def _rules_out(one: Judged) -> bool:
    return one.verdict == "not-met" or (one.verdict == "unknown" and one.criterion.unknown == "exclude")


def held(criterion: Criterion, facts: Sequence[Fact]) -> Judged:
    """One criterion against the facts. Raises InvalidInput XL-PLAN-001 for words that mean nothing here."""
    about, _, key = criterion.about.partition(":")
    finders = {
        "problem": _problem,
        "medicine": _medicine,
        "allergy": _allergy,
        "gene": _gene,
        "analyte": _analyte,
        "stage": _stage,
        "score": _score,
        "marker": _marker,
        "device": _device,
        "finding": _finding,
        "line": _line,
    }
    if about in finders:
        return finders[about](criterion, key, facts)
    if about in {"age", "sex", "pregnant"}:
        return _person(criterion, about, facts)
    raise InvalidInput(
        "XL-PLAN-001", "a criterion asks about something that is not known here", where=criterion.about, fix="see records/therapy.py"
    )


def _presence(criterion: Criterion, found: Sequence[Fact], denied: Sequence[Fact] = ()) -> Judged:
    """Present or absent: a record that says nothing of an illness does not deny it, but a plan goes by what is recorded."""
    ids = tuple(fact.id for fact in found or denied)
    present = bool(found)
    met = present if criterion.is_ in {"present", "one-of"} else not present
    if not present and not denied and criterion.is_ in {"present", "one-of"} and criterion.unknown == "ask":
        return Judged(criterion, "unknown")
    return Judged(criterion, "met" if met else "not-met", ids, found[0].text if found else "")


def _problem(criterion: Criterion, key: str, facts: Sequence[Fact]) -> Judged:
    wanted = criterion.values or (key,)
    mine = [f for f in facts if f.kind == "problem" and any(terms.is_kind_of(f.key, one) for one in wanted)]
    return _presence(
        criterion, [f for f in mine if f.polarity == "present" and f.status != "resolved"], [f for f in mine if f.polarity == "absent"]
    )


def _medicine(criterion: Criterion, key: str, facts: Sequence[Fact]) -> Judged:
    wanted = criterion.values or (key,)
    return _presence(
        criterion, [f for f in facts if f.kind == "medicine" and f.status == "current" and f.key.removeprefix("term:") in wanted]
    )


def _allergy(criterion: Criterion, key: str, facts: Sequence[Fact]) -> Judged:
    wanted = criterion.values or (key,)
    return _presence(
        criterion,
        [f for f in facts if f.kind == "allergy" and f.polarity == "present" and any(terms.is_kind_of(f.key, one) for one in wanted)],
    )


def _gene(criterion: Criterion, gene: str, facts: Sequence[Fact]) -> Judged:
    """A tumour's change or a star-allele phenotype. Values are compared as words: "L858R", "Poor Metabolizer"."""
    either = gene.split("|")
    mine = [f for f in facts if f.kind == "gene" and f.details.get("gene") in either]
    if not mine:
        return Judged(criterion, "unknown")
    known = [f for f in mine if f.polarity != "uncertain"]
    if not known:
        return Judged(criterion, "unknown", tuple(f.id for f in mine))
    hits = [f for f in known if not is_wild(f) and (not criterion.values or any(_says(f, value) for value in criterion.values))]
    if not hits and {f.details.get("gene") for f in known} != set(either):
        return Judged(criterion, "unknown", tuple(f.id for f in known))
    met = bool(hits) if criterion.is_ in {"present", "one-of"} else not hits
    shown = (hits or known)[0]
    return Judged(criterion, "met" if met else "not-met", tuple(f.id for f in hits or known), shown.text)


def _says(fact: Fact, value: str) -> bool:
    """Whether a genetic result is what an option asks for: a phenotype or diplotype word for word, or a tumour's change."""
    words = (fact.details.get("phenotype", ""), fact.details.get("diplotype", ""), fact.details.get("class", ""))
    wanted = value.casefold()
    return wanted in {word.casefold() for word in words} or wanted in {change.casefold() for change in changes_of(fact)}


def _analyte(criterion: Criterion, key: str, facts: Sequence[Fact]) -> Judged:
    mine = [
        f
        for f in facts
        if f.kind in {"measurement", "calculation"}
        and (f.details.get("analyte") == key or f.id in {f"calculation.{key}", _CALCULATED.get(key)})
    ]
    newest = next((f for f in mine if f.latest and f.kind == "measurement"), mine[-1] if mine else None)
    if newest is None:
        return Judged(criterion, "unknown")
    if isinstance(newest.value, str) or criterion.is_ == "one-of":
        met = any(value.casefold() in str(newest.value or newest.text).casefold() for value in criterion.values)
        return Judged(criterion, "met" if met else "not-met", (newest.id,), newest.text)
    number = _in(newest.value, key, criterion.unit)
    return Judged(criterion, "unknown", (newest.id,), newest.text) if number is None else _compared(criterion, number, newest)


def _in(value: Quantity | str | None, key: str, unit: str) -> float | None:
    if not isinstance(value, Quantity):
        return None
    analyte, written = labs.analyte(key), value.unit or value.shown_unit
    if not unit or written == unit:
        return float(value.number)
    if analyte is None:
        return None
    try:
        return float(labs.convert(analyte, Decimal(value.value), written, unit))
    except InvalidInput:
        return None


def _compared(criterion: Criterion, number: float, fact: Fact) -> Judged:
    limit = criterion.number if criterion.number is not None else 0.0
    met = number < limit if criterion.is_ == "below" else number >= limit
    return Judged(criterion, "met" if met else "not-met", (fact.id,), fact.text)


def _score(criterion: Criterion, key: str, facts: Sequence[Fact]) -> Judged:
    fact = next((f for f in facts if f.id in {f"calculation.{key}", f"{MADE_HERE}score.{key}"}), None)
    if fact is None:
        return Judged(criterion, "unknown")
    if criterion.values:
        said = f"{fact.text} {fact.flag} {fact.details.get('class', '')}".casefold().split()
        met = any(value.casefold() in said for value in criterion.values)
        return Judged(criterion, "met" if met == (criterion.is_ != "absent") else "not-met", (fact.id,), fact.text)
    if not isinstance(fact.value, Quantity):
        return Judged(criterion, "unknown", (fact.id,), fact.text)
    return _compared(criterion, float(fact.value.number), fact)


def _device(criterion: Criterion, key: str, facts: Sequence[Fact]) -> Judged:
    """A device or what was put in by an operation: a stent, an artificial valve."""
    wanted = criterion.values or (key,)
    found = [
        f for f in facts
        if f.kind in {"device", "procedure", "problem"} and f.polarity == "present" and any(terms.is_kind_of(f.key, one) for one in wanted)
    ]  # fmt: skip
    return _presence(criterion, found)


def _finding(criterion: Criterion, key: str, facts: Sequence[Fact]) -> Judged:
    """A finding by its word, or a receptor by its result."""
    named = _problem(criterion, key, facts)
    if named.facts:
        return named
    standing, behind = receptor(key, facts)
    if standing == "unknown":
        return Judged(criterion, "unknown", tuple(f.id for f in behind))
    met = (standing == "positive") == (criterion.is_ != "absent")
    return Judged(criterion, "met" if met else "not-met", tuple(f.id for f in behind), behind[0].text)


def _line(criterion: Criterion, _key: str, facts: Sequence[Fact]) -> Judged:
    """Whether a medicine against cancer was given before: first or later."""
    given = [f for f in facts if f.kind == "medicine" and _against_cancer(f.key.removeprefix("term:"))]
    met = ("later" if given else "first") in criterion.values
    return Judged(criterion, "met" if met else "not-met", tuple(f.id for f in given), given[0].text if given else "")


def _against_cancer(medicine: str) -> bool:
    """By its class; of a medicine that the tables do not know, whether an option of such a question names it."""
    return "antineoplastic" in drugs.classes_of(medicine) if drugs.medicine(medicine) is not None else medicine in _given_in_lines()


@lru_cache(maxsize=1)
def _given_in_lines() -> frozenset[str]:
    """Every medicine of the questions whose options come in lines."""
    asking = [
        journey for journey in therapies.journeys() if any(c.about == "line" for o in journey.options for c in (*o.needs, *o.excludes))
    ]
    return frozenset(one.medicine for journey in asking for option in journey.options for one in option.medicines)


def _marker(criterion: Criterion, key: str, facts: Sequence[Fact]) -> Judged:
    """A result of a tumour under one of the names that reports give it: PD-L1, receptors, a recurrence score."""
    row = therapies.marker(key)
    if row is None:
        raise InvalidInput(
            "XL-PLAN-002", "a criterion asks about a marker that has no names", where=criterion.about, fix="see knowledge/therapies"
        )
    called = {name.casefold() for name in (*row.en, *row.zh)}
    mine = [f for f in facts if f.kind in {"measurement", "gene", "problem"} and (called & _called(f) or _loinc(f) in row.loincs)]
    newest = max(mine, key=lambda f: f.time, default=None)
    if newest is None:
        return Judged(criterion, "unknown")
    if isinstance(newest.value, Quantity) and criterion.number is not None:
        return _compared(criterion, float(newest.value.number), newest)
    if criterion.number is not None and not criterion.values:
        return Judged(criterion, "unknown", (newest.id,), newest.text)
    words = str(newest.value or newest.text) if not isinstance(newest.value, Quantity) else newest.text
    if criterion.is_ in {"present", "absent"}:
        there = newest.polarity == "present" and not _NEGATIVE.search(words)
        return Judged(criterion, "met" if there == (criterion.is_ == "present") else "not-met", (newest.id,), newest.text)
    met = any(value.casefold() in words.casefold() for value in criterion.values)
    return Judged(criterion, "met" if met else "not-met", (newest.id,), newest.text)


def _loinc(fact: Fact) -> str:
    return fact.key.removeprefix("loinc:").partition("/")[0] if fact.key.startswith("loinc:") else ""


def _called(fact: Fact) -> set[str]:
    return {fact.concept.words.casefold(), *(name.casefold() for names in fact.names.values() for name in names)}


def _stage(criterion: Criterion, _key: str, facts: Sequence[Fact]) -> Judged:
    """The stage of a cancer, not of the kidneys; "I" is the stages I, IA and IB and neither II nor IV."""
    fact = next(
        (f for f in facts if f.kind == "problem" and f.details.get("stage") and terms.is_kind_of(f.key, "malignant-neoplasm")), None
    )
    if fact is None:
        return Judged(criterion, "unknown")
    met = any(re.match(f"{re.escape(value)}(?![ivx0-9])", fact.details["stage"], re.IGNORECASE) for value in criterion.values)
    return Judged(criterion, "met" if met == (criterion.is_ != "absent") else "not-met", (fact.id,), fact.text)


def _person(criterion: Criterion, about: str, facts: Sequence[Fact]) -> Judged:
    person = next((f for f in facts if f.id == "person"), None)
    if about == "pregnant":
        return _presence(
            criterion, [f for f in facts if f.kind == "problem" and f.status == "active" and terms.is_kind_of(f.key, "normal-pregnancy")]
        )
    if person is None:
        return Judged(criterion, "unknown")
    if about == "sex":
        sex = person.details.get("sex", "")
        return (
            Judged(criterion, "unknown")
            if not sex
            else Judged(criterion, "met" if sex in criterion.values else "not-met", (person.id,), sex)
        )
    years = person.details.get("age_years") or ("0" if person.details.get("age_months") or person.details.get("age_days") else "")
    return _compared(criterion, float(years), person) if years else Judged(criterion, "unknown")
