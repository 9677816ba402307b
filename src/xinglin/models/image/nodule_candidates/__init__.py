"""Where a nodule may lie: for each voxel of a chest CT the chance that it belongs to one. What stands out is shown to a reader, and is no finding.

A small three-dimensional U-Net (Çiçek et al., MICCAI 2016, arXiv 1606.06650) that works on half the resolution in all but its first and last layers,
so that one CPU core scans a chest in a fraction of a minute. It learns from nodules drawn into chests, of which every voxel is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.records.errors import InvalidInput
from xinglin.records.image_learning import ImageForm, ImageTask, SampleRequest, Setting, Settings
from xinglin.shelf.promises import AbstractImageModel, Turn

if TYPE_CHECKING:
    from numpy.typing import NDArray

AT_ONCE, COARSEST = 16, 8  # patches; voxels of the finest grid in one of the coarsest


class NoduleCandidates(AbstractImageModel):
    """One network; `sample` gives the chance of a nodule in each voxel. The graph `tile` is the same network for larger boxes."""

    name, version = "nodule_candidates", "1"
    task: ImageTask = "find"
    needs = ("masks",)
    settings = (
        Setting("width", 24, "channels at half resolution", 4, 64, tuned=True),
        Setting("bend", True, "show patches turned, mirrored, noisier and brighter than they are while learning"),
        Setting("hardest", 0.02, "share of the voxels without nodule that are learnt from: those taken for one", 0.001, 1.0, tuned=True),
        Setting("dice", 1.0, "weight of Dice beside cross-entropy", 0.0, 5.0),
        Setting("tile", 64, "voxels along one side of the boxes in which a scan is looked through", 16, 128),
    )

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """`network`. Raises InvalidInput XL-IMGMODEL-100 for a set without masks, 101 for other shapes, 102 for a tile that cannot be halved."""
        from xinglin.models.image.nodule_candidates.networks import networks

        if not form.masks:
            raise InvalidInput(
                "XL-IMGMODEL-100",
                "this set has no masks of nodules to learn from",
                where=self.name,
                fix="xinglin collect candidate-patches -o SET",
            )
        if len(form.shape) != 3 or form.channels != 1 or any(side % COARSEST or side < 2 * COARSEST for side in form.shape):
            raise InvalidInput(
                "XL-IMGMODEL-101", "nodules are looked for in boxes of voxels", where="x".join(map(str, form.shape)),
                fix=f"one channel; slices, rows and columns multiples of {COARSEST}, {2 * COARSEST} or more",
            )  # fmt: skip
        if int(settings["tile"]) % COARSEST:
            raise InvalidInput("XL-IMGMODEL-102", "a tile cannot be halved three times", where="tile", fix=f"a multiple of {COARSEST}")
        return networks(settings)

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """Dice and cross-entropy against the masks; of what is no nodule the voxels most taken for one."""
        from xinglin.models.image.nodule_candidates.networks import step

        return step(networks, turn, settings)

    def graphs(self, networks: Any, form: ImageForm, settings: Settings) -> dict[str, tuple[Any, dict[str, Any]]]:
        """`find`, of `pictures` shaped as the form; `tile`, of `pictures` with sides of `tile` voxels: log-odds of a nodule."""
        import torch

        side = int(settings["tile"])
        return {
            "find": (networks["network"], {"pictures": torch.zeros(1, 1, *form.shape)}),
            "tile": (networks["network"], {"pictures": torch.zeros(1, 1, side, side, side)}),
        }

    def sample(
        self, graphs: Mapping[str, Callable[..., NDArray[np.float32]]], form: ImageForm, settings: Settings, request: SampleRequest
    ) -> NDArray[np.float32]:
        """(n, 1, *shape): the chance of a nodule in each voxel. Raises InvalidInput XL-IMGMODEL-022."""
        if request.pictures is None:
            raise InvalidInput("XL-IMGMODEL-022", "where to look was not said", where="pictures", fix="give patches of a chest CT")
        parts = [graphs["find"](pictures=request.pictures[at : at + AT_ONCE]) for at in range(0, len(request.pictures), AT_ONCE)]
        return (1 / (1 + np.exp(-np.clip(np.concatenate(parts), -30, 30)))).astype(np.float32)


MODEL = NoduleCandidates()
