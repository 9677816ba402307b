"""Networks that turn one picture into another, and the critic that looks at patches of it.

The translator is the residual network of Johnson et al. (ECCV 2016) as CycleGAN uses it (Zhu et al., ICCV 2017), with nearest-neighbour upsampling and a
convolution in place of the transposed one, which leaves checkerboards. It may learn the difference alone, so that anatomy need not be drawn anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from xinglin.records.image_learning import ImageForm

DOWN = 4
"""Each side of a picture must be a multiple of this."""


def _layer(dimensions: int, kind: str) -> Any:
    return getattr(nn, f"{kind}{dimensions}d")


class _Residual(nn.Module):
    """Two convolutions whose result is added to what came in."""

    def __init__(self, dimensions: int, width: int) -> None:
        super().__init__()
        convolution, norm = _layer(dimensions, "Conv"), _layer(dimensions, "InstanceNorm")
        self.body = nn.Sequential(
            convolution(width, width, 3, padding=1, padding_mode="replicate"), norm(width), nn.ReLU(),
            convolution(width, width, 3, padding=1, padding_mode="replicate"), norm(width),
        )  # fmt: skip

    def forward(self, pictures: Tensor) -> Tensor:
        return pictures + self.body(pictures)


class Translator(nn.Module):
    """(b, channels, *shape) in [-1, 1] to the same. width: of the first layer. blocks: residual blocks at a quarter of the size.

    difference: what comes out is added to the picture that came in; it starts at nothing, so learning starts from the picture itself.
    """

    def __init__(self, dimensions: int, channels: int, width: int, blocks: int, difference: bool) -> None:
        super().__init__()
        convolution, norm = _layer(dimensions, "Conv"), _layer(dimensions, "InstanceNorm")
        layers: list[nn.Module] = [convolution(channels, width, 7, padding=3, padding_mode="replicate"), norm(width), nn.ReLU()]
        for times in (1, 2):
            layers += [convolution(width * times, width * times * 2, 3, stride=2, padding=1), norm(width * times * 2), nn.ReLU()]
        layers += [_Residual(dimensions, width * 4) for _ in range(blocks)]
        for times in (4, 2):
            layers += [
                nn.Upsample(scale_factor=2),
                convolution(width * times, width * times // 2, 3, padding=1),
                norm(width * times // 2),
                nn.ReLU(),
            ]
        self.body = nn.Sequential(*layers)
        self.last = convolution(width, channels, 7, padding=3, padding_mode="replicate")
        self.difference = difference
        if difference:
            nn.init.zeros_(self.last.weight)
            nn.init.zeros_(self.last.bias)

    def forward(self, pictures: Tensor) -> Tensor:
        """The translated pictures."""
        made = self.last(self.body(pictures))
        return pictures + made if self.difference else torch.tanh(made)


def patch_critic(dimensions: int, channels: int, width: int, layers: int) -> nn.Module:
    """The PatchGAN of pix2pix (Isola et al., CVPR 2017) from MONAI; `patches(critic, pictures)` is its judgement."""
    from monai.networks.nets.patchgan_discriminator import PatchDiscriminator

    return PatchDiscriminator(dimensions, width, channels, 1, layers, norm="INSTANCE")


def patches(critic: nn.Module, pictures: Tensor) -> Tensor:
    """What the critic says of each patch."""
    return critic(pictures)[-1]


def see_that_sides_fit(form: ImageForm, least: int = 16) -> None:
    """Raises InvalidInput XL-IMGMODEL-020 for a picture whose sides cannot be halved twice, or that is too small for the critic."""
    if any(side % DOWN or side < least for side in form.shape):
        raise InvalidInput(
            "XL-IMGMODEL-020", "the translator cannot halve this picture twice", where="x".join(map(str, form.shape)),
            fix=f"collect pictures whose sides are multiples of {DOWN}, {least} or more",
        )  # fmt: skip
