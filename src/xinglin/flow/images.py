"""Images on the road: series taken in and kept, read back as volumes, lesions marked in them, changes of a draft.

The house calls these; nothing here decides what is said about an image.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from xinglin import __version__, intake
from xinglin.privacy import labels
from xinglin.records import Chart, Draft
from xinglin.records.errors import InvalidInput, NotFound, Refused, UsageError
from xinglin.records.imaging import ImageCase, ImageEdit, Images, Lesion, LungMeasures, Point_mm, ScanSeries

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.flow.house import House
    from xinglin.intake.images import ImagesOf
    from xinglin.records.volume import Volume

KEPT_SCAN, KEPT_EDIT = "scan/", "edit/"


class TakenImages(msgspec.Struct, frozen=True):
    """What became of images: (chart, new, perhaps also these charts) per person; the series; what was found wrong."""

    charts: tuple[tuple[str, bool, tuple[str, ...]], ...]
    series: tuple[ScanSeries, ...]
    findings: tuple[intake.Finding, ...]


class ImageRoom:
    """The images of one house. The series last read stays at hand: drafts, checks and pages ask for the same one."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._last: tuple[str, str, Volume] | None = None

    def take_in(
        self, paths: Sequence[Path], *, chart: str = "", repairs: Sequence[str] = (), same_person: str = "", keep: bool = True
    ) -> TakenImages:
        """Read every series, find out whose it is, and keep all of them or none.

        `chart` adds them to a chart; `repairs` are defects of geometry to put right; `same_person` is why a name that
        differs from the chart's is the same person. Raises InvalidInput, UsageError.
        """
        from xinglin.intake import images

        people, findings = images.read(paths, repairs)
        if chart and len(people) > 1:
            raise UsageError(
                "XL-FLOW-020", "the images are of several people", where="--chart", fix="take each person's folder in by itself"
            )
        series = tuple(one.scan for person in people for one in person.series)
        if not keep:
            return TakenImages((), series, findings)
        with self._house.store.together():
            kept = tuple(self._keep(one, chart, same_person) for one in people)
        return TakenImages(kept, series, findings)

    def _keep(self, found: ImagesOf, chart: str, same_person: str) -> tuple[str, bool, tuple[str, ...]]:
        """(chart, whether anything was new, who it may be confused with) of one person's images."""
        from xinglin.intake import images

        house, store = self._house, self._house.store
        link = intake.Link(chart) if chart else house.known(found.key)
        resources: list[tuple[str, bytes]] = []
        handle = link.same or store.new_chart(intake.tokens(found.key), found.key.patient)
        if chart:
            images.see_that_it_may_be(found, house.key(chart), same_person)
            if same_person:
                store.note("house", "images of another name added as the same person", chart)
        elif not link.same:
            resources.append(found.patient)
        known = house.chart(handle) if link.same else Chart()
        patient = known.person.source or found.patient[0]
        kept = {one.uid: one.digest for one in known.scans}
        # an archive wraps the same images anew each time: what decides is the voxels, and the first files are the ones kept
        found = msgspec.structs.replace(found, series=tuple(one for one in found.series if kept.get(one.scan.uid) != one.scan.digest))
        resources += images.study_resources(found, patient, known.scans)
        for one in found.series:
            store.keep_file(handle, KEPT_SCAN + one.scan.uid, one.packed)
        return handle, store.keep_resources(handle, resources, about="images").changed, link.doubtful

    def take_in_nifti(self, paths: Sequence[Path], chart: str, said: Mapping[str, str], *, keep: bool = True) -> TakenImages:
        """Keep each NIfTI file as a series of the chart. `said`: unit, modality, when. Raises UsageError, InvalidInput.

        A file of ours that says it is artificial stays artificial; nothing else can tell whose a file is but the user.
        """
        from xinglin.intake import nifti

        if not chart:
            raise UsageError("XL-FLOW-026", "a NIfTI file does not say whose it is", where=str(paths[0]), fix="say it: --chart chart-1")
        found = nifti.read(paths, nifti.stated(said.get("unit", ""), said.get("modality", ""), said.get("when", "")))
        series = tuple(one.scan for one in found)
        if not keep:
            return TakenImages((), series, ())
        house, store = self._house, self._house.store
        patient = house.chart(chart).person.source
        with store.together():
            for one in found:
                store.keep_file(chart, KEPT_SCAN + one.scan.uid, one.packed)
            kept = store.keep_resources(chart, [nifti.study_resource(patient, one) for one in series], about="images")
        return TakenImages(((chart, kept.changed, ()),), series, ())

    def volume(self, chart: str, uid: str) -> Volume:
        """The voxels of a kept series. Raises NotFound."""
        if self._last is None or self._last[:2] != (chart, uid):
            from xinglin.intake import images

            self._last = (chart, uid, images.volume_of(self._house.store.file(chart, KEPT_SCAN + uid)))
        return self._last[2]

    def files(self, chart: str, uid: str) -> tuple[bytes, ...]:
        """The DICOM files of a kept series, as they came in; none for a series that came as NIfTI."""
        from xinglin.intake import images

        return images.files_of(self._house.store.file(chart, KEPT_SCAN + uid))

    # ---- what a draft changes

    def kept_name(self, edit: ImageEdit) -> tuple[str, bytes]:
        """(file name, bytes) under which a change is kept; the draft's provenance carries the same digest."""
        content = msgspec.msgpack.encode(edit)
        return KEPT_EDIT + hashlib.sha256(content).hexdigest(), content

    def edit(self, draft: Draft) -> ImageEdit | None:
        """The change a draft makes, None for a draft without one. Raises when it is not the one the draft speaks of."""
        names = [name for name in draft.provenance.images if name.startswith(KEPT_EDIT)]
        if not names:
            return None
        content = self._house.store.file(draft.chart, names[0])
        if hashlib.sha256(content).hexdigest() != draft.provenance.images[names[0]]:
            raise Refused("XL-FLOW-029", "the kept change is not the one the draft speaks of", where=draft.id, fix="make the draft anew")
        return msgspec.msgpack.decode(content, type=ImageEdit)

    def case(self, chart: str, edit: ImageEdit | None) -> ImageCase | None:
        """The series before and after a change, for the image checks."""
        if edit is None:
            return None
        source = self.volume(chart, edit.series_uid)
        return ImageCase(source, edit.applied_to(source), edit, "SYNTHETIC")

    def behind(self, draft: Draft) -> Images | None:
        """The images a draft speaks of, None for a draft that speaks of none."""
        edit = self.edit(draft)
        if edit is not None:
            files = {edit.series_uid: self.files(draft.chart, edit.series_uid)}
            return Images(self.case(draft.chart, edit), (), {}, files)
        if "dicom" not in self._house.kinds[draft.kind].leaves_as:
            return None  # a summary may cite a lesion; its pictures belong to the imaging report
        pointed = {e.pointer.split("#")[0] for fact in draft.facts for e in fact.evidence if e.source == "chart"}
        if not any(pointer.startswith("Observation/lesion-") for pointer in pointed):
            return None
        chart = self._house.chart(draft.chart)
        cited = [one for one in chart.lesions if one.source in pointed]
        lesions = tuple(sorted(cited, key=lambda one: (one.name, one.when, one.source)))
        uids = dict.fromkeys(one.series_uid for one in lesions)
        return Images(None, lesions, {u: self.volume(chart.id, u) for u in uids}, {u: self.files(chart.id, u) for u in uids})

    # ---- lesions

    def mark(
        self, chart: Chart, series: ScanSeries, seed_mm: Point_mm, *, name: str, by: str, kind: str = "", organ: str = "lung",
        target: bool = False,
    ) -> Lesion:  # fmt: skip
        """Outline the lesion at a place, measure it and keep it as an Observation of the chart."""
        from xinglin.intake import images
        from xinglin.workup.imaging.measuring import measure
        from xinglin.workup.imaging.segmenting import segment_from_seed

        volume = self.volume(chart.id, series.uid)
        lungs, side, notes = _lungs(volume, seed_mm) if organ == "lung" and volume.modality == "CT" else (None, None, ())
        outlined_as = "solid" if kind == "calcified" else kind  # calcium is outlined like any solid body
        found = segment_from_seed(volume, seed_mm, kind=outlined_as, lung=lungs)  # type: ignore[arg-type]
        measures = measure(volume, found.mask, found.start, kind=found.kind, lung=lungs, notes=(*found.notes, *notes))
        key = hashlib.sha256(f"{series.uid}\n{name}".encode()).hexdigest()[:32]
        lesion = Lesion(
            source=f"Observation/lesion-{key}", name=name, series_uid=series.uid, when=series.when, seed_mm=seed_mm,
            measures=measures, outline=found.outline, marked_by=by, organ=organ, side=side, kind=kind or found.kind, target=target,
            method=f"region growing from a marked point, xinglin {__version__}", study=series.source,
        )  # fmt: skip
        store = self._house.store
        store.keep_resources(chart.id, [images.lesion_resource(chart.person.source, lesion)], about="lesion marked")
        return lesion

    def lungs(self, chart: Chart, series: ScanSeries) -> LungMeasures:
        """Measure how dense the lungs of a series are, and keep it as an Observation of the chart.

        Raises Refused XL-IMG-341 for an artificial series of a real person, InvalidInput XL-IMG-342 when the lungs are not found
        beyond doubt, with every doubt.
        """
        from xinglin.intake import images
        from xinglin.models.thorax import find_lungs
        from xinglin.workup.imaging.lungs import measure_lungs

        if series.synthetic and not chart.person.made_up:
            raise Refused(
                "XL-IMG-341", "the series is artificial and says nothing about this person", where=series.uid, fix="choose another"
            )
        volume = self.volume(chart.id, series.uid)
        found = find_lungs(volume)
        if found.doubt or volume.modality != "CT":
            why = "; ".join(found.doubt) or f"a series of {volume.modality}"
            raise InvalidInput("XL-IMG-342", "the lungs are not measured", where=series.uid, why=why, fix="use a CT of the whole chest")
        measures = measure_lungs(volume, found.left, found.right, study=series.source, found_by=f"xinglin {__version__}")
        measures = msgspec.structs.replace(measures, series_uid=series.uid, when=series.when)
        kept = images.lungs_resource(chart.person.source, measures)
        self._house.store.keep_resources(chart.id, [kept], about="lungs measured")
        return measures


