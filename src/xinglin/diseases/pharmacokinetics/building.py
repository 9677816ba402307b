"""What every drug's card has in common, written once: states and treatments from the shape, the drug level, the label, the limits."""

from __future__ import annotations

from collections.abc import Mapping
from math import log, sqrt

from msgspec import Struct

from xinglin.models.compartments.drug import DrugModel
from xinglin.models.compartments.structure import Structure, natural_states, treatment_of
from xinglin.records.simulation import (
    CardSource,
    Correlation,
    Derived,
    DiseaseCard,
    Observable,
    Parameter,
    Regimen,
    TimeUnit,
    Words,
)

ITEM = "pharmacokinetics"
_TREATMENTS: Mapping[str, Words] = {
    "infusion": {"en": "infusion into a vein", "zh": "静脉输注"},
    "bolus": {"en": "injection into a vein", "zh": "静脉推注"},
    "oral": {"en": "by mouth", "zh": "口服"},
}
_LIMITS: Words = {
    "en": (
        "Simulation for research, not a prescription. It knows only the covariates named here, holds them constant in time, and says "
        "nothing about effect, harm, interactions, or people unlike those of its source."
    ),
    "zh": "模拟结果，仅供研究，不是处方。只考虑列出的协变量并视其不随时间改变；不涉及疗效、毒性、相互作用，也不适用于与来源人群不同的人。",
}


_FACTS: Mapping[str, str] = {
    "weight": "loinc:29463-7",
    "birth_weight": "loinc:8339-4",
    "height": "loinc:8302-2",
    "surface": "loinc:3140-1",
    "creatinine": "loinc:2160-0",
    "creatinine_clearance": "calculator:cockcroft_gault",
    "arterial_co2": "loinc:2019-8",
    "age": "person:age_years",
    "female": "person:female",
}


class Error(Struct, frozen=True):
    """Measurement error of the level, as standard deviations: a share of it, in its unit, or of its logarithm."""

    proportional: float = 0.0
    additive: float = 0.0
    logarithmic: float = 0.0
    source: str = ""


def from_cv(share: float) -> float:
    """Standard deviation of the logarithm of a lognormal number whose coefficient of variation is `share`."""
    return sqrt(log(1.0 + share * share))


def drug_of(
    name: str, title: Words, about: Words, structure: Structure, parameters: tuple[Parameter, ...], error: Error, sources: Mapping[str, CardSource],
    *, covariates: tuple[str, ...] = (), correlations: tuple[Correlation, ...] = (), derived: tuple[Derived, ...] = (), plausible: tuple[str, ...] = (),
    regimens: tuple[Regimen, ...] = (), time_unit: TimeUnit = "h", amount: str = "mg", horizon: float = 240.0, loinc: str = "", version: str = "1.0.0",
) -> DrugModel:  # fmt: skip
    """The model of one drug; its card is called "pharmacokinetics:<name>". Doses are in `amount`, levels in `amount`/L."""
    level = Observable(
        "concentration", {"en": f"{title['en']} level", "zh": f"{title['zh']}血药浓度"}, "central / v1", f"{amount}/L",
        error.proportional, error.additive, error.logarithmic, 0.0, loinc, f"loinc:{loinc}" if loinc else "", error.source,
    )  # fmt: skip
    exposure = Observable(
        "exposure", {"en": f"{title['en']} exposure (AUC)", "zh": f"{title['zh']}药时曲线下面积"}, "exposure", f"{amount}.{time_unit}/L"
    )
    card = DiseaseCard(
        f"{ITEM}:{name}", version, title, about, _LIMITS, time_unit, horizon, parameters, natural_states(structure, amount, time_unit),
        (level, exposure), sources, correlations, derived, plausible,
        tuple(treatment_of(word, route, _TREATMENTS[word], amount) for word, route in structure.routes.items()), regimens,
    )  # fmt: skip
    return DrugModel(card, structure, covariates)


def read_in_library(title: str, doi: str, year: int, file: str) -> CardSource:
    """A paper whose numbers were read in nlmixr2lib, which transcribes them with the table each comes from."""
    return CardSource(title, doi, f"github.com/nlmixr2/nlmixr2lib inst/modeldb/specificDrugs/{file}.R", year)


def number(name: str, value: float, unit: str, meaning: Words, source: str, locator: str, *, unverified: bool = False) -> Parameter:
    """A number of the paper that is the same in everyone."""
    return Parameter(name, value, unit, meaning, source, locator=locator, unverified=unverified)


def person(name: str, value: float, unit: str, meaning: Words, source: str, locator: str, low: float, high: float) -> Parameter:
    """A fact of the person of which the source tells the middle and the range alone: the middle, unless it is given."""
    return Parameter(name, value, unit, meaning, source, low=low, high=high, locator=locator, fact=_in_a_record(name, unit))


def spread_person(
    name: str, mean: float, sd: float, unit: str, meaning: Words, source: str, locator: str, low: float, high: float
) -> Parameter:
    """A fact of the person of which the source tells mean and standard deviation."""
    return Parameter(name, mean, unit, meaning, source, "normal", sd, low, high, locator=locator, fact=_in_a_record(name, unit))


def _in_a_record(name: str, unit: str) -> str:
    """How a record tells this fact of the person, "" when it does not. Ages in days are those of the newborn, which a record does not tell."""
    return "" if name == "age" and unit != "a" else _FACTS.get(name, "")


def varies(
    name: str,
    value: float,
    unit: str,
    meaning: Words,
    source: str,
    locator: str,
    spread: float,
    typical: str = "",
    *,
    unverified: bool = False,
) -> Parameter:
    """A number that differs between people, lognormally; `spread` is the standard deviation of its logarithm."""
    return Parameter(name, value, unit, meaning, source, "lognormal", spread, typical=typical, locator=locator, unverified=unverified)


def follows(name: str, value: float, unit: str, meaning: Words, source: str, locator: str, typical: str) -> Parameter:
    """A number that follows from facts of the person alone."""
    return Parameter(name, value, unit, meaning, source, typical=typical, locator=locator)


WEIGHT: Words = {"en": "body weight", "zh": "体重"}
CREATININE_CLEARANCE: Words = {"en": "creatinine clearance (Cockcroft-Gault, mL/min)", "zh": "肌酐清除率（Cockcroft-Gault，mL/min）"}
CLEARANCE: Words = {"en": "clearance", "zh": "清除率"}
CENTRAL: Words = {"en": "central volume of distribution", "zh": "中央室分布容积"}
SECOND: Words = {"en": "peripheral volume of distribution", "zh": "外周室分布容积"}
THIRD: Words = {"en": "deep peripheral volume of distribution", "zh": "深外周室分布容积"}
EXCHANGE: Words = {"en": "exchange with the peripheral compartment", "zh": "室间清除率"}
DEEP_EXCHANGE: Words = {"en": "exchange with the deep compartment", "zh": "深室间清除率"}
ABSORPTION: Words = {"en": "first-order absorption rate", "zh": "一级吸收速率常数"}
LAG: Words = {"en": "delay before absorption or entry begins", "zh": "滞后时间"}
FEMALE: Words = {"en": "1 for a woman, 0 for a man", "zh": "女性为1，男性为0"}


def effect(of: str, on: str, zh_of: str, zh_on: str) -> Words:
    """Meaning of a covariate effect."""
    return {"en": f"effect of {of} on {on}", "zh": f"{zh_of}对{zh_on}的影响"}


def typical(of: Words, where: str, zh_where: str) -> Words:
    """Meaning of a typical value."""
    return {"en": f"{of['en']}, typical {where}", "zh": f"{of['zh']}典型值（{zh_where}）"}
