"""What the person has, had, reacts to, was done to them, and runs in the family."""

from __future__ import annotations

from xinglin.formats.fhir.entries import Entries
from xinglin.formats.fhir.reading import (
    Json,
    Reading,
    amount_words,
    code_of,
    concept,
    concepts,
    first_code,
    notes,
    number_text,
    quantity,
    range_words,
    side_of,
    words_of,
)
from xinglin.formats.fhir.shape import shape
from xinglin.records.chart import Allergy, FamilyMember, Immunization, Problem, Procedure, Reaction

CONDITION = shape(
    "clinicalStatus:CC verificationStatus:CC category:CC* severity:CC code:CC bodySite:CC* subject:Ref encounter:Ref onsetDateTime "
    "onsetAge:Q onsetPeriod:Period onsetRange:Range onsetString abatementDateTime abatementAge:Q abatementPeriod:Period "
    "abatementRange:Range abatementString abatementBoolean! recordedDate stage*{summary:CC type:CC} note:Note*"
)
ALLERGY = shape(
    "clinicalStatus:CC verificationStatus:CC type category* criticality code:CC patient:Ref onsetDateTime onsetAge:Q onsetPeriod:Period "
    "onsetString recordedDate reaction*{substance:CC manifestation:CC* description onset severity exposureRoute? note?}"
)
PROCEDURE = shape(
    "status code:CC subject:Ref encounter:Ref performedDateTime performedPeriod:Period performedString performedAge:Q "
    "reasonCode:CC* reasonReference:Ref* bodySite:CC* outcome:CC"
)
IMMUNIZATION = shape(
    "status statusReason:CC vaccineCode:CC patient:Ref occurrenceDateTime occurrenceString "
    "protocolApplied*{doseNumberPositiveInt# doseNumberString}"
)
FAMILY = shape(
    "status patient:Ref date? relationship:CC deceasedBoolean! deceasedAge:Q deceasedDate deceasedString deceasedRange:Range "
    "condition*{code:CC outcome? onsetAge:Q onsetRange:Range onsetPeriod:Period onsetString}"
)  # fmt: skip


def _onset(r: Json, at: Reading, name: str) -> str:
    """The time (date, or start of a period) of onset[x] or abatement[x]; words are for `_said`."""
    if f"{name}DateTime" in r:
        return at.time(r, f"{name}DateTime")
    return at.period(r.get(f"{name}Period"), f"{name}Period")[0] if f"{name}Period" in r else ""


def _said(r: Json, name: str) -> tuple[str, ...]:
    """onset[x] or abatement[x] that is neither a time nor a single age, as a note."""
    words = []
    if f"{name}Range" in r:
        words.append(range_words(r[f"{name}Range"]))
    if f"{name}String" in r:
        words.append(r[f"{name}String"])
    if name == "abatement" and "abatementAge" in r:
        words.append(amount_words(r["abatementAge"]))
    if r.get("abatementBoolean") and name == "abatement":
        words.append("yes")
    return tuple(f"{name}: {word}" for word in words if word)


def condition(r: Json, at: Reading, out: Entries) -> None:
    """A problem or diagnosis. A stage is its words; several are joined."""
    sites, stages = r.get("bodySite"), r.get("stage") or ()
    span = r.get("onsetPeriod")
    ended = _onset(r, at, "abatement") or (at.period(span, "onsetPeriod")[1] if span else "")
    out.problems.append(
        Problem(
            source=at.source,
            concept=concept(r.get("code")),
            clinical_status=code_of(r.get("clinicalStatus")),
            verification=code_of(r.get("verificationStatus")),
            category=first_code(r.get("category")),
            severity=words_of(r.get("severity")),
            onset=_onset(r, at, "onset"),
            onset_age=quantity(r.get("onsetAge")),
            ended=ended,
            recorded=at.time(r, "recordedDate"),
            sites=concepts(sites),
            side=side_of(" ".join(_all_words(site) for site in sites)) if sites else None,
            stage=", ".join([words for stage in stages if (words := words_of(stage.get("summary") or stage.get("type")))]),
            encounter=at.reference(r.get("encounter")),
            notes=notes(r.get("note")) + _said(r, "onset") + _said(r, "abatement"),
        )
    )


