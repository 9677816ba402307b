"""Sentences worded freely by another hand against recorded facts (T2): what does the checker make of them? Writes result.json.

`run.py --show 20` prints some misses and false alarms (all people are invented).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from load import cases, score
from machine import described

from xinglin.flow import verify


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", type=int, default=0)
    chosen = parser.parse_args()
    checks = [c for c in verify.all_checks("chart") if c.name != verify.OMISSION]
    verdicts: dict[str, list[tuple[str, str]]] = {"en": [], "zh": []}
    shown: Counter[str] = Counter()
    for case in cases():
        judged = verify.judge_text(case.text, case.language, case.facts, None, "", case.as_of, checks)
        wrong = [s.verdict for s in judged.sentences if s.verdict in ("unsupported", "contradicted")]
        verdict = "contradicted" if "contradicted" in wrong else wrong[0] if wrong else "supported"
        verdicts[case.language].append((case.id, verdict))
        if (verdict == "supported") is not (case.expect == "supported") and shown[case.kind] < chosen.show:
            shown[case.kind] += 1
            print(
                f"{case.language} {case.kind} expected {case.expect}, got {verdict}: {case.text}",
                [i.check for s in judged.sentences for i in s.issues],
            )
    found = score([row for part in verdicts.values() for row in part])
    figures = {
        k: {"found": r.hits, "of": r.total, "rate": round(r.rate, 4), "interval": [round(x, 4) for x in r.interval]}
        for k, r in found.items()
    }
    (HERE / "result.json").write_text(json.dumps({"figures": figures, "machine": described()}, indent=1) + "\n", encoding="utf-8")
    for name, figure in figures.items():
        print(f"{name:<40}{figure['found']}/{figure['of']}  {figure['rate']:.1%}")


if __name__ == "__main__":
    main()
