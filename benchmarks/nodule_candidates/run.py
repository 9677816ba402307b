"""How many nodules the finder finds at how many false marks per scan: on chests of nobody it has not seen, and what it marks in two real slabs of LIDC.

Run: python benchmarks/nodule_candidates/run.py [CPU-seconds, default 900] [work folder]     (writes result.json beside it)
It learns twice: from 16 chests, then also from 6 others with what the first finder wrongly marked in them. Each stage is kept in the work folder (default
/tmp/xinglin-nodule-candidates); run again, it goes on. It stops before the budget would be passed; result.json says how often it learnt and how many scans were looked through.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import ndimage

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.lesion_measures.lidc import nodules_of, reader_masks
from benchmarks.machine import described

from xinglin.formats.dicom import read_series
from xinglin.models.image.nodule_candidates import MODEL
from xinglin.models.kept_images import read_folder
from xinglin.models.nodule_search.by_model import found_by
from xinglin.models.thorax import find_lungs
from xinglin.records.candidates import Candidate
from xinglin.records.image_learning import LearningPlan
from xinglin.training.candidate_patches import candidate_patches
from xinglin.training.image_judging.froc import RATES, spread_of
from xinglin.training.image_learning.fit import learnt
from xinglin.training.image_learning.keeping import kept_of, started_from
from xinglin.training.image_sets import ImageSet
from xinglin.training.judging_candidates import SEED, Seen, by_group, seen_chest
from xinglin.training.seeded_chests import SeededNodule, seeded_chest

FIRST, SECOND = {"people": 16, "each": 20, "seed": 11}, {"people": 6, "each": 20, "seed": 12}
FIRST_PLAN = LearningPlan(steps=350, batch=16, rate=2e-3, precision="float32", seed=1)
SECOND_PLAN = LearningPlan(steps=200, batch=16, rate=1.5e-3, precision="float32", seed=2)
SCANS, NODULES = 10, 8
PER_SCAN_CPU_S, SECOND_CPU_S, LARGE_CPU_S = 16.0, 260.0, 40.0
LIDC = HERE.parents[1] / os.environ.get("XINGLIN_TEST_DATA", "../shared/data") / "dicom-lidc-lung-ct"


def main():
    budget = float(sys.argv[1]) if len(sys.argv) > 1 else 900.0
    work = Path(sys.argv[2] if len(sys.argv) > 2 else "/tmp/xinglin-nodule-candidates")
    work.mkdir(parents=True, exist_ok=True)
    model, learnings = models(work, budget)
    seen = looked(work, model, budget, f"seen-{model.digest[:12]}")
    result = {
        "machine": described(), "learnings": learnings, "learnt_from": [FIRST, SECOND][:learnings],
        "steps": [FIRST_PLAN.steps, SECOND_PLAN.steps][:learnings],
        "parameters": model.told.parameters, "kept_bytes": sum(map(len, model.files().values())), "model": model.digest[:12],
        "scans": len(seen), "nodules": sum(len(one.nodules) for one in seen), **froc(seen), "cpu_s": spent(work),
        "phantom_scan_cpu_s": {"look": middle([one.look_cpu_s for one in seen]), "lungs": middle([one.lungs_cpu_s for one in seen])},
        "lidc": lidc(model), "large_series": large_series(work, model, budget),
    }  # fmt: skip
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def models(work, budget):
    """(the last finder the budget allows, how often it learnt); each stage kept as soon as it is done."""
    if not (work / "modelA").exists():
        with counted(work, "first set"):
            first = candidate_patches(**FIRST, note=print)
            first.save(work / "setA")
        with counted(work, "first learning"):
            kept_of(learnt(first, MODEL, {}, FIRST_PLAN, work / "learnA", note=print), name="nodule-candidates").write(work / "modelA")
    start = read_folder(work / "modelA")
    if not (work / "modelB").exists() and sum(spent(work).values()) + SECOND_CPU_S + SCANS * PER_SCAN_CPU_S > budget:
        return start, 1
    if not (work / "setB").exists():
        with counted(work, "second set"):
            candidate_patches(
                **SECOND, note=print, took=lambda scan: [one.place_mm for one in found_by(start, scan, find_lungs(scan))]
            ).save(work / "setB")
    if not (work / "modelB").exists():
        with counted(work, "second learning"):
            both = together(ImageSet.load(work / "setA"), ImageSet.load(work / "setB"))
            found = learnt(both, MODEL, {}, SECOND_PLAN, work / "learnB", note=print, start=started_from(start))
            kept_of(found, name="nodule-candidates").write(work / "modelB")
    return read_folder(work / "modelB"), 2


def together(one, other):
    persons = [f"{letter}-{item.person}" for letter, part in (("a", one), ("b", other)) for item in part.items]
    pictures, masks = np.concatenate((one.pictures, other.pictures)), np.concatenate((one.masks, other.masks))
    return ImageSet.of(
        pictures, one.form, persons=persons, masks=masks, splits=[item.split for part in (one, other) for item in part.items],
        name="nodule-candidates", source=f"{one.card.source}; {other.card.source}", licence="Apache-2.0", synthetic=len(pictures),
    )  # fmt: skip


def looked(work, model, budget, name):
    """Unseen chests looked through, as many as the budget allows; those of earlier runs are kept."""
    path = work / f"{name}.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    while len(rows) < SCANS and sum(spent(work).values()) + PER_SCAN_CPU_S < budget:
        with counted(work, "looking"):
            one = seen_chest(model, seeded_chest(SEED, len(rows), NODULES))
        rows.append(plain(one))
        with path.open("a") as file:
            file.write(json.dumps(rows[-1]) + "\n")
        print(f"scan {len(rows)}: {sum(score >= 0 for score in one.marks.found)} of {len(one.nodules)} found")
    return [rebuilt(row) for row in rows]


def plain(one):
    nodules = [[list(n.place_mm), n.diameter_mm, n.kind, n.attachment] for n in one.nodules]
    marks = [[c.number, list(c.place_mm), c.slice_index, c.score, c.diameter_mm] for c in one.candidates]
    return {"nodules": nodules, "candidates": marks, "look": one.look_cpu_s, "lungs": one.lungs_cpu_s}


def rebuilt(row):
    nodules = tuple(SeededNodule(tuple(place), size, kind, to) for place, size, kind, to in row["nodules"])
    return Seen(nodules, tuple(Candidate(n, tuple(p), k, s, d) for n, p, k, s, d in row["candidates"]), row["look"], row["lungs"])


def froc(seen):
    """Sensitivity with its interval over scans; by kind, size and attachment at 4 false marks; how exact the size is."""
    each, mean = spread_of([one.marks for one in seen])
    groups = {name: {**limits(spread), "nodules": count} for name, (spread, count) in by_group(seen).items()}
    return {
        "sensitivity": {f"{rate:g}": limits(one) for rate, one in zip(RATES, each, strict=True)},
        "mean": limits(mean),
        "at_4_by": groups,
    }


def lidc(model):
    """What is marked in the real slabs beside the masses that readers outlined; slabs of some 35 mm, so no rate of false marks can be told."""
    if not LIDC.exists():
        return "shared data not present"
    told = []
    for folder in sorted(path for path in LIDC.iterdir() if path.is_dir()):
        volume = read_series(sorted(folder.glob("*.dcm")))
        began = time.process_time()
        lungs = find_lungs(volume)
        candidates = found_by(model, volume, lungs)
        told.append({
            "slab": folder.name, "slices": volume.shape[0], "spacing_mm": np.round(volume.spacing_mm, 2).tolist(), "marks": len(candidates),
            "marks_above_half": sum(one.score >= 0.5 for one in candidates), "masses": masses(folder, volume, candidates),
            "cpu_s": round(time.process_time() - began, 1), "doubt": list(lungs.doubt),
        })  # fmt: skip
    return told


def masses(folder, volume, candidates):
    """Each mass of readers' outlines that overlap: by how many it was outlined, how large, and the surest candidate whose middle lies in an outline of it."""
    read = reader_masks(folder, volume)
    found = []
    for group in nodules_of(read):
        union = np.any([read[key] for key in group], axis=0)
        near = ndimage.distance_transform_edt(~union, sampling=volume.spacing_mm)  # how far a place lies from the mass, 0 inside
        hits = [(one.number, one.score, float(near[voxel(volume, one)])) for one in candidates]
        inside = next(((number, score) for number, score, away in hits if away <= 2.0), None)  # a grid step may lie between
        volumes = [float(read[key].sum()) * volume.voxel_mm3 for key in group]
        found.append({
            "readers": len({reader for reader, _ in group}), "diameter_mm": round(float((6 / np.pi * np.median(volumes)) ** (1 / 3)), 1),
            "rank": inside[0] if inside else None, "score": round(inside[1], 2) if inside else None,
        })  # fmt: skip
    return found


