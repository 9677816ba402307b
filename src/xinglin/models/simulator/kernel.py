"""The fast solver: the compiled text of a card, given a request and people.

The greatest step is the request's; people whose course proves harder than the pilot's are run again with finer steps, each by
what their own course shows, so that nobody's numbers depend on who else is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.models.simulator.expressions import evaluate_each
from xinglin.models.simulator.form import form_of
from xinglin.models.simulator.kernel_source import kernel_text
from xinglin.models.simulator.step_choice import ROUNDS, RUN_OFF_ROUNDS, chosen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.simulator.step_choice import Steps
    from xinglin.models.simulator.timeline import Timeline
    from xinglin.records.simulation import DiseaseCard, SimulationRequest

    Arrays = dict[str, NDArray[np.float64]]


class Kernel:
    """The fast solver of one card; compiled when first used."""

    def __init__(self, card: DiseaseCard) -> None:
        self.card, self.form = card, form_of(card)
        self.text = kernel_text(card, self.form)
        self.natural = [state.name for state in card.states]

    @cached_property
    def compiled(self) -> Callable[..., None]:
        """The machine code."""
        from xinglin.models.simulator.compiled import module_of

        return module_of(self.text.source).solve

    def solve(
        self, request: SimulationRequest, timeline: Timeline, values: Arrays, thresholds: Mapping[str, NDArray[np.float64]], steps: Steps
    ) -> tuple[dict[str, NDArray[np.float32]], Arrays]:
        """Observables name -> (n, times) and ends name -> (n,), nan for "not yet". `values`: parameters and derived numbers."""
        observed, ends, _ = self.solved(request, timeline, values, thresholds, steps)
        told = {observable.name: observed[k] for k, observable in enumerate(self.card.observables)}
        return told, self._ends(values, ends)

    def solved(
        self, request: SimulationRequest, timeline: Timeline, values: Arrays, thresholds: Mapping[str, NDArray[np.float64]], steps: Steps
    ) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.int64]]:
        """Observables (kinds, n, times), moving ends (kinds, n), and how often each person's steps were halved, (n,)."""
        people = self.people(request, timeline, values, thresholds)
        observed, ends, hard = self._walked(people, timeline, steps.pieces)
        left, halved = np.flatnonzero(~(hard <= steps.hardest)), np.zeros(len(hard), np.int64)
        for number in range(1, ROUNDS):
            if not len(left):
                break
            finer, moments, harder = self._walked(people.some(left), timeline, steps.pieces * 2**number)
            before = with_ends(observed[:, left], ends[:, left], request.times)
            settled = steps.settled(before, with_ends(finer, moments, request.times))
            observed[:, left], ends[:, left], halved[left] = finer, moments, number
            left = left[~settled | (np.isnan(harder) & (number < RUN_OFF_ROUNDS))]
        return observed, ends, halved

    def _walked(
        self, people: People, timeline: Timeline, pieces: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]:
        """One walk; how hard a course is, is unknown (nan) where it ran off."""
        observed, ends, hard = self._run(people, timeline, pieces)
        return observed, ends, np.where(np.isfinite(observed).all(axis=(0, 2)), hard, np.nan)

    def chosen_steps(
        self, request: SimulationRequest, timeline: Timeline, values: Arrays, thresholds: Mapping[str, NDArray[np.float64]], allowed: float
    ) -> Steps:
        """The steps that keep these people's courses within `allowed`."""
        people = self.people(request, timeline, values, thresholds)
        whole = replace(timeline, reads=np.arange(len(timeline.marks)))

        def run(pieces: NDArray[np.int64], everywhere: bool) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
            observed, ends, hard = self._walked(people, whole if everywhere else timeline, pieces)
            return with_ends(observed, ends, timeline.marks if everywhere else request.times), hard

        return chosen(np.diff(timeline.marks), run, allowed)

    def people(
        self, request: SimulationRequest, timeline: Timeline, values: Arrays, thresholds: Mapping[str, NDArray[np.float64]]
    ) -> People:
        """What the machine code needs to know of these people."""
        form, count = self.form, len(next(iter(values.values())))
        start: dict[str, Any] = {**values, **{state.name: evaluate_each(state.start, values, count) for state in self.card.states}}

        def rows(texts: Any, known: Mapping[str, Any]) -> NDArray[np.float64]:
            found = np.empty((len(texts), count))
            for row, text in zip(found, texts, strict=True):
                row[:] = evaluate_each(text, known, count)
            return found

        limits = np.empty((sum(bool(end.hazard) for end in self.card.ends), count))
        for row, end in zip(limits, (end for end in self.card.ends if end.hazard), strict=True):
            row[:] = thresholds[end.name]
        rules = request.regimen.rules
        return People(
            rows(self.text.constants, values), rows(list(form.states.values()), start), rows([form.mode_starts[name] for name in form.modes], values),
            rows(list(form.modes.values()), values), limits, self._rule_limits(request, timeline, start, count) if rules else np.zeros((0, 2, count)),
            np.array([[o.name for o in self.card.observables].index(rule.observable) for rule in rules], np.int64),
            np.array([[t.name for t in self.card.treatments].index(rule.treatment) for rule in rules], np.int64),
            np.array([rule.amount for rule in rules], float),
        )  # fmt: skip

    def _rule_limits(self, request: SimulationRequest, timeline: Timeline, start: dict[str, Any], count: int) -> NDArray[np.float64]:
        """Below the first a switch goes off, above the second on again; `first` is the observable after the doses at the start."""
        known = dict(start)
        for mark, number, amount in timeline.jumps:
            if mark == 0:
                acts = self.card.treatments[number].acts
                known |= {name: evaluate_each(text, {**known, "dose": amount}, count) for name, text in acts.items()}
        found = np.empty((len(request.regimen.rules), 2, count))
        for row, rule in zip(found, request.regimen.rules, strict=True):
            text = next(observable.expression for observable in self.card.observables if observable.name == rule.observable)
            known["first"] = evaluate_each(text, {**known, "t": 0.0}, count)
            row[0], row[1] = evaluate_each(rule.stop, known, count), evaluate_each(rule.resume, known, count)
        return found

    def _run(
        self, people: People, timeline: Timeline, pieces: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]:
        count, table = people.start.shape[1], Table.of(timeline, pieces)
        observed = np.empty((len(self.card.observables), count, int((timeline.reads >= 0).sum())), np.float32)
        moving = sum(bool(end.condition or end.hazard) for end in self.card.ends)
        ends, hard = np.empty((moving, count)), np.empty(count)
        self.compiled(
            people.constants, people.start, people.modes, people.decays, people.limits, timeline.marks, table.pieces, table.widths, table.which,
            table.jump_from, table.jump_what, table.jump_dose, table.fresh, timeline.infused, timeline.switched, timeline.looks, people.rule_what,
            people.rule_switch, people.rule_limits, people.rule_amount, timeline.reads, observed, ends, hard,
        )  # fmt: skip
        return observed, ends, hard

    def _ends(self, values: Arrays, moving: NDArray[np.float64]) -> Arrays:
        order = [end.name for end in self.card.ends if end.hazard] + [end.name for end in self.card.ends if end.condition]
        count = moving.shape[1]
        return {end.name: evaluate_each(end.time, values, count) if end.time else moving[order.index(end.name)] for end in self.card.ends}


