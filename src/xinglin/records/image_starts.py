"""Whether learning on from a kept model is worth it, on paper: the ways tried at equal length, what each cost, how each does on people none has seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from xinglin.records.image_learning import ImageScore, LearningPlan, Spread

Way = Literal["all weights", "thin changes", "from scratch"]


class WayTaken(Struct, frozen=True):
    """One way of learning the set. `before`, `loss`: on people of the test side, before the first step and at the end; None where no loss tells it.

    curve: (step, loss on held-out people). reached: the first look at which it did as well as learning from scratch in the end, None where it never
    did. scores: of a generator's pictures beside people that none has learnt from. beside_scratch: "loss" or score -> its value minus that from
    scratch, paired (by person, by half of the people). command: what keeps this model, learning nothing anew.
    """

    way: Way
    steps: int
    weights_learnt: int
    seconds: float
    processor_seconds: float
    curve: tuple[tuple[int, float], ...] = ()
    before: Spread | None = None
    loss: Spread | None = None
    reached: int | None = None
    scores: tuple[ImageScore, ...] = ()
    beside_scratch: Mapping[str, Spread] = field(default_factory=dict)
    command: str = ""


class StartsCompared(Struct, frozen=True):
    """All ways beside each other. people: on the test side of the set. made: pictures drawn from each for its scores."""

    model: str
    started_from: str  # name@digest
    set_name: str
    set_digest: str
    plan: LearningPlan
    weights: int
    people: int
    made: int
    ways: tuple[WayTaken, ...]
    one_unit: bool = True  # whether the losses of the ways are told in one unit, so that they can be compared
    notes: tuple[str, ...] = ()
