"""The marks on every resource Xinglin writes: how a reader tells our words from the record's facts.

Whatever carries one of these marks was made here and is never read back as a fact about a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

OBSERVATION_VALUE: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
ACT_REASON: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
AI_ASSERTED: Final = {"system": OBSERVATION_VALUE, "code": "AIAST", "display": "Artificial Intelligence asserted"}
TEST_DATA: Final = {"system": ACT_REASON, "code": "HTEST", "display": "test health data"}

RELEASE_SOURCE: Final = "urn:xinglin:release:"  # meta.source of everything in a release that is ours
RELEASE_SYSTEM: Final = "urn:xinglin:release"  # identifier.system of a release
AIGC_EXTENSION: Final = "urn:xinglin:aigc"  # the GB 45438-2025 object, as JSON text
STATEMENT_EXTENSION: Final = "urn:xinglin:statement"  # id of the sentence a Provenance speaks of
POINTER_EXTENSION: Final = "urn:xinglin:pointer"  # where in a source resource
KNOWLEDGE_EXTENSION: Final = "urn:xinglin:knowledge"  # knowledge row a sentence rests on
SIGNATURE_EXTENSION: Final = "urn:xinglin:signature"  # algorithm, public key and digest of a signature

_NAMESPACE: Final = UUID("6f0e1d7e-6a3b-5d0c-9a54-0d4f0b1c7a11")


def own_id(release: str, *parts: str) -> str:
    """The id of a resource of ours: the same release and parts always give the same UUID (version 5)."""
    return str(uuid5(_NAMESPACE, "\x1f".join((release, *parts))))


def own_meta(release: str, made_up: bool, ai: bool = True) -> dict[str, Any]:
    """`meta` of a resource of ours: the release it belongs to, AIAST where AI asserts it, HTEST for made-up people."""
    security = [*([AI_ASSERTED] if ai else ()), *([TEST_DATA] if made_up else ())]
    return {"source": RELEASE_SOURCE + release} | ({"security": security} if security else {})


def is_own(resource: Mapping[str, Any]) -> bool:
    """True when a resource was written by a Xinglin release, or is marked as asserted by AI by anyone."""
    meta = resource.get("meta")
    if meta is None or not isinstance(meta, Mapping) or ("security" not in meta and "source" not in meta):
        return False
    marks = meta.get("security")
    asserted = isinstance(marks, list) and any(isinstance(mark, Mapping) and mark.get("code") == "AIAST" for mark in marks)
    return asserted or str(meta.get("source", "")).startswith(RELEASE_SOURCE)
