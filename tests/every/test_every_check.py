"""Every check on the shelf goes through the same trials: its own examples, both languages, its help page."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from xinglin.models import reader
from xinglin.records import Chart, CheckCase, Issue
from xinglin.shelf import Shelf
from xinglin.shelf.promises import Check, Example

CHECKS = tuple(Shelf("xinglin.checks", "CHECK", Check))
PAGES = Path(__file__).parents[2] / "docs" / "look-up" / "checks"
AS_OF = "2026-03-10"
HARMLESS = (
    "",
    " ",
    "\n\n",
    "???",
    "。。。",
    "Thank you for your referral.",
    "1. 2. 3.",
    "\u0000",
    "𝟙𝟚𝟛 mg",
    "(((((",
    "））））",
    "°C °C 5",
    "a" * 3000,
    "无" * 500,
    "12/34/5678 99年13月45日",
    "９９９９年９９月",
)


def case_of(example: Example) -> CheckCase:
    """The case a check would see for an example: pasted text, with an identity a sentence of our own draft, an image, courses of an illness, or made pictures."""
    if example.image is not None:
        return CheckCase(example.language, (), image=example.image())
    if example.simulation is not None:
        return CheckCase(example.language, (), simulation=example.simulation())
    if example.pictures is not None:
        return CheckCase(example.language, (), pictures=example.pictures())
    if example.source:
        return CheckCase(example.language, reader.read_text(example.text, example.language, ()), source=example.source, as_of=AS_OF)
    sentences = reader.read_text(example.text, example.language, example.facts, identity=example.identity, as_of=AS_OF)
    cited = {sentence.id: tuple(fact.id for fact in example.facts) for sentence in sentences} if example.identity is not None else {}
    chart = Chart(identity=example.identity) if example.identity is not None else None
    return CheckCase(example.language, sentences, example.facts, cited, chart, as_of=AS_OF)


def run(check: Check, example: Example) -> tuple[Issue, ...]:
    return check.run(case_of(example))


def each(word: str) -> list:
    return [pytest.param(check, example, id=f"{check.name}: {example.text[:40]}") for check in CHECKS for example in getattr(check, word)]


@pytest.mark.parametrize(("check", "example"), each("fails"))
def test_what_must_be_caught_is_caught(check: Check, example: Example) -> None:
    issues = run(check, example)
    assert issues
    assert all(issue.check == check.name and issue.text for issue in issues)


@pytest.mark.parametrize(("check", "example"), [one for one in each("fails") if one.values[1].simulation or one.values[1].pictures])
def test_what_is_found_in_a_simulation_or_in_pictures_is_said_in_the_readers_language(check: Check, example: Example) -> None:
    said = {language: check.run(replace(case_of(example), language=language)) for language in ("en", "zh")}
    assert [issue.severity for issue in said["en"]] == [issue.severity for issue in said["zh"]]
    assert not any("\u4e00" <= sign <= "\u9fff" for issue in said["en"] for sign in issue.text)
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in issue.text) for issue in said["zh"])


@pytest.mark.parametrize(("check", "example"), each("passes"))
def test_what_is_right_is_left_alone(check: Check, example: Example) -> None:
    assert run(check, example) == ()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_it_is_explained_in_both_languages_with_examples_and_a_page(check: Check) -> None:
    assert check.title["en"] and check.title["zh"]
    assert check.why["en"].endswith(".") and check.why["zh"].endswith("。")
    assert check.fails and check.passes
    page = (PAGES / f"{check.name}.md").read_text(encoding="utf-8")
    assert check.name in page and "**Why.**" in page and ("How to resolve" in page or "What to do" in page)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_strange_text_raises_nothing(check: Check) -> None:
    for text in HARMLESS:
        for language in ("en", "zh"):
            for facts in ((), check.passes[0].facts):
                check.run(CheckCase(language, reader.read_text(text, language, facts), facts, as_of=AS_OF))  # type: ignore[arg-type]
