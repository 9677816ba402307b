"""An illness beside the chronic ones: its measurements and treatments become rows like any others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from xinglin.models.virtual_person.person import illness_minutes
from xinglin.records.people import Measure, Term

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.virtual_person.person import Lives
    from xinglin.models.virtual_person.visits import Visits
    from xinglin.records.people import Illness, Locale
    from xinglin.records.simulation import Observable

    Ints = NDArray[np.int64]


def measurable(illness: Illness) -> tuple[Observable, ...]:
    """The observables that an instrument shows: those with a code or a kind of finding."""
    return tuple(o for o in illness.card.observables if (o.code or o.fact) and o.name in illness.course.observed)


def with_illness(locale: Locale, illness: Illness) -> Locale:
    """The locale with the words and codes of the illness: its name, what is measured of it, how it is treated."""
    language = locale.language
    measures = tuple(
        Measure(
            f"{illness.card.name}_{o.name}",
            o.names[language],
            o.code,
            "",
            "laboratory" if o.code else "imaging",
            o.unit,
            o.unit,
            o.decimals,
        )
        for o in measurable(illness)
    )
    treatments = tuple(Term(f"{illness.card.name}_{t.name}", t.names[language]) for t in illness.card.treatments)
    return replace(
        locale, measures=(*locale.measures, *measures), conditions=(*locale.conditions, illness.condition),
        procedures=(*locale.procedures, *treatments),
    )  # fmt: skip


def measured(lives: Lives, at: Visits, illness: Illness) -> dict[str, Ints]:
    """Rows of the observation table, unsorted: person's place (row), what, time, value, encounter."""
    base = len(lives.locale.measures) - len(measurable(illness))
    minute = illness_minutes(illness, lives.start_day, illness.course.times)
    seen = minute[None, :] + 60 < np.minimum(lives.died, lives.last_minute)[:, None]
    parts = []
    for place, observable in enumerate(measurable(illness)):
        series = illness.course.observed[observable.name].astype(float)
        row, time = np.nonzero(seen & np.isfinite(series))
        value = np.rint(series[row, time] * 10.0**observable.decimals).astype(np.int64)
        parts.append((row, np.full(len(row), base + place), minute[time] + 15, value))
    row, what, time, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    return {"row": row, "what": what, "time": time, "value": value, "encounter": at.encounter_at(row, time)}


def treatments(lives: Lives, at: Visits, illness: Illness) -> tuple[Ints, Ints, Ints, Ints]:
    """Each dose that was given: row, what (procedure of the locale), minute, encounter."""
    base = len(lives.locale.procedures) - len(illness.card.treatments)
    index = {treatment.name: base + place for place, treatment in enumerate(illness.card.treatments)}
    doses = illness.regimen.doses
    minute = illness_minutes(illness, lives.start_day, np.array([dose.time for dose in doses], float)) + 60
    what = np.array([index[dose.treatment] for dose in doses], np.int64)
    row, dose = np.nonzero(minute[None, :] < np.minimum(lives.died, lives.last_minute)[:, None])
    return row, what[dose], minute[dose], at.encounter_at(row, minute[dose])
