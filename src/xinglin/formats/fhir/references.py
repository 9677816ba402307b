"""Where a FHIR reference points: "Patient/1", a URL, urn:uuid, a contained part, or a search.

All of them come down to "Type/id" when that can be told from the text alone; the rest is looked up.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_RELATIVE = re.compile(
    r"(?:https?://[^?#\s]+/)?([A-Z][A-Za-z]{1,63}/[^\s/#?|]{1,128})(?:/_history/[^\s/#?|]{1,128})?(?:\?_format=[a-z+/]+)?\Z"
)
_ID = re.compile(r"[^\s/#?|]{1,128}\Z")
URN = "urn:uuid:"
BY_IDENTIFIER = b"?identifier="  # stands in every reference that is a search


def target(reference: str) -> str:
    """The "Type/id" of a literal reference, relative or absolute, with any version left out; "" when it has none."""
    return _target(reference) if len(reference) <= _LONGEST else ""


_LONGEST = 1024  # longer texts are no references, and would fill the memory of answers below


@lru_cache(maxsize=65536)
def _target(reference: str) -> str:
    match = _RELATIVE.match(reference)
    return match.group(1) if match else ""


def is_id(text: Any) -> bool:
    """Whether this can be the id of a resource. Wider than FHIR (underscores and length occur), but no path."""
    return text.__class__ is str and _ID.match(text) is not None


def urn_id(reference: str) -> str:
    """The id inside urn:uuid or urn:oid, or ""."""
    if reference.startswith(URN):
        return reference[9:]
    return reference[8:] if reference.startswith("urn:oid:") else ""


def search_of(reference: str) -> tuple[str, str, str] | None:
    """Type, system and value of a conditional reference "Practitioner?identifier=system|value"."""
    kind, question, query = reference.partition("?")
    if not question or not query.startswith("identifier="):
        return None
    system, bar, value = query[11:].partition("&")[0].rpartition("|")
    return (kind.rsplit("/", 1)[-1], system if bar else "", value)
