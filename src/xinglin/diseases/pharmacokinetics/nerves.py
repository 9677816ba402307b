"""Drugs of the nervous system: phenobarbital in newborns, phenytoin (saturable), propofol (three compartments)."""

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
    from_cv,
    number,
    person,
    read_in_library,
    spread_person,
    typical,
    varies,
)
from xinglin.models.compartments.structure import Route, Structure
from xinglin.records.simulation import CardSource, Dose, Regimen

_NEWBORN: dict[str, str] = {"en": "phenobarbital (newborns)", "zh": "苯巴比妥（新生儿）"}

PHENOBARBITAL = drug_of(
    "phenobarbital",
    _NEWBORN,
    {
        "en": "Phenobarbital into a vein in newborns, most of them preterm (59 infants, first 16 days), as NONMEM fits their levels.",
        "zh": "新生儿（多为早产儿）静脉苯巴比妥（59例，出生后16天内），NONMEM拟合值。",
    },
    Structure(1, {"bolus": Route("bolus"), "infusion": Route("infusion")}),
    (
        person("weight", 1.52, "kg", WEIGHT, "grasela", "abstract: birth weight, mean 1.520, range 0.600 to 3.620", 0.6, 3.62),
        person("asphyxia", 0.0, "1", {"en": "1 with a 5-minute Apgar score below 5, else 0", "zh": "5分钟Apgar评分低于5为1，否则为0"}, "fit", "pheno.mod", 0.0, 1.0),
        number("cl_per_kg", 0.00469555, "L/h/kg", typical(CLEARANCE, "per kg", "每kg"), "fit", "pheno.ext, THETA1, final (Grasela 1985: 0.0047)"),
        number("v1_per_kg", 0.984258, "L/kg", typical(CENTRAL, "per kg", "每kg"), "fit", "pheno.ext, THETA2, final (Grasela 1985: 0.96)"),
        number("v1_asphyxia", 0.15892, "1", effect("asphyxia", "volume", "窒息", "分布容积"), "fit", "pheno.ext, THETA3, final (Grasela 1985: 0.13)"),
        varies("cl", 0.00714, "L/h", CLEARANCE, "fit", "pheno.ext, OMEGA(1,1), final (Grasela 1985: 19 % CV)", sqrt(0.0293508), "cl_per_kg * weight"),
        varies("v1", 1.496, "L", CENTRAL, "fit", "pheno.ext, OMEGA(2,2), final (Grasela 1985: 16 % CV)", sqrt(0.027906),
               "v1_per_kg * weight * (1 + v1_asphyxia * asphyxia)"),
    ),
    Error(sqrt(0.013241), source="fit"),
    {
        "fit": CardSource("NONMEM first-order conditional fit with interaction of the data of Grasela and Donn (example of Pharmpy)", "10.1159/000457062",
                          "github.com/pharmpy/pharmpy src/pharmpy/internals/example_models/pheno.mod, pheno.ext", 1985),
        "grasela": read_in_library("Grasela and Donn. Neonatal population pharmacokinetics of phenobarbital derived from routine clinical data. Dev Pharmacol Ther 1985;8:374",
                                   "10.1159/000457062", 1985, "Grasela_1985_phenobarbital"),
    },
    covariates=("weight", "asphyxia"),
    regimens=(Regimen("loading_and_maintenance", {"en": "20 mg/kg, then 2.5 mg/kg every 12 h, at 1.5 kg (illustration)", "zh": "20 mg/kg，随后每12小时2.5 mg/kg，按1.5 kg（示例）"},
                      (Dose(0.0, "bolus", 30.0), *(Dose(12.0 * n, "bolus", 3.75) for n in range(1, 21)))),),
    horizon=384.0,
    loinc="3948-7",
)  # fmt: skip

