"""The people of the house and what came in for each: sealed packs, newest content first to count.

Handles are "chart-1", "chart-2", ... for people and "chart-nobody" for the made-up subject of cohorts, which takes no person's number; names and
numbers of a person are known only as keyed tokens.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from xinglin.records.errors import InvalidInput, NotFound, Refused
from xinglin.store import tables
from xinglin.store.blobs import Blobs
from xinglin.store.database import Database
from xinglin.store.kept import ChartRow, Kept, TakenIn
from xinglin.store.keyring import KeyRing, Sealer
from xinglin.store.ledger import Ledger

NOBODY = "chart-nobody"
HOUSE = 0  # the number of the house itself among the people
PACK_BYTES = 8_000_000  # resources are sealed together up to this size


class _Entry(msgspec.Struct, array_like=True):
    reference: str
    digest: bytes
    size: int


class _Pack(msgspec.Struct, array_like=True):
    """The table of contents of one take-in; `blobs` hold the bytes one after the other."""

    about: str
    version: str
    entries: list[_Entry]
    blobs: list[tuple[str, int]]  # (name, how many entries)


_encode, _decode = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(_Pack)


def chart_handle(number: int) -> str:
    """The handle of the person of that number; below 0 it is nobody.

    >>> chart_handle(7), chart_handle(-1), chart_handle(-2)
    ('chart-7', 'chart-nobody', 'chart-nobody-2')
    """
    return f"chart-{number}" if number >= 0 else NOBODY if number == -1 else f"{NOBODY}-{-number}"


def chart_number(handle: str) -> int:
    """The number behind a chart's handle, below 0 for nobody. Raises NotFound for anything that is no such handle."""
    if handle == NOBODY:
        return -1
    return -handle_number(handle, NOBODY) if handle.startswith(f"{NOBODY}-") else handle_number(handle, "chart")


def handle_number(handle: str, word: str) -> int:
    """7 for "chart-7". Raises NotFound for anything that is no such handle."""
    head, tail = handle[: len(word)], handle[len(word) + 1 :] if handle[len(word) : len(word) + 1] == "-" else ""
    if head != word or not tail.isdecimal() or len(tail) > 12:
        raise NotFound("XL-STORE-004", f"there is no {word} of that name", fix=f"{word}s are called {word}-1, {word}-2, ...")
    return int(tail)


