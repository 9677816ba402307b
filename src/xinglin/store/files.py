"""Files kept with a person: the pixels of a series, the change a draft makes to it. Sealed like everything else.

A file has a name ("scan/<series UID>@<digest>") and never changes: the same name with other bytes is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec
from sqlalchemy import Connection, Row, func, insert, select

from xinglin.records.errors import InvalidInput, NotFound, Refused
from xinglin.store import tables
from xinglin.store.database import Database
from xinglin.store.keyring import Sealer
from xinglin.store.ledger import Ledger
from xinglin.store.people import People


class _File(msgspec.Struct, array_like=True):
    name: str
    sha256: str
    blob: str


class Files:
    """The files of every person of the house."""

    def __init__(self, database: Database, people: People, ledger: Ledger, now: Callable[[], str]) -> None:
        self._database, self._people, self._ledger, self._now = database, people, ledger, now

    def keep(self, chart: str, name: str, content: bytes) -> bool:
        """Keep a file; see `Store.keep_file`."""
        digest = hashlib.sha256(content).hexdigest()
        with self._database.write() as connection:
            row = self._people.row(connection, chart)
            sealer = self._people.sealer(row)
            for file in self._all(connection, row, sealer):
                if file.name == name and file.sha256 == digest:
                    return False
                if file.name == name:
                    raise Refused("XL-STORE-031", "another file of that name is kept already", where=chart, why="kept files never change")
            blob = self._people.put_blob(connection, row.number, sealer, content)
            table = tables.files
            number = (connection.execute(select(func.max(table.c.number)).where(table.c.person == row.number)).scalar() or 0) + 1
            body = sealer.seal(msgspec.msgpack.encode(_File(name, digest, blob)), f"file:{row.number}:{number}")
            connection.execute(insert(table), {"person": row.number, "number": number, "at": self._now(), "body": body})
            self._ledger.add("house", "file kept", chart, sealer.digest(bytes.fromhex(digest)))
        return True

    def get(self, chart: str, name: str) -> bytes:
        """The bytes of a file. Raises NotFound; InvalidInput when they are not those that were kept."""
        with self._database.read() as connection:
            row = self._people.row(connection, chart)
            sealer = self._people.sealer(row)
            found = next((file for file in self._all(connection, row, sealer) if file.name == name), None)
        if found is None:
            raise NotFound("XL-STORE-032", "this file is not kept with the chart", where=chart, fix="take the images in first")
        content = self._people.get_blob(sealer, found.blob)
        if hashlib.sha256(content).hexdigest() != found.sha256:
            raise InvalidInput(
                "XL-STORE-033", "a kept file is not the one that came in", where=chart, fix="restore the house from a backup"
            )
        return content

    def names(self, chart: str) -> tuple[str, ...]:
        """The names of a person's files, in order of arrival."""
        with self._database.read() as connection:
            row = self._people.row(connection, chart)
            return tuple(file.name for file in self._all(connection, row, self._people.sealer(row)))

    def _all(self, connection: Connection, row: Row, sealer: Sealer) -> list[_File]:
        wanted = select(tables.files).where(tables.files.c.person == row.number).order_by(tables.files.c.number)
        rows = connection.execute(wanted).all()
        return [msgspec.msgpack.decode(sealer.open(one.body, f"file:{row.number}:{one.number}"), type=_File) for one in rows]
