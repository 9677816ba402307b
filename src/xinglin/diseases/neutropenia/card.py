"""What the model says about itself: docetaxel in three compartments, dividing and maturing neutrophils, and the feedback of a low count.

Structure of Friberg 2002; numbers of Kloft 2006 as reused by Netterberg 2017; what the body does with docetaxel as in Ozawa 2007.
"""

from __future__ import annotations

from itertools import pairwise

from xinglin.diseases.neutropenia.parameters import DERIVED, PARAMETERS
from xinglin.diseases.neutropenia.sources import SOURCES
from xinglin.records.simulation import DiseaseCard, Dose, End, FastForm, Harm, Observable, Regimen, State, Treatment

_HOUR = 1 / 24

STATES = (
    State("central", "mg", "0", "-(k10 + k12 + k13) * central + k21 * shallow + k31 * deep", {"en": "docetaxel in blood", "zh": "血中多西他赛"}),
    State("shallow", "mg", "0", "k12 * central - k21 * shallow", {"en": "docetaxel in shallow tissue", "zh": "浅组织中多西他赛"}),
    State("deep", "mg", "0", "k13 * central - k31 * deep", {"en": "docetaxel in deep tissue", "zh": "深组织中多西他赛"}),
    State("dividing", "10*9/L", "baseline",
          "ktr * dividing * ((1 - slope_mass * central / volume) * (baseline / blood) ** feedback - 1)", {"en": "dividing cells", "zh": "增殖细胞"}),
    State("young", "10*9/L", "baseline", "ktr * (dividing - young)", {"en": "maturing cells, first stage", "zh": "成熟细胞（一期）"}),
    State("middle", "10*9/L", "baseline", "ktr * (young - middle)", {"en": "maturing cells, second stage", "zh": "成熟细胞（二期）"}),
    State("old", "10*9/L", "baseline", "ktr * (middle - old)", {"en": "maturing cells, third stage", "zh": "成熟细胞（三期）"}),
    State("blood", "10*9/L", "baseline", "ktr * (old - blood)", {"en": "neutrophils in blood", "zh": "血中中性粒细胞"}),
)  # fmt: skip

_MODES = ("quick", "middle", "slow")
_CENTRAL = "(quick_mode + middle_mode + slow_mode)"
_CHAIN = ("dividing", "young", "middle", "old", "blood")
_SPEED = "exp(-feedback * log(blood_share))"  # how strongly a low count speeds division


def _tissue(inflow: str, outflow: str) -> str:
    """The amount in a tissue, from the decaying parts of the amount in blood."""
    return " + ".join(f"{inflow} / ({outflow} - {mode}_rate) * {mode}_mode" for mode in _MODES)


FAST = FastForm(
    states={"dividing_log": "log(dividing / baseline)", **{f"{cells}_share": f"{cells} / baseline" for cells in _CHAIN[1:]}},
    rates={
        "dividing_log": f"ktr * ((1 - slope_mass / volume * {_CENTRAL}) * {_SPEED} - 1)",
        "young_share": "ktr * (exp(dividing_log) - young_share)",
        **{f"{after}_share": f"ktr * ({before}_share - {after}_share)" for before, after in pairwise(_CHAIN[1:])},
    },
    modes={f"{mode}_mode": f"{mode}_rate" for mode in _MODES},
    mode_inputs={"docetaxel": {f"{mode}_mode": f"{mode}_part * dose * area" for mode in _MODES}},
    natural={
        "central": _CENTRAL,
        "shallow": _tissue("k12", "k21"),
        "deep": _tissue("k13", "k31"),
        "dividing": "baseline * exp(dividing_log)",
        **{cells: f"baseline * {cells}_share" for cells in _CHAIN[1:]},
    },
    ends={"severe": "0.5 / baseline - blood_share", "low": "1.0 / baseline - blood_share"},
)

