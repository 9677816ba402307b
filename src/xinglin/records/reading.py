"""A text as it was read: sentences, and in each the claims it makes. Checks look at nothing else.

Made by `models.reader`; positions are characters in the sentence's own text.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from xinglin.records.chart import Chart, Side
from xinglin.records.draft import Draft, Language
from xinglin.records.fact import Fact
from xinglin.records.image_learning import MadePictures
from xinglin.records.imaging import ImageCase
from xinglin.records.simulation import SimulationCase


class Span(Struct, frozen=True):
    """A stretch of a sentence."""

    start: int
    end: int
    text: str


class SaidNumber(Struct, frozen=True):
    """A number as said: "3.20", "about 5 cm", "三点五", "120/80" (two numbers with the same group).

    `role`: value, dose, strength, frequency, duration, age, count, reference, or "" when it cannot be told.
    """

    span: Span
    value: str
    unit: str = ""  # UCUM where known
    shown_unit: str = ""
    comparator: str = ""
    approximate: bool = False
    role: str = ""


class SaidTime(Struct, frozen=True):
    """A time as said. `start`/`end` are days (inclusive); `kind`: date, since, ago, latest, current, former, duration."""

    span: Span
    kind: str
    start: str = ""
    end: str = ""


class Claim(Struct, frozen=True):
    """One thing a sentence says about one subject.

    `kind` is the fact kind of the subject; `key` its canonical key; `facts` the ids of this person's facts
    about that subject (empty: the record knows nothing of it). `flag` is a said judgement (high, low,
    normal, rising, ...). `experiencer`: patient, family, other.
    """

    kind: str
    subject: Span
    key: str = ""
    facts: tuple[str, ...] = ()
    numbers: tuple[SaidNumber, ...] = ()
    times: tuple[SaidTime, ...] = ()
    negated: bool = False
    certainty: Literal["certain", "uncertain"] = "certain"
    side: Side | None = None
    experiencer: str = "patient"
    flag: str = ""
    flag_span: Span | None = None
    status: str = ""  # said status: active, resolved, history, current, stopped, planned
    route: str = ""
    frequency: str = ""  # "times/hours": twice a day is "2/24"
    trend: str = ""  # rising, falling, stable, variable, worse, better
    moment: str = ""  # newest, older: which of several values is meant
    relation: str = ""  # the relative, when the experiencer is family: mother, father, ...
    part: bool = False  # one of several values of a claim: the trend and judgement stand in another


class Sentence(Struct, frozen=True):
    """`id` is the statement's id for drafts, "s1", "s2", ... for pasted text; `start` where it begins there."""

    id: str
    text: str
    start: int = 0
    claims: tuple[Claim, ...] = ()
    loose: tuple[SaidNumber, ...] = ()  # numbers that belong to no claim
    names: tuple[Span, ...] = ()  # what reads as a person's name
    times: tuple[SaidTime, ...] = ()  # every time said, whether it belongs to a claim or not
    checkable: bool = True  # False: a heading, a label line, an empty phrase


class CheckCase(Struct, frozen=True, weakref=True):
    """All a check may look at.

    `facts` are all facts of the person (empty with a `source`). `cited` gives, for drafts of ours, the fact
    ids each sentence names. `source` is a source document (a transcript) when checking against one.
    """

    language: Language
    sentences: tuple[Sentence, ...]
    facts: tuple[Fact, ...] = ()
    cited: dict[str, tuple[str, ...]] = {}
    chart: Chart | None = None
    draft: Draft | None = None
    source: str = ""
    as_of: str = ""
    must_mention: tuple[str, ...] = ()  # fact ids that may not be missing
    image: ImageCase | None = None  # the picture a draft made or changed, for image checks
    simulation: SimulationCase | None = None  # the courses a draft speaks of, for simulation checks
    pictures: MadePictures | None = None  # the pictures a model made for a draft, for checks of them
