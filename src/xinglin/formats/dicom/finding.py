"""What lies in folders of DICOM files: series that may be volumes, other objects, and files that cannot be used.

Every file is looked at in the limited reading process, whatever its name; one bad file is a finding and the rest is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from xinglin.formats.dicom.agreement import NOT_VOLUMES, VOLUME_CLASSES, modality_of
from xinglin.formats.dicom.header import Header
from xinglin.formats.dicom.instance import Instance
from xinglin.formats.dicom.limits import DEFAULT_LIMITS, Limits, too_much
from xinglin.formats.dicom.process import ReadingProcess, shown, sources_of

_STORAGE = "1.2.840.10008.5.1.4.1.1."
DIRECTORY = "1.2.840.10008.1.3.10"
OTHER_NAMES = {
    **NOT_VOLUMES,
    _STORAGE + "7": "secondary capture", _STORAGE + "7.1": "secondary capture", _STORAGE + "7.2": "secondary capture",
    _STORAGE + "7.3": "secondary capture", _STORAGE + "7.4": "secondary capture", _STORAGE + "1": "radiograph",
    _STORAGE + "1.1": "radiograph", _STORAGE + "1.2": "mammogram", _STORAGE + "6.1": "ultrasound", _STORAGE + "3.1": "ultrasound",
    _STORAGE + "88.11": "structured report", _STORAGE + "88.22": "structured report", _STORAGE + "88.33": "structured report",
    _STORAGE + "88.34": "structured report", _STORAGE + "88.59": "key object selection", _STORAGE + "88.67": "radiation dose report",
    _STORAGE + "11.1": "presentation state", _STORAGE + "481.3": "radiotherapy structure set", _STORAGE + "481.5": "radiotherapy plan",
    _STORAGE + "481.8": "radiotherapy plan", _STORAGE + "9.1.1": "waveform", _STORAGE + "9.1.2": "waveform", _STORAGE + "9.1.3": "waveform",
    _STORAGE + "104.1": "document", _STORAGE + "67": "real-world value mapping", _STORAGE + "66.1": "spatial registration",
}  # fmt: skip


class FileFinding(Struct, frozen=True, order=True):
    """A file that cannot be used. `place` is its path as given or found; `reason` and `remedy` never hold a patient's value."""

    code: str
    place: str
    reason: str
    remedy: str = ""


class SeriesFiles(Struct, frozen=True):
    """The files of one series that belong together. `faults`: those among them that reading will stop at.

    `part`: what sets this group apart from others of the same series ("direction 2 of 2", "echo 1"), "" when it is the only one.
    """

    series_uid: str
    study_uid: str
    modality: str
    description: str
    files: tuple[Path, ...]
    slices: int
    header: Header
    localizer: bool = False
    part: str = ""
    faults: tuple[FileFinding, ...] = ()


class OtherObject(Struct, frozen=True):
    """A DICOM object that is no volume. `kind`: "segmentation", "structured report" ..., "other" when its class has no name here."""

    path: Path
    kind: str
    sop_class: str
    modality: str
    series_uid: str
    study_uid: str
    header: Header


class Found(Struct, frozen=True):
    """What was found: series in the order of their UIDs, other objects and findings in the order of their paths."""

    series: tuple[SeriesFiles, ...] = ()
    others: tuple[OtherObject, ...] = ()
    findings: tuple[FileFinding, ...] = ()


def find_series(paths: Sequence[Path], limits: Limits = DEFAULT_LIMITS, *, process: ReadingProcess | None = None) -> Found:
    """The series, other objects and unusable files in files and folders, whatever the files are called.

    A DICOMDIR stands for the files it lists (inside its own folder only). Files of one series are set apart by direction,
    size, pixel spacing, frame of reference, image type, echo and time point; each multi-frame image is a group of its own.
    Raises OutOfResources XL-DICOM-016 for more files than `limits.files`; everything about one file is a finding.
    """
    if process is not None:
        return _found(paths, limits, process)
    with ReadingProcess(limits) as own:
        return _found(paths, limits, own)


def _found(paths: Sequence[Path], limits: Limits, process: ReadingProcess) -> Found:
    files = _files(paths, limits)
    seen = list(zip(files, _looked(files, process), strict=True))
    listed = [path for at, instance in seen if instance.references for path in _listed(at, instance.references)]
    known = {path.resolve() for path in files}
    more = sorted({path for path in listed if path.exists() and path.resolve() not in known})[: limits.files]
    seen += list(zip(more, _looked(more, process), strict=True))
    findings = [_absent(path) for path in sorted({path for path in listed if not path.exists()})]
    groups = _Groups()
    others: list[OtherObject] = []
    damaged: list[tuple[Path, Instance, FileFinding]] = []
    for path, instance in seen:
        if instance.error:
            code, what, where, why, fix, _ = instance.error
            reason = ": ".join(part for part in (what, ", ".join(p for p in (where, why) if p)) if part)
            damaged.append((path, instance, FileFinding(code, shown(path), reason, fix)))
        elif instance.header.sop_class == DIRECTORY or instance.references:
            continue
        elif _may_be_volume(instance):
            groups.add(path, instance)
        else:
            others.append(_other(path, instance.header))
    findings += [finding for *_, finding in damaged]
    return Found(
        _series(groups.members, damaged),
        tuple(sorted(others, key=lambda o: str(o.path))),
        tuple(sorted(findings, key=lambda f: (f.place, f.code))),
    )


