"""Two processes that learn together end where one alone ends; losses can be watched in TensorBoard without a network."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tiny_models import Rebuilder, blobs

from xinglin.records.errors import UsageError
from xinglin.records.image_learning import LearningPlan
from xinglin.training.image_learning import tracking
from xinglin.training.image_learning.batches import share
from xinglin.training.image_learning.fit import learnt

SCRIPT = Path(__file__).with_name("together.py")


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(tmp_path):
    environment = {**os.environ, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    alone = [sys.executable, str(SCRIPT), str(tmp_path / "alone")]
    launch = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--master_port", "0", "--standalone"]
    for command in (alone, [*launch, str(SCRIPT), str(tmp_path / "together")]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
    assert "2 processes" in done.stdout
    one, two = (load_file(tmp_path / name / "checkpoints" / "step-00000006" / "weights.safetensors") for name in ("alone", "together"))
    for name, value in one.items():
        np.testing.assert_allclose(two[name], value, atol=1e-5)


def test_pictures_that_cannot_be_shared_out_are_refused():
    assert share(8, 2) == 4
    with pytest.raises(UsageError) as error:
        share(9, 2)
    assert error.value.code == "XL-LEARN-007"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tensorboard_shows_losses_offline(tmp_path):
    learnt(blobs(), Rebuilder(), {}, LearningPlan(3, batch=8, precision="float32"), tmp_path, trackers=("tensorboard",))
    events = list((tmp_path / "tracking").rglob("events.out.tfevents.*"))
    assert events and any(b"loss" in one.read_bytes() for one in events)


def test_a_tracker_that_is_not_there_is_refused_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(tracking.TRACKERS, "wandb", "no_such_package_of_wandb")
    for name, code in (("wandb", "XL-LEARN-031"), ("notebook", "XL-LEARN-030")):
        with pytest.raises(UsageError) as error:
            learnt(blobs(), Rebuilder(), {}, LearningPlan(3, batch=8), tmp_path, trackers=(name,))
        assert error.value.code == code
