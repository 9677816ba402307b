"""What could be done about an illness, on paper: options with what they ask for, what they bring, what they cost the person, and who says so.

A row of knowledge states facts of trials and labels; whether an option fits one person is worked out from their facts, never written here.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

OptionKind = Literal["medicine", "procedure", "radiation", "watchful", "lifestyle", "test"]
Grade = Literal["A", "B", "C", "D"]
"""A randomised trials or their meta-analysis; B one randomised trial or a label's basis; C cohorts; D expert opinion."""


class Cited(Struct, frozen=True, kw_only=True):
    """Where a statement was read: `source` a key of the topic's SOURCE.toml, the place in it, and whether anybody opened it."""

    source: str
    locator: str = ""
    verified: bool = False


class Criterion(Cited, frozen=True, kw_only=True):
    """One thing an option asks of the person, or that rules it out.

    `about`: "problem:<key>", "gene:EGFR", "gene:CYP2C19", "analyte:<key>", "age", "sex", "pregnant", "medicine:<key>", "allergy:<key>",
    "stage", "score:<calculator>", "finding:<key>", "device:<key>", "marker:<key>", "line"; "gene:BRCA1|BRCA2" is either; the whole list
    stands in knowledge/therapies/README.md. `is_`: present, absent, one-of (`values`: protein changes, phenotypes, stages, words), below, at-least
    (`number` in `unit`). `unknown`: what to think when the record does not say: "ask" (say what is missing), "allow", "exclude".
    """

    about: str
    is_: Literal["present", "absent", "one-of", "below", "at-least"]
    values: tuple[str, ...] = ()
    number: float | None = None
    unit: str = ""
    unknown: Literal["ask", "allow", "exclude"] = "ask"
    en: str = ""
    zh: str = ""


class Outcome(Cited, frozen=True, kw_only=True):
    """What a trial found: a benefit or a harm, with numbers as published and in words worded here.

    `with_percent`/`without_percent`: how many of 100 within `months`; `ratio` a hazard, odds or risk ratio with its interval;
    `difference` a mean difference in `unit`. `comparator`: what it was held against.
    """

    kind: Literal["benefit", "harm"]
    key: str  # "overall-survival", "progression", "stroke", "major-bleeding", "hypoglycaemia", "hba1c" ...
    en: str
    zh: str
    with_percent: float | None = None
    without_percent: float | None = None
    months: float | None = None
    median_months_with: float | None = None
    median_months_without: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    ratio_kind: Literal["", "hazard", "odds", "risk", "rate"] = ""
    difference: float | None = None
    unit: str = ""
    comparator_en: str = ""
    comparator_zh: str = ""
    trial: str = ""
    people: int | None = None
    grade: Grade = "B"


class OptionMedicine(Cited, frozen=True, kw_only=True):
    """A medicine of an option with the dose of its label. `organ`: what to do for kidneys or liver stands in knowledge/drugs."""

    medicine: str
    dose: str = ""  # "80 mg", "1000 mg/m2"
    route: str = "oral"
    frequency: str = ""  # times/period/unit: "1/1/d"
    note_en: str = ""
    note_zh: str = ""


class Watch(Cited, frozen=True, kw_only=True):
    """What to measure or ask while an option runs: an analyte, picture or symptom, how often, and why."""

    what: str  # "analyte:<key>", "imaging:ct-chest", "symptom:<key>", "test:ecg"
    en: str
    zh: str
    every_days: int | None = None


class AddedTo(Cited, frozen=True, kw_only=True):
    """Medicines that go on when an option begins: keys, or "class:<key>". The option is added to them and judged together with them."""

    medicines: tuple[str, ...]


class TherapyOption(Struct, frozen=True, kw_only=True):
    """One option for an illness. `journey` groups options that are weighed side by side; `line` when in a course it comes."""

    key: str
    journey: str
    kind: OptionKind
    en: str
    zh: str
    line: str = ""
    medicines: tuple[OptionMedicine, ...] = ()
    added_to: tuple[AddedTo, ...] = ()  # what runs on beside it; everything else of the question it stands in place of
    needs: tuple[Criterion, ...] = ()
    excludes: tuple[Criterion, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    burden_en: str = ""
    burden_zh: str = ""
    watch: tuple[Watch, ...] = ()
    recommended: tuple[Cited, ...] = ()  # guidelines or labels that name it for this use
    grade: Grade = "B"
    instead_of: str = ""  # the key of what it replaces when a gene or illness speaks against that one
    twin: str = ""  # a disease model and regimen of ours that can show its course: "nsclc/targeted"
    disease_words: tuple[str, ...] = ()


class Journey(Struct, frozen=True, kw_only=True):
    """An illness or question whose options are weighed: which problems open it, and what the plan must ask for when it is missing."""

    key: str
    en: str
    zh: str
    problems: tuple[str, ...]  # keys of problems, any of which opens it
    with_medicines: tuple[str, ...] = ()  # or a medicine that is taken or thought of
    asks: tuple[Criterion, ...] = ()  # what a plan wants to know, with why, beyond what its options ask
    options: tuple[TherapyOption, ...] = ()
