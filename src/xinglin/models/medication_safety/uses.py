"""Medicines taken and medicines thought of, as the judge reads them: substance, amount, route, rhythm, since when.

Read from facts (what somebody takes), from an order's fields, and from a sentence of a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from xinglin.knowledge import drugs, terms
from xinglin.models.medication_safety.amounts import quantities
from xinglin.models.medication_safety.forms import bare_name
from xinglin.models.reader.frequencies import rhythm_of
from xinglin.records import Fact
from xinglin.records.medication import MedicineUse

_PERIODS_H = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0, "wk": 168.0, "mo": 730.5, "a": 8766.0}
_TIMES = {
    "QD": (1, 24), "BID": (2, 24), "TID": (3, 24), "QID": (4, 24), "QOD": (1, 48), "AM": (1, 24), "PM": (1, 24), "HS": (1, 24), "WK": (1, 168),
    "MO": (1, 730.5), "Q1H": (1, 1), "Q2H": (1, 2), "Q3H": (1, 3), "Q4H": (1, 4), "Q6H": (1, 6), "Q8H": (1, 8), "Q12H": (1, 12),
}  # fmt: skip
_ROUTES = {
    "oral": {"po", "by mouth", "per os", "口服", "or"},
    "intravenous": {"iv", "i.v.", "iv push", "iv bolus", "iv infusion", "静脉", "静脉注射", "静脉滴注", "静滴", "静注", "intravenous push", "intravenous bolus",
                    "intravenous infusion"},
    "intramuscular": {"im", "i.m.", "肌内注射", "肌肉注射", "肌注"},
    "subcutaneous": {"sc", "s.c.", "sq", "subcut", "皮下", "皮下注射"},
    "intrathecal": {"it", "intrathecal injection", "鞘内", "鞘内注射", "intraspinal"},
    "inhaled": {"inhalation", "inh", "nebulised", "nebulized", "吸入", "雾化吸入"},
    "topical": {"cutaneous", "外用", "skin"},
    "transdermal": {"patch", "td", "经皮", "贴剂"},
    "rectal": {"pr", "直肠", "直肠给药"},
    "sublingual": {"sl", "舌下", "舌下含服"},
    "ophthalmic": {"eye", "eye drops", "滴眼", "intraocular"},
    "otic": {"ear", "ear drops", "滴耳"},
    "nasal": {"intranasal", "nose", "鼻", "鼻用", "鼻喷"},
    "vaginal": {"pv", "阴道"},
    "buccal": {"口腔颊含"},
    "enteral tube": {"ng", "nasogastric", "鼻饲"},
}  # fmt: skip
_CANONICAL = re.compile(r"^(\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)/([a-z]+)$")


def rhythm(frequency: str) -> tuple[float | None, float | None]:
    """(times, hours) of a frequency as the house writes it ("2/1/d", BID) or as people do ("q8h", 每日三次); once is (1, None).

    >>> rhythm("1/8/h")
    (1.0, 8.0)
    """
    if hit := _CANONICAL.match(frequency):
        return float(hit[1]), float(hit[2]) * _PERIODS_H.get(hit[3], 24.0)
    if frequency.upper() in _TIMES:
        times, hours = _TIMES[frequency.upper()]
        return float(times), float(hours)
    if frequency.casefold() in {"once", "stat", "st", "立即"}:
        return 1.0, None
    said = rhythm_of(frequency)
    if said == "once":
        return 1.0, None
    times, _, hours = said.partition("/")
    return (float(times), float(hours)) if hours else (None, None)


def substances(name: str) -> tuple[str, ...]:
    """The keys of what a medicine's name stands for; a combination gives each of its parts. () when the name is not known.

    >>> substances("Augmentin")
    ('amoxicillin-and-clavulanate',)
    """
    bare = bare_name(name)
    return _keys_of(name) or (_keys_of(bare) if bare and bare != name else ())


def _keys_of(name: str) -> tuple[str, ...]:
    read = terms.medicine(name)
    keys = [
        item.key.removeprefix("term:") for item in read.ingredients if not isinstance(item, str) and item.kind in {"medicine", "vaccine"}
    ]
    return tuple(keys) if len(keys) == len(read.ingredients) else ()


def use_of(
    name: str, dose: str = "", route: str = "", frequency: str = "", *, since: str = "", days: float | None = None, indication: str = "",
    as_needed: bool = False, considered: bool = True, fact: str = "",
) -> MedicineUse:  # fmt: skip
    """A medicine by its words. An unknown name keeps its words and an empty key."""
    keys = substances(name)
    low, high = quantities(dose)
    times, period_h = rhythm(frequency) if frequency else (None, None)
    illness = terms.find(indication, kind="problem") if indication else None
    return MedicineUse(
        key=keys[0] if len(keys) == 1 else "+".join(keys), name=name, dose=low, dose_high=high, route=route_of(route), manner=manner_of(f"{route} {dose}"), times=times, period_h=period_h,
        as_needed=as_needed, since=since, days=days, indication=indication, conditions=(illness.key.removeprefix("term:"),) if illness else (), considered=considered,
        ingredients=tuple(dict.fromkeys(part for key in keys for part in ingredients_of(key))), fact=fact,
    )  # fmt: skip


def ingredients_of(key: str) -> tuple[str, ...]:
    """The substances of a combination; a single substance is its own.

    >>> ingredients_of("amoxicillin-and-clavulanate")
    ('amoxicillin', 'clavulanate')
    """
    entry = drugs.medicine(key)
    return entry.ingredients if entry and entry.ingredients else (key,)


def route_of(words: str) -> str:
    """The house's word of a route: intravenous for "IV", 静脉 and "iv push"; unknown words stay as they are."""
    bare = words.strip().casefold().replace("undiluted", "").strip(" ,")
    return next((route for route, names in _ROUTES.items() if bare == route or bare in names), bare)


def manner_of(words: str) -> str:
    """ "push" or "undiluted" where the words say that a medicine goes in at once or as it comes."""
    folded = words.casefold()
    if "undiluted" in folded or "未稀释" in folded:
        return "undiluted"
    return "push" if re.search(r"\bpush\b|\bbolus\b|推注|静推", folded) else ""


def uses_of(facts: Iterable[Fact]) -> tuple[MedicineUse, ...]:
    """What somebody takes now, and the options a plan thinks of (facts of kind "option" that name a medicine)."""
    return tuple(_use(fact) for fact in facts if (fact.kind == "medicine" and fact.status in {"current", "planned"}) or _is_option(fact))


def _is_option(fact: Fact) -> bool:
    return fact.kind == "option" and bool(fact.details.get("medicine"))


def _use(fact: Fact) -> MedicineUse:
    option = _is_option(fact)
    name = fact.details["medicine"] if option else _name(fact)
    return use_of(
        name, fact.details.get("dose", ""), fact.details.get("route", ""), fact.details.get("frequency", ""),
        since=fact.details.get("started_date", "") or fact.start[:10], indication=fact.details.get("reason", ""),
        as_needed=fact.details.get("as_needed") == "yes", considered=option or fact.status == "planned", fact=fact.id,
    )  # fmt: skip


def _name(fact: Fact) -> str:
    """Words the word list knows: the fact's key where it is ours, else what the source called it."""
    keys = [part.strip() for part in fact.key.split(" + ")]
    known: Sequence[terms.Term | None] = [terms.by_key(key) for key in keys]
    if known and all(known):
        return " + ".join(term.en[0] for term in known if term)
    return fact.concept.words
