"""The order of options follows its rule, courses come from a twin where one is kept, and nothing is told that no row says."""

import dataclasses

import numpy as np
import pytest
from msgspec import structs

from xinglin.content.treatment_plan.courses import COURSES, courses
from xinglin.knowledge import therapies
from xinglin.records import Concept, ContentRequest, Evidence, Fact
from xinglin.records.quantity import Quantity
from xinglin.records.simulation import Estimate, Measurement, Posterior, Regimen, SimulationRequest
from xinglin.records.therapy import AddedTo, Criterion, Journey, OptionMedicine, Outcome, TherapyOption
from xinglin.shelf import Shelf
from xinglin.shelf.promises import AbstractDisease, Bench
from xinglin.workup import option_words
from xinglin.workup.option_appraisal import appraised, gain, ranked
from xinglin.workup.option_facts import JourneyFacts
from xinglin.workup.options import held
from xinglin.workup.tumour_changes import changes_of, one_letter, receptor

DAY = "2024-03-07"
PLACE = (Evidence("chart", "Observation/a"),)
PERSON = Fact("person", "person", Concept("person"), "60-year-old woman", PLACE, details={"sex": "female", "age_years": "60"})


def fact(kind, name, key="", **more):
    return Fact(f"{kind}.{name}", kind, Concept(name), name, PLACE, key=key, names={"en": (name,), "zh": (name,)}, **more)


def option(key, *, kind="medicine", medicine="", grade="A", needs=(), excludes=(), outcomes=(), frequency="1/1/d"):
    taken = (OptionMedicine(medicine=medicine, dose="10 mg", frequency=frequency, source="s", verified=True),) if medicine else ()
    return TherapyOption(
        key=key, journey="tiny", kind=kind, en=key, zh=key, grade=grade, needs=needs, excludes=excludes, outcomes=outcomes, medicines=taken,
    )  # fmt: skip


def asking(about, is_="present", **more):
    return Criterion(about=about, is_=is_, en=f"asks {about}", zh=about, source="s", verified=True, **more)


def tiny(*options, asks=()):
    return Journey(key="tiny", en="tiny question", zh="小问题", problems=("hypertension",), asks=asks, options=options)


def order(*options, facts=(PERSON,)):
    return [one.option.key for one in ranked(appraised(tiny(*options), facts, DAY))]


def event(with_percent, without_percent, **more):
    return Outcome(kind="benefit", key="stroke", en="stroke", zh="卒中", with_percent=with_percent, without_percent=without_percent, months=12,
                   comparator_en="placebo", comparator_zh="安慰剂", source="s", verified=True, **more)  # fmt: skip


def test_a_better_grade_stands_before_a_greater_benefit_and_a_greater_benefit_before_a_name():
    assert order(option("b", grade="B", outcomes=(event(1, 9),)), option("c", outcomes=(event(4, 5),)), option("a")) == ["c", "a", "b"]


def test_less_than_a_point_between_trials_is_no_difference():
    assert order(option("b", outcomes=(event(4.0, 4.9),)), option("a", outcomes=(event(4.0, 4.1),))) == ["a", "b"]


def test_doing_less_stands_last_unless_the_record_asks_for_it():
    mild = asking("problem:frailty")
    less = option("a-less", kind="watchful", needs=(mild,))
    assert order(less, option("b")) == ["b", "a-less"]
    frail = fact("problem", "frailty", "term:frailty", status="active")
    assert order(less, option("b"), facts=(PERSON, frail)) == ["a-less", "b"]


def test_a_contraindicated_medicine_is_out_whatever_its_benefit():
    stroke = fact("problem", "history of stroke", "term:history-of-stroke", status="active", details={"class": "history"})
    options = (option("prasugrel", medicine="prasugrel", outcomes=(event(1, 20),)), option("other"))
    assert order(*options, facts=(PERSON, stroke)) == ["other"]
    assert order(*options) == ["prasugrel", "other"]


def test_what_waits_for_a_gene_is_not_ranked_but_asked_for():
    waits = option("aimed", needs=(asking("gene:EGFR", "one-of", values=("p.L858R",)),))
    journey = tiny(waits, option("plain"))
    told = JourneyFacts(journey, (PERSON,), (), DAY)
    assert [one.option.key for one in told.ranked] == ["plain"]
    (question,) = told.questions
    assert question.criterion.about == "gene:EGFR" and question.matters == "first" and question.options == ("aimed",)


