"""VQ-VAE: pictures told in a grid of words from one small dictionary, and a flow over the words; sharper than a VAE."""

from __future__ import annotations

from typing import Any

from xinglin.models.image_parts.codec_then_flow import AbstractCodecFlow
from xinglin.records.image_learning import ImageForm, Setting, Settings


class VqVae(AbstractCodecFlow):
    """Oord 2017 (arXiv 1711.00937), a rectified flow for the prior; the first part of the turns learns the codec, the rest the flow. Two and three axes."""

    name = "vq_vae"
    version = "1"
    settings = (
        Setting("halvings", 2, "how often the codec halves the sides", low=1, high=5),
        Setting("numbers", 8, "numbers that a word is", low=1, high=64, tuned=True),
        Setting("codec_width", 32, "channels of the codec; doubled below its first level", low=8, high=256),
        Setting("codec_share", 0.4, "share of the turns that learn the codec", low=0.05, high=0.95),
        Setting("words", 256, "words of the dictionary", low=8, high=8192, tuned=True),
        Setting("weight", 0.25, "how dear it is to be far from the word that is said", low=0.0, high=10.0),
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
        """Its own codec, of vq_vae.networks."""
        from xinglin.models.image.vq_vae.networks import Codec

        return Codec(form, settings)

    def codec_loss(self, codec: Any, pictures: Any, settings: Settings) -> tuple[Any, Any]:
        """The codec's loss and its error."""
        return codec.loss(pictures)


MODEL = VqVae()
