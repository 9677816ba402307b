"""One person's facts, laid out for looking things up: series of results by time, numbers and dates a fact holds, its words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from xinglin.models.reader.frequencies import rhythm_of
from xinglin.models.reader.numbers import FoundNumber, find_numbers
from xinglin.models.reader.phrase_tree import tokens_of
from xinglin.models.reader.text_forms import fold, is_chinese
from xinglin.models.reader.times import FoundTime, find_times
from xinglin.records.fact import Fact
from xinglin.records.quantity import Quantity


class Result(NamedTuple):
    """One measured value at one time. `fact` is the id of the fact that holds it."""

    value: str
    unit: str
    time: str
    fact: str
    flag: str = ""
    comparator: str = ""
    newest: bool = False


class FactSheet:
    """What one fact holds, worked out when first asked for."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact

    @cached_property
    def words(self) -> str:
        """Every word of the fact, folded."""
        fact = self.fact
        names = [word for words in fact.names.values() for word in words]
        value = fact.value if isinstance(fact.value, str) else ""
        parts = [fact.text, value, fact.concept.text, *(c.display for c in fact.concept.codes), *names, *fact.details.values()]
        return " ".join([fold(part) for part in parts if part] + [fold(evidence.quote) for evidence in fact.evidence if evidence.quote])

    @cached_property
    def tokens(self) -> frozenset[str]:
        """The words of the fact as a set of tokens."""
        return frozenset(token.word for token in tokens_of(self.words))

    @cached_property
    def content(self) -> frozenset[str]:
        """The words of the fact that carry meaning."""
        return frozenset(content_of(self.words))

    @cached_property
    def numbers(self) -> tuple[FoundNumber, ...]:
        """Every number of the fact with its unit: value, details and text."""
        found = list(find_numbers(self.words))
        value = self.fact.value
        if isinstance(value, Quantity):
            from xinglin.models.reader.units import ucum_of

            unit = ucum_of(value.unit or value.shown_unit) if (value.unit or value.shown_unit) else ""
            found.append(FoundNumber(0, 0, 0, value.value, unit, value.shown_unit, value.comparator))
            for key in ("reference_low", "reference_high", "previous_value", "first_value", "lowest_value", "highest_value"):
                if self.fact.details.get(key):
                    found.append(FoundNumber(0, 0, 0, self.fact.details[key], unit, ""))
        return tuple(found)

    @cached_property
    def times(self) -> tuple[str, ...]:
        """Every time of the fact."""
        fact = self.fact
        dated = [
            text for key, text in fact.details.items() if key.endswith(("_date", "onset")) and text[:2] in ("18", "19", "20", "21", "22")
        ]
        return tuple(dict.fromkeys(time for time in (fact.time, fact.start, fact.end, *dated) if time))

    @cached_property
    def said_times(self) -> tuple[FoundTime, ...]:
        """Dates that stand inside the words of the fact (a quoted conclusion, a note)."""
        return tuple(find_times(self.words))

    @cached_property
    def rhythm(self) -> str:
        """How often, for a medicine."""
        if isinstance(self.fact.value, str) and self.fact.kind == "procedure" and (spoken := rhythm_of(self.fact.value)):
            return spoken
        for key in ("frequency", "timing", "dose_text", "text"):
            if (text := self.fact.details.get(key)) and (rhythm := rhythm_of(text)):
                return rhythm
        return ""


