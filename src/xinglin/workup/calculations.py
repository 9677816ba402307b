"""Calculated values that follow from the record: eGFR, clearance, gaps, corrected electrolytes, lipids, FIB-4, MELD and more.

A value is calculated only from numbers of the record that belong together in time, never when the laboratory reported it itself, and
never outside the range a formula was made for. The rules on age of inputs stand in `RECIPES`, one line each, and are explained there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xinglin.knowledge import labs
from xinglin.records import Code, Concept, Evidence, Fact, Quantity
from xinglin.records.errors import InvalidInput
from xinglin.records.moments import age_years as completed_years
from xinglin.records.moments import day, days_between, sort_key
from xinglin.records.quantity import LOINC
from xinglin.workup.calculator import VERSION, Calculator, Result
from xinglin.workup.calculators import CALCULATORS
from xinglin.workup.evidence import plain

SAME_DAY, WEEK, SEASON, YEAR, DECADE = 0, 7, 90, 366, 3653
LIVER = re.compile(r"cirrhos|liver|hepat(?!itis (?:b )?vaccin)|肝", re.IGNORECASE)


@dataclass(frozen=True)
class Recipe:
    """How a calculator is fed from the record.

    `anchor` is the analyte whose newest value decides the day; a set up to a year older is taken when the newest lacks its companions.
    `inputs`: per input of the calculator the analytes that may serve, best first, and how many days it may lie from the anchor.
    `recorded`: analytes that, recorded on the anchor's day, make the calculation needless. `optional` inputs are left out when missing.
    `only_if`: limits on inputs outside which it says nothing new.
    """

    anchor: str
    inputs: Mapping[str, tuple[tuple[str, ...], int]]
    recorded: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    only_if: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # input -> (low, high) in the calculator's unit
    problem: re.Pattern[str] | None = None
    importance: int = 1


def _day(*names: str) -> dict[str, tuple[tuple[str, ...], int]]:
    return {name: ((name,), SAME_DAY) for name in names}


UREA = (("urea_nitrogen", "urea"), SAME_DAY)  # one mole of urea holds one of "urea nitrogen" (two atoms)
CO2 = (("bicarbonate", "total_co2"), SAME_DAY)  # laboratories report total CO2 as bicarbonate
RECIPES: Mapping[str, Recipe] = {
    "ckd_epi_2021": Recipe("creatinine", _day("creatinine"), ("egfr",), importance=2),
    # adult height hardly changes, weight does: a season for weight, ten years for height
    "cockcroft_gault": Recipe(
        "creatinine",
        {**_day("creatinine"), "weight_kg": (("weight",), SEASON), "height_cm": (("height",), DECADE)},
        ("creatinine_clearance",),
        ("height_cm",),
    ),
    "bmi": Recipe("weight", {"weight_kg": (("weight",), SAME_DAY), "height_cm": (("height",), YEAR)}, ("bmi",)),
    "anion_gap": Recipe("sodium", {**_day("sodium", "chloride"), "bicarbonate": CO2}, ("anion_gap",)),
    "anion_gap_albumin": Recipe(
        "sodium", {**_day("sodium", "chloride"), "bicarbonate": CO2, "albumin": (("albumin",), 1)}, only_if={"albumin": (0, 3.99)}
    ),
    "corrected_calcium": Recipe("calcium", {**_day("calcium"), "albumin": (("albumin",), 1)}, only_if={"albumin": (0, 3.99)}),
    "corrected_sodium": Recipe(
        "sodium", {**_day("sodium"), "glucose": (("glucose", "glucose_fasting"), SAME_DAY)}, only_if={"glucose": (200, 9999)}, importance=2
    ),
    "osmolality": Recipe(
        "sodium", {**_day("sodium"), "urea_nitrogen": UREA, "glucose": (("glucose", "glucose_fasting"), SAME_DAY)}, ("osmolality",)
    ),
    "ldl_friedewald": Recipe("cholesterol", _day("cholesterol", "hdl", "triglyceride"), ("ldl",)),
    "non_hdl": Recipe("cholesterol", _day("cholesterol", "hdl"), ("non_hdl",)),
    "fib4": Recipe("ast", {"ast": (("ast",), SAME_DAY), "alt": (("alt",), SAME_DAY), "platelets": (("platelets",), WEEK)}),
    "meld_3": Recipe(
        "bilirubin_total",
        {"bilirubin": (("bilirubin_total",), SAME_DAY), "creatinine": (("creatinine",), WEEK), "inr": (("inr",), WEEK),
         "sodium": (("sodium",), WEEK), "albumin": (("albumin",), WEEK)},
        problem=LIVER, importance=2,
    ),
    "homa_ir": Recipe("insulin", {"insulin": (("insulin",), SAME_DAY), "glucose": (("glucose_fasting",), SAME_DAY)}),
    "fena": Recipe("urine_sodium", _day("urine_sodium", "urine_creatinine", "sodium", "creatinine")),
}  # fmt: skip


_ASKED_FOR = frozenset(
    key
    for recipe in RECIPES.values()
    for key in (recipe.anchor, *recipe.recorded, *(analyte for analytes, _ in recipe.inputs.values() for analyte in analytes))
)


class Refusal(NamedTuple):
    """A calculation that was not made, and why: `missing`, `age or sex unknown`, or the calculator's own reason."""

    calculator: str
    why: str


