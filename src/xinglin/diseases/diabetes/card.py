"""What the diabetes model states about itself: equations of the UVA/Padova type 1 simulator (2008), people, insulin, meals, sensor.

The numbers of people come from `population_numbers` (estimated from 30 published virtual patients); what is the same in all of
them, the equations and the instruments stand here. `kernel` and `reference` solve it; README.md says it in words.
"""

from __future__ import annotations

from xinglin.diseases.diabetes.population_numbers import CORRELATIONS, MIDDLES
from xinglin.diseases.diabetes.regimens import REGIMENS, TREATMENTS
from xinglin.diseases.diabetes.words import ABOUT, EQUATIONS, LIMITS, MEANINGS, TITLE
from xinglin.records.simulation import CardSource, Correlation, Derived, DiseaseCard, End, Harm, Observable, Parameter, State

SOURCES = {
    "derived": CardSource(
        "Estimated here from the 30 S2008 virtual patients that simglucose publishes (medians by age group, spreads, correlations)",
        source_read="jxx123/simglucose simglucose/params/vpatient_params.csv, Quest.csv",
        year=2026,
    ),
    "dallaman2007": CardSource(
        "Dalla Man, Rizza, Cobelli: Meal Simulation Model of the Glucose-Insulin System. IEEE Trans Biomed Eng 54(10):1740",
        doi="10.1109/TBME.2007.893506", source_read="docplayer.net/15153197 (the paper's first pages)", year=2007,
    ),
    "simglucose": CardSource(
        "simglucose 0.2.11, an open implementation of the UVA/Padova S2008 simulator (MIT)",
        source_read="jxx123/simglucose simglucose/patient/t1dpatient.py, sensor, actuator, controller, params/*.csv; issue 41", year=2024,
    ),
    "breton2008": CardSource(
        "Breton, Kovatchev: Analysis, Modeling, and Simulation of the Accuracy of Continuous Glucose Sensors. J Diabetes Sci Technol 2(5):853",
        source_read="pmc.ncbi.nlm.nih.gov/articles/mid/NIHMS111445 (abstract); numbers in simglucose params/sensor_params.csv", year=2008,
    ),
    "visentin2018": CardSource(
        "Visentin et al.: The UVA/Padova Type 1 Diabetes Simulator Goes From Single Meal to Single Day. J Diabetes Sci Technol 12(2):273",
        doi="10.1177/1932296818757747", source_read="pmc.ncbi.nlm.nih.gov/articles/PMC5851236", year=2018,
    ),
    "consensus2019": CardSource(
        "Battelino et al.: Clinical Targets for Continuous Glucose Monitoring Data Interpretation. Diabetes Care 42(8):1593",
        doi="10.2337/dci19-0028", source_read="diabetesjournals.org/care/article/42/8/1593/36184", year=2019,
    ),
    "ada2014": CardSource(
        "Chiang et al.: Type 1 Diabetes Through the Life Span: A Position Statement of the ADA. Diabetes Care 37(7):2034",
        source_read="medscape.com/viewarticle/827766_12", year=2014,
    ),
    "iso15197": CardSource(
        "ISO 15197:2013 as told by Freckmann et al. 2015, table 1: 95 % of readings within 15 % at 100 mg/dL or more",
        doi="10.1177/1932296815580160", source_read="pmc.ncbi.nlm.nih.gov/articles/PMC4525642/table/table1-1932296815580160", year=2015,
    ),
    "own": CardSource("A choice of this model or of its controller, not taken from a paper", source_read="diseases/diabetes/README.md", year=2026),
}  # fmt: skip

_UNITS = {
    "weight": "kg", "gb": "mg/dL", "ib": "pmol/L", "egpb": "mg/kg/min", "vg": "dL/kg", "vi": "L/kg", "vmx": "mg/kg/min.L/pmol", "km0": "mg/kg",
    "kp2": "/min", "kp3": "mg/kg/min.L/pmol", "b": "1", "d": "1", "carbohydrate_ratio": "g/[iU]", "correction_factor": "mg/dL/[iU]",
}  # fmt: skip


