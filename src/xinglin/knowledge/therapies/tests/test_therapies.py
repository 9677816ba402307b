"""The journeys hold together: every key exists, every number is possible, every row names a source, and a broken row is refused."""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from itertools import chain
from pathlib import Path

import pytest
from msgspec.structs import replace

from xinglin.knowledge import therapies
from xinglin.knowledge.therapies.book import read_journey
from xinglin.knowledge.therapies.statements import of_option, statements
from xinglin.records.errors import InvalidInput

KNOWLEDGE = Path(__file__).parents[2]
WISHED = {"elacestrant", "entrectinib", "inavolisib", "pralsetinib", "raltitrexed", "repotrectinib"}
WORDS = {"age": set(), "sex": {"female", "male"}, "pregnant": set(), "stage": None, "line": {"first", "later"}}
OPTIONS = [(journey.key, option) for journey in therapies.journeys() for option in journey.options]
OUTCOMES = [(f"{key}/{option.key}", outcome) for key, option in OPTIONS for outcome in option.outcomes]
CRITERIA = [
    *((journey.key, criterion) for journey in therapies.journeys() for criterion in journey.asks),
    *((f"{key}/{option.key}", criterion) for key, option in OPTIONS for criterion in (*option.needs, *option.excludes)),
]


@lru_cache
def _keys(place: str) -> frozenset[str]:
    with (KNOWLEDGE / place).open(encoding="utf-8") as lines:
        return frozenset(row["key"] for row in csv.DictReader(lines, delimiter="\t" if place.endswith("tsv") else ","))


def _unit_of(analyte: str) -> str:
    with (KNOWLEDGE / "labs/data/analytes.csv").open(encoding="utf-8") as lines:
        return next(row["unit"] for row in csv.DictReader(lines) if row["key"] == analyte)


def _known(kind: str) -> frozenset[str]:
    places = {
        "problem": ("terms/data/problem.tsv",),
        "finding": ("terms/data/finding.tsv",),
        "device": ("terms/data/device.tsv",),
        "symptom": ("terms/data/symptom.tsv",),
        "imaging": ("terms/data/imaging.tsv",),
        "test": ("terms/data/procedure.tsv",),
        "analyte": ("labs/data/analytes.csv",),
        "medicine": ("terms/data/medicine.tsv",),
        "allergy": ("terms/data/allergen.tsv", "terms/data/medicine.tsv"),
    }
    if kind == "score":
        return frozenset(path.stem for path in (KNOWLEDGE.parent / "workup/calculators").glob("*.py"))
    if kind == "marker":
        return frozenset(one.key for one in therapies.markers())
    return frozenset(chain.from_iterable(_keys(place) for place in places[kind])) | (
        frozenset(WISHED) if kind == "medicine" else frozenset()
    )


def test_a_journey_is_opened_by_a_problem_or_by_a_medicine():
    assert [one.key for one in therapies.journeys_for(["atrial-fibrillation"])] == ["anticoagulation-atrial-fibrillation"]
    assert "antiplatelet-after-stent" in {one.key for one in therapies.journeys_for([], ["clopidogrel"])}
    assert therapies.journeys_for(["measles"]) == ()
    assert therapies.journey("antiplatelet-after-stent").options and therapies.journey("nothing") is None


def test_a_cover_says_what_its_journey_says_without_being_read_to_the_end():
    assert therapies.covers() == tuple(replace(journey, asks=(), options=()) for journey in therapies.journeys())
    assert all(therapies.journey(cover.key) == journey for cover, journey in zip(therapies.covers(), therapies.journeys(), strict=True))


def test_every_journey_has_options_to_weigh_and_one_that_does_less():
    for journey in therapies.journeys():
        assert 3 <= len(journey.options) <= 24, journey.key
        assert any(option.kind in {"watchful", "lifestyle"} or "less" in option.en for option in journey.options), journey.key
        assert set(journey.problems) <= _known("problem"), set(journey.problems) - _known("problem")
        assert set(journey.with_medicines) <= _known("medicine"), journey.key


@pytest.mark.parametrize(("place", "option"), OPTIONS, ids=[f"{key}-{option.key}" for key, option in OPTIONS])
def test_an_option_is_told_in_both_languages_with_its_benefits_harms_and_burden(place, option):
    assert option.journey == place and option.en and option.zh and option.burden_en and option.burden_zh
    assert {outcome.kind for outcome in option.outcomes} == {"benefit", "harm"}, "an option has benefits and harms"
    assert option.kind != "medicine" or option.medicines
    for medicine in option.medicines:
        assert medicine.medicine in _known("medicine"), medicine.medicine
        assert re.fullmatch(r"\d*/[\d.]+/(d|wk|mo)|", medicine.frequency), medicine.frequency
        assert re.fullmatch(r"[\d.]+ (mg|mg/m2|mg/kg|g|ug|\[AUC\]|\[IU\])|", medicine.dose), medicine.dose
    for watch in option.watch:
        kind, _, key = watch.what.partition(":")
        assert key in _known(kind), watch.what
    for words in (option.zh, option.burden_zh, *(one.zh for one in option.outcomes), *(one.zh for one in option.watch)):
        assert re.search(r"[\u4e00-\u9fff]", words) and not re.search(r"[,;!?]", words), words


