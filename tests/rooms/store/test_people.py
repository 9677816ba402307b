"""People, and what came in for them."""

from __future__ import annotations

import errno
import json
import sqlite3
import subprocess
import sys
import time

import pytest

from xinglin.records.errors import InvalidInput, NotFound, OutOfResources, Refused
from xinglin.store import Store


def resource(kind: str, number: int, word: str = "") -> tuple[str, bytes]:
    return f"{kind}/{number}", json.dumps({"resourceType": kind, "id": str(number), "note": word}).encode()


def test_fresh_houses_give_the_same_handles_and_versions_for_the_same_commands(tmp_path):
    seen = []
    for name in ("one", "two"):
        with Store.open(tmp_path / name) as store:
            charts = [store.new_chart([f"mrn|{n}"], f"mrn|{n}") for n in range(3)]
            kept = store.keep_resources(charts[1], [resource("Observation", 1), resource("Patient", 1)], "bundle.json")
            seen.append((charts, kept))
    assert seen[0] == seen[1]
    assert seen[0][0] == ["chart-1", "chart-2", "chart-3"]


def test_what_came_in_is_given_back_byte_for_byte_after_reopening(tmp_path):
    resources = [resource("Observation", n) for n in range(50)]
    with Store.open(tmp_path) as store:
        chart = store.new_chart([], "a")
        store.keep_resources(chart, resources)
    with Store.open(tmp_path) as store:
        assert store.resources(chart) == resources


def test_the_same_bytes_again_change_nothing_and_say_so(store):
    chart = store.new_chart([], "a")
    resources = [resource("Observation", n) for n in range(5)]
    first = store.keep_resources(chart, resources)
    again = store.keep_resources(chart, resources)
    assert (first.new, first.changed) == (5, True)
    assert (again.new, again.unchanged, again.changed, again.version) == (0, 5, False, first.version)
    assert len(store.history(chart)) == 1


def test_newer_content_supersedes_and_the_older_is_not_lost(store):
    chart = store.new_chart([], "a")
    before = store.keep_resources(chart, [resource("Observation", 1, "old"), resource("Observation", 2)])
    after = store.keep_resources(chart, [resource("Observation", 1, "new")])
    assert (after.superseded, after.new) == (1, 0)
    assert after.version != before.version
    assert dict(store.resources(chart))["Observation/1"] == resource("Observation", 1, "new")[1]
    assert dict(store.resources(chart, before.version))["Observation/1"] == resource("Observation", 1, "old")[1]
    assert [taken.version for taken in store.history(chart)] == [before.version, after.version]


def test_content_that_comes_back_counts_again(store):
    chart = store.new_chart([], "a")
    first = store.keep_resources(chart, [resource("Observation", 1, "a")])
    store.keep_resources(chart, [resource("Observation", 1, "b")])
    last = store.keep_resources(chart, [resource("Observation", 1, "a")])
    assert last.version == first.version
    assert store.resources(chart) == [resource("Observation", 1, "a")]


def test_large_take_ins_span_several_blobs(store, monkeypatch):
    monkeypatch.setattr("xinglin.store.people.PACK_BYTES", 300)
    chart = store.new_chart([], "a")
    resources = [resource("Observation", n, "x" * n) for n in range(40)]
    store.keep_resources(chart, resources)
    assert store.resources(chart) == resources
    assert len([p for p in (store.home / "blobs").rglob("*") if p.is_file()]) > 5


def test_several_people_come_in_together_or_not_at_all(store):
    with pytest.raises(RuntimeError), store.together():
        for n in range(3):
            chart = store.new_chart([f"t{n}"], str(n))
            store.keep_resources(chart, [resource("Patient", n)])
        raise RuntimeError
    assert store.charts() == ()
    assert not [p for p in (store.home / "blobs").rglob("*") if p.is_file()]
    assert store.new_chart([], "a") == "chart-1"
    assert store.verify().whole


