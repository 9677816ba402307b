"""The status codes of R4: what is not one of them is doubtful, and so is a status that says "unknown".

Source: the required value sets of FHIR R4 (4.0.1) for the `status` element of each type; "entered-in-error" is
handled before.
"""

from __future__ import annotations

from xinglin.formats.fhir.reading import Json, Reading

_EVENT = frozenset("preparation in-progress not-done on-hold stopped completed unknown".split())  # noqa: SIM905
_REQUEST = frozenset("draft active on-hold revoked completed unknown".split())  # noqa: SIM905
STATUSES = {
    "Observation": frozenset("registered preliminary final amended corrected cancelled unknown".split()),  # noqa: SIM905
    "DiagnosticReport": frozenset("registered partial preliminary final amended corrected appended cancelled unknown".split()),  # noqa: SIM905
    "MedicationRequest": frozenset("active on-hold cancelled completed stopped draft unknown".split()),  # noqa: SIM905
    "MedicationStatement": frozenset("active completed intended stopped on-hold unknown not-taken".split()),  # noqa: SIM905
    "MedicationAdministration": frozenset("in-progress not-done on-hold completed stopped unknown".split()),  # noqa: SIM905
    "MedicationDispense": frozenset("preparation in-progress cancelled on-hold completed stopped declined unknown".split()),  # noqa: SIM905
    "Procedure": _EVENT,
    "Encounter": frozenset("planned arrived triaged in-progress onleave finished cancelled unknown".split()),  # noqa: SIM905
    "Immunization": frozenset({"completed", "not-done"}),
    "CarePlan": _REQUEST,
    "Composition": frozenset({"preliminary", "final", "amended"}),
    "DocumentReference": frozenset({"current", "superseded"}),
    "FamilyMemberHistory": frozenset({"partial", "completed", "health-unknown"}),
    "ImagingStudy": frozenset({"registered", "available", "cancelled", "unknown"}),
}


def check_status(kind: str, r: Json, at: Reading) -> None:
    """Report a status that is missing, unknown, or no code of the type."""
    allowed = STATUSES.get(kind)
    if allowed is None:
        return
    status = r.get("status")
    if not status:
        at.report("XL-FHIR-118", "missing", "status", "no status: nobody can tell whether it is final or planned", "add the status", "note")
    elif status not in allowed:
        at.report("XL-FHIR-119", "doubtful", "status", "not a status of this type in R4", "use a code of the standard")
    elif status == "unknown":
        at.report("XL-FHIR-117", "doubtful", "status", "the source does not know the status", "ask for it where it matters", "note")