def test_more_people_alive_is_better_and_more_strokes_are_worse():
    alive = Outcome(
        kind="benefit", key="alive-at-3-years", en="alive after 3 years", zh="3年存活", with_percent=54, without_percent=44, source="s"
    )
    assert gain(alive) == 10 and gain(event(1, 3)) == 2 and gain(event(3, 1)) == -2


def test_natural_frequencies_are_those_of_the_row():
    said = option_words.of_people(event(1.27, 1.6, trial="ONE"), option("apixaban"), 1000)
    assert said[0] == "Stroke within 12 months, of 1,000 people like those in the trial ONE: about 13 with apixaban, about 16 with placebo."
    assert said[1] == "每1,000名与ONE试验受试者相似的人，12个月内卒中：apixaban约13人，安慰剂约16人。"


@pytest.mark.parametrize(
    "words, change",
    [
        ("EGFR p.Leu858Arg: Detected", "p.L858R"), ("EGFR L858R", "p.L858R"), ("EGFR p.E746_A750del", "exon 19 deletion"),
        ("EGFR exon 20 insertion", "exon 20 insertion"), ("EML4-ALK", "fusion"), ("EGFR 19外显子缺失", "exon 19 deletion"),
        ("MET exon 14 skipping", "exon 14 skipping"),
    ],
)  # fmt: skip
def test_reports_write_one_change_in_many_ways(words, change):
    assert change in changes_of(Fact("gene.1", "gene", Concept(words), words, PLACE))


def test_a_negative_result_is_no_change():
    found = Fact("gene.1", "gene", Concept("ALK"), "ALK fusion: Negative", PLACE, value="Negative")
    assert changes_of(found) == frozenset() and one_letter("p.Gly12Cys") == "p.G12C"


def test_triple_negative_needs_all_three():
    three = [fact("measurement", name, value="Negative") for name in ("Estrogen receptor", "Progesterone receptor", "HER2")]
    assert receptor("triple-negative-breast-cancer", three)[0] == "positive"
    assert receptor("triple-negative-breast-cancer", three[:2])[0] == "unknown"


def test_a_criterion_that_means_nothing_here_is_refused():
    from xinglin.records.errors import InvalidInput

    with pytest.raises(InvalidInput, match="XL-PLAN-001"):
        held(asking("weather"), (PERSON,))
    with pytest.raises(InvalidInput, match="XL-PLAN-002"):
        held(asking("marker:nobody-knows"), (PERSON,))


def test_a_score_is_held_against_its_limit():
    score = fact("calculation", "has_bled", value=Quantity("4", "{score}"))
    assert held(asking("score:has_bled", "at-least", number=3), (score,)).verdict == "met"


DISEASES = Shelf("xinglin.diseases", "DISEASE", AbstractDisease)


def twin_of(name):
    """A twin whose draws are people of the population, read once at the start."""
    disease = DISEASES[name]
    draws = disease.draw(SimulationRequest(name, (0.0, 1.0), patients=60, seed=3), 0, 60)
    seen = disease.card.observables[0].name
    spread = tuple(Estimate(one, 1.0, 0.5, 2.0) for one in list(draws)[:1])
    return Posterior(
        name, disease.card.version, draws, 60.0, "importance", 1, 60, 3, 0.5, Regimen("none"), (Measurement(0.0, seen, 1.0),), spread
    )


def test_a_twin_shows_the_course_of_the_options_with_bands_and_nobody_else_gets_one():
    options = [one for one in therapies.journey("breast-cancer-early").options if one.twin]
    request = ContentRequest("treatment_plan", "chart-1", as_of=DAY)
    none = Bench(None, DISEASES.__getitem__, lambda name: None)
    facts, simulation = courses(options, request, none)
    assert simulation is None and all("no twin of this person" in one.details["said"] for one in facts)
    kept = dataclasses.replace(none, twin=twin_of)
    facts, simulation = courses(options, request, kept)
    assert simulation is not None and {"none", "letrozole"} <= {one.arm for one in simulation.bands}
    assert all(request.patients <= COURSES for request in simulation.requests)
    assert np.isfinite([value for band in simulation.bands for value in band.middle]).all()
    assert any("courses" in one.details["said"] for one in facts)


