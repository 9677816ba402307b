"""Judges claims about allergies and about the illnesses of relatives."""

from __future__ import annotations

import re

from msgspec.structs import replace

from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.judging_illness import best_of, judge_fact, judge_polarity
from xinglin.models.reader.text_forms import fold
from xinglin.records.fact import Fact
from xinglin.records.reading import Claim, Span

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


_NONE_KNOWN = re.compile(r"(?:no|nil) (?:known )?(?:\w+ )?allerg(?:y|ies)$|(?:无|否认)(?:已知)?(?:药物|食物)?过敏史?$", re.IGNORECASE)


def says_none(fact: Fact) -> bool:
    """Whether an allergy fact says that none is known."""
    if fact.key == "allergy:none" or (_NONE_KNOWN.match(fact.concept.words) and not fact.details.get("reaction")):
        return True
    return fact.polarity == "absent" and any(name.lower() in _GENERAL for names in fact.names.values() for name in names)


_SAYS_NO = re.compile(r"(?:no|not|nil|denies|nkda?)\b|无|未|否认", re.IGNORECASE)
_SPEAKS_OF_ALLERGY = re.compile(r"allerg|toler|intoleran|reaction|hypersens|anaphyl|过敏|耐受|不良反应", re.IGNORECASE)
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
    if claim.key in _NO_ALLERGY and claim.negated and _TO_ONE.search(view.sentence.text[: claim.subject.start]):
        return [finding("unsupported", "The record says nothing of this allergy", claim, None, "", (), unsupported=True)]
    if claim.key in _NO_ALLERGY and claim.negated:
        return _no_allergy(view, claim, none, [fact for fact in view.record.allergies if not says_none(fact) and fact.polarity != "absent"])
    facts = [fact for fact in view.known(claim) if fact.kind == "allergy" and not says_none(fact)]
    if view.cited is None and claim.negated and facts and not _SPEAKS_OF_ALLERGY.search(view.sentence.text):
        return []  # "so no ACE inhibitor": it is withheld, not the allergy denied
    if not facts:
        if none and not claim.negated:
            return [finding("negation", "The record says that no allergy is known", claim, None, none[0].text, (none[0].id,))]
        if claim.negated and (none or real):
            return (
                [] if none else [finding("unsupported", "The record says nothing of this allergy", claim, None, "", (), unsupported=True)]
            )
        return [finding("unsupported", "The record knows no such allergy", claim, None, "", (), unsupported=True)]
    return best_of(view, claim, facts, judge_fact)


_TO_ONE = re.compile(r"对(?!药|食|任何|已知|其他)[^,，。;；]{1,10}$")  # 对青霉素无过敏 denies one allergy
_OF_DRUGS = re.compile(r"drug|medic|nkda|药", re.IGNORECASE)


def _meant(claim: Claim, real: list[Fact]) -> list[Fact]:
    """The allergies that "no known drug allergies" denies: not those that the record holds to be to food or pollen."""
    if _OF_DRUGS.search(claim.subject.text) is None or "food" in claim.subject.text.lower() or "食" in claim.subject.text:
        return real
    return [fact for fact in real if fact.details.get("category", "") not in ("food", "environment")]


_MISSING = re.compile(r"not (?:recorded|documented|known)|no (?:allergy )?(?:record|status)|record|记录|未知|不详|病历", re.IGNORECASE)


def _says_missing(claim: Claim) -> bool:
    """True where a text says that the record is silent, which is another thing than "no allergy"."""
    return _MISSING.search(claim.subject.text) is not None


_OTHERWISE = re.compile(r"\bother(?:wise)?\b|apart from|except|其余|其他|其它|另无|余无|余未|除.{1,12}外")


def _no_allergy(view: View, claim: Claim, none: list[Fact], real: list[Fact]) -> list[Finding]:
    real = _meant(claim, real)
    if real and view.cited is None and _OTHERWISE.search(fold(view.sentence.text[: claim.subject.end + 20])):
        return []  # "allergic to sulfa, no other allergies"
    if real:
        return [finding("negation", "The record holds an allergy", claim, None, real[0].text, tuple(fact.id for fact in real))]
    if none or (_says_missing(claim) and any(fact.kind == "gap" and "allerg" in fact.key for fact in view.record.facts.values())):
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
        if claim.negated and view.cited is None:
            return []  # "she herself does not have it": the record knows it of a relative only
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


_YOUNGER = re.compile(r"\byounger\b|妹|弟")
_ELDER = re.compile(r"\b(?:elder|older)\b|姐|兄|哥")


def _younger_or_elder(view: View, claim: Claim, fact: Fact) -> list[Finding]:
    """A younger sister is not the elder one."""
    if claim.relation not in ("brother", "sister"):
        return []
    said, known = view.sentence.text.lower(), " ".join(fact.details.get(key, "") for key in ("relationship", "relationship_zh")).lower()
    for one, other in ((_YOUNGER, _ELDER), (_ELDER, _YOUNGER)):
        if one.search(said) and not other.search(said) and other.search(known) and not one.search(known):
            return [finding("family", "The record knows this of another relative", claim, None, known.strip(), (fact.id,))]
    return []


_AGE_SAID = re.compile(
    r"(?:\b(?:at(?: the)?(?: age)?(?: of)?|aged?|when (?:s?he was )?|in (?:his|her)|,) ?(?P<en>\d{1,3})(?!\d|\.\d| ?(?:mg|mm|%|years? ago|years? later))(?! ?(?:cigar|a day))"
    r"|(?P<zh>\d{1,3})岁)"
)


def _age_at_onset(view: View, claim: Claim, fact: Fact) -> list[Finding]:
    """The age at which a relative fell ill, where the sentence and the record both say one."""
    if view.cited is not None:
        return []
    recorded = next((fact.details[key] for key in ("age_at_onset", "onset_age", "onset") if fact.details.get(key, "").isdigit()), "")
    text = fold(view.sentence.text)
    said = {(found["en"] or found["zh"], found.start(), found.end()) for found in _AGE_SAID.finditer(text)}
    if (
        not recorded
        or not said
        or any(age == recorded for age, _, _ in said)
        or re.search(r"\b(?:death|died|dead)\b|去世|死|故|病故|享年", text)
    ):
        return []
    others = [one for one in view.sentence.claims if one.kind == "family" and one.key != claim.key]
    if others or len(said) > 1:
        return []
    _age, start, end = min(said)
    span = Span(start, end, view.sentence.text[start:end])
    return [finding("arithmetic", "The age at onset does not follow from the record", claim, span, recorded, (fact.id,))]


def _relative(view: View, claim: Claim, fact: Fact) -> list[Finding]:
    wrong = [*judge_polarity(claim, fact), *_younger_or_elder(view, claim, fact), *_age_at_onset(view, claim, fact)]
    kin = (fact.details.get("relationship", "") + " " + fact.details.get("relationship_zh", "")).lower()
    words = _KIN.get(claim.relation)
    if (words and kin.strip() and not any(word in kin for word in words)) or (claim.relation in ("mother", "father") and "grand" in kin):
        wrong.append(
            finding("family", "The record knows this of another relative", claim, None, fact.details.get("relationship", ""), (fact.id,))
        )
    return wrong
