"""What people ask of a simulation in words: which arms, until when, at which times, with which traits. Every word read, none guessed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from xinglin.records.errors import NotFound, UsageError, one_of
from xinglin.records.simulation import DiseaseCard, Regimen, SimulationRequest

UNTREATED = Regimen("none", {"en": "no treatment", "zh": "不治疗"})
MOST_PATIENTS = 100_000_000
MOST_TIMES = 20_000
_STEPS = 120  # times between start and end, where nothing else is asked


def arms_named(card: DiseaseCard, words: str, more: Sequence[Regimen] = ()) -> tuple[Regimen, ...]:
    """Regimens by name, "none,standard"; "" is no treatment and every standard regimen. Raises NotFound XL-SIM-801."""
    known = {one.name: one for one in (UNTREATED, *card.regimens, *more)}
    if not words:
        return (UNTREATED, *(one for one in card.regimens if one.standard), *more)
    names = tuple(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))
    for name in names:
        if name not in known:
            raise NotFound("XL-SIM-801", f"{card.name} has no regimen {name!r}", where="arms", fix=one_of(name, known))
    return tuple(known[name] for name in names)


def times_until(card: DiseaseCard, until: float | None = None, every: float | None = None) -> tuple[float, ...]:
    """Times from 0 to `until` (default: as far as the data reach), `every` so often. Raises UsageError XL-SIM-802."""
    last = card.horizon if until is None else until
    step = every if every is not None else _round_step(last / _STEPS) if 0 < last < math.inf else 1.0
    if not (math.isfinite(last) and math.isfinite(step) and last > 0 and step > 0 and last / step <= MOST_TIMES):
        raise UsageError(
            "XL-SIM-802", "the times asked for cannot be used", where="until, every", why=f"both must be above 0, with {MOST_TIMES} times at most",
            fix=f"for example until {card.horizon:g}; the unit is {card.time_unit}",
        )  # fmt: skip
    times = [n * step for n in range(math.floor(last / step + 1e-9) + 1)]
    return (*times, last) if last - times[-1] > 1e-9 * last else (*times[:-1], last)


def shown_times(times: Sequence[float], words: str = "", count: int = 4) -> tuple[float, ...]:
    """The times to speak of: those asked for ("0,30,180"), or round ones and the last; each the nearest one looked at."""
    step = _round_step(times[-1] / (count + 1))
    wanted = [number(word) for word in words.split(",")] if words else [n * step for n in range(math.ceil(times[-1] / step))] + [times[-1]]
    return tuple(dict.fromkeys(min(times, key=lambda t: abs(t - one)) for one in wanted))


def traits_given(card: DiseaseCard, words: str) -> dict[str, float]:
    """Traits set by hand, "weight=70,age=60". Raises NotFound XL-SIM-803 for a trait the model lacks, UsageError XL-SIM-804."""
    given = {}
    known = [row.name for row in card.parameters]
    for part in (part.strip() for part in words.split(",") if part.strip()):
        name, equals, value = part.partition("=")
        if not equals:
            raise UsageError("XL-SIM-804", "a trait is given as name=value", where="traits", fix="for example weight=70")
        if name.strip() not in known:
            raise NotFound("XL-SIM-803", f"{card.name} has no trait {name.strip()!r}", where="traits", fix=one_of(name.strip(), known))
        given[name.strip()] = number(value)
    return given


def requests(
    card: DiseaseCard, regimens: Sequence[Regimen], times: Sequence[float], *, patients: int, seed: int, traits: Mapping[str, float] | None = None,
    measured: bool = False,
) -> tuple[SimulationRequest, ...]:  # fmt: skip
    """One request per arm, of the same people. Raises UsageError XL-SIM-805 for a number of people that cannot be."""
    if not 1 <= patients <= MOST_PATIENTS:
        raise UsageError("XL-SIM-805", "so many patients cannot be simulated", where="patients", fix=f"1 to {MOST_PATIENTS:,}")
    return tuple(
        SimulationRequest(card.name, tuple(times), one, patients, seed, dict(traits or {}), measured, arm=one.name) for one in regimens
    )


def number(word: str) -> float:
    """A finite number. Raises UsageError XL-SIM-806."""
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError("XL-SIM-806", "a number is asked for", where=word.strip()[:20], fix="for example 180 or 0.5")
    return value


def _round_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, next above."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.999)
