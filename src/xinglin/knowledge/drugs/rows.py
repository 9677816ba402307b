"""What one row of each table says: a medicine, a class, an interaction, a limit, a rule.

Words stand in English and Chinese; every row names its source, the place in it, and whether the author read it there.
`medicine` (or `a`, `b`) is a key of the word list, or `class:<key>` for every member of a class.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Severity = Literal["contraindicated", "major", "moderate", "minor"]
SEVERITIES: tuple[Severity, ...] = ("contraindicated", "major", "moderate", "minor")  # worst first


class Row(Struct, frozen=True, kw_only=True, gc=False):
    """Where a row was read: `source` is a key of SOURCE.toml, `locator` the place in it; `verified` False: nobody opened it."""

    source: str
    locator: str = ""
    verified: bool = False

    def words(self, column: str, language: str) -> str:
        """A bilingual cell: words("reason", "zh") is the column reason_zh. AttributeError for a column the table has not."""
        return getattr(self, f"{column}_{'zh' if language == 'zh' else 'en'}")


class DrugClass(Row, frozen=True, kw_only=True, gc=False):
    """A class of medicines; `parent` are wider classes."""

    key: str
    en: str
    zh: str
    parent: tuple[str, ...] = ()


class DrugEntry(Row, frozen=True, kw_only=True, gc=False):
    """A medicine: identifiers where they were read, its classes, the routes that exist ("" unknown), what a combination holds."""

    key: str
    rxnorm: str = ""
    atc: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    ingredients: tuple[str, ...] = ()


class Interaction(Row, frozen=True, kw_only=True, gc=False):
    """Two medicines that harm each other's use; `grave_above_mg`: the daily dose of `a` above which a moderate row is major."""

    a: str
    b: str
    severity: Severity
    grave_above_mg: float | None = None
    mechanism_en: str = ""
    mechanism_zh: str = ""
    advice_en: str = ""
    advice_zh: str = ""


class _Judged(Row, frozen=True, kw_only=True, gc=False):
    severity: Severity
    reason_en: str = ""
    reason_zh: str = ""
    advice_en: str = ""
    advice_zh: str = ""


class Contraindication(_Judged, frozen=True, kw_only=True, gc=False):
    """A medicine that a condition speaks against; `condition` are problem keys, any of them."""

    medicine: str
    condition: tuple[str, ...]


class CrossReaction(_Judged, frozen=True, kw_only=True, gc=False):
    """What an allergy means for a medicine: the same thing, the same class, or another that may cross-react."""

    allergen: str
    medicine: str
    relation: Literal["same", "same-class", "cross"]


class PregnancyRule(_Judged, frozen=True, kw_only=True, gc=False):
    """A medicine in pregnancy (weeks from, included, to, not included; None is open), breastfeeding, or where pregnancy is possible."""

    medicine: str
    state: Literal["pregnancy", "breastfeeding", "could-become-pregnant"]
    from_week: float | None = None
    to_week: float | None = None


class AgeRule(_Judged, frozen=True, kw_only=True, gc=False):
    """A medicine within an age band, years from (included) to (not included); `frail` True: frail people alone."""

    medicine: str
    min_years: float | None = None
    max_years: float | None = None
    frail: bool = False


class RenalRule(_Judged, frozen=True, kw_only=True, gc=False):
    """What to do below a kidney function (mL/min, or mL/min/1.73 m2 for egfr): avoid, reduce, lengthen the interval, monitor.

    `below` is not included, `at_or_above` is; both empty for dialysis. Limits that hold there are in mg and hours. `route`: that route
    alone; empty: every route.
    """

    medicine: str
    measure: Literal["egfr", "crcl", "dialysis"]
    route: str = ""
    action: Literal["avoid", "reduce", "interval", "monitor"]
    below: float | None = None
    at_or_above: float | None = None
    maximum_single_mg: float | None = None
    maximum_daily_mg: float | None = None
    minimum_interval_h: float | None = None


class HepaticRule(_Judged, frozen=True, kw_only=True, gc=False):
    """What to do in liver disease of a Child-Pugh grade, or of any grade."""

    medicine: str
    grade: Literal["child-pugh-a", "child-pugh-b", "child-pugh-c", "any"]
    action: Literal["avoid", "reduce", "interval", "monitor"]
    maximum_daily_mg: float | None = None


class QtRisk(Row, frozen=True, kw_only=True, gc=False):
    """How far a medicine's own label warns of a longer QT interval: known, possible, or under conditions. Our reading, no list's."""

    medicine: str
    risk: Literal["known", "possible", "conditional"]
    reason_en: str = ""
    reason_zh: str = ""


class BleedingWeight(Row, frozen=True, kw_only=True, gc=False):
    """How much a medicine adds to bleeding, for a sum over what somebody takes; kinds that repeat are told apart from kinds that add."""

    medicine: str
    weight: float
    kind: Literal["anticoagulant", "antiplatelet", "nsaid", "ssri", "thrombolytic", "steroid"]


class Duplicate(_Judged, frozen=True, kw_only=True, gc=False):
    """A class of which two current members are one too many; `allowed` are pairs "a+b" of keys or classes that are meant together."""

    class_: str
    allowed: tuple[tuple[str, str], ...] = ()


class DoseLimit(Row, frozen=True, kw_only=True, gc=False):
    """What is usual and what is the most, by route, population and indication; None is "no limit known".

    Amounts are in `unit`, per kg of body weight or per m2 of body surface where `per` says so; `cap_single` and `cap_daily` are then the
    most in plain `unit`, whatever the weight. `maximum_per_period`: ("1", "wk") reads "at most once a week".
    """

    medicine: str
    route: str
    population: Literal["adult", "child", "elderly"]
    unit: str
    indication: str = ""
    usual_single_low: float | None = None
    usual_single_high: float | None = None
    maximum_single: float | None = None
    maximum_daily: float | None = None
    cap_single: float | None = None
    cap_daily: float | None = None
    per: Literal["dose", "kg", "m2"] = "dose"
    minimum_interval_h: float | None = None
    maximum_per_period: tuple[str, str] | None = None
    severity_beyond: Severity = "major"


class Monitoring(Row, frozen=True, kw_only=True, gc=False):
    """What to measure with a medicine: before it, how often, and the limits (in UCUM `unit`) beyond which it is a concern."""

    medicine: str
    analyte: str
    severity: Severity
    before: bool = False
    interval_days: float | None = None
    limit_low: float | None = None
    limit_high: float | None = None
    unit: str = ""
    why_en: str = ""
    why_zh: str = ""
    advice_en: str = ""
    advice_zh: str = ""


class NeverEvent(Row, frozen=True, kw_only=True, gc=False):
    """An order that must never go out. It is meant when every filled condition holds; README.md gives the words of each column.

    `medicine`: any of these ("any" is every medicine). `route`: given by any of these; `not_route`: given by another than these.
    `frequency`: "daily" is more often than once a week. `circumstance`: alternatives, each of conditions that must all hold:
    (("push", "no-condition:cardiac-arrest"),); empty: no matter what else. `severity` empty: a never-event; else a rule of several
    conditions that weighs what it says ("major"), and may be overruled.
    """

    key: str
    what_en: str
    what_zh: str
    medicine: tuple[str, ...]
    route: tuple[str, ...] = ()
    not_route: tuple[str, ...] = ()
    frequency: str = ""
    circumstance: tuple[tuple[str, ...], ...] = ()
    severity: Severity | None = None
