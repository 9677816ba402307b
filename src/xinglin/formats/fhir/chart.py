"""From stored FHIR resources to the chart of one person.

The chart is always derived: this runs on every load, in any order of the input, with the same result. What has
no place in the chart is counted in `Chart.unmapped`; what cannot be used is set aside and said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from xinglin.formats.fhir import conditions, documents, genes, medicines, observations, people, plans
from xinglin.formats.fhir.entries import Entries
from xinglin.formats.fhir.findings import Finding
from xinglin.formats.fhir.lookup import Lookup, contained_of
from xinglin.formats.fhir.marks import is_own
from xinglin.formats.fhir.reading import Json, NotForTheChart, Reading
from xinglin.formats.fhir.shape import EmptyElement, Shape, WrongType, walk, without_nulls
from xinglin.formats.fhir.statuses import check_status
from xinglin.formats.fhir.strict import parse, resource
from xinglin.formats.fhir.unchecked import objects_in
from xinglin.formats.fhir.versions import newest_rows
from xinglin.records.chart import Chart, Unmapped
from xinglin.records.errors import XinglinError
from xinglin.records.moments import first_instant

_Reader = Callable[[Json, Reading, Entries], None]
READERS: dict[str, tuple[Shape, _Reader]] = {
    "Patient": (people.PATIENT, people.patient),
    "RelatedPerson": (people.RELATED_PERSON, people.related_person),
    "Encounter": (people.ENCOUNTER, people.encounter),
    "Condition": (conditions.CONDITION, conditions.condition),
    "AllergyIntolerance": (conditions.ALLERGY, conditions.allergy),
    "Procedure": (conditions.PROCEDURE, conditions.procedure),
    "Immunization": (conditions.IMMUNIZATION, conditions.immunization),
    "FamilyMemberHistory": (conditions.FAMILY, conditions.family_history),
    "Observation": (observations.OBSERVATION, observations.observation),
    "MedicationRequest": (medicines.MEDICATION_REQUEST, medicines.medication_request),
    "MedicationStatement": (medicines.MEDICATION_STATEMENT, medicines.medication_statement),
    "MedicationAdministration": (medicines.MEDICATION_ADMINISTRATION, medicines.medication_administration),
    "MedicationDispense": (medicines.MEDICATION_DISPENSE, medicines.medication_dispense),
    "DiagnosticReport": (documents.REPORT, documents.report),
    "DocumentReference": (documents.DOCUMENT_REFERENCE, documents.document_reference),
    "Composition": (documents.COMPOSITION, documents.composition),
    "ImagingStudy": (documents.IMAGING_STUDY, documents.imaging_study),
    "CarePlan": (plans.CARE_PLAN, plans.care_plan),
    "Goal": (plans.GOAL, plans.goal),
    "Specimen": (plans.SPECIMEN, plans.specimen),
    "Device": (plans.DEVICE, plans.device),
    "MolecularSequence": (genes.MOLECULAR_SEQUENCE, genes.molecular_sequence),
}
# Read only through the entries that point at them: a medicine's name, a ward's name, the text of a note.
LOOKED_UP: dict[str, Shape | None] = {
    "Medication": medicines.MEDICATION,
    "Location": None,
    "Organization": None,
    "Practitioner": None,
    "PractitionerRole": None,
    "Binary": None,
    "Basic": None,
}

POINTED_AT = {kind: shape for kind, (shape, _) in READERS.items()} | {kind: shape for kind, shape in LOOKED_UP.items() if shape}
# Elements that may turn the meaning of a resource round (isModifier in R4) and are not understood here.
_CHANGES_MEANING = frozenset({"modifierExtension", "implicitRules", "isSubpotent", "link"})


class Derived(Struct, frozen=True):
    """A chart and what was found while deriving it. `mapped` resources have entries; `set_aside` are not used."""

    chart: Chart
    findings: tuple[Finding, ...] = ()
    mapped: int = 0
    looked_up: int = 0
    set_aside: int = 0
    unmapped: int = 0  # whole resources of types without a place in the chart


def chart_of(resources: Iterable[tuple[str, bytes]]) -> Chart:
    """The chart of one person's (reference, raw JSON) pairs. `id` and `subject` are left to the store."""
    return derive(resources).chart


