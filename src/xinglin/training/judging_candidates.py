"""How good a finder of nodules is: chests of nobody it has not seen, nodules whose place is known, and the free-response curve of what it marks.

Said by kind, size and attachment. Chests drawn by formula are cleaner than people's: on real scans it will mark more that is nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.nodule_search.by_model import found_by, see_that_it_finds
from xinglin.records.image_learning import ImageJudgement, ImageScore, Spread
from xinglin.training.image_judging.froc import RATES, ScanMarks, Truth, marks_of, spread_of
from xinglin.training.seeded_chests import SeededChest, SeededNodule, seeded_chest

if TYPE_CHECKING:
    from xinglin.models.kept_images import KeptImages
    from xinglin.records.candidates import Candidate

SCANS, NODULES, SEED = 12, 8, 900_001
GATE = 0.5  # of the nodules at 4 false marks per scan
SIZES_MM = ((4.0, 6.0), (6.0, 10.0), (10.0, 20.5))


@dataclass(frozen=True)
class Seen:
    """One chest that was looked through: what was in it, what was marked, and the CPU-seconds of looking and of finding the lungs."""

    nodules: tuple[SeededNodule, ...]
    candidates: tuple[Candidate, ...]
    look_cpu_s: float
    lungs_cpu_s: float

    @property
    def marks(self) -> ScanMarks:
        """As they are counted."""
        return marks_of(self.candidates, [Truth(one.place_mm, one.diameter_mm) for one in self.nodules])


def seen_chest(kept: KeptImages, chest: SeededChest) -> Seen:
    """One chest looked through as a series of a person would be."""
    from xinglin.models.thorax import find_lungs

    began = time.process_time()
    lungs = find_lungs(chest.volume)
    middle = time.process_time()
    candidates = found_by(kept, chest.volume, lungs)
    return Seen(chest.nodules, candidates, time.process_time() - middle, middle - began)


def unseen_chests(kept: KeptImages, scans: int = SCANS, nodules: int = NODULES, seed: int = SEED) -> Iterator[Seen]:
    """Chests of a seed of their own, one by one."""
    see_that_it_finds(kept)
    for person in range(scans):
        yield seen_chest(kept, seeded_chest(seed, person, nodules))


def judgement_of(kept: KeptImages, seen: Sequence[Seen], seed: int = SEED) -> ImageJudgement:
    """Sensitivity at each rate, their mean, and by kind, size and attachment at 4 false marks per scan."""
    marks = [one.marks for one in seen]
    each, mean = spread_of(marks)
    count = sum(len(one.nodules) for one in seen)
    at_four = RATES.index(4.0)
    scores = [
        ImageScore(
            "nodules found at 4 false marks per scan", "utility", each[at_four], better="higher", count=count, gate=GATE,
            passed=each[at_four].value >= GATE, about=f"{len(seen)} chests of nobody, unseen",
        ),
        ImageScore("nodules found, mean over 1/8 to 8 false marks per scan", "utility", mean, better="higher", count=count),
        *(
            ImageScore(f"nodules found at {rate:g} false marks per scan", "utility", spread, better="higher", count=count)
            for rate, spread in zip(RATES, each, strict=True) if rate != 4.0
        ),
    ]  # fmt: skip
    groups = {name: {"found at 4": spread.value, "nodules": float(number)} for name, (spread, number) in by_group(seen).items()}
    return ImageJudgement(
        kept.told.name, f"seeded-chests-{seed}", len(seen), seed, tuple(scores), groups=groups,
        notes=("judged on chests drawn by formula alone; on scans of people it marks more that is nothing",),
    )  # fmt: skip


def by_group(seen: Sequence[Seen]) -> dict[str, tuple[Spread, int]]:
    """Of each kind, size and attachment: the share found at 4 false marks per scan, and how many there were."""
    marks, found = [one.marks for one in seen], {}
    tests: dict[str, Callable[[SeededNodule], bool]] = {
        **{kind: (lambda one, kind=kind: one.kind == kind) for kind in ("solid", "part-solid", "ground-glass", "calcified")},
        **{f"{low:g} to {high:g} mm": (lambda one, low=low, high=high: low <= one.diameter_mm < high) for low, high in SIZES_MM},
        **{f"attached: {to}": (lambda one, to=to: one.attachment == to) for to in ("none", "pleura", "vessel")},
    }
    for name, test in tests.items():
        only = [[test(one) for one in chest.nodules] for chest in seen]
        number = int(np.sum([sum(one) for one in only]))
        if number:
            (at_four,), _ = spread_of(marks, (4.0,), only)
            found[name] = (at_four, number)
    return found
