"""Latent diffusion: a codec first, then a flow over what it tells; for pictures too large to be walked pixel by pixel."""

from __future__ import annotations

from typing import Any

from xinglin.models.image_parts.codec_then_flow import AbstractCodecFlow
from xinglin.records.image_learning import ImageForm, Setting, Settings


class LatentDiffusion(AbstractCodecFlow):
    """Rombach 2022 (arXiv 2112.10752) with a rectified flow; the first part of the turns learns the codec, the rest the flow. Two and three axes."""

    name = "latent_diffusion"
    version = "1"
    settings = (
        Setting("halvings", 2, "how often the codec halves the sides", low=1, high=5),
        Setting("numbers", 4, "numbers of each place of a grid", low=1, high=64, tuned=True),
        Setting("codec_width", 32, "channels of the codec; doubled below its first level", low=8, high=256),
        Setting("codec_share", 0.4, "share of the turns that learn the codec", low=0.05, high=0.95),
        Setting("weight", 1e-4, "how dear it is that a grid tells more than chance", low=0.0, high=1.0, logarithmic=True),
        Setting(
            "width", 64, "channels of the first level of the flow's network; each deeper one has as many more", low=8, high=512, tuned=True
        ),
        Setting("depth", 2, "levels of the flow's network", low=1, high=5),
        Setting("blocks", 2, "residual blocks of a level of it", low=1, high=4),
        Setting("forgotten", 0.1, "share of pictures whose conditions are hidden while learning", low=0.0, high=1.0),
        Setting("guidance", 1.0, "how strongly conditions are followed; 1 as learnt", low=0.0, high=10.0),
        Setting("steps", 25, "steps from noise to grid", low=1, high=1000),
        Setting("noise_again", True, "the grain that the codec leaves out is added as measured on real pictures"),
    )

    def codec(self, form: ImageForm, settings: Settings) -> Any:
        """Its own codec, of latent_diffusion.networks."""
        from xinglin.models.image.latent_diffusion.networks import Codec

        return Codec(form, settings)

    def codec_loss(self, codec: Any, pictures: Any, settings: Settings) -> tuple[Any, Any]:
        """The codec's loss and its error."""
        return codec.loss(pictures, float(settings["weight"]))


MODEL = LatentDiffusion()
