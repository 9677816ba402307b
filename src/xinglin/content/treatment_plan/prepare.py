"""Opens the questions a record raises, weighs every option for this person, and says what follows as facts made here."""

from __future__ import annotations

from xinglin.content.treatment_plan.courses import courses
from xinglin.knowledge import therapies
from xinglin.records import Chart, ContentRequest
from xinglin.records.errors import NotFound, one_of
from xinglin.records.therapy import Journey
from xinglin.shelf.promises import Bench, Prepared
from xinglin.workup.dose_predictions import warfarin_prediction
from xinglin.workup.option_facts import JourneyFacts, no_question
from xinglin.workup.option_scores import score_facts
from xinglin.workup.options import opened

OPTIONS = {
    "journey": "Which questions to weigh, keys with commas (default: every one the record opens).",
    "length": "short: the table and what is ruled out; standard (default); full: also every reason of the order.",
}


def prepare(request: ContentRequest, chart: Chart, bench: Bench) -> Prepared:
    """Facts of kind option, alert and prediction. Raises NotFound XL-TPLAN-002 for a question nobody knows."""
    journeys = _asked_for(request.options.get("journey", ""))
    scores = score_facts(bench.facts)
    facts = (*bench.facts, *scores)
    raised = opened(facts, journeys)
    if request.options.get("journey"):
        raised = tuple((journey, dict(_by_key(raised)).get(journey.key, ())) for journey in journeys)
    if not raised:
        return Prepared((no_question(),))
    weighed = [JourneyFacts(journey, facts, by, request.as_of) for journey, by in raised]
    told = [fact for one in weighed for fact in one.all()]
    if any(one.medicine == "warfarin" for journey, _ in raised for option in journey.options for one in option.medicines):
        told.append(warfarin_prediction(facts, request.as_of))
    foretold, simulation = courses([each.option for one in weighed for each in one.ranked], request, bench)
    return Prepared((*scores, *told, *foretold), simulation=simulation)


def _by_key(raised: tuple[tuple[Journey, tuple[str, ...]], ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(journey.key, by) for journey, by in raised]


def _asked_for(words: str) -> tuple[Journey, ...]:
    if not words:
        return therapies.journeys()
    found = []
    for key in (word.strip() for word in words.split(",")):
        journey = therapies.journey(key)
        if journey is None:
            raise NotFound(
                "XL-TPLAN-002",
                f"there is no question {key!r}",
                where="option journey",
                fix=one_of(key, [j.key for j in therapies.journeys()]),
            )
        found.append(journey)
    return tuple(found)
