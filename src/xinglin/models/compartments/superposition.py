"""The exact course of a linear model: each exponential of the body carried from event to event, doses added as they arrive.

Between two events the input is constant and the solution is known, so there is no step and no step error; a hundred doses cost a hundred
updates. Written so that the limits (absorption as fast as elimination, no clearance) need no special care and nothing cancels.
"""

from __future__ import annotations

import numpy as np
from numba import njit

DEPOT, OVER_TIME = 1, 2  # bits of a dose's kind: through the depot; over a time


@njit(cache=True)
def _held(rate, span):
    """Integral of exp(-rate * s) over 0 to span."""
    return -np.expm1(-rate * span) / rate if rate > 0.0 else span


@njit(cache=True)
def _stayed(rate, span):
    """exp(-rate * span) and `_held`, from one exponential; each as exact as it can be."""
    x = rate * span
    if x >= 0.5:
        stay = np.exp(-x)
        return stay, (1.0 - stay) / rate
    gone = -np.expm1(-x)
    return 1.0 - gone, gone / rate if rate > 0.0 else span


@njit(cache=True)
def _passed(rate, other, span):
    """(exp(-rate * span) - exp(-other * span)) / (other - rate): what passes through two first-order stages, without its pole."""
    slow = min(rate, other)
    return np.exp(-slow * span) * _held(abs(other - rate), span)


@njit(cache=True)
def _passed_held(rate, other, span):
    """Integral of `_passed` over 0 to span."""
    apart = abs(other - rate)
    if apart > 1e-5 * max(rate, other):
        slow, quick = min(rate, other), max(rate, other)
        return (_held(slow, span) - _held(quick, span)) / apart
    middle = 0.5 * (rate + other)
    if middle * span < 1e-4:
        return 0.5 * span * span * (1.0 - 2.0 * middle * span / 3.0)
    return (_held(middle, span) - span * np.exp(-middle * span)) / middle


@njit(cache=True)
def _advance(rates, weights, ka, modes, flow, span):
    """Carry the modes (one per exponential), and flow = [depot, into central, into depot, exposure], over `span`."""
    depot, central_rate, depot_rate = flow[0], flow[1], flow[2]
    for k in range(rates.shape[0]):
        r, w, x = rates[k], weights[k], modes[k]
        stay, held = _stayed(r, span)
        new, area = x * stay, x * held
        if central_rate > 0.0:
            new += w * central_rate * held
            area += (
                w * central_rate * (span - held) / r if r * span > 1e-6 else 0.5 * w * central_rate * span * span * (1.0 - r * span / 3.0)
            )
        if depot > 0.0 or depot_rate > 0.0:
            passed = _passed(r, ka, span)
            new += w * (depot * ka * passed + depot_rate * (held - passed))
            area += w * depot * (held - passed)
            if depot_rate > 0.0:
                rest = (span - held) / r if r * span > 1e-6 else 0.5 * span * span
                area += w * depot_rate * (rest - _passed_held(r, ka, span))
        modes[k] = new
        flow[3] += area
    if depot > 0.0 or depot_rate > 0.0:
        flow[0] = depot * np.exp(-ka * span) + depot_rate * _held(ka, span)


@njit(cache=True)
def _settle(rates, weights, ka, modes, flow, kind, amount, length, every):
    """Set the state to what it is just before a dose that has been repeated `every` for ever."""
    rate = amount / length if kind & OVER_TIME else 0.0
    flow[1] = 0.0
    flow[2] = 0.0
    if kind & DEPOT:
        given = rate * _held(ka, length) * np.exp(-ka * (every - length)) if kind & OVER_TIME else amount * np.exp(-ka * every)
        flow[0] = given / -np.expm1(-ka * every)
    else:
        flow[0] = 0.0
    for k in range(rates.shape[0]):
        r, w = rates[k], weights[k]
        if kind & DEPOT:
            if kind & OVER_TIME:
                after = flow[0] * np.exp(-ka * length) + rate * _held(ka, length)
                inside = w * (flow[0] * ka * _passed(r, ka, length) + rate * (_held(r, length) - _passed(r, ka, length)))
                left = inside * np.exp(-r * (every - length)) + w * after * ka * _passed(r, ka, every - length)
            else:
                left = w * (flow[0] + amount) * ka * _passed(r, ka, every)
        elif kind & OVER_TIME:
            left = w * rate * _held(r, length) * np.exp(-r * (every - length))
        else:
            left = w * amount * np.exp(-r * every)
        modes[k] = left / -np.expm1(-r * every)


