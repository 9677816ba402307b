"""Doses by published equations: what the equation says for one person, term by term, what it assumed, and when it must not be used.

A dose by an equation is an estimate of where a stable dose will lie, for a doctor to weigh; it is no order and no loading dose.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from xinglin.knowledge.dosing_equations.levels import LevelDrug as LevelDrug
from xinglin.knowledge.dosing_equations.levels import level_drugs as level_drugs
from xinglin.knowledge.dosing_equations.levels import level_source as level_source
from xinglin.knowledge.dosing_equations.levels import level_title as level_title
from xinglin.records.errors import NotFound
from xinglin.shelf.promises import Topic

Ancestry = Literal["asian", "black", "white", "unknown"]
_DATA = Path(__file__).with_name("data") / "warfarin.toml"
ADULT_YEARS, HEIGHT_CM, WEIGHT_KG = (18, 110), (120.0, 220.0), (30.0, 240.0)


class WarfarinPerson(Struct, frozen=True):
    """What the equation asks about a person. None is not known.

    vkorc1: genotype at -1639 (rs9923231) as "G/G", "A/G" or "A/A", on the strand of the gene. cyp2c9: a diplotype such as "*1/*3". inducer:
    takes carbamazepine, phenytoin or rifampicin. ancestry: as the person says; "unknown" for mixed, other or not said.
    """

    age_years: float | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    vkorc1: str | None = None
    cyp2c9: str | None = None
    ancestry: Ancestry = "unknown"
    inducer: bool | None = None
    amiodarone: bool | None = None


class EquationDose(Struct, frozen=True):
    """What an equation says. `weekly_mg` None: it must not be used, `declined` says why.

    terms: name -> what it adds to the square root of the weekly dose. assumed: what was not known and how the equation went on.
    """

    equation: str
    source: str
    weekly_mg: float | None = None
    terms: Mapping[str, float] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    declined: str = ""


class Equation(Struct, frozen=True):
    """The numbers of one equation."""

    key: str
    medicine: str
    genes: bool
    locator: str
    constant: float
    age_decade: float
    height_cm: float
    weight_kg: float
    inducer: float
    amiodarone: float
    vkorc1: Mapping[str, float]
    cyp2c9: Mapping[str, float]
    ancestry: Mapping[str, float]


@lru_cache(maxsize=1)
def _book() -> tuple[str, str, dict[str, Equation]]:
    data = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    return data["version"], data["source"]["paper"], {row["key"]: Equation(**row) for row in data["equation"]}


def equations() -> Mapping[str, Equation]:
    """Every equation by its key."""
    return _book()[2]


def warfarin_dose(person: WarfarinPerson, key: str = "warfarin-iwpc-genetic") -> EquationDose:
    """The stable weekly dose (mg/wk, for an INR of 2 to 3) by an IWPC equation; None where it must not be used.

    Age, height and weight must be known, in an adult. An unknown gene or ancestry has a term of its own in the equation, an unknown medicine
    counts as not taken; both are told in `assumed`. A CYP2C9 allele other than *1, *2, *3 is not covered. Raises NotFound XL-DOSE-001.
    Source: doi:10.1056/NEJMoa0809329.

    >>> round(warfarin_dose(WarfarinPerson(62, 168, 71, "A/G", "*1/*3", "white", False, False)).weekly_mg, 1)
    21.2
    """
    version, source, known = _book()
    if key not in known:
        raise NotFound("XL-DOSE-001", "no dosing equation is called that", where=key, fix="one of: " + ", ".join(known))
    equation = known[key]
    label, place = f"{key}@{version}", f"{source} ({equation.locator})"
    if declined := _declined(person, equation):
        return EquationDose(label, place, declined=declined)
    assert person.age_years is not None and person.height_cm is not None and person.weight_kg is not None
    terms = {
        "constant": equation.constant,
        "age": equation.age_decade * (person.age_years // 10),
        "height": equation.height_cm * person.height_cm,
        "weight": equation.weight_kg * person.weight_kg,
        "ancestry": equation.ancestry[person.ancestry],
        "enzyme inducer": equation.inducer * bool(person.inducer),
        "amiodarone": equation.amiodarone * bool(person.amiodarone),
    }
    if equation.genes:
        terms |= {"VKORC1": equation.vkorc1[_genotype(person.vkorc1)], "CYP2C9": equation.cyp2c9[_genotype(person.cyp2c9)]}
    root = sum(terms.values())
    if root <= 0:
        return EquationDose(label, place, declined="the equation gives no dose above 0")
    return EquationDose(label, place, root**2, terms, tuple(_assumed(person, equation)))


def _genotype(told: str | None) -> str:
    """The genotype as the equation writes it: the two halves in either order."""
    return "unknown" if told is None else "/".join(sorted(told.split("/")))


def _declined(person: WarfarinPerson, equation: Equation) -> str:
    needed = {"age": (person.age_years, ADULT_YEARS), "height": (person.height_cm, HEIGHT_CM), "weight": (person.weight_kg, WEIGHT_KG)}
    if absent := [name for name, (value, _) in needed.items() if value is None]:
        return "not known: " + ", ".join(absent)
    if beyond := [name for name, (value, (low, high)) in needed.items() if value is not None and not low <= value <= high]:
        return "not made for such: " + ", ".join(beyond)
    if equation.genes:
        for gene, told, terms in (("VKORC1 -1639", person.vkorc1, equation.vkorc1), ("CYP2C9", person.cyp2c9, equation.cyp2c9)):
            if _genotype(told) not in terms:
                return f"the equation does not cover this genotype: {gene}"
    return ""


def _assumed(person: WarfarinPerson, equation: Equation) -> list[str]:
    told = []
    if equation.genes:
        told += [
            f"{gene} not known: the equation's own term"
            for gene, value in (("VKORC1", person.vkorc1), ("CYP2C9", person.cyp2c9))
            if value is None
        ]
    if person.ancestry == "unknown":
        told.append("ancestry not known or mixed: the equation's own term")
    told += [
        f"{name} not known: counted as not taken"
        for name, value in (("enzyme inducer", person.inducer), ("amiodarone", person.amiodarone))
        if value is None
    ]
    return told


TOPIC = Topic(
    name="dosing_equations",
    version=_book()[0],
    title={"en": "Doses by published equations", "zh": "公式推算剂量"},
    licence="facts with their sources; own wording",
    rows=lambda: len(_book()[2]) + len(level_drugs()),
    unverified=lambda: sum(bool(one.model) and not one.verified for one in level_drugs()),
)
