"""bfloat16 is used where the processor has it in its own instructions, never elsewhere; weights stay whole, and the faster of the two is taken."""

import pytest
import torch
from msgspec.structs import replace
from tiny_models import Rebuilder, blobs

from xinglin.records.errors import UsageError
from xinglin.records.image_learning import LearningPlan
from xinglin.training.image_learning import estimate, precision
from xinglin.training.image_learning.fit import learnt
from xinglin.training.image_learning.learner import Company, fresh_networks
from xinglin.training.image_learning.settings import settings_of

PLAN = LearningPlan(40, batch=8, rate=5e-3, precision="auto")
CPU = torch.device("cpu")


class Watched(Rebuilder):
    """Notes in what numbers its network computes."""

    def __init__(self):
        self.seen = set()

    def step(self, networks, turn, form, settings):
        handle = networks["network"][0].register_forward_hook(lambda layer, given, out: self.seen.add(out.dtype))
        try:
            return super().step(networks, turn, form, settings)
        finally:
            handle.remove()


@pytest.mark.parametrize(("words", "has"), [({"avx512f", "avx2"}, False), ({"avx512f", "avx512_bf16"}, True), (set(), False)])
def test_a_processor_is_asked_and_never_assumed(monkeypatch, words, has):
    monkeypatch.setattr(precision, "processor_words", lambda: frozenset(words))
    assert precision.has_bfloat16(CPU) is has
    if not has:
        with pytest.raises(UsageError) as error:
            precision.see_precision("bfloat16", CPU)
        assert error.value.code == "XL-LEARN-009"


def test_networks_compute_in_bfloat16_and_weights_losses_and_gradients_stay_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(precision, "processor_words", lambda: frozenset({"avx512_bf16"}))  # one without only computes it slowly
    short = replace(PLAN, steps=20, warm_up=0)
    half, whole = Watched(), Watched()
    lower = learnt(blobs(), half, {}, replace(short, precision="bfloat16"), tmp_path / "half")
    full = learnt(blobs(), whole, {}, replace(short, precision="float32"), tmp_path / "whole")
    assert torch.bfloat16 in half.seen and whole.seen == {torch.float32}
    assert {value.dtype for value in lower.networks.state_dict().values()} == {torch.float32}
    one, other = (found.curves.values["loss"] for found in (lower, full))
    assert one != other and one[-1] == pytest.approx(other[-1], rel=0.05) and one[-1] < 0.5 * one[0]


@pytest.mark.parametrize(("half_seconds", "taken"), [(0.5, "bfloat16"), (1.5, "float32"), (0.99, "float32")])
def test_the_faster_of_the_two_is_taken_and_where_they_are_alike_the_exact_one(tmp_path, monkeypatch, half_seconds, taken):
    monkeypatch.setattr(estimate, "has_bfloat16", lambda device: True)
    monkeypatch.setattr(estimate, "seconds_of_a_step", lambda *given: half_seconds if given[3].precision == "bfloat16" else 1.0)
    model = Rebuilder()
    networks = fresh_networks(model, blobs().form, settings_of(model), 0)
    plan, notes = estimate.decided(blobs(), model, settings_of(model), PLAN, networks, Company(CPU), minutes=1.0)
    assert plan.precision == taken and plan.steps == int(60 / (half_seconds if taken == "bfloat16" else 1.0)) and "bfloat16" in notes[1]


def test_on_a_processor_without_it_only_float32_is_tried(monkeypatch):
    monkeypatch.setattr(estimate, "has_bfloat16", lambda device: False)
    model = Rebuilder()
    networks = fresh_networks(model, blobs().form, settings_of(model), 0)
    plan, notes = estimate.decided(blobs(), model, settings_of(model), PLAN, networks, Company(CPU))
    assert plan.precision == "float32" and "bfloat16" not in notes[1]
