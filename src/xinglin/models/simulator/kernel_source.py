"""The fast solver's source text, written from a card's form: 32 patients side by side in lanes, one plain loop per act.

Between two marks: Runge-Kutta of order four for the stepped states; modes are multiplied by their exact exponential. Every lane
is worked on alike, so a patient's numbers do not depend on who is in the next lane.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xinglin.models.simulator.expressions import names_of
from xinglin.models.simulator.formula_source import Writing
from xinglin.models.simulator.landing_source import LAND
from xinglin.models.simulator.lane_text import LANES, LaneText

if TYPE_CHECKING:
    from xinglin.models.simulator.form import Form
    from xinglin.records.simulation import DiseaseCard, End


@dataclass(frozen=True)
class KernelText:
    """The source text, and the formulas (of the person alone) whose values are its first argument, in order."""

    source: str
    constants: tuple[str, ...]


def kernel_text(card: DiseaseCard, form: Form) -> KernelText:
    """The text for a card; it depends on nothing but the card."""
    return Writer(card, form).text()


class Writer:
    """A card's formulas as lines over lane variables; `text` joins them to a function. torch_walk.py reads the same lines for whole tensors."""

    def __init__(self, card: DiseaseCard, form: Form) -> None:
        self.card, self.form = card, form
        self.writing = Writing(frozenset(row.name for rows in (card.parameters, card.derived) for row in rows))
        self.states, self.modes = list(form.rates), list(form.modes)
        self.hazards = [end for end in card.ends if end.hazard]
        self.conditions = [end for end in card.ends if end.condition]
        self.switches = [treatment.name for treatment in card.treatments if treatment.kind == "switch"]
        names = [f"y{k}" for k in range(len(self.states) + len(self.hazards))]
        names += [f"m{k}" for k in range(len(self.modes))] + [f"u{k}" for k in range(len(self.switches))]
        names += [f"big{k}" for k in range(len(self.states))] if form.relative else []
        names += [f"f{k}" for k in range(len(self.modes))] + [
            f"d{k}" for k in range(len(self.modes))
        ]  # half-step factor, and that of an input
        names += [f"r{k}" for k in range(len(self.modes))]  # rates of decay
        names += [f"q{k}" for k in range(len(self.states))] + [f"v{k}" for k in range(len(self.modes))]  # inputs to states and modes
        names += [f"x{k}" for k in range(len(self.hazards))]  # thresholds of hazards
        names += [f"e{k}" for k in range(len(self.hazards) + len(self.conditions))]
        moving = self.hazards or self.conditions
        self.kept = {f"y{k}": f"ybefore{k}" for k in range(len(self.states) + len(self.hazards))} if moving else {}
        self.kept |= {f"m{k}": f"mbefore{k}" for k in range(len(self.modes))} if moving else {}  # where a step began
        names += [*self.kept.values(), "hard", "seen"]
        self.rows = {name: str(number * LANES) for number, name in enumerate(names)}
        self.height = len(names)
        self.has_inputs = any(form.inputs.values())
        self.state_inputs = {name for acts in form.inputs.values() for name in acts if name in self.states}
        self.mode_inputs = {name for acts in form.inputs.values() for name in acts if name in self.modes}
        self.out = LaneText(self.rows)

    def text(self) -> KernelText:
        """The whole, in an order that is always the same."""
        body = self._landing() + self._body()
        constants = tuple(self.writing.constants)
        head = [
            '"""Made from a disease card by kernel_source.py."""',
            "import math",
            "",
            "import numpy as np",
            "from numba import njit",
            "",
            "from xinglin.models.simulator.lane_math import average_decay, exp, log, maximum, minimum, power, tanh, where",
            "",
            f"CONSTANTS = {self.height * LANES}",
            f"ROWS = {self.height + len(constants)}",
            "",
            "",
        ]
        return KernelText("\n".join(head + body) + "\n", constants)

    def _names(self, states: str, modes: str, time: str) -> dict[str, str]:
        """Formula name -> lane variable, with these letters for states and modes."""
        names = {name: f"{states}{k}" for k, name in enumerate(self.states)} | {name: f"{modes}{k}" for k, name in enumerate(self.modes)}
        return names | {name: f"u{k}" for k, name in enumerate(self.switches)} | {"t": time}

    def _natural(self, texts: Iterable[str], names: dict[str, str], prefix: str) -> tuple[list[str], dict[str, str]]:
        """Lines that make the natural states these formulas use, and the names to use for them."""
        natural = {state.name for state in self.card.states}
        used = sorted({name for text in texts for name in names_of(text)} & natural)
        lines, found = [], {"t": names["t"]} | {name: names[name] for name in self.switches}
        for k, name in enumerate(used):
            told = self.writing.source(self.form.natural[name], names)
            if re.fullmatch(r"\w+", told):
                found[name] = told
            else:
                lines.append(f"{prefix}{k} = {told}")
                found[name] = f"{prefix}{k}"
        return lines, found

    def _ending(self, ends: Iterable[End], names: dict[str, str], prefix: str) -> tuple[list[str], list[str]]:
        """Lines to put first, and the source of each end's condition or hazard."""
        ends = list(ends)
        through = [end.condition or end.hazard for end in ends if end.name not in self.form.ends]
        lines, natural = self._natural(through, names, prefix)
        told = [
            self.writing.source(self.form.ends[end.name], names)
            if end.name in self.form.ends
            else self.writing.source(end.condition or end.hazard, natural)
            for end in ends
        ]
        return lines, told

    # -- the parts of the function ------------------------------------------------------------

    def _body(self) -> list[str]:
        out = self.out
        steps, acts = LaneText(self.rows), LaneText(self.rows)
        self._steps(steps)
        self._acts(acts)
        infusions, looks, corner, read = LaneText(self.rows), LaneText(self.rows), LaneText(self.rows), LaneText(self.rows)
        self._in_force(infusions)
        self._looks(looks)
        self._corner(corner)
        self._read(read)
        out.put(
            0,
            '@njit(error_model="numpy", nogil=True, cache=True)',
            "def solve(C, Y, M, K, limits, marks, pieces, widths, which, jump_from, jump_what, jump_dose, fresh, infused, switched,",
            "          looks, rule_what, rule_switch, rule_limits, rule_amount, reads, observed, ends, hard_out):",
        )
        out.put(1, "n = Y.shape[1]", "s = np.zeros(ROWS * 32)", "on = np.zeros((max(1, len(rule_what)), 32))")
        if self.modes:
            out.put(1, *(f"{table} = np.zeros((len(widths), {len(self.modes)}, 32))" for table in ("half", "area")))
        out.put(1, "for b in range((n + 31) // 32):")
        self._load(out)
        out.put(2, "last = -1", "for q in range(len(marks)):", "    now = marks[q]")
        out.lines += acts.lines + looks.lines + infusions.lines + corner.lines + read.lines + steps.lines
        out.put(2, "for j in range(min(32, n - b * 32)):", "    i = b * 32 + j", f"    hard_out[i] = s[{self.rows['hard']} + j]")
        for k in range(len(self.hazards) + len(self.conditions)):
            out.put(3, f"ends[{k}, i] = s[{self.rows[f'e{k}']} + j]")
        return out.lines

    def _load(self, out: LaneText) -> None:
        out.put(
            2,
            "for j in range(32):",
            "    i = min(b * 32 + j, n - 1)",
            "    for k in range(C.shape[0]):",
            "        s[CONSTANTS + k * 32 + j] = C[k, i]",
        )
        for k in range(len(self.states)):
            out.put(3, f"s[{self.rows[f'y{k}']} + j] = Y[{k}, i]")
            if self.form.relative:
                out.put(3, f"s[{self.rows[f'big{k}']} + j] = abs(Y[{k}, i])")
        for k in range(len(self.hazards)):
            out.put(3, f"s[{self.rows[f'y{len(self.states) + k}']} + j] = 0.0", f"s[{self.rows[f'x{k}']} + j] = limits[{k}, i]")
        for k in range(len(self.modes)):
            out.put(3, f"s[{self.rows[f'm{k}']} + j] = M[{k}, i]")
            out.put(3, f"s[{self.rows[f'r{k}']} + j] = K[{k}, i]")
        for k in range(len(self.hazards) + len(self.conditions)):
            out.put(3, f"s[{self.rows[f'e{k}']} + j] = math.nan")
        out.put(3, f"s[{self.rows['hard']} + j] = 0.0", "for r in range(len(rule_what)):", "    on[r, j] = rule_amount[r]")
        for k, name in enumerate(self.modes):
            row = self.rows[f"r{k}"]
            out.put(
                2,
                "for w in range(len(widths)):",
                "    h = 0.5 * widths[w]",
                "    for j in range(32):",
                f"        half[w, {k}, j] = exp(-h * s[{row} + j])",
            )
            if name in self.mode_inputs:
                out.put(4, f"area[w, {k}, j] = h * average_decay(h * s[{row} + j])")

    def _acts(self, out: LaneText) -> None:
        jumping = [(k, treatment) for k, treatment in enumerate(self.card.treatments) if treatment.kind in ("dose", "fraction")]
        if not jumping:
            return
        out.put(3, "for x in range(jump_from[q], jump_from[q + 1]):", "    dose = jump_dose[x]")
        for k, treatment in jumping:
            out.put(4, f"if jump_what[x] == {k}:")
            lines = self.act_lines(treatment.name)
            if lines:
                out.lanes(5, lines)
            else:
                out.put(5, "pass")

    def act_lines(self, treatment: str) -> list[str]:
        """What a dose changes."""
        names, acts = self._names("y", "m", "now") | {"dose": "dose"}, self.form.acts.get(treatment, {})
        lines = [f"new{number} = {self.writing.source(text, names)}" for number, text in enumerate(acts.values())]
        lines += [f"{names[name]}@ = new{number}" for number, name in enumerate(acts)]
        if self.form.relative:
            for number, name in enumerate(acts):
                if name in self.states:
                    place = self.states.index(name)
                    lines.append(f"big{place}@ = maximum(big{place}, abs(new{number}))")
        return lines

    def _looks(self, out: LaneText) -> None:
        if not self.switches:
            return
        out.put(3, "for r in range(len(rule_what)):", "    if looks[q, r]:")
        for k, observable in enumerate(self.card.observables):
            out.put(5, f"if rule_what[r] == {k}:")
            out.lanes(6, self.seen_lines(observable.expression))
        seen = self.rows["seen"]
        out.put(
            5,
            "for j in range(32):",
            "    i = min(b * 32 + j, n - 1)",
            f"    if s[{seen} + j] < rule_limits[r, 0, i]:",
            "        on[r, j] = 0.0",
        )
        out.put(6, f"elif s[{seen} + j] > rule_limits[r, 1, i]:", "    on[r, j] = rule_amount[r]")

    def _in_force(self, out: LaneText) -> None:
        """Switch values and inputs, renewed where they may change."""
        if not self.switches and not self.has_inputs:
            return
        out.put(3, "if fresh[q]:")
        kinds = {treatment.name: k for k, treatment in enumerate(self.card.treatments)}
        for k, name in enumerate(self.switches):
            row = self.rows[f"u{k}"]
            out.put(4, "for j in range(32):", f"    s[{row} + j] = switched[q, {kinds[name]}]")
            out.put(4, "for r in range(len(rule_what)):", f"    if rule_switch[r] == {kinds[name]}:")
            out.put(6, "for j in range(32):", f"    s[{row} + j] = on[r, j]")
        for target in self.input_rows():
            out.lanes(4, [f"{target}@ = 0.0"])
        for name in self.form.inputs:
            out.put(4, f"dose = infused[q, {kinds[name]}]", "if dose > 0.0:")
            lines = self.input_lines(name)
            if lines:
                out.lanes(5, lines)
            else:
                out.put(5, "pass")

    def input_rows(self) -> dict[str, str]:
        """Rows of what infusions add, each with the state or mode it belongs to."""
        rows = {f"q{self.states.index(name)}": name for name in self.state_inputs}
        rows |= {f"v{self.modes.index(name)}": name for name in self.mode_inputs}
        return dict(sorted(rows.items()))

    def input_lines(self, treatment: str) -> list[str]:
        """What an infusion adds."""
        rows = {name: row for row, name in self.input_rows().items()}
        return [
            f"{rows[to]}@ = {rows[to]} + {self.writing.source(text, {'dose': 'dose'})}" for to, text in self.form.inputs[treatment].items()
        ]

    def _corner(self, out: LaneText) -> None:
        """Conditions looked at where the course may jump."""
        if not self.conditions:
            return
        out.put(3, "if fresh[q]:")
        out.lanes(4, self.corner_lines())

    def corner_lines(self) -> list[str]:
        """Which conditions hold now."""
        lines, told = self._ending(self.conditions, self._names("y", "m", "now"), "n")
        for k, text in enumerate(told):
            ending = f"e{len(self.hazards) + k}"
            lines.append(f"now{k} = {text}")
            lines.append(f"{ending}@ = where((now{k} > 0.0) & ({ending} != {ending}), now, {ending})")
        return lines

    def _read(self, out: LaneText) -> None:
        out.put(3, "if reads[q] >= 0:")
        for k, observable in enumerate(self.card.observables):
            out.lanes(4, self.seen_lines(observable.expression))
            out.put(4, "for j in range(min(32, n - b * 32)):", f"    observed[{k}, b * 32 + j, reads[q]] = s[{self.rows['seen']} + j]")

    def seen_lines(self, expression: str) -> list[str]:
        """What an observable shows."""
        lines, natural = self._natural([expression], self._names("y", "m", "now"), "n")
        return [*lines, f"seen@ = {self.writing.source(expression, natural)}"]

    def _steps(self, out: LaneText) -> None:
        out.put(3, "if q + 1 < len(marks):", "    h = widths[which[q]]", "    h2, h6 = 0.5 * h, h / 6.0")
        for k in range(len(self.modes)):
            first = "if which[q] != last:"
            out.put(4, first, "    for j in range(32):", f"        s[{self.rows[f'f{k}']} + j] = half[which[q], {k}, j]")
            if self.modes[k] in self.mode_inputs:
                out.put(6, f"s[{self.rows[f'd{k}']} + j] = area[which[q], {k}, j]")
        out.put(4, "last = which[q]", "for p in range(pieces[q]):", "    t = now + p * h", "    tm, te = t + h2, t + h")
        out.lanes(5, self.step_lines())
        if self.kept:
            ended = " or ".join(f"s[{self.rows[f'e{k}']} + j] == math.inf" for k in range(len(self.hazards) + len(self.conditions)))
            out.put(5, "landing = 0", f"for j in range({LANES}):", f"    if {ended}:", "        landing += 1")
            out.put(5, "if landing > 0:", "    land(s, t, h)")

    def _rates(self, names: Mapping[str, str], stage: int) -> list[str]:
        lines = []
        for k, name in enumerate(self.states):
            given = f" + q{k}" if name in self.state_inputs else ""
            lines.append(f"k{stage}_{k} = {self.writing.source(self.form.rates[name], names)}{given}")
        if self.hazards:
            more, told = self._ending(self.hazards, dict(names), f"n{stage}_")
            lines += more + [f"k{stage}_{k} = {text}" for k, text in enumerate(told, len(self.states))]
        return lines

    def step_lines(self, watched: bool = True) -> list[str]:
        """One step of width `h`; `watched`: with how hard it is and which ends come."""
        count = len(self.states) + len(self.hazards)
        lines = []
        for k, name in enumerate(self.modes):
            given = (f" + v{k} * d{k}") if name in self.mode_inputs else ""
            lines += [f"mh{k} = m{k} * f{k}{given}", f"me{k} = mh{k} * f{k}{given}"]
        lines += self._rates(self._names("y", "m", "t"), 1)
        for stage, (factor, modes, time) in enumerate((("h2", "mh", "tm"), ("h2", "mh", "tm"), ("h", "me", "te")), 2):
            lines += [f"a{stage}_{k} = y{k} + {factor} * k{stage - 1}_{k}" for k in range(len(self.states))]
            lines += self._rates(self._names(f"a{stage}_", modes, time), stage)
        lines += [f"z{k} = y{k} + h6 * (k1_{k} + 2.0 * (k2_{k} + k3_{k}) + k4_{k})" for k in range(count)]
        if watched:
            lines += self._hardness() + self._ended() + [f"{row}@ = {name}" for name, row in self.kept.items()]
        lines += [f"y{k}@ = z{k}" for k in range(count)] + [f"m{k}@ = me{k}" for k in range(len(self.modes))]
        return lines

    def _hardness(self) -> list[str]:
        """How much the two middle slopes of each step disagree, added up over the course: tells who needs smaller steps."""
        lines, sums = [], "hard"
        for k in range(len(self.states)):
            difference = f"abs(h * (k3_{k} - k2_{k}))"
            if self.form.relative:
                lines += [f"size{k} = maximum(big{k}, abs(z{k}))", f"big{k}@ = size{k}"]
                difference = f"{difference} / (size{k} + 1e-300)"
            sums += f" + {difference}"
        return [*lines, f"hard@ = {sums}"] if self.states else []

    def _ended(self) -> list[str]:
        """Ends that come within the step are marked inf: `land` finds their times."""
        lines = []
        for k in range(len(self.hazards)):
            lines.append(f"e{k}@ = where((z{len(self.states) + k} > x{k}) & (e{k} != e{k}), math.inf, e{k})")
        if self.conditions:
            more, told = self._ending(self.conditions, self._names("z", "me", "te"), "nz")
            lines += more
            for k, text in enumerate(told, len(self.hazards)):
                lines += [f"then{k} = {text}", f"e{k}@ = where((then{k} > 0.0) & (e{k} != e{k}), math.inf, e{k})"]
        return lines

    def _landing(self) -> list[str]:
        """The functions that find when within its last step an end came, on the cubic with the step's values and slopes at both ends."""
        if not self.kept:
            return []
        before = {name: self.rows[row] for name, row in self.kept.items()}
        after = {name.replace("y", "z").replace("m", "me"): self.rows[name] for name in self.kept}
        told = LaneText(self.rows | before | after)
        told.put(0, '@njit(error_model="numpy", nogil=True, cache=True)', "def beyond(s, j, x, t, h, part):")
        told.put(1, "rest, te, ta = 1.0 - part, t + h, t + part * h")
        told.put(1, "old, new = rest * rest * (1.0 + 2.0 * part), part * part * (3.0 - 2.0 * part)")
        told.lane(1, self.past_lines())
        count = len(self.hazards) + len(self.conditions)
        for k in range(count):
            told.put(1, f"if x == {k}:", f"    return past{k}")
        told.put(1, "return math.nan", "", "")
        return [*told.lines, *LAND.format(ends=self.rows["e0"], count=count, lanes=LANES).splitlines(), "", ""]

    def past_lines(self) -> list[str]:
        """How far beyond each end the course is at `part` of the step between the y, m of its start and the z, me of its end."""
        lines = self._rates(self._names("y", "m", "t"), 1) + self._rates(self._names("z", "me", "te"), 2)
        for k in range(len(self.states) + len(self.hazards)):
            lines.append(f"a{k} = old * y{k} + new * z{k} + h * part * rest * (rest * k1_{k} - part * k2_{k})")
        for k, name in enumerate(self.modes):
            given = f" + v{k} * part * h * average_decay(part * h * r{k})" if name in self.mode_inputs else ""
            lines.append(f"ma{k} = m{k} * exp(-part * h * r{k}){given}")
        lines += [f"past{k} = a{len(self.states) + k} - x{k}" for k in range(len(self.hazards))]
        if self.conditions:
            more, conditions = self._ending(self.conditions, self._names("a", "ma", "ta"), "na")
            lines += more + [f"past{k} = {text}" for k, text in enumerate(conditions, len(self.hazards))]
        return lines
