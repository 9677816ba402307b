"""What only this house writes: series it keeps, lesions marked in it, lungs it measured, genes it read. Read from outside, none of it is believed.

Our own words in a foreign record are taken out before it is kept; a resource under one of our own names is not taken in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from xinglin.formats.fhir.bundles import Found
from xinglin.formats.fhir.findings import Finding
from xinglin.formats.fhir.genomes import GENOME_EXTENSION, NAMED, PLACE_EXTENSION
from xinglin.formats.fhir.scans import LESION_EXTENSION, SCAN_EXTENSION
from xinglin.formats.fhir.strict import dumps

OUR_NAMES: Final = ("Observation/lesion-", "Observation/lungs-", "ImagingStudy/scan-", NAMED)
_OURS: Final = frozenset({SCAN_EXTENSION, LESION_EXTENSION, GENOME_EXTENSION, PLACE_EXTENSION})
_MARKS: Final = tuple(url.encode() for url in sorted(_OURS))


def is_our_name(found: Found) -> bool:
    """Whether a resource from outside goes by a name that only this house gives."""
    return found.reference.startswith(OUR_NAMES)


def refused(found: Found) -> Finding:
    """What is said of a resource that is not taken in for its name."""
    return Finding(
        "XL-INTAKE-071", "warning", "set_aside", found.place, "a resource under a name that only this house gives is not taken in",
        "take in the images themselves and mark the lesion here; or give the resource another id",
    )  # fmt: skip


def without_ours(found: Found) -> tuple[Found, Sequence[Finding]]:
    """The resource without the extensions that only this house writes, and a finding where it held one."""
    if not any(mark in found.raw for mark in _MARKS):
        return found, ()
    value = _without(found.value)
    if value == found.value:  # the words stand in a text, not as an extension
        return found, ()
    finding = Finding(
        "XL-INTAKE-070", "warning", "doubtful", found.reference, "it speaks of a scan or lesion in words only this house writes; they are left out",
        "take in the images themselves and mark the lesion here",
    )  # fmt: skip
    return msgspec.structs.replace(found, value=value, raw=dumps(value)), (finding,)


def _without(value: Any) -> Any:
    if value.__class__ is dict:
        inside = {name: _without(one) for name, one in value.items()}
        return {name: one for name, one in inside.items() if one != [] or value[name] == []}
    if value.__class__ is list:
        return [_without(one) for one in value if not (one.__class__ is dict and _is_ours(one.get("url")))]
    return value


def _is_ours(url: Any) -> bool:
    return url.__class__ is str and url in _OURS