def test_nobody_takes_no_persons_number_and_is_not_listed_among_people(store):
    nobody, first = store.new_chart(["cohort"], "cohort", nobody=True), store.new_chart(["a"], "a")
    assert (nobody, first, store.new_chart(["b"], "b", nobody=True)) == ("chart-nobody", "chart-1", "chart-nobody-2")
    store.keep_resources(nobody, [resource("Patient", 1)])
    assert len(store.resources(nobody)) == 1 and store.people_sharing(["cohort"]) == (nobody,)
    assert [row.id for row in store.charts()] == ["chart-1"]
    for wrong in ("chart-nobody-", "chart-nobody-x", "chart-0", "chartnobody", "chart--1"):
        with pytest.raises(NotFound):
            store.resources(wrong)


def test_people_are_found_by_what_they_share(store):
    one, two = store.new_chart(["a", "b"], "1"), store.new_chart(["c"], "2")
    store.add_tokens(two, ["b", "c"])
    assert store.people_sharing(["a"]) == (one,)
    assert store.people_sharing(["b", "zz"]) == (one, two)
    assert store.people_sharing(["zz"]) == ()


def test_pseudonyms_follow_the_seed_and_differ_between_houses(tmp_path):
    subjects = []
    for name in ("one", "two"):
        with Store.open(tmp_path / name) as store:
            subjects.append([store.subject(store.new_chart([], seed)) for seed in ("x", "x", "y")])
    assert subjects[0][0] == subjects[0][1] != subjects[0][2]
    assert subjects[0][0] != subjects[1][0]
    assert subjects[0][0].startswith("P-")


@pytest.mark.parametrize("handle", ["chart-9", "chart-0", "chart-", "patient-1", "chart-1x", "", "chart-²"])
def test_an_unknown_chart_is_not_found(store, handle):
    if handle:
        with pytest.raises(NotFound):
            store.resources(handle)


def plain_bytes_of_the_house(home) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


def test_no_plaintext_of_a_patient_lies_on_the_disk(store, draft):
    planted = [b"Quillfeather", "朱砂痣".encode(), b"110101199003078888", b"Observation/secret-ref", b"from-zebedee.json"]
    chart = store.new_chart(["110101199003078888"], "110101199003078888")
    body = json.dumps({"name": "Quillfeather 朱砂痣 110101199003078888"}, ensure_ascii=False).encode()
    store.keep_resources(chart, [("Observation/secret-ref", body)], "from-zebedee.json")
    store.keep_draft(draft, "fingerprint of Quillfeather")
    store.hold(chart, "court case of Quillfeather", "clerk")
    everything = plain_bytes_of_the_house(store.home)
    assert len(everything) > 10_000
    assert [word for word in planted if word in everything] == []


def test_erasing_leaves_neither_words_nor_plain_hashes(store, draft):
    import hashlib

    chart = store.new_chart(["mrn|77"], "mrn|77")
    reference, body = resource("Observation", 1, "Quillfeather")
    store.keep_resources(chart, [(reference, body)])
    kept = store.keep_draft(draft, "f")
    blobs = [p.name for p in (store.home / "blobs").rglob("*") if p.is_file()]
    subject = store.subject(chart)
    key_file = (store.home / "keys" / "key-encryption.json").read_text()
    store.erase(chart, "asked for by the person", "clerk")
    everything = plain_bytes_of_the_house(store.home)
    hashes = [hashlib.new(name, body) for name in ("sha256", "sha1", "md5", "blake2b")]
    traces = [b"Quillfeather", subject.encode(), *(h.digest() for h in hashes), *(h.hexdigest().encode() for h in hashes)]
    assert [trace for trace in traces if trace in everything] == []
    assert [name for name in blobs if (store.home / "blobs" / name[:2] / name).exists()] == []
    assert json.loads(key_file)["current"] not in json.loads((store.home / "keys" / "key-encryption.json").read_text())["keys"]
    assert store.charts() == () and store.people_sharing(["mrn|77"]) == ()
    for look in (lambda: store.resources(chart), lambda: store.draft(kept.id)):
        with pytest.raises(NotFound):
            look()
    assert store.verify().whole


