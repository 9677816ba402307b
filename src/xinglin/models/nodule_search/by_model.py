"""A kept finder looks through a scan: its window and tile are those it learnt with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinglin.models.nodule_search.looking import LEAST_SCORE, MOST, Window, looked_through
from xinglin.records.errors import UsageError

if TYPE_CHECKING:
    from xinglin.models.kept_images import KeptImages
    from xinglin.models.thorax import Lungs
    from xinglin.records.candidates import Candidate
    from xinglin.records.volume import Volume


def see_that_it_finds(kept: KeptImages) -> None:
    """Raises UsageError XL-FIND-001 for a model of another task."""
    if kept.told.task != "find":
        raise UsageError(
            "XL-FIND-001", "this model finds no candidates", where=kept.told.name, why=f"its task: {kept.told.task}",
            fix="train one: xinglin train image SET --model nodule_candidates",
        )  # fmt: skip


def found_by(kept: KeptImages, scan: Volume, lungs: Lungs, *, most: int = MOST, least: float = LEAST_SCORE) -> tuple[Candidate, ...]:
    """What a kept finder marks in a scan whose lungs are known, the surest first. Raises UsageError XL-FIND-001."""
    see_that_it_finds(kept)
    window, tile = Window(kept.form.low, kept.form.high), int(kept.told.settings["tile"])
    return looked_through(scan, lungs, kept.graphs["tile"], window, tile=tile, most=most, least=least)
