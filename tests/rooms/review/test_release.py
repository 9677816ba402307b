"""The only door out."""

from __future__ import annotations

import hashlib
import sqlite3

import pytest

from xinglin.records.errors import InvalidInput, Refused, UsageError
from xinglin.review.release import FileWriter, export_again

PASS = "correct horse battery"


@pytest.fixture
def signed(desk, draft_of):
    draft = draft_of("Fine.", "Quillfeather is fine too.")
    desk.sign(draft.id, "dr-li", PASS)
    return draft


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_signed_draft_leaves_whole_and_labelled(let_go, signed, tmp_path):
    release = let_go(signed.id)
    assert (release.id, release.draft, release.signed_by) == ("release-1", signed.id, ("dr-li",))
    found = contents(tmp_path / "out")
    assert sorted(found) == ["copy.txt", "summary.txt"]
    for file in release.files:
        assert hashlib.sha256(found[file.path]).hexdigest() == file.sha256
        assert file.label == "AI-generated content, release-1"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_same_command_again_writes_the_same_bytes_and_never_releases_twice(let_go, signed, tmp_path, desk):
    first = let_go(signed.id)
    assert let_go(signed.id) == first
    assert let_go(signed.id, "elsewhere") == first
    assert contents(tmp_path / "out") == contents(tmp_path / "elsewhere")
    assert desk.store.releases() == ("release-1",)
    assert export_again(desk.store, "release-1", tmp_path / "third") == first


def test_nothing_unsigned_leaves(let_go, draft_of, tmp_path, desk):
    with pytest.raises(Refused) as caught:
        let_go(draft_of("Fine.").id)
    assert caught.value.exit_code == 5
    assert not (tmp_path / "out").exists() and desk.store.releases() == ()


def test_two_signers_are_two_people(let_go, signed, desk):
    with pytest.raises(Refused):
        let_go(signed.id, signers=2)
    desk.sign(signed.id, "dr-li", PASS)
    with pytest.raises(Refused):
        let_go(signed.id, signers=2)
    desk.sign(signed.id, "dr-wu", PASS)
    assert let_go(signed.id, signers=2).signed_by == ("dr-li", "dr-wu")


def test_an_edit_after_signing_keeps_the_draft_in(let_go, signed, desk):
    desk.decide(signed.id, "dr-li", "edit", "s1", "Finer.")
    with pytest.raises(Refused):
        let_go(signed.id)


@pytest.mark.parametrize("check", [lambda _: "", lambda _: {}["label"], lambda _: [][0], lambda _: str(b"\xff", "ascii")])
def test_a_file_without_its_label_keeps_everything_in(let_go, signed, tmp_path, desk, check):
    writers = (
        FileWriter("a.txt", "text/plain", lambda _: b"AI", lambda _: "AI"),
        FileWriter("b.txt", "text/plain", lambda _: b"AI", check),
    )
    with pytest.raises(Refused):
        let_go(signed.id, writers=writers)
    assert not (tmp_path / "out").exists() and desk.store.releases() == ()
    assert desk.store.draft_row(signed.id).state == "signed"


def test_a_label_that_cannot_be_made_blocks_the_release(let_go, signed, tmp_path, desk):
    def no_provider_code(draft, release_id):
        raise Refused("XL-LABEL-001", "the provider code is not set", fix="set it")

    with pytest.raises(Refused):
        let_go(signed.id, label=no_provider_code)
    assert not (tmp_path / "out").exists() and desk.store.releases() == ()
    assert let_go(signed.id).id == "release-1"


def test_a_writer_that_breaks_leaves_nothing_behind(let_go, signed, tmp_path, desk):
    def breaks(document):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        let_go(
            signed.id,
            writers=(FileWriter("a.txt", "text/plain", lambda _: b"AI", lambda _: "AI"), FileWriter("b.txt", "", breaks, lambda _: "AI")),
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["house"]
    assert desk.store.releases() == ()


def test_other_files_are_never_overwritten_nor_mixed_with(let_go, signed, tmp_path, desk):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError):
        let_go(signed.id)
    assert contents(tmp_path / "out") == {"mine.txt": b"mine"} and desk.store.releases() == ()
    with pytest.raises(UsageError):
        let_go(signed.id, "out/mine.txt")
    with pytest.raises(UsageError):
        let_go(signed.id, "house/out")


def test_an_empty_folder_may_be_named(let_go, signed, tmp_path):
    (tmp_path / "out").mkdir()
    let_go(signed.id)
    assert len(contents(tmp_path / "out")) == 2


def test_the_writer_gets_what_was_signed_and_the_cited_sources(let_go, signed):
    seen = []
    writer = FileWriter("a.txt", "text/plain", lambda document: seen.append(document) or b"AI", lambda _: "AI")
    let_go(signed.id, writers=(writer,))
    [document] = seen
    assert document.draft == signed
    assert dict(document.sources) == {"Condition/c1": b'{"resourceType":"Condition"}'}
    assert document.patient == b'{"resourceType":"Patient"}'
    assert [signature.signer for signature in document.signatures] == ["dr-li"]


def test_an_amendment_is_reviewed_signed_and_released_anew_and_supersedes(let_go, signed, desk):
    first = let_go(signed.id)
    with pytest.raises(Refused):
        desk.decide(signed.id, "dr-li", "edit", "s1", "Finer.")
    fresh = desk.amend(first.id, "dr-wu", "a result came late")
    assert fresh.revision == 2 and desk.amend(first.id, "dr-wu", "again").revision == 2
    with pytest.raises(Refused):
        let_go(signed.id, "second")
    desk.decide(signed.id, "dr-wu", "edit", "s1", "Finer.")
    desk.sign(signed.id, "dr-wu", PASS)
    second = let_go(signed.id, "second")
    assert second.id == "release-2"
    assert [desk.store.release(name).state for name in ("release-1", "release-2")] == ["superseded", "released"]


@pytest.mark.parametrize("meddling", ["UPDATE drafts SET state = 'signed'", "UPDATE drafts SET state = 'released'"])
def test_a_state_written_from_outside_opens_no_door(let_go, draft_of, desk, meddling):
    draft = draft_of("Fine.")
    with sqlite3.connect(desk.store.home / "xinglin.db") as outside:
        outside.execute(meddling)
    outside.close()
    with pytest.raises(Refused):
        let_go(draft.id)


def test_a_kept_file_changed_from_outside_does_not_leave(let_go, signed, desk):
    release = let_go(signed.id)
    name = desk.store.release(release.id).blobs[0]
    path = desk.store.home / "blobs" / name[:2] / name
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(InvalidInput):
        let_go(signed.id, "again")


def test_released_files_lie_sealed_in_the_house(let_go, signed, desk):
    let_go(signed.id)
    everything = b"".join(path.read_bytes() for path in desk.store.home.rglob("*") if path.is_file())
    assert b"Quillfeather" not in everything


def test_the_ledger_names_the_release_and_is_whole(let_go, signed, desk):
    let_go(signed.id)
    assert "released revision 1" in [entry.what for entry in desk.store.ledger.entries(signed.id)]
    assert desk.store.verify().whole