def test_erasing_one_person_leaves_the_others_readable_after_reopening(tmp_path):
    with Store.open(tmp_path) as store:
        one, two = store.new_chart([], "1"), store.new_chart([], "2")
        for chart in (one, two):
            store.keep_resources(chart, [resource("Patient", 1, chart)])
        store.erase(one, "asked", "clerk")
    with Store.open(tmp_path) as store:
        assert store.resources(two) == [resource("Patient", 1, two)]
        assert store.new_chart([], "3") == "chart-3"


def test_a_legal_hold_and_a_retention_date_forbid_erasing(store, clock):
    chart = store.new_chart([], "a")
    store.hold(chart, "lawsuit", "clerk")
    with pytest.raises(Refused, match="legal hold"):
        store.erase(chart, "asked", "clerk")
    store.unhold(chart, "clerk")
    store.retain_until(chart, "2030-01-01", "clerk")
    with pytest.raises(Refused, match="2030-01-01"):
        store.erase(chart, "asked", "clerk")
    clock.time = clock.time.replace(year=2031)
    store.erase(chart, "asked", "clerk")
    assert store.charts() == ()


def test_rotating_the_keys_touches_no_content(store):
    chart = store.new_chart([], "a")
    store.keep_resources(chart, [resource("Patient", 1)])
    blobs = {p: p.read_bytes() for p in (store.home / "blobs").rglob("*") if p.is_file()}
    store.rotate_keys("clerk")
    assert {p: p.read_bytes() for p in (store.home / "blobs").rglob("*") if p.is_file()} == blobs
    assert store.resources(chart) == [resource("Patient", 1)]


def test_a_process_that_held_the_old_key_goes_on_after_a_rotation(tmp_path):
    with Store.open(tmp_path) as first, Store.open(tmp_path) as second:
        chart = first.new_chart([], "a")
        first.keep_resources(chart, [resource("Patient", 1)])
        second.rotate_keys("clerk")
        assert first.resources(chart) == second.resources(chart)
        first.keep_resources(first.new_chart([], "b"), [resource("Patient", 2)])
        assert second.resources("chart-2") == [resource("Patient", 2)]


def test_a_blob_changed_from_outside_is_noticed(store):
    chart = store.new_chart([], "a")
    store.keep_resources(chart, [resource("Patient", 1)])
    [blob] = [p for p in (store.home / "blobs").rglob("*") if p.is_file()]
    content = bytearray(blob.read_bytes())
    content[20] ^= 1
    blob.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        store.resources(chart)
    assert caught.value.code == "XL-STORE-003"


def test_a_key_file_that_others_can_read_is_refused(tmp_path):
    Store.open(tmp_path).close()
    (tmp_path / "keys" / "key-encryption.json").chmod(0o644)
    with pytest.raises(InvalidInput) as caught:
        Store.open(tmp_path)
    assert caught.value.code == "XL-STORE-005"


TAKE_IN_TEN = """
import sys
from pathlib import Path
from xinglin.store import Store

with Store.open(Path(sys.argv[1])) as store:
    for n in range(10):
        with store.together():
            chart = store.new_chart([f"{sys.argv[2]}{n}"], f"{sys.argv[2]}{n}")
            store.keep_resources(chart, [(f"Patient/{n}", sys.argv[2].encode())])
"""


def test_processes_that_write_at_the_same_time_lose_nothing(tmp_path):
    workers = [subprocess.Popen([sys.executable, "-c", TAKE_IN_TEN, tmp_path, name]) for name in "ab"]
    assert [worker.wait(100) for worker in workers] == [0, 0]
    with Store.open(tmp_path) as store:
        assert len(store.charts()) == 20
        assert all(len(store.resources(row.id)) == 1 for row in store.charts())
        assert store.verify().whole


