"""A picture as a small smooth one and the details that each doubling of its sides adds; details measured against what the smooth one foretells.

Where the smooth picture is flat, details are faint; at its edges they are strong. Divided by the strength so foretold (Wainwright & Simoncelli 1999
on divisive normalisation, from memory), and rare giants (burnt-in letters) drawn in by asinh, they are nearly normal noise already.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

KNOTS, FAINTEST, STRONGEST = 12, -14.0, 0.0  # of the logarithm of the squared slope, over which the strength of details is measured
SPREAD = 1.3  # brings asinh of normal noise to spread 1
GIANT = 5.0  # the logarithm of twice the largest detail, in units of its strength


def halved(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Pictures (b, c, *shape) as means over squares (b, c, *shape / 2), and the details (b, c * (2**axes - 1), *shape / 2) that these do not foretell."""
    bands = pictures
    for axis in range(2, pictures.dim()):
        even, odd = bands.unflatten(axis, (-1, 2)).unbind(axis + 1)
        bands = torch.cat((even + odd, even - odd), 1) / 2
    smooth, details = bands[:, : pictures.shape[1]], bands[:, pictures.shape[1] :]
    return smooth, details - foretold(smooth)


def joined(smooth: Tensor, details: Tensor) -> Tensor:
    """What `halved` took apart."""
    bands = torch.cat((smooth, details + foretold(smooth)), 1)
    for axis in reversed(range(2, smooth.dim())):
        low, high = bands.chunk(2, 1)
        shape = [*low.shape]
        shape[axis] *= 2
        bands = torch.stack((low + high, low - high), axis + 1).reshape(shape)
    return bands


def foretold(smooth: Tensor) -> Tensor:
    """The details of a picture that runs on evenly between the means of its neighbours: an eighth of their difference along each axis.

    With it taken away Haar's wavelet is the (1, 3) one of Cohen, Daubechies & Feauveau 1992 (from memory); what is left grows out of a smooth
    picture and not out of blocks.
    """
    bands = smooth
    for axis in range(2, smooth.dim()):
        count = smooth.shape[axis]
        before = torch.cat((bands.narrow(axis, 0, 1), bands.narrow(axis, 0, count - 1)), axis)
        after = torch.cat((bands.narrow(axis, 1, count - 1), bands.narrow(axis, count - 1, 1)), axis)
        bands = torch.cat((bands, (before - after) / 8), 1)
    return bands[:, smooth.shape[1] :]


def drawn_in(details: Tensor, strength: Tensor) -> Tensor:
    """Details in units of their likely strength, giants drawn in."""
    return torch.asinh(details / strength) * SPREAD


def drawn_out(state: Tensor, strength: Tensor) -> Tensor:
    """What `drawn_in` drew in."""
    state = (state / SPREAD).clamp(-GIANT, GIANT)
    return (state.exp() - (-state).exp()) / 2 * strength  # sinh, which ONNX graphs of torch do not know


class Strength(nn.Module):
    """How strong each detail is likely to be (1.25 times its mean size, the spread of normal noise), told from the smooth picture alone: measured over the first turns of learning, then fixed."""

    knots: Tensor
    sizes: Tensor
    counts: Tensor

    def __init__(self, axes: int, bands: int) -> None:
        super().__init__()
        self.axes, self.gap = axes, (STRONGEST - FAINTEST) / (KNOTS - 1)
        self.register_buffer("knots", torch.linspace(FAINTEST, STRONGEST, KNOTS).view(1, KNOTS, *[1] * axes))
        self.register_buffer("sizes", torch.full((bands, KNOTS), 1e-3))
        self.register_buffer("counts", torch.full((KNOTS,), 1e-3))

    def forward(self, smooth: Tensor) -> Tensor:
        """(b, bands, *shape): the likely spread of each detail."""
        size = (1.25 * self.sizes / self.counts).clamp(min=3e-4)
        return torch.einsum("bk...,ck->bc...", self._nearness(smooth), size.log()).exp()

    @torch.no_grad()
    def measure(self, smooth: Tensor, details: Tensor) -> None:
        """One more batch to measure by."""
        near = self._nearness(smooth).movedim(1, -1).flatten(0, -2)
        self.counts += near.sum(0)
        self.sizes += details.movedim(1, -1).flatten(0, -2).abs().T @ near

    def _nearness(self, smooth: Tensor) -> Tensor:
        """(b, KNOTS, *shape): how near the local slope is to each knot; sums to 1."""
        grey = smooth.mean(1, keepdim=True)
        pool = functional.avg_pool2d if self.axes == 2 else functional.avg_pool3d
        padded = functional.pad(grey, [1] * (2 * self.axes), mode="replicate")
        size = (3,) * self.axes
        spread = (pool(padded**2, size, 1) - pool(padded, size, 1) ** 2).clamp(min=0)
        level = (spread + 1e-6).log().clamp(FAINTEST, STRONGEST)
        return (1 - (level - self.knots).abs() / self.gap).clamp(min=0)
