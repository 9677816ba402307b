"""The U-Net beside a network with settings as nnU-Net chooses them for 2-D, on chests drawn by formula whose truth is known, at equal cost, in one run.

Run: python benchmarks/image_segmentation/run.py [CPU-seconds each, default 300]     (writes result.json beside it; both learn on one thread)
The peer is MONAI's DynUNet with the plan rules of Isensee et al. (Nature Methods 2021) written down here: instance norm, leaky ReLU, deep supervision, SGD with
Nesterov momentum 0.99, rate 0.01 falling as (1 - t)^0.9, Dice and cross-entropy over the batch, pictures turned, scaled, mirrored, noisier, brighter.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.machine import described

from xinglin.models.image.unet_segmentation import MODEL
from xinglin.models.image.unet_segmentation.networks import _far_from_dice, bent
from xinglin.records.image_learning import LearningPlan, SampleRequest
from xinglin.training.image_learning.fit import learnt
from xinglin.training.phantom_sets import MASKS, phantom_set

ASKED = {"dice_difference": "ours at most 0.03 below the peer"}
PEOPLE, SIZE, SLICES, SEED, BATCH = 100, 64, 10, 7, 12
RESAMPLED = 2000


def main():
    budget = float(sys.argv[1]) if len(sys.argv) > 1 else 300.0
    torch.set_num_threads(1)
    pictures = phantom_set(PEOPLE, SIZE, slices=SLICES, seed=SEED)
    test = pictures.rows("test")
    ours, spent = by_ours(pictures, test, budget)
    peer, peer_spent = by_peer(pictures, test, spent["cpu_s"])
    truth, persons = np.asarray(pictures.masks[test]), np.array(pictures.persons(test))
    result = {
        "machine": described(),
        "asked": ASKED,
        "people": PEOPLE,
        "test_people": len(set(persons)),
        "test_slices": len(test),
        "labels": list(MASKS),
    }
    found = {}
    for name, labels, cost in (("xinglin unet_segmentation", ours, spent), ("nnU-Net-like 2-D", peer, peer_spent)):
        dice = dice_of(labels, truth, persons)
        found[name] = dice.mean(axis=1)
        result[name] = {
            "dice": limits(dice.mean(axis=1)),
            "by_label": dict(zip(MASKS, np.round(dice.mean(axis=0), 4).tolist(), strict=True)),
            **cost,
        }
    result["difference"] = limits(found["xinglin unet_segmentation"] - found["nnU-Net-like 2-D"])
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def by_ours(pictures, test, budget):
    """(labels of the test slices, what it cost), learnt by the product's own loop for as many steps as a trial says fit."""
    settings = {one.name: one.default for one in MODEL.settings}
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        learnt(pictures, MODEL, settings, LearningPlan(steps=20, batch=BATCH, seed=1, rate=1e-3), Path(folder) / "trial")
        each = (time.process_time() - began) / 20
        steps, began = max(50, int(budget / each)), time.process_time()
        made = learnt(
            pictures, MODEL, settings, LearningPlan(steps=steps, batch=BATCH, seed=1, rate=1e-3, average=0.99), Path(folder) / "whole"
        )
    spent = time.process_time() - began

    def segment(pictures):
        with torch.no_grad():
            return made.networks["network"].eval()(torch.as_tensor(pictures)).numpy()

    chances = MODEL.sample({"segment": segment}, pictures.form, made.settings, SampleRequest(len(test), pictures=pictures.scaled(test)))
    return chances.argmax(axis=1), {"cpu_s": round(spent, 1), "steps": made.steps, "parameters": count(made.networks["network"])}


def by_peer(pictures, test, budget):
    """(labels of the test slices, what it cost), learnt for the same processor time."""
    from monai.networks.nets.dynunet import DynUNet

    torch.manual_seed(1)
    network = DynUNet(
        2, 1, 1 + len(MASKS), kernel_size=[3] * 5, strides=[1, 2, 2, 2, 2], upsample_kernel_size=[2] * 4, filters=[32, 64, 128, 256, 512],
        norm_name=("INSTANCE", {"affine": True}), deep_supervision=True, deep_supr_num=3,
    )  # fmt: skip
    optimiser = torch.optim.SGD(network.parameters(), 0.01, momentum=0.99, nesterov=True, weight_decay=3e-5)
    rows, draw, began, steps = pictures.rows("train"), np.random.default_rng(1), time.process_time(), 0
    while (share := (time.process_time() - began) / budget) < 1:
        for group in optimiser.param_groups:
            group["lr"] = 0.01 * (1 - share) ** 0.9
        at = draw.choice(rows, BATCH, replace=False)
        shown, masks = bent(torch.as_tensor(pictures.scaled(at)), torch.as_tensor(np.asarray(pictures.masks[at])).long(), mirrored=True)
        heads = network(shown).unbind(dim=1)
        loss, weights = 0.0, [0.5**k for k in range(len(heads))]
        for odds, weight in zip(heads, weights, strict=True):
            loss = loss + weight / sum(weights) * (torch.nn.functional.cross_entropy(odds, masks) + _far_from_dice(odds, masks))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 12.0)
        optimiser.step()
        steps += 1
    with torch.no_grad():
        odds = network.eval()(torch.as_tensor(pictures.scaled(test)))
    return odds.argmax(dim=1).numpy(), {"cpu_s": round(time.process_time() - began, 1), "steps": steps, "parameters": count(network)}


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
