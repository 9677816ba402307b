"""Models that grow the wavelet bands of a picture from noise along one field of velocities.

What such models share: sides that can be halved, one step, two graphs, the walk. Each brings its own field and what the field is told.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xinglin.models.image_parts.asking import sides_divide, with_defaults
from xinglin.records.image_learning import ImageForm, SampleRequest, Settings
from xinglin.shelf.promises import AbstractImageModel, Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Graphs = Mapping[str, Callable[..., NDArray[np.float32]]]


class AbstractBandFlow(AbstractImageModel):
    """The field is the network `network`, its wavelet view `network.view`; the settings hold `halvings`, `depth` and what the walk asks for."""

    task = "generate"
    rates: Mapping[str, float] = {"all": 2.5}  # 1e-3 of the plan's usual 4e-4: with few steps the faster way was the better one

    @abstractmethod
    def field(self, form: ImageForm, settings: Settings) -> Any:
        """The torch module of the field, its weights drawn from torch's own generator."""

    @abstractmethod
    def loss(self, field: Any, turn: Turn, settings: Settings) -> Any:
        """The loss of one batch."""

    @abstractmethod
    def examples(self, field: Any, form: ImageForm, settings: Settings) -> dict[str, Any]:
        """Inputs of the velocity graph, for two pictures."""

    def velocity(self, graphs: Graphs, form: ImageForm, request: SampleRequest) -> Callable[[range], Callable[..., NDArray[np.float32]]]:
        """The velocity graph for the pictures at some places of a request."""
        return lambda places: graphs["velocity"]

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """The velocity field. Raises InvalidInput XL-IMGMODEL-001, 002, and what `field` raises."""
        settings = with_defaults(settings, self.settings, self.name)
        sides_divide(form, 1 << (int(settings["halvings"]) + int(settings["depth"]) - 1), self.name)
        from torch import nn

        return nn.ModuleDict({"network": self.field(form, settings)})

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """One batch at times of its own."""
        loss = self.loss(networks["network"], turn, with_defaults(settings, self.settings, self.name))
        turn.backward(loss, "all")
        turn.update("all")
        return {"loss": float(loss.detach())}

    def graphs(self, networks: Any, form: ImageForm, settings: Settings) -> dict[str, tuple[Any, dict[str, Any]]]:
        """`velocity` over the bands, and `picture`: the bands put together."""
        field = networks["network"]
        inputs = self.examples(field, form, with_defaults(settings, self.settings, self.name))
        return {"velocity": (field, inputs), "picture": (field.view, {"bands": inputs["state"]})}

    def sample(self, graphs: Graphs, form: ImageForm, settings: Settings, request: SampleRequest) -> NDArray[np.float32]:
        """(n, channels, *shape) in [-1, 1]. Raises what `velocity` raises."""
        import numpy as np

        from xinglin.models.image_parts import sampling

        velocity, settings = self.velocity(graphs, form, request), with_defaults(settings, self.settings, self.name)
        halvings, axes = int(settings["halvings"]), len(form.shape)
        shape = (form.channels << (halvings * axes), *(side >> halvings for side in form.shape))
        times = sampling.times_of(request.steps or int(settings["steps"]), float(settings["bend"]))
        made = []
        for places in sampling.portions(request):
            field = sampling.guided(velocity(places), sampling.asked(request, places, form), float(settings["guidance"]))
            bands = sampling.walked(field, sampling.noise(request, places, shape), times, bool(settings["second_order"]))
            made.append(np.clip(graphs["picture"](bands=bands), -1, 1))
        return np.concatenate(made)
