"""Reading, deciding and signing."""

from __future__ import annotations

import sqlite3

import msgspec
import pytest

from xinglin.records.errors import InvalidInput, NotAllowed, NotFound, Refused, UsageError
from xinglin.review.desk import Desk

PASS = "correct horse battery"


def states(desk):
    return {row.id: row.state for row in desk.store.drafts()}


def test_a_draft_goes_from_queued_to_in_review_to_signed(desk, draft_of):
    draft = draft_of("Fine.")
    assert states(desk) == {draft.id: "queued"}
    desk.decide(draft.id, "dr-li", "accept", "s1")
    assert states(desk) == {draft.id: "in review"}
    desk.sign(draft.id, "dr-li", PASS)
    assert states(desk) == {draft.id: "signed"}
    assert [row.id for row in desk.queue()] == [draft.id]


def test_an_edit_makes_a_new_rechecked_revision_by_a_person(desk, draft_of):
    draft = draft_of("This is wrong.", "Fine.")
    edited = desk.decide(draft.id, "dr-li", "edit", "1", "This is right.")
    assert (edited.revision, edited.statements[0].text, edited.statements[0].by) == (2, "This is right.", "person")
    assert (edited.statements[0].faithful, edited.issues) == ("supported", ())
    assert edited.statements[1] == draft.statements[1]
    assert desk.store.draft(draft.id, 1) == draft


def test_an_edit_that_brings_in_an_error_is_caught_by_the_recheck(desk, draft_of):
    draft = draft_of("Fine.")
    desk.decide(draft.id, "dr-li", "edit", "s1", "This is wrong.")
    with pytest.raises(Refused):
        desk.sign(draft.id, "dr-li", PASS)


def test_a_rejected_sentence_is_gone_and_an_important_fact_is_listed_as_omitted(desk, draft_of):
    draft = draft_of("First.", "Second.", "Third.")
    after = desk.decide(draft.id, "dr-li", "reject", "s1", reason="not so")
    assert [s.id for s in after.statements] == ["s2", "s3"]
    assert [omission.fact for omission in after.omissions] == ["f1"]
    after = desk.decide(draft.id, "dr-li", "reject", "s2", reason="not so")
    assert [omission.fact for omission in after.omissions] == ["f1"]


@pytest.mark.parametrize(
    ("action", "statement", "text", "reason"),
    [("reject", "s1", "", " "), ("reject", "", "", ""), ("edit", "s1", "  ", ""), ("edit", "s1", "Fine.", ""), ("edit", "", "New.", "")],
)
def test_decisions_without_their_reason_or_words_are_refused(desk, draft_of, action, statement, text, reason):
    draft = draft_of("Fine.")
    with pytest.raises(UsageError):
        desk.decide(draft.id, "dr-li", action, statement, text, reason)
    assert desk.store.decisions(draft.id) == ()


def test_an_unknown_sentence_is_not_found(desk, draft_of):
    with pytest.raises(NotFound):
        desk.decide(draft_of("Fine.").id, "dr-li", "accept", "s9")


def test_a_stop_blocks_signing_and_no_reason_answers_for_it(desk, draft_of):
    draft = draft_of("This is wrong.", "Fine.")
    desk.decide(draft.id, "dr-li", "accept", "s1", reason="I know better")
    with pytest.raises(Refused) as caught:
        desk.sign(draft.id, "dr-li", PASS)
    assert caught.value.exit_code == 5
    assert [(issue.severity, issue.statement) for issue in caught.value.issues] == [("stop", "s1")]


def test_an_unsupported_sentence_needs_an_accept_with_a_reason(desk, draft_of):
    draft = draft_of("This is doubtful.", "Odd is fine.")
    for reason in ("", "   "):
        desk.decide(draft.id, "dr-li", "accept", "s1", reason=reason)
        with pytest.raises(Refused):
            desk.sign(draft.id, "dr-li", PASS)
    desk.decide(draft.id, "dr-li", "accept", "s1", reason="told by the patient today")
    desk.sign(draft.id, "dr-li", PASS)


def test_an_accept_holds_over_edits_elsewhere_and_ends_with_an_edit_of_the_sentence(desk, draft_of):
    draft = draft_of("This is doubtful.", "Fine.")
    desk.decide(draft.id, "dr-li", "accept", "s1", reason="told by the patient today")
    desk.decide(draft.id, "dr-li", "edit", "s2", "Finer.")
    assert desk.blocking(desk.store.draft(draft.id)) == ()
    desk.decide(draft.id, "dr-li", "edit", "s1", "This is more doubtful.")
    assert desk.blocking(desk.store.draft(draft.id)) != ()


def test_a_draft_with_nothing_left_cannot_be_signed(desk, draft_of):
    draft = draft_of("Fine.")
    desk.decide(draft.id, "dr-li", "reject", "s1", reason="no")
    with pytest.raises(Refused):
        desk.sign(draft.id, "dr-li", PASS)


def test_a_rejected_draft_is_closed(desk, draft_of):
    draft = draft_of("Fine.")
    desk.decide(draft.id, "dr-li", "reject", reason="wrong patient")
    assert states(desk) == {draft.id: "rejected"} and desk.queue() == ()
    for act in (lambda: desk.sign(draft.id, "dr-li", PASS), lambda: desk.decide(draft.id, "dr-li", "accept", "s1")):
        with pytest.raises(Refused):
            act()


