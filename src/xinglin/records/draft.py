"""What is asked for, what would be said, what is wrong with it, and what a person decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from xinglin.records.chart import Identity
from xinglin.records.fact import Fact
from xinglin.records.image_learning import MadePictures
from xinglin.records.imaging import Images, Picture

Language = Literal["en", "zh"]
Severity = Literal["note", "warning", "stop"]
Verdict = Literal["supported", "unsupported", "contradicted", "not_checkable"]


class ContentRequest(Struct, frozen=True):
    """What is wanted. `as_of` is a date; `options` are the kind's own, documented in its README."""

    kind: str
    chart: str
    language: Language = "en"
    as_of: str = ""
    seed: int = 0
    writer: str = "grammar"
    options: Mapping[str, str] = field(default_factory=dict)


class Point(Struct, frozen=True):
    """What to say, before wording: facts, the phrase of the kind's word book, and the section it goes in. `cell`: see `SectionTable`."""

    section: str
    phrase: str
    facts: tuple[str, ...]
    slots: Mapping[str, str] = field(default_factory=dict)
    cell: tuple[str, str] = ("", "")


class SectionTable(Struct, frozen=True):
    """A section that is read as a table: its columns (key, heading). A sentence with `cell` (row, column) stands there.

    Rows come in the order of their first sentence; the first column names the row. Sentences without a cell follow below.
    """

    section: str
    columns: tuple[tuple[str, str], ...]


class Statement(Struct, frozen=True):
    """One sentence of a draft. `id` is "s1", "s2", ... and survives edits; `by` is "ai" or "person"."""

    id: str
    section: str
    text: str
    facts: tuple[str, ...]
    faithful: Verdict = "not_checkable"
    plausible: Verdict = "not_checkable"
    by: Literal["ai", "person"] = "ai"
    cell: tuple[str, str] = ("", "")


class Provenance(Struct, frozen=True):
    """How a draft came to be: enough to make it again."""

    version: str
    kind: str
    writer: str
    chart_version: str
    as_of: str
    seed: int
    knowledge: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    reworded: tuple[str, ...] = ()  # statement ids that grammar had to reword
    options: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)  # file kept with the chart -> its SHA-256: what the draft made or changed
    notes: tuple[str, ...] = ()  # e.g. "as_of moved to the newest entry of the record"


class Issue(Struct, frozen=True):
    """What a check found. `said` and `known` are short words for the page; never written to a log."""

    check: str
    severity: Severity
    text: str
    statement: str = ""  # statement id, "" for the whole draft
    verdict: Verdict | None = None
    said: str = ""
    known: str = ""
    facts: tuple[str, ...] = ()
    start: int = -1  # characters within the statement
    end: int = -1


class Omission(Struct, frozen=True):
    """A fact of importance that the text does not mention."""

    fact: str
    text: str
    severity: Severity = "warning"


class Draft(Struct, frozen=True):
    """What would be said. Immutable; an edit makes a new revision."""

    id: str
    kind: str
    chart: str
    language: Language
    title: str
    sections: tuple[tuple[str, str], ...]  # (key, heading) in reading order
    statements: tuple[Statement, ...]
    facts: tuple[Fact, ...]  # every fact the statements name, and every one that matters
    provenance: Provenance
    omissions: tuple[Omission, ...] = ()
    issues: tuple[Issue, ...] = ()
    must_mention: tuple[str, ...] = ()  # fact ids the kind says may not be missing
    revision: int = 1
    tables: tuple[SectionTable, ...] = ()

    def fact(self, fact_id: str) -> Fact:
        """The fact of that id. Raises KeyError."""
        for fact in self.facts:
            if fact.id == fact_id:
                return fact
        raise KeyError(fact_id)


class Decision(Struct, frozen=True):
    """What a person decided. `at` is real time (RFC 3339)."""

    draft: str
    revision: int
    reviewer: str
    action: Literal["accept", "edit", "reject", "sign"]
    at: str
    statement: str = ""
    text: str = ""
    reason: str = ""


class Signature(Struct, frozen=True):
    """A person's Ed25519 signature over the digest of one revision."""

    signer: str
    key: str  # public key, hex
    digest: str  # sha256 of the canonical signed content, hex
    signature: str  # hex
    at: str
    meaning: str = "author"


class Label(Struct, frozen=True):
    """The AI label every file carries. `aigc` is the GB 45438-2025 object (seven strings)."""

    text: Mapping[str, str]  # visible words per language
    aigc: Mapping[str, str]


class SignedDocument(Struct, frozen=True):
    """All a file writer needs, and nothing to decide: what was signed, by whom, for whom, with which label."""

    draft: Draft
    decisions: tuple[Decision, ...]
    signatures: tuple[Signature, ...]
    identity: Identity
    patient: bytes  # the source Patient resource, unchanged JSON
    sources: Mapping[str, bytes]  # "Observation/x" -> source resource JSON, for those the facts cite
    label: Label
    release: str
    released_at: str
    house: str  # name of the organisation, "" when unset
    document_code: tuple[str, str] = ("", "")  # LOINC document type of the kind: code, display
    images: Images | None = None  # of kinds that speak of images
    pictures: tuple[Picture, ...] = ()  # for the page
    proposes_medicines: bool = False  # whether the law here lets a proposal of a medicine be written as such, not in words alone
    made: MadePictures | None = None  # of kinds whose pictures a model made


class ReleasedFile(Struct, frozen=True):
    """One file of a release: its name, media type, SHA-256 and the label found in it."""

    path: str
    media_type: str
    sha256: str
    label: str


class Release(Struct, frozen=True):
    """What left the house: files, signers and the time."""

    id: str
    draft: str
    files: tuple[ReleasedFile, ...]
    signed_by: tuple[str, ...]
    at: str
