"""The error of a continuous glucose sensor: autocorrelated over quarters of an hour, skewed, smooth between (Breton, Kovatchev 2008).

e(n) = 0.7 (e(n-1) + v(n)) with standard normal v every 15 min; error = xi + lambda sinh((e - gamma) / delta), mg/dL; readings between
quarters lie on a smooth (Catmull-Rom) curve. The lag of the sensor is not here: it is the state of glucose under the skin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.simulator import streams

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE_MIN = 5
_QUARTER_MIN = 15


def errors(seed: int, first: int, minutes: int, traits: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Error of each five-minute reading from minute 0 to `minutes`, mg/dL, shape (people, readings).

    It depends on the seed, the person's number and the quarter alone, so that every arm sees the same sensor.
    """
    count, quarters = len(traits["weight"]), minutes // _QUARTER_MIN + 4
    fresh = streams.normals(seed, "error/sensor_glucose", first, count, quarters)
    latent = np.empty((quarters, count))
    latent[0] = fresh[0]
    for place in range(1, quarters):
        latent[place] = traits["sensor_memory"] * (latent[place - 1] + fresh[place])
    with np.errstate(over="ignore"):
        wrong = traits["sensor_xi"] + traits["sensor_lambda"] * np.sinh((latent - traits["sensor_gamma"]) / traits["sensor_delta"])
    readings = np.arange(minutes // SAMPLE_MIN + 1)
    before, share = readings * SAMPLE_MIN // _QUARTER_MIN, (readings * SAMPLE_MIN % _QUARTER_MIN / _QUARTER_MIN)[:, None]
    a, b, c, d = (wrong[before + shift] for shift in range(4))
    curve = b + 0.5 * share * (c - a + share * (2 * a - 5 * b + 4 * c - d + share * (3 * (b - c) + d - a)))
    return np.ascontiguousarray((curve * traits["sensor_error"]).T)
