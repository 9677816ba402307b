"""Illness that runs: what a disease model states about itself, what is asked of it, and the courses that come out.

A card is plain data, so that one text is read by the fast kernel, the slow reference solver, the checks and the
documentation. Expressions are small formulas over named numbers (models/simulator/README.md says which functions they may use).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TimeUnit = Literal["min", "h", "d", "a"]  # UCUM
Words = Mapping[str, str]  # {"en": ..., "zh": ...}


class CardSource(Struct, frozen=True):
    """Where numbers and formulas were taken from. `source_read`: what was opened (address, or repository and path)."""

    title: str
    doi: str = ""
    source_read: str = ""  # "" when it could not be opened: every row that rests on it is then unverified
    year: int = 0


class Parameter(Struct, frozen=True):
    """One number of a model, or one trait of a person, and how it varies between people.

    value: median (lognormal), mean (normal), or the number itself (fixed); logitnormal: the median; uniform: the middle.
    spread: standard deviation on the scale of the distribution (of the logarithm for lognormal, of the logit for
    logitnormal); half the width for uniform. low, high: the range its source supports; draws stay inside.
    typical: an expression over traits drawn before it that stands for `value` in a given person ("cl * (weight / 70) ** 0.75").
    fact: how a fact of the person is known to be this trait: "loinc:29463-7", "person:age_years", "person:female" (1 or 0); "" is never read.
    """

    name: str
    value: float
    unit: str  # UCUM; "1" for a plain number
    meaning: Words
    source: str  # key of the card's sources
    distribution: Literal["fixed", "normal", "lognormal", "logitnormal", "uniform"] = "fixed"
    spread: float = 0.0
    low: float = float("-inf")
    high: float = float("inf")
    typical: str = ""
    locator: str = ""  # table, equation, file and line
    unverified: bool = False
    fact: str = ""


class Correlation(Struct, frozen=True):
    """Correlation of two parameters on the scale of their distributions."""

    first: str
    second: str
    value: float
    source: str = ""


class Derived(Struct, frozen=True):
    """A number that follows from parameters once per person ("alpha / beta")."""

    name: str
    expression: str
    unit: str = "1"


class State(Struct, frozen=True):
    """One quantity that changes in time: its unit, where it starts, and its rate of change in the words of the paper."""

    name: str
    unit: str
    start: str  # expression over parameters and derived numbers
    rate: str  # expression over states, parameters, derived numbers, `t` and controls, per unit of time
    meaning: Words = {}


class Treatment(Struct, frozen=True):
    """What can be done. `acts` maps a natural state to its value (dose, fraction) or added rate (infusion) as an expression of `dose`.

    kind "dose" and "fraction": at a time, the state jumps to `acts`. "infusion": over its duration, `acts` is added to the rate
    (`dose` is then the amount per unit of time). "switch": no jump; the treatment's own name is a number in the expressions,
    0 when off and the amount when on.
    """

    name: str
    names: Words
    unit: str  # of the amount, UCUM
    kind: Literal["dose", "fraction", "infusion", "switch"]
    acts: Mapping[str, str] = {}
    most_each: float = float("inf")  # the most at one time, in `unit`
    most_total: float = float("inf")
    least_gap: float = 0.0  # between two doses, in the card's time unit
    source: str = ""
    unverified: bool = False


class Dose(Struct, frozen=True):
    """One act of treatment: when (card's time unit after the start), what, how much; `duration` for infusions and switches."""

    time: float
    treatment: str
    amount: float
    duration: float = 0.0


class Rule(Struct, frozen=True):
    """A switch that follows the illness: looked at every `every`, off below `stop`, on again above `resume` (expressions that
    may name `first`, the observable at the start)."""

    treatment: str
    observable: str
    stop: str
    resume: str
    every: float
    amount: float = 1.0


class Regimen(Struct, frozen=True):
    """A course of treatment. `standard` is true for what guidelines or the cited trial give; `source` a key of the card's sources."""

    name: str
    names: Words = {}
    doses: tuple[Dose, ...] = ()
    rules: tuple[Rule, ...] = ()
    standard: bool = False
    source: str = ""


class Observable(Struct, frozen=True):
    """What can be seen of the states, with the error of the instrument.

    expression: over natural states, parameters and derived numbers. Error: value * (1 + proportional * e1) + additive * e2, then
    times exp(logarithmic * e3), each e standard normal. `code`: LOINC, or "" ; `fact`: how a fact of the person is known
    to be this observable ("loinc:2857-1", "lesion:*:volume" for one marked lesion).
    """

    name: str
    names: Words
    expression: str
    unit: str
    proportional: float = 0.0
    additive: float = 0.0
    logarithmic: float = 0.0
    low_limit: float = float("-inf")  # below it the instrument says "below"
    code: str = ""
    fact: str = ""
    source: str = ""
    decimals: int = 2


class End(Struct, frozen=True):
    """Something that happens once: death, progression. Exactly one of three ways to say when.

    condition: an expression; it happens when it first exceeds 0. hazard: an expression of the rate per unit of time.
    time: an expression of the time itself, over parameters ("exp(log_survival)").
    """

    name: str
    names: Words
    condition: str = ""
    hazard: str = ""
    time: str = ""
    stops: bool = False  # the course stops there (death)
    source: str = ""


class Harm(Struct, frozen=True):
    """What a treatment may do at most: the least, greatest or last value of an observable held against a limit."""

    name: str
    names: Words
    observable: str
    of: Literal["least", "greatest", "last"]
    limit: float
    worse: Literal["below", "above"]
    source: str = ""


class FastForm(Struct, frozen=True):
    """The same equations in coordinates that are quick and cannot go negative.

    states: fast state -> expression of natural states at the start. rates: fast state -> its rate. modes: linear states that decay
    exactly, name -> rate constant expression (per unit of time); `rates` may read them. natural: natural state -> expression of
    fast states and modes. acts: treatment -> fast state or mode -> expression of its value after `dose`. ends: end -> its condition
    or hazard over fast states and modes, where that is quicker than through the natural states.
    """

    states: Mapping[str, str]
    rates: Mapping[str, str]
    natural: Mapping[str, str]
    modes: Mapping[str, str] = {}
    mode_starts: Mapping[str, str] = {}
    mode_inputs: Mapping[str, Mapping[str, str]] = {}  # infusion -> mode -> expression of the added rate
    acts: Mapping[str, Mapping[str, str]] = {}
    ends: Mapping[str, str] = {}


class DiseaseCard(Struct, frozen=True):
    """All a disease model says about itself. `horizon` is how far its data reach, in `time_unit`: beyond it is extrapolation."""

    name: str
    version: str
    title: Words
    about: Words
    limits: Words  # what it cannot say
    time_unit: TimeUnit
    horizon: float
    parameters: tuple[Parameter, ...]  # traits of the person first; later ones may be `typical` of earlier ones
    states: tuple[State, ...]
    observables: tuple[Observable, ...]
    sources: Mapping[str, CardSource]
    correlations: tuple[Correlation, ...] = ()
    derived: tuple[Derived, ...] = ()
    plausible: tuple[str, ...] = ()  # expressions that must exceed 0 in a virtual patient; who fails is drawn anew
    treatments: tuple[Treatment, ...] = ()
    regimens: tuple[Regimen, ...] = ()
    ends: tuple[End, ...] = ()
    harms: tuple[Harm, ...] = ()
    fast: FastForm | None = None
    icd10: str = ""  # what the illness is called in ICD-10, "" when it is none
    equations: Words = {}  # for models that are not ordinary equations (3-D): what is solved, in words and symbols


class SimulationRequest(Struct, frozen=True):
    """What is asked of a disease. `times`: when to look, increasing, from 0, in the card's time unit. `traits` fixes parameters by name."""

    disease: str
    times: tuple[float, ...]
    regimen: Regimen = Regimen("none")
    patients: int = 1
    seed: int = 0
    traits: Mapping[str, float] = {}
    measured: bool = False  # add the instruments' error
    arm: str = ""


class Residual(Struct, frozen=True):
    """How far the fast answer lies from the reference solver: greatest relative difference over the patients looked at."""

    greatest: float
    patients: int
    step: float  # of the fast solver, in the card's time unit
    allowed: float = 1e-5
    balance: float = 0.0  # greatest relative error of what must be conserved, where something must


@dataclass(frozen=True, eq=False)
class CourseBlock:
    """Courses of patients `first` to `first + n - 1`, as arrays: traits (n,), observed (n, times), ends (n,) with NaN for "not yet".

    A patient's numbers depend on the card, the request and the patient's number alone: never on the block, the
    workers or the engine.
    """

    disease: str
    version: str
    first: int
    times: NDArray[np.float64]
    traits: Mapping[str, NDArray[np.float64]]
    observed: Mapping[str, NDArray[np.float32]]
    ends: Mapping[str, NDArray[np.float64]] = dataclass_field(default_factory=dict)
    residual: Residual | None = None

    @property
    def patients(self) -> int:
        """How many."""
        return len(next(iter(self.observed.values())))


class Measurement(Struct, frozen=True):
    """One reading of a person that a twin is fitted to. `time` in the card's unit; `fact` the fact it rests on."""

    time: float
    observable: str
    value: float
    fact: str = ""
    below: bool = False  # the instrument said "below value"


class Estimate(Struct, frozen=True):
    """One number with its interval. `shrunk`: how much of the prior's spread the data took away, 0 (nothing) to 1."""

    name: str
    middle: float
    low: float
    high: float
    unit: str = "1"
    shrunk: float = 0.0


@dataclass(frozen=True, eq=False)
class Posterior:
    """What one person's readings say about the parameters: draws of equal weight, name -> (n,).

    method: "importance", "tempered" or "chain"; effective: effective sample size before resampling; fit: posterior predictive
    p-value of the readings (0 to 1, near 0 or 1 is a bad fit).
    """

    disease: str
    version: str
    draws: Mapping[str, NDArray[np.float64]]
    effective: float
    method: str
    rounds: int
    simulations: int
    seed: int
    fit: float
    regimen: Regimen
    measured: tuple[Measurement, ...]
    estimates: tuple[Estimate, ...] = ()
    notes: tuple[str, ...] = ()


class Band(Struct, frozen=True):
    """The middle course of an observable with an interval around it, in one arm. "without:death": the share without that end."""

    arm: str
    observable: str
    times: tuple[float, ...]
    low: tuple[float, ...]
    middle: tuple[float, ...]
    high: tuple[float, ...]
    share: float = 0.9  # of courses between low and high


class Outcome(Struct, frozen=True):
    """What became of the courses of one arm.

    kind "share": the share in which the end `name` has come by the last time; "median": the time by which it has come in half of them (only
    where it has); "harm": the share that breaks a limit. low, high: 95 % of the share of courses (Wilson), 90 % of the times.
    """

    arm: str
    name: str
    kind: Literal["share", "median", "harm"]
    middle: float
    low: float
    high: float


class TrialDesign(Struct, frozen=True, kw_only=True):
    """A trial of virtual patients: who may enter, what each arm gets, how long they are followed, what counts as the end.

    patients: randomised in all. ratio: shares of the arms ("1:1" is (1, 1)). ends: names of ends; the first of them counts.
    follow: longest observation of one person; accrual: time over which people enter, evenly; the trial closes `closes` after the
    last may enter (0: everybody is followed for `follow`). dropout: share lost in one unit of time, as a rate. eligible: expressions
    over traits and the observables at the start that must exceed 0.
    """

    disease: str
    arms: tuple[Regimen, ...]
    patients: int
    ends: tuple[str, ...]
    follow: float
    ratio: tuple[int, ...] = ()
    accrual: float = 0.0
    closes: float = 0.0  # after the last entry; 0: never before everybody was followed for `follow`
    dropout: float = 0.0
    eligible: tuple[str, ...] = ()
    seed: int = 0
    alpha: float = 0.05


class ArmOutcome(Struct, frozen=True):
    """What became of one arm. Times in the card's unit; median infinite when half are left; mean: restricted to the shortest longest observation."""

    arm: str
    randomised: int
    ends: int
    lost: int
    closed: int  # observed to the end without the end
    median: float
    median_low: float
    median_high: float
    mean: float
    mean_error: float


class Comparison(Struct, frozen=True):
    """One arm against the first. ratio: hazard ratio (Cox), NaN where the data hold none; gained: difference of restricted means.

    true_gained: the same difference when every person is followed in both arms, which only virtual patients can be.
    """

    arm: str
    ratio: float
    ratio_low: float
    ratio_high: float
    p: float  # log-rank
    gained: float
    gained_low: float
    gained_high: float
    true_gained: float


class TrialResult(Struct, frozen=True):
    """What a trial of virtual patients found, with the road of its people and the curves to draw."""

    design: TrialDesign
    version: str
    assessed: int
    not_eligible: int
    arms: tuple[ArmOutcome, ...]
    comparisons: tuple[Comparison, ...]
    until: float  # restricted means reach to here
    curves: tuple[Band, ...]


class Choice(Struct, frozen=True, kw_only=True):
    """What may be given of one treatment, and when: the amounts are what is looked for. Never more than its card allows.

    times: in the card's unit, increasing. most, least: at one time; an amount below `least` is not given at all. levels: the amounts allowed
    beside none, () for any. most_total counts what was given before. duration: of infusions and switches, 0 for "until the next time".
    """

    treatment: str
    times: tuple[float, ...]
    most: float = float("inf")
    least: float = 0.0
    levels: tuple[float, ...] = ()
    least_gap: float = 0.0
    most_total: float = float("inf")
    duration: float = 0.0


class Goal(Struct, frozen=True, kw_only=True):
    """What is wished of a course.

    kind "burden": a small logarithm of the observable `of` at the end (whoever has died counts with the greatest value seen); "time": a long
    time without the end `of`, up to the last time looked at; "near": the observable `of` close to `target` from the first decision on (mean
    distance of logarithms). tail: the share of worst courses whose mean counts, 1 for all (the mean), 0.1 for the worst tenth (CVaR).
    """

    kind: Literal["burden", "time", "near"]
    of: str
    target: float = 1.0
    tail: float = 1.0


class Option(Struct, frozen=True, kw_only=True):
    """One way of treating, judged on draws it was not chosen on.

    kind: "none", "standard", "rule", "random", "learned", "cma", "receding"; "oracle" knows each person's future and is a bound, no option.
    middle, low, high: the goal with its 90 % interval. harms: share of courses that break each limit. regret: how much worse than the best option
    that keeps the limits, per the goal's own unit, 90 % interval. given: mean total of each treatment. `regimen`: what is given; where it follows
    readings, an example.
    """

    name: str
    names: Words
    kind: Literal["none", "standard", "rule", "random", "learned", "cma", "receding", "oracle"]
    regimen: Regimen
    middle: float
    low: float
    high: float
    harms: Mapping[str, float]
    feasible: bool
    regret: float
    regret_low: float
    regret_high: float
    given: Mapping[str, float] = {}


class Optimisation(Struct, frozen=True, kw_only=True):
    """What a search for a schedule found, beside what is done without one."""

    disease: str
    version: str
    goal: Goal
    choices: tuple[Choice, ...]
    limits: Mapping[str, float]  # harm -> share of courses that may break it
    before: Regimen
    now: float
    until: float
    options: tuple[Option, ...]
    best: str  # name of the best option that keeps the limits, "" where none does
    searched: int  # draws the search saw
    judged: int  # other draws, on which every option was judged
    evaluations: int
    seed: int
    notes: tuple[str, ...] = ()


class Simulation(Struct, frozen=True):
    """What was simulated and what came out, kept beside the draft that speaks of it and read by the checks."""

    disease: str
    version: str
    card: str  # SHA-256 of the card
    requests: tuple[SimulationRequest, ...]  # one per arm
    bands: tuple[Band, ...]
    outcomes: tuple[Outcome, ...] = ()
    residual: Residual | None = None
    estimates: tuple[Estimate, ...] = ()  # of a twin's parameters; without a twin, how the traits of the people are spread
    effective: float | None = None  # of a twin: effective sample size
    fit: float | None = None  # of a twin: posterior predictive p-value
    measured: tuple[Measurement, ...] = ()  # of a twin: the readings it was fitted to
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SimulationCase:
    """What a simulation check looks at: the card, what was simulated, and what is said about it."""

    card: DiseaseCard
    simulation: Simulation
    label: str = ""
