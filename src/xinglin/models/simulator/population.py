"""Virtual people: the parameters of each, drawn from the card's distributions.

Draws stay inside the range their source supports; correlated parameters are drawn together; who is not plausible is drawn anew.
A person's numbers depend on the seed and the person's number alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.simulator import streams
from xinglin.models.simulator.expressions import evaluate_each
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.simulation import DiseaseCard, Parameter, SimulationRequest

    Traits = dict[str, NDArray[np.float64]]

_ATTEMPTS = 2000


@dataclass(frozen=True, eq=False)
class Drawn:
    """The parameters, name -> (count,), and how often each person was drawn anew, (count,)."""

    traits: Traits
    redrawn: NDArray[np.int64]


def draw(card: DiseaseCard, request: SimulationRequest, first: int, count: int) -> Traits:
    """The parameters of patients `first` to `first + count - 1`, name -> (count,). Raises InvalidInput as `drawn` does."""
    return drawn(card, request, first, count).traits


def drawn(card: DiseaseCard, request: SimulationRequest, first: int, count: int) -> Drawn:
    """Parameters and the number of redraws.

    Raises InvalidInput XL-SIM-030 (a fixed trait the card does not have or cannot take), XL-SIM-031 (nobody plausible is found).
    """
    see_that_traits_fit(card, request.traits)
    people = np.arange(first, first + count)
    traits, kept = _attempt(card, request, people, 0)
    redrawn = np.zeros(count, np.int64)
    for attempt in range(1, _ATTEMPTS):
        if kept.all():
            return Drawn(traits, redrawn)
        again = np.flatnonzero(~kept)
        fresh, good = _attempt(card, request, people[again], attempt)
        for name, values in fresh.items():
            traits[name][again] = values
        redrawn[again] += 1
        kept[again] = good
    raise InvalidInput(
        "XL-SIM-031", "no plausible person is found", where=f"card {card.name}", why="ranges, correlations or `plausible` leave nearly nobody",
        fix="look at the fixed traits and the card's ranges",
    )  # fmt: skip


def with_derived(card: DiseaseCard, traits: Mapping[str, NDArray[np.float64]]) -> Traits:
    """The parameters and the numbers that follow from them. Raises InvalidInput XL-SIM-032 when a parameter is missing."""
    found: Traits = {}
    count = len(next(iter(traits.values()))) if traits else 1
    for parameter in card.parameters:
        if parameter.name not in traits:
            raise InvalidInput(
                "XL-SIM-032", f"the parameter {parameter.name} is not given", where=f"card {card.name}", fix="draw it, or give it"
            )
        found[parameter.name] = np.ascontiguousarray(np.broadcast_to(np.asarray(traits[parameter.name], float), (count,)))
    for derived in card.derived:
        found[derived.name] = evaluate_each(derived.expression, found, count)
    return found


def see_that_traits_fit(card: DiseaseCard, fixed: Mapping[str, float]) -> None:
    """Raises InvalidInput XL-SIM-030 for a fixed trait that is no parameter of the card, or no number it can take."""
    known = {parameter.name: parameter for parameter in card.parameters}
    for name, value in fixed.items():
        parameter = known.get(name)
        bad = parameter is None or not np.isfinite(value) or (parameter.distribution == "lognormal" and value <= 0)
        if bad or (parameter is not None and parameter.distribution == "logitnormal" and not 0 < value < 1):
            raise InvalidInput(
                "XL-SIM-030",
                f"the trait {name} cannot be fixed so",
                where=f"card {card.name}",
                fix="name a parameter and a number it can take",
            )


def at_scores(card: DiseaseCard, fixed: Mapping[str, float], scores: Mapping[str, NDArray[np.float64]]) -> tuple[Traits, NDArray[np.bool_]]:
    """People at given independent standard normal scores, name -> (count,), and whether each is plausible.

    What varies and is neither fixed nor scored raises KeyError; `varying` lists what must be scored. The same map that `draw` uses, so a
    standard normal score has the card's distribution, ranges and correlations.
    """
    from scipy.special import ndtr

    count = len(next(iter(scores.values()))) if scores else 1
    return _assembled(card, fixed, lambda name: ndtr(scores[name]), count)


def varying(card: DiseaseCard, fixed: Mapping[str, float]) -> tuple[str, ...]:
    """The parameters that differ between people and are not fixed, in the card's order."""
    return tuple(one.name for one in card.parameters if one.name not in fixed and one.distribution != "fixed" and one.spread != 0)


