"""The slips the store hands out: what was kept, what is in the queue, what the ledger says.

None of them holds clinical content, except where the docstring says so; ids are handles such as "chart-1".
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from xinglin.records.draft import Release

DraftState = Literal["queued", "in review", "signed", "released", "rejected", "erased"]
ReleaseState = Literal["released", "superseded", "erased"]


class Kept(Struct, frozen=True):
    """What one take-in changed for one person. `version` is the digest of all that is now known."""

    chart: str
    version: str
    new: int = 0
    superseded: int = 0
    unchanged: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was added; False when the same bytes came in again."""
        return bool(self.new or self.superseded)


class TakenIn(Struct, frozen=True):
    """One earlier take-in of a person. `about` is what the caller said about it."""

    version: str
    at: str
    about: str
    resources: int


class ChartRow(Struct, frozen=True):
    """One person of the house: handle, pseudonym, day of arrival (RFC 3339)."""

    id: str
    subject: str
    made_at: str
    retain_until: str = ""


class DraftRow(Struct, frozen=True):
    """One line of the review queue."""

    id: str
    kind: str
    chart: str
    language: str
    state: DraftState
    revision: int
    made_at: str


class KeptRelease(Struct, frozen=True):
    """A release and where its files are kept: blob names, in the order of `release.files`."""

    release: Release
    revision: int
    state: ReleaseState
    blobs: tuple[str, ...]


class SignerKey(Struct, frozen=True):
    """A signer's key as kept: `public` in hex, the private half sealed by the passphrase."""

    number: int
    user: str
    public: str
    locked: bytes
    state: Literal["active", "revoked"]
    made_at: str
    failures: int = 0
    wait_until: str = ""


class LedgerEntry(Struct, frozen=True):
    """One line of the ledger: who did what, when, about which handle. `digest` is keyed, never plain."""

    seq: int
    at: str
    who: str
    what: str
    about: str
    digest: str
    previous: str


class LedgerReport(Struct, frozen=True):
    """Whether the ledger is whole. `problems` says what is wrong and at which entry."""

    whole: bool
    entries: int
    checkpoints: int
    anchored: int
    problems: tuple[str, ...] = ()
