"""Fleischner 2017 and Lung-RADS v2022 for the lung nodules of the newest scan, with the rule that fired and what it used.

Nothing is assumed: a missing kind, risk, age or earlier scan, or a person the guideline does not cover, gives a gap.
Lung-RADS is only given when the scan is marked as lung cancer screening, Fleischner only when it is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from xinglin.knowledge import guidelines, terms
from xinglin.knowledge.guidelines import Category
from xinglin.records import Chart, Fact
from xinglin.records.chart import Problem
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import Lesion
from xinglin.records.moments import age_years, day, days_between, sort_key
from xinglin.records.quantity import ICD10, ICD10_CM
from xinglin.workup.imaging.fact_making import gap, in_slice, marked, rule, words
from xinglin.workup.naming import named

_SCREENING = re.compile(r"screen|筛查", re.IGNORECASE)
_CANCER_CODES = re.compile(r"C\d\d|Z85")
_WEAK_CODES = re.compile(r"D8[0-4]|B2[0-4]|Z94|D89\.8|Z79\.6")
_WEAK_WORDS = re.compile(
    r"immunodefici|immunosuppress|immunocompromis|\bHIV\b|\bAIDS\b|transplant|neutropeni|免疫缺陷|免疫抑制|艾滋|移植", re.IGNORECASE
)
_CANCER_WORDS = re.compile(
    r"cancer|carcinoma|malignan|lymphoma|leuk(?:a)?emia|melanoma|sarcoma|myeloma|癌|恶性肿瘤|淋巴瘤|白血病|肉瘤|骨髓瘤", re.IGNORECASE
)
_NO_CANCER = re.compile(r"family history|screening|suspected|家族史|筛查|疑似|待排", re.IGNORECASE)
_YEAR_DAYS = 400  # a screening round: within 12 months, with a month of grace
_STEP_DAYS = {"3": 170, "4A": 80}  # the shortest follow-up after which "stable" steps down: 6 and 3 months, with grace
_NAMES = {
    "fleischner": ("Fleischner 2017 category", "Fleischner 2017分类"),
    "lung-rads": ("Lung-RADS v2022 category", "Lung-RADS v2022分类"),
}
_ZH = {
    "risk of lung cancer": "缺少肺癌风险评估", "size of the solid part": "缺少实性成分大小", "kind of nodule": "缺少结节类型", "size": "缺少大小",
    "pattern of the calcification": "缺少钙化形态", "earlier screening CT": "缺少既往筛查CT", "earlier category": "缺少既往分类",
    "outcome of the work-up": "缺少进一步检查结果", "a rule of the table for this finding": "指南表中无对应规则",
}  # fmt: skip
Status = Literal["baseline", "new", "growing", "stable", ""]


class Untold(NamedTuple):
    """Why a guideline gives no category, per language."""

    en: str
    zh: str


def category_facts(chart: Chart, lesions: Sequence[Lesion], as_of: str) -> list[Fact]:
    """One fact or gap per lung nodule of the newest scan, largest first."""
    nodules = [one for one in lesions if (one.organ == "lung" or one.lobe) and not one.target]
    if not nodules:
        return []
    newest = max((day(one.when) for one in nodules), key=sort_key)
    now = sorted((one for one in nodules if day(one.when) == newest), key=lambda one: (-one.measures.mean_diameter_mm, one.name))
    table = "lung-rads" if _is_screening(chart, now[0]) else "fleischner"
    facts: list[Fact] = []
    for place, nodule in enumerate(now):
        earlier = [one for one in nodules if one.name == nodule.name and one.when and day(one.when) < newest]
        screened = table == "lung-rads"
        try:
            answers = [_lung_rads(chart, nodule, earlier)] if screened else _fleischner(chart, nodule, earlier, len(now), as_of)
        except InvalidInput:  # a size that no table knows: what else is told of this person is told all the same
            answers = [Untold("its size is none that the guideline knows", "其大小不在指南可判定的范围内")]
        facts.append(_fact(table, nodule, answers, largest=place == 0))
    return facts


def _is_screening(chart: Chart, nodule: Lesion) -> bool:
    """Whether the series or its study says that it is screening."""
    said = [one.description for one in chart.scans if one.uid == nodule.series_uid]
    said += [one.description for one in chart.imaging if nodule.study and one.source == nodule.study]
    return any(_SCREENING.search(text) for text in said)


def _fleischner(chart: Chart, nodule: Lesion, earlier: Sequence[Lesion], number: int, as_of: str) -> list[Category | Untold]:
    """The category, or where the table asks for the risk of lung cancer, which a doctor must judge, the one of either risk."""
    refused = _out_of_scope(chart, day(nodule.when) or as_of)
    if refused:
        return [refused]
    if earlier and nodule.measures.mean_diameter_mm - earlier[-1].measures.mean_diameter_mm > guidelines.repeatability("")["diameter"]:
        return [Untold("it advises on newly found nodules, and this one has grown", "该指南针对新发现结节，而本结节已增大")]
    several = "single" if number == 1 else "multiple"
    measures = nodule.measures

    def asked(risk: Literal["low", "high", ""]) -> Category:
        return guidelines.fleischner(nodule.kind, measures.mean_diameter_mm, several, risk, solid_mm=measures.solid_diameter_mm)

    found = asked("")
    return [asked("low"), asked("high")] if found.missing == ("risk of lung cancer",) else [found]


def _out_of_scope(chart: Chart, when: str) -> Untold | None:
    scope = guidelines.scope("fleischner_2017")
    age = age_years(chart.person.born, when)
    if age is None:
        return Untold("the age is not recorded", "年龄未记载")
    reason = "age" if age < 35 else "cancer" if any(map(_is_cancer, chart.problems)) else ""
    if not reason and any(map(_is_weakness, chart.problems)):
        reason = "immunosuppression"
    return Untold(f"it {scope[reason]['en']}", f"该指南{scope[reason]['zh']}") if reason else None


def _words_of(one: Problem) -> str:
    return " ".join([one.concept.text, *(code.display for code in one.concept.codes)])


def _is_cancer(one: Problem) -> bool:
    if one.verification in ("refuted", "entered-in-error") or _NO_CANCER.search(_words_of(one)):
        return False
    if any(_CANCER_CODES.match(code.code) for code in one.concept.codes if code.system in (ICD10, ICD10_CM)):
        return True
    term = terms.by_key(named(one.concept, "problem")[0])
    return bool(term and terms.is_a(term, "term:malignant-neoplasm")) or bool(_CANCER_WORDS.search(_words_of(one)))


def _is_weakness(one: Problem) -> bool:
    if one.verification in ("refuted", "entered-in-error"):
        return False
    coded = any(_WEAK_CODES.match(code.code) for code in one.concept.codes if code.system in (ICD10, ICD10_CM))
    return coded or bool(_WEAK_WORDS.search(_words_of(one)))


def _lung_rads(chart: Chart, nodule: Lesion, earlier: Sequence[Lesion]) -> Category | Untold:
    measures = nodule.measures
    status = _status(chart, nodule, earlier)
    if isinstance(status, Untold):
        return status
    before = ""
    if status == "stable" and nodule.kind != "ground-glass":
        first = earlier[-1]
        first_category = guidelines.lung_rads(
            first.kind, first.measures.mean_diameter_mm, "baseline", solid_mm=first.measures.solid_diameter_mm
        )
        before = first_category.category if len(earlier) == 1 else ""
        if days_between(first.when, nodule.when) < _STEP_DAYS.get(before, 0):
            return Untold("the follow-up after which a stable nodule steps down is not complete", "尚未达到稳定结节降类所需的随访时间")
    return guidelines.lung_rads(
        nodule.kind, measures.mean_diameter_mm, status, solid_mm=measures.solid_diameter_mm, earlier_category=before
    )


def _status(chart: Chart, nodule: Lesion, earlier: Sequence[Lesion]) -> Status | Untold:
    when = day(nodule.when)
    if not when:
        return Untold("the scan has no date", "检查无日期")
    if not earlier:
        scanned = [one for one in chart.scans if one.modality == "CT" and not one.synthetic and one.when and day(one.when) < when]
        if scanned:
            return Untold(
                "an earlier CT is kept in which it is not marked: it may be new or have been there",
                "既往CT中未标记该结节，无法判断是否新发",
            )
        return "baseline"
    before = earlier[-1]
    change = nodule.measures.mean_diameter_mm - before.measures.mean_diameter_mm
    if change <= guidelines.growth_mm():
        return "stable"
    if days_between(before.when, when) > _YEAR_DAYS:
        return Untold("it grew over more than 12 months", "增大发生在12个月以上")
    return "growing"


def _fact(table: str, nodule: Lesion, answers: Sequence[Category | Untold], *, largest: bool) -> Fact:
    names, told = _NAMES[table], []
    for answer in answers:
        if isinstance(answer, Untold):
            return gap(nodule, table, names, {"en": answer.en, "zh": answer.zh})
        if answer.missing:
            english = ", ".join(answer.missing)
            return gap(nodule, table, names, {"en": f"not known: {english}", "zh": "；".join(_ZH.get(one, one) for one in answer.missing)})
        told.append(answer)
    rows = tuple(rule("fleischner_2017" if table == "fleischner" else "lung_rads_2022", one.rule) for one in told)
    said = {
        "en": "; ".join(f"{one.names['en']}: {one.management['en']}" for one in told),
        "zh": "；".join(f"{one.names['zh']}：{one.management['zh']}" for one in told),
    }
    details: Mapping[str, str] = {
        "guideline": told[0].guideline, "category_name": " | ".join(one.category for one in told), "rule": " | ".join(one.rule for one in told),
        "citation": told[0].citation, "inputs": "; ".join(f"{name} {value}" for name, value in told[0].inputs.items() if name != "risk"),
        "management": " | ".join(one.management["en"] for one in told), "management_zh": " | ".join(one.management["zh"] for one in told),
        **({"risk": "to be judged by the doctor"} if len(told) > 1 else {}),
        **({"unverified": "yes"} if any(one.unverified for one in told) else {}),
    }  # fmt: skip
    places = (*rows, in_slice(nodule, nodule.measures.long_axis_ends), marked(nodule))
    return words(nodule, table, names, said, places, newest=True, importance=2 if largest else 1, details=details)
