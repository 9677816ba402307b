"""Judges every claim of a sentence: linked to a fact or not, and in what it differs from the facts."""

from __future__ import annotations

import re

from xinglin.models.reader.agreement import any_time_agrees, compared, values_agree
from xinglin.models.reader.context_words import context_tree
from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.judging_dates import forgive_dates
from xinglin.models.reader.judging_groups import judge_control, judge_groups
from xinglin.models.reader.judging_illness import best_of, judge_fact, judge_held, judge_thing
from xinglin.models.reader.judging_kinds import judge_degree
from xinglin.models.reader.judging_limits import judge_limits, named_by_result
from xinglin.models.reader.judging_medicines import judge_dual, judge_medicine
from xinglin.models.reader.judging_own_drafts import uncited_times, unexplained
from xinglin.models.reader.judging_person import judge_person
from xinglin.models.reader.judging_quoted import denied_alike, forgive_denied, judge_quoted, says_otherwise
from xinglin.models.reader.judging_reactions import is_reaction
from xinglin.models.reader.judging_relatives import judge_allergy, judge_family
from xinglin.models.reader.judging_results import judge_measurement
from xinglin.models.reader.judging_sayings import judge_sayings, judge_weight_word
from xinglin.models.reader.judging_series import judge_series
from xinglin.models.reader.likeness import likely_fact, related_facts, stems_of
from xinglin.models.reader.phrase_tree import tokens_of
from xinglin.models.reader.quotes import quoted_spans, within
from xinglin.models.reader.record_index import stands_in
from xinglin.models.reader.silences import judge_death, judge_silence, repeats_record
from xinglin.models.reader.subjects import known_words
from xinglin.models.reader.text_forms import fold
from xinglin.models.reader.units import TIME_UNITS, converted, ucum_of
from xinglin.records.fact import Fact
from xinglin.records.quantity import Quantity
from xinglin.records.reading import Claim, SaidNumber, Span

_JUDGES = {
    "measurement": judge_measurement,
    "medicine": judge_medicine,
    "drug_class": judge_medicine,
    "allergy": judge_allergy,
    "family": judge_family,
    "person": judge_person,
}
_UNLINKED = frozenset(("allergy", "family", "person"))


def judge_sentence(view: View) -> list[Finding]:
    """Everything that is wrong with one sentence."""
    sentence = view.sentence
    if view.cited is not None and not view.cited and any(sign.isalnum() for sign in sentence.text):
        return [Finding("unsupported", "unsupported", "This statement names no fact")]
    found: list[Finding] = []
    for claim in sentence.claims:
        if claim.kind in _UNLINKED or view.known(claim):
            found += _JUDGES.get(claim.kind, judge_thing)(view, claim)
        else:
            found += _unknown(view, claim)
    found += _loose(view)
    folded = fold(sentence.text)
    found, answered = judge_sayings(view, folded, found)
    if view.cited is None:
        found = judge_limits(view, folded, forgive_denied(view, judge_series(view, found)))
        found, measured = judge_groups(view, folded, judge_control(view, folded, forgive_dates(view, found)))
        found += judge_dual(view, folded) + judge_degree(view)
        answered = answered or measured
    silent = judge_silence(view, folded)
    found += silent or ()
    if silent is None and not answered and view.cited is None and not found and sentence.checkable and not _links(view):
        found += _freely_worded(view)
    if view.cited is not None:
        found += uncited_times(view)
        found += unexplained(view)
        if found and (spans := quoted_spans(view.record, sentence.text, view.cited)):
            found = [one for one in found if one.start < 0 or not within(spans, one.start, one.end)]
    return found


def _freely_worded(view: View) -> list[Finding]:
    """A sentence without any name of the record: held against the fact it probably means, else unsupported."""
    text = view.sentence.text
    if denied_alike(view, fold(text)):
        return []
    fact = likely_fact(view.record, text)
    if fact is None and repeats_record(view, fold(text)):
        return []
    if fact is None and (related := _related(view, text)):
        judged = [judge_likely(view, text, one) for one in related]
        wrong = forgive_dates(view, next((one for one in judged if not one), judged[0]))
        return wrong or [_undecided(text, 0, len(text), "Only a word of this sentence stands in the record", related[0])]
    if fact is None:
        return [Finding("unsupported", "unsupported", "Nothing in this sentence could be linked to the record")]
    return judge_likely(view, text, fact)


def _undecided(said: str, start: int, end: int, text: str, fact: Fact | None = None) -> Finding:
    """What a reader must decide: nothing of the record speaks against it, and nothing bears it out."""
    known, ids = (fact.text, (fact.id,)) if fact is not None else ("", ())
    return Finding("unsupported", "not_checkable", text, "", said, known, ids, start, end)


