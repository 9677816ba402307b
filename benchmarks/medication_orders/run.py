"""How many unsafe orders are caught, how many safe ones are stopped: against two sets written from the sources by independent hands.

An order counts as caught when a concern of at least `major` (or a never-event) is told; the same line decides what a false alarm is.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.machine import described
from benchmarks.medication_orders.orders import CASES, SECOND, cases, judged
from benchmarks.wilson import Rate

from xinglin.records.medication import Concern

HERE = Path(__file__).parent


def alarms(found: tuple[Concern, ...]) -> list[Concern]:
    """The concerns that interrupt."""
    return [one for one in found if one.grave]


def measure(part: str, of: Path = CASES) -> dict[str, Any]:
    """Shares with 95 % intervals for one part of a set ("judge", "tune", or "" for all)."""
    unsafe = [case for case in cases("unsafe", of) if part in ("", case["part"])]
    safe = [case for case in cases("safe", of) if part in ("", case["part"])]
    started = time.process_time()
    heard = {case["id"]: judged(case) for case in (*unsafe, *safe)}
    seconds = (time.process_time() - started) / max(1, len(heard))
    caught = [case for case in unsafe if alarms(heard[case["id"]])]
    never = [case for case in unsafe if case.get("never_event")]
    stopped = [case for case in never if any(one.stop or one.never_event for one in alarms(heard[case["id"]]))]
    false = [case for case in safe if alarms(heard[case["id"]])]
    all_of, caught_of = Counter(case["category"] for case in unsafe), Counter(case["category"] for case in caught)
    return {
        "unsafe": len(unsafe), "caught": len(caught), "caught_share": _share(len(caught), len(unsafe)),
        "never_events": len(never), "never_events_caught": sum(bool(alarms(heard[case["id"]])) for case in never), "never_events_stopped": len(stopped),
        "safe": len(safe), "false_alarms": len(false), "false_alarm_share": _share(len(false), len(safe)),
        "by_category": {name: [caught_of[name], count] for name, count in sorted(all_of.items())},
        "ms_per_order": round(seconds * 1000, 3),
        "missed": sorted(case["id"] for case in unsafe if not alarms(heard[case["id"]])), "alarmed": sorted(case["id"] for case in false),
    }  # fmt: skip


def _share(count: int, of: int) -> list[float]:
    low, high = Rate(count, of).interval
    return [round(count / max(1, of), 4), round(low, 4), round(high, 4)]


def main() -> None:
    """Write result.json and print it."""
    result = {
        "machine": described(), "asked": {"caught_share": 0.94, "never_events": 1.0, "false_alarm_share": 0.05},
        "judge": measure("judge"), "tune": measure("tune"),
        "second": {
            "first_run": json.loads((HERE / "first_run_second.json").read_text(encoding="utf-8")),
            "judge": measure("judge", SECOND), "tune": measure("tune", SECOND),
        },
    }  # fmt: skip
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    if "--dry-run" not in sys.argv:
        (HERE / "result.json").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
