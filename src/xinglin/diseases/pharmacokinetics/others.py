"""Warfarin, theophylline (mouth; vein) and busulfan."""

from __future__ import annotations

from math import sqrt

from xinglin.diseases.pharmacokinetics.building import (
    ABSORPTION,
    CENTRAL,
    CLEARANCE,
    FEMALE,
    LAG,
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
from xinglin.records.simulation import Dose, Regimen

WARFARIN = drug_of(
    "warfarin",
    {"en": "warfarin", "zh": "华法林"},
    {
        "en": "Warfarin by mouth, one dose, in the volunteers of O'Reilly (33 subjects, 251 levels over 140 h). The level only, not clotting.",
        "zh": "口服华法林单剂（33例，140小时内251个浓度）。仅浓度，不含凝血效应。",
    },
    Structure(1, {"oral": Route("oral", lag="lag")}),
    (
        varies("cl", 0.132, "L/h", CLEARANCE, "savic", "Fig. 4: omega2 = 0.0797", sqrt(0.0797)),
        varies("v1", 7.96, "L", CENTRAL, "savic", "Fig. 4: omega2 = 0.0478", sqrt(0.0478)),
        varies("ka", 1.45, "1/h", ABSORPTION, "savic", "Fig. 4: omega2 = 0.689", sqrt(0.689)),
        varies("lag", 0.9, "h", LAG, "savic", "Fig. 4: omega2 = 0.252", sqrt(0.252)),
    ),
    Error(0.0632, 0.231, source="savic"),
    {"savic": read_in_library("Savic, Mentré and Lavielle. Implementation and evaluation of the SAEM algorithm for longitudinal ordered categorical data. AAPS J 2011;13:44",
                              "10.1208/s12248-010-9238-5", 2011, "Savic_2010_warfarin")},
    regimens=(Regimen("one_dose", {"en": "1.5 mg/kg for 70 kg, once", "zh": "1.5 mg/kg（按70 kg），单次"}, (Dose(0.0, "oral", 105.0),), standard=True, source="savic"),),
    horizon=144.0,
)  # fmt: skip

THEOPHYLLINE = drug_of(
    "theophylline",
    {"en": "theophylline", "zh": "茶碱"},
    {"en": "Theophylline tablets, one dose, in healthy adults who do not smoke (8 subjects, four doses each).", "zh": "健康不吸烟成人口服茶碱片单剂（8例，各四个剂量）。"},
    Structure(1, {"oral": Route("oral", lag="lag")}),
    (
        spread_person("weight", 62.0, 9.0, "kg", WEIGHT, "rovei", "Table 1: mean 62 (SD 9), range 48 to 77", 48.0, 77.0),
        number("cl_per_kg", 0.042, "L/h/kg", typical(CLEARANCE, "per kg", "每kg"), "rovei", "Table 3: mean over doses"),
        number("v1_per_kg", 0.51, "L/kg", typical(CENTRAL, "per kg", "每kg"), "rovei", "Table 3: mean over doses"),
        varies("cl", 2.6, "L/h", CLEARANCE, "rovei", "Table 3: 25 % between subjects as read from its ranges by the library", from_cv(0.25), "cl_per_kg * weight"),
        varies("v1", 31.6, "L", CENTRAL, "rovei", "Table 3: 14 % between subjects as read from its ranges by the library", from_cv(0.14), "v1_per_kg * weight"),
        varies("ka", 1.73, "1/h", ABSORPTION, "rovei", "Table 3: ln 2 / 0.40 h; 50 % between subjects as read by the library", from_cv(0.50)),
        varies("lag", 0.09, "h", LAG, "rovei", "Table 3; 50 % between subjects as read by the library", from_cv(0.50)),
        number("error_share", 0.10, "1", {"en": "measurement error, a choice for simulation", "zh": "测量误差（模拟设定）"}, "rovei",
               "the paper reports none; 0.10 is the library's choice", unverified=True),
    ),
    Error(0.10, source="rovei"),
    {"rovei": read_in_library("Rovei, Chanoine and Strolin Benedetti. Pharmacokinetics of theophylline: a dose-range study. Br J Clin Pharmacol 1982;14:769",
                              "10.1111/j.1365-2125.1982.tb02035.x", 1982, "Rovei_1982_theophylline")},
    covariates=("weight",),
    regimens=(Regimen("one_dose", {"en": "375 mg once", "zh": "375 mg单次"}, (Dose(0.0, "oral", 375.0),), standard=True, source="rovei"),),
    horizon=48.0,
    loinc="4049-3",
)  # fmt: skip

THEOPHYLLINE_INFUSION = drug_of(
    "theophylline_infusion",
    {"en": "theophylline (vein)", "zh": "茶碱（静脉）"},
    {"en": "Theophylline into a vein in adults with chronic airway obstruction (55 patients).", "zh": "慢性气道阻塞成人静脉茶碱（55例）。"},
    Structure(1, {"infusion": Route("infusion")}),
    (
        spread_person("weight", 49.3, 11.6, "kg", WEIGHT, "yano", "Table I: mean 49.3 (SD 11.6), range 28 to 77", 28.0, 77.0),
        spread_person("arterial_co2", 42.5, 6.8, "mm[Hg]", {"en": "arterial carbon dioxide tension", "zh": "动脉血二氧化碳分压"}, "yano", "Table I: mean 42.5 (SD 6.8), range 31 to 71", 31.0, 71.0),
        person("liver_trouble", 0.0, "1", {"en": "1 with liver dysfunction, else 0", "zh": "肝功能异常为1，否则为0"}, "yano", "page 501", 0.0, 1.0),
        number("log_cl", -3.78, "1", {"en": "logarithm of clearance per kg at no carbon dioxide", "zh": "每kg清除率的对数（二氧化碳为0）"}, "yano", "Table III, P1"),
        number("log_v1", -1.12, "1", {"en": "logarithm of volume per kg at no carbon dioxide", "zh": "每kg容积的对数（二氧化碳为0）"}, "yano", "Table III, P2"),
        number("cl_liver", -0.525, "1", effect("liver dysfunction", "log clearance", "肝功能异常", "清除率对数"), "yano", "Table III, P3"),
        number("v1_co2", 0.00934, "1/mm[Hg]", effect("carbon dioxide", "log volume", "二氧化碳分压", "容积对数"), "yano", "Table III, P4"),
        number("cl_co2", 0.0233, "1/mm[Hg]", effect("carbon dioxide", "log clearance", "二氧化碳分压", "清除率对数"), "yano", "Table III, P5"),
        varies("cl", 3.03, "L/h", CLEARANCE, "yano", "Table III: 38.5 % CV; Eq. 7", from_cv(0.385), "weight * exp(log_cl + cl_liver * liver_trouble + cl_co2 * arterial_co2)"),
        varies("v1", 23.9, "L", CENTRAL, "yano", "Table III: 12.5 % CV; Eq. 8", from_cv(0.125), "weight * exp(log_v1 + v1_co2 * arterial_co2)"),
    ),
    Error(0.106, source="yano"),
    {"yano": read_in_library("Yano et al. Population pharmacokinetics of theophylline II: intravenous infusion to patients with stable chronic airway obstruction. Biol Pharm Bull 1993;16:501",
                             "10.1248/bpb.16.501", 1993, "Yano_1993_theophylline")},
    covariates=("weight", "arterial_co2", "liver_trouble"),
    regimens=(Regimen("one_infusion", {"en": "200 mg over 0.5 h, once", "zh": "200 mg，输注0.5小时，单次"}, (Dose(0.0, "infusion", 200.0, 0.517),), standard=True, source="yano"),),
    horizon=12.0,
    loinc="4049-3",
)  # fmt: skip


def _busulfan(amount: float, every: float, count: int, duration: float) -> tuple[Dose, ...]:
    return tuple(Dose(n * every, "infusion", amount, duration) for n in range(count))


BUSULFAN = drug_of(
    "busulfan",
    {"en": "busulfan", "zh": "白消安"},
    {"en": "Busulfan into a vein in adults before stem cell transplantation (60 Korean patients, with phenytoin).", "zh": "造血干细胞移植前成人静脉白消安（60例韩国患者，合用苯妥英）。"},
    Structure(1, {"infusion": Route("infusion")}),
    (
        spread_person("weight", 66.5, 11.3, "kg", WEIGHT, "choe", "Table 1: mean 66.5 (SD 11.3), range 52.5 to 116", 52.5, 116.0),
        person("female", 0.0, "1", FEMALE, "choe", "Table 1: 38.3 % women", 0.0, 1.0),
        number("cl_typical", 7.6, "L/h", typical(CLEARANCE, "at 65 kg", "65 kg"), "choe", "Table 2 (Table 3: 0.947 * weight ** 0.5)"),
        number("v1_typical", 29.1, "L", typical(CENTRAL, "of a woman at 65 kg", "女性65 kg"), "choe", "Table 2 (Table 3: 3.610 * weight ** 0.5)"),
        number("v1_man", 0.105, "1", effect("male sex", "volume", "男性", "分布容积"), "choe", "Table 3, theta3"),
        varies("cl", 7.6, "L/h", CLEARANCE, "choe", "Table 2: 16 % CV", from_cv(0.16), "cl_typical * (weight / 65) ** 0.5"),
        varies("v1", 32.2, "L", CENTRAL, "choe", "Table 2: 9 % CV", from_cv(0.09), "v1_typical * (weight / 65) ** 0.5 * (1 + v1_man * (1 - female))"),
    ),
    Error(0.063, source="choe"),
    {"choe": read_in_library("Choe et al. A simple dosing scheme for intravenous busulfan based on retrospective population pharmacokinetic analysis in Korean patients. "
                             "Korean J Physiol Pharmacol 2012;16:273", "10.4196/kjpp.2012.16.4.273", 2012, "Choe_2012_busulfan")},
    covariates=("weight", "female"),
    regimens=(
        Regimen("four_times_a_day", {"en": "0.8 mg/kg for 65 kg over 2 h every 6 h, 4 days", "zh": "0.8 mg/kg（按65 kg），输注2小时，每6小时一次，共4天"},
                _busulfan(52.0, 6.0, 16, 2.0), standard=True, source="choe"),
        Regimen("once_a_day", {"en": "3.2 mg/kg for 65 kg over 3 h once a day, 4 days", "zh": "3.2 mg/kg（按65 kg），输注3小时，每日一次，共4天"},
                _busulfan(208.0, 24.0, 4, 3.0), standard=True, source="choe"),
    ),
    horizon=120.0,
)  # fmt: skip
