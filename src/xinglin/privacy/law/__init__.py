"""Law packs: what a country asks of AI-made medical content, as dated rows with where each was read.

A pack is a TOML file beside this one. It is data for gates and labels, not legal advice; rows whose text was
read only in a secondary page say so (`read = "secondary"`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

from xinglin.records.errors import NotFound

NAMES = ("cn", "eu", "us")


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing a law asks. `read`: "primary" (the law's own text), "copy" (its text on another site), "secondary"."""

    id: str
    law: str
    clause: str
    in_force: str
    asks: str
    read: Literal["primary", "copy", "secondary"]
    sources: tuple[str, ...]


class LawPack(Struct, frozen=True, forbid_unknown_fields=True):
    """All rows of one country or union, and the switches that follow from them."""

    name: str
    title: str
    read_on: str
    needs_provider_code: bool
    forbids_medication_requests: bool
    rules: tuple[Rule, ...]


@cache
def law_pack(name: str) -> LawPack:
    """The pack of that name. Raises NotFound for any other than `NAMES`."""
    if name not in NAMES:
        raise NotFound("XL-LAW-001", f"no law pack is called {name!r}", fix=f"one of: {', '.join(NAMES)}")
    table = tomllib.loads((files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))
    return msgspec.convert(table, LawPack)


def may_propose_medicines(packs: Sequence[str]) -> bool:
    """Whether a proposal of a medicine may leave as a MedicationRequest: a law is named, and none of those named forbids it.

    Where no law is set nothing is known to allow it, and options leave in words alone.
    """
    return bool(packs) and not any(law_pack(name).forbids_medication_requests for name in packs)