def _attempt(card: DiseaseCard, request: SimulationRequest, people: NDArray[np.int64], attempt: int) -> tuple[Traits, NDArray[np.bool_]]:
    """One try for these people: values, and whether to keep them."""

    def uniform(name: str) -> NDArray[np.float64]:
        return streams.uniforms_at(request.seed, f"parameter/{name}", people, attempt)

    return _assembled(card, request.traits, uniform, len(people))


def _assembled(
    card: DiseaseCard, fixed: Mapping[str, float], uniform_of: Callable[[str], NDArray[np.float64]], count: int
) -> tuple[Traits, NDArray[np.bool_]]:
    """Parameters from one uniform number each, in the card's order, and who is plausible.

    Correlated parameters are joined by their normal scores (a Gaussian copula), so a range does not change who they go with.
    """
    from scipy.special import ndtr

    groups = correlated_groups(card)
    member = {name: group for group in groups for name in group}
    kept = np.ones(count, np.bool_)
    traits: Traits = {}
    scores = _fixed_scores(card, fixed, member, count)
    for parameter in card.parameters:
        centre = _centre(parameter, traits, count)
        if parameter.name in fixed:
            traits[parameter.name] = np.full(count, float(fixed[parameter.name]))
            if parameter.name in member and parameter.name not in scores:
                scores[parameter.name] = _score(parameter, centre, traits[parameter.name])
            continue
        if parameter.distribution == "fixed" or parameter.spread == 0:
            traits[parameter.name] = centre
            continue
        uniform = uniform_of(parameter.name)
        group = member.get(parameter.name)
        if group is None:
            traits[parameter.name] = _inside(parameter, centre, uniform)
            continue
        scores[parameter.name] = _conditional(card, group, parameter.name, scores, uniform)
        traits[parameter.name] = _inside(parameter, centre, ndtr(scores[parameter.name]))
    if card.plausible:
        everything = with_derived(card, traits)
        for text in card.plausible:
            kept &= evaluate_each(text, everything, count) > 0
    return traits, kept


def _fixed_scores(card: DiseaseCard, fixed: Mapping[str, float], member: Mapping[str, tuple[str, ...]], count: int) -> Traits:
    """Standard normal scores of fixed traits that others correlate with, known before anything is drawn."""
    return {
        parameter.name: _score(parameter, np.full(count, float(parameter.value)), np.full(count, float(fixed[parameter.name])))
        for parameter in card.parameters
        if parameter.name in fixed and parameter.name in member and not parameter.typical
    }


def _centre(parameter: Parameter, traits: Traits, count: int) -> NDArray[np.float64]:
    return evaluate_each(parameter.typical, traits, count) if parameter.typical else np.full(count, float(parameter.value))


def _value(parameter: Parameter, centre: NDArray[np.float64], score: NDArray[np.float64]) -> NDArray[np.float64]:
    """The parameter at a standard normal score."""
    from scipy.special import expit, logit, ndtr

    match parameter.distribution:
        case "lognormal":
            return centre * np.exp(parameter.spread * score)
        case "logitnormal":
            return expit(logit(centre) + parameter.spread * score)
        case "uniform":
            return centre + parameter.spread * (2 * ndtr(score) - 1)
    return centre + parameter.spread * score


