"""What is odd of a set and not wrong: told on its card in a sentence each, with a count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from xinglin.intake.picture_tables import PictureTable
from xinglin.records.image_learning import ImageForm
from xinglin.training.image_sets.asking import Asking
from xinglin.training.image_sets.preparing import Piece
from xinglin.training.image_sets.sayings import say

FEW = 200
FEW_PEOPLE_A_LEVEL = 5


def told_oddities(found: Sequence[Piece], asking: Asking, form: ImageForm, table: PictureTable | None) -> list[str]:
    """Sentences in a fixed order."""
    unused = table.unused if table else 0
    return [
        *_people(found), *_sizes(found, asking), *_values(found, form), *_spacing(found, form), *_levels(found, form),
        *([say("unused rows", dict(n=unused))] if unused else []),
    ]  # fmt: skip


def _people(found: Sequence[Piece]) -> Iterator[str]:
    people = {one.whose for one in found}
    if unknown := sum(one.whose.startswith("unknown") for one in found):
        yield say("unknown people", dict(n=unknown))
    if len(people) < 3:
        yield say("two people", dict(n=len(people)))
    if len(found) < FEW:
        yield say("few", dict(n=len(found)))
    if synthetic := sum(one.synthetic for one in found):
        yield say("artificial", dict(n=synthetic))


def _sizes(found: Sequence[Piece], asking: Asking) -> Iterator[str]:
    sizes = Counter(one.was[-2:] for one in found)
    if asking.fit == "patches":
        return
    now = "x".join(map(str, asking.shape))
    if len(sizes) > 1:
        least, most = ("x".join(map(str, end)) for end in (min(sizes), max(sizes)))
        yield say("sizes", dict(n=len(sizes), least=least, most=most, now=now, how=say(asking.fit)))
    if small := sum(max(one.was[-2:]) < max(asking.shape[-2:]) for one in found):
        yield say("enlarged", dict(n=small, now=now))


def _values(found: Sequence[Piece], form: ImageForm) -> Iterator[str]:
    for odd in ("padding", "cut off"):
        if count := sum(odd in one.odd for one in found):
            yield say(odd, dict(n=count))
    if form.unit == "HU" and (bare := sum(float(one.values.min()) > -200 for one in found)):
        yield say("no air", dict(n=bare))
    if found[0].kind == "numbers" and -1200 < min(one.span[0] for one in found) < -900:
        yield say("like HU")


def _spacing(found: Sequence[Piece], form: ImageForm) -> Iterator[str]:
    known = [one.spacing_mm[-1] for one in found if one.spacing_mm]
    if not known or form.spacing_mm:
        return
    low, high = f"{np.min(known):.2f}", f"{np.max(known):.2f}"
    missing = len(found) - len(known)
    yield say("spacing missing", dict(low=low, high=high, n=missing)) if missing else say("spacing", dict(low=low, high=high))


def _levels(found: Sequence[Piece], form: ImageForm) -> Iterator[str]:
    for one in form.conditions:
        if one.kind != "level":
            continue
        people: dict[float, set[str]] = {}
        for piece in found:
            if one.name in piece.known:
                people.setdefault(piece.known[one.name], set()).add(piece.whose)
        if rare := sum(len(group) < FEW_PEOPLE_A_LEVEL for group in people.values()):
            yield say("rare levels", dict(name=one.name, n=rare, all=len(one.levels), least=FEW_PEOPLE_A_LEVEL))
