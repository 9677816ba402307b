"""From a FHIR bundle to a checked draft, beside `fhir.resources` merely parsing the same bundle (R4B), in one run.

CPU time of one process, per bundle; the ratio is peer over ours, best of five, names of illnesses and tests known from the rounds
before. `first` is the first round of a bundle, after a warm-up on a made-up person alone. Also sentences checked per
CPU-second with every check on, and the peak memory of a fresh process drafting the largest bundle. Writes result.json.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from machine import described

from xinglin import intake
from xinglin.flow.demo import person
from xinglin.flow.house import House
from xinglin.flow.settings import Settings
from xinglin.models.reader import Reader
from xinglin.records import CheckCase, ContentRequest
from xinglin.workup import work_up

DATA = Path(os.environ.get("XINGLIN_TEST_DATA", HERE.parents[1] / "../shared/data")).resolve() / "fhir-synthea-r4"
AS_OF = "2026-07-01"


def best(work: Callable[[], object], rounds: int = 5) -> float:
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    if len(sys.argv) > 1:
        return _draft_one(Path(sys.argv[1]))
    from fhir.resources.R4B.bundle import Bundle

    house = House(Settings(home=Path(tempfile.mkdtemp())))
    made_up = Path(tempfile.mkdtemp()) / "person.json"
    made_up.write_text(json.dumps(person.bundle(0)), encoding="utf-8")
    draft(house, made_up)
    rows = []
    for path in sorted(DATA.rglob("*.json"), key=lambda p: p.stat().st_size):
        raw = path.read_bytes()
        first = best(lambda p=path: draft(house, p), 1)
        ours = best(lambda p=path: draft(house, p))
        peer = best(lambda r=raw: Bundle.model_validate_json(r), 3)
        rows.append(
            {
                "bytes": len(raw),
                "first_s": round(first, 4),
                "ours_s": round(ours, 4),
                "peer_s": round(peer, 4),
                "ratio": round(peer / ours, 1),
            }
        )
        print(rows[-1])
    ratios = sorted(r["ratio"] for r in rows)
    largest = max(DATA.rglob("*.json"), key=lambda p: p.stat().st_size)
    peak = subprocess.run([sys.executable, __file__, str(largest)], capture_output=True, text=True, check=True).stdout
    result = {
        "bundles": len(rows), "ratio_min": ratios[0], "ratio_median": ratios[len(ratios) // 2], "ratio_max": ratios[-1],
        "ratio_all_together": round(sum(r["peer_s"] for r in rows) / sum(r["ours_s"] for r in rows), 1),
        "ratio_all_together_first_round": round(sum(r["peer_s"] for r in rows) / sum(r["first_s"] for r in rows), 1),
        "peak_mib_largest_bundle": float(peak), "checking_sentences_per_cpu_s": checking(house), "rows": rows, "machine": described(),
    }  # fmt: skip
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print({k: v for k, v in result.items() if k != "rows"})


def draft(house: House, path: Path) -> None:
    for one in intake.read([path]).people:
        house.draft(ContentRequest("case_summary", "chart-1", "en", AS_OF), one.chart)


def checking(house: House) -> dict[str, int]:
    """Reading and checking drafts of every kind, per language; the words of a record are compiled once and serve its texts."""
    out = {}
    for language in ("en", "zh"):
        texts = []
        for path in sorted(DATA.rglob("*.json")):
            for one in intake.read([path]).people:
                chart = one.chart
                facts = work_up(chart, AS_OF)
                for kind in house.kinds.names():
                    if house.kinds[kind].prepare is not None:  # made from pictures, which these records have none of
                        continue
                    made = house.draft(ContentRequest(kind, "chart-1", language, AS_OF), chart)  # type: ignore[arg-type]
                    texts.append((made, facts, chart))

        def check_all(texts=texts, language=language) -> None:
            for made, facts, chart in texts:
                reader = Reader(facts, language, chart.identity, AS_OF)
                sentences = reader.read_statements([(s.id, s.text) for s in made.statements])
                case = CheckCase(
                    language, sentences, facts, {s.id: s.facts for s in made.statements}, chart, made, "", AS_OF, made.must_mention
                )
                for code in house.kinds[made.kind].checks:
                    house.checks[code].run(case)

        count = sum(len(made.statements) for made, _, _ in texts)
        out[language] = round(count / best(check_all, 9))
    return out


def _draft_one(path: Path) -> None:
    import resource

    draft(House(Settings(home=Path(tempfile.mkdtemp()))), path)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
