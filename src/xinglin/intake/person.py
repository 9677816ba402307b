"""What intake hands on: people with their source resources, and what was wrong with the input."""

from __future__ import annotations

from msgspec import Struct

from xinglin.formats.fhir.chart import chart_of
from xinglin.formats.fhir.findings import Finding
from xinglin.records.chart import Chart, Identity, Unmapped


class QualityReport(Struct, frozen=True):
    """How well one person's record was read. Counts are resources; `findings` name places, never values.

    read = converted + supporting + set_aside + without_place. `supporting` resources (Medication, Location ...)
    are read through the entries that point at them.
    """

    read: int = 0
    converted: int = 0
    supporting: int = 0
    set_aside: int = 0
    without_place: int = 0
    findings: tuple[Finding, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()

    @property
    def doubtful(self) -> tuple[Finding, ...]:
        """What was kept but should be looked at."""
        return tuple(f for f in self.findings if f.kind == "doubtful")

    @property
    def missing(self) -> tuple[Finding, ...]:
        """What a record should hold and this one does not."""
        return tuple(f for f in self.findings if f.kind == "missing")


class PersonRecord(Struct, frozen=True):
    """One person of the input. `patient` is "Patient/id"; `resources` are (reference, raw JSON), sorted.

    The resources include the shared ones this person's entries point at. `born` and `sex` are as written.
    `derived` is the chart as it was derived for the quality report, where the input was small enough to keep it.
    """

    patient: str
    identity: Identity
    born: str
    sex: str
    resources: tuple[tuple[str, bytes], ...]
    quality: QualityReport = QualityReport()
    derived: Chart | None = None

    @property
    def chart(self) -> Chart:
        """The chart of these resources. `id` and `subject` are left to the store."""
        return self.derived or chart_of(self.resources)


class Intake(Struct, frozen=True):
    """Everything read. `left_over` are references that belong to no patient in the input; `read` counts resources.

    `repeated` counts resources given more than once (same or older content), `refused` those of people who
    could not be told apart, and those under a name that only this house gives.
    """

    people: tuple[PersonRecord, ...]
    findings: tuple[Finding, ...] = ()
    read: int = 0
    repeated: int = 0
    refused: int = 0
    left_over: tuple[str, ...] = ()
    files: int = 0