@pytest.mark.parametrize(("place", "outcome"), OUTCOMES, ids=[f"{place}-{one.key}-{one.trial}" for place, one in OUTCOMES])
def test_the_numbers_of_an_outcome_are_possible_and_agree(place, outcome):
    percents = [one for one in (outcome.with_percent, outcome.without_percent) if one is not None]
    assert all(0 <= one <= 100 for one in percents)
    assert outcome.people is None or outcome.people >= 10
    if outcome.ratio is not None:
        assert outcome.ratio_kind and 0 < outcome.ratio < 10
        assert (outcome.ratio_low is None) == (outcome.ratio_high is None)
    if outcome.ratio is not None and outcome.ratio_low is not None:
        assert outcome.ratio_low <= outcome.ratio <= outcome.ratio_high
    if len(percents) == 2:
        assert outcome.comparator_en and outcome.comparator_zh, "held against what?"
    if len(percents) == 2 and outcome.ratio is not None and outcome.without_percent:
        crude = outcome.with_percent / outcome.without_percent
        assert (crude - 1) * (outcome.ratio - 1) >= -0.01, "the ratio and the percentages point the same way"
    if outcome.verified:
        assert outcome.source != "unread" and outcome.locator


@pytest.mark.parametrize(("place", "criterion"), CRITERIA, ids=[f"{place}-{one.about}-{n}" for n, (place, one) in enumerate(CRITERIA)])
def test_a_criterion_speaks_of_something_the_house_knows(place, criterion):
    kind, colon, key = criterion.about.partition(":")
    if kind in WORDS:
        assert not colon and (not WORDS[kind] or set(criterion.values) <= WORDS[kind])
    elif kind == "gene":
        assert re.fullmatch(r"[A-Z0-9]+(\|[A-Z0-9]+)*", key)
    elif not colon:
        assert kind in {"problem", "medicine"} and set(criterion.values) <= _known(kind), set(criterion.values) - _known(kind)
    else:
        assert key in _known(kind), criterion.about
    assert criterion.en and criterion.zh
    if kind == "analyte":
        assert criterion.unit == _unit_of(key), "in the analyte's own unit"


def test_every_statement_names_a_source_that_says_what_was_opened():
    for row in statements():
        source = therapies.sources()[row.source]
        assert source["title"] and source["level"] in {"primary", "secondary", "none"}
        assert row.verified is False or (source["source_read"] and row.locator), row
    used = {row.source for row in statements()}
    assert set(therapies.sources()) - used <= {"unread"}, "a source nobody names"


def test_most_statements_were_read_by_somebody():
    outcomes = [outcome for _, outcome in OUTCOMES]
    assert sum(one.verified for one in outcomes) / len(outcomes) >= 0.6
    assert therapies.TOPIC.rows() == len(statements()) and therapies.TOPIC.unverified() < therapies.TOPIC.rows() * 0.4


def test_every_row_of_an_option_is_a_statement():
    _, option = OPTIONS[0]
    assert set(of_option(option)) <= set(statements())


_GOOD = """
key = "made-up"
en = "made up"
zh = "虚构"
problems = ["influenza"]
[shared]
young = { about = "age", is = "below", number = 30, source = "unread" }
[[option]]
key = "wait"
kind = "watchful"
en = "wait"
zh = "观察"
needs = ["young"]
"""


def test_a_row_may_be_shared_by_its_word():
    option = read_journey(_GOOD, "made_up.toml").options[0]
    assert option.journey == "made-up" and option.needs[0].is_ == "below" and option.needs[0].number == 30


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("key =", "key", "XL-THER-001"),
        ('"watchful"', '"nothing"', "XL-THER-002"),
        ('["young"]', '["old"]', "XL-THER-003"),
        ('"unread"', '"nobody"', "XL-THER-004"),
        ("needs =", 'key = "wait"\nneeds =', "XL-THER-001"),
        ('needs = ["young"]', '[[option]]\nkey = "wait"\nkind = "watchful"\nen = "b"\nzh = "乙"', "XL-THER-005"),
        (", number = 30", "", "XL-THER-006"),
        ('is = "below", number = 30', 'is = "one-of"', "XL-THER-006"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_with_its_place(old, new, code):
    with pytest.raises(InvalidInput) as caught:
        read_journey(_GOOD.replace(old, new, 1), "made_up.toml")
    assert caught.value.code == code and "made_up.toml" in caught.value.where and caught.value.fix
