"""The road of one case, on one page: records in, facts, draft, checks, a person's decisions, the door out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timezone
from functools import cached_property, partial
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from xinglin import __version__, intake
from xinglin.flow import made_here, verify
from xinglin.flow.courses import CourseRoom
from xinglin.flow.images import ImageRoom, TakenImages
from xinglin.flow.lesion_generators import lesion_generator
from xinglin.flow.pictures import PictureRoom
from xinglin.flow.settings import Settings, load
from xinglin.intake.archives import clear_leftovers
from xinglin.privacy import labels, law
from xinglin.records import Chart, ContentRequest, Draft, Fact, Label, Point, Provenance, Release, Statement
from xinglin.records.collecting import collecting_later
from xinglin.records.draft import Language
from xinglin.records.errors import NotFound, UsageError
from xinglin.records.fact import MADE_HERE, MUST_BE_MENTIONED
from xinglin.records.imaging import Picture
from xinglin.records.moments import first_instant
from xinglin.review.desk import Desk
from xinglin.review.keys import SigningKeys
from xinglin.review.preview import pictures_of
from xinglin.review.release import Setting, release
from xinglin.review.writers import writers_for
from xinglin.shelf import Shelf
from xinglin.shelf.promises import AbstractDisease, AbstractWriter, Bench, Check, ContentKind, Prepared, Topic
from xinglin.store import Store
from xinglin.workup import work_up

Clock = Callable[[], datetime]


class TakenIn(msgspec.Struct, frozen=True):
    """What became of one person's records."""

    chart: Chart
    resources: int
    new: bool  # False when nothing was there that was not kept already
    quality: intake.QualityReport = intake.QualityReport()
    perhaps: tuple[str, ...] = ()  # charts this person may be confused with: a twin, a namesake


