"""One database, SQLite in a file or PostgreSQL by URL, and its transactions.

Writers take turns: one writes at a time, others wait. What is committed has reached the disk.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import StaticPool

from xinglin.records.errors import InvalidInput, OutOfResources, RemoteFailed

WAIT_S = 60
_ADVISORY_LOCK = 0x58494E47  # one number that all writers of one PostgreSQL house agree on


class Work(threading.local):
    """What the running transaction of this thread will do when it ends."""

    connection: Connection | None = None  # of the running write
    looking: Connection | None = None  # of the running read
    before_commit: list[Callable[[Connection], None]] = []
    after_commit: list[Callable[[], None]] = []
    after_rollback: list[Callable[[], None]] = []


class Database:
    """Transactions over one engine. Inside `write()` every call of the same thread joins the same transaction."""

    def __init__(self, url: str, file: Path) -> None:
        self.engine = _engine(url, file)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self.work = Work()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the write lock. All or nothing. Raises OutOfResources when the wait is too long."""
        if self.work.connection is not None:
            with self.work.connection.begin_nested():
                yield self.work.connection
            return
        with _faults(), self.engine.connect() as plain:
            connection = plain.execution_options(xinglin_writes=True)
            transaction = connection.begin()
            if not self.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
            self._start(connection)
            after = self.work.after_rollback
            try:
                yield connection
                for step in self.work.before_commit:
                    step(connection)
                transaction.commit()
                after = self.work.after_commit
            except BaseException:
                transaction.rollback()
                raise
            finally:
                self.work.connection = None
                for finish in after:
                    finish()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent look; inside `write()` or another `read()`, the look of that one."""
        running = self.work.connection or self.work.looking
        if running is not None:
            yield running
            return
        with _faults(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                self.work.looking = connection
                try:
                    yield connection
                finally:
                    self.work.looking = None

    def housekeep(self, *statements: str) -> None:
        """Run statements such as VACUUM outside any transaction."""
        if not self.is_sqlite:
            with _faults(), self.engine.connect() as connection:
                free = connection.execution_options(isolation_level="AUTOCOMMIT")
                for statement in statements:
                    free.execute(text(statement))
            return
        borrowed = self.engine.raw_connection()
        try:
            for statement in statements:
                borrowed.cursor().execute(statement)
        except sqlite3.OperationalError:
            raise OutOfResources(
                "XL-STORE-029", "the freed pages of the house could not be rewritten", why="another process is reading it",
                fix="what was asked for is done; stop the other process, and the next start finishes it",
            ) from None  # fmt: skip
        finally:
            borrowed.close()

    def _start(self, connection: Connection) -> None:
        self.work.connection = connection
        self.work.before_commit, self.work.after_commit, self.work.after_rollback = [], [], []


def _engine(url: str, file: Path) -> Engine:
    if not url:
        url = f"sqlite:///{file}"
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    in_memory = url in ("sqlite://", "sqlite:///:memory:")
    try:
        backend = make_url(url).get_backend_name()
        options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
        if backend == "sqlite":
            options["connect_args"] = {"timeout": WAIT_S, "check_same_thread": False}
        engine = create_engine(url, **options)
    except (ArgumentError, NoSuchModuleError):
        raise InvalidInput(
            "XL-STORE-010", "the database URL is not understood", fix="sqlite:///FILE or postgresql://USER@HOST/NAME"
        ) from None
    except ModuleNotFoundError:
        raise InvalidInput("XL-STORE-011", "the PostgreSQL driver is not installed", fix="pip install 'xinglin[postgres]'") from None
    if backend == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """WAL, every commit flushed, freed pages overwritten; transactions are begun by us, not by the driver."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", f"busy_timeout={int(WAIT_S * 1000)}", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("xinglin_writes") else "BEGIN")


@contextmanager
def _faults() -> Iterator[None]:
    """Turn what the database says into errors a person can act on; statements and values stay out of them."""
    try:
        yield
    except OperationalError as error:
        words = str(error.orig).lower()
        if "locked" in words or "busy" in words:
            raise OutOfResources(
                "XL-STORE-012", "another process is writing to this house", why=f"waited {WAIT_S} s", fix="run the command again"
            ) from None
        if "full" in words or "no space" in words:
            raise OutOfResources("XL-STORE-008", "the disk is full", fix="free some space and run the command again") from None
        raise RemoteFailed(
            "XL-STORE-013", "the database does not answer", why=type(error.orig).__name__, fix="see that it runs and is writable"
        ) from None
    except IntegrityError:
        raise InvalidInput(
            "XL-STORE-028", "the rows of the house do not fit together", why="something was changed from outside",
            fix="run: xinglin audit verify; then restore the house from a backup",
        ) from None  # fmt: skip
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.DatabaseError) and "malformed" in str(error.orig):
            raise InvalidInput("XL-STORE-014", "the database file is damaged", fix="restore the house from a backup") from None
        raise
