"""Learns in a folder beside another process, as torchrun starts them; the first keeps what was learnt."""

import os
import sys

import torch

sys.path.insert(0, os.path.dirname(__file__))
from tiny_models import Rebuilder, blobs

from xinglin.records.image_learning import LearningPlan
from xinglin.training.image_learning.fit import learnt

torch.set_num_threads(1)
plan = LearningPlan(6, batch=8, rate=5e-3, precision="float32", keep_every=3)
found = learnt(blobs(mirrored=True), Rebuilder(), {"noise": 0.0}, plan, sys.argv[1])
print(found.engine)
if torch.distributed.is_initialized():
    torch.distributed.destroy_process_group()
