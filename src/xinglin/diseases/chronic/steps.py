"""The fast solver: all patients side by side, quarter year by quarter year; rates hold for a quarter, treatment from mark to mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xinglin.diseases.chronic import physiology, prevent
from xinglin.models.simulator import expressions
from xinglin.models.simulator.timeline import laid_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from xinglin.records.simulation import DiseaseCard, SimulationRequest

    Arrays = dict[str, NDArray[np.float64]]

QUARTER = 0.25  # years: how long a rate is held
LAG = 5.0  # years: a ten-year risk speaks of the middle of its ten years
HAZARDS = ("ascvd", "heart_failure", "death")
GIVEN = ("antihypertensive", "second_antihypertensive", "statin", "metformin")  # in the order of the card


def solve(card: DiseaseCard, request: SimulationRequest, v: Arrays, thresholds: Mapping[str, NDArray[np.float64]]) -> tuple[Arrays, Arrays]:
    """Observables name -> (n, times) and ends name -> (n,), inf for "not yet", not yet stopped by death."""
    line = laid_out(card, request)
    end, count = request.times[-1], len(v["age"])
    v["diabetes_begins"], v["hypertension_begins"] = physiology.diabetes_begins(v), physiology.hypertension_begins(v)
    marks = np.unique(np.concatenate([line.marks, np.round(np.arange(0, end, QUARTER), 9)]))
    observed = {observable.name: np.empty((count, len(request.times))) for observable in card.observables}
    ends = {name: np.full(count, np.inf) for name in HAZARDS} | begun(v)
    left = {name: np.array(thresholds[name], float) for name in HAZARDS}
    rules = _Rules(card, request, v)
    given = {name: np.zeros(count) for name in GIVEN}
    body, rates, quarter = {}, {}, -1
    for index, mark in enumerate(marks):
        mark = float(mark)
        at = int(np.searchsorted(line.marks, mark + 1e-12, side="right")) - 1
        if line.marks[at] == mark:
            for number, name in enumerate(GIVEN):
                given[name] = np.maximum(line.switched[at, number], rules.amount(name))
            for number in np.flatnonzero(line.looks[at]):
                rules.look(int(number), physiology.shown(v, mark, given), mark)
                given = {name: np.maximum(line.switched[at, k], rules.amount(name)) for k, name in enumerate(GIVEN)}
            if line.reads[at] >= 0:
                for name, values in physiology.shown(v, mark, given).items():
                    observed[name][:, line.reads[at]] = values
        if int(mark / QUARTER + 1e-9) != quarter:
            quarter = int(mark / QUARTER + 1e-9)
            body = physiology.untreated(v, quarter * QUARTER)
            rates = natural_rates(v, body)
        if index + 1 < len(marks):
            _pass(v, body, rates, given, ends, left, mark, float(marks[index + 1]))
    return observed, ends


def begun(v: Arrays) -> Arrays:
    """When the states that follow from the course alone begin: diabetes, hypertension, chronic kidney disease."""
    return {
        "diabetes": v["diabetes_begins"].copy(), "hypertension": v["hypertension_begins"].copy(), "chronic_kidney_disease": _kidney_fails(v),
    }  # fmt: skip


def _kidney_fails(v: Arrays) -> NDArray[np.float64]:
    """Years until eGFR falls below 60: it falls along lines that bend where diabetes and hypertension begin."""
    bends = np.sort(np.stack([np.zeros_like(v["age"]), v["diabetes_begins"], v["hypertension_begins"]]), axis=0)
    found = np.full(len(v["age"]), np.inf)
    for bend in bends[::-1]:
        here = np.where(np.isfinite(bend), bend, 0.0)
        value = physiology.kidney(v, here)
        fall = (
            v["gfr_loss"]
            + v["gfr_loss_diabetes"] * (here >= v["diabetes_begins"])
            + v["gfr_loss_pressure"] * (here >= v["hypertension_begins"])
        )
        reach = here + (value - physiology.GFR_LIMIT) / fall
        found = np.where(np.isfinite(bend) & (value > physiology.GFR_LIMIT), np.minimum(reach, found), found)
        found = np.where(np.isfinite(bend) & (value <= physiology.GFR_LIMIT), here, found)
    return found


def natural_rates(v: Arrays, body: Arrays) -> Arrays:
    """Rates per year without treatment: first atherosclerotic event, heart failure, death of somebody who had neither."""
    woman, smoker = v["woman"] > 0, v["smoker"] > 0
    diabetic = body["age"] - v["age"] >= v["diabetes_begins"]
    found = {}
    for outcome in ("ascvd", "heart_failure"):
        risk = prevent.ten_year_risk(
            outcome, woman=woman, age=body["age"] - LAG, cholesterol=body["total_cholesterol"], hdl=body["hdl"], sbp=body["sbp"],
            bmi=body["bmi"], gfr=body["egfr"], diabetes=diabetic, smoker=smoker,
        )  # fmt: skip
        found[outcome] = -np.log1p(-risk) / 10
    table = np.where(
        woman,
        v["death_60_women"] * np.exp(v["death_women_rise"] * (body["age"] - 60)),
        v["death_60_men"] * np.exp(v["death_men_rise"] * (body["age"] - 60)),
    )
    times = np.where(woman, v["death_smoking_women"], v["death_smoking_men"])
    usual = 1 + v["smoking_share"] * (times - 1)
    found["death"] = table * v["death_without"] * np.where(smoker, times, 1.0) / usual * np.where(diabetic, v["death_diabetes"], 1.0)
    return found


def ratios(v: Arrays, body: Arrays, given: Mapping[str, NDArray[np.float64]]) -> Arrays:
    """By what treatment multiplies each rate: the trials' ratios to the power of how far pressure and LDL fell."""
    pressure, fat, _ = physiology.reductions(v, body, given)
    return {
        "ascvd": v["drug_sbp_ascvd"] ** (pressure / 10) * v["drug_ldl_ascvd"] ** fat,
        "heart_failure": v["drug_sbp_failure"] ** (pressure / 10),
        "death": np.ones_like(pressure),
    }


