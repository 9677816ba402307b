"""Antibiotics whose levels are watched: vancomycin, tobramycin (intensive care; children with cystic fibrosis), amikacin."""

from __future__ import annotations

from math import sqrt

from xinglin.diseases.pharmacokinetics.building import (
    CENTRAL,
    CLEARANCE,
    CREATININE_CLEARANCE,
    EXCHANGE,
    LAG,
    SECOND,
    WEIGHT,
    Error,
    drug_of,
    effect,
    follows,
    from_cv,
    number,
    person,
    read_in_library,
    spread_person,
    typical,
    varies,
)
from xinglin.models.compartments.structure import Route, Structure
from xinglin.records.simulation import Correlation, Dose, Regimen

_IV_TWO = Structure(2, {"infusion": Route("infusion"), "bolus": Route("bolus")})


def _repeated(amount: float, every: float, count: int, duration: float) -> tuple[Dose, ...]:
    return tuple(Dose(n * every, "infusion", amount, duration) for n in range(count))


VANCOMYCIN = drug_of(
    "vancomycin",
    {"en": "vancomycin", "zh": "万古霉素"},
    {"en": "Vancomycin into a vein in adults in hospital, with or without haemodialysis (1,812 patients).", "zh": "住院成人静脉万古霉素，含血液透析患者（1812例）。"},
    _IV_TWO,
    (
        person("weight", 79.0, "kg", WEIGHT, "goti", "Table 1: median 79, range 33 to 255", 33.0, 255.0),
        person("creatinine_clearance", 62.0, "mL/min", CREATININE_CLEARANCE, "goti", "Table 1: median 62, range 4 to 150; values above 150 count as 150", 4.0, 150.0),
        person("dialysis", 0.0, "1", {"en": "1 on intermittent haemodialysis, else 0", "zh": "间歇血液透析为1，否则为0"}, "goti", "Table 1", 0.0, 1.0),
        number("cl_typical", 4.5, "L/h", typical(CLEARANCE, "at 120 mL/min", "肌酐清除率120 mL/min"), "goti", "Table 2"),
        number("v1_typical", 58.4, "L", typical(CENTRAL, "at 70 kg", "70 kg"), "goti", "Table 2"),
        number("v2_typical", 38.4, "L", typical(SECOND, "at 70 kg", "70 kg"), "goti", "Table 2; volumes per 70 kg: Methods"),
        number("cl_kidney", 0.8, "1", effect("creatinine clearance", "clearance", "肌酐清除率", "清除率"), "goti", "Table 2"),
        number("cl_dialysis", 0.7, "1", effect("haemodialysis", "clearance", "血液透析", "清除率"), "goti", "Table 2"),
        number("v1_dialysis", 0.5, "1", effect("haemodialysis", "central volume", "血液透析", "中央室容积"), "goti", "Table 2"),
        varies("cl", 4.5, "L/h", CLEARANCE, "goti", "Table 2: 39.8 % CV", from_cv(0.398),
               "cl_typical * (minimum(creatinine_clearance, 150) / 120) ** cl_kidney * cl_dialysis ** dialysis"),
        varies("v1", 58.4, "L", CENTRAL, "goti", "Table 2: 81.6 % CV", from_cv(0.816), "v1_typical * weight / 70 * v1_dialysis ** dialysis"),
        varies("v2", 38.4, "L", SECOND, "goti", "Table 2: 57.1 % CV", from_cv(0.571), "v2_typical * weight / 70"),
        number("q2", 6.5, "L/h", EXCHANGE, "goti", "Table 2"),
    ),
    Error(0.227, 3.4, source="goti"),
    {"goti": read_in_library(
        "Goti et al. Hospitalized patients with and without hemodialysis have markedly different vancomycin pharmacokinetics. Ther Drug Monit 2018;40:212",
        "10.1097/FTD.0000000000000490", 2018, "Goti_2018_vancomycin")},
    covariates=("weight", "creatinine_clearance", "dialysis"),
    regimens=(Regimen("gram_twice_a_day", {"en": "1 g over 1 h every 12 h for 5 days (illustration)", "zh": "1 g，输注1小时，每12小时一次，共5天（示例）"}, _repeated(1000.0, 12.0, 10, 1.0)),),
    loinc="20578-1",
)  # fmt: skip

