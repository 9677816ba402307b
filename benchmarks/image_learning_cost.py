"""What a learning of pictures costs, in CPU-seconds: how many steps fit into a budget, and what was spent, over all processes it took.

Start-up (imports, loading, the estimate before the first step) is not counted into the cost of a step.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from pathlib import Path

import msgspec

TRIAL, FEWEST, TOLD = 60, 20, 20  # the loop tells of its steps twenty times


def steps_for(pictures, model, settings, budget, folder, plan):
    """How many steps of `plan` fit, by a trial whose start is not counted; kept, so that a run that was cut goes on with the same."""
    from xinglin.training.image_learning.fit import learnt

    kept = folder / "steps.json"
    if not kept.exists():
        clock = []
        with tempfile.TemporaryDirectory() as aside:

            def note(text):
                if text.startswith("step"):
                    clock.append(time.process_time())

            learnt(pictures, model, settings, msgspec.structs.replace(plan, steps=TRIAL), Path(aside) / "trial", note=note)
        kept.write_text(json.dumps(fitting(budget, clock, TRIAL // TOLD)))
    return json.loads(kept.read_text())


def fitting(budget, clock, between):
    """Steps that fit. clock: CPU-seconds when each `between` steps were done; the first portion is warming up."""
    each = (clock[-1] - clock[1]) / (between * (len(clock) - 2))
    return max(FEWEST, int(budget / each))


class Spent:
    """CPU-seconds of one learning, kept beside it, so that a process that goes on counts on. As `note` of the loop it also keeps the step."""

    def __init__(self, path, say=None):
        self.path, self.say, self.began = path, say or (lambda text: None), time.process_time()
        self.before = told(path)["cpu_s"]

    @property
    def cpu_s(self):
        """So far."""
        return self.before + time.process_time() - self.began

    def __call__(self, text):
        """A word of the loop; those about steps keep the count."""
        found = re.match(r"step (\d+) of (\d+)", text)
        if found:
            self.keep(int(found[1]), int(found[2]))
        self.say(text)

    def keep(self, step, of):
        """Whole or not at all."""
        aside = self.path.with_suffix(".new")
        aside.write_text(json.dumps({"cpu_s": round(self.cpu_s, 3), "step": step, "of": of}))
        os.replace(aside, self.path)


def told(path):
    """What was kept; nothing spent where nothing was."""
    return json.loads(path.read_text()) if path.exists() else {"cpu_s": 0.0, "step": 0, "of": 0}


def foreseen(path, asked):
    """What a learning will have cost at its end, as it goes; `asked` while it has not told of a step."""
    one = told(path)
    return one["cpu_s"] / one["step"] * one["of"] if one["step"] else asked
