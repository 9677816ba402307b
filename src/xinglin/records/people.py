"""Made-up people as tables: columns of whole numbers, one row per event, with the words and codes they stand for beside them.

Nobody in here is real. Days count from 1970-01-01, minutes from its midnight in the locale's own time; NEVER stands for "not".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.records.simulation import CourseBlock, DiseaseCard, Regimen

NEVER: Final = -(2**62)


class Term(Struct, frozen=True):
    """One thing of a locale: `text` in its language, and its code where one is sure (`system` and `code` are "" otherwise).

    details: what else the table says of it, as text.
    """

    key: str
    text: str
    system: str = ""
    code: str = ""
    display: str = ""
    details: Mapping[str, str] = {}


class Measure(Struct, frozen=True):
    """What is measured. `factor` brings the working unit (that of `us`) to `unit`; intervals are (low, high) in `unit`, None where open."""

    key: str
    text: str
    code: str  # LOINC, or ""
    display: str
    category: str
    unit: str  # UCUM
    shown: str
    decimals: int
    factor: float = 1.0
    interval_men: tuple[Decimal | None, Decimal | None] | None = None
    interval_women: tuple[Decimal | None, Decimal | None] | None = None


class Locale(Struct, frozen=True):
    """A country as the generator knows it."""

    name: str
    language: str
    zone: str  # "+08:00"
    country: str
    name_order: str
    id_system: str
    national_system: str
    phone: str
    obese_bmi: float  # kg/m2: from where on a body counts as obese in this country
    families: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[str, ...]
    regions: tuple[str, ...]
    words: Mapping[str, str]
    measures: tuple[Measure, ...]
    conditions: tuple[Term, ...]
    medicines: tuple[Term, ...]
    vaccines: tuple[Term, ...]
    procedures: tuple[Term, ...]
    allergens: tuple[Term, ...]


class Gene(Struct, frozen=True):
    """A pharmacogene's alleles and their shares of all copies; they add up to one."""

    gene: str
    alleles: tuple[str, ...]
    shares: tuple[float, ...]
    x_linked: bool = False


class PeopleRequest(Struct, frozen=True):
    """Which people are made: where they live, the last day of their records, how many years these reach back, the seed."""

    locale: str = "us"
    as_of: str = "2026-06-30"
    years: int = 10
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Illness:
    """One more illness that these people have, as its own model ran it: a tumour with its sizes and treatments, say.

    condition: what it is called and coded in the locale. course: the same people, every time a visit at which it was measured; what can be
    measured is each observable of the card that names a code or a kind of finding. begins_day: days after the record begins.
    """

    condition: Term
    card: DiseaseCard
    course: CourseBlock
    regimen: Regimen
    begins_day: int


@dataclass(frozen=True, eq=False)
class VirtualPeople:
    """People `first` to `first + count - 1`. `tables`: name -> column -> (rows,) int64, rows ordered by person and then by number or time.

    Every table has `person` (the person's number) and, but for `person` and `genotype`, `n` (the row's number within the person).
      person: female, born (day), died (minute or NEVER), family, given, street, house, city, region, postal, phone, record (patient
        number), check (its wrong check digit), national (Chinese form: sequence), smoker
      encounter: kind (ENCOUNTERS), start, end (minutes), reason (condition, or -1)
      condition: what, onset, abated (days; NEVER), encounter
      observation: what (measure), time, value (in 10**-decimals of the locale's unit), flag (0 none, 1 normal, 2 low, 3 high), female, encounter
      pressure: time, sbp, dbp, encounter        smoking: time, status (1 smokes), encounter
      medication: what, start, stop (days; NEVER), reason (number of the condition, 0 none), encounter
      procedure, immunization: what, time, encounter        allergy: what, onset (day)
      note: kind, time, female, age, sbp, dbp, weight (0.1 kg), encounter
      genotype: gene (index), first, second (indexes of its alleles; -1 where a man has one)
    """

    locale: Locale
    request: PeopleRequest
    first: int
    count: int
    tables: Mapping[str, Mapping[str, NDArray[np.int64]]]
    genes: tuple[Gene, ...] = ()

    @property
    def resources(self) -> int:
        """How many FHIR resources these tables become: one per row but genotypes, and one Provenance per person."""
        return self.count + sum(len(columns["person"]) for name, columns in self.tables.items() if name != "genotype")


ENCOUNTERS: Final = ("checkup", "follow_up", "acute", "inpatient")
