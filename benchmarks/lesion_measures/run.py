"""Does our measurement of a lesion agree with the truth of our own nodules, with four readers, and RECIST with a set of responses?

Run: python benchmarks/lesion_measures/run.py     (four minutes of CPU; writes result.json beside it)
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from lidc import lidc
from machine import described
from own import COARSE_SCANS, own_nodules

from xinglin.workup.imaging.comparing import NOT_SURE
from xinglin.workup.imaging.recist import broken_rules, overall_response

SEED, COARSE_SEED = 4377, 4477  # not looked at while the method was worked on
DOUBTS = (*NOT_SURE, "kind not sure")  # notes that tell the reader not to rely on the volume
DATA = Path(os.environ.get("XINGLIN_TEST_DATA", HERE.parents[2] / "shared/data"))


def doubted(row: dict[str, Any]) -> bool:
    """Whether its notes say that the volume is not sure."""
    return any(sign in note for note in row.get("notes", ()) for sign in DOUBTS)


def summed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How many are within the bar, and the errors. A refused nodule counts as missed."""
    done = [row for row in rows if "refused" not in row]
    if not done:
        return {"nodules": len(rows), "refused": len(rows)}
    apart = np.array([abs(row["off_mm"]) for row in done])
    volume = np.array([abs(row["off_percent"]) for row in done])
    within = [abs(row["off_mm"]) <= row["voxel_mm"] for row in done]
    outside = [row for row, near in zip(done, within, strict=True) if not near or abs(row["off_percent"]) > 10]
    return {
        "nodules": len(rows), "refused": len(rows) - len(done), "said_to_leak": sum(row["leak"] for row in done),
        "outside_the_bar": len(outside), "outside_the_bar_and_told_by_a_note": sum(doubted(row) for row in outside),
        "inside_the_bar_but_doubted": sum(doubted(row) for row in done) - sum(doubted(row) for row in outside),
        "diameter_within_one_voxel": f"{sum(within)}/{len(rows)}", "volume_within_10_percent": f"{int((volume <= 10).sum())}/{len(rows)}",
        "diameter_error_mm": {"median": round(float(np.median(apart)), 3), "worst": round(float(apart.max()), 3)},
        "volume_error_percent": {"median": round(float(np.median(volume)), 2), "worst": round(float(volume.max()), 2)},
    }  # fmt: skip


def by(rows: list[dict[str, Any]], word: str) -> dict[str, Any]:
    """The same for each kind, margin or attachment."""
    return {str(value): summed([row for row in rows if row[word] == value]) for value in sorted({row[word] for row in rows})}


def kinds(rows: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """How often each kind was taken for which (calcified is no kind of its own here: solid is right)."""
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        told = row.get("told_kind", "refused")
        mine = found.setdefault(row["kind"], {})
        mine[told] = mine.get(told, 0) + 1
    return {kind: dict(sorted(found[kind].items())) for kind in sorted(found)}


def responses(folder: Path) -> dict[str, Any]:
    """Overall responses we derive from the set's target, non-target and new-lesion answers, and its choice of targets."""
    visits: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for row in csv.DictReader((folder / "rs_onco.csv").open(encoding="utf-8")):
        visits[row["USUBJID"], row["VISITNUM"], row["RSEVAL"], row["RSEVALID"]][row["RSTESTCD"]] = row["RSSTRESC"]
    same = [
        overall_response(one.get("TRGRESP", ""), one.get("NTRGRESP", ""), one.get("NEWLPROG") == "UNEQUIVOCAL") == one["OVRLRESP"]
        for one in visits.values()
    ]
    targets = defaultdict(list)
    for row in csv.DictReader((folder / "tu_onco.csv").open(encoding="utf-8")):
        if row["TUSTRESC"] == "TARGET":
            targets[row["USUBJID"], row["TUEVAL"], row["TUEVALID"]].append((row["TULNKID"], row["TULOC"]))
    kept = sum(not broken_rules(one) for one in targets.values())
    return {
        "overall_responses_agreeing": f"{sum(same)}/{len(same)}", "target_choices_within_the_rules": f"{kept}/{len(targets)}",
        "sums_of_diameters": "the set holds no diameters of target lesions: not compared",
    }  # fmt: skip


def main() -> None:
    """Measure and write result.json."""
    own, coarse = own_nodules(60, SEED), own_nodules(80, COARSE_SEED, COARSE_SCANS)
    plain = [row for row in own if row["kind"] == "solid"]
    report: dict[str, Any] = {
        "machine": described(), "bar": {"diameter": "error <= 1 voxel", "volume": "error <= 10 %", "sizes": "6 to 30 mm"},
        "own_nodules": summed(own), "own_solid": summed(plain), "by_kind": by(own, "kind"), "by_margin": by(own, "margin"),
        "by_attachment": by(own, "attachment"), "cpu_s_median": round(float(np.median([r["cpu_s"] for r in own if "cpu_s" in r])), 3),
    }  # fmt: skip
    report["kind_told"] = {"fine": kinds(own), "coarse": kinds(coarse)}
    report["coarse"] = {
        "own_nodules": summed(coarse), "by_grid": by(coarse, "grid"), "by_kind": by(coarse, "kind"),
        "solid_of_10_mm_and_more": summed([row for row in coarse if row["kind"] == "solid" and row["true_mm"] >= 10]),
    }  # fmt: skip
    report["lidc"] = lidc(DATA / "dicom-lidc-lung-ct") if (DATA / "dicom-lidc-lung-ct").exists() else "shared data not present"
    report["recist"] = responses(DATA / "onco-sdtm-recist") if (DATA / "onco-sdtm-recist").exists() else "shared data not present"
    report["each"], report["each_coarse"] = own, coarse
    (HERE / "result.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: value for name, value in report.items() if not name.startswith("each")}, indent=1))


if __name__ == "__main__":
    main()
