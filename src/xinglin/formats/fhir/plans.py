"""Plans and things: CarePlan, Goal, Specimen and Device."""

from __future__ import annotations

from xinglin.formats.fhir.entries import Entries
from xinglin.formats.fhir.reading import (
    Json,
    Reading,
    amount_words,
    code_of,
    concept,
    concepts,
    number_text,
    range_words,
    ratio_words,
    words_of,
)
from xinglin.formats.fhir.shape import shape
from xinglin.formats.fhir.unchecked import object_in, text_in
from xinglin.records.chart import CarePlan, Device, Goal, Specimen
from xinglin.records.quantity import Concept

CARE_PLAN = shape(
    "status intent category:CC* title description subject:Ref encounter:Ref period:Period created? addresses:Ref* goal:Ref* "
    "activity*{reference:Ref detail{kind code:CC status description doNotPerform!}}"
)
GOAL = shape(
    "lifecycleStatus achievementStatus:CC description:CC subject:Ref startDate startCodeableConcept:CC addresses:Ref* "
    "target*{measure:CC detailQuantity:Q detailRange:Range detailCodeableConcept:CC detailString detailBoolean! detailInteger# "
    "detailRatio:Ratio dueDate dueDuration:Q}"
)
SPECIMEN = shape("status type:CC subject:Ref receivedTime collection{collectedDateTime collectedPeriod:Period bodySite:CC}")
DEVICE = shape("status type:CC patient:Ref deviceName*{name type} manufacturer modelNumber")


def care_plan(r: Json, at: Reading, out: Entries) -> None:
    """A plan of care with its activities."""
    start, end = at.period(r.get("period"), "period")
    out.care_plans.append(
        CarePlan(
            source=at.source,
            title=r.get("title") or r.get("description", ""),
            status=r.get("status", ""),
            intent=r.get("intent", ""),
            categories=concepts(r.get("category")),
            start=start,
            end=end,
            addresses=at.references(r.get("addresses")),
            goals=at.references(r.get("goal")),
            activities=tuple([_activity(item, at) for item in r.get("activity") or ()]),
            encounter=at.reference(r.get("encounter")),
        )
    )


def _activity(item: Json, at: Reading) -> tuple[Concept, str]:
    detail = item.get("detail")
    if detail:
        what = concept(detail.get("code"))
        words = detail.get("description", "")
        status = "not to be done" if detail.get("doNotPerform") else detail.get("status", "")
        return (what if what != Concept() else Concept(words)), status
    reference = item.get("reference") or {}
    found = at.look_up(reference) or {}
    words = reference.get("display", "") or text_in(object_in(found, "code"), "text")
    return Concept(words or at.reference(reference)), text_in(found, "status")


def goal(r: Json, at: Reading, out: Entries) -> None:
    """What is to be reached, and by when."""
    targets = r.get("target") or ()
    out.goals.append(
        Goal(
            source=at.source,
            description=words_of(r.get("description")),
            status=r.get("lifecycleStatus", ""),
            achievement=code_of(r.get("achievementStatus")),
            start=at.time(r, "startDate") or words_of(r.get("startCodeableConcept")),
            due=next((due for n, t in enumerate(targets) if (due := at.time(t, "dueDate", f"target[{n}]."))), ""),
            addresses=at.references(r.get("addresses")),
            targets=tuple([(concept(t.get("measure")), _detail(t)) for t in targets]),
        )
    )


def _detail(target: Json) -> str:
    if "detailRange" in target:
        return range_words(target["detailRange"])
    if "detailRatio" in target:
        return ratio_words(target["detailRatio"])
    if "detailInteger" in target:
        return number_text(target["detailInteger"])
    if "detailBoolean" in target:
        return "true" if target["detailBoolean"] else "false"
    if "detailCodeableConcept" in target:
        return words_of(target["detailCodeableConcept"])
    return target.get("detailString") or amount_words(target.get("detailQuantity"))


def specimen(r: Json, at: Reading, out: Entries) -> None:
    """What was sampled."""
    taken = r.get("collection") or {}
    site = taken.get("bodySite")
    out.specimens.append(
        Specimen(
            at.source,
            concept(r.get("type")),
            at.time(taken, "collectedDateTime", "collection.") or at.period(taken.get("collectedPeriod"), "collection.collectedPeriod")[0],
            words_of(site) if site else "",
        )
    )


def device(r: Json, at: Reading, out: Entries) -> None:
    """An implant or device of the person."""
    names = r.get("deviceName") or ()
    maker = " ".join(part for part in (r.get("manufacturer", ""), r.get("modelNumber", "")) if part)
    out.devices.append(
        Device(
            source=at.source,
            concept=concept(r.get("type")),
            status=r.get("status", ""),
            name=next((n["name"] for n in names if n.get("name")), "") or maker,
        )
    )
