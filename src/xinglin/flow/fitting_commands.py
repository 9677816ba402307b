"""The commands that fit an illness to one person, and that look for a schedule within limits."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from xinglin.flow.asked import Asked, Outcome
from xinglin.flow.simulation_commands import _label, regimens_given
from xinglin.records.errors import NotFound, Refused, UsageError
from xinglin.records.simulation import Band, Choice, Goal, Measurement, Optimisation, Posterior, Regimen, SimulationRequest

if TYPE_CHECKING:
    from xinglin.flow.house import House
    from xinglin.shelf.promises import AbstractDisease

_DECISIONS, _PEOPLE = 6, 1_200
_SHOWN = ("none", "standard", "rule", "cma")  # options whose courses are drawn


def calibrate(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A twin from a chart's readings, kept with the chart; or from a table of readings, told alone."""
    house = asked.house()
    disease = house.courses.disease(given["disease"])
    posterior, left_out = fitted_twin(house, disease, given)
    kept = bool(given["chart"]) and not given["dry_run"]
    if kept:
        house.courses.keep_twin(given["chart"], posterior)
    for line in left_out:
        asked.note(f"left out: {line}")
    value = twin_value(disease, posterior) | {"chart": given["chart"] or "", "kept": kept, "left_out": list(left_out)}
    return Outcome(value, tuple(_twin_lines(disease, posterior, kept)))


def fitted_twin(house: House, disease: AbstractDisease, given: Mapping[str, Any]) -> tuple[Posterior, tuple[str, ...]]:
    """(the twin, what of the record was left out). Raises UsageError XL-FIT-001 unless there is a chart or a table, and what fitting raises."""
    from xinglin.models.simulator import arms
    from xinglin.models.twin import fitted

    see_one_source(given["chart"], given["readings"])
    (regimen,) = regimens_given(disease, [given["given"]]) if given["given"] else (Regimen("none"),)
    known: dict[str, float] = {}
    left_out: tuple[str, ...] = ()
    if given["readings"]:
        from xinglin.intake.readings_file import read_readings

        measured = read_readings(Path(given["readings"]), disease.card.per_day)
    else:
        measured, known, left_out = chart_readings(house, disease, given["chart"], given["lesion"] or "", given["as_of"] or "")
    traits = known | arms.traits_given(disease.card, ",".join(given["trait"]))
    return fitted(disease, measured, regimen, traits=traits, seed=given["seed"] or 0), left_out


def see_one_source(chart: object, readings: object) -> None:
    """Raises UsageError XL-FIT-001 unless there is a chart or a table of readings, and not both."""
    if bool(chart) == bool(readings):
        raise UsageError(
            "XL-FIT-001", "a chart or a table of readings is needed, one of them", where="calibrate", fix="chart-1, or --readings FILE.csv"
        )


def chart_readings(
    house: House, disease: AbstractDisease, chart: str, lesion: str, as_of: str
) -> tuple[Sequence[Measurement], dict[str, float], tuple[str, ...]]:
    """A chart's readings, known traits, and what was left out. Raises Refused XL-FIT-002 where there is no reading."""
    from xinglin.workup.readings import readings_of, traits_of

    facts = house.facts(house.chart(chart), as_of)
    found = readings_of(disease.card, facts, lesion=lesion)
    if not found.measured:
        seen = ", ".join(one.names["en"] for one in disease.card.observables if one.fact) or "nothing"
        raise Refused(
            "XL-FIT-002", "the record holds no reading that the model can use", where=chart, why=f"it can use: {seen}",
            fix="take in or mark what is missing; `xinglin chart` shows what is known",
        )  # fmt: skip
    return found.measured, {name: value for name, (value, _) in traits_of(disease.card, facts).items()}, found.left_out


def method_named(word: str) -> Literal["cma", "receding", "both"]:
    """The way of searching. Raises UsageError XL-FIT-006."""
    known: dict[str, Literal["cma", "receding", "both"]] = {"cma": "cma", "receding": "receding", "both": "both"}
    if word not in known:
        raise UsageError("XL-FIT-006", "there is no such way of searching", where="method", fix=f"one of: {', '.join(known)}")
    return known[word]


