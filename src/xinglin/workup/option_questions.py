"""What the record does not say and a plan would ask: for each missing thing, whether an answer could change the order of the options.

Each question is answered both ways (or with every phenotype a gene can have) and the options are put in order again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec.structs import replace

from xinglin.knowledge import pgx
from xinglin.models.medication_safety import circumstances_of
from xinglin.records import Fact
from xinglin.records.medication import Circumstances
from xinglin.records.therapy import Criterion, Journey
from xinglin.workup.option_appraisal import Appraised, appraised, is_personal, ranked
from xinglin.workup.options import Judged, Standing, Verdict, Weighed, asked

Matters = Literal["first", "order", "no"]


class Question(NamedTuple):
    """One thing that is missing: the criterion that asks, and whether an answer could change which option stands first, the order, or nothing."""

    criterion: Criterion
    matters: Matters
    options: tuple[str, ...]  # keys of the options that ask for it


def questions(journey: Journey, facts: Sequence[Fact], as_of: str, found: Sequence[Appraised]) -> tuple[Question, ...]:
    """Everything that is missing, what matters most first. A thing that several options ask is one question."""
    by_subject: dict[str, list[tuple[Criterion, str]]] = {}
    for one in asked(journey, facts):
        if one.verdict == "unknown" and one.criterion.unknown == "ask":
            by_subject.setdefault(one.criterion.about, []).append((one.criterion, ""))
    for option in found:
        if not option.out:
            for missing in _asked_by(option):
                by_subject.setdefault(missing.criterion.about, []).append((missing.criterion, option.option.key))
    who = circumstances_of(facts, as_of)
    rows = [_question(asking, journey, facts, as_of, who, found) for asking in by_subject.values()]
    return tuple(sorted(rows, key=lambda one: ("first", "order", "no").index(one.matters)))


def _asked_by(option: Appraised) -> tuple[Judged, ...]:
    """What is missing for an option; of one that waits for a gene or tumour result, that result alone."""
    return tuple(one for one in option.weighed.missing if not option.waits or is_personal(one))


def _question(
    asking: list[tuple[Criterion, str]], journey: Journey, facts: Sequence[Fact], as_of: str, who: Circumstances, found: Sequence[Appraised]
) -> Question:
    about = asking[0][0].about
    now = _order(found)
    answers = list(_answers(about, journey, facts, as_of, who, found))
    if any(answer[:1] != now[:1] for answer in answers):
        matters: Matters = "first"
    else:
        matters = "order" if any(answer != now for answer in answers) else "no"
    return Question(asking[0][0], matters, tuple(dict.fromkeys(key for _, key in asking if key)))


def _order(found: Sequence[Appraised]) -> tuple[str, ...]:
    return tuple(one.option.key for one in ranked(found))


def _answers(
    about: str, journey: Journey, facts: Sequence[Fact], as_of: str, who: Circumstances, found: Sequence[Appraised]
) -> Iterator[tuple[str, ...]]:
    """The order of the options under each answer there could be."""
    said = {c.values for one in found for c in _criteria(one) if c.about == about and c.values} or {()}
    for values in said:
        yield _order([_answered(one, {(about, values): "met"}, about) for one in found])
    yield _order([_answered(one, {}, about) for one in found])
    gene = about.removeprefix("gene:")
    if about.startswith("gene:") and (rules := pgx.phenotype_rules().get(gene)):
        for phenotype in dict.fromkeys(rule.phenotype for rule in rules):
            yield _order(appraised(journey, facts, as_of, replace(who, genes={**who.genes, gene: phenotype})))


def _criteria(one: Appraised) -> tuple[Criterion, ...]:
    return (*one.option.needs, *one.option.excludes)


def _answered(one: Appraised, known: Mapping[tuple[str, tuple[str, ...]], Verdict], about: str) -> Appraised:
    """The option as it stands when the missing thing is known: met for these values, not met for all others."""

    def settled(judged: Judged) -> Judged:
        if judged.verdict != "unknown" or judged.criterion.about != about:
            return judged
        return judged._replace(verdict=known.get((about, judged.criterion.values), "not-met"))

    needs = tuple(settled(each) for each in one.weighed.needs)
    excludes = tuple(settled(each) for each in one.weighed.excludes)
    out = any(each.verdict == "met" for each in excludes) or any(
        each.verdict == "not-met" or (each.verdict == "unknown" and each.criterion.unknown == "exclude") for each in needs
    )
    missing = any(each.verdict == "unknown" and each.criterion.unknown == "ask" for each in needs)
    standing: Standing = "excluded" if out else "unknown" if missing else "fits"
    speaks = tuple(each for each in needs if each.verdict == "met" and is_personal(each))
    return one._replace(weighed=Weighed(one.option, standing, needs, excludes), speaks_for=speaks)
