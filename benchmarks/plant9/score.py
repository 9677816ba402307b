"""Detection of planted errors by class, and false alarms on the untouched sentences, with 95 % intervals.

Reads JSON lines {"class", "verdict"}: one per plant (the verdict of its sentence, or "omission" reported or not), and
one per untouched sentence with class "clean".
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from wilson import Rate, rates

FLAGGED = {"unsupported", "contradicted", "omission"}


def score(rows: Iterable[dict]) -> dict[str, Rate]:
    """Rates by name: "all plants" and one per class (share found), "false alarms" (share of clean sentences flagged)."""

    def hits() -> Iterable[tuple[str, bool]]:
        for row in rows:
            flagged = row["verdict"] in FLAGGED
            if row["class"] == "clean":
                yield "false alarms", flagged
            else:
                yield "all plants", flagged
                yield row["class"], flagged

    return rates(hits())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verdicts", type=Path)
    chosen = parser.parse_args()
    found = score(json.loads(line) for line in chosen.verdicts.read_text(encoding="utf-8").splitlines() if line)
    for name in sorted(found, key=lambda n: (n == "false alarms", n != "all plants", n)):
        print(found[name].line(name))


if __name__ == "__main__":
    main()
