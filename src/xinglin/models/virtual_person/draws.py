"""Random numbers of people and of what happens to them: by seed, name, person and place, so that any person can be made again alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.simulator import streams

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PLACE = np.uint64(40)  # places of one person lie 2**40 people apart


def uniform(seed: int, name: str, people: NDArray[np.integer], place: NDArray[np.integer] | int = 0) -> NDArray[np.float64]:
    """A number in (0, 1) for each person, and place within the person where given."""
    return streams.uniforms_at(seed, f"person/{name}", counters(people, place))


def normal(seed: int, name: str, people: NDArray[np.integer], place: NDArray[np.integer] | int = 0) -> NDArray[np.float64]:
    """The same, standard normal."""
    from scipy.special import ndtri

    return ndtri(uniform(seed, name, people, place))


def chosen(seed: int, name: str, people: NDArray[np.integer], of: int) -> NDArray[np.int64]:
    """One of 0 to `of - 1` for each person, all equally likely."""
    return np.minimum((uniform(seed, name, people) * of).astype(np.int64), of - 1)


def counters(people: NDArray[np.integer], place: NDArray[np.integer] | int = 0) -> NDArray[np.uint64]:
    """Person and place as one counter."""
    return people.astype(np.uint64) + (np.asarray(place).astype(np.uint64) << _PLACE)
