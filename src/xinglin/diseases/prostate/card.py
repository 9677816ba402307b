"""What the model says about itself: cells that abiraterone holds and cells that it does not, competing for room; PSA follows their sum.

Equations and numbers of Zhang 2022 as published with its code; who the people are follows its 32 fitted starts.
"""

from __future__ import annotations

from xinglin.diseases.prostate.sources import SOURCES
from xinglin.records.simulation import Derived, DiseaseCard, Dose, End, FastForm, Observable, Parameter, Regimen, Rule, State, Treatment


def _row(name: str, value: float, unit: str, en: str, zh: str, source: str, locator: str, **more: object) -> Parameter:
    return Parameter(name, value, unit, {"en": en, "zh": zh}, source, locator=locator, **more)  # type: ignore[arg-type]


_SOLVER = "code/solveSRODE.m"

PARAMETERS = (
    _row("psa_first", 6.565, "ng/mL", "PSA at the start", "起始PSA", "zhang2022", "data/TrialPatientData.mat: median and spread of 32 first values",
         distribution="lognormal", spread=1.6001, low=0.1, high=1000.0),
    _row("cells_first", 1291.2, "1", "cells at the start (room for 10,000)", "起始细胞数（容量10000）", "zhang2022", "data/optimizedModelFits.mat: 32 fitted starts",
         distribution="lognormal", spread=1.4566, low=15.0, high=9900.0),
    _row("resistant_first", 0.2289, "1", "resistant share at the start", "起始耐药比例", "zhang2022", "data/optimizedModelFits.mat: 32 fitted starts",
         distribution="logitnormal", spread=2.3138, low=0.0005, high=0.95),
    _row("sensitive_rate", 0.0156, "1", "growth of sensitive cells, per unit of the code", "敏感细胞生长率（代码时间单位）", "zhang2022", f"{_SOLVER}: rS"),
    _row("resistant_rate", 0.0091, "1", "growth of resistant cells, per unit of the code", "耐药细胞生长率（代码时间单位）", "zhang2022", f"{_SOLVER}: rR"),
    _row("growth_scale", 8.0, "1", "scale of both growth rates", "生长率比例系数", "zhang2022", "data/optimizedModelFits.mat, fourth column"),
    _row("units_per_day", 1 / 6, "/d", "units of time of the code in a day", "每天的代码时间单位数", "zhang2022", f"{_SOLVER}: h = t_max / (6 t_max), one step for each day"),
    _row("competition", 6.0, "1", "how much a sensitive cell holds back resistant ones", "敏感细胞对耐药细胞的竞争系数", "zhang2022",
         "data/optimizedModelFits.mat, third column; Figure 2: least error at 6"),
    _row("room", 10000.0, "1", "room for cells", "细胞容量", "zhang2022", _SOLVER),
    _row("room_lost", 9500.0, "1", "room that abiraterone takes from sensitive cells", "阿比特龙减少的敏感细胞容量", "zhang2022", _SOLVER),
)  # fmt: skip

DERIVED = (
    Derived("grow_sensitive", "sensitive_rate * growth_scale * units_per_day", "/d"),
    Derived("grow_resistant", "resistant_rate * growth_scale * units_per_day", "/d"),
)


def _growth(cells: str, sensitive: str, resistant: str) -> tuple[str, str]:
    return (
        f"(grow_sensitive * (1 - {cells} / (room - room_lost * abiraterone)))",
        f"(grow_resistant * (1 - (competition * {sensitive} + {resistant}) / room))",
    )


_SENSITIVE, _RESISTANT = _growth("(sensitive + resistant)", "sensitive", "resistant")
_F_SENSITIVE, _F_RESISTANT = _growth("exp(size)", "exp(size) * (1 - share)", "exp(size) * share")

STATES = (
    State("sensitive", "1", "cells_first * (1 - resistant_first)", f"{_SENSITIVE} * sensitive", {"en": "cells that abiraterone holds", "zh": "阿比特龙敏感细胞"}),
    State("resistant", "1", "cells_first * resistant_first", f"{_RESISTANT} * resistant", {"en": "cells that it does not hold", "zh": "阿比特龙耐药细胞"}),
)  # fmt: skip

