"""The whole work-up of one person: person, timeline, problems, labs, trends, medicines, allergies, histories, gaps, lesions in scans.

Pure and fast; the same chart and day give the same facts in the same order.
"""

from __future__ import annotations

from msgspec.structs import replace

from xinglin.records import Chart, Fact
from xinglin.records.errors import InvalidInput
from xinglin.records.moments import age_years, day
from xinglin.workup.allergies import allergy_facts
from xinglin.workup.calculations import calculations
from xinglin.workup.encounters import encounter_facts
from xinglin.workup.gaps import gap_facts
from xinglin.workup.histories import device_facts, family_facts, immunization_facts, procedure_facts
from xinglin.workup.labs import measurement_facts, results_of
from xinglin.workup.medicines import medicine_facts
from xinglin.workup.person import person_facts
from xinglin.workup.plans import gene_facts, goal_facts, plan_facts
from xinglin.workup.problems import problem_facts
from xinglin.workup.reports import imaging_facts, report_facts
from xinglin.workup.trends import trend_facts


def work_up(chart: Chart, as_of: str) -> tuple[Fact, ...]:
    """All facts of one person as known on the day `as_of` (YYYY-MM-DD; "" takes the newest day of the record).

    Ids are unique. What the record dates after `as_of` is not used. Raises InvalidInput XL-WORKUP-001 when two entries of
    the chart claim the same place.
    """
    when = as_of or day(chart.newest)
    known = _until(chart, when) if when and day(chart.newest) > when else chart
    results = results_of(known.measurements)
    facts = [
        *person_facts(known, when),
        *encounter_facts(known, when),
        *problem_facts(known),
        *measurement_facts(known, results, when),
        *trend_facts(results),
        *medicine_facts(known, when),
        *allergy_facts(known),
        *procedure_facts(known),
        *report_facts(known),
        *imaging_facts(known),
        *immunization_facts(known),
        *family_facts(known),
        *plan_facts(known),
        *goal_facts(known),
        *_genes(known),
        *device_facts(known),
    ]
    age = age_years(known.person.born, when)
    facts += calculations(facts, known.person.sex, age, when, known.person.born)
    facts += gap_facts(known, facts)
    if known.lesions:
        from xinglin.workup.imaging.facts import facts_of

        facts += facts_of(known, when)
    if any(one.source.startswith("Observation/lungs-") for one in known.measurements):
        from xinglin.workup.imaging.lung_facts import with_series

        facts = with_series(facts, known)
    _ids_are_unique(facts)
    return tuple(facts)


def _genes(chart: Chart) -> list[Fact]:
    """Calls of pharmacogenes first, then every other genetic result as it stands. The tables are opened only for who has any."""
    if not (chart.genomes or chart.outside_calls or chart.variants):
        return []
    from xinglin.workup.genes.facts import call_facts, called_sources
    from xinglin.workup.genes.tumour_facts import tumour_facts

    called = called_sources(chart)
    return [
        *call_facts(chart),
        *tumour_facts(chart),
        *gene_facts(replace(chart, variants=tuple(one for one in chart.variants if one.source not in called))),
    ]


def _until(chart: Chart, when: str) -> Chart:
    """The chart without entries dated after `when`. Undated entries stay."""

    def kept(entries: tuple, *fields: str) -> tuple:
        return tuple(one for one in entries if not any(day(getattr(one, f)) > when for f in fields if getattr(one, f)))

    return replace(
        chart,
        encounters=kept(chart.encounters, "start"),
        problems=kept(chart.problems, "onset", "recorded"),
        measurements=kept(chart.measurements, "when"),
        medicines=kept(chart.medicines, "when", "start"),
        allergies=kept(chart.allergies, "recorded"),
        procedures=kept(chart.procedures, "start"),
        reports=kept(chart.reports, "when"),
        documents=kept(chart.documents, "when"),
        immunizations=kept(chart.immunizations, "when"),
        imaging=kept(chart.imaging, "when"),
        care_plans=kept(chart.care_plans, "start"),
        goals=kept(chart.goals, "start"),
        variants=kept(chart.variants, "when"),
        scans=kept(chart.scans, "when"),
        lesions=kept(chart.lesions, "when"),
        genomes=kept(chart.genomes, "when"),
        outside_calls=kept(chart.outside_calls, "when"),
    )


def _ids_are_unique(facts: list[Fact]) -> None:
    seen: set[str] = set()
    for fact in facts:
        if fact.id in seen:
            raise InvalidInput(
                "XL-WORKUP-001",
                "two entries of the chart claim the same place",
                where=fact.id.partition(".")[2],
                fix="take the record in again",
            )
        seen.add(fact.id)
