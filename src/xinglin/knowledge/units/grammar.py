"""Reads a UCUM code: "mg/dL", "10*3/uL", "mL/min/{1.73_m2}". What cannot be read is an error with a code, never a guess.

The grammar is UCUM 2.2 section 2 (case-sensitive): terms joined by "." and "/", exponents, prefixes, annotations in braces.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from msgspec import Struct

from xinglin.knowledge.units.atoms import COUNTED, Atom, table
from xinglin.records.errors import InvalidInput

_EXPONENT = re.compile(r"^(.*?[^0-9+\-])([+-]?\d{1,3})$", re.DOTALL)
_DEPTH_LIMIT, _LENGTH_LIMIT = 12, 200


class Unit(Struct, frozen=True):
    """A unit taken apart: `factor` times the base dimensions, each with its power, in alphabetical order.

    Base dimensions are UCUM's seven base units, its arbitrary units ("[iU]"), and mol, eq and osm, which UCUM
    counts as plain numbers. `scale` names the function of a special unit ("Cel", "pH", "lg"), `prefixed` its prefix.
    """

    code: str
    factor: Fraction
    dimensions: tuple[tuple[str, int], ...]
    scale: str = ""
    prefixed: Fraction = Fraction(1)
    annotations: tuple[str, ...] = ()
    ratio_of_amounts: bool = False  # mol per mol and its like

    @property
    def is_special(self) -> bool:
        """Whether values lie on a scale that does not start at nothing (°C) or is not linear (pH, dB)."""
        return bool(self.scale)


_Parts = tuple[Fraction, dict[str, int]]


def _wrong(code: str, what: str, fix: str = "") -> InvalidInput:
    place = f"unit code of {len(code)} characters"
    return InvalidInput(f"XL-UNIT-{_NUMBERS[what]:03d}", what, where=place, why="not a code of UCUM 2.2", fix=fix)


_NUMBERS = {
    "the unit code is empty": 1,
    "a part of the unit code is missing": 2,
    "a bracket or brace of the unit code is not closed": 3,
    "an annotation stands where a unit must stand": 4,
    "the unit code has a part that UCUM does not know": 5,
    "the unit code is too long or too deep": 6,
    "a unit on a scale of its own (such as °C or pH) stands in a product": 7,
    "the unit code holds characters UCUM does not allow": 8,
}


class _Reader:
    """Walks along one code. `special` is set when the code is one special unit alone."""

    def __init__(self, code: str) -> None:
        self.code, self.at, self.special, self.parts_read = code, 0, "", 0
        self.prefixed = Fraction(1)
        self.annotations: list[str] = []
        self.amounts: set[int] = set()

    def peek(self) -> str:
        return self.code[self.at] if self.at < len(self.code) else ""

    def main(self) -> _Parts:
        if self.peek() == "/":
            self.at += 1
            return self._divided((Fraction(1), {}), self.term(0), -1)
        return self.term(0)

    def term(self, depth: int) -> _Parts:
        if depth > _DEPTH_LIMIT:
            raise _wrong(self.code, "the unit code is too long or too deep")
        total = self.component(depth, 1)
        while self.peek() in (".", "/") and self.peek():
            sign = 1 if self.peek() == "." else -1
            self.at += 1
            total = self._divided(total, self.component(depth, sign), sign)
        return total

    def _divided(self, left: _Parts, right: _Parts, sign: int) -> _Parts:
        powers = dict(left[1])
        for base, power in right[1].items():
            powers[base] = powers.get(base, 0) + sign * power
        return left[0] * right[0] ** sign, {base: power for base, power in powers.items() if power}

    def component(self, depth: int, sign: int) -> _Parts:
        self.parts_read += 1
        if self.peek() == "(":
            self.at += 1
            inside = self.term(depth + 1)
            if self.peek() != ")":
                raise _wrong(self.code, "a bracket or brace of the unit code is not closed")
            self.at += 1
            return inside
        if self.peek() == "{":
            self.annotation()
            if self.peek() not in ("", ".", "/", ")"):
                raise _wrong(self.code, "an annotation stands where a unit must stand", "put the unit first: g{dry}")
            return Fraction(1), {}
        return self.simple(sign)

    def annotation(self) -> None:
        end = self.code.find("}", self.at)
        if end < 0:
            raise _wrong(self.code, "a bracket or brace of the unit code is not closed")
        self.annotations.append(self.code[self.at + 1 : end])
        self.at = end + 1

    def simple(self, sign: int) -> _Parts:
        start, inside = self.at, False
        while (char := self.peek()) and (inside or char not in "./(){}"):
            inside = char == "[" or (inside and char != "]")
            self.at += 1
        word = self.code[start : self.at]
        if inside:
            raise _wrong(self.code, "a bracket or brace of the unit code is not closed")
        if not word:
            raise _wrong(self.code, "a part of the unit code is missing")
        parts = self.word(word, sign)
        if self.peek() == "{":
            self.annotation()
        if self.peek() in ("(", "{"):
            raise _wrong(self.code, "a part of the unit code is missing", "join units with . or /")
        return parts

    def word(self, word: str, sign: int) -> _Parts:
        if word.isdigit():
            if not int(word):
                raise _wrong(self.code, "the unit code has a part that UCUM does not know")
            return Fraction(int(word)), {}
        power = 1
        found = _atom(word)
        if found is None and (split := _EXPONENT.match(word)):
            found, power = _atom(split[1]), int(split[2])
        if found is None:
            raise _wrong(self.code, "the unit code has a part that UCUM does not know", "write the unit as a UCUM code")
        prefix, atom = found
        if atom.kind == "special":
            self.special, self.prefixed = (atom.function, prefix) if power == 1 and sign == 1 else ("?", prefix)
        factor, powers = _meaning(atom.code)
        if any(base in COUNTED for base in powers):
            self.amounts.add(sign if power > 0 else -sign)
        scale = Fraction(1) if atom.kind == "special" else prefix
        return (scale * factor) ** power, {base: each * power for base, each in powers.items()}


def _atom(word: str) -> tuple[Fraction, Atom] | None:
    """(prefix, atom) that a word is, or None: the whole word first, then one prefix and a metric atom."""
    known = table()
    if word in known.atoms:
        return Fraction(1), known.atoms[word]
    for length in (2, 1):
        prefix, rest = known.prefixes.get(word[:length]), known.atoms.get(word[length:])
        if prefix is not None and rest is not None and rest.metric:
            return prefix, rest
    return None


@lru_cache(maxsize=1024)
def _meaning(code: str) -> _Parts:
    """What an atom stands for in base dimensions, through as many definitions as it takes."""
    atom = table().atoms[code]
    if atom.kind in ("base", "arbitrary"):
        return Fraction(1), {code: 1}
    inner = parse(atom.definition)
    return atom.factor * inner.factor, dict(inner.dimensions)


@lru_cache(maxsize=8192)
def parse(code: str) -> Unit:
    """The unit a UCUM code means. Raises InvalidInput XL-UNIT-001 to 008 for a code UCUM does not allow.

    >>> parse("mm[Hg]").dimensions
    (('g', 1), ('m', -1), ('s', -2))
    """
    if not code:
        raise _wrong(code, "the unit code is empty", 'the unit of a plain number is "1"')
    if len(code) > _LENGTH_LIMIT:
        raise _wrong(code, "the unit code is too long or too deep")
    if not (code.isascii() and code.isprintable()) or " " in code.partition("{")[0]:
        raise _wrong(code, "the unit code holds characters UCUM does not allow", "units.canonical() reads what people write")
    reader = _Reader(code)
    factor, powers = reader.main()
    if reader.at != len(code):
        raise _wrong(code, "a bracket or brace of the unit code is not closed")
    scale = reader.special if reader.parts_read == 1 else ("?" if reader.special else "")
    amounts = reader.amounts == {1, -1}
    return Unit(code, factor, tuple(sorted(powers.items())), scale, reader.prefixed, tuple(reader.annotations), amounts)