class RecordIndex:
    """All facts of one person by id and by subject."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = {fact.id: fact for fact in facts}
        self._sheets: dict[str, FactSheet] = {}
        self._results: dict[tuple[str, ...], tuple[Result, ...]] = {}
        self._all = facts
        self._codes: dict[str, str] = {}

    def sheet(self, fact_id: str) -> FactSheet:
        """What the fact of that id holds. Raises KeyError."""
        sheet = self._sheets.get(fact_id)
        if sheet is None:
            sheet = self._sheets[fact_id] = FactSheet(self.facts[fact_id])
        return sheet

    def results(self, ids: tuple[str, ...]) -> tuple[Result, ...]:
        """The values that these facts hold, oldest first; numbers a trend repeats are left out where a measurement holds them."""
        known = self._results.get(ids)
        if known is None:
            known = self._results[ids] = _results([self.facts[one] for one in ids if one in self.facts])
        return known

    def analyte_code(self, key: str, ids: tuple[str, ...]) -> str:
        """A LOINC code of our laboratory table for the subject of these facts, "" when it knows none."""
        known = self._codes.get(key)
        if known is None:
            known = self._codes[key] = _analyte_code(key, self.facts.get(ids[0]) if ids else None)
        return known

    @cached_property
    def by_analyte(self) -> dict[str, tuple[str, ...]]:
        """The ids of measured facts by the key of our laboratory table ("hemoglobin")."""
        from xinglin.knowledge.labs import analyte

        found: dict[str, list[str]] = {}
        for fact in self._all:
            if fact.kind in ("measurement", "calculation") and isinstance(fact.value, Quantity):
                code = self.analyte_code(fact.key, (fact.id,))
                known = analyte(code) if code else None
                if known is not None:
                    found.setdefault(known.key, []).append(fact.id)
        return {key: tuple(ids) for key, ids in found.items()}

    def holding(self, words: str) -> tuple[Fact, ...]:
        """Facts of the person (no results, nothing that a kind made) in whose words a phrase stands."""
        if words not in self.words:
            return ()
        return tuple(
            fact
            for fact in self._all
            if fact.kind not in ("measurement", "trend", "person", "option", "alert", "prediction")
            and stands_in(words, self.sheet(fact.id).words)
        )

    @cached_property
    def people(self) -> tuple[Fact, ...]:
        """Facts about who the person is."""
        return tuple(fact for fact in self._all if fact.kind == "person")

    @cached_property
    def words(self) -> str:
        """All words of the facts that quote longer text: reports, documents, notes in details."""
        return " \n ".join(self.sheet(fact.id).words for fact in self._all if fact.kind not in ("measurement", "trend"))

    @cached_property
    def stays(self) -> dict[str, Fact]:
        """Hospital stays by the encounter they were recorded as."""
        return {
            evidence.pointer.partition("#")[0]: fact
            for fact in self._all
            if fact.kind == "encounter" and fact.details.get("setting") in ("inpatient", "icu", "day-case", "emergency")
            for evidence in fact.evidence
        }

    @cached_property
    def worded(self) -> tuple[Fact, ...]:
        """Facts whose answer is words: a smoking status, a blood group, a finding."""
        return tuple(
            fact
            for fact in self._all
            if (fact.kind in ("measurement", "calculation") and isinstance(fact.value, str))
            or fact.kind in ("problem", "document", "report")
        )

    @cached_property
    def every_word(self) -> str:
        """All words of the facts, with those of the answers that are words."""
        answers = [self.sheet(fact.id).words for fact in self.worded if fact.kind in ("measurement", "calculation")]
        return " \n ".join([self.words, *answers])

    @cached_property
    def allergies(self) -> tuple[Fact, ...]:
        """All allergy facts."""
        return tuple(fact for fact in self._all if fact.kind == "allergy")


_SMALL = frozenset("的于在为年月日者与及和至自了是有等其之或")


def content_of(text: str) -> set[str]:
    """What carries meaning in a text: Latin words of four letters or more, and pairs of neighbouring Chinese characters."""
    tokens = tokens_of(fold(text))
    found = {token.word for token in tokens if len(token.word) > 3 and token.word.isascii() and token.word.isalpha()}
    if text.isascii():
        return found
    for first, second in itertools.pairwise(tokens):
        if first.end == second.start and is_chinese(first.word) and is_chinese(second.word) and not {first.word, second.word} & _SMALL:
            found.add(first.word + second.word)
    return found


def stands_in(phrase: str, words: str, whole: bool = False) -> bool:
    """Whether a phrase stands in a text as whole words; with `whole` no Chinese character may stand before it (紫杉醇 in 多西紫杉醇)."""
    place = words.find(phrase)
    while place >= 0:
        before, after = words[place - 1 : place], words[place + len(phrase) : place + len(phrase) + 1]
        inside = (phrase[0].isascii() and before.isascii() and before.isalpha()) or (
            phrase[-1].isascii() and after.isascii() and after.isalpha()
        )
        if not inside and not (whole and before and is_chinese(before)):
            return True
        place = words.find(phrase, place + 1)
    return False


def _analyte_code(key: str, fact: Fact | None) -> str:
    from xinglin.knowledge.labs import analyte, by_name

    code = key.removeprefix("loinc:")
    known = analyte(code) if key.startswith("loinc:") else None
    if known is None and fact is not None:
        known = analyte(fact.details.get("analyte", "")) or next(
            (one for lang, names in fact.names.items() for name in names if (one := by_name(name, lang))), None
        )
    if known is None:
        return ""
    return code if code in known.loincs else next(iter(known.loincs), "")


_DATED = {f"{one}_value": f"{one}_date" for one in ("previous", "first", "lowest", "highest")}


def _results(facts: Sequence[Fact]) -> tuple[Result, ...]:
    found: dict[tuple[str, str], Result] = {}
    for fact in facts:
        if isinstance(fact.value, Quantity) and fact.kind in ("measurement", "calculation"):
            unit = fact.value.unit or fact.value.shown_unit
            found.setdefault(
                (fact.value.value, fact.time),
                Result(fact.value.value, unit, fact.time, fact.id, fact.flag, fact.value.comparator, fact.latest),
            )
    for fact in facts:
        if isinstance(fact.value, Quantity) and fact.kind == "trend":
            unit = fact.value.unit or fact.value.shown_unit
            found.setdefault(
                (fact.value.value, fact.time), Result(fact.value.value, unit, fact.time, fact.id, "", fact.value.comparator, True)
            )
            for key, text in fact.details.items():
                if (dated := _DATED.get(key)) and not _held(found, text, fact.details.get(dated, "")):
                    found[text, key] = Result(text, unit, fact.details.get(dated, ""), fact.id)
    return tuple(sorted(found.values(), key=lambda one: one.time))


def _held(found: dict[tuple[str, str], Result], text: str, day: str) -> bool:
    return any(value == text and time[:10] == day for value, time in found)


_made: list[tuple[Sequence[Fact], RecordIndex]] = []


def index_of(facts: Sequence[Fact]) -> RecordIndex:
    """The index of these facts, made once while they are the same object."""
    for known, index in _made:
        if known is facts:
            return index
    index = RecordIndex(facts)
    _made.append((facts, index))
    del _made[:-2]
    return index
