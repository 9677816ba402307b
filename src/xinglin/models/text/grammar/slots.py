"""What a phrase may say of one fact: its slots, each filled from the fact alone.

Named slots (name, value, date, range, age, frequency ...) are below; any other slot is looked up in the fact's
`details`, with dates, amounts and coded words put into the reader's language. An unknown detail is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xinglin.knowledge.rounding import shown
from xinglin.models.text.grammar.wording import UNIT_SYMBOLS, amount, date_words, frequency_words, on_date, range_words, unit_symbol
from xinglin.records import Fact, Quantity

Words = Mapping[str, str]
_OTHER = {"en": "zh", "zh": "en"}


def slot_text(fact: Fact, slot: str, words: Words, language: str) -> str:
    """The words for one slot of one fact, "" when the fact does not know it."""
    named = _NAMED.get(slot)
    if named is not None:
        return named(fact, words, language)
    if slot.endswith("_on_date"):
        return on_date(fact.details.get(slot.removesuffix("_on_date") + "_date", ""), language)
    raw = (fact.details.get(f"{slot}_zh", "") if language == "zh" else "") or fact.details.get(slot, "")
    if not raw:
        return ""
    if slot.endswith("_date"):
        return date_words(raw, language)
    if slot.endswith("_value"):
        return _in_unit_of(fact, raw)
    if slot.endswith("_percent"):
        return raw + "%"
    return words.get(f"{slot}.{raw}", words.get(f"{slot}.{raw.casefold()}", raw))


def name(fact: Fact, words: Words, language: str) -> str:
    """What the fact's subject is called in that language, else in the other, else in the source's words."""
    for choice in (language, _OTHER.get(language, "en")):
        if fact.names.get(choice):
            return fact.names[choice][0]
    return fact.concept.words


def _value(fact: Fact, words: Words, language: str) -> str:
    if isinstance(fact.value, Quantity):
        return amount(fact.value, loinc_of(fact), fact.details.get("reference_low", ""), fact.details.get("reference_high", ""))
    text = fact.value or ""
    return words.get(f"value.{text.casefold()}", text)


def _number(fact: Fact, words: Words, language: str) -> str:
    """The value without its unit, for pairs such as 120/80."""
    return shown(fact.value, loinc_of(fact)).value if isinstance(fact.value, Quantity) else ""


def _product(fact: Fact, words: Words, language: str) -> str:
    """The product as the source names it, when that says more than the name already used."""
    product = fact.details.get("product", "")
    return "" if product.casefold() == name(fact, words, language).casefold() else product


def loinc_of(fact: Fact) -> str:
    """The LOINC code of the fact's subject, "" when it has none."""
    return fact.key.removeprefix("loinc:") if fact.key.startswith("loinc:") else ""


def _in_unit_of(fact: Fact, raw: str) -> str:
    if not isinstance(fact.value, Quantity):
        return raw
    return amount(Quantity(raw, fact.value.unit, fact.value.shown_unit), loinc_of(fact))


def _dose(fact: Fact, words: Words, language: str) -> str:
    """The dose with the standard symbol of its unit: "100 µg"."""
    number, gap, unit = fact.details.get("dose", "").partition(" ")
    return f"{number} {unit_symbol(Quantity('0', unit, unit))}" if gap and unit in UNIT_SYMBOLS else f"{number}{gap}{unit}"


def _range(fact: Fact, words: Words, language: str) -> str:
    low, high = fact.details.get("reference_low", ""), fact.details.get("reference_high", "")
    unit = fact.value.unit or fact.value.shown_unit if isinstance(fact.value, Quantity) else ""
    return range_words(low, high, unit, language, loinc_of(fact))


def _age(fact: Fact, words: Words, language: str) -> str:
    years, months, days = (fact.details.get(key, "") for key in ("age_years", "age_months", "age_days"))
    for count, unit in ((years, "years"), (months, "months"), (days, "days")):
        if count:
            return words[f"age.{unit}"].format(count=count)
    return ""


def _sex(fact: Fact, words: Words, language: str) -> str:
    years = fact.details.get("age_years", "")
    child = years == "" or int(years) < 18
    grown = "child" if child and (years or fact.details.get("age_months") or fact.details.get("age_days")) else "adult"
    return words[f"sex.{grown}.{fact.details.get('sex', 'unknown')}"]


def _change(fact: Fact, words: Words, language: str) -> str:
    """The size of a change without its sign: "40%"."""
    return fact.details["change_percent"].lstrip("+-") + "%" if fact.details.get("change_percent", "0") != "0" else ""


def _word(kind: str, read: Callable[[Fact], str]) -> Callable[[Fact, Words, str], str]:
    def look(fact: Fact, words: Words, language: str) -> str:
        raw = read(fact)
        return words.get(f"{kind}.{raw}", raw) if raw else ""

    return look


_NAMED: dict[str, Callable[[Fact, Words, str], str]] = {
    "name": name,
    "value": _value,
    "date": lambda fact, words, language: date_words(fact.time, language),
    "on_date": lambda fact, words, language: on_date(fact.time, language),
    "start": lambda fact, words, language: date_words(fact.start, language),
    "on_start": lambda fact, words, language: on_date(fact.start, language),
    "end": lambda fact, words, language: date_words(fact.end, language),
    "on_end": lambda fact, words, language: on_date(fact.end, language),
    "flag": _word("flag", lambda fact: fact.flag),
    "status": _word("status", lambda fact: fact.status),
    "side": _word("side", lambda fact: fact.side or ""),
    "dose": _dose,
    "range": _range,
    "number": _number,
    "product": _product,
    "age": _age,
    "sex": _sex,
    "change_size": _change,
    "frequency": lambda fact, words, language: frequency_words(fact.details.get("frequency", ""), words),
}
