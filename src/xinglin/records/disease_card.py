"""What a disease model states about itself: its card. Equations, parameters with their sources, treatments, what can be seen, what can happen.

A card is plain data, so that one text is read by the fast kernel, the slow reference solver, the checks and the
documentation. Expressions are small formulas over named numbers (models/simulator/README.md says which functions they may use).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

TimeUnit = Literal["min", "h", "d", "a"]  # UCUM
Words = Mapping[str, str]  # {"en": ..., "zh": ...}
SECONDS: Mapping[TimeUnit, float] = {"min": 60.0, "h": 3600.0, "d": 86400.0, "a": 365.25 * 86400.0}
TIME_WORDS: Mapping[TimeUnit, Words] = {
    "min": {"en": "minute", "zh": "分钟"}, "h": {"en": "hour", "zh": "小时"}, "d": {"en": "day", "zh": "天"}, "a": {"en": "year", "zh": "年"},
}  # fmt: skip


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
    """What a treatment may do at most: the least, greatest or last value of an observable held against a limit.

    end: the end of the card that comes when the limit is first broken, which the solver finds between the times looked at; "" where only the
    times looked at tell.
    """

    name: str
    names: Words
    observable: str
    of: Literal["least", "greatest", "last"]
    limit: float
    worse: Literal["below", "above"]
    source: str = ""
    end: str = ""


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
    only: Literal["", "male", "female"] = ""  # whom the illness befalls, or whose data the model is
    icd10: str = ""  # what the illness is called in ICD-10, "" when it is none
    equations: Words = {}  # for models that are not ordinary equations (3-D): what is solved, in words and symbols

    @property
    def per_day(self) -> float:
        """How many of the card's units of time a day has."""
        return SECONDS["d"] / SECONDS[self.time_unit]
