"""Who learns, who is looked at while learning, who is kept for the end: whole people, never single pictures.

The order of people is drawn from their pseudonym and the seed, so that one more file moves nobody who need not move.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import get_args

from xinglin.records.image_learning import Split

SIDES: tuple[Split, ...] = get_args(Split)


def split_by_person(
    persons: Sequence[str], strata: Sequence[str], *, held_out: float = 0.15, test: float = 0.15, seed: int = 0,
    given: Mapping[str, Split] | None = None,
) -> list[Split]:  # fmt: skip
    """The side of each picture. All pictures of a person stand on one side; of each stratum each side has its share, as far as people allow.

    given: sides that are already decided, by person. With three people or more no side stays empty; with fewer all of them are learnt from.
    """
    wanted = {"train": 1 - held_out - test, "held-out": held_out, "test": test}
    size, kinds = Counter(persons), _stratum_by_person(persons, strata)
    side: dict[str, Split] = dict(given or {})
    have: Counter[tuple[str, str]] = Counter()
    for person, place in side.items():
        have[place, kinds.get(person, "")] += size[person]
    total = Counter[str]()
    for person, count in size.items():
        total[kinds[person]] += count
    for person in sorted((one for one in size if one not in side), key=lambda one: _drawn(one, seed)):
        kind = kinds[person]

        def lacking(place: Split, kind: str = kind) -> float:
            all_of_it = sum(count for (where, _), count in have.items() if where == place)
            return wanted[place] * total[kind] - have[place, kind] + 0.2 * (wanted[place] * len(persons) - all_of_it) / max(1, len(total))

        side[person] = max((one for one in SIDES if wanted[one] > 0), key=lacking)
        have[side[person], kind] += size[person]
    _fill_empty(side, size, wanted, frozenset(given or {}), seed)
    return [side[person] for person in persons]


def _fill_empty(side: dict[str, Split], size: Mapping[str, int], wanted: Mapping[str, float], fixed: frozenset[str], seed: int) -> None:
    if len(size) < 3:
        for person in size:
            if person not in fixed:
                side[person] = "train"
        return
    for place in SIDES:
        people = [one for one in side if one in size]
        if wanted[place] <= 0 or any(side[one] == place for one in people):
            continue
        crowd = Counter(side[one] for one in people)
        movable = [one for one in people if one not in fixed and crowd[side[one]] > 1]
        if movable:
            side[min(movable, key=lambda one: (-crowd[side[one]], size[one], _drawn(one, seed)))] = place


def _stratum_by_person(persons: Sequence[str], strata: Sequence[str]) -> dict[str, str]:
    """What most pictures of a person are; of a tie the first in the alphabet."""
    counts: dict[str, Counter[str]] = {}
    for person, stratum in zip(persons, strata, strict=True):
        counts.setdefault(person, Counter())[stratum] += 1
    return {person: min(count, key=lambda one: (-count[one], one)) for person, count in counts.items()}


def _drawn(person: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}|{person}".encode()).digest()
