"""What speaks against the medicines somebody takes now, as facts: one alert per concern of the judge, with both sides and the row it rests on.

Their ids begin with `made.alert.`: they are judgements made here and no entries of the record. `said` and `said_zh` hold the one sentence that
may be said of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from xinglin.knowledge import terms
from xinglin.models.medication_safety import circumstances_of, concerns, uses_of
from xinglin.models.medication_safety.saying import name_of
from xinglin.records import Concept, Evidence, Fact
from xinglin.records.fact import MADE_HERE, MUST_BE_MENTIONED
from xinglin.records.medication import GRAVE, Concern, MedicineUse

ALERT = f"{MADE_HERE}alert."
UNREAD = {"en": " (source not opened)", "zh": "（来源未核对）"}
_HEADS = {
    "never": ("Never", "绝对禁止"), "contraindicated": ("Contraindicated", "禁忌"), "major": ("Grave", "严重"), "moderate": ("Caution", "注意"),
    "minor": ("Note", "提示"), "tolerated": ("Borne so far", "已耐受"), "unknown-medicine": ("Not checked", "未核查"),
}  # fmt: skip
_CAPITAL = re.compile(r"(?<=: )[A-Z](?=[a-z]|\s)")
_MEASURE = {"en": "Measure it", "zh": "请补测"}


def taken_now(facts: Iterable[Fact]) -> tuple[MedicineUse, ...]:
    """The medicines somebody takes now, as the judge reads them; what is only planned or proposed is left out."""
    return tuple(use for use in uses_of(facts) if not use.considered)


def alerts(facts: Sequence[Fact], as_of: str) -> tuple[tuple[Concern, Fact], ...]:
    """Each concern about the medicines of today with its fact, gravest first; () where nothing is taken."""
    uses = taken_now(facts)
    if not uses:
        return ()
    known = {fact.id: fact for fact in facts}
    found = _each_sum_once(concerns(circumstances_of(facts, as_of), uses))
    return tuple((one, _fact(one, known)) for one in found)


def _each_sum_once(found: Iterable[Concern]) -> list[Concern]:
    """A sum over several medicines is told of each of them; once is enough."""
    kept: dict[tuple, Concern] = {}
    for one in found:
        kept.setdefault((one.kind, frozenset(one.facts)) if one.kind == "bleeding" else (one.id,), one)
    return list(kept.values())


def is_grave(fact: Fact) -> bool:
    """Whether an alert has to be settled first: a never-event, or a contraindication or grave warning that has not long been borne."""
    return fact.flag in GRAVE or bool(fact.details.get("never_event"))


def called(medicine: str, language: str) -> str:
    """A medicine's name; of one that the house does not know, the words of the record."""
    parts = medicine.split("+")
    if all(terms.by_key(f"term:{part}") is not None for part in parts):
        return {"en": " and ", "zh": "与"}[language].join(name_of(part, language) for part in parts)
    return " ".join(medicine.split())


def is_missing(one: Concern) -> bool:
    """Whether a test was never done, unlike a value beyond a limit."""
    return one.kind == "monitoring" and one.other.endswith("-missing")


def _fact(one: Concern, known: Mapping[str, Fact]) -> Fact:
    sides = [known[each] for each in one.facts if each in known]
    advice = _MEASURE if is_missing(one) else one.advice
    who = {language: called(one.medicine, language) for language in ("en", "zh")}
    said = {language: _said(one, who, advice, language) for language in ("en", "zh")}
    evidence = [Evidence(one.knowledge, one.pointer or one.source)] if one.knowledge else []
    evidence += [place for side in sides for place in side.evidence[:2]]
    more = {
        "kind": one.kind, "severity": one.severity, "medicine": one.medicine, "other": one.other, "reason": one.words.get("en", ""),
        "reason_zh": one.words.get("zh", ""), "advice": advice.get("en", ""), "advice_zh": advice.get("zh", ""),
        "verified": "yes" if one.verified else "no", "tolerated": "yes" if one.tolerated else "", "stop": "yes" if one.stop else "",
        "never_event": "yes" if one.never_event else "", "source": one.source, "facts": " ".join(side.id for side in sides),
        "said": said["en"], "said_zh": said["zh"],
    }  # fmt: skip
    grave = one.grave
    return Fact(
        id=f"{ALERT}{_key(one)}", kind="alert", concept=Concept(f"{one.kind} of {who['en']}"), text=said["en"], evidence=tuple(dict.fromkeys(evidence)),
        key=f"made:alert:{_key(one)}", names={"en": (f"warning: {who['en']}",), "zh": (f"警示：{who['zh']}",)}, value="",
        flag=one.severity, importance=MUST_BE_MENTIONED if grave else 1 if one.tolerated or one.severity == "minor" else 2,
        details={name: text for name, text in more.items() if text},
    )  # fmt: skip


def _key(one: Concern) -> str:
    """The concern's own id; of a name nobody knows the place in the record, so that the name stays out of the id."""
    return f"{one.kind}.{one.facts[0]}" if one.kind == "unknown-medicine" and one.facts else one.id


def _said(one: Concern, who: Mapping[str, str], told_advice: Mapping[str, str], language: str) -> str:
    """ "Grave: naproxen – heart failure: it holds salt and water. Use acetaminophen instead." """
    head = _HEADS["never" if one.never_event else "tolerated" if one.tolerated else one.kind if one.kind in _HEADS else one.severity]
    pair = one.kind == "interaction" and one.other
    unread = "" if one.verified else UNREAD[language]
    reason, advice = one.words.get(language, "").strip(), told_advice.get(language, "").strip()
    if language == "zh":
        subject = f"{who['zh']}与{name_of(one.other, 'zh')}" if pair else who["zh"]
        told = f"{head[1]}：{subject}——{reason.replace('。；', '；')}"
        return f"{told}。{advice}{unread}。" if advice else f"{told}{unread}。"
    subject = f"{who['en']} with {name_of(one.other, 'en')}" if pair else who["en"]
    told = f"{head[0]}: {subject} – {_lower(_CAPITAL.sub(lambda hit: hit.group().lower(), reason.replace('.;', ';')))}"
    return f"{told}. {advice[:1].upper()}{advice[1:]}{unread}." if advice else f"{told}{unread}."


def _lower(text: str) -> str:
    word = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if word[1:].islower() or len(word) == 1 else text
