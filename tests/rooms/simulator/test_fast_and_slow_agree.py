"""The fast solver agrees with the slow one: on random people and treatments, and on random cards."""

import math
from typing import Any

import cards
import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from xinglin.models.simulator import lane_math, reference
from xinglin.models.simulator.course import ALLOWED, CardDisease, apart
from xinglin.models.simulator.kernel import Kernel
from xinglin.models.simulator.population import with_derived
from xinglin.models.simulator.timeline import laid_out
from xinglin.records.errors import OutOfResources
from xinglin.records.simulation import DiseaseCard, Dose, Observable, Regimen, Rule, State, Treatment


def test_a_residual_within_what_is_allowed_travels_with_a_request(tumour: CardDisease) -> None:
    residual = tumour.residual(cards.asked(cards.TUMOUR, regimen=cards.COURSE, seed=1))
    assert 0 < residual.greatest <= ALLOWED and residual.patients == 3 and residual.step > 0


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    chemo=st.lists(st.tuples(st.integers(0, 80), st.floats(0.1, 3)), max_size=5),
    beams=st.lists(st.tuples(st.integers(0, 80), st.floats(0.5, 3)), max_size=8, unique_by=lambda pair: pair[0]),
    ruled=st.booleans(),
)
def test_random_people_under_random_treatment(tumour: CardDisease, seed: int, chemo: list, beams: list, ruled: bool) -> None:
    doses = tuple(Dose(float(d), "chemo", a) for d, a in chemo) + tuple(Dose(d + 0.25, "beam", a) for d, a in beams)
    rules = (Rule("pill", "volume", "0.7 * first", "0.9 * first", 14.0),) if ruled else ()
    request = cards.asked(cards.TUMOUR, until=90.0, step=15.0, regimen=Regimen("random", doses=doses, rules=rules), seed=seed)
    people = tumour.draw(request, 10**9, 2)
    fast, slow = tumour.run(request, people, 10**9), tumour.reference(request, people, 10**9)
    for name in slow.observed:
        assert apart(fast.observed[name], slow.observed[name]) <= 2 * ALLOWED
    for name in slow.ends:
        np.testing.assert_allclose(fast.ends[name], slow.ends[name], rtol=1e-4)


def test_hard_people_get_finer_steps_until_they_agree_too(tumour: CardDisease) -> None:
    request = cards.asked(
        cards.TUMOUR, until=60.0, step=10.0, regimen=Regimen("one", doses=(Dose(0.0, "chemo", 1.0), Dose(14.0, "chemo", 2.0))), seed=2
    )
    people = {name: np.repeat(column[:1], 4) for name, column in tumour.draw(request, 0, 4).items()}
    people["loss"], people["kill"] = np.array([0.5, 2.0, 6.0, 15.0]), np.array([0.1, 0.5, 2.0, 5.0])
    fast, slow = tumour.run(request, people), tumour.reference(request, people)
    for name in ("volume", "share"):
        assert apart(fast.observed[name], slow.observed[name]) <= 5 * ALLOWED


PIECES = (
    "{a} * log({k} / ({x} + 0.1)) * {x}", "-{a} * {x} / ({b} + {x})", "{a} * ({y} - {x})", "{a} * {x} * (1 - {x} / {k})", "-{a} * sqrt({x} ** 2 + {b})",
    "{a} * tanh({y} - {x}) - 0.1 * {x}", "minimum({a}, {b} * {y}) - maximum(0.01, {a}) * {x}", "{a} * exp(-t / 5) - {b} * s * {x}",
    "({a} if t < 3 else {b}) - {a} * {x}", "{a} * ({y} ** 2 + 1) ** 0.75 - {b} * {x} ** 3", "where({x} > {y}, -{a}, {b}) * {x} * {y} ** -1 * 0.1",
    "-{a} * {x}", "-({x} / {k}) * 2",
)  # fmt: skip