def _all_words(site: Json) -> str:
    return " ".join([site.get("text", ""), *(c.get("display", "") for c in site.get("coding") or ())])


def allergy(r: Json, at: Reading, out: Entries) -> None:
    """An allergy or intolerance; a recorded "no known allergy" is kept as written."""
    out.allergies.append(
        Allergy(
            source=at.source,
            concept=concept(r.get("code")),
            clinical_status=code_of(r.get("clinicalStatus")),
            verification=code_of(r.get("verificationStatus")),
            kind=r.get("type", ""),
            categories=tuple(r.get("category") or ()),
            criticality=r.get("criticality", ""),
            reactions=tuple([_reaction(item, at, number) for number, item in enumerate(r.get("reaction") or ())]),
            onset=_onset(r, at, "onset") or r.get("onsetString", "") or amount_words(r.get("onsetAge")),
            recorded=at.time(r, "recordedDate"),
        )
    )


def _reaction(item: Json, at: Reading, number: int) -> Reaction:
    signs = concepts(item.get("manifestation"))
    if item.get("description") and not signs:
        signs = (concept({"text": item["description"]}),)
    return Reaction(signs=signs, severity=item.get("severity", ""), when=at.time(item, "onset", f"reaction[{number}]."))


def procedure(r: Json, at: Reading, out: Entries) -> None:
    """Something that was done."""
    sites = r.get("bodySite")
    start, end = at.period(r.get("performedPeriod"), "performedPeriod")
    out.procedures.append(
        Procedure(
            source=at.source,
            concept=concept(r.get("code")),
            status=r.get("status", ""),
            start=at.time(r, "performedDateTime") or start,
            end=end,
            reasons=at.reasons(r),
            sites=concepts(sites),
            side=side_of(" ".join(_all_words(site) for site in sites)) if sites else None,
            outcome=words_of(r.get("outcome")),
            encounter=at.reference(r.get("encounter")),
        )
    )
    for name in ("performedString", "performedAge"):
        if name in r:
            at.report("XL-FHIR-111", "doubtful", name, "the time is not a date; the entry is kept without it", "give performedDateTime")


def immunization(r: Json, at: Reading, out: Entries) -> None:
    """A vaccination, or the reason why there was none."""
    if "occurrenceString" in r:
        at.report("XL-FHIR-111", "doubtful", "occurrenceString", "the time is not a date; the entry is kept without it", "give a date")
    protocol = (r.get("protocolApplied") or [{}])[0]
    number = protocol.get("doseNumberPositiveInt")
    out.immunizations.append(
        Immunization(
            source=at.source,
            concept=concept(r.get("vaccineCode")),
            status=r.get("status", ""),
            when=at.time(r, "occurrenceDateTime"),
            dose_number=number_text(number) if number is not None else protocol.get("doseNumberString", ""),
            reason_not_done=words_of(r.get("statusReason")),
        )
    )


def family_history(r: Json, at: Reading, out: Entries) -> None:
    """A relative's illnesses."""
    conditions = r.get("condition") or ()
    died = at.time(r, "deceasedDate") or amount_words(r.get("deceasedAge")) or r.get("deceasedString", "")
    died = died or (range_words(r["deceasedRange"]) if r.get("deceasedRange") else "")
    out.family.append(
        FamilyMember(
            source=at.source,
            relationship=concept(r.get("relationship")),
            conditions=tuple([concept(item.get("code")) for item in conditions]),
            onsets=tuple([_relative_onset(item, at, number) for number, item in enumerate(conditions)]),
            status=r.get("status", ""),
            died=died or ("yes" if r.get("deceasedBoolean") else ""),
        )
    )


def _relative_onset(item: Json, at: Reading, number: int) -> str:
    if "onsetPeriod" in item:
        return at.period(item["onsetPeriod"], f"condition[{number}].onsetPeriod")[0]
    return amount_words(item.get("onsetAge")) or (range_words(item["onsetRange"]) if "onsetRange" in item else item.get("onsetString", ""))
