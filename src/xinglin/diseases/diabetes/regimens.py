"""What can be given to a virtual person with diabetes (meals, insulin by hand, by pump, by a controller), and usual courses of it.

Time 0 is midnight. Person-sized acts: `own_basal` 1 is the person's own steady basal rate, `meal_bolus` 1 covers each announced
meal by the person's carbohydrate ratio, `closed_loop` 1 lets a controller set the basal rate from the sensor.
"""

from __future__ import annotations

from xinglin.records.simulation import Dose, Regimen, Treatment

TREATMENTS = (
    Treatment(
        "meal", {"en": "carbohydrate eaten", "zh": "进食碳水化合物"}, "g", "dose",
        {"plate": "plate + dose", "meal_size": "meal_size if plate > 0 else solid + liquid"}, most_each=300.0, source="simglucose",
    ),
    Treatment(
        "bolus", {"en": "insulin bolus", "zh": "胰岛素大剂量"}, "[iU]", "dose", {"sc1": "sc1 + dose * 6000 / weight", "given": "given + dose"},
        most_each=30.0, source="simglucose",
    ),
    Treatment(
        "insulin_infusion", {"en": "insulin over a stretch of time", "zh": "一段时间内输注胰岛素"}, "[iU]", "infusion",
        {"sc1": "dose * 6000 / weight", "given": "dose"}, source="simglucose",
    ),
    Treatment("basal", {"en": "basal rate of the pump", "zh": "泵基础率"}, "[iU]/h", "switch", most_each=30.0, source="simglucose"),
    Treatment("own_basal", {"en": "own basal rate, times", "zh": "本人基础率的倍数"}, "1", "switch", most_each=10.0, source="simglucose"),
    Treatment("meal_bolus", {"en": "bolus for each meal, times", "zh": "每餐大剂量的倍数"}, "1", "switch", most_each=3.0, source="simglucose"),
    Treatment("closed_loop", {"en": "closed loop", "zh": "闭环"}, "1", "switch", most_each=1.0, source="own"),
)  # fmt: skip

DAYS = 14
_DAY = ((7 * 60, 50.0), (12 * 60 + 30, 70.0), (18 * 60 + 30, 70.0))  # minute of the day, g; our own choice, 190 g a day
_MEALS = tuple(Dose(float(day * 1440 + minute), "meal", grams) for day in range(DAYS) for minute, grams in _DAY)


def _on(*names: str) -> tuple[Dose, ...]:
    return tuple(Dose(0.0, name, 1.0) for name in names)


REGIMENS = (
    Regimen("basal-bolus", {"en": "basal rate and a bolus for each meal", "zh": "基础加餐时大剂量"}, (*_on("own_basal", "meal_bolus"), *_MEALS), (), True, "ada2014"),
    Regimen("basal-only", {"en": "basal rate alone, meals not covered", "zh": "仅基础率，餐时不给胰岛素"}, (*_on("own_basal"), *_MEALS)),
    Regimen("no-insulin", {"en": "no insulin", "zh": "不给胰岛素"}, _MEALS),
    Regimen("closed-loop", {"en": "closed loop, meals not announced", "zh": "闭环，不预告进餐"}, (*_on("closed_loop"), *_MEALS)),
    Regimen("hybrid-closed-loop", {"en": "closed loop and a bolus for each meal", "zh": "混合闭环加餐时大剂量"}, (*_on("closed_loop", "meal_bolus"), *_MEALS)),
    Regimen("fasting", {"en": "basal rate, nothing eaten", "zh": "基础率，禁食"}, _on("own_basal")),
)  # fmt: skip
