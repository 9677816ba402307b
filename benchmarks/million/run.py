"""A million virtual patients with lung cancer, from seed to Parquet file: how long on two cores, and are the bytes the same from every engine?

Run: python benchmarks/million/run.py     (a minute or two; writes result.json beside it)
One year of the sequential treatment of RTOG 9410, looked at every 30 days: parameters, death and cure, four observables.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from machine import described

from xinglin.diseases.nsclc import DISEASE
from xinglin.models.simulator.cohort import simulate
from xinglin.records.draft import Label
from xinglin.records.simulation import SimulationRequest
from xinglin.review.research import write_cohort

PATIENTS = 1_000_000
LABEL = Label({"en": "Synthetic: virtual patients, for research", "zh": "合成数据：虚拟患者，仅供研究"}, {"Label": "1"})
REGIMEN = next(regimen for regimen in DISEASE.card.regimens if regimen.name == "sequential")
REQUEST = SimulationRequest("nsclc", tuple(float(day) for day in range(0, 361, 30)), REGIMEN, patients=PATIENTS, seed=7)


def cpu_s() -> float:
    """CPU-seconds of this process and of its ended children."""
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def once(folder: Path, engine: str, workers: int, block: int) -> dict[str, object]:
    """One whole run."""
    out = folder / f"{engine}.parquet"
    start, spent = time.perf_counter(), cpu_s()
    residual = write_cohort(
        simulate(DISEASE, REQUEST, workers=workers, engine=engine, block=block), out, home=folder / "house", card=DISEASE.card,
        request=REQUEST, label=LABEL,
    )  # fmt: skip
    wall, used = time.perf_counter() - start, cpu_s() - spent
    told: dict[str, object] = {"workers": workers, "block": block, "wall_s": round(wall, 2), "cpu_s": round(used, 2)}
    told |= {"sha256": hashlib.sha256(out.read_bytes()).hexdigest(), "megabytes": round(out.stat().st_size / 1e6, 1)}
    return told | {"residual": float(f"{residual.greatest:.3g}") if residual else None}


def main() -> None:
    list(simulate(DISEASE, SimulationRequest("nsclc", REQUEST.times, REGIMEN, patients=5000, seed=7)))  # machine code is made once
    result: dict[str, object] = {"machine": described(), "patients": PATIENTS, "asked": {"wall_s_on_2_cores": 15, "same_bytes": True}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = {
            engine: once(folder, engine, workers, block)
            for engine, workers, block in (("pool", 2, 50_000), ("serial", 1, 31_000), ("ray", 2, 50_000))
        }
    result["engines"] = runs
    result["same_bytes"] = len({str(told["sha256"]) for told in runs.values()}) == 1
    result["busy"] = f"load {np.round(__import__('os').getloadavg()[0], 1)} on {__import__('os').cpu_count()} cores at the end"
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