@st.composite
def random_cards(draw: st.DrawFn) -> DiseaseCard:
    """Two to four states of random small laws, a dose, an infusion, a switch."""
    count = draw(st.integers(2, 4))
    names = [f"x{k}" for k in range(count)]
    numbers = [cards.number(f"p{k}", draw(st.floats(0.05, 0.6))) for k in range(3)] + [cards.number("k", 9.0)]
    states = []
    for k, name in enumerate(names):
        piece = draw(st.sampled_from(PIECES)).format(
            a=f"p{draw(st.integers(0, 2))}", b=f"p{draw(st.integers(0, 2))}", k="k", x=name, y=names[k - 1]
        )
        states.append(State(name, "1", repr(draw(st.floats(0.5, 3.0))), piece))
    treatments = (
        Treatment("jab", cards.WORDS, "1", "dose", {"x0": "x0 + dose * p0", "x1": "x1 * exp(-dose)"}),
        Treatment("drip", cards.WORDS, "1", "infusion", {"x1": "dose * p1"}), Treatment("s", cards.WORDS, "1", "switch"),
    )  # fmt: skip
    seen = (*(Observable(name, cards.WORDS, name, "1") for name in names), cards.seen("sum", " + ".join(names)))
    return DiseaseCard(
        "random",
        "1",
        cards.WORDS,
        cards.WORDS,
        cards.WORDS,
        "d",
        10.0,
        tuple(numbers),
        tuple(states),
        seen,
        cards.SOURCES,
        treatments=treatments,
    )


def read_plainly(kernel: Kernel) -> Any:
    """The kernel's own text, run by Python itself: what is judged is the text, and no compiler has to be waited for."""
    space: dict[str, Any] = {}
    text = kernel.text.source.replace("from numba import njit", "njit = lambda **options: lambda function: function")
    exec(text, space)
    plain = {"exp": math.exp, "log": lambda x: math.log(x) if x > 0 else -math.inf, "power": lambda x, y: x**y, "tanh": math.tanh}
    plain |= {"minimum": min, "maximum": max, "where": lambda c, x, y: x if c else y, "average_decay": lane_math.average_decay.py_func}
    space |= plain
    lane_math.average_decay.py_func.__globals__["exp"] = lane_math.exp
    return space["solve"]


@settings(max_examples=12, deadline=None)
@given(card=random_cards())
def test_random_cards(card: DiseaseCard) -> None:
    regimen = Regimen("r", doses=(Dose(1.0, "jab", 0.5), Dose(2.5, "drip", 1.0, 1.5), Dose(2.0, "s", 0.7, 3.0)))
    request = cards.asked(card, until=6.0, step=1.5, regimen=regimen)
    kernel, timeline = Kernel(card), laid_out(card, request)
    kernel.__dict__["compiled"] = read_plainly(kernel)
    values = with_derived(card, {row.name: np.full(1, row.value) for row in card.parameters})
    people = kernel.people(request, timeline, values, {})
    with np.errstate(all="ignore"):
        fast, finer = (kernel._run(people, timeline, np.full(len(timeline.marks) - 1, pieces))[0] for pieces in (24, 96))
    try:
        slow, _ = reference.solve(card, request, values, {})
    except OutOfResources:  # a card made up by chance whose course runs to a point where its rate is endless
        reject()
    for k, observable in enumerate(card.observables):
        truth = slow[observable.name]
        if np.isfinite(truth).all() and np.abs(truth).max() < 1e4 and np.abs(truth).min() > 0.05:
            assert apart(fast[k], truth) < 1e-3 or apart(finer[k], truth) < apart(fast[k], truth) / 32  # a hard card: by order four, 256


@pytest.mark.parametrize(
    ("ours", "theirs", "values"),
    [
        (lane_math.exp, np.exp, np.linspace(-700, 700, 4001)), (lane_math.log, np.log, np.exp(np.linspace(-700, 700, 4000))),
        (lane_math.log, np.log, np.linspace(0.5, 2, 4000)), (lane_math.tanh, np.tanh, np.linspace(-5, 5, 4000) ** 3 / 25),
        (lane_math.average_decay, lambda z: -np.expm1(-z) / z, np.linspace(-3, 40, 4000)),
    ],
)  # fmt: skip
def test_lane_arithmetic_is_the_library_s(ours: Any, theirs: Any, values: np.ndarray) -> None:
    np.testing.assert_allclose([ours(float(value)) for value in values], theirs(values), rtol=3e-14, atol=0)


def test_lane_arithmetic_keeps_what_is_no_number() -> None:
    assert math.isnan(lane_math.exp(math.nan)) and math.isnan(lane_math.log(-1.0)) and math.isnan(lane_math.log(math.nan))
    assert lane_math.log(0.0) == -math.inf and lane_math.log(math.inf) == math.inf and math.isnan(lane_math.maximum(math.nan, 1.0))
    assert lane_math.power(0.0, 0.5) == 0.0 and abs(lane_math.power(2.0, -1.5) - 2**-1.5) < 1e-15