def twin_value(disease: AbstractDisease, posterior: Posterior) -> dict[str, Any]:
    """A twin as plain data, without its draws."""
    return {
        "disease": posterior.disease, "version": posterior.version, "regimen": posterior.regimen.name, "readings": len(posterior.measured),
        "estimates": [msgspec.to_builtins(one) for one in posterior.estimates], "effective": posterior.effective, "method": posterior.method,
        "simulations": posterior.simulations, "fit": posterior.fit, "seed": posterior.seed, "notes": list(posterior.notes),
        "unverified_parameters": [row.name for row in disease.card.parameters if row.unverified], "label": "simulation, for research",
    }  # fmt: skip


def _twin_lines(disease: AbstractDisease, posterior: Posterior, kept: bool) -> list[str]:
    lines = [f"{disease.card.title['en']}: a twin from {len(posterior.measured)} readings (simulation, for research)"]
    for one in sorted(posterior.estimates, key=lambda row: -row.shrunk):
        said = f"learned {one.shrunk:.0%}" if one.shrunk >= 0.1 else "hardly anything learned"
        lines.append(f"{one.name}: {one.middle:.4g} {one.unit} (90% {one.low:.4g} to {one.high:.4g}); {said}")
    lines.append(
        f"effective draws {posterior.effective:,.0f} by {posterior.method}; fit {posterior.fit:.2f} (near 0 or 1: the model does not fit)"
    )
    lines += posterior.notes
    if kept:
        lines.append("kept with the chart; `xinglin make disease-simulation` speaks of it")
    return lines


