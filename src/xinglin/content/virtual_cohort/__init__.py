"""Virtual cohort: many virtual patients with one illness, in one arm or several, with what becomes of them.

A cohort is nobody's record: the draft stands in a chart of a made-up subject. The cohort itself, person by person, is written by
`xinglin simulate`; the same disease, version, seed and number give the same people.
"""

from __future__ import annotations

from xinglin.content.virtual_cohort.plan import WORDS, plan
from xinglin.content.virtual_cohort.prepare import OPTIONS, prepare
from xinglin.shelf.promises import GROUNDING, ContentKind

KIND = ContentKind(
    name="virtual_cohort",
    title={"en": "Virtual cohort", "zh": "虚拟队列"},
    intended_use={
        "en": "Research and teaching: a described cohort of virtual patients whose illness runs by a cited model.",
        "zh": "用于科研和教学：依据有文献来源的模型生成并描述虚拟患者队列。",
    },
    not_for={
        "en": "Not evidence about real patients; the model is not clinically validated.",
        "zh": "不是真实患者的证据；模型未经临床验证。",
    },
    plan=plan,
    words=WORDS,
    checks=(
        *GROUNDING, "xl601_parameter_range", "xl602_balance", "xl603_not_converged", "xl604_extrapolated", "xl605_unverified_parameter",
        "xl606_simulation_unmarked", "xl607_dose_limit", "xl609_impossible_course", "xl610_without_standard",
    ),
    options=OPTIONS,
    signers=1,
    leaves_as=("html", "pdf", "text"),
    prepare=prepare,
    needs_chart=False,
)  # fmt: skip
