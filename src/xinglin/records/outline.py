"""A draft in reading order: which sentences stand under which heading, and which numbered source backs each.

Every file that leaves (page, PDF, text, FHIR) takes its order, its numbers and its words from here, so that
source 3 on paper is source 3 on the screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from xinglin.records.draft import Draft, Language, Omission, SignedDocument, Statement
from xinglin.records.fact import MADE_HERE, Evidence, Fact
from xinglin.records.medication import GRAVE
from xinglin.records.page_words import PAGE_WORDS
from xinglin.records.quantity import Quantity


class Line(Struct, frozen=True):
    """One sentence and the numbers of the sources it stands on."""

    statement: Statement
    numbers: tuple[int, ...]
    grave: bool = False  # a warning that must not be overlooked


class OutlineSection(Struct, frozen=True):
    """A heading and its sentences. Sections without sentences are left out.

    `table`: of a section that is read as a table, its rows: per row the lines of each column, in the order of `columns`; those lines are also
    among `lines`. `below`: the lines that stand in no cell.
    """

    key: str
    heading: str
    lines: tuple[Line, ...]
    columns: tuple[str, ...] = ()
    table: tuple[tuple[tuple[Line, ...], ...], ...] = ()
    below: tuple[Line, ...] = ()


class NumberedFact(Struct, frozen=True):
    """One numbered source: what is known (`name`, `value`, `flag`, `time`) and the places it was read at."""

    number: int
    fact: Fact
    name: str
    value: str
    flag: str
    time: str
    evidence: tuple[Evidence, ...]

    @property
    def known(self) -> tuple[str, ...]:
        """Name, value, judgement and time, those that there are."""
        return tuple(part for part in (self.name, self.value, self.flag, self.time) if part)

    @property
    def places(self) -> tuple[str, ...]:
        """Where it was read, one per record: "Observation/x#valueQuantity, effectiveDateTime", "knowledge/labs@2026.1: row"."""
        paths: dict[str, list[str]] = {}
        for evidence in self.evidence:
            name, path = split_pointer(evidence.pointer) if evidence.source == "chart" else (f"{evidence.source}: {evidence.pointer}", "")
            paths.setdefault(name, []).extend([path] if path else [])
        return tuple(f"{name}#{', '.join(dict.fromkeys(found))}" if found else name for name, found in paths.items())


class Outline(Struct, frozen=True):
    """A whole draft in reading order."""

    sections: tuple[OutlineSection, ...]
    sources: tuple[NumberedFact, ...]
    omissions: tuple[Omission, ...]


class PatientLine(Struct, frozen=True):
    """The header of a signed document: who it is about, as the source record says it."""

    name: str
    born: str
    sex: str
    identifiers: tuple[str, ...]
    made_up: bool  # the source record is marked as test data (HTEST)


def outline(draft: Draft) -> Outline:
    """The draft's sentences under their headings, each with the numbers of its sources.

    Sources are numbered by fact, in the order the reader meets them. A sentence whose section is not in
    `draft.sections` comes at the end, under its section key: nothing that was signed is dropped.
    """
    facts = {fact.id: fact for fact in draft.facts}
    headings = dict(draft.sections)
    keys = [*headings, *dict.fromkeys(s.section for s in draft.statements if s.section not in headings)]
    by_section = {key: [s for s in draft.statements if s.section == key] for key in keys}
    ordered = dict.fromkeys(fact for key in keys for s in by_section[key] for fact in s.facts if fact in facts)
    number = {fact: i for i, fact in enumerate(ordered, 1)}
    grave = {one for one, fact in facts.items() if fact.kind == "alert" and fact.details.get("severity") in GRAVE}
    tables = {one.section: one.columns for one in draft.tables}
    sections = tuple(
        _section(
            key, headings.get(key, key),
            tuple(Line(s, tuple(number[f] for f in s.facts if f in number), any(f in grave for f in s.facts)) for s in by_section[key]),
            tables.get(key, ()),
        )
        for key in keys
        if by_section[key]
    )  # fmt: skip
    sources = tuple(_numbered(i, facts[fact], draft.language) for fact, i in number.items())
    return Outline(sections, sources, draft.omissions)


def _section(key: str, heading: str, lines: tuple[Line, ...], columns: tuple[tuple[str, str], ...]) -> OutlineSection:
    keys = [name for name, _ in columns]
    placed = [line for line in lines if line.statement.cell[1] in keys]
    rows = dict.fromkeys(line.statement.cell[0] for line in placed)
    table = tuple(tuple(tuple(line for line in placed if line.statement.cell == (row, name)) for name in keys) for row in rows)
    below = tuple(line for line in lines if line not in placed)
    return OutlineSection(key, heading, lines, tuple(words for _, words in columns), table, below)


def _numbered(number: int, fact: Fact, language: Language) -> NumberedFact:
    flag = fact_flag(fact, language)
    # what an option, a warning or a prediction says is the sentence itself: it is not printed a second time beside its source
    value = "" if fact.id.startswith(MADE_HERE) and fact.kind in ("option", "alert", "prediction") else fact_value(fact, language)
    return NumberedFact(number, fact, fact_name(fact, language), value, flag, fact_time(fact), fact.evidence)


def fact_name(fact: Fact, language: Language) -> str:
    """What the fact is called in `language`: its first name there, else the words of the source."""
    names = fact.names.get(language, ())
    name = names[0] if names else fact.concept.words or fact.text
    word = PAGE_WORDS[language]["trend"]
    return f"{name} ({word})" if fact.kind == "trend" and word not in name else name


def fact_flag(fact: Fact, language: Language) -> str:
    """The record's or our judgement of the value in words ("high", "falling"); "" when there is none."""
    return PAGE_WORDS[language].get(f"flag_{fact.flag}", fact.flag)