PHENOBARBITAL_ORAL = drug_of(
    "phenobarbital_term",
    {"en": "phenobarbital (newborns, vein and mouth)", "zh": "苯巴比妥（新生儿，静脉与口服）"},
    {"en": "Phenobarbital into a vein and by mouth in preterm and term newborns (53 infants).", "zh": "早产与足月新生儿静脉与口服苯巴比妥（53例）。"},
    Structure(1, {"bolus": Route("bolus"), "infusion": Route("infusion"), "oral": Route("oral", fraction="bioavailable")}),
    (
        person("weight", 2.70, "kg", WEIGHT, "voller", "reference of the model; range of its simulated data", 0.8, 4.5),
        person("birth_weight", 2.59, "kg", {"en": "weight at birth", "zh": "出生体重"}, "voller", "reference of the model; range of its simulated data", 0.8, 4.2),
        person("age", 4.5, "d", {"en": "days since birth", "zh": "出生后天数"}, "voller", "reference of the model; range of its simulated data", 0.0, 58.0),
        number("cl_typical", 0.00909, "L/h", typical(CLEARANCE, "at 4.5 days and 2.59 kg", "4.5天，2.59 kg"), "voller", "TH 1"),
        number("v1_typical", 2.38, "L", typical(CENTRAL, "at 2.70 kg", "2.70 kg"), "voller", "TH 2"),
        number("cl_age", 0.0533, "1/d", effect("age", "clearance", "日龄", "清除率"), "voller", "TH 4"),
        number("cl_birth_weight", 0.369, "1/kg", effect("weight at birth", "clearance", "出生体重", "清除率"), "voller", "TH 5"),
        number("v1_weight", 0.309, "1/kg", effect("weight", "volume", "体重", "分布容积"), "voller", "TH 6"),
        varies("cl", 0.00909, "L/h", CLEARANCE, "voller", "OMEGA(1,1) = 0.0898", sqrt(0.0898),
               "cl_typical * (1 + cl_age * (age - 4.5)) * (1 + cl_birth_weight * (birth_weight - 2.59))"),
        varies("v1", 2.38, "L", CENTRAL, "voller", "OMEGA(2,2) = 0.0504", sqrt(0.0504), "v1_typical * (1 + v1_weight * (weight - 2.7))"),
        number("ka", 50.0, "1/h", ABSORPTION, "voller", "TH 7, fixed there"),
        number("bioavailable", 0.594, "1", {"en": "share of an oral dose that arrives", "zh": "口服生物利用度"}, "voller", "TH 8"),
    ),
    Error(sqrt(0.0258), source="voller"),
    {"voller": read_in_library("Völler et al. Pharmacokinetics of phenobarbital in newborns. Eur J Pharm Sci 2017;109S:S90 (DDMODEL00000256)",
                               "10.1016/j.ejps.2017.05.026", 2017, "Voller_2017_phenobarbital")},
    covariates=("weight", "birth_weight", "age"),
    plausible=("cl - 0.0001", "v1 - 0.1"),
    horizon=384.0,
    loinc="3948-7",
)  # fmt: skip

PHENYTOIN = drug_of(
    "phenytoin",
    {"en": "phenytoin", "zh": "苯妥英"},
    {
        "en": "Phenytoin tablets in people with epilepsy (334 patients): elimination saturates, so a small rise of the dose may raise the level much.",
        "zh": "癫痫患者口服苯妥英片（334例）：消除可饱和，小幅加量可能使浓度大幅升高。",
    },
    Structure(1, {"oral": Route("oral")}, linear=False, saturable=True),
    (
        spread_person("weight", 49.1, 15.5, "kg", WEIGHT, "yukawa", "Table I: mean 49.1 (SD 15.5), range 9.0 to 115.0", 9.0, 115.0),
        person("child", 0.0, "1", {"en": "1 below 15 years, else 0", "zh": "15岁以下为1，否则为0"}, "yukawa", "Eq. 3", 0.0, 1.0),
        person("other_antiepileptic", 0.0, "1", {"en": "1 with another antiepileptic drug, else 0", "zh": "合用其他抗癫痫药为1，否则为0"}, "yukawa", "Eq. 2, 3", 0.0, 1.0),
        number("vmax_typical", 325.0 / 24.0, "mg/h", {"en": "greatest rate of elimination, typical at 60 kg", "zh": "最大消除速率典型值（60 kg）"}, "yukawa", "Table III, model 2: 325 mg/d"),
        number("km_typical", 2.41, "mg/L", {"en": "level at half the greatest rate, typical", "zh": "半饱和浓度典型值"}, "yukawa", "Table III, model 2"),
        number("vmax_weight", 0.737, "1", effect("weight", "greatest rate", "体重", "最大消除速率"), "yukawa", "Table III"),
        number("vmax_other", 1.08, "1", effect("other antiepileptics", "greatest rate", "合用抗癫痫药", "最大消除速率"), "yukawa", "Table III"),
        number("km_child", 0.752, "1", effect("childhood", "half-saturation level", "儿童", "半饱和浓度"), "yukawa", "Table III"),
        number("km_other", 1.32, "1", effect("other antiepileptics", "half-saturation level", "合用抗癫痫药", "半饱和浓度"), "yukawa", "Table III"),
        varies("vmax", 13.5, "mg/h", {"en": "greatest rate of elimination", "zh": "最大消除速率"}, "yukawa", "Table III: 19.3 % CV, taken as the standard deviation of the logarithm",
               0.193, "vmax_typical * (weight / 60) ** vmax_weight * vmax_other ** other_antiepileptic"),
        varies("km", 2.41, "mg/L", {"en": "level at half the greatest rate", "zh": "半饱和浓度"}, "yukawa", "Table III: 63.1 % CV, taken as the standard deviation of the logarithm",
               0.631, "km_typical * km_child ** child * km_other ** other_antiepileptic"),
        number("v1", 36.0, "L", CENTRAL, "library", "not from the paper, which needs no volume: 0.6 L/kg at 60 kg", unverified=True),
        number("ka", 1.5, "1/h", ABSORPTION, "library", "not from the paper, which needs no absorption rate", unverified=True),
    ),
    Error(0.103, source="yukawa"),
    {
        "yukawa": read_in_library("Yukawa et al. Population pharmacokinetics of phenytoin from routine clinical data in Japan: an update. Chem Pharm Bull 1990;38:1973",
                                  "10.1248/cpb.38.1973", 1990, "Yukawa_1990_phenytoin"),
        "library": CardSource("Constants that nlmixr2lib adds to Yukawa 1990 without a source", "", "", 0),
    },
    covariates=("weight", "child", "other_antiepileptic"),
    regimens=(Regimen("twice_a_day", {"en": "113 mg twice a day, 30 days (the mean daily dose of the source)", "zh": "每次113 mg，每日两次，30天（来源平均日剂量）"},
                      tuple(Dose(12.0 * n, "oral", 112.9) for n in range(60)), source="yukawa"),),
    horizon=1440.0,
    loinc="3968-5",
)  # fmt: skip