def _lungs(volume: Volume, seed_mm: Point_mm) -> tuple[NDArray[np.bool_] | None, Literal["left", "right"] | None, tuple[str, ...]]:
    """(mask of both lungs, the side the place lies on, what to doubt); None and why where no lungs can be found."""
    from xinglin.models.thorax import find_lungs

    try:
        lungs = find_lungs(volume)
    except InvalidInput as error:
        return None, None, (f"the lungs were not found: {error.what}",)
    k, j, i = (min(max(round(n), 0), size - 1) for n, size in zip(volume.index_of(seed_mm), volume.shape, strict=True))
    sides: dict[Literal["left", "right"], bool] = {"left": bool(lungs.left[k, j, i]), "right": bool(lungs.right[k, j, i])}
    return lungs.both, next((side for side, here in sides.items() if here), None), lungs.doubt


def make_phantoms(
    scans: Sequence[tuple[Path, str]], *, home: Path, seed: int, made: str, shape: tuple[int, int, int] = (120, 256, 256),
    spacing_mm: tuple[float, float, float] = (2.5, 1.4, 1.4), person: Mapping[str, str] | None = None,
) -> list[Path]:  # fmt: skip
    """One thorax phantom, scanned at each (folder, day) with its own noise; DICOM files labelled as artificial.

    The same arguments give the same bytes. Raises UsageError for a folder that holds anything, InvalidInput XL-PHANTOM-001.
    """
    from xinglin.models.image.thorax_phantom import pair, thorax
    from xinglin.review.research import write_phantom

    aigc = labels.label_for("en", f"phantom-{seed}", labels.software_producer(__version__)).aigc
    phantom = thorax(shape, spacing_mm, seed, acquired=scans[0][1])
    files: list[Path] = []
    for number, (folder, day) in enumerate(scans):
        volume = (pair(phantom, seed + number, day) if number else phantom).volume
        told = {"seed": seed, "made": made, "scanned": day, "aigc": aigc, "person": person or {}}
        files += write_phantom(volume, folder, home=home, **told)
    return files


