"""Images in: folders of DICOM become series of one person each, with the pixels packed to be kept.

The record gets a Patient (when the person is new) and an ImagingStudy; the pixels travel beside it. A series whose
geometry is not a sound volume is a finding and is left out, unless the repair it needs was asked for by name.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from xinglin.formats.fhir.findings import Finding
from xinglin.formats.fhir.scans import imaging_study, lesion_observation, lungs_observation
from xinglin.formats.fhir.sound_scans import fault_of_lesion
from xinglin.intake.linking import PersonKey
from xinglin.records.errors import InvalidInput, OutOfResources, XinglinError
from xinglin.records.imaging import Lesion, LungMeasures, ScanSeries

if TYPE_CHECKING:
    from xinglin.formats.dicom import Header, SeriesFiles
    from xinglin.records.volume import Volume

_VOLUMES = ("CT", "MR", "PT")
_NOT_IMAGES = (".json", ".ndjson", ".gz", ".txt", ".md", ".text", ".xml", ".csv", ".tsv", ".html", ".pdf", ".vcf", ".hl7")
KEPT_SCAN = "scan/"
_SEXES = {"M": "male", "F": "female", "O": "other"}


class Stated(Struct, frozen=True, array_like=True):
    """What the user said of a file that cannot say it: unit ("" for none), modality, day of the scan."""

    unit: str = ""
    modality: str = ""
    when: str = ""


class Packed(Struct, frozen=True, array_like=True):
    """A series as it is kept: its files as they came, and the repairs that were asked for. `stated`: it is one NIfTI file."""

    files: tuple[bytes, ...]
    repairs: tuple[str, ...] = ()
    stated: Stated | None = None


class FoundSeries(Struct, frozen=True):
    """One sound series: what the chart will say of it, and the bytes to keep under `kept_name(uid, digest)`."""

    scan: ScanSeries
    packed: bytes
    prints: tuple[str, ...] = ()  # of its slices: `records.volume.Volume.slice_prints`


class ImagesOf(Struct, frozen=True):
    """All series of one person in the input. `patient` is the Patient resource made from the files' headers."""

    key: PersonKey
    patient: tuple[str, bytes]
    series: tuple[FoundSeries, ...]
    study_descriptions: dict[str, str]  # by study UID


def split(sources: Sequence[str | Path]) -> tuple[list[str | Path], list[Path]]:
    """(sources for the record reader, sources that hold DICOM files). A folder may be both."""
    records: list[str | Path] = []
    images: list[Path] = []
    for source in sources:
        path = Path(source)
        kinds = {_is_dicom(one) for one in _files_in(path)} if not str(source).startswith(("http://", "https://")) else {False}
        kinds = kinds - {None} or {False}  # a file that cannot be opened is told by whoever reads the others
        if True in kinds:
            images.append(path)
        if kinds != {True}:
            records.append(source)
    return records, images


def _files_in(path: Path) -> Iterable[Path]:
    return (Path(folder, name) for folder, _, names in os.walk(path) for name in names) if path.is_dir() else (path,)


def _is_dicom(path: Path) -> bool | None:
    """Whether a file reads as DICOM at its beginning: the preamble's mark, or a first element of group 2 or 8.

    None for a file that cannot be opened, and whose name says nothing.
    """
    if path.name.lower().endswith(_NOT_IMAGES):
        return False
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            head = file.read(132)
    except OSError:
        return path.name.lower().endswith((".dcm", ".ima")) or None
    return head[128:132] == b"DICM" or head[:2] in (b"\x08\x00", b"\x02\x00") or path.name.lower().endswith((".dcm", ".ima"))


def read(paths: Sequence[Path], repairs: Iterable[str] = ()) -> tuple[tuple[ImagesOf, ...], tuple[Finding, ...]]:
    """The people whose images lie in `paths`, each with their sound series, and findings about the rest.

    Raises the first typed error when nothing at all could be used.
    """
    from xinglin.formats import dicom

    asked = frozenset(repairs)
    found = dicom.find_series(paths)
    findings = [
        Finding(one.code, "warning", "unread", one.place, one.reason, one.remedy) for one in found.findings if not _for_others(one.place)
    ]
    first: XinglinError | None = None
    people: dict[str, list[tuple[Header, FoundSeries]]] = {}
    for series in found.series:
        try:
            header, one = _series(series, asked)
        except (InvalidInput, OutOfResources) as error:
            first = first or error
            findings.append(Finding(error.code, "warning", "unread", error.where, f"{error.what}: {error.why}".rstrip(": "), error.fix))
        else:
            people.setdefault(_person(header), []).append((header, one))
    findings += [
        Finding("XL-INTAKE-050", "note", "unread", _shown(one.path.name), f"not a series of images: {one.kind}") for one in found.others
    ]
    if first and not people:
        raise first
    return tuple(_images(rows) for _, rows in sorted(people.items())), tuple(findings)


