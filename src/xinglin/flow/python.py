"""The Python door: `import xinglin as xl`. The same operations as the command line, with objects instead of files."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from xinglin.flow import archives, commands, telling
from xinglin.flow.asked import who
from xinglin.flow.house import House, TakenIn
from xinglin.flow.images import make_phantoms, series_meant
from xinglin.flow.verify import JudgedText
from xinglin.records import Chart, ContentRequest, Draft, Fact, Issue, Omission, Release, Signature, Statement
from xinglin.records.archive import ArchiveStudy, Sent
from xinglin.records.draft import Language
from xinglin.records.errors import UsageError, XinglinError
from xinglin.records.imaging import ImageEdit, Lesion, LungMeasures, NoduleKind, Picture, Point_mm, ScanSeries

if TYPE_CHECKING:
    from xinglin.records.genomics import GeneCall
    from xinglin.records.volume import Volume


class KeptImages(Struct, frozen=True):
    """The images of one chart: its series in the order `series=1, 2 ...` counts them, and the lesions marked in them."""

    series: tuple[ScanSeries, ...]
    lesions: tuple[Lesion, ...]


class DraftAtHand:
    """A kept draft: read it, save it, decide on it, sign it, release it."""

    def __init__(self, house: House, draft: Draft) -> None:
        self._house, self.draft = house, draft

    @property
    def id(self) -> str:
        """The house's handle, "draft-1"."""
        return self.draft.id

    @property
    def text(self) -> str:
        """All statements, under their headings."""
        lines = [self.draft.title]
        for key, heading in self.draft.sections:
            texts = [s.text for s in self.draft.statements if s.section == key]
            lines += ["", heading, *texts] if texts else []
        return "\n".join(lines)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The sentences, with the facts they rest on and their verdicts."""
        return self.draft.statements

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts the draft rests on."""
        return self.draft.facts

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What the checks found."""
        return self.draft.issues

    @property
    def omissions(self) -> tuple[Omission, ...]:
        """What should have been said and was not."""
        return self.draft.omissions

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """What the page shows beside the words: PNG bytes with caption and description; empty for a draft of words alone."""
        return self._house.pictures(self.draft)

    @property
    def image_edit(self) -> ImageEdit | None:
        """The change a draft makes in a series: new voxels, masks, truth; None for a draft that makes none."""
        return self._house.images.edit(self.draft)

    def to_json(self) -> dict[str, Any]:
        """The shape `xinglin make --json` prints."""
        return telling.draft_value(self.draft, [])

    def save(self, out: str | Path) -> list[Path]:
        """Write the watermarked page and the JSON into `out`; returns their paths."""
        return commands.write_preview(self._house, self.draft, Path(out))

    def accept(self, statement: str, by: str, reason: str = "") -> None:
        """Accept one statement ("s3"); one found wanting needs a reason."""
        self._decide(statement, "accept", by, "", reason)

    def edit(self, statement: str, text: str, by: str, reason: str = "") -> None:
        """Replace one statement's text; it is checked again."""
        self._decide(statement, "edit", by, text, reason)

    def reject(self, statement: str, reason: str, by: str) -> None:
        """Leave one statement out, with the reason why."""
        self._decide(statement, "reject", by, "", reason)

    def sign(self, signer: str, passphrase: str, meaning: str = "author") -> Signature:
        """Sign with the signer's own key. Raises Refused while something blocks."""
        return self._house.desk.sign(self.id, signer, passphrase, meaning)

    def release(self, out: str | Path) -> Release:
        """Write the signed, labelled files into `out`."""
        return self._house.release(self.id, Path(out))

    def _decide(self, statement: str, action: Any, by: str, text: str, reason: str) -> None:
        self._house.desk.decide(self.id, by, action, statement, text=text, reason=reason)
        self.draft = self._house.store.draft(self.id)

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.draft.statements)

    def __repr__(self) -> str:
        draft = self.draft
        return f"<{draft.id}: {draft.kind}, {draft.language}, {len(draft.statements)} statements, {len(draft.issues)} issues>"


def take_in(
    *sources: str | Path, chart: Chart | str = "", unit: Literal["", "HU", "none"] = "", modality: str = "", when: str = "",
    repairs: Sequence[str] = (), same_person: str = "", sample: str = "", assembly: str = "", somatic: bool = False,
    absent_is_reference: bool = False, outside_calls: str | Path = "", home: str | Path | None = None,
) -> Chart:  # fmt: skip
    """The chart of the one person in `sources`. For several people use `take_in_all`, which says what the words mean."""
    charts = take_in_all(
        *sources, chart=chart, unit=unit, modality=modality, when=when, repairs=repairs, same_person=same_person, sample=sample,
        assembly=assembly, somatic=somatic, absent_is_reference=absent_is_reference, outside_calls=outside_calls, home=home,
    )  # fmt: skip
    if len(charts) != 1:
        raise UsageError("XL-PY-001", f"{len(charts)} people were found", fix="use take_in_all, which returns a list")
    return charts[0]


