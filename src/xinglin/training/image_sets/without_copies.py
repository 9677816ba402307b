"""Copies taken out of a set before it is split, so that no picture is learnt from on one side and judged by on the other."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from xinglin.training.image_sets.near_copies import KIN, THRESHOLD, copies
from xinglin.training.image_sets.preparing import Piece
from xinglin.training.image_sets.sayings import say

EXACT, NEAR = say("copy"), say("near-copy")


def without_copies(
    found: Sequence[Piece], left_out: Counter[str], warnings: list[str], note: Callable[[str], None] | None = None
) -> list[Piece]:
    """The pictures without those that are there already, first by the same values, then by a likeness no two pictures of two people have.

    Slices and films of one person may be alike: between them only the same values count. Of a pair the earlier stays. The two domains of an
    unpaired set are looked at each for itself: there the same picture in both is what is wanted.
    """
    kept, gone = _exact(found)
    if gone:
        left_out[EXACT] += len(gone)
    across = sum(_named(one) and _named(other) and one.whose != other.whose for one, other in gone)
    drop: set[str] = set()
    alike: list[tuple[Piece, Piece]] = []
    for domain in sorted({one.domain for one in kept}):
        whole = list(
            {one.looked_at: one for one in kept if one.domain == domain}.values()
        )  # of patches: the picture that they are pieces of
        for one, other, distance in copies(np.stack([one.look for one in whole]), [one.whose for one in whole], KIN, note):
            pair = whole[one], whole[other]
            if distance > THRESHOLD:
                alike.append(pair)
            elif whole[one].looked_at not in drop:
                drop.add(whole[one].looked_at)
                gone.append(pair)
                across += all(map(_named, pair))
    _bind(kept, [*gone, *alike], warnings)
    if drop:
        left_out[NEAR] += sum(one.looked_at in drop for one in kept)
    if across:
        warnings.append(say("two names", dict(n=across)))
    if differing := sum(_label(one) != _label(other) for one, other in gone):
        warnings.append(say("labels differ", dict(n=differing)))
    return [one for one in kept if one.looked_at not in drop]


def _bind(kept: Sequence[Piece], pairs: Sequence[tuple[Piece, Piece]], warnings: list[str]) -> None:
    """Pictures of unknown people that are very much alike become pictures of one person, so that they stand on one side."""
    leads: dict[str, str] = {}

    def lead(whose: str) -> str:
        while whose in leads:
            whose = leads[whose]
        return whose

    for one, other in pairs:
        first, second = sorted((lead(one.whose), lead(other.whose)))
        if first != second and not _named(one) and not _named(other):
            leads[second] = first
    bound = [one for one in kept if one.whose in leads]
    for one in bound:
        one.whose = lead(one.whose)
    if bound:
        warnings.append(say("bound", dict(n=len(bound))))


def _label(one: Piece) -> object:
    return next((one.words[name] for name in ("label", "finding", "diagnosis", "class") if name in one.words), None)


def _exact(found: Sequence[Piece]) -> tuple[list[Piece], list[tuple[Piece, Piece]]]:
    seen: dict[bytes, Piece] = {}
    kept, gone = [], []
    for one in found:
        key = hashlib.sha256(one.domain.encode() + np.ascontiguousarray(one.values, "<f4").tobytes()).digest()
        if key in seen:
            gone.append((one, seen[key]))
        else:
            seen[key] = one
            kept.append(one)
    return kept, gone


def _named(one: Piece) -> bool:
    return not one.whose.startswith("unknown")