_CUT = re.compile(
    r"\b(?:remov\w+|replac\w+|taken out|resect\w+|excis\w+|operated|surgery|operation|repair\w*|fixed|inserted|implanted)\b|切|置换|换过|手术|摘除|修补|植入"
)
_BROKEN = re.compile(r"\b(?:broke|broken|fractur\w+)\b|骨折|摔断")


def _related(view: View, text: str) -> list[Fact]:
    """The facts that share a word with a freely worded sentence and can bear it out; none where it names a germ no fact names."""
    folded = fold(text)
    found = related_facts(view.record, text)
    if _CUT.search(folded):
        found = [fact for fact in found if fact.kind in ("procedure", "device", "plan")]
    if _BROKEN.search(folded):
        found = [fact for fact in found if _BROKEN.search(view.record.sheet(fact.id).words)]
    germs = [hit for hit in known_words().tree.find_all(tokens_of(folded)) if hit.what.kind == "organism"]
    if any(folded[hit.start : hit.end] not in view.record.every_word for hit in germs):
        return []
    return [fact for fact in found if not says_otherwise(fact, folded)]


_LASTS = re.compile(r"\b(?:is |are )?still (?:present|there|active)\b|\bpersists?\b|仍存在|依然存在|尚未痊愈|至今未愈")


def judge_likely(view: View, text: str, fact: Fact) -> list[Finding]:
    """Side, time and denial of a freely worded sentence against the fact it probably means."""
    hits = context_tree().find_all(tokens_of(fold(text)))
    roles = [role for hit in hits for role in hit.what]
    side = next((role.value for role in roles if role.what == "side"), None)
    lasts = "active" if _LASTS.search(fold(text)) else ""
    denied = any(role.what == "not" for role in roles) and not any(role.what == "nothing" for role in roles)
    claim = Claim(fact.kind, Span(0, len(text), text), fact.key, (fact.id,), (), view.sentence.times, denied, side=side, status=lasts)  # type: ignore[arg-type]
    return judge_thing(view, claim)


def _links(view: View) -> bool:
    """Whether a sentence names anything that could be held against a fact; a part of the body alone is no such thing."""
    sentence = view.sentence
    return any(number.unit or sentence.times for number in sentence.loose) or any(
        bool(_held_in_words(view, claim)) if claim.kind in _BYSTANDERS else claim.kind != "person" or claim.key != "pronoun"
        for claim in sentence.claims
    )


def _unknown(view: View, claim: Claim) -> list[Finding]:
    """A claim about something that the record, or the facts the statement names, know nothing of."""
    if _is_bystander(view, claim) or _measured_fever(view, claim) is not None:
        return []
    if (dead := judge_death(view, claim)) is not None:
        return dead
    if claim.kind in ("problem", "finding") and (weighed := judge_weight_word(view, claim)) is not None:
        return weighed
    if view.cited is None and (named_by_result(view, claim) or _introduces(view, claim)):
        return []
    if view.cited is None and (quoted := judge_quoted(view, claim)) is not None:
        return quoted
    holding = _held_in_words(view, claim)
    if holding and not (claim.negated and view.cited is None):
        return judge_held(view, claim, holding)
    if view.cited is None and claim.negated and claim.kind in ("problem", "finding"):
        return [_undecided(claim.subject.text, claim.subject.start, claim.subject.end, "The record neither holds this nor denies it")]
    code = "medicine" if claim.kind in ("medicine", "drug_class") else "unsupported"
    own = view.record.facts
    vague = not claim.key or claim.subject.text.lower() in ("surgery", "operation", "procedure", "手术", "stenting", "treatment")
    if view.cited is None and vague and not claim.negated and claim.kind in ("problem", "procedure", "imaging", "immunization"):
        likely = likely_fact(view.record, view.sentence.text)
        if likely is not None and stems_of(claim.subject.text) & stems_of(
            " ".join(name for names in likely.names.values() for name in names) + " surgery operation procedure"
        ):
            return judge_likely(view, view.sentence.text, likely) if len(view.sentence.claims) < 3 else []
    if view.cited is None and is_reaction(view, claim):
        return []
    if view.cited is None and _some_operation(view, claim):
        return []
    if view.cited is None and claim.kind == "problem" and not claim.key and _BROKE.search(fold(view.sentence.text[: claim.subject.start])):
        broken = [fact for fact in related_facts(view.record, claim.subject.text) if _FRACTURE.search(view.record.sheet(fact.id).words)]
        if broken:
            return best_of(view, claim, broken, judge_fact)
    if claim.facts and claim.facts[0] in own:
        return [
            finding(
                code,
                "The facts this statement names say nothing of this",
                claim,
                None,
                own[claim.facts[0]].text,
                claim.facts[:1],
                unsupported=True,
            )
        ]
    return [finding(code, "The record knows nothing of this", claim, None, "", (), unsupported=True)]


