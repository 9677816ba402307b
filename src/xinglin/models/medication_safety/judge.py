"""What speaks against medicines taken or thought of, for this person: every rule once, gravest first.

One judge serves the review of a list, a plan's options, a written order and a sentence of a draft, so that all say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from xinglin.models.medication_safety.allergies import allergy_concerns
from xinglin.models.medication_safety.doses import dose_concerns, times_the_limit
from xinglin.models.medication_safety.genes import gene_concerns
from xinglin.models.medication_safety.illnesses import age_concerns, condition_concerns, pregnancy_concerns
from xinglin.models.medication_safety.interactions import interaction_concerns, reaches_the_blood
from xinglin.models.medication_safety.never import never_concerns, route_concerns
from xinglin.models.medication_safety.organs import organ_concerns
from xinglin.models.medication_safety.saying import GRAVEST_FIRST
from xinglin.models.medication_safety.sums import bleeding_concerns, continues, duplicate_concerns, qt_concerns
from xinglin.models.medication_safety.values import monitoring_concerns
from xinglin.records.medication import Circumstances, Concern, MedicineUse
from xinglin.records.moments import days_between

TOLERATED_DAYS = 30  # taken together this long without a recorded problem
_TOLERABLE = {"interaction", "duplicate", "age", "bleeding", "qt", "pregnancy"}


def concerns(who: Circumstances, uses: Sequence[MedicineUse]) -> tuple[Concern, ...]:
    """Everything that speaks against each of `uses`, gravest first; a pair is told once, of the medicine that is thought of.

    A medicine whose name the house does not know gives one concern of kind "unknown-medicine": nothing else can be said of it.
    `stop` marks what blocks a signature: a never-event, or a contraindication of a medicine that is thought of.
    """
    found: dict[str, Concern] = {}
    for use in uses:
        others = tuple(other for other in uses if other is not use)
        if not use.considered and any(other.considered and other.dose is not None and continues(other, use) for other in others):
            continue  # the order replaces it: what speaks against the old dose is no matter any more
        for one in _about(who, use, others):
            told = _settled(one, who, use, others)
            mirror = ".".join((one.kind, one.other, one.medicine))
            if mirror in found and GRAVEST_FIRST[found[mirror].severity] <= GRAVEST_FIRST[told.severity]:
                continue
            if told.id not in found or GRAVEST_FIRST[told.severity] < GRAVEST_FIRST[found[told.id].severity]:
                found[told.id] = told
    return tuple(sorted(found.values(), key=lambda one: (not one.never_event, GRAVEST_FIRST[one.severity], one.tolerated, one.id)))


def against(who: Circumstances, use: MedicineUse, taken: Sequence[MedicineUse]) -> tuple[Concern, ...]:
    """What speaks against one medicine thought of, beside what is taken; concerns among the others are left out."""
    return tuple(one for one in concerns(who, (use, *taken)) if one.medicine == use.key or one.other == use.key)


def _about(who: Circumstances, use: MedicineUse, others: tuple[MedicineUse, ...]) -> Iterator[Concern]:
    if not use.key:
        yield _unknown(use)
        return
    known = tuple(other for other in others if other.key)
    beside = tuple(other for other in known if not continues(use, other))  # what an order renews or changes it replaces
    yield from never_concerns(who, use, known, times_the_limit(who, use))
    yield from allergy_concerns(who, use)
    yield from dose_concerns(who, use)
    yield from route_concerns(use)
    if reaches_the_blood(use):
        yield from _in_the_body(who, use, beside)
        yield from monitoring_concerns(who, use, known)


def _in_the_body(who: Circumstances, use: MedicineUse, beside: tuple[MedicineUse, ...]) -> Iterator[Concern]:
    yield from interaction_concerns(who, use, beside)
    yield from condition_concerns(who, use)
    yield from pregnancy_concerns(who, use)
    yield from age_concerns(who, use)
    yield from organ_concerns(who, use)
    yield from gene_concerns(who, use)
    yield from qt_concerns(who, use, beside)
    yield from bleeding_concerns(who, use, beside)
    yield from duplicate_concerns(use, beside)


def _unknown(use: MedicineUse) -> Concern:
    return Concern(
        id=f"unknown-medicine.{use.name.casefold()}", kind="unknown-medicine", severity="moderate", medicine=use.name,
        words={"en": "this medicine is not known here; nothing was checked", "zh": "本系统不识别该药，未作任何核查"},
        advice={"en": "check it by hand", "zh": "请人工核查"}, facts=(use.fact,) if use.fact else (), source="definition", verified=True,
    )  # fmt: skip


def _settled(one: Concern, who: Circumstances, use: MedicineUse, others: tuple[MedicineUse, ...]) -> Concern:
    """The same with what it does: stop, or told mildly because it has long been borne."""
    tolerated = one.kind in _TOLERABLE and not one.never_event and one.severity != "contraindicated" and _borne(one, who, use, others)
    considered = use.considered or any(other.key == one.other and other.considered for other in others)
    stop = one.never_event or (one.severity == "contraindicated" and considered)
    return replace(one, tolerated=tolerated, severity="minor" if tolerated else one.severity, stop=stop)


def _borne(one: Concern, who: Circumstances, use: MedicineUse, others: tuple[MedicineUse, ...]) -> bool:
    """Whether this medicine, and the other one where there is one, have been taken for a month."""
    pair = [use, *(other for other in others if other.key == one.other)]
    return all(_long(each, who, others) for each in pair)


def _long(use: MedicineUse, who: Circumstances, others: tuple[MedicineUse, ...]) -> bool:
    same = [use, *(other for other in others if other.key == use.key and not other.considered)]
    return any(
        bool(each.since and who.as_of and not each.considered and days_between(each.since, who.as_of) >= TOLERATED_DAYS) for each in same
    )
