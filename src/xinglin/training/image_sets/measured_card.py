"""The card of a set, filled from what is measured of it: how many pictures and people, how conditions and values are spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xinglin.records.image_learning import DataCard, ImageForm, ImageItem
from xinglin.training.image_sets.splitting import SIDES

STEPS = 64  # of the histogram
UNKNOWN = "?"


def card_of(name: str, digest: str, form: ImageForm, items: Sequence[ImageItem], pictures: NDArray[Any]) -> DataCard:
    """The card: counts by side, people by side, levels (with "?" for not known), spans of numbers, histogram from low to high."""
    levels: dict[str, dict[str, int]] = {}
    numbers: dict[str, tuple[float, float, float]] = {}
    for one in form.conditions:
        values = [item.conditions.get(one.name) for item in items]
        if one.kind == "level":
            count = Counter(UNKNOWN if value is None else one.levels[int(value)] for value in values)
            levels[one.name] = {level: count[level] for level in (*one.levels, UNKNOWN) if level != UNKNOWN or count[level]}
        elif known := [value for value in values if value is not None]:
            numbers[one.name] = (float(np.min(known)), float(np.median(known)), float(np.max(known)))
    if form.domains:
        count = Counter(item.domain for item in items)
        levels["domain"] = {domain: count[domain] for domain in form.domains}
    return DataCard(
        name, digest, form, {side: sum(item.split == side for item in items) for side in SIDES},
        {side: len({item.person for item in items if item.split == side}) for side in SIDES}, levels=levels, numbers=numbers,
        histogram=histogram(pictures, form),
    )  # fmt: skip


def histogram(pictures: NDArray[Any], form: ImageForm) -> tuple[float, ...]:
    """Shares of the values in 64 equal steps from low to high; what lies beyond counts at the ends."""
    counts = np.zeros(STEPS, np.int64)
    for picture in pictures:
        place = (np.asarray(picture, np.float32) - form.low) * (STEPS / (form.high - form.low))
        counts += np.bincount(np.clip(place, 0, STEPS - 1).astype(np.intp).ravel(), minlength=STEPS)
    return tuple(round(float(one), 6) for one in counts / counts.sum())
