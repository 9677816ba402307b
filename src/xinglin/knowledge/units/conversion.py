"""Turns a value in one unit into the same amount in another, exactly: fractions inside, a decimal outside.

Stricter than UCUM where patients could be harmed: international and other arbitrary units convert only to themselves, amounts of
substance (mol), charge (eq) and osmoles are not plain numbers, and mol/mol is not a percentage.
"""

from __future__ import annotations

import math
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache

from xinglin.knowledge.units.grammar import Unit, parse
from xinglin.records.errors import InvalidInput

_EXACT = Context(prec=34)
# Haemoglobin A1c: NGSP % = 0.09148 x IFCC mmol/mol + 2.152, the master equation on ngsp.org/ifcc.asp.
_A1C_CODES = frozenset({"4548-4", "4549-2", "17856-6", "59261-8", "62388-4", "41995-2", "71875-9"})
_A1C_SLOPE, _A1C_START = Decimal("0.09148"), Decimal("2.152")


def _refused(number: int, what: str, one: str, two: str, fix: str = "") -> InvalidInput:
    return InvalidInput(f"XL-UNIT-{number:03d}", what, where=f"unit {one} to unit {two}", fix=fix)


def commensurable(one: str, two: str) -> bool:
    """Whether values in the two UCUM units measure the same kind of thing, so that one converts into the other without more facts."""
    left, right = parse(one), parse(two)
    if "?" in (left.scale, right.scale):
        return one == two
    return left.dimensions == right.dimensions and left.ratio_of_amounts == right.ratio_of_amounts and _same_count(left, right)


def _same_count(left: Unit, right: Unit) -> bool:
    """False for tablets against puffs: units that are nothing but words in braces must bear the same words."""
    bare = [unit for unit in (left, right) if unit.code == "{" + "".join(unit.annotations) + "}"]
    return len(bare) < 2 or left.code == right.code


def _decimal(number: Fraction) -> Decimal:
    return _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))


def _to_linear(unit: Unit, value: Decimal) -> Decimal:
    """A value on a special scale as a value on the linear scale under it (kelvin, mol/L, a ratio, radians)."""
    x = _EXACT.multiply(value, _decimal(unit.prefixed))
    scale = unit.scale
    if scale in _SHIFTS:
        return _EXACT.add(x, _SHIFTS[scale])
    if scale in _POWERS:
        base, sign, share = _POWERS[scale]
        return _EXACT.power(base, _EXACT.divide(_EXACT.multiply(x, Decimal(sign)), Decimal(share)))
    if scale == "sqrt":
        return _EXACT.multiply(x, x)
    return Decimal(repr(math.atan(float(x) / 100)))


def _from_linear(unit: Unit, value: Decimal, where: tuple[str, str]) -> Decimal:
    scale = unit.scale
    if scale in _SHIFTS:
        x = _EXACT.subtract(value, _SHIFTS[scale])
    elif scale in _POWERS:
        if value <= 0:
            raise _refused(12, "a logarithmic scale has no place for nothing or less", *where)
        base, sign, share = _POWERS[scale]
        x = _EXACT.divide(_EXACT.ln(value), _EXACT.ln(base))
        x = _EXACT.multiply(x, Decimal(sign * share))
        x = x.quantize(Decimal(1).scaleb(-24)).normalize(_EXACT) if x else x  # the last digits of two logarithms are noise
    elif scale == "sqrt":
        x = _EXACT.sqrt(value)
    else:
        x = Decimal(repr(100 * math.tan(float(value))))
    return _EXACT.divide(x, _decimal(unit.prefixed))


_SHIFTS = {"Cel": Decimal("273.15"), "degF": Decimal("459.67"), "degRe": Decimal("218.52")}
# (base, sign, share): linear = base ** (sign * value / share)
_POWERS = {
    "ln": (Decimal(1).exp(_EXACT), 1, 1),
    "lg": (Decimal(10), 1, 1),
    "lgTimes2": (Decimal(10), 1, 2),
    "ld": (Decimal(2), 1, 1),
    "pH": (Decimal(10), -1, 1),
    "hpX": (Decimal(10), -1, 1),
    "hpC": (Decimal(100), -1, 1),
    "hpM": (Decimal(1000), -1, 1),
    "hpQ": (Decimal(50000), -1, 1),
}
_ANGLES = ("tanTimes100", "100tan")


def _through_scales(value: Decimal, source: Unit, target: Unit) -> Decimal:
    where = (source.code, target.code)
    linear = _to_linear(source, value) if source.is_special else value
    own = Fraction(1) if source.scale in _ANGLES else source.factor
    other = Fraction(1) if target.scale in _ANGLES else target.factor
    ratio = own / other
    linear = _EXACT.divide(_EXACT.multiply(linear, Decimal(ratio.numerator)), Decimal(ratio.denominator))
    return _from_linear(target, linear, where) if target.is_special else linear


def _counted(unit: Unit) -> dict[str, int]:
    return {base: power for base, power in unit.dimensions if base in ("g", "mol", "eq")}


