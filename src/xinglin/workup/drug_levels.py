"""What a record says of a drug whose level is watched: doses given with their times, levels measured, and the traits its model asks for.

Nothing is guessed: a dose without an amount or a time of day, or a level before the first known dose, is left out; what is missing is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from xinglin.knowledge import terms, units
from xinglin.knowledge.dosing_equations import LevelDrug
from xinglin.records import Chart, Evidence, Fact, Quantity
from xinglin.records.chart import Medicine
from xinglin.records.errors import InvalidInput
from xinglin.records.moments import first_instant
from xinglin.records.simulation import Dose, Measurement, Regimen
from xinglin.workup.dosing import route_of
from xinglin.workup.evidence import at
from xinglin.workup.naming import medicine_named
from xinglin.workup.readings import traits_of

if TYPE_CHECKING:
    from xinglin.models.compartments.drug import DrugModel

GIVEN = frozenset({"completed", "in-progress", "stopped"})
ADULT_YEARS = 18
DAYS = 14  # before the last level: older doses no longer matter, and older levels may be of another kidney
_ROUTES = {"intravenous": "infusion", "oral": "oral"}
Both = tuple[str, str]


class Given(NamedTuple):
    """One dose that was given: hours from the first, amount in the unit of the model, hours it ran."""

    time_h: float
    amount: float
    duration_h: float
    source: str
    assumed: bool  # the record does not say how long it ran


class LevelCase(NamedTuple):
    """Everything an estimate asks for. `every_h`: between the last doses, 0 where only one is known; `evidence`: of doses, levels and traits."""

    doses: tuple[Given, ...]
    measured: tuple[Measurement, ...]
    levels: tuple[Fact, ...]
    traits: dict[str, float]
    treatment: str
    every_h: float
    counted_absent: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    @property
    def regimen(self) -> Regimen:
        """The doses as the model takes them."""
        return Regimen("given", doses=tuple(Dose(one.time_h, self.treatment, one.amount, one.duration_h) for one in self.doses))


def levels_of(row: LevelDrug, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The measured levels of a drug, oldest first."""
    keys = {f"loinc:{code}" for code in row.loincs}
    mine = (f for f in facts if f.kind == "measurement" and (f.key in keys or f.details.get("analyte") in row.analytes))
    return tuple(sorted((f for f in mine if isinstance(f.value, Quantity)), key=lambda f: (f.time, f.id)))


def is_taken(row: LevelDrug, facts: Sequence[Fact]) -> bool:
    """Whether the record holds the medicine as taken now."""
    return any(f.kind == "medicine" and f.status == "current" and f.key == f"term:{row.medicine}" for f in facts)


def case_of(row: LevelDrug, drug: DrugModel, chart: Chart, facts: Sequence[Fact]) -> LevelCase | Both:
    """What the model of a drug needs of this person, or why there is no estimate, in both languages."""
    levels = [f for f in levels_of(row, facts) if "T" in f.time]
    if not levels:
        return "no level with a time of day is recorded", "无带时刻的血药浓度"
    amount = drug.reading().unit.removesuffix("/L")
    last = first_instant(levels[-1].time)
    near = [one for one in chart.medicines if _is_given(one, row.medicine) and 0 <= _hours_between(one.when, last) <= DAYS * 24]
    if not near:
        return "no dose given before a level is recorded", "浓度测定前无给药记录"
    near.sort(key=lambda one: first_instant(one.when))
    begun, treatment = first_instant(near[0].when), _ROUTES.get(_route(near[0]), "")
    read = [_given(one, row, treatment, amount, _hours(begun, one.when)) for one in near if "T" in one.when]
    doses = tuple(one for one in read if one is not None)
    if treatment not in drug.structure.routes or len(doses) < len(near):
        return "a dose given is recorded without its amount, its route or a time of day", "有给药记录缺少剂量、途径或时刻"
    measured, used = _measured(levels, drug, begun)
    if not measured:
        return "no dose given before a level is recorded", "浓度测定前无给药记录"
    traits, evidence, absent = _traits(row, drug, facts)
    if missing := [name for name in drug.covariates if name not in traits]:
        titles = {one.name: one.meaning for one in drug.card.parameters}
        named = [(titles[name]["en"], titles[name]["zh"]) for name in missing]
        return "not known: " + ", ".join(en for en, _ in named), "未知：" + "、".join(zh for _, zh in named)
    if beyond := _beyond(drug, traits, facts):
        return beyond
    places = (*(at(one.source) for one in doses), *(f.evidence[0] for f in used), *evidence)
    gaps = [after.time_h - before.time_h for before, after in pairwise(doses)]
    every = float(round(median(gaps[-4:]))) if gaps else 0.0
    return LevelCase(doses, measured, used, traits, treatment, every, absent, tuple(dict.fromkeys(places)))


