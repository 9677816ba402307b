"""Options weighed for one person and put in an order that can be explained: what is ruled out and why, then fit, evidence, benefit, harm, burden.

The rule is the same for everybody and is printed in the plan. Nothing is worded here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from xinglin.knowledge import drugs, terms, therapies
from xinglin.models.medication_safety import against, circumstances_of, use_of, uses_of
from xinglin.records import Fact
from xinglin.records.fact import MADE_HERE
from xinglin.records.medication import Circumstances, Concern, MedicineUse
from xinglin.records.therapy import Journey, Outcome, TherapyOption
from xinglin.workup.options import Judged, Weighed, held, weighed

_GRADES = {"A": 0, "B": 1, "C": 2, "D": 3}
_ROUTES = {"oral": 1, "sublingual": 1, "inhaled": 1, "transdermal": 1, "subcutaneous": 3, "intramuscular": 4, "intravenous": 6}
_KINDS = {"watchful": 0, "lifestyle": 1, "test": 2, "medicine": 0, "radiation": 8, "procedure": 10}
_GOOD = re.compile(r"\balive|\bfree\b|without[- ]growth|shrinks|\bresponse|remission|\bgone\b|length of life|\blost\b", re.IGNORECASE)
_POSITIVE = frozenset({"present", "one-of", "at-least", "below"})
_TOLD = frozenset({"contraindicated", "major", "moderate"})


class Appraised(NamedTuple):
    """One option for this person: held against the record, judged by the medicine judge, and where it stands.

    `speaks_for`: gene or tumour results that ask for this very option. `concerns`: gravest first, without what is minor or long borne;
    `shared`: those that speak alike against every medicine of the question, and so set none apart. `benefit`: on the outcome that most options
    report against one comparator. `less`: of doing less, the risk that the question asks for and the person does not reach.
    """

    weighed: Weighed
    uses: tuple[MedicineUse, ...]
    concerns: tuple[Concern, ...]
    speaks_for: tuple[Judged, ...]
    benefit: Outcome | None = None
    shared: frozenset[tuple[str, str]] = frozenset()
    outdone: bool = False
    less: Judged | None = None

    @property
    def option(self) -> TherapyOption:
        """The option of the journey."""
        return self.weighed.option

    @property
    def stops(self) -> tuple[Concern, ...]:
        """What the judge lets nobody sign: never-events and contraindications."""
        return tuple(one for one in self.concerns if one.stop)

    @property
    def out(self) -> bool:
        """Whether it is ruled out, by the record or by the judge."""
        return self.weighed.standing == "excluded" or bool(self.stops)

    @property
    def own(self) -> tuple[Concern, ...]:
        """The warnings that set this option apart from the others."""
        return tuple(one for one in self.concerns if (one.kind, one.other) not in self.shared and one.kind != "monitoring")

    @property
    def majors(self) -> int:
        """How many grave warnings of its own there are for this person."""
        return sum(one.severity in {"major", "contraindicated"} for one in self.own)

    @property
    def moderates(self) -> int:
        """How many lesser warnings of its own."""
        return sum(one.severity == "moderate" for one in self.own)

    @property
    def does_less(self) -> bool:
        """Whether it is doing less, and the record holds nothing that asks for that."""
        asked_for = bool(self.option.needs) and all(need.verdict == "met" for need in self.weighed.needs)
        return self.option.kind == "watchful" and not asked_for and self.less is None

    @property
    def waits(self) -> bool:
        """Whether it waits for a gene or a tumour result that is not in the record: it is told among what is missing, not weighed."""
        return self.weighed.standing == "unknown" and any(need.verdict == "unknown" and is_personal(need) for need in self.weighed.needs)

    @property
    def burden(self) -> float:
        """How much an option asks of a person: route and doses a day of its medicines, 8 for radiation, 10 for an operation."""
        return _KINDS[self.option.kind] + sum(_ROUTES.get(use.route, 2) + _daily(use) for use in self.uses)


def _daily(use: MedicineUse) -> float:
    return min(4.0, 24 * use.times / use.period_h) if use.times and use.period_h else 1.0


def option_id(journey: str, option: str) -> str:
    """The id of the fact that an option is: a proposal, made here."""
    return f"{MADE_HERE}option.{journey}.{option}"


def medicines_of(journey: Journey) -> frozenset[str]:
    """Every medicine that an option of the journey names; those taken now are weighed as options and not against them."""
    return frozenset(one.medicine for option in journey.options for one in option.medicines)


def replaced(journey: Journey, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The medicines of this question that are taken now."""
    named = medicines_of(journey)
    return tuple(f for f in facts if f.kind == "medicine" and f.status == "current" and f.key.removeprefix("term:") in named)


