"""The one data set of pictures: gathered from any folder, split by person, guarded against wrong values and leaks, told on a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xinglin.training.image_sets.image_set import ImageSet as ImageSet


def __getattr__(name: str) -> object:
    """`ImageSet`, imported when it is first asked for: numpy is not wanted by whoever only looks the room up."""
    if name != "ImageSet":
        raise AttributeError(name)
    from xinglin.training.image_sets.image_set import ImageSet

    return ImageSet
