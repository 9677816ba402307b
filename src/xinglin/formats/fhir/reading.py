"""The hands of the reader: what every mapping function uses to take times, concepts and amounts from a resource.

Values stay as written. A date that is no date is reported with its place and left out of the entry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from xinglin.formats.fhir.findings import Finding, FindingKind, Severity
from xinglin.formats.fhir.references import target
from xinglin.formats.fhir.strict import Numeral, dumps
from xinglin.records.chart import Side
from xinglin.records.moments import first_instant
from xinglin.records.quantity import UCUM, Code, Concept, Quantity

Json = dict[str, Any]
NO_CONCEPT = Concept()
_TIME = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?)?)?\Z")
_LEFT = re.compile(r"\bleft\b|左", re.IGNORECASE)
_RIGHT = re.compile(r"\bright\b|右", re.IGNORECASE)
_BOTH = re.compile(r"\bbilateral\b|\bboth\b|双侧|雙側|两侧|兩側", re.IGNORECASE)
_TWELVE = 1e16  # from here on, and below 0.0001, Python and JSON write numbers differently


def is_time(text: str) -> bool:
    """Whether FHIR date, dateTime or instant text names a real moment of the calendar."""
    return len(text) <= _LONGEST_TIME and _is_time(text)


_LONGEST_TIME = 40


@lru_cache(maxsize=8192)
def _is_time(text: str) -> bool:
    if not _TIME.match(text):
        return False
    try:
        datetime.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)
    except ValueError:
        return False
    return text[:4] not in ("0001", "9999") or _has_instant(text)


def _has_instant(text: str) -> bool:
    """Whether a moment at the ends of the calendar still exists in UTC."""
    try:
        first_instant(text)
    except (ValueError, OverflowError):
        return False
    return True


def number_text(value: float | int) -> str:
    """The number as the source wrote it."""
    text = str(value)
    return text if "e" not in text or value.__class__ is Numeral else dumps(value).decode()


def quantity(item: Json | None) -> Quantity | None:
    """A Quantity, or None when there is no number. Only a UCUM code becomes `unit`."""
    if not item:
        return None
    value = item.get("value")
    if value is None:
        return None
    code = item.get("code", "")
    unit = code if item.get("system") == UCUM else ""
    text = str(value) if value.__class__ is int else number_text(value)
    return Quantity(text, unit, item.get("unit") or code, item.get("comparator", ""))


def concept(item: Json | None) -> Concept:
    """A CodeableConcept with all its codes."""
    if not item:
        return NO_CONCEPT
    codes = item.get("coding")
    if not codes:
        return Concept(item.get("text", ""))
    return Concept(item.get("text", ""), tuple([Code(c.get("system", ""), c.get("code", ""), c.get("display", "")) for c in codes]))


def concepts(items: list[Json] | None) -> tuple[Concept, ...]:
    """Several CodeableConcepts."""
    return tuple([concept(item) for item in items]) if items else ()


def code_of(item: Json | None) -> str:
    """The first code of a CodeableConcept, else its text, else "". For bound value sets such as a status."""
    if not item:
        return ""
    for coding in item.get("coding") or ():
        if code := coding.get("code"):
            return code
    return item.get("text", "")


def words_of(item: Json | None) -> str:
    """What to call a CodeableConcept: its text, first display or first code."""
    if not item:
        return ""
    if text := item.get("text"):
        return text
    coding = item.get("coding") or ()
    for one in coding:
        if display := one.get("display"):
            return display
    return next((one["code"] for one in coding if one.get("code")), "")


def first_code(items: list[Json] | None) -> str:
    """The code of the first of several concepts."""
    return code_of(items[0]) if items else ""


def notes(items: list[Json] | None) -> tuple[str, ...]:
    """The texts of annotations."""
    return tuple([text for item in items if (text := item.get("text"))]) if items else ()


def amount_words(item: Json | None) -> str:
    """A Quantity as words: "< 5 mg"."""
    found = quantity(item)
    return f"{found.comparator}{found.value} {found.shown_unit}".strip() if found else ""


def range_words(item: Json) -> str:
    """A Range as words: "5 mg - 10 mg"; an open end is left out: ">= 5 mg"."""
    low, high = amount_words(item.get("low")), amount_words(item.get("high"))
    if low and high:
        return f"{low} - {high}"
    return f">= {low}" if low else f"<= {high}" if high else ""


def ratio_words(item: Json) -> str:
    """A Ratio as words: "1:128" for bare numbers, "5 mg / 1 mL" with units."""
    above, below = amount_words(item.get("numerator")), amount_words(item.get("denominator"))
    if not above or not below:
        return above or below
    return f"{above}:{below}" if " " not in above + below else f"{above} / {below}"


def side_of(words: str) -> Side | None:
    """Left, right or bilateral when the words of a body site say so, in English or Chinese."""
    if not words:
        return None
    left, right = bool(_LEFT.search(words)), bool(_RIGHT.search(words))
    if (left and right) or _BOTH.search(words):
        return "bilateral"
    return "left" if left else "right" if right else None


class NotForTheChart(Exception):
    """A resource is well written, but an entry made of it would be misread."""

    def __init__(self, code: str, path: str, why: str) -> None:
        super().__init__(why)
        self.code, self.path, self.why = code, path, why


class Resources(Protocol):
    """All resources of one person, found by any way to refer to them."""

    def reference(self, text: str) -> str:
        """The "Type/id" that a reference text means, or ""."""
        ...

    def find(self, text: str) -> dict[str, Any] | None:
        """The resource that a reference text means, with right types; None when it is not there."""
        ...


class Reading:
    """One resource being read: where it stands, what it may look up, and what was found on the way."""

    __slots__ = ("contained", "findings", "kind", "lookup", "source")

    def __init__(self, lookup: Resources, findings: list[Finding]) -> None:
        self.lookup, self.findings = lookup, findings
        self.source, self.kind = "", ""
        self.contained: Mapping[str, Json] = {}

    def report(self, code: str, kind: FindingKind, path: str, reason: str, remedy: str = "", severity: Severity = "warning") -> None:
        """Add a finding about the resource at hand."""
        self.findings.append(Finding(code, severity, kind, f"{self.source} {path}".strip(), reason, remedy))

    def time(self, item: Json, name: str, path: str = "") -> str:
        """A time as written, or "" (and a finding) when the calendar does not know it."""
        text = item.get(name)
        if not text:
            return ""
        if is_time(text):
            return text
        self.report(
            "XL-FHIR-101",
            "doubtful",
            path + name,
            "this is not a date of the calendar; the entry is kept without it",
            "correct the date at its source",
        )
        return ""

    def period(self, item: Json | None, path: str) -> tuple[str, str]:
        """Start and end of a Period."""
        return (self.time(item, "start", path + "."), self.time(item, "end", path + ".")) if item else ("", "")

    def reference(self, item: Json | None) -> str:
        """The "Type/id" a Reference points at; resolved against the person's resources where that is possible."""
        if not item:
            return ""
        text = item.get("reference", "")
        if not text:
            return ""
        if text[0] == "#":
            return f"{self.source}{text}"
        return target(text) or self.lookup.reference(text) or text

    def reasons(self, r: Json) -> tuple[Concept, ...]:
        """reasonCode, and what the Conditions and Observations of reasonReference are called."""
        found = concepts(r.get("reasonCode"))
        for item in r.get("reasonReference") or ():
            there = self.look_up(item)
            named = concept(there["code"]) if there and isinstance(there.get("code"), dict) else Concept(item.get("display", ""))
            if named != NO_CONCEPT and named not in found:
                found += (named,)
        return found

    def references(self, items: list[Json] | None) -> tuple[str, ...]:
        """Several references."""
        return tuple([text for item in items if (text := self.reference(item))]) if items else ()

    def look_up(self, item: Json | None) -> Json | None:
        """The resource a Reference points at: contained or among the person's resources; None when it is not there."""
        text = item.get("reference", "") if item else ""
        if not text:
            return None
        if text[0] == "#":
            return self.contained.get(text[1:])
        return self.lookup.find(text)
