"""Opens the questions a record raises, weighs every option for this person, and says what follows as facts made here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from xinglin.content.treatment_plan.courses import courses
from xinglin.knowledge import therapies
from xinglin.records import Chart, ContentRequest, Evidence, Fact
from xinglin.records.errors import NotFound, one_of
from xinglin.records.therapy import Journey
from xinglin.shelf.promises import Bench, Prepared
from xinglin.workup.dose_predictions import warfarin_prediction
from xinglin.workup.level_doses import level_dose_facts
from xinglin.workup.option_evidence import TOPIC, no_question
from xinglin.workup.option_facts import JourneyFacts
from xinglin.workup.option_scores import score_facts
from xinglin.workup.option_words import UNREAD
from xinglin.workup.options import opened
from xinglin.workup.report_lines import line

if TYPE_CHECKING:
    from xinglin.diseases.pharmacokinetics.disease import DrugDisease
    from xinglin.models.compartments.drug import DrugModel

OPTIONS = {
    "journey": "Which questions to weigh, keys with commas (default: every one the record opens).",
    "length": "short: the table and what is ruled out; standard (default); full: also every reason of the order.",
}


def prepare(request: ContentRequest, chart: Chart, bench: Bench) -> Prepared:
    """Facts of kind option, alert and prediction. Raises NotFound XL-TPLAN-002 for a question nobody knows."""
    covers = _asked_for(request.options.get("journey", ""))
    scores = score_facts(bench.facts)
    facts = (*bench.facts, *scores)
    opening = {cover.key: by for cover, by in opened(facts, covers)}
    if request.options.get("journey"):
        opening = {cover.key: opening.get(cover.key, ()) for cover in covers}
    raised = [(whole, by) for key, by in opening.items() if (whole := therapies.journey(key))]
    levels = level_dose_facts(chart, facts, partial(_drug_model, bench))
    if not raised:
        return Prepared((no_question(), *levels))
    weighed = [JourneyFacts(journey, facts, by, request.as_of) for journey, by in raised]
    told = [fact for one in weighed for fact in one.all()]
    if any(one.medicine == "warfarin" for journey, _ in raised for option in journey.options for one in option.medicines):
        told.append(warfarin_prediction(facts, request.as_of))
    foretold, simulation = courses([each.option for one in weighed for each in one.ranked], request, bench)
    facts = (*scores, *told, *levels, *foretold)
    return Prepared((*facts, *_unread(facts)), simulation=simulation)


def _unread(told: tuple[Fact, ...]) -> Iterator[Fact]:
    """How much of the plan rests on rows whose source nobody opened: marked where it is shown, and never told to the patient."""
    count = sum(UNREAD[0] in one.details.get("said", "") for one in told)
    if count:
        said = (
            f"{count} of the statements that this plan draws on rest on rows whose source nobody here has opened: marked where they are shown, "
            "meant for clinicians alone, of no weight in the order, and none is told to the patient.",
            f"本方案所依据的内容中有{count}条来源未核对：已逐条标注，仅供临床人员参考，不参与排序，亦不告知患者。",
        )
        yield line("option.limits", said, evidence=(Evidence(TOPIC, "verified"),), names=("limits", "局限"))


def _drug_model(bench: Bench, name: str) -> DrugModel:
    """The population model of a drug, from the disease that runs it."""
    return cast("DrugDisease", bench.disease(f"pharmacokinetics:{name}")).drug


def _asked_for(words: str) -> tuple[Journey, ...]:
    """The covers of the questions asked for; of all where none is named."""
    known = {cover.key: cover for cover in therapies.covers()}
    keys = [word.strip() for word in words.split(",")] if words else list(known)
    for key in keys:
        if key not in known:
            raise NotFound("XL-TPLAN-002", f"there is no question {key!r}", where="option journey", fix=one_of(key, list(known)))
    return tuple(known[key] for key in keys)
