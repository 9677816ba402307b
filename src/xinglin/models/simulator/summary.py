"""From courses to what can be said of them: the middle course with its interval, how often an end came, how often a limit broke."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from xinglin.models.simulator.cohort import see_that_it_fits
from xinglin.models.simulator.from_now import run_of_the_living
from xinglin.records.simulation import (
    Band,
    CourseBlock,
    DiseaseCard,
    Estimate,
    Harm,
    Outcome,
    Posterior,
    Residual,
    Simulation,
    SimulationRequest,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.shelf.promises import AbstractDisease

SHARE = 0.9  # of courses between the ends of a band
_AT_ONCE = 1_000_000  # values whose quantiles are looked for together
COMPARED = 3  # courses held against the reference solver
WITHOUT = "without:"  # how the bands begin that give the share without an end
_Z95 = 1.959963984540054


def simulated(
    disease: AbstractDisease, requests: Sequence[SimulationRequest], posterior: Posterior | None = None, now: float = 0.0
) -> Simulation:
    """The courses of every arm, summed up. With a posterior the courses are those of one person, else of people drawn from the population.

    Every arm has the same people: arms differ by treatment alone. now: who has died before is not counted, and limits count from then on.
    Raises InvalidInput as the disease does and XL-SIM-052 for more courses than fit, Refused XL-SIM-808 when hardly anybody is alive now.
    """
    see_that_it_fits(disease, *requests)
    people = [posterior.draws if posterior else disease.draw(one, 0, one.patients) for one in requests]
    blocks = [run_of_the_living(disease, one, traits, now) for one, traits in zip(requests, people, strict=True)]
    spread = posterior.estimates if posterior else tuple(traits_of(blocks[0], disease.card))
    arms = [(one.arm or one.regimen.name, block) for one, block in zip(requests, blocks, strict=True)]
    return Simulation(
        disease=disease.name, version=disease.card.version, card=card_digest(disease.card), requests=tuple(requests),
        bands=tuple(band for arm, block in arms for band in bands_of(arm, block)),
        outcomes=tuple(one for arm, block in arms for one in outcomes_of(arm, block, disease.card, now)),
        residual=worst([judged(disease, *each, posterior) for each in zip(requests, people, blocks, strict=True)]),
        estimates=spread, effective=posterior.effective if posterior else None,
        fit=posterior.fit if posterior else None, measured=posterior.measured if posterior else (), notes=posterior.notes if posterior else (),
    )  # fmt: skip


def traits_of(block: CourseBlock, card: DiseaseCard) -> Iterator[Estimate]:
    """How the traits that differ between the people of a block are spread: median, 5 and 95 %."""
    for row in card.parameters:
        values = block.traits.get(row.name)
        if values is not None and np.ptp(values) > 0:
            low, middle, high = (float(x) for x in np.quantile(values, (0.05, 0.5, 0.95)))
            yield Estimate(row.name, middle, low, high, row.unit)


def card_digest(card: DiseaseCard) -> str:
    """SHA-256 of a card, by which a kept simulation knows the model it was made with."""
    return hashlib.sha256(msgspec.msgpack.encode(card)).hexdigest()


def judged(
    disease: AbstractDisease,
    request: SimulationRequest,
    people: Mapping[str, NDArray[np.float64]],
    block: CourseBlock,
    posterior: Posterior | None,
) -> Residual | None:
    """How good an arm's courses are: in the disease's own words where its people are the population's, else `compared`."""
    own = getattr(disease, "residual", None)
    return own(request) if own is not None and posterior is None else compared(disease, request, people, block)


def compared(
    disease: AbstractDisease, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]], block: CourseBlock
) -> Residual | None:
    """How far courses and ends of the first few lie from those of the reference solver; None where there is not one number to compare.

    Relative to the value, or to a thousandth of the greatest of the course (of the time looked at, for ends). What is allowed, and the
    balance, are the disease's own where it tells them.
    """
    if block.residual is not None:
        return block.residual
    few = {name: values[:COMPARED] for name, values in traits.items()}
    plain = msgspec.structs.replace(request, measured=False)
    fast, slow = disease.run(plain, few, block.first), disease.reference(plain, few, block.first)
    greatest, seen = 0.0, np.zeros(slow.patients, np.bool_)
    for one, truth in _pairs(fast, slow):
        if np.any(np.isnan(one) != np.isnan(truth)):
            return Residual(math.inf, fast.patients, 0.0)
        size = np.maximum(np.abs(truth), 1e-3 * np.fmax.reduce(np.abs(truth), axis=1, keepdims=True, initial=1e-300))
        greatest = max(greatest, float(np.fmax.reduce(np.abs(one - truth) / size, axis=None, initial=0.0)))
        seen |= ~np.isnan(truth).all(axis=1)
    if not seen.any():
        return None
    own = getattr(disease, "residual", None)
    told = own(plain, 1) if own is not None else Residual(0.0, 1, 0.0)
    return Residual(greatest, int(seen.sum()), told.step, told.allowed, told.balance)