def derive(resources: Iterable[tuple[str, bytes]], parsed: Mapping[str, Json] | None = None) -> Derived:
    """The chart of one person with the findings. Bytes that are no FHIR resource are set aside, never raised.

    `parsed` holds resources that were parsed a moment ago from the same bytes, so that they need not be again.
    """
    rows, older = newest_rows(resources)
    return _Deriving(rows, parsed or {}).run(older)


class _Deriving:
    """One pass over one person's resources, in the order of their references."""

    def __init__(self, rows: list[tuple[str, bytes]], parsed: Mapping[str, Json]) -> None:
        self.rows, self.parsed = rows, parsed
        self.findings: list[Finding] = []
        self.out = Entries()
        self.paths: dict[str, dict[str, int]] = {}
        self.whole: dict[tuple[str, str], int] = {}
        self.at = Reading(Lookup(rows, POINTED_AT), self.findings)
        self.counts = {"mapped": 0, "looked_up": 0, "set_aside": 0, "unmapped": 0}

    def run(self, older: Sequence[str]) -> Derived:
        for reference in older:
            self._set_aside(reference, reference.partition("/")[0], "XL-FHIR-121", "an older version; the newer one is used", "note")
        for reference, raw in self.rows:
            kind = reference.partition("/")[0]
            if kind not in READERS and kind not in LOOKED_UP:
                self._without_place(kind)
                continue
            try:
                found = self.parsed.get(reference) or resource(parse(raw, where=reference), where=reference)
            except XinglinError as error:
                self._set_aside(reference, kind, error.code, error.what)
            else:
                self._read(reference, found, raw)
        return self._finished(_digest(self.rows))

    def _read(self, reference: str, found: Json, raw: bytes) -> None:
        kind = found["resourceType"]
        if _entered_in_error(found):
            self._set_aside(reference, kind, "XL-FHIR-120", "entered in error", "note")
            return
        if "meta" in found and is_own(found):
            self._set_aside(reference, kind, "XL-FHIR-122", "written by a release of ours or asserted by AI", "note")
            return
        reader = READERS.get(kind)
        if reader is None:
            self._read_around(reference, kind, found, raw)
            return
        shape, read = reader
        unmapped = self.paths.setdefault(kind, {})
        checked = self._checked(reference, kind, found, raw, shape, unmapped)
        if checked is None:
            return
        found = checked
        at = self.at
        at.source, at.kind = reference, kind
        at.contained = contained_of(found, self.findings, reference, POINTED_AT) if "contained" in found else {}
        check_status(kind, found, at)
        try:
            read(found, at, self.out)
        except NotForTheChart as reason:
            self._set_aside(f"{reference} {reason.path}", kind, reason.code, reason.why)
        else:
            self.counts["mapped"] += 1

    def _checked(self, reference: str, kind: str, found: Json, raw: bytes, shape: Shape, unmapped: dict[str, int]) -> Json | None:
        """The resource once its types are right, without null elements; None when it is set aside."""
        if shape.fits(raw, found, unmapped):
            return found
        trial: dict[str, int] = {}
        try:
            try:
                walk(found, shape.node, trial)
            except EmptyElement:
                trial = {}
                found = without_nulls(found)
                self._find("XL-FHIR-103", "doubtful", reference, "an element is null; it is left out", "leave the element out")
                walk(found, shape.node, trial)
        except WrongType as wrong:
            self._set_aside(f"{reference} {wrong.path}", kind, "XL-FHIR-104", wrong.why)
            return None
        except EmptyElement:
            self._set_aside(reference, kind, "XL-FHIR-104", "an element is null where FHIR wants a value")
            return None
        for path, count in trial.items():
            unmapped[path] = unmapped.get(path, 0) + count
            if path.rpartition(".")[2] in _CHANGES_MEANING and found.get(path) is not False:
                self._find(
                    "XL-FHIR-105", "doubtful", f"{reference} {path}", "an element that may change the meaning is not understood",
                    "read the source before relying on this entry",
                )  # fmt: skip
        return found

    def _read_around(self, reference: str, kind: str, found: Json, raw: bytes) -> None:
        """Resources without an entry of their own."""
        if kind not in LOOKED_UP:
            self._without_place(kind)
            return
        self.counts["looked_up"] += 1
        shape = LOOKED_UP[kind]
        if shape is not None:
            self._checked(reference, kind, found, raw, shape, self.paths.setdefault(kind, {}))

    def _without_place(self, kind: str) -> None:
        self.counts["unmapped"] += 1
        key = (kind, "this type has no place in the chart")
        self.whole[key] = self.whole.get(key, 0) + 1

    def _set_aside(self, place: str, kind: str, code: str, why: str, severity: str = "warning") -> None:
        self.counts["set_aside"] += 1
        self.findings.append(Finding(code, severity, "set_aside", place, why, "correct it at its source and take it in again"))  # type: ignore[arg-type]
        key = (kind, why)
        self.whole[key] = self.whole.get(key, 0) + 1

    def _find(self, code: str, kind: str, place: str, why: str, remedy: str) -> None:
        self.findings.append(Finding(code, "warning", kind, place, why, remedy))  # type: ignore[arg-type]

    def _finished(self, digest: str) -> Derived:
        out = self.out
        out.identity = people.with_relatives(out.identity, out.relatives)
        if out.panels:
            out.measurements = [
                replace(m, panel=out.panels[m.source]) if m.source in out.panels and not m.path else m for m in out.measurements
            ]
        rows = [Unmapped(kind, "", count, why) for (kind, why), count in self.whole.items()]
        rows += [Unmapped(kind, path, count) for kind, paths in self.paths.items() for path, count in paths.items()]
        chart = replace(
            out.chart(),
            version=digest,
            newest=_newest(out),
            unmapped=tuple(sorted(rows, key=attrgetter("resource_type", "path", "why"))),
        )
        return Derived(chart, tuple(sorted(self.findings)), **self.counts)


