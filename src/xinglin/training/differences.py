"""Where two kept models differ, said entry by entry: settings, plan, data, scores; whatever kind of models they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

_SAID_ELSEWHERE = {"digest", "made_at", "promoted_by"}


class Difference(Struct, frozen=True):
    """One entry of the cards: its path, what the one says, what the other says; "" for nothing."""

    where: str
    one: str
    other: str


def differences(one: Any, other: Any) -> tuple[Difference, ...]:
    """What differs between two cards, in the order of their entries."""
    ours, theirs = dict(_entries(msgspec.to_builtins(one), "")), dict(_entries(msgspec.to_builtins(other), ""))
    names = [*ours, *(name for name in theirs if name not in ours)]
    return tuple(
        Difference(name, ours.get(name, ""), theirs.get(name, ""))
        for name in names
        if name not in _SAID_ELSEWHERE and ours.get(name, "") != theirs.get(name, "")
    )


def _entries(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _entries(each, f"{where}.{name}" if where else str(name))
    elif isinstance(value, (list, tuple)) and any(isinstance(one, Mapping) for one in value):
        for number, each in enumerate(value):
            named = str(each.get("name") or number) if isinstance(each, Mapping) else str(number)
            yield from _entries(each, f"{where}.{named}")
    else:
        yield where, f"{value:.6g}" if isinstance(value, float) else str(value)
