"""What the model says about itself: growth that slows with size, hormone therapy that halts and shrinks, chemotherapy that kills per cycle.

Growth is that of MANC-RISK-SCREEN; how far tumours shrink is read from the abstracts of two studies of treatment before surgery.
"""

from __future__ import annotations

from xinglin.diseases.breast.parameters import DERIVED, PARAMETERS
from xinglin.diseases.breast.sources import SOURCES
from xinglin.diseases.breast.treatments import REGIMENS, TREATMENTS
from xinglin.records.simulation import DiseaseCard, End, FastForm, Observable, State

_HELD = "(responds * minimum(1, letrozole + anastrozole + tamoxifen))"  # share of growth that hormone therapy halts
_LOSS = "(responds * hormone_response * maximum(letrozole * letrozole_loss, maximum(anastrozole * anastrozole_loss, tamoxifen * tamoxifen_loss)))"

STATES = (
    State("volume", "mm3", "start_volume", f"volume * (growth * (1 - (volume / capacity) ** 0.25) * (1 - {_HELD}) - {_LOSS})",
          {"en": "tumour volume", "zh": "肿瘤体积"}),
)  # fmt: skip

FAST = FastForm(
    states={"size": "log(volume)"},
    rates={"size": f"growth * (1 - exp(0.25 * (size - log(capacity)))) * (1 - {_HELD}) - {_LOSS}"},
    natural={"volume": "exp(size)"},
    acts={"chemotherapy": {"size": "size - dose * cycle_kill"}},
    ends={"progression": "size - log(start_volume) - 3 * log(progression_ratio)"},
)

OBSERVABLES = (
    Observable("diameter", {"en": "tumour diameter", "zh": "肿瘤直径"}, "(1.909859317102744 * volume) ** (1 / 3)", "mm",
               proportional=0.1, low_limit=1.0, fact="lesion:*:long-axis", source="ours", decimals=1),
    Observable("volume", {"en": "tumour volume", "zh": "肿瘤体积"}, "volume", "mm3", logarithmic=0.2, low_limit=0.5, fact="lesion:*:volume",
               source="ours", decimals=0),
)  # fmt: skip

ENDS = (
    End("progression", {"en": "diameter a fifth above the first (a choice of this model)", "zh": "直径较初次增加五分之一（本模型设定）"},
        condition="volume - start_volume * progression_ratio ** 3", source="ours"),
)  # fmt: skip

CARD = DiseaseCard(
    name="breast",
    version="1",
    title={"en": "Breast cancer before surgery", "zh": "术前乳腺癌"},
    about={
        "en": "One tumour of the breast grows more slowly the larger it is. Hormone therapy halts the growth of tumours that respond and "
        "shrinks them; each cycle of chemotherapy kills a share of the tumour. Progression: diameter a fifth above the first.",
        "zh": "单个乳腺肿瘤越大生长越慢。内分泌治疗使有反应的肿瘤停止生长并缩小；每周期化疗杀灭一定比例的肿瘤。直径较初次增加五分之一为进展。",
    },
    limits={
        "en": "Speaks of populations, not of one person's prognosis, and chooses no treatment. Growth was estimated from screening; shrinkage "
        "was read from abstracts and holds for about three months: no resistance, no cure, no spread, no surgery, no HER2 or CDK4/6 treatment, "
        "no toxicity, no death. Who responds and how much people differ under treatment are assumptions. Not validated.",
        "zh": "仅描述人群，不能预测个人预后，也不用于选择治疗。生长依据筛查资料估计；缩小幅度取自论文摘要，约三个月内有效：不含耐药、治愈、转移、手术、"
        "HER2或CDK4/6治疗、毒性和死亡。应答者比例及治疗反应的个体差异为假设。未经验证。",
    },
    time_unit="d",
    horizon=183.0,  # the longest course of treatment is 168 days; growth alone was estimated over years
    parameters=PARAMETERS,
    derived=DERIVED,
    states=STATES,
    observables=OBSERVABLES,
    sources=SOURCES,
    treatments=TREATMENTS,
    regimens=REGIMENS,
    ends=ENDS,
    fast=FAST,
    icd10="C50",
)
