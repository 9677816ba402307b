"""Drugs of long treatment whose levels are watched: digoxin, tacrolimus, methotrexate in high dose."""

from __future__ import annotations

from math import sqrt

from xinglin.diseases.pharmacokinetics.building import (
    ABSORPTION,
    CENTRAL,
    CLEARANCE,
    DEEP_EXCHANGE,
    EXCHANGE,
    SECOND,
    THIRD,
    WEIGHT,
    Error,
    drug_of,
    effect,
    follows,
    from_cv,
    number,
    person,
    read_in_library,
    typical,
    varies,
)
from xinglin.models.compartments.structure import Route, Structure
from xinglin.records.simulation import Dose, Regimen

_CREATININE = {"en": "serum creatinine", "zh": "血清肌酐"}

DIGOXIN = drug_of(
    "digoxin",
    {"en": "digoxin", "zh": "地高辛"},
    {"en": "Digoxin tablets in older Chinese patients, most with heart failure (119 patients); doses in micrograms.", "zh": "中国老年患者（多为心力衰竭）口服地高辛（119例）；剂量单位为微克。"},
    Structure(1, {"oral": Route("oral")}),
    (
        person("weight", 62.9, "kg", WEIGHT, "zhou", "Table 1: mean 62.9, range 34 to 91", 34.0, 91.0),
        person("creatinine", 126.8, "umol/L", _CREATININE, "zhou", "Table 1: mean 126.8, range 36 to 686", 36.0, 686.0),
        person("spironolactone", 0.0, "1", {"en": "1 with spironolactone, else 0", "zh": "合用螺内酯为1，否则为0"}, "zhou", "Table 1: 32 of 119", 0.0, 1.0),
        number("cl_typical", 5.90, "L/h", typical(CLEARANCE, "at 62.9 kg and 126.8 umol/L", "62.9 kg，126.8 umol/L"), "zhou", "Table 7"),
        number("cl_spironolactone", 0.412, "1", effect("spironolactone", "clearance", "螺内酯", "清除率"), "zhou", "Table 7"),
        number("cl_weight", 0.0101, "1/kg", effect("weight", "clearance", "体重", "清除率"), "zhou", "Table 7 (its interval holds 0)"),
        number("cl_creatinine", 0.00120, "L/umol", effect("creatinine", "clearance", "肌酐", "清除率"), "zhou", "Table 7"),
        varies("cl", 5.90, "L/h", CLEARANCE, "zhou", "Table 7: 49.0 % CV", from_cv(0.490),
               "cl_typical * (1 - cl_spironolactone * spironolactone) * (1 - cl_weight * (weight - 62.9)) * (1 - cl_creatinine * (creatinine - 126.8))"),
        varies("v1", 550.0, "L", CENTRAL, "zhou", "Table 7: 94.3 % CV", from_cv(0.943)),
        number("ka", 1.63, "1/h", ABSORPTION, "zhou", "Table 7, fixed there"),
    ),
    Error(additive=0.365, source="zhou"),
    {"zhou": read_in_library("Zhou et al. Population pharmacokinetic model of digoxin in older Chinese patients and its application in clinical practice. Acta Pharmacol Sin 2010;31:753",
                             "10.1038/aps.2010.51", 2010, "Zhou_2010_digoxin")},
    covariates=("weight", "creatinine", "spironolactone"),
    plausible=("cl - 0.1",),
    amount="ug",
    regimens=(Regimen("once_a_day", {"en": "125 ug once a day, 30 days (illustration)", "zh": "每日125微克，共30天（示例）"}, tuple(Dose(24.0 * n, "oral", 125.0) for n in range(30))),),
    horizon=1440.0,
)  # fmt: skip

