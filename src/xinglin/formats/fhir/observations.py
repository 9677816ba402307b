"""Results and findings: Observation, with its components, panels and ranges."""

from __future__ import annotations

from xinglin.formats.fhir import scans
from xinglin.formats.fhir.entries import Entries
from xinglin.formats.fhir.genes import is_genetic, variant_of_observation
from xinglin.formats.fhir.reading import (
    Json,
    Reading,
    code_of,
    concept,
    first_code,
    notes,
    number_text,
    quantity,
    range_words,
    ratio_words,
    side_of,
    words_of,
)
from xinglin.formats.fhir.shape import shape
from xinglin.records.chart import Measurement, ReferenceRange
from xinglin.records.quantity import Concept, Quantity

_VALUE = (
    "valueQuantity:Q valueCodeableConcept:CC valueString valueBoolean! valueInteger# valueRange:Range valueRatio:Ratio "
    "valueSampledData{origin:Q period# factor# lowerLimit# upperLimit# dimensions# data} valueTime valueDateTime valuePeriod:Period "
    "dataAbsentReason:CC interpretation:CC* referenceRange*{low:Q high:Q type:CC text} "
)
OBSERVATION = shape(
    "status category:CC* code:CC subject:Ref encounter:Ref effectiveDateTime effectivePeriod:Period effectiveInstant issued "
    + _VALUE
    + "note:Note* bodySite:CC method:CC specimen:Ref hasMember:Ref* component*{code:CC "
    + _VALUE
    + "}"
)


def observation(r: Json, at: Reading, out: Entries) -> None:
    """One measurement per Observation and one per component; a genetic result becomes a Variant instead."""
    if scans.is_lesion(r):
        scans.lesion(r, at.source, out)
        return
    if is_genetic(r):
        out.variants.append(variant_of_observation(r, at))
        return
    source = at.source
    members = r.get("hasMember")
    if members:
        for member in at.references(members):
            out.panels.setdefault(member, source)
    site, specimen = r.get("bodySite"), r.get("specimen")
    place = words_of(site) if site else ""
    value = _value(r, at, "")
    head = Measurement(
        source,
        concept(r.get("code")),
        "",
        r.get("status", ""),
        first_code(r.get("category")),
        value[0],
        value[1],
        value[2],
        _absent(r),
        _when(r, at),
        at.time(r, "issued"),
        _interpretations(r),
        _ranges(r),
        place,
        side_of(_site_words(site)) if site else None,
        words_of(r.get("method")),
        at.reference(specimen) if specimen else "",
        "",
        at.reference(r.get("encounter")),
        notes(r.get("note")),
    )
    out.measurements.append(head)
    for number, part in enumerate(r.get("component") or ()):
        out.measurements.append(_component(part, f"component[{number}]", head, at))


def _component(part: Json, path: str, head: Measurement, at: Reading) -> Measurement:
    """A component shares time, place and method with its Observation, which is its panel."""
    amount, coded, text = _value(part, at, path + ".")
    return Measurement(
        source=head.source,
        concept=concept(part.get("code")),
        path=path,
        status=head.status,
        category=head.category,
        quantity=amount,
        coded=coded,
        text=text,
        absent=_absent(part),
        when=head.when,
        issued=head.issued,
        interpretations=_interpretations(part),
        ranges=_ranges(part),
        site=head.site,
        side=head.side,
        method=head.method,
        specimen=head.specimen,
        panel=head.source,
        encounter=head.encounter,
    )


def _site_words(site: Json) -> str:
    return " ".join([site.get("text", ""), *(c.get("display", "") for c in site.get("coding") or ())])


def _when(r: Json, at: Reading) -> str:
    if "effectiveDateTime" in r:
        return at.time(r, "effectiveDateTime")
    if "effectiveInstant" in r:
        return at.time(r, "effectiveInstant")
    start, end = at.period(r.get("effectivePeriod"), "effectivePeriod")
    return start or end


_NOTHING: tuple[Quantity | None, Concept | None, str] = (None, None, "")


def _value(r: Json, at: Reading, path: str) -> tuple[Quantity | None, Concept | None, str]:
    """Amount, coded value and words of value[x]; at most one of them is there."""
    if "valueQuantity" in r:
        return (quantity(r["valueQuantity"]), None, "")
    if "valueString" in r:
        return (None, None, r["valueString"] or "")
    if "valueCodeableConcept" in r:
        return (None, concept(r["valueCodeableConcept"]), "")
    if "valueDateTime" in r:
        return (None, None, at.time(r, "valueDateTime", path))
    if "valueInteger" in r:
        return (Quantity(number_text(r["valueInteger"])), None, "")
    if "valueBoolean" in r:
        return (None, None, "true" if r["valueBoolean"] else "false")
    if "valueRange" in r:
        return (None, None, range_words(r["valueRange"]))
    if "valueRatio" in r:
        return (None, None, ratio_words(r["valueRatio"]))
    return _rare_value(r, at, path)


def _rare_value(r: Json, at: Reading, path: str) -> tuple[Quantity | None, Concept | None, str]:
    if "valueTime" in r:
        return (None, None, r["valueTime"])
    if "valuePeriod" in r:
        start, end = at.period(r["valuePeriod"], path + "valuePeriod")
        return (None, None, f"{start} - {end}".strip(" -"))
    if "valueSampledData" in r:
        return (None, None, r["valueSampledData"].get("data", ""))
    return _NOTHING


def _absent(r: Json) -> str:
    return code_of(r["dataAbsentReason"]) if "dataAbsentReason" in r else ""


def _interpretations(r: Json) -> tuple[str, ...]:
    items = r.get("interpretation")
    return tuple([code for item in items if (code := code_of(item))]) if items else ()


def _ranges(r: Json) -> tuple[ReferenceRange, ...]:
    items = r.get("referenceRange")
    if not items:
        return ()
    return tuple(
        [ReferenceRange(quantity(i.get("low")), quantity(i.get("high")), i.get("text", ""), code_of(i.get("type"))) for i in items]
    )
