"""The peer: MONAI's DynUNet by the rules that nnU-Net plans 2-D networks with, learnt for given CPU-seconds, going on where it was cut.

Isensee et al. (Nature Methods 2021): instance norm, leaky ReLU, deep supervision, SGD with Nesterov momentum 0.99, rate 0.01 falling as (1 - t)^0.9, Dice and
cross-entropy over the batch, pictures turned, scaled, mirrored, noisier, brighter.
"""

from __future__ import annotations

import os

import numpy as np
import torch
from benchmarks.image_learning_cost import Spent, told

from xinglin.models.image.unet_segmentation.networks import _far_from_dice, bent

KEEP_EVERY = 50
FILTERS = (32, 64, 128, 256, 512)


def network_of(labels, filters=FILTERS):
    """DynUNet for one channel and so many labels beside the rest; importing MONAI is no part of what is counted."""
    from monai.networks.nets.dynunet import DynUNet

    torch.manual_seed(1)
    levels = len(filters)
    return DynUNet(
        2, 1, 1 + labels, kernel_size=[3] * levels, strides=[1] + [2] * (levels - 1), upsample_kernel_size=[2] * (levels - 1), filters=list(filters),
        norm_name=("INSTANCE", {"affine": True}), deep_supervision=True, deep_supr_num=min(3, levels - 2),
    )  # fmt: skip


def learnt(pictures, network, allowed, batch, folder):
    """Learns until `allowed()` CPU-seconds are spent; the steps it made and what they cost. Called again it goes on where it was kept."""
    optimiser = torch.optim.SGD(network.parameters(), 0.01, momentum=0.99, nesterov=True, weight_decay=3e-5)
    rows, draw, kept, steps = pictures.rows("train"), np.random.default_rng(1), folder / "kept.pt", 0
    if kept.exists():
        state = torch.load(kept, weights_only=False)  # written by this program
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["torch"])
        draw.bit_generator.state, steps = state["draw"], state["steps"]
    spent = Spent(folder / "spent.json")
    while (share := spent.cpu_s / allowed()) < 1:
        for group in optimiser.param_groups:
            group["lr"] = 0.01 * (1 - share) ** 0.9
        step(pictures, draw.choice(rows, batch, replace=False), network, optimiser)
        steps += 1
        if steps % KEEP_EVERY == 0:
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "torch": torch.get_rng_state()}
            torch.save(state | {"draw": draw.bit_generator.state, "steps": steps}, aside := kept.with_suffix(".new"))
            os.replace(aside, kept)
            spent.keep(steps, 0)
            print(f"peer step {steps}: {spent.cpu_s:.0f} CPU-seconds, {share:.0%}", flush=True)
    spent.keep(steps, steps)
    return steps, told(folder / "spent.json")["cpu_s"]


def step(pictures, at, network, optimiser):
    """One batch; every head is held against the whole mask."""
    shown, masks = bent(torch.as_tensor(pictures.scaled(at)), torch.as_tensor(np.asarray(pictures.masks[at])).long(), mirrored=True)
    heads = network(shown).unbind(dim=1)
    loss, weights = 0.0, [0.5**k for k in range(len(heads))]
    for odds, weight in zip(heads, weights, strict=True):
        loss = loss + weight / sum(weights) * (torch.nn.functional.cross_entropy(odds, masks) + _far_from_dice(odds, masks))
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 12.0)
    optimiser.step()


def labels_of(network, pictures, at_once=64):
    """(n, *shape) labels, by its last head."""
    with torch.no_grad():
        network.eval()
        return np.concatenate(
            [network(torch.as_tensor(pictures[at : at + at_once])).argmax(dim=1).numpy() for at in range(0, len(pictures), at_once)]
        )
