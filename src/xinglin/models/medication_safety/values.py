"""What must be measured with a medicine: a value beyond its limit now, or a test that nobody has made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from xinglin.knowledge import drugs, labs, units
from xinglin.knowledge.drugs.rows import Monitoring
from xinglin.models.medication_safety.amounts import daily
from xinglin.models.medication_safety.interactions import parts_of
from xinglin.models.medication_safety.saying import said
from xinglin.records.errors import InvalidInput
from xinglin.records.medication import GRAVE, Circumstances, Concern, ConcernSeverity, LabValue, MedicineUse
from xinglin.records.moments import days_between


def monitoring_concerns(who: Circumstances, use: MedicineUse, others: Sequence[MedicineUse]) -> Iterator[Concern]:
    """A limit crossed is as grave as its row says; a missing test is moderate, and major where a dose is raised and nothing of the kind was ever measured."""
    values = {lab.analyte: lab for lab in who.labs}
    rows = [row for part in parts_of(use) for row in drugs.monitoring(part)]
    asked = [row for row in rows if row.before or row.interval_days]  # a limit alone asks for no test
    blind = _raised(who, use, others) and not any(row.analyte in values or _told_otherwise(row.analyte, who) for row in asked)
    new = use.considered and not any(other.key == use.key for other in others)
    for row in rows:
        if row.analyte.startswith("gene:"):
            if new and row.before and row.analyte.removeprefix("gene:") not in who.genes:
                yield _untested(use, row)
            continue
        lab = values.get(row.analyte)
        grave = row.severity in GRAVE
        missing_is: ConcernSeverity = "major" if grave and ((blind and row in asked) or (row.before and new)) else "moderate"
        if lab is not None and _crossed(row, lab):
            yield _beyond(use, row, lab)
        elif (row.before or missing_is == "major") and (lab is None or _stale(lab, row, who)) and not _told_otherwise(row.analyte, who):
            yield said(
                "monitoring", missing_is, use, row, f"no recent {_name(row.analyte, 'en')}: {row.why_en}", f"缺少近期{_name(row.analyte, 'zh')}：{row.why_zh}",
                other=f"{row.analyte}-missing", advice=(row.advice_en, row.advice_zh), pointer=f"monitoring/{row.medicine}/{row.analyte}",
            )  # fmt: skip


def _told_otherwise(analyte: str, who: Circumstances) -> bool:
    """Whether the same is known in another form: kidneys by any of their three numbers, QTc from a trace."""
    if analyte in {"creatinine", "egfr", "creatinine_clearance"}:
        return who.egfr is not None or who.crcl is not None
    return analyte == "qtc" and who.qtc_ms is not None


def _untested(use: MedicineUse, row: Monitoring) -> Concern:
    gene = row.analyte.removeprefix("gene:")
    return said(
        "monitoring", row.severity, use, row, f"{gene} is not known: {row.why_en}", f"缺少{gene}检测结果：{row.why_zh}", other=f"{gene}-missing",
        advice=(row.advice_en, row.advice_zh), pointer=f"monitoring/{row.medicine}/{row.analyte}",
    )  # fmt: skip


def _beyond(use: MedicineUse, row: Monitoring, lab: LabValue) -> Concern:
    shown = f"{lab.value.value} {lab.value.shown_unit or lab.value.unit}".strip()
    return said(
        "monitoring", row.severity, use, row, f"{_name(row.analyte, 'en')} is {shown}: {row.why_en}", f"{_name(row.analyte, 'zh')}为{shown}：{row.why_zh}",
        other=row.analyte, advice=(row.advice_en, row.advice_zh), facts=(lab.fact,), pointer=f"monitoring/{row.medicine}/{row.analyte}",
    )  # fmt: skip


def _raised(who: Circumstances, use: MedicineUse, others: Sequence[MedicineUse]) -> bool:
    """Whether the order gives more a day of what is taken already."""
    for other in others:
        if other.key == use.key and use.considered and not other.considered and use.dose is not None:
            now, before = daily(use, use.dose.unit, who), daily(other, use.dose.unit, who)
            if now is not None and before is not None and now > before * 1.01:
                return True
    return False


def _stale(lab: LabValue, row: Monitoring, who: Circumstances) -> bool:
    return bool(row.interval_days and lab.when and who.as_of and days_between(lab.when, who.as_of) > row.interval_days)


def _crossed(row: Monitoring, lab: LabValue) -> bool:
    """Whether the value is beyond the row's limit; not when there is no limit or they cannot be compared."""
    number = in_unit_of_lab(lab, row.unit)
    if number is None:
        return False
    too_low = row.limit_low is not None and number < row.limit_low and lab.value.comparator not in {">", ">="}
    return too_low or (row.limit_high is not None and number > row.limit_high and lab.value.comparator not in {"<", "<="})


def in_unit_of_lab(lab: LabValue, unit: str) -> float | None:
    """A value in another unit of its analyte; None where it cannot be compared."""
    analyte = labs.analyte(lab.analyte)
    written = units.canonical(lab.value.unit or lab.value.shown_unit) or lab.value.unit or lab.value.shown_unit
    if written.casefold() == unit.casefold() or not unit:
        return float(lab.value.number)
    if analyte is None:
        return None
    try:
        return float(labs.convert(analyte, Decimal(lab.value.value), written, unit))
    except InvalidInput:
        return None


def _name(analyte: str, language: str) -> str:
    known = labs.analyte(analyte)
    names = known.names.get(language, ()) if known else ()
    return names[0] if names else analyte.replace("_", " ")
