"""Measured lesions as a Structured Report, template TID 1500: what was found, where, how large, and by whom.

One group per lesion: long and short axis with their ends in the patient (SCOORD3D); a second group ties volume and
density to the segment of a Segmentation when there is one. Source: DICOM PS3.16 TID 1500, 1501, 1411.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinglin import __version__
from xinglin.formats.dicom.coded_terms import finding, site
from xinglin.formats.dicom.marks import (
    MANUFACTURER,
    OWN_EQUIPMENT,
    Mark,
    Signer,
    as_unicode,
    check_mark,
    date_time,
    derived_uid,
    file_bytes,
    stamp,
)
from xinglin.formats.dicom.original_slices import header_allows, make_complete, opened, read_original
from xinglin.formats.dicom.write_segmentation import EXPLICIT, settle_equipment, tracking_uid
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from highdicom.sr import (
        Comprehensive3DSR,
        FindingSite,
        Measurement,
        MeasurementReport,
        MeasurementsAndQualitativeEvaluations,
        ObservationContext,
        TrackingIdentifier,
        VolumetricROIMeasurementsAndQualitativeEvaluations,
    )
    from pydicom.dataset import Dataset
    from pydicom.sr.coding import Code

    from xinglin.records.imaging import Lesion, Point_mm

    Outlined = tuple[Dataset, Dataset]  # the Segmentation, and its segment that outlines a lesion
    Group = MeasurementsAndQualitativeEvaluations | VolumetricROIMeasurementsAndQualitativeEvaluations

_SERIES_NUMBER_STEP: Final = 3000


def write_measurements(
    source: Sequence[bytes | Path],
    lesions: Sequence[Lesion],
    *,
    mark: Mark,
    segmentation: bytes | None = None,
    observer: str = "",
    signer: Signer | None = None,
    synthetic: bool | None = None,
    series_number: int | None = None,
) -> bytes:
    """The report as a DICOM file (Comprehensive 3D SR).

    source: files of the series measured in (pixels are not needed). segmentation: a Segmentation of the same study; a
    segment whose tracking id is the lesion's name is its outline. observer: the person who measured, Family^Given.
    signer: makes the report verified and final; without one it is preliminary and unverified.
    Raises InvalidInput XL-DICOM-501, 510, 511, 530 (no lesion, or a slice that is not there), 531 (a number that is
    none), 532 (the header or the segmentation does not allow a report).
    """
    check_mark(mark)
    files = {opened(file, where=f"file {n + 1}").instance: file for n, file in enumerate(source)}
    _check(lesions, files)
    shown = {lesion.measures.slice_instance for lesion in lesions} - {""} | {min(files)}
    headers = {uid: read_original(files[uid], where="the files") for uid in sorted(shown)}
    with header_allows("XL-DICOM-532", "the report cannot be made for this series"):
        outlines = _outlines(segmentation)
        first = headers[min(files)]
        sex = {uid: make_complete(header) for uid, header in headers.items()}[min(files)]
        groups = [group for lesion in lesions for group in _groups(lesion, headers, first, outlines)]
        evidence = _evidence(lesions, headers, first, outlines)
        report = _built(evidence, _content(groups, first, observer, signer), mark, signer, series_number)
        report.PatientSex = sex
        if signer is not None:
            report.VerifyingObserverSequence[0].VerificationDateTime = date_time(signer.signed_at, what="signed_at")
        settle_equipment(report)
        as_unicode(report, mark)
        stamp(report, mark, synthetic=first.get("SyntheticData") == "YES" if synthetic is None else synthetic)
        return file_bytes(report, EXPLICIT)


def _check(lesions: Sequence[Lesion], files: Mapping[str, bytes | Path]) -> None:
    if not lesions or not files:
        raise InvalidInput("XL-DICOM-530", "there is nothing to report", why="no lesion or no file", fix="give at least one of each")
    for n, lesion in enumerate(lesions):
        where, m = f"lesion {n + 1}", lesion.measures
        if m.slice_instance and m.slice_instance not in files:
            raise InvalidInput(
                "XL-DICOM-530", "the slice it was measured in is not among the files", where=where, fix="give the whole series"
            )
        sizes = (m.long_axis_mm, m.short_axis_mm, m.mean_diameter_mm, m.volume_mm3, m.sd_hu)
        if not all(math.isfinite(size) and size >= 0 for size in sizes) or not math.isfinite(m.mean_hu):
            raise InvalidInput("XL-DICOM-531", "a measure is not a number that can be reported", where=where, fix="measure it again")
        if not lesion.name.strip():
            raise InvalidInput(
                "XL-DICOM-530", "a lesion has no name", where=where, why="the name ties it together over time", fix="name it"
            )


def _outlines(segmentation: bytes | None) -> dict[str, Outlined]:
    """Tracking id -> the Segmentation and the segment that outlines it."""
    if segmentation is None:
        return {}
    from pydicom.uid import SegmentationStorage

    found = read_original(segmentation, where="segmentation")
    if found.get("SOPClassUID") != SegmentationStorage:
        raise InvalidInput("XL-DICOM-532", "this is not a Segmentation", where="segmentation", fix="give the file write_segmentation made")
    make_complete(found)
    return {str(segment.get("TrackingID", "")): (found, segment) for segment in found.SegmentSequence}


def _evidence(lesions: Sequence[Lesion], headers: Mapping[str, Dataset], first: Dataset, outlines: Mapping[str, Outlined]) -> list[Dataset]:
    """Everything the report points at; the first one lends patient and study."""
    slices = {lesion.measures.slice_instance for lesion in lesions} - {""}
    images = [first, *(headers[uid] for uid in sorted(slices) if headers[uid] is not first)]
    return images + [outlines[name][0] for name in sorted({lesion.name for lesion in lesions} & set(outlines))[:1]]


def _groups(lesion: Lesion, headers: Mapping[str, Dataset], first: Dataset, outlines: Mapping[str, Outlined]) -> list[Group]:
    from highdicom.sr import MeasurementsAndQualitativeEvaluations, SourceImageForMeasurementGroup, TrackingIdentifier

    outline = outlines.get(lesion.name)
    uid = str(outline[1].get("TrackingUID", "")) if outline else ""
    tracking = TrackingIdentifier(uid=uid or tracking_uid(str(first.StudyInstanceUID), lesion.name), identifier=lesion.name)
    kind = _kind(outline)
    sites = _sites(lesion)
    axes = _axes(lesion, str(first.FrameOfReferenceUID))
    measured_in = headers.get(lesion.measures.slice_instance)
    group = MeasurementsAndQualitativeEvaluations(
        tracking_identifier=tracking,
        finding_type=kind,
        finding_sites=sites,
        measurements=axes if outline else [*axes, *_bulk(lesion)],
        source_images=[SourceImageForMeasurementGroup(measured_in.SOPClassUID, measured_in.SOPInstanceUID)] if measured_in else None,
    )
    return [group, _region(lesion, tracking, kind, sites, outline)] if outline else [group]


def _region(lesion: Lesion, tracking: TrackingIdentifier, kind: Code, sites: list[FindingSite] | None, outline: Outlined) -> Group:
    from highdicom.sr import ReferencedSegment, SourceSeriesForSegmentation, VolumetricROIMeasurementsAndQualitativeEvaluations

    whole, segment = outline
    series = str(whole.ReferencedSeriesSequence[0].SeriesInstanceUID)
    return VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=tracking,
        referenced_segment=ReferencedSegment(
            whole.SOPClassUID, whole.SOPInstanceUID, int(segment.SegmentNumber), source_series=SourceSeriesForSegmentation(series)
        ),
        finding_type=kind,
        finding_sites=sites,
        measurements=_bulk(lesion),
    )


def _kind(outline: Outlined | None) -> Code:
    """What the segment says it is, or a lesion: the word that is always true."""
    from pydicom.sr.coding import Code

    if outline is None:
        return finding("lesion")[1]
    said = outline[1].SegmentedPropertyTypeCodeSequence[0]
    return Code(said.CodeValue, said.CodingSchemeDesignator, said.CodeMeaning)


def _sites(lesion: Lesion) -> list[FindingSite] | None:
    from highdicom.sr import FindingSite

    place = site(lesion.organ, lesion.lobe, lesion.side or "")
    return [FindingSite(place[0], laterality=place[1])] if place else None


def _axes(lesion: Lesion, frame: str) -> list[Measurement]:
    """Long axis, short axis and their mean in that slice, in millimetres."""
    from highdicom.sr import Measurement
    from pydicom.sr.codedict import codes

    m = lesion.measures
    return [
        _length(codes.SCT.LongAxis, m.long_axis_mm, m.long_axis_ends, frame),
        _length(codes.SCT.ShortAxis, m.short_axis_mm, m.short_axis_ends, frame),
        Measurement(codes.SCT.Diameter, m.mean_diameter_mm, codes.UCUM.Millimeter, derivation=codes.SCT.Mean),
    ]


def _length(name: Code, length_mm: float, ends: tuple[Point_mm, Point_mm], frame: str) -> Measurement:
    """A length with its two ends in the patient; without them when both are the same place."""
    import numpy as np
    from highdicom.sr import CoordinatesForMeasurement3D, GraphicTypeValues3D, Measurement
    from pydicom.sr.codedict import codes

    line = None
    if ends[0] != ends[1]:
        line = [CoordinatesForMeasurement3D(GraphicTypeValues3D.POLYLINE, np.array(ends, float), frame)]
    return Measurement(name, length_mm, codes.UCUM.Millimeter, referenced_coordinates=line)


def _bulk(lesion: Lesion) -> list[Measurement]:
    """Volume, and mean and spread of the density."""
    from highdicom.sr import Measurement
    from pydicom.sr.codedict import codes

    m = lesion.measures
    density, unit = codes.DCM.AttenuationCoefficient, codes.UCUM.HounsfieldUnit
    return [
        Measurement(codes.SCT.Volume, m.volume_mm3, codes.UCUM.CubicMillimeter),
        Measurement(density, m.mean_hu, unit, derivation=codes.SCT.Mean),
        Measurement(density, m.sd_hu, unit, derivation=codes.SCT.StandardDeviation),
    ]


def _content(groups: Sequence[Group], first: Dataset, observer: str, signer: Signer | None) -> MeasurementReport:
    from highdicom.sr import MeasurementReport
    from pydicom.sr.codedict import codes

    computed_tomography = first.get("Modality") == "CT"
    return MeasurementReport(
        observation_context=_observers(first, observer or (signer.name if signer else ""), signer),
        procedure_reported=codes.LN.CTUnspecifiedBodyRegion if computed_tomography else codes.SCT.ImagingProcedure,
        imaging_measurements=list(groups),
        title=codes.DCM.ImagingMeasurementReport,
    )


def _observers(first: Dataset, person: str, signer: Signer | None) -> ObservationContext:
    from highdicom.sr import DeviceObserverIdentifyingAttributes, ObservationContext, ObserverContext, PersonObserverIdentifyingAttributes
    from pydicom.sr.codedict import codes

    device = DeviceObserverIdentifyingAttributes(
        uid=derived_uid("device", MANUFACTURER, __version__),
        name=MANUFACTURER,
        manufacturer_name=MANUFACTURER,
        model_name=f"{MANUFACTURER} {__version__}",
    )
    named = None
    if person:
        house = signer.organization if signer is not None and signer.name == person else None
        named = ObserverContext(codes.DCM.Person, PersonObserverIdentifyingAttributes(person, organization_name=house or None))
    return ObservationContext(observer_person_context=named, observer_device_context=ObserverContext(codes.DCM.Device, device))


def _built(
    evidence: Sequence[Dataset], content: MeasurementReport, mark: Mark, signer: Signer | None, number: int | None
) -> Comprehensive3DSR:
    from highdicom.sr import Comprehensive3DSR

    first = evidence[0]
    uid = derived_uid("report", str(first.SeriesInstanceUID), mark.seed, _digest(content), str(signer.signed_at if signer else ""))
    return Comprehensive3DSR(
        evidence=list(evidence),
        content=content[0],
        series_instance_uid=derived_uid("series", uid),
        series_number=number if number is not None else int(first.get("SeriesNumber") or 0) + _SERIES_NUMBER_STEP,
        sop_instance_uid=uid,
        instance_number=1,
        **OWN_EQUIPMENT,
        is_complete=True,
        is_final=signer is not None,
        is_verified=signer is not None,
        verifying_observer_name=signer.name if signer else None,
        verifying_organization=signer.organization if signer else None,
    )


def _digest(content: MeasurementReport) -> str:
    import hashlib

    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_dataset

    buffer = DicomBytesIO()
    buffer.is_implicit_VR, buffer.is_little_endian = False, True
    write_dataset(buffer, content[0], "utf-8")
    return hashlib.sha256(buffer.getvalue()).hexdigest()
