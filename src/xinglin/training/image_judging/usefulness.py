"""Utility: does a network that has seen made pictures tell real ones apart, or mark them, better than one that saw real ones alone.

Three ways at equal steps: made pictures alone, real ones alone, made ones first and real ones after. All are tried on held-out real people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.scoring import area
from xinglin.records.image_learning import ImageScore, Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from xinglin.training.image_sets.image_set import ImageSet

    Pictures = NDArray[np.floating]

STEPS, BATCH, SIDE, SEEDS, FEWEST = 240, 32, 32, 5, 10


def usefulness(
    pictures: ImageSet, made: Pictures, conditions: NDArray[np.floating] | None, masks: NDArray[np.integer] | None, *, full: bool, seed: int
) -> list[ImageScore]:
    """For each level condition whether its commonest level is told from the rest (AUC); of masks Dice. Only where `full`.

    conditions: (n, k) of the made pictures. masks: (n, *shape) of them. Nothing where neither is known, or too few are held out.
    """
    found: list[ImageScore] = []
    if not full:
        return found
    train, held = pictures.rows("train"), np.concatenate([pictures.rows("held-out"), pictures.rows("test")])
    for column, condition in enumerate(pictures.form.conditions if conditions is not None else ()):
        if condition.kind != "level" or conditions is None:
            continue
        told, asked, tried = (each[:, column] for each in (pictures.conditions(train), conditions, pictures.conditions(held)))
        for place in range(1 if len(condition.levels) == 2 else 0, min(len(condition.levels), 2)):
            labels = [_labels(one, place) for one in (told, asked, tried)]
            if all(min((one == 0).sum(), (one == 1).sum()) >= FEWEST for one in labels):
                title = f"AUC of {condition.name}: {condition.levels[place]}"
                found += _in_three_ways(
                    title, _small(pictures, train), labels[0], _small_of(made), labels[1], _small(pictures, held), labels[2], seed
                )
    if masks is not None and pictures.masks is not None and len(held) >= FEWEST:
        mine, yours, theirs = (_small_masks(one) for one in (pictures.masks[train], masks, pictures.masks[held]))
        found += _in_three_ways(
            "Dice of masks", _small(pictures, train), mine, _small_of(made), yours, _small(pictures, held), theirs, seed
        )
    return found


def _labels(values: NDArray[np.floating], place: int) -> NDArray[np.floating]:
    return np.where(np.isnan(values), np.nan, (values == place).astype(float))


def _small(pictures: ImageSet, rows: NDArray[np.intp]) -> Pictures:
    return _small_of(pictures.scaled(rows))


def _small_of(pictures: Pictures) -> Pictures:
    """(n, 1, 32, 32): as copies are sought in, half the side."""
    from xinglin.training.image_judging.copies import flattened
    from xinglin.training.image_judging.encoder import shrunk

    return shrunk(flattened(pictures), SIDE)[:, None].astype(np.float32)


def _small_masks(masks: NDArray[np.integer]) -> NDArray[np.floating]:
    """(n, 32, 32): 1 where any label lies; of a volume its middle slice."""
    from xinglin.training.image_judging.encoder import shrunk

    flat = masks[:, masks.shape[1] // 2] if masks.ndim == 4 else masks
    return (shrunk((flat > 0).astype(np.float32), SIDE) >= 0.5).astype(np.float32)


def _in_three_ways(
    title: str, real: Pictures, labels: NDArray[np.floating], made: Pictures, asked: NDArray[np.floating], held: Pictures,
    truth: NDArray[np.floating], seed: int,
) -> list[ImageScore]:  # fmt: skip
    """Score of made alone beside that of real alone, and the gain of made first, over seeds."""
    of_masks = labels.ndim == 3
    learnt = [(one[_known(told)], told[_known(told)]) for one, told in ((real, labels), (made, asked))]
    tried, wanted = held[_known(truth)], truth[_known(truth)]
    results = np.array([[_tried(plan, tried, wanted, of_masks, seed + one) for plan in _plans(*learnt)] for one in range(SEEDS)])
    real_alone, made_alone, both = results.T
    count = len(tried)
    return [
        ImageScore(f"{title}, learnt from made pictures", "utility", _over(made_alone), _over(real_alone), "higher", count, "floor: learnt from as many steps of real pictures"),
        ImageScore(f"{title}, gain of made first, real after", "utility", _over(both - real_alone), None, "higher", count, "at equal steps; 0: no gain"),
    ]  # fmt: skip


def _known(told: NDArray[np.floating]) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(told.reshape(len(told), -1)).all(axis=1))


def _over(values: NDArray[np.floating]) -> Spread:
    """The mean over seeds with Student's 95 % limits."""
    from scipy.stats import t

    reach = float(t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return Spread(float(values.mean()), float(values.mean() - reach), float(values.mean() + reach))


def _plans(real: tuple, made: tuple) -> list[list[tuple]]:
    """What is learnt from for how many steps: real alone, made alone, made first."""
    return [[(*real, STEPS)], [(*made, STEPS)], [(*made, STEPS // 2), (*real, STEPS // 2)]]


def _tried(plan: Sequence[tuple], held: Pictures, truth: NDArray[np.floating], of_masks: bool, seed: int) -> float:
    """A network learnt by a plan, on held-out pictures: AUC, or the mean Dice."""
    from xinglin.training.image_judging.small_networks import learnt

    predict: Callable[[Pictures], NDArray[np.floating]] = learnt(plan, of_masks=of_masks, batch=BATCH, seed=seed)
    told = predict(held)
    return _dice(told > 0, truth > 0.5) if of_masks else area(told.astype(np.float64), truth.astype(np.float64))


def _dice(told: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """The mean over pictures; 1 where neither holds anything."""
    both, sizes = (told & truth).sum(axis=(1, 2)), told.sum(axis=(1, 2)) + truth.sum(axis=(1, 2))
    return float(np.where(sizes > 0, 2 * both / np.maximum(sizes, 1), 1.0).mean())
