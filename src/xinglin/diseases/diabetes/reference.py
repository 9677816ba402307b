"""The slow, obvious solver of diabetes: the card's own formulas, scipy DOP853, one person at a time, minute by minute where things happen.

Pump, sensor and controllers are written out again in plain Python, so that the fast solver has something independent to agree with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.diseases.diabetes.schedule import BASAL, BOLUS, COVER, DONE, INFUSED, LOOP, MEAL, OWN, Schedule
from xinglin.models.simulator.expressions import together

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.simulation import DiseaseCard

_CONTROLS = ("plate", "meal_size", "given", "t", "basal", "own_basal")
_TOLERANCE = 1e-10


class Person:
    """One person on the way: what is in the body, at table, at the pump."""

    def __init__(self, card: DiseaseCard, values: Mapping[str, float], formulas: Callable[..., tuple[Any, ...]]) -> None:
        self.values, self.formulas = dict(values), formulas
        self.names = tuple(state.name for state in card.states if state.name not in _CONTROLS)
        starts = {"gp": "gpb", "gs": "gpb", "gt": "gtb", "sc1": "sc1b", "sc2": "sc2b", "ip": "ipb", "il": "ilb"}
        starts |= dict.fromkeys(("action", "delayed", "remote"), "ib")
        self.state = np.array([values[starts[name]] if name in starts else 0.0 for name in self.names])
        self.plate = self.bite = self.base = self.eaten = self.given = self.rate = self.wound = 0.0
        self.readings = [self.sugar("gs")] * 4

    def __getitem__(self, name: str) -> float:
        return float(self.state[self.names.index(name)])

    def sugar(self, name: str) -> float:
        """Glucose of a compartment, mg/dL."""
        return self[name] / self.values["vg"]

    def read(self, error: float | None) -> None:
        """A reading of the sensor."""
        seen = self.sugar("gs") if error is None else min(max(self.sugar("gs") + error, 39.0), 600.0)
        self.readings = [seen, *self.readings[:3]]

    def act(self, now: NDArray[np.float64], sampled: bool) -> None:
        """Bolus and basal rate at the start of a minute."""
        p = self.values
        bolus = stepped(now[BOLUS], p["bolus_step"], p["most_bolus"])
        if now[COVER] > 0 and now[MEAL] > 0:
            wanted = now[MEAL] / p["carbohydrate_ratio"]
            if self.readings[0] > p["correction_above"]:
                wanted += (self.readings[0] - p["correction_target"]) / p["correction_factor"]
            bolus += stepped(wanted * now[COVER], p["bolus_step"], p["most_bolus"])
        self.state[self.names.index("sc1")] += bolus * 6000 / p["weight"]
        self.given += bolus
        if now[LOOP] <= 0:
            self.rate = stepped(now[BASAL] + now[OWN] * p["basal_need"], p["basal_step"], p["most_basal"])
        elif sampled:
            self.rate = stepped(self.loop_rate(), p["basal_step"], p["most_basal"])

    def loop_rate(self) -> float:
        """The closed loop's basal rate, U/h."""
        p, reading = self.values, self.readings[0]
        away, gain = reading - p["loop_target"], 60 / (p["correction_factor"] * p["loop_proportional"])
        slope = (reading - self.readings[3]) / 15
        rate = p["basal_need"] + gain * (away + self.wound / p["loop_integral"] + p["loop_derivative"] * slope)
        saturated = (rate <= 0 and away <= 0) or (rate >= p["most_basal"] and away >= 0)
        if not saturated:
            limit = p["basal_need"] / gain * p["loop_integral"]
            self.wound = min(max(self.wound + 5 * away, -limit), 2 * limit)
        return 0.0 if reading < p["loop_suspend"] else rate

    def eat(self, meal: float) -> None:
        """A mouthful at the start of a minute."""
        self.plate += meal
        bite = min(self.values["eating_rate"], self.plate)
        self.plate -= bite
        if bite > 0:
            if self.bite <= 0:
                self.base, self.eaten = self["solid"] + self["liquid"], 0.0
            self.eaten += bite
        self.bite = bite

    def live(self, minutes: int, infused: float) -> list[NDArray[np.float64]]:
        """The states after each of the next minutes of unchanged inflow."""
        from scipy.integrate import solve_ivp

        inflow = self.values | {
            "plate": 1.0 if self.bite > 0 else 0.0, "eating_rate": self.bite, "meal_size": self.base + self.eaten * self.values["meal_factor"],
            "basal": self.rate + 60 * infused, "own_basal": 0.0, "given": 0.0, "t": 0.0,
        }  # fmt: skip
        found = solve_ivp(
            lambda _, x: self.formulas(**inflow, **dict(zip(self.names, x, strict=True))), (0.0, float(minutes)), self.state, "DOP853",
            t_eval=np.arange(1, minutes + 1), rtol=_TOLERANCE, atol=_TOLERANCE,
        )  # fmt: skip
        self.given += minutes * (self.rate / 60 + infused)
        self.state = np.maximum(found.y[:, -1], 0.0)
        return list(found.y.T)


def stepped(amount: float, step: float, most: float) -> float:
    """What a pump gives of an amount: whole steps, within 0 and `most`."""
    return min(max(math.floor(amount / step + 0.5) * step if step > 0 else amount, 0.0), most)


def solve(
    card: DiseaseCard, schedule: Schedule, values: Mapping[str, NDArray[np.float64]], sensor: NDArray[np.float64] | None, measured: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Courses (people, times, 4) and ends (people, 2), as the fast solver gives them."""
    arguments = (*values, *(state.name for state in card.states), "basal", "own_basal", "t")
    told = {state.name: state.rate for state in card.states if state.name not in _CONTROLS}
    formulas = together(tuple(told.values()), arguments)
    count, times = len(values["weight"]), int(schedule.reads.max()) + 1
    seen, ends = np.empty((count, times, 4)), np.full((count, 2), np.nan)
    for who in range(count):
        person = Person(card, {name: float(series[who]) for name, series in values.items()}, formulas)
        _one(person, schedule, None if sensor is None else sensor[who], measured, seen[who], ends[who])
    return seen, ends


def _one(
    person: Person,
    schedule: Schedule,
    errors: NDArray[np.float64] | None,
    measured: bool,
    seen: NDArray[np.float64],
    ends: NDArray[np.float64],
) -> None:
    """One person, minute by minute; `seen` and `ends` are filled."""
    for minute, now in enumerate(schedule.done):
        sampled = minute % 5 == 0
        if sampled:
            person.read(None if errors is None else float(errors[minute // 5]))
        if now[DONE] > 0 or minute == 0 or (sampled and now[LOOP] > 0):
            person.act(now, sampled)
        person.eat(now[MEAL])
        for place, limit in enumerate((54.0, 10.0)):
            if person.sugar("gp") < limit and np.isnan(ends[place]):
                ends[place] = minute
        if schedule.reads[minute] >= 0:
            shown = person.readings[0] if measured else person.sugar("gs")
            seen[schedule.reads[minute]] = person.sugar("gp"), shown, person["ip"] / person.values["vi"], person.given
        if minute + 1 < len(schedule.done):
            person.live(1, now[INFUSED])
