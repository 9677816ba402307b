"""The glioma card: what is solved, with which numbers, from where.

Two groups of sources disagree about typical values (see README): rows say which was taken. The spread between people is that of the
four published groups, not of a patient series.
"""

from __future__ import annotations

from xinglin.diseases.glioma.regimens import REGIMENS, TREATMENTS
from xinglin.diseases.glioma.sources import SOURCES
from xinglin.records.simulation import DiseaseCard, End, Observable, Parameter, State

PARAMETERS = (
    Parameter("diffusion_white", 0.13, "mm2/d", {"en": "diffusion of tumour cells in white matter", "zh": "肿瘤细胞在白质中的扩散系数"},
              "solver", "lognormal", 0.8, 0.01, 1.0,
              locator="median: example run, 0.0013 cm2/d; spread: groups of 0.04 and 0.2 mm2/d (source 'groups') taken as one SD apart from their middle"),
    Parameter("grey_share", 0.2, "1", {"en": "diffusion in grey matter over that in white matter", "zh": "灰质与白质扩散系数之比"},
              "brain_book", low=0.1, high=1.0, locator="p. 147: white 1, grey 0.2, fluid 0"),
    Parameter("proliferation", 0.02, "/d", {"en": "net proliferation", "zh": "净增殖率"},
              "groups", "lognormal", 0.8, 0.004, 0.1,
              locator="median: the slow groups; upper end: the fast groups, 0.1 /d; lower end chosen between 0.0012 (low grade) and 0.012 /d (high grade) of 'brain_book'"),
    Parameter("radius", 15.0, "mm", {"en": "enhancing radius when it is found", "zh": "发现时强化区半径"},
              "feasibility", "uniform", 5.0, 10.0, 20.0, locator="abstract: virtual cases of 1 and 2 cm; anything between"),
    Parameter("place", 0.5, "1", {"en": "where in the white matter, as a share of its voxels in order", "zh": "白质中的位置（按体素次序的比例）"},
              "chosen", "uniform", 0.5, 0.0, 1.0, locator="chosen: everywhere alike", unverified=True),
    Parameter("alpha", 0.03, "/Gy", {"en": "radiosensitivity, linear", "zh": "放射敏感性（线性项）"},
              "groups", low=0.01, high=0.14, typical="0.03 * (proliferation / 0.02) ** 0.683",
              locator="groups: 0.03 /Gy at 0.02 /d and 0.09 /Gy at 0.1 /d, a power law through both; 'clinical_lq' has 0.12 (0.10-0.14)"),
    Parameter("alpha_beta", 10.0, "Gy", {"en": "alpha over beta", "zh": "α/β 比值"}, "groups", low=5.0, high=10.8,
              locator="held at 10 Gy; 'clinical_lq' has 8 (5.0-10.8)"),
    Parameter("drug_half_life", 0.0792, "d", {"en": "half-life of temozolomide in plasma", "zh": "替莫唑胺血浆半衰期"},
              "temozolomide_kinetics", low=0.05, high=0.1, locator="abstract: 1.9 h"),
    Parameter("drug_kill", 0.0007, "m2/mg", {"en": "cell kill (natural logarithm) per mg/m² of temozolomide", "zh": "每 mg/m² 替莫唑胺的细胞杀灭（自然对数）"},
              "chosen", low=0.0, high=0.005, locator="chosen: 5 % per 75 mg/m2; no number could be opened", unverified=True),
    Parameter("fatal_diameter", 70.0, "mm", {"en": "enhancing diameter taken as fatal", "zh": "视为致死的强化直径"},
              "groups", low=60.0, high=80.0, locator="environment's default: T1 radius 35 mm"),
)  # fmt: skip

