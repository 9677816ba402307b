"""The U-Net beside a network with settings as nnU-Net chooses them for 2-D, on chests drawn by formula whose truth is known, at equal cost; and on LIDC, case by case.

Run: python benchmarks/image_segmentation/run.py [CPU-seconds each, default 600] [work folder] [all|draw|ours|peer|both|lidc|summary]
Resumes: what was learnt and marked is kept in the work folder. `ours` and `peer` may run side by side (`draw` first): the peer may spend what ours spends, imports not
counted. `lidc` learns nodules in phantoms for half of the seconds and marks the real ones of LIDC as it is. Every one renews result.json beside it; all on one thread.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

import msgspec
import numpy as np
import torch
from benchmarks.image_learning_cost import Spent, foreseen, steps_for
from benchmarks.image_segmentation import lidc_cases, peer
from benchmarks.machine import described

from xinglin.models.image.unet_segmentation import MODEL
from xinglin.records.image_learning import LearningPlan, SampleRequest
from xinglin.training.image_learning.fit import learnt
from xinglin.training.image_sets.image_set import ImageSet
from xinglin.training.phantom_sets import MASKS, phantom_set

DATA = Path(os.environ.get("XINGLIN_TEST_DATA", HERE.parents[2] / "shared" / "data")) / "dicom-lidc-lung-ct"
ASKED = {"dice_difference": "ours at most 0.03 below the peer", "lidc": "told case by case; two cases make no rate"}
PEOPLE, SIZE, SLICES, SEED, BATCH = 100, 64, 10, 7, 12
OURS, PEER = "xinglin unet_segmentation", "nnU-Net-like 2-D"
PLAN = LearningPlan(steps=1, batch=BATCH, seed=1, rate=1e-3, average=0.99)
RESAMPLED = 2000
PARTS = {"all": ("ours", "peer", "lidc"), "both": ("ours", "peer"), "draw": (), "summary": ()}


def main():
    budget = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    work = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.gettempdir()) / "xinglin-benchmark-segmentation"
    asked = sys.argv[3] if len(sys.argv) > 3 else "all"
    torch.set_num_threads(1)
    folder = work / f"{budget:g}"
    folder.mkdir(parents=True, exist_ok=True)
    pictures = drawn(work / "phantoms", lambda: phantom_set(PEOPLE, SIZE, slices=SLICES, seed=SEED))
    for part in PARTS.get(asked, (asked,)):
        if part == "lidc":
            of_lidc(budget / 2, work, folder)
        else:
            {"ours": by_ours, "peer": by_peer}[part](pictures, budget, folder)
        told(pictures, budget, folder)
    if asked == "summary":
        told(pictures, budget, folder)


def drawn(place, draw):
    """A set drawn once, by one process, then read again."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            draw().save(place)
    return ImageSet.load(place)


def network_learnt(pictures, budget, folder, say):
    """The product's U-Net, learnt by the product's own loop for as many steps as a trial says fit; with what it cost."""
    import monai.networks.nets.basic_unet  # noqa: F401 - so that its import is not counted

    folder.mkdir(parents=True, exist_ok=True)
    settings = {one.name: one.default for one in MODEL.settings}
    steps = steps_for(pictures, MODEL, settings, budget, folder, PLAN)
    spent = Spent(folder / "spent.json", say)
    made = learnt(pictures, MODEL, settings, msgspec.structs.replace(PLAN, steps=steps), folder / "whole", note=spent)
    spent.keep(made.steps, made.steps)
    return made, {"cpu_s": round(spent.cpu_s, 1), "steps": made.steps, "parameters": count(made.networks["network"])}


def chances_of(made, shown):
    """(n, 1 + labels, *shape) of scaled pictures."""
    network = made.networks["network"].eval()

    def segment(pictures):
        with torch.no_grad():
            return network(torch.as_tensor(pictures)).numpy()

    return MODEL.sample({"segment": segment}, made.form, made.settings, SampleRequest(len(shown), pictures=shown))


def by_ours(pictures, budget, folder):
    """Learnt, and the labels of the test slices kept."""
    if not (folder / "ours.json").exists():
        made, cost = network_learnt(pictures, budget, folder / "ours", lambda text: print("ours", text, flush=True))
        keep(folder, "ours", chances_of(made, pictures.scaled(pictures.rows("test"))).argmax(axis=1), cost)


