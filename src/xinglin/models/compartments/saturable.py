"""The course of a model with saturable (Michaelis-Menten) elimination, by steps whose error is held below a bound.

Dormand and Prince's pair of orders 5 and 4 (J Comput Appl Math 1980;6:19), one person at a time; a step never crosses the start or end of a
dose or a time that is looked at. Amounts cannot fall below zero: elimination vanishes with the concentration.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from xinglin.models.compartments.superposition import DEPOT, OVER_TIME

STATES = 5  # depot, central, second, third, exposure
STAGES = 7
_STAGE = np.array([
    [1 / 5, 0, 0, 0, 0, 0],
    [3 / 40, 9 / 40, 0, 0, 0, 0],
    [44 / 45, -56 / 15, 32 / 9, 0, 0, 0],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0, 0],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
])  # fmt: skip
_ERROR = np.array([71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40])


@njit(cache=True)
def _rates(y, p, into_central, into_depot, out):
    """Rates of change; p = [cl, v1, q2, v2, q3, v3, ka, vmax, km]."""
    c = y[1] / p[1]
    absorbed = p[6] * y[0]
    second = p[2] * (c - y[2] / p[3])
    third = p[4] * (c - y[3] / p[5])
    out[0] = into_depot - absorbed
    out[1] = into_central + absorbed - p[0] * c - p[7] * c / (p[8] + c) - second - third
    out[2] = second
    out[3] = third
    out[4] = c


@njit(cache=True)
def _try(y, p, into_central, into_depot, step, tolerance, floor, work):
    """One step from y into work[STAGES]; returns its error in units of what is allowed. work[0] holds the rates at y."""
    trial = work[STAGES]
    for stage in range(1, STAGES):
        for s in range(STATES):
            moved = 0.0
            for k in range(stage):
                moved += _STAGE[stage - 1, k] * work[k, s]
            trial[s] = y[s] + step * moved
        _rates(trial, p, into_central, into_depot, work[stage])
    worst = 0.0
    for s in range(STATES - 1):
        error = 0.0
        for k in range(STAGES):
            error += _ERROR[k] * work[k, s]
        worst = max(worst, abs(step * error) / (tolerance * (max(abs(y[s]), abs(trial[s])) + floor)))
    return worst


@njit(cache=True)
def _advance(y, p, into_central, into_depot, span, guess, tolerance, work):
    """Carry y over `span`; returns the step that would come next. work (STAGES + 1, STATES) is scratch; y is NaN where it cannot be done."""
    done, step = 0.0, min(guess, span)
    floor = 1e-6 * max(y[0] + y[1] + y[2] + y[3] + (into_central + into_depot) * span, 1e-30)
    _rates(y, p, into_central, into_depot, work[0])
    for _ in range(1_000_000):
        step = min(step, span - done)
        worst = _try(y, p, into_central, into_depot, step, tolerance, floor, work)
        if worst <= 1.0:
            done += step
            for s in range(STATES):
                y[s] = max(work[STAGES, s], 0.0)
                work[0, s] = work[STAGES - 1, s]
        step *= min(5.0, max(0.2, 0.9 * (worst + 1e-12) ** -0.2))
        if span - done < 1e-14 * span:
            return step
    y[:] = np.nan
    return guess


@njit(cache=True)
def course(parameters, kind, start, lag, amount, length, times, tolerance, concentration, exposure):
    """Concentration and exposure (n, times) of n people; parameters (n, 9) as in `_rates`, the rest as in `superposition.course`."""
    n, doses = amount.shape
    events = 2 * doses
    when = np.empty(events)
    y = np.empty(STATES)
    work = np.empty((STAGES + 1, STATES))
    for i in range(n):
        y[:] = 0.0
        for j in range(doses):
            when[2 * j] = start[j] + lag[i, j]
            when[2 * j + 1] = start[j] + lag[i, j] + length[i, j] if kind[j] & OVER_TIME else np.inf
        order = np.argsort(when, kind="mergesort")
        now = min(when[order[0]], times[0])
        at, guess, into_central, into_depot = 0, 1e-3, 0.0, 0.0
        for t in range(times.shape[0]):
            while at < events and when[order[at]] <= times[t]:
                event = order[at]
                j = event // 2
                if when[event] > now:
                    guess = _advance(y, parameters[i], into_central, into_depot, when[event] - now, guess, tolerance, work)
                    now = when[event]
                if kind[j] & OVER_TIME:
                    change = amount[i, j] / length[i, j] * (1.0 if event % 2 == 0 else -1.0)
                    if kind[j] & DEPOT:
                        into_depot = max(into_depot + change, 0.0)
                    else:
                        into_central = max(into_central + change, 0.0)
                elif kind[j] & DEPOT:
                    y[0] += amount[i, j]
                else:
                    y[1] += amount[i, j]
                at += 1
            if times[t] > now:
                guess = _advance(y, parameters[i], into_central, into_depot, times[t] - now, guess, tolerance, work)
                now = times[t]
            concentration[i, t] = y[1] / parameters[i, 1]
            exposure[i, t] = y[4]