def take_in_all(
    *sources: str | Path, chart: Chart | str = "", unit: Literal["", "HU", "none"] = "", modality: str = "", when: str = "",
    repairs: Sequence[str] = (), same_person: str = "", sample: str = "", assembly: str = "", somatic: bool = False,
    absent_is_reference: bool = False, outside_calls: str | Path = "", home: str | Path | None = None,
) -> list[Chart]:  # fmt: skip
    """The charts of everyone in `sources`: FHIR records, DICOM folders, NIfTI files, VCF files.

    `chart` adds images to a chart; a NIfTI file needs it, and `unit`, `modality`, `when`, which it cannot say itself. `repairs`: defects
    of DICOM geometry to put right; `same_person`: why images under another name are this person's. Of a VCF: `sample`, `assembly`,
    `somatic`, `absent_is_reference`; `outside_calls`: a file of a laboratory's calls. Raises InvalidInput, UsageError.
    """
    from xinglin.flow import genomes
    from xinglin.intake.genomes import is_vcf
    from xinglin.intake.images import split
    from xinglin.intake.nifti import is_nifti

    house, handle = House.at(home), _id(chart)
    niftis = [Path(source) for source in sources if is_nifti(source)]
    gene_files = [str(source) for source in sources if is_vcf(source)]
    records, scans = split([source for source in sources if not is_nifti(source) and not is_vcf(source)])
    taken: list[TakenIn] = []
    with house.store.together():  # all of one call is kept, or none
        if records:
            try:
                taken += house.take_in(records)[1]
            except XinglinError as error:
                if not scans or not error.code.startswith("XL-FHIR-"):
                    raise
                warnings.warn(f"no record was read beside the images: {error.code} {error.where}: {error.what}", stacklevel=2)
        if scans:
            taken += house.take_in_images(scans, chart=handle, repairs=repairs, same_person=same_person)[1]
        if niftis:
            taken += house.take_in_nifti(niftis, handle, {"unit": unit, "modality": modality, "when": when})[1]
        if gene_files or outside_calls:
            said = {"chart": handle, "sample": sample, "assembly": assembly, "somatic": somatic, "absent_is_reference": absent_is_reference,
                    "when": when, "outside_calls": str(outside_calls), "dry_run": False}  # fmt: skip
            taken.append(genomes.taken(house, gene_files, said, taken))
    return [house.chart(one) for one in dict.fromkeys(t.chart.id for t in taken)]


def genes(
    of: Chart | str | Path, *, sample: str = "", assembly: str = "", absent_is_reference: bool = False, home: str | Path | None = None
) -> tuple[GeneCall, ...]:
    """Star alleles, phenotypes, what was not read and what else it could be: of a VCF (nothing is kept) or of a chart."""
    from xinglin.flow.genomes import called, stated

    said = stated({"sample": sample, "assembly": assembly, "absent_is_reference": absent_is_reference})
    return called(lambda: House.at(home), str(of) if isinstance(of, Path) else _id(of), said)


def images(chart: Chart | str, *, home: str | Path | None = None) -> KeptImages:
    """The series kept with a chart, and the lesions marked in them."""
    known = House.at(home).chart(_id(chart))
    return KeptImages(known.scans, known.lesions)


def volume(chart: Chart | str, *, series: int | str = "", home: str | Path | None = None) -> Volume:
    """The voxels of a series as a numpy array (slice, row, column) that knows its place in LPS mm. `series`: number from 1, or UID."""
    house = House.at(home)
    known = house.chart(_id(chart))
    return house.images.volume(known.id, series_meant(known, str(series)).uid)


def mark(
    chart: Chart | str, *, at: Point_mm, series: int | str = "", name: str = "A", by: str = "", type: NoduleKind | Literal[""] = "",
    organ: str = "lung", target: bool = False, home: str | Path | None = None,
) -> Lesion:  # fmt: skip
    """The lesion at a place (x, y, z in LPS mm), outlined, measured and kept with the chart. Raises InvalidInput where none is found."""
    house = House.at(home)
    known = house.chart(_id(chart))
    meant = series_meant(known, str(series))
    return house.images.mark(known, meant, at, name=name, by=by or who(), kind=type, organ=organ, target=target)


def unmark(
    chart: Chart | str, name: str, *, reason: str, by: str = "", series: int | str = "", home: str | Path | None = None
) -> tuple[Lesion, ...]:
    """The marks of that name taken back, in one series or (without `series`) in all: kept as entered in error, told nowhere any more.

    Raises NotFound where none is marked, UsageError without a reason.
    """
    house = House.at(home)
    known = house.chart(_id(chart))
    uid = series_meant(known, str(series)).uid if series else ""
    return house.images.unmark(known, name, reason=reason, by=by or who(), series_uid=uid)


