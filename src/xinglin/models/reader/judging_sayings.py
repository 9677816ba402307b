"""What a sentence says beyond the names of the record: home and habits, "well controlled", "up to date", overweight.

Such words name no fact, so they are held against the words of the record: where no fact bears them, they are unsupported.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple
from weakref import WeakKeyDictionary

from xinglin.models.reader.agreement import number_of
from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.likeness import stems_of
from xinglin.models.reader.passing_over import holds
from xinglin.models.reader.record_index import RecordIndex
from xinglin.models.reader.smoking import judge_smoking, speaks_of_smoking
from xinglin.models.reader.text_forms import fold
from xinglin.models.reader.units import converted, ucum_of
from xinglin.records.quantity import Quantity
from xinglin.records.reading import Claim


class _Saying(NamedTuple):
    """`stems`: cheap to look for; `said`: what counts as saying it; `known`: what a fact that bears it must hold."""

    stems: tuple[str, ...]
    said: re.Pattern[str]
    known: re.Pattern[str]


def _saying(stems: str, said: str, known: str) -> _Saying:
    return _Saying(tuple(stems.split("|")), re.compile(said), re.compile(known))


_SAYINGS = (
    _saying(
        "drink|alcohol|beer|wine|etoh|whisk|vodka|酒",
        r"\bdrink(?:s|ing|er)?\b(?=.{0,40}\b(?:alcohol|beers?|wine|spirits|whisk\w+|vodka|liquor|pints?|units|socially|heavily|occasionally|daily|a day|a week))"
        r"|\bdrinker\b|\balcohol\b(?! (?:swab|wipe|rub|pad))|\bbeers?\b|\bwine\b|\betoh\b|饮酒|喝酒|酗酒|嗜酒|滴酒不沾|[白啤红黄]酒",
        r"alcohol|drink|beer|wine|etoh|酒",
    ),
    _saying(
        "daughter|son|child|kids|育|子女",
        r"\b(?:has|have|had|with|father of|mother of|parent of)\b(?: \w+){0,2} (?:daughters?|sons?|children|child|kids)\b|育有|[有生][一二两三四五六\d][子女儿个]|子女",
        r"\bdaughters?\b|\bsons?\b|\bchildren\b|子女|育有|儿子|女儿",
    ),
    _saying(
        "wife|husband|spouse|married|divorc|widow|partner|婚|妻|丈夫|配偶|丧偶",
        r"\b(?:his wife|her husband|(?:his|her|their) (?:spouse|partner)|married|divorced|widow\w*)\b|已婚|未婚|离异|离婚|丧偶|妻子|丈夫|配偶",
        r"wife|husband|spouse|partner|marri|divorc|widow|婚|妻|丈夫|配偶|丧偶",
    ),
    _saying(
        "work|employ|retired|occupation|职业|退休|从事|务农|农民|工人",
        r"\b(?:works|worked|working) (?:as|in a|at a|for)\b|\b(?:un|self-)?employed\b|\bretired\b|\boccupation\b|职业|退休|从事|务农|农民|工人",
        r"\bwork(?:s|ing|ed)?\b|employ|labou?r force|retire|occupation|\bjob\b|职业|退休|从事|务农|农民|工人",
    ),
    _saying(
        "lives|living|独居|同住|居住",
        r"\b(?:lives|living) (?:alone|with|in|at|by)\b|独居|同住|居住",
        r"\blives\b|\bliving (?:alone|with|in|at|situation|arrangement)|household|housing|homeless|resid|独居|同住|居住|住所",
    ),
    _saying("drug use|illicit|recreational|cocaine|heroin|cannabis|marijuana|吸毒", r"illicit|recreational|\bdrug use\b|cocaine|heroin|cannabis|marijuana|吸毒",
            r"illicit|recreational|drug (?:use|abuse|misuse|dependence|addiction)\b|substance|cocaine|heroin|cannabis|marijuana|吸毒|药物滥用"),
    _saying("up to date|up-to-date|fully vac|fully imm|接种", r"\bup[- ]to[- ]date\b|\bfully (?:vaccinated|immuni[sz]ed)\b|按时接种|接种齐全|接种完[全整]|全部接种|按计划接种|接种(?:均)?已?完成",
            r"\bup[- ]to[- ]date\b|\bfully (?:vaccinated|immuni[sz]ed)\b|按时接种|接种齐全|接种完[全整成]|全部接种|按计划接种"),
    _saying(
        "control|控制",
        r"\b(?:well|poorly|adequately|inadequately|badly|tightly|sub-?optimally|fully|partly|partially|reasonably|nicely)[- ](?:\w+ )?controlled\b|\b(?:good|poor|adequate|excellent|tight|reasonable|satisfactory|fair|under|better)(?: \w+){0,2} control\b|\buncontrolled\b"
        r"|控制(?:得)?(?:良好|满意|理想|佳|可|尚可|好|稳定|平稳|不佳|差|欠佳|不良|不理想|不满意)",
        r"control|控制",
    ),
    _saying(
        "complian|adheren|as prescribed|依从|遵医嘱服药|规律服药",
        r"\bcomplian(?:t|ce)\b|\badheren(?:t|ce)\b|\bas prescribed\b|依从|遵医嘱服药|规律服药",
        r"complian|adheren|as prescribed|依从|遵医嘱|规律",
    ),
    _saying(
        "well|healthy|good health|健康|体健|一般情况|一般状况|一般可",
        r"(?:^|[,;:] ?|\b(?:is|feels|feeling|remains|keeps|keeping|doing|otherwise|generally|very|quite|looks|appears) )well(?=\s*(?:[.,;!]|$|and\b|in (?:himself|herself|themselves)\b|today\b|overall\b|with no\b))"
        r"|\bin good (?:general )?health\b|\b(?:is|otherwise|previously|generally|a|fit and) healthy\b(?! (?:diet|eating|life|weight|control|volunteer))|身体健康|体健|健康状况(?:良好|好)|一般(?:情况|状况)(?:可|良好|好|尚可|稳定)|一般可",
        r"\b(?:is|feels|doing|generally|otherwise) well\b|good (?:general )?health|\bhealthy\b|身体健康|健康状况|体健|一般情况|一般状况",
    ),
    _saying(
        "stable|病情|稳定|平稳",
        r"\b(?:is|remains|remained|was|clinically|medically|ha?emodynamically|condition:?|currently|disease) stable\b|病情[^,，。]{0,6}(?:稳定|平稳)|生命体征(?:稳定|平稳)|情况(?:稳定|平稳)",
        r"stable|稳定|平稳",
    ),
)  # fmt: skip


def judge_sayings(view: View, folded: str, found: list[Finding]) -> tuple[list[Finding], bool]:
    """The findings of a sentence with those of its habits and judgements, and whether an answer of the record was compared.

    Claims judged here are not judged twice.
    """
    smoked = judge_smoking(view, folded)
    if smoked is not None:
        found = [one for one in found if one.code == "date" or not _of_smoking(view, one)] + smoked
    for saying in _SAYINGS:
        if holds(folded, saying.stems):
            found = found + [one for one in _unborne(view, folded, saying) if not _told(found, one)]
    drunk = judge_drinking(view, folded)
    if drunk is not None:
        found = found + drunk
    return found, smoked is not None or drunk is not None or (view.cited is None and _told_alike(view, folded))


_ROOMS = ("lives", "living", "独居", "同住", "居住", "work", "employ", "retired", "职业", "退休", "married", "widow", "婚")


def _told_alike(view: View, folded: str) -> bool:
    """True where home, work and marriage are told in words that a fact of the record shares."""
    if not holds(folded, _ROOMS):
        return False
    said = stems_of(folded) - {"lives", "livin", "alone"}
    return any(
        said & stems_of(view.record.sheet(fact.id).words) for fact in view.record.worded if holds(view.record.sheet(fact.id).words, _ROOMS)
    )


_DRINKS = re.compile(r"\b(?:alcohol|drinks?|drinking|drinker|teetotal\w*|beers?|wine|etoh)\b|酒")
_DRY = re.compile(
    r"\b(?:teetotal\w*|non-?drinker|abstinent|abstains|(?:no|never|nil|denies|without|stopped|gave up|quit|no longer|does not|doesn't|not|former|ex)\b[^,.;]{0,20}\b(?:alcohol|drink\w*|etoh))"
    r"|\b(?:alcohol|etoh|drinking)\b:? ?(?:intake |use )?:? ?(?:none|nil|never|no\b|stopped|denied)|never drinks|stopped drinking|戒酒|不饮酒|不喝酒|未饮酒|否认.{0,6}酒|无.{0,4}酒|从不.{0,3}酒|滴酒不沾|不沾酒|不喝.{0,4}酒"
)
_WET = re.compile(r"\b(?:drinks|drinking|drinker|still drinks|continues to drink)\b|仍.{0,3}[饮喝]酒|饮酒|喝酒|[白啤红]酒|嗜酒")


def judge_drinking(view: View, folded: str) -> list[Finding] | None:
    """Whether the person drinks, of a pasted text, against the record's answer; None where either says nothing clear."""
    if view.cited is not None or _DRINKS.search(folded) is None or any(claim.experiencer == "family" for claim in view.sentence.claims):
        return None
    facts = [fact for fact in view.record.worded if _DRINKS.search(fold(fact.concept.words)) is not None]
    if not facts:
        return None
    fact = max(facts, key=lambda one: one.time or one.start)
    words = fold(f"{fact.text} {fact.value if isinstance(fact.value, str) else ''}")
    known_dry = _DRY.search(words) is not None or fact.polarity == "absent"
    said_dry, said_wet = _DRY.search(folded), _WET.search(folded)
    if said_dry is not None:
        wrong = not known_dry and _WET.search(words) is not None
        said = said_dry
    elif said_wet is not None:
        wrong = known_dry and not re.search(r"\b(?:previous|past|former|history|used to)\b|既往|曾|史", folded)
        said = said_wet
    else:
        return None
    if not wrong:
        return []
    start, end = said.span()
    text = "The record answers this otherwise"
    return [Finding("status", "contradicted", text, "", view.sentence.text[start:end], fact.text, (fact.id,), start, end)]


