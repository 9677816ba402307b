"""How much a course changes with a parameter, with the amount of a dose, with its moment: exact slopes of the solver's own steps.

`sensitivities` gives them per patient and time (forward differentiation, every direction in one pass). `differentiable` gives courses as
tensors for losses of one's own, to be differentiated backward.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from xinglin.models.simulator.population import with_derived
from xinglin.models.simulator.torch_arithmetic import Arithmetic
from xinglin.models.simulator.torch_engine import TOGETHER, in_torch
from xinglin.models.simulator.torch_plan import Given, moving_plan
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Sensitivities

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.simulator.torch_arithmetic import Tensor
    from xinglin.models.simulator.torch_engine import TorchDisease
    from xinglin.records.simulation import DiseaseCard, SimulationRequest
    from xinglin.shelf.promises import AbstractDisease

    Arrays = Mapping[str, NDArray[np.float64]]

_FINER = 2  # a slope by a moment is the small difference of two large ones


def sensitivities(
    disease: AbstractDisease, request: SimulationRequest, traits: Arrays, observables: Sequence[str] = (), parameters: Sequence[str] = (), *,
    doses: bool = False, first: int = 0, device: str = "cpu",
) -> Sensitivities:  # fmt: skip
    """The slope of each observable by each parameter, in the units of both, for each person at each time; NaN where nobody is observed,
    and by the moment of a dose at that very moment.

    Every other parameter stays as it is; numbers that the card derives follow. observables: default all; parameters: default those that vary
    between people. doses: also by the amount and by the moment of each dose of the regimen. Where a rule switches, its moments stay as they are.
    Raises InvalidInput XL-SIM-06x without torch, for a model that is more than its card, or for a name the card does not have.
    """
    served = in_torch(disease, device)
    card = served.card
    seen = _known(card, "observable", observables, [row.name for row in card.observables]) or tuple(row.name for row in card.observables)
    names = _known(card, "parameter", parameters, [row.name for row in card.parameters])
    names = names or tuple(row.name for row in card.parameters if row.distribution != "fixed" and row.spread > 0)
    plain = replace(request, measured=False)
    block = disease.run(plain, traits, first)
    count, wide = block.patients, len(names) + (2 * len(request.regimen.doses) if doses else 0)
    slopes = np.full((len(seen), wide, count, len(request.times)), np.nan)
    each = max(1, TOGETHER[device.partition(":")[0]] // max(1, wide))
    for pieces, which in _alike(served, plain, traits, first):
        for some in (which[start : start + each] for start in range(0, len(which), each)):
            people = {name: np.asarray(column)[some] for name, column in traits.items()}
            slopes[:, :, some] = _slopes(served, plain, people, pieces * (_FINER if doses else 1), names, doses, seen)
    for row, name in zip(slopes, seen, strict=True):
        row[:, np.isnan(block.observed[name])] = np.nan
    by = len(names), len(names) + (wide - len(names)) // 2
    for dose, row in zip(request.regimen.doses, range(by[1], wide), strict=False):
        slopes[:, row, :, np.isclose(block.times, dose.time, atol=1e-9, rtol=0)] = np.nan  # before the dose or after it: no slope
    return Sensitivities(
        card.name, card.version, first, block.times, {name: block.observed[name] for name in seen},
        {name: dict(zip(names, row, strict=False)) for name, row in zip(seen, slopes, strict=True)},
        {name: row[by[0] : by[1]] for name, row in zip(seen, slopes, strict=True)},
        {name: row[by[1] :] for name, row in zip(seen, slopes, strict=True)},
    )  # fmt: skip


def differentiable(
    disease: AbstractDisease, request: SimulationRequest, parameters: Mapping[str, Tensor], *, amounts: Sequence[Any] | None = None,
    moments: Sequence[Any] | None = None, first: int = 0, device: str = "cpu",
) -> dict[str, Tensor]:  # fmt: skip
    """Observables as tensors (n, times), joined to the tensors they are made of: every parameter (n,), and amounts and moments of the doses.

    Ends do not stop these courses. Raises InvalidInput as `sensitivities` does.
    """
    served = in_torch(disease, device)
    torch, given = served.arithmetic.torch, Given.of(request.regimen)
    meant = Given(given.amounts if amounts is None else amounts, given.moments if moments is None else moments)
    traits = {name: column.detach().double().cpu().numpy() for name, column in parameters.items()}
    found, order = [], []
    for pieces, which in _alike(served, replace(request, measured=False), traits, first):
        at = torch.as_tensor(which, device=device)
        values = {name: served.arithmetic.tensor(column)[at] for name, column in parameters.items()}
        held = Given([_of(one, at, torch) for one in meant.amounts], [_of(one, at, torch) for one in meant.moments])
        found.append(_courses(served, request, values, {name: column[which] for name, column in traits.items()}, pieces, held))
        order.append(which)
    back = torch.as_tensor(np.argsort(np.concatenate(order)), device=device)
    whole = torch.cat(found, dim=1)[:, back]
    return {row.name: whole[k] for k, row in enumerate(served.card.observables)}


def _of(value: Any, which: Tensor, torch: Any) -> Any:
    return value[which] if torch.is_tensor(value) and value.dim() else value


def _known(card: DiseaseCard, kind: str, asked: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    for name in asked:
        if name not in known:
            raise InvalidInput("XL-SIM-063", f"{card.name} has no {kind} {name!r}", where=f"{kind}s", fix=f"one of: {', '.join(known)}")
    return tuple(asked)


def _alike(
    served: TorchDisease, request: SimulationRequest, traits: Arrays, first: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """The steps of each stretch, and who is followed with them: whoever is harder to follow has more."""
    steps, halved = served.halved(request, traits, first)
    for times in np.unique(halved):
        yield steps * 2 ** int(times), np.flatnonzero(halved == times)


def _slopes(
    served: TorchDisease,
    request: SimulationRequest,
    traits: Arrays,
    pieces: NDArray[np.int64],
    names: Sequence[str],
    doses: bool,
    seen: Sequence[str],
) -> NDArray[np.float64]:
    """(observables, directions, n, times): everybody once per direction, side by side."""
    tensor, torch = served.arithmetic.tensor, served.arithmetic.torch
    forward = _forward(torch)
    given = Given.of(request.regimen)
    count = len(next(iter(traits.values())))
    wide = len(names) + (2 * len(given.amounts) if doses else 0)
    repeated = {name: np.tile(column, wide) for name, column in traits.items()}

    def along(direction: int, values: Any) -> Tensor:
        tangent = torch.zeros((wide, count), dtype=served.arithmetic.dtype, device=served.arithmetic.device)
        tangent[direction] = 1.0
        return forward.make_dual(tensor(values) + torch.zeros_like(tangent).reshape(-1), tangent.reshape(-1))

    with torch.no_grad(), forward.dual_level():
        values = {name: along(names.index(name), column) if name in names else tensor(column) for name, column in repeated.items()}
        if doses:
            places = range(len(names), len(names) + len(given.amounts))
            amounts = [along(k, amount) for k, amount in zip(places, given.amounts, strict=True)]
            given = Given(amounts, [along(k + len(amounts), moment) for k, moment in zip(places, given.moments, strict=True)])
        course = _courses(served, request, values, repeated, pieces, given)
        tangent = forward.unpack_dual(course).tangent
        found = torch.zeros_like(course) if tangent is None else tangent
    order = [row.name for row in served.card.observables]
    return found.double().cpu().numpy().reshape(len(order), wide, count, -1)[[order.index(name) for name in seen]]


def _forward(torch: Any) -> Any:
    """Torch's forward differentiation; its first use compiles scripts of its own in a way that torch itself deprecates."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        with torch.autograd.forward_ad.dual_level():
            torch.autograd.forward_ad.make_dual(torch.zeros(1), torch.ones(1))
    return torch.autograd.forward_ad


