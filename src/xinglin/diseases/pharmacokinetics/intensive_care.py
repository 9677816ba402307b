"""Antibiotics in intensive care: gentamicin and meropenem."""

from __future__ import annotations

from xinglin.diseases.pharmacokinetics.building import (
    CENTRAL,
    CLEARANCE,
    CREATININE_CLEARANCE,
    EXCHANGE,
    SECOND,
    Error,
    drug_of,
    from_cv,
    number,
    person,
    read_in_library,
    varies,
)
from xinglin.models.compartments.structure import Route, Structure
from xinglin.records.simulation import Correlation, Dose, Regimen

_IV_TWO = Structure(2, {"infusion": Route("infusion"), "bolus": Route("bolus")})

GENTAMICIN = drug_of(
    "gentamicin",
    {"en": "gentamicin", "zh": "庆大霉素"},
    {
        "en": "Gentamicin into a vein in adults in intensive care (59 patients); no covariate was kept, variation between occasions is not in it.",
        "zh": "重症监护成人静脉庆大霉素（59例）；最终模型无协变量，未含场合间变异。",
    },
    _IV_TWO,
    (
        varies("cl", 2.3, "L/h", CLEARANCE, "hodiamont", "Table 2: 75.0 % CV", from_cv(0.75)),
        varies("v1", 21.6, "L", CENTRAL, "hodiamont", "Table 2: 27.0 % CV", from_cv(0.27)),
        number("q2", 1.3, "L/h", EXCHANGE, "hodiamont", "Table 2"),
        number("v2", 10.2, "L", SECOND, "hodiamont", "Table 2"),
    ),
    Error(0.194, 0.13, source="hodiamont"),
    {"hodiamont": read_in_library("Hodiamont et al. Therapeutic drug monitoring of gentamicin peak concentrations in critically ill patients. Ther Drug Monit 2017;39:522",
                                  "10.1097/FTD.0000000000000432", 2017, "Hodiamont_2017_gentamicin")},
    correlations=(Correlation("cl", "v1", 0.21, "hodiamont"),),
    regimens=(Regimen("first_dose", {"en": "5 mg/kg for 79.2 kg over 0.5 h, once", "zh": "5 mg/kg（按79.2 kg），输注0.5小时，单次"}, (Dose(0.0, "infusion", 396.0, 0.5),),
                      standard=True, source="hodiamont"),),
    horizon=96.0,
)  # fmt: skip

MEROPENEM = drug_of(
    "meropenem",
    {"en": "meropenem", "zh": "美罗培南"},
    {
        "en": "Meropenem into a vein in critically ill adults, with or without extracorporeal oxygenation and kidney replacement (21 patients).",
        "zh": "危重成人静脉美罗培南，含体外膜肺氧合与肾脏替代治疗（21例）。",
    },
    _IV_TWO,
    (
        person("creatinine_clearance", 107.0, "mL/min", CREATININE_CLEARANCE, "shekar", "Table 1: medians 106 and 108, interquartile 65 to 183", 20.0, 200.0),
        person("kidney_replacement", 0.0, "1", {"en": "1 on kidney replacement, else 0", "zh": "肾脏替代治疗为1，否则为0"}, "shekar", "Table 1: 10 of 21", 0.0, 1.0),
        number("cl_replaced", 5.1, "L/h", {"en": "clearance on kidney replacement", "zh": "肾脏替代治疗时清除率"}, "shekar", "Table 2"),
        number("cl_kidney", 1.89, "1", {"en": "clearance per creatinine clearance, both L/h", "zh": "清除率与肌酐清除率之比（均为L/h）"}, "shekar", "Table 2"),
        varies("cl", 12.1, "L/h", CLEARANCE, "shekar", "Table 2: 51.6 % CV", from_cv(0.516),
               "cl_replaced * kidney_replacement + cl_kidney * 0.06 * creatinine_clearance * (1 - kidney_replacement)"),
        varies("v1", 18.7, "L", CENTRAL, "shekar", "Table 2: 45.8 % CV", from_cv(0.458)),
        varies("v2", 13.2, "L", SECOND, "shekar", "Table 2: 28.7 % CV", from_cv(0.287)),
        number("q2", 21.0, "L/h", EXCHANGE, "shekar", "Table 2"),
    ),
    Error(0.137, 2.3, source="shekar"),
    {"shekar": read_in_library("Shekar et al. The combined effects of extracorporeal membrane oxygenation and renal replacement therapy on meropenem pharmacokinetics. Crit Care 2014;18:565",
                               "10.1186/s13054-014-0565-2", 2014, "Shekar_2014_meropenem")},
    covariates=("creatinine_clearance", "kidney_replacement"),
    regimens=(Regimen("three_times_a_day", {"en": "1 g as a bolus every 8 h, 3 days", "zh": "1 g静脉推注，每8小时一次，共3天"}, tuple(Dose(8.0 * n, "bolus", 1000.0) for n in range(9)),
                      standard=True, source="shekar"),),
    horizon=168.0,
)  # fmt: skip
