"""The graphs that a model's sampler calls, written as ONNX with any number of pictures at once, and held against torch on numbers drawn by chance.

TorchScript beside it on request, for those who serve it so.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from xinglin.models.image_graphs import Graph, graphs_of
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from xinglin.records.image_learning import ImageForm, Settings
    from xinglin.shelf.promises import AbstractImageModel

OPSET = 18
NEAR = 1e-3  # of the largest value, and of each


def onnx_graphs(model: AbstractImageModel, networks: torch.nn.ModuleDict, form: ImageForm, settings: Settings) -> dict[str, bytes]:
    """Name -> ONNX. Raises InvalidInput XL-LEARN-050 where a graph cannot be written, 051 where it says something else than torch."""
    made = {}
    for name, (network, inputs) in model.graphs(networks, form, settings).items():
        network.eval()
        made[name] = _written(name, network, inputs)
    runs = graphs_of(made)
    for name, (network, inputs) in model.graphs(networks, form, settings).items():
        _see_same(name, network.eval(), inputs, runs[name])
    return made


def _written(name: str, network: torch.nn.Module, inputs: Mapping[str, torch.Tensor]) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter(
            "ignore"
        )  # the exporter that needs no further package says that a newer one exists, and traces Python branches
        try:
            torch.onnx.export(
                network, tuple(inputs.values()), cast("Any", file), input_names=list(inputs), output_names=["out"], opset_version=OPSET, dynamo=False,
                dynamic_axes={one: {0: "batch"} for one in (*inputs, "out")},
            )  # fmt: skip
        except (torch.onnx.errors.OnnxExporterError, RuntimeError, TypeError) as error:
            raise InvalidInput(
                "XL-LEARN-050", "a graph of this model cannot be written as ONNX", where=name, why=type(error).__name__,
                fix="networks of convolutions, sums and plain attention",
            ) from error  # fmt: skip
    return file.getvalue()


def _see_same(name: str, network: torch.nn.Module, inputs: Mapping[str, torch.Tensor], run: Any) -> None:
    """On four numbers of pictures drawn by chance; the example itself may be one grey, of which a normalised network makes noise of rounding."""
    chance = torch.Generator().manual_seed(0)
    for count in (1, 2, 3, 5):
        given = {one: _drawn(value, count, chance) for one, value in inputs.items()}
        with torch.no_grad():
            said = network(*given.values()).float().numpy()
        heard = run(**{one: value.numpy() for one, value in given.items()})
        allowed = NEAR * np.abs(said) + NEAR * max(1e-6, float(np.abs(said).max()))
        if said.shape != heard.shape or not (np.abs(said - heard) <= allowed).all():
            raise InvalidInput(
                "XL-LEARN-051", "the graph written says something else than the network", where=name, why=f"{count} pictures",
                fix="a graph may not depend on the number of pictures, nor draw chance",
            )  # fmt: skip


def _drawn(example: torch.Tensor, count: int, chance: torch.Generator) -> torch.Tensor:
    """Numbers like the example's: decimals between 0 and 1, whole numbers among those it holds."""
    shape = (count, *example.shape[1:])
    if example.is_floating_point():
        return torch.rand(shape, generator=chance)
    return torch.randint(0, int(example.max()) + 1, shape, generator=chance).to(example.dtype)


def torch_graphs(model: AbstractImageModel, networks: torch.nn.ModuleDict, form: ImageForm, settings: Settings) -> dict[str, Graph]:
    """The same graphs run by torch, for a model that is still learning."""
    return {name: _evaluated(network.eval(), tuple(inputs)) for name, (network, inputs) in model.graphs(networks, form, settings).items()}


def _evaluated(network: torch.nn.Module, names: tuple[str, ...]) -> Graph:
    def _said(**inputs: Any) -> np.ndarray:
        with torch.no_grad():
            return network(*(torch.as_tensor(inputs[name]) for name in names)).float().numpy()

    return _said


def torchscript_graphs(model: AbstractImageModel, networks: torch.nn.ModuleDict, form: ImageForm, settings: Settings) -> dict[str, bytes]:
    """Name -> TorchScript, traced."""
    made = {}
    for name, (network, inputs) in model.graphs(networks, form, settings).items():
        file = io.BytesIO()
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.jit.save(torch.jit.trace(network.eval(), tuple(inputs.values()), check_trace=False), file)
        made[name] = file.getvalue()
    return made
