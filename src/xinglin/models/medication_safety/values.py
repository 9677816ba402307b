"""What must be measured with a medicine: a value beyond its limit now, or a test that nobody has made."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xinglin.knowledge import drugs, labs
from xinglin.knowledge.drugs.rows import Monitoring
from xinglin.models.medication_safety.interactions import parts_of
from xinglin.models.medication_safety.saying import said
from xinglin.records.errors import InvalidInput
from xinglin.records.medication import Circumstances, Concern, LabValue, MedicineUse
from xinglin.records.moments import days_between


def monitoring_concerns(who: Circumstances, use: MedicineUse) -> Iterator[Concern]:
    """A limit crossed is major, a test that should come first and is not there is moderate."""
    values = {lab.analyte: lab for lab in who.labs}
    for row in (row for part in parts_of(use) for row in drugs.monitoring(part)):
        lab = values.get(row.analyte)
        crossed = _crossed(row, lab) if lab is not None else ""
        if lab is not None and crossed:
            shown = f"{lab.value.value} {lab.value.shown_unit or lab.value.unit}".strip()
            yield said(
                "monitoring", row.severity, use, row, f"{_name(row.analyte, 'en')} is {shown}: {row.why_en}", f"{_name(row.analyte, 'zh')}为{shown}：{row.why_zh}",
                other=row.analyte, advice=(row.advice_en, row.advice_zh), facts=(lab.fact,), pointer=f"monitoring/{row.medicine}/{row.analyte}",
            )  # fmt: skip
        elif row.before and (lab is None or _stale(lab, row, who)):
            yield said(
                "monitoring", "moderate", use, row, f"{_name(row.analyte, 'en')} is not known: {row.why_en}", f"缺少{_name(row.analyte, 'zh')}：{row.why_zh}",
                other=f"{row.analyte}-missing", advice=(row.advice_en, row.advice_zh), pointer=f"monitoring/{row.medicine}/{row.analyte}",
            )  # fmt: skip


def _stale(lab: LabValue, row: Monitoring, who: Circumstances) -> bool:
    return bool(row.interval_days and lab.when and who.as_of and days_between(lab.when, who.as_of) > row.interval_days)


def _crossed(row: Monitoring, lab: LabValue) -> str:
    """ "low" or "high" when the value is beyond the row's limit; "" when within, without limit, or not comparable."""
    number = _in(lab, row.unit)
    if number is None:
        return ""
    if row.limit_low is not None and number < row.limit_low and lab.value.comparator not in {">", ">="}:
        return "low"
    return "high" if row.limit_high is not None and number > row.limit_high and lab.value.comparator not in {"<", "<="} else ""


def _in(lab: LabValue, unit: str) -> float | None:
    analyte = labs.analyte(lab.analyte)
    written = lab.value.unit or lab.value.shown_unit
    if written == unit or not unit:
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
