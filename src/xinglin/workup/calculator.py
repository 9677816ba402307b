"""What a clinical calculator is: typed inputs with unit and range, one formula, a result that shows its working.

A calculator never guesses: a missing input, an unknown unit, a number outside the range the formula was made for, a child in an
adult formula: each is an InvalidInput with a code, never a number. Results are rounded half up to the calculator's `decimals`
for reading; `exact` keeps the unrounded number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NoReturn

from msgspec import Struct

from xinglin.knowledge import labs
from xinglin.records import Quantity
from xinglin.records.errors import InvalidInput

VERSION = "2026.1"
MEDCALC = (
    "github:ncbi-nlp/MedCalc-Bench calculator_implementations/{} at 20b10f9d66a8c3b0356ae3138533f5ec91666b6a; the paper was not opened"
)
Words = Mapping[str, str]  # "en" and "zh"
Given = Mapping[str, "Quantity | Decimal | int | float | str | bool | date"]


@dataclass(frozen=True)
class Number:
    """A number in `unit` (UCUM), from `low` to `high`, both included. `analyte` (a key of knowledge/labs) lets other units in."""

    name: str
    title: Words
    unit: str
    low: float
    high: float
    analyte: str = ""
    optional: bool = False


@dataclass(frozen=True)
class YesNo:
    """A criterion that is met or not. `points` is what it adds to a score."""

    name: str
    title: Words
    points: float = 1
    optional: bool = False


@dataclass(frozen=True)
class Choice:
    """One of a few answers. `options` maps the answer to its points (0 where points do not apply)."""

    name: str
    title: Words
    options: Mapping[str, float]
    optional: bool = False


@dataclass(frozen=True)
class Day:
    """A calendar day, YYYY-MM-DD."""

    name: str
    title: Words
    optional: bool = False


Input = Number | YesNo | Choice | Day


@dataclass(frozen=True)
class Source:
    """The paper a formula comes from, and what the author of this code opened to read it ("" when nothing could be)."""

    citation: str
    doi: str = ""
    source_read: str = ""

    @property
    def unverified(self) -> bool:
        """True when the formula was written from memory."""
        return not self.source_read


@dataclass(frozen=True)
class Answer:
    """What a formula returns: the value, the parts it is made of, and what to bear in mind."""

    value: float | date
    parts: tuple[tuple[str, float], ...] = ()
    caveats: tuple[Words, ...] = ()


class Result(Struct, frozen=True):
    """A worked result. `value` is rounded text in `unit`; `exact` is unrounded (None for a date); `steps` show the working."""

    calculator: str
    value: str
    unit: str
    exact: float | None
    parts: tuple[tuple[str, str], ...]
    steps: tuple[str, ...]
    caveats: tuple[Mapping[str, str], ...]
    citation: str
    doi: str
    source_read: str


class Values:
    """Checked inputs of one calculation, by name. Numbers are floats in the input's unit; an absent optional one is None."""

    def __init__(self, values: Mapping[str, float | bool | str | date | None]) -> None:
        self._values = values

    def number(self, name: str) -> float:
        """A number that was given."""
        value = self._values[name]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{name} is not a number")
        return float(value)

    def maybe(self, name: str) -> float | None:
        """A number, or None when it was not given."""
        return None if self._values.get(name) is None else self.number(name)

    def yes(self, name: str) -> bool:
        """Whether a criterion is met."""
        return self._values[name] is True

    def chosen(self, name: str) -> str:
        """The answer chosen."""
        return str(self._values[name])

    def day(self, name: str) -> date:
        """A day that was given."""
        value = self._values[name]
        if not isinstance(value, date):
            raise TypeError(f"{name} is not a day")
        return value


