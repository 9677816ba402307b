"""Reads a locale: its words, and what it calls, codes and measures each thing in.

Codes: LOINC and UCUM (knowledge/labs), ICD-10-CM 2021 (public domain), ICD-10, RxNorm and CVX as in the module files of synthetichealth/synthea
(Apache-2.0). Medicines and vaccines of `cn` and all procedures carry words alone: no code was opened for them.
"""

from __future__ import annotations

import csv
import tomllib
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from xinglin.knowledge import labs
from xinglin.records.errors import NotFound
from xinglin.records.people import Locale, Measure, Term
from xinglin.records.quantity import ICD10, ICD10_CM, RXNORM

_DATA = Path(__file__).with_name("data")
CVX = "http://hl7.org/fhir/sid/cvx"
_SHOWN = {
    "umol/L": "µmol/L",
    "10*9/L": "10^9/L",
    "10*12/L": "10^12/L",
    "10*3/uL": "10^3/µL",
    "10*6/uL": "10^6/µL",
    "mm[Hg]": "mmHg",
    "Cel": "°C",
}


def names() -> tuple[str, ...]:
    """The locales there are."""
    return tuple(sorted(path.stem for path in _DATA.glob("*.toml")))


@lru_cache(maxsize=8)
def locale(name: str) -> Locale:
    """The locale of that name. Raises NotFound XL-LOCALE-001 for another."""
    if name not in names():
        raise NotFound("XL-LOCALE-001", f"there is no locale {name!r}", where="locale", fix=f"one of {', '.join(names())}")
    data = tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))
    language = data["language"]
    return Locale(
        name=name,
        language=language,
        zone=data["zone"],
        country=data["country"],
        name_order=data["name_order"],
        id_system=data["id_system"],
        national_system=data["national_system"],
        phone=data["phone"],
        obese_bmi=data["obese_bmi"],
        words=data["words"],
        families=tuple(data["families"]),
        women=tuple(data["women"]),
        men=tuple(data["men"]),
        streets=tuple(data["streets"]),
        cities=tuple(data["cities"]),
        regions=tuple(data["regions"]),
        measures=tuple(_measure(row, name, language) for row in table("measures")),
        conditions=tuple(_condition(row, name, language) for row in table("conditions")),
        medicines=tuple(
            _coded(row, language, RXNORM if name == "us" else "", row["rxnorm"], row["rxnorm_name"]) for row in table("medicines")
        ),
        vaccines=tuple(_coded(row, language, CVX if name == "us" else "", row["cvx"], row["cvx_name"]) for row in table("vaccines")),
        procedures=tuple(_coded(row, language) for row in table("procedures")),
        allergens=tuple(_coded(row, language) for row in table("allergens")),
    )


def rows() -> int:
    """How many rows the tables hold."""
    return sum(len(table(path.stem)) for path in _DATA.glob("*.csv"))


@lru_cache(maxsize=16)
def table(name: str) -> tuple[dict[str, str], ...]:
    """One table of this folder."""
    with (_DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _coded(row: dict[str, str], language: str, system: str = "", code: str = "", display: str = "") -> Term:
    return Term(row["key"], row[language], system, code if system else "", display if system else "", row)


def _condition(row: dict[str, str], name: str, language: str) -> Term:
    if name == "us":
        return Term(row["key"], row[language], ICD10_CM, row["icd10cm"], row["icd10cm_display"], row)
    return Term(row["key"], row[language], ICD10, row["icd10"], "", row)


def _measure(row: dict[str, str], name: str, language: str) -> Measure:
    code, unit = row[f"{name}_code"], row[f"{name}_unit"]
    analyte = labs.analyte(code)
    if analyte is None:
        raise NotFound(
            "XL-LOCALE-002",
            "a measure of the locale is unknown to knowledge/labs",
            where=f"measures.csv {row['key']}",
            fix="use a code of it",
        )
    bounds = [_interval(analyte, sex, name, unit) for sex in ("male", "female")]
    factor = float(labs.convert(analyte, Decimal(1), row["us_unit"], unit))
    return Measure(
        row["key"], analyte.names[language][0], code, labs.long_names()[code][0], row["category"], unit, _SHOWN.get(unit, unit),
        int(row[f"{name}_decimals"]), factor, bounds[0], bounds[1],
    )  # fmt: skip


def _interval(analyte: labs.Analyte, sex: str, population: str, unit: str) -> tuple[Decimal | None, Decimal | None] | None:
    """The reference interval at 50 years, in the locale's unit; None without a verified one."""
    found = analyte.reference(sex, 50, population)
    if found is None or not found.verified:
        return None
    places = Decimal("0.01")
    low, high = (None if v is None else labs.convert(analyte, v, found.unit, unit).quantize(places) for v in (found.low, found.high))
    return _plain(low), _plain(high)


def _plain(value: Decimal | None) -> Decimal | None:
    """Without zeros that say nothing and without an exponent: 100, not 1E+2."""
    return None if value is None else Decimal(f"{value.normalize():f}")
