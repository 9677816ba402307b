"""What is known of each picture, from its file, its folder and a table, made into conditions: numbers and levels in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinglin.records.errors import InvalidInput, one_of
from xinglin.records.image_learning import Condition
from xinglin.training.image_sets.sayings import say

USUAL = (
    "label", "finding", "diagnosis", "class", "age", "sex", "view", "projection", "laterality", "device", "kernel", "contrast",
    "slice_thickness_mm", "spacing_mm", "kvp", "severity", "domain_of",
)  # fmt: skip
UNITS = {"age": "a", "slice_thickness_mm": "mm", "spacing_mm": "mm", "kvp": "kV"}
_MOST_LEVELS = 40
_FEW_NUMBERS = 5  # fewer different whole numbers than this are levels, not a scale
Words = Mapping[str, str | float]


def asked_words(words: Words, asked: Sequence[str]) -> dict[str, str | float]:
    """The words of one picture under the names asked for: NAME, or NAME=COLUMN. Nothing asked: those that are usual."""
    if not asked:
        lower = {name.lower(): value for name, value in words.items()}
        return {name: lower[name] for name in USUAL if name in lower}
    found = {}
    for one in asked:
        name, _, column = one.partition("=")
        if (column or name) in words:
            found[name] = words[column or name]
    return found


def conditions_of(rows: Sequence[Words], asked: Sequence[str], warnings: list[str]) -> tuple[Condition, ...]:
    """The conditions that the words span; a word that is the same everywhere is none.

    Raises InvalidInput XL-IMGSET-031 where what was asked for has one level only, 034 where no picture tells it, 035 for too many levels.
    """
    wanted = {one.partition("=")[0] for one in asked}
    names = list(dict.fromkeys(name for row in rows for name in row))
    if silent := sorted(wanted - set(names)):
        raise InvalidInput(
            "XL-IMGSET-034", "no picture tells this condition", where=silent[0], fix=one_of(silent[0], names) + "; or give it in the table"
        )
    found = []
    for name in names:
        values = [row[name] for row in rows if name in row]
        one = _condition(name, values)
        if one is None:
            if name in wanted:
                raise InvalidInput(
                    "XL-IMGSET-031", "there is one class only, and nothing to be told apart", where=name,
                    why=f"{len(values)} pictures say the same", fix="add pictures of another class, or do not ask for this condition",
                )  # fmt: skip
            continue
        if one.kind == "level" and len(one.levels) > _MOST_LEVELS:
            if name in wanted:
                raise InvalidInput(
                    "XL-IMGSET-035", "a condition has too many levels to be learnt", where=name, why=f"{len(one.levels)}, at most {_MOST_LEVELS}",
                    fix="group them in the table",
                )  # fmt: skip
            warnings.append(say("many levels", dict(name=name, n=len(one.levels))))
            continue
        if len(values) < len(rows):
            warnings.append(say("not known of", dict(name=name, n=len(rows) - len(values))))
        found.append(one)
    return tuple(found)


def _condition(name: str, values: Sequence[str | float]) -> Condition | None:
    numbers = [number for value in values if (number := _number(value)) is not None]
    if len(numbers) == len(values) and (len(set(numbers)) >= _FEW_NUMBERS or name in UNITS):
        low, high = min(numbers), max(numbers)
        return Condition(name, "number", (), low, high, UNITS.get(name, "")) if high > low else None
    levels = tuple(sorted({_level(value) for value in values}))
    return Condition(name, "level", levels) if len(levels) > 1 else None


def values_of(words: Words, conditions: Sequence[Condition]) -> dict[str, float]:
    """A picture's own values: a number, or the place of a level."""
    found = {}
    for one in conditions:
        if one.name in words:
            value = words[one.name]
            number = _number(value) if one.kind == "number" else float(one.levels.index(_level(value)))
            if number is not None:
                found[one.name] = number
    return found


def _level(value: str | float) -> str:
    return value.strip() if isinstance(value, str) else f"{value:g}"


def _number(value: str | float) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if number - number == 0 else None
