"""Everything known about one person at one moment, as it was read.

Every entry names the resource it came from (`source`, e.g. "Observation/f001") and, where an entry is a
part of a resource, the FHIRPath inside it (`path`, e.g. "component[0]"). Times are FHIR date or dateTime
text, exactly as written (`2019`, `2019-03`, `2019-03-04T08:00:00+08:00`); `records.moments` compares them.
Entries marked entered-in-error never reach a Chart; intake lists them.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from xinglin.records.genomics import Genome, OutsideCall
from xinglin.records.imaging import Lesion, ScanSeries
from xinglin.records.quantity import Concept, Quantity

Side = Literal["left", "right", "bilateral"]


class Identity(Struct, frozen=True):
    """Who the person is. Read by identity checks and the release header; writers never see it."""

    names: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()  # (system, value)
    telecoms: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    relatives: tuple[str, ...] = ()  # names of contacts and related persons


class Person(Struct, frozen=True):
    """Sex, birth, death and languages. Names and numbers are in Identity."""

    source: str = ""
    sex: Literal["male", "female", "other", "unknown"] = "unknown"
    born: str = ""
    died: str = ""  # date, or "yes" when only the fact is recorded
    languages: tuple[str, ...] = ()
    marital_status: str = ""
    made_up: bool = False  # marked as test data (HTEST): nobody like this exists


class Encounter(Struct, frozen=True):
    """A visit or a stay, with its setting, reasons and span."""

    source: str
    status: str = ""
    setting: str = ""  # v3-ActCode: AMB, IMP, EMER, ACUTE, ...
    concept: Concept = Concept()
    reasons: tuple[Concept, ...] = ()
    start: str = ""
    end: str = ""
    location: str = ""
    service: str = ""
    discharge: Concept = Concept()
    diagnoses: tuple[str, ...] = ()  # "Condition/x"


class Problem(Struct, frozen=True):
    """A condition as the record states it, with status, certainty, site and span."""

    source: str
    concept: Concept
    clinical_status: str = ""  # active recurrence relapse inactive remission resolved ""
    verification: str = ""  # confirmed provisional differential unconfirmed refuted ""
    category: str = ""
    severity: str = ""
    onset: str = ""
    onset_age: Quantity | None = None
    ended: str = ""
    recorded: str = ""
    sites: tuple[Concept, ...] = ()
    side: Side | None = None
    stage: str = ""
    encounter: str = ""
    notes: tuple[str, ...] = ()


class ReferenceRange(Struct, frozen=True):
    """A range the source gave with a result."""

    low: Quantity | None = None
    high: Quantity | None = None
    text: str = ""
    kind: str = ""  # normal, recommended, treatment, ...


class Measurement(Struct, frozen=True):
    """One Observation, or one component of one. `value` keeps what was written; see `absent` when None."""

    source: str
    concept: Concept
    path: str = ""  # "" or "component[2]"
    status: str = ""
    category: str = ""  # laboratory, vital-signs, social-history, imaging, exam, survey, ...
    quantity: Quantity | None = None
    coded: Concept | None = None
    text: str = ""  # string, boolean, time, ratio, range or sampled data, as words
    absent: str = ""  # data-absent-reason code
    when: str = ""
    issued: str = ""
    interpretations: tuple[str, ...] = ()  # H, L, HH, LL, A, N, POS, NEG, S, R, ...
    ranges: tuple[ReferenceRange, ...] = ()
    site: str = ""
    side: Side | None = None
    method: str = ""
    specimen: str = ""
    panel: str = ""  # source of the panel it belongs to
    encounter: str = ""
    notes: tuple[str, ...] = ()


class Dose(Struct, frozen=True):
    """How a medicine is taken, as written and as parsed. `times` per `period` (`period_unit`: h d wk mo)."""

    text: str = ""
    amount: Quantity | None = None
    rate: Quantity | None = None
    route: str = ""
    times: str = ""
    period: str = ""
    period_unit: str = ""
    timing: str = ""  # code or words: BID, Q6H, AC, "at bedtime"
    as_needed: bool = False
    as_needed_for: str = ""
    maximum: str = ""


class Medicine(Struct, frozen=True):
    """One line of the medicine record. `role` says which kind of resource it came from."""

    source: str
    role: Literal["request", "statement", "administration", "dispense"]
    concept: Concept
    status: str = ""
    intent: str = ""
    when: str = ""  # authored, effective or given
    start: str = ""
    end: str = ""
    doses: tuple[Dose, ...] = ()
    reasons: tuple[Concept, ...] = ()
    encounter: str = ""
    request: str = ""  # the MedicationRequest an administration or dispense answers
    ingredients: tuple[Concept, ...] = ()
    category: str = ""  # inpatient outpatient community discharge
    stop_reason: str = ""
    notes: tuple[str, ...] = ()


class Reaction(Struct, frozen=True):
    """What happened on exposure."""

    signs: tuple[Concept, ...] = ()
    severity: str = ""
    when: str = ""


class Allergy(Struct, frozen=True):
    """An allergy or intolerance, or the recorded absence of any."""

    source: str
    concept: Concept  # may be "no known allergy"
    clinical_status: str = ""
    verification: str = ""
    kind: str = ""  # allergy | intolerance
    categories: tuple[str, ...] = ()
    criticality: str = ""
    reactions: tuple[Reaction, ...] = ()
    onset: str = ""
    recorded: str = ""


class Procedure(Struct, frozen=True):
    """Something done to the person, or planned or not done (see `status`)."""

    source: str
    concept: Concept
    status: str = ""
    start: str = ""
    end: str = ""
    reasons: tuple[Concept, ...] = ()
    sites: tuple[Concept, ...] = ()
    side: Side | None = None
    outcome: str = ""
    encounter: str = ""


class Report(Struct, frozen=True):
    """A DiagnosticReport. `results` are sources of Measurements."""

    source: str
    concept: Concept
    status: str = ""
    category: str = ""
    when: str = ""
    issued: str = ""
    conclusion: str = ""
    conclusions: tuple[Concept, ...] = ()
    results: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()  # sources of Documents made from presentedForm
    encounter: str = ""


class Document(Struct, frozen=True):
    """A note or attachment. `text` is its plain text when it has any; `media_type` what it was."""

    source: str
    path: str = ""
    concept: Concept = Concept()
    status: str = ""
    when: str = ""
    title: str = ""
    media_type: str = ""
    text: str = ""
    encounter: str = ""


class Immunization(Struct, frozen=True):
    """A vaccination given, or not done with its reason."""

    source: str
    concept: Concept
    status: str = ""
    when: str = ""
    dose_number: str = ""
    reason_not_done: str = ""


class FamilyMember(Struct, frozen=True):
    """A relative and the conditions recorded of them."""

    source: str
    relationship: Concept
    conditions: tuple[Concept, ...] = ()
    onsets: tuple[str, ...] = ()  # one per condition, "" when unknown
    status: str = ""
    died: str = ""


class ImagingStudy(Struct, frozen=True):
    """A study and its series; the images themselves are not here."""

    source: str
    when: str = ""
    modalities: tuple[str, ...] = ()
    description: str = ""
    uid: str = ""
    series: tuple[tuple[str, str, int], ...] = ()  # (uid, modality, instances)
    site: str = ""
    side: Side | None = None
    encounter: str = ""


class CarePlan(Struct, frozen=True):
    """A plan of care with its activities."""

    source: str
    title: str = ""
    status: str = ""
    intent: str = ""
    categories: tuple[Concept, ...] = ()
    start: str = ""
    end: str = ""
    addresses: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    activities: tuple[tuple[Concept, str], ...] = ()  # (what, status)
    encounter: str = ""


class Goal(Struct, frozen=True):
    """A goal, its target and whether it is reached."""

    source: str
    description: str = ""
    status: str = ""
    achievement: str = ""
    start: str = ""
    due: str = ""
    addresses: tuple[str, ...] = ()
    targets: tuple[tuple[Concept, str], ...] = ()


class Specimen(Struct, frozen=True):
    """A sample that results refer to."""

    source: str
    concept: Concept = Concept()
    collected: str = ""
    site: str = ""


class Device(Struct, frozen=True):
    """A device of the person."""

    source: str
    concept: Concept = Concept()
    status: str = ""
    name: str = ""


GENOMIC_SOURCE = "genomic source"  # the part of a Variant that says whose change it is: germline or somatic


class Variant(Struct, frozen=True):
    """A genetic result read from a genomics Observation or a MolecularSequence."""

    source: str
    gene: str = ""
    name: str = ""  # HGVS, star allele or the words of the source
    result: str = ""  # positive, negative, detected, ..., as words
    significance: str = ""
    allele_state: str = ""
    when: str = ""
    genome: str = ""  # assembly or reference sequence
    parts: tuple[tuple[str, str], ...] = ()  # other coded components, (name, value)


class Unmapped(Struct, frozen=True):
    """Something that was read and kept but has no place in the Chart. `path` "" means the whole resource."""

    resource_type: str
    path: str
    count: int
    why: str = ""


class Chart(Struct, frozen=True):
    """One person. `id` is the house's handle ("chart-1"); `subject` a pseudonym, never a name."""

    id: str = ""
    subject: str = ""
    version: str = ""  # digest of the sources it was read from
    newest: str = ""  # latest time of any clinical entry
    person: Person = Person()
    identity: Identity = Identity()
    encounters: tuple[Encounter, ...] = ()
    problems: tuple[Problem, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    medicines: tuple[Medicine, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    reports: tuple[Report, ...] = ()
    documents: tuple[Document, ...] = ()
    immunizations: tuple[Immunization, ...] = ()
    family: tuple[FamilyMember, ...] = ()
    imaging: tuple[ImagingStudy, ...] = ()
    care_plans: tuple[CarePlan, ...] = ()
    goals: tuple[Goal, ...] = ()
    specimens: tuple[Specimen, ...] = ()
    devices: tuple[Device, ...] = ()
    variants: tuple[Variant, ...] = ()
    scans: tuple[ScanSeries, ...] = ()  # series of images the house keeps, with their pixels
    lesions: tuple[Lesion, ...] = ()  # what somebody marked in them
    genomes: tuple[Genome, ...] = ()  # files of genes the house keeps, read at the places that matter
    outside_calls: tuple[OutsideCall, ...] = ()  # genes called by somebody else
    unmapped: tuple[Unmapped, ...] = ()
