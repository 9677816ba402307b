"""Which pixel belongs to what: the judge of masks and the annotator's first stroke.

U-Net: Ronneberger et al., MICCAI 2015 (arXiv 1505.04597), as MONAI has it (BasicUNet), learnt by Dice and cross-entropy together as nnU-Net does
(Isensee et al., Nature Methods 2021). What it draws is a proposal for a reader.
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

AT_ONCE, HALVINGS = 32, 4


class UnetSegmentation(AbstractImageModel):
    """One U-Net; `sample` gives the chance of the rest and of each label, the labels along the first picture axis."""

    name, version = "unet_segmentation", "1"
    task: ImageTask = "segment"
    needs = ("masks",)
    settings = (
        Setting("width", 16, "channels of the first layer", 8, 64, tuned=True),
        Setting("dropout", 0.0, "share of channels left out while learning", 0.0, 0.5, tuned=True),
        Setting("bend", True, "show pictures shifted, turned, scaled, noisier and brighter than they are while learning"),
        Setting("dice", 1.0, "weight of Dice beside cross-entropy", 0.0, 5.0),
    )

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """`network`. Raises InvalidInput XL-IMGMODEL-023, 024."""
        from xinglin.models.image.unet_segmentation.networks import networks

        if not form.masks:
            raise InvalidInput("XL-IMGMODEL-023", "this set has no masks to learn from", where=self.name, fix="collect it with --masks DIR")
        if any(side % 2**HALVINGS or side < 2 ** (HALVINGS + 1) for side in form.shape):
            raise InvalidInput(
                "XL-IMGMODEL-024", "the U-Net cannot halve this picture four times", where="x".join(map(str, form.shape)),
                fix="collect pictures whose sides are multiples of 16, 32 or more",
            )  # fmt: skip
        return networks(form, settings)

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """Dice and cross-entropy against the masks."""
        from xinglin.models.image.unet_segmentation.networks import step

        return step(networks, turn, form, settings)

    def graphs(self, networks: Any, form: ImageForm, settings: Settings) -> dict[str, tuple[Any, dict[str, Any]]]:
        """`segment`, of `pictures`: log-odds of the rest and of each label."""
        import torch

        return {"segment": (networks["network"], {"pictures": torch.zeros(2, form.channels, *form.shape)})}

    def sample(
        self, graphs: Mapping[str, Callable[..., NDArray[np.float32]]], form: ImageForm, settings: Settings, request: SampleRequest
    ) -> NDArray[np.float32]:
        """(n, 1 + labels, *shape): chances that sum to 1 in each pixel. Raises InvalidInput XL-IMGMODEL-022."""
        if request.pictures is None:
            raise InvalidInput("XL-IMGMODEL-022", "what to segment was not said", where="pictures", fix="give pictures")
        odds = np.concatenate(
            [graphs["segment"](pictures=request.pictures[at : at + AT_ONCE]) for at in range(0, len(request.pictures), AT_ONCE)]
        )
        odds -= odds.max(axis=1, keepdims=True)
        chances = np.exp(odds)
        return (chances / chances.sum(axis=1, keepdims=True)).astype(np.float32)


MODEL = UnetSegmentation()