def _pairs(fast: CourseBlock, slow: CourseBlock) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Every observable, then what is known at each time of each end: its time once it is past, else the time itself."""
    for name, truth in slow.observed.items():
        yield fast.observed[name].astype(np.float64), truth.astype(np.float64)
    for name, truth in slow.ends.items():
        yield np.fmin(fast.ends[name][:, None], slow.times), np.fmin(truth[:, None], slow.times)


def worst(residuals: Sequence[Residual | None]) -> Residual | None:
    """The least good comparison of several arms; None as soon as one was not compared."""
    told = [one for one in residuals if one is not None]
    if not told or len(told) < len(residuals):
        return None
    poorest = max(told, key=lambda one: math.inf if math.isnan(one.greatest) else one.greatest / one.allowed)
    return msgspec.structs.replace(poorest, balance=max(one.balance for one in told))


def bands_of(arm: str, block: CourseBlock, share: float = SHARE) -> Iterator[Band]:
    """Median and central interval of each observable at each time, over those still under observation; then the share without each end.

    A band ends where nobody is under observation any more.
    """
    times = tuple(float(t) for t in block.times)
    edges = (0.5 - share / 2, 0.5, 0.5 + share / 2)
    for name, values in block.observed.items():
        seen = np.flatnonzero(~np.isnan(values).all(axis=0))
        kept = values[:, : seen[-1] + 1 if len(seen) else 0]
        low, middle, high = (tuple(map(float, row)) for row in _quantiles(kept, edges))
        yield Band(arm, name, times[: kept.shape[1]], low, middle, high, share)
    for name, when in block.ends.items():
        came = np.array([np.sum(when <= t) for t in times])  # NaN, not yet, is never below
        rows = [wilson(block.patients - int(n), block.patients) for n in came]
        low, middle, high = zip(*rows, strict=True)
        yield Band(arm, WITHOUT + name, times, low, middle, high, 0.95)


def _quantiles(values: NDArray[np.floating], edges: tuple[float, ...]) -> NDArray[np.float64]:
    """Quantiles of each time over those seen then, (edges, times); a few times at once, so that no second copy of all courses is made."""
    width = max(1, _AT_ONCE // max(1, len(values)))
    found = np.empty((len(edges), values.shape[1]))
    for first in range(0, values.shape[1], width):
        found[:, first : first + width] = np.nanquantile(values[:, first : first + width].astype(np.float64), edges, axis=0)
    return found


def outcomes_of(arm: str, block: CourseBlock, card: DiseaseCard, now: float = 0.0) -> Iterator[Outcome]:
    """How often each end came, when in half of the courses, and how often each limit was broken from now on."""
    begins = int(np.searchsorted(block.times, now - 1e-9))
    ahead = {name: rows[:, begins:] for name, rows in block.observed.items()}
    for name, when in block.ends.items():
        low, middle, high = wilson(int(np.sum(when <= block.times[-1])), block.patients)
        yield Outcome(arm, name, "share", middle, low, high)
        later = np.where(np.isnan(when), np.inf, when)
        first, half, last = np.quantile(later, (0.05, 0.5, 0.95), method="inverted_cdf")
        if math.isfinite(half):
            yield Outcome(arm, name, "median", float(half), float(first), float(last))
    for harm in card.harms:
        if harm.observable in block.observed:
            low, middle, high = wilson(int(np.sum(broken(harm, ahead, block.ends, now, block.times[-1]))), block.patients)
            yield Outcome(arm, harm.name, "harm", middle, low, high)


def broken(
    harm: Harm, observed: Mapping[str, NDArray[np.floating]], ends: Mapping[str, NDArray[np.float64]], now: float, until: float
) -> NDArray[np.bool_]:
    """Which courses break a limit from now on: at a time looked at (`observed` begins now), or between two where an end tells."""
    found = _seen_broken(harm, observed)
    if harm.end in ends:
        found = found | ((ends[harm.end] >= now) & (ends[harm.end] <= until))
    return found


def _seen_broken(harm: Harm, observed: Mapping[str, NDArray[np.floating]]) -> NDArray[np.bool_]:
    values = observed[harm.observable]
    if harm.of == "last":
        last = np.maximum.reduce(np.where(np.isnan(values), 0, np.arange(values.shape[1])), axis=1)
        seen = values[np.arange(len(values)), last]
    else:
        seen = np.fmin.reduce(values, axis=1) if harm.of == "least" else np.fmax.reduce(values, axis=1)
    return seen < harm.limit if harm.worse == "below" else seen > harm.limit


def wilson(count: int, of: int) -> tuple[float, float, float]:
    """(lower end, share, upper end) of a share at 95 %: Wilson 1927, doi:10.1080/01621459.1927.10502953.

    >>> tuple(round(x, 3) for x in wilson(5, 10))
    (0.237, 0.5, 0.763)
    """
    share, z = count / of, _Z95
    middle, spread = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    whole = 1 + z * z / of
    return (
        max(0.0, min(share, (middle - spread) / whole)),
        share,
        min(1.0, max(share, (middle + spread) / whole)),
    )  # kept apart from rounding
