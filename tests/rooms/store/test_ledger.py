"""The book to which one can only add."""

from __future__ import annotations

import shutil
import sqlite3

import pytest

from xinglin.store import Store


def test_what_was_done_stands_in_order_and_the_book_is_whole(store):
    store.note("dr-li", "looked", "chart-1")
    store.note_read("dr-li", "read", "chart-1")
    store.note("dr-li", "made", "draft-1", "ab" * 32)
    assert [(entry.who, entry.what) for entry in store.ledger.entries("chart-1")] == [("dr-li", "looked"), ("dr-li", "read")]
    report = store.verify()
    assert (report.whole, report.entries, report.problems) == (True, 4, ())


def test_reads_are_written_together_and_never_later_than_close(tmp_path):
    with Store.open(tmp_path) as store:
        for n in range(10):
            store.note_read("dr-li", f"read {n}", "chart-1")
        assert list(store.ledger.entries("chart-1")) == []
    with Store.open(tmp_path) as store:
        assert len(list(store.ledger.entries("chart-1"))) == 10


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger SET about = 'x'", "DELETE FROM ledger", "UPDATE checkpoints SET hash = 'x'", "DELETE FROM checkpoints"]
)
def test_the_database_itself_refuses_to_change_the_book(store, statement):
    outside = sqlite3.connect(store.home / "xinglin.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        outside.execute(statement)
    outside.close()


def test_every_way_of_tampering_is_noticed(tmp_path, benchmark_of_the_ledger):
    result = benchmark_of_the_ledger.run(tmp_path, times=3)
    assert set(result["noticed"]) == set(benchmark_of_the_ledger.KINDS) and len(benchmark_of_the_ledger.KINDS) == 8
    assert all(noticed == 3 for noticed in result["noticed"].values())
    assert result["false_alarms"] == 0


def test_a_rewrite_that_also_drops_the_checkpoints_is_noticed_by_the_anchor(store):
    for n in range(5):
        store.note("dr-li", f"act {n}")
    outside = sqlite3.connect(store.home / "xinglin.db")
    outside.execute("DROP TABLE checkpoints")
    outside.execute("CREATE TABLE checkpoints (seq INTEGER, hash TEXT, signature TEXT)")
    outside.execute("DROP TRIGGER ledger_no_delete")
    outside.execute("DELETE FROM ledger WHERE seq > 3")
    outside.commit()
    outside.close()
    assert not store.verify().whole


def test_a_copy_of_the_anchor_kept_elsewhere_shows_a_house_set_back_to_an_earlier_day(tmp_path):
    with Store.open(tmp_path / "house") as store:
        store.note("dr-li", "first")
    shutil.copytree(tmp_path / "house", tmp_path / "earlier")
    with Store.open(tmp_path / "house") as store:
        store.note("dr-li", "second")
    shutil.copy(tmp_path / "house" / "anchor.jsonl", tmp_path / "elsewhere.jsonl")
    with Store.open(tmp_path / "earlier") as store:
        assert store.verify().whole
        assert not store.verify(tmp_path / "elsewhere.jsonl").whole


def test_a_missing_or_foreign_anchor_is_noticed_and_never_made_anew_in_silence(tmp_path):
    with Store.open(tmp_path / "a") as store:
        store.note("dr-li", "act")
    (tmp_path / "a" / "anchor.jsonl").unlink()
    with Store.open(tmp_path / "a") as store:
        store.note("dr-li", "act")
        assert not store.verify().whole
    Store.open(tmp_path / "b").close()
    shutil.copy(tmp_path / "b" / "anchor.jsonl", tmp_path / "a" / "anchor.jsonl")
    with Store.open(tmp_path / "a") as store:
        assert not store.verify().whole


def test_an_emptied_book_is_not_founded_again(tmp_path):
    with Store.open(tmp_path) as store:
        store.note("dr-li", "act")
    outside = sqlite3.connect(tmp_path / "xinglin.db")
    for table in ("ledger", "checkpoints"):
        outside.execute(f"DROP TRIGGER {table}_no_delete")
        outside.execute(f"DELETE FROM {table}")
    outside.commit()
    outside.close()
    with Store.open(tmp_path) as store:
        assert not store.verify().whole


def test_an_interruption_between_commit_and_anchor_is_made_good_at_the_next_start(tmp_path):
    with Store.open(tmp_path) as store:
        store.note("dr-li", "first")
        anchor = (tmp_path / "anchor.jsonl").read_bytes()
        store.note("dr-li", "second")
        whole = (tmp_path / "anchor.jsonl").read_bytes()
    (tmp_path / "anchor.jsonl").write_bytes(anchor + whole[len(anchor) : -20])
    with Store.open(tmp_path) as store:
        assert (tmp_path / "anchor.jsonl").read_bytes() == whole
        assert store.verify().whole


def test_reads_on_record_survive_a_transaction_that_is_undone(store):
    store.note_read("dr-li", "read", "chart-1")
    with pytest.raises(RuntimeError), store.together():
        store.note("dr-li", "act", "chart-1")
        store.note_read("dr-li", "read again", "chart-1")
        raise RuntimeError
    assert store.verify().whole
    assert [entry.what for entry in store.ledger.entries("chart-1")] == ["read", "read again"]