_TIME_UNITS = {
    "en": {"a": "years", "mo": "months", "wk": "weeks", "d": "days", "h": "hours", "min": "minutes"},
    "zh": {"a": "岁", "mo": "个月", "wk": "周", "d": "天", "h": "小时", "min": "分钟"},
}


_SYMBOLS = {"{1.73_m2}": "1.73 m²", "kg/m2": "kg/m²", "mm[Hg]": "mmHg"}  # codes of UCUM that nobody writes


def fact_value(fact: Fact, language: Language) -> str:
    """The value as it was written, with its unit; "" when there is none. Bare UCUM units of time become words.

    Words that we made ourselves are given in the reader's language; words of the source stay as they are.
    """
    if not isinstance(fact.value, Quantity):
        ours = fact.value is not None and fact.value == fact.details.get("said")
        return (fact.details.get(f"said_{language}", fact.value) if ours else fact.value) or ""
    unit = fact.value.shown_unit or fact.value.unit
    if unit in ("", fact.value.unit, _TIME_UNITS["en"].get(fact.value.unit)):
        unit = _TIME_UNITS[language].get(fact.value.unit or unit, unit)
        for code, symbol in _SYMBOLS.items():
            unit = unit.replace(code, symbol)
    return f"{fact.value.comparator}{fact.value.value} {unit}".strip()


def fact_time(fact: Fact) -> str:
    """The day it was so, or the span, as the record wrote it."""
    if fact.time:
        return fact.time[:10]
    return " – ".join(dict.fromkeys(part[:10] for part in (fact.start, fact.end) if part))


def split_pointer(pointer: str) -> tuple[str, str]:
    """ "Observation/x#valueQuantity" as ("Observation/x", "valueQuantity"); the second part may be empty."""
    place, _, path = pointer.partition("#")
    return place, path


def patient_line(document: SignedDocument) -> PatientLine:
    """Who the document is about, from the identity kept apart and the source Patient resource (which may be missing)."""
    patient: Mapping[str, Any] = msgspec.json.decode(document.patient) if document.patient else {}
    identity, nobody, pictured = document.identity, _is_nobody(patient), document.made is not None
    words = PAGE_WORDS[document.draft.language]
    return PatientLine(
        name=words["nobody_in_pictures" if pictured else "nobody"] if nobody else identity.names[0] if identity.names else "",
        born=str(patient.get("birthDate", "")),
        sex=str(patient.get("gender", "")),
        identifiers=tuple(value for _, value in identity.identifiers),
        made_up=is_test_data(patient) and not (nobody and pictured),  # of pictures no patient was made up
    )


def _is_nobody(patient: Mapping[str, Any]) -> bool:
    """True for the made-up subject of a draft about nobody: what stands where a name would be is a label in one language, not a name."""
    names = patient.get("name") or ()
    return is_test_data(patient) and bool(names) and all(name.get("use") == "anonymous" for name in names)


def is_test_data(resource: Mapping[str, Any]) -> bool:
    """True when the resource carries the HTEST mark (v3-ActReason) as a security label or a tag."""
    meta = resource.get("meta") or {}
    marks = [*(meta.get("security") or ()), *(meta.get("tag") or ())]
    return any(mark.get("code") == "HTEST" for mark in marks)
