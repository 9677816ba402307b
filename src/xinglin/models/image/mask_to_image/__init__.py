"""Pictures drawn by a mask of labels: the truth of each pixel is known by construction, so that a teacher or a segmenter can learn from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from xinglin.models.image_parts.asking import sides_divide, with_defaults
from xinglin.records.errors import InvalidInput
from xinglin.records.image_learning import ImageForm, SampleRequest, Setting, Settings
from xinglin.shelf.promises import AbstractImageModel, Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class MaskToImage(AbstractImageModel):
    """A flow over the wavelet bands of pictures with two or three axes, its normalisation scaled and shifted in each place by the mask."""

    name = "mask_to_image"
    version = "1"
    task = "generate"
    needs = ("masks",)
    rates: Mapping[str, float] = {"all": 2.5}  # as rectified_flow: with few steps the faster way was the better one
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

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """The velocity field. Raises InvalidInput XL-IMGMODEL-001, 002, 060."""
        settings = with_defaults(settings, self.settings, self.name)
        sides_divide(form, 1 << (int(settings["halvings"]) + int(settings["depth"]) - 1), self.name)
        if not form.masks:
            raise InvalidInput(
                "XL-IMGMODEL-060", "this set has no masks to draw by", where="form.masks", fix="collect it with --masks DIR, or take rectified_flow"
            )  # fmt: skip
        from torch import nn

        from xinglin.models.image.mask_to_image.networks import VelocityField

        return nn.ModuleDict({"network": VelocityField(form, settings)})

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """One batch at times of its own."""
        from xinglin.models.image.mask_to_image.networks import learnt_from

        loss = learnt_from(networks["network"], turn, with_defaults(settings, self.settings, self.name))
        turn.backward(loss, "all")
        turn.update("all")
        return {"loss": float(loss.detach())}

    def graphs(self, networks: Any, form: ImageForm, settings: Settings) -> dict[str, tuple[Any, dict[str, Any]]]:
        """`velocity` over the bands, by a mask, and `picture`: the bands put together."""
        from xinglin.models.image.mask_to_image.networks import examples

        network = networks["network"]
        inputs = examples(network, form, with_defaults(settings, self.settings, self.name))
        return {"velocity": (network, inputs), "picture": (network.view, {"bands": inputs["state"]})}

    def sample(
        self, graphs: Mapping[str, Callable[..., NDArray[np.float32]]], form: ImageForm, settings: Settings, request: SampleRequest
    ) -> NDArray[np.float32]:
        """(n, channels, *shape) in [-1, 1], each drawn by its mask. Raises InvalidInput XL-IMGMODEL-061 to 063."""
        import numpy as np

        from xinglin.models.image_parts import sampling

        masks, settings = asked_masks(request, form), with_defaults(settings, self.settings, self.name)
        halvings, axes = int(settings["halvings"]), len(form.shape)
        shape = (form.channels << (halvings * axes), *(side >> halvings for side in form.shape))
        times = sampling.times_of(request.steps or int(settings["steps"]), float(settings["bend"]))
        made = []
        for places in sampling.portions(request):
            by_mask = partial(graphs["velocity"], mask=masks[places.start : places.stop])
            field = sampling.guided(by_mask, sampling.asked(request, places, form), float(settings["guidance"]))
            bands = sampling.walked(field, sampling.noise(request, places, shape), times, bool(settings["second_order"]))
            made.append(np.clip(graphs["picture"](bands=bands), -1, 1))
        return np.concatenate(made)


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
