"""Runs the illness under each option, for the person's twin where there is one, and says every number about it as a fact."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from xinglin.models.simulator import arms, from_now
from xinglin.models.simulator.summary import simulated
from xinglin.records import Chart, ContentRequest
from xinglin.records.errors import UsageError
from xinglin.records.simulation import Posterior, Regimen
from xinglin.shelf.promises import AbstractDisease, Bench, Prepared
from xinglin.workup.readings import traits_of
from xinglin.workup.simulation_facts import facts_of, traits_told

OPTIONS = {
    "disease": "Which illness: a name from `xinglin kinds` (default: nsclc).",
    "arms": "Regimens of the disease, with commas; default: none and every standard one.",
    "until": "How long, in the time unit of the disease, from the last reading of a twin; default: as far as its data reach.",
    "shown": "Times to speak of, with commas, counted like until; default: five, evenly apart.",
    "courses": "How many courses stand behind each band without a twin, 20 to 20,000 (default 400).",
    "twin": "auto (default: the person's own, when calibrated), or no.",
    "traits": "Traits set by hand, name=value with commas; not beside a twin.",
    "length": "short, standard (default) or full.",
}
_OUTDATED = "the twin kept with the chart was fitted to another version of the model and is not used; calibrate again"
_COURSES, _FEWEST, _MOST = 400, 20, 20_000


def prepare(request: ContentRequest, chart: Chart, bench: Bench) -> Prepared:
    """The simulation and the facts about it. Raises UsageError XL-DSIM-001, 002, 004, 005, and what the disease and its words raise."""
    disease = bench.disease(request.options.get("disease", "nsclc"))
    twin = _twin(request, disease, bench)
    regimens = arms.arms_named(disease.card, request.options.get("arms", ""))
    if twin is not None:
        return _of_the_twin(request, disease, twin, regimens, bench)
    until = request.options.get("until")
    times = arms.times_until(disease.card, arms.number(until) if until else None)
    known, by_hand = traits_of(disease.card, bench.facts), arms.traits_given(disease.card, request.options.get("traits", ""))
    traits = {name: value for name, (value, _) in known.items()} | by_hand
    disease.see_that_enough_is_known(traits)
    asked = arms.requests(disease.card, regimens, times, patients=_courses(request), seed=request.seed, traits=traits)
    simulation = simulated(disease, asked)
    if request.options.get("twin", "auto") == "auto" and bench.outdated(disease.name):
        simulation = structs.replace(simulation, notes=(*simulation.notes, _OUTDATED))
    shown = arms.shown_times(times, request.options.get("shown", ""))
    known = {name: found for name, found in known.items() if name not in by_hand}
    facts = facts_of(disease.card, simulation, shown, people=False)
    return Prepared((*facts, traits_told(disease.card, simulation, known, by_hand, bench.facts)), simulation=simulation)


def _of_the_twin(
    request: ContentRequest, disease: AbstractDisease, twin: Posterior, regimens: tuple[Regimen, ...], bench: Bench
) -> Prepared:
    """What was really given until the last reading, then each arm from there on; times asked for count from the last reading."""
    if request.options.get("traits", ""):
        raise UsageError(
            "XL-DSIM-004", "a twin's traits cannot be set by hand", where="option traits", why="they were fitted to the readings",
            fix="leave traits out, or give the option twin no",
        )  # fmt: skip
    card, now, words = disease.card, from_now.now_of(twin.measured), request.options.get("until")
    after = arms.times_until(card, arms.number(words) if words else max(card.horizon - now, card.horizon / 4))
    able = [one for one in regimens if from_now.can_begin(one, now)]
    if not able:
        raise UsageError(
            "XL-DSIM-005", "no arm asked for can begin at the last reading", where="option arms", why="its rule follows the illness from the start",
            fix="name an arm without a rule, or give the option twin no",
        )  # fmt: skip
    whole = [from_now.continued(card, twin.regimen, one, now) for one in able]
    count = len(next(iter(twin.draws.values())))
    asked = arms.requests(card, whole, from_now.looked_at(twin.measured, after), patients=count, seed=request.seed)
    left_out = tuple(
        f"{one.name} is left out: its rule follows the illness from the start, not from now" for one in regimens if one not in able
    )
    told = replace(twin, notes=(*twin.notes, *left_out))
    simulation = simulated(disease, asked, told, now)
    shown = tuple(from_now.at(now, time) for time in arms.shown_times(after, request.options.get("shown", "")))
    held = {name: float(values[0]) for name, values in twin.draws.items() if (values == values[0]).all()}
    known = {name: found for name, found in traits_of(card, bench.facts).items() if held.get(name) == found[0]}
    told_traits = traits_told(card, simulation, known, {}, bench.facts)
    return Prepared((*facts_of(card, simulation, shown, people=False), told_traits), simulation=simulation)


def _twin(request: ContentRequest, disease: AbstractDisease, bench: Bench) -> Posterior | None:
    word = request.options.get("twin", "auto")
    if word not in ("auto", "no"):
        raise UsageError("XL-DSIM-001", "twin must be auto or no", where="option twin")
    return bench.twin(disease.name) if word == "auto" else None


def _courses(request: ContentRequest) -> int:
    count = int(arms.number(request.options.get("courses", str(_COURSES))))
    if not _FEWEST <= count <= _MOST:
        raise UsageError("XL-DSIM-002", "so many courses cannot stand behind a band", where="option courses", fix=f"{_FEWEST} to {_MOST:,}")
    return count
