"""Asks the judge about every medicine taken now, and says what follows as facts made here: alerts, points per medicine, what could not be judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xinglin.knowledge import drugs, terms
from xinglin.knowledge.pgx.reported import as_reported
from xinglin.models.medication_safety import circumstances_of
from xinglin.models.medication_safety.saying import name_of
from xinglin.records import Chart, ContentRequest, Evidence, Fact
from xinglin.records.fact import MUST_BE_MENTIONED
from xinglin.records.medication import Circumstances, Concern, MedicineUse
from xinglin.shelf.promises import Bench, Prepared
from xinglin.workup.gene_words import lacking
from xinglin.workup.medication_alerts import UNREAD, alerts, is_grave, is_missing, taken_now
from xinglin.workup.report_lines import line

_BRIEF: dict[str, tuple[str, str]] = {
    "interaction": ("interaction with {0}", "与{0}相互作用"), "duplicate": ("duplicate of {0}", "与{0}重复"), "qt": ("QT interval", "QT间期"),
    "bleeding": ("bleeding sum", "出血风险叠加"), "contraindication": ("{0}", "{0}"), "allergy": ("allergy to {0}", "{0}过敏"), "dose": ("dose", "剂量"),
    "route": ("route", "给药途径"), "pregnancy": ("pregnancy or breast-feeding", "妊娠或哺乳"), "age": ("age", "年龄"), "gene": ("gene {0}", "基因{0}"),
    "monitoring": ("{0}", "{0}"), "unknown-medicine": ("not known here", "未识别"),
}  # fmt: skip
_UNMEASURED = ("not measured: {0}", "未测{0}")
_NEVER = ("never-event", "绝对禁止的用法")
_EITHER = ("kidney or liver function", "肝肾功能")
_ORGANS = {"kidney": ("kidney function", "肾功能"), "liver": ("liver function", "肝功能")}
_HEADS = {"grave": ("Grave", "严重警示"), "moderate": ("Caution", "注意事项"), "minor": ("Minor or borne", "轻微或已耐受")}
_COUNTED = (
    ("grave", "grave warnings", "严重警示"),
    ("moderate", "to adjust or watch", "需调整或监测"),
    ("minor", "minor or long borne", "轻微或已耐受"),
)
_FERTILE = (12, 51)


def prepare(request: ContentRequest, chart: Chart, bench: Bench) -> Prepared:
    """Facts of kind alert about the medicines of today. Nothing is taken: one line that says so."""
    facts = bench.facts
    uses = taken_now(facts)
    person = [fact for fact in facts if fact.id == "person"] or list(facts[:1])
    if not uses:
        return Prepared(
            (
                line(
                    "review.none",
                    ("No medicine is recorded as taken now; there is nothing to review.", "病历中无目前在用药物，无可评估。"),
                    person,
                ),
            )
        )
    by_id = {fact.id: fact for fact in facts}
    found = alerts(facts, request.as_of)
    told = [fact for _, fact in found]
    told.append(_counted(uses, found, [by_id[use.fact] for use in uses]))
    for use in uses:
        told += [_reason(use, by_id[use.fact], facts), *_points(use, by_id[use.fact], found)]
    told += list(_not_known(circumstances_of(facts, request.as_of), uses, person, [by_id[use.fact] for use in uses]))
    told += list(_limits(found, person))
    return Prepared(tuple({fact.id: fact for fact in told}.values()))


def _counted(uses: Sequence[MedicineUse], found: Sequence[tuple[Concern, Fact]], medicines: Sequence[Fact]) -> Fact:
    """How many medicines, and how much speaks against them."""
    counts = {key: 0 for key, _, _ in _COUNTED}
    for one, fact in found:
        if one.kind != "unknown-medicine":
            counts["grave" if is_grave(fact) else "minor" if one.tolerated or one.severity == "minor" else "moderate"] += 1
    en = ", ".join(f"{counts[key]} {words.removesuffix('s') if counts[key] == 1 else words}" for key, words, _ in _COUNTED if counts[key])
    zh = "，".join(f"{words}{counts[key]}项" for key, _, words in _COUNTED if counts[key])
    many = f"{len(uses)} medicine{'s' if len(uses) != 1 else ''} taken now"
    unknown = sum(1 for use in uses if not use.key)
    tail = (
        (f"; {unknown} of them {'is' if unknown == 1 else 'are'} not known here and not checked", f"；其中{unknown}种未识别，未作核查")
        if unknown
        else ("", "")
    )
    both = (
        f"{many}; {en or 'nothing found against them'}{tail[0]}.",
        f"目前在用药物{len(uses)}种；{zh or '核查未见需警示之处'}{tail[1]}。",
    )
    return line("review.count", both, medicines, names=("what the review found", "评估概况"), importance=MUST_BE_MENTIONED)


def _reason(use: MedicineUse, medicine: Fact, facts: Sequence[Fact]) -> Fact:
    """What the medicine is given for, as recorded."""
    names = ("recorded reason", "用药指征")
    if not use.indication:
        return line(f"review.reason.{medicine.id}", ("No reason is recorded.", "病历未载用药指征。"), [medicine], names=names)
    said = {language: "; ".join(_in_words(one, language) for one in use.indication.split("; ")) for language in ("en", "zh")}
    both = (f"Recorded reason: {said['en'].rstrip('.')}.", f"病历所载指征：{said['zh'].replace('; ', '；').rstrip('。')}。")
    return line(f"review.reason.{medicine.id}", both, [medicine], names=names)


def _in_words(reason: str, language: str) -> str:
    known = terms.find(reason, kind="problem")
    return known.name(language) if known is not None else reason


def _points(use: MedicineUse, medicine: Fact, found: Sequence[tuple[Concern, Fact]]) -> Iterator[Fact]:
    """In a few words what was found for one medicine, by gravity; the sentences themselves stand in their sections."""
    names = ("what was found", "核查结果")
    if not use.key:
        yield line(
            f"review.points.{medicine.id}.unknown",
            ("Not known here; nothing was checked.", "本系统不识别该药，未作核查。"),
            [medicine],
            names=names,
            importance=2,
        )
        return
    mine = [
        (one, fact) for one, fact in found if use.key in (one.medicine, one.other) or (one.kind == "bleeding" and medicine.id in one.facts)
    ]
    if not mine:
        none = ("Nothing found against it.", "核查未见需要警示之处。")
        yield line(f"review.points.{medicine.id}.clear", none, [medicine], [Evidence(_TOPIC, use.key)], names=names)
    for key, heads in _HEADS.items():
        chosen = [(one, fact) for one, fact in mine if _weight(one, fact) == key]
        if chosen:
            said = [_briefly([one for one, _ in chosen], use.key, language) for language in ("en", "zh")]
            places = [place for _, fact in chosen for place in fact.evidence[:1]]
            both = (f"{heads[0]}: {said[0]}.", f"{heads[1]}：{said[1]}。")
            yield line(f"review.points.{medicine.id}.{key}", both, [medicine], places, names=names)


_TOPIC = f"knowledge/drugs@{drugs.TOPIC.version}"


def _weight(one: Concern, fact: Fact) -> str:
    return "grave" if is_grave(fact) else "minor" if one.tolerated or one.severity == "minor" else "moderate"


def _briefly(found: Sequence[Concern], medicine: str, language: str) -> str:
    """ "interaction with aspirin, citalopram; age": what was found, the same kinds together."""
    place, told = (0, 1)[language == "zh"], {}
    unread = set()
    for one in found:
        both = (
            _NEVER
            if one.never_event
            else _UNMEASURED
            if is_missing(one)
            else _ORGANS.get(one.other, _EITHER)
            if one.kind == "organ"
            else _BRIEF[one.kind]
        )
        told.setdefault(both[place], []).extend(_others(one, medicine, language))
        unread |= set() if one.verified else {both[place]}
    join, semicolon = (", ", "; ") if language == "en" else ("、", "；")
    parts = [
        (phrase.format(join.join(dict.fromkeys(others))), UNREAD[language] if phrase in unread else "") for phrase, others in told.items()
    ]
    return semicolon.join(said + mark for said, mark in parts)


def _others(one: Concern, medicine: str, language: str) -> list[str]:
    """The other side of a concern by name."""
    if one.kind == "gene":
        return one.other.split("+")
    other = one.medicine if one.other == medicine else one.other.removesuffix("-missing")
    return [_analyte(other, language) if one.kind == "monitoring" else name_of(other, language)]


def _analyte(key: str, language: str) -> str:
    from xinglin.knowledge import labs

    known = labs.analyte(key)
    return known.names[language][0] if known is not None and known.names.get(language) else key.replace("_", " ")


def _not_known(who: Circumstances, uses: Sequence[MedicineUse], person: Sequence[Fact], medicines: Sequence[Fact]) -> Iterator[Fact]:
    """Circumstances the record does not tell, where a rule about one of these medicines asks for them."""
    keys = [part for use in uses for part in (use.ingredients or (use.key,)) if part]
    silent: list[tuple[str, tuple[str, str]]] = []
    if who.egfr is None and who.crcl is None and who.dialysis is None and any(drugs.renal(key) for key in keys):
        silent.append(
            (
                "kidney",
                (
                    "Kidney function within a year is not in the record: doses were not judged for it.",
                    "病历中无近一年的肾功能结果，未能据此核查剂量。",
                ),
            )
        )
    if not who.child_pugh and any(drugs.hepatic(key) for key in keys):
        silent.append(
            ("liver", ("No Child-Pugh grade is in the record: doses were not judged by it.", "病历中无Child-Pugh分级，未能据此核查剂量。"))
        )
    fertile = who.sex == "female" and who.age_years is not None and _FERTILE[0] <= who.age_years < _FERTILE[1]
    if fertile and who.pregnant is None and any(drugs.pregnancy(key) for key in keys):
        silent.append(
            (
                "pregnancy",
                (
                    "The record does not say whether she is pregnant or breast-feeding: this was not judged.",
                    "病历未载是否妊娠或哺乳，未作此项核查。",
                ),
            )
        )
    if not who.allergies:
        silent.append(("allergies", ("No allergy is recorded that could be held against these medicines.", "病历中无可供比对的过敏记录。")))
    results = {gene: as_reported(gene, told) for gene, told in who.genes.items()}
    asked = sorted({gene for key in keys for gene in lacking(key, results)})
    if asked:
        silent.append(
            (
                "genes",
                (
                    f"Guidelines ask for genes that nobody has tested: {', '.join(asked)}.",
                    f"指南参考但尚未检测的基因：{'、'.join(asked)}。",
                ),
            )
        )
    for key, both in silent:
        yield line(
            f"review.silent.{key}", both, [*person, *medicines[:3]], names=("what could not be judged", "无法核查之处"), importance=2
        )


def _limits(found: Sequence[tuple[Concern, Fact]], person: Sequence[Fact]) -> Iterator[Fact]:
    """What the review rests on."""
    unread = sum(1 for one, _ in found if not one.verified)
    if unread:
        both = (
            f"{unread} of these warnings rest{'s' if unread == 1 else ''} on rows whose source nobody here has opened; they are marked and meant for clinicians alone.",
            f"其中{unread}项警示所依据的条目尚未核对来源，已予标注，仅供临床人员参考。",
        )
        yield line("review.limits.unread", both, person, names=("limits", "局限"))
    rest = (
        "What is not in the record was not judged. Nothing here is an order; a doctor decides.",
        "病历未载者未作核查。本评估不是医嘱，由医师决定。",
    )
    yield line("review.limits.record", rest, person, names=("limits", "局限"))
