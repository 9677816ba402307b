"""Drafts as they are kept."""

from __future__ import annotations

import sqlite3

import msgspec
import pytest

from xinglin.records import Decision, Signature
from xinglin.records.errors import InvalidInput, NotFound, Refused
from xinglin.store import DraftRow, Store


@pytest.fixture
def kept(store, draft):
    store.new_chart([], "a")
    return store.keep_draft(draft, "f1")


def test_drafts_are_numbered_in_order_and_given_back_whole(store, kept, draft):
    second = store.keep_draft(draft, "f2")
    assert (kept.id, second.id) == ("draft-1", "draft-2")
    assert store.draft("draft-1") == kept == msgspec.structs.replace(draft, id="draft-1")


def test_the_same_fingerprint_gives_the_same_draft(store, kept, draft):
    assert store.keep_draft(draft, "f1") == kept
    assert len(store.drafts()) == 1


def test_the_queue_holds_no_clinical_content(store, kept):
    assert store.drafts() == (DraftRow("draft-1", "case-summary", "chart-1", "en", "queued", 1, store.drafts()[0].made_at),)


def test_every_revision_is_kept(store, kept):
    second = msgspec.structs.replace(kept, title="second", revision=2)
    store.keep_revision(second, "dr-li")
    assert store.draft(kept.id) == second
    assert store.draft(kept.id, 1) == kept
    assert store.drafts()[0].revision == 2


def test_two_people_cannot_both_make_the_next_revision(store, kept):
    store.keep_revision(msgspec.structs.replace(kept, revision=2), "dr-li")
    with pytest.raises(Refused):
        store.keep_revision(msgspec.structs.replace(kept, revision=2), "dr-wang")


def test_unknown_drafts_and_revisions_are_not_found(store, kept):
    for look in (
        lambda: store.draft("draft-2"),
        lambda: store.draft("draft-1", 7),
        lambda: store.draft("x"),
        lambda: store.release("release-1"),
    ):
        with pytest.raises(NotFound):
            look()


def test_decisions_and_signatures_come_back_in_order(store, kept):
    decisions = tuple(Decision(kept.id, 1, "dr-li", "accept", "2026-03-01T00:00:00Z", statement=f"s{n}") for n in range(3))
    for decision in decisions:
        store.add_decision(decision)
    signature = Signature("dr-li", "00", "11", "22", "2026-03-01T00:00:00Z")
    store.add_signature(kept.id, 1, signature)
    assert store.decisions(kept.id) == decisions
    assert store.signatures(kept.id, 1) == (signature,)
    assert store.signatures(kept.id, 2) == ()
    assert store.history_problems(kept.id) == ()


@pytest.mark.parametrize(
    "meddling",
    [
        "DELETE FROM decisions WHERE number = 2",
        "DELETE FROM signatures",
        "DELETE FROM revisions WHERE revision = 2",
        "UPDATE drafts SET revision = 1",
    ],
)
def test_rows_taken_out_from_outside_are_noticed(store, kept, meddling):
    store.keep_revision(msgspec.structs.replace(kept, revision=2), "dr-li")
    for n in range(2):
        store.add_decision(Decision(kept.id, 2, "dr-li", "accept", "2026-03-01T00:00:00Z", statement=f"s{n}"))
    store.add_signature(kept.id, 2, Signature("dr-li", "00", "11", "22", "2026-03-01T00:00:00Z"))
    assert store.history_problems(kept.id) == ()
    with sqlite3.connect(store.home / "xinglin.db") as outside:
        outside.execute(meddling)
    outside.close()
    assert store.history_problems(kept.id) != ()


def test_a_row_copied_to_another_draft_does_not_open(store, kept, draft):
    other = store.keep_draft(draft, "f2")
    store.add_signature(kept.id, 1, Signature("dr-li", "00", "11", "22", "2026-03-01T00:00:00Z"))
    with sqlite3.connect(store.home / "xinglin.db") as outside:
        outside.execute("INSERT INTO signatures SELECT 2, number, revision, body FROM signatures")
    outside.close()
    with pytest.raises(InvalidInput) as caught:
        store.signatures(other.id, 1)
    assert caught.value.code == "XL-STORE-003"


def test_a_house_of_a_newer_version_is_refused_and_left_alone(tmp_path):
    Store.open(tmp_path).close()
    with sqlite3.connect(tmp_path / "xinglin.db") as outside:
        outside.execute("UPDATE alembic_version SET version_num = '9999'")
    outside.close()
    before = (tmp_path / "xinglin.db").read_bytes()
    with pytest.raises(InvalidInput) as caught:
        Store.open(tmp_path)
    assert caught.value.code == "XL-STORE-002"
    assert (tmp_path / "xinglin.db").read_bytes() == before


def test_migrations_make_the_tables_that_the_code_knows(store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from xinglin.store import tables

    with store._database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        assert MigrationContext.configure(connection).get_current_revision() == tables.SCHEMA


def test_a_draft_about_nobody_is_kept_too(store, draft):
    kept = store.keep_draft(msgspec.structs.replace(draft, chart=""), "f")
    assert store.draft(kept.id) == kept
    assert store.drafts()[0].chart == ""
