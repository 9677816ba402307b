"""The tables of the house. Columns named `body` are sealed under the person's key.

What is in the clear is handles, kinds, states, times and keyed digests: enough for a queue, nothing clinical.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

SCHEMA = "0002"  # the newest migration; a house with a higher one was made by a newer version

metadata = MetaData()

house = Table(
    "house", metadata,
    Column("name", String(40), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("kek", String(32), nullable=False),  # which key-encryption key sealed it; "" for what is public
)  # fmt: skip

people = Table(
    "people", metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # 0 is the house itself; below 0, made-up subjects of drafts about nobody
    Column("subject", String(40), nullable=False),
    Column("wrapped", LargeBinary),  # the person's data key; gone after erasure
    Column("kek", String(32), nullable=False),
    Column("made_at", String(40), nullable=False),
    Column("retain_until", String(10), nullable=False),
    Column("erased_at", String(40), nullable=False),
    Column("erased_for", LargeBinary),  # why, sealed under the house's own key
)  # fmt: skip

tokens = Table(
    "tokens", metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("person", Integer, primary_key=True, autoincrement=False),
)  # fmt: skip

holds = Table(
    "holds", metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("person", Integer, nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("by", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
)  # fmt: skip

blobs = Table(
    "blobs", metadata,
    Column("name", String(64), primary_key=True),
    Column("person", Integer, nullable=False, index=True),
)  # fmt: skip

packs = Table(
    "packs", metadata,
    Column("person", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("body", LargeBinary, nullable=False),  # references, digests, lengths, blob names
)  # fmt: skip

files = Table(
    "files", metadata,
    Column("person", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("body", LargeBinary, nullable=False),  # name, digest, length, blob name
)  # fmt: skip

drafts = Table(
    "drafts", metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("person", Integer, nullable=False, index=True),
    Column("kind", String(80), nullable=False),
    Column("language", String(8), nullable=False),
    Column("state", String(20), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("made_at", String(40), nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    UniqueConstraint("person", "fingerprint"),
)  # fmt: skip

revisions = Table(
    "revisions", metadata,
    Column("draft", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("body", LargeBinary, nullable=False),
)  # fmt: skip

decisions = Table(
    "decisions", metadata,
    Column("draft", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)  # fmt: skip

signatures = Table(
    "signatures", metadata,
    Column("draft", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)  # fmt: skip

reservations = Table(
    "reservations", metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("draft", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("at", String(40), nullable=False),
    UniqueConstraint("draft", "revision"),
)  # fmt: skip

releases = Table(
    "releases", metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("person", Integer, nullable=False, index=True),
    Column("draft", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("at", String(40), nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("draft", "revision"),
)  # fmt: skip

signer_keys = Table(
    "signer_keys", metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("user", String(200), nullable=False, index=True),
    Column("public", String(64), nullable=False, unique=True),
    Column("locked", LargeBinary, nullable=False),
    Column("state", String(20), nullable=False),
    Column("made_at", String(40), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("wait_until", String(40), nullable=False),
)  # fmt: skip

ledger = Table(
    "ledger", metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("about", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)  # fmt: skip
Index("ledger_about", ledger.c.about)

checkpoints = Table(
    "checkpoints", metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
)  # fmt: skip
