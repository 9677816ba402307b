"""Pictures drawn by a mask of labels: the truth of each pixel is known by construction, so that a teacher or a segmenter can learn from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from xinglin.models.image_parts.band_flow import AbstractBandFlow
from xinglin.records.errors import InvalidInput
from xinglin.records.image_learning import ImageForm, SampleRequest, Setting, Settings
from xinglin.shelf.promises import Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.models.image_parts.band_flow import Graphs


class MaskToImage(AbstractBandFlow):
    """A flow over the wavelet bands of pictures with two or three axes, its normalisation scaled and shifted in each place by the mask."""

    name = "mask_to_image"
    version = "1"
    needs = ("masks",)
    settings = (
        Setting("halvings", 2, "how often the picture is split into wavelet bands of half the side", low=0, high=3, tuned=True),
        Setting("width", 48, "channels of the first level of the network; each deeper one has as many more", low=8, high=512, tuned=True),
        Setting("mask_width", 48, "channels in which the mask is told to each level", low=4, high=256, tuned=True),
        Setting("depth", 3, "levels of the network, each of half the side", low=1, high=6),
        Setting("blocks", 1, "residual blocks of a level", low=1, high=4),
        Setting("dropout", 0.0, "share of channels left out while learning", low=0.0, high=0.5),
        Setting("time_middle", 0.0, "middle of the logit of the times learnt: over 0 more noise, under 0 more picture", low=-2.0, high=2.0),
        Setting("time_spread", 1.0, "spread of the logit of the times learnt", low=0.3, high=3.0),
        Setting("moved", 0.3, "share of pictures shown moved with their masks, zoomed, brighter, with the network told how", low=0.0, high=1.0,
                tuned=True),
        Setting("forgotten", 0.1, "share of pictures whose conditions are hidden while learning; the mask never is", low=0.0, high=1.0),
        Setting("guidance", 1.0, "how strongly conditions are followed; 1 as learnt", low=0.0, high=10.0),
        Setting("steps", 25, "steps from noise to picture", low=1, high=1000),
        Setting("bend", 1.0, "over 1 lingers near the noise, under 1 near the picture", low=0.1, high=10.0),
        Setting("second_order", False, "Heun's steps: twice the work of a step, a straighter walk"),
    )  # fmt: skip

    def field(self, form: ImageForm, settings: Settings) -> Any:
        """The velocity field by a mask. Raises InvalidInput XL-IMGMODEL-060."""
        if not form.masks:
            raise InvalidInput(
                "XL-IMGMODEL-060", "this set has no masks to draw by", where="form.masks", fix="collect it with --masks DIR, or take rectified_flow"
            )  # fmt: skip
        from xinglin.models.image.mask_to_image.networks import VelocityField

        return VelocityField(form, settings)

    def loss(self, field: Any, turn: Turn, settings: Settings) -> Any:
        """How far the velocity told is from the straight way."""
        from xinglin.models.image.mask_to_image.networks import learnt_from

        return learnt_from(field, turn, settings)

    def examples(self, field: Any, form: ImageForm, settings: Settings) -> dict[str, Any]:
        """State, time, mask and conditions."""
        from xinglin.models.image.mask_to_image.networks import examples

        return examples(field, form, settings)

    def velocity(self, graphs: Graphs, form: ImageForm, request: SampleRequest) -> Callable[[range], Callable[..., NDArray[np.float32]]]:
        """The velocity graph, told the masks of these places. Raises InvalidInput XL-IMGMODEL-061 to 063."""
        masks = asked_masks(request, form)
        return lambda places: partial(graphs["velocity"], mask=masks[places.start : places.stop])


def asked_masks(request: SampleRequest, form: ImageForm) -> NDArray[np.int64]:
    """The masks (n, *shape) of a request, whole numbers. Raises InvalidInput XL-IMGMODEL-061 for none, 062 for another shape, 063 for labels."""
    import numpy as np

    if request.masks is None:
        raise InvalidInput(
            "XL-IMGMODEL-061",
            "what to draw by was not said",
            where="masks",
            fix=f"give masks of labels 0 to {len(form.masks)}, one a picture",
        )
    masks = np.asarray(request.masks)
    if masks.shape != (request.count, *form.shape):
        raise InvalidInput(
            "XL-IMGMODEL-062", "the masks are not shaped as the pictures asked for", where="masks",
            why=f"{masks.shape}, not {(request.count, *form.shape)}", fix="one mask a picture, of the model's size; nothing is resized in silence",
        )  # fmt: skip
    if masks.dtype.kind not in "iub" or (masks.size and (int(masks.min()) < 0 or int(masks.max()) > len(form.masks))):
        known = ", ".join(f"{number} {name}" for number, name in enumerate(form.masks, start=1))
        raise InvalidInput(
            "XL-IMGMODEL-063", "a mask holds what is no label of this model", where="masks", fix=f"whole numbers: 0 the rest, {known}"
        )
    return masks.astype(np.int64)


MODEL = MaskToImage()
