"""The commands that run an illness: a cohort written to a file or told in words, and a trial of virtual patients."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from xinglin import __version__
from xinglin.flow.asked import Asked, Outcome
from xinglin.flow.courses import LABEL
from xinglin.privacy import labels
from xinglin.records.errors import InvalidInput, Refused, UsageError
from xinglin.records.simulation import Comparison, CourseBlock, DiseaseCard, Regimen, SimulationRequest, TrialDesign, TrialResult

if TYPE_CHECKING:
    from xinglin.flow.house import House
    from xinglin.flow.virtual_people import Beside
    from xinglin.records import Label
    from xinglin.records.people import PeopleRequest
    from xinglin.shelf.promises import AbstractDisease

_MARK = {"en": "simulation, for research: nobody in it exists", "zh": "仅供科研的模拟，其中没有真实的人"}
TOLD = 2_000  # courses behind what is told in words, where nothing is written


def simulate(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A cohort: told in words, or with -o written patient by patient."""
    house = asked.house()
    disease = run_by(house.courses.disease(given["disease"]), given["engine"] or "", given["device"] or "", given["workers"])
    request = _request(disease, given)
    if given["out"] and not given["dry_run"]:
        return _written(asked, house, disease, request, given)
    return _told(disease, request, given)


def run_by(disease: AbstractDisease, engine: str, device: str = "", workers: int = 1) -> AbstractDisease:
    """The disease, run by torch where that is asked for. Raises UsageError XL-SIM-916, InvalidInput XL-SIM-06x."""
    if engine in ("", "serial", "pool", "ray") and not device:
        return disease
    if engine != "torch" or workers > 1:
        raise UsageError(
            "XL-SIM-916", "no such engine: a device is torch's, and torch is one worker", where="engine, device, workers",
            fix="engine torch, device cpu or cuda",
        )  # fmt: skip
    from xinglin.models.simulator.torch_engine import in_torch

    return in_torch(disease, device or "cpu")


def _request(disease: AbstractDisease, given: Mapping[str, Any]) -> SimulationRequest:
    from xinglin.models.simulator import arms

    days, every = (arms.number(given[word]) if given[word] else None for word in ("days", "every_days"))
    traits = arms.traits_given(disease.card, ",".join(given["trait"]))
    return request_of(
        disease, one_regimen(disease, given["regimen"]), days, every, given["patients"], given["seed"] or 0, traits, given["measured"]
    )


def request_of(
    disease: AbstractDisease, regimen: Regimen, days: float | None, every_days: float | None, patients: int, seed: int,
    traits: Mapping[str, float], measured: bool,
) -> SimulationRequest:  # fmt: skip
    """What is asked of a disease, with times in days whatever its own unit. Raises UsageError XL-SIM-802, 805."""
    from xinglin.models.simulator import arms

    per_day = disease.card.per_day
    until, every = (None if number is None else number * per_day for number in (days, every_days))
    times = arms.times_until(disease.card, until, every)
    (request,) = arms.requests(disease.card, [regimen], times, patients=patients, seed=seed, traits=traits, measured=measured)
    return request


def one_regimen(disease: AbstractDisease, word: str) -> Regimen:
    """The one regimen meant; "" is none. Raises UsageError XL-SIM-914 for several."""
    found = regimens_given(disease, [word or "none"])
    if len(found) != 1:
        raise UsageError("XL-SIM-914", "one regimen is asked for", where="--regimen", fix="give one; xinglin trial compares several")
    return found[0]