def _courses(
    served: TorchDisease, request: SimulationRequest, values: Mapping[str, Tensor], plain: Arrays, pieces: NDArray[np.int64], given: Given
) -> Tensor:
    """Observables (kinds, n, times). `plain`: the parameters as numbers, for what has no slope."""
    arithmetic, kernel, card = served.arithmetic, served.kernel, served.card
    timeline, walk = served.timeline(request), served.kernel.walk
    numbers = with_derived(card, plain)
    count = len(next(iter(numbers.values())))
    people = kernel.people(request, timeline, numbers, {end.name: np.zeros(count) for end in card.ends if end.hazard})
    known = _begun(card, arithmetic, values)
    rows = {
        "c": walk.constants, "y": kernel.form.states.values(), "m": [kernel.form.mode_starts[name] for name in kernel.form.modes], "r": kernel.form.modes.values()
    }  # fmt: skip
    s = walk.begun(
        {letter: [arithmetic.tensor(arithmetic.evaluate(text, known)) for text in texts] for letter, texts in rows.items()}, count
    )
    plan = moving_plan(card, request.regimen, timeline, pieces, people, given)
    found = walk.course(s, plan, arithmetic.tensor(people.rule_limits), watched=False)
    return arithmetic.torch.stack([arithmetic.torch.stack(each) for each in found], dim=2)


def _begun(card: DiseaseCard, arithmetic: Arithmetic, values: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Parameters, derived numbers and natural states at the start."""
    known = dict(values)
    for derived in card.derived:
        known[derived.name] = arithmetic.evaluate(derived.expression, known)
    return known | {state.name: arithmetic.evaluate(state.start, known) for state in card.states}
