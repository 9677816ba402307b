"""How each language writes dates, lists, numbers with units, ages, flags, routes and frequencies.

English dates read "on 2019-03-04", Chinese ones 2019年3月4日; units keep their standard symbols in both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from xinglin.knowledge.rounding import shown
from xinglin.records.quantity import Quantity

UNIT_SYMBOLS = {
    "Cel": "°C", "[degF]": "°F", "mm[Hg]": "mmHg", "[in_i]": "in", "[lb_av]": "lb", "{score}": "", "{nominal}": "", "{T-score}": "",
    "1": "", "{ratio}": "", "pH": "", "[pH]": "", "{INR}": "", "10*3/uL": "×10³/µL", "10*6/uL": "×10⁶/µL", "10*9/L": "×10⁹/L",
    "10*12/L": "×10¹²/L", "K/uL": "×10³/µL", "m/uL": "×10⁶/µL", "M/uL": "×10⁶/µL", "uL": "µL", "umol/L": "µmol/L", "ug/L": "µg/L",
    "ug/mL": "µg/mL", "ug/dL": "µg/dL", "ug": "µg", "mcg": "µg", "uU/mL": "µU/mL", "u[IU]/mL": "µIU/mL", "m[IU]/L": "mIU/L",
    "[IU]/L": "IU/L", "[IU]/mL": "IU/mL", "k[IU]/L": "kIU/L", "kU/L": "kU/L", "[iU]": "IU", "[IU]": "IU", "meq/L": "mEq/L",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "mL/min/1.73.m2": "mL/min/1.73 m²", "mL/min/1.73m2": "mL/min/1.73 m²", "kg/m2": "kg/m²", "m2": "m²", "/min": "/min",
    "{beats}/min": "/min", "{breaths}/min": "/min", "{Beats}/min": "/min", "{Breaths}/min": "/min", "a": "years", "/[HPF]": "/HPF",
    "/[LPF]": "/LPF", "[hnsf'U]": "HU", "mm3": "mm³", "cm3": "cm³", "[drp]": "drops", "{tbl}": "tablet", "{tablet}": "tablet",
}  # fmt: skip
_LITRE = re.compile(r"(/[dmuµn]?)l$")
_NOTE = re.compile(r"\{[^}]*\}")
_UNTIDY = (  # what is left when an optional part at the edge of a bracket is not known
    (re.compile(r"（[，；\s]+"), "（"),
    (re.compile(r"\([,;\s]+"), "("),
    (re.compile(r"[，；\s]+）"), "）"),
    (re.compile(r"[,;\s]+\)"), ")"),
    (re.compile(r"（）"), ""),
    (re.compile(r"\s*\(\)"), ""),
    (re.compile(r"\.{2,}$"), "."),
    (re.compile(r"。{2,}$"), "。"),
)


def unit_symbol(quantity: Quantity) -> str:
    """The unit as printed: the standard symbol of its UCUM code, else the words of the source."""
    for unit in (quantity.unit, quantity.shown_unit):
        if unit in UNIT_SYMBOLS:
            return UNIT_SYMBOLS[unit]
    unit = quantity.shown_unit or _NOTE.sub("", quantity.unit)
    return _LITRE.sub(r"\1L", unit)


def amount(quantity: Quantity, loinc: str = "", low: str = "", high: str = "") -> str:
    """A number with its unit, rounded by the reading policy: "178.8 cm", "<5 mg/L", "45%" ."""
    number = shown(quantity, loinc, low, high)
    unit = unit_symbol(quantity)
    gap = "" if not unit or unit.startswith("%") else " "
    return f"{quantity.comparator}{number.value}{gap}{unit}"


def date_words(when: str, language: str) -> str:
    """A FHIR time as a day: "2019-03-04", or 2019年3月4日; shorter dates stay short."""
    day = when[:10]
    if language != "zh" or not day:
        return day
    return "".join(f"{int(part)}{mark}" for part, mark in zip(day.split("-"), "年月日", strict=False))


def on_date(when: str, language: str) -> str:
    """The same with its preposition: "on 2019-03-04", "in 2019"; Chinese needs none."""
    day = date_words(when, language)
    if language == "zh" or not day:
        return day
    return f"on {day}" if len(day) == 10 else f"in {day}"


def listed(items: Sequence[str], language: str) -> str:
    """ "A, B and C", A、B和C; when an item has a comma or date of its own, semicolons keep them apart."""
    items = [item for item in items if item]
    if len(items) < 2:
        return "".join(items)
    if any("," in item or "，" in item or "、" in item for item in items):
        return separated(items, language)
    comma, final = ("、", "和") if language == "zh" else (", ", " and ")
    return comma.join(items[:-1]) + final + items[-1]


def separated(items: Sequence[str], language: str) -> str:
    """Items that each say something of their own: "A 1; B 2", 、"A 1；B 2"."""
    return ("；" if language == "zh" else "; ").join(item for item in items if item)


def sentence(text: str, language: str) -> str:
    """Sentence case and one full stop; words with inner capitals or digits (pH, eGFR) keep their own case."""
    text = re.sub(r"\s+", " ", text).strip()
    for pattern, better in _UNTIDY:
        text = pattern.sub(better, text)
    if not text:
        return text
    if language == "zh":
        return text
    first = re.split(r"[\s,.;:(]", text, maxsplit=1)[0]
    if (first.isalpha() and first.islower()) or re.fullmatch(r"[a-z]+(-[a-z]+)+", first):
        text = text[0].upper() + text[1:]
    return text


def frequency_words(code: str, words: Mapping[str, str]) -> str:
    """A frequency as words. `code` is "times/period/unit" ("2/1/d", "1/8/h"), a timing code (BID) or free words."""
    known = words.get(f"frequency.{code}")
    if known:
        return known
    parts = code.split("/")
    if len(parts) != 3:
        return code
    times, period, unit = parts
    name = words.get(f"period.{unit}", unit)
    if period == "1":
        return words["frequency.per"].format(times=times, unit=name)
    if times == "1":
        return words["frequency.every"].format(period=period, unit=words.get(f"periods.{unit}", name))
    return words["frequency.times_every"].format(times=times, period=period, unit=words.get(f"periods.{unit}", name))


def range_words(low: str, high: str, unit: str, language: str, loinc: str = "") -> str:
    """A reference range: "3.5–5.1 mmol/L", "≤5.1 mmol/L"."""
    symbol = unit_symbol(Quantity("0", unit))
    low, high = (_plain(bound, unit, loinc) for bound in (low, high))
    span = f"{low}–{high}" if low and high else f"≥{low}" if low else f"≤{high}" if high else ""
    if not span or not symbol:
        return span
    return f"{span}{'' if symbol.startswith('%') else ' '}{symbol}"


def _plain(bound: str, unit: str, loinc: str) -> str:
    if not bound:
        return ""
    try:
        number = Decimal(bound)
    except InvalidOperation:
        return bound
    text = shown(Quantity(format(number, "f"), unit), loinc).value
    return text.rstrip("0").rstrip(".") if "." in text else text
