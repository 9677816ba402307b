"""What was learnt becomes a model that a house can keep: weights, graphs, settings, curves, a sheet of samples, and the card that tells of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from xinglin.models.contact_sheet import sheet_png
from xinglin.models.image_graphs import FOLDER
from xinglin.models.kept_images import CURVES, DATA, SAMPLES, SETTINGS, WEIGHTS, KeptImages
from xinglin.records.errors import UsageError
from xinglin.records.image_learning import ImageModelCard, SampleRequest
from xinglin.training.image_learning.export import onnx_graphs, torchscript_graphs
from xinglin.training.image_learning.fit import LearntImages, Start

if TYPE_CHECKING:
    import torch

SHOWN = 16
NOT_FOR = "Diagnosis, treatment, or any decision about a person; not clinically validated. What it makes shows nobody."
_SHEET = {"Title": "samples", "Description": "AI-generated pictures of nobody, made by the model they are kept with"}


def kept_of(
    found: LearntImages, *, name: str, intended_use: str = "", not_for: str = NOT_FOR, notes: Sequence[str] = (), weights: bool = True,
    torchscript: bool = False,
) -> KeptImages:  # fmt: skip
    """The model as files. weights: without them it can be sampled, but not learn on. torchscript: those graphs too.

    Raises InvalidInput XL-LEARN-050, 051 where its graphs cannot be exported.
    """
    from safetensors.torch import save

    graphs = onnx_graphs(found.model, found.networks, found.form, found.settings)
    parts = {f"{FOLDER}/{graph}.onnx": content for graph, content in graphs.items()}
    if torchscript:
        traced = torchscript_graphs(found.model, found.networks, found.form, found.settings)
        parts |= {f"{FOLDER}/{graph}.pt": content for graph, content in traced.items()}
    if weights:
        parts[WEIGHTS] = save({one: value.contiguous().clone() for one, value in found.networks.state_dict().items()})
    told = ImageModelCard(
        name, "", found.model.name, found.model.version, found.model.task, found.form, dict(found.settings), found.plan, found.data.digest,
        found.data, sum(one.numel() for one in found.networks.parameters()), found.curves.last(), intended_use=intended_use, not_for=not_for,
        notes=(*notes, *_notes(found)), started_from=found.started_from, engine=found.engine, epsilon=found.epsilon,
    )  # fmt: skip
    parts |= {SETTINGS: _json(told.settings), DATA: _json(found.data), CURVES: found.curves.as_json()}
    kept = KeptImages(told, parts, found.model)
    return KeptImages(told, {**parts, **_samples(kept)}, found.model)


def _samples(kept: KeptImages) -> dict[str, bytes]:
    """A sheet of a generator's samples; models that need a picture to begin with have none of their own."""
    if kept.told.task != "generate" or kept.model.needs:
        return {}
    return {SAMPLES: sheet_png(kept.sample(SampleRequest(SHOWN)), _SHEET)}


def _notes(found: LearntImages) -> tuple[str, ...]:
    told = [f"learnt in {found.steps} steps of {found.plan.batch * found.plan.accumulate} pictures"]
    if found.steps < found.plan.steps:
        told.append(f"stopped before {found.plan.steps}: held-out pictures got no better")
    if found.epsilon:
        from xinglin.training.image_learning.private import NOTE

        told.append(NOTE)
    return tuple(told)


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=1)


def started_from(kept: KeptImages, adapter: bool = False) -> Start:
    """The weights to learn on from; adapter: by thin changes alone. Raises UsageError XL-LEARN-053 where they were not kept."""
    from safetensors.torch import load

    if WEIGHTS not in kept.parts:
        raise UsageError("XL-LEARN-053", "this model was kept without weights to learn on from", where=kept.told.name, fix="train it again")
    return Start(kept.digest, load(kept.parts[WEIGHTS]), adapter)


def state_digest(weights: Mapping[str, torch.Tensor]) -> str:
    """SHA-256 of weights, name by name: two learnings that ended alike have the same."""
    whole = hashlib.sha256()
    for name in sorted(weights):
        whole.update(name.encode() + weights[name].detach().cpu().contiguous().reshape(-1).view(-1).numpy().tobytes())
    return whole.hexdigest()
