"""What a text and a record answer to "does this person smoke?": never, no longer, still, or at some time.

"He smokes", 吸烟20年 and "ex-smoker" are three answers to one question; that smoking is spoken of at all proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xinglin.models.reader.agreement import any_time_agrees, number_of, values_agree
from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.passing_over import holds
from xinglin.models.reader.text_forms import fold
from xinglin.models.reader.times import find_times
from xinglin.records.fact import Fact
from xinglin.records.reading import SaidNumber

_STEMS = ("smok", "tobacco", "cigar", "烟")
_WORDS = r"(?:smok\w*|tobacco|cigar\w*)"
_RELATIVE = re.compile(r"\b(?:mum|mom|dad|mother|father|parents?|brother|sister|son|daughter|wife|husband|spouse|partner|family|friends?|housemate|colleagues?)\b|母|父|爸|妈|爹|哥|兄|弟|姐|妹|妻|丈夫|儿子|女儿|子女|家人|家属|配偶")  # fmt: skip
_BESIDE = re.compile(r"passive\w* smok\w*|second-?\s?hand smok\w*|smoke (?:alarm|detector|inhalation)s?|(?:exposure|exposed) to (?:\w+ )?smoke|二手烟|被动吸烟|烟酸|烟雾|烟碱|尼古丁|炊烟|油烟|烟曲霉")  # fmt: skip
_ANSWERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("unknown", re.compile(rf"smok\w* cessation|戒烟(?:建议|教育|指导|咨询|门诊)|(?:建议|劝|嘱|督促).{{0,6}}戒烟|\b(?:advis|counsel|encourag|recommend)\w*\b.{{0,40}}{_WORDS}|unknown if ever smoked|smoking (?:status|history)?:? ?(?:is |was )?(?:unknown|not (?:recorded|known|documented))|吸烟(?:情况|史|状况)?(?:未记录|不详|未知|未提供)|是否吸烟")),
    ("former", re.compile(rf"\b(?:ex|former|previous|past|quit|prior)[- ](?:\w+[- ]){{0,2}}(?:smok\w*|tobacco)|\b(?:quit|stopped|gave up|given up|ceased)\b.{{0,14}}{_WORDS}|\bno longer (?:a )?smok\w*|\bused to smoke|\bwas an? (?!current|active)(?:\w+ ){{0,2}}smoker|\bsmoked until|[吸抽]烟至\d|\b(?:formerly|previously) smok\w*|{_WORDS}\W{{0,3}}(?:quit|stopped|former|ex)\b|戒烟|曾吸烟|曾经吸烟|既往吸烟|不再吸烟|戒断烟|既往.{{0,4}}吸烟史")),
    ("never", re.compile(rf"\bnever[- ](?:\w+ ){{0,2}}(?:smok\w*|used tobacco|tobacco)|\blife(?:long|time) non-?\s?smok\w*|\b(?:has|have|had)(?: not|n't) (?:ever )?smoked|\bno (?:history of |past )(?:smok\w*|tobacco)|从不[吸抽]烟|从未[吸抽]烟|从来不[吸抽]烟|无[吸抽]烟|否认[吸抽]烟|否认有?[吸抽]烟|否认烟酒|无烟酒|否认.{{0,6}}烟[、和及与]?酒|[吸抽]烟史?[:：]?(?:无|否认|从不)|没有[吸抽]烟|未[吸抽]过?烟|{_WORDS}(?: status| history| use)?:? ?never")),
    ("not now", re.compile(rf"\bnon-?\s?smok\w*|\b(?:does|do|did|is|was|has|have)(?: not|n't) (?:currently |now |a )?(?:smok\w*|use tobacco)|\b(?:den(?:y|ies|ied)|denying)\b(?: \w+){{0,5}}? {_WORDS}|\bno (?:current |active |known )?{_WORDS}|{_WORDS}(?: status| history| use)?(?:: ?| is )(?:none|no|nil|denied|negative)\b|不[吸抽]烟|未[吸抽]烟|没[吸抽]烟")),
    ("current", re.compile(r"\bsmokes\b|\b(?:is|remains|still) an? (?:\w+ ){0,2}smoker|\b(?:current|active|daily|heavy|light|some ?days?|every ?day|present|chain|occasional|social|regular)(?: \w+){0,2} smok\w*|\b(?:still|continues to|currently|keeps|continued) smok\w*|\bcurrent (?:\w+ )?(?:tobacco|cigar\w*)|\bsmoker\b|仍.{0,3}[吸抽]烟|[现目][在前]?.{0,3}[吸抽]烟|继续[吸抽]烟|每[天日][吸抽]烟|吸烟者")),
    ("ever", re.compile(r"\bsmoked\b|\bhas been smoking|\bsmoking for\b|\b(?:history of|positive for) (?:\w+ )?(?:smoking|tobacco)|smoking history of|pack[- ]years?|有[吸抽]烟|[吸抽]烟史|长期[吸抽]烟|[吸抽]烟")),
)  # fmt: skip
_FITS = {
    "never": ("never",),
    "not now": ("never", "former", "not now"),
    "former": ("former",),
    "current": ("current",),
    "ever": ("current", "former"),
}


def smoking_answer(folded: str) -> tuple[str, int, int] | None:
    """The answer a folded text gives, with its place; None where it gives none.

    >>> smoking_answer("never smoker"), smoking_answer("吸烟20年")
    (('never', 0, 12), ('ever', 0, 3))
    """
    if not holds(folded, _STEMS):
        return None
    plain = _BESIDE.sub(lambda found: " " * len(found.group()), folded)
    for answer, pattern in _ANSWERS:
        if (found := pattern.search(plain)) is not None:
            return None if answer == "unknown" else (answer, *found.span())
    return None


def speaks_of_smoking(folded: str) -> bool:
    """Whether a folded name or text has a word of smoking in it."""
    return holds(folded, _STEMS) and _BESIDE.fullmatch(folded) is None


_PIECE = re.compile(r"(?:[^。.;；!?]|\.(?=\S))+")


def judge_smoking(view: View, folded: str) -> list[Finding] | None:
    """What is wrong with the answer a sentence gives; None where it gives none or the record holds none to compare."""
    if not holds(folded, _STEMS):
        return None
    pieces = [(found.start(), said) for found in _PIECE.finditer(folded) if (said := smoking_answer(found.group())) is not None]
    if not pieces:
        return None
    if _RELATIVE.search(folded):
        return _of_a_relative(view)
    known = _known(view)
    if not known:
        return None
    wrong: list[Finding] = []
    for move, (answer, first, last) in pieces:
        if not any(one in _FITS[answer] or (one == "not now" and answer in ("never", "former")) for one, _ in known):
            fact, start, end = known[-1][1], first + move, last + move
            words = view.sentence.text[start:end]
            wrong.append(
                Finding("status", "contradicted", "The record answers this otherwise", "", words, fact.text, (fact.id,), start, end)
            )
    if wrong:
        return wrong
    facts = [fact for _, fact in known]
    given_up = view.cited is None and any(said[0] == "former" for _, said in pieces)
    return [*(_since(view, facts) if given_up else ()), *_numbers(view, facts)]


def _of_a_relative(view: View) -> list[Finding] | None:
    """Smoking of a relative, which the answer of the patient does not bear out."""
    claims = [one for one in view.sentence.claims if one.experiencer == "family" and speaks_of_smoking(fold(one.subject.text))]
    known = any(fact.kind == "family" and speaks_of_smoking(view.record.sheet(fact.id).words) for fact in view.record.facts.values())
    if not claims or known or view.cited is not None:
        return None
    return [finding("family", "The record says nothing of a relative's smoking", one, unsupported=True) for one in claims]


def _since(view: View, facts: Sequence[Fact]) -> list[Finding]:
    """When smoking was given up must be said by the record too."""
    spoken = [one for fact in facts if isinstance(fact.value, str) for one in find_times(fold(fact.value))]
    found: list[Finding] = []
    for time in view.sentence.times:
        if time.kind == "future" or any(one.first <= time.end and one.last >= time.start for one in spoken):
            continue
        if any(any_time_agrees(time, view.record.sheet(fact.id).times) for fact in facts):
            continue  # the day on which it was asked
        known = facts[-1].text if spoken else ""
        text, verdict = (
            ("The date is not the recorded one", "contradicted") if spoken else ("The record gives no date for this", "unsupported")
        )
        found.append(Finding("date", verdict, text, "", time.span.text, known, (facts[-1].id,), time.span.start, time.span.end))
    return found


def _known(view: View) -> list[tuple[str, Fact]]:
    """The newest answers of the record (or those of the said day), each with its fact."""
    facts = [fact for fact in view.record.worded if speaks_of_smoking(fold(fact.concept.words)) or fact.details.get("class") == "smoking"]
    facts = [fact for fact in facts if view.cited is None or fact.id in view.cited]
    days = [time for time in view.sentence.times if time.kind == "date"]
    dated = [fact for fact in facts if days and any(any_time_agrees(day, view.record.sheet(fact.id).times) for day in days)]
    found = [(answer, fact) for fact in dated or facts if (answer := _answer_of(fact))]
    if dated or not found:
        return found
    newest = max(fact.time or fact.start for _, fact in found)[:10]
    lasting = [one for one in found if not one[1].time or (one[1].time or one[1].start)[:10] == newest]
    return lasting or found


def _answer_of(fact: Fact) -> str:
    words = fold(fact.value) if isinstance(fact.value, str) and fact.value else fold(f"{fact.concept.words} {fact.text}")
    said = smoking_answer(words) or smoking_answer(fold(f"{fact.concept.words}: {words}"))
    answer = said[0] if said else ""
    if answer == "ever" and fact.kind == "problem":
        answer = "current"
    return "former" if answer == "current" and fact.status in ("resolved", "inactive") else answer


def _follows(view: View, number: SaidNumber, facts: Sequence[Fact]) -> bool:
    """True for a number of years that follows from the recorded year in which smoking was given up (within a year)."""
    count = number_of(number.value)
    if number.unit != "a" or count is None or not view.as_of[:4].isdigit():
        return False
    slack = max(1, int(count) // 6) if number.approximate or number.comparator else 1
    years = [int(one.first[:4]) for fact in facts if isinstance(fact.value, str) for one in find_times(fold(fact.value))]
    return any(abs(int(view.as_of[:4]) - year - int(count)) <= slack for year in years)


def _numbers(view: View, facts: Sequence[Fact]) -> list[Finding]:
    """Years of smoking and cigarettes a day must stand in the record too."""
    if view.cited is not None or any(fact.start for fact in facts):
        return []
    claims = [claim for claim in view.sentence.claims if speaks_of_smoking(fold(claim.subject.text))]
    said = [number for claim in claims for number in claim.numbers if not _follows(view, number, facts)]
    if len(claims) == len([claim for claim in view.sentence.claims if claim.kind != "person"]):
        said += [number for number in view.sentence.loose if not _follows(view, number, facts)]
    sheets = [view.record.sheet(fact.id) for fact in view.record.facts.values() if speaks_of_smoking(fold(fact.concept.words))]
    known = [one for sheet in sheets for one in sheet.numbers]
    return [
        Finding("value", "unsupported", "The record holds no such number for this", "", one.span.text, "", (), one.span.start, one.span.end)
        for one in said
        if not any(values_agree(one.value, other.value, one.unit, other.unit, "", one.approximate) for other in known)
    ]
