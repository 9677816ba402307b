"""Models of two networks that play against each other: a maker of pictures from a row of chance, and one that tells them from real ones.

What such models share once they have learnt: only the maker is kept, one pass of it makes pictures, and the noise it lacks is added. How the
two play is each model's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xinglin.models.image_parts.asking import with_defaults
from xinglin.records.image_learning import ImageForm, SampleRequest, Settings
from xinglin.shelf.promises import AbstractImageModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class AbstractAdversary(AbstractImageModel):
    """The maker is the network `network`; the settings hold `chance` and `noise_again`."""

    task = "generate"

    def graphs(self, networks: Any, form: ImageForm, settings: Settings) -> dict[str, tuple[Any, dict[str, Any]]]:
        """`maker`: chance to pictures."""
        from xinglin.models.image_parts.from_chance import maker_inputs

        return {"maker": (networks["network"], maker_inputs(form, int(with_defaults(settings, self.settings, self.name)["chance"])))}

    def sample(
        self, graphs: Mapping[str, Callable[..., NDArray[np.float32]]], form: ImageForm, settings: Settings, request: SampleRequest
    ) -> NDArray[np.float32]:
        """(n, channels, *shape) in [-1, 1]."""
        from xinglin.models.image_parts.from_chance import drawn

        return drawn(graphs["maker"], form, with_defaults(settings, self.settings, self.name), request)

    def prepared(self, networks: Any, pictures: NDArray[np.float32], form: ImageForm, settings: Settings) -> Settings:
        """The noise that made pictures lack, measured against the real ones."""
        from xinglin.models.image_parts.from_chance import noise_measured

        return noise_measured(networks["network"], pictures, form, with_defaults(settings, self.settings, self.name))
