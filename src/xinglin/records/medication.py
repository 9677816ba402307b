"""Medicines on paper: what somebody takes or might take, who they are to a medicine, and what speaks against it.

Amounts are exact decimals in the unit written; `Circumstances` holds only what is known: a missing fact is missing, never a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from xinglin.records.quantity import Quantity

ConcernKind = Literal[
    "allergy", "interaction", "contraindication", "dose", "duplicate", "pregnancy", "age", "organ", "gene", "route", "monitoring", "qt", "bleeding",
    "unknown-medicine",
]  # fmt: skip
ConcernSeverity = Literal["contraindicated", "major", "moderate", "minor"]
GRAVE: frozenset[str] = frozenset(("contraindicated", "major"))
"""The severities that interrupt: another medicine, dose or test is asked for. What is long tolerated is told as minor."""


class MedicineUse(Struct, frozen=True):
    """One medicine taken or considered. `times` per `period_h` hours; `since`/`until` FHIR dates; `fact` the Fact it came from.

    `key`: the term key ("warfarin"), "" when the name is not known to the house; then nothing can be judged, and that is said.
    """

    key: str
    name: str
    dose: Quantity | None = None
    dose_high: Quantity | None = None  # "1 to 2 tablets"
    route: str = ""
    manner: str = ""  # push, undiluted, or "": how it goes in, where that decides
    times: float | None = None
    period_h: float | None = None
    as_needed: bool = False
    daily_maximum: Quantity | None = None
    since: str = ""
    until: str = ""
    days: float | None = None
    indication: str = ""
    conditions: tuple[str, ...] = ()  # problem keys it is given for
    considered: bool = True  # False: already taken
    strength: str = ""
    ingredients: tuple[str, ...] = ()  # keys of a combination product
    fact: str = ""


class LabValue(Struct, frozen=True):
    """The newest value of an analyte with its day."""

    analyte: str
    value: Quantity
    when: str = ""
    fact: str = ""


class KnownAllergy(Struct, frozen=True):
    """What somebody reacts to: `key` of a medicine, class or allergen; `kind` allergy or intolerance; `severe` anaphylaxis and such."""

    key: str
    words: str
    kind: str = "allergy"
    severe: bool = False
    reaction: str = ""
    fact: str = ""


class KnownCondition(Struct, frozen=True):
    """A problem by its key, active or of the past."""

    key: str
    words: str
    active: bool = True
    fact: str = ""


class Circumstances(Struct, frozen=True):
    """Who a person is to a medicine. Everything may be unknown; `genes` maps a gene to phenotype words (or "diplotype:*2/*2")."""

    as_of: str = ""
    age_years: float | None = None
    sex: str = ""
    weight_kg: float | None = None
    height_cm: float | None = None
    pregnant: bool | None = None
    pregnant_weeks: float | None = None
    breastfeeding: bool | None = None
    could_become_pregnant: bool | None = None
    egfr: float | None = None  # mL/min/1.73 m2
    crcl: float | None = None  # mL/min, Cockcroft-Gault
    dialysis: bool | None = None
    child_pugh: str = ""  # A, B, C
    qtc_ms: float | None = None
    frail: bool | None = None
    allergies: tuple[KnownAllergy, ...] = ()
    conditions: tuple[KnownCondition, ...] = ()
    labs: tuple[LabValue, ...] = ()
    genes: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)  # circumstance -> the Fact id it came from


class Concern(Struct, frozen=True):
    """Something that speaks against a medicine, or asks for care.

    `id` is stable ("interaction.warfarin.ibuprofen"). `stop`: it blocks signing. `tolerated`: both have been taken together without a recorded
    problem, so it is told as a note. `knowledge`: topic, row and source it rests on; `verified` False: nobody opened that source.
    """

    id: str
    kind: ConcernKind
    severity: ConcernSeverity
    medicine: str
    words: Mapping[str, str]  # language -> why, one clause
    advice: Mapping[str, str] = field(default_factory=dict)
    other: str = ""  # the other medicine, allergen, condition, analyte or gene
    never_event: bool = False
    stop: bool = False
    tolerated: bool = False
    facts: tuple[str, ...] = ()
    knowledge: str = ""  # "knowledge/drugs@2026.1"
    pointer: str = ""  # the row
    source: str = ""
    verified: bool = False

    @property
    def grave(self) -> bool:
        """Whether it interrupts."""
        return self.never_event or self.severity in GRAVE
