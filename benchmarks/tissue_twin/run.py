"""What a glioma in three dimensions costs, and how exact it is. README.md says how.

Run: python benchmarks/tissue_twin/run.py     (about ten minutes; writes result.json beside it)
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import plain
from machine import described

from xinglin.models.brain import GREY, WHITE, made_brain
from xinglin.models.reaction_diffusion.growth import Growth
from xinglin.models.reaction_diffusion.march import Control, Moment, march
from xinglin.models.reaction_diffusion.medium import Medium
from xinglin.models.reaction_diffusion.reference import plain_course

DAYS, RATE, FAST, SLOW, EVEN = 100.0, 0.025, 0.26, 0.052, 0.13
MM = (1.0, 1.0, 1.0)
Array = NDArray[np.floating]


def brain(n: int) -> NDArray[np.float32]:
    """A cube of the made-up brain around the tumour: diffusivity."""
    labels = np.pad(made_brain(1.0).voxels, 8)
    middle = [round(size / 2) for size in labels.shape]
    middle[2] -= 26  # off the middle line, in white matter
    cut = labels[tuple(slice(max(0, m - n // 2), max(0, m - n // 2) + n) for m in middle)]
    return np.select([cut == WHITE, cut == GREY], [FAST, SLOW], 0.0).astype(np.float32)


def bump(n: int, wide: float = 6.0) -> NDArray[np.float32]:
    squares = ((np.arange(n) - n / 2 + 0.5) / wide) ** 2
    return (0.8 * np.exp(-(squares[:, None, None] + squares[None, :, None] + squares[None, None, :]) / 2)).astype(np.float32)


def timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def ours(diffusivity: Array, start: Array, days: float = DAYS, control: Control = Control()) -> tuple[float, Moment]:
    medium = Medium(diffusivity, MM)
    spent, moments = timed(lambda: list(march(start, medium, Growth(RATE), [days], control=control)))
    return spent, moments[-1]  # type: ignore[index]


def warm() -> float:
    """Compiles everything once; says how long our kernels took to load or compile."""
    small = bump(16)
    spent = 0.0
    for diffusivity in (
        np.where(np.arange(16) % 5 > 0, FAST, 0).astype(np.float32) * np.ones((16, 16, 16), np.float32),
        np.full((16, 16, 16), EVEN, np.float32),
    ):
        spent += ours(diffusivity, small)[0]
        between = plain.conductances(diffusivity)
        plain.euler_fused(small, between, RATE, 0.1, 2)
        plain.rkl2(small, between, RATE, 5.0, 2, 7)
    return spent


def in_tissue(n: int) -> dict[str, object]:
    diffusivity = brain(n)
    start = np.where(diffusivity > 0, bump(n), 0).astype(np.float32)
    between = plain.conductances(diffusivity)
    longest = 2.785 / (12 * FAST)
    steps = int(np.ceil(DAYS / longest))
    rk4_s, rk4 = timed(lambda: plain.rk4(start, between, RATE, DAYS / steps, steps))
    cells = float(rk4.sum(dtype=np.float64))  # type: ignore[attr-defined]
    runs = [ours(diffusivity, start) for _ in range(3)]
    spent, moment = min(runs, key=lambda run: run[0])
    euler_steps = int(DAYS / 0.05)
    euler_s = timed(lambda: plain.euler(start, between, RATE, 0.05, 20))[0] * euler_steps / 20
    fused_s = timed(lambda: plain.euler_fused(start, between, RATE, 0.05, 100))[0] * euler_steps / 100
    rkl_s, rkl = timed(lambda: plain.rkl2(start, between, RATE, 5.0, 20, 7))
    return {
        "voxels": n**3,
        "open_voxels": int((diffusivity > 0).sum()),
        "ours": {
            "cpu_s": round(spent, 3), "cells_error": off(moment.total, cells), "greatest_difference": differ(moment.density, rk4),
            "steps": moment.tally.steps, "stages": moment.tally.stages, "own_estimate_of_error": float(f"{moment.tally.error:.2g}"),
            "imbalance": float(f"{moment.tally.imbalance:.2g}"),
        },
        "rk4": {"cpu_s": round(rk4_s, 1), "step_d": round(DAYS / steps, 3), "ratio": round(rk4_s / spent, 1)},
        "euler": {"cpu_s": round(euler_s, 1), "step_d": 0.05, "steps_timed": 20, "ratio": round(euler_s / spent, 1)},
        "euler fused": {"cpu_s": round(fused_s, 1), "step_d": 0.05, "steps_timed": 100, "ratio": round(fused_s / spent, 1)},
        "rkl2": {"cpu_s": round(rkl_s, 2), "step_d": 5.0, "stages": 7, "cells_error": off(float(rkl.sum(dtype=np.float64)), cells),  # type: ignore[attr-defined]
                 "greatest_difference": differ(rkl, rk4), "ratio": round(rkl_s / spent, 1)},
    }  # fmt: skip


def uniform(n: int) -> dict[str, object]:
    diffusivity, start = np.full((n, n, n), EVEN, np.float32), bump(n)
    between = plain.conductances(diffusivity)
    steps = int(np.ceil(DAYS * 12 * EVEN / 2.785))
    rk4_s, rk4 = timed(lambda: plain.rk4(start, between, RATE, DAYS / steps, steps))
    cells = float(rk4.sum(dtype=np.float64))  # type: ignore[attr-defined]
    spent, moment = min((ours(diffusivity, start) for _ in range(3)), key=lambda run: run[0])
    euler_s = timed(lambda: plain.euler(start, between, RATE, 0.05, 20))[0] * 100
    laplace_s = timed(lambda: plain.euler_laplace(start, EVEN, RATE, 0.05, 5))[0] * 400
    convolved_s = timed(lambda: plain.euler_convolved(start, EVEN, RATE, 0.05, 2))[0] * 1000
    cosine_s, cosine = timed(lambda: plain.strang_cosine(start, EVEN, RATE, 5.0, 20))
    return {
        "ours": {"cpu_s": round(spent, 3), "cells_error": off(moment.total, cells), "greatest_difference": differ(moment.density, rk4),
                 "steps": moment.tally.steps},
        "rk4": {"cpu_s": round(rk4_s, 1), "step_d": round(DAYS / steps, 3), "ratio": round(rk4_s / spent, 1)},
        "euler": {"cpu_s": round(euler_s, 1), "step_d": 0.05, "steps_timed": 20, "ratio": round(euler_s / spent, 1)},
        "euler, ndimage.laplace": {"cpu_s": round(laplace_s, 1), "step_d": 0.05, "steps_timed": 5, "ratio": round(laplace_s / spent, 1)},
        "euler, ndimage.convolve": {"cpu_s": round(convolved_s, 1), "step_d": 0.05, "steps_timed": 2, "ratio": round(convolved_s / spent, 1)},
        "strang with cosine transforms": {"cpu_s": round(cosine_s, 2), "step_d": 5.0, "cells_error": off(float(cosine.sum(dtype=np.float64)), cells),  # type: ignore[attr-defined]
                                          "ratio": round(cosine_s / spent, 1)},
    }  # fmt: skip


def off(cells: float, expected: float) -> float:
    return float(f"{abs(cells / expected - 1):.2g}")


def differ(one: object, other: object) -> float:
    return float(f"{float(np.abs(np.asarray(one, np.float64) - np.asarray(other, np.float64)).max()):.2g}")


def accuracy(n: int = 64) -> list[dict[str, object]]:
    """Every method against Richardson extrapolation of rk4."""
    diffusivity = brain(n)
    start = np.where(diffusivity > 0, bump(n), 0).astype(np.float32)
    exact = [plain.rk4(start.astype(float), plain.conductances(diffusivity.astype(float)), RATE, h, int(DAYS / h)) for h in (0.25, 0.125)]
    truth = exact[1] + (exact[1] - exact[0]) / 15
    cells, rows = float(truth.sum()), []

    def row(name: str, spent: float, density: object) -> None:
        found = np.asarray(density, np.float64)
        rows.append(
            {
                "method": name,
                "cpu_s": round(spent, 3),
                "greatest_difference": differ(found, truth),
                "cells_error": off(float(found.sum()), cells),
            }
        )

    between = plain.conductances(diffusivity)
    for tolerance in (2e-3, 5e-4, 1e-4):
        spent, moment = ours(diffusivity, start, control=Control(tolerance=tolerance))
        row(f"ours, tolerance {tolerance:g}", spent, moment.density)
    for step in (0.1, 1.0):
        spent, moment = ours(diffusivity, start, control=Control(step=step))
        row(f"ours, steps of {step:g} d", spent, moment.density)
    for h in (0.5, 0.1, 0.05):
        row(f"euler, {h:g} d", *timed(lambda h=h: plain.euler(start, between, RATE, h, int(DAYS / h))))
    row("rk4, 0.8 d", *timed(lambda: plain.rk4(start, between, RATE, 0.8, 125)))
    for h, stages in ((10.0, 9), (5.0, 7), (2.5, 5)):
        row(
            f"rkl2, {h:g} d, {stages} stages", *timed(lambda h=h, stages=stages: plain.rkl2(start, between, RATE, h, int(DAYS / h), stages))
        )
    return rows


def sweep(n: int = 48) -> dict[str, object]:
    """Every step offered at every diffusion."""
    start, worst, bad, runs = bump(n), 0.0, 0, 0
    shape = brain(n) / FAST
    for fast in (0.01, 0.1, 0.3, 1.0):
        medium = Medium((shape * fast).astype(np.float32), MM)
        truth = next(plain_course(start, medium, Growth(RATE), [DAYS], step=0.5)).total
        for step in (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0):
            moment = ours(medium.diffusivity, start, control=Control(step=step))[1]
            found = moment.density
            worst = max(worst, abs(moment.total / truth - 1))
            bad += not (np.isfinite(found).all() and found.min() >= 0 and found.max() <= 1)
            runs += 1
    return {
        "runs": runs,
        "steps_offered_d": [0.1, 100],
        "diffusion_mm2_d": [0.01, 1.0],
        "unstable": bad,
        "worst_cells_error": float(f"{worst:.2g}"),
    }


def main() -> None:
    result: dict[str, object] = {
        "machine": described(),
        "asked": {"ratio": 20, "cells_error": 1e-3},
        "load_or_compile_cpu_s": round(warm(), 2),
    }
    parts: dict[str, Callable[[], object]] = {
        "tissue_128": lambda: in_tissue(128), "uniform_128": lambda: uniform(128), "accuracy_64": accuracy, "sweep_48": sweep,
    }  # fmt: skip
    for name, part in parts.items():
        result[name] = part()
        print(name, json.dumps(result[name], indent=1), flush=True)
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
