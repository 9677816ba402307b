"""What a series of glucose readings amounts to: time in range, mean, variability, GMI, and HbA1c that goes with a mean.

Pure functions over readings, the same for a real sensor's trace and for a simulated one. Shares count readings, as the international
consensus does; they say something about a person only when the sensor was worn long enough (see `time_active`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from msgspec import Struct

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Unit = Literal["mg/dL", "mmol/L"]

MG_PER_MMOL = 18.0156  # mg/dL per mmol/L: glucose, 180.156 g/mol

# mg/dL; Battelino 2019 (doi:10.2337/dci19-0028): 70 and 180 belong to the range, 54 to level 1, 250 to level 1
VERY_LOW, LOW, HIGH, VERY_HIGH = 54.0, 70.0, 180.0, 250.0
# the same limits as the consensus writes them for readings in mmol/L
_LIMITS: dict[Unit, tuple[float, float, float, float]] = {"mg/dL": (VERY_LOW, LOW, HIGH, VERY_HIGH), "mmol/L": (3.0, 3.9, 10.0, 13.9)}


class GlucoseSummary(Struct, frozen=True):
    """The standard measures of a glucose trace. Shares are 0 to 1 of the readings; `below_70` holds those below 54, `above_180` those above 250.

    mean and sd are in the unit of the readings. gmi and a1c in percent; sd is NaN for a single reading.
    """

    readings: int
    unit: Unit
    mean: float
    sd: float
    cv: float  # sd / mean; the consensus calls 0.36 and less stable
    in_range: float
    below_70: float
    below_54: float
    above_180: float
    above_250: float
    gmi: float
    a1c: float


def summary(readings: ArrayLike, unit: Unit = "mg/dL") -> GlucoseSummary:
    """The measures of a series of readings; NaN readings are left out.

    Limits 54, 70, 180, 250 mg/dL (3.0, 3.9, 10.0, 13.9 mmol/L): Battelino 2019, doi:10.2337/dci19-0028. sd with n - 1.
    Raises InvalidInput XL-GLU-020 (no reading), XL-GLU-021 (negative, infinite, or an unknown unit).
    """
    values = _readings(readings, unit)
    very_low, low, high, very_high = _LIMITS[unit]
    mean = float(values.mean())
    sd = float(values.std(ddof=1)) if len(values) > 1 else float("nan")
    mean_mg = to_mg_dl(mean) if unit == "mmol/L" else mean
    return GlucoseSummary(
        len(values), unit, mean, sd, sd / mean if mean else float("nan"), float(((values >= low) & (values <= high)).mean()),
        float((values < low).mean()), float((values < very_low).mean()), float((values > high).mean()), float((values > very_high).mean()),
        gmi(mean_mg), a1c_of_mean(mean_mg),
    )  # fmt: skip


def shares_in_range(readings: NDArray[np.floating], low: float = LOW, high: float = HIGH) -> NDArray[np.float64]:
    """Share of the readings of each row that lie in [low, high], shape (n,), for many traces (n, readings) at once; NaN is left out."""
    known = ~np.isnan(readings)
    inside = (readings >= low) & (readings <= high) & known
    with np.errstate(invalid="ignore"):
        return inside.sum(axis=1) / known.sum(axis=1)


def gmi(mean_mg_dl: float) -> float:
    """Glucose management indicator, percent: 3.31 + 0.02392 x mean (mg/dL). Bergenstal 2018, doi:10.2337/dc18-1581; read at jaeb.org/gmi."""
    return 3.31 + 0.02392 * mean_mg_dl


def a1c_of_mean(mean_mg_dl: float) -> float:
    """HbA1c in percent that goes with a mean glucose: (mean + 46.7) / 28.7. ADAG, Nathan 2008, doi:10.2337/dc08-0545.

    The regression of 507 people (R2 0.84), turned round as its authors do for tables; a person may lie apart from it.
    """
    return (mean_mg_dl + 46.7) / 28.7


def mean_of_a1c(a1c_percent: float) -> float:
    """Estimated average glucose in mg/dL: 28.7 x HbA1c - 46.7. ADAG, Nathan 2008, doi:10.2337/dc08-0545."""
    return 28.7 * a1c_percent - 46.7


def to_mg_dl(mmol_l: float) -> float:
    """mmol/L as mg/dL, by the molar mass of glucose (180.156 g/mol)."""
    return mmol_l * MG_PER_MMOL


def to_mmol_l(mg_dl: float) -> float:
    """mg/dL as mmol/L, by the molar mass of glucose (180.156 g/mol)."""
    return mg_dl / MG_PER_MMOL


def time_active(minutes: ArrayLike, every: float = 5.0, span: float | None = None) -> float:
    """Share of the time, 0 to 1, for which the sensor gave readings: readings / readings expected at one every `every` minutes.

    minutes: time of each reading; span: the stretch to judge by, from first to last reading when not given. Two readings closer than half of
    `every` count once. The consensus asks for 70 % of 14 days. Raises InvalidInput XL-GLU-020 without a reading.
    """
    times = np.sort(np.asarray(minutes, float).ravel())
    if not len(times) or not np.isfinite(times).all() or every <= 0:
        raise InvalidInput("XL-GLU-020", "there is no reading to judge", where="glucose readings", fix="give the times of readings")
    kept = 1
    last = times[0]
    for time in times[1:]:
        if time - last >= 0.5 * every:
            kept, last = kept + 1, time
    expected = max(round((times[-1] - times[0] if span is None else span) / every) + 1, 1)
    return min(kept / expected, 1.0)


def _readings(readings: ArrayLike, unit: str) -> NDArray[np.float64]:
    values = np.asarray(readings, float).ravel()
    values = values[~np.isnan(values)]
    if unit not in _LIMITS or not np.isfinite(values).all() or (values < 0).any():
        raise InvalidInput(
            "XL-GLU-021", "the readings cannot be glucose in this unit", where="glucose readings", fix="mg/dL or mmol/L, from 0 on"
        )
    if not len(values):
        raise InvalidInput("XL-GLU-020", "there is no reading to judge", where="glucose readings", fix="give at least one reading")
    return values
