"""Do made pictures show what their masks asked for: a network that learnt real pictures and their masks looks for the labels in the made ones.

The floor is what it finds in real pictures of people it did not learn from: it is no perfect reader, and no made picture can be read better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.image_learning import ImageScore, Spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xinglin.training.image_sets.image_set import ImageSet

    Pictures = NDArray[np.floating]
    Labels = NDArray[np.integer]
    Counts = NDArray[np.int64]

NAME, STEPS, BATCH, SMALL, LARGE, FEWEST, RESAMPLES = "mask obeyed", 240, 8, 32, 64, 10, 400


def masks_obeyed(pictures: ImageSet, made: Pictures, masks: Labels, *, seed: int) -> list[ImageScore]:
    """Dice of the masks asked for, (n, *shape), and what is found in the made pictures (n, channels, *shape): the mean over labels, then each.

    Counted over all pixels of all pictures together, so that an organ drawn where none was asked counts; 95 % by drawing pictures (of real ones
    people) again. Of a volume the slice that holds most of its mask. Nothing where the set has no masks, or too few pictures are held out.
    """
    from xinglin.training.image_judging.label_finder import label_finder

    held = np.concatenate([pictures.rows("held-out"), pictures.rows("test")])
    if pictures.masks is None or len(held) < FEWEST:
        return []
    names, side = pictures.form.masks, LARGE if max(pictures.form.shape) >= LARGE else SMALL
    train = pictures.rows("train")
    learnt = _flat(pictures.scaled(train), pictures.masks[train], side, len(names))
    find = label_finder(*learnt, labels=1 + len(names), steps=STEPS, batch=BATCH, seed=seed)
    shown, asked = _flat(made, masks, side, len(names))
    real, truth = _flat(pictures.scaled(held), pictures.masks[held], side, len(names))
    found, found_real = find(shown), find(real)
    here, there = _counts(found, asked, len(names)), _counts(found_real, truth, len(names))
    values = _drawn_again(here, [str(one) for one in range(len(made))], seed), _drawn_again(there, pictures.persons(held), seed)
    swapped = np.nanmean(_dice(_counts(found, np.roll(asked, 1, axis=0), len(names)).sum(axis=0)))
    about = f"Dice, at {side} pixels, of the mask asked for and what a network that learnt real pictures finds; floor: in real ones it had not seen"
    mean_made, mean_real = (np.nanmean(one, axis=1) for one in values)
    told = [_score(NAME, mean_made, mean_real, len(made), f"{about}; against the mask of another made picture {swapped:.2f}")]
    return told + [
        _score(f"{NAME}: {name}", values[0][:, place], values[1][:, place], int((asked == place + 1).any(axis=(1, 2)).sum()), about)
        for place, name in enumerate(names if len(names) > 1 else ()) if (truth == place + 1).any() and (asked == place + 1).any()
    ]  # fmt: skip


def _flat(pictures: Pictures, masks: Labels, side: int, labels: int) -> tuple[Pictures, Labels]:
    """(n, 1, side, side) and (n, side, side): channels averaged; of a pixel that several labels share the commonest."""
    from xinglin.training.image_judging.encoder import shrunk

    grey, masks = np.asarray(pictures).mean(axis=1), np.asarray(masks)
    if masks.ndim == 4:
        fullest = (masks > 0).sum(axis=(2, 3)).argmax(axis=1)
        grey, masks = grey[np.arange(len(grey)), fullest], masks[np.arange(len(masks)), fullest]
    shown = shrunk(grey, side)[:, None].astype(np.float32)
    if masks.shape[1:] == (side, side):
        return shown, masks.astype(np.int64)
    return shown, np.stack([shrunk((masks == one).astype(np.float32), side) for one in range(labels + 1)]).argmax(axis=0)


def _counts(found: Labels, asked: Labels, labels: int) -> Counts:
    """(n, labels, 2): pixels found and asked for alike, and the sum of both."""
    each = [(found == one, asked == one) for one in range(1, labels + 1)]
    alike = [(mine & yours).sum(axis=(1, 2)) for mine, yours in each]
    sizes = [mine.sum(axis=(1, 2)) + yours.sum(axis=(1, 2)) for mine, yours in each]
    return np.stack((np.stack(alike, axis=1), np.stack(sizes, axis=1)), axis=2)


def _dice(counts: Counts) -> NDArray[np.float64]:
    """Of (..., 2): nan where neither holds anything."""
    return np.where(counts[..., 1] > 0, 2 * counts[..., 0] / np.maximum(counts[..., 1], 1), np.nan)


def _drawn_again(counts: Counts, whose: Sequence[str], seed: int) -> NDArray[np.float64]:
    """(1 + resamples, labels): Dice of all, and of people drawn again."""
    people, places = np.unique(np.asarray(whose), return_inverse=True)
    of_each = np.zeros((len(people), *counts.shape[1:]), np.int64)
    np.add.at(of_each, places, counts)
    drawn = np.random.default_rng(seed).integers(0, len(people), (RESAMPLES, len(people)))
    return _dice(np.concatenate((of_each.sum(axis=0)[None], of_each[drawn].sum(axis=1))))


def _score(name: str, made: NDArray[np.float64], real: NDArray[np.float64], count: int, about: str) -> ImageScore:
    return ImageScore(name, "fidelity", _spread(made), _spread(real), "higher", count, about)


def _spread(values: NDArray[np.float64]) -> Spread:
    return Spread(float(values[0]), *(float(one) for one in np.nanquantile(values[1:], (0.025, 0.975))))
