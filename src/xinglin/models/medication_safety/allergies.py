"""What somebody reacts to, against a medicine: the substance itself, its class, and what is known to cross.

An intolerance (nausea, itching) is no allergy: it is told one step milder. A medicine taken for a month without a
recorded reaction is tolerated.
"""

from __future__ import annotations

from collections.abc import Iterator

from xinglin.knowledge import drugs
from xinglin.knowledge.drugs.rows import CrossReaction
from xinglin.models.medication_safety.interactions import parts_of
from xinglin.models.medication_safety.saying import GRAVEST_FIRST, name_of, said
from xinglin.records.medication import Circumstances, Concern, ConcernSeverity, KnownAllergy, MedicineUse

_MILDER: dict[ConcernSeverity, ConcernSeverity] = {"contraindicated": "moderate", "major": "minor", "moderate": "minor", "minor": "minor"}


def allergy_concerns(who: Circumstances, use: MedicineUse) -> Iterator[Concern]:
    """One concern per recorded allergy that speaks against the medicine, by its gravest row."""
    for known in who.allergies:
        rows = [row for part in parts_of(use) for row in drugs.cross_reactions(known.key, part)]
        if rows:
            yield _concern(use, known, min(rows, key=lambda row: GRAVEST_FIRST[row.severity]))


def _concern(use: MedicineUse, known: KnownAllergy, row: CrossReaction) -> Concern:
    severity = _MILDER[row.severity] if known.kind == "intolerance" else row.severity
    if row.relation == "cross" and severity == "moderate" and known.severe:
        severity = "major"
    what_en, what_zh = name_of(known.key, "en"), name_of(known.key, "zh")
    return said(
        "allergy", severity, use, row, f"recorded {known.kind} to {what_en}: {row.reason_en}", f"记录有{what_zh}{'不耐受' if known.kind == 'intolerance' else '过敏'}：{row.reason_zh}",
        other=known.key, advice=(row.advice_en, row.advice_zh), facts=(known.fact,), pointer=f"allergy/{row.allergen}/{row.medicine}",
    )  # fmt: skip
