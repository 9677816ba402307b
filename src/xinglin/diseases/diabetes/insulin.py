"""The exact motion of insulin: seven linear states whose step under a constant inflow is one matrix per person.

Written so that it cannot go below zero: with the greatest rate added to the diagonal, every term of the exponential series is
non-negative (Metzler matrix).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STATES = ("sc1", "sc2", "ip", "il", "action", "delayed", "remote")
_TERMS = 24  # of the series: the terms left out are below 1e-18 for the rates and steps met here


def half_steps(values: Mapping[str, NDArray[np.float64]], minutes: float) -> NDArray[np.float64]:
    """exp(A minutes) of each person, 49 rows (row by row), then the 7 numbers that a constant inflow of 1 pmol/kg/min adds: (56, people)."""
    rates = _rates(values)
    shift = -rates[:, range(7), range(7)].min(axis=1)
    step = (rates + shift[:, None, None] * np.eye(8)) * minutes
    term = total = np.broadcast_to(np.eye(8), rates.shape)
    for number in range(1, _TERMS + 1):
        term = term @ step / number
        total = total + term
    moved = (total * np.exp(-shift * minutes)[:, None, None])[:, :7]
    return np.ascontiguousarray(np.concatenate([moved[:, :, :7].reshape(-1, 49), moved[:, :, 7]], axis=1).T)


def _rates(v: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """The rate matrix of each person, (people, 8, 8); the last column is the inflow."""
    a = np.zeros((len(v["weight"]), 8, 8))
    a[:, 0, 0], a[:, 0, 7] = -(v["ka1"] + v["kd"]), 1.0
    a[:, 1, 0], a[:, 1, 1] = v["kd"], -v["ka2"]
    a[:, 2, 0], a[:, 2, 1], a[:, 2, 2], a[:, 2, 3] = v["ka1"], v["ka2"], -(v["m2"] + v["m4"]), v["m1"]
    a[:, 3, 2], a[:, 3, 3] = v["m2"], -(v["m1"] + v["m3"])
    a[:, 4, 2], a[:, 4, 4] = v["p2u"] / v["vi"], -v["p2u"]
    a[:, 5, 2], a[:, 5, 5] = v["ki"] / v["vi"], -v["ki"]
    a[:, 6, 5], a[:, 6, 6] = v["ki"], -v["ki"]
    return a
