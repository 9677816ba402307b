"""Places that a model shows to a reader: found in a series, listed, and confirmed or rejected by a person.

They lie sealed beside the chart and are read by nothing else. What a person confirms is marked as a lesion: from then on it is that person's finding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from xinglin.flow.images import series_meant
from xinglin.records.candidates import Candidate, CandidateDecision, CandidateList
from xinglin.records.errors import NotFound, Refused, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from xinglin.flow.house import House
    from xinglin.models.kept_images import KeptImages
    from xinglin.records import Chart
    from xinglin.records.imaging import Lesion, Point_mm
    from xinglin.records.volume import Volume

    Note = Callable[[str], None]

KEPT, DECIDED = "candidates/", "candidate-decision/"
MODEL = "nodule-candidates"  # looked for where no model is named
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST_REMARK = 400
THICKEST_MM = 4.5  # between slices: the smallest nodules looked for


@dataclass(frozen=True)
class Shown:
    """A kept list, the name it is kept under, and what people made of its candidates so far."""

    chart: str
    key: str
    told: CandidateList
    decisions: tuple[CandidateDecision, ...] = ()

    def decision(self, number: int) -> CandidateDecision | None:
        """What a person made of that candidate, None for nothing yet."""
        return next((one for one in self.decisions if one.number == number), None)


def finder(house: House, reference: str) -> tuple[KeptImages, bool]:
    """(the model that finds, whether it is in use). Raises NotFound XL-FIND-002 where none is in use, UsageError XL-FIND-001, and what `opened` raises."""
    from pathlib import Path

    from xinglin.flow.image_models import opened
    from xinglin.flow.outcomes import registry
    from xinglin.models.nodule_search.by_model import see_that_it_finds

    known = {one.name: one for one in registry(house).names()}
    name = reference or MODEL
    if not Path(name).is_dir() and name in known and not known[name].champion:
        raise NotFound(
            "XL-FIND-002", "no model that finds candidates is in use", where=name, why="it was trained and not yet brought into use",
            fix=f"xinglin candidates judge {name}:challenger; xinglin models promote {name} --by NAME; or say --model {name}:challenger to try it",
        )  # fmt: skip
    if not reference and name not in known:
        raise NotFound(
            "XL-FIND-002", "no model that finds candidates is in use", where=name, why="none comes with Xinglin",
            fix=f"xinglin collect candidate-patches -o SET; xinglin train image SET --model nodule_candidates --name {name} --minutes 15",
        )  # fmt: skip
    kept = opened(house, name)
    see_that_it_finds(kept)
    return kept, not Path(name).is_dir() and name.partition("@")[0] in known and known[name.partition("@")[0]].champion == kept.digest


def looked_for(house: House, chart: Chart, *, series: str = "", model: str = "", by: str, keep: bool = True) -> Shown:
    """The candidates of one series, kept with the chart. The same series and model, the same list.

    Raises what `finder`, `series_meant` and `find_lungs` raise (XL-THORAX-001 to 003), Refused XL-FIND-008 for slices too far apart.
    """
    from xinglin.models.nodule_search.by_model import found_by
    from xinglin.models.thorax import find_lungs

    scan = series_meant(chart, series)
    kept, in_use = finder(house, model)
    volume = house.images.volume(chart.id, scan.uid)
    if max(volume.spacing_mm) > THICKEST_MM:
        raise Refused(
            "XL-FIND-008", "small nodules fall between the slices of this series", where=scan.uid, why=f"{max(volume.spacing_mm):.1f} mm apart",
            fix=f"use a series of at most {THICKEST_MM:g} mm",
        )  # fmt: skip
    lungs = find_lungs(volume)
    notes = lungs.doubt if in_use else (*lungs.doubt, "by a model that is not in use")
    told = CandidateList(scan.uid, scan.digest, f"{kept.told.name}@{kept.digest[:12]}", in_use, found_by(kept, volume, lungs), notes)
    content = msgspec.json.encode(told)
    key = f"{KEPT}{scan.uid}/{hashlib.sha256(content).hexdigest()[:24]}"
    if not keep:
        return Shown(chart.id, key, told)
    with house.store.together():
        house.store.keep_file(chart.id, key, content)
        house.store.note(by, "candidates shown", chart.id, kept.digest)
    return Shown(chart.id, key, told, tuple(_decisions(house, chart.id, key)))


def judged(house: House, reference: str, *, scans: int, by: str, note: Note | None = None) -> KeptImages:
    """The finder with its free-response curve on unseen chests of nobody, kept as the challenger of its name.

    Raises UsageError XL-FIND-001, and XL-FIND-010 for fewer than two scans.
    """
    from pathlib import Path

    from xinglin.flow.image_models import opened
    from xinglin.flow.outcomes import registry
    from xinglin.training.judging_candidates import judgement_of, unseen_chests

    if scans < 2:
        raise UsageError("XL-FIND-010", "one scan tells nothing of others", where="--scans", fix="12 or more")
    kept, seen = opened(house, reference), []
    for one in unseen_chests(kept, scans):
        seen.append(one)
        if note:
            found = sum(score >= 0 for score in one.marks.found)
            note(f"scan {len(seen)} of {scans}: {found} of {len(one.nodules)} nodules among {len(one.candidates)} candidates")
    told = kept.judged(judgement_of(kept, seen))
    if not Path(reference).is_dir():
        registry(house).keep(told, by)
    return told


def took(house: House, reference: str) -> Callable[[Volume], Sequence[Point_mm]]:
    """What a kept finder takes for nodules in a scan, the surest first. Raises what `opened` raises, UsageError XL-FIND-001."""
    from xinglin.flow.image_models import opened
    from xinglin.models.nodule_search.by_model import found_by, see_that_it_finds
    from xinglin.models.thorax import find_lungs

    kept = opened(house, reference)
    see_that_it_finds(kept)
    return lambda scan: [one.place_mm for one in found_by(kept, scan, find_lungs(scan))]


def listed(house: House, chart: Chart, series: str = "") -> Shown:
    """The list that was kept last, of one series or of any. Raises NotFound XL-FIND-003."""
    uid = series_meant(chart, series).uid if series else ""
    names = [name for name in house.store.files(chart.id) if name.startswith(f"{KEPT}{uid}/" if uid else KEPT)]
    if not names:
        raise NotFound(
            "XL-FIND-003", "no candidates were looked for here", where=chart.id, fix=f"xinglin candidates find {chart.id}"
        )  # fmt: skip
    told = msgspec.json.decode(house.store.file(chart.id, names[-1]), type=CandidateList)
    return Shown(chart.id, names[-1], told, tuple(_decisions(house, chart.id, names[-1])))


def confirmed(
    house: House, chart: Chart, number: int, *, by: str, text: str = "", name: str = "", kind: str = "", series: str = "",
    at: Point_mm | None = None, target: bool = False,
) -> tuple[Lesion, CandidateDecision]:  # fmt: skip
    """The candidate outlined, measured and kept as a lesion that this person found; one entry in the ledger tells of it.

    name: the next free letter; that of a lesion marked in another series is the same lesion. at: a place inside it, where the candidate's own
    middle will not do. Raises what `mark` raises, NotFound XL-FIND-003, 004, Refused XL-FIND-005 to 006, 009, UsageError XL-FIND-007.
    """
    shown, one = _open(house, chart, number, series, by, text)
    scan = series_meant(chart, shown.told.series_uid)
    if scan.digest != shown.told.series_digest:
        raise Refused(
            "XL-FIND-006",
            "the series was replaced since the candidates were found",
            where=scan.uid,
            fix=f"xinglin candidates find {chart.id}",
        )
    if name and any(lesion.name == name and lesion.series_uid == scan.uid for lesion in chart.lesions):
        raise Refused("XL-FIND-009", "a lesion of this name is marked in the series already", where="--name", fix="another name")
    called = name or _free_name({lesion.name for lesion in chart.lesions})
    by_model = f"{shown.told.model} candidate={number}"
    with house.store.together():
        lesion = house.images.mark(
            chart, scan, at or one.place_mm, name=called, by=by, kind=kind, target=target, first_shown_by=by_model, remark=text
        )
        decision = _decided(house, shown, CandidateDecision(number, "confirmed", by, house.store.now(), text, called))
    return lesion, decision


def rejected(house: House, chart: Chart, number: int, *, by: str, text: str = "", series: str = "") -> CandidateDecision:
    """The candidate is nothing, this person says; it stays listed as that. Raises as `confirmed` does."""
    shown, _ = _open(house, chart, number, series, by, text)
    with house.store.together():
        return _decided(house, shown, CandidateDecision(number, "rejected", by, house.store.now(), text))


def written(house: House, chart: Chart, shown: Shown, out: Path) -> list[Path]:
    """candidates.png and candidates.json in a new folder, both saying what they are. Raises UsageError XL-RELEASE-001 to 005."""
    from xinglin import __version__
    from xinglin.models.nodule_search.sheet import sheet_of
    from xinglin.privacy import labels
    from xinglin.review.candidate_pages import write_candidates

    aigc = labels.label_for("en", f"candidates-{shown.key[-24:]}", labels.software_producer(__version__)).aigc
    volume = house.images.volume(chart.id, shown.told.series_uid, shown.told.series_digest)
    return write_candidates(shown.told, shown.decisions, sheet_of(volume, shown.told.candidates), out, home=house.settings.home, aigc=aigc)


def _open(house: House, chart: Chart, number: int, series: str, by: str, text: str) -> tuple[Shown, Candidate]:
    if len(text) > LONGEST_REMARK or not all(word.isprintable() for word in (text, by)) or not by.strip():
        raise UsageError(
            "XL-FIND-007", "this cannot be kept with a decision", where="--text" if by.strip() else "--by",
            fix=f"a name, and at most {LONGEST_REMARK} printable letters",
        )  # fmt: skip
    shown = listed(house, chart, series)
    one = next((one for one in shown.told.candidates if one.number == number), None)
    if one is None:
        raise NotFound(
            "XL-FIND-004", "there is no candidate of this number", where=chart.id, fix=f"xinglin candidates list {chart.id} shows them"
        )
    before = shown.decision(number)
    if before is not None:
        raise Refused(
            "XL-FIND-005", "this candidate was decided already", where=f"candidate {number}", why=before.verdict,
            fix="xinglin unmark takes a lesion back; xinglin mark marks one without a candidate",
        )  # fmt: skip
    return shown, one


def _decided(house: House, shown: Shown, decision: CandidateDecision) -> CandidateDecision:
    content = msgspec.json.encode(decision)
    house.store.keep_file(shown.chart, _decision_name(shown.key, decision.number), content)
    house.store.note(decision.by, f"candidate {decision.verdict}", shown.chart, hashlib.sha256(content).hexdigest())
    return decision


def _decisions(house: House, chart: str, key: str) -> Iterator[CandidateDecision]:
    start = _decision_name(key, 0)[:-1]
    for name in house.store.files(chart):
        if name.startswith(start):
            yield msgspec.json.decode(house.store.file(chart, name), type=CandidateDecision)


def _decision_name(key: str, number: int) -> str:
    return f"{DECIDED}{key.removeprefix(KEPT)}/{number}"


def _free_name(taken: set[str]) -> str:
    """A, B ... Z, A2, B2 ..."""
    return next(name for turn in range(1, 1000) for letter in LETTERS if (name := letter if turn == 1 else f"{letter}{turn}") not in taken)
