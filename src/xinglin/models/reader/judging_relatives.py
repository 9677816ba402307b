"""Judges claims about allergies and about the illnesses of relatives."""

from __future__ import annotations

import re

from msgspec.structs import replace

from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.judging_illness import best_of, judge_fact, judge_polarity
from xinglin.records.fact import Fact
from xinglin.records.reading import Claim

_GENERAL = frozenset(
    [
        "known allergy",
        "known allergies",
        "known drug allergy",
        "allergy",
        "allergies",
        "drug allergy",
        "drug allergies",
        "allergic disposition",
        "过敏",
        "药物过敏",
        "过敏史",
        "已知过敏",
        "药物过敏史",
        "食物过敏",
    ]
)


def says_none(fact: Fact) -> bool:
    """Whether an allergy fact says that none is known."""
    if fact.key == "allergy:none":
        return True
    return fact.polarity == "absent" and any(name.lower() in _GENERAL for names in fact.names.values() for name in names)


_SAYS_NO = re.compile(r"(?:no|not|nil|denies|nkda?)\b|无|未|否认", re.IGNORECASE)
_NO_ALLERGY = frozenset(("allergy:none", "name:known-allergy"))


def judge_allergy(view: View, claim: Claim) -> list[Finding]:
    """An allergy to something, or "no known allergies"."""
    if not claim.negated and _SAYS_NO.match(claim.subject.text):
        claim = replace(claim, negated=True)
    allergies = [fact for fact in view.record.allergies if view.cited is None or fact.id in view.cited]
    none = [fact for fact in allergies if says_none(fact)]
    real = [fact for fact in allergies if not says_none(fact) and fact.polarity != "absent"]
    if claim.key in _NO_ALLERGY and not claim.negated and none and not claim.facts[1:]:
        return [finding("negation", "The record says that no allergy is known", claim, None, none[0].text, (none[0].id,))]
    if claim.key in _NO_ALLERGY and claim.negated:
        return _no_allergy(
            view, claim, none, [fact for fact in view.record.allergies if fact.key != "allergy:none" and fact.polarity != "absent"]
        )
    facts = [fact for fact in view.known(claim) if fact.kind == "allergy" and not says_none(fact)]
    if not facts:
        if none and not claim.negated:
            return [finding("negation", "The record says that no allergy is known", claim, None, none[0].text, (none[0].id,))]
        if claim.negated and (none or real):
            return (
                [] if none else [finding("unsupported", "The record says nothing of this allergy", claim, None, "", (), unsupported=True)]
            )
        return [finding("unsupported", "The record knows no such allergy", claim, None, "", (), unsupported=True)]
    return best_of(view, claim, facts, judge_fact)


_MISSING = re.compile(r"not (?:recorded|documented|known)|no (?:allergy )?(?:record|status)|record|记录|未知|不详|病历", re.IGNORECASE)


def _says_missing(view: View, claim: Claim) -> bool:
    """True where a text says that the record is silent, which is another thing than "no allergy"."""
    return view.cited is not None or _MISSING.search(claim.subject.text) is not None


def _no_allergy(view: View, claim: Claim, none: list[Fact], real: list[Fact]) -> list[Finding]:
    if real:
        return [finding("negation", "The record holds an allergy", claim, None, real[0].text, tuple(fact.id for fact in real))]
    if none or (_says_missing(view, claim) and any(fact.kind == "gap" and "allerg" in fact.key for fact in view.record.facts.values())):
        return []
    return [finding("unsupported", "The record says nothing about allergies", claim, None, "", (), unsupported=True)]


# ---- relatives -----------------------------------------------------------------------------------------------------
_KIN = {
    "mother": ("mother", "母"), "father": ("father", "父"), "parent": ("mother", "father", "parent", "父", "母"), "brother": ("brother", "兄", "弟"), "sister": ("sister", "姐", "妹"),
    "sibling": ("brother", "sister", "sibling", "兄", "弟", "姐", "妹", "同胞"), "son": ("son", "child", "子"), "daughter": ("daughter", "child", "女"),
    "child": ("son", "daughter", "child", "子", "女"), "grandmother": ("grandmother", "grandparent", "祖母", "外婆", "奶奶"), "grandfather": ("grandfather", "grandparent", "祖父", "爷爷", "外公"),
    "uncle": ("uncle", "叔", "舅", "伯"), "aunt": ("aunt", "姑", "姨"), "cousin": ("cousin", "nephew", "niece", "表", "堂"), "spouse": ("wife", "husband", "spouse", "妻", "丈夫", "配偶"),
}  # fmt: skip


def judge_family(view: View, claim: Claim) -> list[Finding]:
    """An illness of a relative; or an illness said of the patient that the record knows only of a relative."""
    facts = [fact for fact in view.known(claim) if fact.kind == "family"]
    if claim.experiencer == "patient":
        if not facts:
            return []
        if claim.negated:
            return [
                finding(
                    "unsupported", "The record knows this only of a relative", claim, None, facts[0].text, (facts[0].id,), unsupported=True
                )
            ]
        return [finding("family", "The record knows this of a relative, not of the patient", claim, None, facts[0].text, (facts[0].id,))]
    if not facts:
        own = [fact for fact in view.record.facts.values() if fact.kind == "problem" and fact.key == claim.key and claim.key]
        if own and not claim.negated:
            return [finding("family", "The record knows this of the patient, not of a relative", claim, None, own[0].text, (own[0].id,))]
        return [finding("unsupported", "The record knows no such illness in the family", claim, None, "", (), unsupported=True)]
    return best_of(view, claim, facts, _relative)


def _relative(view: View, claim: Claim, fact: Fact) -> list[Finding]:
    wrong = [*judge_polarity(claim, fact)]
    kin = (fact.details.get("relationship", "") + " " + fact.details.get("relationship_zh", "")).lower()
    words = _KIN.get(claim.relation)
    if (words and kin.strip() and not any(word in kin for word in words)) or (claim.relation in ("mother", "father") and "grand" in kin):
        wrong.append(
            finding("family", "The record knows this of another relative", claim, None, fact.details.get("relationship", ""), (fact.id,))
        )
    return wrong
