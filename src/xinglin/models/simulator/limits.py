"""What a regimen breaks of the limits its treatments state: the most at one time, the most in all, the least time between two doses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from xinglin.records.simulation import DiseaseCard, Dose, Regimen, Treatment

_UNKNOWN = {"en": "the model does not know {}", "zh": "模型没有{}这一治疗"}
_EACH = {"en": "more than {:g} {} of {} at one time", "zh": "单次超过{:g} {}（{}）"}
_TOTAL = {"en": "more than {:g} {} of {} in all", "zh": "累计超过{:g} {}（{}）"}
_CLOSE = {"en": "doses of {} closer than {:g}", "zh": "{}两次给药间隔短于{:g}"}


def broken(card: DiseaseCard, regimen: Regimen, language: str = "en") -> tuple[str, ...]:
    """Each limit that is broken, in words; none for a regimen that keeps them all."""
    limits = {one.name: one for one in card.treatments}
    given: dict[str, list[Dose]] = {}
    for dose in regimen.doses:
        given.setdefault(dose.treatment, []).append(dose)
    found: list[str] = []
    for name, doses in sorted(given.items()):
        found += _broken(limits[name], doses, language) if name in limits else [_UNKNOWN[language].format(name)]
    return tuple(found)


def _broken(limit: Treatment, doses: list[Dose], language: str) -> Iterator[str]:
    times = sorted(dose.time for dose in doses)
    if any(dose.amount > limit.most_each for dose in doses):
        yield _EACH[language].format(limit.most_each, limit.unit, limit.name)
    if sum(dose.amount for dose in doses) > limit.most_total:
        yield _TOTAL[language].format(limit.most_total, limit.unit, limit.name)
    if any(later - sooner < limit.least_gap for sooner, later in pairwise(times)):
        yield _CLOSE[language].format(limit.name, limit.least_gap)
