"""Converting one analyte's values between its units: prefix, g to mol by molar mass, mEq by valence, and the few
units that have an offset (temperature, HbA1c). Anything else is refused, never guessed.

HbA1c: NGSP % = 0.09148 x IFCC mmol/mol + 2.152 (the NGSP/IFCC master equation).
"""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache

from xinglin.knowledge.labs.analyte import Analyte
from xinglin.records.errors import InvalidInput

_PREFIX = {"": 0, "k": 3, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}
_AMOUNT = {"g": "mass", "mol": "amount", "eq": "charge", "[IU]": "iu", "U": "activity"}
_WHOLE = {  # unit -> (dimension, factor to the dimension's first unit)
    "10*3/uL": ("count/volume", "1"), "10*9/L": ("count/volume", "1"), "K/uL": ("count/volume", "1"), "10*3/mm3": ("count/volume", "1"),
    "10*6/uL": ("count/volume", "1000"), "10*12/L": ("count/volume", "1000"), "/uL": ("count/volume", "0.001"),
    "10*6/L": ("count/volume", "0.001"), "/mm3": ("count/volume", "0.001"),
    "mm[Hg]": ("pressure", "1"), "kPa": ("pressure", "7.50061683"),
    "cm": ("length", "1"), "m": ("length", "100"), "mm": ("length", "0.1"), "[in_i]": ("length", "2.54"), "[ft_i]": ("length", "30.48"),
    "kg": ("body mass", "1"), "g": ("body mass", "0.001"), "[lb_av]": ("body mass", "0.45359237"),
    "%": ("fraction", "0.01"), "1": ("fraction", "1"), "L/L": ("fraction", "1"), "{ratio}": ("fraction", "1"), "{INR}": ("fraction", "1"),
    "[pH]": ("fraction", "1"), "{s.g.}": ("fraction", "1"), "{score}": ("fraction", "1"), "{T-score}": ("fraction", "1"),
    "mg/(24.h)": ("mass per day", "1"), "g/(24.h)": ("mass per day", "1000"), "s": ("time", "1"), "ms": ("time", "0.001"),
    "/min": ("rate", "1"), "{beats}/min": ("rate", "1"), "{breaths}/min": ("rate", "1"),
    "mosm/kg": ("osmolality", "1"), "mmol/kg": ("osmolality", "1"), "mosm/L": ("osmolality", "1"),
    "mg/g{creat}": ("mass per creatinine", "1"), "ug/mg{creat}": ("mass per creatinine", "1"),
    "g/g{creat}": ("mass per creatinine", "1000"), "mg/mg{creat}": ("mass per creatinine", "1000"),
    "mg/mmol{creat}": ("mass per creatinine", "8.84017"),
}  # fmt: skip
_OFFSET = {  # (from, to) -> value = factor x value + offset
    ("[degF]", "Cel"): ("0.5555555555555556", "-17.77777777777778"),
    ("Cel", "[degF]"): ("1.8", "32"),
    ("mmol/mol", "%"): ("0.09148", "2.152"),
    ("%", "mmol/mol"): ("10.93135111499781", "-23.52426759947529"),
}
_SAME = {
    "µ": "u",
    "μ": "u",
    "mEq": "meq",
    "IU": "[IU]",
    "mmHg": "mm[Hg]",
    "mm Hg": "mm[Hg]",
    "℃": "Cel",
    "°C": "Cel",
    "°F": "[degF]",
    "ml": "mL",
    "dl": "dL",
    "mOsm": "mosm",
}


_WORDS = {
    "次/分": "/min", "bpm": "/min", "insp/min": "/min", "breaths/min": "/min", "beats/min": "/min",
    "mm/hr": "mm/h", "lb": "[lb_av]", "lbs": "[lb_av]",
    "in": "[in_i]", "inch": "[in_i]", "inches": "[in_i]", "sec": "s", "secs": "s", "seconds": "s",
    "msec": "ms", "m/ul": "10*6/uL", "k/ul": "10*3/uL",
    "mm[hg]": "mm[Hg]", "#/hpf": "/[HPF]", "/hpf": "/[HPF]", "cells/ul": "/uL",
}  # fmt: skip


