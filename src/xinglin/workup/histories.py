"""What was done and what runs in the family: procedures, immunizations, relatives' illnesses, devices."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

from xinglin.records import Chart, Fact
from xinglin.records.chart import FamilyMember, Immunization, Procedure
from xinglin.records.moments import day, sort_key
from xinglin.workup.evidence import at
from xinglin.workup.naming import first, named, preferred

T = TypeVar("T")
_MAJOR = re.compile(
    r"ectomy\b|plasty\b|ostomy\b|resection|transplant|graft|bypass|stent|replacement|implant|pacemaker|amputation|thrombolysis|thrombectomy|"
    r"catheteri[sz]ation|dialysis|chemotherapy|radiotherapy|radiation therapy|intubation|ventilation|resuscitation|"
    r"angioplasty|biopsy|delivery|"
    r"caesarean|cesarean|childbirth|termination of pregnancy|repair|drainage|ablation|transfusion|"
    r"切除|置换|移植|支架|搭桥|手术|透析|化疗|放疗|穿刺|剖宫产",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(\d{1,3}) ?(?:a|years?|yr|岁)(?: old)?", re.IGNORECASE)
_ROUTINE = re.compile(
    r"documentation of current medications|depression screening|assessment|injection|evaluation of|auscultation|counsel|pregnancy test|"
    r"blood typing|antigen|antibody test|screening|urine |measurement of|test\b|culture|physical exam|vaccination|immunotherapy|"
    r"monitoring|education|"
    r"reconciliation|referral|questionnaire|^\d+ gauge|\breceived\b|swab|^ekg$|^triage|arterial line|multi lumen|\bpicc line\b|line placed|^or sent|"
    r"family updated|foley|vac change|trauma line|intraosseous|nutritional substance",
    re.IGNORECASE,
)


def procedure_facts(chart: Chart) -> list[Fact]:
    """One Fact per procedure, oldest first; `latest` marks the newest of its kind, `details.count` how often it was done."""
    done = [one for one in chart.procedures if one.status not in {"not-done"} and one.concept.words]
    groups = _grouped(done, lambda one: named(one.concept)[0], lambda one: one.start)
    return [_procedure(one, group) for group in groups for one in group]


def _procedure(one: Procedure, group: Sequence[Procedure]) -> Fact:
    key, names = named(one.concept)
    words = first(names, one.concept.words)
    weight = _weight(words)
    latest = one is group[-1]
    details = {
        "class": weight, "count": str(len(group)) if len(group) > 1 else "", "first_date": day(group[0].start) if len(group) > 1 else "",
        "reason": "; ".join(first(named(reason)[1]) for reason in one.reasons), "outcome": one.outcome, "encounter": one.encounter,
        "site": "; ".join(site.words for site in one.sites),
    }  # fmt: skip
    return Fact(
        id=f"procedure.{one.source}",
        kind="procedure",
        concept=one.concept,
        text=f"{words}{f' on {day(one.start)}' if one.start else ''}",
        evidence=(at(one.source, "code"), *((at(one.source),) if one.start else ())),
        key=key,
        names=names,
        time=one.start,
        start=one.start,
        end=one.end,
        status=one.status,
        side=one.side,
        latest=latest,
        importance={"major": 2, "routine": 0}.get(weight, 1) if latest else 0,
        details={name: text for name, text in details.items() if text},
    )


@lru_cache(maxsize=4096)
def _weight(words: str) -> str:
    """major, routine, or "" for what lies between."""
    return "major" if _MAJOR.search(words) else "routine" if _ROUTINE.search(words) else ""


def immunization_facts(chart: Chart) -> list[Fact]:
    """One Fact per dose, oldest first; a dose not given is a recorded absence."""
    groups = _grouped(list(chart.immunizations), lambda one: preferred(one.concept, "vaccine")[0] + one.status, lambda one: one.when)
    return [_immunization(one, group) for group in groups for one in group]


def _immunization(one: Immunization, group: Sequence[Immunization]) -> Fact:
    key, names = preferred(one.concept, "vaccine")
    given = one.status != "not-done"
    details = {"count": str(len(group)), "first_date": day(group[0].when), "dose_number": one.dose_number, "reason": one.reason_not_done}
    return Fact(
        id=f"immunization.{one.source}",
        kind="immunization",
        concept=one.concept,
        text=f"{first(names, one.concept.words)} {'given' if given else 'not given'}{f' on {day(one.when)}' if one.when else ''}",
        evidence=(at(one.source, "vaccineCode"),),
        key=key,
        names=names,
        time=one.when,
        status=one.status,
        polarity="present" if given else "absent",
        latest=one is group[-1],
        importance=1 if one is group[-1] else 0,
        details={name: text for name, text in details.items() if text},
    )


def family_facts(chart: Chart) -> list[Fact]:
    """One Fact per relative and illness, in the order of the record."""
    return [fact for one in chart.family for fact in _relative(one)]


def _relative(one: FamilyMember) -> list[Fact]:
    facts = []
    _, kin = preferred(one.relationship, "relative")
    for place, concept in enumerate(one.conditions):
        key, names = named(concept)
        onset = one.onsets[place] if place < len(one.onsets) else ""
        years = _YEARS.fullmatch(onset)
        details = {
            "relationship": first(kin, one.relationship.words), "relationship_zh": (kin.get("zh") or kin.get("en", ("",)))[0],
            "onset": "" if years else onset, "onset_years": years.group(1) if years else "", "died": one.died,
        }  # fmt: skip
        facts.append(
            Fact(
                id=f"family.{one.source}#condition[{place}]",
                kind="family",
                concept=concept,
                text=f"{first(kin, one.relationship.words)}: {first(names, concept.words)}",
                evidence=(at(one.source, f"condition[{place}]"), at(one.source, "relationship")),
                key=key,
                names=names,
                importance=1,
                details={name: text for name, text in details.items() if text},
            )
        )
    return facts


def device_facts(chart: Chart) -> list[Fact]:
    """One Fact per device of the person."""
    facts = []
    for one in chart.devices:
        key, names = named(one.concept)
        if one.concept.words and one.status != "inactive":
            words = first(names, one.name)
            facts.append(
                Fact(f"device.{one.source}", "device", one.concept, words, (at(one.source, "type"),), key, names, status=one.status)
            )
    return facts


def _grouped(entries: list[T], key: Callable[[T], str], when: Callable[[T], str]) -> list[list[T]]:
    groups: dict[str, list[T]] = {}
    for one in sorted(entries, key=lambda entry: sort_key(when(entry))):
        groups.setdefault(key(one), []).append(one)
    return list(groups.values())
