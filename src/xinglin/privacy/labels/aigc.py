"""The implicit label of GB 45438-2025: one JSON object, key `AIGC`, seven text fields of plain printable letters.

Annex E itself was not open to us; the rules are as read in StarPluckerZ/AigcTotal
(src/AigcTotal.GB45438/Schema/AnnexEValidator.cs, docs/checks.md) and in the law pack `cn`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

FIELDS: Final = ("Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2")
REQUIRED: Final = ("Label", "ContentProducer", "ProduceID")
DEGREES: Final = {"1": "is AI-generated", "2": "may be AI-generated", "3": "is suspected to be AI-generated"}
_PLAIN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]*")  # printable ASCII without space, quotation mark and backslash
_PROVIDER = re.compile(r"0011([0-9A-HJ-NPQRTUWXY]{18})([0-9A-Za-z]{5})")
_CREDIT_LETTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def faults_of(aigc: Any) -> tuple[str, ...]:
    """What is wrong with an AIGC object, in words that never repeat a value; empty when nothing is."""
    if not isinstance(aigc, Mapping):
        return ("the AIGC label is not an object",)
    return tuple(_faults(aigc))


def _faults(aigc: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"field {name} is missing" for name in FIELDS if name not in aigc)
    unknown = len([name for name in aigc if name not in FIELDS])
    if unknown:
        yield f"{unknown} field(s) that the standard does not name"
    for name in FIELDS:
        value = aigc.get(name, "")
        if not isinstance(value, str):
            yield f"field {name} is not text"
        elif not _PLAIN.fullmatch(value):
            yield f"field {name} holds characters that are not allowed"
        elif name in REQUIRED and name in aigc and not value:
            yield f"field {name} is empty"
    if isinstance(aigc.get("Label"), str) and aigc["Label"] not in DEGREES:
        yield "field Label is none of 1, 2, 3"


def is_provider_code(code: str) -> bool:
    """True for a 27-character provider code: 001, 1, a valid unified social credit code, five letters or digits.

    The check letter of the credit code follows GB 32100-2015 (weights 3^i modulo 31).
    """
    match = _PROVIDER.fullmatch(code)
    return bool(match) and credit_check_letter(match[1][:17]) == match[1][17]


def credit_check_letter(first_seventeen: str) -> str:
    """The eighteenth letter of a unified social credit code (GB 32100-2015, ISO 7064 MOD 31-3)."""
    total = sum(_CREDIT_LETTERS.index(letter) * pow(3, place, 31) for place, letter in enumerate(first_seventeen))
    return _CREDIT_LETTERS[-total % 31]
