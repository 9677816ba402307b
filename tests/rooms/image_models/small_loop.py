"""The smallest loop a network can be taken through: no set, no checkpoints; for tests of models alone."""

from __future__ import annotations

import torch

from xinglin.shelf.promises import Turn


def taken(model, form, settings, batches, steps, rate=2e-3, seed=0):
    """(networks, losses of each step): `batches(step)` gives the batch."""
    torch.manual_seed(seed)
    networks = model.networks(form, settings)
    optimisers = {
        group: torch.optim.Adam([w for name in names for w in networks[name].parameters()], rate, betas=(0.5, 0.999))
        for group, names in model.groups.items()
    }

    def backward(loss, group):
        optimisers[group].zero_grad()
        own = [w for options in optimisers[group].param_groups for w in options["params"]]
        for weight, slope in zip(own, torch.autograd.grad(loss, own, retain_graph=True, allow_unused=True), strict=True):
            weight.grad = slope

    losses = []
    for step in range(steps):
        torch.manual_seed(1000 + step)
        turn = Turn(step, steps, batches(step), backward, lambda group: optimisers[group].step())
        losses.append(model.step(networks, turn, form, settings))
    return networks.eval(), losses


def graphs_of(model, networks, form, settings):
    """The graphs as the sampler calls them, run by torch."""

    def runner(module):
        def run(**inputs):
            with torch.no_grad():
                return module(*(torch.as_tensor(value) for value in inputs.values())).numpy()

        return run

    return {name: runner(module) for name, (module, _) in model.graphs(networks, form, settings).items()}


def defaults(model, **changed):
    """The model's settings with some changed."""
    return {one.name: one.default for one in model.settings} | changed