def regimens_given(disease: AbstractDisease, words: Sequence[str]) -> tuple[Regimen, ...]:
    """Regimens by the name they have on the card, or as a JSON file of one's own. Raises NotFound, InvalidInput XL-SIM-911."""
    from xinglin.models.simulator import arms
    from xinglin.models.simulator.limits import broken

    found: list[Regimen] = []
    for word in words:
        if word.endswith(".json"):
            try:
                found.append(msgspec.json.decode(Path(word).read_bytes(), type=Regimen))
            except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
                raise InvalidInput(
                    "XL-SIM-911", "the regimen cannot be read", where=word, why=type(error).__name__, fix="see docs/look-up/simulations.md"
                ) from error
        else:
            found += arms.arms_named(disease.card, word)
    for one in found:
        if what := broken(disease.card, one):
            raise Refused(
                "XL-SIM-915", "the regimen breaks a limit of its treatment", where=one.name, why="; ".join(what), fix="change the doses"
            )
    return tuple(found)


def _told(disease: AbstractDisease, request: SimulationRequest, given: Mapping[str, Any]) -> Outcome:
    """What becomes of the first people, in words."""
    from xinglin.models.simulator import arms
    from xinglin.models.simulator.summary import simulated
    from xinglin.workup.simulation_facts import facts_of

    few = msgspec.structs.replace(request, patients=min(request.patients, TOLD))
    simulation = simulated(disease, [few])
    facts = facts_of(disease.card, simulation, arms.shown_times(request.times), people=True)
    language = given["lang"] or "en"
    said = "said_zh" if language == "zh" else "said"
    value = _head(disease, request) | {
        "told_of": few.patients,
        "facts": [{"name": f.names[language][0], "said": f.details[said]} for f in facts],
        "residual": msgspec.to_builtins(simulation.residual),
        "files": [],
    }
    colon, beyond = ("：", "设定值超出其来源支持的范围") if language == "zh" else (": ", "set outside the range its source supports")
    lines = [f"{row['name']}{colon}{row['said']}" for row in value["facts"]]
    lines += [f"{name}{colon}{beyond}" for name in value["traits_out_of_range"]]
    lines += [f"run by {value['engine']}"] if "engine" in value else []
    return Outcome(value, (*lines, _MARK[language]))


def _head(disease: AbstractDisease, request: SimulationRequest) -> dict[str, Any]:
    card = disease.card
    return {
        "disease": card.name, "version": card.version, "patients": request.patients, "seed": request.seed, "regimen": request.regimen.name,
        "time_unit": card.time_unit, "until": request.times[-1], "beyond_data": request.times[-1] > card.horizon,
        "unverified_parameters": [row.name for row in card.parameters if row.unverified],
        "traits_out_of_range": _out_of_range(card, request), "label": LABEL, **_engine_of(disease),
    }  # fmt: skip


def _engine_of(disease: AbstractDisease) -> dict[str, str]:
    """What ran it, where that is not the disease's own solver."""
    from xinglin.models.simulator.torch_engine import TorchDisease

    return {"engine": disease.engine} if isinstance(disease, TorchDisease) else {}


def _out_of_range(card: DiseaseCard, request: SimulationRequest) -> list[str]:
    """Traits set by hand that lie outside the range their source supports."""
    rows = {row.name: row for row in card.parameters}
    return sorted(name for name, value in request.traits.items() if not rows[name].low <= value <= rows[name].high)


def _written(asked: Asked, house: House, disease: AbstractDisease, request: SimulationRequest, given: Mapping[str, Any]) -> Outcome:
    """Every course to a Parquet file, block after block."""
    from xinglin.models.simulator.cohort import simulate as run
    from xinglin.review.research import write_cohort

    out = Path(given["out"])
    if out.suffix != ".parquet":
        raise UsageError("XL-SIM-912", "a cohort is written as Parquet", where=given["out"], fix="name a file that ends in .parquet")
    workers = given["workers"]
    engine = "serial" if given["engine"] == "torch" else given["engine"] or ("pool" if workers > 1 else "serial")
    blocks = _noted(run(disease, request, workers=workers, engine=engine), request.patients, asked)
    residual = write_cohort(
        blocks,
        out,
        home=house.settings.home,
        card=disease.card,
        request=request,
        label=_label(house, f"cohort-{request.seed}"),
        **_engine_of(disease),
    )
    value = _head(disease, request) | {"files": [str(out)], "residual": msgspec.to_builtins(residual)}
    return Outcome(value, (str(out),))


