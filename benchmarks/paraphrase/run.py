"""Sentences worded freely by another hand against recorded facts (T2): what does the checker make of them? Writes result.json.

`run.py --show 20` prints some misses and false alarms (all people are invented).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Literal

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from load import cases, score
from machine import described

from xinglin.flow import verify


def measured(which: Literal["first", "second", "third"], show: int) -> dict:
    """Rates of one set; `show` prints so many misses and false alarms of each class (all people are invented)."""
    checks = [c for c in verify.all_checks("chart") if c.name != verify.OMISSION]
    verdicts: list[tuple[str, str]] = []
    shown: Counter[str] = Counter()
    for case in cases(which):
        judged = verify.judge_text(case.text, case.language, case.facts, None, "", case.as_of, checks)
        wrong = [s.verdict for s in judged.sentences if s.verdict in ("unsupported", "contradicted")]
        verdict = "contradicted" if "contradicted" in wrong else wrong[0] if wrong else "supported"
        verdicts.append((case.id, verdict))
        if (verdict == "supported") is not (case.expect == "supported") and shown[case.kind] < show:
            shown[case.kind] += 1
            found = [i.check for s in judged.sentences for i in s.issues]
            print(f"{case.language} {case.kind} expected {case.expect}, got {verdict}: {case.text}", found)
    found = score(verdicts, which)
    return {
        k: {"found": r.hits, "of": r.total, "rate": round(r.rate, 4), "interval": [round(x, 4) for x in r.interval]}
        for k, r in found.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", type=int, default=0, help="of the first set only")
    chosen = parser.parse_args()
    result: dict = {"figures": measured("first", chosen.show), "second": measured("second", 0), "third": measured("third", 0)}
    result["machine"] = described()
    path = HERE / "result.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name in ("second", "third"):
        result[f"{name}_when_first_scored"] = before.get(f"{name}_when_first_scored", result[name])
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for name in ("figures", "second", "second_when_first_scored", "third", "third_when_first_scored"):
        for side in ("wrong caught", "right let through"):
            figure = result[name][side]
            print(f"{name:<28}{side:<20}{figure['found']}/{figure['of']}  {figure['rate']:.1%}")


if __name__ == "__main__":
    main()
