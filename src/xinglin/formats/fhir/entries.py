"""The lists a chart is made of, while they fill."""

from __future__ import annotations

from msgspec.structs import replace

from xinglin.records import chart as records
from xinglin.records.chart import Chart, Identity, Person
from xinglin.records.genomics import Genome
from xinglin.records.imaging import Lesion, ScanSeries

LISTS = (
    "encounters", "problems", "measurements", "medicines", "allergies", "procedures", "reports", "documents", "immunizations",
    "family", "imaging", "care_plans", "goals", "specimens", "devices", "variants",
    "scans", "lesions", "genomes",
)  # fmt: skip


class Entries:
    """Everything read so far of one person. `panels`: member observation to the panel it belongs to."""

    def __init__(self) -> None:
        self.person = Person()
        self.identity = Identity()
        self.relatives: list[str] = []
        self.panels: dict[str, str] = {}
        self.encounters: list[records.Encounter] = []
        self.problems: list[records.Problem] = []
        self.measurements: list[records.Measurement] = []
        self.medicines: list[records.Medicine] = []
        self.allergies: list[records.Allergy] = []
        self.procedures: list[records.Procedure] = []
        self.reports: list[records.Report] = []
        self.documents: list[records.Document] = []
        self.immunizations: list[records.Immunization] = []
        self.family: list[records.FamilyMember] = []
        self.imaging: list[records.ImagingStudy] = []
        self.care_plans: list[records.CarePlan] = []
        self.goals: list[records.Goal] = []
        self.specimens: list[records.Specimen] = []
        self.devices: list[records.Device] = []
        self.variants: list[records.Variant] = []
        self.scans: list[ScanSeries] = []
        self.lesions: list[Lesion] = []
        self.genomes: list[Genome] = []

    def chart(self) -> Chart:
        """The chart as far as it has come, without version and unmapped."""
        return replace(Chart(person=self.person, identity=self.identity), **{name: tuple(getattr(self, name)) for name in LISTS})
