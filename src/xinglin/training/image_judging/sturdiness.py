"""Robustness: how the distance to real pictures moves when the real ones are noisier, of lower dose, or coarser; a distance hangs on such things."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.image_learning import ImageScore
from xinglin.training.image_judging.encoder import shrunk
from xinglin.training.image_judging.features import Scale, radiomics
from xinglin.training.image_judging.frechet import frechet
from xinglin.training.image_judging.halves import Halving, spread_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pictures = NDArray[np.floating]

    Change = Callable[[Pictures, np.random.Generator], Pictures]


def _noisier(pictures: Pictures, chance: np.random.Generator) -> Pictures:
    return pictures + chance.normal(0, 0.04, pictures.shape)


def _of_lower_dose(pictures: Pictures, chance: np.random.Generator) -> Pictures:
    """As if 400 quanta made the brightest value."""
    return chance.poisson((np.clip(pictures, -1, 1) + 1) * 200) / 200 - 1


def _coarser(pictures: Pictures, chance: np.random.Generator) -> Pictures:
    planes = pictures.reshape(-1, *pictures.shape[-2:])
    half = planes[:, : planes.shape[1] // 2 * 2, : planes.shape[2] // 2 * 2]
    half = half.reshape(len(half), half.shape[1] // 2, 2, -1, 2).mean(axis=(2, 4))
    if planes.shape[1] == planes.shape[2]:
        return shrunk(half.astype(np.float32), planes.shape[1]).reshape(pictures.shape)
    wide = half.repeat(2, axis=1).repeat(2, axis=2)
    return np.pad(wide, [(0, 0), *((0, a - b) for a, b in zip(planes.shape[1:], wide.shape[1:], strict=True))], mode="edge").reshape(
        pictures.shape
    )


CHANGES: Mapping[str, Change] = {"noisier": _noisier, "of lower dose": _of_lower_dose, "coarser": _coarser}


def sturdiness(
    real: Pictures, texture: NDArray[np.floating], made: NDArray[np.floating], scale: Scale, drawn: Sequence[Halving], seed: int
) -> list[ImageScore]:
    """The Fréchet radiomics distance when the real pictures compared with are changed; the floor is that of unchanged real ones to them.

    real: (n, channels, ...) in [-1, 1], those that `drawn` tells of; texture and made: features on the scale. Each change is made once.
    """
    found = []
    for place, (name, change) in enumerate(CHANGES.items()):
        rows = np.unique(np.concatenate([one.one for one in drawn]))
        changed = np.clip(change(real[rows], np.random.default_rng((seed, place))), -1, 1).astype(np.float32)
        described = scale(radiomics(changed))
        where = {int(row): at for at, row in enumerate(rows)}
        told: tuple[list[float], list[float]] = ([], [])
        for one in drawn:
            here = described[[where[int(row)] for row in one.one]]
            told[0].append(frechet(here, made[one.made]))
            told[1].append(frechet(here, texture[one.other]))
        title = f"Fréchet radiomics distance to real pictures made {name}"
        about = "floor: of unchanged real pictures to the changed ones"
        found.append(ImageScore(title, "robustness", spread_of(told[0], 0), spread_of(told[1], 0), "lower", len(drawn[0].one), about))
    return found
