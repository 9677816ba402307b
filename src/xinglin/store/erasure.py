"""Erasing a person: the data key is destroyed, then everything that it sealed is removed.

The key-encryption key is rotated too, so that a wrapped key that survives in a backup or in a freed page
of the disk can no longer be unwrapped.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, select, update

from xinglin.store import tables
from xinglin.store.blobs import Blobs
from xinglin.store.database import Database
from xinglin.store.keyring import KeyRing
from xinglin.store.ledger import Ledger
from xinglin.store.people import People

UNFINISHED = "erasure unfinished"  # a row of the house while an erasure is under way


class Erasure:
    """Destroys what is kept of a person, and rotates the key-encryption key."""

    def __init__(self, database: Database, ring: KeyRing, blobs: Blobs, people: People, ledger: Ledger, now: Callable[[], str]) -> None:
        self._database, self._ring, self._blobs = database, ring, blobs
        self._people, self._ledger, self._now = people, ledger, now

    def erase(self, chart: str, reason: str, by: str) -> None:
        """See `Store.erase`."""
        with self._database.write() as connection:
            number = self._people.may_be_erased(connection, chart).number
            names = connection.execute(select(tables.blobs.c.name).where(tables.blobs.c.person == number)).scalars().all()
            for name in names:
                self._blobs.mark(name)
            self._remove_papers(connection, number)
            house = self._people.sealer(self._people.row(connection, ""))
            why = {"erased_at": self._now(), "erased_for": house.seal(reason.encode(), f"erased:{number}")}
            gone = {"wrapped": None, "kek": "", "subject": "", **why}
            connection.execute(update(tables.people).where(tables.people.c.number == number).values(gone))
            self._ledger.add(by, "erased", chart, house.digest(reason.encode()))
            connection.execute(delete(tables.house).where(tables.house.c.name == UNFINISHED))
            connection.execute(insert(tables.house), {"name": UNFINISHED, "value": b"", "kek": ""})
        self._people.forget_keys()
        self.finish(by)

    def finish(self, by: str) -> None:
        """What an erasure has yet to do once the key is destroyed; the next start does it after an interruption."""
        with self._database.read() as connection:
            if connection.execute(select(tables.house.c.name).where(tables.house.c.name == UNFINISHED)).first() is None:
                return
        self._people.settle()
        self.rotate(by)
        self._forget_freed_pages()
        with self._database.write() as connection:
            connection.execute(delete(tables.house).where(tables.house.c.name == UNFINISHED))

    def _remove_papers(self, connection: Connection, person: int) -> None:
        theirs = select(tables.drafts.c.number).where(tables.drafts.c.person == person)
        for table in (tables.revisions, tables.decisions, tables.signatures):
            connection.execute(delete(table).where(table.c.draft.in_(theirs)))
        connection.execute(update(tables.drafts).where(tables.drafts.c.person == person).values(state="erased"))
        connection.execute(update(tables.releases).where(tables.releases.c.person == person).values(state="erased", body=b""))
        for table in (tables.tokens, tables.packs, tables.files, tables.blobs, tables.holds):
            connection.execute(delete(table).where(table.c.person == person))

    def rotate(self, by: str) -> None:
        """Wrap every key under a fresh key-encryption key and destroy the old one. Touches no content."""
        with self._database.write() as connection:
            self._ring.load()
            self._ring.add()
            for row in connection.execute(select(tables.people).where(tables.people.c.wrapped.is_not(None))).all():
                place = f"person-{row.number}"
                kek, wrapped = self._ring.wrap(self._ring.unwrap(row.kek, row.wrapped, place), place)
                connection.execute(update(tables.people).where(tables.people.c.number == row.number).values(wrapped=wrapped, kek=kek))
            for row in connection.execute(select(tables.house).where(tables.house.c.kek != "")).all():
                kek, value = self._ring.wrap(self._ring.unwrap(row.kek, row.value, row.name), row.name)
                connection.execute(update(tables.house).where(tables.house.c.name == row.name).values(value=value, kek=kek))
            self._ledger.add(by, "key-encryption key rotated")
        self._people.forget_keys()
        self.drop_old_keys()

    def drop_old_keys(self) -> None:
        """Destroy key-encryption keys that nothing is wrapped under any more."""
        with self._database.write() as connection:
            self._ring.load()
            used = {*connection.execute(select(tables.people.c.kek)).scalars(), *connection.execute(select(tables.house.c.kek)).scalars()}
            self._ring.keep_only(used)

    def _forget_freed_pages(self) -> None:
        """Rewrite the database without its freed pages, and empty the write-ahead log."""
        if self._database.is_sqlite:
            self._database.housekeep("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            self._database.housekeep("VACUUM FULL")
