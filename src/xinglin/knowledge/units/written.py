"""From what people write to a UCUM code, and back to what people read.

`canonical("mm Hg")`, `canonical("毫米汞柱")` and `canonical("mmHg")` are all "mm[Hg]". What is not known gives None, never a guess:
"C" alone is degrees Celsius to every nurse and coulomb to UCUM, so the house's own table is asked before the grammar.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from xinglin.knowledge.units.grammar import parse
from xinglin.records.errors import InvalidInput

_FILE = Path(__file__).with_name("data") / "written.tsv"
# G/L is giga per litre in French laboratories and grams per litre in capitals; 分 is a minute and a point; M is molar, mega, metre.
_AMBIGUOUS = frozenset({"G/L", "T/L", "M", "分", "MM", "mm/L"})
_SHORT = {"d": "day", "wk": "week", "mo": "month", "a": "year"}
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_RAISED_POWER = re.compile(r"10(?=[⁰¹²³⁴⁵⁶⁷⁸⁹⁻])")
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_POWER_OF_TEN = re.compile(r"^[x×✕*·]?10(?:\^|\*{1,2}|[eE]\+?)\(?(\d{1,2})\)?(?=/|$)")
_INDEXED = re.compile(r"/1\.73(?:m\^?2|sqm|平方米|m²)$", re.IGNORECASE)
_HOURS = re.compile(r"/(\d{1,2})(?:h|hr|hrs|hours?|小时)$", re.IGNORECASE)
_EXPONENT = re.compile(r"([A-Za-z\]])\^?(-?\d)$")


class _Book:
    """The rows of the table: names by code, codes by writing (exact, and by lower case where only one code claims it)."""

    def __init__(self) -> None:
        self.shown: dict[str, tuple[str, str]] = {}
        self.exact: dict[str, str] = {}
        lowered: dict[str, set[str]] = {}
        for line in _FILE.read_text(encoding="utf-8").splitlines()[1:]:
            code, en, zh, others = line.split("\t")
            self.shown[code] = (en, zh)
            for writing in (code, en, zh, *filter(None, others.split("; "))):
                key = _plain(writing)
                self.exact.setdefault(key, code)
                lowered.setdefault(key.lower(), set()).add(code)
        self.lower = {key: next(iter(codes)) for key, codes in lowered.items() if len(codes) == 1}


def _plain(text: str) -> str:
    """Without spaces, with one micro sign, and with raised figures set down."""
    flat = unicodedata.normalize("NFKC", _RAISED_POWER.sub("10^", text).translate(_SUPERSCRIPT))
    flat = "".join(flat.split()).replace("μ", "u").replace("µ", "u").replace("⁄", "/")
    return flat[1:-1] if flat.startswith("(") and flat.find(")") == len(flat) - 1 else flat


@cache
def _book() -> _Book:
    return _Book()


def _valid(code: str) -> str | None:
    try:
        parse(code)
    except InvalidInput:
        return None
    return code


def _part(text: str, fold: bool) -> str | None:
    """The code of one side of a slash; `fold` lets capitals stand for small letters."""
    book = _book()
    if found := book.exact.get(text):
        return found
    if power := _POWER_OF_TEN.match(text):
        return f"10*{power[1]}" if power.end() == len(text) else None
    if split := _EXPONENT.search(text):
        base = _part(text[: split.start() + 1], fold)
        return f"{base}{split[2]}" if base and _valid(f"{base}{split[2]}") else None
    return book.lower.get(text.lower()) if fold and (len(text) > 1 or text.islower()) else None


def _joined(text: str, fold: bool) -> str | None:
    """The code of a writing with slashes, put together from codes of its parts."""
    ending = ""
    if hit := _INDEXED.search(text):
        text, ending = text[: hit.start()], "/{1.73_m2}"
    elif hit := _HOURS.search(text):
        text, ending = text[: hit.start()], f"/({hit[1]}.h)"
    first, *rest = text.split("/")
    parts = [_part(each, fold) for each in rest]
    head = _part(first, fold) if first else ""
    if head is None or None in parts:
        return None
    code = "/".join([head, *(part for part in parts if part)]) + ending
    return _valid(code)


@lru_cache(maxsize=8192)
def canonical(shown_unit: str) -> str | None:
    """The UCUM code for a unit as people write it in English or Chinese, or None when it is not known.

    >>> canonical("x10E3/uL"), canonical("毫摩尔/升"), canonical("mL/min/1.73m2"), canonical("furlongs")
    ('10*3/uL', 'mmol/L', 'mL/min/{1.73_m2}', None)
    """
    text = _plain(shown_unit)
    if not text or len(text) > 60 or text in _AMBIGUOUS:
        return None
    if found := _book().exact.get(text):
        return found
    if len(text) == 1 and text.isascii() and text.isupper():
        return None  # A, G, H, S, T, W: ampere or year, gauss or gram ... a lone capital says too little
    lowered, folded = _book().lower.get(text.lower()), _joined(text, fold=True)
    if text.isupper():  # MG is milligrams to people, a megagauss to UCUM
        return lowered or folded or _valid(text)
    return _joined(text, fold=False) or _valid(text) or lowered or folded


def _spelled_out(code: str) -> str:
    """A code without a row, made easier to read: 10*3/uL becomes 10³/µL."""
    text = re.sub(r"10\*(-?\d+)", lambda hit: "10" + hit[1].translate(_RAISED), code)
    for atom, shown in (
        ("[iU]", "IU"),
        ("[IU]", "IU"),
        ("m[Hg]", "mHg"),
        ("m[H2O]", "mH₂O"),
        ("[degF]", "°F"),
        ("Cel", "°C"),
        ("[lb_av]", "lb"),
    ):
        text = text.replace(atom, shown)
    text = re.sub(r"(?<![A-Za-z])u(?=[A-Za-z])", "µ", text)
    text = re.sub(r"(?<=[a-z\]])(-?\d)", lambda hit: hit[1].translate(_RAISED), text)
    return re.sub(r"\{([^}]*)\}", lambda hit: hit[1].replace("_", " "), text).replace(".", "·").strip("[]")


@lru_cache(maxsize=4096)
def display(unit: str, language: str) -> str:
    """The unit as a reader of "en" or "zh" expects it; "" for the plain number "1".

    >>> display("mm[Hg]", "en"), display("/min", "zh"), display("Cel", "en")
    ('mmHg', '次/分', '°C')
    """
    if unit in ("", "1"):
        return ""
    if row := _book().shown.get(unit):
        return row[1] if language == "zh" else row[0]
    unit, hours, count = unit.partition("/(")
    ending = ""
    if hours:
        number = count.removesuffix(".h)")
        ending = (f"/{number}小时" if language == "zh" else f"/{number} h") if number.isdigit() else hours + count
    parts = [_side(part, index, language) for index, part in enumerate(unit.split("/"))]
    return "/".join(parts) + ending


def _side(part: str, index: int, language: str) -> str:
    """One side of a slash; below the line English says "day", not "days"."""
    row = _book().shown.get(part)
    if row is None:
        return _spelled_out(part)
    if language == "zh":
        return row[1]
    return _SHORT.get(part, row[0]) if index else row[0]


def written_count() -> int:
    """How many units have names of our own."""
    return len(_book().shown)
