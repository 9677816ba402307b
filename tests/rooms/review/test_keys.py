"""Signers' keys."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from xinglin.records.errors import NotAllowed, UsageError
from xinglin.review.keys import LockCost, SigningKeys

CHEAP = LockCost(n=2, r=1, p=1)
PASS = "correct horse battery"


@pytest.fixture
def keys(house):
    return SigningKeys(house, cost=CHEAP)


def test_the_first_signing_of_an_unknown_user_enrols_them_and_the_ledger_says_so(house, keys):
    public = keys.unlock("dr-li", PASS).public_key().public_bytes_raw().hex()
    assert keys.active("dr-li").public == public
    assert keys.unlock("dr-li", PASS).public_key().public_bytes_raw().hex() == public
    [entry] = house.ledger.entries("signer-key-1")
    assert (entry.who, entry.what, entry.digest) == ("dr-li", "signer key: enrolled at first signing", public)


def test_where_enrolment_is_closed_an_unknown_user_is_not_allowed_until_enrolled(house):
    keys = SigningKeys(house, "closed", CHEAP)
    with pytest.raises(NotAllowed) as caught:
        keys.unlock("dr-li", PASS)
    assert caught.value.code == "XL-SIGN-004" and caught.value.fix
    keys.enrol("dr-li", PASS)
    keys.unlock("dr-li", PASS)


def test_a_wrong_passphrase_is_not_allowed_and_on_record(house, keys):
    keys.enrol("dr-li", PASS)
    with pytest.raises(NotAllowed) as caught:
        keys.unlock("dr-li", PASS + "x")
    assert caught.value.code == "XL-SIGN-006"
    assert [entry.what for entry in house.ledger.entries("signer-key-1")] == ["signer key: enrolled", "signer key: wrong passphrase"]


def test_after_five_wrong_passphrases_even_the_right_one_has_to_wait(keys, clock):
    keys.enrol("dr-li", PASS)
    for _ in range(5):
        with pytest.raises(NotAllowed):
            keys.unlock("dr-li", "wrong passphrase")
    with pytest.raises(NotAllowed) as caught:
        keys.unlock("dr-li", PASS)
    assert caught.value.code == "XL-SIGN-005"
    clock.time += timedelta(seconds=61)
    keys.unlock("dr-li", PASS)
    assert keys.active("dr-li").failures == 0


@pytest.mark.parametrize("weak", ["", "short", "       x", "aaaaaaaaaaaa"])
def test_a_weak_passphrase_is_refused(keys, weak):
    with pytest.raises(UsageError):
        keys.enrol("dr-li", weak)


@pytest.mark.parametrize("user", ["", " dr-li", "dr\nli", "x" * 201])
def test_a_name_that_cannot_be_shown_is_refused(keys, user):
    with pytest.raises(UsageError):
        keys.enrol(user, PASS)


def test_nobody_signs_under_almost_the_same_name(keys):
    keys.enrol("dr-li", PASS)
    with pytest.raises(NotAllowed):
        keys.unlock("Dr-Li", PASS)


def test_a_changed_passphrase_unlocks_the_same_key(keys):
    public = keys.enrol("dr-li", PASS).public
    keys.change_passphrase("dr-li", PASS, "another long one")
    with pytest.raises(NotAllowed):
        keys.unlock("dr-li", PASS)
    assert keys.unlock("dr-li", "another long one").public_key().public_bytes_raw().hex() == public


def test_a_revoked_key_does_not_unlock_and_first_use_does_not_bring_it_back(keys):
    keys.enrol("dr-li", PASS)
    keys.revoke("dr-li", "admin")
    with pytest.raises(NotAllowed):
        keys.unlock("dr-li", PASS)
    keys.enrol("dr-li", PASS)
    keys.unlock("dr-li", PASS)


@pytest.mark.parametrize(
    "meddling", ["DELETE FROM signer_keys", "UPDATE signer_keys SET user = 'x'", "UPDATE signer_keys SET state = 'revoked'"]
)
def test_first_use_does_not_let_another_sign_for_a_user_whose_key_was_taken_from_the_database(house, keys, meddling):
    keys.enrol("dr-li", PASS)
    outside = sqlite3.connect(house.home / "xinglin.db")
    outside.execute(meddling)
    outside.commit()
    outside.close()
    with pytest.raises(NotAllowed) as caught:
        keys.unlock("dr-li", "the attacker's own")
    assert caught.value.code == "XL-SIGN-003"
    keys.enrol("dr-li", PASS)
    keys.unlock("dr-li", PASS)


def test_neither_private_key_nor_passphrase_lies_on_the_disk(house, keys):
    private = keys.unlock("dr-li", PASS).private_bytes_raw()
    house.close()
    everything = b"".join(path.read_bytes() for path in house.home.rglob("*") if path.is_file())
    assert private not in everything and private.hex().encode() not in everything and PASS.encode() not in everything
