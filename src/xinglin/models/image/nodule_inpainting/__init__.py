"""A patch of chest CT whose middle is taken out, filled with a nodule of an asked outline, type, diameter and density; around it nothing changes.

A rectified flow over the difference to the simplest patch that could be meant, told what lies around the hole and where the mask is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xinglin.models.image_parts.asking import sides_divide, with_defaults
from xinglin.records.errors import InvalidInput
from xinglin.records.image_learning import ImageForm, ImageTask, SampleRequest, Setting, Settings
from xinglin.shelf.promises import AbstractImageModel, Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AT_ONCE = 16


class NoduleInpainting(AbstractImageModel):
    """Fills cubes of CT by a mask; knows conditions, with guidance."""

    name, version = "nodule_inpainting", "1"
    task: ImageTask = "fill"
    needs = ("masks",)
    rates: Mapping[str, float] = {"all": 2.5}  # as rectified_flow
    settings = (
        Setting("halvings", 1, "how often the patch is split into wavelet bands of half the side", low=0, high=2),
        Setting("width", 24, "channels of the first level of the network; each deeper one has as many more", low=8, high=256, tuned=True),
        Setting("depth", 2, "levels of the network, each of half the side", low=1, high=4),
        Setting("blocks", 1, "residual blocks of a level", low=1, high=4),
        Setting("dropout", 0.0, "share of channels left out while learning", low=0.0, high=0.5),
        Setting("margin", 3, "voxels around the mask that are taken out too: the nodule's edge is drawn in them", low=1, high=8),
        Setting("edge", 0.6, "how soft the simplest nodule's edge is: standard deviation in voxels", low=0.1, high=3.0),
        Setting("inside", 2.0, "what a voxel of the mask weighs to one of the margin while learning", low=1.0, high=20.0, tuned=True),
        Setting("time_middle", 0.0, "middle of the logit of the times learnt: over 0 more noise, under 0 more picture", low=-2.0, high=2.0),
        Setting("time_spread", 1.0, "spread of the logit of the times learnt", low=0.3, high=3.0),
        Setting("forgotten", 0.1, "share of patches whose conditions are hidden while learning", low=0.0, high=1.0),
        Setting("guidance", 1.0, "how strongly conditions are followed; 1 as learnt", low=0.0, high=10.0),
        Setting("steps", 20, "steps from noise to nodule", low=1, high=1000),
        Setting("bend", 1.0, "over 1 lingers near the noise, under 1 near the nodule", low=0.1, high=10.0),
        Setting("second_order", True, "Heun's steps: twice the work of a step, a straighter walk"),
    )

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """`network`. Raises InvalidInput XL-IMGMODEL-001, 002, 080, 081."""
        settings = with_defaults(settings, self.settings, self.name)
        sides_divide(form, 1 << (int(settings["halvings"]) + int(settings["depth"]) - 1), self.name, axes=(3,))
        if not form.masks:
            raise InvalidInput(
                "XL-IMGMODEL-080", "this set does not say where the nodules are", where=self.name, fix="collect it with --masks DIR"
            )
        if form.channels != 1:
            raise InvalidInput(
                "XL-IMGMODEL-081", "a CT has one channel", where="form.channels", why=str(form.channels), fix="leave --neighbours away"
            )
        from torch import nn

        from xinglin.models.image.nodule_inpainting.networks import Filler

        return nn.ModuleDict({"network": Filler(form, settings)})

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """One batch at times of its own, what is to be expected of it, and the density guessed where none is asked."""
        from xinglin.models.image.nodule_inpainting.networks import learnt_from

        loss, unlikely, off = learnt_from(networks["network"], turn, with_defaults(settings, self.settings, self.name))
        turn.backward(loss + unlikely + off, "all")
        turn.update("all")
        return {"loss": float(loss.detach()), "expected": float(unlikely.detach()), "density": float(off.detach())}

    def graphs(self, networks: Any, form: ImageForm, settings: Settings) -> dict[str, tuple[Any, dict[str, Any]]]:
        """`hole`, `simplest`, `around` of a patch and its mask; `expected` and `velocity` of the bands; `difference`: the bands put together."""
        from xinglin.models.image.nodule_inpainting.networks import examples

        network = networks["network"]
        inputs = examples(network, form, with_defaults(settings, self.settings, self.name))
        parts = {"hole": network.simplest.hole, "simplest": network.simplest, "around": network.around, "expected": network.expected}
        parts |= {"velocity": network.velocity, "difference": network.view}
        return {name: (part, inputs[name]) for name, part in parts.items()}

    def sample(
        self, graphs: Mapping[str, Callable[..., NDArray[np.float32]]], form: ImageForm, settings: Settings, request: SampleRequest
    ) -> NDArray[np.float32]:
        """(n, 1, *shape) in [-1, 1]: the pictures of the request, filled by its masks (label 1); beyond the hole they are what was given.

        Raises InvalidInput XL-IMGMODEL-082 without pictures and masks, 083 for a mask that is empty or leaves nothing around it.
        """
        import numpy as np

        from xinglin.models.image_parts import sampling

        settings = with_defaults(settings, self.settings, self.name)
        pictures, masks = _given(form, request)
        times = sampling.times_of(request.steps or int(settings["steps"]), float(settings["bend"]))
        made = []
        for places in sampling.portions(request, AT_ONCE):
            patch = {"pictures": pictures[places.start : places.stop], "masks": masks[places.start : places.stop]}
            asked = sampling.asked(request, places, form)
            hole = graphs["hole"](masks=patch["masks"]) > 0.5
            _see_surroundings(hole)
            around = graphs["around"](**patch, **asked)
            start = sampling.noise(request, places, _small(form, settings)) * around[:, -1:]
            field = sampling.guided(_told(graphs["velocity"], around), asked, float(settings["guidance"]))
            middle, spread = np.split(graphs["expected"](around=around, **asked), 2, 1)
            bands = middle + np.exp(spread) * sampling.walked(field, start, times, bool(settings["second_order"]))
            filled = graphs["simplest"](**patch, **asked) + graphs["difference"](bands=bands)
            made.append(np.where(hole, np.clip(filled, -1, 1), patch["pictures"]).astype(np.float32))
        return np.concatenate(made)


def _told(velocity: Callable[..., NDArray[np.float32]], around: NDArray[np.float32]) -> Callable[..., NDArray[np.float32]]:
    """The velocity, told what lies around the hole."""

    def _said(**inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        return velocity(state=inputs["state"], time=inputs["time"], around=around, **{k: v for k, v in inputs.items() if k == "conditions"})

    return _said


def _small(form: ImageForm, settings: Settings) -> tuple[int, ...]:
    halvings = int(settings["halvings"])
    return (1 << (3 * halvings), *(side >> halvings for side in form.shape))


def _given(form: ImageForm, request: SampleRequest) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    import numpy as np

    if request.pictures is None or request.masks is None:
        raise InvalidInput("XL-IMGMODEL-082", "what to fill, or where, was not said", where="pictures, masks", fix="give a set with both")
    pictures, masks = np.asarray(request.pictures, np.float32), (np.asarray(request.masks) == 1).astype(np.float32)
    if pictures.shape != (request.count, 1, *form.shape) or masks.shape != (request.count, *form.shape):
        raise InvalidInput(
            "XL-IMGMODEL-082", "patches and masks are not what the model fills", where="pictures, masks", why=f"{pictures.shape}, {masks.shape}",
            fix=f"as many of each as are asked for, of {form.shape}",
        )  # fmt: skip
    if not masks.any((1, 2, 3)).all():
        raise InvalidInput("XL-IMGMODEL-083", "a mask is empty", where="masks", fix="label 1 is where the nodule is to be")
    return pictures, masks


def _see_surroundings(hole: NDArray[np.bool_]) -> None:
    if hole.all(axis=(1, 2, 3, 4)).any():
        raise InvalidInput("XL-IMGMODEL-083", "a mask leaves nothing around it", where="masks", fix="a smaller nodule, or a larger patch")


MODEL = NoduleInpainting()
