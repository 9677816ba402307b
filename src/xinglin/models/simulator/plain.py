"""The natural equations for many people at once with numpy: classical Runge-Kutta of order four between the marks of the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.models.simulator.expressions import evaluate_each
from xinglin.models.simulator.population import with_derived
from xinglin.models.simulator.timeline import laid_out

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.simulation import DiseaseCard, SimulationRequest

    Arrays = dict[str, NDArray[np.float64]]


def solve(
    card: DiseaseCard,
    request: SimulationRequest,
    traits: Mapping[str, NDArray[np.float64]],
    thresholds: Mapping[str, NDArray[np.float64]],
    step: float,
) -> tuple[Arrays, Arrays]:
    """Observables name -> (n, times) and ends name -> (n,), nan for "not yet"."""
    timeline, values = laid_out(card, request), with_derived(card, traits)
    count = len(next(iter(values.values())))
    names = [state.name for state in card.states]
    y = np.stack([evaluate_each(state.start, values, count) for state in card.states])
    y = np.concatenate([y, np.zeros((sum(bool(end.hazard) for end in card.ends), count))])
    hazards = [end for end in card.ends if end.hazard]
    observed = {observable.name: np.full((count, len(request.times)), np.nan) for observable in card.observables}
    ends = {end.name: evaluate_each(end.time, values, count) if end.time else np.full(count, np.nan) for end in card.ends}
    ruled: Arrays = {rule.treatment: np.full(count, rule.amount) for rule in request.regimen.rules}
    first: Arrays = {}

    def known(y: NDArray[np.float64], time: float, more: Mapping[str, Any]) -> dict[str, Any]:
        return {**values, **dict(zip(names, y, strict=False)), "t": time, **more}

    def seen(name: str, y: NDArray[np.float64], time: float) -> NDArray[np.float64]:
        return evaluate_each(next(o.expression for o in card.observables if o.name == name), known(y, time, {}), count)

    def watch(
        before: NDArray[np.float64] | None, after: NDArray[np.float64], time: float, width: float, switched: Mapping[str, Any]
    ) -> None:
        for end in card.ends:
            if end.time:
                continue
            if end.hazard:
                row = len(names) + hazards.index(end)
                now, then = after[row] - thresholds[end.name], None if before is None else before[row] - thresholds[end.name]
            else:
                now = evaluate_each(end.condition, known(after, time, switched), count)
                then = None if before is None else evaluate_each(end.condition, known(before, time - width, switched), count)
            new = np.isnan(ends[end.name]) & (now > 0)
            with np.errstate(all="ignore"):
                ends[end.name][new] = time if then is None else (time + width * (-now / (now - then)))[new]

    for mark, time in enumerate(timeline.marks.tolist()):
        for at, number, amount in timeline.jumps:
            if at == mark:
                jumped = {
                    state: evaluate_each(text, known(y, time, {"dose": amount}), count)
                    for state, text in card.treatments[number].acts.items()
                }
                for state, value in jumped.items():
                    y[names.index(state)] = value
        for number, rule in enumerate(request.regimen.rules):
            if timeline.looks[mark, number]:
                now = seen(rule.observable, y, time)
                told = {**values, "first": first.setdefault(rule.observable, now)}
                off, on = now < evaluate_each(rule.stop, told, count), now > evaluate_each(rule.resume, told, count)
                ruled[rule.treatment] = np.where(off, 0.0, np.where(on, rule.amount, ruled[rule.treatment]))
        switched = {t.name: ruled.get(t.name, timeline.switched[mark, k]) for k, t in enumerate(card.treatments) if t.kind == "switch"}
        watch(None, y, time, 0.0, switched)
        place = int(timeline.reads[mark])
        if place >= 0:
            for name, series in observed.items():
                series[:, place] = seen(name, y, time)
        if mark + 1 == len(timeline.marks):
            break
        given = np.zeros_like(y)
        for number, treatment in enumerate(card.treatments):
            if treatment.kind == "infusion" and timeline.infused[mark, number] > 0:
                for state, text in treatment.acts.items():
                    given[names.index(state)] += evaluate_each(text, {**values, "dose": timeline.infused[mark, number]}, count)
        span = float(timeline.marks[mark + 1]) - time
        pieces = max(1, int(np.ceil(span / step - 1e-9)))
        h = span / pieces

        def rates(y: NDArray[np.float64], t: float) -> NDArray[np.float64]:
            told = known(y, t, switched)  # noqa: B023
            rows = [evaluate_each(state.rate, told, count) for state in card.states] + [
                evaluate_each(e.hazard, told, count) for e in hazards
            ]
            return np.stack(rows) + given  # noqa: B023

        for piece in range(pieces):
            t = time + piece * h
            before = y
            k1 = rates(y, t)
            k2 = rates(y + h / 2 * k1, t + h / 2)
            k3 = rates(y + h / 2 * k2, t + h / 2)
            k4 = rates(y + h * k3, t + h)
            y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            watch(before, y, t + h, h, switched)
    return observed, ends