OBSERVABLES = (
    Observable("t1gd_volume", {"en": "enhancing volume (T1 with contrast)", "zh": "强化体积（T1 增强）"},
               "0.5235987755982989 * t1gd_diameter ** 3 / 1000", "mL", proportional=0.1, source="chosen", fact="lesion:*:volume"),
    Observable("t1gd_diameter", {"en": "enhancing diameter (sphere of the same volume)", "zh": "强化直径（等体积球）"},
               "t1gd_diameter", "mm", proportional=0.05, source="chosen", decimals=1),
    Observable("flair_volume", {"en": "FLAIR volume", "zh": "FLAIR 高信号体积"},
               "0.5235987755982989 * flair_diameter ** 3 / 1000", "mL", proportional=0.1, source="chosen"),
    Observable("flair_diameter", {"en": "FLAIR diameter (sphere of the same volume)", "zh": "FLAIR 直径（等体积球）"},
               "flair_diameter", "mm", proportional=0.05, source="chosen", decimals=1),
)  # fmt: skip

_NEAR = {
    "en": "far from walls; in three dimensions it is measured on the map, not integrated",
    "zh": "远离边界时成立；三维求解时由密度图测得，不作积分",
}
STATES = (
    State("density", "1", "0.8", "proliferation * density * (1 - density)",
          {"en": "tumour cells at a place, as a share of the most there can be; it also spreads, see equations", "zh": "某处肿瘤细胞占最大容量之比；同时扩散，见方程"}),
    State("t1gd_diameter", "mm", "2 * radius", "4 * sqrt(diffusion_white * proliferation)",
          {"en": f"enhancing diameter by Fisher's velocity, {_NEAR['en']}", "zh": f"按 Fisher 波速的强化直径，{_NEAR['zh']}"}),
    State("flair_diameter", "mm", "2 * radius + 2 * 2.543 * sqrt(6 * diffusion_white / proliferation)", "4 * sqrt(diffusion_white * proliferation)",
          {"en": f"FLAIR diameter by Fisher's velocity, {_NEAR['en']}", "zh": f"按 Fisher 波速的 FLAIR 直径，{_NEAR['zh']}"}),
)  # fmt: skip

CARD = DiseaseCard(
    name="glioma",
    version="1",
    title={"en": "High-grade glioma in three dimensions", "zh": "高级别胶质瘤（三维）"},
    about={
        "en": "Tumour cells spread and multiply in white and grey matter (Fisher-KPP); surgery, radiotherapy and temozolomide take them away.",
        "zh": "肿瘤细胞在白质与灰质中扩散并增殖（Fisher-KPP）；手术、放疗和替莫唑胺清除细胞。",
    },
    limits={
        "en": "No swelling, no pressure, no necrosis, no resistance, no direction of fibres. Cohorts grow in a made-up brain. Spread between people "
        "is that of four published groups. How much temozolomide kills was chosen. Not validated; a simulation for research.",
        "zh": "不含水肿、占位效应、坏死、耐药和纤维方向。队列在虚构的脑中生长。个体差异取自四个已发表分组；替莫唑胺杀灭率为设定值。未经验证，模拟仅供研究。",
    },
    icd10="C71.9", time_unit="d",
    horizon=365.0,
    parameters=PARAMETERS,
    states=STATES,
    observables=OBSERVABLES,
    sources=SOURCES,
    treatments=TREATMENTS,
    regimens=REGIMENS,
    ends=(
        End("fatal_size", {"en": "enhancing diameter taken as fatal is reached", "zh": "强化直径达到视为致死的大小"},
            condition="t1gd_diameter - fatal_diameter", source="groups"),
    ),
    equations={
        "en": "du/dt = div(D(x) grad u) + rho u (1 - u) - k(t) u in white and grey matter, no flow through fluid, skull or cavity; "
        "at a fraction of d gray u -> u exp(-alpha d - beta d^2) inside the field; at surgery u -> 0 in the region taken out, which becomes cavity. "
        "T1 with contrast shows u >= 0.8, FLAIR u >= 0.16. Start: (1 + exp((r - r0) / sqrt(6 D / rho)))^-2 around a place.",
        "zh": "du/dt = div(D(x) grad u) + ρu(1 - u) - k(t)u，定义于白质与灰质；脑脊液、颅骨与术腔处无通量。每次 d Gy 照射：野内 u → u·exp(-αd - βd²)；"
        "手术：切除区 u → 0 并成为术腔。T1 增强显示 u ≥ 0.8，FLAIR 显示 u ≥ 0.16。初始：围绕一点的 (1 + exp((r - r0)/sqrt(6D/ρ)))^-2。",
    },
)  # fmt: skip
