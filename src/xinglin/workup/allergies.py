"""Allergies and intolerances. "No known allergy" is a recorded absence; nothing recorded is a gap, found elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xinglin.records import Chart, Fact
from xinglin.records.chart import Allergy
from xinglin.records.moments import day, sort_key
from xinglin.workup.evidence import at
from xinglin.workup.naming import clean, first, merged, named

_NONE = re.compile(
    r"\bno known\b.*\b(?:allerg|drug|food|latex|environmental)|\bno allerg|\bnkd?a\b|"
    r"无(?:已知)?(?:药物|食物)?过敏|無(?:已知)?(?:藥物|食物)?過敏|否认.*过敏",
    re.I,
)
_NONE_CODES = {"716186003", "409137002", "428607008", "429625007", "428197003", "160244002"}
_ABOUT = re.compile(
    r"^(?:allergy to|allergic to|intolerance to|hypersensitivity to|propensity to adverse reactions to|allergic reaction caused by)\s+|"
    r"\s+(?:allergy|intolerance)$|(?<=.)过敏(?:史|反应)?$|^对(?=.+过敏)|不耐受$",
    re.IGNORECASE,
)
_NAMES = {"en": ("known allergy", "known allergies", "allergies"), "zh": ("已知过敏", "过敏史", "过敏")}


def says_none(one: Allergy) -> bool:
    """Whether the entry says that no allergy is known."""
    return bool(_NONE.search(one.concept.words)) or any(code.code in _NONE_CODES for code in one.concept.codes)


def allergy_facts(chart: Chart) -> list[Fact]:
    """One Fact per substance, all entries of it merged, high criticality first; refuted ones are absent."""
    groups: dict[tuple[str, bool], list[Allergy]] = {}
    for one in chart.allergies:
        groups.setdefault((named(one.concept, "allergen")[0], one.verification == "refuted"), []).append(one)
    facts = [_fact(group, refuted) for (_, refuted), group in groups.items()]
    return sorted(facts, key=lambda f: (f.polarity != "present", f.details.get("criticality") != "high", f.id))


def _substance_names(own: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The substance first, then the allergy as a whole ("penicillin allergy", 青霉素过敏), then the source's words."""
    bare = {language: tuple(map(substance, words)) for language, words in own.items()}
    whole = {"en": tuple(f"{word} allergy" for word in bare.get("en", ())), "zh": tuple(f"{word}过敏" for word in bare.get("zh", ()))}
    return merged(bare, whole, own)


def substance(words: str) -> str:
    """What the allergy is to: "Allergy to peanut" and "Peanut allergy" are "peanut"."""
    return _ABOUT.sub("", clean(words)).strip() or words


def _fact(group: list[Allergy], refuted: bool) -> Fact:
    one = max(group, key=lambda entry: (sort_key(entry.recorded or entry.onset), entry.source))
    none = says_none(one)
    key, own = named(one.concept, "allergen")
    names = merged(_NAMES, own) if none else _substance_names(own)
    signs = [named(sign)[1] for reaction in one.reactions for sign in reaction.signs if sign.words]
    severity = next((reaction.severity for reaction in one.reactions if reaction.severity), "")
    details = {
        "reaction": "; ".join(first(sign) for sign in signs),
        "reaction_zh": "；".join((s.get("zh") or s.get("en", ("",)))[0] for s in signs),
        "severity": severity, "criticality": one.criticality if one.criticality != "unable-to-assess" else "",
        "category": " ".join(one.categories), "type": one.kind, "verification": one.verification, "recorded_date": day(one.recorded),
        "none_known": _scope(one) if none else "",
    }  # fmt: skip
    status = one.clinical_status or ("active" if not none else "")
    return Fact(
        id=f"allergy.{one.source}",
        kind="allergy",
        concept=one.concept,
        text="No known allergy is recorded" if none else f"Allergy to {first(names)}{' (refuted)' if refuted else ''}",
        evidence=tuple(dict.fromkeys(at(entry.source, "code") for entry in group))
        + tuple(at(e.source, "reaction") for e in group if e.reactions),
        key="allergy:none" if none else key,
        names=names,
        time=one.recorded or one.onset,
        start=one.onset,
        status=status,
        polarity="absent" if none or refuted else "uncertain" if one.verification == "unconfirmed" else "present",
        importance=3,
        details={name: text for name, text in details.items() if text},
    )


def _scope(one: Allergy) -> str:
    words = one.concept.words.casefold()
    for scope, marks in (
        ("drug", ("drug", "medic", "药", "藥", "nkda")),
        ("food", ("food", "食物")),
        ("environment", ("environment", "环境")),
    ):
        if any(mark in words for mark in marks):
            return scope
    return "all"
