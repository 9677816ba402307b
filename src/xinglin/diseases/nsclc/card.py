"""What the model says about itself: Gompertz growth, log-cell kill, linear-quadratic radiation, pembrolizumab, resistance, cure and death.

Growth, radiosensitivity, the kill of chemotherapy and the lethal size are those of Geng 2017 (fitted there to untreated people and
two trials); how strongly docetaxel and pembrolizumab act is taken, relative to growth, from Struemper 2025.
"""

from __future__ import annotations

from xinglin.diseases.nsclc.parameters import CORRELATIONS, DERIVED, PARAMETERS
from xinglin.diseases.nsclc.sources import SOURCES
from xinglin.diseases.nsclc.treatments import REGIMENS, TREATMENTS
from xinglin.records.simulation import DiseaseCard, End, FastForm, Observable, State

_GROWTH = "where(sensitive + resistant > last_cell, rho * log(capacity / (sensitive + resistant)), 0)"
_LEVEL = "(central / volume_central)"
_HELD = f"({_LEVEL} / ({_LEVEL} + pembrolizumab_ec50))"  # share of the effect of pembrolizumab
_SLOWED = f"(1 - (1 - immune_growth) * {_HELD})"
_KILL = f"(beta_c * drug + docetaxel * docetaxel_kill + immune_kill * {_HELD})"

STATES = (
    State("sensitive", "cm3", "start_volume * (1 - resistant_share)", f"({_GROWTH} * {_SLOWED} - {_KILL}) * sensitive",
          {"en": "tumour that drugs kill", "zh": "药物敏感的肿瘤"}),
    State("resistant", "cm3", "start_volume * resistant_share", f"{_GROWTH} * {_SLOWED} * resistant",
          {"en": "tumour that drugs do not kill", "zh": "耐药的肿瘤"}),
    State("drug", "mg/m2", "0", "-log(2) / drug_half_life * drug", {"en": "chemotherapy still acting", "zh": "仍在起作用的化疗药"}),
    State("central", "mg", "0", "-(k10 + k12) * central + k21 * peripheral", {"en": "pembrolizumab in blood", "zh": "血中帕博利珠单抗"}),
    State("peripheral", "mg", "0", "k12 * central - k21 * peripheral", {"en": "pembrolizumab in tissue", "zh": "组织中帕博利珠单抗"}),
)  # fmt: skip

_F_LEVEL = "((quick + slow) / volume_central)"
_F_HELD = f"({_F_LEVEL} / ({_F_LEVEL} + pembrolizumab_ec50))"
_F_KILL = f"(beta_c * drug + docetaxel * docetaxel_kill + immune_kill * {_F_HELD})"

FAST = FastForm(
    states={"size": "log(sensitive + resistant)", "share": "resistant / (sensitive + resistant)"},
    rates={
        "size": f"where(size > log(last_cell), rho * (log(capacity) - size), 0) * (1 - (1 - immune_growth) * {_F_HELD}) - (1 - share) * {_F_KILL}",
        "share": f"share * (1 - share) * {_F_KILL}",
    },
    modes={"drug": "log(2) / drug_half_life", "quick": "lambda_quick", "slow": "lambda_slow"},
    natural={
        "sensitive": "exp(size) * (1 - share)",
        "resistant": "exp(size) * share",
        "drug": "drug",
        "central": "quick + slow",
        "peripheral": "k12 / (lambda_quick - lambda_slow) * (slow / part_slow - quick / part_quick)",
    },
    acts={
        "chemotherapy": {"drug": "drug + dose"},
        "radiotherapy": {"size": "size - alpha * dose - alpha / alpha_beta * dose ** 2"},
        "pembrolizumab": {"quick": "quick + part_quick * dose", "slow": "slow + part_slow * dose"},
    },
    ends={"death": "size - log(lethal_volume)", "cure": "log(last_cell) - size"},
)

OBSERVABLES = (
    Observable("diameter", {"en": "tumour diameter", "zh": "肿瘤直径"}, "20 * (0.238732414637843 * (sensitive + resistant)) ** (1 / 3)", "mm",
               proportional=0.01276**0.5, additive=6.324**0.5, low_limit=0.0, fact="lesion:*:long-axis", source="struemper", decimals=1),
    Observable("volume", {"en": "tumour volume", "zh": "肿瘤体积"}, "sensitive + resistant", "cm3", logarithmic=0.15, fact="lesion:*:volume"),
    Observable("resistant_share", {"en": "resistant share", "zh": "耐药比例"}, "resistant / (sensitive + resistant)", "1", decimals=3),
    Observable("pembrolizumab_level", {"en": "pembrolizumab in serum", "zh": "血清帕博利珠单抗浓度"}, "central / volume_central", "mg/L",
               proportional=0.272, low_limit=0.0, source="ahamadi"),
)  # fmt: skip

ENDS = (
    End("death", {"en": "death (tumour of 13 cm)", "zh": "死亡（肿瘤达13厘米）"}, condition="sensitive + resistant - lethal_volume", stops=True, source="geng"),
    End("cure", {"en": "no tumour cell left", "zh": "无肿瘤细胞残留"}, condition="last_cell - (sensitive + resistant)", source="geng"),
)  # fmt: skip

CARD = DiseaseCard(
    name="nsclc",
    version="1",
    title={"en": "Non-small-cell lung cancer", "zh": "非小细胞肺癌"},
    about={
        "en": "One tumour burden, part of it resistant to drugs, grows as Gompertz described and is reduced by chemotherapy, radiotherapy "
        "and pembrolizumab. Death at a burden of 13 cm; cure when chance leaves no cell.",
        "zh": "单一肿瘤负荷（部分耐药）按Gompertz规律生长，受化疗、放疗和帕博利珠单抗抑制；负荷达13厘米时死亡，无细胞残留时治愈。",
    },
    limits={
        "en": "Speaks of populations, not of one person's prognosis. One burden stands for tumour and metastases; no surgery, no driver mutation, "
        "no toxicity, no death of other causes; growth is as fitted to survival and faster than doubling times seen on CT.",
        "zh": "仅描述人群，不能预测个人预后。单一负荷代表原发灶和转移灶；不含手术、驱动突变、毒性和其他死因；生长速度按生存资料拟合，快于CT所见倍增时间。",
    },
    icd10="C34.9",
    time_unit="d",
    horizon=1826.0,
    parameters=PARAMETERS,
    correlations=CORRELATIONS,
    derived=DERIVED,
    states=STATES,
    observables=OBSERVABLES,
    sources=SOURCES,
    plausible=("lethal_volume - start_volume",),
    treatments=TREATMENTS,
    regimens=REGIMENS,
    ends=ENDS,
    fast=FAST,
)