def _beyond(drug: DrugModel, traits: Mapping[str, float], facts: Sequence[Fact]) -> Both | None:
    """Why the model does not speak of this person: no adult, or a trait outside the range its people had (one that it caps counts as within)."""
    person = next((f for f in facts if f.id == "person"), None)
    if person is None or not person.details.get("age_years", "").isdigit() or int(person.details["age_years"]) < ADULT_YEARS:
        return "its model is of adults", "模型仅适用于成人"
    for one in drug.card.parameters:
        value, low, high = traits.get(one.name), one.low, one.high
        if value is not None and not (low <= value <= high or (value > high and f"minimum({one.name}, {high:g})" in _formulas(drug))):
            return f"outside the people its model is of: {one.meaning['en']} {value:g}", f"超出模型人群范围：{one.meaning['zh']} {value:g}"
    return None


def _formulas(drug: DrugModel) -> str:
    return " ".join(one.typical for one in drug.card.parameters)


def _is_given(one: Medicine, medicine: str) -> bool:
    if one.role != "administration" or one.status not in GIVEN or not one.when:
        return False
    return medicine_named(one.concept, one.ingredients)[0] == f"term:{medicine}"


def _route(one: Medicine) -> str:
    return route_of(one.doses[0].route) if one.doses else ""


def _hours(begun: datetime, when: str) -> float:
    return (first_instant(when) - begun).total_seconds() / 3600


def _hours_between(when: str, last: datetime) -> float:
    return (last - first_instant(when)).total_seconds() / 3600


def _given(one: Medicine, row: LevelDrug, treatment: str, unit: str, time_h: float) -> Given | None:
    """A dose by this route whose amount can be read; how long it ran by its end, or as the row takes it."""
    amount = one.doses[0].amount if one.doses and _ROUTES.get(_route(one)) == treatment else None
    if amount is None or amount.comparator:
        return None
    try:
        value = float(units.convert(Decimal(amount.value), amount.unit or amount.shown_unit, unit))
    except InvalidInput:
        return None
    if treatment != "infusion":
        return Given(time_h, value, 0.0, one.source, False)
    ran = _hours(first_instant(one.start), one.end) if one.start and "T" in one.end else 0.0
    return Given(time_h, value, ran or row.infusion_h, one.source, ran <= 0)


def _measured(levels: Sequence[Fact], drug: DrugModel, begun: datetime) -> tuple[tuple[Measurement, ...], tuple[Fact, ...]]:
    """Levels after the first dose as the model reads them, and the facts they are."""
    found, used = [], []
    for fact in levels:
        hours = _hours(begun, fact.time)
        if not 0 < hours <= DAYS * 24 or not isinstance(fact.value, Quantity) or fact.value.comparator in {">", ">="}:
            continue
        try:
            value = float(units.convert(Decimal(fact.value.value), fact.value.unit, drug.reading().unit))
        except InvalidInput:
            continue
        found.append(Measurement(hours, drug.observable, value, fact.id, bool(fact.value.comparator)))
        used.append(fact)
    return tuple(found), tuple(used)


def _traits(row: LevelDrug, drug: DrugModel, facts: Sequence[Fact]) -> tuple[dict[str, float], list[Evidence], tuple[str, ...]]:
    """Traits with the evidence of each, and those counted as absent because the record does not mention them."""
    by_id = {fact.id: fact for fact in facts}
    known = {name: found for name, found in traits_of(drug.card, facts).items() if name in drug.covariates}
    traits, evidence, absent = (
        {name: value for name, (value, _) in known.items()},
        [by_id[one].evidence[0] for _, one in known.values()],
        [],
    )
    for name, keys in row.counted.items():
        there = [f for f in facts if _holds(f, keys)]
        traits[name] = float(bool(there))
        evidence += [f.evidence[0] for f in there[:1]]
        absent += [] if there else [name]
    return traits, evidence, tuple(absent)


def _holds(fact: Fact, keys: Sequence[str]) -> bool:
    now = fact.polarity == "present" and fact.status not in {"resolved", "stopped", "planned"}
    return now and fact.kind in {"problem", "procedure", "medicine"} and any(terms.is_kind_of(fact.key, key) for key in keys)
