"""The phrase language: a sentence with slots, small enough for a doctor to edit.

{name}                 a slot of the first fact           {trend.previous_value}  of the first fact of that kind
[ since {start}]       said only when its slots are known  {each:lab.item}        every fact by another phrase, "; "
{all:problem.name}     the same as "A, B and C"            {each medicine:line}   only facts of that kind
{rest:lab.item}        every fact but the first, "; "    {2.value}                  of the second fact
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from xinglin.records.errors import InvalidInput


class Slot(NamedTuple):
    """A place to fill. `role` is a fact kind or ""; `loop` is each, all, rest or ""; `phrase` the phrase of the loop."""

    name: str
    role: str = ""
    loop: str = ""
    phrase: str = ""


class Optional(NamedTuple):
    """A part that is left out when one of its slots is empty."""

    parts: tuple[str | Slot | Optional, ...]


Part = str | Slot | Optional
Fill = Callable[[Slot], str]


@lru_cache(maxsize=2048)
def parse(phrase: str) -> tuple[Part, ...]:
    """The parts of a phrase. Raises InvalidInput XL-WORDS-001 when brackets do not match."""
    parts, rest = _parts(phrase, 0, "")
    if rest != len(phrase):
        raise _unbalanced(phrase)
    return parts


def _parts(phrase: str, start: int, until: str) -> tuple[tuple[Part, ...], int]:
    parts: list[Part] = []
    text = ""
    place = start
    while place < len(phrase):
        letter = phrase[place]
        if letter == until:
            return (*parts, text) if text else tuple(parts), place + 1
        if letter not in "{[":
            text += letter
            place += 1
            continue
        if text:
            parts.append(text)
            text = ""
        if letter == "{":
            end = phrase.find("}", place)
            if end < 0:
                raise _unbalanced(phrase)
            parts.append(_slot(phrase[place + 1 : end]))
            place = end + 1
        else:
            inner, place = _parts(phrase, place + 1, "]")
            parts.append(Optional(inner))
    if until:
        raise _unbalanced(phrase)
    return (*parts, text) if text else tuple(parts), place


def _slot(words: str) -> Slot:
    head, colon, phrase = words.partition(":")
    if colon:
        loop, _, role = head.strip().partition(" ")
        return Slot("", role.strip(), loop, phrase.strip())
    role, dot, name = words.strip().rpartition(".")
    return Slot(name, role if dot else "")


def _unbalanced(phrase: str) -> InvalidInput:
    return InvalidInput("XL-WORDS-001", "a phrase has brackets that do not match", where=phrase[:60], fix="close every { and [")


def render(parts: Sequence[Part], fill: Fill) -> str:
    """The text of a phrase; `fill` gives each slot its words ("" when unknown)."""
    out: list[str] = []
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Slot):
            out.append(fill(part))
        elif all(fill(slot) for slot in part.parts if isinstance(slot, Slot)):
            out.append(render(part.parts, fill))
    return "".join(out)
