"""What does torch cost beside machine code, and what do its slopes cost beside differences?

Run: python benchmarks/torch_engine/run.py     (about two minutes; needs xinglin[torch]; writes result.json beside it)
The lung cancer card for 180 days: five doses of chemotherapy, 34 fractions, nine doses of pembrolizumab, a look every 30 days. One thread, CPU time.
With a graphics card its rows are measured too; without one they say that they were not.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from msgspec.structs import replace

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from machine import described

from xinglin.diseases.nsclc import DISEASE
from xinglin.models.simulator import reference
from xinglin.models.simulator.course import CardDisease, apart
from xinglin.models.simulator.torch_engine import in_torch
from xinglin.models.simulator.torch_plan import moved_doses
from xinglin.models.simulator.torch_slopes import differentiable, sensitivities
from xinglin.records.simulation import Dose, Regimen, SimulationRequest

REGIMEN = Regimen(
    "all",
    doses=(
        *next(r for r in DISEASE.card.regimens if r.name == "sequential").doses,
        *(Dose(21.0 * k, "pembrolizumab", 200.0) for k in range(9)),
    ),
)
REQUEST = SimulationRequest("nsclc", tuple(float(day) for day in range(0, 181, 30)), REGIMEN, seed=20260401)
FAST, TORCH, GRAPHICS, SLOPED, SLOW, DRAWS = 50_000, 2_048, 4_000_000, 16, 1, 8


def cpu_s(work: Callable[[], Any], times: int = 3) -> float:
    """CPU seconds, the best of some."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def people(count: int) -> dict[str, np.ndarray]:
    return DISEASE.draw(REQUEST, 0, count)


def cohorts() -> dict[str, Any]:
    """Patients per CPU-second; people already drawn, steps already chosen."""
    many, some = people(FAST), people(TORCH)
    exact = DISEASE.run(REQUEST, some)
    found: dict[str, Any] = {"machine code": {"patients_per_cpu_s": round(FAST / cpu_s(lambda: DISEASE.run(REQUEST, many)))}}
    for word, single in (("torch float64", False),):
        served = in_torch(DISEASE, single=single)
        theirs = served.run(REQUEST, some)
        found[word] = {
            "patients_per_cpu_s": round(TORCH / cpu_s(lambda served=served: served.run(REQUEST, some), 1)),
            "greatest_relative_difference": max(apart(theirs.observed[name], exact.observed[name]) for name in exact.observed),
            "same_numbers": float(np.mean([np.mean((theirs.observed[n] == v) | np.isnan(v)) for n, v in exact.observed.items()])),
        }
    return found


def on_a_graphics_card() -> dict[str, Any]:
    """Patients per second of the clock, where there is a card."""
    if not torch.cuda.is_available():
        return {"absent": "no graphics card on this machine: not measured"}
    many, found = people(GRAPHICS), {}
    for word, single in (("float64", False), ("float32", True)):
        served = in_torch(DISEASE, "cuda", single)
        served.run(REQUEST, many)
        start = time.perf_counter()
        served.run(REQUEST, many)
        found[word] = {"patients_per_s": round(GRAPHICS / (time.perf_counter() - start))}
    return {"card": torch.cuda.get_device_name()} | found


def slopes_by_parameters() -> dict[str, Any]:
    """The slope of the volume by each parameter that varies, per patient and time: torch, and differences of both solvers."""
    some = people(SLOPED)
    found = sensitivities(DISEASE, REQUEST, some, ("volume",)).by_parameter["volume"]
    moved = lambda name, sign, size, who: {**who, name: who[name] * (1 + sign * size)}  # noqa: E731
    few = {name: column[:SLOW] for name, column in some.items()}

    def by_machine_code(size: float) -> dict[str, np.ndarray]:
        ran = lambda name, sign: DISEASE.run(REQUEST, moved(name, sign, size, some)).observed["volume"].astype(float)  # noqa: E731
        return {name: (ran(name, 1) - ran(name, -1)) / (2 * size * some[name][:, None]) for name in found}

    def by_reference() -> dict[str, np.ndarray]:
        ran = lambda name, sign: reference.solve(DISEASE.card, REQUEST, moved(name, sign, 1e-4, few), {})[0]["volume"]  # noqa: E731
        return {name: (ran(name, 1) - ran(name, -1)) / (2e-4 * few[name][:, None]) for name in found}

    start = time.process_time()
    true = by_reference()
    slow = (time.process_time() - start) / SLOW
    errors = {size: error(by_machine_code(size), true) for size in (1e-4, 1e-3, 1e-2)}
    best = min(errors, key=errors.__getitem__)
    torch_s = cpu_s(lambda: sensitivities(DISEASE, REQUEST, some, ("volume",)), 1)
    code_s = cpu_s(lambda: by_machine_code(best), 2)
    return {
        "parameters": len(found), "patients": SLOPED,
        "torch": {"cpu_ms_per_patient": 1e3 * torch_s / SLOPED, "greatest_error_of_a_slope": error(found, true)},
        "differences of machine code": {"cpu_ms_per_patient": 1e3 * code_s / SLOPED, "greatest_error_of_a_slope": errors[best], "relative_step": best},
        "differences of the reference": {"cpu_ms_per_patient": 1e3 * slow},
        "torch_times_machine_code": round(torch_s / code_s, 1), "reference_times_torch": round(slow / (torch_s / SLOPED), 1),
    }  # fmt: skip