_OPERATION = re.compile(r"(?:an? |the )?(?:surgery|operation|procedure|operative treatment)|手术(?:治疗)?")


def _some_operation(view: View, claim: Claim) -> bool:
    """True for "an operation" without a name, where the record holds one of the said day (or one at all, where no day is said)."""
    if claim.kind != "procedure" or claim.negated or claim.side or _OPERATION.fullmatch(fold(claim.subject.text)) is None:
        return False
    done = [fact for fact in view.record.facts.values() if fact.kind == "procedure"]
    return any(all(any_time_agrees(time, view.record.sheet(fact.id).times) for time in claim.times) for fact in done)


_BROKE = re.compile(r"\b(?:broke|broken|fractured|breaking|fracturing)\W+(?:his |her |the |a )?(?:left |right )?$")
_FRACTURE = re.compile(r"fractur|骨折")


_HEADINGS = frozenset(
    ("就诊", "visit", "encounter", "就医", "药敏试验", "susceptibility")
)  # of our own statements: "started at this visit"
_BYSTANDERS = frozenset(("anatomy", "organism", "relative", "finding"))


_GENERAL_EXAMINATION = re.compile(r"(?:imaging|scans?|blood tests?|bloods|影像|影像学检查?|化验|检查)", re.IGNORECASE)
_FOUND_BY = re.compile(
    r"\s*(?:[:：]|(?:in \w+ |on [\w ]{3,12} |this \w+ )?(?:show|demonstrat|reveal|found|confirm|detect)|(?:查到|查出|检出|发现|提示|显示|示|证实|见))",
    re.IGNORECASE,
)


def _introduces(view: View, claim: Claim) -> bool:
    """True for a test that only introduces what it found ("血常规：白细胞3.1"), when that is in the record; and for the "D/c" of a discharge."""
    text = view.sentence.text
    if claim.subject.text.lower() in ("d/c", "dc") and text[claim.subject.end :].lower().startswith((" on", " home", " to", " with")):
        return True
    if claim.kind not in ("procedure", "imaging", "report") or claim.negated or not _FOUND_BY.match(text, claim.subject.end):
        return False
    if _GENERAL_EXAMINATION.fullmatch(claim.subject.text):
        done = [fact for fact in view.record.facts.values() if fact.kind in ("imaging", "report", "measurement")]
        return any(all(any_time_agrees(time, view.record.sheet(fact.id).times) for time in claim.times) for fact in done)
    return not claim.times and any(other.kind in ("measurement", "gene") and view.known(other) for other in view.sentence.claims)


_ROUTES = {"term:intramuscular-injection": "intramuscular"}


def _is_route(view: View, claim: Claim) -> bool:
    """True for the way in which a medicine that our own statement names goes in (肌内注射): no procedure of its own."""
    route = _ROUTES.get(claim.key, "")
    return bool(route) and any(fact.kind == "medicine" and fact.details.get("route") == route for fact in _cited_facts(view))


def _cited_facts(view: View) -> list[Fact]:
    return [view.record.facts[one] for one in view.cited or () if one in view.record.facts]


def _is_bystander(view: View, claim: Claim) -> bool:
    """Words that claim nothing of their own: a part of the body, a test that is only advised, a social word, the route of a medicine."""
    if _is_route(view, claim):
        return True
    if claim.kind in _BYSTANDERS or (view.cited is not None and claim.subject.text.lower() in _HEADINGS and not claim.times):
        return True
    if claim.kind not in ("measurement", "procedure", "imaging") or claim.numbers:
        return False
    return claim.status == "planned" or (view.cited is None and _ADVISES.search(fold(view.sentence.text)) is not None)


_ADVISES = re.compile(
    r"\b(?:avoid|caution|beware|careful|before any|in future|premedicat\w+)\b|警惕|慎用|避免|小心|要注意|需注意|须注意|下次"
)


