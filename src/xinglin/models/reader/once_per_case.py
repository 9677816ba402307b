"""Work that many checks of one text share is done once: the newest two texts keep their answers as long as they live."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from xinglin.records.reading import CheckCase

T = TypeVar("T")


def once_per_case(work: Callable[[CheckCase], T]) -> Callable[[CheckCase], T]:
    """The same function, which answers again for the same case without working again."""
    last: list[tuple[weakref.ref[CheckCase], T]] = []

    @wraps(work)
    def answer(case: CheckCase) -> T:
        for known, found in last:
            if known() is case:
                return found
        found = work(case)
        last.append((weakref.ref(case), found))
        del last[:-2]
        return found

    return answer
