"""What a signature covers, and whether it still holds.

A signer signs the digest of one revision and of every decision on record at that moment. The message also
names signer, time and meaning, so none of them can be exchanged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from xinglin.records.draft import Decision, Draft, Signature
from xinglin.review.keys import same_person

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def digest_of(draft: Draft, decisions: Sequence[Decision]) -> str:
    """SHA-256 (hex) over the canonical JSON of the revision and of the decisions, in order."""
    *_, last = _digests(draft, decisions)
    return last


def _digests(draft: Draft, decisions: Sequence[Decision]) -> Iterator[str]:
    """The digest with none of the decisions, with the first, with the first two, ..."""
    running = hashlib.sha256(b"xinglin signed content 1\n" + _canonical(draft))
    yield running.hexdigest()
    for decision in decisions:
        running.update(b"\n" + _canonical(decision))
        yield running.hexdigest()


def _canonical(paper: Draft | Decision) -> bytes:
    told = msgspec.to_builtins(paper)
    if isinstance(paper, Draft) and not paper.tables:  # what was signed before drafts had tables keeps its digest
        del told["tables"]
        for statement in told["statements"]:
            del statement["cell"]
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def signed(private: Ed25519PrivateKey, signer: str, digest: str, at: str, meaning: str) -> Signature:
    """The signature of `signer` under a digest."""
    key = private.public_key().public_bytes_raw().hex()
    return Signature(signer, key, digest, private.sign(_message(signer, digest, at, meaning)).hex(), at, meaning)


def _message(signer: str, digest: str, at: str, meaning: str) -> bytes:
    return json.dumps(["xinglin signature 1", signer, digest, at, meaning], ensure_ascii=False).encode()


def holding(
    draft: Draft, decisions: Sequence[Decision], signatures: Sequence[Signature], is_key_of: Callable[[str, str], bool]
) -> tuple[Signature, ...]:
    """Those signatures that hold for this revision, at most one per person and per key.

    A decision that came after a signature (an accept by the second signer) does not void it; an edit or a
    rejection makes another revision, and does. `is_key_of(user, public)` says whose key is in use.
    """
    digests = set(_digests(draft, decisions))
    found: list[Signature] = []
    for signature in signatures:
        apart = not any(same_person(signature.signer, other.signer) or signature.key == other.key for other in found)
        if apart and signature.digest in digests and is_key_of(signature.signer, signature.key) and _is_genuine(signature):
            found.append(signature)
    return tuple(found)


def _is_genuine(signature: Signature) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.key))
        public.verify(bytes.fromhex(signature.signature), _message(signature.signer, signature.digest, signature.at, signature.meaning))
    except (InvalidSignature, ValueError):
        return False
    return True
