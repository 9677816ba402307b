"""What can be done, with its limits, and the courses of treatment the cited trials gave."""

from __future__ import annotations

from xinglin.records.simulation import Dose, Regimen, Treatment

TREATMENTS = (
    Treatment("letrozole", {"en": "letrozole daily", "zh": "来曲唑每日"}, "1", "switch", most_each=1.0, source="dixon"),
    Treatment("anastrozole", {"en": "anastrozole daily", "zh": "阿那曲唑每日"}, "1", "switch", most_each=1.0, source="dixon"),
    Treatment("tamoxifen", {"en": "tamoxifen daily", "zh": "他莫昔芬每日"}, "1", "switch", most_each=1.0, source="dixon"),
    Treatment("chemotherapy", {"en": "chemotherapy (cycles)", "zh": "化疗（周期）"}, "1", "dose", {"volume": "volume * exp(-dose * cycle_kill)"},
              most_each=1.0, most_total=8.0, least_gap=14.0, source="adjuvant_review"),
)  # fmt: skip

_FOUR_MONTHS, _THREE_MONTHS = 122.0, 91.0


def _cycles(gap_days: float) -> tuple[Dose, ...]:
    """Eight cycles, four of doxorubicin with cyclophosphamide and four of paclitaxel, which this model does not tell apart."""
    return tuple(Dose(gap_days * cycle, "chemotherapy", 1.0) for cycle in range(8))


REGIMENS = (
    Regimen("none", {"en": "no treatment", "zh": "不治疗"}),
    Regimen("letrozole", {"en": "letrozole for four months before surgery", "zh": "术前来曲唑四个月"}, (Dose(0.0, "letrozole", 1.0, _FOUR_MONTHS),),
            standard=True, source="neoadjuvant_review"),
    Regimen("anastrozole", {"en": "anastrozole for three months before surgery", "zh": "术前阿那曲唑三个月"}, (Dose(0.0, "anastrozole", 1.0, _THREE_MONTHS),),
            standard=True, source="neoadjuvant_review"),
    Regimen("tamoxifen", {"en": "tamoxifen for four months before surgery", "zh": "术前他莫昔芬四个月"}, (Dose(0.0, "tamoxifen", 1.0, _FOUR_MONTHS),),
            standard=True, source="neoadjuvant_review"),
    Regimen("chemotherapy", {"en": "eight cycles of chemotherapy every three weeks (schedule of CALGB 9741)", "zh": "化疗八周期，每三周（CALGB 9741方案）"},
            _cycles(21.0), standard=True, source="adjuvant_review"),
    Regimen("dose-dense", {"en": "eight cycles of chemotherapy every two weeks (schedule of CALGB 9741)", "zh": "化疗八周期，每两周（CALGB 9741方案）"},
            _cycles(14.0), standard=True, source="adjuvant_review"),
)  # fmt: skip