def _held_in_words(view: View, claim: Claim) -> tuple[Fact, ...]:
    """Facts in whose words the thing stands under any of its names: a reason, a reaction, a quoted conclusion."""
    names = {fold(claim.subject.text)}
    own = view.record.facts
    names |= {fold(name) for one in claim.facts if one in own for words in own[one].names.values() for name in words}
    known = known_words().by_key.get(claim.key)
    names |= {fold(name) for name in known[1]} if known is not None else set()
    names.discard("")  # of something meant but not named ("check before each rise of dose")
    if view.cited is None:
        if claim.kind == "measurement":
            return ()
        held = {fact.id: fact for name in sorted(names) if len(name) > 1 for fact in view.record.holding(name)}
        return tuple(fact for fact in held.values() if claim.kind not in ("medicine", "drug_class") or fact.kind not in ("allergy", "gap"))
    cited = [own[one] for one in sorted(view.cited) if one in own]
    whole = claim.kind in ("medicine", "drug_class")
    return tuple(fact for fact in cited if any(stands_in(name, view.record.sheet(fact.id).words, whole) for name in sorted(names)))


_FEVER = frozenset(("term:fever", "term:pyrexia"))
_TEMPERATURES = ("loinc:8310-5", "loinc:8331-1", "loinc:8332-9", "loinc:8329-5")


def _measured_fever(view: View, claim: Claim) -> list[Fact] | None:
    """Temperatures above 37.9 °C, where a text speaks of fever; None where it does not."""
    denies = claim.subject.text.lower() in ("afebrile", "apyrexial", "无发热", "体温正常")
    if (claim.key not in _FEVER and not denies) or view.cited is not None:
        return None
    results = [
        fact
        for fact in view.record.facts.values()
        if fact.kind == "measurement" and fact.key in _TEMPERATURES and isinstance(fact.value, Quantity)
    ]
    high = [
        fact
        for fact in results
        if isinstance(fact.value, Quantity) and (converted(fact.value.value, ucum_of(fact.value.unit), "Cel") or 0) >= 38
    ]
    if denies:
        return results if results and not high else None
    if any(
        number.role != "duration"
        and number.unit
        and not any(isinstance(fact.value, Quantity) and compared(number, fact.value.value, fact.value.unit, "") for fact in high)
        for number in claim.numbers
    ):
        return None
    return high if results and bool(high) != claim.negated else None


def _loose(view: View) -> list[Finding]:
    """Numbers that belong to nothing: they must at least be numbers of the facts."""
    found: list[Finding] = []
    for number in view.sentence.loose:
        if view.cited is not None:
            if not _number_known(view, number, view.cited):
                found.append(_number_finding(number, "No fact of this statement holds this number"))
        elif (
            number.unit
            and number.unit not in TIME_UNITS
            and number.role not in ("count", "label", "reference")
            and not _number_known(view, number, frozenset(view.record.facts))
        ):
            found.append(_number_finding(number, "The record holds no such number"))
    return found


def _number_finding(number: SaidNumber, text: str) -> Finding:
    return Finding("value", "unsupported", text, "", number.span.text, "", (), number.span.start, number.span.end)


def _number_known(view: View, number: SaidNumber, ids: frozenset[str]) -> bool:
    for one in ids:
        if one in view.record.facts:
            for known in view.record.sheet(one).numbers:
                if values_agree(number.value, known.value, number.unit, known.unit, "", number.approximate):
                    return True
            fact = view.record.facts[one]
            if view.cited is None and fact.kind == "measurement" and isinstance(fact.value, Quantity) and number.unit:
                code = view.record.analyte_code(fact.key, (one,))
                if code and values_agree(number.value, fact.value.value, number.unit, fact.value.unit, code, number.approximate):
                    return True
    return view.cited is not None and (_is_a_count(view, number) or _counts_the_rest(view, number))


def _is_a_count(view: View, number: SaidNumber) -> bool:
    """True for "3 results" where the statement names three facts."""
    return view.cited is not None and number.value == str(len(view.cited))


_MORE = re.compile(r"\band (\d+) more\b|另有\s?(\d+)\s?[项种个条次]")


def _counts_the_rest(view: View, number: SaidNumber) -> bool:
    """True for "and 21 more in the record": there must be as many further facts of the kinds the statement names."""
    said = _MORE.search(fold(view.sentence.text))
    if said is None or number.value not in (said[1], said[2]) or view.cited is None:
        return False
    facts = view.record.facts
    kinds = {facts[one].kind for one in view.cited if one in facts}
    return int(number.value) <= sum(1 for fact in facts.values() if fact.kind in kinds and fact.id not in view.cited)


def same_subject(one: Claim, other: Claim) -> bool:
    """Whether two claims speak of the same thing of the same person."""
    return one.kind == other.kind and bool(one.key) and one.key == other.key and one.experiencer == other.experiencer
