"""What the record does not hold and a reader would look for. A gap is never an absence: "nothing recorded" is not "none".

The evidence of a gap is the patient's resource: the record that was searched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xinglin.records import Chart, Concept, Fact
from xinglin.workup.encounters import STAYS
from xinglin.workup.evidence import at
from xinglin.workup.selections import is_laboratory

_SMOKING = re.compile(r"tobacco|smok|nicotine dependence|吸烟|烟草", re.IGNORECASE)
_NAMES = {
    "record": ("clinical entries", "任何临床记录"),
    "allergies": ("allergy status", "过敏史"),
    "medicines": ("medicines", "用药记录"),
    "problems": ("problems or diagnoses", "问题或诊断"),
    "laboratory": ("laboratory results", "检验结果"),
    "weight": ("body weight", "体重"),
    "smoking": ("smoking status", "吸烟史"),
    "age": ("date of birth", "出生日期"),
    "sex": ("sex", "性别"),
    "admissions": ("hospital admission", "住院记录"),
    "encounters": ("encounters or admissions", "就诊或住院记录"),
    "discharge": ("discharge disposition", "出院去向"),
    "follow_up": ("follow-up plan", "随访计划"),
    "reports": ("imaging or report conclusions", "影像或报告结论"),
    "lesions": ("lesion marked in images", "影像中已标记的病灶"),
}


def gap_facts(chart: Chart, facts: Sequence[Fact]) -> list[Fact]:
    """One Fact per thing that is missing, in a fixed order."""
    kinds = {fact.kind for fact in facts}
    if not kinds - {"person", "gap"}:
        return [_gap(chart, "record", 3), *_person_gaps(chart)]
    missing = [
        ("allergies", "allergy" not in kinds, 3),
        ("problems", "problem" not in kinds, 2),
        ("medicines", "medicine" not in kinds, 2),
        ("laboratory", not any(_is_lab(fact) for fact in facts), 1),
        ("weight", not any(fact.key in {"loinc:29463-7", "loinc:3141-9"} for fact in facts), 1),
        ("smoking", not any(_tells_smoking(fact) for fact in facts), 1),
        ("encounters", "encounter" not in kinds, 1),
        ("admissions", "encounter" in kinds and not any(_is_stay(fact) for fact in facts), 1),
        ("follow_up", "plan" not in kinds, 1),
        ("discharge", not any(e.discharge.words for e in chart.encounters), 1),
        ("reports", "report" not in kinds, 0),
        ("lesions", not chart.lesions, 0),
    ]
    return [_gap(chart, what, weight) for what, lacking, weight in missing if lacking] + _person_gaps(chart) + _lacking_parts(chart, facts)


def _is_stay(fact: Fact) -> bool:
    return fact.kind == "encounter" and fact.details.get("setting") in STAYS


def _is_lab(fact: Fact) -> bool:
    return fact.kind == "measurement" and is_laboratory(fact)


def _tells_smoking(fact: Fact) -> bool:
    if fact.details.get("class") == "smoking":
        return True
    return fact.kind == "problem" and bool(_SMOKING.search(" ".join(name for names in fact.names.values() for name in names)))


def _person_gaps(chart: Chart) -> list[Fact]:
    lacking = (("age", not chart.person.born), ("sex", chart.person.sex == "unknown"))
    return [_gap(chart, what, 2) for what, missing in lacking if missing]


def _lacking_parts(chart: Chart, facts: Sequence[Fact]) -> list[Fact]:
    """Results without a unit and current medicines without a dose, named one by one."""
    return [
        Fact(
            id=f"gap.dose.{fact.id}",
            kind="gap",
            concept=fact.concept,
            text=f"No dose is recorded for {fact.concept.words}",
            evidence=fact.evidence[:1],
            key="gap:dose",
            names=fact.names,
            importance=2,
            details={"about": fact.id},
        )
        for fact in facts
        if fact.kind == "medicine" and fact.status == "current" and not (fact.details.get("dose") or fact.details.get("dose_count"))
    ]


def _gap(chart: Chart, what: str, importance: int) -> Fact:
    english, chinese = _NAMES[what]
    return Fact(
        id=f"gap.{what}",
        kind="gap",
        concept=Concept(text=english),
        text=f"The record holds no {english}",
        evidence=(at(chart.person.source or "Patient"),),
        key=f"gap:{what}",
        names={"en": (english,), "zh": (chinese,)},
        importance=importance,
    )