PROPOFOL = drug_of(
    "propofol",
    {"en": "propofol", "zh": "丙泊酚"},
    {
        "en": "Propofol into a vein in adults, adolescents and children, obese or not (94 patients); time in minutes.",
        "zh": "成人、青少年与儿童（含肥胖者）静脉丙泊酚（94例）；时间单位为分钟。",
    },
    Structure(3, {"bolus": Route("bolus"), "infusion": Route("infusion")}),
    (
        spread_person("weight", 94.0, 35.0, "kg", WEIGHT, "diepstraten", "Table 1: mean 94 (SD 35), range 37 to 184", 37.0, 184.0),
        person("age", 41.0, "a", {"en": "age", "zh": "年龄"}, "diepstraten", "Table 1: median 41, range 9 to 79", 9.0, 79.0),
        number("cl_typical", 2.34, "L/min", typical(CLEARANCE, "at 70 kg and 41 years", "70 kg，41岁"), "diepstraten", "Table 3"),
        number("cl_weight", 0.77, "1", effect("weight", "clearance", "体重", "清除率"), "diepstraten", "Table 3, z"),
        number("cl_young", 0.0103, "1/a", effect("age up to 41", "clearance", "41岁以下年龄", "清除率"), "diepstraten", "Table 3, b"),
        number("cl_old", -0.00539, "1/a", effect("age above 41", "clearance", "41岁以上年龄", "清除率"), "diepstraten", "Table 3, c"),
        number("q3_typical", 1.50, "L/min", typical(DEEP_EXCHANGE, "at 70 kg", "70 kg"), "diepstraten", "Table 3"),
        varies("cl", 2.34, "L/min", CLEARANCE, "diepstraten", "Table 3: 17.5 % CV", from_cv(0.175),
               "cl_typical * (weight / 70) ** cl_weight * (1 + cl_young * minimum(0, age - 41) + cl_old * maximum(0, age - 41))"),
        varies("v1", 3.17, "L", CENTRAL, "diepstraten", "Table 3: 50.6 % CV", from_cv(0.506)),
        number("q2", 1.60, "L/min", EXCHANGE, "diepstraten", "Table 3"),
        number("v2", 5.89, "L", SECOND, "diepstraten", "Table 3"),
        varies("q3", 1.50, "L/min", DEEP_EXCHANGE, "diepstraten", "Table 3: 40.4 % CV", from_cv(0.404), "q3_typical * weight / 70"),
        varies("v3", 116.0, "L", THIRD, "diepstraten", "Table 3: 36.2 % CV", from_cv(0.362)),
    ),
    Error(logarithmic=0.243, source="diepstraten"),
    {"diepstraten": read_in_library("Diepstraten et al. An integrated population pharmacokinetic meta-analysis of propofol. CPT Pharmacometrics Syst Pharmacol 2013;2:e73",
                                    "10.1038/psp.2013.47", 2013, "Diepstraten_2013_propofol")},
    covariates=("weight", "age"),
    regimens=(Regimen("induction_and_maintenance", {"en": "200 mg, then 10 mg/kg/h for 70 kg for 2 h", "zh": "200 mg，随后10 mg/kg/h（按70 kg）持续2小时"},
                      (Dose(0.0, "bolus", 200.0), Dose(0.0, "infusion", 1400.0, 120.0)), standard=True, source="diepstraten"),),
    time_unit="min",
    horizon=7200.0,
)  # fmt: skip
