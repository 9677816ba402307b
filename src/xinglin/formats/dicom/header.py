"""Whose file this is and what it belongs to: the fields by which a record is linked to a person and a study.

The person's values live in this record alone; no error and no log repeats them. Dates are written as FHIR writes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from xinglin.formats.dicom.elements import Dataset
from xinglin.formats.dicom.tags import TAGS
from xinglin.formats.dicom.values import text, uid, whole, word, words
from xinglin.records.errors import XinglinError

_DATE = re.compile(r"(\d{4})[.-]?(\d{2})[.-]?(\d{2})\Z")
_TIME = re.compile(r"(\d{2}):?(\d{2}):?(\d{2})(\.\d{1,6})?\Z")
# How a Series Description of ours, or of another maker who labels, tells that the content is artificial.
_ARTIFICIAL = re.compile(r"\s*(SYNTHETIC|PHANTOM)\b|AI[- ]?(generated|made|生成)|人工智能(生成|合成)", re.IGNORECASE)
_SYNTHESIZING = ("109100", "DCM")  # CID 7005, Synthesizing Equipment
_OURS = "Xinglin"  # the manufacturer our writers name; `marks` holds it beside pydicom, which the reading process does without
_ZONE = re.compile(r"([+-]\d{2})(\d{2})\Z")


class Header(Struct, frozen=True, kw_only=True):
    """Fields for linking. "" where the file says nothing; dates as FHIR date, or dateTime when the file states its time zone.

    patient_name: the first (usually Latin) form as written, parts joined by "^"; `patient_names` holds all forms.
    sex: M, F, O or "". other_ids: (identifier, issuer). synthetic: see `_says_synthetic`.
    """

    sop_class: str = ""
    instance_uid: str = ""
    study_uid: str = ""
    series_uid: str = ""
    frame_of_reference: str = ""
    modality: str = ""
    transfer_syntax: str = ""
    patient_name: str = ""
    patient_names: tuple[str, ...] = ()
    patient_id: str = ""
    issuer: str = ""
    other_ids: tuple[tuple[str, str], ...] = ()
    birth_date: str = ""
    sex: str = ""
    study_date: str = ""
    series_date: str = ""
    acquired: str = ""
    accession: str = ""
    study_id: str = ""
    study_description: str = ""
    series_description: str = ""
    protocol: str = ""
    body_part: str = ""
    laterality: str = ""
    manufacturer: str = ""
    model: str = ""
    institution: str = ""
    series_number: int | None = None
    instance_number: int | None = None
    image_type: tuple[str, ...] = ()
    synthetic: bool = False
    identity_removed: bool = False
    notes: tuple[str, ...] = ()  # elements that could not be read and were left out


def date_of(written: str) -> str:
    """A DICOM date as YYYY-MM-DD, "" when it is none."""
    match = _DATE.match(written)
    if not match:
        return ""
    year, month, day = (int(part) for part in match.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def moment_of(day: str, time: str, zone: str) -> str:
    """FHIR dateTime of a day, a time and a zone; the day alone where one of them is missing or no value."""
    when, clock, offset = date_of(day), _TIME.match(time), _ZONE.match(zone)
    if not (when and clock and offset):
        return when
    hour, minute, second = (int(part) for part in clock.groups()[:3])
    if hour > 23 or minute > 59 or second > 59 or int(offset[1][1:]) > 14 or int(offset[2]) > 59:
        return when
    return f"{when}T{hour:02}:{minute:02}:{second:02}{offset[1]}:{offset[2]}"


class _Lenient:
    """Reads descriptive elements; one that cannot be read is left out and named."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset, self.notes, self.sets = dataset, [], ()
        self.sets = self.words("SpecificCharacterSet")

    def _read(self, read: Callable[..., Any], empty: Any, *inputs: object) -> Any:
        try:
            return read(*inputs)
        except XinglinError as error:
            self.notes.append(f"{error.where}: {error.why}")
            return empty

    def words(self, keyword: str) -> tuple[str, ...]:
        return self._read(words, (), self.dataset, keyword)

    def word(self, keyword: str) -> str:
        return next(iter(self.words(keyword)), "")

    def text(self, keyword: str) -> str:
        return self._read(text, "", self.dataset, keyword, self.sets)

    def items(self, dataset: Dataset, keyword: str) -> Sequence[Dataset]:
        return self._read(dataset.items_of, (), TAGS[keyword][0])

    def of(self, item: Dataset, keyword: str) -> str:
        return self._read(text, "", item, keyword, self.sets)

    def whole(self, keyword: str) -> int | None:
        return self._read(whole, None, self.dataset, keyword)

    def moment(self, day: str, time: str) -> str:
        return moment_of(self.word(day), self.word(time), self.word("TimezoneOffsetFromUTC"))

    def acquired(self) -> str:
        written = self.word("AcquisitionDateTime")
        if written:
            own = re.search(r"[+-]\d{4}\Z", written)
            zone = own.group() if own else self.word("TimezoneOffsetFromUTC")
            return moment_of(written[:8], written[8:14], zone)
        return self.moment("AcquisitionDate", "AcquisitionTime") or self.moment("ContentDate", "AcquisitionTime")

    def other_ids(self) -> tuple[tuple[str, str], ...]:
        found = []
        for item in self._read(self.dataset.items_of, (), TAGS["OtherPatientIDsSequence"][0]):
            pair = (self._read(text, "", item, "PatientID", self.sets), self._read(text, "", item, "IssuerOfPatientID", self.sets))
            if pair[0]:
                found.append(pair)
        return tuple(found)


