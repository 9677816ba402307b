"""How fast is a record read, and how much memory does it take, beside the usual FHIR library for Python?

    python benchmarks/ingest/run.py

MIMIC-IV demo on FHIR (93,296 resources in 28 NDJSON files) and the largest Synthea bundle, in CPU time of one
process (best of three). The peer is `fhir.resources` (R4B) parsing the same bundle from the same bytes; each
memory figure is the peak of a fresh process. Writes result.json beside this file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

from machine import described

DATA = Path(os.environ.get("XINGLIN_TEST_DATA", ROOT / "../shared/data")).resolve()
MIMIC = DATA / "fhir-mimic-iv-demo/ndjson"


def largest() -> Path:
    return max((DATA / "fhir-synthea-r4").rglob("*.json"), key=lambda path: path.stat().st_size)


def best(work: Callable[[], object], rounds: int = 3) -> float:
    """CPU seconds of the fastest round."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def mimic() -> dict[str, float]:
    """Resources per CPU second: strict parse, parse and map, everything `take-in` does before it stores, and all of `take-in`:
    every person of the input linked, sealed with an own key and kept in one transaction of a fresh house."""
    import gzip

    from xinglin.flow.house import House
    from xinglin.flow.settings import Settings
    from xinglin.formats.fhir.chart import derive
    from xinglin.formats.fhir.strict import parse
    from xinglin.intake import read

    lines = [line for path in sorted(MIMIC.glob("*.gz")) for line in gzip.decompress(path.read_bytes()).splitlines()]
    people = [person.resources for person in read([MIMIC]).people]
    mapped = sum(map(len, people))

    def parse_all() -> None:
        for line in lines:
            parse(line)

    def map_all() -> None:
        for resources in people:
            derive(resources)

    def keep_all() -> None:
        with tempfile.TemporaryDirectory() as home:
            House(Settings(home=Path(home))).take_in([MIMIC])

    return {
        "resources": len(lines),
        "strict_parse_per_s": len(lines) / best(parse_all),
        "parse_and_map_per_s": mapped / best(map_all),
        "read_all_in_per_s": len(lines) / best(lambda: read([MIMIC])),
        "parse_map_store_per_s": len(lines) / best(keep_all),
    }


def bundle() -> dict[str, float]:
    """The largest Synthea bundle: CPU seconds of each way."""
    import orjson
    from fhir.resources.R4B.bundle import Bundle

    from xinglin.formats.fhir.strict import parse_whole
    from xinglin.intake import chart_of, read  # the chart comes with what is read

    path = largest()
    raw = path.read_bytes()
    kept = read([path]).people[0].resources
    return {
        "bytes": len(raw),
        "resources": len(kept),
        "orjson_parse_s": best(lambda: orjson.loads(raw)),
        "strict_parse_s": best(lambda: parse_whole(raw)),
        "chart_from_store_s": best(lambda: chart_of(kept)),
        "read_and_chart_s": best(lambda: read([path]).people[0].chart),
        "peer_parse_s": best(lambda: Bundle.model_validate_json(raw)),
    }


def peak(what: str) -> float:
    """Peak memory, in MB, of a fresh process that does one thing with the largest bundle."""
    if what == "ours":
        from xinglin.intake import read

        _ = read([largest()]).people[0].chart
    elif what == "peer":
        from fhir.resources.R4B.bundle import Bundle

        Bundle.model_validate_json(largest().read_bytes())
    else:
        from xinglin.intake import read

        read([MIMIC])
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def apart(what: str) -> float:
    done = subprocess.run([sys.executable, __file__, what], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    if len(sys.argv) > 1:
        print(peak(sys.argv[1]))
        return
    stream, one = mimic(), bundle()
    result = {
        "question": "How fast is a record read, and how much memory does it take?",
        "mimic": {key: round(value) for key, value in stream.items()},
        "largest_synthea_bundle": {key: round(value, 4) for key, value in one.items()},
        "peer": f"fhir.resources {version('fhir.resources')} (R4B, model_validate_json)",
        "ratios": {
            "peer_parse_over_our_read_and_chart": round(one["peer_parse_s"] / one["read_and_chart_s"], 1),
            "peer_parse_over_our_chart_from_store": round(one["peer_parse_s"] / one["chart_from_store_s"], 1),
            "peer_parse_over_our_strict_parse": round(one["peer_parse_s"] / one["strict_parse_s"], 1),
        },
        "peak_rss_mb": {
            "largest_bundle_read_and_chart": round(apart("ours"), 1),
            "largest_bundle_peer_parse": round(apart("peer"), 1),
            "mimic_read_whole": round(apart("mimic"), 1),
        },
        "bars": {
            "parse_and_map_per_s": 20000,
            "parse_map_store_per_s": 10000,
            "peer_parse_over_our_read_and_chart": 10,
            "largest_bundle_peak_rss_mb": 300,
        },
        "machine": described(),
    }
    (HERE / "result.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
