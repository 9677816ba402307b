"""One pass over a card's courses in torch: the lines of the fast solver's text, each over everybody at once instead of lane by lane.

Steps, order of acts and the exact modes are those of kernel_source.py, so the numbers are its numbers up to rounding. Every line is
arithmetic of tensors, so slopes by parameters, amounts and moments of doses come with the course.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from xinglin.models.simulator.kernel_source import Writer
from xinglin.models.simulator.lane_text import LaneText

if TYPE_CHECKING:
    from xinglin.models.simulator.form import Form
    from xinglin.models.simulator.torch_arithmetic import Arithmetic, Tensor
    from xinglin.records.simulation import DiseaseCard

Rows = dict[str, Any]  # lane variable -> (n,)


@dataclass(frozen=True, eq=False)
class Plan:
    """What is done when, in the order of the marks. Numbers, or tensors where a slope is asked for."""

    marks: Sequence[Any]
    pieces: Sequence[int]  # steps of each stretch
    widths: Sequence[Any]  # of one step of each stretch
    fresh: Sequence[bool]
    jumps: Mapping[int, Sequence[tuple[int, Any]]]  # mark -> treatment, amount
    infused: Mapping[int, Sequence[tuple[int, Any]]]  # mark -> treatment, amount per unit of time
    switched: Sequence[Mapping[int, Any]]  # from each mark on
    looks: Sequence[Sequence[bool]]
    reads: Sequence[int]
    rules: Sequence[tuple[int, int, float]]  # observable, treatment, amount


class _Whole(LaneText):
    """Lines over whole rows."""

    def place(self, word: str) -> str | None:
        """The row of that name."""
        if word[0] == "c" and word[1:].isdecimal():
            return f's["{word}"]'
        return f's["{self.rows[word]}"]' if word in self.rows else None


class Walk:
    """The functions of one card over tensors of one kind."""

    def __init__(self, card: DiseaseCard, form: Form, arithmetic: Arithmetic) -> None:
        self.card, self.form, self.arithmetic = card, form, arithmetic
        self.writer = Writer(card, form)
        self.constants = self.writer.text().constants
        self.ends = [f"e{k}" for k in range(len(self.writer.hazards) + len(self.writer.conditions))]
        self.switches = {k: name for k, name in enumerate(one.name for one in card.treatments) if name in self.writer.switches}
        self._seen: dict[int, Callable[..., None]] = {}
        self._acts: dict[int, Callable[..., None]] = {}
        self._inputs: dict[int, Callable[..., None]] = {}

    def begun(self, rows: Mapping[str, Sequence[Tensor]], count: int) -> Rows:
        """The rows at the start: constants c, stepped states y, modes m with their decay r, and limits x of hazards, each (n,) or a number."""
        nought = self.arithmetic.tensor([0.0] * count)
        s = {f"{letter}{k}": row for letter, each in rows.items() for k, row in enumerate(each)}
        s |= {f"y{len(self.writer.states) + k}": nought for k in range(len(self.writer.hazards))}
        s |= {f"big{k}": abs(row) for k, row in enumerate(rows["y"])} if self.form.relative else {}
        return s | {end: nought + math.nan for end in self.ends} | {"hard": nought}

    def course(self, s: Rows, plan: Plan, limits: Any, watched: bool) -> list[list[Tensor]]:
        """Observables at each read, in the card's order, each (n,). `s` is used up; with `watched` it then holds ends `e` and `hard`.

        limits: (rules, 2, n), below the first a switch goes off, above the second on again.
        """
        on: list[Any] = [amount for _, _, amount in plan.rules]
        found: list[list[Tensor]] = []
        factors: dict[Any, Rows] = {}
        for q, now in enumerate(plan.marks):
            for number, amount in plan.jumps.get(q, ()):
                self._act(number)(s, now, amount)
            for r, (what, _, amount) in enumerate(plan.rules):
                if plan.looks[q][r]:
                    self._see(what)(s, now)
                    on[r] = self._turned(s["seen"], limits[r], on[r], amount)
            if plan.fresh[q]:
                self._in_force(s, q, plan, on)
                if watched and self.writer.conditions:
                    self._corner(s, now)
            if plan.reads[q] >= 0:
                found.append([self._look(k, s, now) for k in range(len(self.card.observables))])
            if q + 1 < len(plan.marks):
                self._stretch(s, now, plan.widths[q], plan.pieces[q], factors, watched)
        return found

    def _stretch(self, s: Rows, now: Any, width: Any, pieces: int, factors: dict[Any, Rows], watched: bool) -> None:
        key = width if isinstance(width, float) else id(width)
        if key not in factors:
            factors[key] = self._half(s, width)
        s.update(factors[key])
        step = self._watched_step if watched else self._plain_step
        for p in range(pieces):
            t = now + p * width
            step(s, t, width)
            if watched and self.ends:
                self._land(s, t, width)

    def _half(self, s: Rows, width: Any) -> Rows:
        """What half a step leaves of each mode, and what an input adds in it."""
        found: Rows = {}
        h = 0.5 * width
        for k, name in enumerate(self.writer.modes):
            found[f"f{k}"] = self.arithmetic.exp(-h * s[f"r{k}"])
            if name in self.writer.mode_inputs:
                found[f"d{k}"] = h * self.arithmetic.average_decay(h * s[f"r{k}"])
        return found

    def _turned(self, seen: Tensor, limits: Any, on: Any, amount: float) -> Tensor:
        where = self.arithmetic.where
        return where(seen < limits[0], 0.0, where(seen > limits[1], amount, on))

    def _in_force(self, s: Rows, q: int, plan: Plan, on: Sequence[Any]) -> None:
        tensor = self.arithmetic.tensor
        ruled = {treatment: on[r] for r, (_, treatment, _) in enumerate(plan.rules)}
        for k, number in enumerate(self.switches):
            s[f"u{k}"] = tensor(ruled.get(number, plan.switched[q].get(number, 0.0)))
        for row in self.writer.input_rows():
            s[row] = tensor(0.0)
        for number, rate in plan.infused.get(q, ()):
            self._input(number)(s, rate)

    def _look(self, observable: int, s: Rows, now: Any) -> Tensor:
        self._see(observable)(s, now)
        return s["seen"] + 0.0 * s["hard"]  # everybody's, also where the observable is the same for all

    # -- the lines as functions -----------------------------------------------------------------

    def _function(
        self, lines: Sequence[str], arguments: str, rows: Mapping[str, str] | None = None, answer: str = ""
    ) -> Callable[..., Any]:
        text = _Whole({name: name for name in self.writer.rows} if rows is None else rows)
        text.lane(1, lines)
        body = _each_once([line.strip().replace("1e-300", "TINY") for line in text.lines])
        told = [f"def walked({arguments}):", *(f"    {line}" for line in body), f"    return {answer or None}", ""]
        return self.arithmetic.function("walked", "\n".join(told))

    def _kept(
        self, store: dict[int, Callable[..., None]], key: int, lines: Callable[[], Sequence[str]], arguments: str
    ) -> Callable[..., None]:
        if key not in store:
            store[key] = self._function(lines(), arguments)
        return store[key]

    def _act(self, number: int) -> Callable[..., None]:
        return self._kept(self._acts, number, lambda: self.writer.act_lines(self.card.treatments[number].name), "s, now, dose")

    def _see(self, number: int) -> Callable[..., None]:
        return self._kept(self._seen, number, lambda: self.writer.seen_lines(self.card.observables[number].expression), "s, now")

    def _input(self, number: int) -> Callable[..., None]:
        return self._kept(self._inputs, number, lambda: self.writer.input_lines(self.card.treatments[number].name), "s, dose")

    @cached_property
    def _corner(self) -> Callable[..., None]:
        return self._function(self.writer.corner_lines(), "s, now")

    @cached_property
    def _watched_step(self) -> Callable[..., None]:
        return self._function([*_MOMENTS, *self.writer.step_lines()], "s, t, h")

    @cached_property
    def _plain_step(self) -> Callable[..., None]:
        return self._function([*_MOMENTS, *self.writer.step_lines(watched=False)], "s, t, h")

    @cached_property
    def _past(self) -> Callable[..., tuple[Tensor, ...]]:
        """How far beyond each end, at a part of the last step."""
        before = {name: row for name, row in self.writer.kept.items()}
        after = {name.replace("y", "z").replace("m", "me"): name for name in self.writer.kept}
        rows = {name: name for name in self.writer.rows} | before | after
        answer = "".join(f"past{k}, " for k in range(len(self.ends)))
        return self._function([*_WITHIN, *self.writer.past_lines()], "s, t, h, part", rows, f"({answer})")

    def _land(self, s: Rows, t: Any, h: Any) -> None:
        """When within the step just made each end came that came in it; the method of landing_source.py, many at once."""
        torch = self.arithmetic.torch
        for k, end in enumerate(self.ends):
            landing = torch.isposinf(s[end])
            if not bool(landing.any()):
                continue
            which = torch.nonzero(landing)[:, 0]
            some = {name: row[which] if row.dim() and len(row) == len(landing) else row for name, row in s.items() if name not in self.ends}
            moments = t + h * self._landed(lambda part, some=some, k=k: self._past(some, t, h, part)[k], len(which), t, h)
            s[end] = s[end].index_put((which,), self.arithmetic.tensor(moments))

    def _landed(self, past: Callable[[Tensor], Tensor], count: int, t: Any, h: Any) -> Tensor:
        torch, tensor = self.arithmetic.torch, self.arithmetic.tensor
        low, high = tensor([0.0] * count), tensor([1.0] * count)
        below, above = past(low), past(high)
        at_once, found, side = below > 0.0, high, torch.zeros_like(low)
        left = ~at_once
        for _ in range(80):
            if not bool(left.any()):
                break
            before, guess = found, high - above * (high - low) / (above - below)
            guess = torch.where((low < guess) & (guess < high), guess, 0.5 * (low + high))
            value = past(guess)
            over, under = left & (value > 0.0), left & ~(value > 0.0)
            found = torch.where(left, guess, found)
            below = torch.where(over & (side > 0), 0.5 * below, torch.where(under, value, below))
            above = torch.where(under & (side < 0), 0.5 * above, torch.where(over, value, above))
            high, low = torch.where(over, guess, high), torch.where(under, guess, low)
            side = torch.where(over, 1.0, torch.where(under, -1.0, side))
            left = left & ~((value == 0.0) | (abs(found - before) * h <= 1e-8 * (t + found * h)))
        return torch.where(at_once, 0.0, found)


_MOMENTS = ("h2 = 0.5 * h", "h6 = h / 6.0", "tm = t + h2", "te = t + h")
_WITHIN = (
    "rest = 1.0 - part", "te = t + h", "ta = t + part * h", "old = rest * rest * (1.0 + 2.0 * part)", "new = part * part * (3.0 - 2.0 * part)",
)  # fmt: skip


def _each_once(lines: Sequence[str]) -> list[str]:
    """The same lines with every expression worked out once: no name in them is given two meanings."""
    writer = _Once()
    for line in lines:
        (statement,) = ast.parse(line).body
        assert isinstance(statement, ast.Assign)
        told = ast.unparse(writer.visit(statement.value))
        writer.lines.append(f"{ast.unparse(statement.targets[0])} = {told}")
    return writer.lines


class _Once(ast.NodeTransformer):
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.known: dict[str, str] = {}

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if not isinstance(node, ast.BinOp | ast.UnaryOp | ast.Call | ast.Compare):
            return node
        told = ast.unparse(node)
        if told not in self.known:
            self.known[told] = f"o{len(self.known)}"
            self.lines.append(f"{self.known[told]} = {told}")
        return ast.Name(self.known[told], ast.Load())
