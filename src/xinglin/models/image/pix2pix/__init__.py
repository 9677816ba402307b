"""Translation learnt from pairs: the same slice as two scanners, two doses or two phases show it.

pix2pix: Isola et al., CVPR 2017 (arXiv 1611.07004): near the partner in every pixel (weight 100), and believed by a critic that sees both.
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

AT_ONCE = 32


class Pix2Pix(AbstractImageModel):
    """One translator, from a picture to its partner, and a critic of pairs."""

    name, version = "pix2pix", "1"
    task: ImageTask = "translate"
    needs = ("partners",)
    groups: Mapping[str, tuple[str, ...]] = {"translator": ("network",), "critic": ("critic",)}
    averaged = ("network",)
    settings = (
        Setting("width", 32, "channels of the first layer", 8, 96, tuned=True),
        Setting("blocks", 4, "residual blocks at a quarter of the size", 1, 12, tuned=True),
        Setting("difference", True, "learn the difference to the picture alone"),
        Setting("critic_width", 32, "channels of the critic's first layer", 8, 96),
        Setting("critic_layers", 2, "halvings of the critic", 1, 4),
        Setting("near", 100.0, "weight of being near the partner in every pixel (paper: 100)", 1.0, 500.0, tuned=True, logarithmic=True),
    )

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """`network` and `critic`. Raises InvalidInput XL-IMGMODEL-020."""
        from xinglin.models.image.pix2pix.networks import networks

        return networks(form, settings)

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """The translator learns, then the critic."""
        from xinglin.models.image.pix2pix.networks import step

        return step(networks, turn, settings)

    def graphs(self, networks: Any, form: ImageForm, settings: Settings) -> dict[str, tuple[Any, dict[str, Any]]]:
        """`translate`, of `pictures`."""
        import torch

        return {"translate": (networks["network"], {"pictures": torch.zeros(2, form.channels, *form.shape)})}

    def sample(
        self, graphs: Mapping[str, Callable[..., NDArray[np.float32]]], form: ImageForm, settings: Settings, request: SampleRequest
    ) -> NDArray[np.float32]:
        """The pictures of the request as their partners would show them. Raises InvalidInput XL-IMGMODEL-022."""
        if request.pictures is None:
            raise InvalidInput("XL-IMGMODEL-022", "what to translate was not said", where="pictures", fix="give pictures")
        made = [graphs["translate"](pictures=request.pictures[at : at + AT_ONCE]) for at in range(0, len(request.pictures), AT_ONCE)]
        return np.clip(np.concatenate(made), -1.0, 1.0).astype(np.float32)


MODEL = Pix2Pix()