def calculations(facts: Sequence[Fact], sex: str, age_years: int | None, as_of: str, born: str = "") -> list[Fact]:
    """Facts of kind "calculation" that follow from measurement facts, one per calculator, in the order of `RECIPES`.

    `age_years` is the age on `as_of` (a day); with `born` the age on the day of the inputs is exact, without it whole years are taken
    back. Inputs must be numbers (no "<"), final, dated and not after `as_of`; what rests on values over a year older has importance 0.
    """
    return [made for made in attempts(facts, sex, age_years, as_of, born) if isinstance(made, Fact)]


def attempts(facts: Sequence[Fact], sex: str, age_years: int | None, as_of: str, born: str = "") -> list[Fact | Refusal]:
    """The same, with a Refusal for each calculator that could not be used."""
    known = _by_analyte(facts, as_of)
    problems = " | ".join(f"{f.text} {f.concept.words}" for f in facts if f.kind == "problem" and f.polarity == "present")
    made: list[Fact | Refusal] = []
    for name, recipe in RECIPES.items():
        if recipe.problem and not recipe.problem.search(problems):
            made.append(Refusal(name, "no problem of the record calls for it"))
            continue
        made.append(_attempt(CALCULATORS[name], recipe, known, sex, _Age(age_years, as_of, born)))
    return made


