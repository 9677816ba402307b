"""What is kept of a trained model, whatever it learnt: files by name, one of them its card, and one hash that names them all.

A kind of model that is to be kept gives its files as bytes and a card that says its kind (`keeps`);
`training/kinds` knows who reads them again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Protocol

import msgspec
from msgspec.structs import replace

from xinglin.records.errors import InvalidInput
from xinglin.records.prediction import ModelCard

CARD = "card.json"


class Kept(Protocol):
    """A model fit to be kept: `files` holds all that it is, its card among them, and is the same for the same model."""

    @property
    def card(self) -> ModelCard:
        """What people read of it; `card.digest` is `digest_of(files())`."""
        ...

    def files(self) -> dict[str, bytes]:
        """What is kept, name -> bytes: `files_of(card, parts)`."""
        ...


def files_of(card: ModelCard, parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The parts and the card, the card without what people and the clock say later."""
    plain = replace(card, digest="", made_at="", promoted_by="")
    return {**parts, CARD: msgspec.json.format(msgspec.json.encode(plain), indent=1)}


def digest_of(files: Mapping[str, bytes]) -> str:
    """The SHA-256 that names a kept model: of its files, each by its own SHA-256, the last name first."""
    return hashlib.sha256(b"".join(hashlib.sha256(files[name]).digest() for name in sorted(files, reverse=True))).hexdigest()


def card_of(files: Mapping[str, bytes]) -> ModelCard:
    """The card among the files, with their digest. Raises InvalidInput XL-OUTCOME-010."""
    try:
        card = msgspec.json.decode(files[CARD], type=ModelCard)
    except (KeyError, msgspec.DecodeError) as error:
        raise InvalidInput(
            "XL-OUTCOME-010", "this is no kept model", where=CARD, why=type(error).__name__, fix="give what was saved"
        ) from None
    return replace(card, digest=digest_of(files))


def part_of(files: Mapping[str, bytes], name: str) -> bytes:
    """One of the files. Raises InvalidInput XL-OUTCOME-010 where it is not there."""
    if name not in files:
        raise InvalidInput("XL-OUTCOME-010", "this is no kept model", where=name, why="the file is missing", fix="give what was saved")
    return files[name]
