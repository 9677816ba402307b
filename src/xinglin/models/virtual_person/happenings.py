"""What is found, prescribed, done, given and noted: conditions, medicines, procedures, vaccines, allergies, notes, genes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.virtual_person.draws import normal, uniform
from xinglin.models.virtual_person.illness import treatments
from xinglin.models.virtual_person.person import FAR
from xinglin.models.virtual_person.visits import ACUTE, CHECKUP, DAY, INPATIENT, Visits, numbered
from xinglin.records.people import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.virtual_person.person import Lives

    Ints = NDArray[np.int64]
    Columns = dict[str, Ints]

_CHRONIC = ("hypertension", "diabetes", "chronic_kidney_disease")  # ends of the course that are conditions too
_DRUGS = {
    "antihypertensive": "lisinopril", "second_antihypertensive": "amlodipine", "statin": "atorvastatin", "metformin": "metformin",
}  # fmt: skip
_WEEK = 7


def ordered(lives: Lives, row: Ints, key: Ints, columns: Columns) -> Columns:
    """Columns sorted by person and `key`, with the person's number and the row's number within the person."""
    order = np.lexsort((key, row))
    row = row[order]
    return {"person": lives.people[row], "n": numbered(row)} | {name: column[order] for name, column in columns.items()}


def conditions(lives: Lives, at: Visits) -> Columns:
    """Conditions with the day they began; acute ones with the day they were over."""
    parts: list[tuple[Ints, int | Ints, Ints, Ints]] = []
    for name in _CHRONIC:
        minute = lives.minute(lives.course.ends[name])
        rows = np.flatnonzero(minute < lives.last_minute)
        before = np.where(
            lives.course.ends[name][rows] <= 0, np.floor(uniform(lives.request.seed, f"since/{name}", lives.people[rows]) * 2500), 0
        )
        parts.append((rows, lives.condition(name), minute[rows] // DAY - before.astype(np.int64), np.full(len(rows), NEVER)))
    start = np.full(lives.count, lives.start_day)
    ldl, bmi = lives.course.observed["ldl"][:, 0], lives.course.observed["bmi"][:, 0]
    for name, found in (("hyperlipidemia", ldl > 160), ("obesity", bmi >= lives.locale.obese_bmi), ("smoking", lives.smoker)):
        rows = np.flatnonzero(found)
        parts.append((rows, lives.condition(name), start[rows] - 30, np.full(len(rows), NEVER)))
    if lives.illness:
        rows = np.flatnonzero(lives.died > (begins := lives.start_day + lives.illness.begins_day) * DAY)
        parts.append((rows, lives.condition(lives.illness.condition.key), np.full(len(rows), begins), np.full(len(rows), NEVER)))
    for moment, which in ((lives.ascvd, lives.event_condition), (lives.failure, np.full(lives.count, lives.condition("heart_failure")))):
        rows = np.flatnonzero(moment < lives.last_minute)
        parts.append((rows, which[rows], moment[rows] // DAY, np.full(len(rows), NEVER)))
    acute = np.flatnonzero(at.kind == ACUTE)
    parts.append((at.row[acute], at.reason[acute], at.start[acute] // DAY - 2, at.start[acute] // DAY + _WEEK))
    last = np.flatnonzero((at.kind == INPATIENT) & (at.reason == lives.condition("pneumonia")))  # the last days of a life
    parts.append((at.row[last], at.reason[last], at.start[last] // DAY, np.full(len(last), NEVER)))
    row = np.concatenate([part[0] for part in parts])
    what = np.concatenate([np.broadcast_to(part[1], part[0].shape) for part in parts])
    onset, abated = (np.concatenate([part[place] for part in parts]) for place in (2, 3))
    final = lives.last_minute // DAY - 1
    abated = np.where((abated > final) | (abated > (lives.died[row] // DAY)), NEVER, abated)
    columns = {"what": what, "onset": onset, "abated": abated, "encounter": at.encounter_at(row, onset * DAY + 720)}
    return ordered(lives, row, onset * 64 + what, columns)


def medicines(lives: Lives, at: Visits, found: Columns) -> Columns:
    """What is taken: as the course says, and what events and complaints bring with them."""
    index = {term.key: place for place, term in enumerate(lives.locale.medicines)}
    parts: list[tuple[Ints, int | Ints, Ints, Ints]] = []
    for treatment, drug in _DRUGS.items():
        series = np.nan_to_num(lives.course.observed[f"on_{treatment}"]) > 0
        rows = np.flatnonzero(series.any(axis=1))
        begins = series[rows].argmax(axis=1)
        parts.append(
            (rows, index[drug], lives.start_day + np.floor(begins * 0.25 * 365.25).astype(np.int64) + 1, np.full(len(rows), NEVER))
        )
    heart = lives.event_condition == lives.condition("myocardial_infarction")
    for drug, moment in (
        ("aspirin", np.where(heart, lives.ascvd, FAR)), ("clopidogrel", np.where(heart, FAR, lives.ascvd)), ("furosemide", lives.failure),
    ):  # fmt: skip
        rows = np.flatnonzero(moment < lives.last_minute)
        parts.append((rows, index[drug], moment[rows] // DAY, np.full(len(rows), NEVER)))
    acute = np.flatnonzero(at.kind == ACUTE)
    parts.append((at.row[acute], index["paracetamol"], at.start[acute] // DAY, at.start[acute] // DAY + 5))
    row = np.concatenate([part[0] for part in parts])
    what = np.concatenate([np.broadcast_to(part[1], part[0].shape) for part in parts])
    start, stop = (np.concatenate([part[place] for part in parts]) for place in (2, 3))
    kept = start * DAY < np.minimum(lives.died[row], lives.last_minute)
    row, what, start, stop = row[kept], what[kept], start[kept], stop[kept]
    died = lives.died[row] // DAY
    stop = np.where((stop == NEVER) & (died < FAR // DAY), np.maximum(died, start), np.where(stop > died, np.maximum(died, start), stop))
    stop = np.where(stop >= lives.last_minute // DAY, NEVER, stop)
    reason = _reasons(lives, found, row, what)
    columns = {"what": what, "start": start, "stop": stop, "reason": reason, "encounter": at.encounter_at(row, start * DAY + 720)}
    return ordered(lives, row, start * 64 + what, columns)


def _reasons(lives: Lives, found: Columns, row: Ints, what: Ints) -> Ints:
    """The number of the condition each medicine is given for, 0 where the person has no such condition."""
    meant = np.array([lives.condition(term.details["given_for"]) for term in lives.locale.medicines])[what]
    table = np.zeros((lives.count, len(lives.locale.conditions)), np.int64)
    table[found["person"][::-1] - lives.people[0], found["what"][::-1]] = found["n"][::-1]
    return table[row, meant]


def procedures(lives: Lives, at: Visits) -> Columns:
    """An electrocardiogram at check-ups every other year, imaging in hospital, colonoscopy at 50 and 60."""
    index = {term.key: place for place, term in enumerate(lives.locale.procedures)}
    heart, stroke, failing = (lives.condition(name) for name in ("myocardial_infarction", "stroke", "heart_failure"))
    checkup, stay = at.kind == CHECKUP, at.kind == INPATIENT
    years = np.floor(lives.age[at.row] + (at.start / DAY - lives.start_day) / 365.25)
    chosen = (
        ("electrocardiogram", checkup & (years % 2 == 0)), ("colonoscopy", checkup & ((years == 50) | (years == 60))), ("chest_xray", stay),
        ("coronary_angiography", stay & (at.reason == heart)), ("head_ct", stay & (at.reason == stroke)),
        ("echocardiogram", stay & ((at.reason == heart) | (at.reason == failing))),
    )  # fmt: skip
    places = [np.flatnonzero(found) for _, found in chosen]
    place = np.concatenate(places)
    what = np.concatenate([np.full(len(found), index[name]) for (name, _), found in zip(chosen, places, strict=True)])
    row, time, number = at.row[place], at.start[place] + 15, at.number[place]
    if lives.illness:
        more = treatments(lives, at, lives.illness)
        row, what, time, number = (np.concatenate(pair) for pair in zip((row, what, time, number), more, strict=True))
    return ordered(lives, row, time * 64 + what, {"what": what, "time": time, "encounter": number})


def immunizations(lives: Lives, at: Visits) -> Columns:
    """Vaccines at check-ups: influenza for most every year, others once due by age. Uptake is a choice, no source."""
    checkup = np.flatnonzero(at.kind == CHECKUP)
    row, minute = at.row[checkup], at.start[checkup]
    year = np.floor((minute / DAY - lives.start_day) / 365.25).astype(np.int64)
    age = lives.age[row] + year
    parts = []
    for place, term in enumerate(lives.locale.vaccines):
        each = int(term.details["every_years"])
        offset = np.floor(uniform(lives.request.seed, f"vaccine/{term.key}", lives.people) * min(each, 10)).astype(np.int64)[row]
        due = (age >= float(term.details["from_age"])) & ((year % each == offset) if each < 99 else (year == offset))
        due &= uniform(lives.request.seed, f"vaccinated/{term.key}", lives.people[row], year) < 0.7
        found = np.flatnonzero(due)
        parts.append((row[found], np.full(len(found), place), minute[found] + 20, at.number[checkup][found]))
    row, what, time, encounter = (np.concatenate(column) for column in zip(*parts, strict=True))
    return ordered(lives, row, time * 64 + what, {"what": what, "time": time, "encounter": encounter})


def allergies(lives: Lives) -> Columns:
    """Allergies known since before the record begins."""
    parts, has = [], np.zeros(lives.count, np.bool_)
    for place, term in enumerate(lives.locale.allergens):
        found = uniform(lives.request.seed, f"allergy/{term.key}", lives.people) < float(term.details["share"])
        if term.key == "none":  # the last row: that none is known is recorded too
            found = ~has
        has |= found
        rows = np.flatnonzero(found)
        parts.append((rows, np.full(len(rows), place), np.full(len(rows), lives.start_day - 400)))
    row, what, onset = (np.concatenate(column) for column in zip(*parts, strict=True))
    return ordered(lives, row, what, {"what": what, "onset": onset})


def notes(lives: Lives, at: Visits, pressures: Columns, weights: Ints) -> Columns:
    """A note at every check-up, complaint and admission, with what was measured first there."""
    place = np.flatnonzero((at.kind == CHECKUP) | (at.kind == ACUTE) | (at.kind == INPATIENT))
    first = np.searchsorted(at.moment_encounter, place, sorter=(order := np.argsort(at.moment_encounter, kind="stable")))
    moment = order[first]
    row = at.row[place]
    age = np.floor(lives.age[row] + (at.start[place] / DAY - lives.start_day) / 365.25).astype(np.int64)
    columns = {
        "kind": at.kind[place], "time": at.start[place] + 25, "female": lives.female[row].astype(np.int64), "age": age,
        "sbp": pressures["sbp"][moment], "dbp": pressures["dbp"][moment], "weight": weights[moment], "encounter": at.number[place],
    }  # fmt: skip
    return ordered(lives, row, at.start[place] * 8 + at.kind[place], columns)


def pressures(lives: Lives, at: Visits) -> Columns:
    """Blood pressure at every moment, and the smoking status asked at check-ups."""
    row = at.moment_row
    years = (at.moment_time / DAY - lives.start_day) / 365.25
    place = np.clip((years * 4 + 1e-9).astype(np.int64), 0, len(lives.course.times) - 1)
    sbp, dbp = (lives.course.observed[name][row, place].astype(float) for name in ("sbp", "dbp"))
    shared = normal(lives.request.seed, "day/pressure", lives.people[row], at.moment_place)
    own = normal(lives.request.seed, "day/diastolic", lives.people[row], at.moment_place)
    sbp = np.rint(sbp * np.exp(0.055 * shared))
    dbp = np.minimum(np.rint(dbp * np.exp(0.04 * shared + 0.04 * own)), sbp - 10)
    return {
        "person": lives.people[row], "n": numbered(row), "time": at.moment_time, "sbp": sbp.astype(np.int64), "dbp": dbp.astype(np.int64),
        "encounter": at.number[at.moment_encounter],
    }  # fmt: skip
