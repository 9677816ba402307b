"""The exponentials of a mammillary model: after a bolus, the concentration is a sum of weight * exp(-rate * time).

Formulas are arranged so that nothing cancels: the small rate follows from the product of the rates, and the weights are positive shares of 1 / v1.
Source of the solution: Wagner, Clin Pharmacol Ther 1976;20:234 (linear mammillary models); the arrangement against cancellation is ours.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def one(cl, v1, rates, weights):
    """Rate and weight of one compartment, into rates[0] and weights[0]."""
    rates[0] = cl / v1
    weights[0] = 1.0 / v1


@njit(cache=True)
def two(cl, v1, q2, v2, rates, weights):
    """Rates (fast first) and weights of two compartments."""
    k10, k12, k21 = cl / v1, q2 / v1, q2 / v2
    lead = k10 + k12 - k21
    exchange = k12 * k21
    root = np.sqrt(lead * lead + 4.0 * exchange)
    rates[0] = 0.5 * (k10 + k12 + k21 + root)
    rates[1] = k10 * k21 / rates[0]
    if lead >= 0.0:  # above = rate 0 - k21, below = k21 - rate 1, above * below = exchange
        above = 0.5 * (lead + root)
        below = exchange / above if above > 0.0 else 0.0
    else:
        below = 0.5 * (root - lead)
        above = exchange / below
    whole = above + below
    weights[0] = (above / whole if whole > 0.0 else 1.0) / v1
    weights[1] = (below / whole if whole > 0.0 else 0.0) / v1


@njit(cache=True)
def three(cl, v1, q2, v2, q3, v3, rates, weights):
    """Rates (fast first) and weights of three compartments: roots of a cubic whose coefficients are sums of positive terms."""
    k10, k12, k13, k21, k31 = cl / v1, q2 / v1, q3 / v1, q2 / v2, q3 / v3
    c2 = k10 + k12 + k13 + k21 + k31
    c1 = k10 * (k21 + k31) + k12 * k31 + k13 * k21 + k21 * k31
    c0 = k10 * k21 * k31
    fast = c2
    for _ in range(200):  # from above every root, Newton's steps fall towards the fastest one and never pass it
        value = ((fast - c2) * fast + c1) * fast - c0
        slope = (3.0 * fast - 2.0 * c2) * fast + c1
        if slope <= 0.0:
            break
        step = value / slope
        fast -= step
        if step <= 1e-16 * fast:
            break
    product = c0 / fast
    total = (c1 - product) / fast
    root = np.sqrt(max(total * total - 4.0 * product, 0.0))
    rates[0] = fast
    rates[1] = 0.5 * (total + root)
    rates[2] = product / rates[1]
    for k in range(1, 3):
        r = rates[k]
        slope = (3.0 * r - 2.0 * c2) * r + c1
        if abs(slope) > 1e-6 * c1:
            rates[k] = r - (((r - c2) * r + c1) * r - c0) / slope
    for k in range(3):
        r = rates[k]
        weight = (k21 - r) * (k31 - r)
        for j in range(3):
            if j != k:
                apart = rates[j] - r
                weight = weight / apart if apart != 0.0 else 0.0
        weights[k] = weight / v1


@njit(cache=True)
def exponentials(cl, v1, q2, v2, q3, v3, compartments):
    """Rates and weights of n people, each (n, compartments); the arguments are arrays of n (unused ones are not read)."""
    n = v1.shape[0]
    rates = np.empty((n, compartments))
    weights = np.empty((n, compartments))
    for i in range(n):
        if compartments == 1:
            one(cl[i], v1[i], rates[i], weights[i])
        elif compartments == 2:
            two(cl[i], v1[i], q2[i], v2[i], rates[i], weights[i])
        else:
            three(cl[i], v1[i], q2[i], v2[i], q3[i], v3[i], rates[i], weights[i])
    return rates, weights