_THERAPY_RANGE = {
    "carbohydrate_ratio": (3.0, 34.0, 11.0),
    "correction_factor": (6.0, 55.0, 15.0),
}  # of the rows, rounded outwards; and a middle
_TISSUE = "((uii - egpb + k1 * gb * vg) / k2)"
_ONE_UNIT = f"(kp3 + vmx * {_TISSUE} / (km0 + {_TISSUE})) * 6000 / (weight * vi * m2 * (m4_of_m2 + hepatic))"  # mg/kg, at the basal state
_EFFECT = {"carbohydrate_ratio": f"{_ONE_UNIT} * weight / (1000 * absorbed)", "correction_factor": f"{_ONE_UNIT} / vg"}


def _of_people() -> tuple[Parameter, ...]:
    """One row per estimated number; where age groups differ, the middle follows the age."""
    rows = []
    for name, (child, adolescent, adult, spread, low, high) in MIDDLES.items():
        by_age = f"({child} if age < 13 else ({adolescent} if age < 20 else {adult}))" if child != adult else ""
        if name in _EFFECT:  # multiples of what one unit does in this person
            by_age, low, high, adult = f"{by_age or adult} * {_EFFECT[name]}", *_THERAPY_RANGE[name]
        rows.append(
            Parameter(
                name, adult, _UNITS.get(name, "/min"), MEANINGS[name], "derived", "logitnormal" if name in ("b", "d") else "lognormal", spread,
                low, high, by_age, "medians by group, spread within groups, range of the rows widened by half a spread",
            )
        )  # fmt: skip
    return tuple(rows)


def _fixed(
    name: str, value: float, unit: str, source: str, locator: str, low: float = float("-inf"), high: float = float("inf")
) -> Parameter:
    return Parameter(name, value, unit, MEANINGS[name], source, low=low, high=high, locator=locator)


_AGE = Parameter("age", 38.5, "a", MEANINGS["age"], "own", "uniform", 30.5, 8, 69, locator="the rows hold ages 8 to 68; evenly spread")
_SAME_FOR_ALL = (
    _fixed("uii", 1.0, "mg/kg/min", "simglucose", "vpatient_params.csv Fsnc"),
    _fixed("absorbed", 0.9, "1", "simglucose", "vpatient_params.csv f", 0, 1),
    _fixed("ke1", 0.0005, "/min", "simglucose", "vpatient_params.csv ke1"),
    _fixed("ke2", 339.0, "mg/kg", "simglucose", "vpatient_params.csv ke2"),
    _fixed("hepatic", 0.6, "1", "simglucose", "vpatient_params.csv HEb; m30 = m1 HEb / (1 - HEb) in every row", 0, 1),
    _fixed("m4_of_m2", 0.4, "1", "simglucose", "m4 / m2 is 0.4 in every row of vpatient_params.csv", 0, 1),
    _fixed("eating_rate", 5.0, "g/min", "simglucose", "t1dpatient.py EAT_RATE", 0),
    _fixed("legacy_meal_units", 0.0, "1", "simglucose", "issue 41: 1 repeats the grams counted as milligrams before pull request 50", 0, 1),
    _fixed("correction_above", 150.0, "mg/dL", "simglucose", "basal_bolus_ctrller.py"),
    _fixed("correction_target", 140.0, "mg/dL", "simglucose", "basal_bolus_ctrller.py"),
    _fixed("bolus_step", 0.05, "[iU]", "simglucose", "pump_params.csv inc_bolus, read as units", 0),
    _fixed("basal_step", 0.05, "[iU]/h", "simglucose", "pump_params.csv inc_basal, read as units per hour", 0),
    _fixed("most_bolus", 30.0, "[iU]", "simglucose", "pump_params.csv Insulet max_bolus", 0),
    _fixed("most_basal", 30.0, "[iU]/h", "simglucose", "pump_params.csv Insulet max_basal", 0),
    _fixed("sensor_error", 1.0, "1", "own", "1: the sensor errs as published; 0: it does not", 0, 1),
    _fixed("sensor_memory", 0.7, "1", "breton2008", "sensor_params.csv PACF", 0, 1),
    _fixed("sensor_gamma", -0.5444, "1", "breton2008", "sensor_params.csv gamma"),
    _fixed("sensor_lambda", 15.9574, "mg/dL", "breton2008", "sensor_params.csv lambda"),
    _fixed("sensor_delta", 1.6898, "1", "breton2008", "sensor_params.csv delta"),
    _fixed("sensor_xi", -5.47, "mg/dL", "breton2008", "sensor_params.csv xi"),
    _fixed("loop_target", 120.0, "mg/dL", "own", "closed loop"),
    _fixed("loop_proportional", 300.0, "min", "own", "closed loop", 1),
    _fixed("loop_integral", 600.0, "min", "own", "closed loop", 1),
    _fixed("loop_derivative", 30.0, "min", "own", "closed loop", 0),
    _fixed("loop_suspend", 100.0, "mg/dL", "own", "closed loop"),
)

