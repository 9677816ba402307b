"""Treatment plan: the options for one person side by side, ranked by a rule that is shown, with what is ruled out and what is missing.

A proposal that two people sign or refuse. It orders nothing; every line names the record and the knowledge it rests on.
"""

from __future__ import annotations

from xinglin.content.treatment_plan.plan import WORDS, plan
from xinglin.content.treatment_plan.prepare import OPTIONS, prepare
from xinglin.shelf.promises import GROUNDING, ContentKind

KIND = ContentKind(
    name="treatment_plan",
    title={"en": "Treatment plan (options)", "zh": "治疗方案（备选）"},
    intended_use={
        "en": "Clinicians: options for one person side by side, with benefit, harm, burden and warnings, each line cited, in an order whose rule is shown.",
        "zh": "供临床医师使用：针对一名患者并列比较各备选方案的获益、风险、负担与警示，逐条注明出处，排序规则公开。",
    },
    not_for={
        "en": "Not an order, not a prescription, no substitute for a tumour board or the treating doctor; not clinically validated.",
        "zh": "不是医嘱，不是处方，不能替代多学科讨论或主管医师；未经临床验证。",
    },
    plan=plan,
    words=WORDS,
    checks=(
        *GROUNDING, "xl201_allergy", "xl202_interaction", "xl203_contraindication", "xl204_dose", "xl205_duplicate", "xl206_pregnancy", "xl207_age",
        "xl208_organ", "xl209_gene", "xl210_route", "xl211_monitoring", "xl212_sum", "xl213_order_written", "xl601_parameter_range", "xl602_balance", "xl603_not_converged",
        "xl604_extrapolated", "xl605_unverified_parameter", "xl606_simulation_unmarked", "xl607_dose_limit", "xl608_twin_weak", "xl609_impossible_course",
    ),
    options=OPTIONS,
    signers=2,
    document_code=("18776-5", "Plan of care note"),
    prepare=prepare,
)  # fmt: skip