FAST = FastForm(
    states={"size": "log(sensitive + resistant)", "share": "resistant / (sensitive + resistant)"},
    rates={
        "size": f"(1 - share) * {_F_SENSITIVE} + share * {_F_RESISTANT}",
        "share": f"share * (1 - share) * ({_F_RESISTANT} - {_F_SENSITIVE})",
    },
    natural={"sensitive": "exp(size) * (1 - share)", "resistant": "exp(size) * share"},
)

OBSERVABLES = (
    Observable("psa", {"en": "PSA", "zh": "PSA"}, "psa_first * (sensitive + resistant) / cells_first", "ng/mL", logarithmic=0.342, low_limit=0.0,
               code="2857-1", fact="loinc:2857-1", source="van_hasselt", decimals=1),
    Observable("resistant_share", {"en": "resistant share", "zh": "耐药比例"}, "resistant / (sensitive + resistant)", "1", decimals=3),
)  # fmt: skip

TREATMENTS = (
    Treatment("abiraterone", {"en": "abiraterone", "zh": "阿比特龙"}, "1", "switch", most_each=1.0, source="zhang2022"),
)  # fmt: skip

_FIVE_YEARS = 1826.0

REGIMENS = (
    Regimen("none", {"en": "no abiraterone", "zh": "不用阿比特龙"}),
    Regimen("continuous", {"en": "abiraterone without a break", "zh": "阿比特龙持续用药"}, (Dose(0.0, "abiraterone", 1.0, _FIVE_YEARS),), standard=True,
            source="zhang2022"),
    Regimen("adaptive", {"en": "adaptive: off below half of the first PSA, on again above it, looked at daily", "zh": "适应性用药：PSA低于初值一半时停药，高于初值时恢复（每日评估）"},
            rules=(Rule("abiraterone", "psa", "0.5 * first", "first", 1.0),), source="zhang2022"),
    Regimen("adaptive-monthly", {"en": "adaptive: the same, looked at every four weeks", "zh": "适应性用药：同上，每四周评估"},
            rules=(Rule("abiraterone", "psa", "0.5 * first", "first", 28.0),), source="zhang2022"),
)  # fmt: skip

ENDS = (
    End("progression", {"en": "resistant cells alone as many as all cells at the start", "zh": "仅耐药细胞即达起始细胞总数"}, condition="resistant - cells_first",
        source="zhang2022"),
)  # fmt: skip

CARD = DiseaseCard(
    name="prostate",
    version="1",
    title={"en": "Castration-resistant prostate cancer under abiraterone", "zh": "阿比特龙治疗去势抵抗性前列腺癌"},
    about={
        "en": "Cells that abiraterone holds and cells that it does not compete for room; PSA follows their sum. Adaptive treatment leaves "
        "sensitive cells alive so that they hold back resistant ones.",
        "zh": "阿比特龙敏感细胞与耐药细胞竞争容量，PSA与二者之和成正比。适应性用药保留部分敏感细胞以抑制耐药细胞。",
    },
    limits={
        "en": "Speaks of populations, not of one person's prognosis. Fitted to 32 men of one small trial without random assignment; the effect of "
        "competition is disputed. No imaging, no death, no castration sensitivity, no other treatment.",
        "zh": "仅描述人群，不能预测个人预后。依据一项32人的小型非随机试验拟合，竞争效应存在争议。不含影像、死亡、去势敏感期及其他治疗。",
    },
    only="male",
    icd10="C61",
    time_unit="d",
    horizon=1826.0,
    parameters=PARAMETERS,
    derived=DERIVED,
    states=STATES,
    observables=OBSERVABLES,
    sources=SOURCES,
    treatments=TREATMENTS,
    regimens=REGIMENS,
    ends=ENDS,
    fast=FAST,
)
