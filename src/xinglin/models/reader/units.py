"""Units as people write them, and the UCUM code each stands for; conversion between them.

English and Chinese spellings; a unit may follow its number with or without a blank.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

_SPELLINGS: dict[str, str] = {
    "%": "% percent per-cent pct",
    "g/L": "g/l gm/l 克/升 g·l-1",
    "g/dL": "g/dl gm/dl gm% g% 克/分升 g/100ml",
    "mg/dL": "mg/dl mg% 毫克/分升 mg/100ml",
    "mg/L": "mg/l 毫克/升",
    "ug/L": "ug/l µg/l mcg/l 微克/升",
    "ng/mL": "ng/ml 纳克/毫升",
    "ng/dL": "ng/dl",
    "ng/L": "ng/l",
    "pg/mL": "pg/ml",
    "pg": "pg",
    "fL": "fl",
    "ug/dL": "ug/dl µg/dl mcg/dl",
    "ug/mL": "ug/ml µg/ml mcg/ml",
    "mmol/L": "mmol/l mmoles/l mm/l 毫摩尔/升 毫摩尔每升 毫摩/升",
    "umol/L": "micromol/l micromoles/l micromole/l umol/l µmol/l mcmol/l 微摩尔/升 微摩尔每升 微摩/升",
    "nmol/L": "nmol/l 纳摩尔/升",
    "pmol/L": "pmol/l 皮摩尔/升",
    "mmol/mol": "mmol/mol",
    "meq/L": "meq/l",
    "U/L": "u/l iu/l 单位/升",
    "m[IU]/L": "miu/l mu/l",
    "m[IU]/mL": "miu/ml",
    "u[IU]/mL": "uiu/ml µiu/ml",
    "[IU]/mL": "iu/ml u/ml",
    "mg/g": "mg/g",
    "mg/mmol": "mg/mmol",
    "mg/mL": "mg/ml 毫克/毫升",
    "mm[Hg]": "mmhg mm[hg] mm-hg 毫米汞柱",
    "kPa": "kpa 千帕",
    "cm[H2O]": "cmh2o",
    "kg": "kg kgs kilogram kilograms kilo kilos 公斤 千克",
    "g": "g gm gms gram grams 克",
    "mg": "mg mgs milligram milligrams 毫克",
    "ug": "ug µg mcg microgram micrograms 微克",
    "ng": "ng",
    "[lb_av]": "lb lbs pound pounds [lb_av] 磅",
    "[oz_av]": "oz ounce ounces 盎司",
    "[jin]": "jin catty catties 市斤 斤",
    "m": "m metre metres meter meters 米",
    "cm": "cm cms centimetre centimetres centimeter centimeters 厘米 公分",
    "mm": "mm millimetre millimetres millimeter millimeters 毫米",
    "um": "um µm",
    "[in_i]": "inch inches [in_i] 英寸",
    "[ft_i]": "feet foot ft",
    "kg/m2": "kg/m2 kg/m^2 kg/m² kg/㎡ 公斤/平方米 千克/平方米",
    "m2": "m2 m² 平方米",
    "mL": "ml mls millilitre millilitres milliliter milliliters cc 毫升",
    "L": "l litre litres liter liters 升",
    "L/min": "l/min 升/分",
    "mL/min": "ml/min ml/minute 毫升/分钟 毫升/分",
    "mL/min/{1.73_m2}": "ml/min/{1.73_m2} ml/min/1.73m2 ml/min/1.73-m2 ml/min/1.73m² ml/min/1.73m^2 ml/min/1.73_m2 ml/min/{1.73m2} ml/min/1.73㎡ "
    "ml/min/1.73_m*2 ml/(min*1.73m2) ml/min/1.73m*2 ml/min/1.73_m² ml/min/1.73_sq_m ml/min*1.73m2",
    "/min": "/min bpm beats/min beats/minute beats_per_minute breaths/min breaths/minute breaths_per_minute per_minute {beats}/min {breaths}/min "
    "次/分 次/分钟 次每分 次每分钟",
    "Cel": "°c ℃ degc deg_c cel °_c degrees_c degrees_celsius celsius 摄氏度 度",
    "[degF]": "°f ℉ degf deg_f [degf] degrees_f degrees_fahrenheit fahrenheit 华氏度",
    "10*9/L": "10*9/l 10^9/l 10e9/l 10⁹/l x10*9/l x10^9/l x10e9/l x10⁹/l x109/l *10*9/l *10^9/l *10⁹/l *109/l g/l_wbc x_10^9/l x_10*9/l "
    "*_10^9/l *_10⁹/l x_10⁹/l",
    "10*12/L": "10*12/l 10^12/l 10e12/l 10¹²/l x10*12/l x10^12/l x10e12/l x10¹²/l x1012/l *10*12/l *10^12/l *10¹²/l *1012/l *_10^12/l *_10¹²/l "
    "x_10^12/l",
    "10*3/uL": "10*3/ul 10*3/µl 10^3/ul 10^3/µl 10³/ul 10³/µl x10*3/ul x10^3/ul x10^3/µl x10³/µl *10^3/ul *10³/µl *10^3/µl k/ul k/µl k/mm3 k/cumm "
    "thou/ul thousand/ul thousand/µl 10*3/mm3 10^3/mm3 th/mm3",
    "10*4/uL": "万/ul 万/μl 万/µl 万/微升 万/mm3 10*4/ul 10^4/ul 10⁴/ul",
    "10*6/uL": "10*6/ul 10*6/µl 10^6/ul 10^6/µl 10⁶/µl 10⁶/ul x10*6/ul x10^6/ul x10^6/µl *10^6/µl *10⁶/µl *10^6/ul m/ul m/µl m/mm3 mill/mm3 million/ul",
    "/uL": "/ul /µl /mm3 /cumm cells/ul cells/µl cells/mm3",
    "/[HPF]": "/hpf",
    "s": "sec secs second seconds 秒",
    "min": "min mins minute minutes 分钟 分",
    "h": "h hr hrs hour hours 小时 个小时 钟头",
    "d": "d day days 天 日",
    "wk": "wk wks week weeks 周 星期 个星期 礼拜",
    "mo": "mo mos month months 个月 月",
    "a": "yr yrs year years y/o yo year-old years-old yr-old 年 岁 周岁",
    "ms": "ms msec 毫秒",
    "mm/h": "mm/h mm/hr mm/hour 毫米/小时",
    "[IU]": "iu units unit u [iu] 单位 国际单位",
    "meq": "meq",
    "mmol": "mmol 毫摩尔",
    "mg/kg": "mg/kg 毫克/公斤",
    "mg/(24.h)": "mg/day mg/d mg/24h mg/24_h mg/(24.h) 毫克/天 毫克/24小时 毫克/24h mg/24小时",
    "g/(24.h)": "g/day g/d g/24h g/24_h g/(24.h) 克/天 克/24小时 克/24h g/24小时",
    "ug/g": "ug/g µg/g mcg/g 微克/克",
    "{copies}/mL": "copies/ml 拷贝/毫升 拷贝/ml {copies}/ml copies_per_ml",
    "{copies}": "copies 拷贝",
    "mg/h": "mg/h mg/hr",
    "mL/h": "ml/h ml/hr",
    "ug/h": "mcg/h mcg/hr",
    "mOsm/kg": "mosm/kg mosmol/kg",
    "ug/min": "mcg/min ug/min",
    "[pH]": "[ph]",
    "{INR}": "{inr}",
    "Gy": "gy",
    "[hnsf'U]": "hu 亨氏单位",
    "mm3": "mm³ mm3 mm^3 立方毫米",
    "cm3": "cm³ cm3 cm^3 立方厘米",
    "mm2": "mm² mm2 mm^2 平方毫米",
    "{tab}": "tab tabs tablet tablets 片",
    "{cap}": "cap caps capsule capsules 粒",
    "{puff}": "puff puffs 喷",
    "{drop}": "drop drops gtt 滴",
    "{pack}": "pack packs 包 支 袋 瓶",
    "{score}": "{score} points point 分值",
}
TIME_UNITS = frozenset({"s", "min", "h", "d", "wk", "mo", "a"})
COUNT_UNITS = frozenset({"{tab}", "{cap}", "{puff}", "{drop}", "{pack}"})
_WORDS: dict[str, str] = {word.replace("_", " "): code for code, words in _SPELLINGS.items() for word in words.split()}
_SIGNS = str.maketrans({"⁰": "0", "¹": "1", "²": "2", "³": "3", "⁶": "6", "⁹": "9", "^": "*", "µ": "u", "㎡": "m2"})
_BY_FIRST: dict[str, re.Pattern[str]] = {}


def _pattern(words: list[str]) -> re.Pattern[str]:
    parts = []
    for word in sorted(words, key=len, reverse=True):
        edge = r"(?![a-z0-9])" if word[-1].isalnum() and word.isascii() else ""
        parts.append(re.escape(word).replace(r"\ ", r" ?").replace(r"\-", r"[ -]?") + edge)
    return re.compile("|".join(parts))


def _first_letters() -> None:
    groups: dict[str, list[str]] = {}
    for word in _WORDS:
        groups.setdefault(word[0], []).append(word)
    _BY_FIRST.update({first: _pattern(words) for first, words in groups.items()})


_first_letters()


def unit_at(folded: str, position: int) -> tuple[int, int, str]:
    """The unit that begins at or one blank after `position`: (start, end, UCUM code); code "" when there is none."""
    start = position
    length = len(folded)
    while start < length and folded[start] in " -" and start - position < 2:
        start += 1
    if start >= length:
        return position, position, ""
    pattern = _BY_FIRST.get(folded[start])
    found = pattern.match(folded, start) if pattern else None
    if found is None:
        return position, position, ""
    end, code = found.end(), ucum_of(found.group())
    if folded[end - 1] in "升分度" and folded[end : end + 1] in tuple("至到高为了降值级期型"):
        return position, position, ""  # 420升至561: rose to
    return (start, *_per(folded, end, code))


_PER = re.compile(r"\s?(?:/|每|per )\s?(?P<count>24|100|1)?\s?(?P<unit>[a-zµ]+|升|分升|毫升|小时|天|日|公斤|千克|克|分钟?)(?![a-z0-9])")


def _per(folded: str, end: int, code: str) -> tuple[int, str]:
    """The end and code of a unit that goes on with "per": g/24 h, µg/g, 克每升."""
    if "/" in code or code in COUNT_UNITS:
        return end, code
    more = _PER.match(folded, end)
    second = _WORDS.get(more["unit"], "") if more else ""
    if more is None or not second or (second in ("d", "h", "wk", "min") and not more["count"] and code in ("mg", "g", "ug", "[IU]", "mL")):
        return end, code
    if more["count"] == "24" or (second == "d" and more["count"]):
        return more.end(), f"{code}/(24.h)"
    if more["count"] == "100":
        return (more.end(), f"{code}/dL") if second == "mL" else (end, code)
    joined = f"{code}/{second}"
    return more.end(), _WORDS.get(joined.lower(), joined)


@lru_cache(maxsize=4096)
def ucum_of(written: str) -> str:
    """The UCUM code of a unit as written, or the words themselves when they are not known. Never raises.

    >>> ucum_of("mmHg"), ucum_of("×10⁹/L"), ucum_of("次/分")
    ('mm[Hg]', '10*9/L', '/min')
    """
    from xinglin.models.reader.text_forms import fold

    small = fold(written.strip())
    for form in (small, small.replace("-", " "), small.replace(" ", "-"), small.replace(" ", "")):
        if form in _WORDS:
            return _WORDS[form]
    plain = small.translate(_SIGNS).replace(" ", "")
    for word, code in _WORDS.items():
        if word.translate(_SIGNS).replace(" ", "") == plain:
            return code
    return _UCUM_ALIASES.get(plain, written.strip())


_UCUM_ALIASES = {
    "mm_hg": "mm[Hg]",
    "{beats}/min": "/min",
    "1/min": "/min",
    "{score}": "{score}",
    "[iu]/l": "U/L",
    "iu/l": "U/L",
    "{#}": "",
    "1": "",
}

# Exact factors to a base unit per dimension; molar conversions need the analyte and come from knowledge.units.
_BASE: dict[str, tuple[str, str]] = {
    "kg": ("mass", "1000"), "g": ("mass", "1"), "mg": ("mass", "0.001"), "ug": ("mass", "0.000001"), "ng": ("mass", "1e-9"), "pg": ("mass", "1e-12"),
    "[lb_av]": ("mass", "453.59237"), "[oz_av]": ("mass", "28.349523125"),
    "[jin]": ("mass", "500"),
    "m": ("length", "1"), "cm": ("length", "0.01"), "mm": ("length", "0.001"), "um": ("length", "0.000001"),
    "[in_i]": ("length", "0.0254"), "[ft_i]": ("length", "0.3048"),
    "L": ("volume", "1"), "mL": ("volume", "0.001"), "fL": ("volume", "1e-15"),
    "g/L": ("density", "1"), "g/dL": ("density", "10"), "mg/dL": ("density", "0.01"), "mg/L": ("density", "0.001"), "ug/L": ("density", "1e-6"),
    "ng/mL": ("density", "1e-6"), "ug/mL": ("density", "0.001"), "mg/mL": ("density", "1"), "ug/dL": ("density", "1e-5"), "ng/dL": ("density", "1e-8"),
    "ng/L": ("density", "1e-9"), "pg/mL": ("density", "1e-9"),
    "mmol/L": ("molarity", "1"), "umol/L": ("molarity", "0.001"), "nmol/L": ("molarity", "1e-6"), "pmol/L": ("molarity", "1e-9"),
    "mm[Hg]": ("pressure", "133.322387415"), "kPa": ("pressure", "1000"), "cm[H2O]": ("pressure", "98.0665"),
    "10*9/L": ("count", "1e9"), "10*3/uL": ("count", "1e9"), "10*4/uL": ("count", "1e10"), "/uL": ("count", "1e6"), "10*12/L": ("count", "1e12"), "10*6/uL": ("count", "1e12"),
    "s": ("time", "1"), "ms": ("time", "0.001"), "min": ("time", "60"), "h": ("time", "3600"), "d": ("time", "86400"), "wk": ("time", "604800"),
    "mo": ("time", "2629746"), "a": ("time", "31556952"),
    "U/L": ("activity", "1"), "[IU]/L": ("activity", "1"), "m[IU]/L": ("activity", "0.001"), "u[IU]/mL": ("activity", "0.001"),
    "m[IU]/mL": ("activity", "1"), "[IU]/mL": ("activity", "1000"),
    "mg/(24.h)": ("flow", "1"), "g/(24.h)": ("flow", "1000"),
}  # fmt: skip
_MOLAR = {  # g/mol, used only where knowledge.units has no row
    "2160-0": "113.12", "38483-4": "113.12", "2339-0": "180.156", "2345-7": "180.156", "1558-6": "180.156", "2093-3": "386.65", "2085-9": "386.65",
    "13457-7": "386.65", "18262-6": "386.65", "2571-8": "885.7", "1975-2": "584.66", "3084-1": "168.11", "17861-6": "40.078", "3094-0": "28.014",
    "6299-2": "28.014",
}  # fmt: skip


@lru_cache(maxsize=16384)
def converted(value: str, from_unit: str, to_unit: str, loinc: str = "") -> Decimal | None:
    """`value` in `to_unit`, or None when the two units measure different things."""
    number = Decimal(value)
    if from_unit == to_unit:
        return number
    known = _from_knowledge(number, from_unit, to_unit, loinc)
    known = known if known is not None else _by_table(number, from_unit, to_unit, loinc)
    return known if known is not None else _by_ucum(number, from_unit, to_unit, loinc)


def _by_ucum(number: Decimal, from_unit: str, to_unit: str, loinc: str) -> Decimal | None:
    """What the units themselves say, for pairs that stand in no table; equivalents need the charge and are left out."""
    if not from_unit or not to_unit or "eq" in f"{from_unit}{to_unit}" or "{" in f"{from_unit[:1]}{to_unit[:1]}":
        return None
    from xinglin.knowledge.units import convert
    from xinglin.records.errors import XinglinError

    try:
        return convert(number, from_unit, to_unit, loinc)
    except (XinglinError, ValueError, ArithmeticError, KeyError):
        return None


def _from_knowledge(number: Decimal, from_unit: str, to_unit: str, loinc: str) -> Decimal | None:
    from xinglin.knowledge.labs import analyte, convert
    from xinglin.records.errors import XinglinError

    known = analyte(loinc) if loinc else None
    if known is None:
        return None
    try:
        return convert(known, number, from_unit, to_unit)
    except (XinglinError, ValueError, ArithmeticError, KeyError):
        return None


def _by_table(number: Decimal, from_unit: str, to_unit: str, loinc: str) -> Decimal | None:
    pair = (from_unit, to_unit)
    if pair == ("Cel", "[degF]"):
        return number * 9 / 5 + 32
    if pair == ("[degF]", "Cel"):
        return (number - 32) * 5 / 9
    if pair == ("%", "mmol/mol") and loinc in ("4548-4", "59261-8", ""):
        return (number - Decimal("2.15")) * Decimal("10.929")  # IFCC-NGSP master equation
    if pair == ("mmol/mol", "%"):
        return number / Decimal("10.929") + Decimal("2.15")
    if {"meq/L", "mmol/L"} == set(pair) and loinc in ("2823-3", "2951-2", "2075-0", "2028-9", "1963-8", "6298-4", "2947-0", "2069-3"):
        return number
    source, target = _BASE.get(from_unit), _BASE.get(to_unit)
    if source is None or target is None:
        return None
    base = number * Decimal(source[1])
    if source[0] == target[0]:
        return base / Decimal(target[1])
    if loinc in _MOLAR and {source[0], target[0]} == {"density", "molarity"}:
        grams_per_mmol = Decimal(_MOLAR[loinc]) / 1000
        return (base / grams_per_mmol if source[0] == "density" else base * grams_per_mmol) / Decimal(target[1])
    return None
