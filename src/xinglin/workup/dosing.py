"""How a medicine is taken, put into a few canonical words: dose, route, frequency, as needed.

Frequencies are "times/period/unit" ("2/1/d" is twice a day, "1/8/h" every eight hours) or a timing code such as BID;
routes are plain words (oral, intravenous, subcutaneous ...). What cannot be read stays as the source wrote it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from xinglin.records.chart import Dose, Medicine
from xinglin.workup.evidence import plain

_ROUTES = {
    "oral": ("oral", "26643006", "po", "by mouth", "per os", "口服", "po/ng", "oral route"),
    "intravenous": (
        "intravenous",
        "47625008",
        "iv",
        "iv drip",
        "iv bolus",
        "iv push",
        "静脉",
        "靜脈",
        "ivpb",
        "iv drip protocol",
        "静脉注射",
        "静脉滴注",
    ),
    "subcutaneous": ("subcutaneous", "34206005", "sc", "sq", "subcut", "皮下", "皮下注射"),
    "intramuscular": ("intramuscular", "78421000", "im", "肌内", "肌肉", "肌内注射", "肌肉注射"),
    "topical": ("topical", "tp", "外用", "cutaneous", "局部外用"),
    "inhaled": ("inhalation", "ih", "inh", "inhaled", "respiratory", "吸入", "neb", "nebulization", "in"),
    "rectal": ("rectal", "pr", "直肠"),
    "sublingual": ("sublingual", "sl", "舌下"),
    "transdermal": ("transdermal", "td", "经皮"),
    "ophthalmic": ("ophthalmic", "eye", "both eyes", "left eye", "right eye", "滴眼"),
    "nasal": ("nasal", "nu", "鼻"),
    "vaginal": ("vaginal", "pv", "阴道"),
    "enteral tube": ("ng", "nasogastric", "per g tube", "j tube", "pg", "og", "鼻饲"),
}
_ROUTE_OF = {word: route for route, words in _ROUTES.items() for word in words}
_TIMINGS = {
    "QD", "BID", "TID", "QID", "QOD", "AM", "PM", "HS", "Q1H", "Q2H", "Q3H", "Q4H", "Q6H", "Q8H", "Q12H", "ONCE", "CONT", "WK", "MO",
}  # fmt: skip
_TIMING_WORDS = {
    "DAILY": "QD", "Q24H": "QD", "ONCE DAILY": "QD", "TWICE DAILY": "BID", "QHS": "HS", "AT BEDTIME": "HS", "QAM": "AM", "QPM": "PM",
    "EVERY OTHER DAY": "QOD", "CONTINUOUS": "CONT", "ONE TIME": "ONCE", "1X": "ONCE", "QWEEK": "WK", "WEEKLY": "WK", "X1": "ONCE",
    "ASDIR": "", "INFUSION": "CONT", "Q24": "QD", "每日一次": "QD", "每日两次": "BID", "每日三次": "TID",
    "ONCE ONLY": "ONCE", "1 TIME DAILY": "QD", "THREE TIMES DAILY": "TID", "FOUR TIMES DAILY": "QID",
}  # fmt: skip
_ROUTE_TAIL = re.compile(r"\s+route(?: of administration)?$|\s+use$", re.IGNORECASE)


class Dosing(NamedTuple):
    """Canonical words, "" where unknown; `dose` reads "500 mg", `as_needed` is "yes" or "".

    `dose_count` is a dose written without a unit ("1").
    """

    dose: str = ""
    dose_count: str = ""
    rate: str = ""
    route: str = ""
    frequency: str = ""
    as_needed: str = ""
    as_needed_for: str = ""
    maximum: str = ""
    instructions: str = ""


def dosing_of(entry: Medicine) -> Dosing:
    """The dosing of one line; of several dosage instructions the first, with all words kept in `instructions`."""
    if not entry.doses:
        return Dosing()
    one = entry.doses[0]
    has_unit = bool(one.amount and (one.amount.unit or one.amount.shown_unit))
    said = (part for dose in entry.doses for part in (dose.text, dose.timing.partition(",")[2].strip()))
    words = "; ".join(dict.fromkeys(part for part in said if part))
    return Dosing(
        dose=plain(one.amount) if one.amount and has_unit else "",
        dose_count=one.amount.value if one.amount and not has_unit else "",
        rate=plain(one.rate) if one.rate else "",
        route=route_of(one.route),
        frequency=frequency_of(one),
        as_needed="yes" if one.as_needed else "",
        as_needed_for=one.as_needed_for,
        maximum=one.maximum,
        instructions=words[:300],
    )


def route_of(words: str) -> str:
    """The plain word of a route, else the source's own."""
    text = _ROUTE_TAIL.sub("", words.strip())
    return _ROUTE_OF.get(text.casefold(), text)


def frequency_of(dose: Dose) -> str:
    """Canonical frequency of a dosage line, "" when it says none."""
    if dose.times and dose.period and dose.period_unit:
        return f"{_whole(dose.times)}/{_whole(dose.period)}/{dose.period_unit}"
    said = dose.timing.partition(",")[0].strip()
    upper = said.upper()
    if upper in _TIMINGS:
        return upper
    return _TIMING_WORDS.get(upper, said)


def _whole(number: str) -> str:
    return number.removesuffix(".0")
