"""Orders that must never go out, and routes by which a medicine does not exist: always a stop, whatever else is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xinglin.knowledge import drugs
from xinglin.knowledge.drugs.rows import NeverEvent
from xinglin.models.medication_safety.amounts import doses_a_day
from xinglin.models.medication_safety.interactions import parts_of
from xinglin.models.medication_safety.never_words import Order, holds
from xinglin.models.medication_safety.saying import name_of, said
from xinglin.records.medication import Circumstances, Concern, MedicineUse


def never_concerns(who: Circumstances, use: MedicineUse, others: Sequence[MedicineUse], too_much: float) -> Iterator[Concern]:
    """One concern per rule of the list that this order meets in full. `too_much`: how many times the greatest dose it is."""
    called = {"any", *(name for part in parts_of(use) for name in drugs.names(part))}
    for row in drugs.never_events():
        if called.intersection(row.medicine) and _meets(row, Order(who, use, tuple(others), too_much)):
            never = not row.severity
            yield said(
                "contraindication", row.severity or "contraindicated", use, row, row.what_en, row.what_zh, other=row.key, never=never,
                pointer=f"never_events/{row.key}", advice=("this must not be given", "禁止给药") if never else ("check this order", "请核对该医嘱"),
            )  # fmt: skip


def _meets(row: NeverEvent, order: Order) -> bool:
    use = order.use
    if (row.route and use.route not in row.route) or (row.not_route and (not use.route or use.route in row.not_route)):
        return False
    a_day = doses_a_day(use)
    if row.frequency == "daily" and (use.period_h is None or a_day is None or a_day <= 1.02 / 7):
        return False
    return not row.circumstance or any(all(holds(word, order) for word in one) for one in row.circumstance)


_INVASIVE = frozenset(
    {"oral", "intravenous", "intramuscular", "subcutaneous", "intrathecal", "epidural", "inhaled", "sublingual", "enteral tube"}
)
"""Routes a record names unmistakably; what is put on a surface goes by too many names to be judged."""


def route_concerns(use: MedicineUse) -> Iterator[Concern]:
    """A route the medicine is not made for."""
    for part in parts_of(use):
        entry = drugs.medicine(part)
        if entry is not None and entry.routes and use.route in _INVASIVE and use.route not in entry.routes:
            yield said(
                "route", "major", use, entry, f"not made for this route ({use.route}); known: {', '.join(entry.routes)}",
                f"该药无此给药途径（{use.route}）；已知途径：{'、'.join(entry.routes)}", other=use.route,
                advice=(f"check the route of {name_of(part, 'en')}", f"请核对{name_of(part, 'zh')}的给药途径"), pointer=f"medicines/{part}/routes",
            )  # fmt: skip
            return
