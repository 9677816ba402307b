"""What the checks that need only the text flag in MEDEC: notes with one wrong sentence, or none, and no source to hold them against.

MEDEC's errors are errors of knowledge (a wrong diagnosis, organism, treatment), which no check of ours claims to find without a
record or a source; this measures how little is found and that honest notes are left alone. Writes result.json.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from machine import described
from wilson import rates

from xinglin.flow import verify

DATA = Path(os.environ.get("XINGLIN_TEST_DATA", HERE.parents[1] / "../shared/data")).resolve() / "notes-medec-errors/validation.csv"
BAD = ("unsupported", "contradicted")


def hits(rows: list[dict[str, str]]) -> Iterator[tuple[str, bool]]:
    """(name, flagged) per note and per sentence."""
    checks = verify.all_checks("draft")
    for row in rows:
        wrong = row["Error Flag"] == "1"
        error = " ".join(row["Error Sentence"].split())
        found = verify.judge_text(row["Text"], "en", (), None, "", "2026-01-01", checks).sentences
        flagged = [" ".join(s.text.split()) for s in found if s.verdict in BAD]
        if wrong:
            hit = any(f in error or error in f for f in flagged)
            yield "wrong sentences found", hit
            yield f"wrong sentences found, {row['Error Type']}", hit
        yield ("notes with an error flagged" if wrong else "notes without an error flagged"), bool(flagged)
        for sentence in found:
            text = " ".join(sentence.text.split())
            if not (wrong and (text in error or error in text)):
                yield "other sentences flagged", sentence.verdict in BAD


def main() -> None:
    with DATA.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    start = time.process_time()
    found = rates(hits(rows))
    result = {
        "checks": [c.name for c in verify.all_checks("draft")],
        "rates": {n: {"found": r.hits, "of": r.total, "rate": round(r.rate, 4), "interval": [round(x, 4) for x in r.interval]} for n, r in found.items()},
        "cpu_s": round(time.process_time() - start, 1), "machine": described(),
    }  # fmt: skip
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for name, rate in found.items():
        print(rate.line(name))


if __name__ == "__main__":
    main()
