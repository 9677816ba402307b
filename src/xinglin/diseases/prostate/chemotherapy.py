"""The variant: PSA under chemotherapy until the tumour escapes, and death the sooner the higher PSA is (Desmee 2015)."""

from __future__ import annotations

from xinglin.diseases.prostate.sources import SOURCES
from xinglin.records.simulation import DiseaseCard, Dose, End, FastForm, Observable, Parameter, Regimen, State, Treatment


def _row(name: str, value: float, unit: str, en: str, zh: str, locator: str, **more: object) -> Parameter:
    return Parameter(name, value, unit, {"en": en, "zh": zh}, "desmee", locator=locator, **more)  # type: ignore[arg-type]


PARAMETERS = (
    _row("psa_first", 80.0, "ng/mL", "PSA at the start", "起始PSA", "Table I", distribution="lognormal", spread=0.6),
    _row("growth", 0.05, "/d", "rate at which cells divide", "细胞增殖率", "Table I", distribution="lognormal", spread=0.1),
    _row("effect", 0.3, "1", "share of divisions that chemotherapy prevents", "化疗抑制增殖的比例", "Table I", distribution="logitnormal", spread=1.5),
    _row("escape", 140.0, "d", "days on chemotherapy until the tumour escapes", "至逃逸的化疗天数", "Table I", distribution="lognormal", spread=0.6),
    _row("loss", 0.046, "/d", "rate at which cells die", "细胞死亡率", "Methods, reference 21"),
    _row("clearing", 0.23, "/d", "rate at which PSA leaves blood", "PSA清除率", "Methods, reference 22"),
    _row("shape", 1.5, "1", "shape of the Weibull hazard", "Weibull形状参数", "Table II"),
    _row("scale", 2150.0, "d", "scale of the Weibull hazard, high link", "Weibull尺度参数（强关联）", "Table II"),
    _row("link", 0.02, "mL/ng", "rise of the log hazard with PSA, high link", "PSA对对数风险的影响（强关联）", "Table II"),
)  # fmt: skip


def _hazard(psa: str) -> str:
    return f"shape / scale * (t / scale) ** (shape - 1) * exp(minimum(link * {psa}, 50))"


_SHARE = "exp(log_cells - growth * effect * minimum(on, escape))"

CARD = DiseaseCard(
    name="prostate:chemotherapy",
    version="1",
    title={"en": "Castration-resistant prostate cancer under chemotherapy: PSA and survival", "zh": "化疗去势抵抗性前列腺癌：PSA与生存"},
    about={
        "en": "Chemotherapy prevents a share of divisions until the tumour escapes; PSA is made by the cells and cleared; the hazard of death "
        "grows with time and with PSA.",
        "zh": "化疗在肿瘤逃逸前抑制部分增殖；PSA由细胞产生并清除；死亡风险随时间和PSA升高。",
    },
    limits={
        "en": "Speaks of populations, not of one person's prognosis. Numbers were set by the authors for a simulation study after one arm of a "
        "trial, not fitted; any dose of chemotherapy is the same; the strong of four links with survival.",
        "zh": "仅描述人群，不能预测个人预后。参数由作者参照某试验一组设定用于模拟研究，并非拟合所得；不区分化疗剂量；采用四种生存关联中的强关联。",
    },
    time_unit="d",
    horizon=735.0,
    parameters=PARAMETERS,
    states=(
        State("cells", "1", "1", "(growth * (1 - effect * chemotherapy * where(on < escape, 1, 0)) - loss) * cells",
              {"en": "cells, share of those at the start", "zh": "细胞（占起始比例）"}),
        State("on", "d", "0", "chemotherapy", {"en": "days on chemotherapy", "zh": "化疗天数"}),
        State("psa", "ng/mL", "psa_first", "clearing * (psa_first * cells - psa)", {"en": "PSA", "zh": "PSA"}),
        State("danger", "1", "0", _hazard("psa"), {"en": "hazard of death so far", "zh": "累积死亡风险"}),
    ),
    # the part of the growth that chemotherapy prevents is known without steps: growth * effect * (days on chemotherapy, at most to the escape)
    fast=FastForm(
        states={"log_cells": "log(cells)", "on": "on", "log_psa": "log(psa / psa_first)", "danger": "danger"},
        rates={"log_cells": "growth - loss", "on": "chemotherapy", "log_psa": f"clearing * ({_SHARE} / exp(log_psa) - 1)",
               "danger": _hazard("psa_first * exp(log_psa)")},
        natural={"cells": _SHARE, "on": "on", "psa": "psa_first * exp(log_psa)", "danger": "danger"},
    ),
    observables=(
        Observable("psa_level", {"en": "PSA", "zh": "PSA"}, "psa", "ng/mL", logarithmic=0.36, low_limit=0.0, code="2857-1", fact="loinc:2857-1",
                   source="desmee", decimals=1),
        Observable("survival", {"en": "chance to be alive", "zh": "生存概率"}, "exp(-danger)", "1", decimals=3),
    ),
    sources={"desmee": SOURCES["desmee"]},
    treatments=(Treatment("chemotherapy", {"en": "chemotherapy", "zh": "化疗"}, "1", "switch", most_each=1.0, source="desmee"),),
    regimens=(
        Regimen("none", {"en": "no chemotherapy", "zh": "不化疗"}),
        Regimen("chemotherapy", {"en": "chemotherapy without a break", "zh": "持续化疗"}, (Dose(0.0, "chemotherapy", 1.0, 735.0),), standard=True, source="desmee"),
    ),
    ends=(
        End("death", {"en": "death", "zh": "死亡"}, hazard=_hazard("psa"), stops=True, source="desmee"),
    ),
)  # fmt: skip
