"""Two medicines together: the rows of interactions that hold for this pair, by substance and by class, gravest first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xinglin.knowledge import drugs
from xinglin.knowledge.drugs.rows import Interaction
from xinglin.models.medication_safety.amounts import daily
from xinglin.models.medication_safety.saying import GRAVEST_FIRST, said
from xinglin.records.medication import Circumstances, Concern, MedicineUse

SYSTEMIC = frozenset({
    "", "oral", "intravenous", "intramuscular", "subcutaneous", "sublingual", "rectal", "transdermal", "enteral tube", "buccal", "inhaled", "ophthalmic",
    "intrathecal", "epidural", "intraosseous", "intraperitoneal", "intravesical", "intranasal", "nasal", "intravitreal",
})  # fmt: skip
"""Routes by which enough reaches the blood to matter beyond the place; skin, ear and vagina are left out."""
_LOCAL = frozenset(("topical", "vaginal"))
"""Places from which some medicines act on the whole body: a hormone gel, a prostaglandin pessary."""


_ACTS_ON_LEVELS = re.compile(r"^(?:\w+-)?(?:cyp\w+|p-gp|oatp\w+|oat\w*|ugt\w*)-(?:inhibitor|inducer)$|enzyme-inducing")


def reaches_the_blood(use: MedicineUse) -> bool:
    """Whether a medicine by this route acts on more than the place it is put; by mouth some are not absorbed."""
    if use.route in _LOCAL and "absorbed-where-put" in drugs.classes_of(use.key):
        return True
    return use.route in SYSTEMIC and not (use.route == "oral" and "not-absorbed-by-mouth" in drugs.classes_of(use.key))


def interaction_concerns(who: Circumstances, use: MedicineUse, others: tuple[MedicineUse, ...]) -> Iterator[Concern]:
    """One concern per other medicine that acts on this one, by the gravest row."""
    for other in others:
        if not reaches_the_blood(other):
            continue
        rows = [row for mine in parts_of(use) for theirs in parts_of(other) if mine != theirs for row in drugs.interactions(mine, theirs)]
        if not rows:
            continue
        row = min(rows, key=lambda one: GRAVEST_FIRST[one.severity])
        narrow = row.severity == "moderate" and use.considered and (_shifts(use, other) or _shifts(other, use))
        narrow = narrow or (row.severity == "moderate" and _too_much_beside(row, who, (use, other)))
        yield said(
            "interaction", "major" if narrow else row.severity, use, row, row.mechanism_en, row.mechanism_zh, other=other.key,
            advice=(row.advice_en, row.advice_zh), facts=(other.fact,), pointer=f"interactions/{row.a}/{row.b}",
        )  # fmt: skip


def _too_much_beside(row: Interaction, who: Circumstances, pair: tuple[MedicineUse, MedicineUse]) -> bool:
    """Whether the first medicine of the row is given in more a day than goes with the second: simvastatin above 20 mg beside amlodipine."""
    if row.grave_above_mg is None:
        return False
    mine = next((use for use in pair if any(row.a in drugs.names(part) for part in parts_of(use))), None)
    a_day = daily(mine, "mg", who) if mine is not None else None
    return a_day is not None and a_day > row.grave_above_mg * 1.02


def _shifts(one: MedicineUse, narrow: MedicineUse) -> bool:
    """Whether one blocks or drives an enzyme or transporter and a little more or less of the other harms.

    What is moderate for others interrupts here, when one of the two is new.
    """
    is_narrow = any("narrow-therapeutic-index" in drugs.classes_of(part) for part in parts_of(narrow))
    return is_narrow and any(_ACTS_ON_LEVELS.search(name) for part in parts_of(one) for name in drugs.classes_of(part))


def parts_of(use: MedicineUse) -> tuple[str, ...]:
    """The keys the tables know it by: its own, or those of a mixture's products. The tables look into combinations themselves."""
    return tuple(use.key.split("+"))
