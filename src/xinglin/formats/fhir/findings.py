"""What was found wrong, doubtful or missing while reading a record.

A finding names a place (resource and element), a reason and a remedy, never a patient's value, so that it
may be shown, logged and sent to whoever made the file.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Severity = Literal["note", "warning", "stop"]
FindingKind = Literal["doubtful", "missing", "set_aside", "unread", "left_over"]


class Finding(Struct, frozen=True, order=True):
    """One row of the record-quality report. `place` is "Observation/f001 valueQuantity.unit" or a file and line.

    `kind`: doubtful (kept, but look at it), missing (expected and absent), set_aside (a resource that is not
    used), unread (a file or line that could not be read), left_over (belongs to nobody in the input).
    """

    code: str
    severity: Severity
    kind: FindingKind
    place: str
    reason: str
    remedy: str = ""
    count: int = 1
