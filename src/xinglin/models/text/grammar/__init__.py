"""The grammar writer: words every point from a phrase book, always completely and always the same way.

It needs no model. What it writes is exactly what the facts hold, in plain clinical English or Chinese.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinglin.models.phrasebook.wordbook import complete
from xinglin.models.text.grammar.phrases import Slot, parse, render
from xinglin.models.text.grammar.slots import slot_text
from xinglin.models.text.grammar.wording import listed, sentence, separated
from xinglin.records import Fact, Point
from xinglin.records.errors import InvalidInput
from xinglin.shelf.promises import AbstractWriter


class GrammarWriter(AbstractWriter):
    """Words points by the phrases of a kind's word book."""

    name = "grammar"

    def write(self, points: Sequence[Point], facts: Mapping[str, Fact], words: Mapping[str, str], language: str, seed: int) -> list[str]:
        """One finished sentence (or a few) per point, in order. `seed` changes nothing: clarity needs no variety.

        Raises InvalidInput XL-WORDS-002 for a phrase the word book lacks.
        """
        book = complete(words, language)
        return [self._one(point, [facts[fact] for fact in point.facts], book, language) for point in points]

    def _one(self, point: Point, facts: Sequence[Fact], book: Mapping[str, str], language: str) -> str:
        return sentence(_worded(point.phrase, facts, point.slots, book, language), language)


def _worded(phrase: str, facts: Sequence[Fact], given: Mapping[str, str], book: Mapping[str, str], language: str) -> str:
    if phrase not in book:
        raise InvalidInput("XL-WORDS-002", f"the word book has no phrase {phrase!r}", where=f"words/{language}.toml", fix="add it")

    def fill(slot: Slot) -> str:
        if slot.loop:
            chosen = [fact for fact in facts if not slot.role or fact.kind == slot.role]
            chosen = chosen[1:] if slot.loop == "rest" else chosen
            texts = list(dict.fromkeys(_worded(slot.phrase, [fact], given, book, language) for fact in chosen))
            return listed(texts, language) if slot.loop == "all" else separated(texts, language)
        if not slot.role and slot.name in given:
            return given[slot.name]
        fact = _who(slot.role, facts)
        return slot_text(fact, slot.name, book, language) if fact is not None else ""

    return render(parse(book[phrase]), fill)


def _who(role: str, facts: Sequence[Fact]) -> Fact | None:
    """The fact a slot speaks of: the first, the n-th ("2"), or the first of a kind ("trend")."""
    if role.isdigit():
        return facts[int(role) - 1] if int(role) <= len(facts) else None
    return next((fact for fact in facts if not role or fact.kind == role), None)


WRITER = GrammarWriter()