@njit(cache=True)
def _begin(kind, amount, length, modes, weights, flow, sign):
    """Let a dose start (sign 1), or end if it takes time (sign -1)."""
    if kind & OVER_TIME:
        place = 2 if kind & DEPOT else 1
        flow[place] = max(flow[place] + sign * amount / length, 0.0)
        if sign < 0.0 and flow[place] < 1e-9 * amount / length:
            flow[place] = 0.0
    elif kind & DEPOT:
        flow[0] += amount
    else:
        for k in range(modes.shape[0]):
            modes[k] += amount * weights[k]


@njit(cache=True)
def _wait(rates, weights, ka, modes, flow, kind, amount, length, rest):
    """After `_settle`: let the dose before the first one enter, and wait `rest` from its arrival; the exposure does not count."""
    seen = flow[3]
    _begin(kind, amount, length, modes, weights, flow, 1.0)
    if kind & OVER_TIME:
        _advance(rates, weights, ka, modes, flow, length)
        _begin(kind, amount, length, modes, weights, flow, -1.0)
        rest -= length
    _advance(rates, weights, ka, modes, flow, rest)
    flow[3] = seen


@njit(cache=True)
def _marks(kind, start, lag, length, steady, when):
    """When each dose settles the state (steady states alone), begins and ends, into when (3 * doses,); inf for what does not happen."""
    for j in range(start.shape[0]):
        arrives = start[j] + lag[j]
        when[3 * j] = start[j] if steady[j] > 0.0 else np.inf
        when[3 * j + 1] = arrives
        when[3 * j + 2] = arrives + length[j] if kind[j] & OVER_TIME else np.inf


@njit(cache=True)
def course(rates, weights, ka, kind, start, lag, amount, length, steady, times, concentration, exposure):
    """Concentration and exposure (n, times) of n people.

    rates, weights (n, compartments); ka (n,); kind (doses,) bits; start, steady (doses,) with steady 0 for an ordinary dose, else
    the interval at which it has been repeated for ever; lag, amount, length (n, doses); times (times,) increasing. Fills the last two.
    """
    n, doses = amount.shape
    when = np.empty(3 * doses)
    modes = np.zeros(rates.shape[1])
    flow = np.zeros(4)
    for i in range(n):
        modes[:] = 0.0
        flow[:] = 0.0
        _marks(kind, start, lag[i], length[i], steady, when)
        order = np.argsort(when, kind="mergesort")
        now, at = min(when[order[0]], times[0]), 0
        for t in range(times.shape[0]):
            while at < 3 * doses and when[order[at]] <= times[t]:
                j, what = order[at] // 3, order[at] % 3
                if when[order[at]] > now:
                    _advance(rates[i], weights[i], ka[i], modes, flow, when[order[at]] - now)
                    now = when[order[at]]
                if what == 0:
                    _settle(rates[i], weights[i], ka[i], modes, flow, kind[j], amount[i, j], length[i, j], steady[j])
                    if lag[i, j] > 0.0:
                        _wait(rates[i], weights[i], ka[i], modes, flow, kind[j], amount[i, j], length[i, j], steady[j] - lag[i, j])
                else:
                    _begin(kind[j], amount[i, j], length[i, j], modes, weights[i], flow, 1.0 if what == 1 else -1.0)
                at += 1
            if times[t] > now:
                _advance(rates[i], weights[i], ka[i], modes, flow, times[t] - now)
                now = times[t]
            concentration[i, t] = modes.sum()
            exposure[i, t] = flow[3]
