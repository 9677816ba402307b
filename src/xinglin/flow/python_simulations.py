"""Illness that runs, from Python: `import xinglin as xl; block = xl.simulate("nsclc", patients=1000, seed=7)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xinglin.flow.house import House
from xinglin.flow.simulation_commands import design_of, one_regimen, regimens_given, request_of, run_by
from xinglin.records.simulation import (
    Choice,
    CourseBlock,
    DiseaseCard,
    Goal,
    Measurement,
    Optimisation,
    Posterior,
    Regimen,
    Sensitivities,
    SimulationRequest,
    TrialResult,
)

if TYPE_CHECKING:
    from xinglin.shelf.promises import AbstractDisease


def disease_cards(home: str | Path | None = None) -> dict[str, DiseaseCard]:
    """The card of every disease that can be run, by name: parameters with their sources, treatments, observables, limits."""
    return {one.name: one.card for one in House.at(home).diseases}


def simulate(
    disease: str, patients: int = 1000, *, days: float | None = None, every_days: float | None = None, regimen: str | Regimen = "none",
    traits: Mapping[str, float] | None = None, measured: bool = False, seed: int = 0, first: int = 0, reference: bool = False,
    engine: str = "", device: str = "", home: str | Path | None = None,
) -> CourseBlock:  # fmt: skip
    """The courses of `patients` virtual patients from number `first` on, as arrays: traits, observables by time, ends.

    Times in days, whatever the unit of the model. `reference`: by the slow, obvious solver. Larger cohorts are written by `xinglin simulate -o`:
    what needs more than 2 GiB is refused, InvalidInput XL-SIM-052. engine "torch", device "cpu" or "cuda": the same up to rounding, by torch.
    """
    from xinglin.models.simulator.cohort import see_that_it_fits

    model = run_by(House.at(home).courses.disease(disease), engine, device)
    meant = regimen if isinstance(regimen, Regimen) else one_regimen(model, regimen)
    request = request_of(model, meant, days, every_days, patients, seed, traits or {}, measured)
    see_that_it_fits(model, request)
    people = model.draw(request, first, patients)
    return (model.reference if reference else model.run)(request, people, first)


def sensitivities(
    disease: str, patients: int = 100, *, days: float | None = None, every_days: float | None = None, regimen: str | Regimen = "none",
    traits: Mapping[str, float] | None = None, observables: Sequence[str] = (), parameters: Sequence[str] = (), doses: bool = False, seed: int = 0,
    first: int = 0, device: str = "cpu", home: str | Path | None = None,
) -> Sensitivities:  # fmt: skip
    """How much each observable of each virtual patient changes with each parameter, over time; `doses`: with each dose's amount and moment too.

    Per unit of both, in the model's units; every other parameter stays as it is. parameters: default those that vary between people. Needs torch
    (InvalidInput XL-SIM-060) and a model that its card tells whole (XL-SIM-062); XL-SIM-063 for a name the card does not have.
    """
    from xinglin.models.simulator.torch_slopes import sensitivities as slopes

    model = House.at(home).courses.disease(disease)
    meant = regimen if isinstance(regimen, Regimen) else one_regimen(model, regimen)
    request = request_of(model, meant, days, every_days, patients, seed, traits or {}, measured=False)
    return slopes(model, request, model.draw(request, first, patients), observables, parameters, doses=doses, first=first, device=device)


def trial(
    disease: str, arms: Sequence[str | Regimen], *, patients: int = 400, ends: Sequence[str] = (), follow_days: float | None = None,
    accrual_days: float = 0.0, closes_days: float = 0.0, dropout_per_year: float = 0.0, ratio: Sequence[int] = (), eligible: Sequence[str] = (),
    seed: int = 0, home: str | Path | None = None,
) -> TrialResult:  # fmt: skip
    """A trial of virtual patients, run once: the first arm is what the others are held against."""
    from xinglin.models.trial import run_trial

    model = House.at(home).courses.disease(disease)
    design = design_of(
        model, disease, _regimens(model, arms), patients=patients, ends=ends, follow_days=follow_days, accrual_days=accrual_days,
        closes_days=closes_days, dropout_per_year=dropout_per_year, ratio=ratio, eligible=eligible, seed=seed,
    )  # fmt: skip
    return run_trial(model, design)


def calibrate(
    disease: str, readings: Sequence[Measurement] = (), *, chart: str = "", given: str | Regimen = "none", lesion: str = "",
    traits: Mapping[str, float] | None = None, as_of: str = "", seed: int = 0, home: str | Path | None = None,
) -> Posterior:  # fmt: skip
    """A twin: what one person's readings say about the parameters, as draws. From a chart's readings it is kept with the chart.

    Readings have times in days, whatever the unit of the model. Raises UsageError XL-FIT-001 unless there is a chart or readings, Refused
    XL-FIT-002 for a chart without a reading the model can use, and XL-TWIN-00x where data cannot tell.
    """
    from msgspec.structs import replace

    from xinglin.flow.fitting_commands import chart_readings, see_one_source
    from xinglin.models.twin import fitted

    house = House.at(home)
    model = house.courses.disease(disease)
    see_one_source(chart, readings)
    (regimen,) = _regimens(model, [given])
    if not chart:
        per_day = model.card.per_day
        return fitted(model, [replace(one, time=one.time * per_day) for one in readings], regimen, traits=traits, seed=seed)
    measured, known, _ = chart_readings(house, model, chart, lesion, as_of)
    found = fitted(model, measured, regimen, traits=known | dict(traits or {}), seed=seed)
    house.courses.keep_twin(chart, found)
    return found


def optimise(
    disease: str, choices: Sequence[Choice], goal: Goal, *, twin: Posterior | None = None, patients: int = 1200,
    limits: Mapping[str, float] | None = None, now: float | None = None, until: float | None = None, traits: Mapping[str, float] | None = None,
    watched: str = "", method: str = "both", seed: int = 0, evaluations: int = 1500, home: str | Path | None = None,
) -> Optimisation:  # fmt: skip
    """Schedules within limits for a twin or a population, beside standard care, rules, chance and a learned policy. A simulation, no order.

    Times in the unit of the model. `now`: default the twin's last reading. What the twin was given before now stays given.
    """
    from msgspec.structs import replace

    from xinglin.flow.fitting_commands import method_named
    from xinglin.models.scheduling import optimise as search

    model = House.at(home).courses.disease(disease)
    if twin is None:
        asked = SimulationRequest(model.card.name, (0.0,), patients=patients, seed=seed, traits=dict(traits or {}))
        people, begun, before = model.draw(asked, 0, patients), now or 0.0, Regimen("none")
    else:
        people, begun = twin.draws, max(one.time for one in twin.measured) if now is None else now
        before = replace(twin.regimen, doses=tuple(dose for dose in twin.regimen.doses if dose.time < begun))
    return search(
        model, people, choices, goal, method=method_named(method), limits=limits, before=before, now=begun, until=until, watched=watched,
        known=twin is not None, seed=seed, evaluations=evaluations,
    )  # fmt: skip


def _regimens(model: AbstractDisease, words: Sequence[str | Regimen]) -> tuple[Regimen, ...]:
    return tuple(one for word in words for one in ((word,) if isinstance(word, Regimen) else regimens_given(model, [word])))
