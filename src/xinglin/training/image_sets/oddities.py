"""What is odd of a set and not wrong: told on its card in a sentence each, with a count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from xinglin.intake.picture_tables import PictureTable
from xinglin.records.image_learning import ImageForm
from xinglin.training.image_sets.asking import Asking
from xinglin.training.image_sets.preparing import Piece

FEW = 200
FEW_PEOPLE_A_LEVEL = 5


def told_oddities(found: Sequence[Piece], asking: Asking, form: ImageForm, table: PictureTable | None) -> list[str]:
    """Sentences in a fixed order."""
    return [
        *_people(found), *_sizes(found, asking), *_values(found, form), *_spacing(found, asking, form), *_levels(found, form),
        *([f"{table.unused} lines of the table speak of no picture that was used"] if table and table.unused else []),
    ]  # fmt: skip


def _people(found: Sequence[Piece]) -> Iterator[str]:
    people = {one.whose for one in found}
    unknown = sum(one.whose.startswith("unknown") for one in found)
    if unknown:
        yield f"whose they are is not known of {unknown} pictures: each file counts as a person of its own, and one person may stand on two sides"
    if len(people) < 3:
        yield f"{len(people)} people are too few to be parted into three sides: nothing is held out, and nothing can be judged on others"
    if len(found) < FEW:
        yield f"{len(found)} pictures are few: a model may learn them by heart"
    if synthetic := sum(one.synthetic for one in found):
        yield f"{synthetic} pictures say that they are artificial"


def _sizes(found: Sequence[Piece], asking: Asking) -> Iterator[str]:
    sizes = Counter(one.was[-2:] for one in found)
    if asking.fit == "patches":
        return
    how = {
        "pad": "proportions kept, edges filled with the lowest value",
        "cover": "proportions kept, edges cut off",
        "stretch": "proportions not kept",
    }[asking.fit]
    now = "x".join(map(str, asking.shape))
    if len(sizes) > 1:
        least, most = min(sizes), max(sizes)
        yield f"pictures of {len(sizes)} sizes, {least[0]}x{least[1]} to {most[0]}x{most[1]}, were brought to {now} by means over areas; {how}"
    if small := sum(max(one.was[-2:]) < max(asking.shape[-2:]) for one in found):
        yield f"{small} pictures were smaller than {now} and were enlarged: they hold no finer detail"


def _values(found: Sequence[Piece], form: ImageForm) -> Iterator[str]:
    if padding := sum("padding" in one.odd for one in found):
        yield f"{padding} pictures held values below -1024 HU (padding outside the field); these were set to -1024"
    if cut := sum("cut off" in one.odd for one in found):
        yield f"of {cut} pictures half or more lies at one end of the range: background, a window too narrow, or values cut off before"
    if form.unit == "HU":
        bare = sum(float(one.values.min()) > -200 for one in found)
        if bare:
            yield f"{bare} pictures show no air at all (nothing below -200 HU): whole slices would"


def _spacing(found: Sequence[Piece], asking: Asking, form: ImageForm) -> Iterator[str]:
    known = [one.spacing_mm for one in found if one.spacing_mm]
    if known and not form.spacing_mm:
        wide = np.array([one[-1] for one in known])
        missing = len(found) - len(known)
        told = f", not told of {missing}" if missing else ""
        yield f"a pixel stands for {wide.min():.2f} to {wide.max():.2f} mm{told}: sizes cannot be compared; --spacing brings all to one"


def _levels(found: Sequence[Piece], form: ImageForm) -> Iterator[str]:
    for one in form.conditions:
        if one.kind == "level":
            for level in one.levels:
                people = {piece.whose for piece in found if str(piece.words.get(one.name, "")).strip() == level}
                if len(people) < FEW_PEOPLE_A_LEVEL:
                    yield f"{one.name} = {level} is known of {len(people)} people only"
