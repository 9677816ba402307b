"""The small words in which the list of never-events says when it is meant: "push", "age<12", "with:class:nitrate", "lab:potassium>6 mmol/L".

A word nobody knows stops the program: a rule that is not understood must not pass for one that does not hold.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from xinglin.knowledge import drugs, labs, pgx, terms
from xinglin.knowledge.pgx.reported import as_reported
from xinglin.models.medication_safety.amounts import single
from xinglin.models.medication_safety.forms import forms_of
from xinglin.models.medication_safety.values import in_unit_of_lab
from xinglin.records.errors import InvalidInput
from xinglin.records.medication import Circumstances, MedicineUse

_LIMIT = re.compile(r"^lab:(?P<analyte>\w+)(?P<side>[<>])(?P<limit>[\d.]+) (?P<unit>.+)$")
_SINGLE = re.compile(r"^single>(?P<limit>[\d.]+) (?P<unit>\S+)$")
_NUMBER = re.compile(r"^(?P<what>age|weight|days)(?P<side>[<>])(?P<limit>[\d.]+)$")
_BREATHED_FOR = re.compile(
    r"intub|an(?:a)?esth|surg|operat|ventilat|respiratory|ards|paraly|cooling|shiver|arrest|airway|ect\b|electroconvulsive|laryngospasm|procedure|"
    r"插管|麻醉|手术|通气|呼吸|肌松",
    re.IGNORECASE,
)
"""Reasons for which a person who is paralysed is breathed for."""
_NEWBORN_YEARS = 28 / 365.25
_CANCER = "malignant-neoplasm"


class Order(NamedTuple):
    """An order in its circumstances: who, what, beside what, and how many times the greatest dose."""

    who: Circumstances
    use: MedicineUse
    others: tuple[MedicineUse, ...]
    too_much: float


def holds(word: str, order: Order) -> bool:
    """Whether one word of a rule holds. Raises InvalidInput XL-DRUG-020 for a word that is not in the vocabulary."""
    name, _, rest = word.partition(":")
    if limit := _LIMIT.match(word):
        return _crossed(limit, order)
    if most := _SINGLE.match(word):
        amount = single(order.use, most["unit"], order.who)
        return amount is not None and amount > float(most["limit"]) * 1.02
    if plain := _NUMBER.match(word):
        value = {"age": order.who.age_years, "weight": order.who.weight_kg, "days": order.use.days}[plain["what"]]
        limit_of = float(plain["limit"])
        return value is not None and (value < limit_of if plain["side"] == "<" else value > limit_of)
    if rest and name in {"with", "condition", "no-condition", "gene", "dose-over", "form", "no-form", "for"}:
        return _named(name, rest, order)
    return _plain(word, order)


def _named(name: str, rest: str, order: Order) -> bool:
    if name == "with":
        beside = (other for other in order.others if other.key != order.use.key)  # a dose changed is no second medicine
        return any(rest in drugs.names(part) for other in beside for part in other.key.split("+"))
    if name == "gene":
        gene, _, term = rest.partition("=")
        return _is_called(gene, term, order.who)
    if name == "for":
        return rest.replace("-", " ") in order.use.indication.casefold().replace("-", " ")
    if name in {"form", "no-form"}:
        return (rest in forms_of(order.use.name)) is (name == "form")
    if name == "dose-over":
        return order.too_much >= float(rest) * 0.98
    has = any(known.active and terms.is_kind_of(known.key, rest) for known in order.who.conditions) or _is_for(rest, order.use)
    return has if name == "condition" else not has


def _plain(word: str, order: Order) -> bool:
    who, use = order.who, order.use
    if word == "push":
        return use.manner in {"push", "undiluted"}
    if word == "undiluted":
        return use.manner == "undiluted"
    if word == "concentrated":
        return "concentrate" in forms_of(use.name) or bool(
            re.search(r"23\.4|\b(?:[3-9]|[1-9]\d)(?:\.\d+)?\s*%|concentrated|hypertonic|浓", f"{use.name} {use.strength}")
        )
    if word == "pregnant":
        return bool(who.pregnant)
    if word == "newborn":
        return who.age_years is not None and who.age_years < _NEWBORN_YEARS
    if word == "outside-cancer":
        return not any(known.active and terms.is_kind_of(known.key, _CANCER) for known in who.conditions) and not _for_cancer(use)
    if word == "opioid-naive":
        return not any(
            "opioid" in drugs.classes_of(part) and "weak-opioid" not in drugs.classes_of(part)
            for other in order.others
            for part in other.key.split("+")
        )
    if word == "not-ventilated":
        return bool(use.indication) and not _BREATHED_FOR.search(use.indication)  # an order that says what else it is for: "agitation"
    if word == "as-needed":
        return use.as_needed
    if word == "starting":
        return use.considered and not any(other.key == use.key for other in order.others)
    if word == "female":
        return who.sex == "female"
    if word == "anaphylaxis":
        return any(
            known.severe and known.kind == "allergy" and known.key in drugs.names(part)
            for known in who.allergies
            for part in use.key.split("+")
        )
    raise InvalidInput(
        "XL-DRUG-020",
        "a never-event speaks a word that is not known",
        where=f"never_events.csv: {word}",
        fix="see README.md of knowledge/drugs",
    )


def _is_for(key: str, use: MedicineUse) -> bool:
    return any(terms.is_kind_of(condition, key) for condition in use.conditions)


def _for_cancer(use: MedicineUse) -> bool:
    words = use.indication.casefold()
    return _is_for(_CANCER, use) or bool(
        re.search(r"cancer|carcinoma|leuk|lymphoma|sarcoma|tumou?r|neoplas|mole\b|癌|白血病|淋巴瘤|肉瘤", words)
    )


def _is_called(gene: str, term: str, who: Circumstances) -> bool:
    if gene not in who.genes:
        return False
    found = as_reported(gene, who.genes[gene])
    if not isinstance(found, str):
        return term in found
    if found == term or found.startswith(term):
        return True
    alleles = found.split("/")
    phenotype = pgx.phenotype(gene, alleles[0], alleles[1]) if len(alleles) == 2 else None
    return phenotype is not None and phenotype.term.startswith(term)


def _crossed(limit: re.Match[str], order: Order) -> bool:
    lab = next((one for one in order.who.labs if one.analyte == limit["analyte"]), None)
    number = in_unit_of_lab(lab, limit["unit"]) if lab is not None and labs.analyte(limit["analyte"]) else None
    return number is not None and (number < float(limit["limit"]) if limit["side"] == "<" else number > float(limit["limit"]))
