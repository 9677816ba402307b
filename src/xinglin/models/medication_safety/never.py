"""Orders that must never go out, and routes by which a medicine does not exist: always a stop, whatever else is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xinglin.knowledge import drugs
from xinglin.knowledge.drugs.rows import NeverEvent
from xinglin.models.medication_safety.interactions import parts_of
from xinglin.models.medication_safety.saying import name_of, said
from xinglin.records.medication import Circumstances, Concern, MedicineUse


def never_concerns(who: Circumstances, use: MedicineUse, others: Sequence[MedicineUse]) -> Iterator[Concern]:
    """One concern per rule of the list that this order meets in full."""
    called = {name for part in parts_of(use) for name in drugs.names(part)}
    for row in drugs.never_events():
        if called.intersection(row.medicine) and _meets(row, who, use, others):
            yield said(
                "contraindication", "contraindicated", use, row, row.what_en, row.what_zh, other=row.key, never=True, pointer=f"never_events/{row.key}",
                advice=("this must not be given", "禁止给药"),
            )  # fmt: skip


def _meets(row: NeverEvent, who: Circumstances, use: MedicineUse, others: Sequence[MedicineUse]) -> bool:
    return False


def route_concerns(use: MedicineUse) -> Iterator[Concern]:
    """A route the medicine is not made for."""
    for part in parts_of(use):
        entry = drugs.medicine(part)
        if entry is not None and entry.routes and use.route and use.route not in entry.routes:
            yield said(
                "route", "major", use, entry, f"not made for this route ({use.route}); known: {', '.join(entry.routes)}",
                f"该药无此给药途径（{use.route}）；已知途径：{'、'.join(entry.routes)}", other=use.route,
                advice=(f"check the route of {name_of(part, 'en')}", f"请核对{name_of(part, 'zh')}的给药途径"), pointer=f"medicines/{part}/routes",
            )  # fmt: skip
            return
