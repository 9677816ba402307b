"""Formulas of a card as source text over lane variables, what depends on the person alone set aside to be worked out once."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from xinglin.models.simulator.expressions import names_of, parsed

_CALLS = {"exp": "exp", "log": "log", "sqrt": "math.sqrt", "tanh": "tanh", "minimum": "minimum", "maximum": "maximum", "where": "where"}
_SIGNS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


@dataclass
class Writing:
    """Formulas turned into source. `constants`: formulas of the person alone, worked out once per patient; row numbers follow their order."""

    people: frozenset[str]
    constants: dict[str, int] = field(default_factory=dict)

    def source(self, text: str, names: Mapping[str, str]) -> str:
        """A formula over lane variables."""
        return self._emit(parsed(text), names)

    def _emit(self, node: ast.expr, names: Mapping[str, str]) -> str:
        used = names_of(ast.unparse(node))
        if used and used <= self.people and not isinstance(node, ast.Compare):
            return f"c{self.constants.setdefault(ast.unparse(node), len(self.constants))}"
        match node:
            case ast.Constant(value=value):
                return repr(float(value))  # type: ignore[arg-type]
            case ast.Name(id=name):
                return names[name]
            case ast.UnaryOp(op=op, operand=part):
                return f"({'-' if isinstance(op, ast.USub) else '+'}{self._emit(part, names)})"
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self._power(left, right, names)
            case ast.BinOp(left=left, op=op, right=right):
                return f"({self._emit(left, names)} {_SIGNS[type(op)]} {self._emit(right, names)})"
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return f"({self._emit(left, names)} {_SIGNS[type(op)]} {self._emit(right, names)})"
            case ast.IfExp(test=test, body=body, orelse=other):
                return f"where({self._truth(test, names)}, {self._emit(body, names)}, {self._emit(other, names)})"
            case ast.Call(func=ast.Name(id="where"), args=[test, body, other]):
                return f"where({self._truth(test, names)}, {self._emit(body, names)}, {self._emit(other, names)})"
            case ast.Call(func=ast.Name(id=name), args=parts):
                return f"{_CALLS[name]}({', '.join(self._emit(part, names) for part in parts)})"
        raise AssertionError(ast.unparse(node))

    def _truth(self, node: ast.expr, names: Mapping[str, str]) -> str:
        told = self._emit(node, names)
        return told if isinstance(node, ast.Compare) else f"({told} != 0.0)"

    def _power(self, left: ast.expr, right: ast.expr, names: Mapping[str, str]) -> str:
        base = self._emit(left, names)
        exponent = _number(right)
        if exponent is not None and exponent == int(exponent) and 1 <= abs(exponent) <= 8:
            return f"({base} ** {int(exponent)})" if exponent > 0 else f"(1.0 / {base} ** {int(-exponent)})"
        return f"math.sqrt({base})" if exponent == 0.5 else f"power({base}, {self._emit(right, names)})"


def _number(node: ast.expr) -> float | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    return float(node.value) if isinstance(node, ast.Constant) else None  # type: ignore[arg-type]
