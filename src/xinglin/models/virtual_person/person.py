"""A block of people with their chronic course: what everything else is worked out from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.virtual_person.draws import uniform
from xinglin.models.virtual_person.visits import DAY
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import SECONDS, Regimen, SimulationRequest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.people import Illness, Locale, PeopleRequest
    from xinglin.records.simulation import CourseBlock

FAR = 2**62  # a minute nobody reaches
_TREATMENTS = ("antihypertensive", "second_antihypertensive", "statin", "metformin")
_LEAST_YEARS, _MOST_YEARS = 8, 40
_INFARCTION = 0.55  # of first atherosclerotic events, the others are strokes: a choice, no source


def course_request(request: PeopleRequest, regimen: Regimen) -> SimulationRequest:
    """What is asked of the chronic disease for these people: every quarter of a year. Raises InvalidInput XL-PEOPLE-001 or 003."""
    if not _LEAST_YEARS <= request.years <= _MOST_YEARS:
        raise InvalidInput(
            "XL-PEOPLE-001", "records cannot reach back so far or so little", where="request.years",
            why=f"a full record needs {_LEAST_YEARS} to {_MOST_YEARS} years", fix="ask for 10",
        )  # fmt: skip
    _day(request.as_of)
    times = tuple(0.25 * quarter for quarter in range(request.years * 4 + 1))
    return SimulationRequest("chronic", times, regimen, seed=request.seed, traits={"china": float(request.locale == "cn")})


def _day(text: str) -> int:
    """Days since 1970. Raises InvalidInput XL-PEOPLE-003 for what is no date."""
    try:
        return date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError as error:
        raise InvalidInput("XL-PEOPLE-003", "the last day is no date", where="request.as_of", fix="write it as 2026-06-30") from error


@dataclass(frozen=True, eq=False)
class Lives:
    """People and their courses. Times in minutes; FAR for what does not happen."""

    request: PeopleRequest
    locale: Locale
    course: CourseBlock
    people: NDArray[np.int64]
    start_day: int
    last_minute: int
    died: NDArray[np.int64]
    ascvd: NDArray[np.int64]
    failure: NDArray[np.int64]
    event_condition: NDArray[np.int64]
    illness: Illness | None = None

    @property
    def count(self) -> int:
        """How many people."""
        return len(self.people)

    @property
    def age(self) -> NDArray[np.float64]:
        """Age in years when the record begins."""
        return self.course.traits["age"]

    @property
    def height(self) -> NDArray[np.float64]:
        """Height in cm."""
        return self.course.traits["height"]

    @property
    def female(self) -> NDArray[np.bool_]:
        """True for women."""
        return self.course.traits["woman"] > 0

    @property
    def smoker(self) -> NDArray[np.bool_]:
        """True for people who smoke."""
        return self.course.traits["smoker"] > 0

    def condition(self, key: str) -> int:
        """Index of a condition of the locale."""
        return next(place for place, term in enumerate(self.locale.conditions) if term.key == key)

    def treated(self, years: float) -> NDArray[np.bool_]:
        """Who is on any medicine at that time."""
        place = int(years * 4 + 1e-9)
        return np.any([self.course.observed[f"on_{name}"][:, place] > 0 for name in _TREATMENTS], axis=0)

    def minute(self, years: NDArray[np.float64]) -> NDArray[np.int64]:
        """Years after the start as minutes; FAR for NaN."""
        happens = np.isfinite(years)
        return np.where(happens, self.start_day * DAY + (np.where(happens, years, 0) * 365.25 * DAY).astype(np.int64), FAR)


def lives_of(request: PeopleRequest, locale: Locale, course: CourseBlock, illness: Illness | None = None) -> Lives:
    """The people of a chronic course, and of an illness beside it.

    Raises InvalidInput XL-PEOPLE-002 for a course that was not made by `course_request`, XL-PEOPLE-004 for an illness of other people.
    """
    if course.disease != "chronic" or len(course.times) != request.years * 4 + 1 or abs(course.times[-1] - request.years) > 1e-9:
        raise InvalidInput(
            "XL-PEOPLE-002", "the course is not one of these people", where="course", fix="run chronic on course_request(request)"
        )
    last_day = _day(request.as_of)
    people = np.arange(course.first, course.first + course.patients)
    start = last_day - round(request.years * 365.25)
    blank = np.zeros(len(people), np.int64)
    lives = Lives(request, locale, course, people, start, (last_day + 1) * DAY, blank, blank, blank, blank)
    heart = uniform(request.seed, "event/which", people) < _INFARCTION
    which = np.where(heart, lives.condition("myocardial_infarction"), lives.condition("stroke"))
    died, ascvd, failure = (lives.minute(course.ends[name]) for name in ("death", "ascvd", "heart_failure"))
    if illness:
        died = np.minimum(died, illness_death(illness, start, len(people), course.first))
        ascvd, failure = (np.where(moment < died, moment, FAR) for moment in (ascvd, failure))
    return Lives(request, locale, course, people, start, (last_day + 1) * DAY, died, ascvd, failure, which, illness)


def illness_death(illness: Illness, start_day: int, count: int, first: int) -> NDArray[np.int64]:
    """When the illness ends a life, in minutes; FAR where it does not. Raises InvalidInput XL-PEOPLE-004 for other people's courses."""
    if illness.course.first != first or illness.course.patients != count:
        raise InvalidInput("XL-PEOPLE-004", "the illness is of other people", where="illness.course", fix="run it for the same people")
    when = illness.course.ends.get("death", np.full(count, np.nan))
    dies = np.isfinite(when)
    return np.where(dies, illness_minutes(illness, start_day, np.where(dies, when, 0.0)), FAR)


def illness_minutes(illness: Illness, start_day: int, times: NDArray[np.float64]) -> NDArray[np.int64]:
    """Times of the illness's own clock as minutes."""
    return (
        (start_day + illness.begins_day) * DAY
        + 540
        + np.rint(times * (SECONDS[illness.card.time_unit] / SECONDS["d"]) * DAY).astype(np.int64)
    )
