"""Every number of the model with its unit, spread, range and source; traits of the person first."""

from __future__ import annotations

from math import log

from xinglin.records.simulation import Derived, Parameter


def _row(name: str, value: float, unit: str, en: str, zh: str, source: str, locator: str, **more: object) -> Parameter:
    return Parameter(name, value, unit, {"en": en, "zh": zh}, source, locator=locator, **more)  # type: ignore[arg-type]


def _rank(name: str, en: str, zh: str) -> Parameter:
    """A place between 0 and 1 that decides on a trait one has or has not."""
    return _row(name, 0.5, "1", en, zh, "mathematics", "a uniform number", distribution="uniform", spread=0.5, low=0.0, high=1.0)


def _from_cv(share: float) -> float:
    """Standard deviation of the logarithm of a lognormal number with this coefficient of variation."""
    return log(1 + share**2) ** 0.5


_AAG = "(aag - aag_middle)"
_BASELINE = (
    f"5.21965 * (1 + sex_on_baseline * female) * (1 + ecog_on_baseline * ecog) * (1 + prior_on_baseline * prior) "
    f"* (1 + where({_AAG} > 0, aag_high_on_baseline, aag_low_on_baseline) * {_AAG})"
)

PARAMETERS = (
    _rank("sex_rank", "place in the mix of sexes (below 0.489 a woman)", "在性别构成中的位置"),
    _rank("ecog_rank", "place in the mix of performance (below 0.859 impaired)", "在体能状态构成中的位置"),
    _rank("prior_rank", "place in the mix of earlier treatment (below 0.707 treated)", "在既往治疗构成中的位置"),
    _row("female", 1.0, "1", "1 for a woman, 0 for a man", "女性为1，男性为0", "puisset", "Table 1: 48.9 % women",
         typical="where(sex_rank < 0.489, 1, 0)", low=0.0, high=1.0, fact="person:female"),
    _row("ecog", 1.0, "1", "1 for ECOG 1 or more, 0 for ECOG 0", "ECOG≥1为1，ECOG 0为0", "puisset", "Table 1: ECOG 0 in 13 of 92",
         typical="where(ecog_rank < 0.859, 1, 0)", low=0.0, high=1.0),
    _row("prior", 1.0, "1", "1 after earlier treatment of the cancer, else 0", "既往抗肿瘤治疗为1，无为0", "puisset",
         "Table 1: no earlier chemotherapy in 27 of 92; other treatment is not told", typical="where(prior_rank < 0.707, 1, 0)", low=0.0, high=1.0),
    _row("area", 1.77, "m2", "body surface area", "体表面积", "puisset", "Table 1: mean 1.77, range 1.35 to 2.20; the spread is a fifth of the range",
         distribution="normal", spread=0.17, low=1.35, high=2.20, unverified=True, fact="loinc:3140-1"),
    _row("aag", 1.34, "g/L", "alpha-1 acid glycoprotein", "α1-酸性糖蛋白", "netterberg",
         "median 1.34; range 0.46 to 2.98 and the spread read from it: Puisset 2007, Table 1", distribution="lognormal", spread=0.374, low=0.46, high=2.98,
         unverified=True),
    _row("aag_middle", 1.34, "g/L", "alpha-1 acid glycoprotein at which the effects turn", "α1-酸性糖蛋白参考值", "netterberg", "$PK, breakpoint"),
    _row("sex_on_baseline", -0.121451, "1", "effect of female sex on the baseline", "女性对基线的影响", "netterberg", "THETA(11)"),
    _row("ecog_on_baseline", 0.130406, "1", "effect of ECOG 1 or more on the baseline", "ECOG≥1对基线的影响", "netterberg", "THETA(8)"),
    _row("prior_on_baseline", -0.146837, "1", "effect of earlier treatment on the baseline", "既往治疗对基线的影响", "netterberg", "THETA(7)"),
    _row("aag_low_on_baseline", 0.174677, "L/g", "effect of the glycoprotein on the baseline, below 1.34", "糖蛋白对基线的影响（低于1.34）", "netterberg", "THETA(9)"),
    _row("aag_high_on_baseline", 0.494618, "L/g", "effect of the glycoprotein on the baseline, above 1.34", "糖蛋白对基线的影响（高于1.34）", "netterberg", "THETA(10)"),
    _row("aag_on_slope", -0.350693, "L/g", "effect of the glycoprotein on sensitivity", "糖蛋白对敏感性的影响", "netterberg", "THETA(6)"),
    _row("baseline", 5.21965, "10*9/L", "neutrophils without treatment", "未治疗时中性粒细胞", "netterberg", "THETA(1), OMEGA(1,1) 0.0639703; effects as in $PK BACOV",
         distribution="lognormal", spread=0.0639703**0.5, typical=_BASELINE),
    _row("transit_time", 84.1791, "h", "mean time from division to blood", "从增殖到入血的平均时间", "netterberg", "THETA(2), OMEGA(2,2) 0.0191785",
         distribution="lognormal", spread=0.0191785**0.5),
    _row("slope", 15.5711, "L/umol", "loss of dividing cells per docetaxel level", "多西他赛浓度对增殖细胞的抑制", "netterberg",
         "THETA(3), OMEGA(3,3) 0.128412; effect of the glycoprotein as in $PK SLCOV", distribution="lognormal", spread=0.128412**0.5,
         typical="15.5711 * (1 + aag_on_slope * (aag - aag_middle))"),
    _row("feedback", 0.144543, "1", "power by which a low count speeds division", "反馈指数", "netterberg", "THETA(4); its spread is set to 0 there"),
    _row("molar_mass", 808.0, "g/mol", "molar mass of docetaxel", "多西他赛摩尔质量", "netterberg", "$PK: THETA(3)/808*1000"),
    _row("aag_on_clearance", -0.412, "1", "power of the glycoprotein in clearance", "糖蛋白对清除率的指数", "puisset", "Results: CL = 31.3 (AAG/1.29)^-0.412"),
    _row("clearance", 35.7, "L/h", "clearance of docetaxel", "多西他赛清除率", "ozawa", "Table 2: theta CL, 39.9 %; at the middle glycoprotein of the model",
         distribution="lognormal", spread=_from_cv(0.399), typical="35.7 * (aag / aag_middle) ** aag_on_clearance"),
    _row("volume", 6.94, "L", "central volume", "中央室容积", "ozawa", "Table 2: theta V1, 26.4 %", distribution="lognormal", spread=_from_cv(0.264)),
    _row("flow", 5.58, "L/h", "exchange with the shallow tissue", "与浅外周室的交换", "ozawa", "Table 2: theta Q2"),
    _row("shallow_volume", 7.39, "L", "volume of the shallow tissue", "浅外周室容积", "ozawa", "Table 2: theta V2"),
    _row("deep_flow", 12.5, "L/h", "exchange with the deep tissue", "与深外周室的交换", "ozawa", "Table 2: theta Q3"),
    _row("deep_volume", 225.0, "L", "volume of the deep tissue", "深外周室容积", "ozawa", "Table 2: theta V3"),
)  # fmt: skip


