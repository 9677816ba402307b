"""Drafts and what people did with them: revisions, decisions, signatures, releases.

Each is sealed under the person's key and has an entry in the ledger with a keyed digest, so that a row put
in, taken out or put back from outside is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from xinglin.records.draft import Decision, Draft, Release, Signature
from xinglin.records.errors import InvalidInput, NotFound, Refused
from xinglin.store import tables
from xinglin.store.database import Database
from xinglin.store.kept import DraftRow, DraftState, KeptRelease
from xinglin.store.keyring import Sealer
from xinglin.store.ledger import Ledger
from xinglin.store.people import People, chart_handle, handle_number

T = TypeVar("T")


class _ReleaseBody(msgspec.Struct):
    release: Release
    revision: int
    blobs: tuple[str, ...]


class Papers:
    """Everything made for a person, and every mark a person of the house put on it."""

    def __init__(self, database: Database, people: People, ledger: Ledger, now: Callable[[], str]) -> None:
        self._database, self._people, self._ledger, self._now = database, people, ledger, now

    # Drafts

    def keep(self, draft: Draft, fingerprint: str) -> Draft:
        """Keep a new draft, or give back the one of that fingerprint; see `Store.keep_draft`."""
        with self._database.write() as connection:
            person = self._people.row(connection, draft.chart)
            sealer = self._people.sealer(person)
            mark = bytes.fromhex(sealer.digest(f"fingerprint\n{fingerprint}".encode()))
            same = select(tables.drafts.c.number).where(tables.drafts.c.person == person.number, tables.drafts.c.fingerprint == mark)
            if (found := connection.execute(same).scalar()) is not None:
                return self.draft(f"draft-{found}")
            number = (connection.execute(select(func.max(tables.drafts.c.number))).scalar() or 0) + 1
            draft = msgspec.structs.replace(draft, id=f"draft-{number}", revision=1)
            row = {"number": number, "person": person.number, "kind": draft.kind, "language": draft.language, "state": "queued"}
            connection.execute(insert(tables.drafts), {**row, "revision": 1, "made_at": self._now(), "fingerprint": mark})
            self._put_revision(connection, number, sealer, draft, "house")
        return draft

    def keep_revision(self, draft: Draft, by: str) -> Draft:
        """Keep the next revision. Raises Refused when another was made meanwhile."""
        with self._database.write() as connection:
            row, sealer = self._row(connection, draft.id)
            if draft.revision != row.revision + 1:
                raise Refused("XL-STORE-022", f"{draft.id} was changed meanwhile", fix="look at the newest revision and decide again")
            values = {"revision": draft.revision, "state": "in review"}
            connection.execute(update(tables.drafts).where(tables.drafts.c.number == row.number).values(values))
            self._put_revision(connection, row.number, sealer, draft, by)
        return draft

    def _put_revision(self, connection: Connection, number: int, sealer: Sealer, draft: Draft, by: str) -> None:
        plain = msgspec.json.encode(draft)
        body = sealer.seal(plain, f"revision:{number}:{draft.revision}")
        connection.execute(insert(tables.revisions), {"draft": number, "revision": draft.revision, "at": self._now(), "body": body})
        self._ledger.add(by, f"revision {draft.revision}", draft.id, sealer.digest(plain))

    def draft(self, draft_id: str, revision: int | None = None) -> Draft:
        """The newest revision, or the one asked for. Raises NotFound."""
        with self._database.read() as connection:
            row, sealer = self._row(connection, draft_id)
            wanted = revision or row.revision
            one = select(tables.revisions.c.body).where(tables.revisions.c.draft == row.number, tables.revisions.c.revision == wanted)
            body = connection.execute(one).scalar()
        if body is None:
            raise NotFound("XL-STORE-023", f"{draft_id} has no revision {wanted}", fix=f"it has revisions 1 to {row.revision}")
        return msgspec.json.decode(sealer.open(body, f"revision:{row.number}:{wanted}"), type=Draft)

    def row(self, draft_id: str) -> DraftRow:
        """The queue's line of one draft. Raises NotFound."""
        with self._database.read() as connection:
            return _draft_row(self._row(connection, draft_id)[0])

    def rows(self) -> tuple[DraftRow, ...]:
        """Every draft, oldest first, without clinical content."""
        with self._database.read() as connection:
            rows = connection.execute(select(tables.drafts).order_by(tables.drafts.c.number)).all()
        return tuple(_draft_row(row) for row in rows)

    def set_state(self, draft_id: str, state: DraftState) -> None:
        """What the queue shows; what may leave is always worked out anew from the signatures."""
        with self._database.write() as connection:
            row, _ = self._row(connection, draft_id)
            connection.execute(update(tables.drafts).where(tables.drafts.c.number == row.number).values(state=state))

    def _row(self, connection: Connection, draft_id: str) -> tuple[Row, Sealer]:
        number = handle_number(draft_id, "draft")
        row = connection.execute(select(tables.drafts).where(tables.drafts.c.number == number)).first()
        if row is None:
            raise NotFound("XL-STORE-024", f"there is no {draft_id}", fix="see the review queue for the drafts of this house")
        person = self._people.row(connection, chart_handle(row.person) if row.person else "")
        return row, self._people.sealer(person)

    # Decisions and signatures

    def add_decision(self, decision: Decision) -> None:
        """Put a decision on record."""
        with self._database.write() as connection:
            row, sealer = self._row(connection, decision.draft)
            plain = msgspec.json.encode(decision)
            number = self._next(connection, tables.decisions.c.number, tables.decisions.c.draft, row.number)
            body = sealer.seal(plain, f"decision:{row.number}:{number}")
            connection.execute(insert(tables.decisions), {"draft": row.number, "number": number, "body": body})
            self._ledger.add(decision.reviewer, f"decision {number}: {decision.action}", decision.draft, sealer.digest(plain))

    def decisions(self, draft_id: str) -> tuple[Decision, ...]:
        """All decisions on a draft, over all its revisions, oldest first."""
        with self._database.read() as connection:
            row, sealer = self._row(connection, draft_id)
            rows = self._marks(connection, tables.decisions, row.number)
        return tuple(_opened(sealer, f"decision:{row.number}:{mark.number}", mark.body, Decision) for mark in rows)

    def add_signature(self, draft_id: str, revision: int, signature: Signature) -> None:
        """Put a signature on record."""
        with self._database.write() as connection:
            row, sealer = self._row(connection, draft_id)
            plain = msgspec.json.encode(signature)
            number = self._next(connection, tables.signatures.c.number, tables.signatures.c.draft, row.number)
            body = sealer.seal(plain, f"signature:{row.number}:{number}:{revision}")
            connection.execute(insert(tables.signatures), {"draft": row.number, "number": number, "revision": revision, "body": body})
            self._ledger.add(signature.signer, f"signature {number}: revision {revision}", draft_id, sealer.digest(plain))

    def signatures(self, draft_id: str, revision: int) -> tuple[Signature, ...]:
        """The signatures on one revision, oldest first; whether they hold is the desk's to say."""
        with self._database.read() as connection:
            row, sealer = self._row(connection, draft_id)
            rows = [mark for mark in self._marks(connection, tables.signatures, row.number) if mark.revision == revision]
        return tuple(_opened(sealer, f"signature:{row.number}:{mark.number}:{revision}", mark.body, Signature) for mark in rows)

    def history_problems(self, draft_id: str) -> tuple[str, ...]:
        """Where revisions, decisions, signatures and releases differ from what the ledger saw; () when they agree."""
        with self._database.read() as connection:
            row, sealer = self._row(connection, draft_id)
            found: list[tuple[str, str]] = []
            for mark in connection.execute(select(tables.revisions).where(tables.revisions.c.draft == row.number)).all():
                found.append((f"revision {mark.revision}", sealer.digest(sealer.open(mark.body, f"revision:{row.number}:{mark.revision}"))))
            for mark in self._marks(connection, tables.decisions, row.number):
                plain = sealer.open(mark.body, f"decision:{row.number}:{mark.number}")
                found.append((f"decision {mark.number}", sealer.digest(plain)))
            for mark in self._marks(connection, tables.signatures, row.number):
                plain = sealer.open(mark.body, f"signature:{row.number}:{mark.number}:{mark.revision}")
                found.append((f"signature {mark.number}", sealer.digest(plain)))
            for release in connection.execute(select(tables.releases).where(tables.releases.c.draft == row.number)).all():
                found.append(
                    (f"released revision {release.revision}", sealer.digest(sealer.open(release.body, f"release:{release.number}")))
                )
            known = [(entry.what.split(":")[0], entry.digest) for entry in self._ledger.entries(draft_id) if _is_mark(entry.what)]
        problems = {what for what, _ in set(found) ^ set(known)}
        if row.revision != max((int(what.split()[1]) for what, _ in known if what.startswith("revision")), default=0):
            problems.add("newest revision")
        return tuple(sorted(problems))

    # Releases

    def reserve_release(self, draft_id: str, revision: int) -> tuple[str, str]:
        """(release id, time now) for a revision; the id is the same each time. A reservation is not a release."""
        with self._database.write() as connection:
            row, _ = self._row(connection, draft_id)
            table = tables.reservations
            found = connection.execute(select(table).where(table.c.draft == row.number, table.c.revision == revision)).first()
            if found is not None:
                return f"release-{found.number}", self._now()
            number, at = (connection.execute(select(func.max(table.c.number))).scalar() or 0) + 1, self._now()
            connection.execute(insert(table), {"number": number, "draft": row.number, "revision": revision, "at": at})
        return f"release-{number}", at

    def keep_release(self, release: Release, revision: int, contents: Sequence[bytes]) -> KeptRelease:
        """Keep the files, then row, ledger entry and state in one transaction. Give the same again for a revision already released."""
        number = handle_number(release.id, "release")
        with self._database.write() as connection:
            row, sealer = self._row(connection, release.draft)
            if (earlier := self.release_of(release.draft, revision)) is not None:
                return earlier
            names = tuple(self._people.put_blob(connection, row.person, sealer, content) for content in contents)
            plain = msgspec.json.encode(_ReleaseBody(release, revision, names))
            older = (tables.releases.c.draft == row.number) & (tables.releases.c.state == "released")
            connection.execute(update(tables.releases).where(older).values(state="superseded"))
            values = {"number": number, "person": row.person, "draft": row.number, "revision": revision, "state": "released"}
            body = sealer.seal(plain, f"release:{number}")
            connection.execute(insert(tables.releases), {**values, "at": release.at, "body": body})
            self._ledger.add(", ".join(release.signed_by), f"released revision {revision}", release.draft, sealer.digest(plain))
            self._ledger.add("house", f"release of {release.draft}", release.id, sealer.digest(plain))
            self.set_state(release.draft, "released")
        return KeptRelease(release, revision, "released", names)

    def release(self, release_id: str) -> KeptRelease:
        """A release. Raises NotFound."""
        number = handle_number(release_id, "release")
        with self._database.read() as connection:
            row = connection.execute(select(tables.releases).where(tables.releases.c.number == number)).first()
            if row is None:
                raise NotFound("XL-STORE-025", f"there is no {release_id}", fix="see the list of releases")
            return self._opened_release(connection, row)

    def release_of(self, draft_id: str, revision: int) -> KeptRelease | None:
        """The release of one revision, or None."""
        with self._database.read() as connection:
            draft, _ = self._row(connection, draft_id)
            one = select(tables.releases).where(tables.releases.c.draft == draft.number, tables.releases.c.revision == revision)
            row = connection.execute(one).first()
            return self._opened_release(connection, row) if row else None

    def releases(self) -> tuple[str, ...]:
        """The ids of all releases, oldest first."""
        with self._database.read() as connection:
            numbers = connection.execute(select(tables.releases.c.number).order_by(tables.releases.c.number)).scalars().all()
        return tuple(f"release-{number}" for number in numbers)

    def release_contents(self, release_id: str) -> list[bytes]:
        """The bytes of a release's files, in the order of `release.files`."""
        kept = self.release(release_id)
        with self._database.read() as connection:
            _, sealer = self._row(connection, kept.release.draft)
            return [self._people.get_blob(sealer, name) for name in kept.blobs]

    def _opened_release(self, connection: Connection, row: Row) -> KeptRelease:
        person = self._people.row(connection, chart_handle(row.person) if row.person else "")
        plain = self._people.sealer(person).open(row.body, f"release:{row.number}")
        body = msgspec.json.decode(plain, type=_ReleaseBody)
        if (body.release.draft, body.revision) != (f"draft-{row.draft}", row.revision):
            raise InvalidInput(
                "XL-STORE-003", "something kept was changed from outside", where=f"release-{row.number}",
                why="it stands beside another draft", fix="restore the house from a backup and run: xinglin audit verify",
            )  # fmt: skip
        return KeptRelease(body.release, row.revision, row.state, body.blobs)

    def _next(self, connection: Connection, number: tables.Column, draft: tables.Column, value: int) -> int:
        return (connection.execute(select(func.max(number)).where(draft == value)).scalar() or 0) + 1

    def _marks(self, connection: Connection, table: tables.Table, number: int) -> Sequence[Row]:
        return connection.execute(select(table).where(table.c.draft == number).order_by(table.c.number)).all()


def _is_mark(what: str) -> bool:
    return what.startswith(("revision ", "decision ", "signature ", "released "))


def _draft_row(row: Row) -> DraftRow:
    chart = chart_handle(row.person) if row.person else ""
    return DraftRow(f"draft-{row.number}", row.kind, chart, row.language, row.state, row.revision, row.made_at)


def _opened(sealer: Sealer, place: str, body: bytes, paper: type[T]) -> T:
    try:
        return msgspec.json.decode(sealer.open(body, place), type=paper)
    except msgspec.DecodeError:
        raise InvalidInput("XL-STORE-026", "a kept paper does not read", where=place, fix="restore the house from a backup") from None
