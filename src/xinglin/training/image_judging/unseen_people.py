"""How near made pictures are to people that no picture was learnt from: fidelity and variety by `closeness`, the floor between halves of those people.

A judgement (`judged`) measures on all real pictures of a set; two models that learnt from the same set are told apart by people neither has seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from xinglin.training.image_judging.closeness import Described, closeness
from xinglin.training.image_judging.features import Scale, checked
from xinglin.training.image_judging.frechet import frechet
from xinglin.training.image_judging.halves import Halving, halvings, spread_of
from xinglin.training.image_judging.nearness import by_distances, distances

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.image_learning import ImageScore, Spread
    from xinglin.training.image_sets.image_set import ImageSet

    Pictures = NDArray[np.floating]

SCALED_BY = 500  # learnt-from pictures at most that say what is usual
HALVINGS = 20
TOLD_APART = ("Fréchet radiomics distance", "recall")


def close_to_unseen(pictures: ImageSet, made: Sequence[Pictures], seed: int = 0) -> tuple[list[list[ImageScore]], list[dict[str, Spread]]]:
    """For each pile of made pictures (n, channels, *shape) in [-1, 1] its scores, and how much each of `TOLD_APART` exceeds that of the last pile.

    All are measured on the same halves of the same people, of the sides held-out and test. Raises InvalidInput XL-JUDGE-002, 006 where they or the
    piles are too few, UsageError XL-JUDGE-001.
    """
    unseen = np.sort(np.concatenate([pictures.rows("held-out"), pictures.rows("test")]))
    count = min(len(checked(one)) for one in made)
    drawn = halvings(pictures.persons(unseen), count, HALVINGS, seed)
    learnt = np.random.default_rng(seed).permutation(pictures.rows("train"))[:SCALED_BY]
    usual, real = Described.of(pictures.scaled(learnt)), Described.of(pictures.scaled(unseen))
    texture, layout = Scale.learnt(usual.texture), Scale.learnt(usual.layout)
    unit, here = (pictures.form.high - pictures.form.low) / 2, real.on(texture, layout)
    piles = [Described.of(one[:count]).on(texture, layout) for one in made]
    apart = [_told_apart(here, one, piles[-1], drawn) for one in piles[:-1]]
    return [closeness(here, one, drawn, unit) for one in piles], [*apart, {}]


def _told_apart(real: Described, one: Described, other: Described, drawn: Sequence[Halving]) -> dict[str, Spread]:
    def measured(pile: Described, half: Halving) -> tuple[float, float]:
        here, there = real.texture[half.one], pile.texture[half.made]
        near = by_distances(distances(here, here), distances(there, there), distances(here, there))
        return frechet(here, there), near.recall

    told = np.array([np.subtract(measured(one, half), measured(other, half)) for half in drawn])
    return {name: spread_of(told[:, place].tolist()) for place, name in enumerate(TOLD_APART)}
