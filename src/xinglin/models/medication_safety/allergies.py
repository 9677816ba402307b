"""What somebody reacts to, against a medicine: the substance itself, its class, and what is known to cross.

An intolerance (nausea, itching) is no allergy: it is told one step milder. After a severe reaction relatives count one step more, and so do
all members of a class that is itself recorded. After a severe delayed reaction (blisters, DRESS, haemolysis) to one beta-lactam none is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from xinglin.knowledge import drugs
from xinglin.knowledge.drugs.rows import CrossReaction
from xinglin.models.medication_safety.interactions import parts_of
from xinglin.models.medication_safety.saying import GRAVEST_FIRST, name_of, said
from xinglin.records.medication import Circumstances, Concern, ConcernSeverity, KnownAllergy, MedicineUse

_BETA_LACTAMS = frozenset(("penicillin", "penicillins", "cephalosporin", "carbapenem"))  # aztreonam has no such ring neighbour
_MILDER: dict[ConcernSeverity, ConcernSeverity] = {"contraindicated": "moderate", "major": "minor", "moderate": "minor", "minor": "minor"}
_DELAYED = re.compile(
    r"stevens|\bsjs\b|necrolysis|\bten\b|\bdress\b|eosinophilia and systemic|exfoliative|h(?:a)?emoly|interstitial nephritis|serum sickness|溶血|血清病|间质性肾炎|坏死松解|剥脱性|药物超敏综合征",
    re.IGNORECASE,
)
"""Severe reactions that are not of the immediate kind: after one to a beta-lactam all of them are avoided (bugsanddrugs.org, penicillin allergy)."""


def allergy_concerns(who: Circumstances, use: MedicineUse) -> Iterator[Concern]:
    """One concern per recorded allergy that speaks against the medicine, by its gravest row."""
    for known in who.allergies:
        rows = [row for part in parts_of(use) for row in drugs.cross_reactions(known.key, part)]
        if rows:
            yield _concern(use, known, min(rows, key=lambda row: GRAVEST_FIRST[row.severity]))


def _concern(use: MedicineUse, known: KnownAllergy, row: CrossReaction) -> Concern:
    severity = _severity(known, row, use)
    what_en, what_zh = name_of(known.key, "en"), name_of(known.key, "zh")
    return said(
        "allergy", severity, use, row, f"recorded {known.kind} to {what_en}: {row.reason_en}", f"记录有{what_zh}{'不耐受' if known.kind == 'intolerance' else '过敏'}：{row.reason_zh}",
        other=known.key, advice=(row.advice_en, row.advice_zh), facts=(known.fact,), pointer=f"allergy/{row.allergen}/{row.medicine}",
    )  # fmt: skip


def _severity(known: KnownAllergy, row: CrossReaction, use: MedicineUse) -> ConcernSeverity:
    """As grave as the row, milder for an intolerance, graver for a severe reaction or where the class itself is what was recorded."""
    if known.kind == "intolerance":
        return _MILDER[row.severity]
    if row.severity in {"contraindicated", "major"}:
        return row.severity
    to_the_class = row.relation == "same-class" and row.allergen == known.key
    if (row.severity == "moderate" and known.severe) or to_the_class or _beta_lactam_after_delayed_reaction(known, use):
        return "major"
    return row.severity


def _beta_lactam_after_delayed_reaction(known: KnownAllergy, use: MedicineUse) -> bool:
    own = known.key.removesuffix("-allergy")
    is_one = own in _BETA_LACTAMS or bool(_BETA_LACTAMS & drugs.ancestors(own)) or bool(_BETA_LACTAMS & drugs.classes_of(own))
    return is_one and bool(_DELAYED.search(known.reaction)) and any(_BETA_LACTAMS & drugs.classes_of(part) for part in parts_of(use))