def _pass(v: Arrays, body: Arrays, rates: Arrays, given: Arrays, ends: Arrays, left: Arrays, start: float, stop: float) -> None:
    """Let the time from `start` to `stop` pass: each rate uses up its threshold. In place."""
    times = ratios(v, body, given)
    for name in HAZARDS:
        rate = rates[name] * times[name]
        if name == "death":
            quarter = int(start / QUARTER + 1e-9) * QUARTER  # events count from the next quarter on, however finely one looks
            rate = rate * np.where(ends["ascvd"] <= quarter, v["death_ascvd"], 1.0)
            rate = rate * np.where(ends["heart_failure"] <= quarter, v["death_failure"], 1.0)
        used = rate * (stop - start)
        happens = (left[name] <= used) & np.isinf(ends[name])
        with np.errstate(divide="ignore", invalid="ignore"):
            moment = start + left[name] / rate
        ends[name] = np.where(happens, moment, ends[name])
        left[name] = left[name] - used


class _Rules:
    """Treatments that follow the illness: started when an observable passes `resume`, stopped below `stop`; only for people who seek care."""

    def __init__(self, card: DiseaseCard, request: SimulationRequest, v: Arrays) -> None:
        self.rules = request.regimen.rules
        self.count = len(v["age"])
        self.reached = v["care"] >= v["care_missing"]
        self.on = [np.zeros(self.count, np.bool_) for _ in self.rules]
        self.first: list[NDArray[np.float64] | None] = [None for _ in self.rules]

    def amount(self, treatment: str) -> NDArray[np.float64]:
        """What the rules give now, (n,): the greatest amount of those that are on."""
        found = np.zeros(self.count)
        for rule, on in zip(self.rules, self.on, strict=True):
            if rule.treatment == treatment:
                found = np.maximum(found, np.where(on, rule.amount, 0.0))
        return found

    def look(self, number: int, seen: Arrays, _mark: float) -> None:
        """One look of one rule."""
        rule = self.rules[number]
        value = seen[rule.observable]
        first = self.first[number]
        if first is None:
            first = self.first[number] = value
        stop, resume = (expressions.evaluate_each(text, {"first": first}, self.count) for text in (rule.stop, rule.resume))
        self.on[number] = self.reached & np.where(self.on[number], value >= stop, value > resume)
