"""The small formulas of a disease card: arithmetic over named numbers, nothing else.

A formula is parsed once. It can be worked out with numpy for many people at once, or written as source text for the fast kernel.
Names it may not use, and anything that is not arithmetic, are refused with the place in the card.
"""

from __future__ import annotations

import ast
import copy
import keyword
import math
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.simulation import DiseaseCard

FUNCTIONS = {"exp": 1, "log": 1, "sqrt": 1, "tanh": 1, "minimum": 2, "maximum": 2, "where": 3}
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd, ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq, ast.NotEq)
_LIMIT = 4000  # characters of a formula; the parser's own recursion stays far below Python's
_NUMPY: dict[str, Any] = {"__builtins__": {}, **{name: getattr(np, name) for name in FUNCTIONS}}


def is_name(word: str) -> bool:
    """Whether a parameter, state or treatment may bear this name."""
    return word.isidentifier() and word.isascii() and not keyword.iskeyword(word) and word not in FUNCTIONS and not word.startswith("_")


@lru_cache(maxsize=4096)
def parsed(text: str, where: str = "") -> ast.expr:
    """The formula as a tree. Raises InvalidInput XL-SIM-001 (not a formula) or XL-SIM-002 (more than arithmetic)."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body if len(text) <= _LIMIT else None
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        tree = None
    if tree is None:
        raise InvalidInput("XL-SIM-001", "a formula of the card cannot be read", where=where, fix="write Python arithmetic over names")
    _allow(tree, where)
    return tree


def _allow(node: ast.AST, where: str) -> None:
    match node:
        case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            return
        case ast.Name(id=name) if name not in FUNCTIONS:
            return
        case ast.BinOp(op=op) | ast.UnaryOp(op=op) if isinstance(op, _OPERATORS):
            pass
        case ast.Compare(ops=[op]) if isinstance(op, _OPERATORS):
            pass
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if FUNCTIONS.get(name) == len(args):
            for part in args:
                _allow(part, where)
            return
        case ast.IfExp():
            pass
        case _:
            raise InvalidInput(
                "XL-SIM-002",
                "a formula of the card holds more than arithmetic",
                where=where,
                fix=f"use + - * / **, one comparison, `a if c else b` and {', '.join(FUNCTIONS)}",
            )
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            _allow(child, where)


def names_of(text: str, where: str = "") -> frozenset[str]:
    """The names a formula uses, functions left out."""
    return frozenset(_names(parsed(text, where)))


def _names(node: ast.expr) -> Iterable[str]:
    called = {id(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name) and id(part) not in called)


def require(text: str, allowed: Iterable[str], where: str) -> None:
    """Raises InvalidInput XL-SIM-003 when the formula names something that is not known at this place."""
    unknown = sorted(names_of(text, where) - frozenset(allowed))
    if unknown:
        raise InvalidInput(
            "XL-SIM-003",
            f"the formula names {', '.join(unknown)}, unknown at this place",
            where=where,
            fix="define it before, or correct the name",
        )


class _Where(ast.NodeTransformer):
    """`a if c else b` as where(c, a, b), and whole numbers as floats, so that arrays and single numbers are treated alike."""

    def __init__(self) -> None:
        self.constants: dict[str, np.float64] = {}

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        return ast.Call(ast.Name("where", ast.Load()), [node.test, node.body, node.orelse], [])

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        # as numpy's number, under a name: dividing it by nought or raising it too high gives inf or nan, as with arrays
        name = f"_{len(self.constants)}"
        self.constants[name] = np.float64(_number(node.value))  # type: ignore[arg-type]
        return ast.Name(name, ast.Load())


def _number(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _function(trees: Iterable[ast.expr], arguments: Iterable[str], several: bool) -> Callable[..., Any]:
    """One function of named arguments from checked trees of arithmetic: it knows numpy's functions and no builtins."""
    given = [ast.arg(name) for name in arguments]
    writer = _Where()
    bodies = [writer.visit(copy.deepcopy(tree)) for tree in trees]
    body = ast.Tuple(bodies, ast.Load()) if several else bodies[0]
    function = ast.Lambda(ast.arguments(posonlyargs=[], args=given, kwonlyargs=[], kw_defaults=[], defaults=[]), body)
    whole = compile(ast.fix_missing_locations(ast.Expression(function)), "<formula>", "eval")
    (code,) = (part for part in whole.co_consts if isinstance(part, CodeType))
    return FunctionType(code, _NUMPY | writer.constants)


@lru_cache(maxsize=4096)
def _compiled(text: str) -> tuple[tuple[str, ...], Callable[..., Any]]:
    names = tuple(sorted(names_of(text)))
    return names, _function([parsed(text)], names, several=False)


def evaluate(text: str, values: Mapping[str, Any]) -> Any:
    """The formula's value, elementwise when the values are arrays. Impossible arithmetic gives nan or inf, never an exception."""
    names, function = _compiled(text)
    with np.errstate(all="ignore"):
        return function(*(values[name] for name in names))


def evaluate_each(text: str, values: Mapping[str, Any], count: int) -> NDArray[np.float64]:
    """The same as a fresh array of `count` numbers."""
    found = np.empty(count)
    found[...] = evaluate(text, values)
    return found


def together(formulas: Iterable[str], arguments: Iterable[str]) -> Callable[..., tuple[Any, ...]]:
    """One function of all named arguments that works out several formulas at once; for solvers that ask for them very often."""
    return _function([parsed(text) for text in formulas], arguments, several=True)


def check(card: DiseaseCard) -> None:
    """Raises InvalidInput XL-SIM-0xx with the place when a card contradicts itself; returns when it can be run."""
    from xinglin.models.simulator.card_rules import see_that_it_can_run

    see_that_it_can_run(card)