def _told(found: list[Finding], one: Finding) -> bool:
    """True where the same words were found to be unsupported already."""
    return any(other.verdict == "unsupported" and other.start < one.end and one.start < other.end for other in found)


def _of_smoking(view: View, one: Finding) -> bool:
    """True for a finding about a claim that speaks of smoking, or about its numbers."""
    return speaks_of_smoking(fold(one.said)) or any(
        speaks_of_smoking(fold(claim.subject.text)) and any(number.span.start == one.start for number in claim.numbers)
        for claim in view.sentence.claims
    )


def _unborne(view: View, folded: str, saying: _Saying) -> list[Finding]:
    said = saying.said.search(folded)
    if said is None:
        return []
    if ("stable" in saying.stems and _trend_said(view)) or _borne(view, saying):
        return []
    start, end = said.span()
    text = "No fact of the record says this"
    return [Finding("unsupported", "unsupported", text, "", view.sentence.text[start:end], "", (), start, end)]


_bears: WeakKeyDictionary[RecordIndex, dict[_Saying, bool]] = WeakKeyDictionary()


def _borne(view: View, saying: _Saying) -> bool:
    """Whether any fact bears a saying; of the whole record this is looked up once."""
    if view.cited is not None:
        return any(saying.known.search(view.record.sheet(one).words) for one in view.cited if one in view.record.facts)
    known = _bears.setdefault(view.record, {})
    if saying not in known:
        known[saying] = saying.known.search(view.record.every_word) is not None
    return known[saying]