def _newton(number: int) -> Derived:
    """One step of Newton's method from below to the least root of the characteristic polynomial."""
    last = f"step_{number - 1}"
    value = f"((({last} - sum_rates) * {last} + pair_rates) * {last} - all_rates)"
    return Derived(f"step_{number}", f"{last} - {value} / ((3 * {last} - 2 * sum_rates) * {last} + pair_rates)", "/d")


def _part(one: str, two: str, three: str) -> str:
    """The share of a dose that decays with the rate `one`."""
    return f"(k21 - {one}) * (k31 - {one}) / (({two} - {one}) * ({three} - {one}))"


DERIVED = (
    Derived("ktr", "24 * 4 / transit_time", "/d"),
    Derived("slope_mass", "slope / molar_mass * 1000", "L/mg"),
    Derived("k10", "24 * clearance / volume", "/d"),
    Derived("k12", "24 * flow / volume", "/d"),
    Derived("k21", "24 * flow / shallow_volume", "/d"),
    Derived("k13", "24 * deep_flow / volume", "/d"),
    Derived("k31", "24 * deep_flow / deep_volume", "/d"),
    # x^3 - sum x^2 + pair x - all has the three rates of decay as its roots; Newton's method from 0 rises to the least of them
    Derived("sum_rates", "k10 + k12 + k13 + k21 + k31", "/d"),
    Derived("pair_rates", "k10 * k21 + k10 * k31 + k12 * k31 + k13 * k21 + k21 * k31", "/d2"),
    Derived("all_rates", "k10 * k21 * k31", "/d3"),
    Derived("step_0", "all_rates / pair_rates", "/d"),
    *(_newton(number) for number in range(1, 8)),
    Derived("slow_rate", "step_7", "/d"),
    Derived("rest", "sum_rates - slow_rate", "/d"),
    Derived("root", "sqrt(rest ** 2 - 4 * all_rates / slow_rate)", "/d"),
    Derived("quick_rate", "(rest + root) / 2", "/d"),
    Derived("middle_rate", "all_rates / (slow_rate * quick_rate)", "/d"),
    Derived("quick_part", _part("quick_rate", "middle_rate", "slow_rate"), "1"),
    Derived("middle_part", _part("middle_rate", "quick_rate", "slow_rate"), "1"),
    Derived("slow_part", _part("slow_rate", "quick_rate", "middle_rate"), "1"),
)
