"""What a body would show at a time without treatment, and what treatment takes away: every formula of the chronic model once, for arrays.

All follow from the same few ranks of a person, so that laboratory values, vital signs and risks agree with each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xinglin.diseases.chronic.prevent import MMOL_PER_MG

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Values = Mapping[str, NDArray[np.float64]]
    Array = NDArray[np.float64]

SBP_LIMIT = 140.0  # mmHg: hypertension
GFR_LIMIT = 60.0  # mL/min/1.73 m2: chronic kidney disease


def glucose_of_rank(v: Values, rank: Array) -> Array:
    """Mean glucose, mg/dL: a slow curve up to the limit of diabetes, a line above it."""
    at_limit = v["adag_slope"] * v["diabetes_hba1c"] - v["adag_constant"]
    width = v["sugar_median"] - v["sugar_floor"]
    steep = np.log((at_limit - v["sugar_floor"]) / width) / v["sugar_limit"]
    below = v["sugar_floor"] + width * np.exp(steep * np.minimum(rank, v["sugar_limit"]))
    return below + v["sugar_high"] * np.maximum(rank - v["sugar_limit"], 0.0)


def sugar_rank(v: Values, age: Array) -> Array:
    """The rank in glucose at an age: it rises through life, faster before 50."""
    sex = np.where(v["woman"] > 0, -v["sugar_sex"], v["sugar_sex"])
    return v["sugar"] + sex + v["sugar_rise_young"] * (np.minimum(age, 50) - 50) + v["sugar_rise_old"] * (np.maximum(age, 50) - 50)


def systolic(v: Values, age: Array) -> Array:
    """Untreated systolic pressure, mmHg, unclipped: mean and spread of the sex both grow along a line."""
    woman, years = v["woman"] > 0, age - 45.0
    mean = np.where(woman, v["sbp_women"] + v["sbp_women_rise"] * years, v["sbp_men"] + v["sbp_men_rise"] * years)
    mean = mean + v["china"] * np.where(woman, v["sbp_china_women"], v["sbp_china_men"])
    return mean + (np.where(woman, v["sbp_women_spread"], v["sbp_men_spread"]) + v["sbp_spread_rise"] * years) * v["pressure"]


def diabetes_begins(v: Values) -> Array:
    """Years after the start when untreated HbA1c passes 6.5 %; 0 when it already has."""
    left = v["sugar_limit"] - sugar_rank(v, np.full_like(v["age"], 50.0))
    return np.maximum(50.0 + np.where(left > 0, left / v["sugar_rise_old"], left / v["sugar_rise_young"]) - v["age"], 0.0)


def hypertension_begins(v: Values) -> Array:
    """Years after the start when untreated systolic pressure passes 140 mmHg; 0 when it already has, inf when never."""
    now, later = systolic(v, v["age"]), systolic(v, v["age"] + 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        wait = (SBP_LIMIT - now) / (later - now)
    return np.where(now >= SBP_LIMIT, 0.0, np.where(later > now, wait, np.inf))


def kidney(v: Values, t: Array | float) -> Array:
    """eGFR, mL/min/1.73 m2, at least 5: ageing, and what diabetes and hypertension take since they began (inside the course)."""
    start = v["gfr_40"] + v["gfr_spread"] * v["kidney"] - v["gfr_loss"] * (v["age"] - 40.0)
    loss = v["gfr_loss"] * t + v["gfr_loss_diabetes"] * np.maximum(t - v["diabetes_begins"], 0.0)
    return np.maximum(start - loss - v["gfr_loss_pressure"] * np.maximum(t - v["hypertension_begins"], 0.0), 5.0)


def untreated(v: Values, t: float) -> dict[str, Array]:
    """Everything at time t (years after the start) as if nobody were treated. Glucose, lipids in mg/dL, pressures in mmHg."""
    age = v["age"] + t
    sbp = np.clip(systolic(v, age), 85, 240)
    spread = np.where(v["woman"] > 0, v["sbp_women_spread"], v["sbp_men_spread"]) + v["sbp_spread_rise"] * (age - 45)
    rank = (systolic(v, age) - systolic({**v, "pressure": np.zeros_like(age)}, age)) / spread
    apart = np.sqrt(1 - v["dbp_follows"] ** 2)
    dbp = v["dbp_mean"] + np.where(v["woman"] > 0, -1, 1) * v["dbp_sex"] - v["dbp_bend"] * np.abs(age - 50)
    dbp = np.clip(dbp + v["dbp_spread"] * (v["dbp_follows"] * rank + apart * v["diastolic_rank"]), 40, sbp - 15)
    middle = np.where(
        age < 50,
        v["chol_30"] + (v["chol_50"] - v["chol_30"]) * (age - 30) / 20,
        v["chol_50"] + (v["chol_70"] - v["chol_50"]) * (np.minimum(age, 80) - 50) / 20,
    )
    hdl = np.where(v["woman"] > 0, v["hdl_women"], v["hdl_men"]) * np.exp(v["hdl_spread"] * v["hdl_rank"])
    fat = np.minimum(np.where(v["woman"] > 0, v["fat_women"], v["fat_men"]) * np.exp(v["fat_spread"] * v["fat_rank"]), 399.0)
    cholesterol = np.maximum(middle * np.exp(v["chol_spread"] * v["cholesterol_rank"]), hdl + fat / 5 + 30)
    bmi = v["bmi"] + v["bmi_gain"] * (np.minimum(age, 60) - np.minimum(v["age"], 60))
    sugar = glucose_of_rank(v, sugar_rank(v, age))
    return {
        "age": age, "sbp": sbp, "dbp": dbp, "total_cholesterol": cholesterol, "hdl": hdl, "triglycerides": fat,
        "ldl": cholesterol - hdl - fat / 5, "bmi": bmi, "mean_glucose": sugar, "egfr": kidney(v, t),
    }  # fmt: skip


def reductions(v: Values, body: Mapping[str, Array], given: Mapping[str, Array]) -> tuple[Array, Array, Array]:
    """What treatment takes away: systolic pressure (mmHg), LDL cholesterol (mmol/L), mean glucose (mg/dL)."""
    each = np.maximum(v["drug_sbp"] + v["drug_sbp_more"] * (body["sbp"] - 150), 0.0)
    drugs = given["antihypertensive"] + given["second_antihypertensive"]
    pressure = np.minimum(drugs * each, np.maximum(body["sbp"] - 95, 0.0))
    fat = np.minimum(given["statin"] * v["drug_ldl"], 0.5 * body["ldl"] * MMOL_PER_MG)
    sugar = np.minimum(given["metformin"] * v["drug_hba1c"] * v["adag_slope"], 0.75 * (body["mean_glucose"] - v["sugar_floor"]))
    return pressure, fat, sugar


def shown(v: Values, t: float, given: Mapping[str, Array]) -> dict[str, Array]:
    """What can be observed at time t under treatment: the observables of the card, before any instrument's error."""
    body = untreated(v, t)
    pressure, fat, sugar = reductions(v, body, given)
    ldl_fall = fat / MMOL_PER_MG
    glucose = body["mean_glucose"] - sugar
    share = np.where(body["sbp"] > 0, pressure / v["drug_sbp"], 0.0)
    return {
        "sbp": body["sbp"] - pressure, "dbp": np.maximum(body["dbp"] - share * v["drug_dbp"], 40.0), "bmi": body["bmi"],
        "weight": body["bmi"] * (v["height"] / 100) ** 2, "total_cholesterol": body["total_cholesterol"] - ldl_fall, "hdl": body["hdl"],
        "ldl": body["ldl"] - ldl_fall, "triglycerides": body["triglycerides"], "mean_glucose": glucose,
        "fasting_glucose": glucose * v["fasting"],
        "hba1c": (glucose + v["adag_constant"]) / v["adag_slope"] * np.exp(v["glycation"]), "egfr": body["egfr"],
        "creatinine": creatinine_of(body["egfr"], body["age"], v["woman"] > 0), "on_antihypertensive": given["antihypertensive"],
        "on_second_antihypertensive": given["second_antihypertensive"], "on_statin": given["statin"], "on_metformin": given["metformin"],
    }  # fmt: skip


def creatinine_of(egfr: Array, age: Array, woman: NDArray[np.bool_]) -> Array:
    """Serum creatinine, mg/dL, that the CKD-EPI equation of 2021 turns into this eGFR."""
    kappa, alpha = np.where(woman, 0.7, 0.9), np.where(woman, -0.241, -0.302)
    ratio = egfr / (142 * 0.9938**age * np.where(woman, 1.012, 1.0))
    return kappa * np.where(ratio >= 1, ratio ** (1 / alpha), ratio ** (-1 / 1.2))


def egfr_of(creatinine: Array, age: Array, woman: NDArray[np.bool_]) -> Array:
    """eGFR, mL/min/1.73 m2, by CKD-EPI 2021 from creatinine in mg/dL."""
    ratio = creatinine / np.where(woman, 0.7, 0.9)
    power = np.where(woman, -0.241, -0.302)
    return 142 * np.minimum(ratio, 1) ** power * np.maximum(ratio, 1) ** -1.2 * 0.9938**age * np.where(woman, 1.012, 1.0)
