"""Where each resource of a document lives in its Bundle, so that every reference in it still resolves.

Source resources are copied byte for byte, so their references cannot be changed; the entry addresses
(fullUrl) are chosen to suit them instead. FHIR R4, "Resolving references in Bundles": a relative reference
resolves against the base of a RESTful fullUrl; a `urn:uuid:` reference needs that very fullUrl.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

BASE: Final = "https://records.invalid/fhir/"  # RFC 2606: a name that can never be a real server
_ABSOLUTE = re.compile(r"^(https?://.+/)([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(/_history/.+)?$")


class Addresses:
    """Entry addresses for a set of resources named by "Type/id"."""

    def __init__(self, sources: Mapping[str, Mapping[str, Any]], patient: str) -> None:
        self.patient = patient
        written = {reference for body in sources.values() for reference in references_in(body)}
        self.base = next(
            (match[1] for match in map(_ABSOLUTE.match, sorted(written)) if match and f"{match[2]}/{match[3]}" in sources), BASE
        )
        self._full = {key: self._address(key, written) for key in sources}

    def _address(self, key: str, written: set[str]) -> str:
        urn = f"urn:uuid:{key.partition('/')[2]}"
        return urn if urn in written and key not in written else self.base + key

    def full_url(self, key: str) -> str:
        """The fullUrl of a source resource ("Observation/x"), or of one of ours."""
        return self._full.get(key, self.base + key)

    def reference(self, key: str) -> dict[str, str]:
        """How our own resources point at it: relative where that resolves, else by its fullUrl."""
        full = self.full_url(key)
        return {"reference": key if full == self.base + key else full}


def references_in(body: Any) -> Iterator[str]:
    """Every `reference` text in a resource, in reading order."""
    waiting = [body]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            reference = part.get("reference")
            if isinstance(reference, str):
                yield reference
            waiting.extend(_nested(part.values()))
        elif isinstance(part, list):
            waiting.extend(_nested(part))


def _nested(parts: Iterable[Any]) -> list[Any]:
    return [part for part in parts if isinstance(part, (Mapping, list))]
