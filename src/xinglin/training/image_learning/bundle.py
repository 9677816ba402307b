"""A kept model laid out as MONAI bundles are (MONAI Bundle Specification, docs/source/mb_specification.rst of Project-MONAI/MONAI): for programs that
open such folders. The graph that is asked first stands as TorchScript and as a state dictionary; other graphs of its sampler beside it.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch

from xinglin.models.kept_images import CARD, KeptImages
from xinglin.training.image_learning.export import torchscript_graphs
from xinglin.training.image_learning.fit import begun
from xinglin.training.image_learning.keeping import started_from

if TYPE_CHECKING:
    from xinglin.records.image_learning import ImageModelCard

SCHEMA = "https://github.com/Project-MONAI/MONAI-extra-test-data/releases/download/0.8.1/meta_schema_20240725.json"
MAIN = "model"  # the name that bundles give their network


def bundle_files(kept: KeptImages) -> dict[str, bytes]:
    """Path -> bytes. Raises UsageError XL-LEARN-053 where the model was kept without weights, 014 where its networks have changed since."""
    told, model = kept.told, kept.model
    networks = begun(model, told.form, told.settings, told.plan.seed, started_from(kept))
    graphs = model.graphs(networks.eval(), told.form, told.settings)
    first, (network, inputs) = next(iter(graphs.items()))
    with torch.no_grad():
        out = network.eval()(*inputs.values())
    scripts = torchscript_graphs(model, networks, told.form, told.settings)
    state = io.BytesIO()
    torch.save(network.state_dict(), state)
    metadata = _json(_metadata(told, kept.digest, inputs, out))
    scripts[first] = _with_metadata(scripts[first], metadata)
    files = {f"models/{MAIN if name == first else name}.ts": content for name, content in scripts.items()}
    files |= {
        "models/model.pt": state.getvalue(), "configs/metadata.json": metadata,
        "configs/inference.json": _json(_inference()), "docs/README.md": _page(kept, first, list(inputs), list(graphs)).encode(),
        "docs/card.json": kept.files()[CARD], "LICENSE": _licence(told).encode(),
    }  # fmt: skip
    return files


def _with_metadata(script: bytes, metadata: bytes) -> bytes:
    """The same TorchScript with the metadata inside, where MONAI's `load_net_with_metadata` looks for it."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.load(io.BytesIO(script)), file, _extra_files={"metadata.json": metadata.decode()})
    return file.getvalue()


def _metadata(told: ImageModelCard, digest: str, inputs: Mapping[str, torch.Tensor], out: torch.Tensor) -> dict[str, Any]:
    from importlib.metadata import version

    scores = {one.name: one.made.value for one in told.judgement.scores} if told.judgement else {}
    names = ["image"] if len(inputs) == 1 else list(inputs)  # MONAI calls the one input of a network image
    return {
        "schema": SCHEMA, "version": f"{told.version}+{digest[:12]}", "changelog": {f"{told.version}+{digest[:12]}": "as kept by Xinglin"},
        "monai_version": version("monai"), "pytorch_version": torch.__version__.partition("+")[0], "numpy_version": version("numpy"),
        "required_packages_version": {}, "optional_packages_version": {}, "name": told.name, "task": f"{told.task}: {told.kind}",
        "description": f"{told.kind} of Xinglin, learnt from the set {told.data.name}; the sampler around its graphs is Xinglin's",
        "authors": "the house that learnt it", "copyright": "see LICENSE", "data_source": told.data.source, "data_type": told.form.modality or "n/a",
        "intended_use": told.intended_use or "research", "not_for": told.not_for, "eval_metrics": scores, "references": [],
        "network_data_format": {
            "inputs": {name: _tensor(value, told) for name, value in zip(names, inputs.values(), strict=True)},
            "outputs": {"pred": _tensor(out, told, of_labels=told.task == "segment")},
        },
    }  # fmt: skip


def _tensor(value: torch.Tensor, told: ImageModelCard, of_labels: bool = False) -> dict[str, Any]:
    picture = value.dim() == 2 + len(told.form.shape)
    channels, sides = (value.shape[1], list(value.shape[2:])) if value.dim() > 1 else (1, [])
    words = (
        ("rest", *told.form.masks)
        if of_labels and len(told.form.masks) + 1 == channels
        else [f"channel {place}" for place in range(channels)]
    )
    return {
        "type": "image" if picture else "tuples", "format": "labels" if of_labels else ("magnitude" if picture else "latent"),
        "modality": told.form.modality or "n/a", "num_channels": channels, "spatial_shape": sides, "dtype": str(value.dtype).partition(".")[2],
        "value_range": [-1, 1] if picture and not of_labels else [], "is_patch_data": False, "channel_def": dict(zip(map(str, range(channels)), words, strict=True)),
    }  # fmt: skip


def _inference() -> dict[str, Any]:
    """What MONAI's parser makes of the folder: `network_def`, on the device at hand, and a plain inferer."""
    return {
        "imports": ["$import torch"], "bundle_root": ".", "device": "$torch.device('cuda' if torch.cuda.is_available() else 'cpu')",
        "network_def": f"$torch.jit.load(@bundle_root + '/models/{MAIN}.ts', map_location=@device).eval()",
        "inferer": {"_target_": "SimpleInferer"},
    }  # fmt: skip


def _page(kept: KeptImages, first: str, inputs: list[str], graphs: list[str]) -> str:
    told = kept.told
    beside = "".join(f"- `models/{name}.ts`: the graph `{name}`\n" for name in graphs if name != first)
    return (
        f"# {told.name}\n\n{told.task} by {told.kind} {told.version}, kept by Xinglin as {kept.digest}.\n\nNot for: {told.not_for}\n\n"
        f"- `models/model.ts`: the graph `{first}`, inputs {', '.join(inputs)} in this order, first axis the batch; `models/model.pt`: its state dictionary\n"
        f"{beside}- pictures are in [-1, 1]: -1 stands for {told.form.low:g}, 1 for {told.form.high:g} {told.form.unit}\n"
        f"- `docs/card.json`: all that is told of it\n\n"
        "A generator's pictures come from Xinglin's sampler, which calls these graphs many times; `xinglin sample` draws and labels them. "
        "What the graphs make without it carries no label that it is artificial: label it.\n"
    )


def _licence(told: ImageModelCard) -> str:
    return (
        f"Weights learnt from the set {told.data.name} (source: {told.data.source or 'not told'}; licence of the pictures: {told.data.licence or 'not told'}).\n"
        "Who learnt them decides their licence and writes it here before they are given away. Xinglin, which wrote these files, is Apache-2.0.\n"
    )


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"
