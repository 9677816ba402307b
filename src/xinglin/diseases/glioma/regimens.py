"""What can be done, and the courses of treatment that are usual.

Days are counted from when the tumour is found; weekends are free of radiation.
"""

from __future__ import annotations

from xinglin.records.simulation import Dose, Regimen, Treatment

_WIDE, _BOOST = "radiotherapy", "radiotherapy_boost"
_LQ = {"density": "density * exp(-alpha * dose - alpha / alpha_beta * dose ** 2)"}

TREATMENTS = (
    Treatment("surgery", {"en": "resection of what enhances", "zh": "切除强化病灶"}, "mm", "dose", {"density": "density * 0"}, 20.0,
              source="chosen"),
    Treatment(_WIDE, {"en": "radiotherapy of FLAIR and 25 mm around it", "zh": "FLAIR 区外扩 25 mm 放疗"}, "Gy", "fraction", _LQ, 20.0, 80.0,
              0.25, "groups"),
    Treatment(_BOOST, {"en": "radiotherapy of what enhances, the cavity and 20 mm around them", "zh": "强化区及术腔外扩 20 mm 放疗"}, "Gy", "fraction",
              _LQ, 20.0, 80.0, 0.25, "groups"),
    Treatment("temozolomide", {"en": "temozolomide", "zh": "替莫唑胺"}, "mg/m2", "dose", {"density": "density * exp(-drug_kill * dose)"}, 200.0,
              least_gap=0.5, source="chemoradiation"),
)  # fmt: skip


def weekdays(first_day: int, fractions: int) -> tuple[int, ...]:
    """Days of that many fractions, five a week, from a Monday on."""
    return tuple(first_day + number // 5 * 7 + number % 5 for number in range(fractions))


def _fractions(first_day: int, wide: int, boost: int, dose_gy: float) -> tuple[Dose, ...]:
    days = weekdays(first_day, wide + boost)
    return tuple(Dose(float(day), _WIDE if number < wide else _BOOST, dose_gy) for number, day in enumerate(days))


_TEMOZOLOMIDE = tuple(Dose(float(28 + day), "temozolomide", 75.0) for day in range(42))

REGIMENS = (
    Regimen("none", {"en": "no treatment", "zh": "不治疗"}),
    Regimen("surgery", {"en": "resection alone", "zh": "单纯切除"}, (Dose(0.0, "surgery", 0.0),), source="chosen"),
    Regimen("radiotherapy", {"en": "61.2 Gy in 34 fractions", "zh": "61.2 Gy/34 次"}, _fractions(7, 28, 6, 1.8), standard=True, source="groups"),
    Regimen("chemoradiation", {"en": "resection, then 60 Gy in 30 fractions with temozolomide", "zh": "切除后 60 Gy/30 次同步替莫唑胺"},
            (Dose(0.0, "surgery", 0.0), *_fractions(28, 23, 7, 2.0), *_TEMOZOLOMIDE), standard=True, source="chemoradiation"),
)  # fmt: skip