class _Age(NamedTuple):
    years: int | None
    as_of: str
    born: str

    def on(self, when: str) -> int | None:
        if self.born:
            return completed_years(self.born, when)
        if self.years is None:
            return None
        return max(0, self.years - int(max(0, days_between(when, self.as_of)) // 365.25)) if self.as_of else self.years


def _by_analyte(facts: Iterable[Fact], as_of: str) -> dict[str, list[Fact]]:
    """Usable numbers per analyte that a recipe asks for, newest first."""
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.kind != "measurement" or not isinstance(fact.value, Quantity) or fact.value.comparator or len(fact.time) < 10:
            continue
        if fact.status in ("preliminary", "registered", "cancelled") or (as_of and day(fact.time) > as_of):
            continue
        analyte = labs.analyte(fact.key.removeprefix("loinc:"))
        if analyte is not None and analyte.key in _ASKED_FOR and labs.convertible(analyte, fact.value.unit or fact.value.shown_unit):
            found.setdefault(analyte.key, []).append(fact)
    for several in found.values():
        several.sort(key=lambda fact: (sort_key(fact.time), fact.id), reverse=True)
    return found


def _attempt(calculator: Calculator, recipe: Recipe, known: Mapping[str, list[Fact]], sex: str, age: _Age) -> Fact | Refusal:
    wanted = {one.name for one in calculator.inputs}
    why = ""
    anchors = known.get(recipe.anchor, [])
    for anchor in anchors:
        if days_between(anchor.time, anchors[0].time) > YEAR:
            break
        if any(day(f.time) == day(anchor.time) for key in recipe.recorded for f in known.get(key, ())):
            return Refusal(calculator.name, "the record has it")
        given: dict[str, Quantity | int | str] = {}
        if "age_years" in wanted:
            years = age.on(anchor.time)
            if years is None:
                return Refusal(calculator.name, "age unknown")
            given["age_years"] = years
        if "sex" in wanted:
            if sex not in ("female", "male"):
                return Refusal(calculator.name, "sex unknown")
            given["sex"] = sex
        used, missing = _inputs(recipe, known, anchor, calculator.name == "bmi" and (age.on(anchor.time) or 0) < 18)
        if missing:
            why = why or f"missing: {', '.join(missing)}"
            continue
        given.update({name: _quantity(name, fact) for name, fact in used.items()})
        old = bool(age.as_of) and days_between(anchor.time, age.as_of) > YEAR
        return _made(calculator, recipe, given, used, 0 if old else recipe.importance)
    return Refusal(calculator.name, why or f"missing: {recipe.anchor}")


def _inputs(recipe: Recipe, known: Mapping[str, list[Fact]], anchor: Fact, growing: bool) -> tuple[dict[str, Fact], list[str]]:
    used: dict[str, Fact] = {}
    missing: list[str] = []
    for name, (analytes, days) in recipe.inputs.items():
        allowed = SAME_DAY if growing else days  # a child's height is only good on the day
        found = next((near for key in analytes if (near := _nearest(known.get(key, ()), anchor, allowed))), None)
        if found is not None:
            used[name] = found
        elif name not in recipe.optional:
            missing.append(name)
    return used, missing


def _nearest(facts: Iterable[Fact], anchor: Fact, days: int) -> Fact | None:
    """The value nearest in time to the anchor within so many days; the anchor itself where it is one of them."""
    several = list(facts)
    near = [(abs(days_between(f.time, anchor.time)), f is not anchor, f.time != anchor.time, n) for n, f in enumerate(several)]
    near = [one for one in near if one[0] <= days]
    return several[min(near)[3]] if near else None


def _quantity(name: str, fact: Fact) -> Quantity:
    value = fact.value
    assert isinstance(value, Quantity)
    unit = value.unit or value.shown_unit
    analyte = labs.analyte(fact.key.removeprefix("loinc:"))
    if name == "urea_nitrogen" and analyte is not None and analyte.key == "urea":
        return Quantity(str(labs.convert(analyte, value.number, unit, "mmol/L")), "mmol/L")
    return Quantity(value.value, unit)


def _made(
    calculator: Calculator, recipe: Recipe, given: Mapping[str, Quantity | int | str], used: Mapping[str, Fact], importance: int
) -> Fact | Refusal:
    try:
        result = calculator.compute(given, missing_as_absent=True)
        for name, (low, high) in recipe.only_if.items():
            if not low <= calculator.number(name, given[name]) <= high:
                return Refusal(calculator.name, f"{name} is such that it says nothing new")
    except InvalidInput as problem:
        return Refusal(calculator.name, f"{problem.where}: {problem.why}")
    return _fact(calculator, importance, result, used)


def _fact(calculator: Calculator, importance: int, result: Result, used: Mapping[str, Fact]) -> Fact:
    newest = max((fact.time for fact in used.values()), key=sort_key)
    places = tuple(dict.fromkeys(place for fact in used.values() for place in fact.evidence if place.source == "chart"))
    words = {one.name: one.title["en"] for one in calculator.inputs}
    inputs = "; ".join(f"{words[name]} {plain(fact.value)} ({day(fact.time)})" for name, fact in used.items())
    shown = Quantity(result.value, calculator.unit)
    title = calculator.title["en"]
    details = {
        "calculator": calculator.name, "formula": calculator.formula_text, "inputs": inputs,
        "input_facts": " ".join(f.id for f in used.values()),
        "citation": result.citation, "doi": result.doi, "caveats": "; ".join(c["en"] for c in result.caveats),
        "caveats_zh": ";".join(c["zh"] for c in result.caveats), "category": "calculation", "title_zh": calculator.title["zh"],
    }  # fmt: skip
    code = (Code(LOINC, calculator.loinc, title),) if calculator.loinc else ()
    return Fact(
        id=f"calculation.{calculator.name}",
        kind="calculation",
        concept=Concept(title, code),
        text=f"{title} {plain(shown)} on {day(newest)}, from {inputs}",
        evidence=(*places, Evidence(f"workup/calculators@{VERSION}", calculator.name, result.citation)),
        key=f"loinc:{calculator.loinc}" if calculator.loinc else f"calculator:{calculator.name}",
        names={
            "en": tuple(dict.fromkeys((title, *calculator.names.get("en", ())))),
            "zh": tuple(dict.fromkeys((calculator.title["zh"], *calculator.names.get("zh", ())))),
        },
        value=shown,
        time=newest,
        latest=True,
        importance=importance,
        details={key: value for key, value in details.items() if value},
    )