def in_place_of(option: TherapyOption, now: Sequence[Fact]) -> tuple[Fact, ...]:
    """Those of the question's medicines taken now that an option stands in place of: all but what it is added to."""
    return tuple(fact for fact in now if not _goes_on(option, fact))


def running_beside(option: TherapyOption, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The medicines taken now that an option is added to, whichever question they belong to."""
    return tuple(fact for fact in facts if fact.kind == "medicine" and fact.status == "current" and _goes_on(option, fact))


def _goes_on(option: TherapyOption, fact: Fact) -> bool:
    key, named = fact.key.removeprefix("term:"), {name for row in option.added_to for name in row.medicines}
    if not named or key in {one.medicine for one in option.medicines}:
        return False
    return key in named or any(f"class:{one}" in named for one in drugs.classes_of(key))


def appraised(journey: Journey, facts: Sequence[Fact], as_of: str, who: Circumstances | None = None) -> tuple[Appraised, ...]:
    """Every option of a journey for one person, in the order of the journey. `who` overrides what the facts say of the person."""
    person, now = who or circumstances_of(facts, as_of), replaced(journey, facts)
    running = tuple(use for use in uses_of(facts) if not use.considered)
    found = []
    for one in weighed(journey, facts):
        instead = {fact.id for fact in in_place_of(one.option, now)}
        found.append(_appraised(one, person, tuple(use for use in running if use.fact not in instead)))
    return beside(journey, found, facts)


def beside(journey: Journey, found: Sequence[Appraised], facts: Sequence[Fact]) -> tuple[Appraised, ...]:
    """The same with what can only be seen side by side: warnings that all share, the outcome they are compared on, a risk too low to treat."""
    with_medicine = [one for one in found if one.uses and not one.out]
    seen = Counter(pair for one in with_medicine for pair in {(c.kind, c.other) for c in one.concerns})
    shared = frozenset(pair for pair, count in seen.items() if len(with_medicine) > 1 and count == len(with_medicine))
    compared, low = compared_on(journey), low_risk(journey, facts)
    return tuple(
        one._replace(
            shared=shared, benefit=_benefit(one.option, compared), outdone=outdone(one.option, journey), less=low if one.option.kind == "watchful" else None
        )
        for one in found
    )  # fmt: skip


def low_risk(journey: Journey, facts: Sequence[Fact]) -> Judged | None:
    """The risk score a question asks for, where the person does not reach it: then doing less is what the record asks for."""
    scores = [c for c in journey.asks if c.about.startswith("score:") and c.is_ == "at-least" and c.unknown == "ask"]
    return next((one for one in (held(c, facts) for c in scores) if one.verdict == "not-met"), None)


def _appraised(one: Weighed, who: Circumstances, taken: Sequence[MedicineUse]) -> Appraised:
    uses = tuple(uses_of_option(one.option))
    found: dict[str, Concern] = {}
    for place, use in enumerate(uses):  # what two parts do to each other is told once, of the later
        found |= {concern.id: concern for concern in against(who, use, (*taken, *uses[:place]))}
    speaks = tuple(need for need in one.needs if need.verdict == "met" and is_personal(need))
    answered = {need.criterion.about for need in speaks}  # an option made for a gene's result is not warned of that result
    told = tuple(
        c for c in found.values()
        if c.never_event or (c.severity in _TOLD and not c.tolerated and (c.stop or f"gene:{c.other}" not in answered))
    )  # fmt: skip
    return Appraised(one, uses, told, speaks)


def uses_of_option(option: TherapyOption) -> tuple[MedicineUse, ...]:
    """The medicines of an option as the judge reads them: the first under the option's own fact, further ones under facts of their own."""
    named = option_id(option.journey, option.key)
    return tuple(
        use_of(
            medicine_name(one.medicine), one.dose, one.route, one.frequency, fact=named if place == 0 else f"{named}.{one.medicine}",
        )
        for place, one in enumerate(option.medicines)
    )  # fmt: skip


def medicine_name(key: str) -> str:
    """The English name of a medicine's key, which the word list knows; the key itself where it does not."""
    term = terms.by_key(f"term:{key}")
    return term.en[0] if term is not None else key.replace("-", " ")


def is_personal(need: Judged) -> bool:
    """A result that asks for this option and no other: a tumour's gene, a receptor, a phenotype; not an illness, an age or an organ."""
    return need.criterion.about.startswith(("gene:", "marker:", "finding:")) and need.criterion.is_ in _POSITIVE


def compared_on(journey: Journey) -> tuple[str, str]:
    """(outcome, comparator) of the benefit that most options report with numbers: the only one on which they can stand in an order."""
    rows = [(one.key, one.comparator_en) for option in journey.options for one in _benefits(option) if gain(one)]
    counted = Counter(rows)
    return max(counted, key=lambda pair: (counted[pair], -rows.index(pair)), default=("", ""))


def _benefits(option: TherapyOption) -> list[Outcome]:
    """The benefits that may decide an order: of rows that somebody opened."""
    return [one for one in option.outcomes if one.kind == "benefit" and one.verified]


def _benefit(option: TherapyOption, compared: tuple[str, str]) -> Outcome | None:
    mine = [one for one in _benefits(option) if (one.key, one.comparator_en) == compared and gain(one)]
    return max(mine, key=gain, default=None)


def gain(one: Outcome) -> float:
    """The absolute benefit as published, in percentage points, or in months of median gained where only these are known; 0 when neither is.

    Below 0 where what it was held against did better. Fewer events are better, unless the event is a good one (alive, free of disease, response).
    """
    if one.with_percent is not None and one.without_percent is not None:
        more = one.with_percent - one.without_percent
        return more if _GOOD.search(f"{one.key} {one.en}") else -more
    if one.median_months_with is not None and one.median_months_without is not None:
        return one.median_months_with - one.median_months_without
    return 0.0


def outdone(option: TherapyOption, journey: Journey) -> bool:
    """Whether another option of the question did better in the same trial, by a point or a month at least."""
    others = {
        medicine_name(medicine.medicine).casefold()
        for other in journey.options
        for medicine in other.medicines
        if other.key != option.key and medicine.medicine not in {mine.medicine for mine in option.medicines}
    }
    against = [one.comparator_en.casefold() for one in _benefits(option) if gain(one) <= -1]
    return any(name in words for words in against for name in others)


def rank_key(one: Appraised) -> tuple[bool, bool, bool, bool, bool, int, bool, bool, int, int, float, str]:
    """What the order follows, first to last, as `_STEPS` names it.

    Ruled out, grave warning, doing less, results that ask for it, not known to fit, grade, named by a guideline, outdone by another option in one
    trial, absolute benefit (whole percentage points or months: less is no difference between trials), lesser warnings, burden, name.
    """
    asked_for = bool(one.speaks_for) or one.less is not None
    benefit = int(gain(one.benefit)) if one.benefit else 0
    return (
        one.out, one.majors > 0, one.does_less, not asked_for, one.weighed.standing == "unknown", _GRADES[one.option.grade],
        not named_by_guideline(one.option), one.outdone, -benefit, one.moderates, one.burden, one.option.key,
    )  # fmt: skip


def named_by_guideline(option: TherapyOption) -> bool:
    """Whether a guideline that somebody opened names it for this use."""
    return any(
        one.verified and "guideline" in therapies.sources().get(one.source, {}).get("title", "").casefold() for one in option.recommended
    )


def ranked(found: Sequence[Appraised]) -> tuple[Appraised, ...]:
    """The options that are neither ruled out nor wait for a gene or tumour result, best first by the rule."""
    return tuple(sorted((one for one in found if not one.out and not one.waits), key=rank_key))


_STEPS = ("out", "warning", "less", "speaks", "unknown", "grade", "named", "outdone", "benefit", "moderate", "burden", "name")


def decided_by(better: Appraised, worse: Appraised) -> str:
    """The first step of the rule in which two options differ: "warning", "less", "unknown", "speaks", "grade", "benefit", "moderate", "burden", "name"."""
    pairs = zip(_STEPS, rank_key(better), rank_key(worse), strict=True)
    return next(step for step, first, second in pairs if first != second)
