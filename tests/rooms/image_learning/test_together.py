"""Two processes that learn together end where one alone ends; losses can be watched in TensorBoard without a network."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from tiny_models import Rebuilder, blobs

from xinglin.records.errors import OutOfResources, UsageError
from xinglin.records.image_learning import LearningPlan
from xinglin.training.image_learning import tracking
from xinglin.training.image_learning.alike import Alike
from xinglin.training.image_learning.batches import share
from xinglin.training.image_learning.fit import learnt
from xinglin.training.image_learning.keeping import state_digest
from xinglin.training.image_learning.learner import Company

SCRIPT = Path(__file__).with_name("together.py")


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """What one process alone, and what two as torchrun starts them, ended with."""
    place = tmp_path_factory.mktemp("together")
    environment = {**os.environ, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    alone = [sys.executable, str(SCRIPT), str(place / "alone")]
    launch = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--master_port", "0", "--standalone"]
    for command in (alone, [*launch, str(SCRIPT), str(place / "together")]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
    return place


def weights_of(place, which, name):
    return load_file(place / which / name / "checkpoints" / "step-00000006" / "weights.safetensors")


@pytest.mark.slow
def test_two_processes_end_with_the_same_weights_bit_for_bit_and_the_first_keeps_them(ended):
    one, two = (json.loads((ended / "together" / f"ended-{rank}.json").read_text()) for rank in range(2))
    assert one == two and set(one) == {"plain", "norm", "opponents", "flow", "words"}
    for name, (raw, _, engine) in one.items():
        assert "2 processes" in engine and raw == state_digest(
            {key: torch.from_numpy(value) for key, value in weights_of(ended, "together", name).items()}
        )


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(ended):
    for name, near in (("plain", 1e-6), ("norm", 0.02)):  # a batch norm sees the share of its process alone
        one, two = (weights_of(ended, which, name) for which in ("alone", "together"))
        assert max(np.abs(two[key] - value).max() for key, value in one.items()) < near, name


@pytest.mark.slow
def test_what_is_measured_of_pictures_is_measured_of_those_of_both(ended):
    one, two = (weights_of(ended, which, "flow") for which in ("alone", "together"))
    assert two["network.view.seen"] == one["network.view.seen"] > 0
    np.testing.assert_allclose(two["network.view.middle"], one["network.view.middle"], atol=0.05)
    np.testing.assert_allclose(two["network.view.spread"], one["network.view.spread"], rtol=0.1)


def test_processes_that_ended_apart_are_told(tmp_path):
    other = torch.nn.ModuleDict({"network": torch.nn.Linear(2, 2)})
    alike = Alike(other, Company(torch.device("cpu"), 0, 2, lambda row: row + 0.25))
    with pytest.raises(OutOfResources) as error:
        alike.see()
    assert error.value.code == "XL-LEARN-015"


@pytest.mark.parametrize("rank", [0, 1])
def test_of_a_first_step_the_first_process_s_draw_stands_and_later_the_mean(rank):
    mine, other = ((2.0, 1.0), (1.0, 2.0))[rank]
    network = torch.nn.BatchNorm1d(1)
    for step, expected in ((0, 2.0), (1, 1.5)):
        theirs = torch.tensor([other * (2 * (rank == 1) if step == 0 else 1), 1.0], dtype=torch.float64)  # what the other process sends
        network.running_mean.fill_(mine)
        company = Company(torch.device("cpu"), rank, 2, lambda row, theirs=theirs: (row + theirs) / 2)
        Alike(torch.nn.ModuleDict({"norm": network}), company).after(step)
        assert float(network.running_mean) == expected


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


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "kept"), [("wandb", "offline-run-*/*.wandb"), ("mlflow", "mlflow/*/*/metrics/loss")])
def test_other_trackers_write_into_the_folder_of_the_learning_offline(tmp_path, monkeypatch, name, kept):
    pytest.importorskip(name, reason=f"{name} is not installed")
    monkeypatch.chdir(tmp_path)
    for one in ("first", "second"):  # the second of a process has a folder of its own too
        learnt(blobs(), Rebuilder(), {}, LearningPlan(3, batch=8, precision="float32"), tmp_path / one, trackers=(name,))
        assert list((tmp_path / one / "tracking").rglob(kept))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "second"]
    assert not [word for word in os.environ if word.startswith("MLFLOW_TRACKING_URI")]


def test_a_tracker_that_is_not_there_is_refused_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(tracking.TRACKERS, "wandb", "no_such_package_of_wandb")
    for name, code in (("wandb", "XL-LEARN-031"), ("notebook", "XL-LEARN-030")):
        with pytest.raises(UsageError) as error:
            learnt(blobs(), Rebuilder(), {}, LearningPlan(3, batch=8), tmp_path, trackers=(name,))
        assert error.value.code == code
