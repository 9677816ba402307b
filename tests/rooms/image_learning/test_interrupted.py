"""A learning that is killed at any step and begun again ends in the same weights, bit for bit; a damaged checkpoint is passed over."""

import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.numpy import load_file
from tiny_models import Rebuilder, blobs

from xinglin.records.image_learning import LearningPlan
from xinglin.training.image_learning import checkpoints
from xinglin.training.image_learning.fit import learnt

SCRIPT = Path(__file__).with_name("killed.py")


RUNS = ("rebuilder:1:2,11,24", "rebuilder:2:7,13,25", "opponents:1:3,9,17")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Every run of RUNS, whole and killed three times."""
    place = tmp_path_factory.mktemp("killed")
    done = subprocess.run([sys.executable, str(SCRIPT), str(place), *RUNS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return place


def last(folder):
    place = sorted((folder / "checkpoints").glob("step-*"))[-1]
    assert place.name == "step-00000025"
    return {path.name: load_file(path) for path in place.glob("*.safetensors")} | {"standing": (place / "standing.json").read_bytes()}


def same(one, other):
    assert one.keys() == other.keys()
    for name, tensors in one.items():
        if name == "standing":
            assert tensors == other[name]
        else:
            assert tensors.keys() == other[name].keys() and all(
                value.tobytes() == other[name][key].tobytes() for key, value in tensors.items()
            )


@pytest.mark.parametrize("one", RUNS)
def test_killed_three_times_it_ends_in_the_same_bits(folder, one):
    which, threads, _ = one.split(":")
    whole, killed = (folder / f"{which}{threads}" / name for name in ("whole", "killed"))
    same(last(whole), last(killed))
    for name in ("curves.json", "curves.svg"):
        assert (whole / name).read_bytes() == (killed / name).read_bytes()


def test_a_learning_that_has_ended_is_not_learnt_again(tmp_path):
    plan = LearningPlan(6, batch=8, precision="float32", keep_every=2)
    first = learnt(blobs(), Rebuilder(), {}, plan, tmp_path)
    notes = []
    again = learnt(blobs(), Rebuilder(), {}, plan, tmp_path, note=notes.append)
    assert "goes on after step 6 of 6" in notes and first.curves == again.curves
    assert all(a.equal(b) for a, b in zip(first.networks.parameters(), again.networks.parameters(), strict=True))


def test_a_damaged_checkpoint_is_passed_over_and_half_a_one_is_none(tmp_path):
    plan = LearningPlan(6, batch=8, precision="float32", keep_every=2)
    learnt(blobs(), Rebuilder(), {}, plan, tmp_path)
    kept = sorted((tmp_path / "checkpoints").iterdir())
    assert [one.name for one in kept] == ["step-00000004", "step-00000006"]
    content = bytearray((kept[1] / "weights.safetensors").read_bytes())
    content[-1] ^= 1
    (kept[1] / "weights.safetensors").write_bytes(content)
    (tmp_path / "checkpoints" / ".step-00000008").mkdir()
    found = checkpoints.newest(tmp_path / "checkpoints")
    assert found and found[0].step == 4
    (kept[0] / "optimisers.safetensors").unlink()
    assert checkpoints.newest(tmp_path / "checkpoints") is None
