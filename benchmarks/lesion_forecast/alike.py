"""What `models/comparable_courses` forecasts, judged on readings before the last (where it was chosen) and then on the last."""

from __future__ import annotations

import numpy as np

from xinglin.models.comparable_courses import Others

Row = dict[str, float]


def forecasts(lesions: list[dict[str, object]], *, dropped: int = 0) -> list[Row]:
    """The newest reading of each lesion that has two before it, once the newest `dropped` are left out; those of one half from the other."""
    told = [
        {**one, "days": one["days"][: len(one["days"]) - dropped], "diameters": one["diameters"][: len(one["days"]) - dropped]}  # type: ignore[index, arg-type]
        for one in lesions
    ]
    others = [Others([(one["days"], one["diameters"]) for one in told if one["half"] != half], last_alone=True) for half in (0, 1)]
    return [_row(one, others[int(one["half"])]) for one in told if len(one["days"]) > 2]  # type: ignore[arg-type, call-overload]


def _row(lesion: dict[str, object], others: Others) -> Row:
    days, diameters = lesion["days"], lesion["diameters"]
    found = others.forecast(days[:-1], diameters[:-1], float(days[-1]))  # type: ignore[index]
    return {
        "truth": float(diameters[-1]), "persistence": float(diameters[-2]), "half": float(lesion["half"]),  # type: ignore[index, arg-type]
        "middle": found.middle, "low": found.low, "high": found.high,
    }  # fmt: skip


def summed_up(rows: list[Row]) -> dict[str, object]:
    """Error, coverage, width and interval score (Gneiting and Raftery 2007, doi:10.1198/016214506000001437), beside persistence.

    Persistence gets the 5 to 95 % range of the changes (mm) at the same reading in the other half.
    """
    truth, last, half, middle, low, high = (
        np.array([row[name] for row in rows]) for name in ("truth", "persistence", "half", "middle", "low", "high")
    )
    least, most = np.empty_like(truth), np.empty_like(truth)
    for side in (0.0, 1.0):
        least[half == side], most[half == side] = np.quantile((truth - last)[half != side], (0.05, 0.95))
    return {
        "lesions": len(rows),
        "comparable courses": _told(truth, middle, low, high),
        "persistence": _told(truth, last, np.maximum(last + least, 0.0), last + most),
    }


def _told(truth: np.ndarray, middle: np.ndarray, low: np.ndarray, high: np.ndarray) -> dict[str, float]:
    off, outside = np.abs(middle - truth), np.maximum(low - truth, 0) + np.maximum(truth - high, 0)
    return {
        "median_absolute_mm": round(float(np.median(off)), 3), "mean_absolute_mm": round(float(np.mean(np.minimum(off, 200))), 3),
        "coverage_of_90": round(float(np.mean(outside < 1e-6)), 4), "median_width_mm": round(float(np.median(high - low)), 2),
        "interval_score_mm": round(float(np.mean(high - low + 20 * outside)), 2),
    }  # fmt: skip
