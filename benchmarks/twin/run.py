"""Is a twin quick, large enough, right as often as it says, and the posterior that NUTS finds?

Run: python benchmarks/twin/run.py [SECONDS [COUNT]]     (works so long on new people; pieces are kept, run again to go on; writes result.json)
Part one: people.py. Part two: against_nuts.py, which needs the peers' interpreter: XINGLIN_PEERS or .venv-peers/bin/python, packages in peers.txt.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import against_nuts
import people
from machine import described


def main() -> None:
    seconds, count = float((sys.argv[1:2] or ["3600"])[0]), int((sys.argv[2:3] or ["1000"])[0])
    rows = people.run(count, seconds)
    result = {
        "machine": described(),
        "asked": {"cpu_s": 1.0, "coverage_of_90": [0.87, 0.93], "share_effective_400": 0.95, "times_nuts": 50, "people": 1000},
        "twins": people.summed_up(rows), "nuts": against_nuts.run(),
    }  # fmt: skip
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
