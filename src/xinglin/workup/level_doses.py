"""Doses from a person's own drug levels, as facts: clearance with its interval, what the present schedule leads to, and one that would reach the target.

By the estimate most likely given the levels (models/map_bayes). Where there is none, that is said with the reason. Research, no order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from xinglin.knowledge import dosing_equations
from xinglin.knowledge.dosing_equations import LevelDrug, level_drugs, level_source, level_title
from xinglin.records import Chart, Concept, Evidence, Fact
from xinglin.records.fact import MADE_HERE
from xinglin.records.simulation import Estimate
from xinglin.workup.drug_levels import Both, LevelCase, case_of, is_taken, levels_of
from xinglin.workup.evidence import plain
from xinglin.workup.option_evidence import medicine_names

if TYPE_CHECKING:
    from xinglin.models.compartments.drug import DrugModel
    from xinglin.models.map_bayes.dosing import DoseOption
    from xinglin.models.map_bayes.estimating import MapEstimate

POOR_FIT = 0.01  # posterior predictive p below which the levels contradict the model and nothing is foretold
_AS_GOOD = 0.05  # a difference of chance below which the interval that is usual, or used now, is kept
_UNREAD: Both = (" (target not verified)", "（目标未核对）")
_MEASURES: dict[str, Both] = {
    "auc24": ("exposure over 24 h", "24小时暴露量（AUC）"), "trough": ("trough", "谷浓度"), "peak": ("peak", "峰浓度"), "average": ("average level", "平均浓度"),
}  # fmt: skip


def level_dose_facts(chart: Chart, facts: Sequence[Fact], model: Callable[[str], DrugModel]) -> tuple[Fact, ...]:
    """Facts of kind "prediction" for every drug with a level, or taken now though its level is not known. `model`: a drug's model by name."""
    told: list[Fact] = []
    for row in level_drugs():
        if levels_of(row, facts):
            told += _of_drug(row, chart, facts, model)
        elif row.model and is_taken(row, facts):
            told.append(_declined(row, ("no level is recorded", "无血药浓度记录"), facts))
    return tuple(told)


def _of_drug(row: LevelDrug, chart: Chart, facts: Sequence[Fact], model: Callable[[str], DrugModel]) -> list[Fact]:
    if not row.model:
        return [_declined(row, (row.declined_en, row.declined_zh), facts)]
    drug = model(row.model)
    case = case_of(row, drug, chart, facts)
    if not isinstance(case, LevelCase):
        return [_declined(row, case, facts)]
    from xinglin.models.map_bayes.estimating import estimate

    fit = estimate(drug, case.regimen, case.measured, case.traits)
    if fit.fit < POOR_FIT:
        return [
            _declined(
                row,
                ("no likely person explains these levels; check times, doses and units", "浓度与模型不符，请核对时间、剂量及单位"),
                facts,
            )
        ]
    return [
        fact
        for fact in (_clearance(row, case, fit), _present(row, case, fit), _better(row, case, fit), _rests_on(row, case, fit))
        if fact is not None
    ]


def _clearance(row: LevelDrug, case: LevelCase, fit: MapEstimate) -> Fact:
    """The person's own clearance beside that of the typical person with the same traits."""
    import numpy as np

    en_name, zh_name = medicine_names(row.medicine)
    cl, typical = fit.parameters["cl"], fit.drug.people(fit.known, {name: np.zeros(1) for name in fit.etas})["cl"][0]
    levels = [(plain(f.value), f.time[:16].replace("T", " ")) for f in case.levels]
    seen = ("level" if len(levels) == 1 else f"{len(levels)} levels", f"{len(levels)}次浓度")
    listed = (", ".join(f"{value} at {when}" for value, when in levels), "、".join(f"{when}为{value}" for value, when in levels))
    en = (
        f"{en_name.capitalize()}, from the {seen[0]} measured ({listed[0]}): clearance {_span(cl, 'en')}, where {rounded(typical)} {cl.unit} is typical of such "
        f"a person; {fit.label['en']}."
    )
    zh = (
        f"{zh_name}，依据{seen[1]}（{listed[1]}）：清除率{_span(cl, 'zh')}，同类人群典型值{rounded(typical)} {cl.unit}；{fit.label['zh']}。"
    )
    numbers = {"value": f"{cl.middle:.4g}", "low": f"{cl.low:.4g}", "high": f"{cl.high:.4g}"}
    return _fact(row, "clearance", (en, zh), case, fit, numbers)


