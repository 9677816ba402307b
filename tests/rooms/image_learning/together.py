"""Learns several models in a folder, alone or beside another process as torchrun starts them: `together.py FOLDER`; each process notes what it ended with."""

import json
import os
import sys
from pathlib import Path

import torch

sys.path.insert(0, os.path.dirname(__file__))
from tiny_models import Opponents, Rebuilder, blobs

from xinglin.models.kept_images import image_models
from xinglin.records.image_learning import LearningPlan
from xinglin.training.image_learning import fit
from xinglin.training.image_learning.keeping import state_digest

torch.set_num_threads(1)
PLAN = LearningPlan(6, batch=8, rate=5e-3, precision="float32", keep_every=3)
FLOW = {"halvings": 1, "depth": 1, "width": 8, "moved": 0.0}
VQ = {"halvings": 1, "codec_width": 8, "numbers": 4, "words": 8, "depth": 1, "width": 8, "codec_share": 0.5}
LEARNT = {
    "plain": (Rebuilder(), {"noise": 0.0}), "norm": (Rebuilder(), {"noise": 0.0, "norm": "batch"}), "opponents": (Opponents(), {"turns": 2}),
    "flow": (image_models()["rectified_flow"], FLOW), "words": (image_models()["vq_vae"], VQ),
}  # fmt: skip
told, kept = {}, fit._learner


def watched(*given):
    seen.append(kept(*given))
    return seen[-1]


fit._learner = watched  # its own weights are looked at, beside the running means that are kept
for name, (model, settings) in LEARNT.items():
    seen = []
    found = fit.learnt(blobs(mirrored=True), model, settings, PLAN, Path(sys.argv[1]) / name)
    told[name] = [state_digest(seen[0].networks.state_dict()), state_digest(found.networks.state_dict()), found.engine]
rank = int(os.environ.get("RANK", "0"))
(Path(sys.argv[1]) / f"ended-{rank}.json").write_text(json.dumps(told))
if torch.distributed.is_initialized():
    torch.distributed.destroy_process_group()
