"""The slow, obvious solver: the equations as the paper writes them, one person after another, to twelve digits.

scipy's DOP853 (Hairer, Norsett, Wanner 1993) at relative tolerance 1e-12, stopped at every dose, switch and look. What the fast
solver must agree with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.models.simulator.expressions import evaluate, together
from xinglin.models.simulator.population import with_derived
from xinglin.models.simulator.timeline import Timeline, laid_out
from xinglin.records.errors import OutOfResources

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.simulation import DiseaseCard, SimulationRequest

    Arrays = dict[str, NDArray[np.float64]]

RELATIVE = 1e-12
_EXACT_READS = 40


def solve(
    card: DiseaseCard, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]], thresholds: Mapping[str, NDArray[np.float64]]
) -> tuple[Arrays, Arrays]:
    """Observables name -> (n, times) and ends name -> (n,), nan for "not yet". `thresholds`: of each hazard end, minus log of a uniform number."""
    timeline, values = laid_out(card, request), with_derived(card, traits)
    count = len(next(iter(values.values())))
    observed = {observable.name: np.full((count, len(request.times)), np.nan) for observable in card.observables}
    ends = {end.name: np.full(count, np.nan) for end in card.ends}
    for person in range(count):
        walk = _Walk(card, request, timeline, {name: column[person] for name, column in values.items()})
        walk.thresholds = {name: float(column[person]) for name, column in thresholds.items()}
        with np.errstate(all="ignore"):
            walk.run()
        for name, series in walk.observed.items():
            observed[name][person] = series
        for name, time in walk.ends.items():
            ends[name][person] = time
    return observed, ends


class _Walk:
    """One person's course from mark to mark."""

    def __init__(self, card: DiseaseCard, request: SimulationRequest, timeline: Timeline, values: Mapping[str, Any]) -> None:
        self.card, self.request, self.timeline, self.values = card, request, timeline, dict(values)
        self.states = [state.name for state in card.states]
        self.switches = [treatment.name for treatment in card.treatments if treatment.kind == "switch"]
        self.moving = [end for end in card.ends if end.condition or end.hazard]
        self.hazards = [end for end in self.moving if end.hazard]
        formulas = [state.rate for state in card.states] + [end.hazard for end in self.hazards]
        self.rate = together(formulas, ["t", *self.states, *self.switches, *self.values])
        names = ["t", *self.states, *self.switches, *self.values]
        self.condition = {end.name: together([end.condition], names) for end in self.moving if end.condition}
        self.thresholds: dict[str, float] = {}
        self.observed = {observable.name: np.full(len(request.times), np.nan) for observable in card.observables}
        self.ends: dict[str, float] = {end.name: float(evaluate(end.time, self.values)) for end in card.ends if end.time}
        self.rules_on = [rule.amount for rule in request.regimen.rules]
        self.first: dict[str, float] = {}

    def run(self) -> None:
        """Fill `observed` and `ends`."""
        marks = self.timeline.marks
        y = np.array([float(evaluate(state.start, self.values)) for state in self.card.states] + [0.0] * len(self.hazards))
        breaks, jumps, held = self._breaks(), {mark for mark, _, _ in self.timeline.jumps}, None
        for start, stop in zip(breaks, [*breaks[1:], len(marks) - 1], strict=True):
            y = self._act(start, y)
            switched, given = self._in_force(start)
            self._watch(float(marks[start]), y, switched)
            self._read(start, y)
            if stop > start:
                goes_on = held is not None and start not in jumps and switched == held[0] and np.array_equal(given, held[1])
                y = self._solve(start, stop, y, switched, given, 1e-21 * np.abs(y) + 1e-36, 1.0 if goes_on else 1e-3)
            held = switched, given

    def _breaks(self) -> list[int]:
        """Marks where the course has a corner."""
        timeline = self.timeline
        corner = np.zeros(len(timeline.marks), np.bool_)
        corner[[0, *(mark for mark, _, _ in timeline.jumps)]] = True
        if len(self.request.times) <= _EXACT_READS:
            corner |= timeline.reads >= 0  # read at the end of a step, not between two: keeps digits of what has nearly vanished
        for held in (timeline.infused, timeline.switched):
            corner[1:] |= (np.diff(held, axis=0) != 0).any(axis=1)
        return np.flatnonzero(corner | timeline.looks.any(axis=1)).tolist()

    def _act(self, mark: int, y: NDArray[np.float64]) -> NDArray[np.float64]:
        for at, number, amount in self.timeline.jumps:
            if at == mark:
                known = {**self.values, **dict(zip(self.states, y, strict=False)), "dose": np.float64(amount)}
                y = y.copy()
                for state, text in self.card.treatments[number].acts.items():
                    y[self.states.index(state)] = evaluate(text, known)
        self._look(mark, y)
        return y

    def _look(self, mark: int, y: NDArray[np.float64]) -> None:
        for number, rule in enumerate(self.request.regimen.rules):
            if not self.timeline.looks[mark, number]:
                continue
            seen = self._observe(rule.observable, y, float(self.timeline.marks[mark]))
            known = {**self.values, "first": self.first.setdefault(rule.observable, seen)}
            if seen < float(evaluate(rule.stop, known)):
                self.rules_on[number] = 0.0
            elif seen > float(evaluate(rule.resume, known)):
                self.rules_on[number] = rule.amount

    def _observe(self, name: str, y: NDArray[np.float64], time: float) -> float:
        text = next(observable.expression for observable in self.card.observables if observable.name == name)
        return float(evaluate(text, {**self.values, **dict(zip(self.states, y, strict=False)), "t": np.float64(time)}))

    def _in_force(self, mark: int) -> tuple[tuple[np.float64, ...], NDArray[np.float64]]:
        """Switch values, and what infusions add to each rate, from this mark on."""
        ruled = {rule.treatment: on for rule, on in zip(self.request.regimen.rules, self.rules_on, strict=True)}
        switched, given = [], np.zeros(len(self.states) + len(self.hazards))
        for number, treatment in enumerate(self.card.treatments):
            if treatment.kind == "switch":
                switched.append(np.float64(ruled.get(treatment.name, self.timeline.switched[mark, number])))
            elif treatment.kind == "infusion" and (rate := self.timeline.infused[mark, number]) > 0:
                for state, text in treatment.acts.items():
                    given[self.states.index(state)] += float(evaluate(text, {**self.values, "dose": np.float64(rate)}))
        return tuple(switched), given

    def _conditions(self, switched: tuple[np.float64, ...]) -> list[Callable[[float, NDArray[np.float64]], float]]:
        found: list[Callable[[float, NDArray[np.float64]], float]] = []
        for end in self.moving:
            if end.hazard:
                place, limit = len(self.states) + self.hazards.index(end), self.thresholds[end.name]
                found.append(lambda t, y, place=place, limit=limit: y[place] - limit)
            else:
                condition = self.condition[end.name]
                found.append(
                    lambda t, y, condition=condition: float(condition(t, *y[: len(self.states)], *switched, *self.values.values())[0])
                )
        for function in found:
            function.direction = 1.0  # type: ignore[attr-defined]
        return found

    def _watch(self, time: float, y: NDArray[np.float64], switched: tuple[np.float64, ...]) -> None:
        for end, function in zip(self.moving, self._conditions(switched), strict=True):
            if function(time, y) > 0:
                self.ends.setdefault(end.name, time)

    def _read(self, mark: int, y: NDArray[np.float64]) -> None:
        place = int(self.timeline.reads[mark])
        if place >= 0:
            for name, series in self.observed.items():
                series[place] = self._observe(name, y, float(self.timeline.marks[mark]))

    def _solve(
        self,
        start: int,
        stop: int,
        y: NDArray[np.float64],
        switched: tuple[np.float64, ...],
        given: NDArray[np.float64],
        atol: Any,
        first: float,
    ) -> NDArray[np.float64]:
        from scipy.integrate import solve_ivp

        marks, parameters, width = self.timeline.marks, tuple(self.values.values()), len(self.states)

        def rates(t: float, y: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.array(self.rate(t, *y[:width], *switched, *parameters)) + given

        span = (float(marks[start]), float(marks[stop]))
        solved = solve_ivp(
            rates, span, y, method="DOP853", rtol=RELATIVE, atol=atol, t_eval=marks[start : stop + 1], events=self._conditions(switched) or None,
            first_step=(span[1] - span[0]) * first,
        )  # fmt: skip
        if not solved.success:
            raise OutOfResources(
                "XL-SIM-040",
                "the reference solver could not follow the course",
                where=f"card {self.card.name}",
                fix="look at the parameters",
            )
        for end, moments in zip(self.moving, solved.t_events or (), strict=False):
            if len(moments):
                self.ends.setdefault(end.name, float(moments[0]))
        for mark in range(start + 1, stop):
            self._read(mark, solved.y[:, mark - start])
        if stop == len(marks) - 1:
            self._read(stop, solved.y[:, -1])
        return solved.y[:, -1]