def taking(*keys):
    return [fact("medicine", key, f"term:{key}", status="current") for key in keys]


def test_what_an_option_is_added_to_is_weighed_with_it_and_what_it_replaces_is_not():
    alone, clopidogrel = option("omeprazole", medicine="omeprazole"), option("clopidogrel", medicine="clopidogrel")
    added = structs.replace(alone, added_to=(AddedTo(medicines=("class:antiplatelet-agent",), source="s", verified=True),))
    facts = (PERSON, *taking("clopidogrel"))
    for one, others in ((alone, set()), (added, {"clopidogrel"})):
        found = appraised(tiny(one, clopidogrel), facts, DAY)[0]
        assert {concern.other for concern in found.concerns if concern.kind == "interaction"} == others
        told = {each.id.rpartition(".")[2]: each for each in JourneyFacts(tiny(one, clopidogrel), facts, (), DAY).all()}
        assert ("added" in told) is bool(others)
        assert ("replaces" in told["omeprazole"].details) is not bool(others)


def test_the_medicines_of_one_option_are_judged_with_each_other():
    apart = (option("a", medicine="aspirin"), option("b", medicine="warfarin"))
    both = structs.replace(apart[0], key="both", medicines=tuple(one.medicines[0] for one in apart))
    found = {
        one.option.key: {c.other for c in one.concerns if c.kind == "interaction"} for one in appraised(tiny(*apart, both), (PERSON,), DAY)
    }
    assert found == {"a": set(), "b": set(), "both": {"aspirin"}}


def test_finerenone_is_added_to_all_that_protects_the_kidneys_and_the_row_says_so():
    journey = therapies.journey("type-2-diabetes-kidney")
    facts = (PERSON, *taking("metformin", "dapagliflozin", "lisinopril"))
    told = {each.id.removeprefix("made.option.type-2-diabetes-kidney."): each for each in JourneyFacts(journey, facts, (), DAY).all()}
    assert (
        told["finerenone.added"].details["said"] == "Added to metformin, dapagliflozin, lisinopril, taken now, and judged together with it."
    )
    assert "replaces" not in told["finerenone"].details
    assert told["metformin"].details["replaces"] == "medicine.metformin medicine.dapagliflozin"
    assert "each other" in told["sglt2-inhibitor-and-finerenone.added"].details["said"]


def test_a_number_that_nobody_opened_decides_no_order_and_is_not_told_to_the_patient():
    better = structs.replace(event(1, 9), verified=False)
    options = (option("b", outcomes=(better,)), option("a", outcomes=(event(4, 6),)))
    assert order(*options) == ["a", "b"]
    told = {one.id.removeprefix("made.option.tiny."): one for one in JourneyFacts(tiny(*options), (PERSON,), (), DAY).all()}
    assert told["b.benefit.0"].text.endswith("(source not opened).") and "not opened" not in told["a.benefit.0"].text
    assert "b.people.0" not in told and "a.people.0" in told


def test_what_rules_an_option_out_or_is_missing_is_marked_where_nobody_opened_its_row():
    unread = structs.replace(asking("problem:frailty"), verified=False)
    frail = fact("problem", "frailty", "term:frailty", status="active")
    out, open_to = (
        option("out", excludes=(unread,)),
        option("open", needs=(asking("analyte:potassium", "below", number=5.0, unit="mmol/L"),)),
    )
    told = {one.id.removeprefix("made.option.tiny."): one.text for one in JourneyFacts(tiny(out, open_to), (PERSON, frail), (), DAY).all()}
    assert told["out.0"].endswith("(source not opened).") and "not opened" not in told["missing.0"]


def test_a_risk_below_the_limit_of_the_question_asks_for_doing_less():
    asks = (asking("score:cha2ds2_vasc", "at-least", number=2),)
    journey = tiny(option("a-medicine"), option("b-less", kind="watchful"), asks=asks)
    first = {}
    for points in ("0", "3"):
        score = fact("calculation", "cha2ds2_vasc", value=Quantity(points, "{score}"))
        first[points] = ranked(appraised(journey, (PERSON, score), DAY))[0].option.key
    assert first == {"0": "b-less", "3": "a-medicine"}