TACROLIMUS = drug_of(
    "tacrolimus",
    {"en": "tacrolimus (whole blood)", "zh": "他克莫司（全血）"},
    {
        "en": "Tacrolimus capsules in Chinese adults after liver transplantation (47 patients, days 2 to 85); doses in micrograms.",
        "zh": "中国成人肝移植术后口服他克莫司（47例，术后2–85天）；剂量单位为微克。",
    },
    Structure(2, {"oral": Route("oral")}),
    (
        person("daily_dose", 5.0, "mg/d", {"en": "dose of a day", "zh": "日剂量"}, "zhu", "Table 1: median 5, range 1 to 10.5", 1.0, 10.5),
        person("days_after", 14.0, "d", {"en": "days since transplantation", "zh": "移植后天数"}, "zhu", "Table 1: median 14, range 2 to 85", 2.0, 85.0),
        number("cl_typical", 11.2, "L/h", typical(CLEARANCE, "at 1 mg a day, on day 1", "每日1 mg，第1天"), "zhu", "Table 4"),
        number("cl_dose", 0.371, "1", effect("daily dose", "clearance", "日剂量", "清除率"), "zhu", "Table 4, Eq. 3"),
        number("cl_days", 0.127, "1", effect("days since transplantation", "clearance", "移植后天数", "清除率"), "zhu", "Table 4, Eq. 3"),
        varies("cl", 28.5, "L/h", CLEARANCE, "zhu", "Table 4: 16.2 % CV", from_cv(0.162), "cl_typical * daily_dose ** cl_dose * days_after ** cl_days"),
        varies("v1", 406.0, "L", CENTRAL, "zhu", "Table 4: 163 % CV (poorly known)", from_cv(1.63)),
        varies("q2", 57.3, "L/h", EXCHANGE, "zhu", "Table 4: 19.7 % CV", from_cv(0.197)),
        varies("v2", 503.0, "L", SECOND, "zhu", "Table 4: 199 % CV (poorly known)", from_cv(1.99)),
        varies("ka", 0.723, "1/h", ABSORPTION, "zhu", "Table 4: 74.3 % CV", from_cv(0.743)),
    ),
    Error(0.2654, source="zhu"),
    {"zhu": read_in_library("Zhu et al. The population pharmacokinetic models of tacrolimus in Chinese adult liver transplantation patients. J Pharm 2014;2014:713650",
                            "10.1155/2014/713650", 2014, "Zhu_2014_tacrolimus")},
    covariates=("daily_dose", "days_after"),
    amount="ug",
    regimens=(Regimen("twice_a_day", {"en": "2.5 mg twice a day, 14 days (the median of the source)", "zh": "每次2.5 mg，每日两次，共14天（来源中位剂量）"},
                      tuple(Dose(12.0 * n, "oral", 2500.0) for n in range(28)), source="zhu"),),
    horizon=720.0,
)  # fmt: skip

METHOTREXATE = drug_of(
    "methotrexate",
    {"en": "methotrexate (high dose)", "zh": "甲氨蝶呤（大剂量）"},
    {"en": "Methotrexate into a vein over 24 h in children with leukaemia (772 patients, 4,986 courses).", "zh": "白血病儿童24小时静脉输注大剂量甲氨蝶呤（772例，4986个疗程）。"},
    Structure(3, {"infusion": Route("infusion")}),
    (
        person("surface", 0.745, "m2", {"en": "body surface area", "zh": "体表面积"}, "taylor", "Table 1: median 0.745, range 0.4 to 2.31", 0.4, 2.31),
        person("creatinine", 29.0, "umol/L", _CREATININE, "taylor", "reference of the model (population median)", 5.0, 1000.0),
        number("cl_typical", 11.0, "L/h", typical(CLEARANCE, "at 1.73 m2 and 29 umol/L", "1.73 m2，29 umol/L"), "taylor", "Table 3"),
        number("cl_creatinine", -0.247, "1", effect("creatinine", "clearance", "肌酐", "清除率"), "taylor", "Table 3; equation on page 638"),
        number("v2_typical", 4.55, "L", typical(SECOND, "at 1.73 m2", "1.73 m2"), "taylor", "Table 3"),
        number("q3_typical", 0.111, "L/h", typical(DEEP_EXCHANGE, "at 1.73 m2", "1.73 m2"), "taylor", "Table 3"),
        number("v3_typical", 13.1, "L", typical(THIRD, "at 1.73 m2", "1.73 m2"), "taylor", "Table 3"),
        varies("cl", 4.74, "L/h", CLEARANCE, "taylor", "Table 3: variance 0.08", sqrt(0.08), "cl_typical * surface / 1.73 * (creatinine / 29) ** cl_creatinine"),
        follows("v1", 7.1, "L", CENTRAL, "taylor", "Table 3: 16.5 L at 1.73 m2, no variance", "16.5 * surface / 1.73"),
        follows("q2", 0.26, "L/h", EXCHANGE, "taylor", "Table 3: 0.602 L/h at 1.73 m2, no variance", "0.602 * surface / 1.73"),
        varies("v2", 1.96, "L", SECOND, "taylor", "Table 3: variance 0.12", sqrt(0.12), "v2_typical * surface / 1.73"),
        varies("q3", 0.048, "L/h", DEEP_EXCHANGE, "taylor", "Table 3: variance 0.13", sqrt(0.13), "q3_typical * surface / 1.73"),
        varies("v3", 5.64, "L", THIRD, "taylor", "Table 3: variance 0.10", sqrt(0.10), "v3_typical * surface / 1.73"),
    ),
    Error(source="taylor"),
    {"taylor": read_in_library("Taylor et al. MTXPK.org: a clinical decision support tool evaluating high-dose methotrexate pharmacokinetics. Clin Pharmacol Ther 2020;108:635",
                               "10.1002/cpt.1957", 2020, "Taylor_2020_methotrexate")},
    covariates=("surface", "creatinine"),
    regimens=(Regimen("five_grams", {"en": "5 g/m2 for 0.745 m2 over 24 h, once", "zh": "5 g/m2（按0.745 m2），输注24小时，单次"}, (Dose(0.0, "infusion", 3725.0, 24.0),),
                      standard=True, source="taylor"),),
    horizon=120.0,
)  # fmt: skip
