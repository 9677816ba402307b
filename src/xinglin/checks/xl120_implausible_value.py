"""Can this number be? A value that no living person has, or that its unit makes impossible (haemoglobin 92 g/dL).

Limits are the plausible limits of knowledge/labs: wide, so that what is flagged is a unit error, a slipped digit or a wrong analyte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from xinglin.knowledge import labs
from xinglin.models.reader.quotes import is_own_sentence
from xinglin.models.reader.record_index import index_of
from xinglin.records import CheckCase, Claim, Code, Concept, Evidence, Fact, Issue, Quantity, Sentence
from xinglin.records.quantity import LOINC
from xinglin.records.reading import SaidNumber
from xinglin.shelf.promises import Check, Example

CODE = "xl120_implausible_value"
KINDS = ("measurement", "trend", "calculation")
BLOOD_PRESSURE = "analyte:blood-pressure"
PRESSURE = re.compile(r"\bbp\b|pressure|血压", re.IGNORECASE)
LINK = re.compile(r"[^\d.;。；]{0,40}")
SHORT_LINK = re.compile(r"[\s:=：(（]*(?:level|count|was|is|of|at|were|are|be|about|only|now|为|是|约|达|至|\s)*[\s:=：]*", re.IGNORECASE)
BESIDE = re.compile(r"[^\d,.;。；，]{0,16}")
GLUED = tuple("+-/#x×'\"^")
# heights come in two numbers (feet, inches); millimetres and grams are of findings and food; bare red cell counts are of urine and CSF
OTHER_THINGS = ("[ft_i]", "[in_i]", "mm", "g")
OVER = re.compile(r"\s*(?:/|over)\s*")
OFTEN_UNSAID = ("/uL",)  # "white cells 6500" means per microlitre


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop per number said that cannot be, and per sentence that speaks of a recorded value that cannot be."""
    facts = index_of(case.facts).facts
    found: list[Issue] = []
    for sentence in case.sentences:
        if is_own_sentence(index_of(case.facts), sentence.text, case.cited.get(sentence.id, ())):
            continue
        said = [issue for claim in sentence.claims if claim.kind in KINDS for issue in _claimed(sentence, claim)]
        named = dict.fromkeys((*case.cited.get(sentence.id, ()), *(i for claim in sentence.claims for i in claim.facts)))
        issues = said or list(_recorded(sentence, [facts[i] for i in named if i in facts]))
        found += [_said_as_doubtful(issue) for issue in issues] if issues and _is_about_doubt(sentence.id, case, facts) else issues
    return tuple(found)


def _is_about_doubt(sentence: str, case: CheckCase, facts: dict[str, Fact]) -> bool:
    """Whether a sentence of ours is there to say that the record holds an impossible value."""
    cited = case.cited.get(sentence, ())
    return bool(cited) and all(facts[i].flag == "implausible" for i in cited if i in facts)


def _said_as_doubtful(issue: Issue) -> Issue:
    """The sentence itself says that the value cannot be: something to look at, nothing to forbid."""
    return Issue(
        CODE, "warning", "the record holds an impossible value; the sentence says so", issue.statement, said=issue.said, known=issue.known
    )


def _claimed(sentence: Sentence, claim: Claim) -> Iterator[Issue]:
    numbers = [number for number in claim.numbers if number.role in ("value", "previous", "")]
    if claim.key == BLOOD_PRESSURE:
        if any(number.unit for number in numbers) or PRESSURE.search(claim.subject.text):
            yield from _pressures(sentence, claim, numbers)
        return
    analyte = _analyte(claim)
    for number in numbers[:1]:  # a later number may belong to a word the reader does not know
        if analyte is None or not _belongs(sentence.text, claim, number):
            continue
        named = _is_named(analyte, claim.subject.text) and SHORT_LINK.fullmatch(sentence.text[claim.subject.end : number.span.start])
        why = _wrong(analyte, number, bool(named))
        if why:
            yield _issue(sentence, number, why, _limits(analyte))


def _is_named(analyte: labs.Analyte, words: str) -> bool:
    """Whether the test is called by its name here, and not by "it" or "they"."""
    return analyte in _named(words)


def _belongs(text: str, claim: Claim, number: SaidNumber) -> bool:
    """Whether a number plainly belongs to the subject: beside it, and no grade ("2+"), fraction ("5/5") or part number ("#4068")."""
    if number.unit in OTHER_THINGS or (claim.key.endswith((":rbc", ":789-8", ":26453-1")) and not number.unit.startswith("10*")):
        return False
    before, after = text[number.span.start - 1 : number.span.start], text[number.span.end : number.span.end + 1]
    if not number.unit and (before in GLUED or after in GLUED):
        return False
    if number.span.start < claim.subject.start:
        return "/" in number.unit and bool(BESIDE.fullmatch(text[number.span.end : claim.subject.start]))
    between = text[claim.subject.end : number.span.start]
    return bool(LINK.fullmatch(between))


def _analyte(claim: Claim) -> labs.Analyte | None:
    system, _, code = claim.key.partition(":")
    if system in ("loinc", "analyte"):
        return labs.analyte(code)
    english, chinese = _named(claim.subject.text)
    return english or chinese


@lru_cache(maxsize=4096)
def _named(words: str) -> tuple[labs.Analyte | None, labs.Analyte | None]:
    """What these words name in English and in Chinese."""
    return labs.by_name(words), labs.by_name(words, "zh")