class House:
    """One hospital's Xinglin. Everything a door may ask for is a method here."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or (lambda: datetime.now(timezone.utc))
        self.kinds: Shelf[ContentKind] = Shelf("xinglin.content", "KIND", ContentKind)
        self.checks: Shelf[Check] = Shelf("xinglin.checks", "CHECK", Check)
        self.writers: Shelf[AbstractWriter] = Shelf("xinglin.models.text", "WRITER", AbstractWriter)
        self.topics: Shelf[Topic] = Shelf("xinglin.knowledge", "TOPIC", Topic)
        self.diseases: Shelf[AbstractDisease] = Shelf("xinglin.diseases", "DISEASE", AbstractDisease)

    @classmethod
    def at(cls, home: str | Path | None = None) -> House:
        """The house kept in `home` (default XINGLIN_HOME); a fresh folder is a fresh house."""
        return cls(load(home))

    @cached_property
    def store(self) -> Store:
        """What the house keeps. What a killed fetch left behind goes first."""
        clear_leftovers(self.settings.home)
        return Store.open(self.settings.home, self.settings.database, clock=self.clock)

    @cached_property
    def images(self) -> ImageRoom:
        """The series kept with charts, and what is done in them."""
        return ImageRoom(self)

    @cached_property
    def courses(self) -> CourseRoom:
        """The illnesses that can be run, and what was run for a chart."""
        return CourseRoom(self)

    @cached_property
    def picture_room(self) -> PictureRoom:
        """The image models in use, and what they drew for a draft."""
        return PictureRoom(self)

    @cached_property
    def desk(self) -> Desk:
        """Where people decide and sign."""
        return Desk(self.store, self.judge, keys=SigningKeys(self.store, enrolment=self.settings.enrolment))

    # ---- records in

    def take_in(
        self, sources: Sequence[str | Path], *, keep: bool = True, about_nobody: bool = False
    ) -> tuple[intake.Intake, tuple[TakenIn, ...]]:
        """Read records, link people, keep all of it or nothing. Raises InvalidInput (also for contradicting identities).

        about_nobody: who comes in new takes no person's number.
        """
        found = intake.read(sources, as_of=self.clock().date().isoformat())
        linked = [(person, *self._known(person)) for person in found.people]
        if not keep:
            return found, tuple(TakenIn(p.chart, len(p.resources), True, p.quality) for p, *_ in linked)
        taken = []
        with self.store.together():
            for person, key, link in linked:
                chart = link.same or self.store.new_chart(intake.tokens(key), person.patient, nobody=about_nobody)
                if link.same:
                    self.store.add_tokens(chart, intake.tokens(key))
                resources = intake.not_replacing(person.resources, lambda chart=chart: self.store.resources(chart))
                kept = self.store.keep_resources(chart, resources, about="take-in")
                taken.append((chart, kept, person, link))
        return found, tuple(
            TakenIn(self.chart(c) if link.same else self._named(p.chart, c), len(p.resources), k.changed, p.quality, link.doubtful)
            for c, k, p, link in taken
        )

    def take_in_images(
        self, paths: Sequence[Path], *, chart: str = "", repairs: Sequence[str] = (), same_person: str = "", keep: bool = True
    ) -> tuple[TakenImages, tuple[TakenIn, ...]]:
        """Read DICOM series, find out whose they are, keep all of them or none; see `ImageRoom.take_in`."""
        taken = self.images.take_in(paths, chart=chart, repairs=repairs, same_person=same_person, keep=keep)
        return taken, tuple(TakenIn(self.chart(handle), 1, new, perhaps=perhaps) for handle, new, perhaps in taken.charts)

    def take_in_nifti(
        self, paths: Sequence[Path], chart: str, said: Mapping[str, str], *, keep: bool = True
    ) -> tuple[TakenImages, tuple[TakenIn, ...]]:
        """Keep NIfTI files as series of a chart; see `ImageRoom.take_in_nifti`."""
        taken = self.images.take_in_nifti(paths, chart, said, keep=keep)
        return taken, tuple(TakenIn(self.chart(handle), len(taken.series), new) for handle, new, _ in taken.charts)

    def _known(self, person: intake.PersonRecord) -> tuple[intake.PersonKey, intake.Link]:
        """What the person is recognised by, and the chart they already have, if any."""
        key = intake.PersonKey.of_identity(person.patient, person.identity, person.born, person.sex)
        return key, self.known(key)

    def known(self, key: intake.PersonKey) -> intake.Link:
        """The chart of a person recognised by `key`, and the charts they may be confused with."""
        return intake.link(key, [(handle, self.key(handle)) for handle in self.store.people_sharing(intake.tokens(key))])

    def nobody(self) -> str:
        """The chart of the made-up subject that drafts about nobody stand in, such as a virtual cohort: "chart-nobody"."""
        _, (taken,) = self.take_in([str(files("xinglin.flow") / "nobody.json")], about_nobody=True)
        return taken.chart.id

    def nobody_for(self, kind: str) -> str:
        """The chart of a draft that was asked for without one. Raises UsageError XL-FLOW-012 for a kind that is about a person."""
        if self.kinds[kind.replace("-", "_")].needs_chart:
            raise UsageError("XL-FLOW-012", "which chart?", where=kind, fix="name a chart (xinglin chart lists them)")
        return self.nobody()

    def key(self, chart_id: str) -> intake.PersonKey:
        """What a stored person is recognised by."""
        chart = self.chart(chart_id)
        return intake.PersonKey.of_identity(chart.person.source, chart.identity, chart.person.born, chart.person.sex)

    def add_note(self, chart_id: str, path: Path, when: str) -> TakenIn:
        """Add a plain text note to a chart."""
        resource = intake.note(path, when, path.stem, patient=self.chart(chart_id).person.source)
        kept = self.store.keep_resources(chart_id, [resource], about="note")
        return TakenIn(self.chart(chart_id), 1, kept.changed)

    def chart(self, chart_id: str) -> Chart:
        """The chart, read anew from the resources that came in."""
        return self._named(intake.chart_of(self.store.resources(chart_id)), chart_id)

    def _named(self, chart: Chart, chart_id: str) -> Chart:
        return replace(chart, id=chart_id, subject=self.store.subject(chart_id), version=self.store.version(chart_id))

    # ---- what follows from them

    def facts(self, chart: Chart, as_of: str = "") -> tuple[Fact, ...]:
        """All facts of a chart as of a day."""
        return work_up(chart, self.as_of(chart, as_of)[0])

    def as_of(self, chart: Chart, asked: str) -> tuple[str, tuple[str, ...]]:
        """The day to speak from, and a note when it had to be moved: today, or the newest entry of a record set in the future."""
        if asked:
            try:
                return date.fromisoformat(asked).isoformat(), ()
            except ValueError as error:
                raise UsageError("XL-FLOW-001", "--as-of is not a date", where="--as-of", fix="write it as 2026-03-04") from error
        today = self.clock().date().isoformat()
        if chart.newest and first_instant(chart.newest[:10]).date().isoformat() > today:
            return chart.newest[:10], ("the record holds entries later than today; the draft speaks from the newest of them",)
        return today, ()

    # ---- a draft

    def make(self, request: ContentRequest, *, keep: bool = True) -> Draft:
        """Draft, check and keep. The same request of the same record gives the same draft."""
        chart = self.chart(request.chart)
        as_of, notes = self.as_of(chart, request.as_of)
        request = replace(request, as_of=as_of, kind=request.kind.replace("-", "_"))
        draft, made = self._drafted(request, chart, notes)
        if not keep:
            return draft
        with self.store.together():
            if made.edit is not None:
                self.store.keep_file(request.chart, *self.images.kept_name(made.edit))
            if case := self.images.case(request.chart, made.edit, made.pictures):
                made_here.remember_change(self.store, case)
            if made.simulation is not None:
                self.store.keep_file(request.chart, *self.courses.kept_name(made.simulation))
            if made.pictures is not None:
                self.store.keep_file(request.chart, *self.picture_room.kept_name(made.pictures))
            return self.store.keep_draft(draft, _fingerprint(request, chart, draft.provenance.images))

    def draft(self, request: ContentRequest, chart: Chart, notes: tuple[str, ...] = ()) -> Draft:
        """The pure part of `make`: nothing is kept, no clock is read; pixels are read where the kind works on them."""
        return self._drafted(request, chart, notes)[0]

    @collecting_later()
    def _drafted(self, request: ContentRequest, chart: Chart, notes: tuple[str, ...]) -> tuple[Draft, Prepared]:
        kind = self.kinds[request.kind]
        if unknown := sorted(set(request.options) - set(kind.options)):
            raise UsageError(
                "XL-FLOW-002", f"{kind.name} has no option {unknown[0]!r}", fix=f"options: {', '.join(kind.options) or 'none'}"
            )
        known = work_up(chart, request.as_of)
        prepared = kind.prepare(request, chart, self._bench(request.chart, known)) if kind.prepare else Prepared()
        facts = (*known, *prepared.facts)
        plan = kind.plan(request, chart, facts)
        by_id = {f.id: f for f in facts}
        statements = self._worded(kind, plan.points, by_id, request, request.writer)
        owed = _owed(statements, plan.must_mention, by_id)
        draft = Draft(
            id="",
            kind=kind.name,
            chart=request.chart,
            language=request.language,
            title=plan.title,
            sections=plan.sections,
            statements=statements,
            facts=_mentioned(statements, owed, facts),
            provenance=replace(self._provenance(request, kind, chart, notes), images=self._kept_with(prepared)),
            must_mention=owed,
            tables=plan.tables,
        )
        beside = self.images.case(chart.id, prepared.edit, prepared.pictures)
        made = verify.Made(beside, self.courses.case(prepared.simulation), prepared.pictures)
        judged = verify.judge_draft(draft, facts, chart, [self.checks[c] for c in kind.checks], made)
        if request.writer != "grammar":
            judged = self._reworded(judged, kind, plan.points, by_id, request, facts, chart, made)
        return judged, prepared

    def _bench(self, chart: str, facts: tuple[Fact, ...]) -> Bench:
        return Bench(
            partial(self.images.volume, chart), self.courses.disease, partial(self.courses.twin, chart), facts,
            partial(self.courses.outdated, chart), self.picture_room.drawn, partial(self.picture_room.translated, chart),
            partial(lesion_generator, self),
        )  # fmt: skip

    def _kept_with(self, made: Prepared) -> dict[str, str]:
        """What a draft made, by the name it is kept under, with its digest."""
        names = [self.images.kept_name(made.edit)[0]] if made.edit else []
        names += [self.courses.kept_name(made.simulation)[0]] if made.simulation else []
        names += [self.picture_room.kept_name(made.pictures)[0]] if made.pictures else []
        return {name: name.rpartition("/")[2] for name in names}

    @collecting_later()
    def judge(self, draft: Draft) -> Draft:
        """The draft checked again against the record as it is now (after an edit)."""
        chart = self.chart(draft.chart)
        facts = work_up(chart, draft.provenance.as_of)
        known = {fact.id for fact in facts}
        made = tuple(fact for fact in draft.facts if fact.id not in known and fact.id.startswith(MADE_HERE))
        simulation, pictures = self.courses.case(self.courses.simulation(draft)), self.picture_room.made(draft)
        beside = verify.Made(self.images.case(draft.chart, self.images.edit(draft), pictures), simulation, pictures)
        return verify.judge_draft(draft, (*facts, *made), chart, [self.checks[c] for c in self.kinds[draft.kind].checks], beside)

    def _worded(
        self, kind: ContentKind, points: Sequence[Point], facts: Mapping[str, Fact], request: ContentRequest, writer: str
    ) -> tuple[Statement, ...]:
        texts = self.writers[writer].write(points, facts, kind.words[request.language], request.language, request.seed)
        pairs = zip(points, texts, strict=True)
        return tuple(Statement(f"s{n}", p.section, text, p.facts, cell=p.cell) for n, (p, text) in enumerate(pairs, 1))

    def _reworded(
        self, draft: Draft, kind: ContentKind, points: Sequence[Point], by_id: Mapping[str, Fact],
        request: ContentRequest, facts: Sequence[Fact], chart: Chart, made: verify.Made,
    ) -> Draft:  # fmt: skip
        """Another writer's sentences that did not hold are worded by `grammar` instead, and the provenance says so."""
        plain = {s.id: s for s in self._worded(kind, points, by_id, request, "grammar")}
        failed = tuple(s.id for s in draft.statements if s.faithful in ("unsupported", "contradicted"))
        if not failed:
            return draft
        statements = tuple(plain[s.id] if s.id in failed else s for s in draft.statements)
        draft = replace(draft, statements=statements, provenance=replace(draft.provenance, reworded=failed))
        return verify.judge_draft(draft, facts, chart, [self.checks[c] for c in kind.checks], made)

    def _provenance(self, request: ContentRequest, kind: ContentKind, chart: Chart, notes: tuple[str, ...]) -> Provenance:
        return Provenance(
            version=__version__, kind=kind.name, writer=request.writer, chart_version=chart.version, as_of=request.as_of, seed=request.seed,
            knowledge=tuple(f"knowledge/{t.name}@{t.version}" for t in self.topics), checks=kind.checks, options=dict(request.options),
            notes=notes,
        )  # fmt: skip

    # ---- any text

    def check(self, text: str, language: Language, *, chart_id: str = "", source: str = "", as_of: str = "") -> verify.JudgedText:
        """Judge a pasted text against a chart or a source document."""
        if bool(chart_id) == bool(source):
            raise UsageError("XL-FLOW-003", "a text is checked against one thing", fix="give --chart CHART or --source FILE")
        if source:
            return verify.judge_text(text, language, (), None, source, as_of, verify.all_checks("source"))
        chart = self.chart(chart_id)
        day, _ = self.as_of(chart, as_of)
        return verify.judge_text(text, language, work_up(chart, day), chart, "", day, verify.all_checks("chart"))

    # ---- the door out

    def release(self, draft_id: str, out: Path) -> Release:
        """Write the signed files. Raises Refused with the blocking issues or for want of signatures."""
        draft = self.store.draft(draft_id)
        kind = self.kinds[draft.kind]
        chart = self.chart(draft.chart)
        self.images.see_that_its_lesions_stand(draft)
        images, pictures = self.images.behind(draft), self.pictures(draft)
        setting = Setting(
            chart.person.source, chart.identity, self.settings.organisation, kind.document_code, images, pictures,
            law.may_propose_medicines(self.settings.law_packs), self.picture_room.made(draft),
        )  # fmt: skip
        writers = writers_for(kind.leaves_as)
        released = release(self.desk, draft_id, out, kind_signers=kind.signers, writers=writers, label_for=self.label, setting=setting)
        made_here.remember_released(self.store, [out / file.path for file in released.files])
        return released

    def pictures(self, draft: Draft) -> tuple[Picture, ...]:
        """What the page of a draft shows beside the words."""
        simulation = self.courses.case(self.courses.simulation(draft))
        return pictures_of(draft, self.images.behind(draft), simulation, self.picture_room.made(draft))

    def label(self, draft: Draft, release_id: str) -> Label:
        """The AI label of a release. Raises Refused where a law asks for a provider code that is not set."""
        signatures = self.desk.verify_signatures(draft)
        producer = self.settings.provider_code or labels.house_producer(self.store.public_key)
        return labels.label_for(
            draft.language, release_id, producer, self.settings.organisation, self.settings.law_packs,
            [s.signer for s in signatures], signatures[0].digest if signatures else "", about_nobody=self._about_nobody(draft),
        )  # fmt: skip

    def draft_label(self, draft: Draft) -> Label:
        """The AI label of an unsigned draft: made by this software, nobody's yet; the same in every house."""
        producer, nobody = labels.software_producer(__version__), self._about_nobody(draft)
        return labels.label_for(draft.language, draft.id or "draft", producer, self.settings.organisation, about_nobody=nobody)

    def _about_nobody(self, draft: Draft) -> bool:
        return not self.kinds[draft.kind].needs_chart

    def integrity(self, data: bytes, aigc: Mapping[str, str]) -> Literal["as released", "altered", "not ours", "unsigned"]:
        """Whether a file is one this house released, byte for byte; judged by the number and producer in its label."""
        producer, number = aigc.get("ContentProducer", ""), aigc.get("ProduceID", "")
        if producer.startswith("software:"):
            return "unsigned"
        ours = (self.settings.provider_code, labels.house_producer(self.store.public_key))
        if producer not in ours or number not in self.store.releases():
            return "not ours"
        digest = hashlib.sha256(data).hexdigest()
        return "as released" if digest in {f.sha256 for f in self.store.release(number).release.files} else "altered"

    def sources(self, draft: Draft) -> dict[str, bytes]:
        """The source resources a draft's facts point at, by reference."""
        cited = {e.pointer.split("#")[0] for f in draft.facts for e in f.evidence if e.source == "chart"}
        return {reference: raw for reference, raw in self.store.resources(draft.chart) if reference in cited}