@lru_cache(maxsize=4096)
def canonical(unit: str) -> str:
    """A UCUM spelling of a unit as people write it ("µmol/l" -> "umol/L"); unchanged when it is UCUM already."""
    text = unit.strip()
    for written, code in _SAME.items():
        if not (written == "IU" and "[IU]" in text):
            text = text.replace(written, code)
    if text.endswith("/l"):
        text = text[:-1] + "L"
    text = text.replace("mU/", "m[IU]/").replace("uU/", "u[IU]/").replace("mcg/", "ug/").replace("x10", "10").replace("10^", "10*")
    return _WORDS.get(text.replace(" ", "").casefold(), text)


@lru_cache(maxsize=4096)
def _concentration(unit: str) -> tuple[str, Decimal] | None:
    """Dimension and factor to "per litre in base units" of an amount per volume, or None."""
    top, slash, bottom = unit.partition("/")
    suffix = bottom[bottom.find("{") :] if "{" in bottom else ""
    bottom = bottom.removesuffix(suffix)
    if not slash or not bottom.endswith("L") or bottom[:-1] not in _PREFIX:
        return None
    for base, dimension in _AMOUNT.items():
        if top.endswith(base) and top.removesuffix(base) in _PREFIX:
            return dimension + suffix, Decimal(10) ** (_PREFIX[top.removesuffix(base)] - _PREFIX[bottom[:-1]])
    return None


def _dimension(analyte: Analyte, unit: str) -> tuple[str, Decimal] | None:
    if analyte.key == "egfr" and unit in ("mL/min", "mL/min/{1.73_m2}"):
        return "clearance per 1.73 m2", Decimal(1)  # laboratories leave the area out; an estimate is always per 1.73 m2
    if unit in _WHOLE:
        dimension, factor = _WHOLE[unit]
        return dimension, Decimal(factor)
    found = _concentration(unit)
    if found is None:
        return None
    dimension, factor = found
    if dimension == "iu":  # laboratories write U and IU alike for an enzyme or an antibody
        return "activity", factor
    if dimension == "mass" and analyte.molar_mass_g_per_mol:
        return "amount", factor / analyte.molar_mass_g_per_mol
    if dimension == "charge" and analyte.valence:
        return "amount", factor / analyte.valence
    return dimension, factor


def convertible(analyte: Analyte, unit: str) -> bool:
    """Whether a value of this unit can be brought to the analyte's canonical unit."""
    return _factor(analyte, canonical(unit), analyte.unit) is not None or (canonical(unit), analyte.unit) in _OFFSET


def _factor(analyte: Analyte, source: str, target: str) -> Decimal | None:
    if source == target:
        return Decimal(1)
    one, two = _dimension(analyte, source), _dimension(analyte, target)
    return one[1] / two[1] if one and two and one[0] == two[0] else None


def convert(analyte: Analyte, value: Decimal, unit: str, target: str = "") -> Decimal:
    """The value in `target` (the analyte's canonical unit by default).

    Raises InvalidInput (XL-LAB-001) when the analyte has no such conversion: a unit is never guessed.
    """
    source, wanted = canonical(unit), canonical(target) if target else analyte.unit
    if source != wanted and (source, wanted) in _OFFSET:
        factor, offset = _OFFSET[source, wanted]
        return value * Decimal(factor) + Decimal(offset)
    scale = _factor(analyte, source, wanted)
    if scale is None:
        raise InvalidInput(
            "XL-LAB-001",
            f"{analyte.names['en'][0]} cannot be converted from {unit or 'no unit'} to {wanted}",
            why="no factor between these units is known for this analyte",
            fix=f"give it in one of: {', '.join(analyte.units)}",
        )
    return value * scale


def decimals(analyte: Analyte, unit: str) -> int:
    """Decimals usual for reporting in `unit`: the canonical unit's, moved by the size of the conversion."""
    scale = _factor(analyte, analyte.unit, canonical(unit))
    return analyte.decimals if scale is None else max(0, analyte.decimals - round(math.log10(scale)))