def _pressures(sentence: Sentence, claim: Claim, numbers: list[SaidNumber]) -> Iterator[Issue]:
    """Systolic over diastolic, as "120/80" beside its name; a pair the wrong way round cannot be."""
    if len(numbers) < 2 or not LINK.fullmatch(sentence.text[claim.subject.end : numbers[0].span.start]):
        return
    upper, lower = numbers[:2]
    if not OVER.fullmatch(sentence.text[upper.span.end : lower.span.start]) or sentence.text[lower.span.end : lower.span.end + 1] in GLUED:
        return
    for number, key in ((upper, "systolic"), (lower, "diastolic")):
        analyte = labs.analyte(key)
        why = _wrong(analyte, number, True) if analyte else ""
        if analyte and why:
            yield _issue(sentence, number, why, _limits(analyte))
            return
    if (_number(upper) or 1) <= (_number(lower) or 0):
        yield _issue(sentence, upper, "systolic pressure is not above diastolic pressure", "")


def _wrong(analyte: labs.Analyte, number: SaidNumber, named: bool) -> str:
    """Why the number cannot be, or "". Without a unit of the test it is judged only beside the test's own name."""
    value = _number(number)
    if value is None:
        return ""
    name = analyte.names["en"][0]
    if number.unit and labs.convertible(analyte, number.unit):
        possible = _can_be(analyte, value, number.unit, number.comparator)
        return "" if possible else f"this cannot be a value of {name}: a wrong unit, digit or test"
    if not named:
        return ""
    if number.unit:
        return f"{name} is not measured in this unit" if number.unit in labs.result_units() else ""
    tried = [unit for unit in (*analyte.units, *OFTEN_UNSAID) if labs.convertible(analyte, unit)]
    possible = any(_can_be(analyte, value, unit, number.comparator) for unit in tried)
    return "" if possible else f"no usual unit makes this a possible value of {name}"


def _can_be(analyte: labs.Analyte, value: Decimal, unit: str, comparator: str) -> bool:
    canonical, limits = labs.convert(analyte, value, unit), analyte.plausible
    if comparator.startswith("<"):  # at most so much: wrong only when even that is too little
        return limits.low is None or canonical >= limits.low
    if comparator.startswith(">"):
        return limits.high is None or canonical <= limits.high
    return limits.holds(canonical)


def _recorded(sentence: Sentence, facts: list[Fact]) -> Iterator[Issue]:
    for fact in facts:
        broken = _broken_limits(fact.key, fact.value) if fact.kind == "measurement" and isinstance(fact.value, Quantity) else ""
        if broken:
            yield Issue(
                CODE, "stop", "the record itself holds a value that cannot be: look at its source", sentence.id, "contradicted",
                known=broken, facts=(fact.id,),
            )  # fmt: skip


@lru_cache(maxsize=4096)
def _broken_limits(key: str, value: Quantity) -> str:
    """The limits of a test where a recorded value breaks them, else "": a result is looked at once, however often it is spoken of."""
    analyte, unit = labs.analyte(key.removeprefix("loinc:")), value.unit or value.shown_unit
    if analyte is None or not labs.convertible(analyte, unit) or _can_be(analyte, value.number, unit, value.comparator):
        return ""
    return _limits(analyte)


def _number(number: SaidNumber) -> Decimal | None:
    try:
        value = Decimal(number.value)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _limits(analyte: labs.Analyte) -> str:
    return f"{analyte.plausible.low} to {analyte.plausible.high} {analyte.unit}"


def _issue(sentence: Sentence, number: SaidNumber, why: str, known: str) -> Issue:
    span = number.span
    return Issue(CODE, "stop", why, sentence.id, "contradicted", said=span.text, known=known, start=span.start, end=span.end)


def _result(loinc: str, name: str, zh: str, value: str, unit: str) -> Fact:
    concept, source = Concept(name, (Code(LOINC, loinc, name),)), f"Observation/{loinc}"
    return Fact(
        id=f"measurement.{source}", kind="measurement", concept=concept, text=f"{name} {value} {unit}", key=f"loinc:{loinc}",
        evidence=(Evidence("chart", f"{source}#valueQuantity"),), names={"en": (name,), "zh": (zh,)},
        value=Quantity(value, unit), time="2026-03-04", latest=True,
    )  # fmt: skip


_HEMOGLOBIN = _result("718-7", "hemoglobin", "血红蛋白", "92", "g/L")
_SLIPPED = _result("2823-3", "potassium", "血钾", "41", "mmol/L")

CHECK = Check(
    name=CODE,
    title={"en": "Impossible value", "zh": "数值不可能"},
    why={
        "en": "A haemoglobin of 92 g/dL is 92 g/L with the wrong unit; a reader who corrects it in the head may correct it wrongly.",
        "zh": "血红蛋白92 g/dL实为92 g/L的单位错误；读者自行更正，可能改错。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("Hemoglobin was 92 g/dL.", (_HEMOGLOBIN,)),
        Example("血红蛋白92 g/dL。", (_HEMOGLOBIN,), language="zh"),
        Example("Potassium was 41 mmol/L.", (_SLIPPED,)),
        Example("Creatinine was 1.2 mmHg."),
        Example("Blood pressure was 80/120 mmHg."),
        Example("Na 1400."),
    ),
    passes=(
        Example("Hemoglobin was 92 g/L.", (_HEMOGLOBIN,)),
        Example("血红蛋白92 g/L。", (_HEMOGLOBIN,), language="zh"),
        Example("Creatinine was 88 and white cells were 6500."),
        Example("Temperature 98.6 F, blood pressure 120/80 mmHg, oxygen saturation 98%."),
        Example("Potassium rose to 8.9 mmol/L."),
    ),
)
