"""What may be given when, and how numbers between 0 and 1 become a regimen that keeps every practical limit.

Limits are kept going forward in time: an amount depends on what was given before it, never on what comes later, so that a plan can be followed
visit by visit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.records.errors import InvalidInput, one_of
from xinglin.records.simulation import Choice, DiseaseCard, Dose, Regimen, Treatment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_SAME = 1e-9  # times closer than this are one time


@dataclass(frozen=True)
class Slot:
    """One decision: which treatment (place in the space's choices), when, how long."""

    choice: int
    time: float
    duration: float


class Space:
    """The choices, checked against the card, and the decisions in the order of time.

    Raises InvalidInput XL-SCHED-001 for a choice the card or the time cannot serve.
    """

    def __init__(self, card: DiseaseCard, choices: Sequence[Choice], before: Regimen, now: float, until: float) -> None:
        self.card, self.before, self.now, self.until = card, before, now, until
        self.treatments = [_treatment(card, one) for one in choices]
        self.choices = tuple(_bounded(one, treatment) for one, treatment in zip(choices, self.treatments, strict=True))
        for one in self.choices:
            _see(one, now, until)
        if not self.choices:
            known = ", ".join(treatment.name for treatment in card.treatments)
            raise InvalidInput(
                "XL-SCHED-001", "nothing is named that may be given", where="choices", fix=f"name one or more of: {known} (--treat)"
            )
        if len({one.treatment for one in self.choices}) < len(self.choices):
            raise InvalidInput("XL-SCHED-001", "each treatment is chosen once", where="choices", fix="one choice for each treatment")
        slots = [
            Slot(number, time, _duration(one, treatment, place, until))
            for number, (one, treatment) in enumerate(zip(self.choices, self.treatments, strict=True))
            for place, time in enumerate(one.times)
        ]
        self.slots = tuple(sorted(slots, key=lambda slot: (slot.time, slot.choice)))

    @property
    def times(self) -> tuple[float, ...]:
        """The moments at which something is decided."""
        return tuple(sorted({slot.time for slot in self.slots}))

    def amounts(self, wished: Array) -> Array:
        """Wishes between 0 and 1 (slots,) as amounts that keep the limits, (slots,)."""
        found = np.zeros(len(self.slots))
        total, last = self._given_before()
        for place, (slot, wish) in enumerate(zip(self.slots, wished, strict=True)):
            one = self.choices[slot.choice]
            if slot.time - last[slot.choice] < one.least_gap - _SAME:
                continue
            amount = _allowed(one, float(np.clip(wish, 0, 1)) * one.most, one.most_total - total[slot.choice])
            if amount > 0:
                found[place] = amount
                total[slot.choice] += amount
                last[slot.choice] = slot.time
        return found

    def regimen(self, amounts: Array, name: str, names: Mapping[str, str] | None = None, *, nothing: bool = False) -> Regimen:
        """The regimen so far and these amounts. `nothing`: keep doses of nothing, so that all regimens have the same moments."""
        doses = tuple(
            Dose(slot.time, self.choices[slot.choice].treatment, float(amount), slot.duration)
            for slot, amount in zip(self.slots, amounts, strict=True)
            if amount > 0 or nothing
        )
        return Regimen(name, dict(names or {}), (*self.before.doses, *doses))

    def wishes(self, regimen: Regimen) -> Array:
        """A regimen as wishes, as near as the space comes to it: what it gives near a decision, given then."""
        found = np.zeros(len(self.slots))
        for dose in regimen.doses:
            near = [
                (abs(slot.time - dose.time), n)
                for n, slot in enumerate(self.slots)
                if self.choices[slot.choice].treatment == dose.treatment
            ]
            during = [
                n for n, slot in enumerate(self.slots) if dose.duration and dose.time - _SAME <= slot.time < dose.time + dose.duration
            ]
            for n in during or [place for _, place in sorted(near)[:1]]:
                one = self.choices[self.slots[n].choice]
                if one.treatment == dose.treatment and one.most > 0:
                    found[n] = min(1.0, found[n] + dose.amount / one.most)
        return found

    def totals(self, amounts: Array) -> dict[str, float]:
        """How much of each treatment these amounts are, without what was given before."""
        return {
            one.treatment: float(sum(a for slot, a in zip(self.slots, amounts, strict=True) if slot.choice == n))
            for n, one in enumerate(self.choices)
        }

    def _given_before(self) -> tuple[list[float], list[float]]:
        ours = [[dose for dose in self.before.doses if dose.treatment == one.treatment and dose.amount > 0] for one in self.choices]
        return [sum(d.amount for d in doses) for doses in ours], [max((d.time for d in doses), default=-math.inf) for doses in ours]


def _treatment(card: DiseaseCard, one: Choice) -> Treatment:
    found = next((treatment for treatment in card.treatments if treatment.name == one.treatment), None)
    if found is None:
        known = one_of(one.treatment, (treatment.name for treatment in card.treatments))
        raise InvalidInput("XL-SCHED-001", f"{card.name} has no treatment {one.treatment!r}", where="choices", fix=known)
    return found


def _bounded(one: Choice, treatment: Treatment) -> Choice:
    """The choice within what the card allows of the treatment; a switch is on or off."""
    switch = treatment.kind == "switch"
    most = min(one.most, treatment.most_each, max(one.levels, default=math.inf), 1.0 if switch else math.inf)
    levels = one.levels or ((most,) if switch else ())
    return Choice(
        treatment=one.treatment, times=one.times, most=most, least=one.least, levels=tuple(sorted(x for x in levels if 0 < x <= most)),
        least_gap=max(one.least_gap, treatment.least_gap), most_total=min(one.most_total, treatment.most_total), duration=one.duration,
    )  # fmt: skip


def _see(one: Choice, now: float, until: float) -> None:
    times = np.array(one.times, float)
    good = len(times) and np.isfinite(times).all() and (np.diff(times) > 0).all() and times[0] >= now - _SAME and times[-1] < until
    if not good or not (
        0 < one.most < math.inf and 0 <= one.least <= one.most and one.least_gap >= 0 and one.most_total > 0 and one.duration >= 0
    ):
        raise InvalidInput(
            "XL-SCHED-001", f"the choice of {one.treatment} cannot be used", where="choices",
            why="times must increase between now and the end; a greatest amount is needed where the card has none",
            fix="correct the times, or give the most at one time",
        )  # fmt: skip


def _duration(one: Choice, treatment: Treatment, place: int, until: float) -> float:
    if treatment.kind not in ("infusion", "switch"):
        return 0.0
    return one.duration or (one.times[place + 1] if place + 1 < len(one.times) else until) - one.times[place]


def _allowed(one: Choice, amount: float, left: float) -> float:
    """The amount that may be given nearest to the one wished, 0 when that is none."""
    most = min(one.most, left)
    if one.levels:
        levels = np.array([0.0, *(x for x in one.levels if x <= most + _SAME)])
        return float(levels[np.argmin(np.abs(levels - amount))])
    amount = min(amount, most)
    return amount if amount >= max(one.least, 1e-3 * one.most) else 0.0