DERIVED = (
    Derived("gpb", "gb * vg", "mg/kg"),
    Derived("gtb", "(uii - egpb + k1 * gpb) / k2", "mg/kg"),
    Derived("vm0", "(egpb - uii) * (km0 + gtb) / gtb", "mg/kg/min"),
    Derived("kp1", "egpb + kp2 * gpb + kp3 * ib", "mg/kg/min"),
    Derived("m3", "m1 * hepatic / (1 - hepatic)", "/min"),
    Derived("m4", "m4_of_m2 * m2", "/min"),
    Derived("ipb", "ib * vi", "pmol/kg"),
    Derived("ilb", "ipb * m2 / (m1 + m3)", "pmol/kg"),
    Derived("basal_flow", "(m2 + m4) * ipb - m1 * ilb", "pmol/kg/min"),
    Derived("sc1b", "basal_flow / (ka1 + kd)", "pmol/kg"),
    Derived("sc2b", "kd * sc1b / ka2", "pmol/kg"),
    Derived("basal_need", "basal_flow * weight / 100", "[iU]/h"),
    Derived("meal_factor", "1 if legacy_meal_units > 0.5 else 1000", "mg/g"),
)

_EMPTYING = (
    "(kmin + (kmax - kmin) / 2 * (tanh(2.5 / (1 - b) * ((solid + liquid) / maximum(meal_size, 1) - b))"
    " - tanh(2.5 / d * ((solid + liquid) / maximum(meal_size, 1) - d)) + 2))"
)
_USE = "maximum(0, vm0 + vmx * (action - ib)) * gt / (km0 + gt)"
STATES = (
    State("plate", "g", "0", "-eating_rate if plate > 0 else 0", MEANINGS["plate"]),
    State("meal_size", "mg", "0", "eating_rate * meal_factor if plate > 0 else 0", MEANINGS["meal_size"]),
    State("solid", "mg", "0", "(eating_rate * 1000 if plate > 0 else 0) - kmax * solid", MEANINGS["solid"]),
    State("liquid", "mg", "0", f"kmax * solid - {_EMPTYING} * liquid", MEANINGS["liquid"]),
    State("gut", "mg", "0", f"{_EMPTYING} * liquid - kabs * gut", MEANINGS["gut"]),
    State(
        "gp", "mg/kg", "gpb",
        "maximum(0, kp1 - kp2 * gp - kp3 * remote) + absorbed * kabs * gut / weight - uii * minimum(1, gp / (10 * vg))"
        " - ke1 * maximum(0, gp - ke2) - k1 * gp + k2 * gt", MEANINGS["gp"],
    ),
    State("gt", "mg/kg", "gtb", f"k1 * gp - k2 * gt - {_USE}", MEANINGS["gt"]),
    State("gs", "mg/kg", "gpb", "ksc * (gp - gs)", MEANINGS["gs"]),
    State("sc1", "pmol/kg", "sc1b", "(basal + own_basal * basal_need) * 100 / weight - (ka1 + kd) * sc1", MEANINGS["sc1"]),
    State("sc2", "pmol/kg", "sc2b", "kd * sc1 - ka2 * sc2", MEANINGS["sc2"]),
    State("ip", "pmol/kg", "ipb", "ka1 * sc1 + ka2 * sc2 + m1 * il - (m2 + m4) * ip", MEANINGS["ip"]),
    State("il", "pmol/kg", "ilb", "m2 * ip - (m1 + m3) * il", MEANINGS["il"]),
    State("action", "pmol/L", "ib", "p2u * (ip / vi - action)", MEANINGS["action"]),
    State("delayed", "pmol/L", "ib", "ki * (ip / vi - delayed)", MEANINGS["delayed"]),
    State("remote", "pmol/L", "ib", "ki * (delayed - remote)", MEANINGS["remote"]),
    State("given", "[iU]", "0", "(basal + own_basal * basal_need) / 60", MEANINGS["given"]),
)  # fmt: skip

