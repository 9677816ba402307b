"""A DICOM series as one Volume, read by geometry; every defect is an error with its own code, never a guess.

Repairs are made only when they are asked for by name, and the volume says in words what was done.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xinglin.formats.dicom.finding import SeriesFiles
from xinglin.formats.dicom.header import Header
from xinglin.formats.dicom.image import Image
from xinglin.formats.dicom.instance import Instance
from xinglin.formats.dicom.limits import DEFAULT_LIMITS, Limits, too_much, wrong
from xinglin.formats.dicom.messages import Made
from xinglin.formats.dicom.process import ReadingProcess, error_of, mapped, shared_block, sources_of
from xinglin.formats.dicom.tags import TAGS, place
from xinglin.records.errors import UsageError, XinglinError
from xinglin.records.volume import Volume

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.formats.dicom.geometry import Grid

REPAIRS = frozenset({"doubled", "missing", "single", "tilt", "uneven"})


def read_series(
    series: SeriesFiles | Sequence[Path] | Sequence[bytes],
    *,
    repair: frozenset[str] = frozenset(),
    limits: Limits = DEFAULT_LIMITS,
    process: ReadingProcess | None = None,
    expected: Header | None = None,
) -> Volume:
    """The series as one Volume: voxels (slice, row, column) sorted along the slice normal, affine to LPS mm, HU for CT.

    `series`: what `find_series` found, or the files or bytes of one series in any order. `repair`: of "doubled" (identical
    slices are dropped), "missing" (linear interpolation), "uneven" and "tilt" (resampling), "single" (one slice becomes a
    volume of one); each one done is told in `Volume.repairs`. `process`: a reading process to use again.
    `expected`: the header that was found before; every file must be of the same person, study and series (XL-DICOM-128).
    Raises InvalidInput and OutOfResources XL-DICOM-001 to 128 (the README lists them), UsageError XL-DICOM-130.
    """
    if not repair <= REPAIRS:
        raise UsageError("XL-DICOM-130", "there is no such repair", why=f"the repairs are {', '.join(sorted(REPAIRS))}")
    given = series.files if isinstance(series, SeriesFiles) else series
    if not given:
        raise wrong(100, "there is nothing to read", fix="name the files of one series")
    if len(given) > limits.files:
        raise too_much(16, "there are more files than are read", why=f"the limit is {limits.files}")
    if process is not None:
        return _read(given, repair, limits, process, expected)
    with ReadingProcess(limits) as own:
        return _read(given, repair, limits, own, expected)


def _read(
    given: Sequence[Path] | Sequence[bytes], repair: frozenset[str], limits: Limits, process: ReadingProcess, expected: Header | None
) -> Volume:
    sources, block, names = sources_of(given)
    try:
        instances = list(process.look(sources, keep=True, block=block))
    finally:
        if block is not None:
            os.close(block)
    for instance, name in zip(instances, names, strict=False):
        if instance.error:
            raise error_of(instance.error, name)
        if expected is not None and _whose(instance.header) != _whose(expected):
            raise wrong(
                128, "a file is of another person or series than was found", where=name, why="the files changed, or they do not agree",
                fix="take the series in again when nobody writes to it; ask for a new export if it is refused again",
            )  # fmt: skip
    return _Assembly(instances, names, repair, limits, process).volume()


def _whose(header: Header) -> tuple[str, ...]:
    """Everything in a header that says whose file it is and what it belongs to."""
    person = header.issuer, header.patient_id, header.patient_name, header.birth_date, header.sex
    return (*person, header.study_uid, header.series_uid)


class _Assembly:
    """From seen files to a volume: one after the other, what must agree, where slices lie, what their numbers are."""

    def __init__(
        self, instances: list[Instance], names: list[str], repair: frozenset[str], limits: Limits, process: ReadingProcess
    ) -> None:
        self.instances, self.names, self.repair, self.limits, self.process = instances, names, repair, limits, process
        self.repairs: list[str] = []
        self.lossy: set[str] = set()
        self.table_kinds: set[str] = set()

    def volume(self) -> Volume:
        from xinglin.formats.dicom import agreement, geometry, repairs

        images = agreement.check(self.instances, self.names)
        grid = geometry.arranged(geometry.slices_of(self.instances, self.names))
        grid = self._without_doubles(grid)
        self._check_identifiers(grid)
        form = images[0].form
        if form.rows * form.columns * 4 * len(grid.slices) > self.limits.volume_bytes:
            raise too_much(47, "the volume is larger than is read", why=f"the limit is {self.limits.volume_bytes} bytes")
        if len(grid.slices) == 1:
            step, spacing = self._single(grid, images[0]), None
        else:
            spacing = geometry.spacing_of(grid)
            repairs.check(grid, spacing, self.repair)
            step = grid.offsets[-1] / (len(grid.slices) - 1)
        voxels = self._voxels(grid, form.rows, form.columns)
        if spacing is not None:
            made = repairs.apply(voxels, grid, spacing)
            voxels, grid, step = made.voxels, made.grid, made.step
            self.repairs += made.words
        voxels.flags.writeable = False
        instances = [self.instances[s.source].header.instance_uid if s.source >= 0 else "" for s in grid.slices]
        return self._finished(voxels, grid.affine(step), tuple(instances), grid.slices[0].source)

    def _without_doubles(self, grid: Grid) -> Grid:
        from xinglin.formats.dicom import geometry, repairs

        groups = geometry.same_places(grid)
        if not groups:
            return grid
        if not self._identical(grid, groups):
            raise self._several(grid, groups)
        if "doubled" not in self.repair:
            raise wrong(
                114, "a slice is there twice", where=" and ".join(grid.slices[n].name for n in groups[0][:2]),
                why="their pixels are identical", fix='remove one, or ask for the repair "doubled"',
            )  # fmt: skip
        dropped = [n for group in groups for n in group[1:]]
        self.repairs.append(f"doubled: {len(dropped)} identical copies dropped: {', '.join(grid.slices[n].name for n in dropped)}")
        return repairs.without(grid, dropped)

    def _several(self, grid: Grid, groups: list[list[int]]) -> XinglinError:
        """The error of different images at one place: a series of several volumes, or one slice too many."""
        places = len(grid.slices) - sum(len(group) - 1 for group in groups)
        everywhere = places == len(groups) and (places > 1 or len(groups[0]) > 2)
        if everywhere:
            told = sorted({word.partition("=")[0] for s in grid.slices for word in self._image(s.source).distinguished_by})
            return wrong(
                113, "the files are not one volume: several images lie at every place", where=grid.slices[0].name,
                why=f"{len(grid.slices)} images at {places} places; what may tell them apart: {', '.join(told) or 'nothing'}",
                fix="read each time point, echo or phase as a series of its own",
            )  # fmt: skip
        return wrong(
            115, "two different slices lie at the same place", where=" and ".join(grid.slices[n].name for n in groups[0][:2]),
            why="it is not known which one holds", fix="remove the one that does not belong",
        )  # fmt: skip

    def _check_identifiers(self, grid: Grid) -> None:
        seen: dict[str, tuple[int, str]] = {}
        for item in grid.slices:
            uid = self.instances[item.source].header.instance_uid
            source, name = seen.setdefault(uid, (item.source, item.name))
            if uid and source != item.source:
                raise wrong(
                    126, "two different slices carry the same identifier", where=f"{name} and {_affected(item.name, 'SOPInstanceUID')}",
                    why="a finding could not say which of them it was seen on", fix="ask for the original series",
                )  # fmt: skip

    def _image(self, source: int) -> Image:
        image = self.instances[source].image
        assert image is not None
        return image

    def _identical(self, grid: Grid, groups: list[list[int]]) -> bool:
        asked = [n for group in groups for n in group]
        slices = [grid.slices[n] for n in asked]
        seals = dict(zip(asked, self._answers([(s.source, s.frame) for s in slices], "digest", None), strict=True))
        keys = {n: (seals[n].digest, grid.slices[n].plane.slope, grid.slices[n].plane.intercept) for n in asked}
        return all(keys[n] == keys[group[0]] for group in groups for n in group)

    def _single(self, grid: Grid, image: Image) -> NDArray[np.float64]:
        if "single" not in self.repair:
            raise wrong(
                112, "one slice is no volume", where=grid.slices[0].name, why="the distance to a next slice is unknown",
                fix='give the whole series, or ask for the repair "single"',
            )  # fmt: skip
        if image.stated_gap is None:
            raise wrong(112, "one slice is no volume", where=grid.slices[0].name, why="it states no thickness", fix="give the whole series")
        self.repairs.append(f"single: one slice taken as a volume of one, {image.stated_gap:g} mm thick as the file states")
        return grid.normal * image.stated_gap

    def _answers(self, frames: list[tuple[int, int]], kind: str, block: int | None) -> list[Made]:
        found = []
        for (source, _), made in zip(frames, self._tried(frames, kind, block), strict=False):  # it ends at a misfit
            if made.error:
                raise error_of(made.error, self.names[source])
            found.append(made)
        return found

    def _tried(self, frames: list[tuple[int, int]], kind: str, block: int | None) -> Iterator[Made]:
        done = 0
        try:
            for made in self.process.decode(frames, kind, block):
                done += 1
                yield made
        except XinglinError as error:
            if not error.where and done < len(frames):
                error.where = self.names[frames[done][0]]
            raise

    def _voxels(self, grid: Grid, rows: int, columns: int) -> NDArray[np.generic]:
        """The values of all slices, in the smallest of int16, int32 and float32 that holds them all exactly."""
        import numpy as np

        frames = [(s.source, s.frame) for s in grid.slices]
        kind = "int16"
        while True:
            block = shared_block()
            try:
                made = self._answers(frames, kind, block)
                wider = made[-1].misfit
                if not wider:
                    self.lossy |= {one.lossy for one in made if one.lossy}
                    self.table_kinds |= {one.table_kind for one in made}
                    size = len(frames) * rows * columns * np.dtype(kind).itemsize
                    return np.frombuffer(mapped(block, size), kind).reshape(len(frames), rows, columns)
                kind = wider
            finally:
                os.close(block)

    def _finished(self, voxels: NDArray[np.generic], affine: NDArray[np.float64], instances: tuple[str, ...], lowest: int) -> Volume:
        """The volume, told by its lowest slice, so that the order of the files changes nothing."""
        from xinglin.formats.dicom.agreement import acquired_of, modality_of, unit_of

        header, image = self.instances[lowest].header, self._image(lowest)
        modality = modality_of(header)
        unit, kind = unit_of(modality, image, self.table_kinds)
        details = dict(image.details)
        thicknesses = sorted({float(i.image.details.get("slice_thickness_mm", 0)) for i in self.instances if i.image})
        if len(thicknesses) > 1:
            details.pop("slice_thickness_mm", None)
            details["slice_thickness_varies_mm"] = f"{thicknesses[0]:g} to {thicknesses[-1]:g}"
        if kind:
            details["rescale_type"] = kind
        if not header.modality:
            details["modality_from"] = "SOP class"
        if image.padding is not None:
            details["padding_value"] = self._padding(image)
        words = sorted(self.lossy | {d for i in self.instances if i.image and (d := i.image.details.get("lossy"))})
        if words:
            details["lossy"] = "; ".join(words)
        return Volume(
            voxels=voxels, affine=affine, unit=unit, modality=modality, frame_of_reference=header.frame_of_reference,
            study_uid=header.study_uid, series_uid=header.series_uid, instances=instances,
            acquired=acquired_of([i.header for i in self.instances]), details=details, repairs=tuple(self.repairs),
            synthetic=any(i.header.synthetic for i in self.instances),
        )  # fmt: skip

    def _padding(self, image: Image) -> str:
        """The padding value in the volume's own numbers, "low to high" where it is a range."""
        plane = image.planes[0]
        ends = [end for end in (image.padding, image.padding_limit) if end is not None]
        values = sorted(end * (1.0 if plane.slope is None else plane.slope) + (plane.intercept or 0.0) for end in ends)
        return " to ".join(f"{value:g}" for value in values)


def _affected(where: str, keyword: str) -> str:
    """A place in a file as errors write it."""
    return f"{where}, {place(TAGS[keyword][0])}"
