"""Rectified flow: pictures grown from noise along nearly straight ways; of those here the one with the most variety per minute of learning."""

from __future__ import annotations

from typing import Any

from xinglin.models.image_parts.band_flow import AbstractBandFlow
from xinglin.records.image_learning import ImageForm, Setting, Settings
from xinglin.shelf.promises import Turn


class RectifiedFlow(AbstractBandFlow):
    """A flow over the wavelet bands of pictures with two or three axes; knows conditions, with guidance."""

    name = "rectified_flow"
    version = "1"
    settings = (
        Setting("halvings", 1, "how often the picture is split into wavelet bands of half the side", low=0, high=3, tuned=True),
        Setting("width", 48, "channels of the first level of the network; each deeper one has as many more", low=8, high=512, tuned=True),
        Setting("depth", 3, "levels of the network, each of half the side", low=1, high=6),
        Setting("blocks", 1, "residual blocks of a level", low=1, high=4),
        Setting("dropout", 0.0, "share of channels left out while learning", low=0.0, high=0.5),
        Setting(
            "time_middle",
            0.0,
            "middle of the logit of the times learnt: over 0 more noise, under 0 more picture",
            low=-2.0,
            high=2.0,
            tuned=True,
        ),
        Setting("time_spread", 1.0, "spread of the logit of the times learnt", low=0.3, high=3.0),
        Setting("moved", 0.15, "share of pictures shown moved, zoomed, brighter, with the network told how", low=0.0, high=1.0, tuned=True),
        Setting("forgotten", 0.1, "share of pictures whose conditions are hidden while learning", low=0.0, high=1.0),
        Setting("guidance", 1.0, "how strongly conditions are followed; 1 as learnt", low=0.0, high=10.0),
        Setting("steps", 25, "steps from noise to picture", low=1, high=1000),
        Setting("bend", 1.0, "over 1 lingers near the noise, under 1 near the picture", low=0.1, high=10.0),
        Setting("second_order", False, "Heun's steps: twice the work of a step, a straighter walk"),
    )

    def field(self, form: ImageForm, settings: Settings) -> Any:
        """The velocity field."""
        from xinglin.models.image.rectified_flow.networks import VelocityField

        return VelocityField(form, settings)

    def loss(self, field: Any, turn: Turn, settings: Settings) -> Any:
        """How far the velocity told is from the straight way."""
        from xinglin.models.image.rectified_flow.networks import learnt_from

        return learnt_from(field, turn, settings)

    def examples(self, field: Any, form: ImageForm, settings: Settings) -> dict[str, Any]:
        """State, time and conditions."""
        from xinglin.models.image.rectified_flow.networks import examples

        return examples(field, form, settings)


MODEL = RectifiedFlow()