def by_peer(pictures, budget, folder):
    """Learnt for what ours has spent or, while it learns, will have spent; the labels of the test slices kept."""
    if (folder / "peer.json").exists():
        return
    network = peer.network_of(len(MASKS))
    place = folder / "peer"
    place.mkdir(exist_ok=True)
    steps, cost = peer.learnt(pictures, network, lambda: allowed(folder, budget), BATCH, place)
    labels = peer.labels_of(network, pictures.scaled(pictures.rows("test")))
    keep(folder, "peer", labels, {"cpu_s": round(cost, 1), "steps": steps, "parameters": count(network)})


def allowed(folder, budget):
    """CPU-seconds of the peer."""
    if (folder / "ours.json").exists():
        return json.loads((folder / "ours.json").read_text())["cpu_s"]
    return foreseen(folder / "ours" / "spent.json", budget)


def keep(folder, name, labels, cost):
    """Labels first, what they cost last: where that stands the part is done."""
    np.save(folder / f"{name}.npy", labels.astype(np.uint8))
    aside = folder / f"{name}.new"
    aside.write_text(json.dumps(cost))
    os.replace(aside, folder / f"{name}.json")


def of_lidc(budget, work, folder):
    """Nodules learnt in phantoms, then the real ones marked as they are."""
    if (folder / "lidc.json").exists():
        return
    pictures = drawn(work / "nodules", lidc_cases.nodule_slices)
    made, cost = network_learnt(pictures, budget, folder / "nodules", lambda text: print("nodules", text, flush=True))
    found = {
        "learnt_from": f"{len(set(pictures.persons(pictures.rows('train'))))} phantom chests, {len(pictures.rows('train'))} slices, nothing of LIDC",
        **cost, "dice_on_test_phantoms": lidc_cases.on_phantoms(pictures, lambda shown: chances_of(made, shown)[:, 1]),
    }  # fmt: skip
    if DATA.exists():
        found["cases"] = lidc_cases.cases(DATA, pictures.form, lambda shown: chances_of(made, shown)[:, 1], folder)
    aside = folder / "lidc.new"
    aside.write_text(json.dumps(found))
    os.replace(aside, folder / "lidc.json")


def told(pictures, budget, folder):
    """result.json, from all that is kept."""
    test = pictures.rows("test")
    truth, persons = np.asarray(pictures.masks[test]), np.array(pictures.persons(test))
    result = {"machine": described(), "asked": ASKED, "cpu_s_asked": budget, "people": PEOPLE, "test_people": len(set(persons)), "test_slices": len(test), "labels": list(MASKS)}  # fmt: skip
    found = {}
    for name, title in (("ours", OURS), ("peer", PEER)):
        if (folder / f"{name}.json").exists():
            dice = dice_of(np.load(folder / f"{name}.npy"), truth, persons)
            found[name] = dice.mean(axis=1)
            result[title] = {
                "dice": limits(dice.mean(axis=1)), "by_label": dict(zip(MASKS, np.round(dice.mean(axis=0), 4).tolist(), strict=True)),
                **json.loads((folder / f"{name}.json").read_text()),
            }  # fmt: skip
    if len(found) == 2:
        result["difference"] = limits(found["ours"] - found["peer"])
        result["peer_times_our_cpu_s"] = round(result[PEER]["cpu_s"] / result[OURS]["cpu_s"], 4)
    if (folder / "lidc.json").exists():
        result["lidc"] = json.loads((folder / "lidc.json").read_text())
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1), flush=True)


def dice_of(found, truth, persons):
    """(people, labels) Dice over all slices of a person."""
    scores = []
    for person in sorted(set(persons)):
        own = persons == person
        pairs = [((found[own] == n), (truth[own] == n)) for n in range(1, len(MASKS) + 1)]
        scores.append([2 * (a & b).sum() / max(1, a.sum() + b.sum()) if b.any() or a.any() else 1.0 for a, b in pairs])
    return np.array(scores)


def limits(values):
    """Mean with a 95 % bootstrap interval over people."""
    draw = np.random.default_rng(0)
    means = [draw.choice(values, len(values)).mean() for _ in range(RESAMPLED)]
    return [round(float(one), 4) for one in (values.mean(), *np.quantile(means, [0.025, 0.975]))]


def count(network):
    return sum(weight.numel() for weight in network.parameters())


if __name__ == "__main__":
    main()