def _raw_score(parameter: Parameter, centre: NDArray[np.float64], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """The standard normal score of a value; -inf or inf beyond what the distribution can reach."""
    from scipy.special import logit, ndtri

    with np.errstate(all="ignore"):
        match parameter.distribution:
            case "lognormal":
                return np.log(np.maximum(value, 0) / centre) / parameter.spread
            case "logitnormal":
                return (logit(np.clip(value, 0, 1)) - logit(centre)) / parameter.spread
            case "uniform":
                return ndtri(np.clip((value - centre) / parameter.spread / 2 + 0.5, 0, 1))
        return (value - centre) / parameter.spread if parameter.spread else np.zeros_like(value)


def _score(parameter: Parameter, centre: NDArray[np.float64], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """The standard normal score of a value of the distribution cut to its range."""
    from scipy.special import ndtr, ndtri

    low, high = _shares(parameter, centre)
    with np.errstate(all="ignore"):
        return ndtri(np.clip((ndtr(_raw_score(parameter, centre, value)) - low) / (high - low), 0, 1))


def _shares(parameter: Parameter, centre: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares of the uncut distribution below the range and below its upper end."""
    from scipy.special import ndtr

    low, high = (ndtr(_raw_score(parameter, centre, np.full_like(centre, bound))) for bound in (parameter.low, parameter.high))
    return low, high


def _inside(parameter: Parameter, centre: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.float64]:
    """The distribution cut to its range, by its inverse: no redraw needed."""
    from scipy.special import ndtri

    if not (np.isfinite(parameter.low) or np.isfinite(parameter.high)):
        return _value(parameter, centre, ndtri(uniform))
    low, high = _shares(parameter, centre)
    return np.clip(_value(parameter, centre, ndtri(low + uniform * (high - low))), parameter.low, parameter.high)


def correlated_groups(card: DiseaseCard) -> tuple[tuple[str, ...], ...]:
    """Parameters that hang together by correlations, each group in the card's order."""
    order = [parameter.name for parameter in card.parameters]
    group = {name: {name} for name in order}
    for pair in card.correlations:
        joined = group[pair.first] | group[pair.second]
        for name in joined:
            group[name] = joined
    found = {tuple(name for name in order if name in members) for members in group.values() if len(members) > 1}
    return tuple(sorted(found, key=lambda names: order.index(names[0])))


def correlation_matrix(card: DiseaseCard, group: tuple[str, ...]) -> NDArray[np.float64]:
    """Correlations within a group; pairs the card does not name are uncorrelated."""
    matrix = np.eye(len(group))
    for pair in card.correlations:
        if pair.first in group and pair.second in group:
            i, j = group.index(pair.first), group.index(pair.second)
            matrix[i, j] = matrix[j, i] = pair.value
    return matrix


def _conditional(card: DiseaseCard, group: tuple[str, ...], name: str, scores: Traits, uniform: NDArray[np.float64]) -> NDArray[np.float64]:
    """The score of one member given those of the group already known: drawn before it, or fixed by the request.

    Raises InvalidInput XL-SIM-030 when what is fixed lies where the distribution has nobody.
    """
    from scipy.special import ndtri

    known = [i for i, member in enumerate(group) if member in scores]
    own, noise = group.index(name), ndtri(uniform)
    if not known:
        return noise
    matrix = correlation_matrix(card, group)
    weights = np.linalg.solve(matrix[np.ix_(known, known)], matrix[known, own])
    left = float(np.sqrt(max(0.0, 1.0 - float(matrix[own, known] @ weights))))
    mean = np.zeros_like(uniform)
    for weight, index in zip(weights, known, strict=True):
        mean = mean + float(weight) * scores[group[index]]
    if not np.isfinite(mean).all():
        raise InvalidInput("XL-SIM-030", "a fixed trait lies where nobody is", where=f"card {card.name}", fix="fix it within its range")
    return mean + left * noise