@dataclass(frozen=True)
class Calculator:
    """One formula or score. `formula_text` says it in one line; `applies_to` whom it was made for."""

    name: str
    title: Words
    inputs: tuple[Input, ...]
    formula: Callable[[Values], Answer]
    unit: str
    decimals: int
    formula_text: str
    source: Source
    loinc: str = ""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    applies_to: Words = field(default_factory=dict)

    def compute(self, given: Given, *, missing_as_absent: bool = False) -> Result:
        """The worked result. A plain number is taken in the input's own unit; a Quantity is converted.

        `missing_as_absent`: criteria that were not given count as not met, and a caveat names them; without it they are refused.
        Raises InvalidInput: XL-CALC-001 unknown input, 002 missing, 003 wrong type, 004 outside the range, 005 unit.
        """
        known = {one.name for one in self.inputs}
        for name in given:
            if name not in known:
                self._refuse("001", name, "this calculator has no such input", f"one of: {', '.join(sorted(known))}")
        values: dict[str, float | bool | str | date | None] = {}
        assumed: list[Input] = []
        for one in self.inputs:
            if one.name in given:
                values[one.name] = self._read(one, given[one.name])
            elif isinstance(one, YesNo) and missing_as_absent:
                values[one.name] = False
                assumed.append(one)
            elif one.optional:
                values[one.name] = None
            else:
                self._refuse("002", one.name, "it was not given", "give it, or let missing criteria count as absent")
        return self._worked(self.formula(Values(values)), values, assumed)

    def number(self, name: str, value: object) -> float:
        """A number as the input `name` would take it: checked and in that input's unit. Raises InvalidInput as `compute`."""
        for one in self.inputs:
            if one.name == name and isinstance(one, Number):
                return self._number(one, value)
        self._refuse("001", name, "this calculator has no such number", "see its inputs")

    def _worked(self, answer: Answer, values: Mapping[str, float | bool | str | date | None], assumed: Sequence[Input]) -> Result:
        exact = None if isinstance(answer.value, date) else float(answer.value)
        shown = answer.value.isoformat() if isinstance(answer.value, date) else rounded(answer.value, self.decimals)
        steps = [f"{one.name} = {_shown(one, values[one.name])}" for one in self.inputs if values.get(one.name) is not None]
        parts = tuple((name, rounded(value, 6).rstrip("0").rstrip(".")) for name, value in answer.parts)
        steps += [self.formula_text, *(f"{name}: {value}" for name, value in parts), f"= {shown}{' ' + self.unit if self.unit else ''}"]
        caveats = list(answer.caveats)
        if assumed:
            caveats.append({
                "en": "Counted as absent because not recorded: " + ", ".join(one.title["en"] for one in assumed),
                "zh": "未记录,按无计算:" + "、".join(one.title["zh"] for one in assumed),
            })  # fmt: skip
        source = self.source
        return Result(
            self.name, shown, self.unit, exact, parts, tuple(steps), tuple(caveats), source.citation, source.doi, source.source_read
        )

    def _read(self, one: Input, value: object) -> float | bool | str | date:
        if isinstance(one, YesNo):
            return value if isinstance(value, bool) else self._refuse("003", one.name, "yes or no is needed", "give True or False")
        if isinstance(one, Choice):
            wanted = f"one of: {', '.join(one.options)}"
            return (
                value
                if isinstance(value, str) and value in one.options
                else self._refuse("003", one.name, "not one of the answers", wanted)
            )
        if isinstance(one, Day):
            return self._day(one, value)
        return self._number(one, value)

    def _day(self, one: Day, value: object) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self._refuse("003", one.name, "not a calendar day", "write it as YYYY-MM-DD")

    def _number(self, one: Number, value: object) -> float:
        unit = (value.unit or value.shown_unit) if isinstance(value, Quantity) else one.unit
        if isinstance(value, Quantity) and value.comparator:
            self._refuse("003", one.name, "a bound such as '<' is not a number", "give a measured value")
        try:
            amount = Decimal(value.value if isinstance(value, Quantity) else str(value))
        except InvalidOperation:
            self._refuse("003", one.name, "not a number", f"a number in {one.unit or '1'}")
        if isinstance(value, bool) or not amount.is_finite():
            self._refuse("003", one.name, "not a number", f"a number in {one.unit or '1'}")
        if unit != one.unit:
            amount = self._converted(one, amount, unit)
        number = float(amount)
        if not one.low <= number <= one.high:
            self._refuse("004", one.name, "outside the range this formula may be used for", f"{one.low:g} to {one.high:g} {one.unit}")
        return number

    def _converted(self, one: Number, amount: Decimal, unit: str) -> Decimal:
        analyte = labs.analyte(one.analyte)
        if analyte is None:
            self._refuse("005", one.name, f"{unit or 'no unit'} cannot be converted", f"give it in {one.unit}")
        try:
            return labs.convert(analyte, amount, unit, one.unit)
        except InvalidInput as problem:
            self._refuse("005", one.name, problem.what, f"give it in {one.unit}")

    def _refuse(self, number: str, place: str, why: str, fix: str) -> NoReturn:
        raise InvalidInput(f"XL-CALC-{number}", f"{self.name} cannot be computed", where=place, why=why, fix=fix)


def rounded(value: float, decimals: int) -> str:
    """Decimal text rounded half up: rounded(2.345, 2) == "2.35"; never "-0"."""
    step = Decimal(1).scaleb(-decimals)
    result = Decimal(repr(round(float(value), 12))).quantize(step, rounding=ROUND_HALF_UP)
    return f"{result if result else abs(result):f}"


def outside(calculator: str, place: str, why: str, fix: str) -> NoReturn:
    """Refuse a combination of inputs a formula was not made for. Raises InvalidInput XL-CALC-004."""
    raise InvalidInput("XL-CALC-004", f"{calculator} cannot be computed", where=place, why=why, fix=fix)


def points(inputs: Sequence[Input], values: Values, *extra: tuple[str, float], caveats: tuple[Words, ...] = ()) -> Answer:
    """The sum of the points of the criteria met and answers chosen among `inputs`, plus `extra` parts."""
    parts = [(one.name, one.points) for one in inputs if isinstance(one, YesNo) and values.yes(one.name)]
    parts += [(one.name, one.options[values.chosen(one.name)]) for one in inputs if isinstance(one, Choice)]
    parts += extra
    return Answer(sum(score for _, score in parts), tuple((name, score) for name, score in parts if score), caveats)


def band(value: float, *steps: tuple[float, float]) -> float:
    """Points of the first step whose limit is above the value: band(x, (10, 0), (20, 1), (inf, 2))."""
    return next(score for limit, score in steps if value < limit)


def _shown(one: Input, value: float | bool | str | date | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}" + (f" {one.unit}" if isinstance(one, Number) and one.unit else "")
    return str(value)
