"""The course that options may take in this person's twin, with bands; where no twin is kept, that is said and nothing is foretold.

The same courses as a disease simulation tells, of the regimens that options name, from the last reading on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from xinglin.knowledge import therapies
from xinglin.records import Concept, ContentRequest, Evidence, Fact
from xinglin.records.fact import MADE_HERE
from xinglin.records.simulation import Posterior, Regimen, Simulation
from xinglin.records.therapy import TherapyOption
from xinglin.shelf.promises import AbstractDisease, Bench
from xinglin.workup.option_evidence import TOPIC

COURSES = 200  # of a twin's draws: enough for a band, and the plan stays quick
_TIMES = 40


def courses(options: Sequence[TherapyOption], request: ContentRequest, bench: Bench) -> tuple[tuple[Fact, ...], Simulation | None]:
    """Facts about the courses of those options a disease model can show, and the simulation behind them (of the first disease with a twin)."""
    wanted: dict[str, list[TherapyOption]] = {}
    for option in options:
        if option.twin:
            wanted.setdefault(option.twin.partition("/")[0], []).append(option)
    facts: list[Fact] = [] if wanted or not options else [_unmodelled()]
    found: Simulation | None = None
    for name, mine in wanted.items():
        twin = bench.twin(name)
        if twin is None or found is not None:
            facts.append(_untold(name, mine[0].journey, kept=twin is not None, outdated=bench.outdated(name)))
            continue
        disease, regimens = bench.disease(name), {option.twin.partition("/")[2] for option in mine}
        told, found = _run(disease, twin, [one for one in disease.card.regimens if one.name in regimens], request)
        facts += told
    return tuple(facts), found


def _run(
    disease: AbstractDisease, twin: Posterior, regimens: Sequence[Regimen], request: ContentRequest
) -> tuple[tuple[Fact, ...], Simulation]:
    """The courses after the last reading, to where the model's data reach. What runs is opened only here: most plans need none of it."""
    from xinglin.models.simulator import arms, from_now
    from xinglin.models.simulator.summary import simulated
    from xinglin.workup.simulation_facts import facts_of

    card, now = disease.card, from_now.now_of(twin.measured)
    left = max(card.horizon - now, card.horizon / 4)
    after = arms.times_until(card, left, left / _TIMES)
    able = [one for one in (arms.UNTREATED, *regimens) if from_now.can_begin(one, now)]
    whole = [from_now.continued(card, twin.regimen, one, now) for one in {one.name: one for one in able}.values()]
    few = fewer(twin)
    count = len(next(iter(few.draws.values())))
    asked = arms.requests(card, whole, from_now.looked_at(twin.measured, after), patients=count, seed=request.seed)
    found = simulated(disease, asked, few, now)
    return facts_of(card, found, (from_now.at(now, after[-1]),), people=False), found


def fewer(twin: Posterior) -> Posterior:
    """The twin with its first draws alone: draws of equal weight, so that any of them stand for all."""
    return dataclasses.replace(twin, draws={name: values[:COURSES] for name, values in twin.draws.items()})


def _unmodelled() -> Fact:
    """That no disease model here can show the course of these options."""
    en, zh = (
        "No course is foretold: no disease model here shows these options, and no twin is kept.",
        "未预测病程：尚无可模拟这些方案的疾病模型，亦无数字孪生。",
    )
    return Fact(
        id=f"{MADE_HERE}prediction.course.none", kind="prediction", concept=Concept("course"), text=en, key="made:course:none", value=en,
        evidence=(Evidence(TOPIC, "twin"),), names={"en": ("predicted course",), "zh": ("预测病程",)}, details={"said": en, "said_zh": zh},
    )  # fmt: skip


def _untold(model: str, journey: str, *, kept: bool, outdated: bool) -> Fact:
    """That a question's course is not foretold, and why; the disease model is named by its word and not opened."""
    asked = therapies.journey(journey)
    title = (asked.en, asked.zh) if asked else (journey, journey)
    if kept:
        why = ("a plan shows the courses of one twin, and another comes first", "每份方案仅展示一个数字孪生的病程，已展示另一个")
    elif outdated:
        why = ("the twin kept was fitted to an earlier model", "原有数字孪生与现模型不符")
    else:
        why = ("no twin of this person is kept", "尚无该患者的数字孪生")
    en = f"No course is foretold for {title[0]}: {why[0]} (disease model: {model})."
    zh = f"未预测{title[1]}的病程：{why[1]}（疾病模型：{model}）。"
    return Fact(
        id=f"{MADE_HERE}prediction.course.{model}", kind="prediction", concept=Concept(f"course by {model}"), text=en,
        evidence=(Evidence(TOPIC, f"{journey}#twin"),), key=f"made:course:{model}", value=en,
        names={"en": (f"course by {model}",), "zh": (f"病程（{model}）",)}, details={"said": en, "said_zh": zh},
    )  # fmt: skip
