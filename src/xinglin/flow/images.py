"""Images on the road: series taken in and kept, read back as volumes, lesions marked in them, changes of a draft.

The house calls these; nothing here decides what is said about an image.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from xinglin import __version__, intake
from xinglin.flow import made_here
from xinglin.privacy import labels
from xinglin.records import Chart, Draft
from xinglin.records.errors import InvalidInput, NotFound, Refused, UsageError
from xinglin.records.image_learning import MadePictures
from xinglin.records.imaging import ImageCase, ImageEdit, Images, Lesion, LungMeasures, Point_mm, ScanSeries, series_named

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.flow.house import House
    from xinglin.intake.images import ImagesOf
    from xinglin.records.volume import Volume

KEPT_EDIT = "edit/"
LEAST_VOXELS = 8  # of a lesion: fewer have no shape that could be measured
LONGEST_NAME = 40  # characters of a lesion's name or organ


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
        self._scans: tuple[tuple[str, str], dict[str, ScanSeries]] = (("", ""), {})  # of a chart at a version

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
        told = list(findings)
        people = tuple(msgspec.structs.replace(one, series=made_here.recognised(self._house.store, one.series, told)) for one in people)
        series = tuple(one.scan for person in people for one in person.series)
        if not keep:
            return TakenImages((), series, tuple(told))
        with self._house.store.together():
            kept = tuple(self._keep(one, chart, same_person, told) for one in people)
        return TakenImages(kept, series, tuple(told))

    def _tell_of_others(self, found: ImagesOf, handle: str, known: Chart, told: list[intake.Finding]) -> None:
        """Warnings of a series that replaces another of its UID, and of one that lies in another person's chart too."""
        before = {one.uid: one for one in known.scans}
        for scan in (one.scan for one in found.series):
            if scan.uid in before:
                slices = f"{before[scan.uid].slices} -> {scan.slices} slices"
                told.append(made_here.warning("XL-INTAKE-058", scan, f"the series was kept with other pixels and is replaced: {slices}"))
            others = [other for other in self._house.store.people_sharing([f"series|{scan.uid}"]) if other != handle]
            if others:
                reason = f"the same series is kept with {', '.join(others)} too"
                told.append(made_here.warning("XL-INTAKE-059", scan, reason, "find out whose images these are"))

    def _note_reason(self, found: ImagesOf, chart: str, reason: str) -> None:
        """Why images that do not show it are this person's: sealed with the person; the ledger has the digest."""
        store = self._house.store
        content = json.dumps({"reason": reason, "at": store.now(), "series": [one.scan.uid for one in found.series]}, ensure_ascii=False)
        digest = hashlib.sha256(content.encode()).hexdigest()
        store.keep_file(chart, f"reason/{digest}", content.encode())
        store.note("house", "images of another name added as the same person", chart, digest)

    def _keep(self, found: ImagesOf, chart: str, same_person: str, told: list[intake.Finding]) -> tuple[str, bool, tuple[str, ...]]:
        """(chart, whether anything was new, who it may be confused with) of one person's images."""
        from xinglin.intake import images

        house, store = self._house, self._house.store
        link = intake.Link(chart) if chart else house.known(found.key)
        resources: list[tuple[str, bytes]] = []
        handle = link.same or store.new_chart(intake.tokens(found.key), found.key.patient)
        if chart:
            images.see_that_it_may_be(found, house.key(chart), same_person)
            if same_person:
                self._note_reason(found, chart, same_person)
        elif not link.same:
            resources.append(found.patient)
        known = house.chart(handle) if link.same else Chart()
        patient = known.person.source or found.patient[0]
        kept = {one.uid: one.digest for one in known.scans}
        # an archive wraps the same images anew each time: what decides is the voxels, and the first files are the ones kept
        found = msgspec.structs.replace(found, series=tuple(one for one in found.series if kept.get(one.scan.uid) != one.scan.digest))
        resources += images.study_resources(found, patient, known.scans)
        self._tell_of_others(found, handle, known, told)
        store.add_tokens(handle, [f"series|{one.scan.uid}" for one in found.series])
        for one in found.series:
            store.keep_file(handle, images.kept_name(one.scan.uid, one.scan.digest), one.packed)
        return handle, store.keep_resources(handle, resources, about="images").changed, link.doubtful

    def take_in_nifti(self, paths: Sequence[Path], chart: str, said: Mapping[str, str], *, keep: bool = True) -> TakenImages:
        """Keep each NIfTI file as a series of the chart. `said`: unit, modality, when. Raises UsageError, InvalidInput.

        A file of ours that says it is artificial stays artificial; nothing else can tell whose a file is but the user.
        """
        from xinglin.intake import images, nifti

        if not chart:
            raise UsageError("XL-FLOW-026", "a NIfTI file does not say whose it is", where=str(paths[0]), fix="say it: --chart chart-1")
        told: list[intake.Finding] = []
        stated = nifti.stated(said.get("unit", ""), said.get("modality", ""), said.get("when", ""))
        found = made_here.recognised(self._house.store, nifti.read(paths, stated), told)
        series = tuple(one.scan for one in found)
        if not keep:
            return TakenImages((), series, tuple(told))
        house, store = self._house, self._house.store
        patient = house.chart(chart).person.source
        with store.together():
            for one in found:
                store.keep_file(chart, images.kept_name(one.scan.uid, one.scan.digest), one.packed)
            kept = store.keep_resources(chart, [nifti.study_resource(patient, one) for one in series], about="images")
        return TakenImages(((chart, kept.changed, ()),), series, tuple(told))

    def volume(self, chart: str, uid: str, digest: str = "") -> Volume:
        """The voxels of a kept series: those that came in last, or those of a digest. Raises NotFound."""
        name, synthetic = self._kept(chart, uid, digest)
        if self._last is None or self._last[:2] != (chart, name):
            from xinglin.intake import images

            volume = images.volume_of(self._house.store.file(chart, name))
            self._last = (chart, name, replace(volume, synthetic=True) if synthetic else volume)
        return self._last[2]

    def files(self, chart: str, uid: str, digest: str = "") -> tuple[bytes, ...]:
        """The DICOM files of a kept series, as they came in; none for a series that came as NIfTI. `digest` as in `volume`."""
        from xinglin.intake import images

        return images.files_of(self._house.store.file(chart, self._kept(chart, uid, digest)[0]))

    def _kept(self, chart: str, uid: str, digest: str) -> tuple[str, bool]:
        """(name of the file, whether the house knows it to be artificial) of a series."""
        from xinglin.intake import images

        store = self._house.store
        version = store.version(chart)
        if self._scans[0] != (chart, version):
            self._scans = (chart, version), {one.uid: one for one in self._house.chart(chart).scans}
        scan = self._scans[1].get(uid)
        name = images.kept_name(uid, digest or (scan.digest if scan else ""))
        if name not in store.files(chart):
            name = images.KEPT_SCAN + uid  # as a house of an earlier version kept it
        return name, scan is not None and scan.synthetic

    # ---- what a draft changes

    def kept_name(self, edit: ImageEdit) -> tuple[str, bytes]:
        """(file name, bytes) under which a change is kept; the draft's provenance carries the same digest."""
        return KEPT_EDIT + hashlib.sha256(edit.packed).hexdigest(), edit.packed

    def edit(self, draft: Draft) -> ImageEdit | None:
        """The change a draft makes, None for a draft without one. Raises when it is not the one the draft speaks of."""
        names = [name for name in draft.provenance.images if name.startswith(KEPT_EDIT)]
        if not names:
            return None
        content = self._house.store.file(draft.chart, names[0])
        if hashlib.sha256(content).hexdigest() != draft.provenance.images[names[0]]:
            raise Refused("XL-FLOW-029", "the kept change is not the one the draft speaks of", where=draft.id, fix="make the draft anew")
        return msgspec.msgpack.decode(content, type=ImageEdit)

    def case(self, chart: str, edit: ImageEdit | None, made: MadePictures | None = None) -> ImageCase | None:
        """The series before and after a change, or before and after a model translated it, for the image checks."""
        if made is not None and made.series_uid:
            source = self.volume(chart, made.series_uid, made.series_digest)
            return ImageCase(source, made.applied_to(source), None, made.label)
        if edit is None:
            return None
        source = self.volume(chart, edit.series_uid, edit.source_digest)
        return ImageCase(source, edit.applied_to(source), edit, "SYNTHETIC")

    def behind(self, draft: Draft) -> Images | None:
        """The images a draft speaks of, None for a draft that speaks of none."""
        edit, made = self.edit(draft), self._house.picture_room.made(draft)
        if case := self.case(draft.chart, edit, made):
            digest = edit.source_digest if edit else made.series_digest if made else ""
            return Images(case, (), {}, {case.source.series_uid: self.files(draft.chart, case.source.series_uid, digest)})
        if "dicom" not in self._house.kinds[draft.kind].leaves_as:
            return None  # a summary may cite a lesion; its pictures belong to the imaging report
        pointed = {e.pointer.split("#")[0] for fact in draft.facts for e in fact.evidence if e.source == "chart"}
        if not any(pointer.startswith("Observation/lesion-") for pointer in pointed):
            return None
        chart = self._house.chart(draft.chart)
        cited = [one for one in chart.lesions if one.source in pointed]
        lesions = tuple(sorted(cited, key=lambda one: (one.name, one.when, one.source)))
        seen = {one.series_uid: one.series_digest for one in lesions}
        if again := [one.source for one in lesions if one.series_digest != seen[one.series_uid]]:
            raise Refused(
                "XL-FLOW-031", "lesions were marked before and after a series was replaced", where=again[0],
                why="their outlines lie in different slices", fix="mark the older one again in the series as it is now",
            )  # fmt: skip
        volumes = {uid: self.volume(chart.id, uid, digest) for uid, digest in seen.items()}
        return Images(None, lesions, volumes, {uid: self.files(chart.id, uid, digest) for uid, digest in seen.items()})

    # ---- lesions

    def see_that_its_lesions_stand(self, draft: Draft) -> None:
        """Raises Refused XL-IMG-355 for a draft that speaks of a lesion whose mark was taken back since."""
        pointed = {e.pointer.split("#")[0] for fact in draft.facts for e in fact.evidence if e.source == "chart"}
        lesions = {pointer for pointer in pointed if pointer.startswith("Observation/lesion-")}
        if lesions and lesions - {one.source for one in self._house.chart(draft.chart).lesions}:
            raise Refused("XL-IMG-355", "a lesion it speaks of was taken back", where=draft.id, fix="make the draft anew")

    def mark(
        self, chart: Chart, series: ScanSeries, seed_mm: Point_mm, *, name: str, by: str, kind: str = "", organ: str = "lung",
        target: bool = False, first_shown_by: str = "", remark: str = "",
    ) -> Lesion:  # fmt: skip
        """Outline the lesion at a place, measure it and keep it as an Observation of the chart. Raises UsageError XL-FLOW-027.

        first_shown_by: the model and candidate that showed the place to whoever marks it.
        """
        from xinglin.intake import images
        from xinglin.workup.imaging.measuring import measure
        from xinglin.workup.imaging.segmenting import segment_from_seed

        for what, word in (("name", name), ("organ", organ)):
            _see_that_it_can_be_printed(what, word)
        volume = self.volume(chart.id, series.uid)
        lungs, side, notes = _lungs(volume, seed_mm) if organ == "lung" and volume.modality == "CT" else (None, None, ())
        outlined_as = "solid" if kind == "calcified" else kind  # calcium is outlined like any solid body
        found = segment_from_seed(volume, seed_mm, kind=outlined_as, lung=lungs)  # type: ignore[arg-type]
        measures = measure(volume, found.mask, found.start, kind=found.kind, lung=lungs, notes=(*found.notes, *notes))
        if found.mask.sum() < LEAST_VOXELS or min(measures.long_axis_mm, measures.short_axis_mm, measures.volume_mm3) <= 0:
            raise InvalidInput(
                "XL-IMG-351", "nothing at this place is large enough for a lesion", where="--at", why=f"fewer than {LEAST_VOXELS} voxels, or no axis",
                fix="give a place inside the lesion; --type ground-glass outlines faint ones",
            )  # fmt: skip
        key = hashlib.sha256(f"{series.uid}\n{name}".encode()).hexdigest()[:32]
        lesion = Lesion(
            source=f"Observation/lesion-{key}", name=name, series_uid=series.uid, when=series.when, seed_mm=seed_mm,
            measures=measures, outline=found.outline, marked_by=by, organ=organ, side=side, kind=kind or found.kind, target=target,
            method=f"region growing from a marked point, xinglin {__version__}", study=series.source,
            series_digest=series.digest, first_shown_by=first_shown_by, remark=remark,
        )  # fmt: skip
        store = self._house.store
        store.keep_resources(chart.id, [images.lesion_resource(chart.person.source, lesion)], about="lesion marked")
        return lesion

    def unmark(self, chart: Chart, name: str, *, reason: str, by: str, series_uid: str = "") -> tuple[Lesion, ...]:
        """Take back the marks of that name, in one series or in all: entered in error, so that nothing is told from them any more.

        The marks stay kept with who took them back and why. Raises NotFound XL-IMG-353, UsageError XL-IMG-354 without a reason.
        """
        from xinglin.intake import images

        if not reason.strip():
            raise UsageError("XL-IMG-354", "a mark is taken back for a reason", where="--reason", fix="say why it was wrong")
        lesions = tuple(one for one in chart.lesions if one.name == name and series_uid in ("", one.series_uid))
        if not lesions:
            raise NotFound("XL-IMG-353", "no lesion of that name is marked", where=chart.id, fix=f"xinglin images {chart.id} lists them")
        store = self._house.store
        kept = dict(store.resources(chart.id))
        with store.together():
            wrong = [(one.source, images.taken_back(kept[one.source], reason, by)) for one in lesions]
            store.keep_resources(chart.id, wrong, about="lesion unmarked")
            store.note(by, "lesion unmarked", chart.id)
        return lesions

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


