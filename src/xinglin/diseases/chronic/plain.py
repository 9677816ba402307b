"""The slow, obvious solver: one person at a time, one moment at a time, in plain arithmetic. What the fast solver must agree with."""

from __future__ import annotations

from math import exp, inf, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from xinglin.diseases.chronic.prevent import COEFFICIENTS, MMOL_PER_MG, terms
from xinglin.models.simulator import expressions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xinglin.records.simulation import DiseaseCard, SimulationRequest

Numbers = dict[str, float]


def course(
    card: DiseaseCard, request: SimulationRequest, p: Numbers, thresholds: Mapping[str, float]
) -> tuple[dict[str, list[float]], Numbers]:
    """Observables name -> values at the request's times, and ends name -> time (inf for never), of one person."""
    life = _Life(p, request.times[-1])
    left = dict(thresholds)
    ends: Numbers = {"diabetes": life.diabetes, "hypertension": life.hypertension, "chronic_kidney_disease": life.kidney_fails()}
    ends |= {name: inf for name in left}
    seen: dict[str, list[float]] = {observable.name: [] for observable in card.observables}
    on = [False] * len(request.regimen.rules)
    first: list[float | None] = [None] * len(on)
    moments = sorted(_moments(request))
    for index, now in enumerate(moments):
        for number, rule in enumerate(request.regimen.rules):
            steps = now / rule.every
            if abs(steps - round(steps)) > 1e-6 or now > request.times[-1]:
                continue
            value = life.shown(now, _given(request, now, on))[rule.observable]
            first[number] = value if first[number] is None else first[number]
            stop, resume = (float(expressions.evaluate(text, {"first": first[number]})) for text in (rule.stop, rule.resume))
            on[number] = p["care"] >= p["care_missing"] and (value >= stop if on[number] else value > resume)
        given = _given(request, now, on)
        if any(abs(now - time) < 1e-9 for time in request.times):
            for name, value in life.shown(now, given).items():
                seen[name].append(value)
        if index + 1 < len(moments):
            _wait(life, given, ends, left, now, moments[index + 1])
    return seen, ends


def _moments(request: SimulationRequest) -> set[float]:
    """Every time at which anything may change."""
    last = request.times[-1]
    found = {0.0, *(round(t, 9) for t in request.times)}
    found |= {round(0.25 * k, 9) for k in range(int(last * 4) + 1) if 0.25 * k < last}
    for dose in request.regimen.doses:
        found |= {round(t, 9) for t in (dose.time, dose.time + dose.duration) if t <= last}
    for rule in request.regimen.rules:
        found |= {round(rule.every * k, 9) for k in range(int(last / rule.every + 1e-9) + 1)}
    return found


def _given(request: SimulationRequest, now: float, on: list[bool]) -> Numbers:
    """How much of each treatment this person has now."""
    found: Numbers = {name: 0.0 for name in ("antihypertensive", "second_antihypertensive", "statin", "metformin")}
    for dose in sorted(request.regimen.doses, key=lambda d: d.time):
        if round(dose.time, 9) <= now and (dose.duration <= 0 or now < round(dose.time + dose.duration, 9)):
            found[dose.treatment] = dose.amount
    for rule, holds in zip(request.regimen.rules, on, strict=True):
        if holds:
            found[rule.treatment] = max(found[rule.treatment], rule.amount)
    return found


def _wait(life: _Life, given: Numbers, ends: Numbers, left: Numbers, start: float, stop: float) -> None:
    quarter = int(start / 0.25 + 1e-9) * 0.25
    body, fall = life.body(quarter), life.falls(quarter, given)
    for name in ("ascvd", "heart_failure", "death"):
        rate = life.rate(name, quarter, body)
        if name == "ascvd":
            rate *= life.p["drug_sbp_ascvd"] ** (fall[0] / 10) * life.p["drug_ldl_ascvd"] ** fall[1]
        elif name == "heart_failure":
            rate *= life.p["drug_sbp_failure"] ** (fall[0] / 10)
        else:
            rate *= life.p["death_ascvd"] if ends["ascvd"] <= quarter else 1
            rate *= life.p["death_failure"] if ends["heart_failure"] <= quarter else 1
        if ends[name] == inf and left[name] <= rate * (stop - start):
            ends[name] = start + left[name] / rate
        left[name] -= rate * (stop - start)


