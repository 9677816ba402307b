"""Which schedule would bring one person's levels into a target, and how surely: options to look at, never an order.

For a linear drug the steady state is worked out in closed form and every dose scales it; for a saturable one each dose is run until it
repeats itself, and a dose that never settles says so. Uncertainty is that of the estimate: each option is tried in every drawn person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from msgspec import Struct, field, structs

from xinglin.models.compartments.plan import Courses, courses, plan_of, repeated
from xinglin.models.compartments.structure import Route, Structure
from xinglin.models.map_bayes.estimating import LABEL, MapEstimate
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Dose, Estimate, Regimen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.compartments.drug import DrugModel

    Numbers = NDArray[np.float64]

Measure = Literal["auc24", "trough", "peak", "average"]
_MEASURES: tuple[Measure, ...] = ("auc24", "trough", "peak", "average")
_DAY = {"min": 1440.0, "h": 24.0, "d": 1.0, "a": 1.0 / 365.25}
_GRID = 60  # looks within one interval
_SETTLED = 1e-3  # how far from its end, relative to it, the level of a saturable drug may be to count as settled
_LOOKS = 8  # a saturable drug is run for so many half days, or intervals, at a time
_ROUNDS = 12
_PEOPLE = 100  # drawn people tried for a saturable drug


class Target(Struct, frozen=True):
    """What the steady state is to reach: `measure` between `low` and `high` (mg/L; mg/L times the card's time unit for auc24). `aim`: default the middle."""

    measure: Measure
    low: float
    high: float
    aim: float = 0.0

    def middle(self) -> float:
        """The value aimed at."""
        return self.aim or 0.5 * (self.low + self.high)


class DoseLimits(Struct, frozen=True):
    """What must not be passed: the least and most of one dose and the most of a day (mg), the highest peak and trough (mg/L); amounts in steps of `step` (mg)."""

    least_each: float = 0.0
    most_each: float = float("inf")
    most_a_day: float = float("inf")
    peak: float = float("inf")
    trough: float = float("inf")
    step: float = 0.0


class DoseOption(Struct, frozen=True):
    """One schedule at steady state.

    reached: measure -> most likely value with its 90 % interval; chance: share of drawn people within the target; over: share of drawn
    people above a limit of peak or trough, or in whom the level never settles; notes: what limits did to it.
    """

    treatment: str
    amount: float
    every: float
    duration: float
    reached: Mapping[str, Estimate]
    chance: float
    over: float
    notes: tuple[str, ...] = ()

    def regimen(self, count: int) -> Regimen:
        """The option as a regimen of `count` doses, to be simulated."""
        return Regimen(
            "option",
            {"en": LABEL["en"], "zh": LABEL["zh"]},
            repeated(self.treatment, self.amount, self.every, count, duration=self.duration),
        )


class DoseOptions(Struct, frozen=True):
    """Schedules in order of the chance to reach the target, the likeliest first, with the label that must stand beside them."""

    target: Target
    options: tuple[DoseOption, ...]
    label: Mapping[str, str] = field(default_factory=lambda: LABEL)


class _Schedule(Struct, frozen=True):
    """How often, and over what time."""

    treatment: str
    every: float
    duration: float
    day: float


def dose_for(
    fit: MapEstimate, target: Target, *, treatment: str = "", intervals: Sequence[float] = (6.0, 8.0, 12.0, 24.0, 48.0), duration: float = 0.0,
    limits: DoseLimits | None = None,
) -> DoseOptions:  # fmt: skip
    """For each interval (card's time unit) the dose that brings the most likely person to the target, within the limits, and the chance that it does.

    treatment: default the drug's first; duration: of an infusion. Raises InvalidInput XL-DOSE-020 for a target, an interval or limits that
    cannot be, XL-DOSE-002 and -003 for a treatment or a duration the drug cannot have.
    """
    limits = limits or DoseLimits()
    word = treatment or next(iter(fit.drug.structure.routes))
    good = 0 <= target.low <= target.middle() <= target.high and target.high > 0 and len(intervals) > 0 and min(intervals) > duration
    if not (good and 0 <= limits.least_each <= limits.most_each and limits.most_a_day > 0 and limits.step >= 0):
        raise InvalidInput(
            "XL-DOSE-020",
            "the target, an interval or a limit cannot be",
            where="dose_for",
            fix="low <= aim <= high, intervals above the duration",
        )
    day = _DAY[fit.drug.card.time_unit]
    options = [_option(fit, target, limits, _Schedule(word, float(every), duration, day)) for every in intervals]
    found = [option for option in options if option is not None]
    return DoseOptions(target, tuple(sorted(found, key=lambda one: (-round(one.chance, 3), one.over, -one.every))))


def measures(
    drug: DrugModel, people: Mapping[str, Numbers], treatment: str, amount: float, every: float, duration: float = 0.0
) -> dict[str, Numbers]:
    """auc24, trough, peak and average (n,) at the steady state of `amount` given `every`; NaN in who never settles."""
    return _measured(drug, people, _Schedule(treatment, every, duration, _DAY[drug.card.time_unit]), amount)


def _option(fit: MapEstimate, target: Target, limits: DoseLimits, schedule: _Schedule) -> DoseOption | None:
    """The option of one interval; None where no dose within the limits leads to a steady state."""
    likely = {name: np.array([one.middle]) for name, one in fit.parameters.items()}
    sought = _sought(fit.drug, likely, schedule, target, limits)
    amount, notes = _allowed(sought, limits, schedule)
    if amount <= 0:
        return None
    found = _tried(fit, target, limits, schedule, amount)
    if not np.isfinite(found.reached[target.measure].middle):
        return None
    most = found.reached
    if amount > limits.least_each and (most["peak"].middle > limits.peak or most["trough"].middle > limits.trough):
        notes += ("the most likely person would pass a limit of peak or trough",)
    return structs.replace(found, notes=(*notes, *found.notes))


def schedule_of(
    fit: MapEstimate, target: Target, treatment: str, amount: float, every: float, duration: float = 0.0, limits: DoseLimits | None = None
) -> DoseOption:
    """What one schedule leads to at steady state in this person, and the chance that it reaches the target."""
    schedule = _Schedule(treatment, every, duration, _DAY[fit.drug.card.time_unit])
    return _tried(fit, target, limits or DoseLimits(), schedule, amount)


def _tried(fit: MapEstimate, target: Target, limits: DoseLimits, schedule: _Schedule, amount: float) -> DoseOption:
    likely = {name: np.array([one.middle]) for name, one in fit.parameters.items()}
    middle = _measured(fit.drug, likely, schedule, amount)
    drawn = _measured(fit.drug, _some(fit), schedule, amount)
    met = (drawn[target.measure] >= target.low) & (drawn[target.measure] <= target.high)
    over = ~((drawn["peak"] <= limits.peak) & (drawn["trough"] <= limits.trough))
    unsettled = np.isnan(drawn["average"])
    notes = ("in some people this dose never settles: the level would keep rising",) if unsettled.any() else ()
    return DoseOption(
        schedule.treatment, amount, schedule.every, schedule.duration, {name: _told(name, middle[name][0], drawn[name], fit) for name in _MEASURES},
        float(np.mean(met)), float(np.mean(over | unsettled)), notes,
    )  # fmt: skip


def _some(fit: MapEstimate) -> Mapping[str, Numbers]:
    """The drawn people; a saturable drug is tried in fewer, evenly chosen."""
    count = len(next(iter(fit.draws.values())))
    step = max(1, count // _PEOPLE) if fit.drug.structure.saturable else 1
    return {name: np.ascontiguousarray(values[::step]) for name, values in fit.draws.items()}


def _sought(drug: DrugModel, likely: Mapping[str, Numbers], schedule: _Schedule, target: Target, limits: DoseLimits) -> float:
    """The amount that brings the most likely person to the middle of the target."""
    if not drug.structure.saturable:
        return target.middle() / float(_measured(drug, likely, schedule, 1.0)[target.measure][0])
    low, high = 0.0, min(limits.most_each, limits.most_a_day * schedule.every / schedule.day, 0.999 * _ceiling(drug, likely, schedule))
    if not np.isfinite(high):
        high = 1e5
    for _ in range(40):
        amount = 0.5 * (low + high)
        reached = float(_measured(drug, likely, schedule, amount)[target.measure][0])
        low, high = (amount, high) if reached < target.middle() else (low, amount)
        if high - low < 1e-4 * high:
            break
    return 0.5 * (low + high)


def _ceiling(drug: DrugModel, likely: Mapping[str, Numbers], schedule: _Schedule) -> float:
    """The amount per interval that saturable elimination alone cannot exceed; inf with linear elimination beside it."""
    if drug.structure.linear:
        return np.inf
    fraction = drug.structure.routes[schedule.treatment].fraction
    return float(likely["vmax"][0]) * schedule.every / (float(likely[fraction][0]) if fraction else 1.0)


def _allowed(sought: float, limits: DoseLimits, schedule: _Schedule) -> tuple[float, tuple[str, ...]]:
    """The amount after rounding and limits, and what they did."""
    most = min(limits.most_each, limits.most_a_day * schedule.every / schedule.day)
    amount, notes = sought, ()
    if limits.step > 0:
        amount = max(limits.step, round(sought / limits.step) * limits.step)
        most = np.floor(most / limits.step + 1e-9) * limits.step if np.isfinite(most) else most
    if amount > most:
        amount, notes = float(most), ("held down to the most that is allowed",)
    if amount < limits.least_each:
        amount, notes = (limits.least_each, ("raised to the least that is allowed",)) if limits.least_each <= most else (0.0, ())
    return float(amount), notes


def _measured(drug: DrugModel, people: Mapping[str, Numbers], schedule: _Schedule, amount: float) -> dict[str, Numbers]:
    """auc24, trough, peak, average (n,) at steady state."""
    within = np.unique(np.concatenate([np.linspace(0.0, schedule.every, _GRID + 1), [min(schedule.duration, schedule.every)]]))
    if drug.structure.saturable:
        return _run_until_it_repeats(drug, people, schedule, amount, within)
    dose = Regimen("steady", doses=(Dose(0.0, schedule.treatment, amount, schedule.duration),))
    # the level at the end of the interval is that just before the next dose, which is not in the plan
    found = courses(drug.structure, people, plan_of(drug.structure, dose, schedule.every), within)
    return _summed(found.concentration, found.exposure[:, -1] - found.exposure[:, 0], within, schedule)


def _run_until_it_repeats(
    drug: DrugModel, people: Mapping[str, Numbers], schedule: _Schedule, amount: float, within: Numbers
) -> dict[str, Numbers]:
    """The same for saturable elimination: started near the level where dose and elimination balance, and moved until an interval repeats itself."""
    shape = drug.structure
    started = Structure(shape.compartments, {**shape.routes, "_start": Route("bolus", fraction="_held")}, shape.linear, True)
    apart = max(1, round(0.5 * schedule.day / schedule.every))  # intervals between two looks: half a day, or one
    count = _LOOKS * apart
    doses = (Dose(0.0, "_start", 1.0), *repeated(schedule.treatment, amount, schedule.every, count, duration=schedule.duration))
    plan, last = plan_of(started, Regimen("repeated", doses=doses)), (count - 1) * schedule.every
    times = np.concatenate([last - schedule.every * np.array([2.0 * apart, 1.0 * apart, 1e-9]), last + within])
    room = sum(people[name] for name in ("v1", "v2", "v3")[: shape.compartments])
    balance = _balance(drug, people, schedule, amount)
    alive = np.isfinite(balance)
    level = np.where(alive, 0.9 * balance, 0.0)
    for number in range(_ROUNDS):
        found = courses(started, {**people, "_held": level * room}, plan, times, tolerance=1e-7)
        left, share = _left_to_go(found.concentration)
        settled = alive & (np.abs(left) <= _SETTLED * found.concentration[:, 3])
        if (settled | ~alive).all() or number == _ROUNDS - 1:
            return {name: np.where(settled, values, np.nan) for name, values in _summed_last(found, within, schedule).items()}
        # a start moved by x moves the end by x * share ** looks: move it by what is left there
        level = np.clip(level + left / np.maximum(share**_LOOKS, 0.02), 0.0, 3.0 * np.nan_to_num(balance))
    raise AssertionError("the last round returns")


def _summed_last(found: Courses, within: Numbers, schedule: _Schedule) -> dict[str, Numbers]:
    return _summed(found.concentration[:, 3:], found.exposure[:, -1] - found.exposure[:, 3], within, schedule)


def _balance(drug: DrugModel, people: Mapping[str, Numbers], schedule: _Schedule, amount: float) -> Numbers:
    """The level at which elimination equals the dose rate; NaN where saturable elimination alone cannot reach it."""
    fraction = drug.structure.routes[schedule.treatment].fraction
    rate = amount / schedule.every * (people[fraction] if fraction else 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if not drug.structure.linear:
            return np.where(people["vmax"] > 1.0001 * rate, people["km"] * rate / (people["vmax"] - rate), np.nan)
        half = people["cl"] * people["km"] + people["vmax"] - rate
        return 2.0 * rate * people["km"] / (half + np.sqrt(half**2 + 4.0 * people["cl"] * rate * people["km"]))


def _left_to_go(level: Numbers) -> tuple[Numbers, Numbers]:
    """How far the level still is from where it tends, when each look changes it by a fixed share of the change before (Aitken); and the share."""
    earlier, later = level[:, 1] - level[:, 0], level[:, 3] - level[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(np.nan_to_num(later / earlier), 0.0, 0.9999)
    return later * np.where(np.abs(later) <= 1e-6 * level[:, 3], 0.0, share / (1.0 - share)), share


def _summed(level: Numbers, area: Numbers, within: Numbers, schedule: _Schedule) -> dict[str, Numbers]:
    return {
        "auc24": area * schedule.day / schedule.every,
        "trough": level[:, -1],
        "peak": _top(level, within),
        "average": area / schedule.every,
    }


def _top(level: Numbers, within: Numbers) -> Numbers:
    """The highest level: of the looks, or of a parabola through the highest and its neighbours where it lies between them."""
    best = np.argmax(level, axis=1)
    rows = np.arange(len(level))
    inner = np.clip(best, 1, level.shape[1] - 2)
    y0, y1, y2 = level[rows, inner - 1], level[rows, inner], level[rows, inner + 1]
    h0, h2 = within[inner] - within[inner - 1], within[inner + 1] - within[inner]
    first = (y2 - y1) / h2 - (y0 - y1) / -h0
    curve = first / (h0 + h2)
    slope = (y1 - y0) / h0 + curve * h0
    with np.errstate(divide="ignore", invalid="ignore"):
        raised = y1 - slope**2 / (4 * curve)
    smooth = (best == inner) & (curve < 0) & np.isfinite(raised) & (raised < 1.05 * y1)
    return np.where(smooth, np.maximum(raised, y1), level[rows, best])


def _told(name: str, middle: float, drawn: Numbers, fit: MapEstimate) -> Estimate:
    level = fit.drug.reading().unit
    amount = level.removesuffix("/L")
    unit = f"{amount}.{fit.drug.card.time_unit}/L" if name == "auc24" else level
    known = drawn[np.isfinite(drawn)]
    low, high = np.quantile(known, [0.05, 0.95]) if len(known) else (np.nan, np.nan)
    return Estimate(name, float(middle), float(low), float(high), unit)


def forecast(fit: MapEstimate, regimen: Regimen, times: Sequence[float], share: float = 0.9) -> dict[str, Numbers]:
    """The level (without measurement error) under any regimen: times, low, middle (of the most likely person) and high, each (times,)."""
    likely = {name: np.array([one.middle]) for name, one in fit.parameters.items()}
    plan = plan_of(fit.drug.structure, regimen)
    middle = courses(fit.drug.structure, likely, plan, times).concentration[0]
    low, high = np.quantile(courses(fit.drug.structure, _some(fit), plan, times).concentration, [(1 - share) / 2, (1 + share) / 2], axis=0)
    return {"times": np.asarray(times, float), "low": np.minimum(low, middle), "middle": middle, "high": np.maximum(high, middle)}
