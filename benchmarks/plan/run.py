"""A treatment plan from a record taken in to every sentence checked: seconds of one process for each of seven made-up people, both languages.

`first` is the first plan of a fresh process (tables of knowledge read on the way, modules compiled as an installation keeps them): the slower of
two processes; `again` the best of three afterwards. Writes result.json.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "tests" / "walks")]

from machine import described

AS_OF, LIMIT_S = "2024-03-07", 1.0


def main() -> None:
    if len(sys.argv) > 2:
        return _plan(sys.argv[1], sys.argv[2])
    from plan_people import PEOPLE

    with tempfile.TemporaryDirectory() as kept:
        _row(kept, "diabetes", "en")  # compiles the modules, and those of drug levels
        _row(kept, "levels", "en")
        pairs = [(who, language) for who in sorted(PEOPLE) for language in ("en", "zh")]
        rows = [max((_row(kept, *pair) for _ in range(2)), key=lambda row: row["first_s"]) for pair in pairs]
    result = {
        "machine": described(),
        "asked": {"plan_s": LIMIT_S},
        "slowest_again_s": max(row["again_s"] for row in rows),
        "slowest_first_s": max(row["first_s"] for row in rows),
        "plans": rows,
    }
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: value for name, value in result.items() if name != "plans"}, indent=1))


def _row(kept: str, who: str, language: str) -> dict[str, Any]:
    """What one process says, its compiled modules in a folder of their own."""
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPYCACHEPREFIX": kept}
    told = subprocess.run([sys.executable, __file__, who, language], check=True, capture_output=True, text=True, env=settings)
    return json.loads(told.stdout)


def _plan(who: str, language: str) -> None:
    """One process: the first plan, and the best of three more of the same person."""
    from plan_people import PEOPLE

    from xinglin.flow.house import House
    from xinglin.flow.settings import Settings
    from xinglin.records import ContentRequest

    folder = Path(tempfile.mkdtemp())
    path = folder / "record.json"
    path.write_text(json.dumps(PEOPLE[who]), encoding="utf-8")
    house = House(Settings(home=folder / "house"))
    _, (taken,) = house.take_in([str(path)])
    request = ContentRequest("treatment_plan", taken.chart.id, language, AS_OF)  # type: ignore[arg-type]
    times = []
    for _ in range(4):
        start = time.process_time()
        draft = house.make(request, keep=False)
        times.append(time.process_time() - start)
    row = {
        "who": who, "language": language, "first_s": round(times[0], 3), "again_s": round(min(times[1:]), 3), "sentences": len(draft.statements),
        "facts": len(draft.facts), "stops": sum(issue.severity == "stop" for issue in draft.issues),
    }  # fmt: skip
    print(json.dumps(row))


if __name__ == "__main__":
    main()