TOBRAMYCIN = drug_of(
    "tobramycin",
    {"en": "tobramycin", "zh": "妥布霉素"},
    {"en": "Tobramycin into a vein once a day in adults in intensive care (49 patients).", "zh": "重症监护成人每日一次静脉妥布霉素（49例）。"},
    _IV_TWO,
    (
        spread_person("creatinine_clearance", 108.0, 55.0, "mL/min", CREATININE_CLEARANCE, "conil", "Table 1: 108 (SD 55); cut at two standard deviations", 10.0, 218.0),
        spread_person("height", 172.0, 9.0, "cm", {"en": "height", "zh": "身高"}, "conil", "Table 1: 172 (SD 9); cut at two standard deviations", 154.0, 190.0),
        number("cl_typical", 3.83, "L/h", typical(CLEARANCE, "at 94 mL/min and 172 cm", "94 mL/min，172 cm"), "conil", "Table 2, THETA(1), final model"),
        number("cl_kidney", 0.020, "L/h/(mL/min)", effect("creatinine clearance", "clearance", "肌酐清除率", "清除率"), "conil", "Table 2, THETA(2)"),
        number("cl_height", 0.052, "L/h/cm", effect("height", "clearance", "身高", "清除率"), "conil", "Table 2, THETA(3)"),
        varies("cl", 3.83, "L/h", CLEARANCE, "conil", "Table 2: omega 1 = 0.095", sqrt(0.095),
               "cl_typical + cl_kidney * (creatinine_clearance - 94) + cl_height * (height - 172)"),
        varies("v1", 25.5, "L", CENTRAL, "conil", "Table 2, THETA(4); omega 2 = 0.045", sqrt(0.045)),
        number("q2", 4.74, "L/h", EXCHANGE, "conil", "Table 2, THETA(5)"),
        number("v2", 30.6, "L", SECOND, "conil", "Table 2, THETA(6)"),
    ),
    Error(sqrt(0.055), source="conil"),
    {"conil": read_in_library(
        "Conil et al. Tobramycin disposition in ICU patients receiving a once daily regimen. Br J Clin Pharmacol 2011;71:61",
        "10.1111/j.1365-2125.2010.03793.x", 2011, "Conil_2010_tobramycin")},
    covariates=("creatinine_clearance", "height"),
    plausible=("cl - 0.2",),
    regimens=(Regimen("once_a_day", {"en": "5 mg/kg for 78.7 kg over 0.5 h once a day, 4 days", "zh": "5 mg/kg（按78.7 kg），输注0.5小时，每日一次，共4天"},
                      _repeated(394.0, 24.0, 4, 0.5), standard=True, source="conil"),),
    horizon=120.0,
    loinc="35670-9",
)  # fmt: skip