def _bridge(source: Unit, target: Unit, molar_mass: Decimal | None, valence: int | None) -> Fraction | None:
    """The factor that changes grams, moles and equivalents of one substance into each other, or None."""
    if [d for d in source.dimensions if d[0] not in ("g", "mol", "eq")] != [d for d in target.dimensions if d[0] not in ("g", "mol", "eq")]:
        return None
    per_mole = {"mol": Fraction(1)}
    if molar_mass:
        per_mole["g"] = Fraction(molar_mass)
    if valence:
        per_mole["eq"] = Fraction(valence)
    left, right = _counted(source), _counted(target)
    moved = {base: right.get(base, 0) - left.get(base, 0) for base in {*left, *right}}
    moved = {base: power for base, power in moved.items() if power}
    if sum(moved.values()) or any(base not in per_mole for base in moved) or any(abs(power) != 1 for power in moved.values()):
        return None
    factor = Fraction(1)
    for base, power in moved.items():
        factor *= per_mole[base] ** power
    return factor


def _ratio(from_unit: str, to_unit: str, molar_mass: Decimal | None, valence: int | None) -> tuple[Decimal, Decimal] | None:
    """(numerator, denominator) of a linear conversion; None for a scale of its own. Raises when there is no conversion."""
    source, target = parse(from_unit), parse(to_unit)
    if from_unit == to_unit:
        return Decimal(1), Decimal(1)
    if "?" in (source.scale, target.scale):
        raise _refused(7, "a unit on a scale of its own (such as °C or pH) stands in a product", from_unit, to_unit)
    bridge = Fraction(1)
    if source.dimensions != target.dimensions:
        found = _bridge(source, target, molar_mass, valence)
        if found is None:
            fix = "give the analyte (its LOINC code), its molar mass or its valence" if _counted(source) and _counted(target) else ""
            raise _refused(10, "the two units measure different things", from_unit, to_unit, fix)
        bridge = found
    elif source.ratio_of_amounts != target.ratio_of_amounts:
        raise _refused(11, "a ratio of amounts (mol/mol) is not a plain fraction", from_unit, to_unit, "give the LOINC code of the analyte")
    if source.is_special or target.is_special:
        return None
    if not _same_count(source, target):
        raise _refused(13, "the two units count different things", from_unit, to_unit)
    ratio = source.factor * bridge / target.factor
    return Decimal(ratio.numerator), Decimal(ratio.denominator)


def _analyte(loinc: str) -> tuple[Decimal | None, int | None]:
    """(molar mass in g/mol, valence) that the laboratory topic knows for a LOINC code."""
    from xinglin.knowledge import labs

    found = labs.analyte(loinc)
    return (found.molar_mass_g_per_mol, int(found.valence) if found.valence else None) if found else (None, None)


@lru_cache(maxsize=16384)
def _plan(from_unit: str, to_unit: str, loinc: str, molar_mass: Decimal | None, valence: int | None) -> tuple[Decimal, Decimal] | None:
    """`_ratio`, with the analyte looked up only where the two units count different things."""
    if loinc and molar_mass is None and valence is None and parse(from_unit).dimensions != parse(to_unit).dimensions:
        molar_mass, valence = _analyte(loinc)
    return _ratio(from_unit, to_unit, molar_mass, valence)


def convert(
    value: Decimal, from_unit: str, to_unit: str, loinc: str = "", *, molar_mass: Decimal | None = None, valence: int | None = None
) -> Decimal:
    """The value in `to_unit`: exact where a decimal can be, else to 34 significant digits. Round it only to show it.

    Units are UCUM codes. Grams, moles and equivalents of one substance convert when `loinc` names an analyte the house knows, or with
    `molar_mass` (g/mol) and `valence`. Haemoglobin A1c (% and mmol/mol) follows the IFCC-NGSP master equation.
    Raises InvalidInput XL-UNIT-001 to 008 for a code that is not UCUM, 007 and 010 to 013 where no conversion is right.

    >>> str(convert(Decimal("98.6"), "[degF]", "Cel")), str(convert(Decimal("100"), "mg/dL", "g/L"))
    ('37.0', '1')
    """
    if loinc in _A1C_CODES and {from_unit, to_unit} == {"%", "mmol/mol"}:
        if to_unit == "%":
            return _EXACT.add(_EXACT.multiply(value, _A1C_SLOPE), _A1C_START)
        return _EXACT.divide(_EXACT.subtract(value, _A1C_START), _A1C_SLOPE)
    ratio = _plan(from_unit, to_unit, loinc, molar_mass, valence)
    if ratio is None:
        return _through_scales(value, parse(from_unit), parse(to_unit))
    return _EXACT.divide(_EXACT.multiply(value, ratio[0]), ratio[1])


def _base_code(dimensions: dict[str, int]) -> str:
    return ".".join(base if power == 1 else f"{base}{power}" for base, power in sorted(dimensions.items()) if power) or "1"


def multiply(value: Decimal, unit: str, by: Decimal, by_unit: str, *, divide: bool = False) -> tuple[Decimal, str]:
    """(value, UCUM code in base units) of a product of two quantities, or of their quotient with `divide`."""
    left, right = parse(unit), parse(by_unit)
    if left.is_special or right.is_special:
        raise _refused(7, "a unit on a scale of its own (such as °C or pH) stands in a product", unit, by_unit)
    sign = -1 if divide else 1
    powers = dict(left.dimensions)
    for base, power in right.dimensions:
        powers[base] = powers.get(base, 0) + sign * power
    factor = left.factor * right.factor**sign
    number = _EXACT.divide(value, by) if divide else _EXACT.multiply(value, by)
    number = _EXACT.divide(_EXACT.multiply(number, Decimal(factor.numerator)), Decimal(factor.denominator))
    return number, _base_code(powers)
