"""The marks on every DICOM object Xinglin writes: who made it, from what seed, and that it is artificial where it is.

The visible label opens the Series Description; Synthetic Data (0008,001C) and one item of the Contributing Equipment
Sequence say the same to machines. Every UID is computed from what went in, never drawn.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypedDict
from uuid import UUID

from msgspec import Struct, field

from xinglin import __version__
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MANUFACTURER: Final = "Xinglin"
IMPLEMENTATION_UID: Final = "2.25.79694691536512890202437077866820904143"
# CID 7005, Contributing Equipment Purpose of Reference. Read in pydicom 3.0.2 `pydicom/sr/_concepts_dict.py` and in
# bvdh/dicom-terminology-in-fhir `input/fsh/ValueSet-dicom-cid-7005-ContributingEquipmentPurposeOfReference.fsh`.
SYNTHESIZING: Final = ("109100", "DCM", "Synthesizing Equipment")
PROCESSING: Final = ("109102", "DCM", "Processing Equipment")
_LONGEST_LABEL, _LONGEST_LO, _LONGEST_ST = 40, 64, 1024


class Equipment(TypedDict):
    """What made an object, in the words of highdicom."""

    manufacturer: str
    manufacturer_model_name: str
    software_versions: str
    device_serial_number: str


OWN_EQUIPMENT: Final[Equipment] = {
    "manufacturer": MANUFACTURER, "manufacturer_model_name": MANUFACTURER, "software_versions": __version__, "device_serial_number": "0",
}  # fmt: skip


class Mark(Struct, frozen=True, kw_only=True):
    """What every object of one release says about itself.

    label: the visible words, at most 40 characters; they open the Series Description ("SYNTHETIC", "AI-made").
    seed: what the content was drawn from, as text; goes into the UIDs.
    description: what was done, one sentence; cut at 64 characters in the Series Description, whole elsewhere.
    made: when the file is made, ISO 8601 with time ("2026-07-01T09:30:00+08:00"); no writer reads a clock.
    aigc: the GB 45438-2025 object, seven strings, where the house has one.
    """

    label: str
    seed: str
    description: str
    made: str
    aigc: Mapping[str, str] = field(default_factory=dict)


class Signer(Struct, frozen=True):
    """The person who verified: name as DICOM writes it (Family^Given), organisation, and when (ISO 8601)."""

    name: str
    organization: str
    signed_at: str


def derived_uid(*parts: str) -> str:
    """A UID under 2.25 from the SHA-256 of the parts: the same parts always give the same UID, at most 44 characters."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"2.25.{UUID(bytes=digest[:16], version=5).int}"


def moment(text: str, *, what: str = "made") -> datetime:
    """The date and time of an ISO 8601 text. Raises InvalidInput XL-DICOM-510 when it has no time of day."""
    try:
        if "T" not in text:
            raise ValueError("no time of day")
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            "XL-DICOM-510", "this is not a date with a time", where=what, why="ISO 8601 is asked for", fix="give 2026-07-01T09:30:00+08:00"
        ) from error


def date_time(text: str, *, what: str = "made") -> str:
    """An ISO 8601 moment as DICOM writes it (VR DT), with its offset from UTC where it names one."""
    given = moment(text, what=what)
    return given.strftime("%Y%m%d%H%M%S") + (given.strftime("%z")[:5] if given.tzinfo else "")


def check_mark(mark: Mark) -> None:
    """Raises InvalidInput XL-DICOM-510 or 511 when a mark cannot be written as it stands."""
    moment(mark.made)
    if not mark.label.strip() or len(mark.label) > _LONGEST_LABEL:
        raise InvalidInput("XL-DICOM-511", "the label is empty or too long", where="label", why="1 to 40 characters", fix="shorten it")
    for name, text in (("label", mark.label), ("seed", mark.seed), ("description", mark.description)):
        if "\\" in text or any(ord(letter) < 32 for letter in text):
            raise InvalidInput(
                "XL-DICOM-511", "the text holds a sign DICOM reserves", where=name, why="backslash or control character", fix="reword it"
            )
    if len(_contribution(mark)) > _LONGEST_ST:
        raise InvalidInput("XL-DICOM-511", "label, seed and AIGC object are too long", why="1024 characters together", fix="shorten them")


def series_description(mark: Mark) -> str:
    """The visible line of a viewer's series list: the label, then what was done, within 64 characters."""
    return f"{mark.label} {mark.description}"[:_LONGEST_LO].rstrip()


def stamp(dataset: Dataset, mark: Mark, *, synthetic: bool) -> None:
    """Puts the mark on an object: description, Synthetic Data, contributing equipment, the moment of making.

    Times are written in the object's own time zone (0008,0201) when it names one, else as given.
    """
    made = _local(moment(mark.made), dataset)
    day, clock = made.strftime("%Y%m%d"), made.strftime("%H%M%S")
    dataset.SeriesDescription = series_description(mark)
    if synthetic:
        dataset.SyntheticData = "YES"
    dataset.InstanceCreationDate = dataset.ContentDate = dataset.SeriesDate = day
    dataset.InstanceCreationTime = dataset.ContentTime = dataset.SeriesTime = clock
    others = [_without_label(item) for item in dataset.get("ContributingEquipmentSequence") or ()]
    dataset.ContributingEquipmentSequence = [*others, _equipment(mark, synthetic)]


def is_plain_text(mark: Mark) -> bool:
    """True when every letter of the mark can stand in any character set."""
    return (mark.label + mark.description + mark.seed + "".join(mark.aigc.values())).isascii()


