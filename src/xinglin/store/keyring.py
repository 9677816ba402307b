"""The keys of the house: one key per person, each wrapped by the house's key-encryption key.

A person is erased by destroying the wrapped key. The key-encryption key lies in its own file, apart
from the database, readable by its owner alone; rotating it re-wraps keys and touches no content.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from xinglin.records.errors import InvalidInput
from xinglin.store.blobs import write_durably


class Sealer:
    """Seals and opens bytes under one person's key (AES-256-GCM, NIST SP 800-38D; random 96-bit nonces).

    `place` names the row or blob and is bound to the content: a row copied elsewhere does not open.
    """

    def __init__(self, key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher = AESGCM(hashlib.blake2b(b"xinglin seal", key=key, digest_size=32).digest())
        self._digest_key = hashlib.blake2b(b"xinglin digest", key=key, digest_size=32).digest()

    def seal(self, plain: bytes, place: str) -> bytes:
        """Nonce (12 bytes), ciphertext and tag."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """The plain bytes. Raises InvalidInput when they were changed or moved from their place."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], place.encode())
        except (InvalidTag, ValueError):
            raise InvalidInput(
                "XL-STORE-003", "something kept was changed from outside", where=place,
                why="its authentication tag does not match", fix="restore the house from a backup and run: xinglin audit verify",
            ) from None  # fmt: skip

    def digest(self, plain: bytes) -> str:
        """A keyed digest, 64 hex characters. Without this person's key it says nothing about the content."""
        return hashlib.blake2b(plain, key=self._digest_key, digest_size=32).hexdigest()


class KeyRing:
    """The key-encryption keys of a house, from `HOME/keys/key-encryption.json` (mode 0600)."""

    def __init__(self, home: Path) -> None:
        self.path = home / "keys" / "key-encryption.json"
        self._keys: dict[str, bytes] = {}
        self.current = ""

    def make(self) -> None:
        """A first key, when there is none yet."""
        if not self.path.exists():
            self.add()

    def load(self) -> None:
        """Read the key file. Raises InvalidInput when it is missing, unreadable or open to others."""
        try:
            if self.path.stat().st_mode & 0o077:
                raise InvalidInput("XL-STORE-005", "the key file can be read by others", where=str(self.path), fix=f"chmod 600 {self.path}")
            content = json.loads(self.path.read_text())
            self._keys = {name: bytes.fromhex(key) for name, key in content["keys"].items()}
            self.current = content["current"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidInput(
                "XL-STORE-006", "the key file of the house cannot be read", where=str(self.path),
                why=type(error).__name__, fix="put the key file back from its backup; without it nothing in this house opens",
            ) from None  # fmt: skip

    def add(self) -> None:
        """A fresh key becomes the current one; older ones stay until `keep_only`."""
        name = os.urandom(8).hex()
        self._keys[name] = os.urandom(32)
        self.current = name
        self._write()

    def keep_only(self, names: Iterable[str]) -> None:
        """Destroy every key but the current one and `names`."""
        for aside in self._asides():
            aside.unlink()
        keep = {*names, self.current}
        if set(self._keys) - keep:
            self._keys = {name: key for name, key in self._keys.items() if name in keep}
            self._write()

    def has_leftovers(self) -> bool:
        """Whether a rotation was interrupted: more than one key, or a key file half written."""
        return len(self._keys) > 1 or bool(self._asides())

    def _asides(self) -> list[Path]:
        return list(self.path.parent.glob(f".{self.path.name}.*.partial"))

    def wrap(self, key: bytes, place: str) -> tuple[str, bytes]:
        """(name of the key-encryption key, wrapped key)."""
        return self.current, Sealer(self._keys[self.current]).seal(key, f"key:{place}")

    def unwrap(self, name: str, wrapped: bytes, place: str) -> bytes:
        """The key again. Reads the key file anew when another process has rotated it."""
        if name not in self._keys:
            self.load()
        if name not in self._keys:
            raise InvalidInput(
                "XL-STORE-007", "a key-encryption key is missing", where=str(self.path), fix="put the key file back from its backup"
            )
        return Sealer(self._keys[name]).open(wrapped, f"key:{place}")

    def _write(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = json.dumps({"current": self.current, "keys": {name: key.hex() for name, key in self._keys.items()}})
        write_durably(self.path, content.encode())