def _digest(rows: Sequence[tuple[str, bytes]]) -> str:
    """SHA-256 of all references and resources, each with its length before it."""
    digest = hashlib.sha256()
    for first in range(0, len(rows), _TOGETHER):
        digest.update(
            b"".join([b"%d:%b%d:%b" % (len(name), name.encode(), len(raw), raw) for name, raw in rows[first : first + _TOGETHER]])
        )
    return digest.hexdigest()


_TOGETHER = 64


def _entered_in_error(r: Json) -> bool:
    if r.get("status") == "entered-in-error" or r.get("lifecycleStatus") == "entered-in-error" or r.get("docStatus") == "entered-in-error":
        return True
    if "verificationStatus" not in r:
        return False
    return any(c.get("code") == "entered-in-error" for c in objects_in(r["verificationStatus"], "coding"))


def _newest(out: Entries) -> str:
    """The latest time of any clinical entry; planned ends and due dates do not count."""
    times = [
        *(t for e in out.encounters for t in (e.start, e.end)),
        *(t for p in out.problems for t in (p.onset, p.recorded, p.ended)),
        *(m.when or m.issued for m in out.measurements),
        *(m.when or m.start for m in out.medicines),
        *(a.recorded for a in out.allergies),
        *(t for p in out.procedures for t in (p.start, p.end)),
        *(r.when or r.issued for r in out.reports),
        *(e.when for e in chain(out.documents, out.immunizations, out.imaging, out.variants)),
        *(e.start for e in chain(out.care_plans, out.goals)),
        *(s.collected for s in out.specimens),
    ]
    known = [t for t in times if t and t[0].isdigit()]
    if not known:
        return ""
    last = max(known)
    # Time zones shift a moment by less than two days, so only these can be the latest.
    floor = (date.fromisoformat(_full_day(last)) - timedelta(days=2)).isoformat() if last[:4] > "0001" else ""
    return max(sorted({t for t in known if t[:10] >= floor[: len(t)]}), key=first_instant)


def _full_day(when: str) -> str:
    return when[:10] if len(when) >= 10 else when + "-01-01"[len(when) - 4 :]