def with_ends(observed: NDArray[np.floating], ends: NDArray[np.float64], times: Iterable[float]) -> NDArray[np.float32]:
    """Observables (kinds, n, times) and below them, as if they were some more, what is known of each end's time at each time.

    That is the end's time once it is past, and before that the time itself.
    """
    known = np.fmin(ends[:, :, None], np.array(tuple(times), float))
    return np.concatenate([observed, known]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class People:
    """What the machine code needs to know of each person, patients last."""

    constants: NDArray[np.float64]
    start: NDArray[np.float64]
    modes: NDArray[np.float64]
    decays: NDArray[np.float64]
    limits: NDArray[np.float64]
    rule_limits: NDArray[np.float64]  # (rules, 2, n)
    rule_what: NDArray[np.int64]
    rule_switch: NDArray[np.int64]
    rule_amount: NDArray[np.float64]

    def some(self, which: NDArray[np.int64]) -> People:
        """These people alone."""
        per_person = ("constants", "start", "modes", "decays", "limits", "rule_limits")
        return replace(self, **{name: np.ascontiguousarray(getattr(self, name)[..., which]) for name in per_person})


@dataclass(frozen=True, eq=False)
class Table:
    """The timeline cut into steps no wider than a given width."""

    pieces: NDArray[np.int64]
    widths: NDArray[np.float64]
    which: NDArray[np.int64]
    jump_from: NDArray[np.int64]
    jump_what: NDArray[np.int64]
    jump_dose: NDArray[np.float64]
    fresh: NDArray[np.bool_]

    @classmethod
    def of(cls, timeline: Timeline, pieces: NDArray[np.int64]) -> Table:
        """So many steps between marks; marks where doses act, something switches or a rule looks are `fresh`."""
        each = np.array([float(f"{value:.10g}") for value in np.diff(timeline.marks) / pieces])
        widths, which = np.unique(each, return_inverse=True) if len(each) else (np.ones(1), np.zeros(0, np.int64))
        at = np.array([mark for mark, _, _ in timeline.jumps], np.int64)
        jump_from = np.searchsorted(at, np.arange(len(timeline.marks) + 1)).astype(np.int64)
        fresh = np.zeros(len(timeline.marks), np.bool_)
        fresh[0] = True
        fresh[at] = True
        fresh |= timeline.looks.any(axis=1)
        for held in (timeline.infused, timeline.switched):
            fresh[1:] |= (np.diff(held, axis=0) != 0).any(axis=1)
        return cls(
            pieces, widths, which.astype(np.int64).reshape(-1), jump_from, np.array([k for _, k, _ in timeline.jumps], np.int64),
            np.array([amount for _, _, amount in timeline.jumps], float), fresh,
        )  # fmt: skip