def voxel(volume, one):
    return tuple(int(np.clip(round(at), 0, side - 1)) for at, side in zip(volume.index_of(one.place_mm), volume.shape, strict=True))


def large_series(work, model, budget):
    """CPU-seconds of a series of 300 slices of 512 x 512, lungs and looking: a drawn chest stretched to that grid, which changes no sum of work."""
    path = work / f"large-{model.digest[:12]}.json"
    if not path.exists() and sum(spent(work).values()) + LARGE_CPU_S > budget:
        return None
    if not path.exists():
        chest = seeded_chest(SEED, 99, 1).volume
        shape, spacing = (300, 512, 512), (1.0, 0.69, 0.69)
        rows = [np.linspace(0, side - 1, wanted).round().astype(int) for side, wanted in zip(chest.shape, shape, strict=True)]
        affine = np.eye(4)
        affine[:3, :3] = chest.affine[:3, :3] / np.array(chest.spacing_mm) * np.array(spacing)
        scan = replace(chest, voxels=chest.voxels[np.ix_(*rows)], affine=affine)
        with counted(work, "large series"):
            began = time.process_time()
            lungs = find_lungs(scan)
            middle_s = time.process_time()
            found = found_by(model, scan, lungs)
            value = {"lungs_cpu_s": round(middle_s - began, 1), "look_cpu_s": round(time.process_time() - middle_s, 1), "marks": len(found)}
        path.write_text(json.dumps(value))
    return json.loads(path.read_text())


def spent(work):
    path = work / "cpu.json"
    return json.loads(path.read_text()) if path.exists() else {}


@contextmanager
def counted(work, what):
    began = time.process_time()
    yield
    total = spent(work)
    total[what] = round(total.get(what, 0.0) + time.process_time() - began, 1)
    (work / "cpu.json").write_text(json.dumps(total))


def middle(values):
    return round(float(np.median(values)), 1) if values else None


def limits(spread):
    return {"value": round(spread.value, 3), "low": round(spread.low, 3), "high": round(spread.high, 3)}


if __name__ == "__main__":
    main()
