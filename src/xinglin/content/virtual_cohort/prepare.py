"""Draws the people, runs their illness in every arm, and says every number about them as a fact. They are nobody."""

from __future__ import annotations

from xinglin.models.simulator import arms
from xinglin.models.simulator.summary import simulated
from xinglin.records import Chart, ContentRequest
from xinglin.records.errors import UsageError
from xinglin.shelf.promises import Bench, Prepared
from xinglin.workup.simulation_facts import facts_of

OPTIONS = {
    "disease": "Which illness: a name from `xinglin kinds` (default: nsclc).",
    "patients": "How many virtual patients in each arm, 20 to 200,000 (default 1,000).",
    "arms": "Regimens of the disease, with commas; default: none and every standard one.",
    "until": "How long, in the time unit of the disease; default: as far as its data reach.",
    "shown": "Times to speak of, with commas; default: round ones.",
    "traits": "Traits that everybody shares, name=value with commas.",
    "length": "short, standard (default) or full.",
}
_FEWEST, _MOST = 20, 200_000


def prepare(request: ContentRequest, chart: Chart, bench: Bench) -> Prepared:
    """The cohort and the facts about it. Raises UsageError XL-COHORT-001, and what the disease and its words raise."""
    disease = bench.disease(request.options.get("disease", "nsclc"))
    patients = int(arms.number(request.options.get("patients", "1000")))
    if not _FEWEST <= patients <= _MOST:
        raise UsageError(
            "XL-COHORT-001", "so many patients cannot be told of", where="option patients", why=f"{_FEWEST} to {_MOST:,} here",
            fix="xinglin simulate writes larger cohorts to a file",
        )  # fmt: skip
    regimens = arms.arms_named(disease.card, request.options.get("arms", ""))
    until = request.options.get("until")
    times = arms.times_until(disease.card, arms.number(until) if until else None)
    traits = arms.traits_given(disease.card, request.options.get("traits", ""))
    simulation = simulated(disease, arms.requests(disease.card, regimens, times, patients=patients, seed=request.seed, traits=traits))
    shown = arms.shown_times(times, request.options.get("shown", ""))
    return Prepared(facts_of(disease.card, simulation, shown, people=True), simulation=simulation)