def test_an_edit_after_a_signature_voids_it(desk, draft_of):
    draft = draft_of("Fine.")
    desk.sign(draft.id, "dr-li", PASS)
    edited = desk.decide(draft.id, "dr-wu", "edit", "s1", "Finer.")
    assert desk.verify_signatures(edited) == ()
    assert states(desk) == {draft.id: "in review"}
    desk.sign(draft.id, "dr-li", PASS)
    assert len(desk.verify_signatures(edited)) == 1


def test_an_accept_by_the_second_signer_does_not_void_the_first_signature(desk, draft_of):
    draft = draft_of("Fine.")
    desk.sign(draft.id, "dr-li", PASS)
    desk.decide(draft.id, "dr-wu", "accept", "s1")
    desk.sign(draft.id, "dr-wu", PASS, "reviewer")
    assert [(s.signer, s.meaning) for s in desk.verify_signatures(draft)] == [("dr-li", "author"), ("dr-wu", "reviewer")]
    assert states(desk) == {draft.id: "signed"}


def test_signing_twice_gives_the_same_signature_and_counts_once(desk, draft_of):
    draft = draft_of("Fine.")
    assert desk.sign(draft.id, "dr-li", PASS) == desk.sign(draft.id, "dr-li", PASS)
    assert len(desk.verify_signatures(draft)) == 1


def test_a_wrong_passphrase_signs_nothing(desk, draft_of):
    draft = draft_of("Fine.", "Also fine.")
    desk.sign(draft_of("Other.").id, "dr-li", PASS)
    with pytest.raises(NotAllowed):
        desk.sign(draft.id, "dr-li", "wrong passphrase")
    assert desk.store.signatures(draft.id, 1) == ()


def test_a_revoked_key_takes_its_signatures_along(desk, draft_of):
    draft = draft_of("Fine.")
    desk.sign(draft.id, "dr-li", PASS)
    desk.keys.revoke("dr-li", "admin")
    assert desk.verify_signatures(draft) == ()


@pytest.mark.parametrize("name", ["signer", "meaning", "at", "digest", "signature", "key"])
def test_a_signature_with_any_part_exchanged_does_not_hold(desk, draft_of, name):
    from xinglin.review.signing import holding

    draft = draft_of("Fine.")
    signature = desk.sign(draft.id, "dr-li", PASS)
    other = {"signer": "dr-wu", "meaning": "reviewer", "at": "2020-01-01T00:00:00Z"}.get(name, "ab" * 32)
    forged = msgspec.structs.replace(signature, **{name: other})
    assert holding(draft, (), (signature,), lambda *_: True) == (signature,)
    assert holding(draft, (), (forged,), lambda *_: True) == ()


def test_one_person_or_one_key_never_counts_as_two_signers(desk, draft_of):
    from xinglin.review.signing import digest_of, holding, signed

    draft = draft_of("Fine.")
    one, two = desk.keys.unlock("dr-li", PASS), desk.keys.unlock("dr-wu", PASS)
    digest = digest_of(draft, ())
    by = [
        signed(key, user, digest, "2026-03-01T00:00:00Z", "author")
        for key, user in ((one, "dr-li"), (one, "dr-wu"), (two, "Dr-Li"), (two, "dr-wu"))
    ]
    assert holding(draft, (), by, lambda *_: True) == (by[0], by[3])


def test_a_signature_of_another_draft_does_not_hold_here(desk, draft_of):
    from xinglin.review.signing import holding

    one, two = draft_of("Fine."), draft_of("Also fine.")
    signature = desk.sign(one.id, "dr-li", PASS)
    assert holding(two, (), (signature,), lambda *_: True) == ()


@pytest.mark.parametrize(
    "meddling", ["DELETE FROM decisions", "UPDATE drafts SET revision = 1, state = 'signed'", "DELETE FROM signatures"]
)
def test_papers_changed_from_outside_stop_everything(desk, draft_of, meddling):
    draft = draft_of("This is doubtful.", "Fine.")
    desk.decide(draft.id, "dr-li", "edit", "s1", "Fine too.")
    desk.sign(draft.id, "dr-li", PASS)
    with sqlite3.connect(desk.store.home / "xinglin.db") as outside:
        outside.execute(meddling)
    outside.close()
    with pytest.raises((Refused, InvalidInput)):
        desk.verify_signatures(desk.store.draft(draft.id))


def test_a_key_slipped_into_the_database_is_nobodys(desk, draft_of):
    draft = draft_of("Fine.")
    desk.sign(draft.id, "dr-li", PASS)
    with sqlite3.connect(desk.store.home / "xinglin.db") as outside:
        outside.execute("UPDATE signer_keys SET user = 'dr-wu'")
    outside.close()
    assert desk.verify_signatures(draft) == ()


def test_a_recheck_that_rewrites_sentences_is_a_bug_that_is_not_kept(house, draft_of):
    desk = Desk(house, lambda draft: msgspec.structs.replace(draft, statements=()))
    with pytest.raises(TypeError):
        desk.decide(draft_of("Fine.", "Fine too.").id, "dr-li", "edit", "s1", "Finer.")
    assert house.drafts()[0].revision == 1


def test_the_ledger_is_whole_after_all_of_it(desk, draft_of):
    draft = draft_of("Fine.")
    desk.decide(draft.id, "dr-li", "edit", "s1", "Finer.")
    desk.sign(draft.id, "dr-li", PASS)
    assert desk.store.verify().whole
