"""Who did what, when, about which handle: a book to which one can only add.

Each entry carries the hash of the one before (SHA-256); the house signs checkpoints (Ed25519), and each
checkpoint is also appended to an anchor file to be copied elsewhere. No entry holds anything of a patient.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, func, insert, select

from xinglin.records.errors import InvalidInput, OutOfResources
from xinglin.store import tables
from xinglin.store.database import Database
from xinglin.store.kept import LedgerEntry, LedgerReport

BEFORE_THE_FIRST = "0" * 64
GROUP = 256  # reads wait for company: so many are written in one transaction


class Ledger:
    """The book of one house. Every transaction that writes to it ends with a signed, anchored checkpoint."""

    def __init__(self, database: Database, anchor: Path, house: str, key: Ed25519PrivateKey, now: Callable[[], str]) -> None:
        self._database, self._anchor, self._house, self._key, self._now = database, anchor, house, key, now
        self._waiting: list[tuple[str, str, str, str, str]] = []

    def is_unfounded(self) -> bool:
        """Whether the founding was interrupted: no entry, and nothing was ever anchored."""
        with self._database.read() as connection:
            if connection.execute(select(tables.ledger.c.seq).limit(1)).first() is not None:
                return False
        return not self._read_anchor(self._anchor)[0]

    def found(self) -> None:
        """Begin the anchor file of a new house with the public key all checkpoints are signed with."""
        self._anchor.unlink(missing_ok=True)
        self._append_anchor(0, BEFORE_THE_FIRST, "")

    def add(self, who: str, what: str, about: str = "", digest: str = "") -> None:
        """Append an entry, in the running transaction if there is one."""
        self.flush()
        with self._database.write() as connection:
            self._write(connection, [(self._now(), who, what, about, digest)])

    def add_later(self, who: str, what: str, about: str = "") -> None:
        """Append an entry with the next group; for reads, of which there are many."""
        self._waiting.append((self._now(), who, what, about, ""))
        if len(self._waiting) >= GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what waits, in a transaction of its own; inside another it goes on waiting, lest it be undone with it."""
        if not self._waiting or self._database.work.connection is not None:
            return
        waiting, self._waiting = self._waiting, []
        try:
            with self._database.write() as connection:
                self._write(connection, waiting)
        except BaseException:
            self._waiting = waiting + self._waiting
            raise

    def entries(self, about: str = "") -> Iterator[LedgerEntry]:
        """The entries in order, all or those about one handle."""
        wanted = select(tables.ledger.c.body).order_by(tables.ledger.c.seq)
        if about:
            wanted = wanted.where(tables.ledger.c.about == about)
        with self._database.read() as connection:
            rows = connection.execute(wanted).scalars().all()
        return (msgspec.json.decode(body, type=LedgerEntry) for body in rows)

    def verify(self, anchor: Path | None = None) -> LedgerReport:
        """Read the whole book again. `anchor` may name a copy of the anchor file kept elsewhere."""
        self.flush()
        anchored, problems = self._read_anchor(anchor or self._anchor)
        with self._database.read() as connection:
            rows = connection.execute(select(tables.ledger).order_by(tables.ledger.c.seq)).all()
            points = connection.execute(select(tables.checkpoints).order_by(tables.checkpoints.c.seq)).all()
        hashes, found = _check_chain([tuple(row) for row in rows])
        problems += found
        public = self._key.public_key()
        signed = [(point.seq, point.hash, point.signature) for point in points]
        for seq, stated, signature in [*signed, *anchored]:
            problems += self._check_point(public, hashes, seq, stated, signature)
        if rows and (not points or points[-1].seq != rows[-1].seq):
            problems.append(f"entry {rows[-1].seq}: the newest entry is covered by no checkpoint")
        return LedgerReport(not problems, len(rows), len(points), len(anchored), tuple(dict.fromkeys(problems)))

    def catch_up(self) -> None:
        """Anchor the checkpoints that an interrupted process committed and did not anchor."""
        if not self._anchor.exists():
            return  # never made anew in silence: `verify` says that it is missing
        anchored, problems = self._read_anchor(self._anchor, mend=True)
        if problems:
            return
        last = max((seq for seq, _, _ in anchored), default=0)
        with self._database.read() as connection:
            missing = connection.execute(
                select(tables.checkpoints).where(tables.checkpoints.c.seq > last).order_by(tables.checkpoints.c.seq)
            ).all()
        for point in missing:
            self._append_anchor(point.seq, point.hash, point.signature)

    def _write(self, connection: Connection, lines: list[tuple[str, str, str, str, str]]) -> None:
        newest = connection.execute(select(tables.ledger.c.seq, tables.ledger.c.hash).order_by(tables.ledger.c.seq.desc()).limit(1)).first()
        seq, previous = (newest.seq, newest.hash) if newest else (0, BEFORE_THE_FIRST)
        rows = []
        for at, who, what, about, digest in lines:
            seq += 1
            body = canonical(LedgerEntry(seq, at, who, what, about, digest, previous))
            previous = hashlib.sha256(body.encode()).hexdigest()
            rows.append({"seq": seq, "about": about, "body": body, "hash": previous})
        connection.execute(insert(tables.ledger), rows)
        if self._checkpoint not in self._database.work.before_commit:
            self._database.work.before_commit.append(self._checkpoint)

    def _checkpoint(self, connection: Connection) -> None:
        """Sign the head of the book; anchor it once the transaction has reached the disk."""
        head = connection.execute(select(tables.ledger.c.seq, tables.ledger.c.hash).order_by(tables.ledger.c.seq.desc()).limit(1)).one()
        last = connection.execute(select(func.max(tables.checkpoints.c.seq))).scalar() or 0
        if head.seq <= last:
            return
        signature = self._key.sign(self._words(head.seq, head.hash)).hex()
        connection.execute(insert(tables.checkpoints), {"seq": head.seq, "hash": head.hash, "signature": signature})
        self._database.work.after_commit.append(lambda: self._append_anchor(head.seq, head.hash, signature))

    def _words(self, seq: int, head: str) -> bytes:
        return f"xinglin ledger checkpoint\n{self._house}\n{seq}\n{head}".encode()

    def _check_point(self, public: Ed25519PublicKey, hashes: list[str], seq: int, stated: str, signature: str) -> list[str]:
        try:
            public.verify(bytes.fromhex(signature), self._words(seq, stated))
        except (InvalidSignature, ValueError):
            return [f"entry {seq}: a checkpoint is not signed by this house"]
        if seq > len(hashes):
            return [f"entry {seq}: was here when a checkpoint was signed and is gone"]
        if hashes[seq - 1] != stated:
            return [f"entry {seq}: the book up to here is not the one that was signed"]
        return []

    def _append_anchor(self, seq: int, head: str, signature: str) -> None:
        """One line, flushed; the first line of a file states house and public key."""
        line: dict[str, str | int] = {"seq": seq, "hash": head, "signature": signature}
        if seq == 0:
            line = {"seq": 0, "house": self._house, "public_key": self._key.public_key().public_bytes_raw().hex()}
        descriptor = os.open(self._anchor, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            content, before = json.dumps(line).encode() + b"\n", os.fstat(descriptor).st_size
            if os.write(descriptor, content) != len(content):
                os.ftruncate(descriptor, before)
                raise OSError
            os.fsync(descriptor)
        except OSError:
            raise OutOfResources(
                "XL-STORE-030", "the anchor file cannot be written", where=self._anchor.name, why="the disk may be full",
                fix="what was done is kept; free some space, and the next start anchors it",
            ) from None  # fmt: skip
        finally:
            os.close(descriptor)

    def _read_anchor(self, anchor: Path, *, mend: bool = False) -> tuple[list[tuple[int, str, str]], list[str]]:
        """(checkpoints of the file, problems). `mend` cuts off a last line that an interruption left unfinished."""
        try:
            with open(anchor, "r+b" if mend else "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX if mend else fcntl.LOCK_SH)
                content = file.read()
                whole = content.rfind(b"\n") + 1
                if mend and whole < len(content):
                    file.truncate(whole)
            lines = [json.loads(line) for line in content[:whole].splitlines()]
            first, points = lines[0], [(int(line["seq"]), str(line["hash"]), str(line["signature"])) for line in lines[1:]]
            if first["house"] != self._house or first["public_key"] != self._key.public_key().public_bytes_raw().hex():
                return points, ["the anchor file belongs to another house or key"]
            return points, []
        except FileNotFoundError:
            return [], ["the anchor file is missing"]
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            return [], ["the anchor file was changed and cannot be read"]


def canonical(entry: LedgerEntry) -> str:
    """The one way an entry is written: JSON, keys sorted, no spaces."""
    return json.dumps(msgspec.to_builtins(entry), sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def _check_chain(rows: list[tuple[int, str, str, str]]) -> tuple[list[str], list[str]]:
    """(hashes as recomputed, problems) of rows (seq, about, body, hash)."""
    problems: list[str] = []
    hashes: list[str] = []
    previous = BEFORE_THE_FIRST
    for place, (seq, about, body, stated) in enumerate(rows, start=1):
        found = hashlib.sha256(body.encode()).hexdigest()
        entry = _entry(body)
        if found != stated or entry is None or entry.about != about:
            problems.append(f"entry {seq}: was changed")
        elif entry.seq != place or seq != place:
            problems.append(f"entry {seq}: stands where entry {place} belongs")
        elif entry.previous != previous:
            problems.append(f"entry {seq}: does not follow the one before it")
        hashes.append(found)
        previous = found
    return hashes, problems


def _entry(body: str) -> LedgerEntry | None:
    try:
        return msgspec.json.decode(body, type=LedgerEntry)
    except (msgspec.DecodeError, ValueError):
        return None


def house_key(raw: bytes) -> Ed25519PrivateKey:
    """The house's signing key from its 32 bytes. Raises InvalidInput."""
    try:
        return Ed25519PrivateKey.from_private_bytes(raw)
    except ValueError:
        raise InvalidInput("XL-STORE-015", "the signing key of the house is damaged", fix="restore the house from a backup") from None