def lungs(chart: Chart | str, *, series: int | str = "", home: str | Path | None = None) -> LungMeasures:
    """How dense the lungs of a chest CT are (HU, percent, mL), measured and kept with the chart. Raises InvalidInput, Refused."""
    house = House.at(home)
    known = house.chart(_id(chart))
    return house.images.lungs(known, series_meant(known, str(series)))


def phantom(
    out: str | Path, *, seed: int = 0, slices: int = 120, pixels: int = 256, spacing_mm: tuple[float, float, float] = (2.5, 1.4, 1.4),
    scanned: str = "2026-01-15", home: str | Path | None = None,
) -> list[Path]:  # fmt: skip
    """The DICOM files of a chest CT of nobody, written to the folder `out`. `spacing_mm`: slice, row, column."""
    house = House.at(home)
    return make_phantoms(
        [(Path(out), scanned)], home=house.settings.home, seed=seed, made=house.store.now(), shape=(slices, pixels, pixels),
        spacing_mm=spacing_mm,
    )  # fmt: skip


def _id(chart: Chart | str) -> str:
    return chart if isinstance(chart, str) else chart.id


def find_in_archive(
    archive: str, *, patient_id: str = "", date: str = "", modality: str = "", study: str = "", limit: int = 100, by: str = "",
    home: str | Path | None = None,
) -> tuple[ArchiveStudy, ...]:  # fmt: skip
    """The studies an image archive (a name in the settings, or an address) has of a patient or of some days, newest first.

    `date` is YYYY-MM-DD or FROM..TO; a study asked for by UID comes with its series. Raises UsageError, NotFound, RemoteFailed.
    """
    from xinglin.intake.archives import Wanted

    return archives.find_studies(House.at(home), archive, Wanted(patient_id, date, modality, study), limit, by or who())[0]


def take_in_from_archive(
    archive: str, study: str, *, series: str = "", chart: Chart | str = "", repairs: tuple[str, ...] = (), same_person: str = "",
    by: str = "", home: str | Path | None = None,
) -> list[Chart]:  # fmt: skip
    """The charts of a study fetched from an image archive (one series of it, if named), like a folder taken in.

    Raises NotFound, RemoteFailed, OutOfResources, InvalidInput; nothing is kept then.
    """
    house, chart_id = House.at(home), chart if isinstance(chart, str) else chart.id
    with archives.arriving(house, archive, study, series, by or who()) as folder:
        taken = house.take_in_images([folder], chart=chart_id, repairs=repairs, same_person=same_person)[1]
    archives.note_charts(house, archive, [one.chart.id for one in taken], by or who())
    return [one.chart for one in taken]


def send_to_archive(archive: str, release: str, *, by: str = "", home: str | Path | None = None) -> Sent:
    """What became of a release ("release-1") sent to an image archive: its DICOM files, as they were signed.

    `missing` files and the `fault` say when only a part arrived; the same call again sends the rest. Raises Refused (artificial
    images to an archive that does not accept them), NotFound, RemoteFailed when nothing arrived.
    """
    return archives.send_release(House.at(home), archive, release, by or who())


def make(
    kind: str, chart: Chart | str = "", *, lang: Language = "en", as_of: str = "", seed: int = 0, options: Mapping[str, str] | None = None,
    writer: str = "grammar", home: str | Path | None = None,
) -> DraftAtHand:  # fmt: skip
    """A draft of `kind` ("case-summary") from a chart or its id, checked and kept. Without a chart: a kind about nobody ("virtual-cohort")."""
    house = House.at(home)
    chart_id = _id(chart) or house.nobody_for(kind)
    request = ContentRequest(kind=kind, chart=chart_id, language=lang, as_of=as_of, seed=seed, writer=writer, options=dict(options or {}))
    return DraftAtHand(house, house.make(request))


def draft(draft_id: str, *, home: str | Path | None = None) -> DraftAtHand:
    """A draft already on the desk."""
    house = House.at(home)
    return DraftAtHand(house, house.store.draft(draft_id))


def check(
    text: str, chart: Chart | str = "", *, source: str = "", lang: Language | None = None, as_of: str = "", home: str | Path | None = None
) -> JudgedText:
    """The verdict on every sentence of `text`, against a chart or a source document's text."""
    chart_id = _id(chart)
    return House.at(home).check(text, lang or telling.language_of(text), chart_id=chart_id, source=source, as_of=as_of)


def facts(chart: Chart | str, *, as_of: str = "", home: str | Path | None = None) -> tuple[Fact, ...]:
    """All facts of a chart, each with its evidence."""
    house = House.at(home)
    return house.facts(house.chart(chart) if isinstance(chart, str) else chart, as_of)