class _Life:
    """One person's body through time, untreated and treated."""

    def __init__(self, p: Numbers, last: float) -> None:
        self.p, self.last = p, last
        self.diabetes = self._first(lambda t: self.rank(t) - p["sugar_limit"], 200.0)
        self.hypertension = self._first(lambda t: self.pressure(t) - 140, 2000.0)

    def _first(self, above: Callable[[float], float], far: float) -> float:
        """When a quantity that changes one way first reaches 0, by halving an interval."""
        if above(0.0) >= 0:
            return 0.0
        if above(far) < 0:
            return inf if far > 1000 else self._first(above, far * 4)
        low, high = 0.0, far
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (low, middle) if above(middle) >= 0 else (middle, high)
        return high

    def rank(self, t: float) -> float:
        p, age = self.p, self.p["age"] + t
        sex = -p["sugar_sex"] if p["woman"] else p["sugar_sex"]
        return p["sugar"] + sex + p["sugar_rise_young"] * (min(age, 50) - 50) + p["sugar_rise_old"] * (max(age, 50) - 50)

    def pressure(self, t: float, rank: float | None = None) -> float:
        p, years = self.p, self.p["age"] + t - 45
        sex = "women" if p["woman"] else "men"
        mean = p[f"sbp_{sex}"] + p[f"sbp_{sex}_rise"] * years + p["china"] * p[f"sbp_china_{sex}"]
        return mean + (p[f"sbp_{sex}_spread"] + p["sbp_spread_rise"] * years) * (p["pressure"] if rank is None else rank)

    def filtration(self, t: float) -> float:
        p = self.p
        value = p["gfr_40"] + p["gfr_spread"] * p["kidney"] - p["gfr_loss"] * (p["age"] - 40 + t)
        value -= p["gfr_loss_diabetes"] * max(0, t - self.diabetes)
        return max(value - p["gfr_loss_pressure"] * max(0, t - self.hypertension), 5)

    def kidney_fails(self) -> float:
        return self._first(lambda t: 60 - self.filtration(t), 1000.0)

    def body(self, t: float) -> Numbers:
        p, age, woman = self.p, self.p["age"] + t, self.p["woman"]
        sbp = min(max(self.pressure(t), 85), 240)
        dbp = p["dbp_mean"] + (-p["dbp_sex"] if woman else p["dbp_sex"]) - p["dbp_bend"] * abs(age - 50)
        dbp += p["dbp_spread"] * (p["dbp_follows"] * p["pressure"] + sqrt(1 - p["dbp_follows"] ** 2) * p["diastolic_rank"])
        if age < 50:
            middle = p["chol_30"] + (p["chol_50"] - p["chol_30"]) * (age - 30) / 20
        else:
            middle = p["chol_50"] + (p["chol_70"] - p["chol_50"]) * (min(age, 80) - 50) / 20
        hdl = (p["hdl_women"] if woman else p["hdl_men"]) * exp(p["hdl_spread"] * p["hdl_rank"])
        fat = min((p["fat_women"] if woman else p["fat_men"]) * exp(p["fat_spread"] * p["fat_rank"]), 399)
        total = max(middle * exp(p["chol_spread"] * p["cholesterol_rank"]), hdl + fat / 5 + 30)
        limit, floor, width = p["sugar_limit"], p["sugar_floor"], p["sugar_median"] - p["sugar_floor"]
        steep = log((p["adag_slope"] * p["diabetes_hba1c"] - p["adag_constant"] - floor) / width) / limit
        sugar = floor + width * exp(steep * min(self.rank(t), limit)) + p["sugar_high"] * max(self.rank(t) - limit, 0)
        return {
            "age": age, "sbp": sbp, "dbp": min(max(dbp, 40), sbp - 15), "total_cholesterol": total, "hdl": hdl, "triglycerides": fat,
            "ldl": total - hdl - fat / 5, "bmi": p["bmi"] + p["bmi_gain"] * (min(age, 60) - min(p["age"], 60)), "mean_glucose": sugar,
            "egfr": self.filtration(t),
        }  # fmt: skip

    def falls(self, t: float, given: Numbers) -> tuple[float, float, float]:
        p, body = self.p, self.body(t)
        pressure = (given["antihypertensive"] + given["second_antihypertensive"]) * max(
            p["drug_sbp"] + p["drug_sbp_more"] * (body["sbp"] - 150), 0
        )
        fat = given["statin"] * p["drug_ldl"]
        sugar = given["metformin"] * p["drug_hba1c"] * p["adag_slope"]
        return (
            min(pressure, max(body["sbp"] - 95, 0)),
            min(fat, 0.5 * body["ldl"] * MMOL_PER_MG),
            min(sugar, 0.75 * (body["mean_glucose"] - p["sugar_floor"])),
        )

    def shown(self, t: float, given: Numbers) -> Numbers:
        p, body = self.p, self.body(t)
        pressure, fat, sugar = self.falls(t, given)
        glucose = body["mean_glucose"] - sugar
        found = {name: body[name] for name in ("bmi", "hdl", "triglycerides", "egfr")}
        return found | {
            "sbp": body["sbp"] - pressure, "dbp": max(body["dbp"] - p["drug_dbp"] * pressure / p["drug_sbp"], 40),
            "weight": body["bmi"] * (p["height"] / 100) ** 2, "total_cholesterol": body["total_cholesterol"] - fat / MMOL_PER_MG,
            "ldl": body["ldl"] - fat / MMOL_PER_MG, "mean_glucose": glucose, "fasting_glucose": glucose * p["fasting"],
            "hba1c": (glucose + p["adag_constant"]) / p["adag_slope"] * exp(p["glycation"]), "creatinine": self._creatinine(body),
            "on_antihypertensive": given["antihypertensive"],
            "on_second_antihypertensive": given["second_antihypertensive"], "on_statin": given["statin"], "on_metformin": given["metformin"],
        }  # fmt: skip

    def _creatinine(self, body: Numbers) -> float:
        """By halving: the creatinine whose CKD-EPI eGFR is this one."""
        kappa, alpha, sex = (0.7, -0.241, 1.012) if self.p["woman"] else (0.9, -0.302, 1.0)
        low, high = 1e-4, 100.0
        for _ in range(200):
            middle = (low + high) / 2
            gfr = 142 * min(middle / kappa, 1) ** alpha * max(middle / kappa, 1) ** -1.2 * 0.9938 ** body["age"] * sex
            low, high = (middle, high) if gfr > body["egfr"] else (low, middle)
        return high

    def rate(self, name: str, t: float, body: Numbers) -> float:
        p = self.p
        diabetic, smoker, woman = t >= self.diabetes, p["smoker"] > 0, p["woman"] > 0
        if name == "death":
            sex = "women" if woman else "men"
            rate = p[f"death_60_{sex}"] * exp(p[f"death_{sex}_rise"] * (body["age"] - 60)) * p["death_without"]
            times = p[f"death_smoking_{sex}"]
            return rate * (times if smoker else 1) / (1 + p["smoking_share"] * (times - 1)) * (p["death_diabetes"] if diabetic else 1)
        weights = COEFFICIENTS[name][woman]
        values = terms(body["age"] - 5, body["total_cholesterol"], body["hdl"], body["sbp"], body["bmi"], body["egfr"], diabetic, smoker)
        risk = 1 / (1 + exp(-sum(float(w) * float(x) for w, x in zip(weights, values, strict=True))))
        return -log(1 - risk) / 10


def as_numbers(values: Mapping[str, np.ndarray], person: int) -> Numbers:
    """The parameters of one person as plain numbers."""
    return {name: float(array[person]) for name, array in values.items()}
