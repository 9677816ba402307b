"""What must hold in every row: read from words, checked against the real table, and kept by construction where that can be.

A sum is left out and reckoned anew; of `a <= b` the distance is learnt instead of b; columns that belong together become one. What cannot be
built in so is left to drawing again, which is counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from xinglin.models.synthesis.asking import value_of
from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.table import TableColumn, TableDesign, TableRule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]
    Table = Mapping[str, Row]

FORMS = '"a <= b", "a < b", "total = a + b", "0 <= a <= 10", "a, b together"'


def rule_of(text: str, design: TableDesign) -> TableRule:
    """A rule from words. Raises UsageError XL-TABLE-020 when it cannot be read or names no column."""
    words = text.strip()
    if words.endswith(" together"):
        return TableRule("together", _columns(words.removesuffix(" together").split(","), design, text))
    pieces = [piece.strip() for piece in re.split(r"(<=|>=|<|>|=)", words)]
    if len(pieces) == 3 and pieces[1] == "=" and "+" in pieces[2]:
        return TableRule("sum", _numbers((pieces[0], *pieces[2].split("+")), design, text))
    if any(sign in (">", ">=") for sign in pieces[1::2]):
        pieces = [{">": "<", ">=": "<="}.get(piece, piece) for piece in reversed(pieces)]
    if len(pieces) in (3, 5) and set(pieces[1::2]) <= {"<", "<="}:
        named = [piece in design.names for piece in pieces[::2]]
        if named == [True, True]:
            return TableRule("at_most", _numbers(pieces[::2], design, text), strict=pieces[1] == "<")
        if named in ([True, False], [False, True], [False, True, False]) and len(set(pieces[1::2])) == 1:
            column = design.column(pieces[::2][named.index(True)])
            low = value_of(column, pieces[0]) if not named[0] else float("-inf")
            high = value_of(column, pieces[-1]) if not named[-1] else float("inf")
            return TableRule("range", _numbers((column.name,), design, text), low, high, pieces[1] == "<")
    raise _unread(text)


def _unread(text: str) -> UsageError:
    return UsageError("XL-TABLE-020", "a constraint cannot be read", where=text, fix=f"write it as one of {FORMS}")


def _columns(names: Sequence[str], design: TableDesign, text: str) -> tuple[str, ...]:
    found = tuple(name.strip() for name in names)
    unknown = [name for name in found if name not in design.names]
    if unknown or len(set(found)) < 2 or len(set(found)) < len(found) or {design.time, design.event} & set(found):
        raise _unread(text)
    return found


def _numbers(names: Sequence[str], design: TableDesign, text: str) -> tuple[str, ...]:
    found = tuple(name.strip() for name in names)
    if any(name not in design.names or design.column(name).kind == "category" for name in found) or len(set(found)) < len(found):
        raise _unread(text)
    return found


def broken(rule: TableRule, table: Table, known: Table | None = None) -> NDArray[np.bool_]:
    """The rows in which a rule does not hold; a row that misses one of its columns keeps it. `known`: where combinations may come from."""
    values = [table[name] for name in rule.columns]
    missing = np.isnan(np.column_stack(values)).any(axis=1)
    with np.errstate(invalid="ignore"):
        if rule.kind == "at_most":
            wrong = values[0] >= values[1] if rule.strict else values[0] > values[1]
        elif rule.kind == "sum":
            wrong = ~np.isclose(values[0], np.sum(values[1:], axis=0), rtol=1e-9, atol=1e-6)
        elif rule.kind == "range":
            wrong = (values[0] <= rule.low) | (values[0] >= rule.high) if rule.strict else (values[0] < rule.low) | (values[0] > rule.high)
        else:
            allowed = set(zip(*((known or table)[name].tolist() for name in rule.columns), strict=True))
            wrong = np.array([row not in allowed for row in zip(*(column.tolist() for column in values), strict=True)], bool)
    return wrong & ~missing


def see_that_rules_hold(table: Table, rules: Sequence[TableRule]) -> None:
    """Raises InvalidInput XL-TABLE-021 where the real table breaks a rule itself."""
    for rule in rules:
        count = int(broken(rule, table).sum())
        if count:
            raise InvalidInput(
                "XL-TABLE-021",
                "the table itself breaks a constraint",
                where=", ".join(rule.columns),
                why=f"in {count} of {len(table[rule.columns[0]])} rows",
                fix="correct those rows, or leave the constraint out",
            )


@dataclass(frozen=True, eq=False)
class Rewritten:
    """A table in which rules hold by construction. `table`, `design`: what is learnt. `built_in`: the rules that need no drawing again."""

    table: dict[str, Row]
    design: TableDesign
    original: TableDesign
    built_in: tuple[TableRule, ...]
    combinations: Mapping[str, NDArray[np.float64]]

    @property
    def rewritten(self) -> frozenset[str]:
        """Columns that are not learnt as they stand: a condition on them is met by drawing again."""
        return frozenset(name for rule in self.built_in for name in _reckoned(rule))

    def back(self, rows: Mapping[str, Row]) -> dict[str, Row]:
        """Rows as the original table has them."""
        table = dict(rows)
        for rule in reversed(self.built_in):
            first = rule.columns[0]
            if rule.kind == "together":
                codes = table[first]
                chosen = self.combinations[first][np.where(np.isnan(codes), 0, codes).astype(int)]
                table |= {name: np.where(np.isnan(codes), np.nan, chosen[:, place]) for place, name in enumerate(rule.columns)}
            elif rule.kind == "at_most":
                second = rule.columns[1]
                table[second] = np.round(table[first] + table[second], self.original.column(second).decimals)
            elif rule.kind == "sum":
                parts = np.sum([table[name] for name in rule.columns[1:]], axis=0)
                table[first] = np.round(parts, self.original.column(first).decimals)
        return {name: table[name] for name in self.original.names}


def rewritten(table: Table, design: TableDesign) -> Rewritten:
    """Build in what can be: each column takes part in one rewriting only. Raises InvalidInput XL-TABLE-021."""
    see_that_rules_hold(table, design.rules)
    values, columns = dict(table), {column.name: column for column in design.columns}
    built, combinations, taken = [], {}, {design.time, design.event}
    for rule in sorted(design.rules, key=lambda one: ("range", "sum", "together", "at_most").index(one.kind)):
        if rule.kind == "range":
            built.append(rule)  # nothing outside what was seen is ever drawn
            continue
        if taken & set(rule.columns) or not _fits(rule, table):
            continue
        first = rule.columns[0]
        if rule.kind == "at_most":
            second = rule.columns[1]
            digits = max(columns[first].decimals, columns[second].decimals)
            values[second] = np.round(values[second] - values[first], digits)
            columns[second] = TableColumn(second, "number", digits)
        elif rule.kind == "sum":
            del values[first], columns[first]
        else:
            values[first], combinations[first], columns[first] = _joined(rule, values)
            for name in rule.columns[1:]:
                del values[name], columns[name]
        built.append(rule)
        taken |= set(_reckoned(rule))
    learnt = replace(design, columns=tuple(columns[name] for name in design.names if name in columns), rules=())
    return Rewritten({column.name: values[column.name] for column in learnt.columns}, learnt, design, tuple(built), combinations)


def _reckoned(rule: TableRule) -> tuple[str, ...]:
    """The columns that are no longer learnt as they stand."""
    return {"range": (), "sum": rule.columns[:1], "together": rule.columns, "at_most": rule.columns[1:]}[rule.kind]


def _fits(rule: TableRule, table: Table) -> bool:
    """Whether nothing is lost by building it in: what is reckoned is missing where one of its parts is."""
    if rule.kind != "at_most":
        return True
    first, second = (np.isnan(table[name]) for name in rule.columns)
    return bool(np.all(second | ~first))


def _joined(rule: TableRule, table: Table) -> tuple[Row, NDArray[np.float64], TableColumn]:
    rows = np.column_stack([table[name] for name in rule.columns])
    unique, codes = np.unique(rows, axis=0, return_inverse=True, equal_nan=True)
    words = tuple(str(number) for number in range(len(unique)))
    return codes.reshape(-1).astype(float), unique, TableColumn(rule.columns[0], "category", levels=words)