TOBRAMYCIN_CHILDREN = drug_of(
    "tobramycin_cystic_fibrosis",
    {"en": "tobramycin (children with cystic fibrosis)", "zh": "妥布霉素（囊性纤维化儿童）"},
    {"en": "Tobramycin into a vein once a day in children with cystic fibrosis (35 patients, 0.5 to 17.9 years).", "zh": "囊性纤维化儿童每日一次静脉妥布霉素（35例，0.5–17.9岁）。"},
    Structure(2, {"infusion": Route("infusion", lag="lag")}),
    (
        person("weight", 34.0, "kg", WEIGHT, "hennig", "Table 1: mean 34.0, range 6.0 to 72.6", 6.0, 72.6),
        number("cl_typical", 6.37, "L/h", typical(CLEARANCE, "at 70 kg", "70 kg"), "hennig", "Table 2, covariate model"),
        number("v1_typical", 18.70, "L", typical(CENTRAL, "at 70 kg", "70 kg"), "hennig", "Table 2"),
        number("q2_typical", 0.39, "L/h", typical(EXCHANGE, "at 70 kg", "70 kg"), "hennig", "Table 2"),
        number("v2_typical", 1.32, "L", typical(SECOND, "at 70 kg", "70 kg"), "hennig", "Table 2"),
        varies("cl", 6.37, "L/h", CLEARANCE, "hennig", "Table 2: 11.70 % CV; weight to the power 3/4: footnote", from_cv(0.1170), "cl_typical * (weight / 70) ** 0.75"),
        varies("v1", 18.70, "L", CENTRAL, "hennig", "Table 2: 11.66 % CV", from_cv(0.1166), "v1_typical * weight / 70"),
        varies("v2", 1.32, "L", SECOND, "hennig", "Table 2: 41.95 % CV", from_cv(0.4195), "v2_typical * weight / 70"),
        follows("q2", 0.39, "L/h", EXCHANGE, "hennig", "Table 2, footnote", "q2_typical * (weight / 70) ** 0.75"),
        number("lag", 0.40, "h", LAG, "hennig", "Table 2: from hanging the infusion to entry into the vein"),
    ),
    Error(logarithmic=0.190, source="hennig"),
    {"hennig": read_in_library(
        "Hennig et al. Target concentration intervention is needed for tobramycin dosing in paediatric patients with cystic fibrosis. Br J Clin Pharmacol 2008;65:502",
        "10.1111/j.1365-2125.2007.03045.x", 2008, "Hennig_2008_tobramycin")},
    covariates=("weight",),
    correlations=(Correlation("cl", "v1", 0.73, "hennig"), Correlation("cl", "v2", 0.49, "hennig"), Correlation("v1", "v2", 0.27, "hennig")),
    regimens=(Regimen("once_a_day", {"en": "9.6 mg/kg for 34 kg over 0.5 h once a day, 4 days", "zh": "9.6 mg/kg（按34 kg），输注0.5小时，每日一次，共4天"},
                      _repeated(326.0, 24.0, 4, 0.5), standard=True, source="hennig"),),
    loinc="35670-9",
)  # fmt: skip

AMIKACIN = drug_of(
    "amikacin",
    {"en": "amikacin", "zh": "阿米卡星"},
    {"en": "Amikacin into a vein in adults with severe sepsis, first day (88 patients).", "zh": "严重脓毒症成人静脉阿米卡星，首日（88例）。"},
    _IV_TWO,
    (
        person("creatinine_clearance", 55.5, "mL/min", CREATININE_CLEARANCE, "delattre", "Table 1: median 55.5, range 12.3 to 408.3", 12.3, 408.3),
        number("cl_other", 0.77, "L/h", {"en": "clearance that does not follow the kidney", "zh": "非肾清除率"}, "delattre", "Table 2"),
        number("cl_kidney", 1.42, "L/h", effect("creatinine clearance", "clearance", "肌酐清除率", "清除率"), "delattre", "Table 2, per (clearance / 55.5)"),
        varies("cl", 2.19, "L/h", CLEARANCE, "delattre", "Table 2: 59.2 % CV", from_cv(0.592), "cl_other + cl_kidney * creatinine_clearance / 55.5"),
        varies("v1", 19.2, "L", CENTRAL, "delattre", "Table 2: 39.1 % CV", from_cv(0.391)),
        varies("v2", 9.38, "L", SECOND, "delattre", "Table 2: 43.6 % CV", from_cv(0.436)),
        varies("q2", 4.38, "L/h", EXCHANGE, "delattre", "Table 2: 16.7 % CV", from_cv(0.167)),
    ),
    Error(0.268, 1.03, source="delattre"),
    {"delattre": read_in_library(
        "Delattre et al. Population pharmacokinetic modeling and optimal sampling strategy for Bayesian estimation of amikacin exposure in critically ill septic patients. "
        "Ther Drug Monit 2010;32:749", "10.1097/FTD.0b013e3181f675c2", 2010, "Delattre_2010_amikacin")},
    covariates=("creatinine_clearance",),
    regimens=(Regimen("first_dose", {"en": "25 mg/kg for 70 kg over 0.5 h, once", "zh": "25 mg/kg（按70 kg），输注0.5小时，单次"}, _repeated(1750.0, 24.0, 1, 0.5),
                      standard=True, source="delattre"),),
    horizon=24.0,
    loinc="35669-1",
)  # fmt: skip
