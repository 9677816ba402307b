"""Images in FHIR's words: an ImagingStudy for series the house keeps, Observations for a lesion somebody marked and for lung density.

R4 has no place for geometry or an outline, so each travels whole in an extension of ours beside the standard elements.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from xinglin.formats.fhir.entries import Entries
from xinglin.formats.fhir.reading import Json, NotForTheChart
from xinglin.formats.fhir.sound_scans import fault_of_lesion, fault_of_series
from xinglin.records.imaging import Lesion, LesionMeasures, LungMeasures, ScanSeries

SCAN_EXTENSION: Final = "urn:xinglin:scan"
LESION_EXTENSION: Final = "urn:xinglin:lesion"
LUNGS: Final = "urn:xinglin:lungs"
_UCUM: Final = "http://unitsofmeasure.org"
_SHOWN: Final = {"[hnsf'U]": "HU"}
T = TypeVar("T")


def scans(r: Json, source: str, out: Entries) -> None:
    """The kept series of an ImagingStudy of ours; other studies have none. Raises NotForTheChart XL-FHIR-140, 141."""
    found = [_series_of(one, text, source) for one in r.get("series") or () if (text := _extension(one, SCAN_EXTENSION))]
    for one in found:
        twice = next((number for number, known in enumerate(out.scans) if known.uid == one.uid), None)
        if twice is None:
            out.scans.append(one)
        else:  # told twice: what was once called artificial stays so
            known = out.scans[twice]
            out.scans[twice] = msgspec.structs.replace(known, synthetic=known.synthetic or one.synthetic)


def _series_of(holder: Json, text: str, source: str) -> ScanSeries:
    one = _decoded(text, ScanSeries, source)
    fault = fault_of_series(one) or ("" if one.uid == holder.get("uid") else "uid")
    if fault:
        raise NotForTheChart("XL-FHIR-141", f"extension {fault}", f"{source} holds a series that cannot be")
    return msgspec.structs.replace(one, source=source)


def is_lesion(r: Json) -> bool:
    """Whether an Observation is a lesion marked in this house."""
    return "extension" in r and bool(_extension(r, LESION_EXTENSION))


def lesion(r: Json, source: str, out: Entries) -> None:
    """The lesion of an Observation of ours, outline and all. Raises NotForTheChart XL-FHIR-140, 141."""
    one = _decoded(_extension(r, LESION_EXTENSION), Lesion, source)
    slices = next((known.slices for known in out.scans if known.uid == one.series_uid), 0)
    fault = fault_of_lesion(one, slices)
    if fault:
        raise NotForTheChart("XL-FHIR-141", f"extension {fault}", f"{source} holds a lesion that cannot be")
    out.lesions.append(msgspec.structs.replace(one, source=source))


def imaging_study(patient: str, series: Sequence[ScanSeries], description: str = "") -> tuple[str, bytes]:
    """(reference, JSON) of the ImagingStudy of one study's series; the same series give the same bytes."""
    first = series[0]
    identifier = first.source.removeprefix("ImagingStudy/")
    whens = sorted(one.when for one in series if one.when)
    resource = {
        "resourceType": "ImagingStudy",
        "id": identifier,
        "status": "available",
        "identifier": [{"system": "urn:dicom:uid", "value": f"urn:oid:{first.study_uid}"}],
        "subject": {"reference": patient},
        **({"started": whens[0]} if whens else {}),
        **({"description": description} if description else {}),
        "numberOfSeries": len(series),
        "numberOfInstances": sum(one.slices for one in series),
        "series": [_series(one) for one in series],
    }
    return first.source, _bytes(resource)


def _series(one: ScanSeries) -> Json:
    return {
        "extension": [{"url": SCAN_EXTENSION, "valueString": msgspec.json.encode(one).decode()}],
        "uid": one.uid,
        "modality": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": one.modality},
        **({"description": one.description} if one.description else {}),
        "numberOfInstances": one.slices,
        **({"started": one.when} if one.when else {}),
    }


def lesion_observation(patient: str, one: Lesion) -> tuple[str, bytes]:
    """(reference, JSON) of the Observation of a marked lesion: standard measurements, and the outline in an extension.

    The same mark gives the same bytes; when it was made stands in the ledger.
    """
    measures = one.measures
    resource = {
        "resourceType": "Observation",
        "id": one.source.removeprefix("Observation/"),
        "extension": [{"url": LESION_EXTENSION, "valueString": msgspec.json.encode(one).decode()}],
        "status": "preliminary",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "imaging"}]}],
        "code": {"text": "Lesion marked in an image"},
        "subject": {"reference": patient},
        **({"effectiveDateTime": one.when} if one.when else {}),
        "performer": [{"display": one.marked_by}],
        "method": {"text": one.method},
        "derivedFrom": [{"reference": one.study}],
        "component": [_component(name, value, unit) for name, value, unit in _numbers(measures)],
    }
    return one.source, _bytes(resource)


def lungs_observation(patient: str, one: LungMeasures) -> tuple[str, bytes]:
    """(reference, JSON) of the Observation of one series' lung density; the same measures give the same bytes."""
    rows = (
        ("lung-mean-density", "Mean lung density", one.mean_hu, "[hnsf'U]"),
        ("lung-low-attenuation", "Share of the lungs below -950 HU", one.low_percent, "%"),
        ("lung-percentile-15", "15th percentile of lung density", one.perc15_hu, "[hnsf'U]"),
        ("lung-volume-left", "Volume of the left lung", one.left_ml, "mL"),
        ("lung-volume-right", "Volume of the right lung", one.right_ml, "mL"),
    )
    resource = {
        "resourceType": "Observation",
        "id": one.source.removeprefix("Observation/"),
        "status": "preliminary",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "imaging"}]}],
        "code": {"text": "Lung density in a CT"},
        "subject": {"reference": patient},
        **({"effectiveDateTime": one.when} if one.when else {}),
        "method": {"text": one.method},
        "derivedFrom": [{"reference": one.study}],
        "component": [
            {
                "code": {"coding": [{"system": LUNGS, "code": code}], "text": text},
                "valueQuantity": {"value": value, "unit": _SHOWN.get(unit, unit), "system": _UCUM, "code": unit},
            }
            for code, text, value, unit in rows
        ],
    }
    return one.source, _bytes(resource)


def _numbers(m: LesionMeasures) -> list[tuple[str, float, str]]:
    return [
        ("Long axis", m.long_axis_mm, "mm"),
        ("Short axis", m.short_axis_mm, "mm"),
        ("Volume", m.volume_mm3, "mm3"),
        ("Mean density", m.mean_hu, "[hnsf'U]"),
    ]


def _component(name: str, value: float, unit: str) -> Json:
    return {"code": {"text": name}, "valueQuantity": {"value": round(value, 1), "unit": unit, "system": _UCUM, "code": unit}}


def _extension(holder: Json, url: str) -> str:
    for item in holder.get("extension") or ():
        if isinstance(item, dict) and item.get("url") == url:
            return str(item.get("valueString", ""))
    return ""


def _decoded(text: str, kind: type[T], source: str) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError:
        raise NotForTheChart("XL-FHIR-140", "extension", f"{source} holds a scan or lesion that does not read") from None


def _bytes(resource: Json) -> bytes:
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()