def _for_others(place: str) -> bool:
    """Whether a file is one the record reader looks at, and tells of."""
    return place.lower().endswith(_NOT_IMAGES)


def _series(series: SeriesFiles, repairs: frozenset[str]) -> tuple[Header, FoundSeries]:
    """One series read whole, so that only what can be read again is kept."""
    from xinglin.formats import dicom

    header, where = series.header, f"series {series.series_uid[-12:]} {series.part}".strip()
    if series.modality not in _VOLUMES:
        raise InvalidInput("XL-INTAKE-051", "a series of this modality is not taken in", where=where, why=series.modality or "none stated",
                           fix="give CT, MR or PET series")  # fmt: skip
    if len(series.files) > dicom.DEFAULT_LIMITS.files:
        raise _too_large(where)
    files = _all_bytes(series.files, where)
    volume = dicom.read_series(files, repair=repairs, expected=header)
    packed = msgspec.msgpack.encode(Packed(files, tuple(sorted(repairs))))
    return header, FoundSeries(_scan(header, volume, series.part), packed, volume.slice_prints())


def _all_bytes(paths: Sequence[Path], where: str) -> tuple[bytes, ...]:
    """The bytes of a series' files. Raises InvalidInput XL-INTAKE-056 for one that cannot be read, OutOfResources XL-INTAKE-055."""
    from xinglin.formats.dicom import DEFAULT_LIMITS

    files, left = [], DEFAULT_LIMITS.volume_bytes
    for path in paths:
        try:
            content = _bytes_of(path, min(left, DEFAULT_LIMITS.file_bytes))
        except OSError as error:
            raise InvalidInput("XL-INTAKE-056", "a file of the series cannot be read", where=f"{where}, {_shown(path.name)}",
                               why=error.strerror or type(error).__name__, fix="look at its permissions, or copy the series again") from error  # fmt: skip
        if content is None:
            raise _too_large(where)
        left -= len(content)
        files.append(content)
    return tuple(files)


def _bytes_of(path: Path, most: int) -> bytes | None:
    """The bytes of a plain file, None when they are more than `most`. Raises OSError."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # a pipe must not make us wait
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it is no plain file any more")
        size = os.fstat(file.fileno()).st_size
        if size > most:
            return None
        content = file.read(size + 1)
    if len(content) != size:
        raise OSError(0, "it changed while it was read")
    return content


def _too_large(where: str) -> OutOfResources:
    return OutOfResources("XL-INTAKE-055", "the files of the series are more than is read", where=where,
                          why="4 GiB and 100,000 files are the limit", fix="take a part of it in")  # fmt: skip


def _shown(name: str) -> str:
    """A file name that can be written anywhere, also one that is no UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def kept_name(uid: str, digest: str) -> str:
    """Under what name the bytes of a series are kept: another content of the same series is another file."""
    return f"{KEPT_SCAN}{uid}@{digest[:16]}"


def series_uid_of(content: bytes) -> str:
    """The series a DICOM file says it belongs to. Raises InvalidInput for a file that cannot be read."""
    from xinglin.formats import dicom

    return dicom.header_of(content).series_uid


def _scan(header: Header, volume: Volume, part: str) -> ScanSeries:
    return ScanSeries(
        source=f"ImagingStudy/scan-{_short(header.study_uid)}", uid=header.series_uid + (f"/{part.replace(' ', '-')}" if part else ""), study_uid=header.study_uid,
        modality=header.modality, description=header.series_description, when=volume.acquired or header.acquired or header.study_date,
        slices=volume.shape[0], spacing_mm=volume.spacing_mm, frame_of_reference=volume.frame_of_reference,
        synthetic=volume.synthetic, digest=volume.digest(), notes=volume.repairs,
    )  # fmt: skip


def volume_of(packed: bytes) -> Volume:
    """The volume of a kept series. Raises the typed error of the reader when the bytes are not what was kept."""
    from xinglin.formats import dicom
    from xinglin.intake import nifti

    kept = msgspec.msgpack.decode(packed, type=Packed)
    if kept.stated is not None:
        return nifti.volume_of(kept)
    return dicom.read_series(kept.files, repair=frozenset(kept.repairs))


def files_of(packed: bytes) -> tuple[bytes, ...]:
    """The DICOM files of a kept series, as they came in; none for a series that came as NIfTI."""
    kept = msgspec.msgpack.decode(packed, type=Packed)
    return () if kept.stated is not None else kept.files


def study_resources(images: ImagesOf, patient: str, known: Sequence[ScanSeries]) -> list[tuple[str, bytes]]:
    """The ImagingStudy of each study, with the series of it that were kept before. `patient` is "Patient/x"."""
    studies: dict[str, dict[str, ScanSeries]] = {}
    sources = {one.scan.source for one in images.series}
    for scan in (*(one for one in known if one.source in sources), *(one.scan for one in images.series)):
        studies.setdefault(scan.source, {})[scan.uid] = scan
    return [
        imaging_study(patient, list(group.values()), images.study_descriptions.get(next(iter(group.values())).study_uid, ""))
        for _, group in sorted(studies.items())
    ]


