"""What must be measured with a medicine: a value beyond its limit now, or a test that nobody has made."""

from __future__ import annotations

import re
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
from xinglin.records.quantity import Quantity


def monitoring_concerns(who: Circumstances, use: MedicineUse, others: Sequence[MedicineUse]) -> Iterator[Concern]:
    """A limit crossed is as grave as its row says; a missing test is moderate, and major where an order rests on it: a start, a renewal, a raise."""
    values = {lab.analyte: lab for lab in who.labs}
    if who.qtc_ms is not None and "qtc" not in values:
        values["qtc"] = LabValue("qtc", Quantity(f"{who.qtc_ms:g}", "ms"), "", who.facts.get("qtc_ms", ""))
    rows = [row for part in parts_of(use) for row in drugs.monitoring(part)]
    asked = [row for row in rows if row.before or row.interval_days]  # a limit alone asks for no test
    blind = _raised(who, use, others) and not any(row.analyte in values or _told_otherwise(row, who) for row in asked)
    new = use.considered and not any(other.key == use.key for other in others)
    for row in rows:
        if row.analyte == "hcg" and not _may_be_pregnant(who):
            continue
        if row.analyte.startswith("gene:"):
            if new and row.before and row.analyte.removeprefix("gene:") not in who.genes:
                yield _untested(use, row)
            continue
        lab = values.get(row.analyte) or (values.get("ast") if row.analyte == "alt" else None)  # one liver enzyme stands for the other
        grave = row.severity in GRAVE
        rests_on_it = (blind and row in asked) or (row.before and use.considered and _needed_now(row, use, new))
        missing_is: ConcernSeverity = "major" if grave and rests_on_it else "moderate"
        if lab is not None and _crossed(row, lab):
            yield _beyond(use, row, lab)
        elif (row.before or missing_is == "major") and (lab is None or _stale(lab, row, who)) and not _told_otherwise(row, who):
            yield said(
                "monitoring", missing_is, use, row, f"no recent {_name(row.analyte, 'en')}: {row.why_en}", f"缺少近期{_name(row.analyte, 'zh')}：{row.why_zh}",
                other=f"{row.analyte}-missing", advice=(row.advice_en, row.advice_zh), pointer=f"monitoring/{row.medicine}/{row.analyte}",
            )  # fmt: skip


_ONE_PLACE = frozenset(("intrathecal", "epidural", "intravitreal", "ophthalmic", "intra-articular", "intravesical"))
_SHORT_DAYS = 3
_OFTEN_DAYS = 7
_RARELY_DAYS = 180
_SLOW = frozenset(("tsh", "alt"))
"""What a dose or two does not change: the thyroid and liver of somebody given amiodarone in a cardiac arrest can wait."""
_FERTILE = (11.0, 51.0)
_NO_MORE = ("postmenopausal-state", "menopause")


def _needed_now(row: Monitoring, use: MedicineUse, new: bool) -> bool:
    """Whether an order waits for the test: the first one, but not for a dose or two of what is only watched over a course; later ones, where it is due often.

    What goes to one place alone (spine, eye, joint) waits for none.
    """
    if use.route in _ONE_PLACE:
        return False
    if not new:
        return row.interval_days is not None and row.interval_days <= _RARELY_DAYS
    short = use.period_h is None or (use.days is not None and use.days <= _SHORT_DAYS)
    watched_over_a_course = row.interval_days is not None and 1 < row.interval_days <= _OFTEN_DAYS and row.severity != "contraindicated"
    return not (short and (watched_over_a_course or row.analyte in _SLOW))


def _may_be_pregnant(who: Circumstances) -> bool:
    """Whether a pregnancy test says anything: a woman of those years, not past the menopause, or anyone said to be able to become pregnant."""
    if who.could_become_pregnant is not None or who.pregnant:
        return bool(who.could_become_pregnant or who.pregnant)
    years = who.age_years
    past = any(known.active and known.key in _NO_MORE for known in who.conditions)
    return who.sex == "female" and years is not None and _FERTILE[0] <= years < _FERTILE[1] and not past


_BLOOD_COUNT = frozenset(("wbc", "neutrophils", "lymphocytes", "platelets", "hemoglobin"))
_LIVER = frozenset(("alt", "ast", "bilirubin_total"))


def _told_otherwise(row: Monitoring, who: Circumstances) -> bool:
    """Whether the same is known in another form: kidneys by any of their numbers, QTc from a trace, a blood count or liver tests by another of their values.

    Where the value must be seen weekly (clozapine) only the value itself counts.
    """
    if row.analyte in {"creatinine", "egfr", "creatinine_clearance"}:
        return who.egfr is not None or who.crcl is not None or any(lab.analyte in {"creatinine", "egfr"} for lab in who.labs)
    if row.analyte == "qtc":
        return who.qtc_ms is not None
    alike = next((group for group in (_BLOOD_COUNT, _LIVER) if row.analyte in group), frozenset[str]())
    weekly = row.interval_days is not None and row.interval_days <= _OFTEN_DAYS
    return not weekly and any(lab.analyte in alike and not _stale(lab, row, who) for lab in who.labs)


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


def _units_of_activity(unit: str) -> str:
    """A unit folded, with "IU/L" as "U/L" and "uIU/mL" as "mU/L": laboratories write international units either way."""
    plain = re.sub(r"\[?i?u\]?(?=/)", "u", unit.casefold())
    return "mu/l" if plain in {"uu/ml", "µu/ml", "miu/l"} else plain


def in_unit_of_lab(lab: LabValue, unit: str) -> float | None:
    """A value in another unit of its analyte; None where it cannot be compared."""
    analyte = labs.analyte(lab.analyte)
    written = units.canonical(lab.value.unit or lab.value.shown_unit) or lab.value.unit or lab.value.shown_unit
    if _units_of_activity(written) == _units_of_activity(unit) or not unit or (unit == "1" and not written):
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
