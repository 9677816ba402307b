"""What lies ahead of a person whose illness already runs: what was given stays given, an option begins now, and the person is alive now.

Now is the time of the last reading, counted like all times of a course from its start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from xinglin.models.simulator.arms import times_until
from xinglin.records.errors import Refused, UsageError
from xinglin.records.simulation import CourseBlock, DiseaseCard, Dose, Measurement, Regimen, SimulationRequest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.shelf.promises import AbstractDisease

    People = Mapping[str, NDArray[np.float64]]

_BEFORE = 60  # looks between the start and now, at most, beside the readings
_FEWEST = 20  # courses of living people behind a band
_ROUNDS = 8  # of new chances for those whom chance alone let die before now
_DECIMALS = 9


def now_of(measured: Sequence[Measurement]) -> float:
    """The time of the last reading, 0 without readings."""
    return max((one.time for one in measured), default=0.0)


def given_before(card: DiseaseCard, regimen: Regimen, now: float) -> tuple[Dose, ...]:
    """What was given before now; what still runs then (an infusion, a switch) is stopped now. Raises UsageError XL-SIM-807 for a rule."""
    if regimen.rules and now > 0:
        raise UsageError(
            "XL-SIM-807", "what was given followed a rule", where=f"regimen {regimen.name}", why="the doses really given are not known",
            fix="calibrate again with the doses that were given",
        )  # fmt: skip
    kinds = {treatment.name: treatment.kind for treatment in card.treatments}
    return tuple(_cut(dose, kinds.get(dose.treatment, ""), now) for dose in regimen.doses if dose.time < now)


def begun_at(regimen: Regimen, now: float) -> tuple[Dose, ...]:
    """The doses of a regimen that begins now."""
    return tuple(replace(dose, time=dose.time + now) for dose in regimen.doses)


def continued(card: DiseaseCard, before: Regimen, option: Regimen, now: float) -> Regimen:
    """What was given before now, then the option from now on. An option with a rule cannot begin now: see `can_begin`."""
    return replace(option, doses=(*given_before(card, before, now), *begun_at(option, now)))


def can_begin(option: Regimen, now: float) -> bool:
    """Whether an option can begin now: a rule looks at the illness from its start on."""
    return now <= 0 or not option.rules


def looked_at(measured: Sequence[Measurement], after: Sequence[float]) -> tuple[float, ...]:
    """Times to look at: from the first reading to now, at each reading too, then `after` counted from now."""
    now = now_of(measured)
    step = after[1] - after[0] if len(after) > 1 else now
    pieces = min(_BEFORE, max(1, round(now / step))) if now > 0 else 1
    times = {*(one.time for one in measured), *np.linspace(0.0, now, pieces + 1), *(at(now, time) for time in after)}
    return tuple(sorted({round(float(time), _DECIMALS) for time in times}))


def at(now: float, after: float) -> float:
    """The time of a course that lies so long after now."""
    return round(now + after, _DECIMALS)


def alive_at(disease: AbstractDisease, people: People, before: Regimen, now: float, seed: int) -> NDArray[np.bool_]:
    """Which of these people are alive now, after what they were given before, (people,)."""
    count = len(next(iter(people.values())))
    if now <= 0 or not any(end.stops for end in disease.card.ends):
        return np.ones(count, bool)
    so_far = Regimen("before", doses=before.doses)
    return living(
        disease.card, disease.run(SimulationRequest(disease.card.name, times_until(disease.card, now), so_far, count, seed), people), now
    )


def living(card: DiseaseCard, block: CourseBlock, now: float) -> NDArray[np.bool_]:
    """Which courses are not stopped by now, (courses,)."""
    found = np.ones(block.patients, bool)
    for end in card.ends:
        if end.stops and end.name in block.ends:
            found &= ~(block.ends[end.name] <= now)
    return found


def run_of_the_living(disease: AbstractDisease, request: SimulationRequest, people: People, now: float) -> CourseBlock:
    """The courses of those alive now. Where death is by chance, whoever died before now is given other chances: it did not happen.

    Raises Refused XL-SIM-808 when too few courses are left.
    """
    count = len(next(iter(people.values())))
    block = disease.run(request, people)
    alive = living(disease.card, block, now)
    if now <= 0 or alive.all():
        return block
    kept = [_rows(block, alive)]
    by_chance = any(end.stops and end.hazard for end in disease.card.ends)
    left = np.flatnonzero(~alive)
    for number in range(1, _ROUNDS + 1 if by_chance else 1):
        if not len(left):
            break
        again = disease.run(request, {name: np.asarray(values)[left] for name, values in people.items()}, number * count)
        alive = living(disease.card, again, now)
        kept.append(_rows(again, alive))
        left = left[~alive]
    if count - len(left) < min(_FEWEST, count):
        raise Refused(
            "XL-SIM-808", "nearly all courses have ended before the last reading", where=disease.card.name,
            why="the person was read then: the model does not fit", fix="look at the readings and at what was given",
        )  # fmt: skip
    return _joined(kept)


def _cut(dose: Dose, kind: str, now: float) -> Dose:
    """A dose that is over by now."""
    for_good = kind == "switch" and dose.duration <= 0
    if not for_good and dose.time + dose.duration <= now:
        return dose
    share = (now - dose.time) / dose.duration if kind == "infusion" else 1.0
    return replace(dose, amount=dose.amount * share, duration=now - dose.time)


def _rows(block: CourseBlock, which: NDArray[np.bool_]) -> CourseBlock:
    traits = {name: rows[which] for name, rows in block.traits.items()}
    observed = {name: rows[which] for name, rows in block.observed.items()}
    ends = {name: rows[which] for name, rows in block.ends.items()}
    return CourseBlock(block.disease, block.version, block.first, block.times, traits, observed, ends, block.residual)


def _joined(blocks: Sequence[CourseBlock]) -> CourseBlock:
    first = blocks[0]
    traits = {name: np.concatenate([one.traits[name] for one in blocks]) for name in first.traits}
    observed = {name: np.concatenate([one.observed[name] for one in blocks]) for name in first.observed}
    ends = {name: np.concatenate([one.ends[name] for one in blocks]) for name in first.ends}
    return CourseBlock(first.disease, first.version, first.first, first.times, traits, observed, ends, first.residual)