def _says_synthetic(dataset: Dataset, read: _Lenient) -> bool:
    """Whether anything in the file says that its content is artificial: one mark is enough, since others may have been removed.

    Synthetic Data (0008,001C) YES; an item of the Contributing Equipment Sequence that is synthesizing equipment or ours;
    our name as manufacturer; a Series Description that says so.
    """
    if word(dataset, "SyntheticData") == "YES" or read.text("Manufacturer") == _OURS:
        return True
    if _ARTIFICIAL.search(read.text("SeriesDescription")):
        return True
    for item in read.items(dataset, "ContributingEquipmentSequence"):
        codes = read.items(item, "PurposeOfReferenceCodeSequence")
        if read.of(item, "Manufacturer") == _OURS or any(
            (read.of(code, "CodeValue"), read.of(code, "CodingSchemeDesignator")) == _SYNTHESIZING for code in codes
        ):
            return True
    return False


def header_from(dataset: Dataset, syntax: str) -> Header:
    """The header of one data set.

    A descriptive element that cannot be read is left out and named in `notes`; an identifier that is none raises XL-DICOM-012.
    """
    read = _Lenient(dataset)
    names = tuple(part for part in read.text("PatientName").split("=") if part)
    return Header(
        sop_class=uid(dataset, "SOPClassUID"),
        instance_uid=uid(dataset, "SOPInstanceUID"),
        study_uid=uid(dataset, "StudyInstanceUID"),
        series_uid=uid(dataset, "SeriesInstanceUID"),
        frame_of_reference=uid(dataset, "FrameOfReferenceUID"),
        modality=word(dataset, "Modality"),
        transfer_syntax=syntax,
        patient_name=names[0] if names else "",
        patient_names=names,
        patient_id=read.text("PatientID"),
        issuer=read.text("IssuerOfPatientID"),
        other_ids=read.other_ids(),
        birth_date=date_of(read.word("PatientBirthDate")),
        sex=read.word("PatientSex"),
        study_date=read.moment("StudyDate", "StudyTime"),
        series_date=read.moment("SeriesDate", "SeriesTime"),
        acquired=read.acquired(),
        accession=read.text("AccessionNumber"),
        study_id=read.text("StudyID"),
        study_description=read.text("StudyDescription"),
        series_description=read.text("SeriesDescription"),
        protocol=read.text("ProtocolName"),
        body_part=read.word("BodyPartExamined"),
        laterality=read.word("Laterality"),
        manufacturer=read.text("Manufacturer"),
        model=read.text("ManufacturerModelName"),
        institution=read.text("InstitutionName"),
        series_number=read.whole("SeriesNumber"),
        instance_number=read.whole("InstanceNumber"),
        image_type=read.words("ImageType"),
        synthetic=_says_synthetic(dataset, read),
        identity_removed=read.word("PatientIdentityRemoved") == "YES",
        notes=tuple(read.notes),
    )