def series_meant(chart: Chart, word: str) -> ScanSeries:
    """The series a person means: its UID, its number in the list (1 is the first), or the only one. Raises NotFound, UsageError."""
    if not chart.scans:
        raise NotFound("XL-FLOW-021", f"{chart.id} has no images", fix="take them in: xinglin take-in FOLDER --chart " + chart.id)
    if not word and len(chart.scans) > 1:
        raise UsageError("XL-FLOW-022", "which series?", fix=f"xinglin images {chart.id} lists them; give the number or the UID")
    if word.isdigit() and 1 <= int(word) <= len(chart.scans):
        return chart.scans[int(word) - 1]
    found = [one for one in chart.scans if not word or one.uid == word]
    if not found:
        raise NotFound("XL-FLOW-023", "there is no such series", where=chart.id, fix=f"xinglin images {chart.id} lists them")
    return found[0]


def place_of(words: str, where: str = "--at") -> Point_mm:
    """Three numbers "x,y,z" in millimetres. Raises UsageError."""
    try:
        x, y, z = (float(part) for part in words.split(","))
    except ValueError:
        raise UsageError(
            "XL-FLOW-024", "three numbers are asked for", where=where, fix="write x,y,z in millimetres: --at=-62.5,14,-310"
        ) from None
    return x, y, z