MG_PER_MMOL = 18.0156  # mg/dL per mmol/L: glucose, 180.156 g/mol
SENSOR_SPREAD = 11.7  # mg/dL, standard deviation of the sensor's error (skewed; the run draws it as published)

CARD = DiseaseCard(
    name="diabetes",
    version="1",
    title=TITLE,
    about=ABOUT,
    limits=LIMITS,
    icd10="E10", time_unit="min",
    horizon=1440.0,  # the paper shows one day with three meals; the makers call S2008 a single-meal model
    parameters=(_AGE, *_SAME_FOR_ALL, *_of_people()),
    correlations=tuple(Correlation(first, second, value, "derived") for first, second, value in CORRELATIONS),
    derived=DERIVED,
    plausible=("gtb", "vm0", "kmax - kmin", "b - d", "basal_need - 0.05"),
    states=STATES,
    observables=(
        Observable(
            "plasma_glucose", {"en": "plasma glucose", "zh": "血浆葡萄糖"}, "gp / vg", "mg/dL", proportional=0.15 / 1.96, code="2345-7",
            fact="loinc:2345-7", source="iso15197", decimals=0,
        ),
        Observable(
            "plasma_glucose_molar", {"en": "plasma glucose", "zh": "血浆葡萄糖"}, f"gp / vg / {MG_PER_MMOL}", "mmol/L", proportional=0.15 / 1.96,
            code="14749-6", fact="loinc:14749-6", source="iso15197", decimals=1,
        ),
        Observable(
            "sensor_glucose", {"en": "glucose by continuous sensor", "zh": "持续葡萄糖监测"}, "gs / vg", "mg/dL", additive=SENSOR_SPREAD,
            source="breton2008", decimals=0,
        ),
        Observable("plasma_insulin", {"en": "plasma insulin", "zh": "血浆胰岛素"}, "ip / vi", "pmol/L", source="dallaman2007", decimals=0),
        Observable("insulin_given", {"en": "insulin given so far", "zh": "已给胰岛素总量"}, "given", "[iU]", source="own", decimals=2),
    ),
    sources=SOURCES,
    treatments=TREATMENTS,
    regimens=REGIMENS,
    ends=(
        End("hypoglycaemia_level_2", {"en": "plasma glucose below 54 mg/dL", "zh": "血浆葡萄糖低于3.0 mmol/L（54 mg/dL）"}, "54 - gp / vg", source="consensus2019"),
        End("outside_the_model", {"en": "plasma glucose below 10 mg/dL: outside the model", "zh": "血浆葡萄糖低于10 mg/dL：超出模型范围"}, "10 - gp / vg", source="simglucose"),
    ),
    harms=(
        Harm("hypoglycaemia", {"en": "plasma glucose below 54 mg/dL", "zh": "血浆葡萄糖低于54 mg/dL"}, "plasma_glucose", "least", 54.0, "below", "consensus2019", "hypoglycaemia_level_2"),
    ),
    equations=EQUATIONS,
)  # fmt: skip
