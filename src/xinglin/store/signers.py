"""The signing keys of the staff as kept: public half, and the private half locked by the signer's passphrase.

Which key was whose, and since when, is also in the ledger; the two must agree for a signature to count.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from sqlalchemy import func, insert, select, update

from xinglin.store import tables
from xinglin.store.database import Database
from xinglin.store.kept import LedgerEntry, SignerKey
from xinglin.store.ledger import Ledger


class Signers:
    """Rows of signer keys, each change with an entry in the ledger."""

    def __init__(self, database: Database, ledger: Ledger, now: Callable[[], str]) -> None:
        self._database, self._ledger, self._now = database, ledger, now

    def add(self, user: str, public: str, locked: bytes, how: str) -> SignerKey:
        """Keep a new key."""
        with self._database.write() as connection:
            newest = connection.execute(select(func.max(tables.signer_keys.c.number))).scalar() or 0
            number = max([newest, *(int(entry.about.rpartition("-")[2]) for entry in self._history())]) + 1
            key = SignerKey(number, user, public, locked, "active", self._now())
            values = {"number": number, "user": user, "public": public, "locked": locked, "state": "active", "made_at": key.made_at}
            connection.execute(insert(tables.signer_keys), {**values, "failures": 0, "wait_until": ""})
            self._ledger.add(user, f"signer key: {how}", f"signer-key-{number}", public)
        return key

    def keys(self, user: str) -> tuple[SignerKey, ...]:
        """Those of one user, or all; a row the ledger does not know in this form is left out."""
        wanted = select(tables.signer_keys).order_by(tables.signer_keys.c.number)
        if user:
            wanted = wanted.where(tables.signer_keys.c.user == user)
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
            keys = [SignerKey(**row._mapping) for row in rows]
            return tuple(key for key in keys if self._is_in_ledger(key))

    def is_known(self, user: str) -> bool:
        """Whether the ledger ever saw this user enrol, whatever the table now says."""
        return any(entry.who == user and entry.what.startswith("signer key: enrolled") for entry in self._history())

    def _history(self) -> list[LedgerEntry]:
        wanted = select(tables.ledger.c.body).where(tables.ledger.c.about.like("signer-key-%")).order_by(tables.ledger.c.seq)
        with self._database.read() as connection:
            return [msgspec.json.decode(body, type=LedgerEntry) for body in connection.execute(wanted).scalars()]

    def _is_in_ledger(self, key: SignerKey) -> bool:
        """The ledger saw this user enrol this key, and agrees on whether it was revoked."""
        entries = list(self._ledger.entries(f"signer-key-{key.number}"))
        enrolled = bool(entries) and entries[0].who == key.user and entries[0].digest == key.public
        revoked = any(entry.what == "signer key: revoked" for entry in entries)
        return enrolled and revoked == (key.state == "revoked")

    def change(self, key: SignerKey, who: str, what: str) -> None:
        """Keep the key as it now is."""
        values = {"locked": key.locked, "state": key.state, "failures": key.failures, "wait_until": key.wait_until}
        with self._database.write() as connection:
            connection.execute(update(tables.signer_keys).where(tables.signer_keys.c.number == key.number).values(values))
            self._ledger.add(who, f"signer key: {what}", f"signer-key-{key.number}", key.public)
