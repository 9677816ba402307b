"""What can be done, and the courses of treatment the cited trials gave."""

from __future__ import annotations

from xinglin.records.simulation import Dose, Regimen, Treatment

TREATMENTS = (
    Treatment("chemotherapy", {"en": "chemotherapy (vinblastine)", "zh": "化疗（长春碱）"}, "mg/m2", "dose", {"drug": "drug + dose"},
              most_each=10.0, least_gap=7.0, source="geng"),
    Treatment("docetaxel", {"en": "docetaxel every three weeks", "zh": "多西他赛（三周方案）"}, "1", "switch", most_each=1.0, source="struemper"),
    Treatment(
        "radiotherapy", {"en": "radiotherapy", "zh": "放疗"}, "Gy", "fraction",
        {
            "sensitive": "sensitive * exp(-alpha * dose - alpha / alpha_beta * dose ** 2)",
            "resistant": "resistant * exp(-alpha * dose - alpha / alpha_beta * dose ** 2)",
        },
        most_each=3.0, most_total=74.0, least_gap=0.25, source="geng",
    ),
    Treatment("pembrolizumab", {"en": "pembrolizumab", "zh": "帕博利珠单抗"}, "mg", "dose", {"central": "central + dose"},
              most_each=400.0, least_gap=14.0, source="ahamadi"),
)  # fmt: skip


def weekdays(first: float, fractions: int) -> tuple[float, ...]:
    """Days of daily fractions from Monday to Friday, day `first` being a Monday."""
    return tuple(first + 7 * (number // 5) + number % 5 for number in range(fractions))


def _radiation(first: float) -> tuple[Dose, ...]:
    """63 Gy in 34 daily fractions: 45 Gy in fractions of 1.8, then 18 Gy in fractions of 2."""
    amounts = [1.8] * 25 + [2.0] * 9
    return tuple(Dose(day, "radiotherapy", amount) for day, amount in zip(weekdays(first, 34), amounts, strict=True))


_VINBLASTINE = tuple(Dose(7.0 * week, "chemotherapy", 5.0) for week in range(5))

REGIMENS = (
    Regimen("none", {"en": "no treatment", "zh": "不治疗"}),
    Regimen("radiotherapy", {"en": "radiotherapy, 60 Gy in 30 fractions", "zh": "放疗（60 Gy/30次）"},
            tuple(Dose(day, "radiotherapy", 2.0) for day in weekdays(0, 30)), source="geng"),
    Regimen("sequential", {"en": "chemotherapy, then radiotherapy", "zh": "序贯放化疗"}, (*_VINBLASTINE, *_radiation(49)), standard=True, source="rtog9410"),
    Regimen("concurrent", {"en": "chemotherapy with radiotherapy", "zh": "同步放化疗"}, (*_VINBLASTINE, *_radiation(0)), standard=True, source="rtog9410"),
    Regimen("docetaxel", {"en": "docetaxel for six cycles", "zh": "多西他赛六周期"}, (Dose(0.0, "docetaxel", 1.0, 126.0),), standard=True, source="struemper"),
    Regimen("pembrolizumab", {"en": "pembrolizumab, 200 mg every three weeks for two years", "zh": "帕博利珠单抗（200 mg，每三周，两年）"},
            tuple(Dose(21.0 * cycle, "pembrolizumab", 200.0) for cycle in range(35)), standard=True, source="ahamadi"),
)  # fmt: skip