def test_an_erasure_interrupted_after_the_key_is_gone_is_finished_at_the_next_start(tmp_path, monkeypatch):
    with Store.open(tmp_path) as store:
        chart = store.new_chart([], "a")
        store.keep_resources(chart, [resource("Patient", 1)])
        keys = set(json.loads((tmp_path / "keys" / "key-encryption.json").read_text())["keys"])
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(store._erasure, "rotate", lambda by: (_ for _ in ()).throw(KeyboardInterrupt))
            store.erase(chart, "asked", "clerk")
    (tmp_path / "keys" / ".key-encryption.json.1.partial").write_text("left by an interrupted rotation")
    with Store.open(tmp_path) as store:
        assert not keys & set(json.loads((tmp_path / "keys" / "key-encryption.json").read_text())["keys"])
        assert [path.name for path in (tmp_path / "keys").iterdir()] == ["key-encryption.json"]
        assert "key-encryption key rotated" in [entry.what for entry in store.ledger.entries()]
        assert store.verify().whole


@pytest.mark.slow
def test_a_house_whose_founding_is_killed_at_any_moment_opens_the_next_time(tmp_path):
    command = [
        sys.executable,
        "-c",
        "import sys; from pathlib import Path; from xinglin.store import Store; print(flush=True); Store.open(Path(sys.argv[1]))",
    ]
    for number in range(6):
        home = tmp_path / str(number)
        with subprocess.Popen([*command, home], stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            time.sleep(0.3 + number * 0.05)
            process.kill()
        with Store.open(home) as store:
            assert store.new_chart([], "a") == "chart-1"
            assert store.verify().whole


def test_a_full_disk_is_said_and_leaves_nothing_behind(store, monkeypatch):
    chart = store.new_chart([], "a")

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OutOfResources) as caught:
        patch.setattr("xinglin.store.blobs.os.fsync", full)
        store.keep_resources(chart, [resource("Patient", 1)])
    assert caught.value.code in ("XL-STORE-008", "XL-STORE-030")
    assert not [path for path in (store.home / "blobs").rglob("*") if path.is_file()]
    assert store.resources(chart) == []
    assert store.keep_resources(chart, [resource("Patient", 1)]).new == 1


def test_a_house_that_another_process_keeps_busy_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("xinglin.store.database.WAIT_S", 0.2)
    with Store.open(tmp_path) as store:
        outside = sqlite3.connect(tmp_path / "xinglin.db", isolation_level=None)
        outside.execute("BEGIN IMMEDIATE")
        with pytest.raises(OutOfResources) as caught:
            store.new_chart([], "a")
        assert caught.value.code == "XL-STORE-012"
        outside.execute("ROLLBACK")
        outside.close()
        assert store.new_chart([], "a") == "chart-1"


def test_nothing_of_a_house_can_be_read_by_other_accounts(store):
    chart = store.new_chart([], "a")
    store.keep_resources(chart, [resource("Patient", 1)])
    assert [path for path in store.home.rglob("*") if path.is_file() and path.stat().st_mode & 0o077] == []


def test_what_the_house_made_is_remembered_when_the_person_is_erased_and_never_in_the_open(tmp_path):
    with Store.open(tmp_path) as store:
        chart = store.new_chart([], "a")
        store.remember_made(["print-of-a-slice"])
        store.remember_made(["print-of-a-slice"])
        store.erase(chart, "asked for", by="dr.li")
    with Store.open(tmp_path) as store:
        assert store.was_made(["another", "print-of-a-slice"]) and not store.was_made(["another"]) and not store.was_made([])
        assert store.people_sharing(["print-of-a-slice"]) == ()
    assert not any(b"print-of-a-slice" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
