"""The store of one house: everything is kept through this one page.

A fresh folder becomes a fresh house with its own secret, keys and ledger. Calls inside
`with store.together():` happen all or not at all.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy import Connection, insert, select

from xinglin.records.draft import Decision, Draft, Release, Signature
from xinglin.records.errors import InvalidInput, UsageError
from xinglin.store import tables
from xinglin.store.blobs import Blobs
from xinglin.store.database import Database
from xinglin.store.erasure import Erasure
from xinglin.store.files import Files
from xinglin.store.kept import ChartRow, DraftRow, DraftState, Kept, KeptRelease, LedgerReport, SignerKey, TakenIn
from xinglin.store.keyring import KeyRing
from xinglin.store.ledger import Ledger, house_key
from xinglin.store.migrations import bring_up_to_date
from xinglin.store.papers import Papers
from xinglin.store.people import People
from xinglin.store.signers import Signers


def now_utc() -> datetime:
    """The real time; what people do carries it."""
    return datetime.now(timezone.utc)


class Store:
    """What one house keeps. Open it with `Store.open`; close it, or use it in a `with`."""

    def __init__(self, home: Path, database: Database, ring: KeyRing, clock: Callable[[], datetime]) -> None:
        self.home, self.clock = home, clock
        self._database, self._ring = database, ring
        secret, key, house = _house_secrets(database, ring)
        blobs = Blobs(home)
        self.public_key = house_key(key).public_key().public_bytes_raw().hex()  # names the house to the outside
        self.ledger = Ledger(database, home / "anchor.jsonl", house, house_key(key), self.now)
        self._people = People(database, ring, blobs, self.ledger, secret, self.now)
        self._papers = Papers(database, self._people, self.ledger, self.now)
        self._files = Files(database, self._people, self.ledger, self.now)
        self._signers = Signers(database, self.ledger, self.now)
        self._erasure = Erasure(database, ring, blobs, self._people, self.ledger, self.now)

    @classmethod
    def open(cls, home: Path, url: str = "", clock: Callable[[], datetime] = now_utc) -> Store:
        """The house in `home`, made when the folder is fresh.

        `url`: "" for one SQLite file in the folder, or postgresql://...; keys, blobs and anchor stay in `home`.
        `clock` gives aware times. Raises InvalidInput (newer version, damaged or missing keys), UsageError.
        """
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                "XL-STORE-001", "the house cannot be kept there", where=str(home), why=type(error).__name__, fix="name a folder"
            ) from None
        database, ring = Database(url, home / "xinglin.db"), KeyRing(home)
        with _only_one(home / ".lock"):
            if not url:
                os.close(os.open(home / "xinglin.db", os.O_RDWR | os.O_CREAT, 0o600))
            with database.write() as connection:
                bring_up_to_date(connection)
                fresh = _found(connection, ring)
            ring.load()
            store = cls(home, database, ring, clock)
            if fresh or store.ledger.is_unfounded():
                store.ledger.found()
                store.ledger.add("house", "founded")
            store.ledger.catch_up()
            store._people.settle()
            if ring.has_leftovers():
                store._erasure.drop_old_keys()
            store._erasure.finish("house")
        return store

    def close(self) -> None:
        """Write what waits and let go of the database."""
        self.ledger.flush()
        self._database.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def now(self) -> str:
        """The time now, RFC 3339, to the second, in UTC."""
        return self.clock().astimezone(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")

    @contextmanager
    def together(self) -> Iterator[None]:
        """Everything inside happens, durably, when the block ends; or, when it raises, none of it."""
        with self._database.write():
            yield

    # People

    def new_chart(self, tokens: Iterable[str], subject_seed: str, *, nobody: bool = False) -> str:
        """A new person: gives "chart-1", "chart-2", ... in order of arrival; `nobody`: a made-up subject, "chart-nobody".

        `tokens` are what the person is recognised by (kept only as keyed hashes); `subject_seed` is what the
        pseudonym is derived from, e.g. system and value of the identifier (keyed; the same seed, the same pseudonym).
        """
        return self._people.new(tokens, subject_seed, nobody=nobody)

    def add_tokens(self, chart_id: str, tokens: Iterable[str]) -> None:
        """More ways to recognise the same person."""
        self._people.add_tokens(chart_id, tokens)

    def people_sharing(self, tokens: Iterable[str]) -> tuple[str, ...]:
        """Charts that share at least one of the tokens, in order of arrival."""
        return self._people.sharing(tokens)

    def remember_made(self, texts: Iterable[str]) -> None:
        """Keep marks of what this house made (digests, UIDs), as keyed hashes; they outlive the erasure of a person."""
        self._people.remember_made(texts)

    def was_made(self, texts: Iterable[str]) -> bool:
        """Whether this house remembers having made something with one of these marks."""
        return self._people.was_made(texts)

    def charts(self) -> tuple[ChartRow, ...]:
        """Everyone in the house who is not erased, in order of arrival."""
        return self._people.charts()

    def subject(self, chart_id: str) -> str:
        """The person's pseudonym, "P-" and 16 hex characters."""
        with self._database.read() as connection:
            return self._people.row(connection, chart_id).subject

    def keep_resources(self, chart_id: str, resources: Iterable[tuple[str, bytes]], about: str = "") -> Kept:
        """Append what came in for one person: pairs of reference ("Observation/f001") and JSON bytes.

        The same bytes again change nothing; other bytes for a known reference supersede it, and the older ones
        are still kept. Durable when this returns (inside `together`, when the block ends). Raises NotFound,
        OutOfResources.
        """
        return self._people.keep(chart_id, resources, about)

    def resources(self, chart_id: str, version: str = "") -> list[tuple[str, bytes]]:
        """The newest content of every reference, in order of first arrival; or as it was at an earlier version."""
        return self._people.resources(chart_id, version)

    def version(self, chart_id: str) -> str:
        """The digest of all that is now known of a person (32 hex characters; the same in every house)."""
        return self._people.version(chart_id)

    def history(self, chart_id: str) -> tuple[TakenIn, ...]:
        """Every take-in that changed something, oldest first."""
        return self._people.history(chart_id)

    def keep_file(self, chart_id: str, name: str, content: bytes) -> bool:
        """Keep a file with a person, under a name that never changes its content; False when it was kept already.

        Raises Refused when the name is taken by other bytes, NotFound, OutOfResources.
        """
        return self._files.keep(chart_id, name, content)

    def file(self, chart_id: str, name: str) -> bytes:
        """The bytes of a kept file. Raises NotFound."""
        return self._files.get(chart_id, name)

    def files(self, chart_id: str) -> tuple[str, ...]:
        """The names of a person's files, in order of arrival."""
        return self._files.names(chart_id)

    # Erasing and keeping

    def erase(self, chart_id: str, reason: str, by: str) -> None:
        """Destroy the person's key and all that it sealed. `reason` is kept, sealed under the house's own key.

        Raises Refused under a legal hold or before the retention date, NotFound.
        """
        self._erasure.erase(chart_id, reason, by)

    def rotate_keys(self, by: str) -> None:
        """Wrap every key under a fresh key-encryption key."""
        self._erasure.rotate(by)

    def hold(self, chart_id: str, reason: str, by: str) -> None:
        """Legal hold: the person cannot be erased until `unhold`."""
        self._people.hold(chart_id, reason, by)

    def unhold(self, chart_id: str, by: str) -> None:
        """Lift the legal holds of a person."""
        self._people.unhold(chart_id, by)

    def retain_until(self, chart_id: str, day: str, by: str) -> None:
        """The person cannot be erased before `day` (YYYY-MM-DD); "" lifts it."""
        self._people.retain_until(chart_id, day, by)

    # Drafts, decisions, signatures, releases

    def keep_draft(self, draft: Draft, fingerprint: str) -> Draft:
        """Keep a new draft: gives it with its id ("draft-1", ...) and revision 1.

        A draft of the same person with the same fingerprint is given back at its newest revision instead.
        `draft.chart` "" is allowed for content about no real person.
        """
        return self._papers.keep(draft, fingerprint)

    def keep_revision(self, draft: Draft, by: str) -> Draft:
        """Keep the next revision of a draft; for the desk. Raises Refused when someone else was faster."""
        return self._papers.keep_revision(draft, by)

    def draft(self, draft_id: str, revision: int | None = None) -> Draft:
        """The newest revision of a draft, or the one asked for. Raises NotFound."""
        return self._papers.draft(draft_id, revision)

    def draft_row(self, draft_id: str) -> DraftRow:
        """The queue's line of one draft. Raises NotFound."""
        return self._papers.row(draft_id)

    def drafts(self) -> tuple[DraftRow, ...]:
        """Every draft, oldest first, without clinical content."""
        return self._papers.rows()

    def set_draft_state(self, draft_id: str, state: DraftState) -> None:
        """What the queue shows; for the desk."""
        self._papers.set_state(draft_id, state)

    def add_decision(self, decision: Decision) -> None:
        """Put a decision on record; for the desk."""
        self._papers.add_decision(decision)

    def decisions(self, draft_id: str) -> tuple[Decision, ...]:
        """All decisions on a draft, over all its revisions, oldest first."""
        return self._papers.decisions(draft_id)

    def add_signature(self, draft_id: str, revision: int, signature: Signature) -> None:
        """Put a signature on record; for the desk."""
        self._papers.add_signature(draft_id, revision, signature)

    def signatures(self, draft_id: str, revision: int) -> tuple[Signature, ...]:
        """The signatures kept for one revision; whether they hold is the desk's to say."""
        return self._papers.signatures(draft_id, revision)

    def history_problems(self, draft_id: str) -> tuple[str, ...]:
        """Where a draft's papers differ from what the ledger saw; () when they agree."""
        return self._papers.history_problems(draft_id)

    def reserve_release(self, draft_id: str, revision: int) -> tuple[str, str]:
        """(release id, time now) of a release to be made; the id is the same each time."""
        return self._papers.reserve_release(draft_id, revision)

    def keep_release(self, release: Release, revision: int, contents: Sequence[bytes]) -> KeptRelease:
        """Keep a release whole: files first, then row, ledger and state in one transaction."""
        return self._papers.keep_release(release, revision, contents)

    def release(self, release_id: str) -> KeptRelease:
        """A release. Raises NotFound."""
        return self._papers.release(release_id)

    def release_of(self, draft_id: str, revision: int) -> KeptRelease | None:
        """The release of one revision, or None."""
        return self._papers.release_of(draft_id, revision)

    def releases(self) -> tuple[str, ...]:
        """The ids of all releases, oldest first."""
        return self._papers.releases()

    def release_contents(self, release_id: str) -> list[bytes]:
        """The bytes of a release's files, in the order of `release.files`."""
        return self._papers.release_contents(release_id)

    # Signers

    def add_signer_key(self, user: str, public: str, locked: bytes, how: str) -> SignerKey:
        """Keep a signer's key; the ledger says `how` it came to be."""
        return self._signers.add(user, public, locked, how)

    def signer_keys(self, user: str = "") -> tuple[SignerKey, ...]:
        """The keys of one user, or of all, oldest first."""
        return self._signers.keys(user)

    def knows_signer(self, user: str) -> bool:
        """Whether the ledger ever saw this user enrol, whatever the table of keys now says."""
        return self._signers.is_known(user)

    def change_signer_key(self, key: SignerKey, who: str, what: str) -> None:
        """Keep the changed lock, state or failure count of a key, with an entry in the ledger."""
        self._signers.change(key, who, what)

    # The ledger

    def note(self, who: str, what: str, about: str = "", digest: str = "") -> None:
        """An entry in the ledger, durable when this returns. Handles only: nothing of a patient."""
        self.ledger.add(who, what, about, digest)

    def note_read(self, who: str, what: str, about: str) -> None:
        """An entry for a look at something; written together with others, at the latest on `close`."""
        self.ledger.add_later(who, what, about)

    def verify(self, anchor: Path | None = None) -> LedgerReport:
        """Whether the ledger is whole; `anchor` may name a copy of `anchor.jsonl` kept elsewhere."""
        return self.ledger.verify(anchor)


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """One process at a time opens a house."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _found(connection: Connection, ring: KeyRing) -> bool:
    """Make the secrets of a house that has none yet; whether it was fresh."""
    if connection.execute(select(tables.house.c.name).limit(1)).first():
        return False
    ring.make()
    ring.load()
    rows = [{"name": "id", "value": os.urandom(16), "kek": ""}]
    for name in ("secret", "ledger key"):
        kek, value = ring.wrap(os.urandom(32), name)
        rows.append({"name": name, "value": value, "kek": kek})
    connection.execute(insert(tables.house), rows)
    kek, wrapped = ring.wrap(os.urandom(32), "person-0")
    none = {"subject": "", "made_at": "", "retain_until": "", "erased_at": ""}
    connection.execute(insert(tables.people), {"number": 0, "wrapped": wrapped, "kek": kek, **none})
    return True


def _house_secrets(database: Database, ring: KeyRing) -> tuple[bytes, bytes, str]:
    """(secret for keyed hashes, signing key, house id)."""
    with database.read() as connection:
        rows = {row.name: row for row in connection.execute(select(tables.house)).all()}
    if {"id", "secret", "ledger key"} - set(rows):
        raise InvalidInput("XL-STORE-027", "the house has lost its secrets", fix="restore the house from a backup")
    secret, key = (ring.unwrap(rows[name].kek, rows[name].value, name) for name in ("secret", "ledger key"))
    return secret, key, rows["id"].value.hex()
