"""Daily morphine milligram equivalents of opioids, for adults. Buprenorphine has no factor in the 2022 guideline and is not taken."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Number, Source, Values, outside, points

FACTORS = {
    "codeine": 0.15,
    "hydrocodone": 1,
    "hydromorphone": 5,
    "methadone": 4.7,
    "morphine": 1,
    "oxycodone": 1.5,
    "oxymorphone": 3,
    "tapentadol": 0.4,
    "tramadol": 0.2,
}
ORAL = tuple(
    Number(f"{name}_mg_per_day", {"en": f"{name}, by mouth, a day", "zh": f"{name}(口服,每日)"}, "mg", 0, 5000, "", True)
    for name in FACTORS
)
BUCCAL = Number("fentanyl_buccal_ug_per_day", {"en": "buccal fentanyl a day", "zh": "芬太尼口腔含片(每日)"}, "ug", 0, 20000, "", True)
PATCH = Number("fentanyl_patch_ug_per_h", {"en": "fentanyl patch", "zh": "芬太尼透皮贴"}, "ug/h", 0, 500, "", True)


def _formula(v: Values) -> Answer:
    parts = [(name, (v.maybe(f"{name}_mg_per_day") or 0) * factor) for name, factor in FACTORS.items()]
    parts += [
        ("fentanyl buccal", (v.maybe("fentanyl_buccal_ug_per_day") or 0) * 0.13),
        ("fentanyl patch", (v.maybe("fentanyl_patch_ug_per_h") or 0) * 2.4),
    ]
    if not any(amount for _, amount in parts):
        outside("morphine_equivalents", "opioids", "no opioid was given", "give at least one daily dose")
    return points(
        (),
        v,
        *parts,
        caveats=({"en": "For judging risk, never for switching one opioid to another", "zh": "仅用于风险评估,不可用于阿片类药物换算"},),
    )


CALCULATOR = Calculator(
    name="morphine_equivalents",
    title={"en": "Morphine milligram equivalents", "zh": "吗啡毫克当量"},
    inputs=(*ORAL, BUCCAL, PATCH),
    formula=_formula,
    unit="mg/d",
    decimals=1,
    formula_text="sum of daily dose x factor",
    applies_to=ask.ADULT,
    source=Source(
        "Dowell D, et al. CDC clinical practice guideline for prescribing opioids for pain. MMWR Recomm Rep 2022;71(3):1-95",
        "10.15585/mmwr.rr7103a1",
        MEDCALC.format("mme.py"),
    ),
)