def optimise(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Schedules within limits, for the population, a nameless person's readings, or the twin kept with a chart."""
    house = asked.house()
    disease = house.courses.disease(given["disease"])
    result, people = _optimised(asked, house, disease, given)
    files: list[Path] = []
    if given["out"] and not given["dry_run"]:
        from xinglin.review.schedules import write_schedules

        files = write_schedules(
            result, disease.card, _bands(disease, result, people), Path(given["out"]), home=house.settings.home, language=given["lang"] or "en",
            label=_label(house, f"schedules-{result.seed}"), person=bool(given["chart"]),
        )  # fmt: skip
    value = schedules_told(result) | {
        "chart": given["chart"] or "",
        "label": "simulation, for research",
        "files": [str(one) for one in files],
    }
    return Outcome(value, (*_option_lines(disease, result), *map(str, files[:1])))


def _optimised(asked: Asked, house: House, disease: AbstractDisease, given: Mapping[str, Any]) -> tuple[Optimisation, Mapping[str, Any]]:
    from xinglin.models.scheduling import optimise as search
    from xinglin.models.simulator import arms

    card, per_day = disease.card, disease.card.per_day
    twin = _twin_asked(house, disease, given)
    if twin is None:
        traits = arms.traits_given(card, ",".join(given["trait"]))
        people = disease.draw(SimulationRequest(card.name, (0.0,), patients=_PEOPLE, seed=given["seed"] or 0, traits=traits), 0, _PEOPLE)
        now, before = 0.0, Regimen("none")
    else:
        people, before = twin.draws, twin.regimen
        now = arms.number(given["now_days"]) * per_day if given["now_days"] else max(one.time for one in twin.measured)
        if before.rules:
            raise UsageError(
                "XL-FIT-003", "what was given followed a rule", where=before.name, fix="give --given as the doses that were given"
            )
        before = msgspec.structs.replace(before, doses=tuple(dose for dose in before.doses if dose.time < now))
    until = arms.number(given["days"]) * per_day if given["days"] else max(card.horizon, now + card.horizon / 4)
    shown = sys.stderr.isatty()
    result = search(
        disease, people, choices_given(disease, given["treat"], given["most"], now, until, per_day), goal_given(disease, given["goal"] or "", given["tail"]),
        method=given["method"], limits=_limits(disease, given["limit"]), before=before, now=now, until=until, watched=given["watched"] or "",
        known=twin is not None, seed=given["seed"] or 0, evaluations=given["evaluations"],
        progress=(lambda n, of: asked.note(f"{n:,} of {of:,}") if n % 50 == 0 else None) if shown else None,
    )  # fmt: skip
    return result, people


def _twin_asked(house: House, disease: AbstractDisease, given: Mapping[str, Any]) -> Posterior | None:
    """The twin kept with a chart, one fitted to a table, or none: the population."""
    if given["readings"]:
        return fitted_twin(house, disease, given)[0]
    if not given["chart"]:
        return None
    found = house.courses.twin(given["chart"], given["disease"].replace("-", "_"))
    if found is None:
        raise NotFound(
            "XL-FIT-004",
            "no twin of this person is kept",
            where=given["chart"],
            fix=f"first: xinglin calibrate {disease.name} {given['chart']}",
        )
    return found


def choices_given(
    disease: AbstractDisease, treat: Sequence[str], most: Sequence[str], now: float, until: float, per_day: float
) -> tuple[Choice, ...]:
    """Choices from "drug" (six decisions, evenly) or "drug=0,21,42" (days from the start), and "drug=200" as the most at one time."""
    from xinglin.models.simulator import arms

    greatest = {name: arms.number(amount) for name, _, amount in (word.partition("=") for word in most)}
    found = []
    for word in treat:
        name, _, times = word.partition("=")
        if times:
            days = tuple(arms.number(part) * per_day for part in times.split(","))
        else:
            gap = next((one.least_gap for one in disease.card.treatments if one.name == name), 0.0)
            step = max(gap, (until - now) / (2 * _DECISIONS))
            days = tuple(now + n * step for n in range(_DECISIONS) if now + n * step < until)
        found.append(Choice(treatment=name, times=days, most=greatest.get(name, float("inf"))))
    return tuple(found)


def goal_given(disease: AbstractDisease, word: str, tail: str | None) -> Goal:
    """ "burden:volume", "time:death", "near:concentration=15"; "" is a long time without the end that stops, else a small first observable."""
    from xinglin.models.simulator import arms

    card = disease.card
    stops = [one.name for one in card.ends if one.stops]
    word = word or (f"time:{stops[0]}" if stops else f"burden:{card.observables[0].name}")
    kind, _, rest = word.partition(":")
    of, _, target = rest.partition("=")
    kinds: dict[str, Literal["burden", "time", "near"]] = {"burden": "burden", "time": "time", "near": "near"}
    if kind not in kinds or not of or (kind == "near") != bool(target):
        raise UsageError(
            "XL-FIT-005", "the goal cannot be read", where="--goal", fix="burden:OBSERVABLE, time:END or near:OBSERVABLE=VALUE"
        )
    return Goal(kind=kinds[kind], of=of, target=arms.number(target) if target else 1.0, tail=arms.number(tail) if tail else 1.0)


def _limits(disease: AbstractDisease, words: Sequence[str]) -> dict[str, float] | None:
    from xinglin.models.simulator import arms

    if not words:
        return None
    return {name: arms.number(share) for name, _, share in (word.partition("=") for word in words)}


def _bands(disease: AbstractDisease, result: Optimisation, people: Mapping[str, Any]) -> tuple[Band, ...]:
    """Courses under the options that are the same for everybody."""
    from xinglin.models.simulator import arms
    from xinglin.models.simulator.summary import bands_of

    times, count = arms.times_until(disease.card, result.until), len(next(iter(people.values())))
    found: list[Band] = []
    for one in result.options:
        if one.kind in _SHOWN:
            found += bands_of(one.name, disease.run(SimulationRequest(disease.card.name, times, one.regimen, count, result.seed), people))
    return tuple(found)


def schedules_told(result: Optimisation) -> dict[str, Any]:
    """The result as plain data; what is infinite is null."""
    from xinglin.review.schedules import schedules_value

    return schedules_value(result)


def _goal_said(disease: AbstractDisease, goal: Goal) -> str:
    """What the numbers of the options are, with their unit."""
    said = {
        "burden": f"mean logarithm of {goal.of} at the end, smaller is better",
        "time": f"time until {goal.of} in {disease.card.time_unit}, longer is better",
        "near": f"mean distance of {goal.of} from {goal.target:g} as a logarithm, smaller is better",
    }[goal.kind]
    return said + (f"; the worst {goal.tail:.0%} alone" if goal.tail < 1 else "")


def _option_lines(disease: AbstractDisease, result: Optimisation) -> list[str]:
    lines = [
        f"{disease.card.title['en']}: {_goal_said(disease, result.goal)}, judged on {result.judged:,} draws (simulation, for research; no order)"
    ]
    for one in result.options:
        harms = "; ".join(f"{name} {share:.1%}" for name, share in one.harms.items())
        mark = " (bound)" if one.kind == "oracle" else "" if one.feasible else " BREAKS A LIMIT"
        lines.append(
            f"{one.name}: {one.middle:.4g} ({one.low:.4g} to {one.high:.4g}), regret {one.regret:.3g} ({one.regret_low:.3g} to {one.regret_high:.3g})"
            + (f", {harms}" if harms else "") + mark
        )  # fmt: skip
    lines += result.notes
    lines.append(f"best within the limits: {result.best}" if result.best else "no option keeps the limits")
    return lines