def _noted(blocks: Iterator[CourseBlock], patients: int, asked: Asked) -> Iterator[CourseBlock]:
    """The same blocks; on a terminal, how far it is."""
    shown = sys.stderr.isatty()
    for block in blocks:
        yield block
        if shown:
            asked.note(f"{block.first + block.patients:,} of {patients:,}")


def _label(house: House, name: str) -> Label:
    return labels.label_for("en", name, labels.software_producer(__version__), house.settings.organisation, about_nobody=True)


def people(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Made-up people with a life, written as records; with an illness of one's choice, and its scans."""
    from xinglin.flow.virtual_people import make_people_files, people_blocks
    from xinglin.records.people import PeopleRequest

    house = asked.house()
    request = PeopleRequest(given["locale"], given["as_of"] or PeopleRequest().as_of, given["years"], given["seed"] or 0)
    forms = tuple(given["form"]) or ("fhir",)
    value = {"people": given["number"], "locale": request.locale, "seed": request.seed, "as_of": request.as_of, "forms": list(forms)}
    if given["scans"] and not given["illness"]:
        raise UsageError("XL-PEOPLE-021", "scans need an illness with a tumour", where="--scans", fix="add --illness nsclc")
    beside = _beside(house, request, given) if given["illness"] else None
    if given["dry_run"]:
        return Outcome(value | {"files": []}, ())
    chronic, out = house.courses.disease("chronic"), Path(given["out"])
    files = make_people_files(chronic, request, given["number"], out, home=house.settings.home, forms=forms, beside=beside)
    if beside and given["scans"]:
        from xinglin.flow.virtual_scans import write_scans

        aigc = _label(house, f"people-{request.seed}").aigc
        told = {"home": house.settings.home, "each": given["scans"], "made": f"{request.as_of}T00:00:00Z", "aigc": aigc, "note": asked.note}
        for block in people_blocks(chronic, request, given["number"], block=20, beside=beside):
            files += write_scans(block, beside, out / "dicom", **told)
    return Outcome(value | {"files": [str(one) for one in files]}, (given["out"],))


def _beside(house: House, request: PeopleRequest, given: Mapping[str, Any]) -> Beside:
    """The illness all of them have, from three years before the end of the records on, looked at every twelve weeks."""
    from xinglin.flow.virtual_people import Beside
    from xinglin.records.people import Term
    from xinglin.records.quantity import ICD10

    disease = house.courses.disease(given["illness"])
    regimen = one_regimen(disease, given["regimen"])
    per_day = disease.card.per_day
    days = min(disease.card.horizon / per_day, 3 * 365)
    times = tuple(84 * n * per_day for n in range(int(days // 84) + 1))
    words = disease.card.title["zh" if request.locale == "cn" else "en"]
    code = disease.card.icd10
    return Beside(disease, Term(disease.name, words, ICD10 if code else "", code), regimen, times, max(0, (request.years - 3) * 365))


def trial(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A trial of virtual patients, once; with --power often."""
    from xinglin.models.trial import power, run_trial
    from xinglin.review.trials import power_value, trial_value, write_trial

    house = asked.house()
    disease = house.courses.disease(given["disease"])
    design = _design(disease, given)
    result = run_trial(disease, design)
    found = None
    if given["power"]:
        shown = sys.stderr.isatty()
        found = given["power"], power(disease, design, given["power"], lambda n, of: asked.note(f"trial {n} of {of}") if shown else None)
    files: list[Path] = []
    if given["out"] and not given["dry_run"]:
        files = write_trial(
            result,
            disease.card,
            Path(given["out"]),
            home=house.settings.home,
            language=given["lang"] or "en",
            label=_label(house, "trial"),
            power=found,
        )
    flags = {
        "label": LABEL, "beyond_data": design.follow > disease.card.horizon,
        "unverified_parameters": [row.name for row in disease.card.parameters if row.unverified],
    }  # fmt: skip
    value = flags | trial_value(result) | {"power": power_value(found), "files": [str(one) for one in files]}
    beyond = (f"beyond the {disease.card.horizon:g} {disease.card.time_unit} its data reach",) if flags["beyond_data"] else ()
    lines = (*_trial_lines(result, disease.card.time_unit, found), *beyond, _MARK[given["lang"] or "en"])
    return Outcome(value, (*lines, *map(str, files[:1])))


def _design(disease: AbstractDisease, given: Mapping[str, Any]) -> TrialDesign:
    from xinglin.models.simulator import arms

    try:
        ratio = tuple(int(part) for part in given["ratio"].split(":")) if given["ratio"] else ()
    except ValueError:
        raise UsageError("XL-SIM-913", "the ratio of the arms cannot be read", where="--ratio", fix="for example 2:1") from None
    told = {name: arms.number(given[name]) for name in ("follow_days", "accrual_days", "closes_days", "dropout_year") if given[name]}
    return design_of(
        disease, given["disease"], regimens_given(disease, given["arm"]), patients=given["patients"], ends=given["end"],
        follow_days=told.get("follow_days"), accrual_days=told.get("accrual_days", 0.0), closes_days=told.get("closes_days", 0.0),
        dropout_per_year=told.get("dropout_year", 0.0), ratio=ratio, eligible=given["eligible"], seed=given["seed"] or 0,
    )  # fmt: skip


def design_of(
    disease: AbstractDisease, name: str, arms: Sequence[Regimen], *, patients: int, ends: Sequence[str], follow_days: float | None,
    accrual_days: float, closes_days: float, dropout_per_year: float, ratio: Sequence[int], eligible: Sequence[str], seed: int,
) -> TrialDesign:  # fmt: skip
    """A trial with times in days whatever the disease's own unit; follow_days: default as far as the data reach.

    ends: default the first that stops a course, or the first of the card where none does.
    """
    card, per_day = disease.card, disease.card.per_day
    usual = tuple(one.name for one in sorted(card.ends, key=lambda one: not one.stops))[:1]
    return TrialDesign(
        disease=name, arms=tuple(arms), patients=patients, ends=tuple(ends) or usual,
        follow=card.horizon if follow_days is None else follow_days * per_day, ratio=tuple(ratio), accrual=accrual_days * per_day,
        closes=closes_days * per_day, dropout=dropout_per_year / 365.25 / per_day, eligible=tuple(eligible), seed=seed,
    )  # fmt: skip


def _reached(median: float, unit: str) -> str:
    return f"{median:.4g} {unit}" if math.isfinite(median) else "not reached"


def _ratio_said(one: Comparison) -> str:
    if not math.isfinite(one.ratio):
        return "no hazard ratio (too few ends)"
    return f"hazard ratio {one.ratio:.3f} ({one.ratio_low:.3f} to {one.ratio_high:.3f})"


def _trial_lines(result: TrialResult, unit: str, found: tuple[int, tuple[float, float, float]] | None) -> Iterator[str]:
    yield f"{result.assessed:,} assessed, {result.not_eligible:,} not eligible, {result.design.patients:,} randomised; what counts: {', '.join(result.design.ends)}"
    for arm in result.arms:
        yield f"{arm.arm}: {arm.ends:,} of {arm.randomised:,} with the end, {arm.lost:,} lost; median {_reached(arm.median, unit)}; mean until {result.until:.4g}: {arm.mean:.4g} {unit}"
    for one in result.comparisons:
        yield f"{one.arm} against {result.arms[0].arm}: {_ratio_said(one)}, p {one.p:.2g}; gained {one.gained:.3g} {unit} ({one.gained_low:.3g} to {one.gained_high:.3g}), truly {one.true_gained:.3g}"
    if found is not None:
        repeats, (low, share, high) = found
        yield f"power {share:.0%} in {repeats} trials ({low:.0%} to {high:.0%})"