def error(found: dict[str, np.ndarray], true: dict[str, np.ndarray]) -> float:
    """Greatest error of the first people's slopes, relative to the greatest slope of the person's course by that parameter."""
    off = []
    for name, slope in true.items():
        with np.errstate(invalid="ignore"):
            each = np.abs(found[name][: len(slope)] - slope) / np.nanmax(np.abs(slope), axis=1, keepdims=True)
        off.append(np.nanmax(np.where(np.isnan(found[name][: len(slope)]), np.nan, each)))
    return float(np.nanmax(off))


def one_person_s_gradient() -> dict[str, Any]:
    """What a fit to one person asks again and again: a loss and its gradient by every parameter that varies."""
    one = people(1)
    names = [row.name for row in DISEASE.card.parameters if row.distribution != "fixed" and row.spread > 0]

    def by_torch() -> None:
        given = {name: torch.tensor(column, requires_grad=name in names) for name, column in one.items()}
        torch.log(differentiable(DISEASE, REQUEST, given)["volume"]).sum().backward()

    def by_machine_code() -> None:
        wide = {name: np.repeat(column, 2 * len(names) + 1) for name, column in one.items()}
        for number, name in enumerate(names):
            wide[name][2 * number + 1 : 2 * number + 3] *= (1 - 1e-3, 1 + 1e-3)
        DISEASE.run(REQUEST, wide)

    torch_s, code_s = cpu_s(by_torch), cpu_s(by_machine_code)
    return {
        "parameters": len(names),
        "torch_cpu_ms": 1e3 * torch_s,
        "machine_code_cpu_ms": 1e3 * code_s,
        "torch_times_machine_code": round(torch_s / code_s, 1),
    }


def schedule_gradient() -> dict[str, Any]:
    """What a search for amounts asks: the mean of a goal over draws of a person, and its gradient by every amount."""
    some = people(DRAWS)
    amounts, moments = [dose.amount for dose in REGIMEN.doses], [dose.time for dose in REGIMEN.doses]
    fixed = {name: torch.tensor(column) for name, column in some.items()}

    def by_torch() -> None:
        given = [torch.tensor(amount, dtype=torch.float64, requires_grad=True) for amount in amounts]
        torch.log(differentiable(DISEASE, REQUEST, fixed, amounts=given)["volume"][:, -1]).mean().backward()

    def one_regimen(fresh: bool) -> Callable[[], None]:
        disease, numbers = CardDisease(DISEASE.card), iter(range(1, 1000))
        disease.__dict__["kernel"] = DISEASE.kernel

        def work() -> None:
            first = amounts[0] * (1 + 1e-3 * (next(numbers) if fresh else 1))
            disease.run(replace(REQUEST, regimen=moved_doses(REGIMEN, [first, *amounts[1:]], moments)), some)

        work()
        return work

    torch_s, fresh_s, known_s = cpu_s(by_torch, 1), cpu_s(one_regimen(fresh=True), 5), cpu_s(one_regimen(fresh=False), 5)
    return {
        "draws": DRAWS, "amounts": len(amounts), "torch_gradient_cpu_ms": 1e3 * torch_s,
        "machine_code_one_regimen_cpu_ms": {"its steps chosen anew": 1e3 * fresh_s, "steps known": 1e3 * known_s},
        "regimens_for_one_torch_gradient": {"its steps chosen anew": round(torch_s / fresh_s, 1), "steps known": round(torch_s / known_s, 1)},
        "regimens_for_a_gradient_by_differences": len(amounts) + 1,
    }  # fmt: skip


def main() -> None:
    torch.set_num_threads(1)
    DISEASE.run(REQUEST, people(10))
    found = {
        "machine": described(),
        "torch_version": torch.__version__,
        "threads": 1,
        "cohorts": cohorts(),
        "graphics_card": on_a_graphics_card(),
    }
    pace = {word: row["patients_per_cpu_s"] for word, row in found["cohorts"].items()}
    found["machine_code_times_torch"] = round(pace["machine code"] / pace["torch float64"], 1)
    found |= {"slopes_by_parameters": slopes_by_parameters(), "one_person": one_person_s_gradient(), "schedule": schedule_gradient()}
    (HERE / "result.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