def _see_that_it_can_be_printed(what: str, word: str) -> None:
    """A name is shown in terminals, pages and DICOM files. Raises UsageError."""
    if not word.strip() or not word.isprintable() or len(word) > LONGEST_NAME:
        raise UsageError(
            "XL-FLOW-027", f"a lesion's {what} cannot be used", where=f"--{what}", why="it is empty, too long, or holds control characters",
            fix=f"1 to {LONGEST_NAME} printable characters",
        )  # fmt: skip


def make_phantoms(
    scans: Sequence[tuple[Path, str]], *, home: Path, seed: int, made: str, shape: tuple[int, int, int] = (120, 256, 256),
    spacing_mm: tuple[float, float, float] = (2.5, 1.4, 1.4), person: Mapping[str, str] | None = None,
) -> list[Path]:  # fmt: skip
    """One thorax phantom, scanned at each (folder, day) with its own noise; DICOM files labelled as artificial.

    The same arguments give the same bytes. Raises UsageError for a folder that holds anything, InvalidInput XL-PHANTOM-001.
    """
    from xinglin.models.thorax_phantom import pair, thorax
    from xinglin.review.research import see_that_a_phantom_fits, write_phantom

    for folder, _ in scans:
        see_that_a_phantom_fits(folder, home)  # before the work of making one
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
    found = series_named(chart.scans, word)
    if found is None:
        raise NotFound("XL-FLOW-023", "there is no such series", where=chart.id, fix=f"xinglin images {chart.id} lists them")
    return found


def place_of(words: str, where: str = "--at") -> Point_mm:
    """Three numbers "x,y,z" in millimetres. Raises UsageError."""
    try:
        x, y, z = (float(part) for part in words.split(","))
        if not all(map(math.isfinite, (x, y, z))):
            raise ValueError
    except ValueError:
        raise UsageError(
            "XL-FLOW-024", "three numbers are asked for", where=where, fix="write x,y,z in millimetres: --at=-62.5,14,-310"
        ) from None
    return x, y, z
