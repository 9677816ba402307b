"""What makes a card one that can be run: every name known where it is used, every number possible, every source named.

Each fault is told with the place in the card.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.simulator.expressions import is_name, require
from xinglin.models.simulator.population import correlated_groups, correlation_matrix
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from xinglin.records.simulation import DiseaseCard, FastForm, Parameter

_RESERVED = {"t", "dose", "first"}


def see_that_it_can_run(card: DiseaseCard) -> None:
    """Raises InvalidInput XL-SIM-00x or 01x at the first fault."""
    place = f"card {card.name}"
    _see_names(card, place)
    for parameter in card.parameters:
        _see_parameter(parameter, f"{place}, parameter {parameter.name}")
    _see_sources(card, place)
    _see_correlations(card, place)
    people = _see_people(card, place)
    states = {state.name for state in card.states}
    switches = {treatment.name for treatment in card.treatments if treatment.kind == "switch"}
    for state in card.states:
        require(state.start, people, f"{place}, state {state.name}, start")
        require(state.rate, people | states | switches | {"t"}, f"{place}, state {state.name}, rate")
    _see_treatments(card, people, states, place)
    seen = {observable.name for observable in card.observables}
    for observable in card.observables:
        require(observable.expression, people | states | {"t"}, f"{place}, observable {observable.name}")
        if min(observable.proportional, observable.additive, observable.logarithmic) < 0:
            raise InvalidInput(
                "XL-SIM-005", "an error cannot be negative", where=f"{place}, observable {observable.name}", fix="correct it"
            )
    _see_ends(card, people | states | switches | {"t"}, people, place)
    ends = {end.name for end in card.ends}
    for harm in card.harms:
        if harm.end and harm.end not in ends:
            raise InvalidInput("XL-SIM-003", f"there is no end {harm.end}", where=f"{place}, harm {harm.name}", fix="name one of the card")
        if harm.observable not in seen:
            raise InvalidInput(
                "XL-SIM-003", f"there is no observable {harm.observable}", where=f"{place}, harm {harm.name}", fix="name one of the card"
            )
    if card.fast is not None:
        _see_fast(card, card.fast, people, states, switches, place)


def _see_names(card: DiseaseCard, place: str) -> None:
    words = [row.name for rows in (card.parameters, card.derived, card.states, card.treatments) for row in rows]
    if card.fast is not None:
        words += [name for name in (*card.fast.states, *card.fast.modes) if name not in {state.name for state in card.states}]
        if set(card.fast.states) & set(card.fast.modes):
            raise InvalidInput("XL-SIM-004", "a fast state and a mode bear the same name", where=place, fix="rename one")
    for word in words:
        if not is_name(word) or word in _RESERVED:
            raise InvalidInput(
                "XL-SIM-004", f"{word!r} cannot be a name in formulas", where=place, fix="use letters, digits and underscores"
            )
    twice = sorted({word for word in words if words.count(word) > 1})
    ends = [row.name for row in (*card.observables, *card.ends)]
    twice += sorted({word for word in ends if ends.count(word) > 1})
    if twice:
        raise InvalidInput("XL-SIM-004", f"{', '.join(twice)} is there twice", where=place, fix="rename one")
    if not card.states or not card.observables:
        raise InvalidInput("XL-SIM-004", "a card needs a state and an observable", where=place, fix="add them")


def _see_parameter(parameter: Parameter, place: str) -> None:
    value, spread, low, high = parameter.value, parameter.spread, parameter.low, parameter.high
    good = bool(np.isfinite(value)) and bool(np.isfinite(spread)) and spread >= 0 and low <= high
    if not parameter.typical:
        good &= low <= value <= high
        good &= parameter.distribution != "lognormal" or value > 0
        good &= parameter.distribution != "logitnormal" or 0 < value < 1
    if not good:
        raise InvalidInput(
            "XL-SIM-005",
            "value, spread or range cannot be",
            where=place,
            fix="value inside low and high, spread from 0 on, positive for lognormal",
        )


def _see_sources(card: DiseaseCard, place: str) -> None:
    rows = [("parameter", parameter.name, parameter.source, True) for parameter in card.parameters]
    for kind, items in (("correlation", card.correlations), ("treatment", card.treatments), ("regimen", card.regimens)):
        rows += [(kind, getattr(row, "name", ""), row.source, False) for row in items]
    for kind, items in (("observable", card.observables), ("end", card.ends), ("harm", card.harms)):
        rows += [(kind, row.name, row.source, False) for row in items]
    for kind, name, source, needed in rows:
        if (source and source not in card.sources) or (needed and not source):
            raise InvalidInput(
                "XL-SIM-006",
                f"the source {source!r} is not among the card's sources",
                where=f"{place}, {kind} {name}",
                fix="add it to `sources`",
            )


def _see_correlations(card: DiseaseCard, place: str) -> None:
    drawn = {p.name for p in card.parameters if p.distribution != "fixed" and p.spread > 0}
    for pair in card.correlations:
        if pair.first == pair.second or not {pair.first, pair.second} <= drawn or not -1 < pair.value < 1:
            raise InvalidInput(
                "XL-SIM-007", "a correlation needs two parameters that vary, and a value between -1 and 1",
                where=f"{place}, correlation of {pair.first} and {pair.second}", fix="correct it",
            )  # fmt: skip
    for group in correlated_groups(card):
        if np.linalg.eigvalsh(correlation_matrix(card, group)).min() <= 1e-12:
            raise InvalidInput(
                "XL-SIM-007",
                "the correlations contradict each other",
                where=f"{place}, {', '.join(group)}",
                fix="make them positive definite",
            )


def _see_people(card: DiseaseCard, place: str) -> frozenset[str]:
    """Names of parameters and derived numbers, after seeing that each formula names earlier ones only."""
    known: set[str] = set()
    for parameter in card.parameters:
        if parameter.typical:
            require(parameter.typical, known, f"{place}, parameter {parameter.name}, typical")
        known.add(parameter.name)
    for derived in card.derived:
        require(derived.expression, known, f"{place}, derived {derived.name}")
        known.add(derived.name)
    for number, text in enumerate(card.plausible):
        require(text, known, f"{place}, plausible {number + 1}")
    return frozenset(known)


def _see_treatments(card: DiseaseCard, people: frozenset[str], states: set[str], place: str) -> None:
    known = {treatment.name for treatment in card.treatments}
    for treatment in card.treatments:
        where = f"{place}, treatment {treatment.name}"
        if (treatment.kind == "switch") == bool(treatment.acts):
            raise InvalidInput(
                "XL-SIM-010", "a switch acts through its name alone, anything else through `acts`", where=where, fix="correct `acts`"
            )
        for state, text in treatment.acts.items():
            if state not in states:
                raise InvalidInput("XL-SIM-010", f"there is no state {state}", where=where, fix="name a state of the card")
            require(text, people | {"dose"} | (frozenset() if treatment.kind == "infusion" else states), f"{where}, acts on {state}")
    for regimen in card.regimens:
        for name in (*(dose.treatment for dose in regimen.doses), *(rule.treatment for rule in regimen.rules)):
            if name not in known:
                raise InvalidInput(
                    "XL-SIM-011", f"there is no treatment {name}", where=f"{place}, regimen {regimen.name}", fix="name one of the card"
                )


def _see_ends(card: DiseaseCard, moving: Iterable[str], people: frozenset[str], place: str) -> None:
    for end in card.ends:
        where = f"{place}, end {end.name}"
        if sum(map(bool, (end.condition, end.hazard, end.time))) != 1:
            raise InvalidInput(
                "XL-SIM-008", "an end is told in exactly one of three ways", where=where, fix="give condition, hazard or time"
            )
        require(end.condition or end.hazard or end.time, people if end.time else moving, where)


def _see_fast(card: DiseaseCard, fast: FastForm, people: frozenset[str], states: set[str], switches: set[str], place: str) -> None:
    moving, where = frozenset(fast.states) | frozenset(fast.modes), f"{place}, fast form"
    complete = set(fast.natural) == states and set(fast.rates) == set(fast.states)
    acting = {treatment.name: treatment for treatment in card.treatments}
    for name, treatment in acting.items():
        told = fast.mode_inputs if treatment.kind == "infusion" else fast.acts
        complete &= treatment.kind == "switch" or name in told
    complete &= set(fast.acts) | set(fast.mode_inputs) <= set(acting) and set(fast.mode_starts) <= set(fast.modes)
    complete &= all(set(acts) <= moving for acts in fast.acts.values()) and all(
        set(acts) <= set(fast.modes) for acts in fast.mode_inputs.values()
    )
    if not complete:
        raise InvalidInput(
            "XL-SIM-009", "the fast form does not say the same as the natural one", where=where,
            why="a natural state, a rate or a treatment's act is missing, or names something unknown", fix="tell each state, rate and act",
        )  # fmt: skip
    for name, text in fast.states.items():
        require(text, people | states, f"{where}, start of {name}")
    for name, text in fast.rates.items():
        require(text, people | moving | switches | {"t"}, f"{where}, rate of {name}")
    for name, text in fast.natural.items():
        require(text, people | moving, f"{where}, natural {name}")
    for name, text in fast.modes.items():
        require(text, people, f"{where}, mode {name}")
    for name, text in fast.mode_starts.items():
        require(text, people, f"{where}, start of {name}")
    moved = {end.name for end in card.ends if not end.time}
    for name, text in fast.ends.items():
        if name not in moved:
            raise InvalidInput("XL-SIM-009", f"there is no end {name} with a condition or hazard", where=where, fix="name one of the card")
        require(text, people | moving | switches | {"t"}, f"{where}, end {name}")
    for treatment, acts in fast.acts.items():
        for name, text in acts.items():
            require(text, people | moving | {"dose"}, f"{where}, {treatment} acts on {name}")
    for treatment, acts in fast.mode_inputs.items():
        for name, text in acts.items():
            require(text, people | {"dose"}, f"{where}, {treatment} enters {name}")
