"""The PREVENT base equations: ten-year risk of a first atherosclerotic event and of heart failure, from what an office visit gives.

Source: Khan SS et al., Circulation 2024;149:430-449 (doi:10.1161/CIRCULATIONAHA.123.067626), read as Stata code in
labordynamicsinstitute/ssc-mirror (prevent10i.ado). Outside the ranges the equations were made for, the nearest value inside is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MMOL_PER_MG: Final = 0.02586  # of cholesterol, as the equations use it
TERMS: Final = (
    "constant", "age", "non_hdl", "hdl", "sbp_low", "sbp_high", "diabetes", "smoker", "gfr_low", "gfr_high", "bmi_low", "bmi_high",
    "treated", "statin", "treated*sbp_high", "statin*non_hdl", "age*non_hdl", "age*hdl", "age*sbp_high", "age*diabetes", "age*smoker",
    "age*bmi_high", "age*gfr_low",
)  # fmt: skip
COEFFICIENTS: Final[Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]]] = {  # of men, of women
    "ascvd": (
        (-3.500655, 0.7099847, 0.1658663, -0.1144285, -0.2837212, 0.3239977, 0.7189597, 0.3956973, 0.3690075, 0.0203619, 0, 0,
         0.2036522, -0.0865581, -0.0322916, 0.114563, -0.0300005, 0.0232747, -0.0927024, -0.2018525, -0.0970527, 0, -0.1217081),
        (-3.819975, 0.719883, 0.1176967, -0.151185, -0.0835358, 0.3592852, 0.8348585, 0.4831078, 0.4864619, 0.0397779, 0, 0,
         0.2265309, -0.0592374, -0.0395762, 0.0844423, -0.0567839, 0.0325692, -0.1035985, -0.2417542, -0.0791142, 0, -0.1671492),
    ),
    "heart_failure": (
        (-3.946391, 0.8972642, 0, 0, -0.6811466, 0.3634461, 0.923776, 0.5023736, 0.6926917, 0.0251827, -0.0485841, 0.3726929,
         0.2980922, 0, -0.0497731, 0, 0, 0, -0.1289201, -0.3040924, -0.1401688, 0.0068126, -0.1797778),
        (-4.310409, 0.8998235, 0, 0, -0.4559771, 0.3576505, 1.038346, 0.583916, 0.7451638, 0.0557087, -0.0072294, 0.2997706,
         0.3534442, 0, -0.0981511, 0, 0, 0, -0.0946663, -0.3581041, -0.1159453, -0.003878, -0.1884289),
    ),
}  # fmt: skip
RANGES: Final = {"age": (30, 79), "cholesterol": (130, 320), "hdl": (20, 100), "sbp": (90, 200), "bmi": (18.5, 39.9), "gfr": (15, 150)}


def ten_year_risk(
    outcome: str, *, woman: NDArray[np.bool_], age: NDArray[np.float64], cholesterol: NDArray[np.float64], hdl: NDArray[np.float64],
    sbp: NDArray[np.float64], bmi: NDArray[np.float64], gfr: NDArray[np.float64], diabetes: NDArray[np.bool_], smoker: NDArray[np.bool_],
    treated: float = 0.0, statin: float = 0.0,
) -> NDArray[np.float64]:  # fmt: skip
    """Risk from 0 to 1 of `outcome` ("ascvd" or "heart_failure") within ten years, (n,).

    age in years, cholesterol and hdl in mg/dL, sbp in mmHg, bmi in kg/m2, gfr in mL/min/1.73 m2; `treated` and `statin` 1 for people on
    blood pressure or lipid lowering drugs. Raises KeyError for another outcome.
    """
    men, women = COEFFICIENTS[outcome]
    values = terms(age, cholesterol, hdl, sbp, bmi, gfr, diabetes, smoker, treated, statin)
    total = np.zeros(len(age))
    for value, man, lady in zip(values, men, women, strict=True):
        if man or lady:
            total += np.where(woman, lady, man) * value
    return 1.0 / (1.0 + np.exp(-total))


def terms(age, cholesterol, hdl, sbp, bmi, gfr, diabetes, smoker, treated=0.0, statin=0.0):
    """What each coefficient is multiplied with, in the order of TERMS; numbers or arrays."""
    age, cholesterol, hdl, sbp, bmi, gfr = (
        np.clip(value, *RANGES[name]) for name, value in zip(RANGES, (age, cholesterol, hdl, sbp, bmi, gfr), strict=True)
    )
    decade = (age - 55) / 10
    non_hdl = (cholesterol - hdl) * MMOL_PER_MG - 3.5
    good = (hdl * MMOL_PER_MG - 1.3) / 0.3
    low, high = (np.minimum(sbp, 110) - 110) / 20, (np.maximum(sbp, 110) - 130) / 20
    few, many = (np.minimum(gfr, 60) - 60) / -15, (np.maximum(gfr, 60) - 90) / -15
    slim, stout = (np.minimum(bmi, 30) - 25) / 5, (np.maximum(bmi, 30) - 30) / 5
    return (
        1.0, decade, non_hdl, good, low, high, diabetes, smoker, few, many, slim, stout, treated, statin, treated * high,
        statin * non_hdl, decade * non_hdl, decade * good, decade * high, decade * diabetes, decade * smoker, decade * stout, decade * few,
    )  # fmt: skip