def _fingerprint(request: ContentRequest, chart: Chart, made: Mapping[str, str]) -> str:
    """What was asked of what; `made` too, since another model or twin may have come into use since the same was asked before."""
    options = sorted((*request.options.items(), *made.items()))
    parts = [__version__, request.kind, request.chart, chart.version, request.language, request.as_of, str(request.seed), request.writer]
    return hashlib.sha256(repr((parts, options)).encode()).hexdigest()


def _owed(statements: Sequence[Statement], asked: Sequence[str], facts: Mapping[str, Fact]) -> tuple[str, ...]:
    """What the kind asks for, and everything of highest importance it says: neither may be lost by a later edit."""
    said = (f for s in statements for f in s.facts if f in facts and facts[f].importance >= MUST_BE_MENTIONED)
    return tuple(dict.fromkeys((*asked, *said)))


def _mentioned(statements: Sequence[Statement], must_mention: Sequence[str], facts: Sequence[Fact]) -> tuple[Fact, ...]:
    wanted = {f for s in statements for f in s.facts} | set(must_mention)
    return tuple(f for f in facts if f.id in wanted)


def find_draft(house: House, draft_id: str | None) -> str:
    """The draft meant: the one named, or the only one on the desk."""
    if draft_id:
        return draft_id
    rows = house.store.drafts()
    if len(rows) == 1:
        return rows[0].id
    raise NotFound("XL-FLOW-004", "which draft?", fix="xinglin review lists them")
