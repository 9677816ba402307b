"""Kidney and liver: what a medicine's dose must become when they work less, and what must not be given at all."""

from __future__ import annotations

from collections.abc import Iterator

from xinglin.knowledge import drugs
from xinglin.knowledge.drugs.rows import HepaticRule, RenalRule
from xinglin.models.medication_safety.amounts import daily, interval_h, single
from xinglin.models.medication_safety.interactions import parts_of
from xinglin.models.medication_safety.saying import GRAVEST_FIRST, facts_of, said
from xinglin.models.medication_safety.values import in_unit_of_lab
from xinglin.records.medication import Circumstances, Concern, ConcernSeverity, MedicineUse

_GRADES = {"child-pugh-a": "A", "child-pugh-b": "B", "child-pugh-c": "C"}
_DECOMPENSATED = {"liver-failure", "hepatic-failure", "hepatic-encephalopathy", "hepatorenal-syndrome", "decompensated-cirrhosis"}
"""Read as grade C where no grade is recorded."""
_LIVER = {"cirrhosis", "cirrhosis-of-liver", "liver-cirrhosis", "alcoholic-cirrhosis-of-liver"} | _DECOMPENSATED


def organ_concerns(who: Circumstances, use: MedicineUse) -> Iterator[Concern]:
    """At most one concern of the kidneys and one of the liver."""
    yield from _kidney(who, use)
    yield from _liver(who, use)


def _rate(row: RenalRule, who: Circumstances) -> tuple[float | None, str]:
    """The rate the row asks for; where only the other one is known that one stands in, and the pointer says so."""
    if row.measure == "dialysis":
        return (0.0 if who.dialysis else None), "dialysis"
    first, second = (who.egfr, who.crcl) if row.measure == "egfr" else (who.crcl, who.egfr)
    names = ("egfr", "crcl") if row.measure == "egfr" else ("crcl", "egfr")
    if first is not None:
        return first, names[0]
    if second is not None:
        return second, names[1]
    if (worked_out := _from_creatinine(who)) is not None:
        return worked_out, "crcl"
    return (5.0, "dialysis") if who.dialysis else (None, "")


def _from_creatinine(who: Circumstances) -> float | None:
    """Creatinine clearance, mL/min, where creatinine alone was measured (Cockcroft and Gault 1976, doi:10.1159/000180580); adults with a weight."""
    lab = next((one for one in who.labs if one.analyte == "creatinine"), None)
    creatinine = in_unit_of_lab(lab, "umol/L") if lab is not None else None
    if not creatinine or who.age_years is None or who.age_years < 18 or not who.weight_kg or who.sex not in {"female", "male"}:
        return None
    return (140 - who.age_years) * who.weight_kg * (1.04 if who.sex == "female" else 1.23) / creatinine


def _kidney(who: Circumstances, use: MedicineUse) -> Iterator[Concern]:
    found: list[tuple[ConcernSeverity, RenalRule, float, str]] = []
    for row in (row for part in parts_of(use) for row in drugs.renal(part) if not (row.route and use.route) or row.route == use.route):
        rate, name = _rate(row, who)
        if rate is None or (row.below is not None and rate >= row.below) or (row.at_or_above is not None and rate < row.at_or_above):
            continue
        severity = _still_too_much(row, who, use)
        if severity is not None:
            found.append((severity, row, rate, name))
    if found:
        severity, row, rate, name = min(found, key=lambda one: (GRAVEST_FIRST[one[0]], one[1].below or 0))
        shown = "dialysis" if row.measure == "dialysis" else f"{'eGFR' if name == 'egfr' else 'creatinine clearance'} {rate:.0f} mL/min"
        shown_zh = "透析" if row.measure == "dialysis" else f"{'eGFR' if name == 'egfr' else '肌酐清除率'} {rate:.0f} mL/min"
        yield said(
            "organ", severity, use, row, f"{shown}: {row.reason_en}", f"{shown_zh}：{row.reason_zh}", other="kidney", advice=(row.advice_en, row.advice_zh),
            facts=facts_of(who, name), pointer=f"renal/{row.medicine}/{row.measure}/{row.below or 0:g}",
        )  # fmt: skip


def _still_too_much(row: RenalRule, who: Circumstances, use: MedicineUse) -> ConcernSeverity | None:
    """The severity when the dose as written is not what these kidneys allow; None when it already is."""
    if row.action == "avoid":
        return row.severity
    if row.action == "monitor":
        return "minor"
    limits = (
        (row.maximum_single_mg, single(use, "mg", who)), (row.maximum_daily_mg, daily(use, "mg", who)),
    )  # fmt: skip
    told = [amount > limit * 1.02 for limit, amount in limits if limit is not None and amount is not None]
    between = interval_h(use)
    if row.minimum_interval_h is not None and between is not None:
        told.append(between < row.minimum_interval_h * 0.95)
    if told:
        return row.severity if any(told) else None
    known_limits = row.maximum_single_mg is not None or row.maximum_daily_mg is not None or row.minimum_interval_h is not None
    return "moderate" if not known_limits or use.dose is None else "minor"


def _liver(who: Circumstances, use: MedicineUse) -> Iterator[Concern]:
    failing = next((known for known in who.conditions if known.active and known.key in _LIVER), None)
    if not who.child_pugh and failing is None:
        return
    grade_known = who.child_pugh or ("C" if any(known.active and known.key in _DECOMPENSATED for known in who.conditions) else "")
    found: list[tuple[ConcernSeverity, HepaticRule]] = []
    for row in (row for part in parts_of(use) for row in drugs.hepatic(part)):
        if row.grade != "any" and _GRADES.get(row.grade, "") != grade_known:
            continue
        amount = daily(use, "mg", who) if row.maximum_daily_mg is not None else None
        if row.maximum_daily_mg is not None and amount is not None and amount <= row.maximum_daily_mg * 1.02:
            continue
        found.append(("minor" if row.action == "monitor" else row.severity, row))
    if found:
        severity, row = min(found, key=lambda one: GRAVEST_FIRST[one[0]])
        grade = f"Child-Pugh {who.child_pugh}" if who.child_pugh else (failing.words if failing else "")
        yield said(
            "organ", severity, use, row, f"{grade}: {row.reason_en}", f"{grade}：{row.reason_zh}", other="liver", advice=(row.advice_en, row.advice_zh),
            facts=(*facts_of(who, "child_pugh"), *((failing.fact,) if failing else ())), pointer=f"hepatic/{row.medicine}/{row.grade}",
        )  # fmt: skip
