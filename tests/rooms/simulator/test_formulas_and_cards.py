"""Formulas are arithmetic and nothing else; a card that contradicts itself is refused with the place of the fault."""

import cards
import numpy as np
import pytest
from msgspec.structs import replace

from xinglin.models.simulator import expressions
from xinglin.models.simulator.timeline import laid_out
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Correlation, DiseaseCard, Dose, End, Parameter, Regimen, Rule, State


def test_a_formula_is_worked_out_for_many_people_at_once() -> None:
    found = expressions.evaluate_each("a if a > b else maximum(b, 2) ** 2 + -exp(0)", {"a": np.array([1.0, 5.0]), "b": 3.0}, 2)
    np.testing.assert_array_equal(found, [8.0, 5.0])


def test_impossible_arithmetic_gives_no_number_and_no_exception() -> None:
    assert np.isnan(expressions.evaluate_each("log(a) / 0", {"a": np.array([-1.0])}, 1)).all()


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "a.b", "a[0]", "lambda: 1", "open('x')", "exp(a, b)", "exp(x=1)", "'text'", "True", "a and b", "[1]", "a := 2", "1 < a < 2",
        "f'{a}'", "(a for a in b)", "exp(*a)", "a @ b", "a // 2", "a % 2", "~a", "None", "1j", "where(a, b)", "exp",
    ],
)  # fmt: skip
def test_more_than_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as found:
        expressions.require(text, {"a", "b"}, "here")
    assert found.value.code in ("XL-SIM-001", "XL-SIM-002", "XL-SIM-003") and found.value.where == "here"


def test_a_broken_formula_is_refused_and_so_is_a_very_long_one() -> None:
    for text in ("a +", "", "(" * 300 + "a" + ")" * 300, "-" * 5000 + "a"):
        with pytest.raises(InvalidInput):
            expressions.parsed(text, "here")


def with_parameter(card: DiseaseCard, name: str, **more: object) -> DiseaseCard:
    return replace(card, parameters=tuple(replace(row, **more) if row.name == name else row for row in card.parameters))


CARD = cards.TUMOUR
FAULTS = {
    "XL-SIM-003": replace(CARD, states=(*CARD.states[:2], State("drug", "mg", "0", "-loss * drug * unknown"))),
    "XL-SIM-004": replace(CARD, parameters=(*CARD.parameters, cards.number("rho", 1.0))),
    "XL-SIM-005": with_parameter(CARD, "rho", value=-1.0),
    "XL-SIM-006": with_parameter(CARD, "rho", source="nowhere"),
    "XL-SIM-007": replace(
        CARD, correlations=(Correlation("rho", "alpha", 0.9), Correlation("alpha", "start", 0.9), Correlation("rho", "start", -0.9))
    ),
    "XL-SIM-008": replace(CARD, ends=(End("death", cards.WORDS, condition="drug", hazard="drug"),)),
    "XL-SIM-009": replace(CARD, fast=replace(CARD.fast, acts={})) if CARD.fast else CARD,
    "XL-SIM-010": replace(CARD, treatments=(replace(CARD.treatments[0], acts={"nothing": "1"}), *CARD.treatments[1:])),
    "XL-SIM-011": replace(CARD, regimens=(Regimen("r", doses=(Dose(0.0, "unheard", 1.0),)),)),
}


@pytest.mark.parametrize("code", sorted(FAULTS))
def test_a_card_that_contradicts_itself_is_refused(code: str) -> None:
    with pytest.raises(InvalidInput) as found:
        expressions.check(FAULTS[code])
    assert found.value.code == code and found.value.where.startswith("card tumour")


def test_a_name_must_be_usable_in_formulas() -> None:
    for name in ("exp", "t", "first", "lambda", "two words", "_hidden", "dose"):
        with pytest.raises(InvalidInput):
            expressions.check(replace(CARD, parameters=(*CARD.parameters, Parameter(name, 1.0, "1", cards.WORDS, "made"))))


def test_good_cards_pass() -> None:
    expressions.check(CARD)
    expressions.check(cards.CLOSED_FORMS)


@pytest.mark.parametrize(
    ("code", "times", "regimen"),
    [
        ("XL-SIM-020", (), Regimen("r")), ("XL-SIM-020", (0.0, 2.0, 1.0), Regimen("r")), ("XL-SIM-020", (-1.0, 2.0), Regimen("r")),
        ("XL-SIM-020", (0.0, float("nan")), Regimen("r")), ("XL-SIM-021", (0.0, 1.0), Regimen("r", doses=(Dose(0.0, "unheard", 1.0),))),
        ("XL-SIM-021", (0.0, 1.0), Regimen("r", doses=(Dose(0.0, "drip", 1.0),))), ("XL-SIM-021", (0.0, 1.0), Regimen("r", doses=(Dose(0.0, "chemo", -1.0),))),
        ("XL-SIM-022", (0.0, 1.0), Regimen("r", rules=(Rule("chemo", "volume", "1", "2", 7.0),))),
        ("XL-SIM-022", (0.0, 1.0), Regimen("r", rules=(Rule("pill", "volume", "1", "2", 0.0),))),
        ("XL-SIM-022", (0.0, 1.0), Regimen("r", doses=(Dose(0.0, "pill", 1.0),), rules=(Rule("pill", "volume", "1", "2", 7.0),))),
        ("XL-SIM-023", (0.0, 1.0), Regimen("r", rules=(Rule("pill", "unheard", "1", "2", 7.0),))),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_served_is_refused(code: str, times: tuple[float, ...], regimen: Regimen) -> None:
    with pytest.raises(InvalidInput) as found:
        laid_out(CARD, replace(cards.asked(CARD, regimen=regimen), times=times))
    assert found.value.code == code