def _looked(files: Sequence[Path], process: ReadingProcess) -> Iterator[Instance]:
    return process.look(sources_of(files)[0])


def _files(paths: Sequence[Path], limits: Limits) -> list[Path]:
    """Every file, folders walked in the order of names; links to folders are not followed."""
    found: list[Path] = []
    for given in paths:
        path = Path(given)
        if not path.is_dir():
            found.append(path)
        else:
            for folder, folders, names in os.walk(path):
                folders.sort()
                found += [Path(folder, name) for name in sorted(names) if not name.startswith(".")]
        if len(found) > limits.files:
            raise too_much(16, "there are more files than are read", why=f"the limit is {limits.files}", fix="name a smaller folder")
    return list(dict.fromkeys(found))


def _listed(directory: Path, references: Sequence[str]) -> Iterator[Path]:
    """The files a DICOMDIR names, as far as they lie below its own folder."""
    base = directory.parent
    for reference in references:
        parts = reference.split("/")
        if all(part and part not in (".", "..") and not Path(part).is_absolute() for part in parts):
            yield base.joinpath(*parts)


def _absent(path: Path) -> FileFinding:
    return FileFinding("XL-DICOM-001", shown(path), "a file the DICOMDIR lists is not there", "give the whole folder")


def _may_be_volume(instance: Instance) -> bool:
    if instance.image is None or instance.header.sop_class in NOT_VOLUMES:
        return instance.header.sop_class in VOLUME_CLASSES
    plane = instance.image.planes[0]
    return instance.header.sop_class in VOLUME_CLASSES or (plane.position is not None and plane.orientation is not None)


def _other(path: Path, header: Header) -> OtherObject:
    kind = OTHER_NAMES.get(header.sop_class, "other")
    return OtherObject(path, kind, header.sop_class, header.modality, header.series_uid, header.study_uid, header)


class _Groups:
    """Sorts images into groups. Directions and spacings count as one when they are nearly one: a group must never be every
    other slice of a volume because of a digit far behind the point (`read_series` then says that they differ)."""

    def __init__(self) -> None:
        self.members: dict[tuple, list[tuple[Path, Instance]]] = {}
        self._known: dict[str, list[tuple[float, ...]]] = {}

    def add(self, path: Path, instance: Instance) -> None:
        self.members.setdefault(self._key(path, instance), []).append((path, instance))

    def _nearly(self, series: str, values: tuple[float, ...]) -> int:
        """Which of the values known for this series these are; new ones get the next number."""
        known = self._known.setdefault(series, [])
        for n, other in enumerate(known):
            if len(other) == len(values) and all(abs(a - b) <= 2e-3 * max(1.0, abs(b)) for a, b in zip(values, other, strict=True)):
                return n
        known.append(values)
        return len(known) - 1

    def _key(self, path: Path, instance: Instance) -> tuple:
        image, header = instance.image, instance.header
        if image is None:
            return (header.series_uid, header.study_uid, str(path))
        plane = image.planes[0]
        near = self._nearly(header.series_uid, (*(plane.orientation or ()), *(plane.spacing or ())))
        told = tuple(word for word in image.distinguished_by if not word.startswith("AcquisitionNumber"))
        alone = str(path) if len(image.planes) > 1 else ""  # a multi-frame image is a group of its own
        size = image.form.rows, image.form.columns
        return (header.series_uid, header.study_uid, near, size, header.frame_of_reference, header.image_type[2:3], told, alone)


def _series(groups: dict[tuple, list[tuple[Path, Instance]]], damaged: list[tuple[Path, Instance, FileFinding]]) -> tuple[SeriesFiles, ...]:
    """Groups as series; a damaged file that names its series is put into every group of it, so that reading stops there."""
    parts: dict[str, int] = {}
    for key in groups:
        parts[key[0]] = parts.get(key[0], 0) + 1
    found, at = [], dict.fromkeys(parts, 0)
    for key in sorted(groups, key=repr):
        members = groups[key]
        header = members[0][1].header
        at[key[0]] += 1
        broken = [(path, finding) for path, instance, finding in damaged if key[0] and instance.header.series_uid == key[0]]
        found.append(
            SeriesFiles(
                series_uid=header.series_uid, study_uid=header.study_uid, modality=modality_of(header), description=header.series_description,
                files=tuple(path for path, _ in members) + tuple(path for path, _ in broken),
                slices=sum(len(instance.image.planes) for _, instance in members if instance.image), header=header,
                localizer="LOCALIZER" in header.image_type, part=f"part {at[key[0]]} of {parts[key[0]]}" if parts[key[0]] > 1 else "",
                faults=tuple(finding for _, finding in broken),
            )
        )  # fmt: skip
    return tuple(found)
