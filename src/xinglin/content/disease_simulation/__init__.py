"""Disease simulation: how one person's illness may run under several options, with bands, beside no treatment and standard care.

Fitted to the person's own readings where they were calibrated (`xinglin calibrate`); else it says that the courses are those of
people drawn from the population. It is a simulation for research, never a forecast to act on.
"""

from __future__ import annotations

from xinglin.content.disease_simulation.plan import WORDS, plan
from xinglin.content.disease_simulation.prepare import OPTIONS, prepare
from xinglin.shelf.promises import GROUNDING, ContentKind

KIND = ContentKind(
    name="disease_simulation",
    title={"en": "Disease simulation", "zh": "疾病模拟"},
    intended_use={
        "en": "Research and teaching: courses of an illness under several options, with intervals, from a cited model.",
        "zh": "用于科研和教学：依据有文献来源的模型，给出多种方案下的病程及区间。",
    },
    not_for={
        "en": "Not a forecast for a person and no ground for an order; the model is not clinically validated.",
        "zh": "不是对个人的预测，不作为医嘱依据；模型未经临床验证。",
    },
    plan=plan,
    words=WORDS,
    checks=(
        *GROUNDING, "xl601_parameter_range", "xl602_balance", "xl603_not_converged", "xl604_extrapolated", "xl605_unverified_parameter",
        "xl606_simulation_unmarked", "xl607_dose_limit", "xl608_twin_weak", "xl609_impossible_course", "xl610_without_standard",
    ),
    options=OPTIONS,
    signers=1,
    leaves_as=("html", "pdf", "text"),
    prepare=prepare,
)  # fmt: skip