def _rests_on(row: LevelDrug, case: LevelCase, fit: MapEstimate) -> Fact:
    """Whose model it is, and what was taken for granted."""
    about, (en_name, zh_name), assumed = fit.drug.card.about, medicine_names(row.medicine), _assumed(case)
    en = (
        f"{en_name.capitalize()}, what the prediction rests on: {about['en'].rstrip('.')}; kidneys and weight as last recorded{assumed[0]}."
    )
    zh = f"{zh_name}预测依据：{about['zh'].rstrip('。')}；肾功能与体重取最近记录{assumed[1]}。"
    return _fact(row, "rests", (en, zh), case, fit, {})


def _assumed(case: LevelCase) -> Both:
    """What the record does not say and the estimate takes for granted."""
    en, zh = [], []
    if any(one.assumed for one in case.doses):
        hours = next(one.duration_h for one in case.doses if one.assumed)
        en.append(f"infusions without an end count as {hours:g} h long")
        zh.append(f"未记录结束时间的输注按{hours:g}小时计")
    if case.counted_absent:
        named = {"dialysis": "透析", "spironolactone": "螺内酯"}
        en.append(f"{' and '.join(case.counted_absent)} counted as absent, for the record does not mention it")
        zh.append(f"病历未提及{'、'.join(named.get(one, one) for one in case.counted_absent)}，按无计算")
    return "".join(f"; {one}" for one in en), "".join(f"；{one}" for one in zh)


def _present(row: LevelDrug, case: LevelCase, fit: MapEstimate) -> Fact | None:
    """What the schedule of the last doses leads to; None where only one dose is known."""
    if not case.every_h:
        return None
    from xinglin.models.map_bayes.dosing import Target, schedule_of

    last = case.doses[-1]
    option = schedule_of(fit, Target(row.measure, row.low, row.high), case.treatment, last.amount, case.every_h, last.duration_h)
    en_name, zh_name = medicine_names(row.medicine)
    dose = _dose(option, fit)
    reached, target = (_reached(row, option, "en"), _reached(row, option, "zh")), _target_of(row, option)
    en = f"{en_name.capitalize()} as given now, {dose[0]}: predicted at steady state {reached[0]}; {target[0]}; {_chance(option)[0]}"
    zh = f"{zh_name}目前方案（{dose[1]}）：预计稳态{reached[1]}；{target[1]}；{_chance(option)[1]}"
    return _fact(row, "present", (en + ".", zh + "。"), case, fit, _numbers(row, option))


def _better(row: LevelDrug, case: LevelCase, fit: MapEstimate) -> Fact | None:
    """A schedule likelier to reach the target, at the interval of now where one is about as likely; None where the present one is."""
    from xinglin.models.map_bayes.dosing import DoseLimits, Target, dose_for, schedule_of

    target, duration = Target(row.measure, row.low, row.high), case.doses[-1].duration_h
    found = dose_for(
        fit, target, treatment=case.treatment, intervals=row.intervals_h, duration=duration, limits=DoseLimits(step=row.step)
    ).options
    if not found:
        return None
    usual = case.every_h or row.intervals_h[0]
    good = [one for one in found if one.chance >= found[0].chance - _AS_GOOD]
    best = min(good, key=lambda one: abs(one.every - usual))
    if case.every_h:
        now = schedule_of(fit, target, case.treatment, case.doses[-1].amount, case.every_h, duration)
        if best.chance <= now.chance + 2 * _AS_GOOD:
            return None
    en_name, zh_name = medicine_names(row.medicine)
    dose = _dose(best, fit)
    en = f"{en_name.capitalize()}, {dose[0]} would be likelier to reach the target: predicted {_reached(row, best, 'en')}; {_chance(best)[0]}; {fit.label['en']}"
    zh = f"{zh_name}：{dose[1]}更可能达标，预计{_reached(row, best, 'zh')}；{_chance(best)[1]}；{fit.label['zh']}"
    return _fact(row, "option", (en + ".", zh + "。"), case, fit, _numbers(row, best))


