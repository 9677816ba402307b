"""What a search for a schedule found, as a page, its numbers and pictures: research about nobody, or the preliminary sheet of one person.

About one person nothing final is written (law 2) and nothing is ordered (law 4): the page is watermarked, readable by its owner alone, and says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from xinglin.formats.html.results import Table, write_results
from xinglin.knowledge.units import display
from xinglin.records import Label
from xinglin.records.imaging import Picture
from xinglin.records.simulation import Band, DiseaseCard, Optimisation, Option
from xinglin.review.export import put_folder, see_that_it_fits, see_that_it_is_free

_WORDS = {
    "en": {
        "nobody": "AI-generated content. A simulation of virtual patients, for research: nobody in it exists.",
        "person": "AI-generated content, preliminary and unsigned. A simulation for research: no order, no recommendation, not for use in care.",
        "title": "Schedules searched for: {disease}", "lead": "Goal: {goal}. {limits} Chosen on {searched:,} draws, judged on {judged:,} others.",
        "burden": "a small {of} at the end (mean logarithm)", "time": "a long time without {of}", "near": "{of} near {target:g}",
        "tail": ", counting the worst {tail:.0%}", "limits": "Limits: {limits} of courses at most.", "free": "The model states no harm to limit.",
        "head": ("option", "goal", "90%", "regret", "90%", "harms", "given in all", "within limits"), "table": "Options",
        "doses": "What is given", "doses_head": ("option", "time", "treatment", "amount"), "yes": "yes", "no": "no", "bound": "(bound)",
        "course": "Simulated {name}; bands hold 90% of courses",
        "regret": "Regret is how much worse an option is than the best one that keeps the limits, on the same draws; its interval is a bootstrap's.",
        "model": "Model {model}, seed {seed}, {evaluations:,} regimens tried. Simulation for research; not clinically validated. Only a doctor orders.",
    },
    "zh": {
        "nobody": "人工智能生成内容。虚拟患者模拟，仅供科研，其中没有真实的人。",
        "person": "人工智能生成内容，初步且未经签发。仅供科研的模拟：不是医嘱或推荐，不得用于诊疗。",
        "title": "用药时间表搜索：{disease}", "lead": "目标：{goal}。{limits}在{searched:,}例抽样上搜索，在另外{judged:,}例上评判。",
        "burden": "终点{of}小（对数均值）", "time": "无{of}时间长", "near": "{of}接近{target:g}", "tail": "，按最差{tail:.0%}计",
        "limits": "限制：{limits}的病程以内。", "free": "模型未给出需限制的危害。",
        "head": ("方案", "目标值", "90%区间", "遗憾值", "90%区间", "危害", "总量", "在限制内"), "table": "方案比较",
        "doses": "用药内容", "doses_head": ("方案", "时间", "治疗", "剂量"), "yes": "是", "no": "否", "bound": "（上界）",
        "course": "模拟{name}；色带含90%的病程",
        "regret": "遗憾值为某方案比满足限制的最佳方案差多少（同一批抽样），区间由自助法得出。",
        "model": "模型{model}，种子{seed}，共试{evaluations:,}个方案。仅供科研的模拟，未经临床验证。只有医生可以下医嘱。",
    },
}  # fmt: skip


def write_schedules(
    result: Optimisation, card: DiseaseCard, bands: Sequence[Band], out: Path, *, home: Path, language: str, label: Label, person: bool
) -> list[Path]:
    """Write schedules.html, schedules.json and pictures into a new folder. `person`: it is about somebody, and only a preliminary page."""
    folder = see_that_it_fits(out, home)
    see_that_it_is_free(folder)
    words = _WORDS[language]
    pictures = list(_pictures(card, result, bands, language))
    said = words["person" if person else "nobody"]
    page = write_results(
        words["title"].format(disease=card.title[language]), [_lead(result, card, language)], pictures,
        [_table(result, card, language), _doses(result, card, language)], [words["regret"], *_notes(result, card, language)],
        language=language, label=said, aigc=label.aigc, preliminary=person,
    )  # fmt: skip
    value = schedules_value(result) | {
        "AIGC": dict(label.aigc),
        "label": {name: _WORDS[name]["person" if person else "nobody"] for name in _WORDS},
    }
    files = [("schedules.html", page), ("schedules.json", json.dumps(value, ensure_ascii=False, indent=1).encode())]
    if not person:
        files += [(f"{one.name}.png", one.png) for one in pictures]
    put_folder(folder, files)
    if person:
        for name, _ in files:
            os.chmod(folder / name, 0o600)
    return [folder / name for name, _ in files]


def schedules_value(result: Optimisation) -> dict[str, Any]:
    """The result as plain data; what is infinite becomes null."""
    return json.loads(msgspec.json.encode(result))


def _lead(result: Optimisation, card: DiseaseCard, language: str) -> str:
    words, goal = _WORDS[language], result.goal
    named = {one.name: one.names[language] for one in (*card.observables, *card.ends)}
    said = words[goal.kind].format(of=named[goal.of], target=goal.target) + (words["tail"].format(tail=goal.tail) if goal.tail < 1 else "")
    harms = {one.name: one.names[language] for one in card.harms}
    allowed = ", ".join(f"{harms.get(name, name)} {share:.0%}" for name, share in result.limits.items())
    limits = words["limits"].format(limits=allowed) if allowed else words["free"]
    return words["lead"].format(goal=said, limits=limits, searched=result.searched, judged=result.judged)


def _table(result: Optimisation, card: DiseaseCard, language: str) -> Table:
    words = _WORDS[language]
    treatments = {one.name: one for one in card.treatments}
    harms = {one.name: one.names[language] for one in card.harms}

    def row(one: Option) -> tuple[str, ...]:
        given = "; ".join(
            f"{treatments[name].names[language]} {amount:.4g} {treatments[name].unit}" for name, amount in one.given.items() if amount
        )
        broke = "; ".join(f"{harms.get(name, name)} {share:.1%}" for name, share in one.harms.items())
        within = words["bound"] if one.kind == "oracle" else words["yes" if one.feasible else "no"]
        return (
            one.names.get(language, one.name), f"{one.middle:.4g}", f"{one.low:.4g} – {one.high:.4g}", f"{one.regret:.3g}",
            f"{one.regret_low:.3g} – {one.regret_high:.3g}", broke or "–", given or "–", within,
        )  # fmt: skip

    return Table(words["table"], words["head"], [row(one) for one in result.options])


def _doses(result: Optimisation, card: DiseaseCard, language: str) -> Table:
    words, treatments = _WORDS[language], {one.name: one for one in card.treatments}
    unit = display(card.time_unit, language)
    rows = [
        (one.names.get(language, one.name), f"{dose.time:.4g} {unit}", treatments[dose.treatment].names[language], f"{dose.amount:.4g} {treatments[dose.treatment].unit}")
        for one in result.options
        if one.kind == "cma"
        for dose in one.regimen.doses[len(result.before.doses) :]
    ]  # fmt: skip
    return Table(words["doses"], words["doses_head"], rows)


def _notes(result: Optimisation, card: DiseaseCard, language: str) -> list[str]:
    model = f"{card.name}@{result.version}"
    told = list(result.notes) if language == "en" else []
    return [*told, card.limits[language], _WORDS[language]["model"].format(model=model, seed=result.seed, evaluations=result.evaluations)]


def _pictures(card: DiseaseCard, result: Optimisation, bands: Sequence[Band], language: str) -> list[Picture]:
    """The courses under no treatment, standard care and the schedule found."""
    from xinglin.formats.picture.chart import Axes, Line, course_picture

    names = {one.name: one.names.get(language, one.name) for one in result.options}
    found = []
    for observable in card.observables:
        ours = [band for band in bands if band.observable == observable.name and band.times]
        if not ours:
            continue
        values = [value for band in ours for value in (*band.low, *band.high)]
        wide = min(values) > 0 and max(values) / min(values) > 300
        name = observable.names[language]
        axes = Axes(name, display(card.time_unit, language), display(observable.unit, language), logarithmic=wide)
        lines = [Line(names.get(band.arm, band.arm), band.times, band.middle, band.low, band.high) for band in ours]
        caption = _WORDS[language]["course"].format(name=name)
        found.append(Picture(f"course-{observable.name}", course_picture(lines, axes), caption, caption))
    return found
