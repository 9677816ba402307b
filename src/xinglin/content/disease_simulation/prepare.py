"""Runs the illness under each option, for the person's twin where there is one, and says every number about it as a fact."""

from __future__ import annotations

from xinglin.models.simulator import arms
from xinglin.models.simulator.summary import simulated
from xinglin.records import Chart, ContentRequest
from xinglin.records.errors import UsageError
from xinglin.records.simulation import Posterior
from xinglin.shelf.promises import AbstractDisease, Bench, Prepared
from xinglin.workup.readings import traits_of
from xinglin.workup.simulation_facts import facts_of

OPTIONS = {
    "disease": "Which illness: a name from `xinglin kinds` (default: nsclc).",
    "arms": "Regimens of the disease, with commas; default: none and every standard one.",
    "until": "How long, in the time unit of the disease; default: as far as its data reach.",
    "shown": "Times to speak of, with commas; default: five, evenly apart.",
    "courses": "How many courses stand behind each band without a twin, 20 to 20,000 (default 400).",
    "twin": "auto (default: the person's own, when calibrated), or no.",
    "traits": "Traits set by hand, name=value with commas.",
    "length": "short, standard (default) or full.",
}
_COURSES, _FEWEST, _MOST = 400, 20, 20_000


def prepare(request: ContentRequest, chart: Chart, bench: Bench) -> Prepared:
    """The simulation and the facts about it. Raises UsageError XL-DSIM-001, 002, and what the disease and its words raise."""
    disease = bench.disease(request.options.get("disease", "nsclc"))
    twin = _twin(request, disease, bench)
    regimens = arms.arms_named(disease.card, request.options.get("arms", ""))
    until = request.options.get("until")
    times = arms.times_until(disease.card, arms.number(until) if until else None)
    known = {name: value for name, (value, _) in traits_of(disease.card, bench.facts).items()} if twin is None else {}
    traits = known | arms.traits_given(disease.card, request.options.get("traits", ""))
    asked = arms.requests(disease.card, regimens, times, patients=_courses(request, twin), seed=request.seed, traits=traits)
    simulation = simulated(disease, asked, twin)
    shown = arms.shown_times(times, request.options.get("shown", ""))
    return Prepared(facts_of(disease.card, simulation, shown, people=False), simulation=simulation)


def _twin(request: ContentRequest, disease: AbstractDisease, bench: Bench) -> Posterior | None:
    word = request.options.get("twin", "auto")
    if word not in ("auto", "no"):
        raise UsageError("XL-DSIM-001", "twin must be auto or no", where="option twin")
    return bench.twin(disease.name) if word == "auto" else None


def _courses(request: ContentRequest, twin: Posterior | None) -> int:
    if twin is not None:
        return len(next(iter(twin.draws.values())))
    count = int(arms.number(request.options.get("courses", str(_COURSES))))
    if not _FEWEST <= count <= _MOST:
        raise UsageError("XL-DSIM-002", "so many courses cannot stand behind a band", where="option courses", fix=f"{_FEWEST} to {_MOST:,}")
    return count
