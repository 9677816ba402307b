"""Orders held against a chart: what speaks against each, before anybody gives it. Nothing is kept and nothing is ordered.

An order is a FHIR MedicationRequest, alone or in a Bundle or list; its dose and rhythm are read as those of a record are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from xinglin.flow.asked import Outcome
from xinglin.records import Chart, Fact
from xinglin.records.errors import InvalidInput
from xinglin.records.medication import Concern, MedicineUse

if TYPE_CHECKING:
    from xinglin.flow.house import House

REFUSED = 5


class JudgedOrder(msgspec.Struct, frozen=True):
    """One order and everything that speaks against it, gravest first. `stop`: it must not go out as it is."""

    medicine: str
    name: str
    concerns: tuple[Concern, ...]

    @property
    def stop(self) -> bool:
        """A never-event, or what a label or guideline forbids."""
        return any(one.stop for one in self.concerns)

    @property
    def loud(self) -> bool:
        """Whether anything interrupts."""
        return any(one.grave for one in self.concerns)


def are_orders(text: str) -> bool:
    """Whether a file's text is FHIR JSON and no prose."""
    return text.lstrip().startswith(("{", "[")) and '"resourceType"' in text


def judged(house: House, text: str, chart: Chart, as_of: str) -> tuple[JudgedOrder, ...]:
    """Every MedicationRequest of a FHIR text against the chart. Raises InvalidInput XL-FLOW-041 for a text without one."""
    from xinglin.models.medication_safety import against, circumstances_of, uses_of

    facts = house.facts(chart, as_of)
    who = circumstances_of(facts, as_of)
    taken = tuple(use for use in uses_of(facts) if not use.considered)
    return tuple(JudgedOrder(order.key, order.name, against(who, order, taken)) for order in _orders(text, chart))


def _orders(text: str, chart: Chart) -> Sequence[MedicineUse]:
    from xinglin import intake
    from xinglin.models.medication_safety import uses_of
    from xinglin.workup.medicines import medicine_facts

    resources = [(f"MedicationRequest/order-{number}", one) for number, one in enumerate(_requests(text), 1)]
    if not resources:
        raise InvalidInput(
            "XL-FLOW-041",
            "the file holds no order",
            why="no MedicationRequest is in it",
            fix="give a MedicationRequest, or a Bundle of them",
        )
    read = intake.chart_of(resources)
    uses = []
    for medicine in read.medicines:  # each by itself: two orders of one medicine are two orders
        only = replace(Chart(person=chart.person), medicines=(replace(medicine, status="active", intent="order"),))
        uses += [replace(use, considered=True, since="", fact="") for use in uses_of(_as_taken(medicine_facts(only, "")))]
    return uses


def _as_taken(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    return tuple(replace(fact, status="current") for fact in facts)


def _requests(text: str) -> list[bytes]:
    try:
        body = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise InvalidInput("XL-FLOW-042", "the file is no JSON", fix="give FHIR JSON, or a text of sentences") from error
    listed: list[Any] = body if isinstance(body, list) else [body]
    if not isinstance(body, list) and body.get("resourceType") == "Bundle":
        listed = [entry.get("resource") for entry in body.get("entry", [])]
    orders = (one for one in listed if isinstance(one, dict) and one.get("resourceType") == "MedicationRequest")
    return [msgspec.json.encode({**one, "id": f"order-{number}"}) for number, one in enumerate(orders, 1)]


def outcome(found: Sequence[JudgedOrder], language: str) -> Outcome:
    """For scripts and people; exit 5 where anything interrupts."""
    rows = [
        {"medicine": one.medicine, "name": one.name, "stop": one.stop, "concerns": [concern_value(c, language) for c in one.concerns]}
        for one in found
    ]
    lines = [line for one in found for line in _lines(one, language)]
    return Outcome({"orders": rows}, tuple(lines), REFUSED if any(one.loud for one in found) else 0)


def concern_value(one: Concern, language: str) -> dict[str, Any]:
    """A concern as scripts read it."""
    return {
        "id": one.id, "kind": one.kind, "severity": one.severity, "stop": one.stop, "never_event": one.never_event, "tolerated": one.tolerated,
        "with": one.other, "why": one.words.get(language, ""), "advice": one.advice.get(language, ""), "facts": list(one.facts),
        "knowledge": f"{one.knowledge} {one.pointer}".strip(), "source": one.source, "verified": one.verified,
    }  # fmt: skip


def _lines(one: JudgedOrder, language: str) -> list[str]:
    word = "STOP" if one.stop else "ask " if one.loud else "ok  "
    lines = [f"{word} {one.name}"]
    for concern in one.concerns:
        told = f"{concern.words.get(language, '')}; {concern.advice.get(language, '')}".rstrip("; ")
        lines.append(f"       {concern.severity:<16}{concern.kind:<17}{told}{'' if concern.verified else '  [source not opened]'}")
    return lines