def _trend_said(view: View) -> bool:
    """True where "stable" is said of something measured, which is judged by its values."""
    return any(claim.trend or claim.kind == "measurement" for claim in view.sentence.claims)


# ---- body mass index -----------------------------------------------------------------------------------------------
_BMI = ("loinc:39156-5", "loinc:59574-4")
_WEIGHT_WORDS = (
    ("underweight", re.compile(r"underweight|体重过[低轻]|体重不足|消瘦|偏瘦")),
    ("overweight", re.compile(r"overweight|超重|体重过重|偏胖")),
    ("obese", re.compile(r"obes|肥胖")),
)
_LIMITS = {"underweight": (Decimal(0), Decimal("18.5")), "overweight": (Decimal(25), Decimal(1000)), "obese": (Decimal(30), Decimal(1000))}


def judge_weight_word(view: View, claim: Claim) -> list[Finding] | None:
    """ "Overweight" and "obese" follow from the body mass index of an adult: 25 and 30 kg/m2 and more, below 18.5 underweight (WHO).

    None where the word is another one or the record holds no index. The record's own flag counts for "overweight".
    WHO Technical Report Series 894 (2000).
    """
    word = next((name for name, pattern in _WEIGHT_WORDS if pattern.search(fold(claim.subject.text))), "")
    if not word or claim.experiencer != "patient" or _is_child(view):
        return None
    facts = [fact for fact in view.record.facts.values() if fact.key in _BMI and fact.kind in ("measurement", "calculation")]
    facts = [fact for fact in facts if isinstance(fact.value, Quantity) and (view.cited is None or fact.id in view.cited)]
    if not facts:
        return None
    fact = max(facts, key=lambda one: (one.latest, one.time))
    assert isinstance(fact.value, Quantity)
    value = number_of(fact.value.value)
    if fact.value.unit and fact.value.unit != "kg/m2":
        value = converted(fact.value.value, ucum_of(fact.value.unit), "kg/m2")
    if value is None:
        return None
    low, high = _LIMITS[word]
    holds = low <= value < high or (word == "overweight" and fact.flag == "high") or (word == "underweight" and fact.flag == "low")
    if holds != claim.negated:
        return []
    return [finding("flag", "The judgement does not follow from the recorded body mass index", claim, None, fact.text, (fact.id,))]


def _is_child(view: View) -> bool:
    for fact in view.record.people:
        years = number_of(fact.details.get("age_years", ""))
        if years is not None:
            return years < 18
    return False