def as_unicode(dataset: Dataset, mark: Mark) -> None:
    """Makes the object hold the mark's letters: all of its text is re-encoded as UTF-8 when the mark is not plain ASCII."""
    if is_plain_text(mark):
        return
    dataset.decode()
    for element in dataset.iterall():
        if element.VR == "SQ":
            for item in element.value:
                item.pop("SpecificCharacterSet", None)
    dataset.SpecificCharacterSet = "ISO_IR 192"


def mark_of(dataset: Dataset) -> dict[str, object]:
    """What the object says of itself: {"label", "seed", "AIGC"} as `stamp` wrote them, plus "synthetic"; empty for none."""
    found: dict[str, object] = {"synthetic": True} if dataset.get("SyntheticData") == "YES" else {}
    for item in dataset.get("ContributingEquipmentSequence") or ():
        if item.get("Manufacturer") == MANUFACTURER:
            try:
                said = json.loads(item.get("ContributionDescription") or "{}")
            except ValueError:
                continue
            found |= said if isinstance(said, dict) else {}
    return found


def _without_label(item: Dataset) -> Dataset:
    """An earlier contribution; of one of ours the AIGC object is left out, since a file carries exactly one (GB 45438-2025)."""
    from copy import deepcopy

    said = str(item.get("ContributionDescription") or "")
    if item.get("Manufacturer") != MANUFACTURER or _aigc(said) is _NO_LABEL:
        return item
    earlier = deepcopy(item)
    try:
        kept = {name: value for name, value in json.loads(said).items() if name != "AIGC"}
    except (ValueError, AttributeError):
        kept = {}
    earlier.ContributionDescription = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    return earlier


def labels_in(data: bytes) -> tuple[str, tuple[dict[str, object] | None, ...]] | None:
    """(Series Description, AIGC objects of our own items) of a DICOM file; None when it cannot be read as one."""
    import io

    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    try:
        dataset = dcmread(io.BytesIO(data), stop_before_pixels=True, specific_tags=["SeriesDescription", "ContributingEquipmentSequence"])
        items = [i for i in dataset.get("ContributingEquipmentSequence") or () if i.get("Manufacturer") == MANUFACTURER]
        said = [str(item.get("ContributionDescription") or "") for item in items]
        words = str(dataset.get("SeriesDescription") or "")
    except (InvalidDicomError, ValueError, KeyError, AttributeError, TypeError, NotImplementedError, EOFError, struct.error):
        return None
    return words, tuple(label for text in said if (label := _aigc(text)) is not _NO_LABEL)


_NO_LABEL: Final[dict[str, object]] = {}


def _aigc(text: str) -> dict[str, object] | None:
    """The AIGC object in a description of ours; None when it cannot be read, `_NO_LABEL` when it holds none."""
    try:
        said = json.loads(text or "{}")
    except ValueError:
        return None
    if not isinstance(said, dict) or "AIGC" not in said:
        return _NO_LABEL
    return said["AIGC"] if isinstance(said["AIGC"], dict) else None


def file_bytes(dataset: Dataset, syntax: str) -> bytes:
    """The object as a DICOM file (PS3.10) in a native transfer syntax, with file meta information of our own."""
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_dataset

    buffer = DicomBytesIO()
    buffer.write(file_start(str(dataset.SOPClassUID), str(dataset.SOPInstanceUID), syntax))
    buffer.is_implicit_VR, buffer.is_little_endian = syntax == "1.2.840.10008.1.2", syntax != "1.2.840.10008.1.2.2"
    write_dataset(buffer, dataset)
    return buffer.getvalue()


def file_start(sop_class: str, instance: str, syntax: str) -> bytes:
    """Preamble and group 0002, always explicit VR little endian (PS3.10 7.1)."""
    version = b"OB\0\0" + struct.pack("<I", 2) + b"\0\1"
    rows = [(1, version)] + [
        (n, _short("UI", uid, b"\0")) for n, uid in ((2, sop_class), (3, instance), (0x10, syntax), (0x12, IMPLEMENTATION_UID))
    ]
    rows.append((0x13, _short("SH", f"XINGLIN_{__version__}", b" ")))
    body = b"".join(struct.pack("<HH", 2, number) + value for number, value in rows)
    return b"\0" * 128 + b"DICM" + struct.pack("<HH2sHI", 2, 0, b"UL", 4, len(body)) + body


def _short(vr: str, text: str, pad: bytes) -> bytes:
    value = text.encode("ascii")
    value += pad * (len(value) % 2)
    return vr.encode() + struct.pack("<H", len(value)) + value


def code_item(code: tuple[str, str, str]) -> Dataset:
    """An item of a code sequence: value, scheme, meaning."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code
    return item


def _contribution(mark: Mark) -> str:
    said = {"label": mark.label, "seed": mark.seed} | ({"AIGC": dict(mark.aigc)} if mark.aigc else {})
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _equipment(mark: Mark, synthetic: bool) -> Dataset:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.Manufacturer = MANUFACTURER
    item.ManufacturerModelName = MANUFACTURER
    item.SoftwareVersions = __version__
    item.ContributionDateTime = date_time(mark.made)
    item.ContributionDescription = _contribution(mark)
    item.PurposeOfReferenceCodeSequence = [code_item(SYNTHESIZING if synthetic else PROCESSING)]
    return item


def _local(made: datetime, dataset: Dataset) -> datetime:
    offset = str(dataset.get("TimezoneOffsetFromUTC") or "")
    if not offset or made.tzinfo is None:
        return made
    try:
        return made.astimezone(datetime.strptime(offset, "%z").tzinfo)
    except ValueError:
        return made
