"""Learns once undisturbed and once dying by its own hand at some steps, as a machine dies: run as `killed.py FOLDER MODEL:THREADS:STEP,STEP ...`.

Each learning is a process of its own, forked once the heavy packages are loaded.
"""

import os
import signal
import sys

import torch

sys.path.insert(0, os.path.dirname(__file__))
import torch._dynamo  # torch's optimisers load it; once is enough
from tiny_models import Opponents, Rebuilder, blobs

from xinglin.records.image_learning import LearningPlan
from xinglin.training.image_learning import learner
from xinglin.training.image_learning.fit import learnt

folder, *wanted = sys.argv[1:]
follow = learner.Averages.follow


def one(which: str, threads: str, place: str, dies_at: int) -> None:
    def dying(self, step):  # the weights have moved, the means have not: the worst moment
        if step == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        follow(self, step)

    learner.Averages.follow = dying
    torch.set_num_threads(int(threads))
    plan = LearningPlan(25, batch=8, precision="float32", keep_every=4, look_every=5, accumulate=2 if which == "rebuilder" else 1)
    learnt(blobs(mirrored=True), {"rebuilder": Rebuilder(), "opponents": Opponents()}[which], {}, plan, os.path.join(folder, place))


for which, threads, deaths in (each.split(":") for each in wanted):
    for place, dies_at in (("whole", 0), *(("killed", int(step)) for step in deaths.split(",")), ("killed", 0)):
        child = os.fork()
        if not child:
            one(which, threads, f"{which}{threads}/{place}", dies_at)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if (os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)) != (signal.SIGKILL if dies_at else 0):
            sys.exit(f"{which} {threads} {place} {dies_at}: {status}")
