"""What is measured at each moment: values that hang together, because all follow from one body.

Pressure, weight, lipids, glucose, HbA1c and kidney come from the chronic course; what has a formula is worked out from what was reported
(BMI, eGFR, LDL, red cell indices). The other analytes are plausible shapes tied to the same body (potassium, urea and haemoglobin to the
kidney, ALT, urate and CRP to weight); how far repeated results wander is knowledge/variation where it has the analyte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xinglin.knowledge import variation
from xinglin.models.virtual_person.draws import normal
from xinglin.models.virtual_person.visits import ACUTE, CHECKUP, FOLLOW_UP, ROUND, ROUND_WITH_LABS, Visits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from xinglin.models.virtual_person.person import Lives
    from xinglin.records.people import Measure

    Array = NDArray[np.float64]
    Body = Mapping[str, Array]

_VITALS = ("weight", "bmi", "heart_rate", "respiratory_rate", "temperature", "spo2")
_ROUND = ("heart_rate", "respiratory_rate", "temperature", "spo2", "weight", "bmi")
_CHEMISTRY = ("sodium", "potassium", "chloride", "total_co2", "calcium", "urea_nitrogen", "creatinine", "egfr", "glucose_fasting")
_LIPIDS = ("cholesterol", "hdl", "triglyceride", "ldl")
_BLOOD = ("hemoglobin", "hematocrit", "wbc", "platelets", "alt", "ast")
PANELS = {
    CHECKUP: None,  # everything
    FOLLOW_UP: (*_VITALS, *_CHEMISTRY, "hba1c", *_LIPIDS),
    ACUTE: (*_VITALS, *_BLOOD, "crp"),
    ROUND: _ROUND,
    ROUND_WITH_LABS: (*_ROUND, *_CHEMISTRY, *_BLOOD, "crp"),
}
DERIVED = ("bmi", "egfr", "ldl", "hematocrit", "rbc", "mch", "mchc")  # worked out from what was reported
# key: spread between people, spread of repeated results; of the logarithm, or of the value for those in _PLAIN. None: knowledge/variation
_SPREAD: Mapping[str, tuple[float, float | None]] = {
    "height": (0.0, 0.0), "weight": (0.0, 0.008), "heart_rate": (0.09, 0.06), "respiratory_rate": (0.07, 0.06), "temperature": (0.15, 0.2),
    "spo2": (0.6, 0.6), "sodium": (0.010, None), "potassium": (0.055, None), "chloride": (0.015, 0.012), "total_co2": (0.05, 0.05),
    "calcium": (0.025, None), "urea_nitrogen": (0.15, None), "creatinine": (0.0, None), "glucose_fasting": (0.0, 0.05), "hba1c": (0.0, 0.015),
    "cholesterol": (0.0, 0.05), "hdl": (0.0, 0.06), "triglyceride": (0.0, 0.18), "alt": (0.30, 0.18), "ast": (0.15, 0.12), "alp": (0.22, 0.06),
    "bilirubin_total": (0.35, 0.20), "albumin": (0.045, None), "total_protein": (0.04, None), "urate": (0.15, None), "crp": (0.80, 0.40),
    "hemoglobin": (0.055, None), "mcv": (0.035, None), "wbc": (0.20, None), "platelets": (0.20, None),
    "tsh": (0.45, 0.20),
}  # fmt: skip
_PLAIN = frozenset({"temperature", "spo2"})
_RCV = 3.10  # reference change value over within-subject variation, as knowledge/variation says


def observed(lives: Lives, at: Visits, measures: tuple[Measure, ...]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which measures are taken at which moments, (moments, measures), and their values in 10**-decimals of the locale's unit."""
    kinds = np.zeros((5, len(measures)), np.bool_)
    for kind, keys in PANELS.items():
        kinds[kind] = [keys is None or measure.key in keys for measure in measures]
    taken = kinds[at.moment_kind]
    values = np.zeros(taken.shape, np.int64)
    body = _body(lives, at)
    reported: dict[str, Array] = {}
    index = {measure.key: place for place, measure in enumerate(measures)}
    for key in (*_SPREAD, *DERIVED):
        place, measure = index[key], measures[index[key]]
        rows = np.flatnonzero(taken[:, place])
        if key in DERIVED:
            value = _FORMULAS[key](
                {name: series[rows] for name, series in reported.items()}, {name: series[rows] for name, series in body.items()}
            )
        else:
            value = _measured(lives, at, key, body, rows, measure)
        scale = measure.factor * 10.0**measure.decimals
        units = np.rint(value * scale).astype(np.int64)
        values[rows, place] = units
        reported[key] = np.full(len(taken), np.nan)
        reported[key][rows] = units / scale
    return taken, values


def _measured(lives: Lives, at: Visits, key: str, body: Body, rows: NDArray[np.int64], measure: Measure) -> Array:
    """Truth with the person's own level and the chance of the day."""
    between, within = _SPREAD[key]
    if within is None:
        within = float(variation.margin(measure.code).percent) / _RCV / 100
    row = at.moment_row[rows]
    wander = np.zeros(len(rows))
    if between:
        wander += between * normal(lives.request.seed, f"level/{key}", lives.people)[row]
    if within:
        wander += within * normal(lives.request.seed, f"day/{key}", lives.people[row], at.moment_place[rows])
    truth = _TRUTH[key]({name: series[rows] for name, series in body.items()})
    value = truth + wander if key in _PLAIN else truth * np.exp(wander)
    return np.minimum(value, 100.0) if key in ("spo2",) else value