def _dose(option: DoseOption, fit: MapEstimate) -> Both:
    unit = fit.drug.reading().unit.removesuffix("/L")
    shown = {"ug": ("micrograms", "微克")}.get(unit, (unit, unit))
    ran = (f" over {option.duration:.2g} h", f"，每次输注{option.duration:.2g}小时") if option.duration else ("", "")
    return (
        f"{option.amount:,.4g} {shown[0]} every {option.every:g} h{ran[0]}",
        f"{option.amount:,.4g} {shown[1]}，每{option.every:g}小时一次{ran[1]}",
    )


def _reached(row: LevelDrug, option: DoseOption, language: str) -> str:
    """The measure of the target and the trough, each with its band."""
    place = 0 if language == "en" else 1
    told = dict.fromkeys((row.measure, "trough"))
    return ("; " if language == "en" else "；").join(f"{_MEASURES[name][place]} {_span(option.reached[name], language)}" for name in told)


def _target_of(row: LevelDrug, option: DoseOption) -> Both:
    """The target with whom it is for and who says so."""
    unit, title = _shown(option.reached[row.measure].unit), level_title(row)
    unread = ("", "") if row.verified else _UNREAD
    return (
        f"target {row.low:g} to {row.high:g} {unit} ({row.for_en}; {title[0]}){unread[0]}",
        f"目标{row.low:g}至{row.high:g} {unit}（{row.for_zh}；{title[1]}）{unread[1]}",
    )


def _chance(option: DoseOption) -> Both:
    share = round(100 * option.chance)
    return f"about {share} of 100 such predictions lie within the target", f"此类预测约{share}%落在目标内"


def _span(one: Estimate, language: str) -> str:
    unit = _shown(one.unit)
    middle, low, high = (rounded(value) for value in (one.middle, one.low, one.high))
    return f"{middle} {unit} (90% interval {low} to {high})" if language == "en" else f"{middle} {unit}（90%区间{low}至{high}）"


def rounded(value: float) -> str:
    """A number as a reader wants it: whole from 100 on, one decimal from 10 on, else two."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _shown(unit: str) -> str:
    return unit.replace(".", " ")


def _numbers(row: LevelDrug, option: DoseOption) -> dict[str, str]:
    one = option.reached[row.measure]
    return {"amount": f"{option.amount:g}", "every_h": f"{option.every:g}", "measure": row.measure, "value": f"{one.middle:.4g}", "low": f"{one.low:.4g}",
            "high": f"{one.high:.4g}", "chance": f"{option.chance:.3f}"}  # fmt: skip


def _fact(row: LevelDrug, part: str, said: Both, case: LevelCase, fit: MapEstimate, numbers: dict[str, str]) -> Fact:
    card = fit.drug.card
    rows = (Evidence(f"diseases/{card.name}@{card.version}", "cl"), _target(row))
    return _made(row, part, said, (*case.evidence, *rows), {**numbers, "verified": "yes" if row.verified else "no"})


def _target(row: LevelDrug) -> Evidence:
    return Evidence(
        f"knowledge/dosing_equations@{dosing_equations.TOPIC.version}",
        f"levels/{row.medicine}",
        f"{level_source(row)}, {row.locator}".strip(", "),
    )


def _declined(row: LevelDrug, why: Both, facts: Sequence[Fact]) -> Fact:
    """That no dose follows from levels, and why."""
    en_name, zh_name = medicine_names(row.medicine)
    behind = [
        f.evidence[0]
        for f in (*levels_of(row, facts)[-1:], *(f for f in facts if f.kind == "medicine" and f.key == f"term:{row.medicine}"))
    ]
    said = (f"{en_name.capitalize()}: no dose from drug levels; {why[0]}.", f"{zh_name}：未据血药浓度推算剂量；{why[1]}。")
    return _made(row, "none", said, (*behind[:2], _target(row)), {})


def _made(row: LevelDrug, part: str, said: Both, evidence: tuple[Evidence, ...], details: dict[str, str]) -> Fact:
    en_name, zh_name = medicine_names(row.medicine)
    return Fact(
        id=f"{MADE_HERE}prediction.dose.{row.medicine}.{part}", kind="prediction", concept=Concept(f"{en_name} by drug levels"), text=said[0], key=f"made:{row.medicine}-levels",
        evidence=evidence, names={"en": (f"{en_name} by drug levels",), "zh": (f"{zh_name}（据血药浓度）",)}, value=said[0], importance=2,
        details={"said": said[0], "said_zh": said[1], **details},
    )  # fmt: skip