class People:
    """Charts, their keys and their resources."""

    def __init__(self, database: Database, ring: KeyRing, blobs: Blobs, ledger: Ledger, secret: bytes, now: Callable[[], str]) -> None:
        self._database, self._ring, self._blobs, self._ledger, self._secret, self._now = database, ring, blobs, ledger, secret, now
        self._sealers: dict[tuple[int, bytes], Sealer] = {}

    def new(self, tokens: Iterable[str], subject_seed: str, *, nobody: bool = False) -> str:
        """A new person; see `Store.new_chart`."""
        subject = "P-" + hashlib.blake2b(subject_seed.encode(), key=self._secret, person=b"subject", digest_size=8).hexdigest()
        with self._database.write() as connection:
            number = self._next_number(connection, nobody)
            self.insert(connection, number, subject)
            self._add_tokens(connection, number, tokens)
            self._ledger.add("house", "chart made", chart_handle(number))
        return chart_handle(number)

    def _next_number(self, connection: Connection, nobody: bool) -> int:
        """One more than the last person's, which an erased person keeps; for nobody, one less than the least."""
        if nobody:
            return (connection.execute(select(func.min(tables.people.c.number))).scalar() or 0) - 1
        return (connection.execute(select(func.max(tables.people.c.number))).scalar() or 0) + 1

    def insert(self, connection: Connection, number: int, subject: str) -> None:
        """A row with a fresh data key."""
        kek, wrapped = self._ring.wrap(os.urandom(32), f"person-{number}")
        row = {
            "number": number,
            "subject": subject,
            "wrapped": wrapped,
            "kek": kek,
            "made_at": self._now(),
            "retain_until": "",
            "erased_at": "",
        }
        connection.execute(insert(tables.people), row)

    def add_tokens(self, chart: str, tokens: Iterable[str]) -> None:
        """More ways to recognise the same person."""
        with self._database.write() as connection:
            self._add_tokens(connection, self.row(connection, chart).number, tokens)

    def _add_tokens(self, connection: Connection, number: int, tokens: Iterable[str]) -> None:
        known = set(connection.execute(select(tables.tokens.c.token).where(tables.tokens.c.person == number)).scalars())
        fresh = {self._token(token) for token in tokens} - known
        if fresh:
            connection.execute(insert(tables.tokens), [{"token": token, "person": number} for token in sorted(fresh)])

    def _token(self, token: str) -> bytes:
        return hmac.digest(self._secret, b"token\n" + token.encode(), "sha256")

    def sharing(self, tokens: Iterable[str]) -> tuple[str, ...]:
        """Charts that share one of the tokens."""
        wanted = sorted({self._token(token) for token in tokens})
        found: set[int] = set()
        with self._database.read() as connection:
            for start in range(0, len(wanted), 500):
                some = tables.tokens.c.token.in_(wanted[start : start + 500])
                found.update(connection.execute(select(tables.tokens.c.person).where(some)).scalars())
        return tuple(chart_handle(number) for number in sorted(found))

    def remember_made(self, texts: Iterable[str]) -> None:
        """Keep marks of what this house made, as tokens of the house itself: erasing a person leaves them."""
        with self._database.write() as connection:
            self._add_tokens(connection, HOUSE, [f"made|{text}" for text in texts])

    def was_made(self, texts: Iterable[str]) -> bool:
        """Whether one of the texts was remembered."""
        wanted = sorted({self._token(f"made|{text}") for text in texts})
        with self._database.read() as connection:
            for start in range(0, len(wanted), 500):
                some = tables.tokens.c.token.in_(wanted[start : start + 500])
                if connection.execute(select(tables.tokens.c.person).where(some, tables.tokens.c.person == HOUSE)).first():
                    return True
        return False

    def charts(self) -> tuple[ChartRow, ...]:
        """Everyone who is not erased; nobody is not among them."""
        wanted = select(tables.people).where(tables.people.c.erased_at == "", tables.people.c.number > 0).order_by(tables.people.c.number)
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
        return tuple(ChartRow(chart_handle(row.number), row.subject, row.made_at, row.retain_until) for row in rows)

    def row(self, connection: Connection, chart: str) -> Row:
        """The person's row; chart "" is the house itself. Raises NotFound, also for an erased person."""
        number = chart_number(chart) if chart else 0
        row = connection.execute(select(tables.people).where(tables.people.c.number == number)).first()
        if row is None or (chart and number == 0):
            raise NotFound("XL-STORE-004", f"there is no {chart}", fix="list the charts of this house, or take the record in first")
        if row.wrapped is None:
            raise NotFound("XL-STORE-016", f"{chart} was erased", why=f"on {row.erased_at[:10]}")
        return row

    def sealer(self, row: Row) -> Sealer:
        """What seals and opens this person's papers."""
        sealer = self._sealers.get((row.number, row.wrapped))
        if sealer is None:
            sealer = Sealer(self._ring.unwrap(row.kek, row.wrapped, f"person-{row.number}"))
            self._sealers[(row.number, row.wrapped)] = sealer
        return sealer

    def forget_keys(self) -> None:
        """Drop the opened keys from memory."""
        self._sealers.clear()

    def keep(self, chart: str, resources: Iterable[tuple[str, bytes]], about: str) -> Kept:
        """Append what came in; see `Store.keep_resources`."""
        with self._database.write() as connection:
            row = self.row(connection, chart)
            sealer = self.sealer(row)
            packs = self._packs(connection, row, sealer)
            known = {entry.reference: entry.digest for pack, _ in packs for entry in pack.entries}
            was = len(known)
            entries, parts, unchanged, superseded = _what_is_new(resources, known)
            version = _version(known)
            if entries:
                pack = _Pack(about, version, entries, self._put_parts(connection, row.number, sealer, parts))
                number = len(packs) + 1
                body = sealer.seal(_encode.encode(pack), f"pack:{row.number}:{number}")
                connection.execute(insert(tables.packs), {"person": row.number, "number": number, "at": self._now(), "body": body})
                self._ledger.add("house", "took in", chart, sealer.digest(version.encode()))
        return Kept(chart, version, len(known) - was, superseded, unchanged)

    def _put_parts(self, connection: Connection, number: int, sealer: Sealer, parts: Sequence[bytes]) -> list[tuple[str, int]]:
        """Seal the resources together, in blobs of at most about PACK_BYTES."""
        blobs: list[tuple[str, int]] = []
        start = size = 0
        for place, part in enumerate(parts, start=1):
            size += len(part)
            if size >= PACK_BYTES or place == len(parts):
                blobs.append((self.put_blob(connection, number, sealer, b"".join(parts[start:place])), place - start))
                start, size = place, 0
        return blobs

    def put_blob(self, connection: Connection, number: int, sealer: Sealer, plain: bytes) -> str:
        """Keep one sealed file of a person; the same content is kept once. Gives its name."""
        name = sealer.digest(plain)
        known = connection.execute(select(tables.blobs.c.person).where(tables.blobs.c.name == name)).first()
        if known is None or not self._blobs.path(name).exists():
            self._blobs.mark(name)
            self._database.work.after_commit.append(lambda: self._blobs.settle([name], lambda _: True))
            self._database.work.after_rollback.append(self.settle)
            self._blobs.put(name, sealer.seal(plain, f"blob:{name}"))
        if known is None:
            connection.execute(insert(tables.blobs), {"name": name, "person": number})
        return name

    def get_blob(self, sealer: Sealer, name: str) -> bytes:
        """The plain bytes of a kept file."""
        return sealer.open(self._blobs.get(name), f"blob:{name}")

    def settle(self) -> None:
        """Clear away what an interrupted writer left in the blob folder."""
        if names := self._blobs.unsettled():
            with self._database.write() as connection:
                for start in range(0, len(names), 500):
                    some = names[start : start + 500]
                    kept = set(connection.execute(select(tables.blobs.c.name).where(tables.blobs.c.name.in_(some))).scalars())
                    self._blobs.settle(some, kept.__contains__)

    def _packs(self, connection: Connection, row: Row, sealer: Sealer) -> list[tuple[_Pack, str]]:
        wanted = select(tables.packs).where(tables.packs.c.person == row.number).order_by(tables.packs.c.number)
        rows = connection.execute(wanted).all()
        if [pack.number for pack in rows] != list(range(1, len(rows) + 1)):
            raise InvalidInput(
                "XL-STORE-017", "a take-in of this person is missing", where=chart_handle(row.number), fix="restore the house from a backup"
            )
        return [(_decode.decode(sealer.open(pack.body, f"pack:{row.number}:{pack.number}")), pack.at) for pack in rows]

    def resources(self, chart: str, version: str = "") -> list[tuple[str, bytes]]:
        """What is known of a person; see `Store.resources`."""
        with self._database.read() as connection:
            row = self.row(connection, chart)
            sealer = self.sealer(row)
            packs = [pack for pack, _ in self._packs(connection, row, sealer)]
        if version:
            numbers = [number for number, pack in enumerate(packs, start=1) if pack.version == version]
            if not numbers:
                raise NotFound("XL-STORE-018", f"{chart} never had that version", fix="see the history of the chart")
            packs = packs[: numbers[-1]]
        found: dict[str, bytes] = {}
        for pack in packs:
            entries = iter(pack.entries)
            for name, count in pack.blobs:
                plain, start = self.get_blob(sealer, name), 0
                for _ in range(count):
                    entry = next(entries)
                    found[entry.reference] = plain[start : start + entry.size]
                    start += entry.size
        return list(found.items())

    def version(self, chart: str) -> str:
        """The digest of all that is now known of a person, "" before anything came in."""
        history = self.history(chart)
        return history[-1].version if history else ""

    def history(self, chart: str) -> tuple[TakenIn, ...]:
        """Every take-in of a person, oldest first."""
        with self._database.read() as connection:
            row = self.row(connection, chart)
            packs = self._packs(connection, row, self.sealer(row))
        return tuple(TakenIn(pack.version, at, pack.about, len(pack.entries)) for pack, at in packs)

    def hold(self, chart: str, reason: str, by: str) -> None:
        """Forbid erasing until `unhold`."""
        with self._database.write() as connection:
            row = self.row(connection, chart)
            number = (connection.execute(select(func.max(tables.holds.c.number))).scalar() or 0) + 1
            body = self.sealer(row).seal(reason.encode(), f"hold:{number}")
            connection.execute(insert(tables.holds), {"number": number, "person": row.number, "at": self._now(), "by": by, "body": body})
            self._ledger.add(by, "legal hold", chart)

    def unhold(self, chart: str, by: str) -> None:
        """Lift every hold of a person."""
        with self._database.write() as connection:
            row = self.row(connection, chart)
            connection.execute(delete(tables.holds).where(tables.holds.c.person == row.number))
            self._ledger.add(by, "legal hold lifted", chart)

    def retain_until(self, chart: str, day: str, by: str) -> None:
        """Forbid erasing before a day ("2056-03-04"); "" lifts it."""
        try:
            _ = day and date.fromisoformat(day)
        except ValueError:
            raise InvalidInput("XL-STORE-019", "the retention date is not a date", fix="write it as YYYY-MM-DD") from None
        with self._database.write() as connection:
            row = self.row(connection, chart)
            connection.execute(update(tables.people).where(tables.people.c.number == row.number).values(retain_until=day))
            self._ledger.add(by, f"retain until {day or 'any day'}", chart)

    def may_be_erased(self, connection: Connection, chart: str) -> Row:
        """The person's row. Raises Refused under a hold or before the retention date."""
        row = self.row(connection, chart)
        if connection.execute(select(tables.holds.c.number).where(tables.holds.c.person == row.number)).first():
            raise Refused("XL-STORE-020", f"{chart} is under legal hold", fix="lift the hold first, if you may")
        if row.retain_until and self._now()[:10] < row.retain_until:
            raise Refused("XL-STORE-021", f"{chart} must be kept until {row.retain_until}", fix="erase it after that day")
        return row


def _what_is_new(resources: Iterable[tuple[str, bytes]], known: dict[str, bytes]) -> tuple[list[_Entry], list[bytes], int, int]:
    """(entries, their bytes, unchanged, superseded); `known` is brought up to date."""
    entries: list[_Entry] = []
    parts: list[bytes] = []
    unchanged = superseded = 0
    blake2b = hashlib.blake2b
    for reference, content in resources:
        digest = blake2b(content, digest_size=16).digest()
        before = known.get(reference)
        if before == digest:
            unchanged += 1
            continue
        superseded += before is not None
        known[reference] = digest
        entries.append(_Entry(reference, digest, len(content)))
        parts.append(content)
    return entries, parts, unchanged, superseded


def _version(known: dict[str, bytes]) -> str:
    """The same for the same content in every house, whatever the order it came in; "" when there is nothing."""
    if not known:
        return ""
    whole = hashlib.sha256()
    for reference in sorted(known):
        whole.update(reference.encode() + b"\n" + known[reference])
    return whole.hexdigest()[:32]
