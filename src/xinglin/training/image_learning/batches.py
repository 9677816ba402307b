"""Which pictures stand in which step: an order drawn anew for each pass from (seed, pass), so that a step's pictures follow from its number alone.

Every picture comes once in each pass; a pass may end in the middle of a step. Processes that learn together take turns within a step.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.image_learning import Split

if TYPE_CHECKING:
    from xinglin.training.image_sets import ImageSet

_KEPT_AT_MOST = 2**30  # bytes of scaled pictures held in memory; larger sets are read from disk step by step


def mixed(*words: int) -> int:
    """One seed of 63 bits from several whole numbers.

    >>> mixed(1, 2) == mixed(1, 2), mixed(1, 2) == mixed(2, 1)
    (True, False)
    """
    return int(np.random.SeedSequence(words).generate_state(1, np.uint64)[0] >> 1)


class Order:
    """The endless row of places 0 to count - 1, shuffled anew in each pass."""

    def __init__(self, count: int, seed: int) -> None:
        self._count, self._seed = count, seed
        self._pass = lru_cache(maxsize=2)(self._drawn)

    def _drawn(self, number: int) -> NDArray[np.intp]:
        return np.random.Generator(np.random.Philox(key=np.array([self._seed, number], np.uint64))).permutation(self._count)

    def places(self, start: int, length: int) -> NDArray[np.intp]:
        """Places `start` to `start + length - 1` of that row."""
        where = np.arange(start, start + length)
        return np.array([self._pass(int(one) // self._count)[int(one) % self._count] for one in where], np.intp)


class Pictures:
    """One side of a set as steps need it. `needs`: what a model wants beside pictures; `mirrored`: half of them are seen in a mirror.

    Raises InvalidInput XL-LEARN-005 where the set has not what the model needs, 006 where the side is empty.
    """

    def __init__(self, pictures: ImageSet, split: Split, needs: tuple[str, ...], seed: int, *, mirrored: bool = False) -> None:
        self._set, self._needs, self._seed, self._mirrored = pictures, needs, seed, mirrored
        has = {"masks": pictures.masks is not None, "partners": pictures.partners is not None, "others": len(pictures.domains) == 2}
        for need in needs:
            if not has.get(need, False):
                raise InvalidInput(
                    "XL-LEARN-005", "the set has not what this model learns from", where=need, fix=f"collect a set with {need}"
                )
        first, *other = pictures.domains if "others" in needs else (None,)
        self.rows = pictures.rows(split, first)
        self.other_rows = pictures.rows(split, other[0]) if other else self.rows[:0]
        if not len(self.rows) or (other and not len(self.other_rows)):
            raise InvalidInput(
                "XL-LEARN-006", "there is no picture to learn from on this side of the set", where=split, fix="collect more people"
            )
        self._order, self._others = Order(len(self.rows), mixed(seed, 1)), Order(max(1, len(self.other_rows)), mixed(seed, 2))
        bytes_needed = 4 * len(pictures) * int(np.prod((pictures.form.channels, *pictures.form.shape)))
        self._held = pictures.scaled(np.arange(len(pictures))) if bytes_needed <= _KEPT_AT_MOST else None

    def part(self, step: int, size: int, rank: int = 0, world: int = 1) -> dict[str, NDArray[Any]]:
        """The pictures of one step, `size` over all processes: what `Turn.batch` holds, as arrays. Mirrored ones with all that belongs to them."""
        mine = slice(rank, None, world)
        rows = self.rows[self._order.places(step * size, size)][mine]
        found = self.of(rows)
        if "others" in self._needs:
            found["others"] = self._scaled(self.other_rows[self._others.places(step * size, size)][mine])
        return self._seen(found, step, size, mine) if self._mirrored else found

    def of(self, rows: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
        """What belongs to these rows of the set."""
        found: dict[str, NDArray[Any]] = {"pictures": self._scaled(rows)}
        if self._set.masks is not None:
            found["masks"] = np.ascontiguousarray(self._set.masks[rows]).astype(np.int64)
        if self._set.partners is not None:
            found["partners"] = self._set.scaled_partners(rows)
        if self._set.form.conditions:
            found["conditions"] = self._set.conditions(rows)
        return found

    def first(self, count: int) -> list[dict[str, NDArray[Any]]]:
        """The first pictures of this side in parts of `count`, at most eight parts: what is looked at again and again."""
        parts = []
        for start in range(0, min(len(self.rows), 8 * count), count):
            found = self.of(self.rows[start : start + count])
            if "others" in self._needs:
                places = np.arange(start, start + len(found["pictures"])) % len(self.other_rows)
                found["others"] = self._scaled(self.other_rows[places])
            parts.append(found)
        return parts

    def _scaled(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        return self._held[rows] if self._held is not None else self._set.scaled(rows)

    def _seen(self, found: Mapping[str, NDArray[Any]], step: int, size: int, mine: slice) -> dict[str, NDArray[Any]]:
        chance = np.random.Generator(np.random.Philox(key=np.array([mixed(self._seed, 3), step], np.uint64)))
        turned = chance.random((2, size)) < 0.5  # the others have a mirror of their own
        seen = {}
        for name, values in found.items():
            if name == "conditions":
                seen[name] = values
                continue
            which = turned[int(name == "others")][mine].reshape(-1, *(1,) * (values.ndim - 1))
            seen[name] = np.where(which, values[..., ::-1], values)
        return seen


def share(batch: int, world: int) -> int:
    """How many pictures each process takes of a step. Raises UsageError XL-LEARN-007 unless all take the same."""
    if batch % world:
        raise UsageError(
            "XL-LEARN-007", "the pictures of a step cannot be shared out evenly", where="batch", why=f"{batch} over {world} processes",
            fix=f"a batch that {world} divides",
        )  # fmt: skip
    return batch // world
