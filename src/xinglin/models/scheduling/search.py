"""Amounts found ahead of time: at random, by CMA-ES (Hansen 2016, arXiv:1604.00772), all on the same people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.models.scheduling.judging import Bench, Worth, excess, value_of
from xinglin.models.scheduling.space import Space

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_STEP = 0.25  # first step of CMA-ES, of the range of a wish


@dataclass(eq=False)
class Search:
    """Tries wishes on the people of a bench and remembers the best; a broken limit costs more than any goal can gain."""

    space: Space
    bench: Bench
    limits: Mapping[str, float]
    progress: Callable[[int], None]
    scale: float = 0.0  # how far apart losses lie between people: what a broken limit is weighed by
    best: float = np.inf

    def __post_init__(self) -> None:
        self._seen: dict[bytes, float] = {}
        self.wishes = np.zeros(len(self.space.slots))

    def loss(self, wished: Array) -> float:
        """What these wishes lose, limits included."""
        amounts = self.space.amounts(wished)
        key = amounts.tobytes()
        if key not in self._seen:
            self._seen[key] = self.loss_of(self.bench.worth(self.space.regimen(amounts, "tried", nothing=True)))
            self.progress(1)
        if self._seen[key] < self.best:
            self.best, self.wishes = self._seen[key], np.array(wished)
        return self._seen[key]

    def loss_of(self, worth: Worth) -> float:
        """The goal and the price of broken limits."""
        self.scale = self.scale or float(np.std(worth.losses)) + 1e-9
        over = excess(worth.harms, self.limits, careful=True)
        return value_of(worth.losses, self.bench.goal.tail) + 100 * self.scale * (over + (over > 0))


def by_cma(search: Search, starts: list[Array], seed: int, evaluations: int) -> None:
    """CMA-ES from the best of the starts, within 0 and 1, by at most so many evaluations; the best stays with the search."""
    import cma

    for start in starts:
        search.loss(start)
    size = len(search.space.slots)
    if size == 1:  # CMA-ES needs two dimensions: one amount is tried evenly
        for wish in np.linspace(0, 1, max(2, evaluations)):
            search.loss(np.array([wish]))
        return
    options = {
        "seed": seed % 2**31 + 1, "bounds": [0, 1], "verbose": -9, "maxfevals": evaluations, "tolfun": 1e-6, "CMA_stds": np.ones(size),
        "verb_log": 0, "verb_disp": 0,
    }  # fmt: skip
    found = cma.CMAEvolutionStrategy(np.clip(search.wishes, 0.05, 0.95), _STEP, options)
    while not found.stop():
        asked = found.ask()
        found.tell(asked, [search.loss(np.asarray(one)) for one in asked])


def at_random(space: Space, seed: int, count: int) -> list[Array]:
    """Schedules nobody thought about: at each decision nothing or any amount."""
    chance = np.random.Generator(np.random.Philox(key=[seed % 2**64, 1]))
    given = chance.random((count, len(space.slots))) < chance.random((count, 1))
    return list(np.where(given, chance.random(given.shape), 0.0))
