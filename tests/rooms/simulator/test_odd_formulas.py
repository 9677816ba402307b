"""Formulas that users write: impossible arithmetic gives inf or nan, unknown names are refused with their place."""

import cards
import numpy as np
import pytest

from xinglin.models.simulator.expressions import evaluate
from xinglin.models.simulator.timeline import laid_out
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Regimen, Rule


@pytest.mark.parametrize(
    ("text", "value"), [("1/0", np.inf), ("9**9**9", np.inf), ("(-8)**(1/3)", np.nan), ("0**-1", np.inf), ("1e400", np.inf)]
)
def test_impossible_arithmetic_is_a_number_never_a_crash(text: str, value: float) -> None:
    np.testing.assert_equal(float(evaluate(text, {})), value)


def test_a_function_is_no_name() -> None:
    with pytest.raises(InvalidInput, match="XL-SIM-002"):
        evaluate("exp", {})


@pytest.mark.parametrize(("stop", "resume", "place"), [("nosuch", "first", "stop"), ("first", "2 * volume", "resume")])
def test_a_rule_may_name_only_what_is_known_when_it_looks(stop: str, resume: str, place: str) -> None:
    rule = Rule("pill", "volume", stop, resume, 14.0)
    with pytest.raises(InvalidInput, match=f"XL-SIM-003(.|\n)*rule 1, {place}"):
        laid_out(cards.TUMOUR, cards.asked(cards.TUMOUR, regimen=Regimen("odd", rules=(rule,))))
