"""When a person meets care: yearly check-ups, follow-ups, acute complaints, stays in hospital, and the moments at which something is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.virtual_person.draws import uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.virtual_person.person import Lives

    Ints = NDArray[np.int64]

DAY = 1440  # minutes
CHECKUP, FOLLOW_UP, ACUTE, INPATIENT = range(4)
ROUND, ROUND_WITH_LABS = 3, 4  # moments of a stay; the first three kinds of moments are those of visits
_PER_VISIT, _PER_DAY = (44, 24, 14), 41  # resources that a visit of each kind, and a day in hospital, become at least
ENOUGH = 520  # resources of one person at least: a short life ends with as long a stay as that takes
_MOST_DAYS = 30
COMPLAINTS = ("cold", "back_pain", "reflux", "urinary_infection", "rhinitis", "pneumonia")


@dataclass(frozen=True, eq=False)
class Visits:
    """Encounters in order of person and time, and the moments of measurement within them in the same order."""

    row: Ints  # (encounters,): which of the block's people
    number: Ints  # from 1 within the person
    kind: Ints
    start: Ints  # minutes
    end: Ints
    reason: Ints  # index of the locale's conditions, -1
    moment_row: Ints  # (moments,)
    moment_encounter: Ints  # index into the encounters
    moment_kind: Ints
    moment_time: Ints
    moment_place: Ints  # from 0 within the person: the place of its random numbers

    def encounter_at(self, row: Ints, minute: Ints) -> Ints:
        """Number of the last encounter of these people that began by then, 1 when none had."""
        order = self.row.astype(np.float64) * 1e10 + self.start
        found = np.searchsorted(order, row.astype(np.float64) * 1e10 + minute, side="right") - 1
        begins = np.searchsorted(self.row, row)
        return np.maximum(found - begins, 0) + 1


def visits(lives: Lives) -> Visits:
    """All encounters and moments of a block of people."""
    row, kind, start, end, reason = _planned(lives)
    enough = np.bincount(row, weights=np.array(_PER_VISIT)[kind], minlength=lives.count).astype(np.float64)
    stays = _stays(lives, enough)
    row, kind = np.concatenate([row, stays[0]]), np.concatenate([kind, np.full(len(stays[0]), INPATIENT)])
    start, end, reason = (np.concatenate([a, b]) for a, b in zip((start, end, reason), stays[1:], strict=True))
    order = np.lexsort((kind, start, row))
    row, kind, start, end, reason = (column[order] for column in (row, kind, start, end, reason))
    number = numbered(row)
    return Visits(row, number, kind, start, end, reason, *_moments(row, kind, start, end))


def numbered(row: Ints) -> Ints:
    """1, 2, 3 ... within each run of equal rows."""
    first = np.concatenate([[True], row[1:] != row[:-1]]) if len(row) else np.zeros(0, np.bool_)
    begins = np.flatnonzero(first)
    return np.arange(len(row)) - np.repeat(begins, np.diff(np.append(begins, len(row)))) + 1


def _planned(lives: Lives) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Visits outside hospital: one check-up and two follow-ups a year, a third for people on medicines, some acute complaints."""
    people, years, seed = lives.people, lives.request.years, lives.request.seed
    complaints = np.array([lives.condition(name) for name in COMPLAINTS])
    parts = []
    for year in range(years):
        treated = lives.treated(year + 0.75)
        for name, kind, begins, wide, share in (
            ("checkup", CHECKUP, 0.05, 0.2, 1.0), ("spring", FOLLOW_UP, 0.38, 0.1, 1.0), ("autumn", FOLLOW_UP, 0.7, 0.1, 1.0),
            ("winter", FOLLOW_UP, 0.88, 0.1, 0.0), ("acute", ACUTE, 0.0, 1.0, 0.5),
        ):  # fmt: skip
            draw = uniform(seed, f"visit/{name}", people, year)
            time = year + begins + wide * draw
            comes = np.ones(lives.count, np.bool_) if share else treated
            if kind == ACUTE:
                comes = uniform(seed, "acute/comes", people, year) < share
            minute = (
                (lives.start_day + np.floor(time * 365.25).astype(np.int64)) * DAY
                + 480
                + np.floor(draw * 7919 % 1 * 32).astype(np.int64) * 15
            )
            comes &= minute + 60 < lives.died
            if kind == ACUTE:
                which = complaints[
                    np.minimum((uniform(seed, "acute/what", people, year) * len(complaints)).astype(np.int64), len(complaints) - 1)
                ]
            else:
                which = np.full(lives.count, -1)
            rows = np.flatnonzero(comes)
            parts.append((rows, np.full(len(rows), kind), minute[rows], minute[rows] + 30, which[rows]))
    if lives.illness:
        parts.append(looks(lives))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))  # type: ignore[return-value]


def looks(lives: Lives) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """The visits of an illness: one at each time of its course, while the person lives and the record lasts."""
    from xinglin.models.virtual_person.person import illness_minutes

    illness = lives.illness
    assert illness is not None
    minute = illness_minutes(illness, lives.start_day, illness.course.times)
    row, place = np.nonzero(minute[None, :] + 60 < np.minimum(lives.died, lives.last_minute)[:, None])
    kinds, reason = np.full(len(row), FOLLOW_UP), np.full(len(row), lives.condition(illness.condition.key))
    return row, kinds, minute[place], minute[place] + 40, reason


def _stays(lives: Lives, enough: NDArray[np.float64]) -> tuple[Ints, Ints, Ints, Ints]:
    """Hospital stays for a first event, for heart failure, and at the end of life."""
    parts = []
    for name, moment, least, wide in (("ascvd", lives.ascvd, 3, 5), ("heart_failure", lives.failure, 4, 6), ("death", lives.died, 3, 9)):
        rows = np.flatnonzero(moment < lives.last_minute)
        days = least + np.floor(uniform(lives.request.seed, f"stay/{name}", lives.people[rows]) * wide).astype(np.int64)
        if name == "death":
            days = np.clip(np.maximum(days, np.ceil((ENOUGH - enough[rows]) / _PER_DAY).astype(np.int64)), 1, _MOST_DAYS)
            start, end = moment[rows] - days * DAY, moment[rows]
            reason = np.full(len(rows), lives.condition("pneumonia"))
        else:
            start = moment[rows]
            end = np.minimum(np.minimum(start + days * DAY, lives.died[rows]), lives.last_minute - 1)
            reason = lives.event_condition[rows] if name == "ascvd" else np.full(len(rows), lives.condition("heart_failure"))
        parts.append((rows, start, end, reason))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))  # type: ignore[return-value]


def _moments(row: Ints, kind: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """One moment per visit; in hospital one every six hours, with blood taken every fourth time."""
    stay = kind == INPATIENT
    rounds = np.where(stay, np.maximum((end - start) // 360, 1), 1)
    encounter = np.repeat(np.arange(len(row)), rounds)
    within = np.arange(len(encounter)) - np.repeat(np.cumsum(rounds) - rounds, rounds)
    inside = stay[encounter]
    kinds = np.where(inside, np.where(within % 4 == 0, ROUND_WITH_LABS, ROUND), kind[encounter])
    time = start[encounter] + np.where(inside, within * 360 + 30, 10)
    order = np.lexsort((encounter, time, row[encounter]))
    encounter, kinds, time = encounter[order], kinds[order], time[order]
    return row[encounter], encounter, kinds, time, numbered(row[encounter]) - 1
