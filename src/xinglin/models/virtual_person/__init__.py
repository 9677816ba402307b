"""A virtual person: from traits and a chronic course to the tables of a clinical record. Nobody in it is real.

request = PeopleRequest(locale="cn", seed=7)
course = chronic.run(course_request(request, regimen), traits)
people = make_people(request, locale("cn"), course)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.virtual_person import body, happenings
from xinglin.models.virtual_person.genome import alleles_of as alleles_of
from xinglin.models.virtual_person.genome import drawn_genes as drawn_genes
from xinglin.models.virtual_person.genome import genome_of as genome_of
from xinglin.models.virtual_person.genome import genotypes
from xinglin.models.virtual_person.identity import identities
from xinglin.models.virtual_person.illness import measured, with_illness
from xinglin.models.virtual_person.person import course_request as course_request
from xinglin.models.virtual_person.person import lives_of
from xinglin.models.virtual_person.visits import CHECKUP, visits
from xinglin.records.people import VirtualPeople

if TYPE_CHECKING:
    from xinglin.records.people import Gene, Illness, Locale, PeopleRequest
    from xinglin.records.simulation import CourseBlock


def make_people(
    request: PeopleRequest, locale: Locale, course: CourseBlock, genes: tuple[Gene, ...] = (), illness: Illness | None = None
) -> VirtualPeople:
    """The people of this chronic course as tables; a person's rows depend on the seed and the person's number alone.

    `illness`: one more illness that all of them have. Raises InvalidInput XL-PEOPLE-002 when the course was not run on
    `course_request(request)`, XL-PEOPLE-004 when the illness is of other people.
    """
    usual, locale = locale.measures, with_illness(locale, illness) if illness else locale
    lives = lives_of(request, locale, course, illness)
    at = visits(lives)
    taken, values = body.observed(lives, at, usual)
    pressure = happenings.pressures(lives, at)
    weight = next(place for place, measure in enumerate(usual) if measure.key == "weight")
    found = happenings.conditions(lives, at)
    checkup = np.flatnonzero(at.moment_kind == CHECKUP)
    tables = {
        "person": identities(lives),
        "encounter": {
            "person": lives.people[at.row], "n": at.number, "kind": at.kind, "start": at.start, "end": at.end, "reason": at.reason,
        },
        "condition": found,
        "observation": _observations(lives, at, taken, values),
        "pressure": pressure,
        "smoking": {
            "person": lives.people[at.moment_row[checkup]], "n": happenings.numbered(at.moment_row[checkup]), "time": at.moment_time[checkup],
            "status": lives.smoker[at.moment_row[checkup]].astype(np.int64), "encounter": at.number[at.moment_encounter[checkup]],
        },
        "medication": happenings.medicines(lives, at, found),
        "procedure": happenings.procedures(lives, at),
        "immunization": happenings.immunizations(lives, at),
        "allergy": happenings.allergies(lives),
        "note": happenings.notes(lives, at, pressure, values[:, weight]),
        "genotype": genotypes(lives, genes) if genes else {"person": np.zeros(0, np.int64)},
    }  # fmt: skip
    return VirtualPeople(locale, request, course.first, lives.count, tables, genes)


def _observations(lives, at, taken, values):
    """Each measured value with its flag against the locale's reference interval for the sex."""
    moment, what = np.nonzero(taken)
    row = at.moment_row[moment]
    value, female = values[moment, what], lives.female[row].astype(np.int64)
    bounds = np.array(
        [[_scaled(m, m.interval_men), _scaled(m, m.interval_women)] for m in lives.locale.measures]
    )  # (measures, sex, low and high)
    low, high = bounds[what, female, 0], bounds[what, female, 1]
    known = np.isfinite(low) | np.isfinite(high)
    flag = np.where(~known, 0, np.where(value < low, 2, np.where(value > high, 3, 1)))
    rows = {"row": row, "what": what, "time": at.moment_time[moment], "value": value, "encounter": at.number[at.moment_encounter[moment]]}
    if lives.illness:
        more = measured(lives, at, lives.illness)
        rows = {name: np.concatenate([column, more[name]]) for name, column in rows.items()}
        order = np.lexsort((rows["what"], rows["time"], rows["row"]))
        flag = np.concatenate([flag, np.zeros(len(more["row"]), np.int64)])[order]
        rows = {name: column[order] for name, column in rows.items()}
    row = rows.pop("row")
    return {
        "person": lives.people[row], "n": happenings.numbered(row), "what": rows["what"], "time": rows["time"], "value": rows["value"],
        "flag": flag, "female": lives.female[row].astype(np.int64), "encounter": rows["encounter"],
    }  # fmt: skip


def _scaled(measure, interval):
    """The interval in the units values are kept in; infinite where open."""
    low, high = interval or (None, None)
    scale = 10.0**measure.decimals
    return (-np.inf if low is None else float(low) * scale, np.inf if high is None else float(high) * scale)
