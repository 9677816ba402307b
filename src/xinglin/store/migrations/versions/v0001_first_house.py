"""The first house: people, packs, drafts, decisions, signatures, releases, keys, ledger.

Written out in full, not taken from `tables`, so that later changes there never alter what this step did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _number(name: str = "number") -> sa.Column:
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def _text(name: str, length: int, unique: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=False, unique=unique)


def _integer(name: str, index: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer, nullable=False, index=index)


def _bytes(name: str) -> sa.Column:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def upgrade() -> None:
    """Make every table of the first house."""
    _people_tables()
    _paper_tables()
    _signing_tables()
    _ledger_tables()


def _people_tables() -> None:
    op.create_table("house", sa.Column("name", sa.String(40), primary_key=True), _bytes("value"), _text("kek", 32))
    op.create_table(
        "people", _number(), _text("subject", 40), sa.Column("wrapped", sa.LargeBinary), _text("kek", 32),
        _text("made_at", 40), _text("retain_until", 10), _text("erased_at", 40), sa.Column("erased_for", sa.LargeBinary),
    )  # fmt: skip
    op.create_table("tokens", sa.Column("token", sa.LargeBinary, primary_key=True), _number("person"))
    op.create_table("holds", _number(), _integer("person", index=True), _text("at", 40), _text("by", 200), _bytes("body"))
    op.create_table("blobs", sa.Column("name", sa.String(64), primary_key=True), _integer("person", index=True))
    op.create_table("packs", _number("person"), _number(), _text("at", 40), _bytes("body"))


def _paper_tables() -> None:
    op.create_table(
        "drafts", _number(), _integer("person", index=True), _text("kind", 80), _text("language", 8), _text("state", 20),
        _integer("revision"), _text("made_at", 40), _bytes("fingerprint"), sa.UniqueConstraint("person", "fingerprint"),
    )  # fmt: skip
    op.create_table("revisions", _number("draft"), _number("revision"), _text("at", 40), _bytes("body"))
    op.create_table("decisions", _number("draft"), _number(), _bytes("body"))
    op.create_table("signatures", _number("draft"), _number(), _integer("revision"), _bytes("body"))
    op.create_table(
        "reservations", _number(), _integer("draft"), _integer("revision"), _text("at", 40), sa.UniqueConstraint("draft", "revision")
    )
    op.create_table(
        "releases", _number(), _integer("person", index=True), _integer("draft"), _integer("revision"), _text("state", 20),
        _text("at", 40), _bytes("body"), sa.UniqueConstraint("draft", "revision"),
    )  # fmt: skip


def _signing_tables() -> None:
    op.create_table(
        "signer_keys", _number(), sa.Column("user", sa.String(200), nullable=False, index=True), _text("public", 64, unique=True),
        _bytes("locked"), _text("state", 20), _text("made_at", 40), _integer("failures"), _text("wait_until", 40),
    )  # fmt: skip


def _ledger_tables() -> None:
    op.create_table("ledger", _number("seq"), _text("about", 80), sa.Column("body", sa.Text, nullable=False), _text("hash", 64))
    op.create_index("ledger_about", "ledger", ["about"])
    op.create_table("checkpoints", _number("seq"), _text("hash", 64), _text("signature", 128))
    for table in ("ledger", "checkpoints"):
        _forbid_changes(table)


def _forbid_changes(table: str) -> None:
    """The database itself refuses to change or delete what the ledger holds."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            refusal = "SELECT RAISE(ABORT, 'the ledger is append-only')"
            op.execute(f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} BEGIN {refusal}; END")
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
    )
    op.execute(f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} EXECUTE FUNCTION {table}_append_only()")
