"""Trials of virtual patients: who enters, who gets what, what is seen of it, what that says, and how often it would say so.

The illness comes from a disease model; a person's course depends on the seed, the person's number and the arm alone, so each person can also be
followed in every arm. That gives the true effect beside the estimate of the trial, which no trial of real people can have.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from xinglin.models.simulator import expressions, streams
from xinglin.models.simulator.arms import times_until
from xinglin.models.simulator.summary import wilson, worst
from xinglin.models.survival import Curve, cox, kaplan_meier, log_rank
from xinglin.records.errors import InvalidInput, NotFound, Refused, UsageError, one_of
from xinglin.records.simulation import ArmOutcome, Band, Comparison, Residual, SimulationRequest, TrialDesign, TrialResult

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.simulation import DiseaseCard
    from xinglin.shelf.promises import AbstractDisease

    Traits = Mapping[str, NDArray[np.float64]]

_CHUNK = 20_000
_MOST_ASSESSED = 200  # times the people wanted: who asks for more asks for people the model hardly has
_Z95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class People:
    """Those who were randomised: numbers, arm, when they entered, when they would drop out."""

    numbers: NDArray[np.int64]
    arm: NDArray[np.int64]
    entered: NDArray[np.float64]
    drops: NDArray[np.float64]
    assessed: int


def run_trial(disease: AbstractDisease, design: TrialDesign, *, truth: bool = True) -> TrialResult:
    """The trial once. `truth`: also follow everybody in every arm, and hold each arm against the reference solver.

    Raises UsageError XL-TRIAL-001, NotFound 002, InvalidInput 003, Refused 004 when the fast solver is further off than allowed.
    """
    see_that_it_can_run(disease.card, design)
    residual = _residual(disease, design) if truth else None
    people = enrolled(disease, design)
    come = [_end_times(disease, design, people, number) for number in range(len(design.arms))]
    own = np.choose(people.arm, come)
    times, happened, lost = observed(design, people, own)
    groups = [people.arm == number for number in range(len(design.arms))]
    curves = [kaplan_meier(times[group], happened[group]) for group in groups]
    until = min(float(times[group].max()) for group in groups)
    arms = tuple(
        _arm(name, curve, times[group], happened[group], lost[group], until)
        for name, curve, group in zip(_names(design), curves, groups, strict=True)
    )
    bands = tuple(_band(name, curve) for name, curve in zip(_names(design), curves, strict=True))
    others = range(1, len(design.arms))
    return TrialResult(
        design, disease.card.version, people.assessed, people.assessed - len(people.numbers), arms,
        tuple(_compared(design, arms, n, times, happened, people.arm, _true_gain(come[0], come[n], until) if truth else math.nan) for n in others),
        until, bands, residual,
    )  # fmt: skip


def power(
    disease: AbstractDisease, design: TrialDesign, repeats: int, progress: Callable[[int, int], None] | None = None
) -> tuple[float, float, float]:
    """(lower 95 % end, share, upper end) of trials like this that find a difference between the first two arms at `design.alpha`.

    Every repeat has other people, drawn from seeds that follow from the design's.
    """
    found = 0
    for number in range(repeats):
        result = run_trial(disease, replace(design, seed=design.seed * 1_000_003 + number + 1), truth=False)
        found += result.comparisons[0].p < design.alpha
        if progress:
            progress(number + 1, repeats)
    return wilson(found, repeats)


def see_that_it_can_run(card: DiseaseCard, design: TrialDesign) -> None:
    """Raises UsageError XL-TRIAL-001 for numbers that cannot be, NotFound XL-TRIAL-002 for an end the model lacks."""
    if unknown := [name for name in design.ends if name not in {one.name for one in card.ends}]:
        known = one_of(unknown[0], (one.name for one in card.ends))
        raise NotFound("XL-TRIAL-002", f"{card.name} has no end {unknown[0]!r}", where="ends", fix=known)
    if wrong := next((what for what, sound in _asked_of(design) if not sound), None):
        where, why = wrong
        raise UsageError("XL-TRIAL-001", "this trial cannot be run", where=where, why=why, fix="see docs/look-up/simulations.md")
    known = {row.name for row in card.parameters} | {row.name for row in card.derived} | {row.name for row in card.observables}
    for text in design.eligible:
        expressions.require(text, known, "eligible")


def _asked_of(design: TrialDesign) -> Iterator[tuple[tuple[str, str], bool]]:
    """((where, what must hold), whether it does) of each thing a design must bring."""
    arms, ratio = len(design.arms), design.ratio or (1,) * len(design.arms)
    yield ("arms", "two arms or more are needed, the first is what the others are held against"), arms >= 2
    yield ("arms", "each arm needs a name of its own"), len(set(_names(design))) == arms
    yield (
        ("ratio", f"{arms} arms need {arms} shares, each 1 or more, such as {':'.join('1' * arms)}"),
        len(ratio) == arms and min(ratio) >= 1,
    )
    yield ("patients", f"at least two people per share: {2 * sum(ratio)} or more"), design.patients >= 2 * sum(ratio)
    yield ("ends", "an end that counts is needed"), bool(design.ends)
    yield ("follow", "the time people are followed must be above 0"), 0 < design.follow < math.inf
    for name in ("accrual", "closes", "dropout"):
        yield (name, "it must be 0 or more"), 0 <= getattr(design, name) < math.inf
    yield ("alpha", "it must lie between 0 and 1"), 0 < design.alpha < 1


def enrolled(disease: AbstractDisease, design: TrialDesign) -> People:
    """The first eligible people of the seed, in the order of their numbers. Raises InvalidInput XL-TRIAL-003 when hardly anybody is."""
    numbers: list[NDArray[np.int64]] = []
    have = assessed = 0
    while have < design.patients:
        if assessed >= _MOST_ASSESSED * design.patients:
            raise InvalidInput(
                "XL-TRIAL-003",
                "too few people are eligible",
                where="eligible",
                why=f"{have} of {assessed:,} assessed",
                fix="widen who may enter",
            )
        count = min(_CHUNK, max(2 * (design.patients - have), 64))
        asked = SimulationRequest(disease.card.name, (0.0,), design.arms[0], count, design.seed)
        fits = np.flatnonzero(_eligible(disease, design, asked, disease.draw(asked, assessed, count), assessed))[: design.patients - have]
        numbers.append(assessed + fits)
        have += len(fits)
        assessed += int(fits[-1]) + 1 if have == design.patients else count
    who = np.concatenate(numbers)
    entry = streams.uniforms_at(design.seed, "trial/entry", who)
    leaving = -np.log(streams.uniforms_at(design.seed, "trial/dropout", who))
    drops = leaving / design.dropout if design.dropout > 0 else np.full(len(who), math.inf)
    return People(who, allocation(design), design.accrual * entry, drops, assessed)


def allocation(design: TrialDesign) -> NDArray[np.int64]:
    """The arm of each person in the order of entry: permuted blocks of twice the sum of the ratio, so that arms stay even."""
    ratio = design.ratio or (1,) * len(design.arms)
    block = np.repeat(np.arange(len(ratio)), [2 * share for share in ratio])
    blocks = -(-design.patients // len(block))
    keys = streams.uniforms(design.seed, "trial/allocation", 0, blocks * len(block))[0].reshape(blocks, len(block))
    return block[np.argsort(keys, axis=1, kind="stable")].reshape(-1)[: design.patients]


def observed(
    design: TrialDesign, people: People, come: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """(time observed, whether the end was seen, whether the person was lost) for everybody."""
    closes = design.accrual + design.closes - people.entered if design.closes > 0 else np.full(len(come), math.inf)
    until = np.minimum(np.minimum(closes, design.follow), people.drops)
    happened = come <= until
    return np.where(happened, come, until), happened, ~happened & (people.drops <= until)


def _asked(disease: AbstractDisease, design: TrialDesign, arm: int, count: int) -> SimulationRequest:
    """What is asked for an arm: looked at as often as any simulation, though ends alone count, so that its steps are chosen on whole courses."""
    return SimulationRequest(disease.card.name, times_until(disease.card, design.follow), design.arms[arm], count, design.seed)


def _residual(disease: AbstractDisease, design: TrialDesign) -> Residual | None:
    """How far the arm that is furthest off lies from the reference solver. Raises Refused XL-TRIAL-004 beyond what is allowed."""
    own = getattr(disease, "residual", None)
    if own is None:
        return None
    furthest = worst([own(_asked(disease, design, arm, 1)) for arm in range(len(design.arms))])
    if furthest is None:
        return None
    if not furthest.greatest <= furthest.allowed:
        raise Refused(
            "XL-TRIAL-004", "the fast solver and the reference solver disagree in an arm", where="arms",
            why=f"{furthest.greatest:.1e}, allowed {furthest.allowed:g}", fix="follow people for a shorter time, or give fewer doses",
        )  # fmt: skip
    return furthest


def _eligible(disease: AbstractDisease, design: TrialDesign, asked: SimulationRequest, traits: Traits, first: int) -> NDArray[np.bool_]:
    count = len(next(iter(traits.values())))
    if not design.eligible:
        return np.ones(count, bool)
    values = dict(traits)
    if {name for text in design.eligible for name in expressions.names_of(text)} - set(values):
        untreated = replace(asked, regimen=replace(asked.regimen, doses=(), rules=()), times=(0.0,))
        block = disease.run(untreated, traits, first)
        values |= dict(block.traits) | {name: rows[:, 0].astype(np.float64) for name, rows in block.observed.items()}
    return np.logical_and.reduce([expressions.evaluate_each(text, values, count) > 0 for text in design.eligible])


def _end_times(disease: AbstractDisease, design: TrialDesign, people: People, arm: int) -> NDArray[np.float64]:
    """When the first of the ends comes to each person in an arm, infinite when it does not within the time followed.

    Everybody assessed is run, also who may not enter: a person's chances belong to the number, and whole blocks are quick.
    """
    found = np.full(len(people.numbers), math.inf)
    for start in range(0, people.assessed, _CHUNK):
        count = min(_CHUNK, people.assessed - start)
        asked = _asked(disease, design, arm, count)
        block = disease.run(asked, disease.draw(asked, start, count), start)
        inside = (people.numbers >= start) & (people.numbers < start + count)
        for name in design.ends:
            found[inside] = np.fmin(found[inside], block.ends[name][people.numbers[inside] - start])
    return found


def _arm(
    name: str, curve: Curve, times: NDArray[np.float64], happened: NDArray[np.bool_], lost: NDArray[np.bool_], until: float
) -> ArmOutcome:
    mean, variance = curve.mean_until(until)
    low, high = curve.median_limits()
    return ArmOutcome(
        name, len(times), int(happened.sum()), int(lost.sum()), int(len(times) - happened.sum() - lost.sum()), curve.quantile(), low, high,
        mean, math.sqrt(variance),
    )  # fmt: skip


def _compared(
    design: TrialDesign, arms: Sequence[ArmOutcome], number: int, times: NDArray[np.float64], happened: NDArray[np.bool_],
    arm: NDArray[np.int64], true_gain: float,
) -> Comparison:  # fmt: skip
    both = (arm == 0) | (arm == number)
    group = (arm[both] == number).astype(float)
    _, p = log_rank(times[both], happened[both], group.astype(int)) if happened[both].any() else (0.0, 1.0)
    try:
        ratio = cox(times[both], happened[both], group).ratio()
    except InvalidInput:  # nobody, or everybody of one arm: there is no finite ratio, and the result says so with NaN
        ratio = (math.nan, math.nan, math.nan)
    gained = arms[number].mean - arms[0].mean
    reach = _Z95 * math.hypot(arms[number].mean_error, arms[0].mean_error)
    return Comparison(_names(design)[number], *ratio, p, gained, gained - reach, gained + reach, true_gain)


def _true_gain(first: NDArray[np.float64], other: NDArray[np.float64], until: float) -> float:
    """What the other arm gains in restricted mean time when every person is followed in both."""
    return float(np.mean(np.minimum(other, until)) - np.mean(np.minimum(first, until)))


def _band(name: str, curve: Curve) -> Band:
    times, middle, low, high = (
        (start, *map(float, row)) for start, row in ((0.0, curve.times), (1.0, curve.share), (1.0, curve.low), (1.0, curve.high))
    )
    return Band(name, "without", times, low, middle, high, 0.95)


def _names(design: TrialDesign) -> tuple[str, ...]:
    return tuple(one.name for one in design.arms)
