"""The road of a virtual person: a chronic course, the tables of a record, files that leave as what they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xinglin.records.errors import UsageError

if TYPE_CHECKING:
    from xinglin.records.people import Illness, PeopleRequest, Term, VirtualPeople
    from xinglin.records.simulation import Regimen
    from xinglin.shelf.promises import AbstractDisease

BLOCK = 500  # people side by side; their bytes do not depend on it


@dataclass(frozen=True)
class Beside:
    """One more illness that all these people have: its model, how it is treated, when it is looked at (its own clock), when it begins."""

    disease: AbstractDisease
    condition: Term
    regimen: Regimen
    times: tuple[float, ...]
    begins_day: int  # after the record begins


def people_blocks(
    chronic: AbstractDisease, request: PeopleRequest, count: int, first: int = 0, block: int = BLOCK, beside: Beside | None = None
) -> Iterator[VirtualPeople]:
    """People `first` to `first + count - 1` in blocks. Raises UsageError XL-PEOPLE-012 for fewer than one, NotFound for an unknown locale."""
    from msgspec.structs import replace

    from xinglin.knowledge.locales import locale
    from xinglin.models.virtual_person import course_request, drawn_genes, make_people

    if count < 1 or first < 0 or block < 1:
        raise UsageError("XL-PEOPLE-012", "there must be at least one person", where="count", fix="ask for one or more")
    usual = next(regimen for regimen in chronic.card.regimens if regimen.name == "usual")
    asked, home = course_request(request, usual), locale(request.locale)
    if beside and beside.disease.card.only:
        asked = replace(asked, traits={**asked.traits, "female": float(beside.disease.card.only == "female")})
    for begin in range(first, first + count, block):
        size = min(block, first + count - begin)
        course = chronic.run(asked, chronic.draw(asked, begin, size), begin)
        yield make_people(request, home, course, drawn_genes(request.locale), _illness(beside, request, begin, size) if beside else None)


def _illness(beside: Beside, request: PeopleRequest, first: int, count: int) -> Illness:
    """The illness of these people, as its instruments see it."""
    from xinglin.records.people import Illness
    from xinglin.records.simulation import SimulationRequest

    asked = SimulationRequest(beside.disease.name, beside.times, beside.regimen, seed=request.seed, measured=True)
    course = beside.disease.run(asked, beside.disease.draw(asked, first, count), first)
    return Illness(beside.condition, beside.disease.card, course, beside.regimen, beside.begins_day)


def make_people_files(
    chronic: AbstractDisease,
    request: PeopleRequest,
    count: int,
    out: Path,
    *,
    home: Path,
    forms: Sequence[str] = ("fhir",),
    first: int = 0,
    beside: Beside | None = None,
) -> list[Path]:
    """The files of made-up people in a new folder, labelled as AI-generated and as test data. Raises what `write_people` raises."""
    from xinglin import __version__
    from xinglin.privacy import labels
    from xinglin.review.research import write_people

    language = "zh" if request.locale == "cn" else "en"
    aigc = labels.label_for(language, f"people-{request.locale}-{request.seed}", labels.software_producer(__version__)).aigc
    return write_people(people_blocks(chronic, request, count, first, beside=beside), out, home=home, forms=forms, aigc=aigc)
