"""A stage that an option asks for is the stage of a cancer, and the whole of it."""

from __future__ import annotations

import pytest

from xinglin.records import Concept, Fact
from xinglin.records.therapy import Criterion
from xinglin.workup.options import held


def _problem(key, stage):
    return Fact(f"problem.{key}", "problem", Concept(key), key, (), key=f"term:{key}", details={"stage": stage})


def _asks(*stages):
    return Criterion(about="stage", is_="one-of", values=stages, en="stage", zh="分期", source="unread", verified=False)


@pytest.mark.parametrize(
    ("stage", "asked", "verdict"),
    [
        ("I", ("I",), "met"),
        ("IA", ("I",), "met"),
        ("II", ("I",), "not-met"),
        ("IV", ("I", "II", "III"), "not-met"),
        ("IIIB", ("III",), "met"),
        ("IVA", ("IV",), "met"),
        ("iv", ("IV",), "met"),
    ],
)
def test_a_stage_is_met_by_itself_and_its_letters_only(stage, asked, verdict):
    assert held(_asks(*asked), [_problem("breast-cancer", stage)]).verdict == verdict


def test_the_stage_of_weak_kidneys_is_no_stage_of_a_cancer():
    kidneys = _problem("chronic-kidney-disease", "3")
    assert held(_asks("3"), [kidneys]).verdict == "unknown"
    assert held(_asks("IV"), [kidneys, _problem("breast-cancer", "IV")]).verdict == "met"
