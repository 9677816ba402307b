"""What a regimen breaks of the limits its treatments state: the most at one time, the most in all, the least time between two doses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from xinglin.records.simulation import DiseaseCard, Dose, Regimen, Treatment


def broken(card: DiseaseCard, regimen: Regimen) -> tuple[str, ...]:
    """Each limit that is broken, in words; none for a regimen that keeps them all."""
    limits = {one.name: one for one in card.treatments}
    given: dict[str, list[Dose]] = {}
    for dose in regimen.doses:
        given.setdefault(dose.treatment, []).append(dose)
    found: list[str] = []
    for name, doses in sorted(given.items()):
        found += _broken(limits[name], doses) if name in limits else [f"the model does not know {name}"]
    return tuple(found)


def _broken(limit: Treatment, doses: list[Dose]) -> Iterator[str]:
    times = sorted(dose.time for dose in doses)
    if any(dose.amount > limit.most_each for dose in doses):
        yield f"more than {limit.most_each:g} {limit.unit} of {limit.name} at one time"
    if sum(dose.amount for dose in doses) > limit.most_total:
        yield f"more than {limit.most_total:g} {limit.unit} of {limit.name} in all"
    if any(later - sooner < limit.least_gap for sooner, later in pairwise(times)):
        yield f"doses of {limit.name} closer than {limit.least_gap:g}"
