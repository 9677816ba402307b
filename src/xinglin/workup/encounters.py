"""The timeline of visits and stays: one Fact each, and which is the current one, the last, the last admission.

Settings are read from the v3-ActCode class of the encounter; a stay in intensive care is recognised by its place or type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from xinglin.records import Chart, Concept, Fact
from xinglin.records.chart import Encounter
from xinglin.records.moments import day, days_between, first_instant, sort_key
from xinglin.workup.evidence import at
from xinglin.workup.letter_case import in_text_case, sentence_case
from xinglin.workup.naming import clean, first, merged, named
from xinglin.workup.person import has_died

SETTINGS = {
    "IMP": "inpatient", "ACUTE": "inpatient", "NONAC": "inpatient", "OBSENC": "inpatient", "PRENC": "planned", "SS": "day-case",
    "EMER": "emergency", "AMB": "outpatient", "HH": "home", "VR": "virtual", "FLD": "field",
}  # fmt: skip
_NAMES = {
    "inpatient": ("admission", "住院"), "day-case": ("day-case stay", "日间住院"), "emergency": ("emergency visit", "急诊就诊"),
    "outpatient": ("outpatient visit", "门诊就诊"), "home": ("home visit", "居家访视"), "virtual": ("remote visit", "线上就诊"),
    "planned": ("planned admission", "计划入院"), "icu": ("intensive care stay", "重症监护"), "field": ("visit", "就诊"),
    "": ("visit", "就诊"),
}  # fmt: skip
_ICU = re.compile(r"intensive care|\b[A-Z]{0,3}ICU\b|critical care|重症|加护", re.IGNORECASE)
_INPATIENT_WORDS = re.compile(r"\b(?:inpatient|hospital admission|admission to|hospitalization)\b|住院", re.IGNORECASE)
_EMERGENCY_WORDS = re.compile(r"\bemergency\b|急诊|急診", re.IGNORECASE)
STAYS = frozenset({"inpatient", "icu", "day-case"})
_ENCOUNTER_FOR = re.compile(r"^encounter for ", re.IGNORECASE)
_EMPTY_TYPE = re.compile(
    r"|(?:patient |outpatient |inpatient |ambulatory |emergency )?"
    r"(?:encounter|visit|procedure|stay|admission|problem|symptom)(?: procedure)?|"
    r"encounter inpatient|emergency (?:room |hospital )?(?:admission|encounter|visit)|hospital admission|ambulatory|"
    r"patient encounter procedure",
    re.IGNORECASE,
)
_TYPES_ZH = {
    "check up": "体检", "check-up": "体检", "follow-up encounter": "随访", "consultation for treatment": "治疗咨询",
    "prenatal visit": "产前检查",
    "prenatal initial visit": "初次产前检查", "postnatal visit": "产后访视", "patient-initiated encounter": "患者主动就诊",
    "obstetric emergency hospital admission": "产科急诊入院", "death certification": "死亡证明",
}  # fmt: skip
_DEATH = re.compile(r"death certif|死亡证明", re.IGNORECASE)
_NOT_REAL = {"cancelled", "entered-in-error"}


def setting_of(one: Encounter) -> str:
    """inpatient, emergency, icu, outpatient, day-case, home, virtual, planned, or "" when the record does not say."""
    coded = SETTINGS.get(one.setting.upper(), "")
    if coded in {"emergency", "outpatient", "day-case", ""} and one.discharge.words and _hours(one) >= 24:
        return "inpatient"  # an encounter of a day or more that ends in a discharge is a stay, whatever it began as
    return _setting(coded, f"{one.concept.words} {one.location}")


@lru_cache(maxsize=4096)
def _setting(coded: str, words: str) -> str:
    if _ICU.search(words) and coded in {"inpatient", ""}:
        return "icu"
    if coded and coded != "outpatient":
        return coded
    if _EMERGENCY_WORDS.search(words):
        return "emergency"
    return "inpatient" if _INPATIENT_WORDS.search(words) else coded


def encounter_facts(chart: Chart, as_of: str = "") -> list[Fact]:
    """One Fact per visit or stay, oldest first; `details.role` marks the current, the last and the last admission."""
    real = [one for one in chart.encounters if one.status not in _NOT_REAL]
    ordered = sorted(real, key=lambda one: (sort_key(one.start), one.source))
    dead = has_died(chart.person, as_of)
    roles = _roles([one for one in ordered if not (dead and _after_death(one, chart.person.died))], dead)
    return [_fact(one, roles.get(one.source, "")) for one in ordered]


def _roles(ordered: list[Encounter], dead: bool) -> dict[str, str]:
    """Which encounter is the last, the last admission, a current one, by source. The dead have no current one."""
    roles: dict[str, str] = {}
    if ordered:
        roles[ordered[-1].source] = "last"
    stays = [one for one in ordered if setting_of(one) in {"inpatient", "day-case"} and one.status != "planned"]
    if stays:
        roles[stays[-1].source] = "last-admission"
    if stays and ordered[-1] is not stays[-1] and _within(ordered[-1], stays[-1]):
        del roles[ordered[-1].source]  # a ward or intensive care episode of the last admission is not a visit of its own
    for one in ordered:
        if one.status in {"in-progress", "arrived", "triaged", "onleave"} and not dead:
            roles[one.source] = "current"
    return roles


def _after_death(one: Encounter, died: str) -> bool:
    """Whether it is no care of a living person: a death certificate, or dated after the day of death."""
    return bool(_DEATH.search(one.concept.words)) or (died != "yes" and bool(one.start) and day(one.start) > day(died))


def _fact(one: Encounter, role: str) -> Fact:
    setting = setting_of(one)
    english = _NAMES.get(setting, _NAMES[""])[0]
    reasons = [named(reason)[1] for reason in one.reasons if reason.words]
    diagnoses = " ".join(one.diagnoses)
    kind, kind_zh = _type(one.concept)
    details = {
        "setting": setting, "role": role, "type": kind, "type_zh": kind_zh, "location": one.location, "service": one.service,
        "reason": "; ".join(first(names) for names in reasons),
        "reason_zh": "；".join((n.get("zh") or n.get("en", ("",)))[0] for n in reasons),
        "discharge": sentence_case(one.discharge.words), "diagnoses": diagnoses, "days": _days(one),
    }  # fmt: skip
    paths = [path for path, known in (("period", one.start), ("reasonCode", one.reasons), ("class", one.setting)) if known]
    if one.discharge.words:
        paths.append("hospitalization.dischargeDisposition")
    return Fact(
        id=f"encounter.{one.source}",
        kind="encounter",
        concept=one.concept if one.concept.words else Concept(text=english),
        text=f"{english} {day(one.start)}{f' to {day(one.end)}' if one.end and day(one.end) != day(one.start) else ''}",
        evidence=tuple(at(one.source, path) for path in paths) or (at(one.source),),
        key=f"encounter:{setting or 'visit'}",
        names=_names(setting, one.concept),
        time=one.start,
        start=one.start,
        end=one.end,
        status=one.status,
        importance=3 if role in {"current", "last-admission"} else 2 if role else 0,
        details={key: text for key, text in details.items() if text},
    )


@lru_cache(maxsize=4096)
def _names(setting: str, concept: Concept) -> Mapping[str, tuple[str, ...]]:
    english, chinese = _NAMES.get(setting, _NAMES[""])
    return merged({"en": (english,), "zh": (chinese,)}, _also(setting), named(concept)[1])


def _also(setting: str) -> dict[str, tuple[str, ...]]:
    """What a stay or visit is called besides, in running text."""
    if setting in STAYS:
        return {"en": ("hospital stay", "admitted", "discharged", "discharge", "hospitalization"), "zh": ("入院", "出院", "住院")}
    return {"en": ("visit",), "zh": ("就诊",)}


@lru_cache(maxsize=4096)
def _type(concept: Concept) -> tuple[str, str]:
    """English and Chinese words of the visit's type, unless they say no more than that there was a visit."""
    words = _ENCOUNTER_FOR.sub("", clean(concept.words)).strip(" '")
    if _EMPTY_TYPE.fullmatch(words):
        return "", ""
    chinese = named(concept)[1].get("zh", ("",))[0] or _TYPES_ZH.get(words.casefold(), "")
    return in_text_case(words), chinese


def _within(one: Encounter, stay: Encounter) -> bool:
    return bool(one.start and stay.start and stay.end) and sort_key(stay.start) <= sort_key(one.start) <= sort_key(stay.end)


def _hours(one: Encounter) -> float:
    if len(one.start) < 11 or len(one.end) < 11:
        return 0.0
    return (first_instant(one.end) - first_instant(one.start)).total_seconds() / 3600


def _days(one: Encounter) -> str:
    if not one.start or not one.end or len(one.start) < 10 or len(one.end) < 10:
        return ""
    return str(days_between(day(one.start), day(one.end)))
