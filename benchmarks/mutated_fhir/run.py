"""Do damaged FHIR files ever crash, hang or swell the reader? 20,000 mutants in a process with limits.

    python benchmarks/mutated_fhir/run.py [--mutants 20000] [--seed 1]

Each mutant is read and its charts are derived. A crash is any error that is not one of the house's typed errors.
Bars: 0 crashes, no mutant over 5 s, at most 512 MB, every failure typed. Writes result.json beside this file.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
ROOT = HERE.parents[1]
DATA = Path(os.environ.get("XINGLIN_TEST_DATA", ROOT / "../shared/data")).resolve()


class Hang(BaseException):
    """Five seconds are over."""


def _too_slow(*_: object) -> None:
    raise Hang


def one(name: str, raw: bytes, folder: Path) -> str:
    """What becomes of one mutant: "clean", "findings", a typed code, or "crash: ..."."""
    from xinglin.intake import chart_of, read
    from xinglin.records.errors import XinglinError

    path = folder / name
    path.write_bytes(raw)
    try:
        intake = read([path], as_of="2026-01-01")
        for person in intake.people:
            chart_of(person.resources)
        _counts_agree(intake)
    except XinglinError as error:
        return error.code
    except Exception as error:  # noqa: BLE001 - the very thing that is looked for
        return f"crash: {type(error).__name__}: {error}"[:200]
    found = intake.findings or any(f.code != "XL-INTAKE-104" for p in intake.people for f in p.quality.findings)
    return "findings" if found else "clean"


def _counts_agree(intake) -> None:
    """Every resource that was read is somebody's, nobody's, a repetition or refused."""
    kept = {reference for person in intake.people for reference, _ in person.resources if reference != "Basic/xinglin-links"}
    assert intake.read == len(kept) + len(intake.left_over) + intake.repeated + intake.refused, "resources were lost"
    for person in intake.people:
        quality = person.quality
        assert quality.read == len(person.resources), "resources were lost in the chart"


def _peak() -> int:
    """The most memory this process ever held, in KiB (ru_maxrss would count the parent's)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def work(first: int, count: int) -> None:
    """Run in the child: prints one JSON object."""
    from mutants import Mutants

    resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
    signal.signal(signal.SIGALRM, _too_slow)
    mutants = Mutants(DATA)
    base = _peak()
    outcomes: collections.Counter[str] = collections.Counter()
    slowest, crashes = 0.0, []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            name, raw = mutants.mutant(seed)
            start = time.perf_counter()
            signal.alarm(5)
            try:
                outcome = one(name, raw, Path(folder))
            except Hang:
                outcome = "hang"
            signal.alarm(0)
            slowest = max(slowest, time.perf_counter() - start)
            if outcome == "hang" or outcome.startswith("crash"):
                crashes.append((seed, outcome))
            outcomes[outcome.partition(":")[0]] += 1
    peak = _peak()
    print(json.dumps({"outcomes": outcomes, "slowest_s": slowest, "bad": crashes, "peak_mb": peak / 1024, "before_mb": base / 1024}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", action="store_true")
    options = parser.parse_args()
    if options.child:
        work(options.seed, options.mutants)
        return
    command = [sys.executable, __file__, "--child", "--mutants", str(options.mutants), "--seed", str(options.seed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"the reading process died: {done.returncode}\n{done.stderr[-2000:]}")
    found = json.loads(done.stdout)
    outcomes = found["outcomes"]
    result = {
        "question": "Do damaged FHIR files crash, hang or swell the reader?",
        "mutants": options.mutants,
        "first_seed": options.seed,
        "crashes": outcomes.get("crash", 0),
        "hangs_over_5_s": outcomes.get("hang", 0),
        "slowest_s": round(found["slowest_s"], 3),
        "peak_rss_mb": round(found["peak_mb"], 1),
        "bars": {"crashes": 0, "hangs_over_5_s": 0, "peak_rss_mb": 512},
        "outcomes": dict(sorted(outcomes.items())),
        "bad": found["bad"][:50],
        "machine": {"cpu": platform.processor() or platform.machine(), "python": platform.python_version(), "cores": os.cpu_count()},
    }
    (HERE / "result.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
