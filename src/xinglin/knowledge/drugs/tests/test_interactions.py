"""Interactions, contraindications, allergies, pregnancy, QT and bleeding: each row names things that exist and says why and what to do."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from xinglin.knowledge import drugs
from xinglin.knowledge.drugs.tables import sources, table

TABLES = ["interactions", "contraindications", "allergy", "pregnancy", "qt", "bleeding"]
HAN = re.compile(r"[\u4e00-\u9fff]")


def _severities(a: str, b: str) -> list[str]:
    return [row.severity for row in drugs.interactions(a, b)]


def test_interactions_cover_more_pairs_than_were_asked_for():
    pairs = sum(
        1 for row in table("interactions") for a in _members(row.a) for b in _members(row.b) if a != b
    )  # rows on classes count for their members
    assert len(table("interactions")) >= 700
    assert pairs >= 7000


def _members(name: str) -> tuple[str, ...]:
    return drugs.members(name[6:]) if name.startswith("class:") else (name,)


def test_no_pair_stands_twice_in_either_order():
    pairs = Counter(tuple(sorted((row.a, row.b))) for row in table("interactions"))
    assert [pair for pair, times in pairs.items() if times > 1] == []


def test_every_interaction_names_a_medicine_or_a_class_of_the_book():
    for row in table("interactions"):
        for name in (row.a, row.b):
            assert drugs.members(name[6:]) if name.startswith("class:") else drugs.medicine(name), name


@pytest.mark.parametrize("name", TABLES)
def test_rows_say_why_and_what_to_do_in_both_languages(name):
    for row in table(name):
        for column in ("mechanism", "reason", "advice"):
            if hasattr(row, f"{column}_en"):
                english, chinese = row.words(column, "en"), row.words(column, "zh")
                assert len(english) >= 12, (row, english)
                assert not HAN.search(english), english
                assert HAN.search(chinese), chinese
                assert "{" not in english + chinese, row


@pytest.mark.parametrize("name", TABLES)
def test_verified_rows_name_an_opened_source_and_a_place_in_it(name):
    for row in table(name):
        source = sources()[row.source]
        assert row.locator, row
        assert row.verified == (source["level"] == "definition" or bool(source["source_read"])), row


@pytest.mark.parametrize(
    ("a", "b", "at_least"),
    [
        ("simvastatin", "clarithromycin", "contraindicated"),
        ("sildenafil", "nitroglycerin", "contraindicated"),
        ("linezolid", "sertraline", "contraindicated"),
        ("phenelzine", "meperidine", "contraindicated"),
        ("febuxostat", "azathioprine", "contraindicated"),
        ("sacubitril-and-valsartan", "lisinopril", "contraindicated"),
        ("warfarin", "ibuprofen", "major"),
        ("methotrexate", "sulfamethoxazole-and-trimethoprim", "major"),
        ("clopidogrel", "omeprazole", "major"),
        ("valproate", "meropenem", "major"),
        ("oxycodone", "alprazolam", "major"),
        ("digoxin", "amiodarone", "major"),
        ("tamoxifen", "paroxetine", "major"),
        ("ethinyl-estradiol-and-levonorgestrel", "rifampin", "major"),
        ("adalimumab", "measles-mumps-and-rubella-vaccine", "major"),
        ("lisinopril", "spironolactone", "moderate"),
        ("lithium", "ibuprofen", "moderate"),
        ("ciprofloxacin", "ferrous-sulfate", "moderate"),
        ("warfarin", "compound-danshen-dripping-pill", "moderate"),
    ],
)
def test_pairs_that_harm_are_known_whichever_comes_first(a, b, at_least):
    order = ["minor", "moderate", "major", "contraindicated"]
    assert max(map(order.index, _severities(a, b)), default=-1) >= order.index(at_least)
    assert _severities(a, b) == _severities(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("metformin", "lisinopril"),
        ("aspirin", "lisinopril"),
        ("aspirin", "clopidogrel"),
        ("aspirin", "atorvastatin"),
        ("amlodipine", "atorvastatin"),
        ("acetaminophen", "lisinopril"),
        ("amoxicillin", "metformin"),
        ("pantoprazole", "clopidogrel"),
        ("levothyroxine", "metformin"),
        ("metoprolol", "lisinopril"),
        ("insulin-glargine", "metformin"),
        ("cefazolin", "acetaminophen"),
    ],
)
def test_common_pairs_that_belong_together_raise_no_alarm(a, b):
    assert not {"contraindicated", "major", "moderate"} & set(_severities(a, b))
