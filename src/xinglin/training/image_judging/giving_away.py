"""Privacy of a generator: near-copies of learnt-from pictures, whether the search for them works here, and whether members can be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.image_learning import ImageScore, Spread
from xinglin.training.image_judging import planted
from xinglin.training.image_judging.copies import Copies, copies, flattened
from xinglin.training.image_judging.membership import membership, nearest_made

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pictures = NDArray[np.floating]

PLANTED_FOR_TRIAL, CHECKED_AT_MOST = 12, 300


@dataclass(frozen=True, eq=False)
class Known:
    """Real pictures of one side of the split with whose they are, and their encoder features."""

    pictures: Pictures
    persons: Sequence[str]
    layout: NDArray[np.floating]


def copied(made: Pictures, learnt: Known, held_out: Known, *, mirrored: bool, seed: int) -> tuple[Copies, list[ImageScore]]:
    """The search for near-copies, and its scores: how many, how many of planted ones it finds, how often it is wrong of other people.

    In the trial 12 learnt-from pictures are hidden in each way among made ones; the threshold was set by others. Raises what `copies` raises.
    """
    some = np.sort(np.random.default_rng((seed, 1)).permutation(len(learnt.pictures))[:PLANTED_FOR_TRIAL])
    ways = [way for way in planted.WAYS if mirrored or way != "mirrored"]
    hidden = np.concatenate([planted.planted(learnt.pictures[some], way, seed + 1) for way in ways])
    few = held_out.pictures[:CHECKED_AT_MOST]
    told = copies(np.concatenate([made, hidden]), learnt.pictures, few, mirrored=mirrored, seed=seed)
    distance = told.distance[: len(made)]
    caught = (told.distance[len(made) :] < 1).reshape(len(ways), -1)
    single, several = caught[:-1].ravel(), caught[-1]
    found = int((distance < 1).sum())
    scores = [
        ImageScore(
            "near-copies", "privacy", Spread(float(found)), Spread(float(told.false_alarms * len(made))), "lower", len(made),
            "made pictures that stand out as one learnt from does; the floor: as many real pictures of other people",
        ),
        ImageScore(
            "planted copies caught", "privacy", _share(single), None, "higher", len(single),
            "hidden copies found: unchanged, mirrored, noised, cropped, moved, lighter, smaller",
        ),
        ImageScore("planted copies changed in several ways, caught", "privacy", _share(several), None, "higher", len(several)),
        ImageScore("false alarms among held-out people", "privacy", _share(told.held_out < 1), None, "lower", len(few)),
    ]  # fmt: skip
    return told, scores


def memberships(
    made: Pictures, made_layout: NDArray[np.floating], learnt: Known, held_out: Known, losses: tuple[NDArray, NDArray] | None, seed: int
) -> list[ImageScore]:
    """Guesses of who was learnt from: by the distance to the nearest made picture, in pixels and of the encoder, and by the model's loss.

    losses: of each learnt-from and each held-out picture, where the model can tell them.
    """
    persons = [*(f"learnt {one}" for one in learnt.persons), *(f"held out {one}" for one in held_out.persons)]
    member = np.arange(len(persons)) < len(learnt.persons)
    real, drawn = (flattened(one).reshape(len(one), -1) for one in (np.concatenate([learnt.pictures, held_out.pictures]), made))
    found = membership(-nearest_made(real, drawn), member, persons, seed)
    by_layout = -nearest_made(np.concatenate([learnt.layout, held_out.layout]), made_layout)
    found += membership(by_layout, member, persons, seed, "encoder")
    if losses is not None:
        found += membership(-np.concatenate(losses), member, persons, seed, "loss")
    return found


def _share(hits: NDArray[np.bool_]) -> Spread:
    """A share with Wilson's 95 % limits (1927)."""
    count, share, z = len(hits), float(hits.mean()), 1.96
    middle, reach = share + z**2 / (2 * count), z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return Spread(share, float(max((middle - reach) / (1 + z**2 / count), 0)), float(min((middle + reach) / (1 + z**2 / count), 1)))
