"""How many of the official UCUM functional tests do we pass, and the best kept peer library? Prints both and writes result.json.

The peer, ucumvert (MIT), is no dependency of Xinglin: `--peer-python PATH` names a Python that has it installed. Its arithmetic is judged
as ours is: equal to as many figures as the expected number shows. The tests are read from the shared data (XINGLIN_TEST_DATA).
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from decimal import Context, Decimal
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).parent
DATA = Path(os.environ.get("XINGLIN_TEST_DATA", HERE.parents[2] / "shared/data")) / "terms-ucum" / "functional_tests.xml"
SAFETY = [("[iU]", "[arb'U]"), ("[iU]", "1"), ("meq/L", "mmol/L"), ("[CFU]", "[PFU]"), ("%", "mmol/mol"), ("mg", "mL")]
SCALES = [("7.4", "[pH]", "nmol/L", "39.81"), ("20", "dB", "1", "100"), ("98.6", "[degF]", "Cel", "37.0")]


def close(got, wanted: Decimal) -> bool:
    """Equal to as many figures as the expected number shows."""
    return Context(prec=len(wanted.as_tuple().digits)).plus(Decimal(str(got))) == wanted


class Ours:
    """Xinglin's own units."""

    name = "xinglin.knowledge.units"

    def __init__(self):
        from xinglin.knowledge import units

        self.units = units

    def parse(self, code):
        self.units.parse(code)

    def convert(self, value, source, target):
        return self.units.convert(Decimal(value), source, target)

    def multiply(self, case, divide):
        return self.units.multiply(Decimal(case["v1"]), case["u1"], Decimal(case["v2"]), case["u2"], divide=divide)[0]


class Peer:
    """ucumvert on pint."""

    name = "ucumvert"

    def __init__(self):
        from ucumvert import PintUcumRegistry, get_ucum_parser

        self.registry, self.parser = PintUcumRegistry(), get_ucum_parser()

    def parse(self, code):
        self.parser.parse(code)

    def _quantity(self, value, code):
        unit = self.registry.from_ucum(code)
        return self.registry.Quantity(float(value) * unit.magnitude, unit.units)

    def convert(self, value, source, target):
        unit = self.registry.from_ucum(target)
        return self._quantity(value, source).to(unit.units).magnitude / unit.magnitude

    def multiply(self, case, divide):
        left, right = self._quantity(case["v1"], case["u1"]), self._quantity(case["v2"], case["u2"])
        both = left / right if divide else left * right
        return both.to(self.registry.from_ucum(case["uRes"]).units if case["uRes"] else "").magnitude


def product(engine, case, divide: bool) -> bool:
    """Whether the product, or the quotient, is what the case expects (the file does not say which it means)."""
    try:
        return close(engine.multiply(case, divide), Decimal(case["vRes"]))
    except Exception:  # noqa: BLE001  (the wrong one of the two may be refused)
        return False


def judged(engine, case) -> tuple[str, bool] | None:
    """(kind of test, passed) for one case, None for a display case."""
    if "valid" in case:
        try:
            engine.parse(case["unit"])
        except Exception:  # noqa: BLE001  (a peer's own errors)
            return "validation", case["valid"] == "false"
        return "validation", case["valid"] == "true"
    try:
        if "srcUnit" in case:
            return "conversion", close(engine.convert(case["value"], case["srcUnit"], case["dstUnit"]), Decimal(case["outcome"]))
        if "v1" in case:
            return "multiplication", any(product(engine, case, divide) for divide in (False, True))
    except Exception:  # noqa: BLE001  (a peer's own errors)
        return ("conversion" if "srcUnit" in case else "multiplication"), False
    return None


def measure(engine_class) -> dict:
    """Pass rates, safety and speed of one library, in this process."""
    start = time.process_time()
    engine = engine_class()
    engine.parse("mg/dL")
    ready = time.process_time() - start
    counts: dict[str, list[int]] = {}
    failed = []
    for element in ElementTree.parse(DATA).getroot():
        verdict = judged(engine, dict(element.attrib))
        if verdict:
            tally = counts.setdefault(verdict[0], [0, 0])
            tally[0] += verdict[1]
            tally[1] += 1
            if not verdict[1]:
                failed.append(element.attrib["id"])
    unsafe = []
    for source, target in SAFETY:
        try:
            engine.convert("1", source, target)
            unsafe.append(f"{source} -> {target}")
        except Exception:  # noqa: BLE001  (a refusal is what we want)
            continue
    scales = 0
    for value, source, target, wanted in SCALES:
        try:
            scales += close(engine.convert(value, source, target), Decimal(wanted))
        except Exception:  # noqa: BLE001
            continue
    engine.convert("5.5", "mg/dL", "g/L")
    rounds = 300
    start = time.process_time()
    for _ in range(rounds):
        engine.convert("5.5", "mg/dL", "g/L")
    passed, total = (sum(tally[i] for tally in counts.values()) for i in (0, 1))
    return {
        "library": engine.name,
        "passed": passed,
        "of": total,
        "rate": round(passed / total, 4),
        "by_kind": {kind: f"{good}/{every}" for kind, (good, every) in sorted(counts.items())},
        "failed_cases": failed,
        "conversions_allowed_that_could_harm": unsafe,
        "special_scales_right": f"{scales}/{len(SCALES)}",
        "ready_cpu_seconds": round(ready, 3),
        "conversion_cpu_microseconds": round((time.process_time() - start) / rounds * 1e6, 2),
    }


def main() -> None:
    """Measure ours here and the peer in its own Python."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--peer-python", default="")
    reader.add_argument("--peer-only", action="store_true")
    chosen = reader.parse_args()
    if not DATA.exists():
        sys.exit("shared data not present")
    if chosen.peer_only:
        print(json.dumps(measure(Peer)))
        return
    results = [measure(Ours)]
    if chosen.peer_python:
        answer = subprocess.run([chosen.peer_python, __file__, "--peer-only"], capture_output=True, text=True, check=True)
        results.append(json.loads(answer.stdout))
    report = {
        "machine": f"{platform.machine()}, {os.cpu_count()} CPU, Python {platform.python_version()}",
        "cases": DATA.name,
        "results": results,
    }
    if len(results) == 2:
        report["speed_ratio"] = round(results[1]["conversion_cpu_microseconds"] / results[0]["conversion_cpu_microseconds"], 1)
    (HERE / "result.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
