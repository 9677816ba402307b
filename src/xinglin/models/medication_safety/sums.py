"""What adds up over several medicines: QT prolongation, bleeding, and two of one kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xinglin.knowledge import drugs
from xinglin.knowledge.drugs.rows import BleedingWeight, Duplicate
from xinglin.models.medication_safety.forms import forms_of
from xinglin.models.medication_safety.interactions import parts_of
from xinglin.models.medication_safety.saying import facts_of, name_of, said
from xinglin.records.medication import Circumstances, Concern, ConcernSeverity, MedicineUse

_LONG_MS, _VERY_LONG_MS = 480, 500  # AHA/ACCF 2010 statement on torsade in hospital: above 500 ms is a marker of high risk
_SYSTEMIC = {"", "oral", "intravenous", "intramuscular", "subcutaneous", "sublingual", "rectal", "transdermal", "enteral tube", "buccal"}


def qt_concerns(who: Circumstances, use: MedicineUse, others: Sequence[MedicineUse]) -> Iterator[Concern]:
    """A medicine known to prolong QT with a long QTc, a low potassium, or a second one."""
    if use.route not in _SYSTEMIC:
        return
    row = next((row for part in parts_of(use) if (row := drugs.qt_risk(part)) is not None), None)
    if row is None:
        return
    beside = [other for other in others if other.key != use.key and other.route in _SYSTEMIC and _prolongs(other, row.risk)]
    severity, why_en, why_zh, facts = _qt(who, row.risk, beside)
    if severity is not None:
        yield said(
            "qt", severity, use, row, f"prolongs QT: {row.reason_en}; {why_en}", f"延长QT间期：{row.reason_zh}；{why_zh}",
            other=beside[0].key if beside else "qtc", facts=(*facts, *(other.fact for other in beside)), pointer=f"qt/{row.medicine}",
            advice=("check ECG, potassium and magnesium first", "请先核查心电图、血钾和血镁"),
        )  # fmt: skip


def _prolongs(other: MedicineUse, risk: str) -> bool:
    found = [row.risk for part in parts_of(other) if (row := drugs.qt_risk(part)) is not None]
    return "known" in found or (risk == "known" and "possible" in found)


def _qt(who: Circumstances, risk: str, beside: list[MedicineUse]) -> tuple[ConcernSeverity | None, str, str, tuple[str, ...]]:
    if who.qtc_ms is not None and who.qtc_ms >= _VERY_LONG_MS and risk in {"known", "possible"}:
        severity: ConcernSeverity = "contraindicated" if risk == "known" else "major"
        return severity, f"QTc is {who.qtc_ms:.0f} ms", f"QTc为{who.qtc_ms:.0f} ms", facts_of(who, "qtc_ms")
    if who.qtc_ms is not None and who.qtc_ms >= _LONG_MS and risk == "known":
        return "major", f"QTc is {who.qtc_ms:.0f} ms", f"QTc为{who.qtc_ms:.0f} ms", facts_of(who, "qtc_ms")
    if beside and risk == "known":
        names_en = ", ".join(name_of(other.key, "en") for other in beside)
        names_zh = "、".join(name_of(other.key, "zh") for other in beside)
        several = len(beside) > 1 or any((r.risk if (r := drugs.qt_risk(p)) else "") == "known" for o in beside for p in parts_of(o))
        return ("major" if several else "moderate"), f"taken with {names_en}", f"与{names_zh}合用", ()
    return None, "", "", ()


def bleeding_concerns(who: Circumstances, use: MedicineUse, others: Sequence[MedicineUse]) -> Iterator[Concern]:
    """Three or more medicines that add to bleeding, one of them an anticoagulant."""
    mine = _bleeding(use)
    if mine is None:
        return
    rows = [(other, row) for other in others if (row := _bleeding(other)) is not None]
    kinds = [mine.kind, *(row.kind for _, row in rows)]
    if len(rows) >= 2 and "anticoagulant" in kinds:
        names_en = ", ".join(name_of(other.key, "en") for other, _ in rows)
        names_zh = "、".join(name_of(other.key, "zh") for other, _ in rows)
        yield said(
            "bleeding", "major", use, mine, f"adds to bleeding together with {names_en}", f"与{names_zh}合用，出血风险叠加", other=rows[0][0].key,
            facts=tuple(other.fact for other, _ in rows), pointer=f"bleeding/{mine.medicine}",
            advice=("ask whether all of them are needed", "请确认是否均为必需"),
        )  # fmt: skip


def _bleeding(use: MedicineUse) -> BleedingWeight | None:
    rows = [row for part in parts_of(use) if use.route in _SYSTEMIC for row in drugs.bleeding(part)]
    return max(rows, key=lambda row: row.weight, default=None)


def duplicate_concerns(use: MedicineUse, others: Sequence[MedicineUse]) -> Iterator[Concern]:
    """The same substance twice, or two of a class of which one is enough; both in the body, or both put on one place."""
    mine = set(use.ingredients)
    for other in others:
        if not ((use.route in _SYSTEMIC and other.route in _SYSTEMIC) or use.route == other.route):
            continue
        if shared := mine & set(other.ingredients):
            yield _same(use, other, min(shared, key=len))
            continue
        row = next(
            (
                row
                for row in drugs.duplicates()
                if _in_class(use, row.class_)
                and _in_class(other, row.class_)
                and (not _allowed(row, use, other) or _two_slow(row, use, other))
            ),
            None,
        )
        if row is not None:
            yield said(
                "duplicate", "major" if _two_slow(row, use, other) else row.severity, use, row, f"{name_of(other.key, 'en')} is of the same kind: {row.reason_en}",
                f"{name_of(other.key, 'zh')}属同类药：{row.reason_zh}", other=other.key, facts=(other.fact,),
                advice=(row.advice_en, row.advice_zh), pointer=f"duplicates/{row.class_}",
            )  # fmt: skip


def continues(use: MedicineUse, other: MedicineUse) -> bool:
    """The same medicine under the same name by the same route, or in the same dose: a renewal or a change, not a second one."""
    same_route = use.route == other.route or not use.route or not other.route
    same_dose = use.dose is None or other.dose is None or use.dose == other.dose
    return use.key == other.key and same_route and (same_dose or use.name.casefold() == other.name.casefold())


class _Definition:
    source, locator, verified = "definition", "the same substance twice", True


_BOTH_FORMS = frozenset(("opioid", "antipsychotic"))
"""Kinds of medicine of which one person rightly has two forms: a slow opioid and one for pain that breaks through, a depot and tablets until it works."""


def _two_slow(row: Duplicate, use: MedicineUse, other: MedicineUse) -> bool:
    """Two opioids that both act all day: never the pair of a slow one and one for pain that breaks through."""
    return row.class_ == "opioid" and _is_slow(use) and _is_slow(other)


def _is_slow(use: MedicineUse) -> bool:
    """Whether it acts for a day or more: by its form, as a patch, or as a product of its own."""
    return bool(forms_of(use.name) & {"slow-release", "depot"}) or use.route == "transdermal" or use.key.endswith("extended-release")


def _same(use: MedicineUse, other: MedicineUse, substance: str) -> Concern:
    meant = _is_slow(use) != _is_slow(other) and bool(_BOTH_FORMS & drugs.classes_of(substance))
    return said(
        "duplicate", "moderate" if meant else "major", use, _Definition(), f"{name_of(substance, 'en')} is already taken as {other.name}", f"已在使用含{name_of(substance, 'zh')}的药物（{other.name}）",
        other=other.key, facts=(other.fact,), advice=("add the doses, or stop one", "请合并计算剂量或停用其一"), pointer=f"duplicates/{substance}",
    )  # fmt: skip


def _in_class(use: MedicineUse, klass: str) -> bool:
    return any(klass in drugs.classes_of(part) for part in parts_of(use))


def _allowed(row: Duplicate, use: MedicineUse, other: MedicineUse) -> bool:
    """Whether the row names this pair (medicines or classes, "a+b") as fine together."""
    for one, two in row.allowed:
        for mine, theirs in ((use, other), (other, use)):
            if _is(mine, one) and _is(theirs, two):
                return True
    return False


def _is(use: MedicineUse, name: str) -> bool:
    return name in parts_of(use) or _in_class(use, name.removeprefix("class:"))