OBSERVABLES = (
    Observable("neutrophils", {"en": "neutrophil count (ANC)", "zh": "中性粒细胞绝对计数"}, "blood", "10*9/L", logarithmic=0.424093, low_limit=0.0,
               code="751-8", fact="loinc:751-8", source="netterberg", decimals=2),
    Observable("docetaxel_level", {"en": "docetaxel in plasma", "zh": "血浆多西他赛浓度"}, "central / volume", "mg/L", proportional=0.268, low_limit=0.0,
               source="ozawa", decimals=3),
    Observable("precursors", {"en": "dividing precursors, share of the baseline", "zh": "增殖前体细胞（占基线比例）"}, "dividing / baseline", "1", decimals=3),
)  # fmt: skip

TREATMENTS = (
    Treatment("docetaxel", {"en": "docetaxel, infusion of one hour", "zh": "多西他赛（静脉滴注1小时）"}, "mg/m2", "infusion", {"central": "dose * area"},
              most_each=100.0, least_gap=21.0, source="label"),
)  # fmt: skip


def _cycles(amount: float, number: int) -> tuple[Dose, ...]:
    return tuple(Dose(21.0 * cycle, "docetaxel", amount, _HOUR) for cycle in range(number))


REGIMENS = (
    Regimen("none", {"en": "no chemotherapy", "zh": "不化疗"}),
    Regimen("docetaxel-75", {"en": "docetaxel 75 mg/m² every three weeks, six cycles", "zh": "多西他赛75 mg/m²，每三周，六周期"}, _cycles(75.0, 6),
            standard=True, source="label"),
    Regimen("docetaxel-100", {"en": "docetaxel 100 mg/m² every three weeks, six cycles", "zh": "多西他赛100 mg/m²，每三周，六周期"}, _cycles(100.0, 6),
            standard=True, source="label"),
    Regimen("docetaxel-60", {"en": "docetaxel 60 mg/m² every three weeks, six cycles", "zh": "多西他赛60 mg/m²，每三周，六周期"}, _cycles(60.0, 6),
            standard=True, source="label"),
)  # fmt: skip

ENDS = (
    End("severe", {"en": "first count below 0.5 (grade 4)", "zh": "首次低于0.5（4级）"}, condition="0.5 - blood", source="grades"),
    End("low", {"en": "first count below 1.0 (grade 3 or 4)", "zh": "首次低于1.0（3级或4级）"}, condition="1.0 - blood", source="grades"),
)  # fmt: skip

HARMS = (
    Harm("grade4", {"en": "neutrophils below 0.5 (grade 4)", "zh": "中性粒细胞低于0.5（4级）"}, "neutrophils", "least", 0.5, "below", "grades", "severe"),
    Harm("grade3", {"en": "neutrophils below 1.0 (grade 3 or 4)", "zh": "中性粒细胞低于1.0（3级或4级）"}, "neutrophils", "least", 1.0, "below", "grades", "low"),
)  # fmt: skip

CARD = DiseaseCard(
    name="neutropenia",
    version="1",
    title={"en": "Neutropenia under docetaxel", "zh": "多西他赛相关中性粒细胞减少"},
    about={
        "en": "Docetaxel in blood stops and kills dividing neutrophil precursors; three stages of maturation delay the fall in blood, and a low "
        "count speeds division. Baseline and sensitivity follow sex, performance, earlier treatment and alpha-1 acid glycoprotein.",
        "zh": "血中多西他赛抑制并杀伤增殖的中性粒细胞前体；三个成熟阶段使血中计数延迟下降，低计数反馈加快增殖。基线和敏感性随性别、体能状态、既往治疗和α1-酸性糖蛋白而变。",
    },
    limits={
        "en": "Speaks of populations, not of one person's risk. Docetaxel alone: no other drug, no G-CSF, no dexamethasone rise, no infection or "
        "fever, no damage that adds up over cycles; liver function does not change clearance here.",
        "zh": "仅描述人群，不能预测个人风险。仅含多西他赛单药：不含其他药物、G-CSF、地塞米松所致升高、感染或发热以及多周期累积损伤；肝功能不影响此处的清除率。",
    },
    time_unit="d",
    horizon=126.0,
    parameters=PARAMETERS,
    derived=DERIVED,
    states=STATES,
    observables=OBSERVABLES,
    sources=SOURCES,
    treatments=TREATMENTS,
    regimens=REGIMENS,
    ends=ENDS,
    harms=HARMS,
    fast=FAST,
)
