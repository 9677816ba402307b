"""From the options of a request to what a model is asked: how many pictures, under which conditions."""

from __future__ import annotations

from collections.abc import Mapping

from xinglin.records.errors import UsageError

OPTIONS = {
    "model": "A kept image model: name, name:challenger, name@digest, or a folder of its files; default: the only one in use.",
    "count": "How many pictures, 1 to 64 (default 8).",
    "conditions": "What the pictures shall have, name=value with commas: finding=benign,age=60; default: nothing asked.",
    "length": "short, standard (default) or full: how much of its quality and making is told.",
}
_FEWEST, _MOST, _USUAL = 1, 64, 8


def count_asked(options: Mapping[str, str]) -> int:
    """How many pictures. Raises UsageError XL-PICT-005."""
    word = options.get("count", str(_USUAL)).strip()
    if not (word.isascii() and word.isdigit() and len(word) < 6 and _FEWEST <= int(word) <= _MOST):
        raise UsageError(
            "XL-PICT-005", "so many pictures cannot stand in a draft", where="option count", why=f"{_FEWEST} to {_MOST} here",
            fix="xinglin sample writes larger sets to a folder",
        )  # fmt: skip
    return int(word)


def conditions_in(options: Mapping[str, str]) -> dict[str, str]:
    """Condition -> what is asked, in words. Raises UsageError XL-PICT-004 for what is not name=value, or a name said twice."""
    asked: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in options.get("conditions", "").split(","))):
        name, equals, value = (word.strip() for word in part.partition("="))
        if not (name and equals and value) or name in asked:
            raise UsageError(
                "XL-PICT-004", "a condition is a name and a value, each name once", where="option conditions", fix="finding=benign,age=60"
            )
        asked[name] = value
    return asked
