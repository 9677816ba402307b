"""Do damaged DICOM series ever crash, hang, swell the reader, or give a wrong volume? 20,000 mutants.

    python benchmarks/mutated_dicom/run.py [--mutants 20000] [--seed 1]

Writes result.json beside this file. See README.md for what counts as a wrong volume.
"""

from __future__ import annotations

import argparse
import collections
import io
import json
import os
import platform
import resource
import sys
import warnings
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
ROOT = HERE.parents[1]
DATA = Path(os.environ.get("XINGLIN_TEST_DATA", ROOT / "../shared/data")).resolve()

import independent
import numpy as np
import pydicom
from mutants import Mutants, Original

from xinglin.formats.dicom import ReadingProcess, read_series, segment_masks
from xinglin.records.errors import XinglinError
from xinglin.records.volume import Volume

TICK = os.sysconf("SC_CLK_TCK")


class Meter:
    """Processor seconds and the most memory of the house and its reading processes."""

    def __init__(self, process: ReadingProcess) -> None:
        self.process, self.peak_mb = process, 0.0

    def seconds(self) -> float:
        own, gone = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = own.ru_utime + own.ru_stime + gone.ru_utime + gone.ru_stime
        child = self.process.identifier
        if child:
            try:
                fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
                spent += (int(fields[11]) + int(fields[12])) / TICK
                lines = Path(f"/proc/{child}/status").read_text().splitlines()
                high = next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
                self.peak_mb = max(self.peak_mb, high)
            except OSError:
                pass
        return spent


def same_geometry(found: Volume, positions: np.ndarray, spacing: list[float]) -> bool:
    """Every slice where the other reader puts it, to a hundredth of a millimetre or 0.5 % of a step, and the same pixels."""
    steps = np.arange(found.shape[0])[:, None]
    mine = found.affine[:3, 3] + steps * found.affine[:3, 0]
    slack = max(0.02, 0.005 * found.spacing_mm[0]) + 1e-6
    rows, columns = np.array(spacing[5:8]) * spacing[0], np.array(spacing[2:5]) * spacing[1]
    return (
        positions.shape == mine.shape
        and bool(np.abs(mine - positions).max() <= slack)
        and np.allclose(found.affine[:3, 1], rows, atol=2e-3 * spacing[0])
        and np.allclose(found.affine[:3, 2], columns, atol=2e-3 * spacing[1])
    )


def verdict(found: Volume, files: list[bytes], whole: Volume) -> str:
    """ "same as the original", "as a second reader has it", or "wrong" with a reason."""
    if (
        found.shape == whole.shape
        and np.array_equal(found.voxels, whole.voxels)
        and np.array_equal(found.affine, whole.affine)
        and found.unit == whole.unit
    ):
        return "same as the original"
    try:
        values, positions, spacing = independent.volume(files)
    except Exception as error:  # noqa: BLE001 - anything may happen to the second reader
        return f"wrong: the second reader fails ({type(error).__name__}: {str(error)[:80]})"
    if values.shape != found.shape:
        return "wrong: another shape"
    if not np.allclose(values, found.voxels, rtol=1e-5, atol=1e-3):
        return "wrong: other values"
    if not same_geometry(found, positions, spacing):
        return "wrong: another place"
    return "as a second reader has it"


def outline_verdict(masks, raw: bytes, volume: Volume) -> str:
    """Masks must lie on the grid; a segmentation may not have more voxels than pydicom counts in its frames."""
    counted = sum(int(mask.whole(volume.shape).sum()) for mask in masks)
    if masks and masks[0].method == "RT Structure Set":
        return "contours laid on the grid"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            there = int(pydicom.dcmread(io.BytesIO(raw), force=True).pixel_array.sum())
    except Exception as error:  # noqa: BLE001 - anything may happen to the second reader
        return f"wrong: the second reader fails ({type(error).__name__}: {str(error)[:80]})"
    inside = not any(mask.notes for mask in masks)
    return "wrong: other marked voxels" if counted > there or (inside and counted != there) else "segments as a second reader counts them"


def one(original: Original, files: list[bytes], whole: Volume, process: ReadingProcess, meter: Meter) -> tuple[str, float]:
    start = meter.seconds()
    try:
        if original.outline:
            masks = segment_masks(files[0], whole, process=process)
            return outline_verdict(masks, files[0], whole), meter.seconds() - start
        found = read_series(files, repair=original.repair, process=process)
    except XinglinError as error:
        return error.code, meter.seconds() - start
    except Exception as error:  # noqa: BLE001 - the very thing that is looked for
        return f"crash: {type(error).__name__}: {error}"[:200], meter.seconds() - start
    spent = meter.seconds() - start
    return verdict(found, files, whole), spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    mutants = Mutants(DATA if DATA.exists() else None)
    outcomes: collections.Counter[str] = collections.Counter()
    bad, slowest = [], (0.0, 0, "")
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    with ReadingProcess() as process:
        wholes = {o.name: read_series(o.files, repair=o.repair, process=process) for o in mutants.originals if not o.outline}
        wholes |= {o.name: wholes["explicit"] for o in mutants.originals if o.outline}
        meter = Meter(process)
        for seed in range(options.seed, options.seed + options.mutants):
            original, files, done = mutants.mutant(seed)
            outcome, spent = one(original, files, wholes[original.name], process, meter)
            slowest = max(slowest, (spent, seed, f"{original.name}: {done}"))
            if outcome.startswith(("crash", "wrong")):
                bad.append((seed, original.name, done, outcome))
            outcomes[outcome.partition(":")[0]] += 1
    result = {
        "question": "Do damaged DICOM series crash, hang or swell the reader, or give a wrong volume?",
        "mutants": options.mutants,
        "first_seed": options.seed,
        "originals": [original.name for original in mutants.originals],
        "crashes": outcomes.get("crash", 0),
        "wrong_volumes_accepted": outcomes.get("wrong", 0),
        "typed_errors": sum(count for name, count in outcomes.items() if name.startswith("XL-")),
        "accepted_same_as_original": outcomes.get("same as the original", 0),
        "accepted_as_second_reader": outcomes.get("as a second reader has it", 0)
        + outcomes.get("segments as a second reader counts them", 0),
        "contours_accepted_without_a_second_reader": outcomes.get("contours laid on the grid", 0),
        "reading_processes_that_died": sum(outcomes.get(f"XL-DICOM-{n}", 0) for n in ("011", "014")),
        "slowest_cpu_s": round(slowest[0], 3),
        "slowest": slowest[1:],
        "reading_process_peak_mb": round(meter.peak_mb, 1),
        "bars": {"crashes": 0, "wrong_volumes_accepted": 0, "slowest_cpu_s": 5, "reading_process_peak_mb": 512},
        "outcomes": dict(sorted(outcomes.items())),
        "bad": bad[:50],
        "cpu_s": round(meter.seconds() - begun, 1),
        "machine": {"cpu": platform.processor() or platform.machine(), "python": platform.python_version(), "cores": os.cpu_count()},
    }
    (HERE / "result.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
