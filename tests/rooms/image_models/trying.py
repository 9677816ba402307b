"""Invented pictures, a loop of a few lines and samples through torch: what a trial of an image model needs."""

from __future__ import annotations

import warnings

import numpy as np
import torch

from xinglin.models.image_parts.in_torch import evaluated
from xinglin.records.image_learning import Condition, ImageForm, SampleRequest
from xinglin.shelf.promises import Turn

PLAIN = ImageForm(shape=(16, 16))
ASKED = ImageForm(
    shape=(16, 16), conditions=(Condition("size", "number", low=2, high=6), Condition("side", "level", levels=("left", "right")))
)


def discs(count: int, axes: int = 2, side: int = 16, seed: int = 0):
    """Pictures (n, 1, *shape) of a bright disc or ball on a dark slope with grain, and (n, 2): its radius and whether it lies right."""
    chance = np.random.default_rng(seed)
    radius, right = chance.uniform(2, 6, count), chance.integers(0, 2, count)
    grid = np.meshgrid(*[np.arange(side)] * axes, indexing="ij")
    middle = np.full((count, axes), side / 2)
    middle[:, -1] += np.where(right, 3, -3)
    away = np.sqrt(sum((g[None] - middle[:, a].reshape(-1, *[1] * axes)) ** 2 for a, g in enumerate(grid)))
    pictures = 1.1 / (1 + np.exp(2 * (away - radius.reshape(-1, *[1] * axes)))) - 0.8 + 0.2 * grid[0][None] / side
    pictures = pictures + 0.1 * chance.standard_normal(pictures.shape)
    return pictures[:, None].clip(-1, 1).astype(np.float32), np.stack((radius, right), 1).astype(np.float32)


def learnt(model, form, settings=None, steps=25, batch=16, rate=2e-3, seed=0):
    """Networks, settings and the losses told, after some steps on invented pictures."""
    settings = {s.name: s.default for s in model.settings} | (settings or {})
    pictures, conditions = discs(64, len(form.shape), form.shape[0])
    torch.manual_seed(seed)
    networks = model.networks(form, settings)
    parameters = {g: [p for n in names for p in networks[n].parameters() if p.requires_grad] for g, names in model.groups.items()}
    adams = {g: torch.optim.AdamW(p, rate * model.rates.get(g, 1), betas=model.betas.get(g, (0.9, 0.999))) for g, p in parameters.items()}
    told = []

    def update(group):
        adams[group].step()
        adams[group].zero_grad()

    for step in range(steps):
        torch.manual_seed(1000 + step)
        rows = torch.randint(0, len(pictures), (batch,))
        turn = {"pictures": torch.as_tensor(pictures)[rows]} | (
            {"conditions": torch.as_tensor(conditions)[rows]} if form.conditions else {}
        )
        told.append(
            model.step(networks, Turn(step, steps, turn, lambda loss, g: loss.backward(inputs=parameters[g]), update), form, settings)
        )
    networks.eval()
    return networks, dict(model.prepared(networks, pictures, form, settings)), told


def graphs_of(model, networks, form, settings):
    """The graphs of a model as its sampler calls them."""
    return {name: evaluated(module) for name, (module, _) in model.graphs(networks, form, settings).items()}


def samples(model, networks, form, settings, count=32, seed=3, conditions=None, steps=0):
    """Pictures drawn from a model."""
    return model.sample(graphs_of(model, networks, form, settings), form, settings, SampleRequest(count, seed, conditions, steps=steps))


def exported(module, inputs, folder):
    """What a graph says when it is run by onnxruntime, and what torch says."""
    import onnxruntime

    path, names = folder / "graph.onnx", list(inputs)
    module.eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module, (), str(path), kwargs=inputs, input_names=names, output_names=["out"], dynamo=False,
            dynamic_axes={name: {0: "batch"} for name in [*names, "out"]},
        )  # fmt: skip
    more = {name: torch.cat((value, value[:1])).numpy() for name, value in inputs.items()}
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, more)[0], evaluated(module)(**more)


def apart(one, other):
    """How far middle and spread of pictures are from those of others, pixel by pixel."""
    return float(np.abs(one.mean(0) - other.mean(0)).mean() + np.abs(one.std(0) - other.std(0)).mean())