def lesion_resource(patient: str, lesion: Lesion) -> tuple[str, bytes]:
    """The Observation of a marked lesion. Raises InvalidInput XL-IMG-352 for one that could not be read again."""
    fault = fault_of_lesion(lesion)
    if fault:
        raise InvalidInput(
            "XL-IMG-352",
            "this cannot be kept of a lesion",
            where=fault,
            fix="give a name of at most 40 printable letters, or another place",
        )
    return lesion_observation(patient, lesion)


def taken_back(resource: bytes, reason: str, by: str) -> bytes:
    """The Observation of a lesion once it is known to be wrong: entered in error, with the reason and who said so."""
    value = json.loads(resource)
    value |= {"status": "entered-in-error", "note": [{"authorString": by, "text": reason}]}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def lungs_resource(patient: str, measures: LungMeasures) -> tuple[str, bytes]:
    """The Observation of a series' lung density."""
    return lungs_observation(patient, measures)


def see_that_it_may_be(images: ImagesOf, chart: PersonKey, despite: str) -> None:
    """Raises InvalidInput when the files' person contradicts the chart they are to be added to.

    Birth date and sex must not differ. A name that differs, another number of the same issuer, or files that say nothing
    of the person need `despite`, the reason why it is the same person.
    """
    said = images.key
    for word, ours, theirs in (("birth date", chart.born, said.born), ("sex", chart.sex, said.sex)):
        if ours and theirs and "unknown" not in (ours, theirs) and not (ours.startswith(theirs) or theirs.startswith(ours)):
            raise InvalidInput(
                "XL-INTAKE-052", "the images are of another person", where="--chart", why=f"the {word} in the files differs from the chart's",
                fix="find out whose images these are",
            )  # fmt: skip
    if despite:
        return
    if _other_number(said, chart):
        raise InvalidInput(
            "XL-INTAKE-052", "the images are of another person", where="--chart", why="the same issuer gave the chart another number",
            fix='find out whose images these are; if one person has two numbers, say why: --same-person "REASON"',
        )  # fmt: skip
    if not (said.names or said.identifiers or said.born or said.sex) and (chart.names or chart.identifiers or chart.born):
        raise InvalidInput(
            "XL-INTAKE-054", "the images do not say whose they are", where="--chart", why="they have no name, number, birth date and sex",
            fix='if you know that they are of this person, say why: --same-person "REASON"',
        )  # fmt: skip
    if said.names and chart.names and not _share_a_name(said.names, chart.names):
        raise InvalidInput(
            "XL-INTAKE-053", "the name in the images is not the chart's", where="--chart", why="perhaps another spelling, perhaps another person",
            fix='if it is the same person, say why: --same-person "REASON"',
        )  # fmt: skip


def _other_number(said: PersonKey, chart: PersonKey) -> bool:
    """Whether an issuer known to both gave them different numbers, and none gave them the same."""
    systems = {system for system, _ in said.identifiers} & {system for system, _ in chart.identifiers}
    return bool(systems) and not said.identifiers & chart.identifiers


def _share_a_name(one: frozenset[str], other: frozenset[str]) -> bool:
    letters = lambda names: {"".join(sorted(name)) for name in names}  # noqa: E731 - "doejohn" is "johndoe"
    return bool(letters(one) & letters(other))


def _person(header: Header) -> str:
    """What tells the people of the input apart: every identifying field of the header together."""
    return "\x1f".join((header.issuer, header.patient_id, header.patient_name, header.birth_date, header.sex))


def _images(rows: list[tuple[Header, FoundSeries]]) -> ImagesOf:
    header = rows[0][0]
    reference, patient = _patient(header)
    key = PersonKey.of(reference, json.loads(patient))
    descriptions = {row.study_uid: row.study_description for row, _ in rows}
    series = sorted((one for _, one in rows), key=lambda one: one.scan.uid)
    return ImagesOf(key, (reference, patient), tuple(series), descriptions)


def _patient(header: Header) -> tuple[str, bytes]:
    """A Patient with what the header says. Without an issuer the number is no identifier: other hospitals use it too."""
    identity = _person(header) if header.patient_id or header.patient_name else header.study_uid
    reference = f"Patient/dicom-{_short(identity)}"
    family, _, given = header.patient_name.partition("^")
    name = {k: v for k, v in (("family", family), ("given", [g for g in given.replace("^", " ").split(" ") if g])) if v}
    resource = {
        "resourceType": "Patient",
        "id": reference.removeprefix("Patient/"),
        **(
            {"identifier": [{"system": f"urn:dicom:issuer:{header.issuer}", "value": header.patient_id}]}
            if header.issuer and header.patient_id
            else {}
        ),
        **({"name": [name]} if name else {}),
        **({"gender": _SEXES[header.sex]} if header.sex in _SEXES else {}),
        **({"birthDate": header.birth_date} if header.birth_date else {}),
    }
    return reference, json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
