"""A disease run by torch in place of machine code: the same people, chance, steps and answers up to rounding, on the processor or a graphics card.

It serves diseases whose card holds the whole model. Steps are those the fast solver chose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.models.simulator.course import CardDisease
from xinglin.models.simulator.kernel import Kernel, Table
from xinglin.models.simulator.population import with_derived
from xinglin.models.simulator.torch_arithmetic import Arithmetic
from xinglin.models.simulator.torch_walk import Plan, Walk
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.simulator.kernel import People
    from xinglin.models.simulator.step_choice import Steps
    from xinglin.models.simulator.timeline import Timeline
    from xinglin.records.simulation import DiseaseCard, SimulationRequest
    from xinglin.shelf.promises import AbstractDisease

    Arrays = dict[str, NDArray[np.float64]]

SINGLE_ALLOWED = 1e-3
TOGETHER = {"cpu": 8_192, "cuda": 1_048_576}  # patients in one pass: what stays near the processor, or fills a graphics card


def in_torch(disease: AbstractDisease, device: str = "cpu", single: bool = False) -> TorchDisease:
    """The disease run by torch. Raises InvalidInput XL-SIM-060 without torch, 061 without the device, 062 for a model that is more than its card.

    single: 32-bit numbers, for graphics cards; the answers then agree to about four digits.
    """
    arithmetic = Arithmetic(device, single)
    see_that_its_card_is_all(disease)
    return TorchDisease(disease, arithmetic)


def see_that_its_card_is_all(disease: AbstractDisease) -> None:
    """Raises InvalidInput XL-SIM-062 for a disease with a solver of its own."""
    if not isinstance(disease, CardDisease):
        raise InvalidInput(
            "XL-SIM-062", f"torch cannot run {disease.card.name}", where="engine torch", why="the model has a solver of its own",
            fix="leave the engine out",
        )  # fmt: skip


class TorchDisease(CardDisease):
    """Everything a card disease does, with torch's kernel."""

    def __init__(self, disease: AbstractDisease, arithmetic: Arithmetic) -> None:
        super().__init__(disease.card)
        self.variants = disease.variants
        self.arithmetic = arithmetic
        self._fast = disease if isinstance(disease, CardDisease) else CardDisease(disease.card)
        self._kernel = TorchKernel(disease.card, arithmetic)

    def __getstate__(self) -> dict[str, object]:
        raise TypeError("what torch runs stays in its process")

    @property
    def engine(self) -> str:
        """What runs it, as provenance tells it."""
        number = "float32" if self.arithmetic.single else "float64"
        return f"torch {self.arithmetic.torch.__version__}, {self.arithmetic.device}, {number}"

    @property
    def kernel(self) -> TorchKernel:  # type: ignore[override]
        """Torch's."""
        return self._kernel

    def steps(self, request: SimulationRequest) -> Steps:
        """Those of the fast solver; single precision is content with a change that its own rounding makes."""
        steps = self._fast.steps(request)
        return replace(steps, allowed=SINGLE_ALLOWED) if self.arithmetic.single else steps

    def timeline(self, request: SimulationRequest) -> Timeline:
        """The fast solver's."""
        return self._fast._timeline(request)

    _timeline = timeline

    def halved(
        self, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]], first: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The fast solver's steps of each stretch, and how often it halved those of each person, (n,)."""
        self._see_request(request)
        timeline, values, steps = self.timeline(request), with_derived(self.card, traits), self.steps(request)
        thresholds = self._thresholds(request, first, len(next(iter(values.values()))))
        return steps.pieces, self._fast.kernel.solved(request, timeline, values, thresholds, steps)[2]


class TorchKernel(Kernel):
    """The fast solver's rounds, each made by torch."""

    def __init__(self, card: DiseaseCard, arithmetic: Arithmetic) -> None:
        super().__init__(card)
        self.arithmetic = arithmetic
        self.walk = Walk(card, self.form, arithmetic)

    def _run(
        self, people: People, timeline: Timeline, pieces: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]:
        plan = plan_of(timeline, pieces, people)
        count, size = people.start.shape[1], TOGETHER[self.arithmetic.device.partition(":")[0]]
        parts = [self._part(people.some(np.arange(first, min(first + size, count))), plan) for first in range(0, count, size)]
        observed, ends, hard = (np.concatenate(each, axis=axis) for each, axis in zip(zip(*parts, strict=True), (1, 1, 0), strict=True))
        return observed, ends, hard

    def _part(self, people: People, plan: Plan) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]:
        torch, tensor = self.arithmetic.torch, self.arithmetic.tensor
        rows = {"c": people.constants, "y": people.start, "m": people.modes, "r": people.decays, "x": people.limits}
        with torch.no_grad():
            s = self.walk.begun({name: [tensor(row) for row in values] for name, values in rows.items()}, people.start.shape[1])
            found = self.walk.course(s, plan, tensor(people.rule_limits), watched=True)
            seen = torch.stack([torch.stack(each) for each in found], dim=2).to(torch.float32)
            ends = [s[end].double().cpu().numpy() for end in self.walk.ends]
        return seen.cpu().numpy(), np.array(ends).reshape(len(ends), people.start.shape[1]), s["hard"].double().cpu().numpy()


def plan_of(timeline: Timeline, pieces: NDArray[np.int64], people: People) -> Plan:
    """A timeline with its steps, as torch walks it."""
    table = Table.of(timeline, pieces)
    jumps: dict[int, list[tuple[int, Any]]] = {}
    for mark, number, amount in timeline.jumps:
        jumps.setdefault(mark, []).append((number, amount))
    return Plan(
        marks=timeline.marks.tolist(), pieces=pieces.tolist(), widths=table.widths[table.which].tolist(), fresh=table.fresh.tolist(), jumps=jumps,
        infused={q: found for q, row in enumerate(timeline.infused.tolist()) if (found := _given(row))},
        switched=[dict(_given(row)) for row in timeline.switched.tolist()], looks=timeline.looks.tolist(), reads=timeline.reads.tolist(),
        rules=list(zip(people.rule_what.tolist(), people.rule_switch.tolist(), people.rule_amount.tolist(), strict=True)),
    )  # fmt: skip


def _given(row: list[float]) -> list[tuple[int, float]]:
    return [(number, amount) for number, amount in enumerate(row) if amount > 0]
