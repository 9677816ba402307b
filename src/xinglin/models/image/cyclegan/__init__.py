"""Translation between two kinds of pictures of which no pair is known: contrast and none, sharp and smooth kernel, low and full dose.

CycleGAN: Zhu et al., ICCV 2017 (arXiv 1703.10593): least-squares critics of patches, a picture there and back must come back, a picture
that is already of the other kind must stay. Without the pool of past pictures, so that a run can be resumed to the same bytes.
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


class CycleGan(AbstractImageModel):
    """Two translators, `there` from the form's first domain to its second and `back`, and a critic of each domain."""

    name, version = "cyclegan", "1"
    task: ImageTask = "translate"
    needs = ("others",)
    groups: Mapping[str, tuple[str, ...]] = {"translators": ("there", "back"), "critics": ("critic_there", "critic_back")}
    averaged = ("there", "back")
    settings = (
        Setting("width", 24, "channels of the first layer", 8, 96, tuned=True),
        Setting("blocks", 4, "residual blocks at a quarter of the size", 1, 12, tuned=True),
        Setting("difference", True, "learn the difference to the picture alone: anatomy is kept better, large changes come harder"),
        Setting("critic_width", 32, "channels of the critics' first layer", 8, 96),
        Setting("critic_layers", 2, "halvings of the critics: how large a patch they see", 1, 4, tuned=True),
        Setting("cycle", 10.0, "weight of coming back (paper: 10)", 0.1, 50.0, tuned=True, logarithmic=True),
        Setting(
            "identity", 5.0, "weight of leaving alone what is already of the other domain (paper: half of `cycle`)", 0.0, 50.0, tuned=True
        ),
    )

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """`there`, `back`, `critic_there` (of the second domain), `critic_back` (of the first). Raises InvalidInput XL-IMGMODEL-020, 021."""
        from xinglin.models.image.cyclegan.networks import networks

        if len(form.domains) != 2:
            raise InvalidInput(
                "XL-IMGMODEL-021", "this set has not two kinds of pictures to translate between", where=self.name,
                fix="collect it with --others DIR, or from phantoms with --shift",
            )  # fmt: skip
        return networks(form, settings)

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """The translators learn, then the critics."""
        from xinglin.models.image.cyclegan.networks import step

        return step(networks, turn, settings)

    def graphs(self, networks: Any, form: ImageForm, settings: Settings) -> dict[str, tuple[Any, dict[str, Any]]]:
        """`there` and `back`, each of `pictures`."""
        import torch

        example = {"pictures": torch.zeros(2, form.channels, *form.shape)}
        return {"there": (networks["there"], example), "back": (networks["back"], example)}

    def sample(
        self, graphs: Mapping[str, Callable[..., NDArray[np.float32]]], form: ImageForm, settings: Settings, request: SampleRequest
    ) -> NDArray[np.float32]:
        """The pictures of the request as the domain `towards` would show them. Raises InvalidInput XL-IMGMODEL-022."""
        towards = request.towards or form.domains[-1]
        if request.pictures is None or towards not in form.domains:
            raise InvalidInput(
                "XL-IMGMODEL-022", "what to translate, or into what, was not said", where=towards if request.pictures is not None else "pictures",
                fix="give pictures and one of: " + ", ".join(form.domains),
            )  # fmt: skip
        graph = graphs["there" if towards == form.domains[1] else "back"]
        made = [graph(pictures=request.pictures[at : at + AT_ONCE]) for at in range(0, len(request.pictures), AT_ONCE)]
        return np.clip(np.concatenate(made), -1.0, 1.0).astype(np.float32)


MODEL = CycleGan()
