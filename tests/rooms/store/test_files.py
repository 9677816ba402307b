"""Files kept with a person: they never change, nobody reads them without the key, and they go when the person goes."""

from __future__ import annotations

import sqlite3

import pytest

from xinglin.records.errors import NotFound, Refused
from xinglin.store import Store
from xinglin.store.tables import SCHEMA

PIXELS = b"pixels of a chest " * 4000


def everything_under(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_file_comes_back_byte_for_byte_after_reopening(tmp_path):
    with Store.open(tmp_path) as store:
        chart = store.new_chart([], "a")
        assert store.keep_file(chart, "scan/2.25.1", PIXELS)
        store.keep_file(chart, "edit/abc", b"")
    with Store.open(tmp_path) as store:
        assert store.file(chart, "scan/2.25.1") == PIXELS and store.file(chart, "edit/abc") == b""
        assert store.files(chart) == ("scan/2.25.1", "edit/abc")


def test_the_same_file_again_is_kept_once(store):
    chart = store.new_chart([], "a")
    assert [store.keep_file(chart, "scan/1", PIXELS) for _ in range(2)] == [True, False]
    assert store.files(chart) == ("scan/1",)


def test_other_bytes_under_the_same_name_are_refused_and_the_first_stay(store):
    chart = store.new_chart([], "a")
    store.keep_file(chart, "scan/1", PIXELS)
    with pytest.raises(Refused, match="XL-STORE-031"):
        store.keep_file(chart, "scan/1", b"other")
    assert store.file(chart, "scan/1") == PIXELS


def test_a_file_of_another_person_is_not_found(store):
    one, other = store.new_chart([], "a"), store.new_chart([], "b")
    store.keep_file(one, "scan/1", PIXELS)
    with pytest.raises(NotFound, match="XL-STORE-032"):
        store.file(other, "scan/1")
    assert store.keep_file(other, "scan/1", b"their own") and store.files(other) == ("scan/1",)


def test_neither_bytes_nor_names_lie_open_in_the_house(tmp_path):
    with Store.open(tmp_path) as store:
        store.keep_file(store.new_chart([], "a"), "scan/2.25.777", PIXELS)
    assert b"pixels of a chest" not in everything_under(tmp_path) and b"2.25.777" not in everything_under(tmp_path)


def test_the_ledger_tells_that_a_file_was_kept(store):
    chart = store.new_chart([], "a")
    store.keep_file(chart, "scan/1", PIXELS)
    assert [entry.about for entry in store.ledger.entries() if entry.what == "file kept"] == [chart]


def test_with_the_person_the_files_go(tmp_path):
    with Store.open(tmp_path) as store:
        chart = store.new_chart([], "a")
        store.keep_file(chart, "scan/1", PIXELS)
        size = len(everything_under(tmp_path))
        store.erase(chart, "asked", "clerk")
        with pytest.raises(NotFound):
            store.file(chart, "scan/1")
    assert len(everything_under(tmp_path)) < size


def test_half_an_intake_keeps_no_file(store):
    chart = store.new_chart([], "a")
    with pytest.raises(RuntimeError), store.together():
        store.keep_file(chart, "scan/1", PIXELS)
        raise RuntimeError
    assert store.files(chart) == ()


def test_a_house_of_the_version_before_files_gains_them_and_loses_nothing(tmp_path):
    with Store.open(tmp_path) as store:
        chart = store.new_chart([], "a")
        store.keep_resources(chart, [("Patient/1", b'{"resourceType":"Patient","id":"1"}')])
    with sqlite3.connect(tmp_path / "xinglin.db") as older:
        older.execute("DROP TABLE files")
        older.execute("UPDATE alembic_version SET version_num = '0001'")
    older.close()
    with Store.open(tmp_path) as store:
        assert store.keep_file(chart, "scan/1", PIXELS) and store.file(chart, "scan/1") == PIXELS
        assert [name for name, _ in store.resources(chart)] == ["Patient/1"]
        assert store.verify().whole
    with sqlite3.connect(tmp_path / "xinglin.db") as now:
        assert now.execute("SELECT version_num FROM alembic_version").fetchone() == (SCHEMA,)
    now.close()