def _body(lives: Lives, at: Visits) -> dict[str, Array]:
    """The person at each moment: the chronic course, and whether they are acutely ill."""
    row = at.moment_row
    years = (at.moment_time / 1440 - lives.start_day) / 365.25
    place = np.clip((years * 4 + 1e-9).astype(np.int64), 0, len(lives.course.times) - 1)
    body = {name: series[row, place].astype(float) for name, series in lives.course.observed.items()}
    ill = (at.moment_kind >= ROUND).astype(float)
    body |= {
        "age": lives.age[row] + years, "woman": lives.female[row].astype(float), "smoker": lives.smoker[row].astype(float),
        "packed": 2.97 * np.exp(0.015 * normal(lives.request.seed, "level/packed", lives.people))[row], "height": lives.height[row], "ill": np.maximum(ill, 0.4 * (at.moment_kind == ACUTE)),
    }  # fmt: skip
    return body


def _failing(b: Body, limit: float) -> Array:
    return np.maximum(limit - b["egfr"], 0.0)


_TRUTH: Mapping[str, Callable[[Body], Array]] = {
    "height": lambda b: b["height"],
    "weight": lambda b: b["weight"],
    "heart_rate": lambda b: 71 + 3 * b["woman"] + 20 * b["ill"],
    "respiratory_rate": lambda b: 15 + 5 * b["ill"],
    "temperature": lambda b: 36.6 + 0.8 * b["ill"],
    "spo2": lambda b: 97.4 - 0.8 * b["smoker"] - 3.0 * b["ill"],
    "sodium": lambda b: 140 - 2.0 * b["ill"],
    "potassium": lambda b: 4.2 + 0.012 * _failing(b, 60),
    "chloride": lambda b: 103 - 1.0 * b["ill"],
    "total_co2": lambda b: 25.5 - 0.08 * _failing(b, 45),
    "calcium": lambda b: 9.4 - 0.006 * _failing(b, 45),
    "urea_nitrogen": lambda b: 14 * (95 / b["egfr"]) ** 0.7,
    "creatinine": lambda b: b["creatinine"] * (1 + 0.15 * b["ill"]),
    "glucose_fasting": lambda b: b["fasting_glucose"] * (1 + 0.10 * b["ill"]),
    "hba1c": lambda b: b["hba1c"],
    "cholesterol": lambda b: b["total_cholesterol"],
    "hdl": lambda b: b["hdl"],
    "triglyceride": lambda b: b["triglycerides"],
    "alt": lambda b: (24 - 6 * b["woman"]) * np.exp(0.03 * (b["bmi"] - 27)),
    "ast": lambda b: (23 - 3 * b["woman"]) * np.exp(0.01 * (b["bmi"] - 27)),
    "alp": lambda b: 68 + 0.2 * (b["age"] - 50),
    "bilirubin_total": lambda b: 0.65 - 0.1 * b["woman"],
    "albumin": lambda b: 4.4 - 0.006 * (b["age"] - 40) - 0.7 * b["ill"],
    "total_protein": lambda b: 7.2 - 0.004 * (b["age"] - 40) - 0.6 * b["ill"],
    "urate": lambda b: 5.9 - 1.1 * b["woman"] + 0.07 * (b["bmi"] - 27) + 0.025 * _failing(b, 90),
    "crp": lambda b: 1.4 * np.exp(0.06 * (b["bmi"] - 27) + 0.3 * b["smoker"] + 3.0 * b["ill"]),
    "hemoglobin": lambda b: 15.1 - 1.6 * b["woman"] + 0.3 * b["smoker"] - 0.04 * _failing(b, 60) - 1.0 * b["ill"],
    "mcv": lambda b: 89.5 + 1.5 * b["smoker"],
    "wbc": lambda b: 6.5 * (1 + 0.15 * b["smoker"]) * (1 + 0.7 * b["ill"]),
    "platelets": lambda b: 240 + 20 * b["woman"],
    "tsh": lambda b: 1.75 + 0.004 * (b["age"] - 50),
}


def _egfr(r: Body, b: Body) -> Array:
    """CKD-EPI 2021 of the reported creatinine (doi:10.1056/NEJMoa2102953)."""
    ratio = r["creatinine"] / np.where(b["woman"] > 0, 0.7, 0.9)
    power = np.where(b["woman"] > 0, -0.241, -0.302)
    return (
        142
        * np.minimum(ratio, 1) ** power
        * np.maximum(ratio, 1) ** -1.2
        * 0.9938 ** np.floor(b["age"])
        * np.where(b["woman"] > 0, 1.012, 1)
    )


_FORMULAS: Mapping[str, Callable[[Body, Body], Array]] = {
    "bmi": lambda r, b: r["weight"] / (np.rint(b["height"]) / 100) ** 2,
    "egfr": _egfr,
    "ldl": lambda r, b: np.maximum(r["cholesterol"] - r["hdl"] - r["triglyceride"] / 5, 10.0),  # Friedewald 1972
    "hematocrit": lambda r, b: r["hemoglobin"] * b["packed"],
    "rbc": lambda r, b: r["hematocrit"] * 10 / r["mcv"],
    "mch": lambda r, b: r["hemoglobin"] * r["mcv"] / r["hematocrit"],
    "mchc": lambda r, b: r["hemoglobin"] * 100 / r["hematocrit"],
}
