"""The dose of another glucocorticoid that equals a dose, by anti-inflammatory effect."""

from __future__ import annotations

from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Choice, Number, Source, Values

DOSES = {
    "betamethasone": 0.75,
    "cortisone": 25,
    "dexamethasone": 0.75,
    "hydrocortisone": 20,
    "methylprednisolone": 4,
    "prednisolone": 5,
    "prednisone": 5,
    "triamcinolone": 4,
}
DOSE = Number("dose_mg", {"en": "dose", "zh": "剂量"}, "mg", 0.01, 5000)
GIVEN = Choice("given", {"en": "steroid given", "zh": "所用激素"}, DOSES)
WANTED = Choice("wanted", {"en": "steroid asked for", "zh": "换算激素"}, DOSES)


def _formula(v: Values) -> Answer:
    return Answer(
        v.number("dose_mg") * DOSES[v.chosen("wanted")] / DOSES[v.chosen("given")],
        caveats=(
            {
                "en": "Equal for anti-inflammatory effect, not for mineralocorticoid effect or duration",
                "zh": "按抗炎效力等效,盐皮质激素作用及作用时间不同",
            },
        ),
    )


CALCULATOR = Calculator(
    name="steroid_conversion",
    title={"en": "Glucocorticoid equivalents", "zh": "糖皮质激素等效剂量"},
    inputs=(DOSE, GIVEN, WANTED),
    formula=_formula,
    unit="mg",
    decimals=2,
    formula_text="dose x equivalent of the steroid asked for / equivalent of the steroid given",
    source=Source(
        "Meikle AW, Tyler FH. Potency and duration of action of glucocorticoids. Am J Med 1977;63:200-207",
        "10.1016/0002-9343(77)90233-9",
        MEDCALC.format("steroid_conversion_calculator.py"),
    ),
)
