"""What is asked of an illness that runs, and the courses, twins, trials and schedules that come out. Cards are in `disease_card`, and are handed on here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from xinglin.records.disease_card import SECONDS as SECONDS
from xinglin.records.disease_card import TIME_WORDS as TIME_WORDS
from xinglin.records.disease_card import CardSource as CardSource
from xinglin.records.disease_card import Correlation as Correlation
from xinglin.records.disease_card import Derived as Derived
from xinglin.records.disease_card import DiseaseCard as DiseaseCard
from xinglin.records.disease_card import Dose as Dose
from xinglin.records.disease_card import End as End
from xinglin.records.disease_card import FastForm as FastForm
from xinglin.records.disease_card import Harm as Harm
from xinglin.records.disease_card import Observable as Observable
from xinglin.records.disease_card import Parameter as Parameter
from xinglin.records.disease_card import Regimen as Regimen
from xinglin.records.disease_card import Rule as Rule
from xinglin.records.disease_card import State as State
from xinglin.records.disease_card import TimeUnit as TimeUnit
from xinglin.records.disease_card import Treatment as Treatment
from xinglin.records.disease_card import Words as Words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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


@dataclass(frozen=True, eq=False)
class Sensitivities:
    """How much each observable changes with what it depends on, per unit of both, for patients `first` to `first + n - 1`.

    by_parameter: observable -> parameter -> (n, times). by_amount, by_moment: observable -> (doses, n, times), in the order of the regimen's doses,
    by the amount of each and by when it is given (no doses where this was not asked for). NaN where there is nothing to observe.
    """

    disease: str
    version: str
    first: int
    times: NDArray[np.float64]
    observed: Mapping[str, NDArray[np.float32]]
    by_parameter: Mapping[str, Mapping[str, NDArray[np.float64]]]
    by_amount: Mapping[str, NDArray[np.float64]]
    by_moment: Mapping[str, NDArray[np.float64]]


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
    residual: Residual | None = None  # of the arm that lies furthest from the reference solver


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
