"""The same house over a real PostgreSQL server, started for the test on a loopback port."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path

import msgspec
import pytest

from xinglin.records import Decision
from xinglin.records.errors import NotFound
from xinglin.store import Store

pytestmark = pytest.mark.slow


def _server_folder() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture(scope="module")
def url():
    folder = _server_folder()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    as_postgres = {"user": "postgres"} if os.geteuid() == 0 else {}
    data = Path(f"/tmp/xinglin-postgres-{os.getpid()}")
    data.mkdir(mode=0o700)
    if as_postgres:
        os.chown(data, pwd.getpwnam("postgres").pw_uid, pwd.getpwnam("postgres").pw_gid)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: object) -> None:
        subprocess.run([str(word) for word in command], check=True, cwd="/tmp", timeout=100, stdout=subprocess.DEVNULL, **as_postgres)

    run(folder / "initdb", "-D", data / "db", "-A", "trust", "-U", "postgres", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data}"
    run(folder / "pg_ctl", "-D", data / "db", "-w", "-l", data / "log", "-o", options, "start")
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        run(folder / "pg_ctl", "-D", data / "db", "-m", "immediate", "stop")
        shutil.rmtree(data)


@pytest.fixture
def fresh_url(url):
    import psycopg

    name = f"house_{os.urandom(4).hex()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return url.removesuffix("/postgres") + f"/{name}"


def test_a_house_over_postgresql_keeps_supersedes_and_erases(tmp_path, fresh_url, draft):
    with Store.open(tmp_path, fresh_url) as store:
        chart = store.new_chart(["mrn|1"], "mrn|1")
        store.keep_resources(chart, [("Observation/1", b"old"), ("Patient/1", b"p")])
        store.keep_resources(chart, [("Observation/1", b"new")])
        kept = store.keep_draft(draft, "f")
        store.keep_revision(msgspec.structs.replace(kept, revision=2), "dr-li")
        store.add_decision(Decision(kept.id, 2, "dr-li", "accept", "2026-03-01T00:00:00Z"))
    with Store.open(tmp_path, fresh_url) as store:
        assert store.resources(chart) == [("Observation/1", b"new"), ("Patient/1", b"p")]
        assert store.keep_draft(draft, "f").revision == 2
        assert store.history_problems(kept.id) == ()
        assert store.people_sharing(["mrn|1"]) == (chart,)
        store.erase(chart, "asked", "clerk")
        with pytest.raises(NotFound):
            store.draft(kept.id)
        assert store.verify().whole
    assert not (tmp_path / "xinglin.db").exists()


def test_a_failed_transaction_leaves_nothing_in_postgresql(tmp_path, fresh_url):
    with Store.open(tmp_path, fresh_url) as store:
        with pytest.raises(RuntimeError), store.together():
            store.keep_resources(store.new_chart([], "a"), [("Patient/1", b"p")])
            raise RuntimeError
        assert store.charts() == ()
        assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


def test_postgresql_refuses_to_change_the_ledger(tmp_path, fresh_url):
    import psycopg

    with Store.open(tmp_path, fresh_url) as store:
        store.note("dr-li", "act")
        with psycopg.connect(fresh_url) as outside, pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            outside.execute("UPDATE ledger SET about = 'x'")
        assert store.verify().whole


def test_two_writers_to_one_postgresql_house_take_turns(tmp_path, fresh_url):
    import threading

    with Store.open(tmp_path, fresh_url) as one, Store.open(tmp_path, fresh_url) as two:

        def write(store: Store) -> None:
            for number in range(15):
                store.note("dr-li", f"act {number}")

        threads = [threading.Thread(target=write, args=(store,)) for store in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        report = one.verify()
        assert (report.whole, report.entries) == (True, 31)
