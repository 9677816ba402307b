"""Signers' keys: each signer has an own Ed25519 key that only their passphrase unlocks.

With enrolment "open" the first signing of an unknown user enrols them, and the ledger says so; with
"closed" an administrator enrols people beforehand.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec.structs import replace

from xinglin.records.errors import NotAllowed, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from xinglin.store import SignerKey, Store

Enrolment = Literal["open", "closed"]
SHORTEST = 8  # characters of a passphrase
TRIES = 5  # wrong passphrases in a row before one has to wait
FIRST_WAIT_S, LONGEST_WAIT_S = 60, 3600


class LockCost(msgspec.Struct, frozen=True):
    """How hard a passphrase is to guess: scrypt's parameters (RFC 7914). The default takes 128 MiB."""

    n: int = 2**17
    r: int = 8
    p: int = 1


class _Lock(msgspec.Struct):
    cost: LockCost
    salt: bytes
    sealed: bytes


def same_person(one: str, other: str) -> bool:
    """Whether two user names are the same but for case and Unicode form."""
    return _folded(one) == _folded(other)


def _folded(user: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", user).casefold())


class SigningKeys:
    """The keys of one house's signers."""

    def __init__(self, store: Store, enrolment: Enrolment = "open", cost: LockCost | None = None) -> None:
        self._store, self._enrolment, self._cost = store, enrolment, cost or LockCost()

    def enrol(self, user: str, passphrase: str, how: str = "enrolled") -> SignerKey:
        """A new key for a user who has none. Raises NotAllowed (has one, or is too like another user), UsageError (passphrase)."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        _check_user(user)
        _check_passphrase(passphrase)
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw().hex()
        locked = self._lock(private, user, public, passphrase)
        with self._store.together():
            for key in self._store.signer_keys():
                if key.user != user and same_person(key.user, user):
                    raise NotAllowed(
                        "XL-SIGN-001", "a user of almost the same name is enrolled", fix="use the name exactly as it was enrolled"
                    )
                if key.user == user and key.state == "active":
                    raise NotAllowed("XL-SIGN-002", f"{user} already has a key", fix="sign with it, or revoke it first")
            return self._store.add_signer_key(user, public, locked, how)

    def active(self, user: str) -> SignerKey | None:
        """The user's key in use, or None."""
        return next((key for key in self._store.signer_keys(user) if key.state == "active"), None)

    def unlock(self, user: str, passphrase: str) -> Ed25519PrivateKey:
        """The private key; enrols an unknown user where enrolment is open. Raises NotAllowed, UsageError."""
        _check_user(user)
        key = self.active(user)
        if key is not None:
            return self._open(key, passphrase)
        if self._store.knows_signer(user):
            raise NotAllowed("XL-SIGN-003", f"{user} has no key in use any more", fix="an administrator has to enrol the user anew")
        if self._enrolment == "closed":
            raise NotAllowed("XL-SIGN-004", f"{user} is not enrolled as a signer", fix="an administrator has to enrol the user first")
        return self._open(self.enrol(user, passphrase, "enrolled at first signing"), passphrase)

    def change_passphrase(self, user: str, old: str, new: str) -> None:
        """Lock the same key with another passphrase."""
        _check_passphrase(new)
        key = self._key_of(user)
        private = self._open(key, old)
        fresh = replace(key, locked=self._lock(private, user, key.public, new), failures=0, wait_until="")
        self._store.change_signer_key(fresh, user, "passphrase changed")

    def revoke(self, user: str, by: str) -> None:
        """The key signs no more, and what it signed and was not yet released has to be signed again."""
        self._store.change_signer_key(replace(self._key_of(user), state="revoked"), by, "revoked")

    def _key_of(self, user: str) -> SignerKey:
        key = self.active(user)
        if key is None:
            raise NotAllowed("XL-SIGN-004", f"{user} is not enrolled as a signer", fix="an administrator has to enrol the user first")
        return key

    def _lock(self, private: Ed25519PrivateKey, user: str, public: str, passphrase: str) -> bytes:
        salt = os.urandom(16)
        sealed = _cipher(passphrase, salt, self._cost).encrypt(bytes(12), private.private_bytes_raw(), _place(user, public))
        return msgspec.msgpack.encode(_Lock(self._cost, salt, sealed))

    def _open(self, key: SignerKey, passphrase: str) -> Ed25519PrivateKey:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        now = self._store.clock()
        if key.wait_until and now < datetime.fromisoformat(key.wait_until):
            raise NotAllowed(
                "XL-SIGN-005", "too many wrong passphrases", why=f"{key.failures} in a row", fix=f"try again after {key.wait_until}"
            )
        lock = msgspec.msgpack.decode(key.locked, type=_Lock)
        try:
            raw = _cipher(passphrase, lock.salt, lock.cost).decrypt(bytes(12), lock.sealed, _place(key.user, key.public))
        except InvalidTag:
            self._count_failure(key, now)
            raise NotAllowed(
                "XL-SIGN-006", "the passphrase is wrong", where=key.user, fix="type it again; it is asked for on the terminal"
            ) from None
        if key.failures:
            self._store.change_signer_key(replace(key, failures=0, wait_until=""), key.user, "unlocked after wrong passphrases")
        return Ed25519PrivateKey.from_private_bytes(raw)

    def _count_failure(self, key: SignerKey, now: datetime) -> None:
        """On record at once: unlocking is never part of a larger transaction, which could be undone."""
        failures = key.failures + 1
        wait_s = min(FIRST_WAIT_S * 2 ** min(failures - TRIES, 30), LONGEST_WAIT_S) if failures >= TRIES else 0
        until = (now + timedelta(seconds=wait_s)).isoformat(timespec="seconds") if wait_s else ""
        self._store.change_signer_key(replace(key, failures=failures, wait_until=until), key.user, "wrong passphrase")


def _cipher(passphrase: str, salt: bytes, cost: LockCost) -> AESGCM:
    """A cipher whose key is stretched from the passphrase; each salt is used for one message, so the nonce may be fixed."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    words = unicodedata.normalize("NFKC", passphrase).encode()
    memory = 256 * cost.n * cost.r * cost.p + (1 << 20)
    return AESGCM(hashlib.scrypt(words, salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=memory, dklen=32))


def _place(user: str, public: str) -> bytes:
    return f"signer key\n{user}\n{public}".encode()


def _check_user(user: str) -> None:
    if not user or user != user.strip() or len(user) > 200 or not user.isprintable():
        raise UsageError("XL-SIGN-007", "the user name cannot be used", fix="1 to 200 printable characters, no space at either end")


def _check_passphrase(passphrase: str) -> None:
    if len(passphrase.strip()) < SHORTEST or len(set(passphrase)) < 3:
        raise UsageError("XL-SIGN-008", "the passphrase is too weak", fix=f"at least {SHORTEST} characters, not all alike")
