"""Questions to the tables of medicines: what is this medicine, and what speaks against it, with what, in whom, and how much.

A rule on a class counts for its members; a rule on a medicine counts for combinations that hold it and for forms of it
("insulin" for insulin glargine). Rows come most severe first, then in the order of the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from xinglin.knowledge.drugs.rows import (
    SEVERITIES,
    AgeRule,
    BleedingWeight,
    Contraindication,
    CrossReaction,
    DoseLimit,
    DrugClass,
    DrugEntry,
    Duplicate,
    HepaticRule,
    Interaction,
    Monitoring,
    NeverEvent,
    PregnancyRule,
    QtRisk,
    RenalRule,
)
from xinglin.knowledge.drugs.tables import table

_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


@lru_cache(maxsize=1)
def _medicines() -> dict[str, DrugEntry]:
    return {row.key: row for row in table("medicines")}


@lru_cache(maxsize=1)
def _classes() -> dict[str, DrugClass]:
    return {row.key: row for row in table("classes")}


def medicine(key: str) -> DrugEntry | None:
    """The entry of a medicine by its term key ("warfarin"); None when the table does not know it."""
    return _medicines().get(key)


def medicines() -> tuple[DrugEntry, ...]:
    """Every medicine, by key."""
    return table("medicines")


def drug_class(key: str) -> DrugClass | None:
    """A class by its key ("ace-inhibitor"), with names in both languages; None when there is none."""
    return _classes().get(key)


@cache
def ancestors(key: str) -> frozenset[str]:
    """A class and every wider class it belongs to."""
    row = _classes().get(key)
    return frozenset((key,)).union(*(ancestors(parent) for parent in row.parent)) if row else frozenset()


@cache
def names(key: str) -> tuple[str, ...]:
    """Every name a rule may call a medicine by: its key, what it holds, and "class:..." of them all; sorted after the key."""
    entry = _medicines().get(key)
    if entry is None:
        return (key, *(f"class:{name}" for name in sorted(ancestors(key))))
    classes = {name for one in entry.classes for name in ancestors(one)}
    held: set[str] = set()
    for part in entry.ingredients:
        held.update(names(part))
    rest = (held | {f"class:{name}" for name in classes}) - {key}
    return (key, *sorted(rest))


def classes_of(key: str) -> frozenset[str]:
    """All classes of a medicine, wider ones and those of what it holds included; empty when it is not known."""
    return frozenset(name[6:] for name in names(key) if name.startswith("class:")) if key in _medicines() else frozenset()


@lru_cache(maxsize=1)
def _members() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for entry in medicines():
        for name in sorted(classes_of(entry.key)):
            found[name].append(entry.key)
    return {name: tuple(keys) for name, keys in found.items()}


def members(name: str) -> tuple[str, ...]:
    """The medicines of a class ("nsaid") and of the narrower classes in it, by key; () when there is no such class."""
    return _members().get(name, ())


@cache
def _index(name: str, column: str = "medicine") -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in table(name):
        found[getattr(row, column)].append(row)
    return dict(found)


def _ranked(rows: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(rows, key=lambda row: _RANK[row.severity]))


def _about(name: str, key: str) -> tuple[Any, ...]:
    index = _index(name)
    return tuple(row for called in names(key) for row in index.get(called, ()))


@lru_cache(maxsize=1)
def _pairs() -> dict[str, dict[str, list[Interaction]]]:
    found: dict[str, dict[str, list[Interaction]]] = defaultdict(lambda: defaultdict(list))
    for row in table("interactions"):
        found[row.a][row.b].append(row)
        if row.a != row.b:
            found[row.b][row.a].append(row)
    return {a: dict(others) for a, others in found.items()}


@cache
def interactions(a: str, b: str) -> tuple[Interaction, ...]:
    """What is known of two medicines together, whichever comes first; a medicine does not interact with itself. Most severe first.

    Of rows equally severe, one that names both medicines goes before one that names a class.
    """
    if a == b:
        return ()
    index, others = _pairs(), names(b)
    found: dict[int, Interaction] = {}
    for called in names(a):
        partners = index.get(called)
        if partners:
            for other in others:
                found.update((id(row), row) for row in partners.get(other, ()))
    return tuple(
        sorted(found.values(), key=lambda row: (_RANK[row.severity], (row.a + row.b).count("class:"), not row.verified, row.a, row.b))
    )


def contraindications(key: str) -> tuple[Contraindication, ...]:
    """Conditions that speak against a medicine."""
    return _ranked(_about("contraindications", key))


def cross_reactions(allergen: str, key: str) -> tuple[CrossReaction, ...]:
    """What an allergy (a medicine, a class, or an allergen such as "penicillin-allergy") means for a medicine; most severe first."""
    called = set(names(key))
    heard = {f"class:{allergen}", *names(allergen)} | {name[6:] for name in names(allergen) if name.startswith("class:")}
    index = _index("allergy", "allergen")
    found = {id(row): row for name in sorted(heard) for row in index.get(name, ()) if row.medicine in called}
    return _ranked(found.values())


def pregnancy(key: str) -> tuple[PregnancyRule, ...]:
    """What pregnancy, breastfeeding or a possible pregnancy mean for a medicine."""
    return _ranked(_about("pregnancy", key))


def age_rules(key: str) -> tuple[AgeRule, ...]:
    """Age bands that speak against a medicine."""
    return _ranked(_about("age", key))


def renal(key: str) -> tuple[RenalRule, ...]:
    """What kidney function asks of a medicine."""
    return _ranked(_about("renal", key))


def hepatic(key: str) -> tuple[HepaticRule, ...]:
    """What liver function asks of a medicine."""
    return _ranked(_about("hepatic", key))


def qt_risk(key: str) -> QtRisk | None:
    """The gravest risk of a longer QT interval that a medicine (or what it holds) has; None when none is known."""
    order = ("known", "possible", "conditional")
    return min(_about("qt", key), key=lambda row: order.index(row.risk), default=None)


def bleeding(key: str) -> tuple[BleedingWeight, ...]:
    """What a medicine adds to bleeding, one row per kind."""
    heaviest: dict[str, BleedingWeight] = {}
    for row in _about("bleeding", key):
        if row.kind not in heaviest or row.weight > heaviest[row.kind].weight:
            heaviest[row.kind] = row
    return tuple(heaviest.values())


def duplicates() -> tuple[Duplicate, ...]:
    """Classes of which two current members are therapeutic duplication."""
    return table("duplicates")


def dose_limits(key: str, route: str = "", population: str = "adult", indication: str = "") -> tuple[DoseLimit, ...]:
    """Limits of the dose of exactly this medicine, by route ("" is any route) and population; rows of the indication, else of none.

    Limits of one ingredient are not limits of a combination, so combinations have rows of their own. A row without an indication is
    the widest limit that holds for all; a row with one holds for it alone.
    """
    fits = [
        row
        for row in _index("doses").get(key, ())
        if row.population == population and (not route or row.route == route) and row.indication in ("", indication)
    ]
    return tuple(sorted(fits, key=lambda row: row.indication == ""))


def monitoring(key: str) -> tuple[Monitoring, ...]:
    """What to measure with a medicine."""
    return _ranked(_about("monitoring", key))


def never_events() -> tuple[NeverEvent, ...]:
    """Orders that must never go out."""
    return table("never_events")
