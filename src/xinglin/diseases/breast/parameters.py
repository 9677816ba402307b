"""Every number of the model with its unit, spread, range and source; traits of the person first."""

from __future__ import annotations

from xinglin.records.simulation import Derived, Parameter

_PROGRAM = "MANC_RISK_SCREEN Deterministic Version 1.1.R"
_LOG_2 = 0.6931471805599453


def _row(name: str, value: float, unit: str, en: str, zh: str, source: str, locator: str, **more: object) -> Parameter:
    return Parameter(name, value, unit, {"en": en, "zh": zh}, source, locator=locator, **more)  # type: ignore[arg-type]


PARAMETERS = (
    _row("start_diameter", 0.25 * 2**6.5, "mm", "diameter when a tumour is found without screening", "非筛查发现时的直径", "manchester",
         f"{_PROGRAM}, clin_detection_m 6.5 and clin_detection_sd 0.535 doublings of 0.25 mm; bounds 4 and 8.99 doublings in the functions file",
         distribution="lognormal", spread=0.535 * _LOG_2, low=4.0, high=127.0),
    _row("growth_per_year", 2.9153794999769, "/a", "growth rate of a small tumour", "小肿瘤的生长速率", "manchester",
         f"{_PROGRAM}, log_norm_mean 1.07, log_norm_sd 1.31 taken there as a variance (sdlog = sqrt(1.31)); bounds ours, beyond 4 standard deviations",
         distribution="lognormal", spread=1.31**0.5, low=0.01, high=400.0),
    _row("receptor_draw", 0.5, "1", "place among people by hormone response, 0 to 1", "内分泌反应的位次", "ours", "uniform by construction",
         distribution="uniform", spread=0.5, low=0.0, high=1.0),
    _row("hormone_response", 1.0, "1", "how strongly hormone therapy shrinks, relative to the median", "内分泌治疗反应强度（相对中位）", "dixon",
         "spread worked out from the interval of the median for letrozole by ultrasound (69 to 86 %, 24 women): a reckoning of ours",
         distribution="lognormal", spread=0.48, low=0.05, high=10.0, unverified=True),
    _row("chemotherapy_response", 1.0, "1", "how strongly a cycle kills, relative to the typical tumour", "化疗反应强度（相对典型）", "henderson",
         "spread ours: the means of the extreme categories of response, 0.3 and 3 times the typical fall, lie at 1.3 standard deviations",
         distribution="lognormal", spread=0.9, low=0.02, high=20.0, unverified=True),
    _row("responding_share", 0.75, "1", "share of tumours that hormone therapy acts on", "内分泌治疗有效的比例", "ours", "assumed, not opened",
         unverified=True, low=0.0, high=1.0),
    _row("capacity_diameter", 128.0, "mm", "diameter at which growth would end", "生长上限直径", "manchester", f"{_PROGRAM}, max_size"),
    _row("typical_growth_per_year", 2.9153794999769, "/a", "growth rate of the typical tumour", "典型肿瘤的生长速率", "manchester", f"{_PROGRAM}, log_norm_mean"),
    _row("letrozole_fall", 0.81, "1", "median fall in volume after three months of letrozole", "来曲唑三个月后体积中位降幅", "dixon", "abstract, by ultrasound (69 to 86 %)"),
    _row("anastrozole_fall", 0.64, "1", "median fall in volume after three months of anastrozole", "阿那曲唑三个月后体积中位降幅", "dixon",
         "abstract, by ultrasound (52 to 76 %)"),
    _row("tamoxifen_fall", 0.48, "1", "median fall in volume after three months of tamoxifen", "他莫昔芬三个月后体积中位降幅", "dixon", "abstract, by ultrasound"),
    _row("hormone_days", 91.3125, "d", "time after which the fall was measured", "测量体积降幅的时间", "dixon", "abstract: three months of treatment"),
    _row("chemotherapy_fall", 0.64, "1", "mean fall in volume after three cycles of chemotherapy", "化疗三周期后体积平均降幅", "henderson",
         "abstract, functional volume, residual cancer burden II (pCR 95.5 %, I 69.8 %, III 25.4 %); taken as the typical tumour"),
    _row("chemotherapy_cycles", 3.0, "1", "cycles after which the fall was measured", "测量体积降幅的周期数", "henderson", "abstract"),
    _row("cycle_days", 21.0, "d", "length of those cycles", "周期长度", "ours", "assumed; the abstract does not say", unverified=True),
    _row("progression_ratio", 1.2, "1", "diameter at progression relative to the first", "进展时直径与初次之比", "ours", "a choice of this model"),
)  # fmt: skip

_SPHERE = "0.5235987755982989"  # pi / 6

DERIVED = (
    Derived("start_volume", f"{_SPHERE} * start_diameter ** 3", "mm3"),
    Derived("capacity", f"{_SPHERE} * capacity_diameter ** 3", "mm3"),
    Derived("growth", "growth_per_year / 365.25", "/d"),
    Derived("responds", "where(receptor_draw < responding_share, 1, 0)", "1"),
    Derived("letrozole_loss", "-log(1 - letrozole_fall) / hormone_days", "/d"),
    Derived("anastrozole_loss", "-log(1 - anastrozole_fall) / hormone_days", "/d"),
    Derived("tamoxifen_loss", "-log(1 - tamoxifen_fall) / hormone_days", "/d"),
    # what was seen is kill less the growth in between: the growth of the typical tumour of this size is added back
    Derived("usual_regrowth", "cycle_days * typical_growth_per_year / 365.25 * (1 - (start_diameter / capacity_diameter) ** 0.75)", "1"),
    Derived("cycle_kill", "usual_regrowth - chemotherapy_response * log(1 - chemotherapy_fall) / chemotherapy_cycles", "1"),
)
