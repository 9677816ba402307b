"""Places that a model shows to a reader: candidates. None of them is a finding; what a person confirms is marked as a lesion, and that is one.

Places are LPS millimetres, as everywhere.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from xinglin.records.imaging import Point_mm

NOT_A_FINDING = {
    "en": "Candidate for a reader, not a finding",
    "zh": "供医师阅片参考的候选，不是影像所见",
}


class Candidate(Struct, frozen=True):
    """One place. `number` counts from 1, the surest first; score 0 to 1 orders them and is no probability of disease."""

    number: int
    place_mm: Point_mm
    slice_index: int  # in the series, from 0
    score: float
    diameter_mm: float  # about
    side: Literal["left", "right"] | None = None


class CandidateList(Struct, frozen=True):
    """What one model showed in one series. Nothing reads it but the reader's list: no kind of content, no check, no report."""

    series_uid: str
    series_digest: str
    model: str  # name@digest
    in_use: bool  # whether it was the champion of its name
    candidates: tuple[Candidate, ...]
    notes: tuple[str, ...] = ()  # doubts about the lungs


class CandidateDecision(Struct, frozen=True):
    """What a person made of one candidate."""

    number: int
    verdict: Literal["confirmed", "rejected"]
    by: str
    at: str
    text: str = ""
    lesion: str = ""  # the name it was marked under
