"""The equations as the fast solver takes them: states that are stepped, and modes that decay exactly.

From the card's fast form where there is one. Otherwise from the natural equations, where a state whose rate is its own amount
times a constant of the person (a drug that is washed out) is a mode.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xinglin.models.simulator.expressions import names_of, parsed

if TYPE_CHECKING:
    from xinglin.records.simulation import DiseaseCard


@dataclass(frozen=True)
class Form:
    """Formulas by name; `acts` and `inputs`: treatment -> stepped state or mode -> formula of `dose`."""

    states: Mapping[str, str]  # start, over natural states and people; "" means: the natural state of that name
    rates: Mapping[str, str]
    modes: Mapping[str, str]  # rate of decay
    mode_starts: Mapping[str, str]
    natural: Mapping[str, str]
    acts: Mapping[str, Mapping[str, str]]
    inputs: Mapping[str, Mapping[str, str]]
    ends: Mapping[str, str]  # conditions and hazards told over stepped states and modes; others go through the natural states
    relative: bool  # errors of stepped states are judged relative to their size (natural), or as they are (logarithms, fractions)


def form_of(card: DiseaseCard) -> Form:
    """The form the kernel is made from."""
    if card.fast is not None:
        fast = card.fast
        starts = {name: fast.mode_starts.get(name, "0") for name in fast.modes}
        return Form(fast.states, fast.rates, fast.modes, starts, fast.natural, fast.acts, fast.mode_inputs, fast.ends, relative=False)
    people = {row.name for rows in (card.parameters, card.derived) for row in rows}
    decays = {state.name: found for state in card.states if (found := _decay(state.rate, state.name, people)) is not None}
    kept = {state.name: state for state in card.states if state.name not in decays}
    by_kind = {"jump": {}, "infusion": {}}
    for treatment in card.treatments:
        if treatment.kind != "switch":
            by_kind["infusion" if treatment.kind == "infusion" else "jump"][treatment.name] = treatment.acts
    return Form(
        states={name: name for name in kept},
        rates={name: state.rate for name, state in kept.items()},
        modes=decays,
        mode_starts={state.name: state.start for state in card.states if state.name in decays},
        natural={state.name: state.name for state in card.states},
        acts=by_kind["jump"],
        inputs=by_kind["infusion"],
        ends={},
        relative=True,
    )


def _decay(rate: str, state: str, people: set[str]) -> str | None:
    """The constant k when the rate is -k times the state, else None."""
    found = _slope(parsed(rate), state, people)
    return None if found is None else f"-({found})"


def _slope(node: ast.expr, state: str, people: set[str]) -> str | None:
    match node:
        case ast.Name(id=name) if name == state:
            return "1.0"
        case ast.UnaryOp(op=ast.USub(), operand=part) if (inner := _slope(part, state, people)) is not None:
            return f"-({inner})"
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            for one, other in ((left, right), (right, left)):
                if _is_constant(one, people) and (inner := _slope(other, state, people)) is not None:
                    return f"({ast.unparse(one)}) * ({inner})"
        case ast.BinOp(left=left, op=ast.Div(), right=right) if _is_constant(right, people):
            inner = _slope(left, state, people)
            return None if inner is None else f"({inner}) / ({ast.unparse(right)})"
        case ast.BinOp(left=left, op=(ast.Add() | ast.Sub()) as op, right=right):
            one, other = _slope(left, state, people), _slope(right, state, people)
            if one is not None and other is not None:
                return f"({one}) {'+' if isinstance(op, ast.Add) else '-'} ({other})"
    return None


def _is_constant(node: ast.expr, people: set[str]) -> bool:
    return names_of(ast.unparse(node)) <= people
