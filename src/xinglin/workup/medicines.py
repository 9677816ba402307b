"""Medicines reconciled: requests, statements, administrations and dispenses of one drug become one line with a status.

current, stopped, planned or unknown, with the rule that decided it. What was only given during a stay is never a
current home medicine. Two current lines of one drug stay apart when their product or dose differs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from xinglin.records import Chart, Fact
from xinglin.records.chart import Encounter, Medicine
from xinglin.records.moments import day, sort_key
from xinglin.workup.dosing import Dosing, dosing_of
from xinglin.workup.encounters import STAYS, setting_of
from xinglin.workup.evidence import at
from xinglin.workup.naming import first, has_words, medicine_named
from xinglin.workup.person import has_died

_DECIDING = {"request", "statement"}
_FLUID = re.compile(
    r"\bintake\b|^piggyback$|^solution$|\bflush\b|^LR$|^NaCl\b|lactated ringer|"
    r"sterile water|^sodium chloride 0\.\d+\s*%|^dextrose 5\s*%|^D5W?\b|"
    r"^iso-osmotic|^therapy$|^gastric meds$|^orthopedic$|blood[- ]glucose meter|test strip|blood sugar diagnostic|\blancets?\b|pen needle|\bsyringes? \(|"
    r"^(?:syringe|vial|bag|soln\.?)\b|生理盐水|氯化钠注射液",
    re.IGNORECASE,
)
_OVER = {"finished", "cancelled", "completed", "discharged"}


class _Line(NamedTuple):
    entry: Medicine
    status: str
    reason: str
    inpatient: bool

    @property
    def when(self) -> str:
        return self.entry.when or self.entry.start

    @property
    def dosing(self) -> Dosing:
        return dosing_of(self.entry)


class _Stay(NamedTuple):
    entry: Encounter
    setting: str


def medicine_facts(chart: Chart, as_of: str) -> list[Fact]:
    """One Fact per medicine (per product and dose where several are current): current, planned, unknown, stopped."""
    stays = {one.source: _Stay(one, setting_of(one)) for one in chart.encounters}
    orders = {entry.source: entry for entry in chart.medicines if entry.role == "request"}
    groups: dict[str, list[_Line]] = {}
    for entry in chart.medicines:
        if entry.status == "entered-in-error" or not (entry.concept.words or entry.ingredients):
            continue
        entry = _with_name(entry, orders.get(entry.request))
        stay = stays.get(entry.encounter)
        status, reason = _status(entry, stay, as_of)
        line = _Line(entry, status, reason, _inpatient(entry, stay))
        groups.setdefault(medicine_named(entry.concept, entry.ingredients)[0], []).append(line)
    facts = [_fact(lines) for group in groups.values() for lines in _apart(group)]
    if has_died(chart.person, as_of):
        facts = [_closed(fact) if fact.status in {"current", "planned", "unknown"} else fact for fact in facts]
    order = {"current": 0, "planned": 1, "unknown": 2, "stopped": 3}
    newest = sorted(sorted(facts, key=lambda f: f.id), key=lambda f: sort_key(f.time), reverse=True)
    return sorted(newest, key=lambda f: (order.get(f.status, 4), f.details.get("setting") == "inpatient"))


def _closed(fact: Fact) -> Fact:
    """The same medicine of a person who has died: nothing is current, planned or open any more."""
    current = fact.status == "current"
    rule = "current until death" if current else "the patient has died"
    details = {**fact.details, "rule": rule, **({"until_death": "yes"} if current else {})}
    text = fact.text.rpartition(" (")[0] + f" (stopped: {rule})"
    return replace(fact, text=text, status="stopped", importance=2 if current else 0, details=details)


def _with_name(entry: Medicine, order: Medicine | None) -> Medicine:
    """A line known by a local code alone goes by the name of the order it answers."""
    if order is None or has_words(entry.concept) or entry.ingredients or not has_words(order.concept):
        return entry
    return replace(entry, concept=order.concept, ingredients=order.ingredients)


def _inpatient(entry: Medicine, stay: _Stay | None) -> bool:
    if entry.category in {"inpatient", "outpatient", "community", "discharge"}:
        return entry.category == "inpatient"
    return (
        stay is not None
        and (stay.setting in STAYS or stay.setting == "emergency")
        and entry.role in {"administration", "request", "dispense"}
    )


def _status(entry: Medicine, stay: _Stay | None, as_of: str) -> tuple[str, str]:
    """(status, why) of one line on the day `as_of`."""
    over = stay is not None and (stay.entry.status in _OVER or bool(stay.entry.end and day(stay.entry.end) <= as_of))
    if entry.role == "administration":
        if entry.status == "not-done":
            return "stopped", "recorded as not given"
        if entry.status == "in-progress" and not over:
            return "current", "being given"
        return "stopped", "given, not prescribed to continue"
    if entry.role == "dispense":
        if over and _inpatient(entry, stay):
            return "stopped", "handed over for a stay that has ended"
        return ("unknown", "handed over; whether it is still taken is not recorded") if entry.status == "completed" else ("unknown", "")
    ended = bool(entry.end and day(entry.end) < as_of)
    if entry.intent in {"proposal", "plan", "option"} or entry.status in {"draft", "intended"}:
        return "planned", "planned, not ordered" if entry.role == "request" else "intended"
    if entry.status in {"stopped", "cancelled", "completed", "not-taken", "ended"}:
        return "stopped", entry.stop_reason or {"cancelled": "cancelled", "completed": "completed", "not-taken": "not taken"}.get(
            entry.status, "stopped"
        )
    if entry.status == "active":
        if ended:
            return "stopped", "its period has ended"
        if over and _inpatient(entry, stay) and stay is not None and stay.setting in STAYS and entry.category != "discharge":
            return "stopped", "ordered for a stay that has ended"
        return "current", "recorded as active"
    return "unknown", "on hold" if entry.status == "on-hold" else "status not recorded"


def _apart(lines: list[_Line]) -> list[list[_Line]]:
    """Lines of one drug as one group; several current ones with another product or dose each head a group of their own."""
    current = [line for line in lines if line.status == "current" and line.entry.role in _DECIDING and not _superseded(line, lines)]
    heads: dict[tuple[str, str], list[_Line]] = {}
    for line in current:
        heads.setdefault((line.entry.concept.words.casefold(), line.dosing.dose), []).append(line)
    if len(heads) < 2:
        return [lines]
    taken = {line.entry.source for line in current}
    newest = max(heads, key=lambda head: sort_key(heads[head][-1].when))
    rest = [line for line in lines if line.entry.source not in taken]
    return [[*group, *rest] if head == newest else group for head, group in heads.items()]


def _superseded(line: _Line, lines: Sequence[_Line]) -> bool:
    """Whether the same product was recorded as stopped later on."""
    return any(
        other.status == "stopped" and other.entry.role == "statement" and sort_key(other.when) > sort_key(line.when) for other in lines
    )


def _deciding(lines: Sequence[_Line]) -> _Line:
    """The newest request or statement; where there is none, the newest line at all. Home lines win over those of a stay."""

    def rank(line: _Line) -> tuple:
        home_current = line.status == "current" and not line.inpatient
        return (not line.inpatient, home_current, sort_key(line.when), line.status == "current", line.entry.source)

    decisive = [line for line in lines if line.entry.role in _DECIDING] or list(lines)
    if any(_superseded(line, lines) for line in decisive if line.status == "current"):
        decisive = [line for line in decisive if not (line.status == "current" and _superseded(line, lines))]
    return max(decisive, key=rank)


def _fact(lines: list[_Line]) -> Fact:
    lead = _deciding(lines)
    entry = lead.entry
    key, names, parts = medicine_named(entry.concept, entry.ingredients)
    dosing = lead.dosing if lead.dosing.dose or lead.dosing.frequency else _any_dosing(lines, lead)
    details = _details(lines, lead, dosing, parts)
    words = first(names, entry.concept.words)
    return Fact(
        id=f"medicine.{entry.source}",
        kind="medicine",
        concept=entry.concept,
        text=" ".join(part for part in (words, dosing.dose, dosing.route, dosing.frequency, f"({lead.status}: {lead.reason})") if part),
        evidence=_evidence(lines, lead),
        key=key,
        names=names,
        value=dosing.dose or None,
        time=lead.when,
        start=entry.start or _began(lines, lead),
        end=entry.end,
        status=lead.status,
        importance={"current": 3, "planned": 2, "unknown": 2}.get(lead.status, 0),
        details=details,
    )


def _any_dosing(lines: Sequence[_Line], lead: _Line) -> Dosing:
    """Dosing of another line that says the same product and status, when the deciding line has none."""
    words = lead.entry.concept.words
    same = (line.dosing for line in lines if line.status == lead.status and line.entry.concept.words == words and line.dosing.dose)
    return next(same, lead.dosing)


def _details(lines: Sequence[_Line], lead: _Line, dosing: Dosing, parts: Mapping[str, str]) -> dict[str, str]:
    entry = lead.entry
    started = _began(lines, lead)
    given = [line.when for line in lines if line.entry.role == "administration"]
    details = {
        **dosing._asdict(), **parts, "role": entry.role, "rule": lead.reason, "record_status": entry.status, "encounter": entry.encounter,
        "setting": "inpatient" if all(line.inpatient for line in lines) or (lead.status == "stopped" and lead.inpatient) else "home",
        "reason": "; ".join(reason.words for reason in entry.reasons), "lines": str(len(lines)) if len(lines) > 1 else "",
        "unnamed": "" if has_words(entry.concept) or entry.ingredients or entry.role != "administration" else "yes",
        "fluid": "yes" if _FLUID.search(entry.concept.words) else "",
        "started_date": day(started), "last_given_date": day(max(given, key=sort_key, default="")),
        "note": "; ".join(entry.notes)[:200],
    }  # fmt: skip
    return {name: text for name, text in details.items() if text}


def _began(lines: Sequence[_Line], lead: _Line) -> str:
    """When the present status began: for current medicines the first of the unbroken current lines."""
    same = [line.when for line in lines if line.status == lead.status and line.entry.role in _DECIDING and line.when]
    return min(same, key=sort_key, default=lead.when)


def _evidence(lines: Sequence[_Line], lead: _Line) -> tuple:
    marks = [at(lead.entry.source), at(lead.entry.source, "status")]  # the medicine itself may be written as a code or as a reference
    if lead.entry.doses:
        marks.append(at(lead.entry.source, "dosageInstruction[0]" if lead.entry.role in {"request", "dispense"} else "dosage"))
    others = sorted((line for line in lines if line is not lead), key=lambda line: sort_key(line.when), reverse=True)
    return tuple(dict.fromkeys([*marks, *(at(line.entry.source) for line in others[:20])]))
